//! Why a call is refused.

use std::borrow::Cow;

use http::HeaderValue;
use serde::{Deserialize, Serialize};

use super::Reply;

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

    /// The key at `url` could not be fetched. `why` is this crate's own word: what a source says may
    /// quote what it asked.
    pub(crate) fn unfetched(url: &str, why: &'static str) -> Self {
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
