//! WhatsApp, from a sender that is registered through Twilio.
//!
//! - Text, one file by link and a place are delivered within 24 hours after the person's last
//!   message; later they are accepted and fail with code 63016. A template always goes.
//! - A template is a content template, known by its `ContentSid` (`HX…`). It stands in
//!   `delivery.provider_templates["twilio.whatsapp"]`, or is the `name` of an
//!   [`ApprovedTemplate`](crate::ApprovedTemplate), whose parameters become the variables: `"1"`,
//!   `"2"` … in order, or by their names. Its language is the content template's, whatever is
//!   written. Header, buttons and cards have variables of the same numbering in Twilio's templates,
//!   so they are filled there. [`Content`](super::manage::Content) makes and submits them.
//! - Buttons, lists, products and flows are content templates too; reactions, contact cards and
//!   answers that quote have no place in the API.
//! - A person without a known number is addressed by the business-scoped user id
//!   (`GB.5501122334455667`). One-tap, zero-tap and copy-code templates do not go there.
//!
//! Source: [WhatsApp](https://www.twilio.com/docs/whatsapp/api),
//! [content templates](https://www.twilio.com/docs/content).

use async_trait::async_trait;

pub use self::options::Options;
pub use super::messages::{reply, reply_with_media};
use super::{Twilio, messages};
use crate::{
    channel::{Capabilities, Channel, Features, Receipt},
    error::Result,
    message::{Envelope, WhatsApp},
};

mod options;
mod wire;

/// The provider and kind, as receipts and errors print them.
const LABEL: &str = "twilio.whatsapp";

/// There is no batch form and no idempotency key.
const CAPABILITIES: Capabilities = Capabilities::new(
    Features::TEXT
        .union(Features::LOCATION)
        .union(Features::MEDIA)
        .union(Features::PROVIDER_TEMPLATES)
        .union(Features::SCHEDULING),
);

#[async_trait]
impl Channel<WhatsApp> for Twilio {
    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn send(&self, envelope: &Envelope<WhatsApp>) -> Result<Receipt> {
        messages::send(self, LABEL, envelope, wire::encode(self, envelope)).await
    }
}
