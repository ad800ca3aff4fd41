//! Mails.

use async_trait::async_trait;

pub use self::{
    options::Options,
    settings::{
        BccCopy, ClickTracking, Footer, GoogleAnalytics, MailSettings, OpenTracking, SpamCheck,
        SubscriptionTracking, Switch, TrackingSettings, UnsubscribeGroup,
    },
};
use super::SendGrid;
use crate::{
    channel::{Capabilities, Channel, Features, Receipt},
    error::Result,
    message::{Email, Envelope},
};

mod batch;
mod body;
mod check;
mod options;
mod pack;
mod settings;
mod wire;

/// What SendGrid can carry.
///
/// Source: [Limitations](https://www.twilio.com/docs/sendgrid/api-reference/mail-send/limitations).
pub(super) const CAPABILITIES: Capabilities = Capabilities::new(
    Features::AMP
        .union(Features::ATTACHMENTS)
        .union(Features::HEADERS)
        .union(Features::HTML)
        .union(Features::INLINE)
        .union(Features::MANY_RECIPIENTS)
        .union(Features::PROVIDER_TEMPLATES)
        .union(Features::SCHEDULING)
        .union(Features::TEXT),
)
.batch(1000)
.recipients(1000)
.bytes(30_000_000);

/// The provider and kind, as receipts and errors print them.
pub(super) const LABEL: &str = "sendgrid.email";

#[async_trait]
impl Channel<Email> for SendGrid {
    fn capabilities(&self) -> &Capabilities {
        &self.limits
    }

    async fn send(&self, envelope: &Envelope<Email>) -> Result<Receipt> {
        let request = wire::encode(self, envelope)?;
        let response = self.execute(request, envelope.delivery.deadline).await?;
        wire::decode(self, &response).map(|id| wire::receipt(self, envelope, id))
    }

    /// Puts mails that differ in recipients, subject, headers, custom arguments, time, and variables
    /// or substitutions alone into one request, each a personalization of its own, as many as the
    /// limits allow. Mails of one local template that differ in their text share one too, where
    /// [`pack_bodies`](super::SendGridBuilder::pack_bodies) is on.
    ///
    /// A request is open until the last deadline of its mails; one whose deadline has passed before
    /// is not sent.
    ///
    /// A request that is refused is refused for all of its mails. Where SendGrid names those at
    /// fault, the others go out again without them; where it may be one of them and is not named,
    /// they go out in halves until it is found. After 100 requests the others are
    /// [`Rejected`](crate::ErrorKind::Rejected).
    async fn send_batch(&self, envelopes: &[&Envelope<Email>]) -> Vec<Result<Receipt>> {
        batch::send(self, envelopes).await
    }
}
