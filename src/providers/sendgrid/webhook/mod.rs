//! SendGrid's event webhook.

use std::time::Duration;

use secrecy::SecretString;

use self::signature::Keys;
use crate::{
    time::Timestamp,
    webhook::{
        EventFault, Guard, Parsed, Proof, Receiver, Request, Verified, WebhookError, Window,
        text::{elements, readable},
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
const WINDOW: Window = Window::new(Duration::from_hours(25), Duration::from_mins(5));

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
        let body = readable(&verified.request().body);
        let mut parsed = Parsed::empty();
        elements(std::str::from_utf8(&body).unwrap_or_default(), |members, written: &str| {
            if let Some(members) = members {
                let source = body.slice_ref(written.as_bytes());
                parsed.events.push(event::read(members, source, verified.proof()));
            } else {
                let index = parsed.events.len() + parsed.faults.len();
                parsed.faults.push(EventFault::new(index, "is no object"));
            }
        })?;
        Ok(parsed)
    }
}
