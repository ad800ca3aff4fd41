//! [Mailgun](https://www.mailgun.com): email.
//!
//! # What an account needs
//!
//! A verified sending domain, and an API key: the account's private key, or a sending key of the
//! domain, which sends and does nothing else (no [`check`], no management). A domain lives in one
//! [`Region`]; the other region does not know it.
//!
//! # What comes back
//!
//! - The receipt's id is Mailgun's, without its angle brackets: the `message-id` of its events. All
//!   mails that share a request share it; with the recipient, or by [`MESSAGE_ID`], each is told
//!   apart.
//! - Every mail carries our message id as the variable [`MESSAGE_ID`], and
//!   [`callback_data`](crate::Delivery::callback_data) as [`CALLBACK_DATA`]. Events return both,
//!   in `user-variables`. **Recipients see them**, in the header `X-Mailgun-Variables`.
//! - [`Webhook`] reads the events, and the mails that routes forward.
//! - A mail to a suppressed address is accepted, and reported as failed later.
//!
//! # Bulk
//!
//! Up to 1,000 mails to one person each share a request, by recipient variables; which do is in
//! [`email`](email#batches). Each recipient sees nobody else.
//!
//! # What it does not do
//!
//! Nothing recognises a repeated request: after a time-out a second send may deliver twice.
//!
//! What there is beside sending is in [`manage`].
//!
//! Source: [Mailgun's API](https://documentation.mailgun.com/docs/mailgun/api-reference/intro/).
//!
//! [`check`]: crate::Provider::check

use async_trait::async_trait;

pub use self::{
    builder::MailgunBuilder,
    config::{Mailgun, Region},
    webhook::Webhook,
};
use crate::{channel::Provider, error::Result};

// Requests and answers: `email/wire.rs`, `email/form.rs`. Codes and what they mean: `error.rs`.
// Bulk: `email/batch.rs`. Limits: `email/limits.rs`.
mod builder;
mod check;
mod config;
pub mod email;
mod error;
pub mod manage;
mod webhook;

/// The provider's name in receipts, errors and events.
pub(crate) const NAME: &str = "mailgun";

/// The variable that holds our message id in events' `user-variables`.
pub const MESSAGE_ID: &str = "message-id";

/// The variable that holds [`callback_data`](crate::Delivery::callback_data) there, where the mail
/// has some.
pub const CALLBACK_DATA: &str = "callback-data";

#[async_trait]
impl Provider for Mailgun {
    fn name(&self) -> &str {
        NAME
    }

    /// Looks the domain up: a refused key, the other region, an unknown domain and one that is not
    /// verified are told apart. A domain's sending key may not call it, and is refused like a wrong
    /// one: then only a mail in [test mode](email::Options::test_mode) proves it.
    async fn check(&self) -> Result<()> {
        check::run(self).await
    }
}
