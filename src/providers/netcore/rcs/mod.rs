//! Netcore Cloud's RCS API.
//!
//! # What an account needs
//!
//! An API key and a bot, both of *RCS dashboard → Settings*, approved templates, and the **request
//! template**: what one message looks like. The reference names the parts of a message (recipient,
//! template, its parameters), not their fields; the dashboard and Netcore's support do. Without it
//! a send is a [`Config`](crate::ErrorKind::Config) error; see [`AccountBuilder::request`].
//!
//! # What comes back
//!
//! - Events ([`Webhook`]) carry the reference that the request template writes as `{client_ref}`.
//! - After a fallback to SMS the RCS copy may still be delivered: expect both.
//!
//! # What it does not do
//!
//! - A message goes by a template kept at Netcore, named in
//!   [`provider_templates`](crate::Delivery::provider_templates) under `netcore.rcs`. Free text and
//!   files have no documented form.
//! - Which phones take RCS has no public call, nor have lists and previews of templates.
//!
//! What there is beside sending is in [`manage`].
//!
//! Source: [Send a message](https://emaildocs.netcorecloud.com/reference/post_soip-rcs-v2-message).

use async_trait::async_trait;

pub use self::{builder::AccountBuilder, config::Account, options::Options, webhook::Webhook};
use super::NAME;
use crate::{
    channel::{Capabilities, Channel, Features, Provider, Receipt},
    error::Result,
    message::{Envelope, Rcs},
};

// Requests and answers: `wire.rs`, `request.rs`. Codes and what they mean: `error.rs`.
mod builder;
mod config;
mod error;
pub mod manage;
mod options;
mod request;
mod webhook;
mod wire;

/// What an account can carry: templates alone.
const CAPABILITIES: Capabilities = Capabilities::new(Features::PROVIDER_TEMPLATES);

/// The provider and kind, as receipts and errors print them.
const LABEL: &str = "netcore.rcs";

#[async_trait]
impl Provider for Account {
    fn name(&self) -> &str {
        NAME
    }

    /// Asks to send nothing: a refusal of the empty list comes from behind the key's check.
    async fn check(&self) -> Result<()> {
        let request = wire::check(self).map_err(|error| error.with_provider(LABEL))?;
        let response = self.call(request).await?;
        wire::decode_check(self, &response).map_err(|error| error.with_provider(LABEL))
    }
}

#[async_trait]
impl Channel<Rcs> for Account {
    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn send(&self, envelope: &Envelope<Rcs>) -> Result<Receipt> {
        let request = wire::encode(self, envelope).map_err(|error| error.with_provider(LABEL))?;
        let response = self.execute(request, envelope.delivery.deadline).await?;
        let id = wire::decode(self, &response).map_err(|error| error.with_provider(LABEL))?;
        Ok(Receipt::new(LABEL, envelope, self.now()).with_provider_message_id(id))
    }
}
