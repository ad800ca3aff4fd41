//! What became of a message, and where what people sent begins.

use super::{Context, address, fields::Fields, inbound};
use crate::{
    error::ErrorKind,
    event::{Bounce, Event, EventKind, Profile, Scope, Status},
    message::Kind,
    providers::twilio::{NAME, error},
    webhook::{Reply, dedup_key},
};

pub(super) fn read(fields: &mut Fields<'_>, call: &Context<'_>) -> (Vec<Event>, Reply) {
    let sid = ["MessageSid", "SmsSid", "SmsMessageSid"].iter().find_map(|name| fields.peek(name));
    for name in ["MessageSid", "SmsSid", "SmsMessageSid"] {
        fields.drop_same(name, sid.as_deref());
    }
    let reported = fields.has("MessageStatus");
    let word = fields.take("MessageStatus").or_else(|| fields.peek("SmsStatus"));
    fields.drop_same("SmsStatus", word.as_deref());
    let came = match word.as_deref() {
        Some("received" | "receiving") => true,
        Some(_) => false,
        None => fields.has("Body") || fields.has("NumMedia"),
    };
    let mut event = call.event(EventKind::Other, channel(fields));
    event.word = word;
    event.provider_message_id = sid;
    event.sender = fields.take("From").map(address);
    event.recipient = fields.take("To").map(address);
    event.code = fields.take("ErrorCode");
    event.reason = fields.take("ErrorMessage");
    if came && !reported {
        return inbound::read(event, fields);
    }
    event.reason = event.reason.or_else(|| fields.take("ChannelStatusMessage"));
    event.profile = profile(fields);
    status(&mut event);
    event.dedup_key = dedup_key(&[
        NAME,
        "message",
        event.provider_message_id.as_deref().unwrap_or_default(),
        event.word.as_deref().unwrap_or_default(),
        event.code.as_deref().unwrap_or_default(),
        // A message that falls back from RCS to SMS goes through the same words twice.
        event.sender.as_deref().unwrap_or_default(),
    ]);
    (vec![event], Reply::of(204))
}

/// The channel that the addresses name.
fn channel(fields: &Fields<'_>) -> Option<Kind> {
    let addresses = ["From", "To"].into_iter().filter_map(|name| fields.find(name));
    let prefix = addresses.filter_map(|text| text.split_once(':')).map(|(prefix, _)| prefix).next();
    match prefix.or_else(|| fields.find("ChannelPrefix")) {
        Some("whatsapp") => Some(Kind::WhatsApp),
        Some("rcs") => Some(Kind::Rcs),
        Some(_) => None,
        None => Some(Kind::Sms),
    }
}

/// Who the person is on WhatsApp.
pub(super) fn profile(fields: &mut Fields<'_>) -> Option<Box<Profile>> {
    let profile = Profile {
        name: fields.take("ProfileName"),
        // The same form as an address, in which it can be written to.
        user_id: fields.peek("ExternalUserId").map(address),
        ..Profile::default()
    };
    (profile != Profile::default()).then(|| Box::new(profile))
}

/// What the word says, and the code beside it.
///
/// Source: [Message status](https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks).
fn status(event: &mut Event) {
    event.status = match event.word.as_deref().unwrap_or_default() {
        "accepted" | "queued" | "scheduled" | "sending" => Some(Status::Queued),
        // Part of it arrived, the rest is on its way.
        "partially_delivered" | "sent" => Some(Status::Sent),
        "delivered" => Some(Status::Delivered),
        "read" => Some(Status::Read),
        "canceled" | "failed" | "undelivered" => Some(Status::Failed),
        _ => None,
    };
    event.kind = event.status.map_or(EventKind::Other, Status::kind);
    if event.status == Some(Status::Failed) {
        (event.bounce, event.suppress) = event.code.as_deref().map_or((None, None), meaning);
    }
}

/// What sort of failure a code is, and how far it goes.
pub(super) fn meaning(code: &str) -> (Option<Bounce>, Option<Scope>) {
    // Of the number that a step of the call dialled, which is not the recipient.
    if DIALLED.contains(&code) {
        return (None, None);
    }
    let bounce = match error::from_code(code).kind() {
        // An opt-out is on Twilio's list, a block on the person's phone.
        ErrorKind::Suppressed if code == "21610" => Bounce::Suppressed,
        ErrorKind::InvalidRecipient => Bounce::Hard,
        ErrorKind::Compliance | ErrorKind::Suppressed => Bounce::Block,
        // The handset is off.
        ErrorKind::Rejected if code == "30003" => Bounce::Soft,
        ErrorKind::Rejected if BLOCKS.contains(&code) => Bounce::Block,
        ErrorKind::Quota | ErrorKind::RateLimited | ErrorKind::Timeout | ErrorKind::Unavailable => {
            Bounce::Soft
        }
        // The message, the account or the template is at fault.
        _ => return (None, None),
    };
    let scope = match bounce {
        _ if error::from_code(code).kind() == ErrorKind::Suppressed => Some(Scope::Sender),
        Bounce::Hard if DEAD.contains(&code) => Some(Scope::Address),
        _ => None,
    };
    (Some(bounce), scope)
}

/// The receiving side, its carrier or its channel refused the sender or the text.
const BLOCKS: [&str; 8] = ["30004", "30007", "32017", "63013", "63032", "63033", "63049", "21216"];

/// The number is none, or is no longer anybody's. A landline takes calls, and who is not on a
/// channel may join it.
const DEAD: [&str; 4] = ["21211", "21217", "21614", "30005"];

/// What is wrong with the number of a `<Dial>`.
const DIALLED: [&str; 4] = ["13223", "13224", "13225", "13227"];
