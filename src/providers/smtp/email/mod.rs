//! Mail: `impl Channel<Email> for Smtp`.

use std::collections::HashMap;

use async_trait::async_trait;

use super::{config::Smtp, error::LABEL, pool::Mail, preset::Echo, transaction::Outcome};
use crate::{
    Capabilities, Channel, Email, Envelope, Fault, Receipt, RecipientOutcome, Result, mime,
};

#[async_trait]
impl Channel<Email> for Smtp {
    fn capabilities(&self) -> &Capabilities {
        &self.0.capabilities
    }

    async fn send(&self, envelope: &Envelope<Email>) -> Result<Receipt> {
        let account = &*self.0;
        account.capabilities.admit(LABEL, envelope)?;
        envelope.validate_for(LABEL).map_err(|error| error.with_provider(LABEL))?;
        let echo = |faults: &mut Vec<Fault>| {
            account.echo.map_or_else(Vec::new, |echo| echoed(faults, &echo, envelope))
        };
        let mime = mime::encode(LABEL, &account.senders, envelope, account.clock.now(), echo)?;
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

/// What the provider's webhooks give back.
fn echoed(
    faults: &mut Vec<Fault>,
    echo: &Echo,
    envelope: &Envelope<Email>,
) -> Vec<(&'static str, String)> {
    let delivery = &envelope.delivery;
    let reference = delivery.callback_data.clone().unwrap_or_else(|| envelope.id.to_string());
    if reference.chars().count() > echo.reference_limit {
        let problem = format!("is longer than {} characters", echo.reference_limit);
        faults.push(Fault::new("callback_data", problem, "shorten it"));
    }
    let mut headers = vec![(echo.reference, reference)];
    if !delivery.tags.is_empty() {
        headers.push((echo.tags, delivery.tags.join(",")));
    }
    headers
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
