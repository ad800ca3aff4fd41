//! What a person sent.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    debug::hide,
    message::{Contact, MediaKind, base64_bytes},
};

/// What a person sent, beyond its [`text`](super::Event::text) and
/// [`media`](super::Event::media).
///
/// In JSON the variant is the member `type`. A sort of message that has no name here is
/// [`Other`](Self::Other).
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Inbound {
    /// Contact cards.
    #[non_exhaustive]
    Contacts {
        /// The cards.
        contacts: Vec<Contact>,
    },
    /// An earlier message was changed; the event's text and files are the new ones.
    #[non_exhaustive]
    Edit {
        /// The provider's id of that message.
        message_id: String,
    },
    /// A mail.
    Email(InboundEmail),
    /// A form or flow was filled in.
    #[non_exhaustive]
    Form {
        /// Its name, where the provider tells it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The answers, as the provider writes them.
        response: Value,
    },
    /// A line of a list was chosen; its title is the event's text.
    #[non_exhaustive]
    ListReply {
        /// The id that the sender gave the line.
        id: String,
        /// What stands below its title.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
    },
    /// A place.
    #[non_exhaustive]
    Location {
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
        /// Its name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Its address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
    },
    /// Files; they stand in the event's `media`.
    Media,
    /// Goods were ordered from a catalogue.
    #[non_exhaustive]
    Order {
        /// The catalogue.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        catalog_id: Option<String>,
        /// The goods.
        items: Vec<OrderItem>,
    },
    /// Something that has no name here: the provider's word for it.
    #[non_exhaustive]
    Other {
        /// The provider's word.
        word: String,
    },
    /// A button was pressed; its title is the event's text.
    #[non_exhaustive]
    QuickReply {
        /// The id or payload that the sender gave the button.
        id: String,
    },
    /// An earlier message was answered with an emoji, which is the event's text; without one the
    /// reaction was taken back.
    #[non_exhaustive]
    Reaction {
        /// The provider's id of that message.
        message_id: String,
    },
    /// An earlier message was withdrawn.
    #[non_exhaustive]
    Revoke {
        /// The provider's id of that message.
        message_id: String,
    },
    /// The provider says something of the person: another number, another identity.
    #[non_exhaustive]
    System {
        /// The provider's word for it.
        word: String,
        /// The person's new number or id, where they changed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        new_address: Option<String>,
    },
    /// A text.
    Text,
}

/// The person on the other end, beyond the address.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The name that the person shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The name that the person is found by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The provider's id of the person, which stays where the number is hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The id that linked businesses share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_user_id: Option<String>,
}

/// A file that a person sent.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundMedia {
    /// What sort of file it is; [`MediaKind::Document`] where it is none of the others.
    pub kind: MediaKind,
    /// Where it is: `link`, `id` or `content` in JSON.
    #[serde(flatten)]
    pub source: InboundSource,
    /// The media type, such as `image/png`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// The id by which the mail's HTML shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
    /// The SHA-256 of its bytes, as the provider writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// Where a file is that a person sent.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InboundSource {
    /// Here; base64 in JSON.
    #[serde(with = "base64_bytes")]
    Content(Bytes),
    /// At the provider, under this id: its media call gives the bytes.
    Id(String),
    /// Behind this link, which came in the payload: hand your credentials to the provider's own
    /// hosts alone.
    Link(String),
}

impl InboundMedia {
    /// A file of the media type `content_type` at `source`; its kind follows from the type.
    #[must_use]
    pub fn new(source: InboundSource, content_type: Option<String>) -> Self {
        let main = content_type.as_deref().and_then(|text| text.split('/').next());
        let kind = match main.map(|main| main.trim().to_ascii_lowercase()).as_deref() {
            Some("audio") => MediaKind::Audio,
            Some("image") => MediaKind::Image,
            Some("video") => MediaKind::Video,
            _ => MediaKind::Document,
        };
        Self { kind, source, content_type, filename: None, content_id: None, sha256: None }
    }
}

/// A mail that a person sent. Its plain text is the event's text, which is absent where it has HTML
/// alone; its files are the event's media.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InboundEmail {
    /// The subject.
    pub subject: Option<String>,
    /// The HTML.
    pub html: Option<String>,
    /// Who wrote, as the header `From` has it. The event's sender is the envelope's, where known.
    pub from: Option<String>,
    /// The header `To`, address by address.
    pub to: Vec<String>,
    /// The header `Cc`, address by address.
    pub cc: Vec<String>,
    /// The header `Reply-To`.
    pub reply_to: Option<String>,
    /// The mail's `Message-ID`, without angle brackets.
    pub message_id: Option<String>,
    /// The `Message-ID`s that it answers, the nearest last, without angle brackets.
    pub references: Vec<String>,
    /// Every header by its name in lower case, unfolded, repeated ones in order.
    pub headers: BTreeMap<String, Vec<String>>,
    /// The provider's score for spam, higher is worse.
    pub spam_score: Option<String>,
}

/// Goods of an order.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrderItem {
    /// The seller's id of the product.
    pub product_id: String,
    /// How many.
    pub quantity: Option<String>,
    /// The price of one, as the provider writes it.
    pub price: Option<String>,
    /// The currency's ISO 4217 code.
    pub currency: Option<String>,
}

hide!(Inbound, InboundEmail, InboundMedia, InboundSource, OrderItem, Profile);
