//! What comes back: one vocabulary for the events of every provider.
//!
//! # In JSON
//!
//! An [`Event`] is one flat object, a row of a table, and can be stored and read as such: members
//! are added, but keep their names and what they mean. What is not known is null, or not there.
//! Read both alike, and take a word that you do not know for `other`: [`EventKind`], [`Status`],
//! [`Scope`] and [`Bounce`] are written in lower snake case, and grow.
//!
//! | member | type | |
//! | --- | --- | --- |
//! | `kind` | string | `account`, `engagement`, `inbound`, `other`, `status`, `subscription`, `suppression`, `template` |
//! | `status` | string or null | `queued`, `sent`, `delivered`, `read`, `opened`, `clicked`, `deferred`, `bounced_soft`, `bounced_hard`, `rejected`, `failed`, `complained`, `unsubscribed`, `resubscribed`; of calls `ringing`, `answered`, `completed`, `busy`, `no_answer` |
//! | `channel` | string or null | `apple_push`, `email`, `rcs`, `sms`, `voice`, `web_push`, `whatsapp` |
//! | `provider` | string | such as `twilio` |
//! | `provider_message_id` | string or null | as in the [`Receipt`](crate::Receipt) |
//! | `dedup_key` | string | 32 hexadecimal digits: make it the table's unique key |
//! | `recipient`, `sender` | string or null | as the provider writes them: `+919845000012`, `919845000012` |
//! | `text`, `url`, `reason`, `code`, `callback_data` | string or null | |
//! | `media` | list | of objects: `kind`, one of `link`, `id` and `content` (base64), and where known `content_type`, `filename`, `content_id`, `sha256` |
//! | `timestamp` | string or null | RFC 3339 in UTC |
//! | `metadata` | object | by the provider's own names |
//! | `proof` | string | `shadow`, `shared`, `signature`, `unverified` |
//! | `word` | string | not there where the provider has none |
//! | `cost` | object | `micros`, millionths as a number, and `currency`, three letters |
//! | `suppress` | string | `address`, `marketing`, `sender`, `topic` |
//! | `topic` | string | where `suppress` is `topic` |
//! | `bounce` | string | `block`, `hard`, `soft`, `suppressed` |
//! | `machine` | boolean | there where it is true |
//! | `reply_to` | string | |
//! | `profile` | object | [`Profile`] |
//! | `inbound` | object | [`Inbound`]: `type`, and the members of that variant |
//! | `call` | object | [`CallOutcome`] |
//! | `template` | object | [`TemplateChange`] |
//!
//! The members from `word` on are left out where there is nothing to say. [`Event::source`] is
//! bytes, and not in the JSON: keep it in a column of its own where the law asks for it.
//!
//! ```
//! use dakiya::{Event, Scope, Status};
//!
//! let row = r#"{
//!     "kind": "status", "status": "bounced_hard", "channel": "email", "provider": "sendgrid",
//!     "word": "bounce", "provider_message_id": "aG9rTcLOQv2", "bounce": "hard",
//!     "dedup_key": "5d1a0c7be8f7f2a4a1bb0e6c5a90d3c2", "recipient": "asha@example.com",
//!     "sender": null, "text": null, "media": [], "url": null, "code": "550",
//!     "reason": "550 5.1.1 no such user", "timestamp": "2026-11-10T08:15:00Z",
//!     "callback_data": "order 2041", "metadata": {"ip": "198.51.100.7", "status": "5.1.1"},
//!     "suppress": "address", "proof": "signature"
//! }"#;
//! let event: Event = serde_json::from_str(row)?;
//! assert_eq!((event.status, event.suppress), (Some(Status::BouncedHard), Some(Scope::Address)));
//!
//! let written = serde_json::to_value(&event)?;
//! assert_eq!(written, serde_json::from_str::<serde_json::Value>(row)?);
//!
//! // What is null may as well be left out.
//! let least = r#"{"kind":"other","provider":"twilio","dedup_key":"","proof":"signature"}"#;
//! assert_eq!(serde_json::from_str::<Event>(least)?.status, None);
//! # Ok::<(), serde_json::Error>(())
//! ```

use std::{borrow::Cow, collections::BTreeMap};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::{
    call::{AnsweredBy, CallOutcome, Recording},
    inbound::{Inbound, InboundEmail, InboundMedia, InboundSource, OrderItem, Profile},
    template::{TemplateChange, TemplateQuality, TemplateState},
};
use crate::{channel::Money, debug::show, message::Kind, time::Timestamp, webhook::Proof};

mod call;
mod inbound;
pub(crate) mod party;
mod template;

/// The type of [`Event::metadata`].
pub(crate) type Metadata = BTreeMap<Cow<'static, str>, Value>;

/// Something that a provider says happened.
///
/// Flat, so that its JSON is a table's row: the [module](self) says which members it has. A type
/// that the provider invented since is [`EventKind::Other`] with its source kept, never an error.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// What sort of event it is.
    pub kind: EventKind,
    /// What it says of the message.
    #[serde(default)]
    pub status: Option<Status>,
    /// Which kind of channel it came by.
    #[serde(default)]
    pub channel: Option<Kind>,
    /// The provider, such as `netcore`.
    pub provider: Cow<'static, str>,
    /// The provider's own word for it, such as `undelivered` or `ACCOUNT_VIOLATION`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
    /// The provider's id of the message, as in its receipt.
    #[serde(default)]
    pub provider_message_id: Option<String>,
    /// The same for every delivery of the same event, different for different events.
    pub dedup_key: String,
    /// Who the message went to, as the provider writes it: the person for what was sent, the
    /// business for what a person wrote.
    #[serde(default)]
    pub recipient: Option<String>,
    /// Who the message came from, as the provider writes it.
    #[serde(default)]
    pub sender: Option<String>,
    /// What a person wrote: a text, a caption, the title of the button or line they chose.
    #[serde(default)]
    pub text: Option<String>,
    /// The files a person sent.
    #[serde(default)]
    pub media: Vec<InboundMedia>,
    /// The link that was clicked.
    #[serde(default)]
    pub url: Option<String>,
    /// The provider's words for why.
    #[serde(default)]
    pub reason: Option<String>,
    /// The provider's code for why.
    #[serde(default)]
    pub code: Option<String>,
    /// When it happened by the provider's clock.
    #[serde(default)]
    pub timestamp: Option<Timestamp>,
    /// The host's reference, where the provider echoes it.
    #[serde(default)]
    pub callback_data: Option<String>,
    /// What the provider says beyond these, by its own names.
    #[serde(default)]
    pub metadata: BTreeMap<Cow<'static, str>, Value>,
    /// What the message cost, where the provider says so here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
    /// Whether the sender should stop writing to this address, and how far that goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppress: Option<Scope>,
    /// The list or topic that [`Scope::Topic`] means, as the provider names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// What sort of bounce or refusal it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounce: Option<Bounce>,
    /// Whether a machine opened or clicked, not a person: a mail scanner, a privacy proxy.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub machine: bool,
    /// The provider's id of the message that this one answers or quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The person on the other end, beyond the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Box<Profile>>,
    /// What a person sent, beyond its text and files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbound: Option<Box<Inbound>>,
    /// What became of a call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Box<CallOutcome>>,
    /// What became of a template kept at the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Box<TemplateChange>>,
    /// How its origin was proven.
    pub proof: Proof,
    /// The event as it was received.
    #[serde(skip)]
    pub source: Bytes,
}

impl Event {
    /// An event of `kind` without details.
    #[must_use]
    pub fn new(kind: EventKind, provider: impl Into<Cow<'static, str>>, proof: Proof) -> Self {
        Self {
            kind,
            status: None,
            channel: None,
            provider: provider.into(),
            word: None,
            provider_message_id: None,
            dedup_key: String::new(),
            recipient: None,
            sender: None,
            text: None,
            media: Vec::new(),
            url: None,
            reason: None,
            code: None,
            timestamp: None,
            callback_data: None,
            metadata: BTreeMap::new(),
            cost: None,
            suppress: None,
            topic: None,
            bounce: None,
            machine: false,
            reply_to: None,
            profile: None,
            inbound: None,
            call: None,
            template: None,
            proof,
            source: Bytes::new(),
        }
    }

    /// An event of the kind that `status` belongs to.
    #[must_use]
    pub fn of_status(status: Status, provider: impl Into<Cow<'static, str>>, proof: Proof) -> Self {
        Self { status: Some(status), ..Self::new(status.kind(), provider, proof) }
    }
}

show!(Event { kind, status, channel, provider, provider_message_id, code, timestamp, proof });

/// What sort of event it is.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The account: limits, violations, quality.
    Account,
    /// A person opened or clicked.
    Engagement,
    /// A person wrote.
    Inbound,
    /// Anything that has no name here yet.
    Other,
    /// The message moved on.
    Status,
    /// The webhook itself: a handshake, a confirmation.
    Subscription,
    /// A person complained, unsubscribed or came back.
    Suppression,
    /// A template was approved, refused or rated.
    Template,
}

/// What an event says of a message.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// A call was answered.
    Answered,
    /// Gone back for good: the address does not take mail.
    BouncedHard,
    /// Gone back this time: full, busy, blocked.
    BouncedSoft,
    /// A call met a busy line.
    Busy,
    /// A person clicked a link.
    Clicked,
    /// A person marked it as spam.
    Complained,
    /// A call ended as it should.
    Completed,
    /// The next server asked to wait; the provider tries on.
    Deferred,
    /// It reached the person's mailbox or device.
    Delivered,
    /// It will not arrive.
    Failed,
    /// A call rang out.
    NoAnswer,
    /// A person opened it.
    Opened,
    /// The provider holds it.
    Queued,
    /// A person read it.
    Read,
    /// The provider or operator refused it after accepting it.
    Rejected,
    /// A person came back.
    Resubscribed,
    /// A call rings.
    Ringing,
    /// It left the provider.
    Sent,
    /// A person unsubscribed.
    Unsubscribed,
}

impl Status {
    /// The kind of event that carries it.
    #[must_use]
    pub fn kind(self) -> EventKind {
        match self {
            Self::Clicked | Self::Opened => EventKind::Engagement,
            Self::Complained | Self::Resubscribed | Self::Unsubscribed => EventKind::Suppression,
            Self::Answered
            | Self::BouncedHard
            | Self::BouncedSoft
            | Self::Busy
            | Self::Completed
            | Self::Deferred
            | Self::Delivered
            | Self::Failed
            | Self::NoAnswer
            | Self::Queued
            | Self::Read
            | Self::Rejected
            | Self::Ringing
            | Self::Sent => EventKind::Status,
        }
    }

    /// Whether nothing that the provider does comes after it. A person may still open, click or
    /// complain.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Answered | Self::Deferred | Self::Queued | Self::Ringing | Self::Sent)
    }
}

/// How far a person's no, or a dead address, goes.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Nothing can be delivered to this address.
    Address,
    /// No marketing to this address.
    Marketing,
    /// Nothing from this sender to this address.
    Sender,
    /// No more of one list or topic, which [`Event::topic`] names; all else may be sent.
    Topic,
}

/// What sort of bounce or refusal an event tells of.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bounce {
    /// The receiving side refused this sender, text or network. The address is good.
    Block,
    /// The address does not exist or takes nothing.
    Hard,
    /// Full, busy or slow this time.
    Soft,
    /// Never tried: the address is on a list of the provider.
    Suppressed,
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::channel::Currency;

    const DOCS: &str = include_str!("mod.rs");

    /// The words that the line of `member` documents.
    fn words(member: &str) -> Vec<Value> {
        let begin = format!("//! | `{member}` |");
        let line = DOCS.lines().find(|line| line.starts_with(&begin)).unwrap();
        let cell = line.rsplit_once(" | ").unwrap().1;
        cell.split('`').skip(1).step_by(2).map(Value::from).collect()
    }

    fn all_are<T: DeserializeOwned>(member: &str, count: usize) {
        let words = words(member);
        assert_eq!(words.len(), count, "{member}");
        for word in words {
            assert!(serde_json::from_value::<T>(word.clone()).is_ok(), "{member}: {word}");
        }
    }

    #[test]
    fn the_documented_words_are_those_that_are_written() {
        all_are::<EventKind>("kind", 8);
        all_are::<Status>("status", 19);
        all_are::<Kind>("channel", Kind::ALL.len());
        all_are::<Scope>("suppress", 4);
        all_are::<Bounce>("bounce", 4);
        all_are::<Proof>("proof", 4);
    }

    #[test]
    fn every_member_that_is_written_is_documented() {
        let event = Event {
            word: Some(String::new()),
            cost: Some(Money::new(1, Currency::INR)),
            suppress: Some(Scope::Topic),
            topic: Some(String::new()),
            bounce: Some(Bounce::Hard),
            machine: true,
            reply_to: Some(String::new()),
            profile: Some(Box::default()),
            inbound: Some(Box::new(Inbound::Text)),
            call: Some(Box::default()),
            template: Some(Box::default()),
            ..Event::of_status(Status::Sent, "test", Proof::Signature)
        };
        let json = serde_json::to_value(&event).unwrap();
        let members = json.as_object().unwrap();
        assert_eq!(members.len(), 28);
        for member in members.keys() {
            let cell = format!("`{member}`");
            let documented = |line: &str| {
                let cells = line.strip_prefix("//! | ").and_then(|rest| rest.split(" | ").next());
                cells.is_some_and(|cells| cells.split(", ").any(|own| own == cell))
            };
            assert!(DOCS.lines().any(documented), "{member}");
        }
    }
}
