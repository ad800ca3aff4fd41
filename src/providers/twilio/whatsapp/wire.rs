//! A WhatsApp message as a form.

use bytes::Bytes;
use http::Request;
use serde_json::Value;

use super::{CAPABILITIES, LABEL, Options};
use crate::{
    error::{Error, Result},
    message::{
        ApprovedTemplate, Envelope, Location, PhoneNumber, WhatsApp, WhatsAppAddress,
        WhatsAppContent,
    },
    providers::twilio::{
        Twilio,
        builder::is_sid,
        messages::{Content, Draft, Template},
    },
};

pub(super) fn encode(account: &Twilio, envelope: &Envelope<WhatsApp>) -> Result<Request<Bytes>> {
    let message = &envelope.message;
    admit(envelope)?;
    envelope.validate_for(LABEL)?;
    let mut draft = Draft::new::<_, Options>(account, envelope)?;
    let to = format!("whatsapp:{}", message.to.as_str());
    if !is_reachable(&message.to) || to.len() > ADDRESS {
        let remedy = "write E.164, or an id such as GB.5501122334455667";
        draft.wrong("to", "is neither a number nor a business-scoped user id", remedy);
    }
    let own = message.from.as_deref();
    let own = own.map(|from| from.strip_prefix("whatsapp:").unwrap_or(from));
    if own.is_some_and(|from| PhoneNumber::parse(from).is_err()) {
        draft.wrong("from", "is no number", "write E.164, such as +14155550107");
    }
    let from = own.or_else(|| account.defaults().whatsapp_from.as_deref());
    // The account's service may hold SMS senders alone.
    let service = draft.service().filter(|_| from.is_none() || draft.needs_service());
    // Where there is a service, it rather than the number of SMS knows who sends.
    let number = account.defaults().number.as_ref().filter(|_| service.is_none());
    let from = from.or_else(|| number.map(PhoneNumber::as_str));
    let from = from.map(|from| format!("whatsapp:{from}"));
    let content = content(&mut draft, message)?;
    check_blanks(&mut draft, envelope);
    draft.request(&to, from.as_deref(), service.as_deref(), content)
}

/// Refuses what a content template would carry, and says so. Where one is named beside the message,
/// it makes the content, and what there is is for other providers.
fn admit(envelope: &Envelope<WhatsApp>) -> Result<()> {
    const QUOTE: &str = "answers that quote a message; leave `reply_to` out";
    let message = &envelope.message;
    if envelope.delivery.provider_templates.contains_key(LABEL) {
        let missing = envelope.delivery.features().without(CAPABILITIES.features);
        return match &message.reply_to {
            Some(_) => Err(Error::unsupported(LABEL, QUOTE)),
            None if missing.is_empty() => Ok(()),
            None => Err(Error::unsupported(LABEL, missing)),
        };
    }
    let feature = match &message.content {
        WhatsAppContent::Interactive(_) => {
            "buttons and lists in a free message; make a content template and send its ContentSid"
        }
        WhatsAppContent::Reaction { .. } => "reactions",
        WhatsAppContent::Contacts { .. } => "contact cards",
        WhatsAppContent::Location(_)
        | WhatsAppContent::Media(_)
        | WhatsAppContent::Template(_)
        | WhatsAppContent::Text { .. } => {
            if message.reply_to.is_none() {
                return CAPABILITIES.admit(LABEL, envelope);
            }
            QUOTE
        }
    };
    Err(Error::unsupported(LABEL, feature))
}

/// The most characters of an address, its `whatsapp:` included.
///
/// Source: as [`is_reachable`].
const ADDRESS: usize = 140;

/// Whether it is a phone number, or two letters, a dot, and letters and digits.
///
/// Source: [Business-scoped user
/// ids](https://www.twilio.com/en-us/changelog/whatsapp-usernames--new-business-scoped-user-id--bsuid--field-re).
fn is_reachable(address: &WhatsAppAddress) -> bool {
    address.phone().is_some()
        || address.as_str().split_once('.').is_some_and(|(country, id)| {
            country.len() == 2
                && country.bytes().all(|byte| byte.is_ascii_uppercase())
                && !id.is_empty()
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

fn content<'a>(draft: &mut Draft<'a>, message: &'a WhatsApp) -> Result<Content<'a>> {
    if let Some(template) = draft.template() {
        return Ok(Content { template: Some(template), ..Content::default() });
    }
    match &message.content {
        WhatsAppContent::Location(place) => Ok(location(place)),
        WhatsAppContent::Media(media) => Ok(Content {
            body: media.caption.as_deref().unwrap_or_default().into(),
            media: vec![draft.link(media)?],
            ..Content::default()
        }),
        WhatsAppContent::Template(template) => {
            let template = Some(approved(draft, template)?);
            Ok(Content { template, ..Content::default() })
        }
        WhatsAppContent::Text { text } => {
            Ok(Content { body: text.as_str().into(), ..Content::default() })
        }
        WhatsAppContent::Contacts { .. }
        | WhatsAppContent::Interactive(_)
        | WhatsAppContent::Reaction { .. } => Err(draft.unsupported("this content")),
    }
}

/// A place: its coordinates and address as the action, its name as the text, which must be there.
///
/// Source: [Location messages](https://www.twilio.com/docs/whatsapp/api#location-messages).
fn location(place: &Location) -> Content<'_> {
    let point = format!("{},{}", place.latitude, place.longitude);
    let (name, address) = (place.name.as_deref(), place.address.as_deref());
    let label = address.or(name).filter(|label| !label.is_empty());
    let action = match label {
        // A bar would begin another label.
        Some(label) => format!("geo:{point}|{}", label.replace('|', " ")),
        None => format!("geo:{point}"),
    };
    let body = [name, address].into_iter().flatten().find(|text| !text.is_empty());
    Content {
        body: body.map_or_else(|| point.clone().into(), Into::into),
        action: Some(action),
        ..Content::default()
    }
}

fn approved(draft: &mut Draft<'_>, template: &ApprovedTemplate) -> Result<Template> {
    if !is_sid(&template.name, "HX") {
        return Err(draft.unsupported(
            "templates by Meta's name; write the content template's ContentSid (HX…) as its name, \
             or under `provider_templates`",
        ));
    }
    let bare = template.header.is_none()
        && template.buttons.is_empty()
        && template.cards.is_empty()
        && template.offer_ends_at.is_none();
    if !bare {
        return Err(draft.unsupported(
            "headers, buttons and cards of templates apart from the body; a content template \
             numbers all variables, so write them among the parameters",
        ));
    }
    let variables: Vec<_> = match &template.parameters {
        Value::Array(values) => {
            values.iter().enumerate().map(|(at, value)| ((at + 1).to_string(), value)).collect()
        }
        Value::Object(values) => values.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    Ok(draft.fill("content", &template.name, variables.into_iter()))
}

/// Four blanks in a row make Meta refuse a template, after Twilio took it: code 63013.
fn check_blanks(draft: &mut Draft<'_>, envelope: &Envelope<WhatsApp>) {
    let own = envelope.delivery.provider_templates.get(LABEL);
    let values: Vec<_> = match (&envelope.message.content, own) {
        (_, Some(own)) => own.variables.values().collect(),
        (WhatsAppContent::Template(template), None) => match &template.parameters {
            Value::Array(values) => values.iter().collect(),
            Value::Object(values) => values.values().collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return,
        },
        _ => return,
    };
    if values.iter().any(|value| value.as_str().is_some_and(|text| text.contains("    "))) {
        let problem = "hold four blanks in a row, which WhatsApp refuses";
        draft.wrong("variables", problem, "leave fewer");
    }
}
