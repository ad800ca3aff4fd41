//! The account, its numbers, what people prefer, and all that has no name here.

use super::{
    Failure, NAME, Origin, Read, fail,
    json::{Raw, Rest, members},
    message::People,
};
use crate::{
    event::{Event, EventKind, Scope, Status},
    webhook::dedup_key,
};

/// Too large to be held twice: these stay in the source alone.
const LARGE: [&str; 2] = ["history", "smb_app_state_sync"];

members!(Violation { violation_type });

/// Reads a change that concerns the account or one of its numbers, or any other.
///
/// Source: [`account_update`](https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/account_update).
pub(super) fn event(origin: &Origin<'_>, value: Raw<'_>) -> Event {
    let mut rest = Rest::read(value);
    let (mut word, mut reason) = (None, None);
    let kind = match origin.field {
        "account_update" => {
            word = rest.text("event");
            reason = rest.peek("violation_info").members::<Violation<'_>>().violation_type.owned();
            EventKind::Account
        }
        "phone_number_quality_update" => {
            word = rest.text("event");
            EventKind::Account
        }
        "account_review_update" => {
            word = rest.text("decision");
            EventKind::Account
        }
        "phone_number_name_update" => {
            word = rest.text("decision");
            reason = rest.text("rejection_reason").filter(|reason| reason != "NONE");
            EventKind::Account
        }
        "account_alerts" | "business_capability_update" => EventKind::Account,
        _ => EventKind::Other,
    };
    let mut event = origin.event(kind);
    event.word = word.or_else(|| Some(origin.field.to_owned()));
    event.reason = reason;
    event.timestamp = origin.time.time();
    event.dedup_key = origin.key(value);
    if !LARGE.contains(&origin.field) {
        rest.keep(&mut event.metadata);
    }
    event.metadata.insert("field".into(), origin.field.into());
    event
}

/// Reads one of `errors` that stand beside no message: the account's.
pub(super) fn error(origin: &Origin<'_>, raw: Raw<'_>) -> Read {
    let failure: Failure<'_> = raw.members();
    if !failure.is_object {
        return Err("the error is no object");
    }
    let mut event = origin.event(EventKind::Account);
    fail(&mut event, &failure);
    event.word = Some("error".to_owned());
    event.timestamp = origin.time.time();
    event.dedup_key = origin.key(raw);
    Rest::read(raw).keep(&mut event.metadata);
    Ok(event)
}

members!(Preference { wa_id, user_id, category, value, detail, timestamp });

/// Reads one of `user_preferences`: whether a person wants marketing.
///
/// Source: [`user_preferences`](https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/user_preferences).
pub(super) fn preference(origin: &Origin<'_>, people: &mut People<'_>, raw: Raw<'_>) -> Read {
    let fields: Preference<'_> = raw.members();
    if !fields.is_object {
        return Err("the preference is no object");
    }
    let word = fields.value.text().ok_or("the preference has no value")?;
    let mut event = match &*word {
        "stop" => origin.of_status(Status::Unsubscribed),
        "resume" | "signup" => origin.of_status(Status::Resubscribed),
        _ => origin.event(EventKind::Other),
    };
    let category = fields.category.text();
    if event.status == Some(Status::Unsubscribed) {
        // The only category of today; another one is a topic of its own.
        let marketing = category.as_deref().is_none_or(|name| name == "marketing_messages");
        event.suppress = Some(if marketing { Scope::Marketing } else { Scope::Topic });
        event.topic = category.as_deref().filter(|_| !marketing).map(str::to_owned);
    }
    let (number, user) = (fields.wa_id.text(), fields.user_id.text());
    event.dedup_key = dedup_key(&[
        NAME,
        "preference",
        origin.account.as_deref().unwrap_or_default(),
        origin.number_id.as_deref().unwrap_or_default(),
        number.as_deref().or(user.as_deref()).unwrap_or_default(),
        category.as_deref().unwrap_or_default(),
        &word,
        &fields.timestamp.text().unwrap_or_default(),
    ]);
    if let Some(category) = category {
        event.metadata.insert("category".into(), category.into());
    }
    event.profile = people.profile(number.as_deref(), user.as_deref(), None);
    event.sender = origin.number.as_deref().map(str::to_owned);
    event.recipient = number.or(user).map(Into::into);
    event.reason = fields.detail.owned();
    event.timestamp = fields.timestamp.time().or_else(|| origin.time.time());
    event.word = Some(word.into_owned());
    Ok(event)
}
