//! What became of a call, from all of its events.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::fact::beginning;
use crate::{
    event::{AnsweredBy, CallOutcome, Event, Recording},
    time::Timestamp,
};

/// Where in a call something was told: a later try, then a later event, then a later moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Point {
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
}

/// What was told last.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Latest<T> {
    #[serde(flatten)]
    point: Point,
    value: T,
}

/// What was heard, and how sure that is.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Heard {
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
}

/// An order of values, so that of two told at the same point the same one is kept.
trait Value {
    fn order(&self, other: &Self) -> Ordering;
}

macro_rules! ordered {
    ($($type:ty: $value:ident => $key:expr;)*) => {
        $(impl Value for $type {
            fn order(&self, other: &Self) -> Ordering {
                let key = |$value: &Self| $key;
                key(self).cmp(&key(other))
            }
        })*
    };
}

ordered! {
    u16: value => *value;
    u64: value => *value;
    String: value => value.clone();
    AnsweredBy: value => *value as u8;
    Heard: value => (value.text.clone(), value.confidence.map(f64::to_bits));
    Recording: value => (value.id.clone(), value.url.clone(), value.duration_seconds);
}

/// What is known of a call: of each fact, what was told last.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct CallState {
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_seconds: Option<Latest<u64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_by: Option<Latest<AnsweredBy>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digits: Option<Latest<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    heard: Option<Latest<Heard>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recording: Option<Latest<Recording>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sip_code: Option<Latest<u16>>,
    /// The last point of all.
    last: Point,
}

impl CallState {
    /// What an event with `call` tells.
    pub(super) fn of(event: &Event, call: &CallOutcome) -> Self {
        let point = Point { attempt: call.attempt, sequence: call.sequence, at: event.timestamp };
        // JSON has no number for what is not finite.
        let confidence = call.confidence.filter(|number| number.is_finite());
        let heard = beginning(call.speech.as_deref()).map(|text| Heard { text, confidence });
        Self {
            duration_seconds: told(point, call.duration_seconds),
            answered_by: told(point, call.answered_by),
            digits: told(point, beginning(call.digits.as_deref())),
            heard: told(point, heard),
            recording: told(point, call.recording.clone()),
            sip_code: told(point, call.sip_code),
            last: point,
        }
    }

    /// Takes over what `other` knows.
    pub(super) fn join(&mut self, other: Self) {
        later(&mut self.duration_seconds, other.duration_seconds);
        later(&mut self.answered_by, other.answered_by);
        later(&mut self.digits, other.digits);
        later(&mut self.heard, other.heard);
        later(&mut self.recording, other.recording);
        later(&mut self.sip_code, other.sip_code);
        self.last = self.last.max(other.last);
    }

    pub(super) fn outcome(&self) -> CallOutcome {
        let heard = value(self.heard.as_ref());
        CallOutcome {
            duration_seconds: value(self.duration_seconds.as_ref()),
            answered_by: value(self.answered_by.as_ref()),
            digits: value(self.digits.as_ref()),
            confidence: heard.as_ref().and_then(|heard| heard.confidence),
            speech: heard.map(|heard| heard.text),
            recording: value(self.recording.as_ref()),
            sip_code: value(self.sip_code.as_ref()),
            sequence: self.last.sequence,
            attempt: self.last.attempt,
        }
    }
}

fn told<T>(point: Point, value: Option<T>) -> Option<Latest<T>> {
    value.map(|value| Latest { point, value })
}

fn value<T: Clone>(latest: Option<&Latest<T>>) -> Option<T> {
    latest.map(|latest| latest.value.clone())
}

fn later<T: Value>(own: &mut Option<Latest<T>>, new: Option<Latest<T>>) {
    let Some(new) = new else { return };
    let newer = own.as_ref().is_none_or(|own| {
        own.point.cmp(&new.point).then_with(|| own.value.order(&new.value)) == Ordering::Less
    });
    if newer {
        *own = Some(new);
    }
}
