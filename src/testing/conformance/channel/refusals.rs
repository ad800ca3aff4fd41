//! What a channel must not let through: features it lacks, line breaks, secrets.

use std::future::ready;

use serde_json::json;

use super::run::{Miss, Run, Stage, Verdict, ensure};
use crate::{
    channel::Features,
    error::ErrorKind,
    message::{Envelope, Message},
    testing::server::Answer,
    time::Timestamp,
};

pub(super) async fn check<M: Message>(run: &Run<'_, M>) {
    run.rule("scheduling that is not declared is unsupported", scheduling(run)).await;
    run.rule("what the capabilities exclude is refused unsent", variants(run)).await;
    run.rule("a line break in a label injects no header", injection(run)).await;
    run.rule("a declared idempotency key is on the wire", idempotency(run)).await;
}

pub(super) async fn check_leaks<M: Message>(run: &Run<'_, M>) {
    run.rule("a refusal that quotes the request shows none of it", quoting(run)).await;
    run.rule("every error names the provider and kind", blame(run)).await;
    run.rule("no error or receipt shows a secret", ready(leaks(run, run.secrets()))).await;
    run.rule("no error or receipt shows personal data", ready(leaks(run, run.personal()))).await;
    run.rule("no URL holds a secret", ready(urls(run))).await;
}

async fn scheduling<M: Message>(run: &Run<'_, M>) -> Verdict {
    let stage = run.taking().await?;
    if stage.capabilities().features.contains(Features::SCHEDULING) {
        return Err(Miss::Skipped("scheduling is declared"));
    }
    let mut envelope = run.envelope(0);
    envelope.delivery.send_at = Some(Timestamp::MAX);
    refused(run, &stage, &envelope, ErrorKind::Unsupported).await
}

async fn variants<M: Message>(run: &Run<'_, M>) -> Verdict {
    let mut checked = false;
    for envelope in run.variants() {
        let stage = run.taking().await?;
        let capabilities = stage.capabilities();
        let needed = envelope.message.features().union(envelope.delivery.features());
        let count = envelope.message.recipients().len();
        let kind = if !capabilities.features.contains(needed) {
            ErrorKind::Unsupported
        } else if capabilities.recipients.is_some_and(|most| count > most) {
            ErrorKind::InvalidMessage
        } else {
            continue;
        };
        checked = true;
        refused(run, &stage, envelope, kind).await?;
    }
    if checked { Ok(()) } else { Err(Miss::Skipped("no variant is beyond the capabilities")) }
}

async fn refused<M: Message>(
    run: &Run<'_, M>,
    stage: &Stage<M>,
    envelope: &Envelope<M>,
    kind: ErrorKind,
) -> Verdict {
    let outcome = run.send(stage, envelope).await;
    stage.asked(0)?;
    let seen = outcome.err().map(|error| error.kind());
    ensure(seen == Some(kind), || match seen {
        Some(seen) => format!("{seen}, not {kind}"),
        None => "the send succeeded".into(),
    })
}

/// A channel may refuse the label or encode it, as long as no line of its own comes out.
async fn injection<M: Message>(run: &Run<'_, M>) -> Verdict {
    const LINE: &str = "x\r\nX-Injected: 1\r\n\r\n";
    let accepted = run.accepted();
    let stage = run.http(move |request, _| accepted(request).into()).await?;
    let labels: [fn(&mut crate::message::Delivery); 3] = [
        |delivery| delivery.idempotency_key = Some(LINE.into()),
        |delivery| delivery.callback_data = Some(LINE.into()),
        |delivery| delivery.tags = vec![LINE.into()],
    ];
    let labelled = labels.iter().enumerate().map(|(n, label)| {
        let mut envelope = run.envelope(n);
        label(&mut envelope.delivery);
        envelope
    });
    drop(run.send_each(&stage, &labelled.collect::<Vec<_>>()).await);
    let seen = stage.requests();
    let injected = |request: &crate::testing::server::Received| {
        request.headers.contains_key("x-injected")
            || request.target.contains(['\r', '\n'])
            || request.body.windows(13).any(|text| text == b"\r\nX-Injected:")
    };
    ensure(!seen.iter().any(injected), || "a line of the label's own was sent".into())?;
    ensure(seen.len() <= labels.len(), || "the label made a second request".into())
}

async fn idempotency<M: Message>(run: &Run<'_, M>) -> Verdict {
    const KEY: &str = "conformance-key-1";
    let stage = run.taking().await?;
    let Some(server) = &stage.server else {
        return Err(Miss::Skipped("the protocol is not HTTP"));
    };
    if !stage.capabilities().idempotent {
        return Err(Miss::Skipped("idempotency is not declared"));
    }
    let mut envelope = run.envelope(0);
    envelope.delivery.idempotency_key = Some(KEY.into());
    drop(run.send_each(&stage, &[envelope.clone(), envelope]).await);
    let holds = |raw: &[u8]| raw.windows(KEY.len()).any(|text| text == KEY.as_bytes());
    let requests = server.requests();
    ensure(requests.len() == 2 && requests.iter().all(|request| holds(&request.raw)), || {
        "the key is not in every request".into()
    })
}

/// Providers quote the request in their refusals.
async fn quoting<M: Message>(run: &Run<'_, M>) -> Verdict {
    let canaries: Vec<_> = run.secrets().iter().chain(run.personal()).cloned().collect();
    if canaries.is_empty() {
        return Err(Miss::Skipped("the subject names no secrets and no personal data"));
    }
    let quote = format!("cannot take {}", canaries.join(" "));
    let bodies = [
        json!({
            "message": quote, "error": quote, "description": quote, "status": "error",
            "errors": [{"message": quote, "field": quote, "description": quote}],
        }),
        json!({ "error": { "message": quote, "description": quote }, "data": quote }),
        json!([{ "message": quote, "error_message": quote }]),
        json!(quote),
    ];
    for body in bodies.map(|body| body.to_string()) {
        for status in [400, 500, 200] {
            let body = body.clone();
            let stage = run.http(move |_, _| Answer::json(status, body.clone()).into()).await?;
            if let Err(error) = run.send(&stage, &run.envelope(0)).await {
                let text = format!("{error} {error:?} {:?}", error.code());
                ensure(!canaries.iter().any(|canary| text.contains(canary)), || {
                    format!("the error of a {status} quotes what was sent")
                })?;
            }
        }
    }
    Ok(())
}

async fn blame<M: Message>(run: &Run<'_, M>) -> Verdict {
    let labels = run.labels(&run.taking().await?);
    for (kind, provider) in run.seen().blamed {
        ensure(provider.as_ref().is_some_and(|provider| labels.contains(provider)), || {
            format!("an error of kind {kind} names {provider:?}, not `{}`", labels.join("` or `"))
        })?;
    }
    Ok(())
}

fn leaks<M: Message>(run: &Run<'_, M>, canaries: &[String]) -> Verdict {
    if canaries.is_empty() {
        return Err(Miss::Skipped("the subject names none"));
    }
    let seen = run.seen();
    let leak = seen.printed.iter().find(|text| canaries.iter().any(|one| text.contains(one)));
    ensure(leak.is_none(), || leak.cloned().unwrap_or_default())
}

fn urls<M: Message>(run: &Run<'_, M>) -> Verdict {
    if run.secrets().is_empty() {
        return Err(Miss::Skipped("the subject names none"));
    }
    let seen = run.seen();
    if seen.targets.is_empty() {
        return Err(Miss::Skipped("no request was seen"));
    }
    let holds = |target: &String| run.secrets().iter().any(|secret| target.contains(secret));
    ensure(!seen.targets.iter().any(holds), || "a secret is in a request's URL".into())
}
