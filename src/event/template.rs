//! What became of a template kept at a provider.

use serde::{Deserialize, Serialize};

/// What became of a template kept at a provider.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TemplateChange {
    /// The provider's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its language, as the provider writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Its category, as the provider writes it; the new one where that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The category before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_category: Option<String>,
    /// Whether it may be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<TemplateState>,
    /// How people took to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<TemplateQuality>,
    /// How they took to it before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_quality: Option<TemplateQuality>,
}

/// Whether a template may be sent. The provider's own word is [`Event::word`](super::Event::word).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateState {
    /// It may be sent.
    Approved,
    /// It is put away, and not sent.
    Archived,
    /// It is gone.
    Deleted,
    /// It is switched off for good.
    Disabled,
    /// It may be sent and is about to be paused: people complain.
    Flagged,
    /// It is locked: it cannot be changed.
    Locked,
    /// It cannot be sent for a while.
    Paused,
    /// It is being looked at.
    Pending,
    /// It was refused.
    Rejected,
}

/// How people took to a template.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateQuality {
    /// Well.
    Green,
    /// Badly: it is about to be paused.
    Red,
    /// Not known yet.
    Unknown,
    /// Less than well.
    Yellow,
}
