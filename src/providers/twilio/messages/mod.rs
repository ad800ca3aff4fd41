//! The Messages API, which SMS, WhatsApp and RCS share.

use bytes::Bytes;
use http::Request;

pub use self::reply::{reply, reply_with_media};
pub(super) use self::{
    options::{Parameters, define_options},
    wire::{Content, Draft, Template, money},
};
use super::{Twilio, error};
use crate::{
    channel::Receipt,
    error::Result,
    message::{Envelope, Message},
};

mod options;
mod reply;
mod wire;

/// Sends what a leaf encoded, and reads the answer.
pub(super) async fn send<M: Message>(
    account: &Twilio,
    label: &'static str,
    envelope: &Envelope<M>,
    request: Result<Request<Bytes>>,
) -> Result<Receipt> {
    let sent = async {
        let response = account.execute(request?, envelope.delivery.deadline).await?;
        if !response.status().is_success() {
            return Err(error::from_response(&response, account.now()));
        }
        wire::decode(&response)
    };
    let accepted = sent.await.map_err(|error| error.with_provider(label))?;
    let mut receipt =
        Receipt::new(label, envelope, account.now()).with_provider_message_id(Some(accepted.sid));
    receipt.segments = accepted.segments;
    receipt.cost = accepted.cost;
    Ok(receipt)
}
