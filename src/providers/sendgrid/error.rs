//! Answers that say no.
//!
//! SendGrid has no error codes: a status, words, and the path of a field. The words may quote an
//! address: they are looked at, never kept. What is kept is the path of each field.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::email::LABEL;
use crate::{
    error::{Error, ErrorKind, Fate, Fault},
    http::{from_status, retry_after},
    time::Timestamp,
};

/// What was asked for, since a 404 means another thing for each.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Manage,
    Send,
}

/// The error of a response that is no success.
///
/// Source: [Errors](https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors).
pub(super) fn from_response(response: &Response<Bytes>, now: Timestamp, call: Call) -> Error {
    let status = response.status();
    let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    let complaints = Complaint::all(&body);
    let says = |words: &[&str]| complaints.iter().any(|one| one.says(words));
    let error = match status.as_u16() {
        400 | 422 => refusal(&complaints, call),
        401 | 403 if says(&["credits"]) || says(&["credit limit"]) => {
            let message = "the account has no credits left until its plan renews";
            Error::new(ErrorKind::Quota, message)
        }
        401 if says(&["authorization required"]) => unauthorized("no API key reached SendGrid"),
        401 => unauthorized("the API key is wrong, revoked, or of another region; check both"),
        403 => forbidden(&complaints),
        404 if call == Call::Manage => {
            Error::new(ErrorKind::Rejected, "SendGrid has nothing under that name or id")
        }
        404 | 405 => Error::config("the endpoint has no such call; check the endpoint"),
        406 => Error::config("the endpoint does not answer in JSON; check the endpoint"),
        415 => Error::new(ErrorKind::InvalidMessage, "SendGrid read the request as no UTF-8 JSON"),
        451 => Error::config("the account's data is kept in another region; set the region"),
        _ => from_status(status),
    };
    let delay = retry_after(response, now);
    let delay = delay.or_else(|| (status.as_u16() == 429).then(|| reset(response, now)).flatten());
    let code = complaints.iter().find_map(|one| one.code.clone());
    let error = error.with_status(status.as_u16()).with_retry_after(delay).with_code(code);
    error.with_provider(LABEL)
}

/// Until `X-RateLimit-Reset`, a UNIX time in seconds. A day is the most that is believed.
fn reset(response: &Response<Bytes>, now: Timestamp) -> Option<Duration> {
    let at: i64 =
        response.headers().get("x-ratelimit-reset")?.to_str().ok()?.trim().parse().ok()?;
    let seconds = at.saturating_sub(now.as_second()).clamp(0, 24 * 3600);
    u64::try_from(seconds).ok().map(Duration::from_secs)
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

/// Whether several mails were refused for what may be of one of them alone, without a word whose:
/// an address, a size, or nothing that is named.
pub(super) fn may_be_of_one(error: &Error) -> bool {
    let unnamed = error.kind() == ErrorKind::Rejected && error.faults().is_empty();
    error.fate() == Fate::NotSent
        && match error.status() {
            Some(400) => unnamed || error.kind() == ErrorKind::InvalidRecipient,
            Some(413) => true,
            _ => false,
        }
}

/// One thing that SendGrid finds wrong.
struct Complaint {
    field: Option<String>,
    code: Option<String>,
    /// In lower case; may quote an address.
    text: String,
}

impl Complaint {
    /// Those of `{"errors": […]}`, and of `{"error": …}`, which some calls answer.
    fn all(body: &Value) -> Vec<Self> {
        match (body.get("errors"), body.get("error")) {
            (Some(Value::Array(errors)), _) => errors.iter().map(Self::one).collect(),
            (Some(error @ (Value::String(_) | Value::Object(_))), _) | (_, Some(error)) => {
                vec![Self::one(error)]
            }
            (_, None) if body.get("message").is_some() => vec![Self::one(body)],
            _ => Vec::new(),
        }
    }

    fn one(error: &Value) -> Self {
        let of = |name: &str| error.get(name).and_then(Value::as_str);
        let text = error.as_str().or_else(|| of("message")).unwrap_or_default();
        Self {
            field: of("field").and_then(path),
            code: of("error_id").and_then(id),
            text: text.to_lowercase(),
        }
    }

    fn says(&self, words: &[&str]) -> bool {
        words.iter().all(|word| self.text.contains(word))
    }

    /// Whether the field begins with `step`.
    fn is_of(&self, step: &str) -> bool {
        self.steps().next() == Some(step)
    }

    /// Whether the field is one of a mail's, or of a personalization, called `name`.
    fn names(&self, name: &str) -> bool {
        self.is_of(name) || self.steps().nth(2) == Some(name) && self.is_of("personalizations")
    }

    fn names_recipient(&self) -> bool {
        ["to", "cc", "bcc"].iter().any(|list| self.names(list))
    }

    fn steps(&self) -> impl Iterator<Item = &str> {
        let field = self.field.as_deref().unwrap_or_default();
        field.split(['.', '[', ']']).filter(|step| !step.is_empty())
    }
}

/// A field's path: names in lower case and places. Whatever could be an address, a number or a key
/// is none.
fn path(field: &str) -> Option<String> {
    let name = |step: &str| step.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let place = |step: &str| step.len() <= 4 && step.bytes().all(|b| b.is_ascii_digit());
    let mut steps = field.split(['.', '[', ']']);
    let fits = (1..=100).contains(&field.len()) && steps.all(|step| name(step) || place(step));
    fits.then(|| field.to_owned())
}

/// An error's id, unless it could be an address, a number or a key.
fn id(text: &str) -> Option<String> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let fits = (1..=40).contains(&text.len()) && text.bytes().all(allowed);
    let short = text.split(|c: char| !c.is_ascii_digit()).all(|digits| digits.len() <= 6);
    (fits && short).then(|| text.to_owned())
}

fn unauthorized(message: &'static str) -> Error {
    Error::new(ErrorKind::Unauthorized, message)
}

/// 403: the sender, the key, or the account; only the words say which.
fn forbidden(complaints: &[Complaint]) -> Error {
    let any = |test: &dyn Fn(&Complaint) -> bool| complaints.iter().any(test);
    if any(&|one| one.names("from") || one.says(&["sender identity"])) {
        let remedy = "verify the sender, or authenticate its domain";
        let fault = Fault::new("from", "is no verified sender identity", remedy);
        // Another provider may know the domain, so a route may go on.
        return Error::new(ErrorKind::Rejected, "the sender is not verified at SendGrid")
            .with_faults(vec![fault]);
    }
    let closed = ["suspend", "deactivat", "under review", "banned", "frozen", "disabled"];
    if any(&|one| closed.iter().any(|word| one.text.contains(word))) {
        return unauthorized("the account is suspended; write to SendGrid's support");
    }
    if any(&|one| one.says(&["temporar"]) || one.says(&["too many"]) || one.says(&["blocked"])) {
        return unauthorized("SendGrid blocks the account for now, after many bad requests");
    }
    unauthorized("the API key lacks the scope for this call; add it, such as mail.send")
}

fn refusal(complaints: &[Complaint], call: Call) -> Error {
    let any = |test: &dyn Fn(&Complaint) -> bool| complaints.iter().any(test);
    let faults = |remedy: &str| -> Vec<_> {
        let fields = complaints.iter().filter_map(|one| one.field.clone());
        fields.map(|field| Fault::new(field, "was refused by SendGrid", remedy)).collect()
    };
    if any(&|one| one.names("template_id") || one.field.is_none() && one.says(&["template"])) {
        let message = "SendGrid refused the template";
        let faults = faults("check the template's id, and that a version of it is active");
        return Error::new(ErrorKind::Template, message).with_faults(faults);
    }
    // Every complaint must be of a recipient: with another that may not be the cause.
    if !complaints.is_empty() && complaints.iter().all(Complaint::names_recipient) {
        return Error::new(ErrorKind::InvalidRecipient, "SendGrid refused the recipient")
            .with_faults(faults("correct the address"));
    }
    let faults = faults("correct it");
    if !faults.is_empty() {
        return Error::new(ErrorKind::InvalidMessage, "SendGrid refused the message")
            .with_faults(faults);
    }
    let message = match call {
        Call::Manage => "SendGrid refused the request",
        Call::Send => "SendGrid refused the message without naming a field",
    };
    Error::new(ErrorKind::Rejected, message)
}
