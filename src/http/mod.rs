//! HTTP as providers see it: a request goes in, a bounded response or an error comes out.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
pub use http::{Request, Response, StatusCode};

pub use self::{page::Page, retry_after::retry_after};
use crate::{
    error::{Error, ErrorKind, Fate, Fault, Result},
    time::{SharedClock, Timestamp},
};

pub(crate) mod answer;
pub(crate) mod connection;
pub(crate) mod form;
#[cfg(feature = "__multipart")]
pub(crate) mod multipart;
mod page;
#[cfg(feature = "reqwest")]
mod reqwest;
mod retry_after;

#[cfg(feature = "reqwest")]
pub use self::reqwest::ReqwestTransport;

/// What carries a provider's requests.
///
/// One call is one request: a transport neither retries nor follows redirects, since only a policy
/// knows whether a second request is safe.
#[async_trait]
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends `request` and reads the whole answer before `deadline`; without one, within a time that
    /// the transport sets, since a server may never answer.
    ///
    /// A body over the transport's bound is cut there and marked with [`Truncated`].
    ///
    /// # Errors
    ///
    /// [`Network`](ErrorKind::Network) or [`Timeout`](ErrorKind::Timeout), `NotSent` when nothing
    /// was written yet. No error holds the URL, which may hold a secret.
    async fn execute(
        &self,
        request: Request<Bytes>,
        deadline: Option<Timestamp>,
    ) -> Result<Response<Bytes>>;
}

/// A transport that providers share.
pub type SharedTransport = Arc<dyn Transport>;

/// In a response's extensions: the body was longer than the transport reads, and was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Truncated;

impl Truncated {
    /// The mark.
    #[must_use]
    pub const fn mark() -> Self {
        Self
    }

    /// Whether `response` was cut.
    #[must_use]
    pub fn of(response: &Response<Bytes>) -> bool {
        response.extensions().get::<Self>().is_some()
    }
}

/// The transport of a provider whose host handed in none. It measures deadlines by the provider's
/// own clock, which they are set by.
#[cfg(feature = "reqwest")]
pub(crate) fn default_transport(clock: &SharedClock) -> Result<SharedTransport> {
    Ok(Arc::new(ReqwestTransport::new()?.with_clock(Arc::clone(clock))))
}

/// Without a transport there is nothing to fall back to.
#[cfg(not(feature = "reqwest"))]
pub(crate) fn default_transport(_: &SharedClock) -> Result<SharedTransport> {
    Err(Error::config(
        "no transport: turn on the feature `reqwest`, or hand one in with `transport`",
    ))
}

/// The error of a status that no code of the provider explains.
#[must_use]
pub fn from_status(status: StatusCode) -> Error {
    let (kind, fate, message) = match status.as_u16() {
        401 => (ErrorKind::Unauthorized, Fate::NotSent, "the credentials were refused"),
        402 => (ErrorKind::Quota, Fate::NotSent, "the account has no credit"),
        403 => (ErrorKind::Unauthorized, Fate::NotSent, "the account may not do this"),
        408 => (ErrorKind::Timeout, Fate::Unknown, "the provider timed out"),
        413 => (ErrorKind::InvalidMessage, Fate::NotSent, "the message is too large"),
        429 => (ErrorKind::RateLimited, Fate::NotSent, "too many requests"),
        503 => (ErrorKind::Unavailable, Fate::NotSent, "the provider is unavailable"),
        300..=399 => {
            (ErrorKind::Config, Fate::NotSent, "the endpoint redirects; set the final one")
        }
        500..=599 => (ErrorKind::Unavailable, Fate::Unknown, "the provider failed"),
        _ => (ErrorKind::Rejected, Fate::NotSent, "the provider refused the message"),
    };
    Error::new(kind, message).with_fate(fate).with_status(status.as_u16())
}

/// The base URL of a provider, with a slash at its end, so that paths are joined below it.
///
/// Credentials go there, so it is HTTPS, or a server on this machine.
pub(crate) fn endpoint(text: &str) -> std::result::Result<url::Url, Fault> {
    let wrong = |problem: &str, remedy: &str| Fault::new("endpoint", problem, remedy);
    let mut url = url::Url::parse(text)
        .map_err(|_| wrong("is no URL", "write one, such as https://api.example.com"))?;
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
        return Err(wrong("is not HTTPS", "use https, since credentials go there"));
    }
    let bare = url.username().is_empty() && url.password().is_none();
    if !bare || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("holds more than host and path", "leave the rest to the account"));
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// Whether the URL's host is this machine.
pub(crate) fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_called_without_tls() {
        let taken = |text: &str| endpoint(text).map(String::from);
        assert_eq!(taken("http://127.0.0.1:8080").unwrap(), "http://127.0.0.1:8080/");
        assert_eq!(taken("https://api.example.com/v6").unwrap(), "https://api.example.com/v6/");
        let wrong = [
            "http://10.0.0.1",
            "https://u:p@h.example",
            "https://h.example?x=1",
            "h",
            "https://h/#x",
        ];
        for text in wrong {
            assert!(endpoint(text).is_err(), "{text}");
        }
    }
}
