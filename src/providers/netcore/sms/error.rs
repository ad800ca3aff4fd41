//! The platform's codes, and what they mean for a message.

use std::{error::Error as StdError, fmt};

use super::{response::Refusal, time};
use crate::{
    error::{Error, ErrorKind, Fate},
    time::Timestamp,
};

/// The error of a refusal. The meaning of codes has drifted over the years, so the description is
/// read where the code is unknown or has had two meanings.
pub(super) fn of(refusal: &Refusal, now: Timestamp) -> Error {
    let description = refusal.description.to_ascii_lowercase();
    let (kind, message) = refusal
        .code
        .as_deref()
        .and_then(|code| by_code(code, &description))
        .unwrap_or_else(|| by_description(&description));
    let mut error = Error::new(kind, message).with_code(code(refusal));
    if kind == ErrorKind::Unavailable && description.contains("internal") {
        // It failed somewhere inside, perhaps behind the queue.
        error = error.with_fate(Fate::Unknown);
    }
    if refusal.code.as_deref() == Some("651") {
        error = error.with_retry_after(time::until_promotional_hours(now));
    }
    // What a failed login says might quote what was sent.
    match Words::of(&refusal.description) {
        Some(words) if kind != ErrorKind::Unauthorized => error.with_source(words),
        _ => error,
    }
}

fn by_code(code: &str, description: &str) -> Option<(ErrorKind, &'static str)> {
    use ErrorKind as K;
    Some(match code {
        "-1" => (K::Config, "the feed id or the number is missing"),
        "104" => (K::Quota, "the account has no credit"),
        "106" => (K::InvalidMessage, "the text is empty"),
        "120" if description.contains("international") => {
            (K::Unsupported, "the feed may not send abroad")
        }
        "108" | "120" => (K::InvalidRecipient, "the number is not valid"),
        "131" | "136" => (K::Unavailable, "the do-not-disturb register does not answer"),
        "132" => (K::Suppressed, "the number is on the do-not-disturb register"),
        _ => return dlt(code),
    })
}

/// The codes of the DLT platforms, which gateways pass on.
fn dlt(code: &str) -> Option<(ErrorKind, &'static str)> {
    use ErrorKind as K;
    let number: u16 = code.parse().ok()?;
    Some(match number {
        650 => (K::Suppressed, "DLT: the person's preference forbids it"),
        670 => (K::Unavailable, "DLT: the check itself failed"),
        600..=604 => (K::Compliance, "DLT: the entity is unknown or not active"),
        605 | 610..=618 => (K::Compliance, "DLT: the chain from entity to telemarketer is broken"),
        620..=625 => (K::Compliance, "DLT: the header is unknown, not active or not the entity's"),
        630..=637 => (K::Compliance, "DLT: the template is unknown, not active or not this text"),
        651 => (K::Compliance, "DLT: outside the promotional hours"),
        660 => (K::Compliance, "DLT: there is no consent"),
        606..=699 => (K::Compliance, "DLT: refused"),
        _ => return None,
    })
}

fn by_description(description: &str) -> (ErrorKind, &'static str) {
    use ErrorKind as K;
    let any = |words: &[&str]| words.iter().any(|word| description.contains(word));
    if any(&["password", "credential", "username", "login", "authenti", "authoriz", "authoris"]) {
        (K::Unauthorized, "the credentials were refused")
    } else if any(&["temporar", "internal", "try again", "try later"]) {
        (K::Unavailable, "the provider failed")
    } else if any(&["too many", "rate limit", "throttl"]) {
        (K::RateLimited, "too many requests")
    } else if any(&["credit", "balance"]) {
        (K::Quota, "the account has no credit")
    } else if any(&["invalid mobile", "invalid number", "invalid msisdn"]) {
        (K::InvalidRecipient, "the number is not valid")
    } else if any(&["dlt", "entity id", "entityid", "template id", "templateid"]) {
        (K::Compliance, "DLT: refused")
    } else {
        (K::Rejected, "the provider refused the message")
    }
}

/// The code, where it looks like one: anything longer may be a number or a text.
fn code(refusal: &Refusal) -> Option<&str> {
    let fits = |code: &&str| {
        code.len() <= 8 && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    refusal.code.as_deref().filter(fits)
}

/// What a description says, in the words that such descriptions are made of: any other may be a
/// number, a name or a part of the text.
#[derive(Debug)]
struct Words(String);

const KNOWN: [&str; 58] = [
    "absent",
    "account",
    "active",
    "allowed",
    "balance",
    "blacklisted",
    "blocked",
    "check",
    "consent",
    "content",
    "credit",
    "credits",
    "delivery",
    "dlt",
    "dnd",
    "duplicate",
    "empty",
    "entity",
    "entityid",
    "error",
    "exceeded",
    "expired",
    "failed",
    "feed",
    "feedid",
    "format",
    "found",
    "header",
    "id",
    "inactive",
    "insufficient",
    "internal",
    "international",
    "invalid",
    "length",
    "limit",
    "match",
    "message",
    "missing",
    "mobile",
    "not",
    "number",
    "or",
    "out",
    "parameter",
    "promotional",
    "register",
    "registered",
    "request",
    "sender",
    "senderid",
    "service",
    "template",
    "templateid",
    "temporarily",
    "time",
    "too",
    "unavailable",
];

impl Words {
    fn of(description: &str) -> Option<Self> {
        let lower = description.to_ascii_lowercase();
        let words: Vec<_> = lower
            .split(|c: char| !c.is_ascii_alphabetic())
            .filter(|word| KNOWN.binary_search(word).is_ok())
            .take(16)
            .collect();
        (!words.is_empty()).then(|| Self(words.join(" ")))
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Words {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_words_are_in_order() {
        assert!(KNOWN.is_sorted());
    }

    #[test]
    fn an_answer_that_quotes_the_message_shows_nothing_of_it() {
        let refusal = Refusal {
            code: Some("919812345678 asha".into()),
            description: "Template mismatch: Dear Asha Rao, invalid mobile 919812345678".into(),
        };
        let error = of(&refusal, Timestamp::UNIX_EPOCH);
        let source = error.source().map(ToString::to_string).unwrap_or_default();
        assert_eq!(source, "template invalid mobile");
        let shown = format!("{error} {error:?} {source}");
        for personal in ["sha", "Rao", "98123"] {
            assert!(!shown.contains(personal), "{shown}");
        }
    }
}
