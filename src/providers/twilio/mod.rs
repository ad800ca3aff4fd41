//! [Twilio](https://www.twilio.com): SMS and MMS, WhatsApp, RCS and calls through one account.
//!
//! ```
//! # #[cfg(feature = "reqwest")] {
//! use dakiya::{SenderId, twilio::Twilio};
//!
//! let account = Twilio::builder("AC00112233445566778899aabbccddeeff", "auth token")
//!     .from(SenderId::parse("+15035550106")?)
//!     .whatsapp_from("+14155550107")
//!     .status_callback("https://erp.example.net/hooks/twilio")
//!     .build()?;
//! # let _ = account;
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What an account needs
//!
//! Its SID (`AC…`) and auth token, or an API key beside the SID; for SMS a number, short code,
//! alphanumeric sender or Messaging Service; for WhatsApp a registered sender; for RCS an approved
//! sender or a service that holds one.
//!
//! # What comes back
//!
//! - The receipt's id is the SID. Events carry nothing of ours, so it is the key to match them by.
//!   A host that wants its own reference back asks for it by
//!   [`callback_parameter`](TwilioBuilder::callback_parameter).
//! - [`Webhook`] proves and reads Twilio's calls; [`sms::reply`] and [`voice::answer`] answer them.
//! - A message that was accepted may still fail: outside WhatsApp's 24 hours (code 63016), for a
//!   blocked sender, by the carrier. Only the status callback, or a [`get`](manage::Messages::get),
//!   says so.
//!
//! # Bulk
//!
//! There is no bulk form: each message has a request. How fast each sender goes out is set by
//! Twilio, and it queues up to ten hours' worth. The limit of simultaneous requests is not
//! published; beyond it an answer is 429, and nothing was done.
//!
//! # What it does not do
//!
//! - Nothing recognises a repeated request: after a time-out a second send may deliver twice. A
//!   [list](manage::Messages::list) by recipient and time tells whether the first one went out.
//! - Tags have no place in the API. Neither have DLT ids: headers and templates for India are
//!   registered with Twilio beforehand.
//!
//! What each kind carries is in [`sms`], [`whatsapp`], [`rcs`] and [`voice`]; what there is beside
//! sending in [`manage`].
//!
//! Source: [Messages](https://www.twilio.com/docs/messaging/api/message-resource),
//! [error codes](https://www.twilio.com/docs/api/errors),
//! [regions](https://www.twilio.com/docs/global-infrastructure).

use async_trait::async_trait;

pub use self::{builder::TwilioBuilder, config::Twilio, webhook::Webhook};
use crate::{
    channel::Provider,
    error::{Error, ErrorKind, Result},
};

// Requests and answers: `wire.rs` of each kind, and `messages/wire.rs` for what three of them
// share. Codes and what they mean: `error.rs`. Limits: `messages/wire.rs`, `voice/limits.rs`.
mod builder;
mod config;
mod error;
pub mod manage;
mod messages;
pub mod rcs;
pub mod sms;
pub mod voice;
mod webhook;
pub mod whatsapp;

/// The provider's name in receipts, errors and events.
pub(crate) const NAME: &str = "twilio";

#[async_trait]
impl Provider for Twilio {
    fn name(&self) -> &str {
        NAME
    }

    /// Fetches the account, which must be active. With an API key it lists one message instead: a
    /// standard key may send, and may not see the account.
    async fn check(&self) -> Result<()> {
        if self.is_keyed() {
            let one = manage::MessageQuery::new().limit(1);
            return self.messages().list(&one).await.map(drop);
        }
        let details = self.details().await?;
        if details.status == "active" {
            return Ok(());
        }
        let message = "the account is suspended or closed; see the console";
        Err(Error::new(ErrorKind::Unauthorized, message).with_provider(NAME))
    }
}
