//! Mail over Mailgun's API.
//!
//! - A mail without files goes as a form, one with files as a multipart form.
//! - A file inside the HTML goes under its content id as its name, since `cid:` means the name
//!   there.
//! - A template kept at Mailgun, under `mailgun.email` in
//!   [`provider_templates`](crate::Delivery::provider_templates), makes the content; of the mail's
//!   own, the subject alone is sent, where there is one.
//!
//! # Batches
//!
//! Mails to one person each, without copies, share a request where they differ in nothing but the
//! recipient, our id, `callback_data`, headers, variables and texts of template variables. Each
//! recipient gets a mail of its own and sees nobody else.
//!
//! Mails of one local template share one although their subjects, texts or HTML differ, where
//! [`whole_texts`](super::MailgunBuilder::whole_texts) is on. Others whose texts differ go singly:
//! write `%recipient.name%` into one text and set [`Options::recipient_variables`] instead, and they
//! share.
//!
//! A mail that holds `%recipient` itself without such variables goes singly, so that nothing of it
//! is replaced. So does one with a template variable or value that would need escaping to differ
//! by recipient.
//!
//! A request is open until the last deadline of its mails; one whose deadline has passed before is
//! not sent.
//!
//! Source: [Send an email](https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages),
//! [batch sending](https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/batch-sending).

use async_trait::async_trait;

pub use self::options::{ClickTracking, Options, PixelOnTop};
use super::{CALLBACK_DATA, MESSAGE_ID, Mailgun};
use crate::{
    channel::{Capabilities, Channel, Features, Receipt},
    error::Result,
    message::{Email, Envelope},
};

mod batch;
mod form;
mod limits;
mod mime;
mod options;
mod wire;

/// The provider and kind, as receipts and errors print them.
pub(super) const LABEL: &str = "mailgun.email";

const CAPABILITIES: Capabilities = Capabilities::new(
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
.batch(limits::RECIPIENTS)
.recipients(limits::RECIPIENTS)
.bytes(limits::MESSAGE);

#[async_trait]
impl Channel<Email> for Mailgun {
    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn send(&self, envelope: &Envelope<Email>) -> Result<Receipt> {
        let request = wire::encode(self, envelope)?;
        let response = self.execute(request, envelope.delivery.deadline).await?;
        wire::decode(self, &response).map(|id| wire::receipt(self, envelope, id))
    }

    /// Puts up to 1 000 mails into a request; see the [module](self) for which can share one.
    ///
    /// A request that is refused for what may be of one mail, such as its address, which Mailgun does
    /// not name, goes out again in halves until the mail is found. All mails of a request have the
    /// same [`provider_message_id`](Receipt::provider_message_id).
    async fn send_batch(&self, envelopes: &[&Envelope<Email>]) -> Vec<Result<Receipt>> {
        batch::send(self, envelopes).await
    }
}
