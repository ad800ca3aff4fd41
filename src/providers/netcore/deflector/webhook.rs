//! What became of messages that the deflector carries.

use super::NAME;
use crate::{
    providers::netcore::{hook, steps},
    webhook::{Parsed, Verified, WebhookError},
};

hook::webhook! {
    /// Reads the deflector's events. That they are written like those of the RCS API is inferred,
    /// not documented: [`rcs::Webhook`](crate::netcore::rcs::Webhook) says how they are read. Their
    /// provider is `netcore-deflector`, as in receipts, and `channel` is the one the event is from:
    /// RCS, SMS or WhatsApp.
    ///
    /// Source: [Send a
    /// message](https://emaildocs.netcorecloud.com/reference/deflector-send-message-api).
    pub struct Webhook;

    /// Sets how many minutes times are ahead of UTC that name no zone. Default: 330, Indian
    /// standard time.
    pub fn utc_offset_minutes;

    read
}

fn read(verified: &Verified<'_>, offset: i32) -> Result<Parsed, WebhookError> {
    steps::parse(NAME, offset, verified)
}
