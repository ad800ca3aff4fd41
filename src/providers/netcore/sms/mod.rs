//! Netcore SMS, over the `BulkSms` API of `mytoday.com`.
//!
//! ```
//! # #[cfg(feature = "reqwest")] {
//! use dakiya::{SenderId, netcore::sms};
//!
//! let account = sms::Account::builder("390001", "9800000001", "secret")
//!     .from(SenderId::parse("ACMEIN")?)
//!     .entity("1101360000000000002")
//!     .build()?;
//! # let _ = account;
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What an account needs
//!
//! A feed, its API user and password; for India the DLT ids. Credentials travel in the body of a
//! POST alone.
//!
//! # What comes back
//!
//! The receipt's id is the transaction id (`TID`). Where the answer gives none, it is
//! `REQID:index`, the request's id and the message's place in it, from 1. Delivery reports carry
//! it: [`Webhook`].
//!
//! # Bulk
//!
//! One message goes out by `SingleMsgApi` (or `JsonSingleApi`, see [`Form`]); a batch goes out as
//! one `SingleMsgApi` request for each text that many share, and as `UploadCsvFile` requests for
//! texts that differ.
//!
//! # What it does not do
//!
//! Not known of this API, and so to be set where the account manager names it: the parameter of the
//! message type (text is sent as UTF-8, which the platform reads as Unicode where it must), and
//! whatever else [`AccountBuilder::parameter`] can hold. Rate limits are not published either; set
//! them in the policy around the channel.
//!
//! Source: [Single message API](https://emaildocs.netcorecloud.com/reference/single-message-api),
//! [CSV message API](https://emaildocs.netcorecloud.com/reference/csv-message-api),
//! [SMS webhooks](https://emaildocs.netcorecloud.com/docs/sms-webhooks).

use async_trait::async_trait;

pub use self::{
    config::{Account, AccountBuilder, Form},
    fields::{FieldMap, InboundFields},
    webhook::Webhook,
};
use super::NAME;
use crate::{
    channel::{Capabilities, Channel, Features, Provider, Receipt, bulk},
    error::{Error, ErrorKind, Result},
    message::{Envelope, Sms},
};

// Requests: `wire.rs`, `fields.rs`. Answers: `response.rs`. Codes and what they mean: `error.rs`.
// Bulk: `batch.rs`.
mod batch;
mod config;
mod error;
mod fields;
mod response;
mod status;
mod time;
mod webhook;
mod wire;

/// The provider and kind, as receipts and errors print them.
const LABEL: &str = "netcore.sms";

/// What the API carries; the account sets the batch size. It knows no idempotency key.
const CAPABILITIES: Capabilities =
    Capabilities::new(Features::TEXT.union(Features::SCHEDULING)).in_flight(8);

#[async_trait]
impl Provider for Account {
    fn name(&self) -> &str {
        NAME
    }

    /// Asks for a message to nobody, with the credentials and no number, which cannot be sent.
    ///
    /// The API documents no call that reads an account. That a complaint about the missing number
    /// (code -1, or an invalid number) shows that the login was accepted is inferred, not
    /// documented: a feed that looks at the number first would pass with a wrong password.
    async fn check(&self) -> Result<()> {
        let request = wire::encode_check(self)?;
        let response = self.connection.call(request).await.map_err(labelled)?;
        wire::decode_check(&response, self.connection.now()).map_err(labelled)
    }
}

#[async_trait]
impl Channel<Sms> for Account {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn send(&self, envelope: &Envelope<Sms>) -> Result<Receipt> {
        let fields = wire::Fields::of(self, envelope).map_err(labelled)?;
        let request = wire::encode(self, &fields)?;
        let deadline = envelope.delivery.deadline;
        let response = self.connection.send(request, deadline).await.map_err(labelled)?;
        let outcome = wire::decode(self, &response, 1).pop();
        receipt(self, envelope, outcome)
    }

    /// One request for each text that several numbers share, CSV requests for the rest, cut at the
    /// account's limits. Answers are matched by the index that each message was sent with.
    async fn send_batch(&self, envelopes: &[&Envelope<Sms>]) -> Vec<Result<Receipt>> {
        let (mut accepted, mut refused) = (Vec::with_capacity(envelopes.len()), Vec::new());
        for (index, envelope) in envelopes.iter().enumerate() {
            match wire::Fields::of(self, envelope) {
                Ok(fields) => accepted.push((index, fields)),
                Err(error) => refused.push((index, Err(labelled(error)))),
            }
        }
        let parts = batch::plan(accepted, self.same_text_limit, self.csv_limit);
        let sends = parts.iter().map(|part| self.send_part(part, envelopes)).collect();
        bulk::run(LABEL, envelopes.len(), refused, sends, self.capabilities.in_flight).await
    }
}

impl Account {
    async fn send_part(
        &self,
        part: &batch::Part<'_>,
        envelopes: &[&Envelope<Sms>],
    ) -> Vec<bulk::Outcome> {
        let members: Vec<_> =
            part.indices().filter_map(|at| Some((at, *envelopes.get(at)?))).collect();
        let deadline = bulk::deadline(members.iter().map(|(_, one)| one.delivery.deadline));
        let outcomes = match wire::encode_part(self, part) {
            Ok(request) => match self.connection.send(request, deadline).await {
                Ok(response) => wire::decode(self, &response, members.len()),
                Err(error) => vec![Err(error); members.len()],
            },
            Err(error) => vec![Err(error); members.len()],
        };
        let mut outcomes = outcomes.into_iter();
        members
            .into_iter()
            .map(|(index, envelope)| (index, receipt(self, envelope, outcomes.next())))
            .collect()
    }
}

/// The receipt of a message that was accepted under a provider's id, or why it was not.
fn receipt(
    account: &Account,
    envelope: &Envelope<Sms>,
    outcome: Option<Result<Option<String>>>,
) -> Result<Receipt> {
    let id = outcome.unwrap_or_else(|| Err(unanswered())).map_err(labelled)?;
    Ok(Receipt::new(LABEL, envelope, account.connection.now())
        .with_provider_message_id(id)
        .with_segments(envelope.message.segments().segments))
}

/// The message was in the request, and the answer says nothing of it.
fn unanswered() -> Error {
    Error::new(ErrorKind::Response, "the answer says nothing of this message").with_provider(LABEL)
}

fn labelled(error: Error) -> Error {
    error.with_provider(LABEL)
}
