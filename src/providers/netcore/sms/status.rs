//! The words and numbers of delivery reports.

use crate::event::{Scope, Status};

/// What a report says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Meaning {
    /// The message's status, and how far to stop writing to the number.
    Is(Status, Option<Scope>),
    /// Nothing of the message: unknown, or a failed look-up.
    Unknown,
}

const FAILED: Meaning = Meaning::Is(Status::Failed, None);
const SENT: Meaning = Meaning::Is(Status::Sent, None);
const REJECTED: Meaning = Meaning::Is(Status::Rejected, None);
const NO_MARKETING: Meaning = Meaning::Is(Status::Rejected, Some(Scope::Marketing));

/// The status by its word, or by the code where there is no word. A reason code beside a word may
/// be of another list, so it decides nothing.
pub(super) fn of(status: Option<&str>, code: Option<&str>) -> Meaning {
    let Some(text) = status.or(code) else { return Meaning::Unknown };
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return by_code(text);
    }
    let word: String =
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    by_word(&word)
}

fn by_word(word: &str) -> Meaning {
    match word {
        "delivered" => Meaning::Is(Status::Delivered, None),
        "submittedtonetwork" | "submittedtonm" | "force" | "sent" | "submitted" => SENT,
        "pending" | "queued" | "accepted" => Meaning::Is(Status::Queued, None),
        "invalidsubscriber" => Meaning::Is(Status::Failed, Some(Scope::Address)),
        "undelivered"
        | "absentsubscriber"
        | "expired"
        | "dropped"
        | "msgdrop"
        | "duplicatemsgdrop"
        | "internationalroaming"
        | "pricenotset"
        | "insufficientcredit"
        | "messageinboxfull"
        | "failed" => FAILED,
        "blacklist" | "blacklisted" => Meaning::Is(Status::Rejected, Some(Scope::Sender)),
        "ndncreject" | "ndnc" | "dnd" => NO_MARKETING,
        "rejected" => REJECTED,
        // The chain of entity and telemarketer, links that are not whitelisted, telemarketer ids.
        _ if ["dlt", "petm", "tmid", "chainincomplete"].iter().any(|part| word.contains(part)) => {
            FAILED
        }
        _ => Meaning::Unknown,
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
