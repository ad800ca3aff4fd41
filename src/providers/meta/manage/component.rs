//! The parts of a template, as they are created and listed.
//!
//! Source: [Components](https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::TemplateButton;
use crate::debug::hide;

/// A part of a template.
///
/// In texts `{{1}}`, `{{2}}`, … or `{{name}}` stand for variables, and each needs an example.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Component {
    /// The text.
    Body {
        /// Up to 1024 characters; absent in authentication templates, whose wording is fixed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// In authentication templates, whether it warns of sharing the code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        add_security_recommendation: Option<bool>,
        /// A value for each variable.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        example: Option<BodyExample>,
    },
    /// Up to 10 buttons; quick replies stand together.
    Buttons {
        /// The buttons.
        buttons: Vec<TemplateButton>,
    },
    /// Cards to slide through.
    Carousel {
        /// Up to 10, of the same shape.
        cards: Vec<CarouselCard>,
    },
    /// The small text below.
    Footer {
        /// Up to 60 characters, without variables.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// In authentication templates, for how many minutes the code is valid: 1 to 90.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code_expiration_minutes: Option<u8>,
    },
    /// What stands above the text.
    Header {
        /// `TEXT`, `IMAGE`, `VIDEO`, `DOCUMENT` or `LOCATION`.
        format: String,
        /// Up to 60 characters, with at most one variable.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// A value for the variable, or a file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        example: Option<HeaderExample>,
    },
    /// An offer that ends.
    LimitedTimeOffer {
        /// What it says.
        limited_time_offer: LimitedTimeOffer,
    },
    /// Another part, in Meta's form.
    #[serde(untagged)]
    Other(Value),
}

impl fmt::Debug for Component {
    // Texts, and the values that fill them in the example, stay out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body { .. } => f.write_str("Body"),
            Self::Buttons { buttons } => f.debug_tuple("Buttons").field(buttons).finish(),
            Self::Carousel { cards } => f.debug_tuple("Carousel").field(cards).finish(),
            Self::Footer { .. } => f.write_str("Footer"),
            Self::Header { format, .. } => f.debug_tuple("Header").field(format).finish(),
            Self::LimitedTimeOffer { .. } => f.write_str("LimitedTimeOffer"),
            Self::Other(_) => f.write_str("Other"),
        }
    }
}

impl Component {
    /// A header of text; `example` is a value for its variable, where it has one.
    #[must_use]
    pub fn header(text: impl Into<String>, example: Option<&str>) -> Self {
        let example = example.map(|value| HeaderExample {
            header_text: vec![value.into()],
            ..HeaderExample::default()
        });
        Self::Header { format: "TEXT".into(), text: Some(text.into()), example }
    }

    /// A header with a file of `format` (`IMAGE`, `VIDEO`, `DOCUMENT`), by the handle of an example
    /// that [`Uploads::upload`](super::Uploads::upload) gave.
    #[must_use]
    pub fn header_file(format: impl Into<String>, handle: impl Into<String>) -> Self {
        let example = HeaderExample { header_handle: vec![handle.into()], ..Default::default() };
        Self::Header { format: format.into(), text: None, example: Some(example) }
    }

    /// A header with a place.
    #[must_use]
    pub fn header_location() -> Self {
        Self::Header { format: "LOCATION".into(), text: None, example: None }
    }

    /// A text with a value for each of its variables, in order.
    #[must_use]
    pub fn body<S: Into<String>>(
        text: impl Into<String>,
        examples: impl IntoIterator<Item = S>,
    ) -> Self {
        let values: Vec<_> = examples.into_iter().map(Into::into).collect();
        let example = (!values.is_empty())
            .then(|| BodyExample { body_text: vec![values], ..BodyExample::default() });
        Self::Body { text: Some(text.into()), add_security_recommendation: None, example }
    }

    /// A text with a value for each of its variables, by name.
    #[must_use]
    pub fn body_named<N: Into<String>, V: Into<String>>(
        text: impl Into<String>,
        examples: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let named = examples
            .into_iter()
            .map(|(name, value)| NamedExample { param_name: name.into(), example: value.into() });
        let example =
            BodyExample { body_text_named_params: named.collect(), ..BodyExample::default() };
        Self::Body {
            text: Some(text.into()),
            add_security_recommendation: None,
            example: Some(example),
        }
    }

    /// The text of an authentication template, which is Meta's.
    #[must_use]
    pub fn authentication_body(security_recommendation: bool) -> Self {
        let add_security_recommendation = Some(security_recommendation);
        Self::Body { text: None, add_security_recommendation, example: None }
    }

    /// A small text below.
    #[must_use]
    pub fn footer(text: impl Into<String>) -> Self {
        Self::Footer { text: Some(text.into()), code_expiration_minutes: None }
    }

    /// The footer of an authentication template: for how many minutes the code is valid.
    #[must_use]
    pub fn code_expiration(minutes: u8) -> Self {
        Self::Footer { text: None, code_expiration_minutes: Some(minutes) }
    }

    /// Buttons.
    #[must_use]
    pub fn buttons(buttons: impl IntoIterator<Item = TemplateButton>) -> Self {
        Self::Buttons { buttons: buttons.into_iter().collect() }
    }
}

/// What fills a header in the example that Meta looks at.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HeaderExample {
    /// A value for the variable.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub header_text: Vec<String>,
    /// A value for the variable, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub header_text_named_params: Vec<NamedExample>,
    /// The handle of a file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub header_handle: Vec<String>,
}

/// What fills a body in the example that Meta looks at.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BodyExample {
    /// A value for each variable, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub body_text: Vec<Vec<String>>,
    /// A value for each variable, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub body_text_named_params: Vec<NamedExample>,
}

/// A value for a variable with a name.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedExample {
    /// The variable.
    pub param_name: String,
    /// The value.
    pub example: String,
}

/// An offer that ends.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitedTimeOffer {
    /// What it says.
    pub text: String,
    /// Whether the time that is left is shown.
    #[serde(default)]
    pub has_expiration: bool,
}

impl LimitedTimeOffer {
    /// An offer that says `text`, and shows the time that is left.
    #[must_use]
    pub fn new(text: impl Into<String>, has_expiration: bool) -> Self {
        Self { text: text.into(), has_expiration }
    }
}

/// A card of a carousel.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CarouselCard {
    /// Its header, text and buttons.
    pub components: Vec<Component>,
}

impl CarouselCard {
    /// A card of these parts.
    #[must_use]
    pub fn new(components: impl IntoIterator<Item = Component>) -> Self {
        Self { components: components.into_iter().collect() }
    }
}

// Texts and examples are the host's own affair, and examples are often of real people.
hide!(HeaderExample, BodyExample, NamedExample);
