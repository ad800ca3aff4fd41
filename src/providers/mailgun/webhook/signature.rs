//! Mailgun's signature: an HMAC over a time and a token, which leaves the event out.

use std::borrow::Cow;

use hmac::Hmac;
use sha2::{Digest as _, Sha256};

use super::{NAME, object::Object};
use crate::{
    time::Timestamp,
    webhook::{
        ReplayToken, WebhookError, Window,
        secrets::{Secrets, signs, unhex},
    },
};

/// How many characters a token has.
const TOKEN: usize = 50;

/// What Mailgun signed a request with.
pub(super) struct Signature<'a> {
    timestamp: Cow<'a, str>,
    token: Cow<'a, str>,
    macs: [Option<[u8; 32]>; 2],
}

impl<'a> Signature<'a> {
    /// The envelope's `signature`; of a subaccount's event also with its parent's.
    pub(super) fn of(envelope: &Object<'a>) -> Result<Self, WebhookError> {
        let names = ["parent-signature", "signature", "timestamp", "token"];
        let object = envelope.pick("signature", names);
        let text = |name| object.text(name).unwrap_or_default();
        Self::new(text("timestamp"), text("token"), &text("signature"), &text("parent-signature"))
    }

    pub(super) fn new(
        timestamp: Cow<'a, str>,
        token: Cow<'a, str>,
        mac: &str,
        parent: &str,
    ) -> Result<Self, WebhookError> {
        // There is nothing between the two: only their lengths say where one ends.
        let timed = timestamp.len() == 10 && timestamp.bytes().all(|byte| byte.is_ascii_digit());
        if !timed || token.chars().count() != TOKEN {
            return Err(WebhookError::signature(
                "the signature's time or token is missing, or not as long as Mailgun's",
            ));
        }
        let macs = [unhex(mac), unhex(parent)];
        if macs.iter().all(Option::is_none) {
            return Err(WebhookError::signature(
                "the signature is missing, or is not 64 lower-case hexadecimal digits",
            ));
        }
        Ok(Self { timestamp, token, macs })
    }

    /// Checks it with the `keys`, and its time with the `window`.
    pub(super) fn verify(
        &self,
        keys: &Secrets,
        window: Window,
        now: Timestamp,
    ) -> Result<(), WebhookError> {
        let parts = [self.timestamp.as_bytes(), self.token.as_bytes()];
        let holds = keys.any(|key| {
            self.macs
                .iter()
                .flatten()
                .fold(false, |found, mac| signs::<Hmac<Sha256>>(key, &parts, mac) | found)
        });
        if !holds {
            return Err(WebhookError::signature(
                "the signature is of another key: take the HTTP webhook signing key, not the API key",
            ));
        }
        window.check(self.time()?, now)
    }

    fn time(&self) -> Result<Timestamp, WebhookError> {
        let seconds = self.timestamp.parse().ok();
        seconds
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .ok_or_else(|| WebhookError::signature("the signature's time is none"))
    }

    /// The token, which must not come again with anything but `parts`.
    pub(super) fn once<'p>(
        &self,
        parts: impl IntoIterator<Item = &'p [u8]>,
        window: Window,
    ) -> Option<ReplayToken> {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            hash.update(part);
        }
        let expires_at = self.time().ok()?.checked_add(window.past()).ok()?;
        let token = format!("{NAME}:{}", self.token);
        Some(ReplayToken::new(token, hex::encode(hash.finalize()), expires_at))
    }
}
