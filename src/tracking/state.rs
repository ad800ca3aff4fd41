//! What became of one message for one person.

use serde::{Deserialize, Deserializer, Serialize};

use super::{
    call::CallState,
    fact::{Cause, Fact, rank},
};
use crate::{
    channel::Money,
    debug::show,
    event::{CallOutcome, Event, EventKind, Status},
    time::Timestamp,
};

/// What became of one message for one person, folded from its events.
///
/// A join-semilattice: [`apply`](Self::apply) and [`join`](Self::join) may be called in any order
/// and any number of times, and the same events end in the same state.
///
/// - The [`status`](Self::status) is the one of the highest [`rank`] that was ever told, so a late
///   event moves nothing back.
/// - Each status keeps when it was told first and last, and why: [`fact`](Self::fact).
/// - Opens and clicks by machines, complaints and subscriptions are facts of their own: they undo
///   no delivery, and prove none.
///
/// In JSON it is an object to keep beside the message. It holds no address.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageState {
    /// In order of their place, one for each.
    #[serde(deserialize_with = "facts", skip_serializing_if = "Vec::is_empty")]
    facts: Vec<Fact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Cost>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<Box<CallState>>,
}

/// What a message cost, and how far it had come when that was told.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Cost {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rank: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    amount: Money,
}

impl Cost {
    fn order(&self) -> impl Ord + use<> {
        let currency = String::from(self.amount.currency);
        (self.at, self.rank, self.amount.micros, currency)
    }
}

/// What an event did to a state.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Applied {
    /// The status is another now.
    Advanced,
    /// It is not about what became of a message.
    NotAbout,
    /// The status is the same; something else is known now: an earlier step, an open, a cost.
    Noted,
    /// Nothing is new: it came before, or says no more than what is known.
    Unchanged,
}

impl MessageState {
    /// Of which nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether an event is about what became of a message, so that [`apply`](Self::apply) would
    /// take it.
    #[must_use]
    pub fn takes(event: &Event) -> bool {
        let about = match event.kind {
            EventKind::Engagement | EventKind::Status | EventKind::Suppression => true,
            // A recording, or a price, that comes by itself.
            EventKind::Other => event.call.is_some() || event.cost.is_some(),
            EventKind::Account
            | EventKind::Inbound
            | EventKind::Subscription
            | EventKind::Template => false,
        };
        about && (event.status.is_some() || event.call.is_some() || event.cost.is_some())
    }

    /// Folds in an event of this message. That it is of this message is for the caller to know.
    pub fn apply(&mut self, event: &Event) -> Applied {
        if !Self::takes(event) {
            return Applied::NotAbout;
        }
        let told = Self {
            facts: event.status.map(|status| Fact::of(event, status)).into_iter().collect(),
            cost: event.cost.map(|amount| Cost {
                rank: event.status.and_then(rank),
                at: event.timestamp,
                amount,
            }),
            call: event.call.as_deref().map(|call| Box::new(CallState::of(event, call))),
        };
        self.join(&told)
    }

    /// Folds in all that another state of the same message knows.
    pub fn join(&mut self, other: &Self) -> Applied {
        let before = self.status();
        let mut changed = false;
        for fact in &other.facts {
            changed |= self.note(fact.clone());
        }
        if let Some(new) = other.cost
            && self.cost.is_none_or(|own| own.order() < new.order())
        {
            self.cost = Some(new);
            changed = true;
        }
        if let Some(new) = &other.call {
            let old = self.call.clone();
            self.call.get_or_insert_default().join((**new).clone());
            changed |= self.call != old;
        }
        match changed {
            false => Applied::Unchanged,
            true if self.status() == before => Applied::Noted,
            true => Applied::Advanced,
        }
    }

    fn note(&mut self, new: Fact) -> bool {
        match self.facts.binary_search_by_key(&new.place(), Fact::place) {
            Ok(at) => self.facts.get_mut(at).is_some_and(|own| {
                let before = own.clone();
                own.join(new);
                *own != before
            }),
            Err(at) => {
                self.facts.insert(at, new);
                true
            }
        }
    }

    /// How far it has come, `None` before the first event. A person's open or click counts: it
    /// proves that the message arrived. A machine's does not.
    ///
    /// Of [`Sent`](Status::Sent) and [`Deferred`](Status::Deferred) the later one holds, where both
    /// have a time.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        let ranked = |fact: &&Fact| !fact.machine && rank(fact.status).is_some();
        let highest = self.facts.iter().rfind(ranked)?;
        if highest.status == Status::Deferred
            && let Some(sent) = self.fact(Status::Sent)
            && sent.last.zip(highest.last).is_some_and(|(sent, deferred)| sent > deferred)
        {
            return Some(Status::Sent);
        }
        Some(highest.status)
    }

    /// Whether the provider does nothing more: [`Status::is_final`].
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.status().is_some_and(Status::is_final)
    }

    /// What is known of a status, by people where it is an open or a click.
    #[must_use]
    pub fn fact(&self, status: Status) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.status == status && !fact.machine)
    }

    /// What is known of opens or clicks by machines.
    #[must_use]
    pub fn machine(&self, status: Status) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.status == status && fact.machine)
    }

    /// All that is known, the highest rank last.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.facts.iter()
    }

    /// When the present status was told first, where the provider says so.
    #[must_use]
    pub fn since(&self) -> Option<Timestamp> {
        self.fact(self.status()?)?.first
    }

    /// When it was first said to be delivered.
    #[must_use]
    pub fn delivered_at(&self) -> Option<Timestamp> {
        self.fact(Status::Delivered)?.first
    }

    /// Whether it reached the person: delivered, answered, completed, read, opened or clicked, and
    /// no failure after that which a person's act does not disprove.
    #[must_use]
    pub fn arrived(&self) -> bool {
        self.status().is_some_and(|status| {
            matches!(
                status,
                Status::Answered
                    | Status::Clicked
                    | Status::Completed
                    | Status::Delivered
                    | Status::Opened
                    | Status::Read
            )
        })
    }

    /// Why it did not arrive, where the status is a failure.
    #[must_use]
    pub fn failure(&self) -> Option<&Cause> {
        let status = self.status()?;
        let failed = matches!(
            status,
            Status::BouncedHard
                | Status::BouncedSoft
                | Status::Busy
                | Status::Failed
                | Status::NoAnswer
                | Status::Rejected
        );
        if failed { self.fact(status).map(|fact| &fact.cause) } else { None }
    }

    /// Whether a person opened, read or clicked it.
    #[must_use]
    pub fn opened(&self) -> bool {
        [Status::Opened, Status::Read, Status::Clicked]
            .into_iter()
            .any(|status| self.fact(status).is_some())
    }

    /// How often a person opened it: exact up to 32, where it stops.
    #[must_use]
    pub fn opens(&self) -> usize {
        self.fact(Status::Opened).map_or(0, Fact::count)
    }

    /// How often a person clicked: exact up to 32, where it stops.
    #[must_use]
    pub fn clicks(&self) -> usize {
        self.fact(Status::Clicked).map_or(0, Fact::count)
    }

    /// Whether the person marked it as spam.
    #[must_use]
    pub fn complained(&self) -> bool {
        self.fact(Status::Complained).is_some()
    }

    /// Whether the person unsubscribed by it and did not come back later.
    #[must_use]
    pub fn unsubscribed(&self) -> bool {
        let Some(out) = self.fact(Status::Unsubscribed) else { return false };
        let back = self.fact(Status::Resubscribed);
        back.is_none_or(|back| back.last.zip(out.last).is_none_or(|(back, out)| back <= out))
    }

    /// What it cost: of several amounts the one told last.
    #[must_use]
    pub fn cost(&self) -> Option<Money> {
        self.cost.map(|cost| cost.amount)
    }

    /// What became of the call: of each fact what was told last, by the try, then by the provider's
    /// count, then by its clock.
    #[must_use]
    pub fn call(&self) -> Option<CallOutcome> {
        self.call.as_deref().map(CallState::outcome)
    }
}

impl std::fmt::Debug for MessageState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessageState")
            .field("status", &self.status())
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

show!(Cost { amount });

/// Facts as they were stored, in whatever order somebody left them.
fn facts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Fact>, D::Error> {
    let mut state = MessageState::new();
    for fact in Vec::<Fact>::deserialize(deserializer)? {
        state.note(fact);
    }
    Ok(state.facts)
}
