//! What became of a template.

use super::{
    Origin,
    json::{Raw, Rest},
};
use crate::event::{Event, EventKind, TemplateChange, TemplateQuality, TemplateState};

/// Reads a change of one of the fields that concern templates.
///
/// Source: [`message_template_status_update`](https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/message_template_status_update).
pub(super) fn event(origin: &Origin<'_>, value: Raw<'_>) -> Event {
    let mut event = origin.event(EventKind::Template);
    let mut rest = Rest::read(value);
    let mut change = TemplateChange {
        id: rest.text("message_template_id"),
        name: rest.text("message_template_name"),
        language: rest.text("message_template_language"),
        category: rest.text("message_template_category"),
        ..TemplateChange::default()
    };
    event.word = match origin.field {
        "message_template_status_update" => {
            let word = rest.text("event");
            change.state = word.as_deref().and_then(state);
            event.reason = rest.text("reason").filter(|reason| reason != "NONE");
            word
        }
        "message_template_quality_update" => {
            let word = rest.text("new_quality_score");
            change.quality = word.as_deref().and_then(quality);
            let previous = rest.peek("previous_quality_score").text();
            change.previous_quality = previous.as_deref().and_then(quality);
            word
        }
        "template_category_update" => {
            change.previous_category = rest.text("previous_category");
            let new = rest.text("new_category");
            change.category = new.clone().or(change.category);
            // A notice names what the category will be.
            new.or_else(|| rest.peek("correct_category").owned())
        }
        field => Some(field.to_owned()),
    };
    event.template = Some(Box::new(change));
    event.timestamp = origin.time.time();
    event.dedup_key = origin.key(value);
    rest.keep(&mut event.metadata);
    event.metadata.insert("field".into(), origin.field.into());
    event
}

/// What `LIMIT_EXCEEDED` means for sending is not told.
fn state(word: &str) -> Option<TemplateState> {
    Some(match word {
        "APPROVED" | "REINSTATED" | "UNARCHIVED" => TemplateState::Approved,
        "ARCHIVED" => TemplateState::Archived,
        "DELETED" | "PENDING_DELETION" => TemplateState::Deleted,
        "DISABLED" => TemplateState::Disabled,
        "FLAGGED" => TemplateState::Flagged,
        "IN_APPEAL" | "PENDING" => TemplateState::Pending,
        "LOCKED" => TemplateState::Locked,
        "PAUSED" => TemplateState::Paused,
        "REJECTED" => TemplateState::Rejected,
        _ => return None,
    })
}

fn quality(word: &str) -> Option<TemplateQuality> {
    Some(match word {
        "GREEN" => TemplateQuality::Green,
        "RED" => TemplateQuality::Red,
        "UNKNOWN" => TemplateQuality::Unknown,
        "YELLOW" => TemplateQuality::Yellow,
        _ => return None,
    })
}
