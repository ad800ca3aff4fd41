//! The buttons of a template, as they are created and listed.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A button of a template. Its label has up to 25 characters.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TemplateButton {
    /// Opens the catalogue.
    Catalog {
        /// What it says.
        text: String,
    },
    /// Copies a code; at most one.
    CopyCode {
        /// A code such as those it will copy: up to 20 characters.
        example: String,
    },
    /// Opens a flow.
    Flow {
        /// What it says.
        text: String,
        /// The flow, by its id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        flow_id: Option<String>,
        /// The flow, by its name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        flow_name: Option<String>,
        /// The flow itself, as JSON text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        flow_json: Option<String>,
        /// `navigate` or `data_exchange`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        flow_action: Option<String>,
        /// The first screen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        navigate_screen: Option<String>,
    },
    /// Shows several products.
    Mpm {
        /// What it says.
        text: String,
    },
    /// Hands a one-time password over.
    Otp {
        /// `COPY_CODE`, `ONE_TAP` or `ZERO_TAP`.
        otp_type: String,
        /// What it says; Meta's words when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// What it says where the app takes the code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        autofill_text: Option<String>,
        /// The apps that take the code.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        supported_apps: Vec<TemplateSupportedApp>,
    },
    /// Calls a number; at most one.
    PhoneNumber {
        /// What it says.
        text: String,
        /// The number: up to 20 characters.
        phone_number: String,
    },
    /// Sends a payload back, which each message sets.
    QuickReply {
        /// What it says.
        text: String,
    },
    /// Shows one product.
    Spm {
        /// What it says.
        text: String,
    },
    /// Opens a page; at most two.
    Url {
        /// What it says.
        text: String,
        /// The page: up to 2000 characters, with at most one variable, at its end.
        url: String,
        /// The whole page for an example.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        example: Vec<String>,
    },
    /// Calls the business in WhatsApp.
    VoiceCall {
        /// What it says.
        text: String,
    },
    /// Another button, in Meta's form.
    #[serde(untagged)]
    Other(Value),
}

impl fmt::Debug for TemplateButton {
    // Numbers, links and what they say stay out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Catalog { .. } => "Catalog",
            Self::CopyCode { .. } => "CopyCode",
            Self::Flow { .. } => "Flow",
            Self::Mpm { .. } => "Mpm",
            Self::Otp { .. } => "Otp",
            Self::PhoneNumber { .. } => "PhoneNumber",
            Self::QuickReply { .. } => "QuickReply",
            Self::Spm { .. } => "Spm",
            Self::Url { .. } => "Url",
            Self::VoiceCall { .. } => "VoiceCall",
            Self::Other(_) => "Other",
        })
    }
}

impl TemplateButton {
    /// A button that sends a payload back.
    #[must_use]
    pub fn quick_reply(text: impl Into<String>) -> Self {
        Self::QuickReply { text: text.into() }
    }

    /// A button that opens a page; with `{{1}}` at its end, `example` is a whole page.
    #[must_use]
    pub fn url(text: impl Into<String>, url: impl Into<String>, example: Option<&str>) -> Self {
        let example = example.into_iter().map(Into::into).collect();
        Self::Url { text: text.into(), url: url.into(), example }
    }

    /// A button that copies a one-time password.
    #[must_use]
    pub fn copy_password() -> Self {
        Self::Otp {
            otp_type: "COPY_CODE".into(),
            text: None,
            autofill_text: None,
            supported_apps: Vec::new(),
        }
    }

    /// What it says, where that is written.
    pub(super) fn label(&self) -> Option<&str> {
        match self {
            Self::Catalog { text }
            | Self::Flow { text, .. }
            | Self::Mpm { text }
            | Self::PhoneNumber { text, .. }
            | Self::QuickReply { text }
            | Self::Spm { text }
            | Self::Url { text, .. }
            | Self::VoiceCall { text } => Some(text),
            Self::Otp { text, .. } => text.as_deref(),
            Self::CopyCode { .. } | Self::Other(_) => None,
        }
    }
}

/// An app that takes a one-time password.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateSupportedApp {
    /// Its package, such as `com.example.shop`.
    pub package_name: String,
    /// The hash of its signature.
    pub signature_hash: String,
}

impl TemplateSupportedApp {
    /// The app of a package, by the hash of its signature.
    #[must_use]
    pub fn new(package_name: impl Into<String>, signature_hash: impl Into<String>) -> Self {
        Self { package_name: package_name.into(), signature_hash: signature_hash.into() }
    }
}

// Numbers, links and examples are the host's own affair.
