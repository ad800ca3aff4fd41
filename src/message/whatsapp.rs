//! A WhatsApp message.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Hidden, Kind, Message, PhoneNumber, Recipient, Rendered, ToPhone, WhatsAppAddress,
    check_present, no_place,
};
use crate::{
    channel::Features,
    error::{Fault, Result},
};

/// A WhatsApp message to one person.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct WhatsApp {
    /// Who it goes to: a phone number, or a user id.
    pub to: WhatsAppAddress,
    /// The business number or source id it comes from; the account's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it says.
    pub content: WhatsAppContent,
}

/// What a WhatsApp message says.
///
/// Outside the 24 hours after a person's last message only a template is delivered.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum WhatsAppContent {
    /// An image, document, video or sound.
    Media(Media),
    /// A template that Meta approved.
    Template {
        /// Its name.
        name: String,
        /// Its language, such as `en_US`.
        language: String,
        /// Its body variables: positional ones in order, or an object of named ones.
        #[serde(default)]
        parameters: Value,
    },
    /// Free text.
    Text {
        /// The text.
        text: String,
    },
}

/// A file that a message carries by link.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// What sort of file it is.
    pub kind: MediaKind,
    /// Where the provider fetches it: `https://…`.
    pub link: String,
    /// The text below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// The file name shown for a document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
}

/// What sort of file a message carries.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A sound.
    Audio,
    /// A document.
    Document,
    /// A picture.
    Image,
    /// A video.
    Video,
}

impl Media {
    /// A file of `kind` at `link`.
    #[must_use]
    pub fn new(kind: MediaKind, link: impl Into<String>) -> Self {
        Self { kind, link: link.into(), caption: None, filename: None }
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Media({:?})", self.kind)
    }
}

impl WhatsApp {
    /// An empty text to `to`, for a template of ours to fill.
    #[must_use]
    pub fn to(to: impl Into<WhatsAppAddress>) -> Self {
        Self { to: to.into(), from: None, content: WhatsAppContent::Text { text: String::new() } }
    }

    /// Sets free text.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.content = WhatsAppContent::Text { text: text.into() };
        self
    }

    /// Sets a template that Meta approved, with its positional body variables.
    #[must_use]
    pub fn approved<S: Into<String>>(
        mut self,
        name: impl Into<String>,
        language: impl Into<String>,
        parameters: impl IntoIterator<Item = S>,
    ) -> Self {
        let parameters = parameters.into_iter().map(|value| Value::String(value.into())).collect();
        self.content = WhatsAppContent::Template {
            name: name.into(),
            language: language.into(),
            parameters: Value::Array(parameters),
        };
        self
    }

    /// Sets a file.
    #[must_use]
    pub fn media(mut self, media: Media) -> Self {
        self.content = WhatsAppContent::Media(media);
        self
    }
}

impl fmt::Debug for WhatsApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WhatsApp")
            .field("to", &self.to)
            .field("content", &self.content)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for WhatsAppContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Media(media) => media.fmt(f),
            Self::Template { name, language, .. } => write!(f, "Template({name}, {language})"),
            Self::Text { text } => Hidden(text).fmt(f),
        }
    }
}

impl Message for WhatsApp {
    const KIND: Kind = Kind::WhatsApp;

    fn recipients(&self) -> Vec<Recipient> {
        vec![Recipient::WhatsApp(self.to.clone())]
    }

    fn features(&self) -> Features {
        match self.content {
            WhatsAppContent::Media(_) => Features::MEDIA,
            WhatsAppContent::Template { .. } => Features::PROVIDER_TEMPLATES,
            WhatsAppContent::Text { .. } => Features::TEXT,
        }
    }

    fn validate(&self, faults: &mut Vec<Fault>) {
        match &self.content {
            WhatsAppContent::Media(media) => check_https(faults, "content.link", &media.link),
            WhatsAppContent::Template { name, language, .. } => {
                check_present(faults, "content.name", name);
                check_present(faults, "content.language", language);
            }
            WhatsAppContent::Text { text } => check_present(faults, "content.text", text),
        }
    }

    fn fill(&mut self, rendered: Rendered) -> Result<()> {
        if rendered.html.is_some() {
            return Err(no_place(Self::KIND, "html"));
        }
        if let Some(text) = rendered.text {
            self.content = WhatsAppContent::Text { text };
        }
        Ok(())
    }
}

impl ToPhone for WhatsApp {
    fn phone(&self) -> Option<PhoneNumber> {
        self.to.phone()
    }
}

/// Refuses what is no `https` URL.
pub(super) fn check_https(faults: &mut Vec<Fault>, field: &str, link: &str) {
    if !url::Url::parse(link).is_ok_and(|url| url.scheme() == "https") {
        faults.push(Fault::new(field, "is no https URL", "write one, percent-encoded"));
    }
}
