//! Mail to request, response to id.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::Value;

use super::{
    Account, LABEL, Options, Priority, ReplyToForm, Version,
    body::{Address, Content, File, Mail, Personalization, ReplyTo, Settings, Shared},
    error,
};
use crate::{
    channel::Receipt,
    error::{Error, ErrorKind, Fault, Result},
    http::Truncated,
    message::{Email, Envelope, Mailbox, ProviderTemplate},
    time::Timestamp,
};

/// The longest `token_to` that comes back, in characters.
const TOKEN: usize = 255;

/// A mail taken apart: what a request says once, and what it says for each mail.
pub(super) struct Prepared<'a> {
    pub(super) shared: Shared<'a>,
    pub(super) personal: Personalization<'a>,
    pub(super) files: Vec<File<'a>>,
}

pub(super) fn encode(account: &Account, envelope: &Envelope<Email>) -> Result<Request<Bytes>> {
    let Prepared { shared, personal, files } = prepare(account, envelope)?;
    write(account, &shared, &files, &[&personal])
}

/// One request for `personal`; `files` go to all of them.
pub(super) fn write(
    account: &Account,
    shared: &Shared<'_>,
    files: &[File<'_>],
    personal: &[&Personalization<'_>],
) -> Result<Request<Bytes>> {
    let body = Mail { shared, attachments: files, personalizations: personal };
    let body = serde_json::to_vec(&body).map_err(|error| {
        let error = Error::new(ErrorKind::InvalidMessage, "no JSON").with_source(error);
        error.with_provider(LABEL)
    })?;
    if account.limits().bytes.is_some_and(|limit| body.len() > limit) {
        let problem = format!("is {} bytes as it is sent", body.len());
        let fault = Fault::new("attachments", problem, "send less, or raise `max_bytes`");
        return Err(Error::invalid(vec![fault]).with_provider(LABEL));
    }
    request(account, Method::POST, "mail/send", body.into())
}

/// The cheapest call that needs the key and changes nothing.
pub(super) fn check(account: &Account) -> Result<Request<Bytes>> {
    let path = match account.settings.version {
        Version::V51 => "domain/getDomains",
        Version::V6 => "domains",
    };
    request(account, Method::GET, path, Bytes::new())
}

/// A request to `path` below the version; what it says is JSON.
pub(super) fn request(
    account: &Account,
    method: Method,
    path: &str,
    body: Bytes,
) -> Result<Request<Bytes>> {
    let speaks = !body.is_empty();
    let path = [account.settings.version.path(), "/", path].concat();
    let request = account.connection.request(method, &path, body);
    let mut request = request.map_err(|error| error.with_provider(LABEL))?;
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(header::ACCEPT, json.clone());
    if speaks {
        request.headers_mut().insert(header::CONTENT_TYPE, json);
    }
    Ok(request)
}

pub(super) fn prepare<'a>(
    account: &'a Account,
    envelope: &'a Envelope<Email>,
) -> Result<Prepared<'a>> {
    account.limits().admit(LABEL, envelope)?;
    let (mail, delivery) = (&envelope.message, &envelope.delivery);
    let settings = &account.settings;
    let options: Options = delivery.options.read()?.unwrap_or_default();
    let mut options = options.over(&settings.defaults);
    let template = delivery.provider_templates.get(LABEL);
    let template_id = template.map(template_id).transpose()?;
    let invalid = envelope.validate_for(LABEL).err();
    let mut faults = invalid.map(|error| error.faults().to_vec()).unwrap_or_default();

    let from = mail.from.as_ref().or(settings.from.as_ref());
    if from.is_none() {
        faults.push(Fault::new("from", "is missing", "name a sender, or set the account's"));
    }
    let content = match template_id {
        Some(_) if !settings.content_with_template => Vec::new(),
        _ => content(account, mail),
    };
    if content.is_empty() && template_id.is_none() {
        faults.push(Fault::new("text", "is missing, and so is HTML", "write one of them"));
    }
    let token = delivery.callback_data.as_deref().map(Cow::Borrowed);
    let token = token.unwrap_or_else(|| Cow::Owned(envelope.id.to_string()));
    if token.chars().count() > TOKEN {
        let problem = format!("is longer than {TOKEN} characters");
        faults.push(Fault::new("callback_data", problem, "keep a short key in it"));
    }
    let headers = headers(mail, &mut faults);
    let mut attributes = std::mem::take(&mut options.attributes);
    if let Some(template) = template {
        add_variables(&mut attributes, template, &mut faults);
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults).with_provider(LABEL));
    }
    let priority = options.priority.unwrap_or_else(|| Priority::of(delivery.purpose));
    // A time that has passed means now, and what the API makes of one is not documented.
    let schedule = delivery.send_at.filter(|at| *at > account.connection.now());

    let everyone = |list: &'a [Mailbox]| list.iter().map(Address::from).collect::<Vec<_>>();
    let token_for = |list: &[Mailbox]| (!list.is_empty()).then(|| token.clone());
    Ok(Prepared {
        shared: Shared {
            from: from.map(Address::from),
            reply_to: reply_to(settings.reply_to, &mail.reply_to)?,
            subject: mail.subject.as_str().into(),
            template_id,
            content,
            settings: Settings::of(options),
            tags: &delivery.tags,
            priorityflag: priority.flag(),
            schedule: schedule.map(Timestamp::as_second),
        },
        personal: Personalization {
            to: everyone(&mail.to),
            cc: everyone(&mail.cc),
            bcc: everyone(&mail.bcc),
            attributes,
            headers,
            attachments: Vec::new(),
            token_cc: token_for(&mail.cc),
            token_bcc: token_for(&mail.bcc),
            token_to: token,
        },
        files: mail.attachments.iter().map(File::from).collect(),
    })
}

fn content<'a>(account: &'a Account, mail: &'a Email) -> Vec<Content<'a>> {
    let types = &account.settings.content_types;
    let mut parts = Vec::new();
    let mut add = |kind: &'a str, value: Cow<'a, str>| parts.push(Content { kind, value });
    if let (Some(kind), Some(text)) = (&types.text, &mail.text) {
        add(kind, text.into());
    }
    // The least preferred part comes first, as in MIME.
    if let Some(amp) = &mail.amp {
        add(&types.amp, amp.into());
    }
    match (&mail.html, &mail.text) {
        (Some(html), _) => add(&types.html, html.into()),
        (None, Some(text)) if types.text.is_none() => add(&types.html, as_html(text).into()),
        (None, _) => {}
    }
    parts
}

/// Text as HTML that looks the same.
fn as_html(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 64);
    html.push_str("<div style=\"white-space:pre-wrap\">");
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
    html.push_str("</div>");
    html
}

fn reply_to(form: ReplyToForm, mailboxes: &[Mailbox]) -> Result<Option<ReplyTo<'_>>> {
    match (form, mailboxes) {
        (_, []) => Ok(None),
        (ReplyToForm::Mailboxes, many) => {
            Ok(Some(ReplyTo::Mailboxes(many.iter().map(Address::from).collect())))
        }
        (ReplyToForm::Text, [one]) => Ok(Some(ReplyTo::Text(one.email.to_ascii_domain()))),
        (ReplyToForm::Text, _) => Err(Error::unsupported(LABEL, "several reply-to addresses")),
    }
}

/// An object holds each name once, and which of two the API would take is not ours to guess.
fn headers(mail: &Email, faults: &mut Vec<Fault>) -> BTreeMap<String, String> {
    let mut seen = BTreeSet::new();
    let mut headers = BTreeMap::new();
    for (index, header) in mail.all_headers().enumerate() {
        if !seen.insert(header.name.to_ascii_lowercase()) {
            let field = format!("headers[{index}].name");
            faults.push(Fault::new(field, "is there twice", "write it once"));
        }
        headers.insert(header.name, header.value);
    }
    headers
}

fn template_id(template: &ProviderTemplate) -> Result<u64> {
    template.id.parse().map_err(|_| {
        let fault = Fault::new("provider_templates.id", "is no number", "write Netcore's id of it");
        let error = Error::new(ErrorKind::Template, "the template's id is not valid");
        error.with_faults(vec![fault]).with_provider(LABEL)
    })
}

fn add_variables(
    attributes: &mut BTreeMap<String, String>,
    template: &ProviderTemplate,
    faults: &mut Vec<Fault>,
) {
    for (name, value) in &template.variables {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(on) => on.to_string(),
            Value::Null => String::new(),
            Value::Array(_) | Value::Object(_) => {
                let field = format!("provider_templates.variables.{name}");
                faults.push(Fault::new(field, "is no single value", "write text or a number"));
                continue;
            }
        };
        attributes.insert(name.clone(), text);
    }
}

/// The provider's id of an accepted request.
pub(super) fn decode(account: &Account, response: &Response<Bytes>) -> Result<Option<String>> {
    if !response.status().is_success() {
        return Err(error::from_response(response, account.connection.now()));
    }
    let unreadable = || {
        let error = Error::new(ErrorKind::Response, "accepted, but the answer cannot be read");
        error.with_provider(LABEL).with_status(response.status().as_u16())
    };
    if Truncated::of(response) {
        return Err(unreadable());
    }
    if let Some(id) = Accepted::id(response.body()) {
        return Ok(Some(id));
    }
    let body: Value = serde_json::from_slice(response.body()).map_err(|_| unreadable())?;
    if error::is_refusal(&body) {
        return Err(error::from_response(response, account.connection.now()));
    }
    match body.pointer("/data/message_id") {
        Some(Value::String(id)) if !id.is_empty() => Ok(Some(id.clone())),
        Some(Value::Number(id)) => Ok(Some(id.to_string())),
        _ if body.get("status").and_then(Value::as_str) == Some("success") => Ok(None),
        _ => Err(unreadable()),
    }
}

/// The documented answer, which is read without a tree; any other is looked at with more care.
#[derive(Deserialize)]
struct Accepted<'a> {
    #[serde(borrow)]
    status: Cow<'a, str>,
    error: Option<IgnoredAny>,
    #[serde(borrow)]
    data: AcceptedData<'a>,
}

#[derive(Deserialize)]
struct AcceptedData<'a> {
    #[serde(borrow)]
    message_id: Cow<'a, str>,
}

impl Accepted<'_> {
    fn id(body: &[u8]) -> Option<String> {
        // Serde would read a list as the fields in order.
        let body = body.trim_ascii_start().starts_with(b"{").then_some(body)?;
        let body: Accepted<'_> = serde_json::from_slice(body).ok()?;
        let id = body.data.message_id;
        (body.status == "success" && body.error.is_none() && !id.is_empty())
            .then(|| id.into_owned())
    }
}

/// A list of domains is an array, so only an object can say that the check failed.
pub(super) fn decode_check(account: &Account, response: &Response<Bytes>) -> Result<()> {
    let refused = || error::from_response(response, account.connection.now());
    if !response.status().is_success() {
        return Err(refused());
    }
    match serde_json::from_slice::<Value>(response.body()) {
        Ok(body) if body.is_object() && error::is_refusal(&body) => Err(refused()),
        _ => Ok(()),
    }
}

pub(super) fn receipt(
    account: &Account,
    envelope: &Envelope<Email>,
    id: Option<String>,
) -> Receipt {
    Receipt::new(LABEL, envelope, account.connection.now()).with_provider_message_id(id)
}

/// How many bytes `value` has as JSON.
pub(super) fn size(value: &impl Serialize) -> usize {
    struct Counter(usize);
    impl std::io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    if serde_json::to_writer(&mut counter, value).is_err() {
        return 0; // reported when the request is written
    }
    counter.0
}
