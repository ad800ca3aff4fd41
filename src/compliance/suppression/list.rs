//! Suppressions in memory.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use async_trait::async_trait;

use super::{Query, Reason, Suppression, Suppressions, returns::Returns};
use crate::{
    compliance::keywords::TwoWay,
    error::Result,
    event::{
        Event, Scope, Status,
        party::{Party, may_be_same_sender},
    },
    message::{Kind, Recipient},
    time::Timestamp,
};

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

#[derive(Default)]
struct Entries {
    by_address: HashMap<Party, Vec<Entry>>,
    returns: Returns,
}

struct Entry {
    suppression: Suppression,
    /// The key of the event that it is from, if it is from one.
    event: String,
    /// Whether one message may still answer the opt-out.
    unanswered: bool,
    /// The key and the time of the last HELP.
    asked: (String, Option<Timestamp>),
}

impl Entry {
    fn new(suppression: Suppression, event: &str, unanswered: bool) -> Self {
        Self { suppression, event: event.to_owned(), unanswered, asked: Default::default() }
    }

    /// Whether it is an opt-out from what `event`, seen from our side, is about.
    fn is_opt_out_of(&self, event: &Event) -> bool {
        let Suppression { reason, kind, sender, .. } = &self.suppression;
        *reason == Reason::OptOut
            && *kind == event.channel
            && !other_sender(*kind, sender.as_deref(), event.sender.as_deref())
    }

    /// Whether it is in the way of the answer to `help`.
    fn may_be_asked(&self, help: &Event) -> bool {
        let Suppression { reason, kind, sender, .. } = &self.suppression;
        *reason == Reason::OptOut
            && kind.is_none_or(|kind| Some(kind) == help.channel)
            && !other_sender(help.channel, sender.as_deref(), help.sender.as_deref())
    }

    /// Gives the permission for one answer, unless `help` gave it before.
    fn ask(&mut self, help: &Event) -> bool {
        let (known, at) = &self.asked;
        let again = *known == help.dedup_key && !known.is_empty();
        let new = !again && at.zip(help.timestamp).is_none_or(|(last, now)| now > last);
        if new {
            self.unanswered = true;
            self.asked = (help.dedup_key.clone(), help.timestamp);
        }
        new
    }
}

impl SuppressionList {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a suppression. One of the same scope, reason, kind, sender and topic is replaced.
    /// One for [`Reason::OptOut`] may be confirmed to the person once.
    pub fn add(&self, recipient: &Recipient, suppression: Suppression) {
        let unanswered = suppression.reason == Reason::OptOut;
        self.write(|entries| {
            entries.insert(Party::of(recipient), Entry::new(suppression, "", unanswered))
        });
    }

    /// Removes all suppressions of an address. Returns whether there were any.
    #[must_use = "whether there were any"]
    pub fn remove(&self, recipient: &Recipient) -> bool {
        self.write(|entries| entries.by_address.remove(&Party::of(recipient)).is_some())
    }

    /// What forbids the message: what is no opt-out before opt-outs, then the widest first.
    #[must_use]
    pub fn get(&self, query: &Query<'_>) -> Option<Suppression> {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let own = entries.by_address.get(&Party::of(query.recipient))?;
        let all = own.iter().map(|entry| &entry.suppression);
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
    /// opt-outs of that kind that are not known to be later, or to be from another sender; one
    /// that names a [`topic`](Event::topic) that topic's alone. Complaints, dead addresses and
    /// the host's own entries stay. Returns whether the list changed.
    ///
    /// Events may come late and again: an opt-out from before the person came back changes nothing.
    /// That is remembered of the last 10,000 addresses that came back.
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
            return self.write(|entries| entries.take_back(&key, event));
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
        let topic = event.topic.clone().filter(|_| scope == Scope::Topic);
        let suppression = Suppression { scope, reason, kind, sender, topic, since };
        // A refusal because of an opt-out is no new one.
        let unanswered = event.status == Some(Status::Unsubscribed);
        self.write(|entries| {
            let back = reason == Reason::OptOut
                && entries.returns.undo(&key, &suppression, &event.dedup_key);
            !back && entries.insert(key, Entry::new(suppression, &event.dedup_key, unanswered))
        })
    }

    /// Does what follows from a keyword, and returns whether its answer is due.
    ///
    /// A STOP and a START are [applied](Self::apply); the answer is due where that changed the list,
    /// so who says YES and had not stopped is not welcomed back. A HELP is always answered, and
    /// where the person opted out it gives the permission for it: the answer of
    /// [`TwoWay`] passes once. The same message again gives none.
    pub fn heard(&self, heard: &TwoWay) -> bool {
        match &heard.event {
            Some(event) => self.apply(event),
            None => self.permit(heard.said()),
        }
    }

    fn permit(&self, help: &Event) -> bool {
        let Some(person) = &help.recipient else { return false };
        let key = Party::reported(person, help.channel);
        self.write(|entries| {
            let Some(own) = entries.by_address.get_mut(&key) else { return true };
            let mut asked = own.iter_mut().filter(|entry| entry.may_be_asked(help)).peekable();
            let nobody = asked.peek().is_none();
            asked.fold(nobody, |due, entry| entry.ask(help) || due)
        })
    }

    /// All that forbids the message must be opt-outs, one of them not answered yet.
    pub(super) fn confirm(&self, query: &Query<'_>) -> bool {
        self.write(|entries| {
            let own = entries.by_address.get_mut(&Party::of(query.recipient));
            let in_the_way: Vec<_> = own
                .into_iter()
                .flatten()
                .filter(|entry| entry.suppression.forbids(query))
                .collect();
            let opt_outs =
                in_the_way.iter().all(|entry| entry.suppression.reason == Reason::OptOut);
            let permitted = opt_outs && in_the_way.iter().any(|entry| entry.unanswered);
            if permitted {
                for entry in in_the_way {
                    entry.unanswered = false;
                }
            }
            permitted
        })
    }

    fn write<T>(&self, change: impl FnOnce(&mut Entries) -> T) -> T {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Entries {
    /// Returns whether it says more than what is there.
    fn insert(&mut self, key: Party, mut new: Entry) -> bool {
        fn what(entry: &Entry) -> (Scope, Reason, Option<Kind>, Option<&str>, Option<&str>) {
            let Suppression { scope, reason, kind, sender, topic, .. } = &entry.suppression;
            (*scope, *reason, *kind, sender.as_deref(), topic.as_deref())
        }
        let own = self.by_address.entry(key).or_default();
        if let Some(at) = own.iter().position(|old| what(old) == what(&new))
            && let Some(old) = own.get(at)
        {
            let again = old.event == new.event && !new.event.is_empty();
            let since = old.suppression.since.zip(new.suppression.since);
            if again || since.is_some_and(|(old, new)| new <= old) {
                return false;
            }
            new.unanswered |= old.unanswered;
            new.asked = own.swap_remove(at).asked;
        }
        own.push(new);
        true
    }

    fn take_back(&mut self, key: &Party, event: &Event) -> bool {
        let back = |entry: &Entry| {
            let Suppression { scope, topic, since, .. } = &entry.suppression;
            let later = since.zip(event.timestamp).is_some_and(|(out, back)| out > back);
            // Who comes back to one topic has not come back to all.
            let wider = event.topic.is_some() && (*scope != Scope::Topic || *topic != event.topic);
            entry.is_opt_out_of(event) && !later && !wider
        };
        let mut undone = Vec::new();
        let mut changed = false;
        if let Some(own) = self.by_address.get_mut(key) {
            for entry in own.extract_if(.., |entry| back(entry)) {
                changed = true;
                undone.extend(Some(entry.event).filter(|event| !event.is_empty()));
            }
            if own.is_empty() {
                self.by_address.remove(key);
            }
        }
        if event.topic.is_none() {
            self.returns.note(key, event, undone);
        }
        changed
    }
}

/// Whether two writings of a sender of ours are known to mean two.
pub(super) fn other_sender(kind: Option<Kind>, a: Option<&str>, b: Option<&str>) -> bool {
    kind.zip(a.zip(b)).is_some_and(|(kind, (a, b))| !may_be_same_sender(kind, a, b))
}

impl fmt::Debug for SuppressionList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        write!(f, "SuppressionList({} addresses)", entries.by_address.len())
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
