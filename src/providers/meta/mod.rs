//! WhatsApp, from Meta directly: the
//! [Cloud API](https://developers.facebook.com/documentation/business-messaging/whatsapp).
//!
//! # What an account needs
//!
//! A token of a system user with the permissions `whatsapp_business_messaging` (to send, for media
//! and registration) and `whatsapp_business_management` (for templates, profile and numbers), and
//! the **id** of a registered phone number, which is not the number.
//!
//! # What comes back
//!
//! - The receipt's id is the `wamid.…`, which the message's events carry.
//! - Every message carries [`callback_data`](crate::Delivery::callback_data), or our message id
//!   where there is none, as `biz_opaque_callback_data`, which its events return.
//! - An acceptance is no delivery: that a person cannot be reached, that the 24 hours have passed
//!   or that a template is paused comes by webhook as a rule.
//!
//! # Bulk
//!
//! There is no bulk form: [`batch`](crate::Capabilities::batch) is 1. A number sends 80 messages a
//! second, 1000 once Meta raised it, and one person is written to every 6 seconds; keeping to that
//! is for a rate policy. 16 requests at a time come near 80 a second.
//!
//! # What it does not do
//!
//! - Nothing recognises a repeated request: after a time-out a second send may deliver twice.
//! - It does not schedule, and has no tags.
//! - A user who hides the number is written to by the id that WhatsApp gives:
//!   [`WhatsAppAddress::parse`](crate::WhatsAppAddress::parse)`("IN.5501…")`.
//!
//! Beside sending an account marks messages as read ([`Meta::messages`]), keeps files
//! ([`Meta::media`], [`Meta::uploads`]), templates ([`Meta::templates`]), the profile
//! ([`Meta::profile`]), numbers ([`Meta::numbers`]), blocked users ([`Meta::blocked`]) and the
//! webhook's subscription ([`Meta::subscriptions`]). The types are in [`manage`].
//!
//! Source: [Messages](https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages).

use async_trait::async_trait;

pub use self::{builder::MetaBuilder, config::Meta, webhook::Webhook};
use crate::{channel::Provider, error::Result};

// Requests and answers: `whatsapp/wire.rs`, `whatsapp/body.rs`. Codes and what they mean:
// `error.rs`. Limits: `whatsapp/limits.rs`.
mod builder;
mod config;
mod error;
pub mod manage;
mod webhook;
pub mod whatsapp;

/// The provider's name in receipts, errors and events.
pub(crate) const NAME: &str = "meta";

#[async_trait]
impl Provider for Meta {
    fn name(&self) -> &str {
        NAME
    }

    /// Fetches the phone number, which needs the token and the number's id to fit.
    async fn check(&self) -> Result<()> {
        self.numbers().get().await.map(drop)
    }
}
