//! Answers that say no.
//!
//! The vendor's codes are not public, so the deployer brings the table; what it does not know, the
//! HTTP status decides. The vendor's text may quote a number: it is looked up, never kept.

use bytes::Bytes;
use http::Response;

use super::{Api, LABEL, pointer::Answer};
use crate::{
    error::{Error, ErrorKind, Fate},
    http::{from_status, retry_after},
    time::Timestamp,
};

/// The error of a response that is no success, whatever its status.
pub(super) fn from_response(api: &Api, response: &Response<Bytes>, now: Timestamp) -> Error {
    let answer = Answer::read(response.body());
    let error = answer.as_ref().and_then(|answer| known(api, answer)).unwrap_or_else(|| {
        let code = answer.as_ref().and_then(|answer| code(api, answer));
        by_status(api, response.status()).with_code(code)
    });
    placed(error, response, now)
}

/// The error with what the response says beside its code.
pub(super) fn placed(error: Error, response: &Response<Bytes>, now: Timestamp) -> Error {
    let status = response.status().as_u16();
    // The vendor failed: what its code says does not prove that no call was placed.
    let fate = if status >= 500 && status != 503 { Fate::Unknown } else { error.fate() };
    let delay = retry_after(response, now);
    error.with_fate(fate).with_status(status).with_retry_after(delay).with_provider(LABEL)
}

/// The error of a code or a text that the deployer's table has.
pub(super) fn known(api: &Api, answer: &Answer<'_>) -> Option<Error> {
    let said = [&api.error.code, &api.error.text].map(|pointers| answer.first(pointers));
    let (code, kind) = said
        .iter()
        .flatten()
        .find_map(|said| api.codes.iter().find(|(known, _)| known.eq_ignore_ascii_case(said)))?;
    Some(Error::new(*kind, words(*kind)).with_code(Some(code)))
}

fn words(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Compliance => "the vendor refused the call by a rule: caller id, hours, consent",
        ErrorKind::Config => "the vendor refused a setting of the account",
        ErrorKind::InvalidRecipient => "the vendor refused the number",
        ErrorKind::Quota => "the account has no credit",
        ErrorKind::RateLimited => "too many calls",
        ErrorKind::Suppressed => "the person does not want to be called",
        ErrorKind::Template => "the vendor refused the recording or template",
        ErrorKind::Unauthorized => "the credentials were refused",
        ErrorKind::Unavailable => "the vendor is unavailable",
        ErrorKind::CircuitOpen
        | ErrorKind::Expired
        | ErrorKind::InvalidMessage
        | ErrorKind::Network
        | ErrorKind::Rejected
        | ErrorKind::Response
        | ErrorKind::Timeout
        | ErrorKind::Unsupported => "the vendor refused the call",
    }
}

/// By the status, where the deployer's list says whether it may succeed later.
fn by_status(api: &Api, status: http::StatusCode) -> Error {
    let error = from_status(status);
    match (api.retryable.contains(&status.as_u16()), error.is_retryable()) {
        (true, false) => Error::new(ErrorKind::Unavailable, "the vendor refused the call for now")
            .with_fate(error.fate()),
        (false, true) => error.exhausted(),
        (true, true) | (false, false) if status.is_success() => {
            Error::new(ErrorKind::Rejected, "the vendor refused the call")
        }
        (true, true) | (false, false) => error,
    }
}

/// The vendor's code, unless it could be a text or a number to call.
fn code(api: &Api, answer: &Answer<'_>) -> Option<String> {
    let digits = |code: &str| code.bytes().filter(u8::is_ascii_digit).count();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    let code = answer.first(&api.error.code)?;
    (code.len() <= 40 && code.chars().all(fits) && digits(&code) < 7).then_some(code)
}

/// A success that cannot be read.
pub(super) fn unreadable(status: u16) -> Error {
    let message = "accepted, but the answer cannot be read; check `id` and `success`";
    Error::new(ErrorKind::Response, message).with_status(status).with_provider(LABEL)
}
