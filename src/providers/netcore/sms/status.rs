//! The words and numbers of delivery reports.

use crate::event::{Bounce, Scope, Status};

/// What a report says: nothing of the message where it is unknown, or a failed look-up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Meaning {
    /// The message's status.
    pub(super) status: Option<Status>,
    /// What sort of refusal it was.
    pub(super) bounce: Option<Bounce>,
    /// How far to stop writing to the number.
    pub(super) suppress: Option<Scope>,
}

impl Meaning {
    const UNKNOWN: Self = Self { status: None, bounce: None, suppress: None };

    const fn of(status: Status) -> Self {
        Self { status: Some(status), ..Self::UNKNOWN }
    }

    const fn bounce(self, bounce: Bounce) -> Self {
        Self { bounce: Some(bounce), ..self }
    }

    const fn suppress(self, scope: Scope) -> Self {
        Self { suppress: Some(scope), ..self }
    }
}

const FAILED: Meaning = Meaning::of(Status::Failed);
const LISTED: Meaning = Meaning::of(Status::Rejected).bounce(Bounce::Suppressed);

/// The status by its word, or by the code where there is no word. A reason code beside a word may
/// be of another list, so it decides nothing.
pub(super) fn of(status: Option<&str>, code: Option<&str>) -> Meaning {
    let Some(text) = status.or(code) else { return Meaning::UNKNOWN };
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return by_code(text);
    }
    let word: String =
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    by_word(&word)
}

fn by_word(word: &str) -> Meaning {
    match word {
        "delivered" => Meaning::of(Status::Delivered),
        "submittedtonetwork" | "submittedtonm" | "force" | "sent" | "submitted" => {
            Meaning::of(Status::Sent)
        }
        "pending" | "queued" | "accepted" => Meaning::of(Status::Queued),
        // Links that the platform shortened are tracked.
        "clicked" | "click" => Meaning::of(Status::Clicked),
        "invalidsubscriber" => FAILED.bounce(Bounce::Hard).suppress(Scope::Address),
        "absentsubscriber" | "expired" | "messageinboxfull" => FAILED.bounce(Bounce::Soft),
        "undelivered"
        | "dropped"
        | "msgdrop"
        | "duplicatemsgdrop"
        | "internationalroaming"
        | "pricenotset"
        | "insufficientcredit"
        | "failed" => FAILED,
        "blacklist" | "blacklisted" => LISTED.suppress(Scope::Sender),
        "ndncreject" | "ndnc" | "dnd" => LISTED.suppress(Scope::Marketing),
        "rejected" => Meaning::of(Status::Rejected),
        // The chain of entity and telemarketer, links that are not whitelisted, telemarketer ids.
        _ if ["dlt", "petm", "tmid", "chainincomplete"].iter().any(|part| word.contains(part)) => {
            FAILED.bounce(Bounce::Block)
        }
        _ => Meaning::UNKNOWN,
    }
}

fn by_code(code: &str) -> Meaning {
    by_word(match code {
        "000" => "delivered",
        "002" => "undelivered",
        "003" => "absentsubscriber",
        "004" => "invalidsubscriber",
        "005" => "expired",
        "006" => "submittedtonetwork",
        "008" => "pending",
        "009" => "dropped",
        "010" => "duplicatemsgdrop",
        "011" => "force",
        "012" => "blacklist",
        "013" => "internationalroaming",
        "014" | "650" => "ndncreject",
        "015" => "pricenotset",
        "016" => "submittedtonm",
        "017" => "insufficientcredit",
        "018" => "msgdrop",
        "019" => "messageinboxfull",
        _ if code.len() == 3 && code.starts_with('6') => "dlt",
        // 001 is an internal error and 007 a failed look-up: ask again.
        _ => "",
    })
}
