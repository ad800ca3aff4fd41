//! What an event says, by SendGrid's names and texts.

use crate::event::{Bounce, EventKind, Scope, Status};

/// What an event says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) kind: EventKind,
    pub(super) status: Option<Status>,
    pub(super) bounce: Option<Bounce>,
    pub(super) suppress: Option<Scope>,
}

impl Meaning {
    fn of(status: Status) -> Self {
        Self { status: Some(status), ..Self::without_status(status.kind()) }
    }

    fn without_status(kind: EventKind) -> Self {
        Self { kind, status: None, bounce: None, suppress: None }
    }

    fn bounce(self, bounce: Bounce) -> Self {
        Self { bounce: Some(bounce), ..self }
    }

    fn suppress(self, scope: Scope) -> Self {
        Self { suppress: Some(scope), ..self }
    }
}

/// What decides, beside the event's name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Details<'a> {
    /// The sort of bounce.
    pub(super) sort: &'a str,
    /// The enhanced code of RFC 3463.
    pub(super) code: &'a str,
    /// Why.
    pub(super) reason: &'a str,
    /// Whether the mail had an unsubscribe group.
    pub(super) grouped: bool,
}

/// What an event called `word`, in lower case, says.
///
/// Source: [Event reference](https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event).
pub(super) fn of(word: &str, details: Details<'_>) -> Meaning {
    match word {
        "processed" => Meaning::of(Status::Queued),
        "delivered" => Meaning::of(Status::Delivered),
        "deferred" => Meaning::of(Status::Deferred),
        "dropped" => drop(details),
        "bounce" => bounce(details),
        "open" => Meaning::of(Status::Opened),
        "click" => Meaning::of(Status::Clicked),
        "spamreport" => Meaning::of(Status::Complained).suppress(Scope::Sender),
        "unsubscribe" => Meaning::of(Status::Unsubscribed).suppress(Scope::Marketing),
        "group_unsubscribe" => Meaning::of(Status::Unsubscribed).suppress(Scope::Topic),
        "group_resubscribe" => Meaning::of(Status::Resubscribed),
        "account_status_change" => Meaning::without_status(EventKind::Account),
        _ => Meaning::without_status(EventKind::Other),
    }
}

/// SendGrid lists the address of a `bounce`, and tries the others again.
fn bounce(details: Details<'_>) -> Meaning {
    let hard = Meaning::of(Status::BouncedHard).bounce(Bounce::Hard);
    let soft = Meaning::of(Status::BouncedSoft);
    match details.sort.to_ascii_lowercase().as_str() {
        "bounce" => hard.suppress(Scope::Address),
        "blocked" => soft.bounce(Bounce::Block),
        "expired" => soft.bounce(Bounce::Soft),
        // Old events name no type. Only a code that says so lists the address.
        _ if details.code.starts_with('4') => soft.bounce(Bounce::Soft),
        _ if details.code.starts_with('5') => hard.suppress(Scope::Address),
        _ => hard,
    }
}

/// A mail that SendGrid did not try; most texts name the list that the address is on.
fn drop(details: Details<'_>) -> Meaning {
    let dropped = Meaning::of(Status::Rejected);
    let listed = dropped.bounce(Bounce::Suppressed);
    match details.reason.trim().to_ascii_lowercase().as_str() {
        "bounced address" | "invalid" => listed.suppress(Scope::Address),
        "spam reporting address" => listed.suppress(Scope::Sender),
        // Of a mail with a group it may be that group or everything.
        "unsubscribed address" if details.grouped => listed,
        "unsubscribed address" => listed.suppress(Scope::Marketing),
        _ => dropped,
    }
}
