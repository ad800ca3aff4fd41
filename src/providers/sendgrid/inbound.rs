//! Mails that people send, as SendGrid's Inbound Parse posts them.

use std::{collections::BTreeMap, time::Duration};

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use super::{NAME, webhook::signature::Keys};
use crate::{
    event::{Event, EventKind, Inbound, InboundMedia, InboundSource, Metadata},
    http::answer::text,
    message::Kind,
    time::Timestamp,
    webhook::{
        Guard, Parsed, Proof, Receiver, Request, Verified, WebhookError, Window, dedup_key,
        form_data::{self, Part},
        mail::{self, Mail},
    },
};

/// The fields that have a place of their own, or only tell how to read the others.
const TAKEN: [&str; 15] = [
    "attachment-info",
    "attachments",
    "cc",
    "charsets",
    "content-ids",
    "email",
    "envelope",
    "from",
    "headers",
    "html",
    "spam_score",
    "subject",
    "text",
    "to",
    "",
];

/// SendGrid tries again for 3 days, and does not say whether it signs anew each time.
const WINDOW: Window = Window::new(Duration::from_hours(73), Duration::from_mins(5));

/// Reads the mails that SendGrid's Inbound Parse posts, with or without "send raw".
///
/// SendGrid signs them only where a security policy says so
/// ([`public_key`](Self::public_key)), so a [`Guard`] proves where they come from: without either,
/// who knows the URL can post any mail.
///
/// - One mail is one event, whatever number of your addresses it was sent to: `recipient` is the
///   envelope's first, `envelope` in the metadata has them all.
/// - The verdicts of `dkim`, `SPF` and `spam_report` are in the metadata. A sender is who they say
///   they are only where these pass.
/// - SendGrid tells no time: the event's is the mail's own `Date`.
/// - SendGrid repeats what is answered with 5xx for up to 3 days, and drops what is refused with
///   4xx. So what is not proven is answered with 503: a wrong key or clock of this side loses no
///   mail.
/// - SendGrid posts mails of up to 30 MB, which a router takes only when told:
///   [`body_limit`](crate::webhook::RouterBuilder::body_limit).
///
/// ```
/// use dakiya::{sendgrid::InboundParse, webhook::Guard};
///
/// let inbound = InboundParse::new(Guard::secret_path("8e0f9c1d2b7a4465")?);
/// # let _ = inbound;
/// # Ok::<(), dakiya::webhook::WebhookError>(())
/// ```
///
/// Source: [Inbound Parse](https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook).
#[derive(Clone, Debug)]
pub struct InboundParse {
    guard: Guard,
    keys: Keys,
    window: Window,
}

impl InboundParse {
    /// Accepts what `guard` lets through.
    #[must_use]
    pub fn new(guard: Guard) -> Self {
        Self { guard, keys: Keys::default(), window: WINDOW }
    }

    /// Demands a signature too, that `public_key` proves: for a security policy with a signature.
    /// The key is one line of base64, as SendGrid shows it, or PEM. Given more than once, any of
    /// the keys may have signed.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::webhook::WebhookErrorKind::Config) when it is no such key.
    pub fn public_key(mut self, key: impl Into<SecretString>) -> Result<Self, WebhookError> {
        self.keys.add(&key.into())?;
        Ok(self)
    }

    /// Sets how far the signed time may lie from now. Default: 73 hours back, 5 minutes ahead:
    /// SendGrid tries again for 3 days, and does not say whether it signs anew each time.
    #[must_use]
    pub fn window(mut self, window: Window) -> Self {
        self.window = window;
        self
    }

    fn prove<'a>(
        &self,
        request: &'a Request,
        now: Timestamp,
    ) -> Result<Verified<'a>, WebhookError> {
        let guarded = self.guard.verify(request)?;
        if self.keys.is_empty() {
            return Ok(guarded);
        }
        let signed = self.keys.verify(request)?;
        if !form_data::is_framed(request) {
            return Err(WebhookError::signature(
                "the signed body does not begin with the boundary of its Content-Type, which \
                 nothing signs",
            ));
        }
        self.window.check(signed, now)?;
        Ok(Verified::new(request, Proof::Signature))
    }
}

impl Receiver for InboundParse {
    fn verify<'a>(
        &self,
        request: &'a Request,
        now: Timestamp,
    ) -> Result<Verified<'a>, WebhookError> {
        self.prove(request, now).map_err(WebhookError::asking_again)
    }

    fn parse(&self, verified: Verified<'_>) -> Result<Parsed, WebhookError> {
        let request = verified.request();
        let form = Form::new(form_data::read(request)?);
        let is_mail = ["email", "envelope", "from", "headers", "html", "text"];
        if !is_mail.iter().any(|name| form.part(name).is_some()) {
            return Err(WebhookError::payload("the form holds no mail"));
        }
        let mut event = form.event(verified.proof())?;
        event.source = request.body.clone();
        Ok(Parsed::one(event))
    }
}

/// Who the mail really went to and came from. What is of another type is absent.
#[derive(Default)]
struct Envelope {
    to: Vec<String>,
    from: Option<String>,
}

impl Envelope {
    fn of(value: &Value) -> Self {
        let to = &value["to"];
        let to = to.as_array().map_or_else(|| std::slice::from_ref(to), Vec::as_slice);
        let to = to.iter().filter_map(text).collect();
        Self { to, from: text(&value["from"]).filter(|from| !from.is_empty()) }
    }
}

/// What is told of a file beside it.
#[derive(Default, Deserialize)]
struct FileInfo {
    filename: Option<Value>,
    name: Option<Value>,
    #[serde(rename = "type")]
    content_type: Option<Value>,
    #[serde(rename = "content-id")]
    content_id: Option<Value>,
}

struct Form {
    parts: Vec<Part>,
    /// The charset of each field.
    charsets: BTreeMap<String, Value>,
}

impl Form {
    fn new(parts: Vec<Part>) -> Self {
        let mut form = Self { parts, charsets: BTreeMap::new() };
        form.charsets = form.json("charsets").unwrap_or_default();
        form
    }

    fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name && !part.body.is_empty())
    }

    fn json<T: for<'de> Deserialize<'de>>(&self, name: &str) -> Option<T> {
        serde_json::from_slice(&self.part(name)?.body).ok()
    }

    /// A field's text, in the charset that `charsets` names for it.
    fn text(&self, name: &str) -> Option<String> {
        self.part(name).map(|part| self.decoded(part))
    }

    fn decoded(&self, part: &Part) -> String {
        let charset = self.charsets.get(&part.name).and_then(Value::as_str);
        mail::decode(&part.body, charset)
    }

    fn mail(&self) -> Result<Mail, WebhookError> {
        if let Some(raw) = self.part("email") {
            return mail::read(&raw.body)
                .ok_or_else(|| WebhookError::payload("the field email holds no mail"));
        }
        let mut mail = mail::read_headers(self.text("headers").unwrap_or_default().as_bytes());
        mail.text = self.text("text");
        mail.email.html = self.text("html");
        mail.media = self.media();
        Ok(mail)
    }

    fn event(&self, proof: Proof) -> Result<Event, WebhookError> {
        let Mail { mut email, text, media, date, sender } = self.mail()?;
        email.subject = self.text("subject").or(email.subject);
        email.from = self.text("from").or(email.from);
        let listed = |name| self.text(name).map(|list| mail::mailboxes(&list)).unwrap_or_default();
        if email.to.is_empty() {
            email.to = listed("to");
        }
        if email.cc.is_empty() {
            email.cc = listed("cc");
        }
        email.spam_score = self.text("spam_score").map(|score| score.trim().to_owned());
        let written: Value = self.json("envelope").unwrap_or_default();
        let envelope = Envelope::of(&written);

        let mut event = Event::new(EventKind::Inbound, NAME, proof);
        event.channel = Some(Kind::Email);
        event.sender = envelope.from.or(sender).or_else(|| listed("from").into_iter().next());
        event.recipient = envelope.to.first().cloned().or_else(|| email.to.first().cloned());
        event.text = text;
        event.media = media;
        event.timestamp = date;
        event.reply_to = email.references.last().cloned();
        event.provider_message_id.clone_from(&email.message_id);
        event.metadata = self.metadata();
        if !written.is_null() {
            event.metadata.insert("envelope".into(), written);
        }
        let mut key = vec![NAME, "mail"];
        key.extend(envelope.to.iter().map(String::as_str));
        match &email.message_id {
            Some(id) => key.push(id),
            // Nothing but what it says tells it from another.
            None => key.extend(
                [&event.sender, &email.subject, &event.text, &email.html]
                    .map(|part| part.as_deref().unwrap_or_default()),
            ),
        }
        event.dedup_key = dedup_key(&key);
        event.inbound = Some(Box::new(Inbound::Email(email)));
        Ok(event)
    }

    /// The files, in the order of their numbers.
    fn media(&self) -> Vec<InboundMedia> {
        let info: BTreeMap<String, Value> = self.json("attachment-info").unwrap_or_default();
        let ids: BTreeMap<String, Value> = self.json("content-ids").unwrap_or_default();
        let ids: BTreeMap<_, _> =
            ids.iter().filter_map(|(id, field)| Some((field.as_str()?, id))).collect();
        let mut files: Vec<_> =
            self.parts.iter().filter_map(|part| Some((number(part)?, part))).collect();
        files.sort_by_key(|(number, _)| *number);
        let files = files.into_iter().map(|(_, part)| {
            let told = info.get(&part.name).and_then(|info| FileInfo::deserialize(info).ok());
            let told = told.unwrap_or_default();
            let of = |value: Option<Value>| {
                value.as_ref().and_then(text).filter(|text| !text.is_empty())
            };
            let source = InboundSource::Content(part.body.clone());
            let content_type = of(told.content_type).or_else(|| part.content_type.clone());
            let mut media = InboundMedia::new(source, content_type);
            media.filename =
                of(told.filename).or_else(|| of(told.name)).or_else(|| part.filename.clone());
            let id = of(told.content_id).or_else(|| ids.get(&*part.name).copied().cloned());
            media.content_id = id.map(|id| id.trim_matches(['<', '>']).to_owned());
            media
        });
        files.collect()
    }

    /// What has no place of its own.
    fn metadata(&self) -> Metadata {
        let others = self.parts.iter().filter(|part| {
            !TAKEN.contains(&part.name.as_str()) && number(part).is_none() && !part.body.is_empty()
        });
        others.map(|part| (part.name.clone().into(), Value::from(self.decoded(part)))).collect()
    }
}

/// The place of a file: `attachment2` is the second.
fn number(part: &Part) -> Option<u32> {
    part.name.strip_prefix("attachment")?.parse().ok()
}
