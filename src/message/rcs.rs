//! An RCS message.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    Hidden, Kind, Media, Message, PhoneNumber, Recipient, Rendered, ToPhone, check_present,
    no_place,
};
use crate::{
    channel::Features,
    debug::show,
    error::{Fault, Result},
};

/// An RCS message to one phone, from a verified agent.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Rcs {
    /// Who it goes to.
    pub to: PhoneNumber,
    /// The agent it comes from; the account's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it says.
    pub content: RcsContent,
}

/// What an RCS message says.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RcsContent {
    /// A file.
    Media(Media),
    /// Text.
    Text {
        /// The text.
        text: String,
    },
}

impl Rcs {
    /// An empty text to `to`.
    #[must_use]
    pub fn to(to: PhoneNumber) -> Self {
        Self { to, from: None, content: RcsContent::Text { text: String::new() } }
    }

    /// Sets the text.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.content = RcsContent::Text { text: text.into() };
        self
    }

    /// Sets a file.
    #[must_use]
    pub fn media(mut self, media: Media) -> Self {
        self.content = RcsContent::Media(media);
        self
    }
}

show!(Rcs { to, content });

impl fmt::Debug for RcsContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Media(media) => media.fmt(f),
            Self::Text { text } => Hidden(text).fmt(f),
        }
    }
}

impl Message for Rcs {
    const KIND: Kind = Kind::Rcs;

    fn recipients(&self) -> Vec<Recipient> {
        vec![Recipient::Phone(self.to.clone())]
    }

    fn sender(&self) -> Option<&str> {
        self.from.as_deref()
    }

    fn features(&self) -> Features {
        match self.content {
            RcsContent::Media(_) => Features::MEDIA,
            // An empty one is filled by a template kept at the provider.
            RcsContent::Text { ref text } => {
                Features::NONE.and_if(!text.is_empty(), Features::TEXT)
            }
        }
    }

    fn validate(&self, faults: &mut Vec<Fault>) {
        if let RcsContent::Media(media) = &self.content {
            media.validate(faults, "content");
        }
    }

    fn validate_text(&self, faults: &mut Vec<Fault>) {
        if let RcsContent::Text { text } = &self.content {
            check_present(faults, "content.text", text);
        }
    }

    fn fill(&mut self, rendered: Rendered) -> Result<()> {
        if rendered.html.is_some() {
            return Err(no_place(Self::KIND, "html"));
        }
        self.content = RcsContent::Text { text: rendered.text.unwrap_or_default() };
        Ok(())
    }
}

impl ToPhone for Rcs {
    fn phone(&self) -> Option<PhoneNumber> {
        Some(self.to.clone())
    }
}
