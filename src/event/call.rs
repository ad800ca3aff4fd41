//! What became of a call.

use serde::{Deserialize, Serialize};

use crate::debug::{hide, show};

/// What became of a call, as far as this event tells.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallOutcome {
    /// How long it was connected, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u64>,
    /// Who picked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<AnsweredBy>,
    /// The keys that were pressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digits: Option<String>,
    /// What was said, as the provider heard it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speech: Option<String>,
    /// How sure the provider is of that, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// The recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording: Option<Recording>,
    /// The SIP response code that ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip_code: Option<u16>,
    /// The place among this call's events, where the provider counts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// Which try it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
}

/// Who picked up a call.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnsweredBy {
    /// A fax machine.
    Fax,
    /// A person.
    Human,
    /// An answering machine.
    Machine,
    /// The provider could not tell.
    Unknown,
}

/// A recording of a call.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recording {
    /// The provider's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Where it is. It came in the payload: hand your credentials to the provider's own hosts
    /// alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How long it is, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u64>,
}

show!(CallOutcome { duration_seconds, answered_by, sip_code, sequence, attempt });
hide!(Recording);
