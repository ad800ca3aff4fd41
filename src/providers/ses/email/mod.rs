//! Mail: `impl Channel<Email> for Ses`.
//!
//! Which form a mail takes follows from it:
//!
//! | the mail | goes as |
//! | --- | --- |
//! | has a template under `ses.email` | `Template`: by name, by ARN, or [inline](Options::inline_template) |
//! | fits the API's own fields | `Simple` |
//! | has an AMP document, more than 15 headers, one beyond ASCII, a file name beyond ASCII | `Raw`: MIME |
//!
//! [`Options::form`] overrules the last two.

use async_trait::async_trait;

pub use self::options::{Form, ListManagement, Options};
use super::{REFERENCE_TAG, REFERENCE_TAG_ENCODED, Ses};
use crate::{
    channel::{Capabilities, Channel, Features, Receipt},
    error::Result,
    message::{Email, Envelope},
};

mod batch;
mod body;
mod options;
mod parts;
mod wire;

/// The provider and kind, as receipts and errors print them.
pub(super) const LABEL: &str = "ses.email";

/// How many recipients one mail, and one request of a batch, may have.
///
/// Source: [quotas](https://docs.aws.amazon.com/ses/latest/dg/quotas.html).
pub(super) const RECIPIENTS: usize = 50;

/// How many bytes one mail may have, as it is encoded: 40 MB. The same page.
pub(super) const BYTES: usize = 40_000_000;

/// What an account can carry where its builder sets nothing else.
pub(super) const CAPABILITIES: Capabilities = Capabilities::new(
    Features::AMP
        .union(Features::ATTACHMENTS)
        .union(Features::HEADERS)
        .union(Features::HTML)
        .union(Features::INLINE)
        .union(Features::MANY_RECIPIENTS)
        .union(Features::PROVIDER_TEMPLATES)
        .union(Features::TEXT),
)
.batch(50)
.bytes(BYTES)
.recipients(RECIPIENTS);

#[async_trait]
impl Channel<Email> for Ses {
    fn capabilities(&self) -> &Capabilities {
        &self.limits
    }

    async fn send(&self, envelope: &Envelope<Email>) -> Result<Receipt> {
        let request = wire::encode(self, envelope)?;
        let response = self.execute(request, envelope.delivery.deadline).await?;
        wire::decode(self, &response, envelope)
    }

    /// Puts mails that have sender, settings and template in common into requests of 50.
    ///
    /// Mails with a template differ in recipients, variables, headers and tags; those without one
    /// in their texts too, which go as the variables of a template that is nothing else. What
    /// `SendBulkEmail` has no place for goes singly: raw MIME, list management, texts of more than
    /// 262,144 characters together, texts with `{{`, and a mail that is alone.
    ///
    /// Where SES finds a request of many not valid and does not say which, each goes out alone,
    /// since nothing of it was sent.
    async fn send_batch(&self, envelopes: &[&Envelope<Email>]) -> Vec<Result<Receipt>> {
        batch::send(self, envelopes).await
    }
}
