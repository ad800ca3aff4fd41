//! Events of messages that may go by one channel after another: those of the RCS API with its
//! fallback to SMS, and of the deflector.

use bytes::Bytes;
use serde_json::value::RawValue;

use super::hook::{self, Fields};
use crate::{
    event::{Event, EventKind, Inbound, Metadata, Status},
    message::Kind,
    webhook::{EventFault, Parsed, Proof, Verified, WebhookError, dedup_key},
};

/// Reads the events of a call for the provider `name`.
pub(super) fn parse(
    name: &'static str,
    offset: i32,
    verified: &Verified<'_>,
) -> Result<Parsed, WebhookError> {
    let Some(body) = hook::body(verified.request()) else { return Ok(Parsed::empty()) };
    let mut parsed = Parsed::empty();
    for (index, raw) in hook::elements(&body)?.into_iter().enumerate() {
        match event(name, offset, raw, &body, verified.proof()) {
            Ok(event) => parsed.events.push(event),
            Err(problem) => parsed.faults.push(EventFault::new(index, problem)),
        }
    }
    Ok(parsed)
}

fn event(
    name: &'static str,
    offset: i32,
    raw: &RawValue,
    body: &Bytes,
    proof: Proof,
) -> Result<Event, &'static str> {
    let mut fields = Fields::read(raw).ok_or("is no object")?;
    let request = fields.take("requestid");
    let message = fields.peek("message_id");
    let mobile = fields.take("mobile");
    let reference = fields.take("callbackData");
    if request.is_none() && message.is_none() && mobile.is_none() && reference.is_none() {
        return Err("names no message");
    }
    let word = fields.take("status");
    let when = fields.take("event_time");
    let channel = fields.peek("channel");
    let click = fields.take_object("click_data").map(Click::read).unwrap_or_default();
    let text = fields.take("text").or_else(|| fields.take("message"));

    let status = word.as_deref().and_then(status);
    let wrote =
        status.is_none() && (text.is_some() || click.is_choice() || is_reply(word.as_deref()));
    let mut event = match status {
        Some(status) => Event::of_status(status, name, proof),
        None if wrote => Event::new(EventKind::Inbound, name, proof),
        None => Event::new(EventKind::Other, name, proof),
    };
    event.dedup_key = dedup_key(&[
        name,
        request.as_deref().unwrap_or_default(),
        message.as_deref().unwrap_or_default(),
        reference.as_deref().unwrap_or_default(),
        mobile.as_deref().unwrap_or_default(),
        channel.as_deref().unwrap_or_default(),
        &word.as_deref().unwrap_or_default().to_ascii_lowercase(),
        when.as_deref().unwrap_or_default(),
        click.kind.as_deref().unwrap_or_default(),
        click.text.as_deref().or(text.as_deref()).unwrap_or_default(),
        click.postback.as_deref().unwrap_or_default(),
        click.url.as_deref().unwrap_or_default(),
    ]);
    event.channel = channel.as_deref().and_then(kind);
    if event.channel.is_some() {
        fields.take("channel");
    }
    // As in the receipt: the request's id, else the message's.
    if request.is_none() {
        fields.take("message_id");
    }
    event.provider_message_id = request.or(message).map(String::from);
    let bot = (event.channel == Some(Kind::Rcs)).then(|| fields.take_owned("nc_bot_id")).flatten();
    let person = mobile.map(String::from);
    (event.sender, event.recipient) = if wrote { (person, bot) } else { (bot, person) };
    event.word = word.map(String::from);
    event.callback_data = reference.map(String::from);
    event.reason = fields.take_owned("remarks");
    event.timestamp = when.and_then(|text| hook::time(&text, offset));
    if wrote {
        event.inbound = Some(Box::new(match &click.postback {
            Some(id) => Inbound::QuickReply { id: id.clone() },
            None => Inbound::Text,
        }));
    }
    event.metadata = fields.rest();
    if let Some(kind) = click.kind {
        event.metadata.insert("click_type".into(), kind.into());
    }
    if let Some(postback) = click.postback {
        event.metadata.insert("postbackData".into(), postback.into());
    }
    event.metadata.extend(click.rest);
    event.url = click.url;
    event.text = click.text.or_else(|| text.map(String::from));
    event.source = body.slice_ref(raw.get().as_bytes());
    Ok(event)
}

/// What a person tapped.
#[derive(Default)]
struct Click {
    kind: Option<String>,
    text: Option<String>,
    postback: Option<String>,
    url: Option<String>,
    rest: Metadata,
}

impl Click {
    fn read(mut fields: Fields<'_>) -> Self {
        let postback = fields.take_owned("postbackData");
        let is_link = |text: &&String| text.starts_with("https://") || text.starts_with("http://");
        Self {
            kind: fields.take_owned("type"),
            text: fields.take_owned("text"),
            url: fields.take_owned("url").or_else(|| postback.as_ref().filter(is_link).cloned()),
            postback,
            rest: fields.rest(),
        }
    }

    fn is_choice(&self) -> bool {
        self.text.is_some() || self.postback.is_some()
    }
}

fn status(word: &str) -> Option<Status> {
    let known = [
        ("sent", Status::Sent),
        ("delivered", Status::Delivered),
        ("read", Status::Read),
        ("clicked", Status::Clicked),
        ("failed", Status::Failed),
    ];
    known.into_iter().find_map(|(name, status)| word.eq_ignore_ascii_case(name).then_some(status))
}

/// Whether the word, which is not documented, speaks of an answer.
fn is_reply(word: Option<&str>) -> bool {
    word.is_some_and(|word| {
        let word = word.to_ascii_lowercase();
        ["reply", "replied", "response", "inbound", "incoming"]
            .iter()
            .any(|part| word.contains(part))
    })
}

fn kind(channel: &str) -> Option<Kind> {
    let known = [("RCS", Kind::Rcs), ("SMS", Kind::Sms), ("WHATSAPP", Kind::WhatsApp)];
    known.into_iter().find_map(|(name, kind)| channel.eq_ignore_ascii_case(name).then_some(kind))
}
