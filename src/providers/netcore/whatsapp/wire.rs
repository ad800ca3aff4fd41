//! Message to request, response to id.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::{Map, Value};

use super::{
    Account, CAPABILITIES, LABEL, Options,
    body::{Body, Content, Known, Message},
    error, free,
    template::{self, TypeTemplate, undocumented},
};
use crate::{
    channel::Features,
    error::{Error, ErrorKind, Fault, Result},
    http::connection::read,
    message::{
        Delivery, Envelope, Media, MediaSource, Purpose, WhatsApp, WhatsAppAddress, WhatsAppContent,
    },
};

/// The language of a template in `provider_templates` whose message names none.
const LANGUAGE: &str = "en";

/// What the message says of itself, beside its content in the vendor's form.
const OURS: [&str; 4] = ["recipient_whatsapp", "recipient_type", "source", "x-apiheader"];

pub(super) fn encode(account: &Account, envelope: &Envelope<WhatsApp>) -> Result<Request<Bytes>> {
    let (message, delivery) = (&envelope.message, &envelope.delivery);
    let options: Options = delivery.options.read()?.unwrap_or_default();
    admit(envelope, &options)?;
    let mut faults = faults(envelope, &options);
    let recipient = recipient(&message.to, &mut faults)?;
    let source = message.from.as_deref().or(account.settings.source.as_deref());
    let content = content(account, envelope, &options, &mut faults)?;
    if source.is_none() && needs_source(&content, message) {
        let remedy = "name the source id in `from`, or set the account's";
        faults.push(Fault::new("from", "is missing, and a place or file by id needs it", remedy));
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let reference = delivery.callback_data.as_deref().map(Cow::Borrowed);
    let message = Message {
        recipient_whatsapp: &recipient,
        recipient_type: "individual",
        source,
        reference: reference.unwrap_or_else(|| Cow::Owned(envelope.id.to_string())),
        cta_link_track: options.link_tracking.and_then(|on| on.then_some("1")),
        content,
    };
    let body = Body { message: [message] };
    if account.settings.legacy_send {
        return account.legacy.json(Method::POST, "message/", &body);
    }
    account.connection.json(Method::POST, path(account, delivery, &options), &body)
}

fn path(account: &Account, delivery: &Delivery, options: &Options) -> &'static str {
    let urgent = options.priority.or(account.settings.priority);
    if urgent.unwrap_or(delivery.purpose == Purpose::Otp) {
        "message/nc/priority"
    } else {
        "message/nc"
    }
}

/// What the vendor's own form says, or a template kept there, stands in for the content: then its
/// features are not asked.
fn admit(envelope: &Envelope<WhatsApp>, options: &Options) -> Result<()> {
    let kept = envelope.delivery.provider_templates.contains_key(LABEL);
    if options.raw.is_none() && !kept {
        return CAPABILITIES.admit(LABEL, envelope);
    }
    let quote = Features::NONE.and_if(envelope.message.reply_to.is_some(), Features::REPLIES);
    let missing = envelope.delivery.features().union(quote).without(CAPABILITIES.features);
    if missing.is_empty() { Ok(()) } else { Err(Error::unsupported(LABEL, missing)) }
}

fn faults(envelope: &Envelope<WhatsApp>, options: &Options) -> Vec<Fault> {
    let invalid = envelope.validate_for(LABEL).err();
    let mut faults = invalid.map(|error| error.faults().to_vec()).unwrap_or_default();
    let Some(raw) = &options.raw else { return faults };
    faults.retain(|fault| !fault.field.starts_with("content"));
    if raw.get("message_type").and_then(Value::as_str).is_none_or(str::is_empty) {
        let remedy = "write Netcore's, such as interactive";
        faults.push(Fault::new("options.raw.message_type", "is missing", remedy));
    }
    for name in OURS.into_iter().filter(|name| raw.contains_key(*name)) {
        let remedy = "leave it out: it is taken from the message";
        faults.push(Fault::new(format!("options.raw.{name}"), "is not part of it", remedy));
    }
    faults
}

/// Digits alone, as every call takes a number.
pub(super) fn digits(number: &str, field: &str, faults: &mut Vec<Fault>) -> String {
    let digits = number.trim_start_matches('+');
    if !(10..=15).contains(&digits.len()) {
        let problem = format!("has {} digits, Netcore takes 10 to 15", digits.len());
        faults.push(Fault::new(field, problem, "write country code and number"));
    }
    digits.to_owned()
}

fn recipient(to: &WhatsAppAddress, faults: &mut Vec<Fault>) -> Result<String> {
    let number = to.phone();
    let number = number.ok_or_else(|| Error::unsupported(LABEL, "a user id; it takes numbers"))?;
    Ok(digits(number.as_str(), "to", faults))
}

fn content<'a>(
    account: &Account,
    envelope: &'a Envelope<WhatsApp>,
    options: &'a Options,
    faults: &mut Vec<Fault>,
) -> Result<Content<'a>> {
    if let Some(raw) = &options.raw {
        return Ok(Content::Raw(raw));
    }
    if let Some(template) = envelope.delivery.provider_templates.get(LABEL) {
        let language = options.language.as_deref().unwrap_or(LANGUAGE);
        let type_template = [TypeTemplate::kept(LABEL, template, language, faults)?];
        return Ok(Content::Known(if options.fixed_buttons {
            Known::MediaTemplate { type_media_template: None, type_template }
        } else {
            Known::Template { type_template }
        }));
    }
    let content = match &envelope.message.content {
        WhatsAppContent::Interactive(interactive) => free::interactive(interactive, faults)?,
        WhatsAppContent::Location(location) => free::location(location),
        WhatsAppContent::Media(media) => free::media(media, faults)?,
        WhatsAppContent::Template(template) => {
            template::encode(account, options, template, faults)?
        }
        WhatsAppContent::Text { text } => free::text(options, text, faults),
        // The capabilities refuse them before.
        WhatsAppContent::Contacts { .. } => return Err(undocumented(LABEL, "contacts")),
        WhatsAppContent::Reaction { .. } => return Err(undocumented(LABEL, "reactions")),
    };
    Ok(Content::Known(content))
}

fn needs_source(content: &Content<'_>, message: &WhatsApp) -> bool {
    let by_id = || {
        matches!(message.content, WhatsAppContent::Media(Media { source: MediaSource::Id(_), .. }))
    };
    match content {
        Content::Known(Known::Location { .. }) => true,
        Content::Known(Known::Media { .. }) => by_id(),
        Content::Known(_) | Content::Raw(_) => false,
    }
}

/// Netcore's id of an accepted message.
pub(super) fn decode(account: &Account, response: &Response<Bytes>) -> Result<Option<String>> {
    let body = accepted(account, response)?;
    let id = body.get("data").and_then(|data| data.get("id"));
    Ok(id.and_then(super::super::answer::text))
}

/// The body of an answer whose `status` says success; the HTTP status says 200 to both.
pub(super) fn accepted(
    account: &Account,
    response: &Response<Bytes>,
) -> Result<Map<String, Value>> {
    let refused = || error::from_response(response, account.now());
    let body = if response.status().is_success() {
        read::<Value>(response)?
    } else {
        serde_json::from_slice(response.body()).unwrap_or(Value::Null)
    };
    let says_success = error::status(&body) == Some("success");
    match body {
        Value::Object(body) if says_success && response.status().is_success() => Ok(body),
        // The two contradict each other, so it may be out.
        Value::Object(_) if says_success => {
            let error = Error::new(ErrorKind::Response, "the answer says both yes and no");
            Err(error.with_status(response.status().as_u16()))
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => Err(refused()),
    }
}

/// The cheapest call that needs the token and changes nothing.
pub(super) fn check(account: &Account) -> Result<Request<Bytes>> {
    template_info(account, "status", "check")
}

/// What Netcore knows of a template: its `status` or `preview`.
pub(super) fn template_info(account: &Account, what: &str, name: &str) -> Result<Request<Bytes>> {
    let name = crate::http::connection::segment(name);
    let path = format!("metainfo/template/{what}?templatename={name}");
    account.legacy.request(Method::GET, &path, Bytes::new())
}

pub(super) fn decode_check(account: &Account, response: &Response<Bytes>) -> Result<()> {
    match accepted(account, response) {
        // A refusal in Netcore's own words comes from behind the gate.
        Err(error) if error.code().is_some() && error.kind() != ErrorKind::Unauthorized => Ok(()),
        other => other.map(drop),
    }
}
