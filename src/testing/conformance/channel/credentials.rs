//! What `Provider::check` makes of the provider's answer.

use super::run::{Run, Verdict, bare, ensure};
use crate::{
    error::{ErrorKind, Result},
    message::Message,
};

pub(super) async fn check<M: Message>(run: &Run<'_, M>) {
    run.rule("a check with refused credentials is unauthorized", refused(run)).await;
    run.rule("a check without a connection fails", unconnected(run)).await;
}

async fn refused<M: Message>(run: &Run<'_, M>) -> Verdict {
    for status in [401, 403] {
        let stage = run.http(move |_, _| bare(status)).await?;
        let outcome = run.check(&stage).await;
        ensure(!stage.requests().is_empty(), || "nothing was asked".into())?;
        failed(outcome, ErrorKind::Unauthorized)?;
    }
    Ok(())
}

async fn unconnected<M: Message>(run: &Run<'_, M>) -> Verdict {
    let stage = run.alone().await?;
    failed(run.check(&stage).await, ErrorKind::Network)
}

/// Whether the kind fits. A check sends nothing, so its fate says nothing.
fn failed(outcome: Result<()>, kind: ErrorKind) -> Verdict {
    let seen = outcome.err().map(|error| error.kind());
    ensure(seen == Some(kind), || match seen {
        Some(seen) => format!("{seen}, not {kind}"),
        None => "the check succeeded".into(),
    })
}
