//! Sending by the Cloud API.
//!
//! A template that Meta approved is an [`ApprovedTemplate`](crate::ApprovedTemplate) as the
//! message's content, or named in [`provider_templates`](crate::Delivery::provider_templates)
//! under `meta.whatsapp`: its name as the id; variables named `1`, `2`, … fill the body in order,
//! others by name. Its language is [`Options::language`], else that of the locale in
//! [`Envelope::template`](crate::Envelope::template) (`hi-IN` → `hi_IN`, `zh-Hant-TW` → `zh_TW`),
//! else the account's [`language`](super::MetaBuilder::language); with none it is refused.
//!
//! What the neutral message has no place for, such as order details or a carousel of products, goes
//! out by [`Options::raw`].
//!
//! A quote is refused where WhatsApp would drop it: in reactions and templates. An answer that a
//! template is held back or paused (`message_status`) is an acceptance all the same; what became of
//! the message comes by webhook. Tags have no place; `send_at` is unsupported.
//!
//! Source: [Send messages](https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages).

use async_trait::async_trait;

pub use self::options::{Options, ProductPolicy};
pub(super) use self::{filled::is_language, limits::is_template_name};
use super::Meta;
use crate::{
    channel::{Capabilities, Channel, Features, Receipt},
    error::Result,
    message::{Envelope, WhatsApp},
};

mod body;
mod filled;
mod interactive;
mod limits;
mod options;
mod wire;

/// The provider and kind, as receipts and errors print them.
pub(super) const LABEL: &str = "meta.whatsapp";

/// What the API carries. It knows no idempotency key, no schedule and no bulk form; 16 requests at
/// a time come near the 80 messages a second that a number has.
const CAPABILITIES: Capabilities = Capabilities::new(
    Features::CONTACTS
        .union(Features::INTERACTIVE)
        .union(Features::LOCATION)
        .union(Features::MEDIA)
        .union(Features::PROVIDER_TEMPLATES)
        .union(Features::REACTIONS)
        .union(Features::REPLIES)
        .union(Features::TEXT),
)
.recipients(1)
.in_flight(16);

#[async_trait]
impl Channel<WhatsApp> for Meta {
    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn send(&self, envelope: &Envelope<WhatsApp>) -> Result<Receipt> {
        let request = wire::encode(self, envelope)?;
        let response = self.execute(request, envelope.delivery.deadline).await?;
        wire::decode(self, envelope, &response)
    }
}
