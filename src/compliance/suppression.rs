//! Who must not be written to.
//!
//! A host hands its own store to the messenger as [`Suppressions`], or keeps a
//! [`SuppressionList`] in memory. Either is asked before every send.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{
    error::Result,
    event::{Event, Scope, Status},
    message::{Kind, Purpose, Recipient},
    time::Timestamp,
};

/// Where the messenger asks whether someone must not be written to.
#[async_trait]
pub trait Suppressions: Send + Sync {
    /// What forbids a message of `kind` and `purpose` to `recipient`, if anything does.
    ///
    /// # Errors
    ///
    /// When the store does not answer. Nothing is sent then.
    async fn find(
        &self,
        recipient: &Recipient,
        kind: Kind,
        purpose: Purpose,
    ) -> Result<Option<Suppression>>;
}

/// That an address must not be written to, how far it goes, and why.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// How far it goes: [`blocks`](Self::blocks).
    pub scope: Scope,
    /// Why.
    pub reason: Reason,
    /// The one kind of message it holds for; all kinds when absent. Who no longer takes SMS may
    /// still take calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Since when, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

impl Suppression {
    /// A suppression of every kind of message.
    #[must_use]
    pub fn new(scope: Scope, reason: Reason) -> Self {
        Self { scope, reason, kind: None, since: None }
    }

    /// Limits it to one kind of message.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Sets since when.
    #[must_use]
    pub fn since(mut self, time: Timestamp) -> Self {
        self.since = Some(time);
        self
    }

    /// Whether it forbids a message for `purpose`.
    ///
    /// [`Scope::Address`] forbids all: nothing arrives there. [`Scope::Marketing`] forbids
    /// marketing. [`Scope::Sender`] forbids all but [`Purpose::Otp`]: a code is sent because the
    /// person asks for it at that moment, and without it they are locked out of the account in
    /// which they could change their mind. [`Scope::Topic`] forbids nothing here: the provider
    /// that keeps the lists leaves the person out of that one.
    #[must_use]
    pub fn blocks(&self, purpose: Purpose) -> bool {
        match self.scope {
            Scope::Address => true,
            Scope::Marketing => purpose == Purpose::Marketing,
            Scope::Sender => purpose != Purpose::Otp,
            Scope::Topic => false,
        }
    }

    fn holds(&self, kind: Kind) -> bool {
        self.kind.is_none_or(|own| own == kind)
    }
}

/// Why an address must not be written to.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The person marked a message as spam.
    Complaint,
    /// Nothing can be delivered there.
    HardBounce,
    /// The host decided so.
    Manual,
    /// The person unsubscribed.
    OptOut,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Complaint => "complained",
            Self::HardBounce => "bounced for good",
            Self::Manual => "listed by hand",
            Self::OptOut => "opted out",
        })
    }
}

/// Suppressions in memory. Clones share one list.
///
/// ```
/// use dakiya::{
///     Kind, PhoneNumber, Purpose, Recipient, Scope,
///     compliance::suppression::{Reason, Suppression, SuppressionList},
/// };
///
/// let list = SuppressionList::new();
/// let asha = Recipient::Phone(PhoneNumber::parse("+919845000012")?);
/// list.add(&asha, Suppression::new(Scope::Marketing, Reason::OptOut));
/// assert!(list.get(&asha, Kind::Sms, Purpose::Marketing).is_some());
/// assert!(list.get(&asha, Kind::Sms, Purpose::Transactional).is_none());
/// # Ok::<(), dakiya::AddressError>(())
/// ```
#[derive(Clone, Default)]
pub struct SuppressionList(Arc<RwLock<Entries>>);

type Entries = HashMap<Key, Vec<Suppression>>;

/// An address in the one form that all its spellings share.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Email(String),
    Number(String),
    Other(String),
}

impl Key {
    fn of(recipient: &Recipient) -> Self {
        let text = recipient.as_str();
        match recipient {
            Recipient::Email(_) => Self::email(text),
            Recipient::Phone(_) => Self::number(text),
            Recipient::WhatsApp(address) if address.phone().is_some() => Self::number(text),
            Recipient::Device(_) | Recipient::Subscription(_) | Recipient::WhatsApp(_) => {
                Self::Other(text.to_owned())
            }
        }
    }

    /// The address in an event, as the provider writes it: numbers come with and without `+`.
    fn reported(text: &str, channel: Option<Kind>) -> Self {
        match channel {
            Some(Kind::Email) => Self::email(text),
            Some(Kind::ApplePush | Kind::WebPush) => Self::Other(text.to_owned()),
            None if text.contains('@') => Self::email(text),
            None | Some(Kind::Rcs | Kind::Sms | Kind::Voice | Kind::WhatsApp) => Self::number(text),
        }
    }

    /// The standard lets the part before the `@` depend on case; no mailbox of today does.
    fn email(text: &str) -> Self {
        Self::Email(text.trim().to_lowercase())
    }

    fn number(text: &str) -> Self {
        let digits: String = text.chars().filter(|c| !matches!(c, '+' | ' ' | '-')).collect();
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            Self::Number(digits)
        } else {
            Self::Other(text.to_owned())
        }
    }
}

impl SuppressionList {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a suppression. One of the same scope, reason and kind is replaced.
    pub fn add(&self, recipient: &Recipient, suppression: Suppression) {
        self.insert(Key::of(recipient), suppression);
    }

    /// Removes all suppressions of an address. Returns whether there were any.
    #[must_use = "whether there were any"]
    pub fn remove(&self, recipient: &Recipient) -> bool {
        self.write(|entries| entries.remove(&Key::of(recipient)).is_some())
    }

    /// What forbids a message of `kind` and `purpose` to `recipient`, the widest first.
    #[must_use]
    pub fn get(&self, recipient: &Recipient, kind: Kind, purpose: Purpose) -> Option<Suppression> {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let all = entries.get(&Key::of(recipient))?.iter();
        all.filter(|entry| entry.holds(kind) && entry.blocks(purpose))
            .min_by_key(|entry| match entry.scope {
                Scope::Address => 0,
                Scope::Sender => 1,
                Scope::Marketing => 2,
                Scope::Topic => 3,
            })
            .cloned()
    }

    /// Adds what an event says: one with [`suppress`](Event::suppress) and a recipient adds a
    /// suppression of its channel's kind. [`Resubscribed`](Status::Resubscribed) takes back the
    /// opt-outs of that kind that are not known to be later; complaints, dead addresses and the
    /// host's own entries stay. Returns whether the list changed.
    ///
    /// An address is compared as [`Event::recipient`] has it, so a phone number needs its country
    /// code.
    pub fn apply(&self, event: &Event) -> bool {
        let Some(recipient) = &event.recipient else { return false };
        let key = Key::reported(recipient, event.channel);
        if event.status == Some(Status::Resubscribed) {
            return self.take_back(&key, event);
        }
        let Some(scope) = event.suppress else { return false };
        let reason = match event.status {
            Some(Status::Complained) => Reason::Complaint,
            Some(Status::Unsubscribed) => Reason::OptOut,
            _ if scope == Scope::Address => Reason::HardBounce,
            _ => Reason::OptOut,
        };
        let (kind, since) = (event.channel, event.timestamp);
        self.insert(key, Suppression { scope, reason, kind, since });
        true
    }

    fn take_back(&self, key: &Key, event: &Event) -> bool {
        self.write(|entries| {
            let Some(own) = entries.get_mut(key) else { return false };
            let before = own.len();
            own.retain(|entry| {
                let later = entry.since.zip(event.timestamp).is_some_and(|(out, back)| out > back);
                entry.reason != Reason::OptOut || entry.kind != event.channel || later
            });
            let changed = own.len() != before;
            if own.is_empty() {
                entries.remove(key);
            }
            changed
        })
    }

    fn insert(&self, key: Key, new: Suppression) {
        self.write(|entries| {
            let own = entries.entry(key).or_default();
            own.retain(|old| {
                (old.scope, old.reason, old.kind) != (new.scope, new.reason, new.kind)
            });
            own.push(new);
        });
    }

    fn write<T>(&self, change: impl FnOnce(&mut Entries) -> T) -> T {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for SuppressionList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        write!(f, "SuppressionList({} addresses)", entries.len())
    }
}

#[async_trait]
impl Suppressions for SuppressionList {
    async fn find(
        &self,
        recipient: &Recipient,
        kind: Kind,
        purpose: Purpose,
    ) -> Result<Option<Suppression>> {
        Ok(self.get(recipient, kind, purpose))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        message::{EmailAddress, PhoneNumber},
        webhook::Proof,
    };

    const PURPOSES: [Purpose; 4] =
        [Purpose::Marketing, Purpose::Otp, Purpose::Transactional, Purpose::Utility];

    fn asha() -> Recipient {
        Recipient::Email(EmailAddress::parse("Asha@Example.com").unwrap())
    }

    fn event(status: Status, suppress: Option<Scope>) -> Event {
        let mut event = Event::of_status(status, "netcore", Proof::Signature);
        event.channel = Some(Kind::Email);
        event.recipient = Some("asha@example.COM".into());
        event.suppress = suppress;
        event
    }

    #[test]
    fn each_scope_blocks_its_purposes() {
        let blocked = |scope| {
            let one = Suppression::new(scope, Reason::Manual);
            PURPOSES.map(|purpose| one.blocks(purpose))
        };
        assert_eq!(blocked(Scope::Address), [true, true, true, true]);
        assert_eq!(blocked(Scope::Marketing), [true, false, false, false]);
        assert_eq!(blocked(Scope::Sender), [true, false, true, true]);
    }

    #[test]
    fn an_event_suppresses_whatever_the_case_of_the_address() {
        let list = SuppressionList::new();
        assert!(!list.apply(&event(Status::Opened, None)));
        assert!(list.apply(&event(Status::Complained, Some(Scope::Sender))));
        let found = list.get(&asha(), Kind::Email, Purpose::Transactional).unwrap();
        assert_eq!((found.scope, found.reason), (Scope::Sender, Reason::Complaint));
        assert!(list.get(&asha(), Kind::Email, Purpose::Otp).is_none());
        assert!(list.remove(&asha()));
        assert!(!list.remove(&asha()));
    }

    #[test]
    fn coming_back_takes_back_opt_outs_alone() {
        let list = SuppressionList::new();
        list.apply(&event(Status::Unsubscribed, Some(Scope::Marketing)));
        list.apply(&event(Status::BouncedHard, Some(Scope::Address)));
        assert!(list.apply(&event(Status::Resubscribed, None)));
        let found = list.get(&asha(), Kind::Email, Purpose::Marketing).unwrap();
        assert_eq!(found.reason, Reason::HardBounce);
    }

    #[test]
    fn a_number_without_its_plus_is_the_same_number_and_another_kind_is_not() {
        let list = SuppressionList::new();
        let phone = Recipient::Phone(PhoneNumber::parse("+919845000012").unwrap());
        let mut opt_out = event(Status::Unsubscribed, Some(Scope::Marketing));
        opt_out.channel = Some(Kind::Sms);
        opt_out.recipient = Some("919845000012".into());
        assert!(list.apply(&opt_out));
        assert!(list.get(&phone, Kind::Sms, Purpose::Marketing).is_some());
        assert!(list.get(&phone, Kind::Voice, Purpose::Marketing).is_none());
    }

    #[test]
    fn the_list_shows_no_address() {
        let list = SuppressionList::new();
        list.add(&asha(), Suppression::new(Scope::Address, Reason::Manual));
        assert_eq!(format!("{list:?}"), "SuppressionList(1 addresses)");
    }
}
