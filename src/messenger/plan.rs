//! Everything but the sending.

use crate::{
    error::Error,
    message::{Envelope, Message, Segments, Sms},
};

/// A finished message, and what would refuse it.
#[derive(Clone, Debug)]
pub struct Plan<M: Message> {
    envelope: Envelope<M>,
    refusals: Vec<Error>,
    confirms: bool,
}

impl<M: Message> Plan<M> {
    pub(super) fn new(envelope: Envelope<M>, refusals: Vec<Error>, confirms: bool) -> Self {
        Self { envelope, refusals, confirms }
    }

    /// Whether it is ready, but for the permission to confirm an opt-out.
    pub(super) fn confirms(&self) -> bool {
        self.confirms && self.is_ready()
    }

    pub(super) fn refuse(&mut self, refusal: Error) {
        self.refusals.push(refusal);
    }

    /// The message as it would be sent.
    #[must_use]
    pub fn envelope(&self) -> &Envelope<M> {
        &self.envelope
    }

    /// The message, to keep.
    #[must_use]
    pub fn into_envelope(self) -> Envelope<M> {
        self.envelope
    }

    /// All that would refuse it, each with its own kind.
    #[must_use]
    pub fn refusals(&self) -> &[Error] {
        &self.refusals
    }

    /// Whether nothing would refuse it before the provider. A message that confirms an opt-out is
    /// ready here, and refused all the same when that opt-out was confirmed before: a plan takes
    /// no permission.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.refusals.is_empty()
    }

    /// What a send would answer: the first refusal, with the faults of all.
    #[must_use]
    pub fn refusal(&self) -> Option<Error> {
        let (first, rest) = self.refusals.split_first()?;
        let faults = rest.iter().flat_map(Error::faults).cloned().collect();
        Some(first.clone().with_faults(faults))
    }
}

impl Plan<Sms> {
    /// How many segments it would be billed as.
    #[must_use]
    pub fn segments(&self) -> Segments {
        self.envelope.message.segments()
    }
}
