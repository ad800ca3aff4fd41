//! Answers that say no.
//!
//! The texts may quote a number: they are looked at, never kept.

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use crate::{
    error::{Error, ErrorKind, Fate, Fault},
    http::{from_status, retry_after},
    time::Timestamp,
};

/// The error of a response that is no acceptance, whatever its status.
///
/// Source: [Send a message](https://emaildocs.netcorecloud.com/reference/post_soip-rcs-v2-message).
pub(super) fn from_response(response: &Response<Bytes>, now: Timestamp) -> Error {
    let status = response.status();
    let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    let words = words(&body);
    let error = match status.as_u16() {
        401 => unauthorized(&words),
        403 => Error::new(ErrorKind::Unauthorized, "the API key may not use this bot or call"),
        404 | 405 => Error::config(
            "the endpoint has no such call; ask Netcore for the send host and set `endpoint`",
        ),
        // A refusal by the body alone may speak of the key too.
        200..=299 if words.contains("unauthenticated") => unauthorized(&words),
        200..=299 | 400 | 422 => refusal(&words),
        _ => from_status(status),
    };
    error.with_status(status.as_u16()).with_retry_after(retry_after(response, now))
}

/// Whether the API itself says no, and nothing before it.
pub(super) fn is_service_exception(response: &Response<Bytes>) -> bool {
    let body = serde_json::from_slice::<Value>(response.body());
    body.is_ok_and(|body| body.pointer("/requestError/serviceException").is_some())
}

/// What the exception says, in lower case; `validationErrors` may be null.
fn words(body: &Value) -> String {
    let exception = body.pointer("/requestError/serviceException").unwrap_or(body);
    let text = exception.get("text").and_then(Value::as_str);
    let errors = exception.get("validationErrors").and_then(Value::as_array);
    let errors = errors.into_iter().flatten().filter_map(Value::as_str);
    text.into_iter().chain(errors).collect::<Vec<_>>().join(" ").to_lowercase()
}

fn unauthorized(words: &str) -> Error {
    let message = if words.contains("feed") || words.contains("client") {
        "the API key is linked to no feed or client; have Netcore link it"
    } else if words.contains("not found") {
        "the API key is unknown, or in another header; check `api_key` and `auth_header`"
    } else {
        "the API key was refused; copy it anew from RCS dashboard, Settings"
    };
    Error::new(ErrorKind::Unauthorized, message)
}

fn refusal(words: &str) -> Error {
    if words.contains("content type") || words.contains("content-type") {
        let message = "the content type was refused: something on the way rewrites the header";
        return Error::config(message).with_fate(Fate::NotSent);
    }
    if words.contains("template") {
        let remedy = "check its id, its approval and its variables";
        let fault = Fault::new("provider_templates", "was refused by the provider", remedy);
        return Error::new(ErrorKind::Template, "the provider refused the template")
            .with_faults(vec![fault]);
    }
    let names_number =
        ["mobile", "msisdn", "phone", "recipient"].iter().any(|word| words.contains(word));
    if names_number {
        let fault = Fault::new("to", "was refused by the provider", "correct the number");
        return Error::new(ErrorKind::InvalidRecipient, "the provider refused the recipient")
            .with_faults(vec![fault]);
    }
    if words.is_empty() {
        return Error::new(ErrorKind::Rejected, "the provider refused the message");
    }
    let message = "the provider refused the request; compare the account's `request` with the \
                   dashboard's documents";
    Error::new(ErrorKind::InvalidMessage, message)
}
