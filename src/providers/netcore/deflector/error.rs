//! Answers that say no. Their form is not public, so the status decides.

use bytes::Bytes;
use http::Response;

use crate::{
    error::{Error, ErrorKind},
    http::{from_status, retry_after},
    time::Timestamp,
};

/// The error of a response that is no acceptance, whatever its status.
pub(super) fn from_response(response: &Response<Bytes>, now: Timestamp) -> Error {
    let status = response.status();
    let error = match status.as_u16() {
        401 => Error::new(
            ErrorKind::Unauthorized,
            "the API key was refused; it is the deflector's own, 32 hexadecimal digits",
        ),
        403 => Error::new(
            ErrorKind::Unauthorized,
            "the account may not use the deflector; have Netcore turn it on",
        ),
        404 | 405 => Error::config("the endpoint has no such call; check it"),
        400 | 422 => Error::new(
            ErrorKind::InvalidMessage,
            "the provider refused the message; check the template, the flow and the raw parts",
        ),
        200..=299 => Error::new(ErrorKind::Rejected, "the provider refused the message"),
        _ => from_status(status),
    };
    error.with_status(status.as_u16()).with_retry_after(retry_after(response, now))
}
