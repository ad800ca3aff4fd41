//! Message to request, response to id.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response};
use serde::Serialize;
use serde_json::Value;

use super::{Account, CAPABILITIES, LABEL, Options, builder::is_bot, error, request::Filling};
use crate::{
    error::{Error, ErrorKind, Fault, Result},
    message::{Envelope, Message as _, Rcs},
};

/// The call that sends.
const PATH: &str = "soip/rcs/v2/message";

/// The header that names the bot.
const BOT: &str = "nc_bot_id";

#[derive(Serialize)]
struct Body<'a> {
    messages: &'a [Value],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    fallbackchain: &'a [Value],
}

pub(super) fn encode(account: &Account, envelope: &Envelope<Rcs>) -> Result<Request<Bytes>> {
    let (message, delivery) = (&envelope.message, &envelope.delivery);
    let template = delivery.provider_templates.get(LABEL);
    // The template makes the content, so a text for other providers is no hindrance.
    let content = template.map_or_else(|| message.features(), |_| CAPABILITIES.features);
    let missing = content.union(delivery.features()).without(CAPABILITIES.features);
    if !missing.is_empty() {
        let what = format!("{missing}; a message goes by a template of `provider_templates`");
        return Err(Error::unsupported(LABEL, what));
    }
    let options: Options = delivery.options.read()?.unwrap_or_default();
    let invalid = envelope.validate_for(LABEL).err();
    let mut faults = invalid.map(|error| error.faults().to_vec()).unwrap_or_default();
    let bot = message.from.as_deref().or(account.settings.bot_id.as_deref());
    if bot.is_some_and(|id| !is_bot(id)) {
        faults.push(Fault::new("from", "is no bot's id", "copy it from the dashboard"));
    }
    if template.is_some_and(|template| template.id.trim().is_empty()) {
        let field = format!("provider_templates.{LABEL}.id");
        faults.push(Fault::new(field, "is empty", "write Netcore's id of the template"));
    }
    let Some(template) = template.filter(|_| faults.is_empty()) else {
        return Err(Error::invalid(faults));
    };
    let layout = account.settings.request.as_deref().ok_or_else(|| {
        let problem = "is missing: what a message looks like is not public";
        let remedy = "set the account's `request` to the JSON of one message, by the dashboard's \
                      documents, with {to}, {template}, {variables} and {client_ref}";
        let fault = Fault::new("request", problem, remedy);
        Error::config("the account has no request template").with_faults(vec![fault])
    })?;
    let reference = delivery.callback_data.clone().unwrap_or_else(|| envelope.id.to_string());
    let filled = layout.fill(&Filling {
        to: message.to.as_str().trim_start_matches('+'),
        template: &template.id,
        client_ref: &reference,
        variables: &template.variables,
        tags: &delivery.tags,
    });
    let filled = filled.map_err(|faults| {
        let message = "the template's variables do not fit the account's request";
        Error::new(ErrorKind::Template, message).with_faults(faults)
    })?;
    request(account, bot, &Body { messages: &[filled], fallbackchain: &options.fallback_chain })
}

fn request(account: &Account, bot: Option<&str>, body: &Body<'_>) -> Result<Request<Bytes>> {
    let mut request = account.connection.json(Method::POST, PATH, body)?;
    if let Some(bot) = bot {
        let value = HeaderValue::from_str(bot);
        let value = value.map_err(|_| Error::config("the bot's id is no header value"))?;
        request.headers_mut().insert(BOT, value);
    }
    Ok(request)
}

/// The request's id, where the answer has one.
pub(super) fn decode(account: &Account, response: &Response<Bytes>) -> Result<Option<String>> {
    super::super::answer::accepted(response, || error::from_response(response, account.now()))
}

/// A call that sends to nobody.
pub(super) fn check(account: &Account) -> Result<Request<Bytes>> {
    let bot = account.settings.bot_id.as_deref();
    request(account, bot, &Body { messages: &[], fallbackchain: &[] })
}

pub(super) fn decode_check(account: &Account, response: &Response<Bytes>) -> Result<()> {
    match response.status().as_u16() {
        // That nothing is to be sent is found out after the key.
        400 | 422 if error::is_service_exception(response) => Ok(()),
        200..=299 => Ok(()),
        _ => Err(error::from_response(response, account.now())),
    }
}
