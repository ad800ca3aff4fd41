//! SMS and MMS.
//!
//! A message goes through the [Messaging Service](super::TwilioBuilder::messaging_service) where
//! there is one, and a sender beside it picks one sender of the service. `send_at` needs a service.
//! Text with any file is an MMS, which few countries carry.
//!
//! A [`ProviderTemplate`](crate::ProviderTemplate) under `twilio.sms` is a content template: its id
//! is the `ContentSid` (`HX…`), and it makes the text and the files.
//!
//! Source: [Messages](https://www.twilio.com/docs/messaging/api/message-resource).

use async_trait::async_trait;

pub use self::options::Options;
pub use super::messages::{reply, reply_with_media};
use super::{Twilio, messages};
use crate::{
    channel::{Capabilities, Channel, Features, Receipt},
    error::Result,
    message::{Envelope, Sms},
};

mod options;
mod wire;

/// The provider and kind, as receipts and errors print them.
const LABEL: &str = "twilio.sms";

/// There is no batch form and no idempotency key.
const CAPABILITIES: Capabilities = Capabilities::new(
    Features::TEXT
        .union(Features::MEDIA)
        .union(Features::PROVIDER_TEMPLATES)
        .union(Features::SCHEDULING),
);

#[async_trait]
impl Channel<Sms> for Twilio {
    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn send(&self, envelope: &Envelope<Sms>) -> Result<Receipt> {
        messages::send(self, LABEL, envelope, wire::encode(self, envelope)).await
    }
}
