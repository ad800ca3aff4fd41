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
    debug::show,
    error::Result,
    event::{
        Event, Scope, Status,
        party::{Party, may_be_same_sender},
    },
    message::{Kind, Purpose, Recipient},
    time::Timestamp,
};

/// Where the messenger asks whether someone must not be written to.
#[async_trait]
pub trait Suppressions: Send + Sync {
    /// What forbids the message, if anything does.
    ///
    /// # Errors
    ///
    /// When the store does not answer. Nothing is sent then.
    async fn find(&self, query: &Query<'_>) -> Result<Option<Suppression>>;

    /// Takes the permission for the one message that confirms an opt-out, and returns whether there
    /// was one. An opt-out gives one permission; a new opt-out gives a new one.
    ///
    /// The messenger asks for a message that [confirms an
    /// opt-out](crate::Delivery::confirms_opt_out) right before it is handed over. A store that
    /// keeps no permissions has none to give: the default is `false`.
    ///
    /// In one statement: update where it is unused, then look at the number of rows. Of two that
    /// ask at the same moment one gets it. It is gone even if the message then fails.
    ///
    /// # Errors
    ///
    /// When the store does not answer. Nothing is sent then.
    async fn take_confirmation(&self, query: &Query<'_>) -> Result<bool> {
        let _ = query;
        Ok(false)
    }
}

/// A message that is to be sent, as far as suppressions hang on it.
#[non_exhaustive]
#[derive(Clone, Copy)]
pub struct Query<'a> {
    /// Who it goes to.
    pub recipient: &'a Recipient,
    /// Which kind it is.
    pub kind: Kind,
    /// What it is for.
    pub purpose: Purpose,
    /// Who it comes from, where the message says so; absent where the account's default is used.
    pub sender: Option<&'a str>,
}

impl<'a> Query<'a> {
    /// A message of `kind` and `purpose` to `recipient`, from the account's default sender.
    #[must_use]
    pub fn new(recipient: &'a Recipient, kind: Kind, purpose: Purpose) -> Self {
        Self { recipient, kind, purpose, sender: None }
    }

    /// Sets who it comes from.
    #[must_use]
    pub fn sender(mut self, sender: Option<&'a str>) -> Self {
        self.sender = sender;
        self
    }
}

impl fmt::Debug for Query<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query")
            .field("kind", &self.kind)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// That an address must not be written to, how far it goes, and why.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// How far it goes: [`blocks`](Self::blocks).
    pub scope: Scope,
    /// Why.
    pub reason: Reason,
    /// The one kind of message it holds for; all kinds when absent. Who no longer takes SMS may
    /// still take calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// The one sender of ours it holds for, as the provider writes it; all senders when absent. Who
    /// said STOP to one number may still want what another sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// Since when, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

show!(Suppression { scope, reason, kind, since });

impl Suppression {
    /// A suppression of every kind of message.
    #[must_use]
    pub fn new(scope: Scope, reason: Reason) -> Self {
        Self { scope, reason, kind: None, sender: None, since: None }
    }

    /// Limits it to one kind of message.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Limits it to one sender of ours.
    #[must_use]
    pub fn sender(mut self, sender: impl Into<String>) -> Self {
        self.sender = Some(sender.into());
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

    /// Whether it forbids the message of `query`, whoever that goes to.
    ///
    /// One that holds for one sender does not forbid what is known to come from another. Where
    /// the message names no sender, or it cannot be told whether the two are the same (a number and
    /// the id of a pool of numbers), it forbids.
    #[must_use]
    pub fn forbids(&self, query: &Query<'_>) -> bool {
        let kind = self.kind.is_none_or(|own| own == query.kind);
        let other = self.sender.as_deref().zip(query.sender);
        let other = other.is_some_and(|(own, sent)| !may_be_same_sender(query.kind, own, sent));
        kind && !other && self.blocks(query.purpose)
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
///     compliance::suppression::{Query, Reason, Suppression, SuppressionList},
/// };
///
/// let list = SuppressionList::new();
/// let asha = Recipient::Phone(PhoneNumber::parse("+919845000012")?);
/// list.add(&asha, Suppression::new(Scope::Marketing, Reason::OptOut));
/// assert!(list.get(&Query::new(&asha, Kind::Sms, Purpose::Marketing)).is_some());
/// assert!(list.get(&Query::new(&asha, Kind::Sms, Purpose::Transactional)).is_none());
/// # Ok::<(), dakiya::AddressError>(())
/// ```
#[derive(Clone, Default)]
pub struct SuppressionList(Arc<RwLock<Entries>>);

type Entries = HashMap<Party, Vec<Entry>>;

struct Entry {
    suppression: Suppression,
    /// The key of the event that it is from, if it is from one.
    event: String,
    /// Whether the opt-out may still be confirmed to the person.
    unconfirmed: bool,
}

impl SuppressionList {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a suppression. One of the same scope, reason, kind and sender is replaced. One for
    /// [`Reason::OptOut`] may be confirmed to the person once.
    pub fn add(&self, recipient: &Recipient, suppression: Suppression) {
        let unconfirmed = suppression.reason == Reason::OptOut;
        let entry = Entry { suppression, event: String::new(), unconfirmed };
        self.insert(Party::of(recipient), entry);
    }

    /// Removes all suppressions of an address. Returns whether there were any.
    #[must_use = "whether there were any"]
    pub fn remove(&self, recipient: &Recipient) -> bool {
        self.write(|entries| entries.remove(&Party::of(recipient)).is_some())
    }

    /// What forbids the message: what is no opt-out before opt-outs, then the widest first.
    #[must_use]
    pub fn get(&self, query: &Query<'_>) -> Option<Suppression> {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let all = entries.get(&Party::of(query.recipient))?.iter().map(|entry| &entry.suppression);
        all.filter(|suppression| suppression.forbids(query))
            .min_by_key(|suppression| {
                let scope = match suppression.scope {
                    Scope::Address => 0,
                    Scope::Sender => 1,
                    Scope::Marketing => 2,
                    Scope::Topic => 3,
                };
                (suppression.reason == Reason::OptOut, scope)
            })
            .cloned()
    }

    /// Adds what an event says: one with [`suppress`](Event::suppress) and a recipient adds a
    /// suppression of its channel's kind. [`Resubscribed`](Status::Resubscribed) takes back the
    /// opt-outs of that kind that are not known to be later, or to be from another sender;
    /// complaints, dead addresses and the host's own entries stay. Returns whether the list
    /// changed.
    ///
    /// With [`Scope::Sender`] on SMS, WhatsApp, RCS and calls it holds for the event's sender
    /// alone, where the event names one; in mail it holds for the address, whoever writes.
    ///
    /// An address is compared as [`Event::recipient`] has it, so a phone number needs its country
    /// code.
    pub fn apply(&self, event: &Event) -> bool {
        let Some(recipient) = &event.recipient else { return false };
        let key = Party::reported(recipient, event.channel);
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
        let own = scope == Scope::Sender && event.channel.is_some_and(has_numbers);
        let sender = event.sender.clone().filter(|sender| own && !sender.trim().is_empty());
        let (kind, since) = (event.channel, event.timestamp);
        let suppression = Suppression { scope, reason, kind, sender, since };
        // A refusal because of an opt-out is no new one.
        let unconfirmed = event.status == Some(Status::Unsubscribed);
        self.insert(key, Entry { suppression, event: event.dedup_key.clone(), unconfirmed });
        true
    }

    fn take_back(&self, key: &Party, event: &Event) -> bool {
        let back = |entry: &Suppression| {
            let later = entry.since.zip(event.timestamp).is_some_and(|(out, back)| out > back);
            let senders = entry.sender.as_deref().zip(event.sender.as_deref());
            let other = entry
                .kind
                .zip(senders)
                .is_some_and(|(kind, (own, to))| !may_be_same_sender(kind, own, to));
            entry.reason == Reason::OptOut && entry.kind == event.channel && !later && !other
        };
        self.write(|entries| {
            let Some(own) = entries.get_mut(key) else { return false };
            let before = own.len();
            own.retain(|entry| !back(&entry.suppression));
            let changed = own.len() != before;
            if own.is_empty() {
                entries.remove(key);
            }
            changed
        })
    }

    fn insert(&self, key: Party, mut new: Entry) {
        fn what(entry: &Entry) -> (Scope, Reason, Option<Kind>, Option<&str>) {
            let Suppression { scope, reason, kind, sender, .. } = &entry.suppression;
            (*scope, *reason, *kind, sender.as_deref())
        }
        self.write(|entries| {
            let own = entries.entry(key).or_default();
            if let Some(at) = own.iter().position(|old| what(old) == what(&new)) {
                let old = own.swap_remove(at);
                let again = old.event == new.event && !new.event.is_empty();
                let since = old.suppression.since.zip(new.suppression.since);
                let known = again || since.is_some_and(|(old, new)| new <= old);
                if known || !new.unconfirmed {
                    new.unconfirmed = old.unconfirmed;
                }
                if since.is_some_and(|(old, new)| new < old) {
                    (new.suppression.since, new.event) = (old.suppression.since, old.event);
                }
            }
            own.push(new);
        });
    }

    /// All that forbids the message must be opt-outs, one of them not confirmed yet.
    fn confirm(&self, query: &Query<'_>) -> bool {
        self.write(|entries| {
            let Some(own) = entries.get_mut(&Party::of(query.recipient)) else { return false };
            let in_the_way: Vec<_> =
                own.iter_mut().filter(|entry| entry.suppression.forbids(query)).collect();
            let opt_outs =
                in_the_way.iter().all(|entry| entry.suppression.reason == Reason::OptOut);
            let permitted = opt_outs && in_the_way.iter().any(|entry| entry.unconfirmed);
            if permitted {
                in_the_way.into_iter().for_each(|entry| entry.unconfirmed = false);
            }
            permitted
        })
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
    async fn find(&self, query: &Query<'_>) -> Result<Option<Suppression>> {
        Ok(self.get(query))
    }

    async fn take_confirmation(&self, query: &Query<'_>) -> Result<bool> {
        Ok(self.confirm(query))
    }
}

/// The kinds where a business writes from numbers, each of which a person may refuse alone.
fn has_numbers(kind: Kind) -> bool {
    matches!(kind, Kind::Rcs | Kind::Sms | Kind::Voice | Kind::WhatsApp)
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
        let found = list.get(&Query::new(&asha(), Kind::Email, Purpose::Transactional)).unwrap();
        assert_eq!((found.scope, found.reason), (Scope::Sender, Reason::Complaint));
        assert!(list.get(&Query::new(&asha(), Kind::Email, Purpose::Otp)).is_none());
        assert!(list.remove(&asha()));
        assert!(!list.remove(&asha()));
    }

    #[test]
    fn coming_back_takes_back_opt_outs_alone() {
        let list = SuppressionList::new();
        list.apply(&event(Status::Unsubscribed, Some(Scope::Marketing)));
        list.apply(&event(Status::BouncedHard, Some(Scope::Address)));
        assert!(list.apply(&event(Status::Resubscribed, None)));
        let found = list.get(&Query::new(&asha(), Kind::Email, Purpose::Marketing)).unwrap();
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
        assert!(list.get(&Query::new(&phone, Kind::Sms, Purpose::Marketing)).is_some());
        assert!(list.get(&Query::new(&phone, Kind::Voice, Purpose::Marketing)).is_none());
    }

    #[test]
    fn the_list_shows_no_address() {
        let list = SuppressionList::new();
        list.add(&asha(), Suppression::new(Scope::Address, Reason::Manual));
        assert_eq!(format!("{list:?}"), "SuppressionList(1 addresses)");
    }

    fn said_stop(sender: &str, key: &str) -> Event {
        let mut event = event(Status::Unsubscribed, Some(Scope::Sender));
        event.channel = Some(Kind::Sms);
        event.recipient = Some("+919845000012".into());
        event.sender = Some(sender.into());
        event.dedup_key = key.into();
        event
    }

    fn phone() -> Recipient {
        Recipient::Phone(PhoneNumber::parse("+919845000012").unwrap())
    }

    #[test]
    fn a_stop_to_one_number_holds_for_that_number_alone() {
        let list = SuppressionList::new();
        assert!(list.apply(&said_stop("+12025550100", "a")));
        let person = phone();
        let query = Query::new(&person, Kind::Sms, Purpose::Transactional);
        let from = |sender| list.get(&query.sender(sender)).is_some();
        assert!(from(Some("12025550100")));
        assert!(!from(Some("+12025550111")));
        assert!(from(None), "the account's default may be that number");
        assert!(from(Some("MG0123456789")), "a pool may hold that number");
        // In mail it is the address.
        let mut mail = event(Status::Complained, Some(Scope::Sender));
        mail.sender = Some("orders@example.com".into());
        assert!(list.apply(&mail));
        let asha = asha();
        let query = Query::new(&asha, Kind::Email, Purpose::Transactional);
        assert_eq!(list.get(&query.sender(Some("news@example.com"))).unwrap().sender, None);
    }

    #[test]
    fn coming_back_to_one_number_leaves_the_others_alone() {
        let list = SuppressionList::new();
        list.apply(&said_stop("+12025550100", "a"));
        list.apply(&said_stop("+12025550111", "b"));
        let mut start = said_stop("+12025550100", "c");
        (start.status, start.suppress) = (Some(Status::Resubscribed), None);
        assert!(list.apply(&start));
        let person = phone();
        let query = Query::new(&person, Kind::Sms, Purpose::Transactional);
        assert!(list.get(&query.sender(Some("+12025550100"))).is_none());
        assert!(list.get(&query.sender(Some("+12025550111"))).is_some());
    }

    #[test]
    fn an_opt_out_is_confirmed_once_and_a_new_one_again() {
        let list = SuppressionList::new();
        let person = phone();
        let query = Query::new(&person, Kind::Sms, Purpose::Transactional);
        assert!(!list.confirm(&query), "there is no opt-out");
        list.apply(&said_stop("+12025550100", "a"));
        assert!(list.confirm(&query));
        assert!(!list.confirm(&query));
        list.apply(&said_stop("+12025550100", "a"));
        assert!(!list.confirm(&query), "the same event again");
        let mut refused = said_stop("+12025550100", "refused");
        refused.status = Some(Status::Failed);
        list.apply(&refused);
        assert!(!list.confirm(&query), "a refusal is no opt-out");
        list.apply(&said_stop("+12025550100", "b"));
        assert!(list.confirm(&query));
    }

    #[test]
    fn nothing_but_an_opt_out_may_be_confirmed() {
        let list = SuppressionList::new();
        let person = phone();
        let query = Query::new(&person, Kind::Sms, Purpose::Transactional);
        list.apply(&said_stop("+12025550100", "a"));
        list.add(&person, Suppression::new(Scope::Address, Reason::Manual));
        assert!(!list.confirm(&query));
        assert_eq!(list.get(&query).unwrap().reason, Reason::Manual);
    }
}
