//! Finds the message that an event is about.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    fmt,
    time::Duration,
};

use super::{
    parked::Parked,
    state::{Applied, MessageState},
};
use crate::{
    channel::Receipt,
    debug::show,
    event::{
        Event,
        party::{Party, tail},
    },
    message::{Kind, MessageId, Recipient},
    time::Timestamp,
};

/// How much a [`StatusTracker`] holds. What is beyond it is forgotten, the oldest first.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// How many messages. Default: 100,000.
    pub messages: usize,
    /// How long after it was recorded a message is kept. Default: 30 days.
    pub keep: Duration,
    /// How many events wait for their message. Default: 10,000.
    pub parked: usize,
    /// How long they wait. Default: one hour; a send is recorded within seconds, a crash and a
    /// restart lie between at worst.
    pub wait: Duration,
}

impl Default for Capacity {
    fn default() -> Self {
        Self {
            messages: 100_000,
            keep: Duration::from_hours(30 * 24),
            parked: 10_000,
            wait: Duration::from_hours(1),
        }
    }
}

/// A send, as far as its events are matched by it.
#[non_exhaustive]
#[derive(Clone, PartialEq)]
pub struct Sent {
    /// Our id of the message.
    pub id: MessageId,
    /// The provider, such as `netcore`.
    pub provider: String,
    /// Which kind it was.
    pub kind: Kind,
    /// The reference that the host handed over, if any. Our id is one at all times.
    pub callback_data: Option<String>,
    /// The people who were accepted, each with the provider's ids of the message.
    pub people: Vec<(Recipient, Vec<String>)>,
}

show!(Sent { id, provider, kind });

impl Sent {
    /// Sets the reference that the host handed over: [`Delivery::callback_data`].
    ///
    /// [`Delivery::callback_data`]: crate::Delivery::callback_data
    #[must_use]
    pub fn callback_data(mut self, data: impl Into<String>) -> Self {
        self.callback_data = Some(data.into());
        self
    }
}

impl From<&Receipt> for Sent {
    fn from(receipt: &Receipt) -> Self {
        let kind = format!(".{}", receipt.kind);
        let provider = receipt.provider.strip_suffix(&kind).unwrap_or(&receipt.provider);
        let accepted = receipt.recipients.iter().filter(|outcome| outcome.refusal.is_none());
        let people = accepted.map(|outcome| {
            let ids = outcome.provider_message_id.iter().chain(&receipt.provider_message_id);
            let ids: BTreeSet<_> = ids.cloned().collect();
            (outcome.recipient.clone(), ids.into_iter().collect())
        });
        Self {
            id: receipt.id,
            provider: provider.to_owned(),
            kind: receipt.kind,
            callback_data: None,
            people: people.collect(),
        }
    }
}

/// What an event did to a message for one person.
#[non_exhaustive]
#[derive(Clone, PartialEq)]
pub struct Update {
    /// Our id of the message.
    pub id: MessageId,
    /// Who it went to.
    pub recipient: Recipient,
    /// What the event did.
    pub applied: Applied,
    /// What is known now.
    pub state: MessageState,
}

show!(Update { id, recipient, applied, state });

/// Follows messages in memory, for one process.
///
/// An event is matched within its provider, and its kind where it names one:
///
/// 1. by the provider's id. Where several people share it (one mail to three, one request for a
///    batch) the event's recipient tells who: mail addresses whatever their case, numbers by their
///    last eight digits, which `+`, `whatsapp:` and the digit that WhatsApp puts into some numbers
///    leave alone. An event that names nobody is about all who share it.
/// 2. by its `callback_data`: our id of the message, or the reference that was recorded, where it
///    leads to one message and that has no other id at the provider.
///
/// Where the provider went on by another kind, as RCS falls back to SMS, the person has another
/// state for that: the RCS message failed, and the SMS was delivered.
///
/// An event that matches nothing waits for [`record`](Self::record), within the [`Capacity`].
///
/// Every call takes the time, and forgets what is too old by it.
pub struct StatusTracker {
    capacity: Capacity,
    messages: HashMap<MessageId, Tracked>,
    /// In order of recording.
    order: VecDeque<(Timestamp, MessageId)>,
    people: HashMap<Handle, Sharing>,
    parked: Parked,
}

/// By what an event is matched: a provider, and its id or the host's reference.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Handle {
    Id(String, String),
    Reference(String, String),
}

impl Handle {
    /// What an event can be matched by, best first.
    pub(super) fn all(event: &Event) -> impl Iterator<Item = Self> {
        let own = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let id = own(&event.provider_message_id).map(|id| Self::Id(event.provider.to_string(), id));
        let reference = own(&event.callback_data);
        id.into_iter()
            .chain(reference.map(|text| Self::Reference(event.provider.to_string(), text)))
    }
}

/// One person of one message: their place in its list.
type Place = (MessageId, usize);

/// The people who share an id, by what is the same in all spellings of their address.
type Sharing = HashMap<String, BTreeSet<Place>>;

#[derive(Default)]
struct Tracked {
    people: Vec<Person>,
}

#[derive(Clone)]
struct Person {
    recipient: Recipient,
    party: Party,
    provider: String,
    kind: Kind,
    ids: Vec<String>,
    handles: Vec<Handle>,
    state: MessageState,
}

impl Default for StatusTracker {
    fn default() -> Self {
        Self::new(Capacity::default())
    }
}

impl StatusTracker {
    /// That follows nothing yet.
    #[must_use]
    pub fn new(capacity: Capacity) -> Self {
        Self {
            capacity,
            messages: HashMap::new(),
            order: VecDeque::new(),
            people: HashMap::new(),
            parked: Parked::default(),
        }
    }

    /// Follows a message that was sent at `now`, and takes the events that came before. Returns
    /// what they changed.
    ///
    /// To record the same send again changes nothing; another send of the same message, by the same
    /// provider or another, is followed beside the first.
    pub fn record(&mut self, sent: impl Into<Sent>, now: Timestamp) -> Vec<Update> {
        let Sent { id, provider, kind, callback_data, people } = sent.into();
        self.expire(now);
        let mut new = Vec::new();
        for (recipient, ids) in people {
            let own = ids.iter().map(|id| Handle::Id(provider.clone(), id.clone()));
            let references = [Some(id.to_string()), callback_data.clone()].into_iter().flatten();
            let references = references.map(|text| Handle::Reference(provider.clone(), text));
            let handles = own.chain(references).collect();
            let (party, provider) = (Party::of(&recipient), provider.clone());
            let state = MessageState::new();
            new.push(Person { recipient, party, provider, kind, ids, handles, state });
        }
        let handles = self.follow(id, new, now);
        let mut updates = Vec::new();
        for number in self.parked.waiting(&handles) {
            let Some(event) = self.parked.get(number) else { continue };
            let places = self.find(event);
            if places.is_empty() {
                continue;
            }
            let event = event.clone();
            if !self.may_mean_more(&event, &places) {
                self.parked.remove(number);
            }
            updates.extend(self.apply_at(places, &event));
        }
        updates.retain(|update| update.applied != Applied::Unchanged);
        updates
    }

    /// Folds in an event. Returns what it did, person by person; nothing where it is not about a
    /// message, or waits for its message.
    pub fn apply(&mut self, event: &Event, now: Timestamp) -> Vec<Update> {
        self.expire(now);
        if !MessageState::takes(event) {
            return Vec::new();
        }
        let places = self.find(event);
        if places.is_empty() || self.may_mean_more(event, &places) {
            self.parked.put(event, now, self.capacity.parked);
        }
        self.apply_at(places, event)
    }

    /// Forgets what is older at `now` than the [`Capacity`] says. The other calls do so too.
    pub fn expire(&mut self, now: Timestamp) {
        self.parked.expire(now, self.capacity.wait);
        while let Some((at, id)) = self.order.front().copied() {
            let old = Duration::try_from(now.duration_since(at)).unwrap_or_default();
            if old <= self.capacity.keep && self.messages.len() <= self.capacity.messages {
                break;
            }
            self.order.pop_front();
            self.forget(id);
        }
    }

    /// What is known of a message, person by person.
    pub fn states(&self, id: MessageId) -> impl Iterator<Item = (&Recipient, &MessageState)> {
        let people = self.messages.get(&id).map(|message| message.people.iter());
        people.into_iter().flatten().map(|person| (&person.recipient, &person.state))
    }

    /// How many messages it follows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether it follows none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// How many events wait for their message.
    #[must_use]
    pub fn parked(&self) -> usize {
        self.parked.len()
    }

    /// Returns what new people can be matched by.
    fn follow(&mut self, id: MessageId, people: Vec<Person>, now: Timestamp) -> Vec<Handle> {
        let mut handles = Vec::new();
        if people.is_empty() {
            return handles;
        }
        if !self.messages.contains_key(&id) {
            self.order.push_back((now, id));
        }
        let message = self.messages.entry(id).or_default();
        for person in people {
            let known = message.people.iter().any(|own| {
                own.party == person.party
                    && own.provider == person.provider
                    && own.ids == person.ids
            });
            if known {
                continue;
            }
            let place = (id, message.people.len());
            share(&mut self.people, &person, place);
            handles.extend(person.handles.iter().cloned());
            message.people.push(person);
        }
        if self.messages.len() > self.capacity.messages
            && let Some((_, oldest)) = self.order.pop_front()
        {
            self.forget(oldest);
        }
        handles
    }

    fn forget(&mut self, id: MessageId) {
        let Some(message) = self.messages.remove(&id) else { return };
        for (index, person) in message.people.into_iter().enumerate() {
            for handle in person.handles {
                let Some(sharing) = self.people.get_mut(&handle) else { continue };
                if let Some(places) = sharing.get_mut(same(&person.party)) {
                    places.remove(&(id, index));
                    if places.is_empty() {
                        sharing.remove(same(&person.party));
                    }
                }
                if sharing.is_empty() {
                    self.people.remove(&handle);
                }
            }
        }
    }

    /// Who an event is about.
    fn find(&self, event: &Event) -> Vec<Place> {
        for handle in Handle::all(event) {
            let Some(sharing) = self.people.get(&handle) else { continue };
            let by_id = matches!(handle, Handle::Id(..));
            let fits = |place: &Place| {
                self.person(*place).is_some_and(|person| {
                    let kind = event.channel.is_none_or(|kind| {
                        kind == person.kind || by_id && goes_on(person.kind, kind)
                    });
                    let id = event.provider_message_id.as_ref();
                    let other =
                        id.is_some_and(|id| !person.ids.is_empty() && !person.ids.contains(id));
                    kind && (by_id || !other)
                })
            };
            let mut found: Vec<Place> = Vec::new();
            for place in self.named(event, sharing).filter(fits) {
                if !by_id && found.iter().any(|(id, _)| *id != place.0) {
                    return Vec::new(); // one reference for several messages tells none
                }
                found.push(place);
            }
            if event.recipient.is_some() {
                self.keep(&mut found, |own| {
                    let reported = event.recipient.as_deref();
                    reported.is_some_and(|text| own.party == Party::reported(text, event.channel))
                });
            }
            self.keep(&mut found, |own| Some(own.kind) == event.channel);
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// Those of the people who share an id whom the event may name.
    fn named<'a>(
        &self,
        event: &Event,
        sharing: &'a Sharing,
    ) -> Box<dyn Iterator<Item = Place> + 'a> {
        let all = || Box::new(sharing.values().flatten().copied());
        let Some(recipient) = &event.recipient else { return all() };
        let party = Party::reported(recipient, event.channel);
        match sharing.get(same(&party)) {
            Some(places) => Box::new(places.iter().copied()),
            // A number and a user id may be the same person: believed where there is no other.
            None if sharing.values().map(BTreeSet::len).sum::<usize>() == 1 => {
                let only = all().next();
                let person = only.and_then(|place| self.person(place));
                let told_apart = person.is_none_or(|person| {
                    std::mem::discriminant(&person.party) == std::mem::discriminant(&party)
                });
                Box::new(only.filter(|_| !told_apart).into_iter())
            }
            None => Box::new(std::iter::empty()),
        }
    }

    /// Where this holds for somebody, only they are meant.
    fn keep(&self, found: &mut Vec<Place>, holds: impl Fn(&Person) -> bool) {
        let exact = |place: &Place| self.person(*place).is_some_and(&holds);
        if found.iter().any(exact) {
            found.retain(exact);
        }
    }

    /// Whether an event may be about people who are recorded later too: in mail one id is shared,
    /// and this event names nobody.
    fn may_mean_more(&self, event: &Event, places: &[Place]) -> bool {
        let mail = |place: &Place| self.person(*place).is_some_and(|own| own.kind == Kind::Email);
        event.recipient.is_none() && places.iter().any(mail)
    }

    fn person(&self, (id, index): Place) -> Option<&Person> {
        self.messages.get(&id)?.people.get(index)
    }

    fn apply_at(&mut self, places: Vec<Place>, event: &Event) -> Vec<Update> {
        let mut updates = Vec::with_capacity(places.len());
        for place in places {
            let (id, index) = self.gone_on(place, event);
            let message = self.messages.get_mut(&id);
            if let Some(person) = message.and_then(|message| message.people.get_mut(index)) {
                let applied = person.state.apply(event);
                let (recipient, state) = (person.recipient.clone(), person.state.clone());
                updates.push(Update { id, recipient, applied, state });
            }
        }
        updates
    }

    /// The person of the event's kind: of one that the provider went on to, it begins here.
    fn gone_on(&mut self, place: Place, event: &Event) -> Place {
        let Some(kind) = event.channel else { return place };
        let Some(message) = self.messages.get_mut(&place.0) else { return place };
        let index = message.people.len();
        let Some(person) = message.people.get(place.1).filter(|own| own.kind != kind) else {
            return place;
        };
        let state = MessageState::new();
        let person = Person { kind, state, ..person.clone() };
        share(&mut self.people, &person, (place.0, index));
        message.people.push(person);
        (place.0, index)
    }
}

impl fmt::Debug for StatusTracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (messages, parked) = (self.len(), self.parked());
        write!(f, "StatusTracker({messages} messages, {parked} events wait)")
    }
}

fn share(people: &mut HashMap<Handle, Sharing>, person: &Person, place: Place) {
    for handle in &person.handles {
        let sharing = people.entry(handle.clone()).or_default();
        sharing.entry(same(&person.party).to_owned()).or_default().insert(place);
    }
}

/// Whether a provider goes on by another kind to the same number: from RCS to SMS, from WhatsApp
/// to either.
fn goes_on(from: Kind, to: Kind) -> bool {
    let written = |kind| matches!(kind, Kind::Rcs | Kind::Sms | Kind::WhatsApp);
    written(from) && written(to)
}

/// What all spellings of an address share.
fn same(party: &Party) -> &str {
    match party {
        Party::Number(digits) => tail(digits),
        Party::Email(text) | Party::Other(text) => text,
    }
}
