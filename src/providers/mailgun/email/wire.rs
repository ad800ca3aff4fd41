//! Mail to request, response to id.

use std::{borrow::Cow, collections::BTreeSet};

use bytes::Bytes;
use http::{Request, Response};
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::{
    CALLBACK_DATA, CAPABILITIES, LABEL, MESSAGE_ID, Options,
    form::{self, Field, File, Own, Shared, mailbox},
    limits,
};
use crate::{
    channel::Receipt,
    error::{Error, ErrorKind, Fault, Result},
    http::{connection::read, from_status},
    message::{Email, Envelope},
    providers::mailgun::{Mailgun, error},
    time::{Timestamp, after},
};

/// What Mailgun answers, with a status of success, to a path that it does not know.
const NOWHERE: &[u8] = b"Mailgun Magnificent API";

/// A mail taken apart: what a request says once, and what it says for each mail.
pub(super) struct Prepared<'a> {
    pub(super) shared: Shared<'a>,
    pub(super) own: Own<'a>,
}

pub(super) fn encode(account: &Mailgun, envelope: &Envelope<Email>) -> Result<Request<Bytes>> {
    let Prepared { shared, own } = prepare(account, envelope)?;
    form::write(&account.connection, &account.domain, &shared, &[&own])
}

pub(super) fn prepare<'a>(
    account: &'a Mailgun,
    envelope: &'a Envelope<Email>,
) -> Result<Prepared<'a>> {
    CAPABILITIES.admit(LABEL, envelope)?;
    let (mail, delivery) = (&envelope.message, &envelope.delivery);
    let options: Options = delivery.options.read()?.unwrap_or_default();
    let options = options.over(&account.defaults);
    let template = delivery.provider_templates.get(LABEL);
    let invalid = envelope.validate_for(LABEL).err();
    let mut faults = invalid.map(|error| error.faults().to_vec()).unwrap_or_default();
    check(account, envelope, &options, &mut faults);

    let stamp = envelope.template.as_ref().filter(|_| account.whole_texts);
    let (whole, texts): (Vec<_>, Vec<_>) =
        texts(envelope).partition(|(_, text)| stamp.is_some() && !is_replaced(text));
    let mut fields = common(account, envelope, &options, texts, &mut faults);
    let mut personal: Vec<(String, Cow<'a, str>)> = headers(mail, &mut faults);
    personal.push((format!("v:{MESSAGE_ID}"), envelope.id.to_string().into()));
    if let Some(data) = &delivery.callback_data {
        personal.push((format!("v:{CALLBACK_DATA}"), data.as_str().into()));
    }
    personal.extend(options.variable_fields());
    let stamp = stamp.filter(|_| !whole.is_empty());
    let (mut names, mut values): (Vec<_>, Vec<_>) =
        whole.into_iter().map(|(name, text)| (name.to_owned(), Cow::Borrowed(text))).unzip();
    for (name, value) in personal {
        if is_plain(&value) {
            names.push(name);
            values.push(value);
        } else {
            fields.push((name.into(), value));
        }
    }
    let (mut fixed, mut variables, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    for (name, value) in template.iter().flat_map(|template| &template.variables) {
        match value.as_str() {
            Some(text) if is_plain(text) => {
                variables.push(name.as_str());
                texts.push(text);
            }
            _ => fixed.push((name.as_str(), value.to_string())),
        }
    }
    let single = mail.to.len() == 1 && mail.cc.is_empty() && mail.bcc.is_empty();
    let literal = options.recipient_variables.is_empty()
        && (fields.iter().any(|(_, value)| holds(value, RECIPIENT))
            || fixed.iter().any(|(_, json)| holds(json, RECIPIENT))
            || mail.to.iter().filter_map(|to| to.name.as_deref()).any(|to| holds(to, RECIPIENT)));
    let files = mail.attachments.iter().map(File).collect();
    let prepared = Prepared {
        shared: Shared { template: stamp, fields, names, fixed, variables, files },
        own: Own {
            to: &mail.to,
            cc: &mail.cc,
            bcc: &mail.bcc,
            values,
            variables: texts,
            recipient_variables: options.recipient_variables,
            shareable: single && !literal,
        },
    };
    let parameters = prepared.parameters();
    if parameters > limits::PARAMETERS {
        let most = limits::PARAMETERS;
        let problem = format!("are {parameters} bytes with options and variables, of {most}");
        faults.push(Fault::new("headers", problem, "shorten headers, options or variables"));
    }
    if faults.is_empty() { Ok(prepared) } else { Err(Error::invalid(faults).with_provider(LABEL)) }
}

impl Prepared<'_> {
    /// How many bytes `o:`, `h:`, `v:` and `t:` have together.
    fn parameters(&self) -> usize {
        let counts = |name: &str| name.get(1..2) == Some(":");
        let fields = self.shared.fields.iter().map(|(name, value)| (&**name, value.len()));
        let names = self.shared.names.iter().map(String::as_str);
        let own = names.zip(self.own.values.iter().map(|value| value.len()));
        let fields: usize = fields
            .chain(own)
            .filter(|(name, _)| counts(name))
            .map(|(name, length)| name.len() + length)
            .sum();
        let fixed = self.shared.fixed.iter().map(|(name, json)| name.len() + json.len() + 4);
        let texts = self.shared.variables.iter().zip(&self.own.variables);
        fields + fixed.chain(texts.map(|(name, text)| name.len() + text.len() + 6)).sum::<usize>()
    }
}

/// The subject, and of the content what Mailgun replaces variables in.
fn texts(envelope: &Envelope<Email>) -> impl Iterator<Item = (&'static str, &str)> {
    let mail = &envelope.message;
    let kept = envelope.delivery.provider_templates.contains_key(LABEL);
    let content = [("text", mail.text.as_deref()), ("html", mail.html.as_deref())];
    let content = content.into_iter().filter(move |_| !kept);
    let subject = (!mail.subject.is_empty()).then_some(mail.subject.as_str());
    let texts = [("subject", subject)].into_iter().chain(content);
    texts.filter_map(|(name, text)| Some((name, text?)))
}

/// The fields that are of the mail and not of the recipient, `texts` among them.
fn common<'a>(
    account: &'a Mailgun,
    envelope: &'a Envelope<Email>,
    options: &Options,
    texts: Vec<(&'static str, &'a str)>,
    faults: &mut Vec<Fault>,
) -> Vec<Field<'a>> {
    let (mail, delivery) = (&envelope.message, &envelope.delivery);
    let mut fields: Vec<Field<'a>> = Vec::new();
    if let Some(from) = mail.from.as_ref().or(account.from.as_ref()) {
        fields.push(("from".into(), mailbox(from).into()));
    }
    fields.extend(texts.into_iter().map(|(name, text)| (name.into(), text.into())));
    if let Some(template) = delivery.provider_templates.get(LABEL) {
        fields.push(("template".into(), template.id.as_str().into()));
        options.template_fields(&mut fields);
    } else if let Some(amp) = &mail.amp {
        fields.push(("amp-html".into(), amp.as_str().into()));
    }
    let own_tags = options.tags.iter().filter(|tag| !delivery.tags.contains(tag));
    let tags: Vec<&str> = delivery.tags.iter().chain(own_tags).map(String::as_str).collect();
    limits::tags(&tags, faults);
    fields.extend(tags.iter().map(|tag| ("o:tag".into(), Cow::Owned((*tag).to_owned()))));
    if let Some(at) = delivery_time(account, delivery.send_at, faults) {
        fields.push(("o:deliverytime".into(), at.into()));
    }
    options.fields(&mut fields);
    fields
}

/// Whether the value may stand in a recipient variable: it holds nothing to replace, and nothing to
/// escape where it ends up in JSON, since who would escape it is not documented.
fn is_plain(value: &str) -> bool {
    let escapes = |c: char| c.is_control() || matches!(c, '"' | '\\');
    !is_replaced(value) && !value.contains(escapes)
}

const RECIPIENT: &str = "recipient";

/// Whether it holds something that Mailgun replaces, which it may not do in a replaced text.
fn is_replaced(text: &str) -> bool {
    let words = [RECIPIENT, "unsubscribe", "tag_unsubscribe", "mailing_list"];
    words.iter().any(|word| holds(text, word))
}

/// Whether it holds a `%` before `word`, in capitals or not: which of them count is not documented.
fn holds(text: &str, word: &str) -> bool {
    let begins =
        |rest: &str| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    text.split('%').skip(1).any(begins)
}

fn check(
    account: &Mailgun,
    envelope: &Envelope<Email>,
    options: &Options,
    faults: &mut Vec<Fault>,
) {
    let mail = &envelope.message;
    match mail.from.as_ref().or(account.from.as_ref()) {
        None => {
            let remedy = "name a sender, or set the account's";
            faults.push(Fault::new("from", "is missing", remedy));
        }
        Some(from) if !from.email.local_part().is_ascii() => {
            faults.push(Fault::new("from", "is not ASCII before the @", "use another address"));
        }
        Some(_) => {}
    }
    let empty = [&mail.text, &mail.html, &mail.amp];
    let empty = empty.iter().all(|text| text.as_deref().unwrap_or_default().is_empty());
    let template = envelope.delivery.provider_templates.get(LABEL);
    if empty && template.is_none() {
        faults.push(Fault::new("text", "is missing, and so is HTML", "write one of them"));
    }
    if template.is_some_and(|template| template.id.is_empty()) {
        faults.push(Fault::new("provider_templates.id", "is empty", "write the template's name"));
    }
    if limits::size(mail) > limits::MESSAGE {
        let problem =
            format!("make {} bytes, Mailgun takes {}", limits::size(mail), limits::MESSAGE);
        faults.push(Fault::new("attachments", problem, "send less, or a link"));
    }
    if mail.to.len() > 1 && !options.recipient_variables.is_empty() {
        let problem = "would part the recipients, who are to see each other";
        let remedy = "send one mail each with `send_batch`";
        faults.push(Fault::new("options.recipient_variables", problem, remedy));
    }
    limits::files(&mail.attachments, faults);
    limits::options(options, faults);
}

/// A time that has passed means now.
fn delivery_time(
    account: &Mailgun,
    at: Option<Timestamp>,
    faults: &mut Vec<Fault>,
) -> Option<String> {
    let now = account.connection.now();
    let at = at.filter(|at| *at > now)?;
    if at > after(now, account.schedule_ahead) {
        let hours = account.schedule_ahead.as_secs() / 3600;
        let problem = format!("is more than {hours} hours ahead");
        let remedy = "hold it back, or raise `schedule_ahead` where the plan allows";
        faults.push(Fault::new("send_at", problem, remedy));
        return None;
    }
    let date = jiff::fmt::rfc2822::to_string(&at.to_zoned(TimeZone::UTC));
    date.map_err(|_| faults.push(Fault::new("send_at", "is no date", "correct it"))).ok()
}

/// Each name once: what Mailgun makes of two is not documented.
fn headers<'a>(mail: &'a Email, faults: &mut Vec<Fault>) -> Vec<(String, Cow<'a, str>)> {
    let mut seen = BTreeSet::new();
    let mut headers: Vec<(String, Cow<'a, str>)> = Vec::new();
    if !mail.reply_to.is_empty() {
        let people: Vec<_> = mail.reply_to.iter().map(mailbox).collect();
        headers.push(("h:Reply-To".into(), people.join(", ").into()));
    }
    for (index, header) in mail.all_headers().enumerate() {
        let name = header.name.to_ascii_lowercase();
        let field = || format!("headers[{index}].name");
        if name == "x-mailgun-variables" {
            faults.push(Fault::new(field(), "is made from the variables", "set those instead"));
        }
        if !seen.insert(name) {
            faults.push(Fault::new(field(), "is there twice", "write it once"));
        }
        headers.push((format!("h:{}", header.name), header.value.into()));
    }
    headers
}

/// The provider's id of an accepted request, without its angle brackets.
pub(super) fn decode(account: &Mailgun, response: &Response<Bytes>) -> Result<String> {
    #[derive(Deserialize)]
    struct Accepted {
        id: String,
    }
    let status = response.status();
    if status.is_redirection() {
        return Err(from_status(status).with_provider(LABEL));
    }
    if !status.is_success() {
        return Err(error::from_response(response, account.connection.now()));
    }
    if response.body().trim_ascii() == NOWHERE {
        let error =
            Error::config("the endpoint and domain make no path of Mailgun's; nothing is out");
        return Err(error.with_status(status.as_u16()).with_provider(LABEL));
    }
    let accepted: Accepted = read(response).map_err(|error| error.with_provider(LABEL))?;
    let id = accepted.id.trim().trim_start_matches('<').trim_end_matches('>');
    if id.is_empty() {
        let error = Error::new(ErrorKind::Response, "accepted, but the answer names no id");
        return Err(error.with_status(status.as_u16()).with_provider(LABEL));
    }
    Ok(id.to_owned())
}

pub(super) fn receipt(account: &Mailgun, envelope: &Envelope<Email>, id: String) -> Receipt {
    Receipt::new(LABEL, envelope, account.connection.now()).with_provider_message_id(Some(id))
}
