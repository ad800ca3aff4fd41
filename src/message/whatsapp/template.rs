//! Templates that Meta approved, and what fills them.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Location;
use crate::{
    debug::hide,
    error::Fault,
    message::{Media, check_present},
    time::Timestamp,
};

/// A template that Meta approved, and what fills it.
///
/// ```
/// use dakiya::{ApprovedTemplate, Media, MediaKind};
///
/// let invoice = ApprovedTemplate::new("invoice_due", "en_GB")
///     .header(Media::new(MediaKind::Document, "https://erp.example.net/f/7.pdf"))
///     .parameters(["Asha", "₹ 4,999"])
///     .url_button(0, "INV-7");
/// # let _ = invoice;
/// ```
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ApprovedTemplate {
    /// Its name.
    pub name: String,
    /// Its language, such as `en_US`.
    pub language: String,
    /// What fills the header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<TemplateHeader>,
    /// The name of the variable in a header's text, for a template whose variables have names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_name: Option<String>,
    /// What fills the body: an array in order, or an object by name. A value is text or a number,
    /// or an object in WhatsApp's own form: `{"type":"currency","currency":{…}}`,
    /// `{"type":"date_time","date_time":{…}}`.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub parameters: Value,
    /// What fills the buttons that have something to fill.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<TemplateButton>,
    /// The cards of a carousel, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<TemplateCard>,
    /// When the offer of a template for limited-time offers ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_ends_at: Option<Timestamp>,
}

/// What fills a template's header.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateHeader {
    /// A place.
    Location(Location),
    /// A document, image or video.
    Media(Media),
    /// The one variable of a line of text.
    Text(String),
}

/// What fills one of a template's buttons, by its place in the template, from 0.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TemplateButton {
    /// Opens the catalogue.
    Catalog {
        /// Its place.
        index: u8,
        /// The product whose picture is shown, by the retailer's id.
        thumbnail: String,
    },
    /// Copies a code.
    CopyCode {
        /// Its place.
        index: u8,
        /// The code.
        code: String,
    },
    /// Opens a flow.
    Flow {
        /// Its place.
        index: u8,
        /// What comes back with the answers.
        token: String,
        /// What the first screen is given: an object.
        #[serde(default, skip_serializing_if = "Value::is_null")]
        data: Value,
    },
    /// Sends a payload back.
    QuickReply {
        /// Its place.
        index: u8,
        /// What comes back by webhook.
        payload: String,
    },
    /// Opens a page. In a template for one-time passwords this is the code itself, once more.
    Url {
        /// Its place.
        index: u8,
        /// The end of the page's address.
        suffix: String,
    },
}

/// A card of a template's carousel.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct TemplateCard {
    /// The image or video above.
    pub header: Media,
    /// What fills its text, as in [`ApprovedTemplate::parameters`].
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub parameters: Value,
    /// What fills its buttons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<TemplateButton>,
}

impl ApprovedTemplate {
    /// The template `name` in a language such as `en_US`.
    #[must_use]
    pub fn new(name: impl Into<String>, language: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            language: language.into(),
            header: None,
            header_name: None,
            parameters: Value::Null,
            buttons: Vec::new(),
            cards: Vec::new(),
            offer_ends_at: None,
        }
    }

    /// A template for one-time passwords, whose code fills the body and the button.
    #[must_use]
    pub fn one_time_password(
        name: impl Into<String>,
        language: impl Into<String>,
        code: impl Into<String>,
    ) -> Self {
        let code = code.into();
        Self::new(name, language).parameters([code.clone()]).url_button(0, code)
    }

    /// Sets what fills the header.
    #[must_use]
    pub fn header(mut self, header: impl Into<TemplateHeader>) -> Self {
        self.header = Some(header.into());
        self
    }

    /// Fills the header's text, whose variable has a name.
    #[must_use]
    pub fn named_header(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.header_name = Some(name.into());
        self.header(TemplateHeader::Text(text.into()))
    }

    /// Sets what fills the body, in order.
    #[must_use]
    pub fn parameters<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.parameters = Value::Array(values.into_iter().map(Into::into).collect());
        self
    }

    /// Sets what fills the body, by name.
    #[must_use]
    pub fn named_parameters<N: Into<String>, V: Into<Value>>(
        mut self,
        values: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.into(), value.into()));
        self.parameters = Value::Object(values.collect());
        self
    }

    /// Adds what fills a button.
    #[must_use]
    pub fn button(mut self, button: TemplateButton) -> Self {
        self.buttons.push(button);
        self
    }

    /// Fills the button at `index` with the end of the page's address.
    #[must_use]
    pub fn url_button(self, index: u8, suffix: impl Into<String>) -> Self {
        self.button(TemplateButton::Url { index, suffix: suffix.into() })
    }

    /// Fills the button at `index` with what it sends back.
    #[must_use]
    pub fn quick_reply(self, index: u8, payload: impl Into<String>) -> Self {
        self.button(TemplateButton::QuickReply { index, payload: payload.into() })
    }

    /// Adds a card to the carousel.
    #[must_use]
    pub fn card(mut self, card: TemplateCard) -> Self {
        self.cards.push(card);
        self
    }

    pub(super) fn validate(&self, faults: &mut Vec<Fault>) {
        check_present(faults, "content.name", &self.name);
        check_present(faults, "content.language", &self.language);
        match &self.header {
            Some(TemplateHeader::Location(place)) => place.validate(faults, "content.header"),
            Some(TemplateHeader::Media(media)) => media.validate(faults, "content.header"),
            Some(TemplateHeader::Text(text)) => check_present(faults, "content.header", text),
            None => {}
        }
        check_parameters(faults, "content.parameters", &self.parameters);
        check_places(faults, "content.buttons", &self.buttons);
        for (index, card) in self.cards.iter().enumerate() {
            let field = |name: &str| format!("content.cards[{index}].{name}");
            card.header.validate(faults, &field("header"));
            check_parameters(faults, &field("parameters"), &card.parameters);
            check_places(faults, &field("buttons"), &card.buttons);
        }
    }
}

fn check_parameters(faults: &mut Vec<Fault>, field: &str, parameters: &Value) {
    if !matches!(parameters, Value::Null | Value::Array(_) | Value::Object(_)) {
        let remedy = "write an array, or an object by name";
        faults.push(Fault::new(field, "is neither array nor object", remedy));
    }
}

fn check_places(faults: &mut Vec<Fault>, field: &str, buttons: &[TemplateButton]) {
    let mut places: Vec<_> = buttons.iter().map(TemplateButton::index).collect();
    places.sort_unstable();
    places.dedup();
    if places.len() < buttons.len() {
        faults.push(Fault::new(field, "fills a button twice", "fill each place once"));
    }
}

impl TemplateButton {
    /// Its place in the template.
    #[must_use]
    pub fn index(&self) -> u8 {
        match self {
            Self::Catalog { index, .. }
            | Self::CopyCode { index, .. }
            | Self::Flow { index, .. }
            | Self::QuickReply { index, .. }
            | Self::Url { index, .. } => *index,
        }
    }
}

impl TemplateCard {
    /// A card below an image or video.
    #[must_use]
    pub fn new(header: Media) -> Self {
        Self { header, parameters: Value::Null, buttons: Vec::new() }
    }
}

impl From<Location> for TemplateHeader {
    fn from(location: Location) -> Self {
        Self::Location(location)
    }
}

impl From<Media> for TemplateHeader {
    fn from(media: Media) -> Self {
        Self::Media(media)
    }
}

impl From<&str> for TemplateHeader {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for TemplateHeader {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl fmt::Debug for ApprovedTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Template({}, {})", self.name, self.language)
    }
}

hide!(TemplateHeader);

impl fmt::Debug for TemplateButton {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TemplateButton({})", self.index())
    }
}

hide!(TemplateCard);
