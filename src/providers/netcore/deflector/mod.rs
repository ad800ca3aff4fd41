//! Netcore Cloud's deflector: one call, several channels. Optional: the library's own
//! [`Failover`](crate::route::Failover) does the same over any providers, with steps and waits that
//! you see. Receipts and errors name it `netcore-deflector.whatsapp`.
//!
//! # What an account needs
//!
//! An API key (32 hexadecimal digits) and WhatsApp, with SMS or RCS where the flow names them, set
//! up at Netcore. It carries an approved WhatsApp template without header and buttons, and what
//! [`Options`] names to fall back to.
//!
//! # What comes back
//!
//! Every message carries [`callback_data`](crate::Delivery::callback_data), or our message id where
//! there is none, as `callbackData`, which events return: [`Webhook`]. As `x-apiheader`, which Netcore tracks and tells repetitions
//! by, it carries the idempotency key, or our id; what a repetition is answered is not documented.
//!
//! # Bulk
//!
//! One request holds one message: what several in one answer is not documented.
//!
//! # What it does not do
//!
//! When a step counts as failed, and how long it waits, is not documented, nor is the form of a
//! step's settings, of RCS and of DLT ids: they are passed on as written.
//!
//! Source: [Send a message](https://emaildocs.netcorecloud.com/reference/deflector-send-message-api).

use async_trait::async_trait;

pub use self::{
    builder::AccountBuilder,
    config::Account,
    options::{FlowChannel, Options, SmsFallback, Step},
    webhook::Webhook,
};
use crate::{
    channel::{Capabilities, Channel, Features, Provider, Receipt},
    error::Result,
    message::{Envelope, WhatsApp},
};

// Requests and answers: `wire.rs`. Codes and what they mean: `error.rs`.
mod builder;
mod config;
mod error;
mod options;
mod webhook;
mod wire;

/// The provider's name: no one is to take it for Netcore's WhatsApp API.
const NAME: &str = "netcore-deflector";

/// The provider and kind, as receipts and errors print them.
const LABEL: &str = "netcore-deflector.whatsapp";

/// What an account can carry: templates alone.
const CAPABILITIES: Capabilities = Capabilities::new(Features::PROVIDER_TEMPLATES);

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
