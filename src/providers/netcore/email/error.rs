//! Answers that say no.
//!
//! The bodies hold words, no codes, and the words may quote an address: they are looked at, never
//! kept. What is kept is the path of each field.

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::LABEL;
use crate::{
    error::{Error, ErrorKind, Fate, Fault},
    http::{from_status, retry_after},
    time::Timestamp,
};

/// The error of a response that is no acceptance, whatever its status.
///
/// Source: [Errors](https://emaildocs.netcorecloud.com/reference/api-integration).
pub(super) fn from_response(response: &Response<Bytes>, now: Timestamp) -> Error {
    let status = response.status();
    let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    let error = match status.as_u16() {
        200..=299 | 400 | 422 => refusal(&body),
        402 | 403 if speaks_of_credit(&Complaint::all(&body)) => no_credit(),
        404 | 405 => Error::config("the endpoint has no such call; check endpoint and version"),
        _ => from_status(status),
    };
    // Neither a reason nor an acceptance: the message may be out.
    let error = if status.is_success() && Complaint::all(&body).iter().all(Complaint::is_empty) {
        Error::new(ErrorKind::Response, "the answer is no acceptance").with_fate(Fate::Unknown)
    } else {
        error
    };
    let delay = retry_after(response, now);
    error.with_status(status.as_u16()).with_retry_after(delay).with_provider(LABEL)
}

/// The same for a call that sends nothing.
pub(super) fn from_call(response: &Response<Bytes>, now: Timestamp) -> Error {
    let status = response.status();
    let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    let complaints = Complaint::all(&body);
    let error = match status.as_u16() {
        200..=299 | 400 | 422 => refused_call(&complaints),
        402 | 403 if speaks_of_credit(&complaints) => no_credit(),
        403 => {
            let message = "the API key lacks the scope of this call, or its account is suspended";
            Error::new(ErrorKind::Unauthorized, message)
        }
        404 | 405 => Error::config("the endpoint has no such call; check endpoint and version"),
        _ => from_status(status),
    };
    let delay = retry_after(response, now);
    error.with_status(status.as_u16()).with_retry_after(delay).with_provider(LABEL)
}

fn refused_call(complaints: &[Complaint]) -> Error {
    let about = |words: &[&str]| complaints.iter().any(|one| one.is_about(words));
    if about(&["api", "key"]) {
        return Error::new(ErrorKind::Unauthorized, "the API key was refused");
    }
    if speaks_of_credit(complaints) {
        return no_credit();
    }
    let fields = complaints.iter().filter_map(|one| one.field.clone());
    let fault = |field| Fault::new(field, "was refused by the provider", "correct it");
    let faults: Vec<_> = fields.map(fault).collect();
    if !faults.is_empty() {
        return Error::new(ErrorKind::InvalidMessage, "the provider refused the request")
            .with_faults(faults);
    }
    let unknown =
        about(&["not", "registered"]) || about(&["not", "found"]) || about(&["not", "exist"]);
    let message = if unknown {
        "the provider knows nothing of that name"
    } else {
        "the provider refused the request"
    };
    Error::new(ErrorKind::Rejected, message)
}

/// Whether an array is complaints, and no list that was asked for.
pub(super) fn is_complaints(items: &[Value]) -> bool {
    let complains = |item: &Value| {
        item.get("message").is_some()
            && (item.get("field").is_some() || item.get("description").is_some())
    };
    !items.is_empty() && items.iter().all(complains)
}

/// Whether a success's body says otherwise.
pub(super) fn is_refusal(body: &Value) -> bool {
    let no = |status: &str| ["error", "fail", "failed", "failure"].contains(&status);
    body.is_array() || has_error(body) || body.get("status").and_then(Value::as_str).is_some_and(no)
}

/// Whether it holds an error, whatever its status says.
pub(super) fn has_error(body: &Value) -> bool {
    body.get("error").is_some_and(|error| !is_nothing(error))
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Bool(true) | Value::Number(_) | Value::Object(_) => false,
    }
}

/// The places in `personalizations` that the faults of an error name, if all of them do.
pub(super) fn personalizations(error: &Error) -> Vec<usize> {
    let place = |fault: &Fault| {
        let rest = fault.field.strip_prefix("personalizations")?;
        let digits = rest.trim_start_matches(['.', '[']);
        digits.split(['.', ']']).next()?.parse().ok()
    };
    error.faults().iter().map(place).collect::<Option<_>>().unwrap_or_default()
}

/// One thing that the provider finds wrong.
struct Complaint {
    field: Option<String>,
    /// In lower case; may quote an address.
    text: String,
}

impl Complaint {
    /// Those of every shape that a body is known to have.
    fn all(body: &Value) -> Vec<Self> {
        match body {
            Value::Array(items) => items.iter().flat_map(Self::all).collect(),
            Value::String(text) => vec![Self { field: None, text: text.to_lowercase() }],
            Value::Object(object) => match object.get("error") {
                Some(inner) if !is_nothing(inner) => Self::all(inner),
                _ => vec![Self::one(body)],
            },
            Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
        }
    }

    fn one(body: &Value) -> Self {
        let words = ["message", "description", "data"].map(|name| body.get(name));
        let words: Vec<_> = words.into_iter().flatten().filter_map(Value::as_str).collect();
        let field = body.get("field").and_then(Value::as_str);
        Self { field: field.and_then(path), text: words.join(" ").to_lowercase() }
    }

    fn is_empty(&self) -> bool {
        self.field.is_none() && self.text.is_empty()
    }

    fn is_about(&self, words: &[&str]) -> bool {
        words.iter().all(|word| self.text.contains(word))
    }

    fn starts(&self, prefix: &str) -> bool {
        self.field.as_ref().is_some_and(|field| field.starts_with(prefix))
    }

    /// `personalizations.0.to.0.email` and its like.
    fn names_recipient(&self) -> bool {
        let field = self.field.as_deref().unwrap_or_default();
        field.split(['.', '[', ']']).any(|step| ["to", "cc", "bcc"].contains(&step))
    }
}

/// A field's path, unless it could be an address or anything else than a path.
fn path(field: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '[' | ']' | '-');
    let fits = !field.is_empty() && field.len() <= 100 && field.chars().all(allowed);
    fits.then(|| field.to_owned())
}

fn refusal(body: &Value) -> Error {
    let complaints = Complaint::all(body);
    let any = |test: &dyn Fn(&Complaint) -> bool| complaints.iter().any(test);
    let fields = || complaints.iter().filter_map(|complaint| complaint.field.clone());
    let faults = |problem: &str, remedy: &str| -> Vec<_> {
        fields().map(|field| Fault::new(field, problem, remedy)).collect()
    };
    if any(&|one| one.is_about(&["api", "key"])) {
        return Error::new(ErrorKind::Unauthorized, "the API key was refused");
    }
    if speaks_of_credit(&complaints) {
        return no_credit();
    }
    // Another provider may know the domain, so a route may go on.
    let unverified = |one: &Complaint| {
        let sender = one.starts("from") || one.is_about(&["domain"]) || one.is_about(&["sender"]);
        sender
            && (one.is_about(&["verif"])
                || one.is_about(&["authori"])
                || one.is_about(&["registered"]))
    };
    if any(&unverified) {
        let fault = Fault::new("from", "is of no verified domain", "verify it in the dashboard");
        let message = "the sender is not verified at the provider";
        return Error::new(ErrorKind::Rejected, message).with_faults(vec![fault]);
    }
    if any(&|one| one.starts("template") || one.field.is_none() && one.is_about(&["template"])) {
        let faults = faults("was refused by the provider", "check the template's id");
        return Error::new(ErrorKind::Template, "the provider refused the template")
            .with_faults(faults);
    }
    // Every fault must be a recipient's: with another the recipient is not known to be the cause.
    if any(&Complaint::names_recipient)
        && complaints.iter().all(|one| one.field.is_none() || one.names_recipient())
    {
        let faults = faults("was refused by the provider", "correct the address");
        return Error::new(ErrorKind::InvalidRecipient, "the provider refused the recipient")
            .with_faults(faults);
    }
    if fields().next().is_some() {
        let faults = faults("was refused by the provider", "correct it");
        return Error::new(ErrorKind::InvalidMessage, "the provider refused the message")
            .with_faults(faults);
    }
    Error::new(ErrorKind::Rejected, "the provider refused the message")
}

fn speaks_of_credit(complaints: &[Complaint]) -> bool {
    complaints
        .iter()
        .any(|one| one.field.is_none() && (one.is_about(&["credit"]) || one.is_about(&["quota"])))
}

fn no_credit() -> Error {
    Error::new(ErrorKind::Quota, "the account has no credit")
}
