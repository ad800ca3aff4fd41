//! Everything but templates and what can be tapped, as the Cloud API writes it.

use serde_json::{Map, Value, json};

use super::{
    LABEL, Options, interactive,
    limits::{CAPTION, CONTACTS, Faults, TEXT},
};
use crate::{
    error::{Error, Result},
    message::{Contact, ContactField, Location, Media, MediaKind, MediaSource, WhatsAppContent},
};

/// The type of a message, and the object of that name.
pub(super) fn content(
    content: &WhatsAppContent,
    options: &Options,
    faults: &mut Faults,
) -> Result<(&'static str, Value)> {
    let (kind, object) = match content {
        WhatsAppContent::Contacts { contacts } => ("contacts", cards(contacts, faults)),
        WhatsAppContent::Interactive(message) => {
            ("interactive", interactive::write(message, options, faults))
        }
        WhatsAppContent::Location(place) => ("location", location(place, "content", faults)),
        WhatsAppContent::Media(file) => (media_type(file.kind), media(file, "content", faults)),
        WhatsAppContent::Reaction { message_id, emoji } => {
            // An emoji of several people is many characters; a sentence is more.
            faults.length("content.emoji", emoji, 16);
            ("reaction", json!({ "message_id": message_id, "emoji": emoji }))
        }
        WhatsAppContent::Template(_) => {
            return Err(Error::unsupported(LABEL, "a template inside another content"));
        }
        WhatsAppContent::Text { text } => {
            faults.length("content.text", text, TEXT);
            let mut object = json!({ "body": text });
            put(&mut object, "preview_url", options.preview_url);
            ("text", object)
        }
    };
    Ok((kind, object))
}

/// Sets a field that there is.
pub(super) fn put(object: &mut Value, field: &str, value: Option<impl Into<Value>>) {
    if let (Some(object), Some(value)) = (object.as_object_mut(), value) {
        object.insert(field.into(), value.into());
    }
}

pub(super) fn media_type(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio | MediaKind::Voice => "audio",
        MediaKind::Document => "document",
        MediaKind::Image => "image",
        MediaKind::Sticker => "sticker",
        MediaKind::Video => "video",
    }
}

/// A file: where it is, and what is shown with it.
pub(super) fn media(file: &Media, field: &str, faults: &mut Faults) -> Value {
    let mut object = match &file.source {
        MediaSource::Id(id) => json!({ "id": id }),
        MediaSource::Link(link) => json!({ "link": link }),
    };
    if let Some(caption) = &file.caption {
        let field = format!("{field}.caption");
        faults.length(&field, caption, CAPTION);
        if matches!(file.kind, MediaKind::Audio | MediaKind::Sticker | MediaKind::Voice) {
            let remedy = "send the text as a message of its own";
            faults.add(&field, "is not shown with sounds and stickers", remedy);
        }
    }
    put(&mut object, "caption", file.caption.as_deref());
    if file.kind == MediaKind::Document {
        put(&mut object, "filename", file.filename.as_deref());
    }
    put(&mut object, "voice", (file.kind == MediaKind::Voice).then_some(true));
    object
}

/// Degrees are text in Meta's specification.
pub(super) fn location(place: &Location, field: &str, faults: &mut Faults) -> Value {
    if place.address.is_some() && place.name.is_none() {
        faults.add(&format!("{field}.name"), "is missing", "name the place of the address");
    }
    let mut object = json!({
        "latitude": place.latitude.to_string(),
        "longitude": place.longitude.to_string(),
    });
    put(&mut object, "name", place.name.as_deref());
    put(&mut object, "address", place.address.as_deref());
    object
}

fn cards(contacts: &[Contact], faults: &mut Faults) -> Value {
    faults.count("content.contacts", contacts.len(), CONTACTS);
    let cards = contacts.iter().enumerate();
    cards.map(|(index, contact)| card(contact, index, faults)).collect()
}

fn card(contact: &Contact, index: usize, faults: &mut Faults) -> Value {
    let mut name = Map::from_iter([("formatted_name".to_owned(), contact.name.as_str().into())]);
    let parts = [
        ("first_name", &contact.first_name),
        ("last_name", &contact.last_name),
        ("middle_name", &contact.middle_name),
        ("prefix", &contact.prefix),
        ("suffix", &contact.suffix),
    ];
    name.extend(given(parts));
    // One part must be there.
    if name.len() == 1 {
        name.insert("first_name".into(), contact.name.as_str().into());
    }
    let org = given([
        ("company", &contact.company),
        ("department", &contact.department),
        ("title", &contact.title),
    ]);
    let mut card = json!({ "name": name });
    let lists = [
        ("phones", list(&contact.phones, phone)),
        ("emails", list(&contact.emails, |field| json!({ "email": field.value }))),
        ("urls", list(&contact.urls, |field| json!({ "url": field.value }))),
        ("addresses", list(&contact.addresses, address)),
    ];
    for (field, entries) in lists {
        put(&mut card, field, (!entries.is_empty()).then_some(entries));
    }
    put(&mut card, "org", (!org.is_empty()).then_some(org));
    if let Some(birthday) = &contact.birthday {
        if !is_date(birthday) {
            let field = format!("content.contacts[{index}].birthday");
            faults.add(&field, "is no date", "write YYYY-MM-DD");
        }
        put(&mut card, "birthday", Some(birthday.as_str()));
    }
    card
}

/// The fields that there are.
fn given<const N: usize>(fields: [(&str, &Option<String>); N]) -> Map<String, Value> {
    let there = fields.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
    there.map(|(name, value)| (name.to_owned(), value.into())).collect()
}

fn list(fields: &[ContactField], write: impl Fn(&ContactField) -> Value) -> Vec<Value> {
    let entry = |field: &ContactField| {
        let mut entry = write(field);
        put(&mut entry, "type", field.label.as_deref());
        entry
    };
    fields.iter().map(entry).collect()
}

fn phone(field: &ContactField) -> Value {
    let mut phone = json!({ "phone": field.value });
    put(&mut phone, "wa_id", field.wa_id.as_deref());
    phone
}

fn address(field: &ContactField) -> Value {
    let Some(parts) = &field.parts else { return json!({ "street": field.value }) };
    Value::Object(given([
        ("street", &parts.street),
        ("city", &parts.city),
        ("state", &parts.state),
        ("zip", &parts.zip),
        ("country", &parts.country),
        ("country_code", &parts.country_code),
    ]))
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}
