//! What a single call, or the account for all of its calls, may set beside the message.

use serde::{Deserialize, Serialize};

use crate::{debug::show, message::ProviderOptions};

/// Options of one call, or an account's defaults. What is absent in the call's is taken from the
/// account's. Each needs its placeholder in the template.
///
/// ```
/// use dakiya::{Delivery, netcore::voice::Options};
///
/// let mut delivery = Delivery::default();
/// delivery.options.set(&Options::new().campaign("dues-2026"))?;
/// # Ok::<(), dakiya::Error>(())
/// ```
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The number shown, as the vendor writes it, where the call names none: `{caller_id}`. Those
    /// of the `140` and `1600` series are no E.164.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_id: Option<String>,
    /// The language of what is said, where the step names none: `{language}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The voice, where the step names none: `{voice}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// Where events of the call go, `https://…`: `{callback_url}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// The vendor's campaign: `{campaign_id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign_id: Option<String>,
}

impl ProviderOptions for Options {
    const PROVIDER: &'static str = super::LABEL;
}

impl Options {
    /// No options.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the number shown, as the vendor writes it.
    #[must_use]
    pub fn caller_id(mut self, number: impl Into<String>) -> Self {
        self.caller_id = Some(number.into());
        self
    }

    /// Sets the language of what is said.
    #[must_use]
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// Sets the voice.
    #[must_use]
    pub fn voice(mut self, voice: impl Into<String>) -> Self {
        self.voice = Some(voice.into());
        self
    }

    /// Sets where events go.
    #[must_use]
    pub fn callback_url(mut self, url: impl Into<String>) -> Self {
        self.callback_url = Some(url.into());
        self
    }

    /// Sets the campaign.
    #[must_use]
    pub fn campaign(mut self, id: impl Into<String>) -> Self {
        self.campaign_id = Some(id.into());
        self
    }

    /// These options over an account's `defaults`.
    pub(super) fn over(self, defaults: &Self) -> Self {
        Self {
            caller_id: self.caller_id.or_else(|| defaults.caller_id.clone()),
            language: self.language.or_else(|| defaults.language.clone()),
            voice: self.voice.or_else(|| defaults.voice.clone()),
            callback_url: self.callback_url.or_else(|| defaults.callback_url.clone()),
            campaign_id: self.campaign_id.or_else(|| defaults.campaign_id.clone()),
        }
    }

    /// The placeholders that they need.
    pub(super) fn placeholders(&self) -> impl Iterator<Item = &'static str> {
        let set = [
            (self.caller_id.is_some(), "caller_id"),
            (self.language.is_some(), "language"),
            (self.voice.is_some(), "voice"),
            (self.callback_url.is_some(), "callback_url"),
            (self.campaign_id.is_some(), "campaign_id"),
        ];
        set.into_iter().filter(|(set, _)| *set).map(|(_, name)| name)
    }
}

show!(Options { language, voice, campaign_id });
