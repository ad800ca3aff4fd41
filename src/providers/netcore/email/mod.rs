//! Netcore Cloud's mail API, formerly Pepipost.
//!
//! # What an account needs
//!
//! An API key with the scope to send (to read domains too, for [`check`](Provider::check)), a
//! verified sending domain, and a webhook URL in the dashboard.
//!
//! # What comes back
//!
//! - Every mail carries [`callback_data`](crate::Delivery::callback_data), or our message id where
//!   there is none, as `token_to`. Events return it, and it is the key to match them by: what the
//!   receipt's id has to do with theirs is not documented.
//! - A mail to a suppressed address is accepted, and reported as dropped later.
//!
//! # Bulk
//!
//! Up to 500 mails share a request that differ in nothing but recipients, headers, attributes or
//! files. In the subject and the content `[%NAME%]` stands for an attribute of the recipient.
//!
//! # What it does not do
//!
//! Nothing recognises a repeated request: after a time-out a second send may deliver twice.
//!
//! What there is beside sending is in [`manage`].
//!
//! Source: [Netcore's email API](https://emaildocs.netcorecloud.com/reference/send-mail-api-1).

use std::time::Duration;

use async_trait::async_trait;

pub use self::{
    builder::AccountBuilder,
    config::{Account, Auth, ContentTypes, Region, ReplyToForm, Version},
    options::{Options, Priority},
    webhook::Webhook,
};
use super::NAME;
use crate::{
    channel::{Capabilities, Channel, Features, Provider, Receipt},
    error::Result,
    message::{Email, Envelope},
    time::after,
};

// Requests and answers: `wire.rs`, `body.rs`. Codes and what they mean: `error.rs`. Bulk:
// `batch.rs`.
mod batch;
mod body;
mod builder;
mod config;
mod error;
pub mod manage;
mod options;
mod webhook;
#[cfg(test)]
mod webhook_tests;
mod whole;
mod wire;

/// What an account can carry where its builder sets nothing else. A file inside the HTML has no
/// place in the API.
const CAPABILITIES: Capabilities = Capabilities::new(
    Features::AMP
        .union(Features::ATTACHMENTS)
        .union(Features::HEADERS)
        .union(Features::HTML)
        .union(Features::MANY_RECIPIENTS)
        .union(Features::PROVIDER_TEMPLATES)
        .union(Features::SCHEDULING)
        .union(Features::TEXT),
)
.batch(500)
.bytes(20_000_000);

/// The provider and kind, as receipts and errors print them.
const LABEL: &str = "netcore.email";

/// How long a check may take.
const CHECK: Duration = Duration::from_secs(30);

#[async_trait]
impl Provider for Account {
    fn name(&self) -> &str {
        NAME
    }

    /// Lists the sending domains; the key needs the scope to read them.
    async fn check(&self) -> Result<()> {
        let deadline = after(self.connection.now(), CHECK);
        let response = self.execute(wire::check(self)?, Some(deadline)).await?;
        wire::decode_check(self, &response)
    }
}

#[async_trait]
impl Channel<Email> for Account {
    fn capabilities(&self) -> &Capabilities {
        self.limits()
    }

    async fn send(&self, envelope: &Envelope<Email>) -> Result<Receipt> {
        let request = wire::encode(self, envelope)?;
        let response = self.execute(request, envelope.delivery.deadline).await?;
        wire::decode(self, &response).map(|id| wire::receipt(self, envelope, id))
    }

    /// Puts mails that differ in their recipients, attributes, headers and attachments alone into
    /// one request, as many as the account's `batch` and `max_bytes` allow. Mails of one local
    /// template share one although their texts differ, where
    /// [`whole_texts`](AccountBuilder::whole_texts) is on.
    ///
    /// A request is open until the last deadline of its mails; one whose deadline has passed before
    /// is not sent.
    ///
    /// A request that is refused is refused for all of its mails. Where the provider names those
    /// at fault, the others go out once more without them; where it names nobody, or refuses them
    /// again, they are [`Rejected`](crate::ErrorKind::Rejected).
    async fn send_batch(&self, envelopes: &[&Envelope<Email>]) -> Vec<Result<Receipt>> {
        batch::send(self, envelopes).await
    }
}
