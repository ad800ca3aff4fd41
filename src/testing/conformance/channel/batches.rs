//! What a channel makes of many messages at once.

use super::run::{Miss, Run, Verdict, ensure};
use crate::{
    channel::Features,
    error::{Error, ErrorKind},
    message::{Envelope, Message},
    time::Timestamp,
};

pub(super) async fn check<M: Message>(run: &Run<'_, M>) {
    run.rule("a batch has one result each, in order", order(run)).await;
    run.rule("a batch takes no more requests than it must", requests(run)).await;
    run.rule("an empty batch is no request", empty(run)).await;
    run.rule("one bad message of a batch fails alone", one_bad(run)).await;
}

/// Enough for a second request where a batch is small, and few enough to be quick.
fn several<M: Message>(run: &Run<'_, M>, batch: usize) -> Vec<Envelope<M>> {
    let count = if (2..=8).contains(&batch) { 2 * batch + 1 } else { 5 };
    (0..count).map(|n| run.envelope(n)).collect()
}

async fn order<M: Message>(run: &Run<'_, M>) -> Verdict {
    let stage = run.taking_batches().await?;
    let envelopes = several(run, stage.capabilities().batch);
    let outcomes = run.send_batch(&stage, &envelopes).await;
    ensure(outcomes.len() == envelopes.len(), || {
        format!("{} results for {} messages", outcomes.len(), envelopes.len())
    })?;
    for (index, (outcome, envelope)) in outcomes.iter().zip(&envelopes).enumerate() {
        match outcome {
            Ok(receipt) => ensure(receipt.id == envelope.id, || {
                format!("result {index} is of another message")
            })?,
            Err(error) => return Err(Miss::Broken(format!("result {index} failed: {error}"))),
        }
    }
    Ok(())
}

async fn requests<M: Message>(run: &Run<'_, M>) -> Verdict {
    let stage = run.taking_batches().await?;
    let Some(server) = &stage.server else {
        return Err(Miss::Skipped("the protocol is not HTTP"));
    };
    let batch = stage.capabilities().batch.max(1);
    let envelopes = several(run, batch);
    drop(run.send_batch(&stage, &envelopes).await);
    let (most, seen) = (envelopes.len().div_ceil(batch), server.requests().len());
    ensure((1..=most).contains(&seen), || format!("{seen} requests, where {most} would do"))
}

async fn empty<M: Message>(run: &Run<'_, M>) -> Verdict {
    let stage = run.taking_batches().await?;
    let outcomes = run.send_batch(&stage, &[]).await;
    ensure(outcomes.is_empty(), || format!("{} results of nothing", outcomes.len()))?;
    stage.asked(0)
}

/// The middle one is not valid, or asks for what the channel does not carry.
async fn one_bad<M: Message>(run: &Run<'_, M>) -> Verdict {
    let stage = run.taking_batches().await?;
    let schedules = stage.capabilities().features.contains(Features::SCHEDULING);
    let (bad, kind) = match run.invalid().first() {
        Some(invalid) => (invalid.clone(), ErrorKind::InvalidMessage),
        None if schedules => {
            return Err(Miss::Skipped("the subject names no invalid message"));
        }
        None => {
            let mut bad = run.envelope(1);
            bad.delivery.send_at = Some(Timestamp::MAX);
            (bad, ErrorKind::Unsupported)
        }
    };
    let outcomes = run.send_batch(&stage, &[run.envelope(0), bad, run.envelope(2)]).await;
    let kinds: Vec<_> = outcomes.iter().map(|one| one.as_ref().err().map(Error::kind)).collect();
    ensure(kinds == [None, Some(kind), None], || format!("{kinds:?}"))
}
