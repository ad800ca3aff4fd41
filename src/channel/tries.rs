//! What layers and routes share: calling the next channel, and remembering what was tried in vain.

use super::{Channel, Receipt, label};
use crate::{
    error::{Attempt, Error, ErrorKind, Fate, Result},
    message::{Delivery, Envelope, Message, OnUnknown},
};

/// Whether a layer hands on one message or a batch, even a batch of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Batch,
    One,
}

impl Call {
    /// Calls `channel` once: one result each, in order, however many it gave.
    pub(crate) async fn run<M: Message>(
        self,
        channel: &dyn Channel<M>,
        envelopes: &[&Envelope<M>],
    ) -> Vec<Result<Receipt>> {
        let mut results = match (self, envelopes) {
            (Self::One, [envelope]) => vec![channel.send(envelope).await],
            (_, []) => Vec::new(),
            (_, _) => channel.send_batch(envelopes).await,
        };
        // A channel of the host's own may miscount; what it said nothing about may be out.
        results.resize_with(envelopes.len(), || {
            Err(Error::new(ErrorKind::Response, "the batch gave no result for the message")
                .with_provider(label(channel.name(), M::KIND)))
        });
        results
    }
}

/// Whether a second try cannot send twice, or may.
pub(crate) fn may_repeat(error: &Error, delivery: &Delivery) -> bool {
    error.fate() == Fate::NotSent || delivery.on_unknown() == OnUnknown::Resend
}

/// A message that is not settled yet, and what was tried for it.
pub(crate) struct Open<'a, M: Message> {
    pub(crate) envelope: &'a Envelope<M>,
    index: usize,
    attempts: Vec<Attempt>,
}

impl<'a, M: Message> Open<'a, M> {
    /// All of `envelopes`, nothing tried.
    pub(crate) fn all(envelopes: &[&'a Envelope<M>]) -> Vec<Self> {
        let open = |(index, &envelope)| Self { envelope, index, attempts: Vec::new() };
        envelopes.iter().enumerate().map(open).collect()
    }

    /// The envelopes of `open`, for the next call.
    pub(crate) fn envelopes(open: &[Self]) -> Vec<&'a Envelope<M>> {
        open.iter().map(|one| one.envelope).collect()
    }

    /// Keeps a failed try, those inside it first. Returns its place.
    pub(crate) fn failed(&mut self, channel: &str, error: &Error) -> usize {
        self.attempts.extend_from_slice(error.attempts());
        let provider = error.provider().map_or_else(|| label(channel, M::KIND), ToOwned::to_owned);
        self.attempts.push(Attempt::failed(provider, error));
        self.attempts.len() - 1
    }

    /// The result with all that was tried before it.
    pub(crate) fn end(mut self, result: Result<Receipt>) -> Settled {
        let result = match result {
            Ok(mut receipt) => {
                self.attempts.append(&mut receipt.attempts);
                receipt.attempts = self.attempts;
                Ok(receipt)
            }
            Err(error) => {
                self.attempts.extend_from_slice(error.attempts());
                Err(fail(error, self.attempts))
            }
        };
        Settled { index: self.index, result }
    }

    /// Ends in `error`, whose try was kept at `place`.
    pub(crate) fn end_in(mut self, error: Error, place: usize) -> Settled {
        if place < self.attempts.len() {
            self.attempts.remove(place);
        }
        Settled { index: self.index, result: Err(fail(error, self.attempts)) }
    }
}

/// The last error cannot vouch for the tries before it: one that may be out leaves the whole so.
fn fail(error: Error, attempts: Vec<Attempt>) -> Error {
    let unknown = attempts.iter().any(|attempt| attempt.fate == Fate::Unknown);
    let error = if unknown { error.with_fate(Fate::Unknown) } else { error };
    error.with_attempts(attempts)
}

/// A message whose result stands.
pub(crate) struct Settled {
    index: usize,
    result: Result<Receipt>,
}

impl Settled {
    /// The results in the order of the envelopes.
    pub(crate) fn in_order(mut settled: Vec<Self>) -> Vec<Result<Receipt>> {
        settled.sort_by_key(|one| one.index);
        settled.into_iter().map(|one| one.result).collect()
    }
}

/// The one result of a single send.
pub(crate) fn single(results: Vec<Result<Receipt>>) -> Result<Receipt> {
    let missing = || Err(Error::new(ErrorKind::Response, "the channel gave no result"));
    results.into_iter().next().unwrap_or_else(missing)
}
