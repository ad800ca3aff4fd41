//! What is known of one status of one message.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    debug::show,
    event::{Bounce, Event, Status},
    time::Timestamp,
};

/// How many events of a sort are counted one by one.
const COUNTED: usize = 32;
/// How many bytes of a provider's words are kept: they may quote what a stranger's server said.
const WORDS: usize = 1000;

/// How far a status says that a message has come: of two, the higher one holds. `None` for
/// complaints and subscriptions, which say nothing of that.
///
/// | rank | status | why there |
/// | --- | --- | --- |
/// | 10 | queued | |
/// | 20 | sent | |
/// | 25 | deferred | the provider got somewhere, and waits; a later `sent` ends it |
/// | 30 | ringing | |
/// | 40 | delivered | |
/// | 45 | answered | |
/// | 50 | bounced soft | a bounce may follow a delivery: the next server refused it |
/// | 51 | no answer | |
/// | 52 | busy | |
/// | 53 | failed | |
/// | 54 | rejected | |
/// | 55 | bounced hard | |
/// | 60 | completed | a call that was tried again went through |
/// | 70 | read | a person saw it, so it arrived, whatever a server said |
/// | 71 | opened | |
/// | 72 | clicked | |
///
/// A store may write `… where rank < new rank`; the numbers stay the same from release to release,
/// new ones come between them.
#[must_use]
pub fn rank(status: Status) -> Option<u8> {
    Some(match status {
        Status::Queued => 10,
        Status::Sent => 20,
        Status::Deferred => 25,
        Status::Ringing => 30,
        Status::Delivered => 40,
        Status::Answered => 45,
        Status::BouncedSoft => 50,
        Status::NoAnswer => 51,
        Status::Busy => 52,
        Status::Failed => 53,
        Status::Rejected => 54,
        Status::BouncedHard => 55,
        Status::Completed => 60,
        Status::Read => 70,
        Status::Opened => 71,
        Status::Clicked => 72,
        Status::Complained | Status::Resubscribed | Status::Unsubscribed => return None,
    })
}

/// The place of a status in a list of facts: one for each.
pub(super) fn place(status: Status) -> u8 {
    const UNRANKED: [Status; 3] = [Status::Complained, Status::Resubscribed, Status::Unsubscribed];
    let unranked = UNRANKED.into_iter().zip(100..).find(|(own, _)| *own == status);
    rank(status).or_else(|| unranked.map(|(_, place)| place)).unwrap_or(u8::MAX)
}

/// What is known of one status of one message.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// The status.
    pub status: Status,
    /// Whether a machine did it, not a person: an open or a click by a scanner or proxy.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub machine: bool,
    /// When it happened first, by the provider's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Timestamp>,
    /// When it happened last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
    /// Why, and in whose words.
    #[serde(flatten)]
    pub cause: Cause,
    /// The keys of the events, of those that are counted: the smallest, so that any order ends with
    /// the same.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    keys: BTreeSet<String>,
}

show!(Fact { status, machine, first, last });

/// Why a message has a status: the provider's code and words, from one event. Of several events the
/// one that says most, then the earliest, then the first in the order of their text.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cause {
    /// The provider's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The provider's words, up to 1000 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What sort of bounce or refusal it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounce: Option<Bounce>,
    /// The provider's word for the status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
    /// When that event happened.
    #[serde(rename = "at", skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
}

show!(Cause { code, bounce, timestamp });

impl Cause {
    /// The smallest is kept. `None` is before any value, so what is missing is asked first.
    fn order(&self) -> impl Ord + '_ {
        let missing = (
            self.code.is_none(),
            self.reason.is_none(),
            self.bounce.is_none(),
            self.timestamp.is_none(),
        );
        let bounce = self.bounce.map(|bounce| bounce as u8);
        (missing, self.timestamp, &self.code, &self.reason, bounce, &self.word)
    }
}

impl Fact {
    /// What an event with `status` tells.
    pub(super) fn of(event: &Event, status: Status) -> Self {
        let engaged = matches!(status, Status::Opened | Status::Clicked);
        let cause = Cause {
            code: beginning(event.code.as_deref()),
            reason: beginning(event.reason.as_deref()),
            bounce: event.bounce,
            word: beginning(event.word.as_deref()),
            timestamp: event.timestamp,
        };
        Self {
            status,
            machine: engaged && event.machine,
            first: event.timestamp,
            last: event.timestamp,
            cause,
            keys: engaged.then(|| event.dedup_key.clone()).into_iter().collect(),
        }
    }

    /// How often it happened: exact up to 32, where it stops. One, but for opens and clicks.
    #[must_use]
    pub fn count(&self) -> usize {
        self.keys.len().max(1)
    }

    pub(super) fn place(&self) -> (u8, bool) {
        (place(self.status), self.machine)
    }

    /// Takes over what `other` knows of the same status.
    pub(super) fn join(&mut self, other: Self) {
        self.first = earlier(self.first, other.first);
        self.last = self.last.max(other.last);
        if other.cause.order() < self.cause.order() {
            self.cause = other.cause;
        }
        self.keys.extend(other.keys);
        while self.keys.len() > COUNTED {
            self.keys.pop_last();
        }
    }
}

/// A text, or as much of it as is kept.
pub(super) fn beginning(text: Option<&str>) -> Option<String> {
    let text = text?;
    Some(text.get(..text.floor_char_boundary(WORDS)).unwrap_or(text).to_owned())
}

/// The earlier of two moments of which either may be unknown.
pub(super) fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
