//! What the types of SES mean.

use super::fields::Fields;
use crate::event::{Bounce, EventKind, Scope, Status};

/// Where the facts of a type stand.
pub(super) struct Place {
    /// The object that holds them.
    pub(super) object: &'static str,
    /// The list of recipients in it, where it has one; else they are those of the mail.
    pub(super) recipients: Option<&'static str>,
    /// The member that says why.
    pub(super) reason: Option<&'static str>,
}

/// What an event says, for each of its recipients.
#[derive(Default)]
pub(super) struct Meaning {
    pub(super) kind: Option<EventKind>,
    pub(super) status: Option<Status>,
    pub(super) bounce: Option<Bounce>,
    pub(super) suppress: Option<Scope>,
}

/// `None` for a type that SES invented since.
pub(super) fn place(word: &str) -> Option<Place> {
    let (object, recipients, reason) = match word {
        "Bounce" => ("bounce", Some("bouncedRecipients"), None),
        "Click" => ("click", None, None),
        "Complaint" => ("complaint", Some("complainedRecipients"), Some("complaintFeedbackType")),
        "Delivery" => ("delivery", Some("recipients"), Some("smtpResponse")),
        "DeliveryDelay" => ("deliveryDelay", Some("delayedRecipients"), None),
        "Open" => ("open", None, None),
        "Received" => ("receipt", Some("recipients"), None),
        "Reject" => ("reject", None, Some("reason")),
        "Rendering Failure" => ("failure", None, Some("errorMessage")),
        "Send" => ("send", None, None),
        "Subscription" => ("subscription", None, None),
        _ => return None,
    };
    Some(Place { object, recipients, reason })
}

/// What an event of the type `word` says, by the members of its object.
pub(super) fn meaning(word: &str, fields: &Fields<'_>) -> Meaning {
    match word {
        "Bounce" => bounce(fields),
        "Click" => of(Status::Clicked),
        "Complaint" => complaint(fields),
        "Delivery" => of(Status::Delivered),
        "DeliveryDelay" => of(Status::Deferred),
        "Open" => of(Status::Opened),
        "Received" => Meaning { kind: Some(EventKind::Inbound), ..Meaning::default() },
        "Reject" => of(Status::Rejected),
        "Rendering Failure" => of(Status::Failed),
        "Send" => of(Status::Queued),
        "Subscription" => Meaning { kind: Some(EventKind::Suppression), ..Meaning::default() },
        _ => Meaning::default(),
    }
}

fn of(status: Status) -> Meaning {
    Meaning { status: Some(status), ..Meaning::default() }
}

/// `bounceType` decides. A recipient's own `status` may say otherwise, and is wrong then.
fn bounce(fields: &Fields<'_>) -> Meaning {
    let sort = fields.peek("bounceType").unwrap_or_default();
    let detail = fields.peek("bounceSubType").unwrap_or_default();
    let (status, bounce, suppress) = match (&*sort, &*detail) {
        (
            "Permanent",
            "EmailValidationSuppressed"
            | "OnAccountSuppressionList"
            | "OnTenantSuppressionList"
            | "Suppressed"
            | "UnsubscribedRecipient",
        ) => return listed(),
        ("Permanent", "" | "General" | "NoEmail") => {
            (Status::BouncedHard, Bounce::Hard, Some(Scope::Address))
        }
        // One that SES invented since may be a list again: the address is not known to be dead.
        ("Permanent", _) => (Status::BouncedHard, Bounce::Hard, None),
        (_, "AttachmentRejected" | "ContentRejected" | "MessageTooLarge") => {
            (Status::BouncedSoft, Bounce::Block, None)
        }
        _ => (Status::BouncedSoft, Bounce::Soft, None),
    };
    Meaning { bounce: Some(bounce), suppress, ..of(status) }
}

fn complaint(fields: &Fields<'_>) -> Meaning {
    if fields.peek("complaintSubType").as_deref() == Some("OnAccountSuppressionList") {
        return listed();
    }
    if fields.peek("complaintFeedbackType").as_deref() == Some("not-spam") {
        return Meaning { kind: Some(EventKind::Suppression), ..Meaning::default() };
    }
    Meaning { suppress: Some(Scope::Sender), ..of(Status::Complained) }
}

/// The address was on a list of SES, and was not tried.
fn listed() -> Meaning {
    Meaning { bounce: Some(Bounce::Suppressed), ..of(Status::Rejected) }
}
