//! A WhatsApp message.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::{
    contact::{Contact, ContactField, PostalAddress},
    interactive::{
        FlowAction, Interactive, InteractiveAction, InteractiveHeader, ListRow, ListSection,
        ProductSection, ReplyButton,
    },
    template::{ApprovedTemplate, TemplateButton, TemplateCard, TemplateHeader},
};
use super::{
    Hidden, Kind, Media, Message, PhoneNumber, Recipient, Rendered, ToPhone, WhatsAppAddress,
    check_present, no_place,
};
use crate::{
    channel::Features,
    debug::{hide, show},
    error::{Fault, Result},
};

mod contact;
mod interactive;
mod template;

/// A WhatsApp message to one person.
///
/// ```
/// use dakiya::{Interactive, PhoneNumber, WhatsApp};
///
/// let to = PhoneNumber::parse("+919845000012")?;
/// let order = WhatsApp::to(to.clone()).approved("order_ready", "en", ["Asha", "2041"]);
/// let slot = WhatsApp::to(to).interactive(
///     Interactive::buttons("When shall we deliver?", [("am", "Morning"), ("pm", "Evening")]),
/// );
/// # let _ = (order, slot);
/// # Ok::<(), dakiya::AddressError>(())
/// ```
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct WhatsApp {
    /// Who it goes to: a phone number, or a user id.
    pub to: WhatsAppAddress,
    /// The business number or source id it comes from; the account's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The provider's id of the message that it answers and quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
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
    /// Contact cards.
    Contacts {
        /// The cards.
        contacts: Vec<Contact>,
    },
    /// A message that the person answers by a tap.
    Interactive(Interactive),
    /// A place.
    Location(Location),
    /// An image, document, video, sound or sticker.
    Media(Media),
    /// A reaction to a message.
    Reaction {
        /// The provider's id of that message.
        message_id: String,
        /// One emoji; an empty text takes the reaction back.
        emoji: String,
    },
    /// A template that Meta approved.
    Template(ApprovedTemplate),
    /// Free text.
    Text {
        /// The text.
        text: String,
    },
}

/// A place on the map.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its address, shown with the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl Location {
    /// A place without a name.
    #[must_use]
    pub fn new(latitude: f64, longitude: f64) -> Self {
        Self { latitude, longitude, name: None, address: None }
    }

    /// Sets its name and address.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>, address: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self.address = Some(address.into());
        self
    }

    fn validate(&self, faults: &mut Vec<Fault>, field: &str) {
        for (name, degrees, limit) in
            [("latitude", self.latitude, 90.0), ("longitude", self.longitude, 180.0)]
        {
            if !degrees.is_finite() || degrees.abs() > limit {
                let remedy = format!("write degrees from -{limit} to {limit}");
                faults.push(Fault::new(format!("{field}.{name}"), "is none", remedy));
            }
        }
    }
}

hide!(Location);

impl WhatsApp {
    /// An empty text to `to`, for a template of ours to fill.
    #[must_use]
    pub fn to(to: impl Into<WhatsAppAddress>) -> Self {
        let content = WhatsAppContent::Text { text: String::new() };
        Self { to: to.into(), from: None, reply_to: None, content }
    }

    /// Sets free text.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.content = WhatsAppContent::Text { text: text.into() };
        self
    }

    /// Sets a template that Meta approved, with its positional body variables. One with a header or
    /// buttons to fill is an [`ApprovedTemplate`], set by [`content`](Self::content).
    #[must_use]
    pub fn approved<S: Into<String>>(
        self,
        name: impl Into<String>,
        language: impl Into<String>,
        parameters: impl IntoIterator<Item = S>,
    ) -> Self {
        let parameters = parameters.into_iter().map(|value| Value::String(value.into()));
        self.content(ApprovedTemplate::new(name, language).parameters(parameters))
    }

    /// Sets a file.
    #[must_use]
    pub fn media(self, media: Media) -> Self {
        self.content(media)
    }

    /// Sets a message that the person answers by a tap.
    #[must_use]
    pub fn interactive(self, interactive: Interactive) -> Self {
        self.content(interactive)
    }

    /// Sets what it says.
    #[must_use]
    pub fn content(mut self, content: impl Into<WhatsAppContent>) -> Self {
        self.content = content.into();
        self
    }

    /// Sets who it comes from.
    #[must_use]
    pub fn from(mut self, from: impl Into<String>) -> Self {
        self.from = Some(from.into());
        self
    }

    /// Answers and quotes a message, by the provider's id of it.
    #[must_use]
    pub fn reply_to(mut self, message_id: impl Into<String>) -> Self {
        self.reply_to = Some(message_id.into());
        self
    }
}

macro_rules! into_content {
    ($($part:ident => $variant:ident),* $(,)?) => {
        $(impl From<$part> for WhatsAppContent {
            fn from(part: $part) -> Self {
                Self::$variant(part)
            }
        })*
    };
}

into_content! {
    ApprovedTemplate => Template, Interactive => Interactive, Location => Location, Media => Media,
}

impl From<Contact> for WhatsAppContent {
    fn from(contact: Contact) -> Self {
        Self::Contacts { contacts: vec![contact] }
    }
}

show!(WhatsApp { to, content });

impl fmt::Debug for WhatsAppContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contacts { contacts } => write!(f, "Contacts({})", contacts.len()),
            Self::Interactive(interactive) => interactive.fmt(f),
            Self::Location(location) => location.fmt(f),
            Self::Media(media) => media.fmt(f),
            Self::Reaction { .. } => f.write_str("Reaction(***)"),
            Self::Template(template) => template.fmt(f),
            Self::Text { text } => Hidden(text).fmt(f),
        }
    }
}

impl Message for WhatsApp {
    const KIND: Kind = Kind::WhatsApp;

    fn recipients(&self) -> Vec<Recipient> {
        vec![Recipient::WhatsApp(self.to.clone())]
    }

    fn sender(&self) -> Option<&str> {
        self.from.as_deref()
    }

    fn features(&self) -> Features {
        let content = match &self.content {
            WhatsAppContent::Contacts { .. } => Features::CONTACTS,
            WhatsAppContent::Interactive(_) => Features::INTERACTIVE,
            WhatsAppContent::Location(_) => Features::LOCATION,
            WhatsAppContent::Media(_) => Features::MEDIA,
            WhatsAppContent::Reaction { .. } => Features::REACTIONS,
            WhatsAppContent::Template(_) => Features::PROVIDER_TEMPLATES,
            // An empty one is filled by a template kept at the provider.
            WhatsAppContent::Text { text } => {
                Features::NONE.and_if(!text.is_empty(), Features::TEXT)
            }
        };
        content.and_if(self.reply_to.is_some(), Features::REPLIES)
    }

    fn validate(&self, faults: &mut Vec<Fault>) {
        match &self.content {
            WhatsAppContent::Contacts { contacts } => contact::validate(contacts, faults),
            WhatsAppContent::Interactive(interactive) => interactive.validate(faults),
            WhatsAppContent::Location(location) => location.validate(faults, "content"),
            WhatsAppContent::Media(media) => media.validate(faults, "content"),
            WhatsAppContent::Reaction { message_id, .. } => {
                check_present(faults, "content.message_id", message_id);
            }
            WhatsAppContent::Template(template) => template.validate(faults),
            WhatsAppContent::Text { .. } => {}
        }
        if let Some(message_id) = &self.reply_to {
            check_present(faults, "reply_to", message_id);
        }
    }

    fn validate_text(&self, faults: &mut Vec<Fault>) {
        if let WhatsAppContent::Text { text } = &self.content {
            check_present(faults, "content.text", text);
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
