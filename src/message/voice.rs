//! A call.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    Hidden, Kind, Message, PhoneNumber, Recipient, Rendered, ToPhone, check_present, no_place,
    whatsapp::check_https,
};
use crate::{
    channel::Features,
    error::{Fault, Result},
};

/// A call to one phone, and what is said when it is answered.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Who is called.
    pub to: PhoneNumber,
    /// The number shown; the account's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PhoneNumber>,
    /// What is said.
    pub script: Script,
}

/// What a call says.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Script {
    /// A recording.
    Play {
        /// Where the provider fetches it: `https://…`.
        link: String,
    },
    /// Text, read by a voice.
    Say {
        /// The text.
        text: String,
        /// Its language, as a BCP 47 tag; the provider's default when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
    },
}

impl Call {
    /// A call that says nothing yet.
    #[must_use]
    pub fn to(to: PhoneNumber) -> Self {
        Self { to, from: None, script: Script::Say { text: String::new(), language: None } }
    }

    /// Reads a text.
    #[must_use]
    pub fn say(mut self, text: impl Into<String>) -> Self {
        self.script = Script::Say { text: text.into(), language: None };
        self
    }

    /// Plays a recording.
    #[must_use]
    pub fn play(mut self, link: impl Into<String>) -> Self {
        self.script = Script::Play { link: link.into() };
        self
    }

    /// Sets the number shown.
    #[must_use]
    pub fn from(mut self, from: PhoneNumber) -> Self {
        self.from = Some(from);
        self
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("to", &self.to)
            .field("script", &self.script)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Play { .. } => f.write_str("Play(***)"),
            Self::Say { text, .. } => Hidden(text).fmt(f),
        }
    }
}

impl Message for Call {
    const KIND: Kind = Kind::Voice;

    fn recipients(&self) -> Vec<Recipient> {
        vec![Recipient::Phone(self.to.clone())]
    }

    fn features(&self) -> Features {
        match self.script {
            Script::Play { .. } => Features::MEDIA,
            Script::Say { .. } => Features::TEXT,
        }
    }

    fn validate(&self, faults: &mut Vec<Fault>) {
        match &self.script {
            Script::Play { link } => check_https(faults, "script.link", link),
            Script::Say { text, .. } => check_present(faults, "script.text", text),
        }
    }

    fn fill(&mut self, rendered: Rendered) -> Result<()> {
        if rendered.html.is_some() {
            return Err(no_place(Self::KIND, "html"));
        }
        let language = rendered.stamp.map(|stamp| stamp.locale);
        self.script = Script::Say { text: rendered.text.unwrap_or_default(), language };
        Ok(())
    }
}

impl ToPhone for Call {
    fn phone(&self) -> Option<PhoneNumber> {
        Some(self.to.clone())
    }
}
