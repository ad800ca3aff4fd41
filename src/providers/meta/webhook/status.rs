//! What became of a message.

use super::{
    NAME, Origin, Read, failure,
    json::{Raw, keep, members},
    message::People,
};
use crate::{
    event::{Bounce, EventKind, Scope, Status},
    webhook::dedup_key,
};

members!(Fields {
    id,
    status,
    timestamp,
    recipient_id,
    recipient_user_id,
    recipient_parent_user_id,
    recipient_type,
    recipient_participant_id,
    recipient_participant_user_id,
    recipient_identity_key_hash,
    biz_opaque_callback_data,
    conversation,
    pricing,
    errors
});

/// Reads one of `statuses`.
///
/// Source: [Status messages](https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status).
pub(super) fn event(origin: &Origin<'_>, people: &mut People<'_>, raw: Raw<'_>) -> Read {
    let fields: Fields<'_> = raw.members();
    if !fields.is_object {
        return Err("the status is no object");
    }
    let word = fields.status.text().ok_or("the status has no word")?;
    let mut event = match &*word {
        "delivered" => origin.of_status(Status::Delivered),
        "failed" => origin.of_status(Status::Failed),
        "played" | "read" => origin.of_status(Status::Read),
        "sent" => origin.of_status(Status::Sent),
        _ => origin.event(EventKind::Other),
    };
    let id = fields.id.text();
    let (number, user) = (fields.recipient_id.text(), fields.recipient_user_id.text());
    let participant = fields.recipient_participant_id.text();
    let participant = participant.or_else(|| fields.recipient_participant_user_id.text());
    event.dedup_key = dedup_key(&[
        NAME,
        "status",
        // Without an id, all it says tells it from others.
        id.as_deref().unwrap_or_else(|| raw.get()),
        &word,
        number.as_deref().or(user.as_deref()).unwrap_or_default(),
        participant.as_deref().unwrap_or_default(),
    ]);
    event.profile = people.profile(
        number.as_deref(),
        user.as_deref(),
        fields.recipient_parent_user_id.text().as_deref(),
    );
    event.sender = origin.number.as_deref().map(str::to_owned);
    event.recipient = number.or(user).map(Into::into);
    event.provider_message_id = id.map(Into::into);
    event.timestamp = fields.timestamp.time().or_else(|| origin.time.time());
    event.callback_data = fields.biz_opaque_callback_data.owned();
    let code = failure(&mut event, fields.errors);
    if event.status == Some(Status::Failed) {
        (event.bounce, event.suppress) = code.map_or((None, None), meaning);
        // A group does not opt out.
        if fields.recipient_type.text().as_deref() == Some("group") {
            event.suppress = None;
        }
    }
    for (name, raw) in [
        ("recipient_type", fields.recipient_type),
        ("recipient_participant_id", fields.recipient_participant_id),
        ("recipient_participant_user_id", fields.recipient_participant_user_id),
        ("recipient_identity_key_hash", fields.recipient_identity_key_hash),
        ("conversation", fields.conversation),
        ("pricing", fields.pricing),
    ] {
        keep(&mut event.metadata, name, raw);
    }
    event.word = Some(word.into_owned());
    Ok(event)
}

/// What a failure's code says of the person.
///
/// 131026 says nothing for sure: they may not be on WhatsApp, have an old version, or not have
/// agreed to its terms, and tomorrow they may. What cannot be undone by them is not concluded from
/// it.
///
/// Source: [Error codes](https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes).
fn meaning(code: u32) -> (Option<Bounce>, Option<Scope>) {
    match code {
        // Stopped marketing of this business.
        131_050 => (Some(Bounce::Suppressed), Some(Scope::Marketing)),
        // Blocked by the business.
        130_403 => (Some(Bounce::Suppressed), None),
        // Held back: an experiment, a country, too much marketing.
        130_472 | 130_497 | 131_049 => (Some(Bounce::Block), None),
        // Too much or too fast, or Meta's own trouble.
        130_429 | 131_000 | 131_016 | 131_048 | 131_056 | 131_057 => (Some(Bounce::Soft), None),
        _ => (None, None),
    }
}
