//! What providers call back with: verified first, then parsed.
//!
//! - A [`Router`] is what a host mounts: one function on one route for all providers. It bounds the
//!   body, finds the receiver by the path, fetches signing keys, and remembers one-time tokens.
//!   [`Messenger::webhooks`](crate::Messenger::webhooks) begins one.
//! - A [`Receiver`] is one provider's `Webhook`. It is pure, without I/O and clock: the request as
//!   it came and the time go in, [`Parsed`] or a [`WebhookError`] comes out. What is not
//!   [`Verified`] cannot be parsed.
//! - A [`Guard`] stands in for the signature of who signs nothing.
//!
//! The body must be the bytes received: before any framework parsed them, and before middleware
//! rewrote them.
//!
//! | receiver | proof | a request may be so old |
//! | --- | --- | --- |
//! | `mailgun::Webhook` | HMAC over a time and a token, which counts once; not over the event | 9 h |
//! | `meta::Webhook` | HMAC over the body; a token of the host's for the handshake | any age |
//! | `netcore::{deflector, email, rcs, sms, voice, whatsapp}::Webhook` | a [`Guard`] | any age |
//! | `sendgrid::Webhook` | ECDSA over time and body | 25 h |
//! | `sendgrid::InboundParse`, with `inbound-mail` | a [`Guard`], and ECDSA where it is set up | 73 h where signed |
//! | `ses::Webhook` | RSA over the envelope of SNS, and a list of topics | 2 h |
//! | `twilio::Webhook` | HMAC over URL and form | any age |
//!
//! A receiver by itself, as a router calls it:
//!
//! ```
//! # #[cfg(feature = "netcore")] {
//! use dakiya::{
//!     netcore::email,
//!     webhook::{Guard, Receiver, Request},
//! };
//!
//! let webhook = email::Webhook::new(Guard::secret_path("8e0f9c1d2b7a4465")?);
//! let body = br#"[{"EVENT":"sent","TRANSID":"1","EMAIL":"asha@example.com","TIMESTAMP":1726000201}]"#;
//! let request = Request::post("https://erp.example.net/hooks/8e0f9c1d2b7a4465", &body[..]);
//! let parsed = webhook.receive(&request, dakiya::Timestamp::UNIX_EPOCH)?;
//! assert_eq!(parsed.events.len(), 1);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::{borrow::Cow, fmt, net::IpAddr, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::{Deserialize, Serialize};

pub use self::{
    dedup::dedup_key,
    enforce::{Enforced, Enforcement},
    guard::Guard,
    replay::{MemoryReplayGuard, Replay, ReplayGuard, ReplayToken},
    router::{Answer, KeySource, Router, RouterBuilder},
    window::Window,
};
use crate::{event::Event, time::Timestamp};

mod dedup;
mod enforce;
#[cfg(all(feature = "inbound-mail", any(feature = "mailgun", feature = "sendgrid")))]
pub(crate) mod form_data;
mod guard;
#[cfg(all(
    feature = "inbound-mail",
    any(feature = "mailgun", feature = "sendgrid", feature = "ses")
))]
pub(crate) mod mail;
mod replay;
mod router;
pub(crate) mod secrets;
#[cfg(any(
    feature = "mailgun",
    feature = "meta",
    feature = "netcore",
    feature = "sendgrid",
    feature = "ses",
    feature = "twilio"
))]
#[cfg_attr(
    not(feature = "sendgrid"),
    allow(dead_code, reason = "each provider uses a part of it, SendGrid all")
)]
pub(crate) mod text;
mod window;

/// Turns one provider's calls into events. Pure: no I/O, no clock, no global.
pub trait Receiver: Send + Sync {
    /// Proves where `request` came from.
    ///
    /// # Errors
    ///
    /// When it cannot be proven; nothing of the body has been looked at then.
    fn verify<'a>(
        &self,
        request: &'a Request,
        now: Timestamp,
    ) -> Result<Verified<'a>, WebhookError>;

    /// Reads the events of a request that was verified.
    ///
    /// # Errors
    ///
    /// When the body as a whole cannot be read. A single bad event is a fault beside the others.
    fn parse(&self, verified: Verified<'_>) -> Result<Parsed, WebhookError>;

    /// Verifies, then parses.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify) and [`parse`](Self::parse).
    fn receive(&self, request: &Request, now: Timestamp) -> Result<Parsed, WebhookError> {
        self.verify(request, now).and_then(|verified| self.parse(verified))
    }

    /// Whether what is not proven is read all the same: [`Enforcement::Shadow`].
    fn is_shadow(&self) -> bool {
        false
    }

    /// Refuses what is not proven, or only says so.
    #[must_use]
    fn enforcement(self, enforcement: Enforcement) -> Enforced<Self>
    where
        Self: Sized,
    {
        Enforced::new(self, enforcement)
    }
}

impl<R: Receiver + ?Sized> Receiver for Box<R> {
    fn verify<'a>(
        &self,
        request: &'a Request,
        now: Timestamp,
    ) -> Result<Verified<'a>, WebhookError> {
        (**self).verify(request, now)
    }

    fn parse(&self, verified: Verified<'_>) -> Result<Parsed, WebhookError> {
        (**self).parse(verified)
    }

    fn receive(&self, request: &Request, now: Timestamp) -> Result<Parsed, WebhookError> {
        (**self).receive(request, now)
    }

    fn is_shadow(&self) -> bool {
        (**self).is_shadow()
    }
}

impl<R: Receiver + ?Sized> Receiver for Arc<R> {
    fn verify<'a>(
        &self,
        request: &'a Request,
        now: Timestamp,
    ) -> Result<Verified<'a>, WebhookError> {
        (**self).verify(request, now)
    }

    fn parse(&self, verified: Verified<'_>) -> Result<Parsed, WebhookError> {
        (**self).parse(verified)
    }

    fn receive(&self, request: &Request, now: Timestamp) -> Result<Parsed, WebhookError> {
        (**self).receive(request, now)
    }

    fn is_shadow(&self) -> bool {
        (**self).is_shadow()
    }
}

/// A request as it came over the wire. `Debug` shows its method and size.
#[non_exhaustive]
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The public URL that the provider called, query and all; behind a proxy it is not the one
    /// that the server sees.
    pub url: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, byte for byte.
    pub body: Bytes,
    /// Who connected, for address lists.
    pub peer: Option<IpAddr>,
}

impl Request {
    /// A request of `method` to the public URL `url`.
    #[must_use]
    pub fn new(method: Method, url: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { method, url: url.into(), headers: HeaderMap::new(), body: body.into(), peer: None }
    }

    /// A POST.
    #[must_use]
    pub fn post(url: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self::new(Method::POST, url, body)
    }

    /// Sets the headers.
    #[must_use]
    pub fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.headers = headers;
        self
    }

    /// Sets who connected.
    #[must_use]
    pub fn with_peer(mut self, peer: IpAddr) -> Self {
        self.peer = Some(peer);
        self
    }

    /// A request that a server built on the `http` crate received, at the public URL `url`.
    #[must_use]
    pub fn from_http<B: Into<Bytes>>(request: http::Request<B>, url: impl Into<String>) -> Self {
        let (parts, body) = request.into_parts();
        Self {
            method: parts.method,
            url: url.into(),
            headers: parts.headers,
            body: body.into(),
            peer: None,
        }
    }

    /// A request from a server with types of its own: its method, the public URL, the headers'
    /// names and values, and the body.
    ///
    /// ```
    /// use dakiya::webhook::Request;
    ///
    /// let headers = [("content-type", &b"application/json"[..])];
    /// let request = Request::from_parts("POST", "https://erp.example.net/hooks/x", headers, "[]")?;
    /// assert_eq!(request.header("Content-Type"), Some("application/json"));
    /// # Ok::<(), dakiya::webhook::WebhookError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Payload`](WebhookErrorKind::Payload) when the method or a header is none.
    pub fn from_parts<'h>(
        method: &str,
        url: impl Into<String>,
        headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
        body: impl Into<Bytes>,
    ) -> Result<Self, WebhookError> {
        let method = method.parse().map_err(|_| WebhookError::payload("the method is none"))?;
        let mut request = Self::new(method, url, body);
        for (name, value) in headers {
            let header = name.parse::<HeaderName>().ok().zip(HeaderValue::from_bytes(value).ok());
            let (name, value) = header.ok_or_else(|| WebhookError::payload("a header is none"))?;
            request.headers.append(name, value);
        }
        Ok(request)
    }

    /// A header's value, where it is there and readable.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The path of the URL, as written.
    #[must_use]
    pub fn path(&self) -> &str {
        // A query may hold a URL, so it goes first.
        let url = self.url.split(['?', '#']).next().unwrap_or_default();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        rest.find('/').and_then(|start| rest.get(start..)).unwrap_or("/")
    }

    /// The query of the URL, as written.
    #[must_use]
    pub fn query(&self) -> &str {
        let query = self.url.split_once('?').map_or("", |(_, query)| query);
        query.split('#').next().unwrap_or_default()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({}, {} bytes)", self.method, self.body.len())
    }
}

/// A request whose origin was proven. Only [`Receiver::verify`] makes one.
#[derive(Debug)]
pub struct Verified<'a> {
    request: &'a Request,
    proof: Proof,
    would_refuse: Option<WebhookError>,
}

impl<'a> Verified<'a> {
    pub(crate) fn new(request: &'a Request, proof: Proof) -> Self {
        Self { request, proof, would_refuse: None }
    }

    fn shadowed(request: &'a Request, error: WebhookError) -> Self {
        Self { request, proof: Proof::Shadow, would_refuse: Some(error) }
    }

    /// The request.
    #[must_use]
    pub fn request(&self) -> &'a Request {
        self.request
    }

    /// How its origin was proven.
    #[must_use]
    pub fn proof(&self) -> Proof {
        self.proof
    }

    /// Why it would be refused, were the [`Enforcement`] no shadow.
    #[must_use]
    pub fn would_refuse(&self) -> Option<&WebhookError> {
        self.would_refuse.as_ref()
    }
}

/// How the origin of an event was proven.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Nothing yet: verification runs in shadow mode and would have refused it.
    Shadow,
    /// Something only the provider was told: a secret path, header, password or address.
    Shared,
    /// The provider's signature over it.
    Signature,
    /// Nothing: the host wrote that it accepts this.
    Unverified,
}

/// What a request held, and what to answer.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The events, in the order received.
    pub events: Vec<Event>,
    /// The events that could not be read, beside their good neighbours.
    pub faults: Vec<EventFault>,
    /// What to answer.
    pub reply: Reply,
    /// A one-time token to check against a [`ReplayGuard`]; a router does so by itself.
    pub once: Option<ReplayToken>,
    /// Why the request would have been refused, under [`Enforcement::Shadow`].
    pub would_refuse: Option<WebhookError>,
}

impl Parsed {
    /// Nothing but an answer: a handshake or a test.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// One event.
    #[must_use]
    pub fn one(event: Event) -> Self {
        Self { events: vec![event], ..Self::default() }
    }

    /// Sets what to answer.
    #[must_use]
    pub fn replying(mut self, reply: Reply) -> Self {
        self.reply = reply;
        self
    }
}

/// An event of a batch that could not be read.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("event {index}: {problem}")]
pub struct EventFault {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// What is wrong with it, without its content.
    pub problem: Cow<'static, str>,
}

impl EventFault {
    /// The fault of the event at `index`.
    #[must_use]
    pub fn new(index: usize, problem: impl Into<Cow<'static, str>>) -> Self {
        Self { index, problem: problem.into() }
    }
}

/// What to answer a provider. `Debug` shows its status and size, for its body may be a text to a
/// person or the token of a handshake.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// 200 with an empty body: what most providers want.
    #[must_use]
    pub fn ok() -> Self {
        Self::of(200)
    }

    /// An empty body with `status`.
    #[must_use]
    pub fn of(status: u16) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// Sets the body and its media type.
    #[must_use]
    pub fn with_body(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let name = HeaderName::from_static("content-type");
        self.headers.insert(name, HeaderValue::from_static(content_type));
        self.body = body.into();
        self
    }

    /// The reply as a response of the `http` crate.
    #[must_use]
    pub fn into_http(self) -> http::Response<Bytes> {
        let mut response = http::Response::new(self.body);
        *response.status_mut() = http::StatusCode::from_u16(self.status).unwrap_or_default();
        *response.headers_mut() = self.headers;
        response
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({}, {} bytes)", self.status, self.body.len())
    }
}

impl Default for Reply {
    fn default() -> Self {
        Self::ok()
    }
}

/// Why a webhook was refused. Holds nothing of its content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct WebhookError {
    kind: WebhookErrorKind,
    message: Cow<'static, str>,
    key_url: Option<Box<str>>,
    /// Whether 4xx would lose the events.
    asks_again: bool,
}

/// What kind of refusal it is.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookErrorKind {
    /// The receiver's own settings are wrong.
    Config,
    /// A handshake with another token.
    Handshake,
    /// The key that the signature names is not here yet: [`WebhookError::key_url`] says where it
    /// is. Fetch it, hand it to the receiver, and verify again.
    Key,
    /// A method that no provider calls with.
    Method,
    /// The body cannot be read as what the provider sends.
    Payload,
    /// A one-time token came before, with something else.
    Replay,
    /// No receiver has this path.
    Route,
    /// The signature, or what stands in for one, is missing or wrong.
    Signature,
    /// The signature is too old, or from the future.
    Stale,
    /// The body is longer than what is read.
    TooLarge,
    /// What has to be asked before did not answer.
    Unavailable,
}

impl WebhookError {
    /// A refusal of `kind`; `message` holds nothing of the request.
    #[must_use]
    pub fn new(kind: WebhookErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into(), key_url: None, asks_again: false }
    }

    /// The proof of origin is missing or wrong.
    #[must_use]
    pub fn signature(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(WebhookErrorKind::Signature, message)
    }

    /// The body cannot be read.
    #[must_use]
    pub fn payload(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(WebhookErrorKind::Payload, message)
    }

    /// What kind of refusal it is.
    #[must_use]
    pub fn kind(&self) -> WebhookErrorKind {
        self.kind
    }

    /// The signature's key has to be fetched from `url`, which was checked to be the provider's.
    #[must_use]
    pub fn key(url: &str) -> Self {
        let message = "the signing key is not here yet: fetch it from `key_url` and verify again";
        Self { key_url: Some(url.into()), ..Self::new(WebhookErrorKind::Key, message) }
    }

    /// The key at `url` could not be fetched.
    pub(crate) fn unfetched(url: &str, why: &dyn fmt::Display) -> Self {
        let message = format!("the signing key could not be fetched: {why}");
        Self { key_url: Some(url.into()), ..Self::new(WebhookErrorKind::Key, message) }
    }

    /// The same, answered with 503 where it would be 4xx: of a provider that never sends again what
    /// was answered so. The fault may be this side's, such as a clock that is wrong.
    #[must_use]
    pub fn asking_again(mut self) -> Self {
        self.asks_again = true;
        self
    }

    /// Where the missing key of [`WebhookErrorKind::Key`] is. The URL came in the request and was
    /// checked to be one of the provider's own.
    #[must_use]
    pub fn key_url(&self) -> Option<&str> {
        self.key_url.as_deref()
    }

    /// What to answer: 401 where the origin is unproven, 403 for a handshake, 400 for a body that
    /// cannot be read, 413 for one that is too long, 404 where nobody receives, 405 for a method
    /// that nobody calls with, 500 for our own settings, and 503 for a key that is missing or a
    /// store that does not answer, so that the provider tries again. Where a provider never sends
    /// again what was answered with 4xx, its receiver's refusals are 503 too.
    #[must_use]
    pub fn reply(&self) -> Reply {
        let mut reply = Reply::of(match self.kind {
            WebhookErrorKind::Config => 500,
            _ if self.asks_again => 503,
            WebhookErrorKind::Handshake => 403,
            WebhookErrorKind::Key | WebhookErrorKind::Unavailable => 503,
            WebhookErrorKind::Method => 405,
            WebhookErrorKind::Payload => 400,
            WebhookErrorKind::Replay | WebhookErrorKind::Signature | WebhookErrorKind::Stale => 401,
            WebhookErrorKind::Route => 404,
            WebhookErrorKind::TooLarge => 413,
        });
        if self.kind == WebhookErrorKind::Method {
            reply.headers.insert(http::header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
        }
        reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_in_the_query_is_no_part_of_the_path() {
        for (url, path) in [
            ("https://erp.example.net/hooks/s3cret?next=http://x/y", "/hooks/s3cret"),
            ("/hooks/s3cret?next=http://x/y", "/hooks/s3cret"),
            ("https://erp.example.net?key=/s3cret", "/"),
            ("https://erp.example.net", "/"),
        ] {
            assert_eq!(Request::post(url, "").path(), path, "{url}");
        }
    }
}
