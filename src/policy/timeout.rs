//! Bounding the time of a try.

use std::{borrow::Cow, pin::pin, time::Duration};

use futures_util::future::{Either, select};

use crate::{
    channel::{
        Channel, Receipt, label,
        tries::{Call, Open, Settled},
    },
    error::{Error, ErrorKind, Fate, Result},
    message::{Envelope, Message},
    time::{Clock, Timestamp, after, until},
};

/// How long one try may take.
///
/// It moves the message's `deadline` forward, so that the provider stops by itself and can say
/// whether anything went out. A provider that has not answered half a second later is given up,
/// as [`Timeout`](ErrorKind::Timeout) of unknown fate. A try whose time is over before it begins is
/// not made.
#[derive(Clone, Debug)]
pub struct Timeout {
    after: Duration,
}

impl Timeout {
    /// What a provider gets beyond the deadline, to report in its own words.
    const GRACE: Duration = Duration::from_millis(500);

    /// `duration` for each try; for a batch, for the whole of it.
    #[must_use]
    pub fn after(duration: Duration) -> Self {
        Self { after: duration }
    }

    /// Calls `channel` once with what still has time.
    pub(super) async fn run<M: Message>(
        &self,
        envelopes: &[&Envelope<M>],
        call: Call,
        channel: &dyn Channel<M>,
        clock: &dyn Clock,
    ) -> Vec<Result<Receipt>> {
        let now = clock.now();
        let ours = after(now, self.after);
        let fail = |fate| {
            Error::new(ErrorKind::Timeout, "no answer within the deadline")
                .with_fate(fate)
                .with_provider(label(channel.name(), M::KIND))
        };
        let past = |one: &Open<'_, M>| one.envelope.delivery.deadline.is_some_and(|at| at <= now);
        let (late, open): (Vec<_>, Vec<_>) = Open::all(envelopes).into_iter().partition(past);
        let mut settled: Vec<_> =
            late.into_iter().map(|one| one.end(Err(fail(Fate::NotSent)))).collect();

        let tightened: Vec<_> = open.iter().map(|one| tighten(one.envelope, ours)).collect();
        let batch: Vec<_> = tightened.iter().map(AsRef::as_ref).collect();
        let last = batch.iter().filter_map(|envelope| envelope.delivery.deadline).max();
        let patience = until(clock, last.unwrap_or(ours)).saturating_add(Self::GRACE);
        let answer = pin!(call.run(channel, &batch));
        let results = match select(answer, clock.sleep(patience)).await {
            Either::Left((results, _)) => results,
            Either::Right(_) => batch.iter().map(|_| Err(fail(Fate::Unknown))).collect(),
        };
        settled.extend(open.into_iter().zip(results).map(|(one, result)| one.end(result)));
        Settled::in_order(settled)
    }
}

/// The envelope with the earlier deadline: a copy only where it changes.
fn tighten<M: Message>(envelope: &Envelope<M>, ours: Timestamp) -> Cow<'_, Envelope<M>> {
    if envelope.delivery.deadline.is_some_and(|own| own <= ours) {
        return Cow::Borrowed(envelope);
    }
    let mut copy = envelope.clone();
    copy.delivery.deadline = Some(ours);
    Cow::Owned(copy)
}
