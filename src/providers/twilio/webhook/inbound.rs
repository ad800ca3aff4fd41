//! What a person sent.

use super::{fields::Fields, message::profile, silence};
use crate::{
    event::{Event, EventKind, Inbound, InboundMedia, InboundSource, Scope, Status},
    providers::twilio::NAME,
    webhook::{Reply, dedup_key},
};

/// Reads what a person sent into `event`, which has what every message has.
pub(super) fn read(mut event: Event, fields: &mut Fields<'_>) -> (Vec<Event>, Reply) {
    event.kind = EventKind::Inbound;
    event.profile = profile(fields);
    event.media = media(fields);
    event.text = fields.take_blank("Body");
    event.reply_to = fields.take("OriginalRepliedMessageSid");
    event.inbound = Some(Box::new(content(&mut event, fields)));
    let sid = event.provider_message_id.clone().unwrap_or_default();
    // The request to the fallback URL is the same message again.
    event.dedup_key = dedup_key(&[NAME, "inbound", &sid]);
    let choice = fields.find("OptOutType").and_then(|word| choice(&event, &sid, word));
    let events = [Some(event), choice].into_iter().flatten().collect();
    (events, silence())
}

/// What it is beside its text and files, the nearest first.
fn content(event: &mut Event, fields: &mut Fields<'_>) -> Inbound {
    let titled = |event: &mut Event, title: Option<String>| {
        if event.text.as_deref().unwrap_or_default().is_empty() {
            event.text = title.or_else(|| event.text.take());
        }
    };
    if fields.has("ButtonPayload") || fields.has("ButtonText") {
        let title = fields.peek("ButtonText");
        let id = fields.take("ButtonPayload").or_else(|| title.clone()).unwrap_or_default();
        titled(event, title);
        return Inbound::QuickReply { id };
    }
    if let Some(id) = fields.take("ListId") {
        titled(event, fields.peek("ListTitle"));
        return Inbound::ListReply { id, description: None };
    }
    for name in ["FlowData", "InteractiveData"] {
        if let Some(response) = fields.take_json(name) {
            return Inbound::Form { name: None, response };
        }
    }
    let place = [fields.find("Latitude"), fields.find("Longitude")]
        .map(|text| text?.trim().parse::<f64>().ok().filter(|degrees| degrees.is_finite()));
    if let [Some(latitude), Some(longitude)] = place {
        fields.take("Latitude");
        fields.take("Longitude");
        let (name, address) = (fields.take("Label"), fields.take("Address"));
        return Inbound::Location { latitude, longitude, name, address };
    }
    if !event.media.is_empty() {
        return Inbound::Media;
    }
    let blank = event.text.as_deref().unwrap_or_default().is_empty();
    match fields.find("MessageType") {
        Some(word) if blank && word != "text" => Inbound::Other { word: word.to_owned() },
        _ => Inbound::Text,
    }
}

/// The files, by their numbers; `NumMedia` is only what was counted.
fn media(fields: &mut Fields<'_>) -> Vec<InboundMedia> {
    let links = fields.numbered("MediaUrl");
    if links.is_empty() {
        return Vec::new();
    }
    let mut types = fields.numbered("MediaContentType");
    let files = links
        .into_iter()
        .map(|(number, link)| InboundMedia::new(InboundSource::Link(link), types.remove(&number)));
    files.collect()
}

/// A STOP or START on which Twilio has acted.
fn choice(event: &Event, sid: &str, word: &str) -> Option<Event> {
    let (status, suppress) = match word.to_ascii_uppercase().as_str() {
        "STOP" => (Status::Unsubscribed, Some(Scope::Sender)),
        "START" => (Status::Resubscribed, None),
        _ => return None,
    };
    let mut choice = Event::of_status(status, NAME, event.proof);
    choice.channel = event.channel;
    choice.word = Some(word.to_owned());
    choice.provider_message_id.clone_from(&event.provider_message_id);
    // Whom it holds for stands where suppression lists look.
    choice.recipient.clone_from(&event.sender);
    choice.sender.clone_from(&event.recipient);
    choice.callback_data.clone_from(&event.callback_data);
    choice.suppress = suppress;
    choice.dedup_key = dedup_key(&[NAME, "choice", sid, &word.to_ascii_uppercase()]);
    Some(choice)
}
