//! Netcore's calls, over an HTTP API that the deployer describes.
//!
//! # What an account needs
//!
//! Netcore publishes no reference of its voice API: host, path, credentials, fields, answers and
//! codes are in a private document that each customer gets. Nothing of it is guessed here. The
//! deployer writes down what that document says as an [`Api`], in TOML, JSON or Rust, and
//! [`build`](AccountBuilder::build) names everything that is still missing.
//!
//! # What it carries
//!
//! - What a call may have follows from the template: a call with a recording needs `{audio_url}`
//!   in it, one that asks for keys `{digits}` or `{input_url}`. A value of a message that has no
//!   place in the template is refused, never dropped. The host's reference
//!   ([`callback_data`](crate::Delivery::callback_data)) and tags are hints: without a place they
//!   are left out.
//! - A call has one step, said, played or asked: the template has one place for each.
//! - A recording kept at the vendor is the
//!   [provider template](crate::Delivery::provider_templates) `netcore.voice`: its id is
//!   `{audio_id}`.
//! - Placing a call is not idempotent. After a time-out it may have been placed, and is not placed
//!   again unless [`on_unknown`](crate::Delivery::on_unknown) says so.
//! - [`check`](Provider::check) calls [`Api::check`]. Without one it is a
//!   [`Config`](crate::ErrorKind::Config) error that says so: every other call would place a call.
//!
//! # What comes back
//!
//! Reports, whose fields are not public either: [`Webhook`] looks for likely names and takes yours
//! as a [`FieldMap`].
//!
//! # Bulk
//!
//! Each call has a request. How many calls a second the vendor takes is not known: 5 are open at a
//! time ([`Api::max_concurrency`]), and a rate is set with [`policy`](crate::policy).
//!
//! ```
//! use dakiya::netcore::voice::{Account, Api};
//!
//! # #[cfg(all(feature = "templates", feature = "reqwest"))] {
//! // Every name in it is an example; the vendor's document has the right ones.
//! let api: Api = toml::from_str(
//!     r#"
//!     base_url = "https://voice.example.net"
//!     path = "v1/calls"
//!     method = "post"
//!     auth = { bearer = { token = "3f1c9c0e5b7a" } }
//!
//!     [body.json]
//!     msisdn = "{to}"
//!     cli = "{caller_id}"
//!     tts = { text = "{text}", lang = "{language}" }
//!     ref = "{client_ref}"
//!
//!     [success.equals]
//!     "/status" = "success"
//!
//!     [codes]
//!     E104 = "invalid_recipient"
//!     "#,
//! )?;
//! let account = Account::builder(api).build()?;
//! # let _ = account;
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use async_trait::async_trait;

pub use self::{
    api::{Api, Auth, Body, Check, ErrorPointers, Method, NumberFormat, Schedule, Success},
    builder::AccountBuilder,
    config::Account,
    options::Options,
    webhook::{FieldMap, Webhook},
};
use super::NAME;
use crate::{
    channel::{Capabilities, Channel, Provider, Receipt},
    error::Result,
    message::{Call, Envelope},
};

mod api;
mod builder;
mod config;
mod error;
mod options;
mod pointer;
mod review;
mod template;
mod values;
mod webhook;
mod wire;

/// The provider and kind, as receipts and errors print them.
const LABEL: &str = "netcore.voice";

#[async_trait]
impl Provider for Account {
    fn name(&self) -> &str {
        NAME
    }

    /// Calls the path of [`Api::check`], which needs the credentials.
    async fn check(&self) -> Result<()> {
        let request = wire::check(self)?;
        let response = self.call(request).await?;
        wire::decode_check(self, &response)
    }
}

#[async_trait]
impl Channel<Call> for Account {
    fn capabilities(&self) -> &Capabilities {
        self.limits()
    }

    async fn send(&self, envelope: &Envelope<Call>) -> Result<Receipt> {
        let request = wire::encode(self, envelope)?;
        let response = self.execute(request, envelope.delivery.deadline).await?;
        let id = wire::decode(self, &response)?;
        Ok(Receipt::new(LABEL, envelope, self.now()).with_provider_message_id(id))
    }
}
