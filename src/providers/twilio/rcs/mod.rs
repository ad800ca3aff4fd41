//! RCS, with or without SMS for phones that have none.
//!
//! - From a sender of its own ([`rcs_from`](super::TwilioBuilder::rcs_from), or the message's
//!   `from`) a message goes by RCS alone; a phone that RCS does not reach fails later with code
//!   63036.
//! - Without a sender it goes through the Messaging Service, whose pool holds an RCS sender: RCS
//!   first, then SMS or MMS. [`Options::fallback`] says otherwise either way.
//! - Which way it went, the `from` of the status callback and of the fetched message tells: `rcs:…`,
//!   or the number. Whether the SID of the fallback is the same is not documented.
//! - Cards and carousels are content templates, under
//!   `delivery.provider_templates["twilio.rcs"]` with the `ContentSid` (`HX…`) as id.
//!
//! Source: [RCS](https://www.twilio.com/docs/rcs/send-an-rcs-message).

use async_trait::async_trait;

pub use self::options::Options;
pub use super::messages::{reply, reply_with_media};
use super::{Twilio, messages};
use crate::{
    channel::{Capabilities, Channel, Features, Receipt},
    error::Result,
    message::{Envelope, Rcs},
};

mod options;
mod wire;

/// The provider and kind, as receipts and errors print them.
const LABEL: &str = "twilio.rcs";

/// There is no batch form and no idempotency key.
const CAPABILITIES: Capabilities = Capabilities::new(
    Features::TEXT
        .union(Features::MEDIA)
        .union(Features::PROVIDER_TEMPLATES)
        .union(Features::SCHEDULING),
);

#[async_trait]
impl Channel<Rcs> for Twilio {
    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn send(&self, envelope: &Envelope<Rcs>) -> Result<Receipt> {
        messages::send(self, LABEL, envelope, wire::encode(self, envelope)).await
    }
}
