//! SendGrid's event webhook.

use std::{borrow::Cow, time::Duration};

use secrecy::SecretString;
use serde_json::value::RawValue;

use self::signature::Keys;
use crate::{
    event::Event,
    time::Timestamp,
    webhook::{
        EventFault, Guard, Parsed, Proof, Receiver, Request, Verified, WebhookError, Window,
    },
};

mod event;
mod meaning;
mod members;
pub(super) mod signature;
mod wire;

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;

/// SendGrid tries for 24 hours, and does not say whether it signs again each time.
const WINDOW: Window = Window::new(Duration::from_secs(25 * 60 * 60), Duration::from_secs(5 * 60));

/// Reads the calls of SendGrid's event webhook, which SendGrid signs where the signature is
/// switched on: at Settings, Mail Settings, Event Webhooks, Security features.
///
/// ```
/// use dakiya::sendgrid::Webhook;
///
/// let key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE5vdzhEZLRNSx9Zgx0kHtt4dbq+k0wGb5EjQsLFEvVAdjBsZ\
///            cGfs9bWWAnTsTDvsjCDXcp7hlhUHvJq109yT4Dw==";
/// let webhook = Webhook::new(key)?;
/// # let _ = webhook;
/// assert!(Webhook::new("").is_err());
/// # Ok::<(), dakiya::webhook::WebhookError>(())
/// ```
///
/// - The signature covers the body to the last line end: hand over the bytes as they came. A body
///   that a framework read and wrote again is refused with words that say so.
/// - One call holds up to thousands of events, in any order, and some come twice.
/// - An event's id is the receipt's. Bounces that come late and some drops have none: the
///   [`callback_data`](crate::Event::callback_data) tells what they belong to. It is the
///   [`CALLBACK_DATA`](super::CALLBACK_DATA) of the mail, else its
///   [`MESSAGE_ID`](super::MESSAGE_ID), which `metadata` holds too.
/// - A mail that SendGrid did not try since the address is on one of its lists is
///   [`Rejected`](crate::Status::Rejected) with [`Bounce::Suppressed`](crate::event::Bounce), and
///   suppresses as that list does: no new bounce or complaint, but one that may be news here.
/// - What else the event says is in its `metadata` by SendGrid's names, custom arguments among it;
///   categories are the list `tags`.
///
/// Source: [Event Webhook](https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event),
/// [its security](https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features).
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Without one, `guard` alone proves the origin.
    keys: Keys,
    guard: Guard,
    window: Window,
}

impl Webhook {
    /// Accepts what `public_key` proves: the webhook's verification key, as SendGrid shows it (one
    /// line of base64) or as PEM.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::webhook::WebhookErrorKind::Config) when it is no such key.
    pub fn new(public_key: impl Into<SecretString>) -> Result<Self, WebhookError> {
        Self::unsigned(Guard::unverified()).or_key(public_key)
    }

    /// Accepts what `guard` lets through, for a webhook whose signature is switched off.
    #[must_use]
    pub fn unsigned(guard: Guard) -> Self {
        Self { keys: Keys::default(), guard, window: WINDOW }
    }

    /// Accepts another key too: a second webhook's on the same URL, or the new one while keys are
    /// changed.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn or_key(mut self, public_key: impl Into<SecretString>) -> Result<Self, WebhookError> {
        self.keys.add(&public_key.into())?;
        Ok(self)
    }

    /// Demands `guard` too, such as the header `Authorization: Bearer …` with the token that your
    /// own token endpoint gives SendGrid, where OAuth is switched on for the webhook.
    #[must_use]
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guard = self.guard.and(guard);
        self
    }

    /// Sets how far the signed time may lie from now. Default: 25 hours back, 5 minutes ahead.
    ///
    /// SendGrid names no limit, tries again for 24 hours, and does not say whether it signs anew
    /// each time: less than that may lose the events of an outage. An older call that somebody
    /// repeats has the same [`dedup_key`](crate::Event::dedup_key)s.
    #[must_use]
    pub fn window(mut self, window: Window) -> Self {
        self.window = window;
        self
    }
}

impl Receiver for Webhook {
    fn verify<'a>(
        &self,
        request: &'a Request,
        now: Timestamp,
    ) -> Result<Verified<'a>, WebhookError> {
        let guarded = self.guard.verify(request)?;
        if self.keys.is_empty() {
            return Ok(guarded);
        }
        let signed = self.keys.verify(request)?;
        self.window.check(signed, now)?;
        Ok(Verified::new(request, Proof::Signature))
    }

    fn parse(&self, verified: Verified<'_>) -> Result<Parsed, WebhookError> {
        let raw = &verified.request().body;
        // A broken character in one user agent must not cost the other events.
        let body = match String::from_utf8_lossy(raw) {
            Cow::Borrowed(_) => raw.clone(),
            Cow::Owned(mended) => mended.into(),
        };
        let elements = elements(std::str::from_utf8(&body).unwrap_or_default())?;
        let mut parsed = Parsed::empty();
        for (index, raw) in elements.into_iter().enumerate() {
            match event::read(raw, verified.proof()) {
                Some(event) => {
                    let source = body.slice_ref(raw.get().as_bytes());
                    parsed.events.push(Event { source, ..event });
                }
                None => parsed.faults.push(EventFault::new(index, "is no object")),
            }
        }
        Ok(parsed)
    }
}

/// The events of an array, or a single one without it.
fn elements(body: &str) -> Result<Vec<&RawValue>, WebhookError> {
    let read = if body.trim_start().starts_with('{') {
        serde_json::from_str(body).map(|one| vec![one])
    } else {
        serde_json::from_str(body)
    };
    read.map_err(|_| WebhookError::payload("the body is no JSON array of events"))
}
