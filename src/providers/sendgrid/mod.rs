//! [SendGrid](https://sendgrid.com): email.
//!
//! # What an account needs
//!
//! An API key with the scope `mail.send` (and that of each management call that is used), and an
//! authenticated domain or a verified sender to write from.
//!
//! # What comes back
//!
//! - The receipt's id is the `X-Message-Id`. One request has one, however many mails are in it:
//!   mails that shared a request share the id, and events of any of them begin with it.
//! - What tells mails apart is in their custom arguments, which every event returns: our message id
//!   as [`MESSAGE_ID`] and the host's [`callback_data`](crate::Delivery::callback_data) as
//!   [`CALLBACK_DATA`]. SendGrid shows both in plain text: they are no place for personal data.
//! - A mail to a suppressed or wrong address is accepted, and reported as dropped later.
//! - [`Webhook`] reads the events.
//!
//! # Bulk
//!
//! Up to 1,000 mails share a request that differ in nothing but recipients, subject, headers,
//! variables, arguments or the time to send at, and so do mails of one local template: see
//! [`pack_bodies`](SendGridBuilder::pack_bodies). Each recipient sees nobody else.
//!
//! # What it does not do
//!
//! - Nothing recognises a repeated request: after a time-out a second send may deliver twice.
//! - A time to send at lies within 72 hours. To cancel or pause mails that wait, send them under a
//!   batch id: [`ScheduledSends`](manage::ScheduledSends).
//! - With [`sandbox`](email::Options::sandbox) a mail is checked and not sent.
//!
//! What there is beside sending is in [`manage`].
//!
//! Source: [SendGrid's v3 API](https://www.twilio.com/docs/sendgrid/api-reference).

use async_trait::async_trait;
use http::Method;

pub use self::{
    builder::SendGridBuilder,
    config::{Region, SendGrid},
    webhook::Webhook,
};
use crate::{
    channel::Provider,
    error::{Error, ErrorKind, Result},
};

// Requests and answers: `email/wire.rs`. Codes and what they mean: `error.rs`. Bulk:
// `email/batch.rs`, and `email/pack.rs` for texts in common. Limits: `email/check.rs`. Events:
// `webhook/`.
mod builder;
mod config;
pub mod email;
mod error;
pub mod manage;
mod webhook;

/// The provider's name in receipts, errors and events.
pub(crate) const NAME: &str = "sendgrid";

/// The custom argument that holds our message id, in every mail and so in each of its events.
pub const MESSAGE_ID: &str = "dakiya_id";

/// The custom argument that holds the host's [`callback_data`](crate::Delivery::callback_data).
pub const CALLBACK_DATA: &str = "dakiya_callback_data";

/// The scope without which no mail goes out.
const SEND: &str = "mail.send";

#[async_trait]
impl Provider for SendGrid {
    fn name(&self) -> &str {
        NAME
    }

    /// Lists what the key may do, and fails where sending is not among it.
    async fn check(&self) -> Result<()> {
        let request = self.connection().request(Method::GET, "v3/scopes", "")?;
        let response = self.call(request).await?;
        let scopes: manage::Scopes = Self::read(&response)?;
        if scopes.has(SEND) {
            return Ok(());
        }
        let message = "the API key lacks the scope mail.send; add it, or make a key that has it";
        Err(Error::new(ErrorKind::Unauthorized, message).with_provider(email::LABEL))
    }
}
