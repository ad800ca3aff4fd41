//! What became of a message that was sent.

use crate::{
    event::{Bounce, Event, EventKind, Scope, Status},
    providers::netcore::{
        NAME,
        hook::{self, Fields},
    },
    webhook::{Proof, dedup_key},
};

pub(super) fn event(
    mut fields: Fields<'_>,
    offset: i32,
    proof: Proof,
) -> Result<Event, &'static str> {
    let id = fields.take("ncmessage_id");
    let recipient = fields.take("recipient");
    let reference = fields.take("x-apiheader");
    if id.is_none() && recipient.is_none() && reference.is_none() {
        return Err("names no message");
    }
    let word = fields.take("status");
    let remark = fields.take("status_remark");
    let when = fields.take("received_at");

    let lower = word.as_deref().unwrap_or_default().trim().to_ascii_lowercase();
    let status = match &*lower {
        "sent" => Some(Status::Sent),
        "delivered" => Some(Status::Delivered),
        "read" => Some(Status::Read),
        "clicked" | "click" => Some(Status::Clicked),
        "failed" | "failure" | "undelivered" | "rejected" | "expired" | "error" => {
            Some(Status::Failed)
        }
        // Any other word is a failure where a remark says what went wrong.
        _ => remark.is_some().then_some(Status::Failed),
    };
    let mut event = match status {
        Some(status) => Event::of_status(status, NAME, proof),
        None => Event::new(EventKind::Other, NAME, proof),
    };
    event.dedup_key = dedup_key(&[
        "netcore.whatsapp.status",
        id.as_deref().unwrap_or_default(),
        recipient.as_deref().unwrap_or_default(),
        reference.as_deref().unwrap_or_default(),
        &lower,
        remark.as_deref().unwrap_or_default(),
        when.as_deref().unwrap_or_default(),
    ]);
    if status == Some(Status::Failed) {
        event.code = remark.as_deref().and_then(code).map(str::to_owned);
        (event.bounce, event.suppress) = refusal(event.code.as_deref().unwrap_or_default());
    }
    event.word = word.map(String::from);
    event.provider_message_id = id.map(String::from);
    event.recipient = recipient.map(String::from);
    event.sender = fields.take_owned("phoneNumber");
    event.callback_data = reference.map(String::from);
    event.reason = remark.map(String::from);
    event.timestamp = when.and_then(|text| hook::time(&text, offset));
    if status == Some(Status::Clicked) {
        event.url = fields.take_owned("url");
    }
    event.metadata = fields.rest();
    Ok(event)
}

/// The code in a remark: one of Netcore's, 8001 to 8008, or one of WhatsApp's six digits.
fn code(remark: &str) -> Option<&str> {
    let numbers = remark.split(|c: char| !c.is_ascii_digit());
    let is_code = |number: &&str| match number.len() {
        4 => number.starts_with("800"),
        6 => number.starts_with("13"),
        _ => false,
    };
    numbers.into_iter().find(is_code)
}

/// Whether the person, the text or the moment was refused.
fn refusal(code: &str) -> (Option<Bounce>, Option<Scope>) {
    match code {
        // No such contact.
        "8003" => (Some(Bounce::Hard), Some(Scope::Address)),
        // Outside the 24 hours, and more marketing than a person is sent.
        "8007" | "131047" | "131049" | "130472" => (Some(Bounce::Block), None),
        // Too many at once.
        "131056" | "130429" => (Some(Bounce::Soft), None),
        _ => (None, None),
    }
}
