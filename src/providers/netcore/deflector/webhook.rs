//! What became of messages that the deflector carries.

use super::NAME;
use crate::{
    providers::netcore::{hook, steps},
    time::Timestamp,
    webhook::{Guard, Parsed, Receiver, Request, Verified, WebhookError},
};

/// Reads the deflector's events. That they are written like those of the RCS API is inferred, not
/// documented: [`rcs::Webhook`](crate::netcore::rcs::Webhook) says how they are read. Their provider
/// is `netcore-deflector`, as in receipts, and `channel` is the one the event is from: RCS, SMS or
/// WhatsApp.
///
/// Source: [Send a message](https://emaildocs.netcorecloud.com/reference/deflector-send-message-api).
#[derive(Clone, Debug)]
pub struct Webhook {
    guard: Guard,
    offset: i32,
}

impl Webhook {
    /// Accepts what `guard` lets through.
    #[must_use]
    pub fn new(guard: Guard) -> Self {
        Self { guard, offset: hook::IST }
    }

    /// Sets how many minutes times are ahead of UTC that name no zone. Default: 330, Indian
    /// standard time.
    #[must_use]
    pub fn utc_offset_minutes(mut self, minutes: i32) -> Self {
        self.offset = minutes;
        self
    }
}

impl Receiver for Webhook {
    fn verify<'a>(&self, request: &'a Request, _: Timestamp) -> Result<Verified<'a>, WebhookError> {
        self.guard.verify(request)
    }

    fn parse(&self, verified: Verified<'_>) -> Result<Parsed, WebhookError> {
        steps::parse(NAME, self.offset, &verified)
    }
}
