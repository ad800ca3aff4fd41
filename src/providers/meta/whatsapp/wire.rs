//! Message to request, response to receipt.

use std::{borrow::Cow, collections::BTreeMap};

use bytes::Bytes;
use http::{Request, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{CAPABILITIES, LABEL, Options, body, filled, limits, limits::Faults};
use crate::{
    channel::Receipt,
    error::{Error, ErrorKind, Result},
    http::connection::{read, segment},
    message::{Delivery, Envelope, WhatsApp, WhatsAppContent},
    providers::meta::{Meta, config::labelled, error},
};

/// What a request says, by the API's names.
type Fields<'a> = BTreeMap<&'a str, Field<'a>>;

#[derive(Serialize)]
#[serde(untagged)]
enum Field<'a> {
    Text(Cow<'a, str>),
    Json(Value),
}

impl<'a> From<&'a str> for Field<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl From<Value> for Field<'_> {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

pub(super) fn encode(account: &Meta, envelope: &Envelope<WhatsApp>) -> Result<Request<Bytes>> {
    CAPABILITIES.admit(LABEL, envelope)?;
    let (message, delivery) = (&envelope.message, &envelope.delivery);
    let options: Options = delivery.options.read()?.unwrap_or_default();
    let mut faults = Faults::default();
    if let Err(error) = envelope.validate_for(LABEL) {
        faults.0.extend(error.faults().to_vec());
    }
    let mut fields = Fields::new();
    fields.insert("messaging_product", "whatsapp".into());
    address(message, &options, &mut fields, &mut faults);
    let (kind, object) = content(account, envelope, &options, &mut faults)?;
    context(message, kind, &mut fields)?;
    marketing(kind, &options, &mut fields, &mut faults);
    let callback = callback(envelope, &mut faults);
    fields.insert("biz_opaque_callback_data", Field::Text(callback));
    if let Some(hash) = &options.identity_key_hash {
        fields.insert("recipient_identity_key_hash", hash.as_str().into());
    }
    fields.insert("type", kind.into());
    fields.insert(kind, object.into());

    let from = message.from.as_deref().unwrap_or(&account.phone_number_id);
    if !crate::providers::meta::builder::is_id(from) {
        faults.add("from", "is no phone number id", "write the number's id, or leave it out");
    }
    if !faults.0.is_empty() {
        return Err(labelled(Error::invalid(faults.0)));
    }
    let call = if options.marketing { "marketing_messages" } else { "messages" };
    account.json(&format!("{}/{call}", segment(from)), &fields)
}

/// A number with its plus, without which Meta puts the sender's country in front; or a user's id.
fn address<'a>(
    message: &'a WhatsApp,
    options: &Options,
    fields: &mut Fields<'a>,
    faults: &mut Faults,
) {
    let to = message.to.as_str();
    let kind = if options.group { "group" } else { "individual" };
    fields.insert("recipient_type", kind.into());
    if options.group || message.to.phone().is_some() {
        fields.insert("to", to.into());
        return;
    }
    if !is_user_id(to) {
        let remedy = "write a number with its +, or an id such as IN.5501122334455667";
        faults.add("to", "is no WhatsApp user id", remedy);
    }
    fields.insert("recipient", to.into());
}

/// `CC.` and up to 128 letters and digits; those of linked portfolios begin with `CC.ENT.`.
fn is_user_id(text: &str) -> bool {
    let Some((country, id)) = text.split_once('.') else { return false };
    let id = id.strip_prefix("ENT.").unwrap_or(id);
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=128).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The type, and the object of that name.
fn content<'a>(
    account: &Meta,
    envelope: &Envelope<WhatsApp>,
    options: &'a Options,
    faults: &mut Faults,
) -> Result<(&'a str, Value)> {
    if let Some((kind, object)) = &options.raw {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        if kind.is_empty() || !kind.bytes().all(plain) || RESERVED.contains(&&**kind) {
            faults.add("options.raw", "has no type of message", "write one such as interactive");
        }
        return Ok((kind, object.clone()));
    }
    if let Some(template) = envelope.delivery.provider_templates.get(LABEL) {
        let language = filled::language(account, envelope, options, faults);
        return Ok(("template", filled::kept(template, &language, options, faults)));
    }
    if let WhatsAppContent::Template(template) = &envelope.message.content {
        password(envelope, faults);
        return Ok(("template", filled::approved(template, options, faults)));
    }
    body::content(&envelope.message.content, options, faults)
}

/// Fields beside the content: no content may take their place.
const RESERVED: [&str; 9] = [
    "biz_opaque_callback_data",
    "context",
    "message_activity_sharing",
    "messaging_product",
    "product_policy",
    "recipient",
    "recipient_type",
    "to",
    "type",
];

/// One-time passwords are short, and cannot go to a user's id.
fn password(envelope: &Envelope<WhatsApp>, faults: &mut Faults) {
    let WhatsAppContent::Template(template) = &envelope.message.content else { return };
    let Some(code) = filled::one_time_password(template) else { return };
    faults.length("content.parameters", code, limits::PASSWORD);
    if envelope.message.to.phone().is_none() {
        let remedy = "address the phone number";
        faults.add("to", "is a user id, which a one-time password cannot go to", remedy);
    }
}

/// The quoted message. Meta drops the quote of a template, and a reaction has none.
fn context(message: &WhatsApp, kind: &str, fields: &mut Fields<'_>) -> Result<()> {
    let Some(id) = &message.reply_to else { return Ok(()) };
    match kind {
        "reaction" => Err(Error::unsupported(LABEL, "a quote (`reply_to`) in a reaction")),
        "template" => Err(Error::unsupported(LABEL, "a quote (`reply_to`) in a template")),
        _ => {
            fields.insert("context", json!({ "message_id": id }).into());
            Ok(())
        }
    }
}

fn marketing(kind: &str, options: &Options, fields: &mut Fields<'_>, faults: &mut Faults) {
    let further = options.product_policy.is_some() || options.message_activity_sharing.is_some();
    if further && !options.marketing {
        let remedy = "set `marketing` too";
        faults.add("options", "has settings of the marketing endpoint alone", remedy);
    }
    if options.marketing && kind != "template" {
        let remedy = "send a marketing template, or leave `marketing` out";
        faults.add("options.marketing", "is for templates alone", remedy);
    }
    if let Some(policy) = options.product_policy {
        fields.insert("product_policy", json!(policy).into());
    }
    if let Some(on) = options.message_activity_sharing {
        fields.insert("message_activity_sharing", Value::from(on).into());
    }
}

fn callback<'a>(envelope: &'a Envelope<WhatsApp>, faults: &mut Faults) -> Cow<'a, str> {
    let Delivery { callback_data, .. } = &envelope.delivery;
    let data = callback_data.as_deref().map(Cow::Borrowed);
    let data = data.unwrap_or_else(|| envelope.id.to_string().into());
    faults.length("callback_data", &data, limits::CALLBACK);
    data
}

#[derive(Deserialize)]
struct Accepted {
    messages: Vec<AcceptedMessage>,
}

#[derive(Deserialize)]
struct AcceptedMessage {
    id: String,
}

pub(super) fn decode(
    account: &Meta,
    envelope: &Envelope<WhatsApp>,
    response: &Response<Bytes>,
) -> Result<Receipt> {
    let now = account.connection.now();
    if !response.status().is_success() || error::is_refusal(response) {
        return Err(error::from_response(response, now));
    }
    let accepted: Accepted = read(response).map_err(labelled)?;
    let id = accepted.messages.into_iter().map(|message| message.id).find(|id| !id.is_empty());
    let Some(id) = id else {
        let error = Error::new(ErrorKind::Response, "accepted, but the answer names no message");
        return Err(labelled(error).with_status(response.status().as_u16()));
    };
    Ok(Receipt::new(LABEL, envelope, now).with_provider_message_id(Some(id)))
}
