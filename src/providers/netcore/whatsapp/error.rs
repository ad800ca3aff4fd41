//! Answers that say no: Netcore's codes, Meta's where they come through, and the gateway's.
//!
//! The texts may quote a number: they are looked at, never kept.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

use crate::{
    error::{Error, ErrorKind, Fate, Fault},
    http::{from_status, retry_after},
    time::Timestamp,
};

/// The error of a response that is no acceptance, whatever its status.
///
/// Source: [Error codes](https://wadocs.pepipost.com/error-codes).
pub(super) fn from_response(response: &Response<Bytes>, now: Timestamp) -> Error {
    let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    let status = response.status();
    let error = match code(&body) {
        Some(code) => coded(&code, &words(&body)).with_code(Some(code)),
        None => uncoded(status, &body),
    };
    let shown = error.status().unwrap_or_else(|| status.as_u16());
    error.with_status(shown).with_retry_after(retry_after(response, now))
}

/// The word that decides, where there is one.
pub(super) fn status(body: &Value) -> Option<&'static str> {
    let word = body.get("status")?.as_str()?;
    ["success", "failure"].into_iter().find(|known| word.eq_ignore_ascii_case(known))
}

/// `error.code`, text or number; only digits are kept, and no phone number.
fn code(body: &Value) -> Option<String> {
    let code = super::super::answer::text(body.get("error")?.get("code")?)?;
    let fits = code.len() <= 7 && code.bytes().all(|byte| byte.is_ascii_digit());
    fits.then_some(code)
}

/// What the answer says, in lower case.
pub(super) fn words(body: &Value) -> String {
    let places = [body.pointer("/error/message"), body.get("message"), body.get("error")];
    let words: Vec<_> = places.into_iter().flatten().filter_map(Value::as_str).collect();
    words.join(" ").to_lowercase()
}

/// Each code's kind, and what to do about it.
fn coded(code: &str, words: &str) -> Error {
    use ErrorKind as K;
    let (kind, message) = match code {
        "8001" => (K::InvalidMessage, "the provider misses a parameter"),
        "8002" => (
            K::Compliance,
            "the recipient's opt-in is not on record; record it with `consent().opt_in`",
        ),
        "8003" | "131026" => (K::InvalidRecipient, "the recipient is not on WhatsApp"),
        "8004" => {
            (K::Unauthorized, "the token is of no client: it is wrong or expired; set a new one")
        }
        "8005" => (K::Unavailable, "the provider had a technical error"),
        "8006" if words.contains("recipient") || words.contains("number") => {
            let fault = Fault::new("to", "was refused by the provider", "correct the number");
            let message = "the provider refused the recipient's number";
            return Error::new(K::InvalidRecipient, message).with_faults(vec![fault]);
        }
        "8006" => (K::InvalidMessage, "the provider refused a value of the message"),
        "8007" | "131047" => (
            K::Compliance,
            "more than 24 hours since the person's last message; send a template instead",
        ),
        "8008" => {
            let remedy = "check that the link opens, or upload the file again";
            let fault = Fault::new("content", "holds a file that the provider refused", remedy);
            let message = "the provider refused the file";
            return Error::new(K::InvalidMessage, message).with_faults(vec![fault]);
        }
        "130472" | "131049" => {
            (K::Compliance, "WhatsApp holds advertising back from this person; try another day")
        }
        "131056" => (K::RateLimited, "too many messages to this person; wait some seconds"),
        "132000" => (K::Template, "the template takes another number of parameters"),
        "132001" => (K::Template, "the template does not exist in this language"),
        _ => (K::Rejected, "the provider refused the message"),
    };
    Error::new(kind, message).with_fate(Fate::NotSent)
}

fn uncoded(status: StatusCode, body: &Value) -> Error {
    // The gateway repeats the status in its body, and may answer 200 around it.
    let inner = body.get("status").and_then(super::super::answer::text).and_then(|inner| {
        let inner = StatusCode::from_u16(inner.parse().ok()?).ok()?;
        (!inner.is_success()).then_some(inner)
    });
    let status = inner.filter(|_| status.is_success()).unwrap_or(status);
    let error = match status.as_u16() {
        200..=299 if self::status(body) == Some("failure") || body.get("error").is_some() => {
            Error::new(ErrorKind::Rejected, "the provider refused the message")
        }
        200..=299 => Error::new(ErrorKind::Response, "the answer is no acceptance"),
        401 => Error::new(ErrorKind::Unauthorized, "the token was refused; set a current one"),
        403 => Error::new(
            ErrorKind::Unauthorized,
            "the gateway let the call not through: the token is no current one (it is sent as \
             `Bearer` and the token, so set it without that word), or this address is blocked",
        ),
        404 => Error::config("the endpoint has no such call; check it"),
        _ => from_status(status),
    };
    error.with_status(status.as_u16())
}
