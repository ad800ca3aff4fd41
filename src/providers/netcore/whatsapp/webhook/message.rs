//! What a person wrote.

use serde_json::{Value, value::RawValue};

use crate::{
    event::{Event, EventKind, Inbound, InboundMedia, InboundSource, Profile},
    message::MediaKind,
    providers::netcore::{
        NAME,
        hook::{self, Fields},
    },
    webhook::{Proof, dedup_key},
};

/// The members that hold a message's content, with the type they belong to.
const PARTS: [(&str, &str); 12] = [
    ("text_type", "text"),
    ("image_type", "image"),
    ("video_type", "video"),
    ("audio_type", "audio"),
    ("voice_type", "voice"),
    ("document_type", "document"),
    ("sticker_type", "sticker"),
    ("location_type", "location"),
    ("reaction_type", "reaction"),
    ("interactive_type", "interactive"),
    ("button_type", "button"),
    ("contacts_type", "contacts"),
];

pub(super) fn event(
    mut fields: Fields<'_>,
    offset: i32,
    proof: Proof,
) -> Result<Event, &'static str> {
    let (id, from, to) = (fields.take("message_id"), fields.take("from"), fields.take("to"));
    if id.is_none() && from.is_none() {
        return Err("names nobody who wrote");
    }
    let when = fields.take("received_at");
    let word = fields.take("message_type");
    let lower = word.as_deref().map(|word| word.trim().to_ascii_lowercase());
    let part = |name: &str| PARTS.iter().find(|(_, sort)| *sort == name).copied();
    // Where no type is named, the content tells it.
    let found = match &lower {
        Some(name) => part(name),
        None => PARTS.into_iter().find(|(member, _)| fields.raw(member).is_some()),
    };

    let mut event = Event::new(EventKind::Inbound, NAME, proof);
    let content = found.and_then(|(member, _)| fields.raw(member));
    event.dedup_key = dedup_key(&match &id {
        Some(id) => {
            ["netcore.whatsapp.inbound", id, from.as_deref().unwrap_or_default(), "", "", ""]
        }
        None => [
            "netcore.whatsapp.inbound",
            "",
            from.as_deref().unwrap_or_default(),
            to.as_deref().unwrap_or_default(),
            when.as_deref().unwrap_or_default(),
            content.map_or("", RawValue::get),
        ],
    });
    event.provider_message_id = id.map(String::from);
    event.sender = from.map(String::from);
    event.recipient = to.map(String::from);
    event.timestamp = when.and_then(|text| hook::time(&text, offset));
    event.profile = fields
        .take_owned("from_name")
        .map(|name| Box::new(Profile { name: Some(name), ..Profile::default() }));
    quoted(&mut event, &mut fields);
    let inbound =
        found.and_then(|(member, sort)| content_of(&mut event, &mut fields, member, sort));
    let unnamed = || word.as_deref().map(|word| Inbound::Other { word: word.to_owned() });
    event.inbound = inbound.or_else(unnamed).map(Box::new);
    event.word = word.map(String::from);
    event.metadata.extend(fields.rest());
    Ok(event)
}

/// The message that this one answers.
fn quoted(event: &mut Event, fields: &mut Fields<'_>) {
    let Some(context) = fields.take_object("context") else { return };
    let ours = context.peek("ncmessage_id");
    event.reply_to = ours.or_else(|| context.peek("message_id")).map(String::from);
    event.callback_data = context.peek("x-apiheader").map(String::from);
    keep(event, "context", context);
}

/// What the member `member` holds; `None` where it is not of the form that is known.
fn content_of(
    event: &mut Event,
    fields: &mut Fields<'_>,
    member: &'static str,
    sort: &str,
) -> Option<Inbound> {
    if sort == "contacts" {
        return None; // their form is not documented: they stay in `metadata`
    }
    // A text may stand without an object round it.
    if sort == "text"
        && let Some(text) = fields.take_owned(member)
    {
        event.text = Some(text);
        return Some(Inbound::Text);
    }
    let mut content = fields.take_object(member)?;
    let inbound = match sort {
        "text" => {
            event.text = content.take_owned("text");
            Inbound::Text
        }
        "location" => {
            let degrees = |content: &Fields<'_>, name| content.peek(name)?.trim().parse().ok();
            let place = degrees(&content, "latitude").zip(degrees(&content, "longitude"));
            let Some((latitude, longitude)) = place else {
                keep(event, member, content);
                return None;
            };
            content.take("latitude");
            content.take("longitude");
            let (name, address) = (content.take_owned("name"), content.take_owned("address"));
            Inbound::Location { latitude, longitude, name, address }
        }
        "reaction" => {
            event.text = content.take_owned("emoji");
            Inbound::Reaction { message_id: event.reply_to.clone().unwrap_or_default() }
        }
        "interactive" => return interactive(event, member, content),
        "button" => {
            event.text = content.take_owned("text");
            let id = content.take_owned("payload").or_else(|| event.text.clone());
            Inbound::QuickReply { id: id.unwrap_or_default() }
        }
        _ => {
            event.text = content.take_owned("caption");
            event.media.extend(file(&mut content, sort));
            Inbound::Media
        }
    };
    keep(event, member, content);
    Some(inbound)
}

/// A file, fetched by its id.
fn file(content: &mut Fields<'_>, sort: &str) -> Option<InboundMedia> {
    let id = content.take_owned("id").map(InboundSource::Id);
    let link = |content: &mut Fields<'_>| content.take_owned("url").map(InboundSource::Link);
    let source = id.or_else(|| link(content))?;
    let spoken = content.raw("voice").is_some_and(|raw| raw.get() == "true");
    let mut media = InboundMedia::new(source, content.take_owned("mime_type"));
    media.kind = match sort {
        "audio" if spoken => MediaKind::Voice,
        "audio" => MediaKind::Audio,
        "image" => MediaKind::Image,
        "sticker" => MediaKind::Sticker,
        "video" => MediaKind::Video,
        "voice" => MediaKind::Voice,
        _ => MediaKind::Document,
    };
    media.filename = content.take_owned("filename");
    media.sha256 = content.take_owned("sha256");
    Some(media)
}

/// A button or a line that was chosen.
fn interactive(
    event: &mut Event,
    member: &'static str,
    mut content: Fields<'_>,
) -> Option<Inbound> {
    let sort = content.take_owned("type");
    let named = |name: &str| sort.as_deref().is_some_and(|sort| sort.eq_ignore_ascii_case(name));
    let inbound = if named("button_reply") {
        content.take_object("button_reply").map(|mut reply| {
            event.text = reply.take_owned("title");
            Inbound::QuickReply { id: reply.take_owned("id").unwrap_or_default() }
        })
    } else if named("list_reply") {
        content.take_object("list_reply").map(|mut reply| {
            event.text = reply.take_owned("title");
            let (id, description) = (reply.take_owned("id"), reply.take_owned("description"));
            Inbound::ListReply { id: id.unwrap_or_default(), description }
        })
    } else {
        sort.map(|word| Inbound::Other { word })
    };
    keep(event, member, content);
    inbound
}

/// Keeps what has no place of its own under the member's name.
fn keep(event: &mut Event, member: &'static str, content: Fields<'_>) {
    let rest = content.rest();
    if !rest.is_empty() {
        let rest = rest.into_iter().map(|(name, value)| (name.into_owned(), value)).collect();
        event.metadata.insert(member.into(), Value::Object(rest));
    }
}
