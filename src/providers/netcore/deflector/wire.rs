//! Message to request, response to id.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Method, Request, Response};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    super::whatsapp::template::TypeTemplate, Account, CAPABILITIES, FlowChannel, LABEL, Options,
    Step, error,
};
use crate::{
    error::{Error, Fault, Result},
    message::{ApprovedTemplate, Envelope, Message as _, WhatsApp, WhatsAppContent, check_present},
};

/// The call that sends.
const PATH: &str = "messages/send";

/// The language of a template in `provider_templates`.
const LANGUAGE: &str = "en";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    to: [To<'a>; 1],
    callback_data: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    whatsapp: Option<Body<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sms: Option<BTreeMap<&'a str, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rcs: Option<&'a Map<String, Value>>,
    flow: Vec<BTreeMap<&'a str, Value>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct To<'a> {
    phone_number: &'a str,
}

#[derive(Serialize)]
struct Body<'a> {
    message: [Template<'a>; 1],
}

#[derive(Serialize)]
struct Template<'a> {
    #[serde(rename = "x-apiheader")]
    reference: &'a str,
    message_type: &'static str,
    recipient_type: &'static str,
    #[serde(rename = "type_template")]
    body: [TypeTemplate<'a>; 1],
}

pub(super) fn encode(account: &Account, envelope: &Envelope<WhatsApp>) -> Result<Request<Bytes>> {
    let (message, delivery) = (&envelope.message, &envelope.delivery);
    let kept = delivery.provider_templates.get(LABEL);
    // A template kept at the provider makes the content, so a text for others is no hindrance.
    let content = kept.map_or_else(|| message.features(), |_| CAPABILITIES.features);
    let missing = content.union(delivery.features()).without(CAPABILITIES.features);
    if !missing.is_empty() {
        return Err(Error::unsupported(LABEL, missing));
    }
    let options: Options = delivery.options.read()?.unwrap_or_default();
    let invalid = envelope.validate_for(LABEL).err();
    let mut faults = invalid.map(|error| error.faults().to_vec()).unwrap_or_default();
    let number = message.to.phone();
    let number = number.ok_or_else(|| Error::unsupported(LABEL, "a user id; it takes numbers"))?;
    if message.from.is_some() {
        return Err(Error::unsupported(LABEL, "a source id; the number is bound to the API key"));
    }
    let template = match (&message.content, kept) {
        (_, Some(kept)) => Some(TypeTemplate::kept(LABEL, kept, LANGUAGE, &mut faults)?),
        (WhatsAppContent::Template(template), None) => Some(approved(template, &mut faults)?),
        _ => None, // an empty text, which is a fault
    };
    let steps = options.steps();
    check_flow(&options, &steps, &mut faults);
    let Some(template) = template.filter(|_| faults.is_empty()) else {
        return Err(Error::invalid(faults));
    };
    let id = envelope.id.to_string();
    let reference = delivery.idempotency_key.as_deref().unwrap_or(&id);
    let body = Body {
        message: [Template {
            reference,
            message_type: "template",
            recipient_type: "individual",
            body: [template],
        }],
    };
    let body = Message {
        to: [To { phone_number: number.as_str().trim_start_matches('+') }],
        callback_data: delivery.callback_data.as_deref().unwrap_or(&id),
        tags: &delivery.tags,
        whatsapp: Some(body),
        sms: options.sms.as_ref().map(|sms| {
            let own = [("From", sms.from.as_str().into()), ("Text", sms.text.as_str().into())];
            with_extra(&sms.extra, own)
        }),
        rcs: options.rcs.as_ref(),
        flow: steps
            .iter()
            .map(|step| with_extra(&step.extra, [("channel", step.channel.as_str().into())]))
            .collect(),
    };
    account.connection.json(Method::POST, PATH, &[body])
}

/// Our fields, and the caller's beside them.
fn with_extra<'a, const N: usize>(
    extra: &'a Map<String, Value>,
    own: [(&'a str, Value); N],
) -> BTreeMap<&'a str, Value> {
    extra.iter().map(|(name, value)| (&**name, value.clone())).chain(own).collect()
}

fn approved<'a>(
    template: &'a ApprovedTemplate,
    faults: &mut Vec<Fault>,
) -> Result<TypeTemplate<'a>> {
    if template.header.is_some() {
        return Err(Error::unsupported(LABEL, "a template's header"));
    }
    if !template.buttons.is_empty() {
        return Err(Error::unsupported(LABEL, "a template's buttons"));
    }
    TypeTemplate::of(LABEL, template, faults)
}

/// Each step needs its content, and no content may be left without a step.
fn check_flow(options: &Options, steps: &[Step], faults: &mut Vec<Fault>) {
    use FlowChannel as C;
    let there = [
        (C::Rcs, "options.rcs", options.rcs.is_some()),
        (C::Sms, "options.sms", options.sms.is_some()),
        (C::WhatsApp, "options.flow", true),
    ];
    for (channel, field, there) in there {
        let count = steps.iter().filter(|step| step.channel == channel).count();
        let (field, problem, remedy) = match (there, count) {
            (true, 1) | (false, 0) => continue,
            (true, 0) => (field, "is in no step of the flow", "add a step, or leave it out"),
            (false, 1) => (field, "is missing, and the flow has a step for it", "write it"),
            _ => ("options.flow", "has a channel twice", "write each once"),
        };
        faults.push(Fault::new(field, format!("{} {problem}", channel.as_str()), remedy));
    }
    for step in steps.iter().filter(|step| step.extra.contains_key("channel")) {
        let problem = format!("{} names a channel in `extra`", step.channel.as_str());
        faults.push(Fault::new("options.flow", problem, "leave it out"));
    }
    let Some(sms) = &options.sms else { return };
    check_present(faults, "options.sms.from", &sms.from);
    check_present(faults, "options.sms.text", &sms.text);
    if sms.extra.contains_key("From") || sms.extra.contains_key("Text") {
        let problem = "holds From or Text";
        faults.push(Fault::new("options.sms.extra", problem, "write them as `from` and `text`"));
    }
}

/// The request's id, where the answer has one.
pub(super) fn decode(account: &Account, response: &Response<Bytes>) -> Result<Option<String>> {
    super::super::answer::accepted(response, || error::from_response(response, account.now()))
}

/// A call that sends to nobody.
pub(super) fn check(account: &Account) -> Result<Request<Bytes>> {
    let nothing: [Value; 0] = [];
    account.connection.json(Method::POST, PATH, &nothing)
}

pub(super) fn decode_check(account: &Account, response: &Response<Bytes>) -> Result<()> {
    match response.status().as_u16() {
        // That nothing is to be sent is found out after the key.
        200..=299 | 400 | 422 => Ok(()),
        _ => Err(error::from_response(response, account.now())),
    }
}
