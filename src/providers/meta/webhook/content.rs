//! What a message holds, by its type.

use super::{
    contact,
    json::{Raw, keep, members},
    message::Message,
};
use crate::{
    event::{Inbound, InboundMedia, InboundSource, Metadata, OrderItem},
    message::MediaKind,
};

/// What a message holds.
pub(super) struct Content {
    pub(super) inbound: Inbound,
    pub(super) text: Option<String>,
    pub(super) media: Vec<InboundMedia>,
    pub(super) metadata: Metadata,
    /// Whether its type has no name here.
    pub(super) unknown: bool,
}

impl Content {
    fn new(inbound: Inbound, text: Option<String>) -> Self {
        Self { inbound, text, media: Vec::new(), metadata: Metadata::new(), unknown: false }
    }

    /// Something that is no more than its provider's word; `raw` is kept as `name`.
    fn other(word: &str, name: &'static str, raw: Raw<'_>) -> Self {
        let word = if word.is_empty() { "unknown" } else { word };
        Self::new(Inbound::Other { word: word.to_owned() }, None).keeping(name, raw)
    }

    fn keeping(mut self, name: &'static str, raw: Raw<'_>) -> Self {
        keep(&mut self.metadata, name, raw);
        self
    }
}

members!(Text { body });
members!(Button { payload, text });
members!(Reaction { message_id, emoji });
members!(Unsupported { kind = "type" });

/// Reads the object that `kind` names. What its object lacks to be that is kept as it is.
pub(super) fn read(kind: &str, message: &Message<'_>) -> Content {
    match kind {
        "audio" => media(MediaKind::Audio, message.audio),
        "button" => {
            let button: Button<'_> = message.button.members();
            let text = button.text.owned();
            match button.payload.owned().or_else(|| text.clone()) {
                Some(id) => Content::new(Inbound::QuickReply { id }, text),
                None => Content::other(kind, "button", message.button),
            }
        }
        "contacts" => {
            let contacts = contact::cards(message.contacts);
            Content::new(Inbound::Contacts { contacts }, None)
        }
        "document" => media(MediaKind::Document, message.document),
        "edit" => edit(message.edit),
        "image" => media(MediaKind::Image, message.image),
        "interactive" => interactive(message.interactive),
        "location" => location(message.location),
        "order" => order(message.order),
        "reaction" => {
            let reaction: Reaction<'_> = message.reaction.members();
            match reaction.message_id.owned() {
                Some(message_id) => {
                    Content::new(Inbound::Reaction { message_id }, reaction.emoji.owned())
                }
                None => Content::other(kind, "reaction", message.reaction),
            }
        }
        "revoke" => match message.revoke.members::<Edit<'_>>().original_message_id.owned() {
            Some(message_id) => Content::new(Inbound::Revoke { message_id }, None),
            None => Content::other(kind, "revoke", message.revoke),
        },
        "sticker" => media(MediaKind::Sticker, message.sticker),
        "system" => system(message.system).keeping("identity", message.identity),
        "text" => {
            let text: Text<'_> = message.text.members();
            Content::new(Inbound::Text, text.body.owned())
        }
        "unknown" | "unsupported" => {
            let inner = message.unsupported.members::<Unsupported<'_>>().kind.text();
            Content::other(inner.as_deref().unwrap_or(kind), "unsupported", message.unsupported)
        }
        "video" => media(MediaKind::Video, message.video),
        kind => Content { unknown: true, ..Content::other(kind, "", Raw::default()) },
    }
}

members!(Media { id, mime_type, sha256, caption, filename, url, voice, animated });

fn media(kind: MediaKind, raw: Raw<'_>) -> Content {
    let fields: Media<'_> = raw.members();
    let mut content = Content::new(Inbound::Media, fields.caption.owned());
    let id = fields.id.owned().map(InboundSource::Id);
    let Some(source) = id.or_else(|| fields.url.owned().map(InboundSource::Link)) else {
        return content;
    };
    if matches!(source, InboundSource::Id(_)) {
        content = content.keeping("url", fields.url);
    }
    content.media.push(InboundMedia {
        kind: if fields.voice.is_true() { MediaKind::Voice } else { kind },
        filename: fields.filename.owned(),
        sha256: fields.sha256.owned(),
        ..InboundMedia::new(source, fields.mime_type.owned())
    });
    content.keeping("animated", fields.animated)
}

members!(Edit { original_message_id, message });

/// The new content of an earlier message.
fn edit(raw: Raw<'_>) -> Content {
    let edit: Edit<'_> = raw.members();
    let message: Message<'_> = edit.message.members();
    let Some(message_id) = edit.original_message_id.owned() else {
        return Content::other("edit", "edit", raw);
    };
    let content = match message.kind.text().unwrap_or_default().as_ref() {
        // An edit of an edit is none; without end it could not be read.
        "edit" => Content::other("edit", "edit", raw),
        kind => read(kind, &message),
    };
    let edited = message.kind.text().map(|kind| kind.as_ref().into());
    let mut content = Content { inbound: Inbound::Edit { message_id }, ..content };
    content.metadata.extend(edited.map(|kind| ("edited_type".into(), kind)));
    content
}

members!(Interactive { kind = "type", button_reply, list_reply, nfm_reply });
members!(Choice { id, title, description });
members!(Form { name, body, response_json });

fn interactive(raw: Raw<'_>) -> Content {
    let fields: Interactive<'_> = raw.members();
    let kind = fields.kind.text().unwrap_or_default();
    let button: Choice<'_> = fields.button_reply.members();
    let line: Choice<'_> = fields.list_reply.members();
    let form: Form<'_> = fields.nfm_reply.members();
    let content = match &*kind {
        "button_reply" => button
            .id
            .owned()
            .map(|id| Content::new(Inbound::QuickReply { id }, button.title.owned())),
        "list_reply" => line.id.owned().map(|id| {
            let description = line.description.owned();
            Content::new(Inbound::ListReply { id, description }, line.title.owned())
        }),
        "nfm_reply" if form.is_object => {
            // The answers are JSON in a text.
            let text = form.response_json.owned();
            let parsed = text.as_deref().and_then(|text| serde_json::from_str(text).ok());
            let response = parsed.or_else(|| form.response_json.value()).unwrap_or_default();
            let name = form.name.owned();
            Some(Content::new(Inbound::Form { name, response }, form.body.owned()))
        }
        _ => None,
    };
    // A call permission, and what was invented since.
    let content = content.unwrap_or_else(|| Content::other(&kind, "interactive", raw));
    content.keeping("interactive_type", fields.kind)
}

members!(Location { latitude, longitude, name, address, url });

fn location(raw: Raw<'_>) -> Content {
    let fields: Location<'_> = raw.members();
    let place = fields.latitude.float().zip(fields.longitude.float());
    let Some((latitude, longitude)) = place else {
        return Content::other("location", "location", raw);
    };
    let (name, address) = (fields.name.owned(), fields.address.owned());
    Content::new(Inbound::Location { latitude, longitude, name, address }, None)
        .keeping("url", fields.url)
}

members!(Order { catalog_id, text, product_items });
members!(Item { product_retailer_id, quantity, item_price, currency });

fn order(raw: Raw<'_>) -> Content {
    let order: Order<'_> = raw.members();
    let items = order.product_items.list().into_iter().map(Raw::members::<Item<'_>>);
    let items = items.filter(|item| item.is_object).map(|item| OrderItem {
        product_id: item.product_retailer_id.owned().unwrap_or_default(),
        quantity: item.quantity.owned(),
        price: item.item_price.owned(),
        currency: item.currency.owned(),
    });
    let catalog_id = order.catalog_id.owned();
    Content::new(Inbound::Order { catalog_id, items: items.collect() }, order.text.owned())
}

members!(System { body, kind = "type", wa_id, new_wa_id, user_id, identity, customer });

fn system(raw: Raw<'_>) -> Content {
    let system: System<'_> = raw.members();
    let kind = system.kind.text().unwrap_or_default();
    let new_address = match &*kind {
        // The second word is that of older payloads.
        "user_changed_number" | "customer_changed_number" => {
            system.wa_id.owned().or_else(|| system.new_wa_id.owned())
        }
        "user_changed_user_id" => system.user_id.owned(),
        _ => None,
    };
    let word = if kind.is_empty() { "unknown" } else { &*kind }.to_owned();
    Content::new(Inbound::System { word, new_address }, system.body.owned())
        .keeping("identity", system.identity)
        .keeping("customer", system.customer)
}
