//! Mail to request, response to id.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::Value;

use super::{
    super::{
        CALLBACK_DATA, MESSAGE_ID, SendGrid,
        error::{self, Call},
    },
    LABEL, Options,
    body::{Address, Content, File, Mail, Personalization, Shared},
    check,
};
use crate::{
    channel::Receipt,
    error::{Error, ErrorKind, Fault, Result},
    http::Truncated,
    message::{Email, Envelope, ProviderTemplate},
    time::{Timestamp, after},
};

/// How far ahead a mail may wait.
///
/// Source: [Scheduling](https://www.twilio.com/docs/sendgrid/for-developers/sending-email/scheduling-parameters).
const AHEAD: Duration = Duration::from_hours(72);

/// A mail taken apart: what a request says once, and what it says for each mail.
pub(super) struct Prepared<'a> {
    pub(super) shared: Shared<'a>,
    pub(super) content: Vec<Content<'a>>,
    pub(super) personal: Personalization<'a>,
}

pub(super) fn encode(account: &SendGrid, envelope: &Envelope<Email>) -> Result<Request<Bytes>> {
    let Prepared { shared, content, personal } = prepare(account, envelope)?;
    write(account, &shared, &content, &[&personal])
}

/// One request for `personal`.
pub(super) fn write(
    account: &SendGrid,
    shared: &Shared<'_>,
    content: &[Content<'_>],
    personal: &[&Personalization<'_>],
) -> Result<Request<Bytes>> {
    let body = Mail { personalizations: personal, shared, content };
    let request = account.connection().json(Method::POST, "v3/mail/send", &body);
    let request = request.map_err(|error| error.with_provider(LABEL))?;
    let bytes = request.body().len();
    match account.limits.bytes {
        Some(limit) if bytes > limit => {
            let problem = format!("has {bytes} bytes as it is sent, SendGrid takes {limit}");
            let fault = Fault::new("attachments", problem, "send less, or a link");
            Err(Error::invalid(vec![fault]).with_provider(LABEL))
        }
        _ => Ok(request),
    }
}

pub(super) fn prepare<'a>(
    account: &'a SendGrid,
    envelope: &'a Envelope<Email>,
) -> Result<Prepared<'a>> {
    account.limits.admit(LABEL, envelope)?;
    let (mail, delivery) = (&envelope.message, &envelope.delivery);
    let options: Options = delivery.options.read()?.unwrap_or_default();
    let options = options.over(&account.settings.defaults);
    let template = delivery.provider_templates.get(LABEL);
    let invalid = envelope.validate_for(LABEL).err();
    let mut faults = invalid.map(|error| error.faults().to_vec()).unwrap_or_default();
    options.check("options.", &mut faults);

    let from = mail.from.as_ref().or(account.settings.from.as_ref());
    if from.is_none() {
        faults.push(Fault::new("from", "is missing", "name a sender, or set the account's"));
    }
    let content = if template.is_some() { Vec::new() } else { content(mail) };
    if template.is_none() && !content.iter().any(|part| part.kind != AMP) {
        let problem = "is missing, and so is HTML";
        faults.push(Fault::new("text", problem, "write one of them, beside an AMP document too"));
    }
    let mut substitutions = options.substitutions;
    let data = template.and_then(|template| {
        let substituted = !substitutions.is_empty() || !options.sections.is_empty();
        variables(template, substituted, &mut substitutions, &mut faults)
    });
    check::bytes("options.substitutions", &substitutions, &mut faults);

    let mut seen = BTreeSet::new();
    let to = check::once("to", &mail.to, &mut seen, &mut faults);
    let cc = check::once("cc", &mail.cc, &mut seen, &mut faults);
    let bcc = check::once("bcc", &mail.bcc, &mut seen, &mut faults);
    let mut reply_to_list = check::reply_to(&mail.reply_to, &mut faults);
    let reply_to = if reply_to_list.len() == 1 { reply_to_list.pop() } else { None };
    check::attachments(&mail.attachments, &mut faults);
    let headers = check::headers(mail, &mut faults);

    let mut named = BTreeSet::new();
    let categories = delivery.tags.iter().chain(&options.categories).map(String::as_str);
    let categories: Vec<_> = categories.filter(|category| named.insert(*category)).collect();
    check::categories(&categories, &mut faults);

    let mut custom_args = options.custom_args;
    custom_args.insert(MESSAGE_ID.into(), envelope.id.to_string());
    if let Some(data) = &delivery.callback_data {
        custom_args.insert(CALLBACK_DATA.into(), data.clone());
    }
    check::bytes("callback_data", &custom_args, &mut faults);
    let send_at = send_at(delivery.send_at, account.connection().now(), &mut faults);
    if !faults.is_empty() {
        return Err(Error::invalid(faults).with_provider(LABEL));
    }
    Ok(Prepared {
        shared: Shared {
            from: from.map(Address::from),
            reply_to,
            reply_to_list,
            attachments: mail.attachments.iter().map(File::from).collect(),
            template_id: template.map(|template| template.id.as_str()),
            categories: categories.into_iter().map(str::to_owned).collect(),
            batch_id: options.batch_id,
            asm: options.unsubscribe_group,
            ip_pool_name: options.ip_pool,
            mail_settings: options.mail_settings,
            tracking_settings: options.tracking_settings,
            sections: options.sections,
        },
        content,
        personal: Personalization {
            to,
            cc,
            bcc,
            subject: &mail.subject,
            headers,
            substitutions,
            dynamic_template_data: data,
            custom_args,
            send_at,
        },
    })
}

const TEXT: &str = "text/plain";
const HTML: &str = "text/html";
const AMP: &str = "text/x-amp-html";

/// The parts that are not empty, in the order that SendGrid demands.
fn content(mail: &Email) -> Vec<Content<'_>> {
    let parts = [(TEXT, &mail.text), (HTML, &mail.html), (AMP, &mail.amp)];
    let filled = parts.into_iter().filter_map(|(kind, part)| Some((kind, part.as_deref()?)));
    filled
        .filter(|(_, value)| !value.is_empty())
        .map(|(kind, value)| Content { kind, value: value.into() })
        .collect()
}

/// A dynamic template takes its variables as they are. A legacy one takes texts, as substitutions.
fn variables<'a>(
    template: &'a ProviderTemplate,
    substituted: bool,
    substitutions: &mut BTreeMap<String, String>,
    faults: &mut Vec<Fault>,
) -> Option<&'a BTreeMap<String, Value>> {
    if template.id.trim().is_empty() {
        faults.push(Fault::new("provider_templates.id", "is empty", "write SendGrid's id of it"));
    }
    if template.id.starts_with("d-") {
        if substituted {
            let problem = "exclude a dynamic template, as sections do";
            let remedy = "write them as the template's variables";
            faults.push(Fault::new("options.substitutions", problem, remedy));
        }
        return (!template.variables.is_empty()).then_some(&template.variables);
    }
    for (name, value) in &template.variables {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(on) => on.to_string(),
            Value::Null => String::new(),
            Value::Array(_) | Value::Object(_) => {
                let field = format!("provider_templates.variables.{name}");
                let remedy = "write text or a number, or use a dynamic template";
                faults.push(Fault::new(field, "is no single value", remedy));
                continue;
            }
        };
        substitutions.insert(name.clone(), text);
    }
    None
}

/// The time in seconds; `None` for one that has passed, which means now.
fn send_at(at: Option<Timestamp>, now: Timestamp, faults: &mut Vec<Fault>) -> Option<i64> {
    let at = at.filter(|at| *at > now)?;
    if at > after(now, AHEAD) {
        let hours = at.duration_since(now).as_hours();
        let problem = format!("is {hours} h ahead, SendGrid takes 72 h");
        faults.push(Fault::new("send_at", problem, "keep the mail until then"));
    }
    Some(at.as_second())
}

/// SendGrid's id of an accepted request. Its answer has no body, so one without the id that says
/// something is not SendGrid's.
pub(super) fn decode(account: &SendGrid, response: &Response<Bytes>) -> Result<Option<String>> {
    if !response.status().is_success() {
        return Err(error::from_response(response, account.connection().now(), Call::Send));
    }
    let id = response.headers().get("x-message-id").and_then(|id| id.to_str().ok());
    if let Some(id) = id.filter(|id| !id.is_empty()) {
        return Ok(Some(id.to_owned()));
    }
    if Truncated::of(response) || !response.body().trim_ascii().is_empty() {
        let error = Error::new(ErrorKind::Response, "accepted, but the answer cannot be read");
        return Err(error.with_provider(LABEL).with_status(response.status().as_u16()));
    }
    Ok(None)
}

pub(super) fn receipt(
    account: &SendGrid,
    envelope: &Envelope<Email>,
    id: Option<String>,
) -> Receipt {
    Receipt::new(LABEL, envelope, account.connection().now()).with_provider_message_id(id)
}
