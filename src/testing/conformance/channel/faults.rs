//! What a channel makes of a network that fails.

use std::{pin::pin, sync::Arc, time::Duration};

use futures_util::future::{Either, select};

use super::run::{DEADLINE, Miss, Run, Stage, Verdict, ensure, expect, with_deadline};
use crate::{
    error::{ErrorKind, Fate},
    message::Message,
    testing::server::{Behaviour, ScriptedServer},
    time::{Clock as _, TokioClock, after},
};

pub(super) async fn check<M: Message>(run: &Run<'_, M>) {
    run.rule("without a connection nothing is out", refused(run)).await;
    run.rule("a cut before the request was read may be out", cut_unread(run)).await;
    run.rule("a cut after the request was read may be out", cut_read(run)).await;
    run.rule("a cut in the answer may be out", cut_in_body(run)).await;
    run.rule("a hang ends at the deadline, and may be out", hang(run)).await;
    run.rule("a slow answer ends at the deadline, and may be out", drip(run)).await;
    run.rule("dropping a send leaves the channel usable", dropped(run)).await;
}

async fn refused<M: Message>(run: &Run<'_, M>) -> Verdict {
    let stage = run.alone().await?;
    let error = run.failure(&stage).await?;
    expect(&error, &[ErrorKind::Network], Fate::NotSent)
}

async fn cut_unread<M: Message>(run: &Run<'_, M>) -> Verdict {
    let stage = run.cut().await?;
    let error = run.failure(&stage).await?;
    expect(&error, &[ErrorKind::Network], Fate::Unknown)?;
    connected_once(&stage)
}

async fn cut_read<M: Message>(run: &Run<'_, M>) -> Verdict {
    let stage = run.http(|_, _| Behaviour::Cut).await?;
    let error = run.failure(&stage).await?;
    expect(&error, &[ErrorKind::Network], Fate::Unknown)?;
    stage.asked(1)
}

async fn cut_in_body<M: Message>(run: &Run<'_, M>) -> Verdict {
    let accepted = run.accepted();
    let stage = run.http(move |request, _| {
        let answer = accepted(request);
        let body = if answer.body.len() < 2 { "[\"cut\"]".into() } else { answer.body.clone() };
        Behaviour::CutInBody(answer.with_body(body))
    });
    let stage = stage.await?;
    let error = run.failure(&stage).await?;
    expect(&error, &[ErrorKind::Network, ErrorKind::Response], Fate::Unknown)?;
    stage.asked(1)
}

async fn hang<M: Message>(run: &Run<'_, M>) -> Verdict {
    let stage = run.http(|_, clock| {
        clock.advance(DEADLINE);
        Behaviour::Stall
    });
    overdue(run, &stage.await?).await
}

async fn drip<M: Message>(run: &Run<'_, M>) -> Verdict {
    let accepted = run.accepted();
    let stage = run.http(move |request, clock| {
        let clock = clock.clone();
        let tick = Arc::new(move || clock.advance(DEADLINE / 10));
        // Long enough to reach the deadline, whatever the provider's own answer is.
        let body = [&*accepted(request).body, &[b' '; 32]].concat();
        Behaviour::Drip(accepted(request).with_body(body), tick)
    });
    overdue(run, &stage.await?).await
}

async fn overdue<M: Message>(run: &Run<'_, M>, stage: &Stage<M>) -> Verdict {
    let envelope = with_deadline(run.envelope(0), &stage.clock);
    let latest = after(stage.clock.now(), DEADLINE * 2);
    let outcome = run.send(stage, &envelope).await;
    stage.asked(1)?;
    // Another time-out of the channel's may end it too, but later.
    if stage.clock.now() > latest {
        return Err(Miss::Broken("ended long after the deadline".into()));
    }
    match outcome {
        Ok(_) => Err(Miss::Broken("the send succeeded".into())),
        Err(error) => expect(&error, &[ErrorKind::Timeout], Fate::Unknown),
    }
}

/// The server never answers the first request, and takes the second.
async fn dropped<M: Message>(run: &Run<'_, M>) -> Verdict {
    let accepted = run.accepted();
    let first = std::sync::atomic::AtomicBool::new(true);
    let stage = run.stage(move |request, _| {
        if first.swap(false, std::sync::atomic::Ordering::Relaxed) {
            Behaviour::Stall
        } else {
            accepted(request).into()
        }
    });
    let stage = stage.await?;
    let (dropped, sent) = (run.envelope(0), run.envelope(1));
    let sends = async {
        let first_send = stage.channel.send(&dropped);
        if let Some(server) = &stage.server {
            let received = pin!(server.received(1));
            if let Either::Left((outcome, _)) = select(first_send, received).await {
                let how = outcome.map_or_else(|error| error.to_string(), |_| "a receipt".into());
                return Err(Miss::Broken(format!("ended before it was dropped: {how}")));
            }
        } else {
            // A message that is out at once is no fault: only the next send matters.
            drop(select(first_send, TokioClock.sleep(Duration::from_millis(1))).await);
        }
        Ok(stage.channel.send(&sent).await)
    };
    let outcome = stage.drive(sends).await?;
    run.keep(&stage, std::slice::from_ref(&outcome));
    match outcome {
        Ok(receipt) => ensure(receipt.id == sent.id, || "the next receipt is another's".into()),
        Err(error) => Err(Miss::Broken(format!("the next send failed: {error}"))),
    }
}

fn connected_once<M: Message>(stage: &Stage<M>) -> Verdict {
    let connections = stage.server.as_ref().map_or(0, ScriptedServer::connections);
    ensure(connections == 1, || format!("{connections} connections, not 1"))
}
