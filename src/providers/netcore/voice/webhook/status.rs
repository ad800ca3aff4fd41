//! The words for what became of a call.

use crate::event::{AnsweredBy, Bounce, Scope, Status};

/// What a word says.
#[derive(Clone, Copy, Default)]
pub(super) struct Meaning {
    pub(super) status: Option<Status>,
    pub(super) answered_by: Option<AnsweredBy>,
    pub(super) bounce: Option<Bounce>,
    pub(super) suppress: Option<Scope>,
}

impl Meaning {
    pub(super) fn of(status: Status) -> Self {
        Self { status: Some(status), ..Self::default() }
    }

    fn bounce(self, bounce: Bounce) -> Self {
        Self { bounce: Some(bounce), ..self }
    }

    fn suppress(self, scope: Scope) -> Self {
        Self { suppress: Some(scope), ..self }
    }
}

/// A word without spaces, dashes and capitals.
pub(super) fn plain(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What `word`, made [`plain`], says. `over` tells whether the call that was picked up has ended,
/// `machine` what a call is that a machine took.
pub(super) fn of(word: &str, over: bool, machine: Status) -> Meaning {
    match word {
        "queued" | "initiated" | "accepted" | "scheduled" => Meaning::of(Status::Queued),
        "dialing" | "dialling" | "inprogress" => Meaning::of(Status::Sent),
        "ringing" => Meaning::of(Status::Ringing),
        "answered" | "connected" if !over => Meaning::of(Status::Answered),
        "answered" | "connected" | "completed" | "success" => Meaning::of(Status::Completed),
        "machine" | "voicemail" | "answeringmachine" => {
            Meaning { answered_by: Some(AnsweredBy::Machine), ..Meaning::of(machine) }
        }
        "busy" => Meaning::of(Status::Busy),
        "noanswer" => Meaning::of(Status::NoAnswer),
        "cancel" | "cancelled" | "canceled" => Meaning::of(Status::Failed),
        "congestion" | "switchedoff" | "notreachable" => {
            Meaning::of(Status::Failed).bounce(Bounce::Soft)
        }
        "invalidnumber" => {
            Meaning::of(Status::Failed).bounce(Bounce::Hard).suppress(Scope::Address)
        }
        "rejected" | "failed" => Meaning::of(Status::Failed),
        "blocked" => Meaning::of(Status::Rejected).bounce(Bounce::Block),
        "dnd" => {
            Meaning::of(Status::Rejected).bounce(Bounce::Suppressed).suppress(Scope::Marketing)
        }
        _ => Meaning::default(),
    }
}
