//! What a single message may ask of Netcore.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::message::ProviderOptions;

/// Options of one message.
///
/// ```
/// use dakiya::{Delivery, netcore::whatsapp::Options};
///
/// let mut delivery = Delivery::default();
/// delivery.options.set(&Options::new().link_tracking(true).priority(true))?;
/// # Ok::<(), dakiya::Error>(())
/// ```
///
/// Source: [Samples](https://emaildocs.netcorecloud.com/reference/api-request-samples).
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Whether a text shows a preview of its first link: `preview_url`. Left to Netcore when
    /// absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_preview: Option<bool>,
    /// Whether clicks on a template's buttons are counted: `cta_link_track`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_tracking: Option<bool>,
    /// Whether it takes the priority queue; as the account is set when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<bool>,
    /// The language of a template named in `provider_templates`. Default: `en`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Says that the template has buttons with nothing to fill: Netcore's samples send those as
    /// `media_template`. Default: false.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fixed_buttons: bool,
    /// What stands in place of the content, in Netcore's own form, for what has no neutral one:
    /// `message_type` and the object that goes with it. The recipient, the source and the
    /// reference are written beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<Map<String, Value>>,
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

    /// Sets whether a text shows a preview of its first link.
    #[must_use]
    pub fn link_preview(mut self, on: bool) -> Self {
        self.link_preview = Some(on);
        self
    }

    /// Sets whether clicks on a template's buttons are counted.
    #[must_use]
    pub fn link_tracking(mut self, on: bool) -> Self {
        self.link_tracking = Some(on);
        self
    }

    /// Sets whether it takes the priority queue.
    #[must_use]
    pub fn priority(mut self, on: bool) -> Self {
        self.priority = Some(on);
        self
    }

    /// Sets the language of a template named in `provider_templates`.
    #[must_use]
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// Says that the template has buttons with nothing to fill.
    #[must_use]
    pub fn fixed_buttons(mut self) -> Self {
        self.fixed_buttons = true;
        self
    }

    /// Sets what stands in place of the content, in Netcore's own form.
    #[must_use]
    pub fn raw(mut self, content: Map<String, Value>) -> Self {
        self.raw = Some(content);
        self
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("link_preview", &self.link_preview)
            .field("link_tracking", &self.link_tracking)
            .field("priority", &self.priority)
            .field("language", &self.language)
            .field("fixed_buttons", &self.fixed_buttons)
            .field("raw", &self.raw.is_some())
            .finish()
    }
}
