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

use std::{borrow::Cow, sync::Arc};

use serde::{Deserialize, Serialize};

pub use self::{
    dedup::dedup_key,
    enforce::{Enforced, Enforcement},
    error::{WebhookError, WebhookErrorKind},
    guard::Guard,
    replay::{MemoryReplayGuard, Replay, ReplayGuard, ReplayToken},
    reply::Reply,
    request::Request,
    router::{Answer, KeySource, Router, RouterBuilder},
    window::Window,
};
use crate::{event::Event, time::Timestamp};

mod dedup;
mod enforce;
mod error;
#[cfg(all(feature = "inbound-mail", any(feature = "mailgun", feature = "sendgrid")))]
pub(crate) mod form_data;
mod guard;
#[cfg(all(
    feature = "inbound-mail",
    any(feature = "mailgun", feature = "sendgrid", feature = "ses")
))]
pub(crate) mod mail;
mod replay;
mod reply;
mod request;
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
