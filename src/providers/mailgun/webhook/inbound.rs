//! A mail that a route forwards, or tells to be kept.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::value::RawValue;

use super::{
    NAME,
    object::{Object, value},
    signature::Signature,
};
use crate::{
    event::{Event, EventKind, Inbound, InboundEmail, InboundMedia, InboundSource, Metadata},
    message::Kind,
    time::Timestamp,
    webhook::{
        Proof, Request, WebhookError, dedup_key,
        form_data::Part,
        mail::{self, Mail},
    },
};

/// The fields that have a place of their own, or say nothing of the mail.
const TAKEN: [&str; 15] = [
    "attachment-count",
    "attachments",
    "body-html",
    "body-mime",
    "body-plain",
    "content-id-map",
    "from",
    "message-headers",
    "recipient",
    "sender",
    "signature",
    "subject",
    "timestamp",
    "token",
    "parent-signature",
];

/// What the form was signed with. A header of the mail may be called like one of the fields, so the
/// first and the last of each are tried.
pub(super) fn signature(parts: &[Part]) -> Result<Signature<'_>, WebhookError> {
    let first = |name: &str| parts.iter().find(|part| part.name == name);
    let last = |name: &str| parts.iter().rfind(|part| part.name == name);
    of(first).or_else(|error| of(last).map_err(|_| error))
}

fn of<'a>(field: impl Fn(&'static str) -> Option<&'a Part>) -> Result<Signature<'a>, WebhookError> {
    let text =
        |name| field(name).map_or(Cow::Borrowed(""), |part| String::from_utf8_lossy(&part.body));
    Signature::new(text("timestamp"), text("token"), &text("signature"), &text("parent-signature"))
}

/// Reads a mail.
pub(super) fn read(parts: &[Part], request: &Request, proof: Proof) -> Result<Event, WebhookError> {
    let fields = Fields(parts);
    // A header of the mail may be called `event`; an event of old has headers, and no body.
    let has_body = ["body-mime", "body-plain", "body-html", "message-url"]
        .iter()
        .any(|name| parts.iter().any(|part| part.name == *name));
    let is_event = fields.text("event").is_some() || fields.text("message-headers").is_none();
    if is_event && !has_body {
        return Err(WebhookError::payload(
            "the form holds no mail: events in Mailgun's format of before 2018 are not read",
        ));
    }
    let mail = match fields.text("body-mime") {
        Some(_) => mail::read(fields.bytes("body-mime"))
            .ok_or_else(|| WebhookError::payload("body-mime holds no mail"))?,
        None => fields.mail(),
    };
    Ok(fields.event(mail, request, proof))
}

struct Fields<'a>(&'a [Part]);

impl<'a> Fields<'a> {
    fn bytes(&self, name: &str) -> &'a [u8] {
        let part = self.0.iter().find(|part| part.name == name);
        part.map_or(&b""[..], |part| &part.body)
    }

    fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        Some(String::from_utf8_lossy(self.bytes(name))).filter(|text| !text.is_empty())
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(Cow::into_owned)
    }

    /// The mail that the fields tell of one by one.
    fn mail(&self) -> Mail {
        let headers = headers(&self.text("message-headers").unwrap_or_default());
        let header = |name: &str| headers.get(name).and_then(|values| values.first());
        let ids = |name| header(name).map(|value| mail::message_ids(value)).unwrap_or_default();
        let addresses = |name| header(name).map(|value| mail::mailboxes(value)).unwrap_or_default();
        let from = self.owned("from").or_else(|| header("from").cloned());
        let email = InboundEmail {
            subject: self.owned("subject").or_else(|| header("subject").cloned()),
            html: self.owned("body-html"),
            to: addresses("to"),
            cc: addresses("cc"),
            reply_to: header("reply-to").cloned(),
            message_id: ids("message-id").into_iter().next(),
            references: mail::thread(ids("references"), ids("in-reply-to")),
            spam_score: None,
            from,
            headers: BTreeMap::new(),
        };
        let sender =
            email.from.as_deref().and_then(|from| mail::mailboxes(from).into_iter().next());
        Mail {
            text: self.owned("body-plain").or_else(|| self.owned("stripped-text")),
            media: self.media(),
            date: None,
            sender,
            email: InboundEmail { headers, ..email },
        }
    }

    fn event(&self, mail: Mail, request: &Request, proof: Proof) -> Event {
        let Mail { mut email, text, media, sender, date } = mail;
        let score = email.headers.get("x-mailgun-sscore").and_then(|scores| scores.first());
        email.spam_score = score.cloned();
        let mut event = Event::new(EventKind::Inbound, NAME, proof);
        event.channel = Some(Kind::Email);
        event.sender = self.owned("sender").or(sender);
        event.recipient = self.owned("recipient").or_else(|| email.to.first().cloned());
        event.text = text;
        event.media = media;
        event.reply_to = email.references.last().cloned();
        event.provider_message_id.clone_from(&email.message_id);
        let seconds = self.text("timestamp").and_then(|text| text.trim().parse().ok());
        event.timestamp = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).or(date);
        event.dedup_key = key(&event, &email);
        event.metadata = self.metadata(&email);
        event.source = request.body.clone();
        event.inbound = Some(Box::new(Inbound::Email(email)));
        event
    }

    /// The files in the form, or the links to those that Mailgun keeps.
    fn media(&self) -> Vec<InboundMedia> {
        let ids = self.content_ids();
        let mut files: Vec<_> =
            self.0.iter().filter_map(|part| Some((number(part)?, part))).collect();
        files.sort_by_key(|(number, _)| *number);
        let files = files.into_iter().map(|(_, part)| {
            let source = InboundSource::Content(part.body.clone());
            let mut media = InboundMedia::new(source, part.content_type.clone());
            media.filename.clone_from(&part.filename);
            media.content_id = ids.get(part.name.as_str()).cloned();
            media
        });
        files.chain(self.links(&ids)).collect()
    }

    /// The files that `store()` keeps, by their links.
    fn links(&self, ids: &BTreeMap<String, String>) -> Vec<InboundMedia> {
        let list = self.text("attachments").unwrap_or_default();
        let list: Vec<&RawValue> = serde_json::from_str(&list).unwrap_or_default();
        let files = list.into_iter().filter_map(|raw| {
            let file = Object::read(raw.get())?;
            let url = file.text("url")?.into_owned();
            let content_type = file.text("content-type").map(Cow::into_owned);
            let content_id = ids.get(&url).cloned();
            let mut media = InboundMedia::new(InboundSource::Link(url), content_type);
            media.filename = file.text("name").map(Cow::into_owned);
            media.content_id = content_id;
            Some(media)
        });
        files.collect()
    }

    /// The content id of each file, by its field or link.
    fn content_ids(&self) -> BTreeMap<String, String> {
        let map = self.text("content-id-map").unwrap_or_default();
        let Some(map) = Object::read(&map) else { return BTreeMap::new() };
        let pairs = map.into_members().filter_map(|(id, raw)| {
            let field = super::object::text(raw)?.into_owned();
            Some((field, id.trim_matches(['<', '>']).to_owned()))
        });
        pairs.collect()
    }

    /// What has no place of its own, but for the headers, which Mailgun repeats as fields.
    fn metadata(&self, email: &InboundEmail) -> Metadata {
        let named: BTreeSet<_> = email.headers.keys().map(String::as_str).collect();
        let mut metadata = Metadata::new();
        for part in self.0 {
            let name = part.name.as_str();
            let known = TAKEN.contains(&name)
                || number(part).is_some()
                || named.contains(name.to_ascii_lowercase().as_str());
            if known || part.body.is_empty() {
                continue;
            }
            let text = String::from_utf8_lossy(&part.body);
            metadata.insert(name.to_owned().into(), text.into_owned().into());
        }
        // A list that names no file is kept as it is.
        if email.headers.is_empty()
            && let Some(raw) = self.text("message-headers")
            && let Ok(raw) = serde_json::from_str::<&RawValue>(&raw)
            && let Some(value) = value(raw)
        {
            metadata.insert("message-headers".into(), value);
        }
        metadata
    }
}

/// The place of a file: `attachment-2` is the second.
fn number(part: &Part) -> Option<u32> {
    part.name.strip_prefix("attachment-")?.parse().ok()
}

/// The headers by their names in lower case, from a list of pairs.
fn headers(list: &str) -> BTreeMap<String, Vec<String>> {
    let list: Vec<&RawValue> = serde_json::from_str(list).unwrap_or_default();
    let mut headers = BTreeMap::<_, Vec<_>>::new();
    for pair in list {
        if let Ok((name, value)) = serde_json::from_str::<(String, String)>(pair.get()) {
            headers.entry(name.to_ascii_lowercase()).or_default().push(value);
        }
    }
    headers
}

/// The mail's own id and who it went to: a mail to two of our addresses comes twice. Where it has
/// no id, what it says.
fn key(event: &Event, email: &InboundEmail) -> String {
    let parts = |whole: [&str; 3]| {
        let [date, subject, text] = whole;
        dedup_key(&[
            NAME,
            "mail",
            email.message_id.as_deref().unwrap_or_default(),
            event.recipient.as_deref().unwrap_or_default(),
            event.sender.as_deref().unwrap_or_default(),
            date,
            subject,
            text,
        ])
    };
    if email.message_id.is_some() {
        return parts([""; 3]);
    }
    let date = email.headers.get("date").and_then(|dates| dates.first());
    parts([
        date.map(String::as_str).unwrap_or_default(),
        email.subject.as_deref().unwrap_or_default(),
        event.text.as_deref().or(email.html.as_deref()).unwrap_or_default(),
    ])
}
