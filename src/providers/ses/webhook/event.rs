//! The events of one message of SES, one for each recipient.

use std::{borrow::Cow, iter};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use jiff::fmt::strtime;
use serde_json::value::RawValue;

use super::{
    fields::{self, Fields},
    inbound,
    meaning::{Meaning, meaning, place},
    preferences::{Turn, turns},
};
use crate::{
    event::{Event, EventKind, Status},
    message::Kind,
    providers::ses::{NAME, REFERENCE_TAG, REFERENCE_TAG_ENCODED},
    time::Timestamp,
    webhook::{EventFault, Parsed, Proof, Request, WebhookError, dedup_key},
};

/// How many bytes are written for the recipients of one message together, before what they share
/// stands in the first event alone. SES names 50 at most and SNS carries 256 KB, so genuine ones
/// come nowhere near.
const SHARED: usize = 16 * 1024 * 1024;

/// Where a message came in.
pub(super) struct Context<'c> {
    /// SNS's id of it, the same when it tries again.
    pub(super) id: &'c str,
    /// When SNS published it.
    pub(super) time: &'c str,
    /// The request's body.
    pub(super) body: &'c Bytes,
    /// How the request's origin was proven.
    pub(super) proof: Proof,
}

/// Whether `message` is what SES writes to a topic that it begins to publish to.
pub(super) fn is_greeting(message: &str) -> bool {
    message.trim_start().starts_with("Successfully validated SNS topic")
}

/// The events of a request without an envelope.
pub(super) fn read_raw(request: &Request, proof: Proof) -> Result<Parsed, WebhookError> {
    // A broken character must not cost the rest.
    let message = String::from_utf8_lossy(&request.body);
    if is_greeting(&message) {
        return Ok(Parsed::empty());
    }
    let whole;
    let id = match request.header("x-amz-sns-message-id") {
        Some(id) if !id.is_empty() => id,
        _ => {
            whole = dedup_key(&[NAME, &message]);
            &whole
        }
    };
    read(&message, &Context { id, time: "", body: &request.body, proof })
}

/// The events of a message.
pub(super) fn read(message: &str, context: &Context<'_>) -> Result<Parsed, WebhookError> {
    let mut fields = Fields::read(message)
        .ok_or_else(|| WebhookError::payload("the message is no JSON object of Amazon SES"))?;
    let notification = fields.text("notificationType");
    let word = fields.text("eventType").or(notification).unwrap_or_default();
    let mut mail = fields.object("mail").unwrap_or_default();
    let Some(place) = place(&word) else {
        return Ok(Parsed::one(unknown(&word, mail, context)));
    };
    let mut object = fields.object(place.object).ok_or_else(|| {
        WebhookError::payload("the message lacks the object that its type promises")
    })?;

    let meaning = meaning(&word, &object);
    let destination = mail.list("destination");
    let mut people = place.recipients.map(|list| object.list(list)).unwrap_or_default();
    if people.is_empty() && (place.recipients.is_none() || destination.len() == 1) {
        people = destination;
    }
    let is_inbound = meaning.kind == Some(EventKind::Inbound);
    // Who opened, clicked or complained is among those, and nothing tells who.
    let certain = people.len() < 2 || !matches!(&*word, "Click" | "Complaint" | "Open");
    let turns = if word == "Subscription" { turns(&object) } else { Vec::new() };

    let mut base = base(&word, &meaning, context);
    base.provider_message_id = owned(mail.text("messageId"));
    base.sender = owned(mail.text("source"));
    base.reason = place.reason.and_then(|name| owned(object.text(name)));
    let sent = mail.text("timestamp");
    let happened = object.text("timestamp");
    base.timestamp = [&happened, &sent].into_iter().flatten().find_map(|text| time(text));
    base.timestamp = base.timestamp.or_else(|| time(context.time));
    if let (Some(sent), Some(_)) = (sent, happened) {
        base.metadata.insert("mail.timestamp".into(), sent.into());
    }
    if word == "Click" {
        base.url = owned(object.text("link"));
    }
    if is_inbound {
        let encoding = object.peek_object("action").and_then(|action| action.peek("encoding"));
        inbound::fill(&mut base, &mut mail, fields.text("content"), encoding.as_deref());
    }
    base.metadata.extend(mail.values());
    base.metadata.extend(object.values());
    base.callback_data = reference(&base);
    if !certain {
        base.metadata.insert("recipient_certain".into(), false.into());
        base.suppress = None;
    }
    let heavy = |count: usize| count.saturating_mul(message.len()) > SHARED;
    let key = [NAME, context.id, &word];
    Ok(spread(base, &people, &turns, &key, heavy))
}

/// The event `base` for each of `people` and each of `turns`.
fn spread(
    base: Event,
    people: &[&RawValue],
    turns: &[Turn<'_>],
    key: &[&str; 3],
    heavy: impl Fn(usize) -> bool,
) -> Parsed {
    let persons: Vec<_> = if people.is_empty() {
        vec![Some(Person::default())]
    } else {
        people.iter().map(|raw| Person::read(raw)).collect()
    };
    let turns: Vec<_> =
        if turns.is_empty() { vec![None] } else { turns.iter().map(Some).collect() };
    let others = persons.len() * turns.len() - 1;
    let next = (others > 0).then(|| if heavy(others) { thin(&base) } else { base.clone() });
    let others = next.into_iter().flat_map(|next| iter::repeat_n(next, others));
    let mut copies = iter::once(base).chain(others);

    let mut parsed = Parsed::empty();
    for (index, person) in persons.into_iter().enumerate() {
        let Some(person) = person else {
            parsed.faults.push(EventFault::new(index, "names no recipient"));
            continue;
        };
        for (turn, mut event) in turns.iter().zip(&mut copies) {
            if let Some(turn) = turn {
                event.kind = turn.status.kind();
                event.status = Some(turn.status);
                event.suppress = turn.suppress;
                event.topic = turn.topic.clone().map(Cow::into_owned);
            }
            person.fill(&mut event, key);
            parsed.events.push(event);
        }
    }
    parsed
}

/// Who an event is about, and what it says of them.
#[derive(Default)]
struct Person<'a> {
    address: Option<Cow<'a, str>>,
    reason: Option<Cow<'a, str>>,
    code: Option<Cow<'a, str>>,
    rest: Fields<'a>,
}

impl<'a> Person<'a> {
    /// An address, or an object that holds one.
    fn read(raw: &'a RawValue) -> Option<Self> {
        if let Some(address) = fields::text(raw) {
            return Some(Self { address: Some(address), ..Self::default() });
        }
        let mut rest = Fields::read(raw.get())?;
        let address = Some(rest.text("emailAddress")?);
        let (reason, code) = (rest.text("diagnosticCode"), rest.text("status"));
        Some(Self { address, reason, code, rest })
    }

    fn fill(&self, event: &mut Event, key: &[&str; 3]) {
        let text = |text: &Option<Cow<'_, str>>| text.as_deref().map(str::to_owned);
        let [name, id, word] = key;
        let address = self.address.as_deref().unwrap_or_default();
        let topic = event.topic.as_deref().unwrap_or_default();
        event.dedup_key = dedup_key(&[name, id, word, address, topic]);
        event.recipient = text(&self.address);
        if self.reason.is_some() {
            event.reason = text(&self.reason);
        }
        event.code = text(&self.code);
        event.metadata.extend(self.rest.values());
    }
}

/// An event with what all recipients share, but the members of SES's objects.
fn base(word: &str, meaning: &Meaning, context: &Context<'_>) -> Event {
    let kind = meaning.status.map(Status::kind).or(meaning.kind).unwrap_or(EventKind::Other);
    let mut event = Event::new(kind, NAME, context.proof);
    event.status = meaning.status;
    event.bounce = meaning.bounce;
    event.suppress = meaning.suppress;
    event.channel = Some(Kind::Email);
    event.word = Some(word.to_owned()).filter(|word| !word.is_empty());
    event.source = context.body.clone();
    if !context.id.is_empty() {
        event.metadata.insert("message_id".into(), context.id.into());
    }
    event
}

/// An event of a type that SES invented since, or that is none of the sort.
fn unknown(word: &str, mut mail: Fields<'_>, context: &Context<'_>) -> Event {
    // What SNS writes to a topic that an identity begins to notify.
    let greeting = word == "AmazonSnsSubscriptionSucceeded";
    let kind = greeting.then_some(EventKind::Subscription);
    let mut event = base(word, &Meaning { kind, ..Meaning::default() }, context);
    event.provider_message_id = owned(mail.text("messageId"));
    event.sender = owned(mail.text("source"));
    event.timestamp = time(context.time).or_else(|| time(&mail.text("timestamp")?));
    if let [recipient] = mail.list("destination").as_slice() {
        event.recipient = owned(fields::text(recipient));
    }
    event.metadata.extend(mail.values());
    event.callback_data = reference(&event);
    event.dedup_key = dedup_key(&[NAME, context.id, word]);
    event
}

/// The event for the later recipients of a message that names too many: without what is long.
fn thin(event: &Event) -> Event {
    let short = |text: &Option<String>| text.clone().filter(|text| text.len() <= 256);
    let mut thin = Event::new(event.kind, NAME, event.proof);
    thin.status = event.status;
    thin.bounce = event.bounce;
    thin.suppress = event.suppress;
    thin.channel = event.channel;
    thin.timestamp = event.timestamp;
    thin.word = short(&event.word);
    thin.provider_message_id = short(&event.provider_message_id);
    thin.sender = short(&event.sender);
    thin.reason = short(&event.reason);
    thin.url = short(&event.url);
    thin.callback_data = short(&event.callback_data);
    thin.source = event.source.clone();
    if let Some(certain) = event.metadata.get("recipient_certain") {
        thin.metadata.insert("recipient_certain".into(), certain.clone());
    }
    thin
}

/// What sending wrote into the mail's tags.
fn reference(event: &Event) -> Option<String> {
    let tag = |name: &str| event.metadata.get("tags")?.get(name)?.get(0)?.as_str();
    if let Some(plain) = tag(REFERENCE_TAG) {
        return Some(plain.to_owned());
    }
    let bytes = URL_SAFE_NO_PAD.decode(tag(REFERENCE_TAG_ENCODED)?).ok()?;
    String::from_utf8(bytes).ok()
}

fn owned(text: Option<Cow<'_, str>>) -> Option<String> {
    text.map(Cow::into_owned)
}

/// RFC 3339, or `2026-03-14 15:09:26 +0000`.
fn time(text: &str) -> Option<Timestamp> {
    let other = || strtime::parse("%Y-%m-%d %H:%M:%S %z", text).ok()?.to_timestamp().ok();
    text.parse().ok().or_else(other)
}
