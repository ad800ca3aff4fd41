//! Addresses as providers write them, in the one form that all spellings share.

use crate::message::{Kind, Recipient};

/// What providers write before an address to say how it is reached.
const SCHEMES: [&str; 4] = ["whatsapp:", "rcs:", "sms:", "tel:"];

/// An address in the one form that all its spellings share.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Party {
    /// A mail address in lower case.
    Email(String),
    /// The digits of a number.
    Number(String),
    /// Anything else, as it is.
    Other(String),
}

crate::debug::hide!(Party);

impl Party {
    /// The address of someone we write to.
    pub(crate) fn of(recipient: &Recipient) -> Self {
        let text = recipient.as_str();
        match recipient {
            Recipient::Email(_) => Self::email(text),
            Recipient::Phone(_) => Self::number(text),
            Recipient::WhatsApp(address) if address.phone().is_some() => Self::number(text),
            Recipient::Device(_) | Recipient::Subscription(_) | Recipient::WhatsApp(_) => {
                Self::Other(text.to_owned())
            }
        }
    }

    /// The address in an event, as the provider writes it: numbers come with and without `+`, and
    /// with a scheme such as `whatsapp:`.
    pub(crate) fn reported(text: &str, channel: Option<Kind>) -> Self {
        match channel {
            Some(Kind::Email) => Self::email(text),
            Some(Kind::ApplePush | Kind::WebPush) => Self::Other(text.to_owned()),
            None if text.contains('@') => Self::email(text),
            None | Some(Kind::Rcs | Kind::Sms | Kind::Voice | Kind::WhatsApp) => Self::number(text),
        }
    }

    /// The standard lets the part before the `@` depend on case; no mailbox of today does.
    fn email(text: &str) -> Self {
        Self::Email(text.trim().to_lowercase())
    }

    fn number(text: &str) -> Self {
        let text = bare(text);
        let digits: String =
            text.chars().filter(|c| !matches!(c, '+' | ' ' | '-' | '(' | ')')).collect();
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            Self::Number(digits)
        } else {
            Self::Other(text.to_owned())
        }
    }
}

/// An address without the scheme before it.
pub(crate) fn bare(text: &str) -> &str {
    let text = text.trim();
    let after = |scheme: &&str| {
        let head = text.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then(|| text.get(scheme.len()..)).flatten()
    };
    SCHEMES.iter().find_map(after).unwrap_or(text)
}

/// Whether two writings of a sender may mean the same one. Where that cannot be told, as between a
/// number and the id of a pool of numbers, they may.
pub(crate) fn may_be_same_sender(kind: Kind, a: &str, b: &str) -> bool {
    let whole = |text: &str| bare(text).starts_with('+');
    match (Party::reported(a, Some(kind)), Party::reported(b, Some(kind))) {
        (Party::Number(left), Party::Number(right)) => {
            // The id that Meta gives a number is digits too, and not the number's.
            let told = !matches!(kind, Kind::WhatsApp | Kind::Rcs) || (whole(a) && whole(b));
            !told || tail(&left) == tail(&right)
        }
        (Party::Other(left), Party::Other(right)) => left.eq_ignore_ascii_case(&right),
        (left, right) => {
            !matches!((&left, &right), (Party::Email(_), Party::Email(_))) || left == right
        }
    }
}

/// What is the same of a number with and without its country code, a trunk zero, or the digit that
/// WhatsApp puts into numbers of Argentina, Brazil and Mexico.
pub(crate) fn tail(digits: &str) -> &str {
    digits.len().checked_sub(8).and_then(|from| digits.get(from..)).unwrap_or(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spellings_of_a_number_are_one() {
        let one = Party::reported("+919845000012", Some(Kind::Sms));
        for text in
            ["919845000012", "whatsapp:+919845000012", "WhatsApp:919845000012", "+91 98450-00012"]
        {
            assert!(Party::reported(text, Some(Kind::WhatsApp)) == one, "{text}");
        }
    }

    #[test]
    fn senders_are_told_apart_only_where_they_can_be() {
        let same = |kind, a, b| may_be_same_sender(kind, a, b);
        assert!(!same(Kind::Sms, "+12025550100", "+12025550111"));
        assert!(same(Kind::Sms, "+12025550100", "12025550100"));
        assert!(same(Kind::Voice, "07941050719", "+917941050719"));
        assert!(!same(Kind::Sms, "DRISHT", "DRISHP"));
        assert!(same(Kind::Sms, "DRISHT", "drisht"));
        assert!(same(Kind::Sms, "MG0123", "+12025550100"));
        assert!(!same(Kind::WhatsApp, "whatsapp:+12025550100", "+12025550111"));
        assert!(same(Kind::WhatsApp, "305511778840026", "447700900342"));
    }
}
