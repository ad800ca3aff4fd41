//! What a channel can carry, as data.

use std::fmt;

use crate::{
    error::{Error, Fault, Result},
    message::{Envelope, Message},
};

/// What a channel can carry: features, limits, and how it likes to be called.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// What a message may have.
    pub features: Features,
    /// How many messages one request can hold; 1 where there is no batch form.
    pub batch: usize,
    /// How many requests to have open at a time.
    pub in_flight: usize,
    /// Whether a second send with the same idempotency key is recognised.
    pub idempotent: bool,
    /// How many recipients one message may have.
    pub recipients: Option<usize>,
    /// How many bytes one message may have, attachments as they are encoded.
    pub bytes: Option<usize>,
}

impl Capabilities {
    /// A channel that carries `features`, one message a request, 16 requests at a time.
    #[must_use]
    pub const fn new(features: Features) -> Self {
        Self { features, batch: 1, in_flight: 16, idempotent: false, recipients: None, bytes: None }
    }

    /// Sets how many messages one request can hold.
    #[must_use]
    pub const fn batch(mut self, batch: usize) -> Self {
        self.batch = batch;
        self
    }

    /// Sets how many requests to have open at a time.
    #[must_use]
    pub const fn in_flight(mut self, in_flight: usize) -> Self {
        self.in_flight = in_flight;
        self
    }

    /// Says that a second send with the same idempotency key is recognised.
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Sets how many recipients one message may have.
    #[must_use]
    pub const fn recipients(mut self, recipients: usize) -> Self {
        self.recipients = Some(recipients);
        self
    }

    /// Sets how many bytes one message may have.
    #[must_use]
    pub const fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = Some(bytes);
        self
    }

    /// What both can carry: what a route over both reports.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        Self {
            features: self.features.intersect(other.features),
            batch: self.batch.min(other.batch),
            in_flight: self.in_flight.min(other.in_flight),
            idempotent: self.idempotent && other.idempotent,
            recipients: least(self.recipients, other.recipients),
            bytes: least(self.bytes, other.bytes),
        }
    }

    /// Refuses what `provider` (`netcore.sms`) cannot carry, before anything is sent.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](crate::ErrorKind::Unsupported) naming every feature, or
    /// [`InvalidMessage`](crate::ErrorKind::InvalidMessage) over a limit.
    pub fn admit<M: Message>(&self, provider: &str, envelope: &Envelope<M>) -> Result<()> {
        let needed = envelope.message.features().union(envelope.delivery.features());
        let missing = needed.without(self.features);
        if !missing.is_empty() {
            return Err(Error::unsupported(provider.to_owned(), missing));
        }
        if let Some(limit) = self.recipients {
            let count = envelope.message.recipients().len();
            if count > limit {
                let problem = format!("has {count} recipients, {provider} takes {limit}");
                let fault = Fault::new("to", problem, "send it in parts");
                return Err(Error::invalid(vec![fault]).with_provider(provider.to_owned()));
            }
        }
        Ok(())
    }
}

fn least(a: Option<usize>, b: Option<usize>) -> Option<usize> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// A set of features that a message may have and a channel may carry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Features(u32);

impl Features {
    /// No feature.
    pub const NONE: Self = Self(0);
    /// An AMP document in a mail.
    pub const AMP: Self = Self(1);
    /// Files beside a mail's text.
    pub const ATTACHMENTS: Self = Self(1 << 1);
    /// Pauses, hanging up and redirects in a call.
    pub const CALL_CONTROL: Self = Self(1 << 2);
    /// Contact cards.
    pub const CONTACTS: Self = Self(1 << 3);
    /// Connecting a call to another number.
    pub const DIALING: Self = Self(1 << 4);
    /// Headers of the host's own.
    pub const HEADERS: Self = Self(1 << 5);
    /// HTML.
    pub const HTML: Self = Self(1 << 6);
    /// Files shown inside HTML.
    pub const INLINE: Self = Self(1 << 7);
    /// Keys and speech taken in a call.
    pub const INPUT: Self = Self(1 << 8);
    /// Buttons, lists and what else can be tapped.
    pub const INTERACTIVE: Self = Self(1 << 9);
    /// Places on the map.
    pub const LOCATION: Self = Self(1 << 10);
    /// Several recipients of one message, copies among them.
    pub const MANY_RECIPIENTS: Self = Self(1 << 11);
    /// Files by link or by the provider's id.
    pub const MEDIA: Self = Self(1 << 12);
    /// Templates kept at the provider.
    pub const PROVIDER_TEMPLATES: Self = Self(1 << 13);
    /// Reactions to a message.
    pub const REACTIONS: Self = Self(1 << 14);
    /// Recording of a call.
    pub const RECORDING: Self = Self(1 << 15);
    /// Answers that quote a message.
    pub const REPLIES: Self = Self(1 << 16);
    /// Calls that the provider tries again.
    pub const RETRIES: Self = Self(1 << 17);
    /// Sending at a later time.
    pub const SCHEDULING: Self = Self(1 << 18);
    /// Plain text.
    pub const TEXT: Self = Self(1 << 19);

    /// Every feature.
    pub const ALL: Self = Self((1 << 20) - 1);

    const NAMES: [(Self, &'static str); 20] = [
        (Self::AMP, "an AMP document"),
        (Self::ATTACHMENTS, "attachments"),
        (Self::CALL_CONTROL, "call control"),
        (Self::CONTACTS, "contact cards"),
        (Self::DIALING, "connecting to another number"),
        (Self::HEADERS, "headers"),
        (Self::HTML, "HTML"),
        (Self::INLINE, "inline files"),
        (Self::INPUT, "keys and speech"),
        (Self::INTERACTIVE, "buttons and lists"),
        (Self::LOCATION, "locations"),
        (Self::MANY_RECIPIENTS, "several recipients"),
        (Self::MEDIA, "media"),
        (Self::PROVIDER_TEMPLATES, "provider templates"),
        (Self::REACTIONS, "reactions"),
        (Self::RECORDING, "recording"),
        (Self::REPLIES, "replies"),
        (Self::RETRIES, "retries by the provider"),
        (Self::SCHEDULING, "scheduling (`send_at`)"),
        (Self::TEXT, "plain text"),
    ];

    /// Both sets.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub const fn intersect(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this set and not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// This set, and `other` on a condition.
    #[must_use]
    pub const fn and_if(self, condition: bool, other: Self) -> Self {
        if condition { self.union(other) } else { self }
    }

    /// Whether all of `other` is in it.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        other.without(self).is_empty()
    }

    /// Whether nothing is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The name of each feature in it.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(one, _)| self.contains(*one)).map(|(_, name)| name)
    }
}

impl fmt::Display for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.names().enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            f.write_str(name)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Features({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_has_a_name() {
        assert_eq!(Features::ALL.names().count(), Features::NAMES.len());
        assert_eq!(Features::ALL.0.count_ones() as usize, Features::NAMES.len());
    }

    #[test]
    fn a_route_reports_what_all_can_carry() {
        let wide = Capabilities::new(Features::ALL).batch(1000).in_flight(64).idempotent();
        let narrow = Capabilities::new(Features::TEXT).batch(50).recipients(1);
        let both = wide.intersect(&narrow);
        assert_eq!(both, narrow.intersect(&wide));
        assert_eq!((both.features, both.batch, both.in_flight), (Features::TEXT, 50, 16));
        assert_eq!((both.idempotent, both.recipients), (false, Some(1)));
    }
}
