//! [Amazon SES](https://aws.amazon.com/ses), version 2 of its API: email.
//!
//! # What an account needs
//!
//! A region, credentials that may `ses:SendEmail` (and what the table says), a verified identity to
//! send from, and, to hear of bounces, a configuration set with an event destination.
//!
//! | to | permission |
//! | --- | --- |
//! | send a mail | `ses:SendEmail` |
//! | send one as raw MIME | `ses:SendRawEmail` |
//! | send by a template | `ses:SendTemplatedEmail` |
//! | send a batch | `ses:SendBulkTemplatedEmail`, unless [`bulk`](SesBuilder::bulk) is off |
//! | [`check`](crate::Provider::check) | `ses:GetAccount` |
//! | manage identities, templates, suppressions | `ses:` and the name of the call |
//!
//! Credentials are whatever implements the AWS SDK's `ProvideCredentials`, such as a provider of
//! `aws-config`, or [`keys`]. They are kept until shortly before they expire.
//!
//! A new account is in the sandbox: it writes to verified addresses alone, 200 a day, one a second.
//! [`AccountDetails::is_sandboxed`](manage::AccountDetails::is_sandboxed) tells.
//!
//! # What comes back
//!
//! - The receipt's id is SES's `MessageId`. Recipients of one mail share it, and opens, clicks and
//!   complaints do not say whose they are: write to one person at a time to know.
//! - Every mail carries [`callback_data`](crate::Delivery::callback_data), or our message id where
//!   there is none, as the tag [`REFERENCE_TAG`], which events echo.
//!
//! # Bulk
//!
//! A batch goes out by `SendBulkEmail`, up to 50 mails a request, each with an id of its own; those
//! that go as raw MIME, or hold `{{`, have a request each. See [`bulk`](SesBuilder::bulk).
//!
//! # What it does not do
//!
//! - SES recognises no repeated request: after a time-out a second send may deliver twice.
//! - It does not schedule: `send_at` is unsupported.
//!
//! What there is beside sending is in [`manage`].
//!
//! Source: [SES API v2](https://docs.aws.amazon.com/ses/latest/APIReference-V2/Welcome.html).

use async_trait::async_trait;
pub use aws_credential_types::{Credentials, provider::ProvideCredentials};

pub use self::{
    builder::SesBuilder,
    config::Ses,
    credentials::{keys, session_keys, smtp_password},
    webhook::{Certificates, Webhook, confirm},
};
use crate::{channel::Provider, error::Result};

// Requests and answers: `email/wire.rs`. Codes and what they mean: `error.rs`. Bulk:
// `email/batch.rs`. Limits: `email/mod.rs`, `email/parts.rs`.
mod builder;
mod config;
mod credentials;
pub mod email;
mod error;
pub mod manage;
mod webhook;

/// The provider's name in receipts, errors and events.
pub(crate) const NAME: &str = "ses";

/// The tag that holds [`callback_data`](crate::Delivery::callback_data), or else our message id.
/// Events give it back under `mail.tags`.
pub const REFERENCE_TAG: &str = "reference";

/// The same where the reference has other characters than a tag may: in base64 for URLs, without
/// padding.
pub const REFERENCE_TAG_ENCODED: &str = "reference_b64";

#[async_trait]
impl Provider for Ses {
    fn name(&self) -> &str {
        NAME
    }

    /// Reads the account (`ses:GetAccount`).
    ///
    /// # Errors
    ///
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized) also where the account may not send: AWS
    /// has shut it, or its sending is paused. An account in the sandbox passes.
    async fn check(&self) -> Result<()> {
        self.details().await?.may_send()
    }
}
