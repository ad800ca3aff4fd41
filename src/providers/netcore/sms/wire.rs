//! Messages to requests, and answers to outcomes.

use std::{borrow::Cow, fmt::Write as _};

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Map, Value};

use super::{
    LABEL,
    batch::Part,
    config::{Account, Form, Payload, has_affix, is_dlt_id},
    error,
    response::{Answer, Mid, Refusal},
    time,
};
use crate::{
    error::{Error, ErrorKind, Fate, Fault, Result},
    http::{Truncated, from_status, retry_after},
    message::{Envelope, SenderId, Sms},
    time::Timestamp,
};

const SINGLE: &str = "SingleMsgApi";
const SINGLE_JSON: &str = "JsonSingleApi";
const CSV: &str = "UploadCsvFile";

/// One message as the API names its parts, with the account's defaults.
pub(super) struct Fields<'a> {
    /// The number without `+`.
    pub(super) to: &'a str,
    text: &'a str,
    pub(super) template: Option<&'a str>,
    pub(super) entity: Option<&'a str>,
    sender: Option<&'a str>,
    time: Option<String>,
    job_name: Option<&'a str>,
}

impl<'a> Fields<'a> {
    /// The message's parts, once nothing is wrong with them.
    pub(super) fn of(account: &'a Account, envelope: &'a Envelope<Sms>) -> Result<Self> {
        account.capabilities.admit(LABEL, envelope)?;
        envelope.validate_for(LABEL)?;
        let now = account.connection.now();
        if envelope.delivery.deadline.is_some_and(|deadline| deadline <= now) {
            let late = Error::new(ErrorKind::Timeout, "the deadline passed before it was sent");
            return Err(late.with_fate(Fate::NotSent));
        }
        let sms = &envelope.message;
        let dlt = sms.dlt.as_ref();
        // What the DLT check approved goes out, whatever the message calls its sender.
        let header = dlt.and_then(|dlt| dlt.header.as_deref());
        let header = header.or_else(|| sms.from.as_ref().map(SenderId::as_str));
        // In the past means at once.
        let at = envelope.delivery.send_at.filter(|at| *at > now);
        let fields = Self {
            to: sms.to.digits(),
            text: &sms.text,
            template: dlt.and_then(|dlt| dlt.template.as_deref()),
            entity: dlt.and_then(|dlt| dlt.entity.as_deref()).or(account.entity.as_deref()),
            sender: header.or_else(|| account.sender.as_ref().map(SenderId::as_str)),
            time: at.map(time::schedule),
            job_name: envelope
                .delivery
                .tags
                .first()
                .or(account.job_name.as_ref())
                .map(|name| &**name),
        };
        fields.check(account)?;
        Ok(fields)
    }

    fn check(&self, account: &Account) -> Result<()> {
        let mut faults = Vec::new();
        let required = !account.bound && self.to.starts_with("91");
        let mut check = |field: &str, id: Option<&str>| match id {
            Some(id) if !is_dlt_id(id) => {
                faults.push(Fault::new(field, "is not 19 digits", "copy it from the DLT portal"));
            }
            None if required => faults.push(Fault::new(
                field,
                "is missing",
                "set it, or `bound_to_feed` where the vendor has bound it",
            )),
            _ => {}
        };
        check("dlt.template", self.template);
        check("dlt.entity", self.entity);
        if self.to.starts_with("91") && self.sender.is_some_and(has_affix) {
            faults.push(Fault::new(
                "from",
                "holds an operator's prefix or suffix",
                "write the header as registered",
            ));
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
    }

    /// All but the number: what messages of one request must share.
    pub(super) fn shared(&self) -> impl std::hash::Hash + Eq + use<'a> {
        let ids = (self.template, self.entity, self.sender);
        (self.text, ids, self.time.clone(), self.job_name)
    }

    fn pairs<'b>(&'b self, account: &Account, to: Cow<'b, str>) -> Vec<(&'b str, Cow<'b, str>)> {
        let mut pairs = Vec::with_capacity(9);
        pairs.extend([("To", to), ("Text", self.text.into())]);
        pairs.extend(self.template.map(|id| ("templateid", id.into())));
        pairs.extend(self.entity.map(|id| ("entityid", id.into())));
        pairs.extend(switches(account));
        pairs.extend(self.sender.map(|id| ("senderid", id.into())));
        pairs.extend(self.time.as_deref().map(|at| ("time", at.into())));
        pairs.extend(self.job_name.map(|name| ("jobname", name.into())));
        pairs
    }

    fn object(&self, account: &Account) -> Map<String, Value> {
        let mut object = Map::new();
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                object.insert(name.into(), value);
            }
        };
        set("mobile", Some(self.to.into()));
        set("messages", Some(self.text.into()));
        set("templateid", self.template.map(Value::from));
        set("entityid", self.entity.map(Value::from));
        set("senderid", self.sender.map(Value::from));
        set("time", self.time.as_deref().map(Value::from));
        set("jobname", self.job_name.map(Value::from));
        set("async", account.async_accept.then(|| 1.into()));
        set("short", account.shorten.then(|| 1.into()));
        object
    }
}

fn switches<'b>(account: &Account) -> impl Iterator<Item = (&'b str, Cow<'b, str>)> + use<'b> {
    let answer = ("async", if account.async_accept { "1" } else { "0" }.into());
    let short = account.shorten.then(|| ("short", "1".into()));
    std::iter::once(answer).chain(short)
}

/// The request of one message.
pub(super) fn encode(account: &Account, fields: &Fields<'_>) -> Result<Request<Bytes>> {
    match account.form {
        Form::Json => account.post(SINGLE_JSON, Payload::Json(fields.object(account))),
        Form::Single => {
            account.post(SINGLE, Payload::Form(fields.pairs(account, fields.to.into())))
        }
    }
}

/// The request of a part of a batch.
pub(super) fn encode_part(account: &Account, part: &Part<'_>) -> Result<Request<Bytes>> {
    match part {
        Part::Single(_, fields) => encode(account, fields),
        Part::SameText(members) => {
            let numbers: Vec<_> = members.iter().map(|(_, fields)| fields.to).collect();
            let pairs =
                members.first().map(|(_, first)| first.pairs(account, numbers.join(",").into()));
            account.post(SINGLE, Payload::Form(pairs.unwrap_or_default()))
        }
        Part::Csv(members) => {
            let mut pairs = vec![("filestring", Cow::from(rows(members)))];
            // The rows share the entity. Each names its template; the parameter is demanded too.
            if let Some((_, first)) = members.first() {
                pairs.extend(first.template.map(|id| ("templateid", id.into())));
                pairs.extend(first.entity.map(|id| ("entityid", id.into())));
            }
            pairs.extend(switches(account));
            account.post(CSV, Payload::Form(pairs))
        }
    }
}

/// One line a message: number, text, sender, time, its place in the request from 1, template.
fn rows(members: &[(usize, Fields<'_>)]) -> String {
    let mut csv = String::new();
    for (index, (_, fields)) in members.iter().enumerate() {
        let quoted = [
            fields.text,
            fields.sender.unwrap_or_default(),
            fields.time.as_deref().unwrap_or_default(),
            &(index + 1).to_string(),
            fields.template.unwrap_or_default(),
        ];
        csv.push_str(fields.to);
        for cell in quoted {
            // Writing to a string cannot fail.
            let _ = write!(csv, ",\"{}\"", cell.replace('"', "\"\""));
        }
        csv.push('\n');
    }
    csv
}

/// A request that can send nothing: no number, no text.
pub(super) fn encode_check(account: &Account) -> Result<Request<Bytes>> {
    let pairs = vec![("To", "".into()), ("Text", "".into()), ("async", "0".into())];
    account.post(SINGLE, Payload::Form(pairs))
}

/// What became of each of `count` messages, in the order of the request: the provider's id, or the
/// reason.
pub(super) fn decode(
    account: &Account,
    response: &Response<Bytes>,
    count: usize,
) -> Vec<Result<Option<String>>> {
    let now = account.connection.now();
    let answer = match read(response, now) {
        Ok(answer) => answer,
        Err(error) => return vec![Err(error); count],
    };
    let request_id = answer.request_id.as_deref();
    let fallback = |index: usize| request_id.map(|id| format!("{id}:{}", index + 1));
    if answer.messages.is_empty() && account.async_accept && request_id.is_some() {
        // Answered before the messages were looked at.
        return (0..count).map(|index| Ok(fallback(index))).collect();
    }
    let messages = place(answer.messages, count);
    messages
        .into_iter()
        .enumerate()
        .map(|(index, message)| match message {
            Some(Mid { refusal: Some(refusal), .. }) => Err(error::of(&refusal, now)),
            Some(Mid { transaction: Some(transaction), .. }) => Ok(Some(transaction)),
            Some(_) if request_id.is_some() => Ok(fallback(index)),
            Some(_) | None => {
                Err(Error::new(ErrorKind::Response, "the answer says nothing of this message"))
            }
        })
        .collect()
}

/// The results by the index that each message was sent with. Two for one index are none.
fn place(messages: Vec<Mid>, count: usize) -> Vec<Option<Mid>> {
    if let (1, 1) = (count, messages.len()) {
        return messages.into_iter().map(Some).collect();
    }
    let mut places: Vec<Option<Mid>> = Vec::new();
    places.resize_with(count, || None);
    let mut taken = vec![false; count];
    for message in messages {
        let index = message.id.as_deref().and_then(|id| id.parse::<usize>().ok());
        let Some(index) = index.and_then(|index| index.checked_sub(1)) else { continue };
        if let (Some(place), Some(taken)) = (places.get_mut(index), taken.get_mut(index)) {
            *place = if *taken { None } else { Some(message) };
            *taken = true;
        }
    }
    places
}

/// Whether the answer to [`encode_check`] shows that the login was accepted.
pub(super) fn decode_check(response: &Response<Bytes>, now: Timestamp) -> Result<()> {
    let refusal = match read(response, now) {
        Ok(answer) => {
            let refused = answer.messages.iter().find_map(|message| message.refusal.as_ref());
            refused.map(|refusal| error::of(refusal, now))
        }
        Err(error) => Some(error),
    };
    match refusal {
        // The complaint about what is missing on purpose.
        Some(error) if matches!(error.code(), Some("-1" | "106" | "108" | "120")) => Ok(()),
        Some(error) if error.kind() == ErrorKind::InvalidRecipient => Ok(()),
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// The answer, unless the status or the answer itself refuses the whole request.
fn read(response: &Response<Bytes>, now: Timestamp) -> Result<Answer> {
    let status = response.status();
    let answer = Answer::read(response.body());
    let refused = |refusal: &Refusal| error::of(refusal, now);
    if !status.is_success() {
        // Below 500 the platform's own code says more than the status.
        let own = answer.as_ref().and_then(|answer| answer.refusal.as_ref());
        return Err(match own {
            Some(own) if status.is_client_error() && status.as_u16() != 429 => {
                refused(own).with_status(status.as_u16())
            }
            _ => from_status(status).with_retry_after(retry_after(response, now)),
        });
    }
    let Some(answer) = answer else {
        let message = if Truncated::of(response) {
            "the answer is too long"
        } else {
            "the answer is neither XML nor JSON of this API"
        };
        return Err(Error::new(ErrorKind::Response, message).with_status(status.as_u16()));
    };
    match &answer.refusal {
        // Results beside a refusal of the whole mean that some went out.
        Some(refusal) if answer.messages.is_empty() => Err(refused(refusal)),
        _ => Ok(answer),
    }
}
