//! The send call's body, by the API's names.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

use super::template::TypeTemplate;

/// One message a request: what several in one answer is not documented.
#[derive(Serialize)]
pub(super) struct Body<'a> {
    pub(super) message: [Message<'a>; 1],
}

#[derive(Serialize)]
pub(super) struct Message<'a> {
    pub(super) recipient_whatsapp: &'a str,
    pub(super) recipient_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<&'a str>,
    #[serde(rename = "x-apiheader")]
    pub(super) reference: Cow<'a, str>,
    /// `"1"` to count clicks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cta_link_track: Option<&'static str>,
    #[serde(flatten)]
    pub(super) content: Content<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Content<'a> {
    Known(Known<'a>),
    Raw(&'a Map<String, Value>),
}

/// An array of one is how the API takes most of them.
#[derive(Serialize)]
#[serde(tag = "message_type", rename_all = "snake_case")]
pub(super) enum Known<'a> {
    Interactive {
        type_interactive: [Interactive<'a>; 1],
    },
    Location {
        type_location: [Location<'a>; 1],
    },
    Media {
        type_media: [Media<'a>; 1],
    },
    MediaTemplate {
        #[serde(skip_serializing_if = "Option::is_none")]
        type_media_template: Option<MediaTemplate<'a>>,
        type_template: [TypeTemplate<'a>; 1],
    },
    Template {
        type_template: [TypeTemplate<'a>; 1],
    },
    Text {
        type_text: [Text<'a>; 1],
    },
}

#[derive(Serialize)]
pub(super) struct Text<'a> {
    /// A text, although the page says boolean: every sample writes it so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) preview_url: Option<&'static str>,
    pub(super) content: &'a str,
}

#[derive(Serialize)]
pub(super) struct Location<'a> {
    pub(super) longitude: f64,
    pub(super) latitude: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Media<'a> {
    pub(super) attachments: [Attachment<'a>; 1],
}

#[derive(Default, Serialize)]
pub(super) struct Attachment<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) attachment_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) attachment_url: Option<&'a str>,
    /// With a link alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) attachment_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) caption: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct MediaTemplate<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) media_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) filename: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) button: Vec<Button<'a>>,
}

#[derive(Serialize)]
pub(super) struct Button<'a> {
    pub(super) index: String,
    pub(super) payload: &'a str,
}

#[derive(Serialize)]
pub(super) struct Interactive<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) body: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) footer: Option<&'a str>,
    pub(super) action: [Action<'a>; 1],
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Action<'a> {
    Buttons { buttons: Vec<ReplyButton<'a>> },
    List { button: &'a str, sections: Vec<Section<'a>> },
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ReplyButton<'a> {
    Reply { reply: Reply<'a> },
}

#[derive(Serialize)]
pub(super) struct Reply<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
}

#[derive(Serialize)]
pub(super) struct Section<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<&'a str>,
    pub(super) rows: Vec<Row<'a>>,
}

#[derive(Serialize)]
pub(super) struct Row<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<&'a str>,
}
