//! Mail: `impl Channel<Email> for Smtp`.

use std::collections::HashMap;

use async_trait::async_trait;

use super::{config::Smtp, error::LABEL, pool::Mail, transaction::Outcome};
use crate::{Capabilities, Channel, Email, Envelope, Receipt, RecipientOutcome, Result};

mod mime;

#[async_trait]
impl Channel<Email> for Smtp {
    fn capabilities(&self) -> &Capabilities {
        &self.0.capabilities
    }

    async fn send(&self, envelope: &Envelope<Email>) -> Result<Receipt> {
        let account = &*self.0;
        account.capabilities.admit(LABEL, envelope)?;
        envelope.validate_for(LABEL).map_err(|error| error.with_provider(LABEL))?;
        let mime = mime::encode(&account.senders, envelope, account.clock.now())?;
        let people = People::of(&envelope.message);
        let to: Vec<&str> = people.addresses.iter().map(String::as_str).collect();
        let mail = Mail::new(&mime.return_path, &to, &mime.content);
        let outcome = account.pool.send(&mail, envelope.delivery.deadline).await?.accepted()?;
        let mut receipt = Receipt::new(LABEL, envelope, account.clock.now());
        let id = outcome.reply.as_ref().and_then(|reply| reply.queue_id());
        receipt.provider_message_id = id.map(str::to_owned);
        people.settle(&mut receipt.recipients, &outcome);
        Ok(receipt)
    }
}

/// Who is written to. A server may deliver twice to an address that it is told twice, so each
/// stands once.
struct People {
    addresses: Vec<String>,
    /// For each recipient of the message, the index of their address.
    indexes: Vec<usize>,
}

impl People {
    fn of(email: &Email) -> Self {
        let mut known = HashMap::new();
        let (mut addresses, mut indexes) = (Vec::new(), Vec::new());
        for mailbox in email.to.iter().chain(&email.cc).chain(&email.bcc) {
            let address = mailbox.email.to_ascii_domain().into_owned();
            let index = *known.entry(address.clone()).or_insert(addresses.len());
            if index == addresses.len() {
                addresses.push(address);
            }
            indexes.push(index);
        }
        Self { addresses, indexes }
    }

    fn settle(&self, recipients: &mut [RecipientOutcome], outcome: &Outcome) {
        for (recipient, &index) in recipients.iter_mut().zip(&self.indexes) {
            recipient.refusal =
                outcome.recipients.get(index).and_then(|result| result.as_ref().err()).cloned();
        }
    }
}
