//! Answers whose form is not public: those of the RCS API and of the deflector.

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use crate::{
    error::{Error, ErrorKind, Result},
    http::{answer, connection::read},
};

/// The id of an accepted request, where there is one; an answer that says no is `refused`.
pub(super) fn accepted(
    response: &Response<Bytes>,
    refused: impl Fn() -> Error,
) -> Result<Option<String>> {
    if !response.status().is_success() {
        return Err(refused());
    }
    let body: Value = read(response)?;
    if is_refusal(&body) {
        return Err(refused());
    }
    match id(&body) {
        None if !body.is_object() => {
            let error = Error::new(ErrorKind::Response, "the answer is no acceptance");
            Err(error.with_status(response.status().as_u16()))
        }
        id => Ok(id),
    }
}

/// Whether a body says no, whatever its status.
pub(super) fn is_refusal(body: &Value) -> bool {
    let no = |status: &str| {
        ["error", "fail", "failed", "failure"].contains(&&*status.to_ascii_lowercase())
    };
    let error = ["error", "errors", "requestError"].into_iter().filter_map(|name| body.get(name));
    let first = body.get(0).filter(|first| first.is_object());
    error.into_iter().any(|error| !is_nothing(error))
        || body.get("status").and_then(Value::as_str).is_some_and(no)
        || first.is_some_and(is_refusal)
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

/// The request's id, else the message's, at the top or in the first element below it.
fn id(body: &Value) -> Option<String> {
    let below = ["/data/0", "/messages/0", "/data", "/0"];
    let places = below.into_iter().filter_map(|place| body.pointer(place));
    std::iter::once(body).chain(places).find_map(|place| {
        let names = ["requestid", "request_id", "message_id", "messageId"];
        names.into_iter().find_map(|name| text(place.get(name)?))
    })
}

/// A text that is not empty, or a number as one.
pub(super) fn text(value: &Value) -> Option<String> {
    answer::text(value).filter(|text| !text.is_empty())
}
