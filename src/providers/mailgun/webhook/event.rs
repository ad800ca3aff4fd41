//! One event of a mail.

use std::borrow::Cow;

use jiff::SignedDuration;
use serde_json::{Value, value::RawValue};

use super::{
    CALLBACK_DATA, NAME,
    object::{Object, Picked, text, value},
};
use crate::{
    event::{Bounce, Event, EventKind, Inbound, InboundEmail, Scope, Status},
    message::Kind,
    time::Timestamp,
    webhook::{
        Proof, dedup_key,
        text::{known, lower},
    },
};

/// What stands in fields of its own. All else is metadata.
const TAKEN: [&str; 5] = ["event", "recipient", "timestamp", "url", "user-variables"];

/// What else Mailgun says of many events.
const NAMES: [&str; 20] = [
    "batch",
    "campaigns",
    "client-info",
    "delivery-status",
    "domain",
    "envelope",
    "flags",
    "geolocation",
    "id",
    "ip",
    "log-level",
    "message",
    "method",
    "originating-ip",
    "primary-dkim",
    "reason",
    "recipient-domain",
    "severity",
    "storage",
    "tags",
];

/// What is read of `delivery-status`, and of a message's headers.
type Delivery<'a> = Picked<'a, 4>;
type Headers<'a> = Picked<'a, 4>;

/// Reads `event-data`.
pub(super) fn read(raw: &RawValue, proof: Proof) -> Result<Event, &'static str> {
    let data = Object::read(raw.get()).ok_or("is no object")?;
    let word = data.text("event").ok_or("names no event")?;
    let name = lower(&word);
    let delivery = data.pick("delivery-status", ["bounce-type", "code", "description", "message"]);
    let message = data.pick("message", ["headers"]).get("headers");
    let message = Headers::read(message, ["from", "message-id", "subject", "to"]);

    let meaning = Meaning::of(&name, &data, &delivery);
    let mut event = match meaning.status {
        Some(status) => Event::of_status(status, NAME, proof),
        None => Event::new(EventKind::Other, NAME, proof),
    };
    event.channel = Some(Kind::Email);
    event.suppress = meaning.suppress;
    event.bounce = meaning.bounce;
    event.topic = meaning.topic;
    event.machine = matches!(&*name, "clicked" | "opened" | "unsubscribed")
        && data.pick("client-info", ["bot"]).text("bot").is_some_and(|bot| !bot.trim().is_empty());
    let id = message.text("message-id").map(|id| bare(&id).to_owned());
    let to = || addresses(&message.text("to")?).into_iter().next();
    event.recipient = data.text("recipient").map(Cow::into_owned).or_else(to);
    event.sender = data
        .pick("envelope", ["sender"])
        .text("sender")
        .or_else(|| message.text("from"))
        .map(Cow::into_owned);
    event.url = data.text("url").map(Cow::into_owned);
    event.code = delivery.text("code").map(Cow::into_owned);
    event.reason = reason(&data, &delivery);
    event.timestamp = data.text("timestamp").and_then(|text| time(&text));
    if name == "stored" {
        event.kind = EventKind::Inbound;
        event.inbound = Some(Box::new(Inbound::Email(stored(&message, id.clone()))));
    }
    event.provider_message_id = id;
    event.dedup_key = key(&event, &name, &data, raw);
    event.word = Some(word.into_owned());
    // Nothing was delivered to anybody.
    let is_test = data.pick("flags", ["is-test-mode"]).flag("is-test-mode")
        || event.code.as_deref() == Some("650");
    rest(&mut event, data);
    if is_test {
        event.metadata.insert("is-test-mode".into(), true.into());
    }
    Ok(event)
}

/// What an event says of a mail.
#[derive(Default)]
struct Meaning {
    status: Option<Status>,
    suppress: Option<Scope>,
    bounce: Option<Bounce>,
    topic: Option<String>,
}

impl Meaning {
    fn of(name: &str, data: &Object<'_>, delivery: &Delivery<'_>) -> Self {
        let status = match name {
            "accepted" => Status::Queued,
            "clicked" => Status::Clicked,
            "complained" => return Self::suppressing(Status::Complained, Scope::Sender),
            "delivered" => Status::Delivered,
            "failed" => return Self::failed(data, delivery),
            "opened" => Status::Opened,
            "rejected" => Status::Rejected,
            "unsubscribed" => return Self::unsubscribed(data),
            _ => return Self::default(),
        };
        Self { status: Some(status), ..Self::default() }
    }

    fn suppressing(status: Status, scope: Scope) -> Self {
        Self { status: Some(status), suppress: Some(scope), ..Self::default() }
    }

    /// From one mailing list, where one is named. Which tag it was is not told.
    fn unsubscribed(data: &Object<'_>) -> Self {
        let list = data.pick("mailing-list", ["address"]);
        let topic = list.text("address").or_else(|| data.text("mailing-list"));
        let scope = if topic.is_some() { Scope::Topic } else { Scope::Marketing };
        Self { topic: topic.map(Cow::into_owned), ..Self::suppressing(Status::Unsubscribed, scope) }
    }

    fn failed(data: &Object<'_>, delivery: &Delivery<'_>) -> Self {
        let lower = |text: Option<Cow<'_, str>>| {
            text.map(|text| text.trim().to_ascii_lowercase()).unwrap_or_default()
        };
        let (severity, reason) = (lower(data.text("severity")), lower(data.text("reason")));
        let (code, bounced) = (lower(delivery.text("code")), lower(delivery.text("bounce-type")));
        if severity == "temporary" {
            return Self { status: Some(Status::Deferred), ..Self::default() };
        }
        // Mailgun did not try: the person or the address is on one of its lists.
        let listed = match (reason.as_str(), code.as_str()) {
            ("suppress-unsubscribe", _) | (_, "606") => Some(Some(Scope::Marketing)),
            ("suppress-complaint", _) | (_, "607") => Some(Some(Scope::Sender)),
            ("suppress-bounce", _) | (_, "605") => Some(Some(Scope::Address)),
            (reason, _) => reason.starts_with("suppress-").then_some(None),
        };
        let (status, bounce, suppress) = if let Some(scope) = listed {
            (Status::Rejected, Some(Bounce::Suppressed), scope)
        } else if matches!(reason.as_str(), "blacklisted" | "espblock") {
            (Status::BouncedSoft, Some(Bounce::Block), None)
        } else if bounced == "soft"
            || matches!(reason.as_str(), "greylisted" | "old")
            // No connection, or none in time: the address said nothing.
            || matches!(code.as_str(), "498" | "499" | "602")
        {
            (Status::BouncedSoft, Some(Bounce::Soft), None)
        } else if severity == "permanent" {
            (Status::BouncedHard, Some(Bounce::Hard), Some(Scope::Address))
        } else {
            (Status::Failed, None, None)
        };
        Self { status: Some(status), suppress, bounce, topic: None }
    }
}

/// The words of the other server, else Mailgun's.
fn reason(data: &Object<'_>, delivery: &Delivery<'_>) -> Option<String> {
    let reject = data.pick("reject", ["description", "reason"]);
    [
        delivery.text("message"),
        delivery.text("description"),
        reject.text("reason"),
        reject.text("description"),
        data.text("reason"),
    ]
    .into_iter()
    .flatten()
    .find(|text| !text.trim().is_empty())
    .map(Cow::into_owned)
}

/// What is told of a mail that Mailgun keeps.
fn stored(headers: &Headers<'_>, message_id: Option<String>) -> InboundEmail {
    let text = |name| headers.text(name).map(Cow::into_owned);
    InboundEmail {
        subject: text("subject"),
        from: text("from"),
        to: text("to").map(|to| addresses(&to)).unwrap_or_default(),
        message_id,
        ..InboundEmail::default()
    }
}

/// Mailgun's id is unique within a day only, and the token is another for each request.
fn key(event: &Event, name: &str, data: &Object<'_>, raw: &RawValue) -> String {
    let (id, time) =
        (data.text("id"), event.timestamp.map(|time| time.as_nanosecond().to_string()));
    // Without both, nothing but all of it tells it from another.
    let whole = if id.is_none() && time.is_none() { raw.get() } else { "" };
    dedup_key(&[
        NAME,
        id.as_deref().unwrap_or_default(),
        time.as_deref().unwrap_or_default(),
        name,
        event.recipient.as_deref().unwrap_or_default(),
        event.provider_message_id.as_deref().unwrap_or_default(),
        event.url.as_deref().unwrap_or_default(),
        whole,
    ])
}

/// Moves the host's variables and all that has no field of its own into the metadata.
fn rest(event: &mut Event, data: Object<'_>) {
    let variables = data.get("user-variables");
    for (name, raw) in data.into_members() {
        if TAKEN.contains(&&*name) {
            continue;
        }
        if let Some(value) = value(raw) {
            event.metadata.insert(known(name, &NAMES), value);
        }
    }
    let Some(variables) = variables else { return };
    // An object, or one as text.
    let written = text(variables).unwrap_or_else(|| Cow::Borrowed(variables.get()));
    let Some(object) = Object::read(&written) else {
        event.metadata.extend(value(variables).map(|value| ("user-variables".into(), value)));
        return;
    };
    let mut clashes = serde_json::Map::new();
    for (name, raw) in object.into_members() {
        if name == CALLBACK_DATA {
            event.callback_data = text(raw).map(Cow::into_owned);
        } else if let Some(value) = value(raw) {
            if event.metadata.contains_key(&*name) {
                clashes.insert(name.into_owned(), value);
            } else {
                event.metadata.insert(name.into_owned().into(), value);
            }
        }
    }
    if !clashes.is_empty() {
        event.metadata.insert("user-variables".into(), Value::Object(clashes));
    }
}

/// The addresses of a header, without their names, which may hold commas between quotes.
fn addresses(header: &str) -> Vec<String> {
    let (mut quoted, mut escaped) = (false, false);
    let list = header.split(|c| {
        let end = c == ',' && !quoted;
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = c == '\\' && !escaped;
        end
    });
    list.map(bare).filter(|address| !address.is_empty()).map(str::to_owned).collect()
}

/// An address or id without its name and angle brackets.
fn bare(text: &str) -> &str {
    let inner = text.rsplit_once('<').map_or(text, |(_, rest)| rest);
    inner.split('>').next().unwrap_or(inner).trim()
}

/// Seconds with a fraction, as they were written: a float of today's length loses some.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Timestamp::from_second(seconds).ok();
    }
    if let Some((seconds, fraction)) = text.split_once('.')
        && let Ok(seconds) = seconds.parse::<u32>()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
    {
        let digits = fraction.get(..9).unwrap_or(fraction);
        return Timestamp::new(seconds.into(), format!("{digits:0<9}").parse().ok()?).ok();
    }
    let since = SignedDuration::try_from_secs_f64(text.parse().ok()?).ok()?;
    Timestamp::UNIX_EPOCH.checked_add(since).ok()
}
