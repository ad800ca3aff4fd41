//! Netcore Cloud's WhatsApp API, formerly Pepipost's.
//!
//! # What an account needs
//!
//! A token of the dashboard, the source id that Netcore gives for a sender, an approved number
//! behind them, and for each person an opt-in on record ([`consent`](Account::consent)). The number
//! is bound to token and source: [`from`](crate::WhatsApp::from) is a source id.
//!
//! # What comes back
//!
//! - Every message carries [`callback_data`](crate::Delivery::callback_data), or our message id
//!   where there is none, as `x-apiheader`. [`Webhook`] reads the events
//!   and the answers that return it.
//! - Outside the 24 hours after a person's last message only a template is delivered; anything else
//!   is refused with code 8007.
//!
//! # Bulk
//!
//! One request holds one message: what several in one answer is not documented.
//!
//! # What it does not do
//!
//! - Nothing recognises a repeated request: after a time-out a second send may deliver twice.
//! - No opt-in is recorded by a send: that a person agreed is for the host to know.
//! - What is documented in part alone (carousels, offers, orders, links, flows, headers above
//!   buttons) goes by [`Options::raw`]. To create, list and delete templates, to delete media, and
//!   the business profile have no public calls; they are in the dashboard.
//!
//! What there is beside sending is in [`manage`].
//!
//! Source: [Netcore's WhatsApp API](https://emaildocs.netcorecloud.com/reference/api-request-samples)
//! and [its older pages](https://wadocs.pepipost.com/).

use async_trait::async_trait;

pub use self::{builder::AccountBuilder, config::Account, options::Options, webhook::Webhook};
use super::NAME;
use crate::{
    channel::{Capabilities, Channel, Features, Provider, Receipt},
    error::Result,
    message::{Envelope, WhatsApp},
};

// Requests and answers: `wire.rs`, `body.rs`. Codes and what they mean: `error.rs`.
mod body;
mod builder;
mod config;
mod error;
mod free;
pub mod manage;
mod options;
pub(super) mod template;
mod webhook;
mod wire;

/// What an account can carry. Contacts, reactions and answers that quote have no known form.
const CAPABILITIES: Capabilities = Capabilities::new(
    Features::INTERACTIVE
        .union(Features::LOCATION)
        .union(Features::MEDIA)
        .union(Features::PROVIDER_TEMPLATES)
        .union(Features::TEXT),
);

/// The provider and kind, as receipts and errors print them.
const LABEL: &str = "netcore.whatsapp";

#[async_trait]
impl Provider for Account {
    fn name(&self) -> &str {
        NAME
    }

    /// Asks for the status of a template that need not exist: any answer with one of Netcore's own
    /// codes but 8004 proves the token.
    async fn check(&self) -> Result<()> {
        let response = self.call_legacy(wire::check(self)?).await?;
        wire::decode_check(self, &response).map_err(|error| error.with_provider(LABEL))
    }
}

#[async_trait]
impl Channel<WhatsApp> for Account {
    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn send(&self, envelope: &Envelope<WhatsApp>) -> Result<Receipt> {
        let request = wire::encode(self, envelope).map_err(|error| error.with_provider(LABEL))?;
        let response = self.execute(request, envelope.delivery.deadline).await?;
        let id = wire::decode(self, &response).map_err(|error| error.with_provider(LABEL))?;
        Ok(Receipt::new(LABEL, envelope, self.now()).with_provider_message_id(id))
    }
}
