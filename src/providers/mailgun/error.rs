//! Answers that say no.
//!
//! Mailgun has statuses and words, no codes, and the words may quote an address: they are looked
//! at, never kept.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use jiff::fmt::rfc2822::DateTimeParser;
use serde_json::Value;

use super::email::LABEL;
use crate::{
    error::{Error, ErrorKind, Fate, Fault},
    http::{from_status, retry_after},
    time::Timestamp,
};

/// A fault: field, problem, remedy.
type Wrong = (&'static str, &'static str, &'static str);

/// What one refusal means: its status, the words it holds, and what they stand for.
struct Row {
    status: u16,
    words: &'static [&'static str],
    kind: ErrorKind,
    message: &'static str,
    fault: Option<Wrong>,
}

const fn row(
    status: u16,
    words: &'static [&'static str],
    kind: ErrorKind,
    message: &'static str,
    fault: Option<Wrong>,
) -> Row {
    Row { status, words, kind, message, fault }
}

const SANDBOX: &str = "a sandbox domain sends to authorised recipients alone; authorise the \
                       address, or send from a domain of your own";
const UNVERIFIED: &str =
    "the domain is not verified at the provider; publish its DNS records, then verify it";
const DISABLED: &str = "the account or the domain is disabled; ask Mailgun's support";
const TEMPLATE: &str = "the provider does not know the template, or cannot fill it";
const RECIPIENT: &str = "the provider refused a recipient's address";
const MESSAGE: &str = "the provider refused the message";
const DOMAIN: &str = "the domain is not known in this region; check its name, and the region";

/// The first row that fits is taken. Words are in lower case, without quotation marks.
///
/// Source: [Errors](https://documentation.mailgun.com/docs/mailgun/api-reference/intro/).
const TABLE: &[Row] = &[
    row(400, &["sandbox"], ErrorKind::Rejected, SANDBOX, None),
    row(400, &["free accounts are for test"], ErrorKind::Rejected, SANDBOX, None),
    row(400, &["unverified"], ErrorKind::Rejected, UNVERIFIED, None),
    row(400, &["not verified"], ErrorKind::Rejected, UNVERIFIED, None),
    row(400, &["disabled"], ErrorKind::Unauthorized, DISABLED, None),
    row(
        400,
        &["reply-to", "valid address"],
        ErrorKind::InvalidMessage,
        MESSAGE,
        Some(("reply_to", "is no address to Mailgun", "correct it")),
    ),
    row(
        400,
        &["from parameter"],
        ErrorKind::InvalidMessage,
        MESSAGE,
        Some(("from", "is no address to Mailgun", "correct it")),
    ),
    row(
        400,
        &["to parameter", "valid address"],
        ErrorKind::InvalidRecipient,
        RECIPIENT,
        Some(("to", "is no address to Mailgun", "correct it")),
    ),
    row(
        400,
        &["cc parameter", "valid address"], // bcc too
        ErrorKind::InvalidRecipient,
        RECIPIENT,
        Some(("cc", "or bcc is no address to Mailgun", "correct it")),
    ),
    row(400, &["template"], ErrorKind::Template, TEMPLATE, None),
    row(
        400,
        &["deliverytime"],
        ErrorKind::InvalidMessage,
        MESSAGE,
        Some(("send_at", "is too far ahead for the plan", "send it nearer to its time")),
    ),
    row(
        400,
        &["o:tag"],
        ErrorKind::InvalidMessage,
        MESSAGE,
        Some(("tags", "were refused", "use fewer or shorter ones")),
    ),
    row(
        400,
        &["recipient-variables"],
        ErrorKind::InvalidMessage,
        MESSAGE,
        Some(("options.recipient_variables", "were refused", "correct them")),
    ),
    row(
        400,
        &["at least one of", "text"],
        ErrorKind::InvalidMessage,
        MESSAGE,
        Some(("text", "is missing, and so is HTML", "write one of them")),
    ),
    row(
        401,
        &[],
        ErrorKind::Unauthorized,
        "the API key was refused; check that it is whole, may do this, and belongs to the region",
        None,
    ),
    row(402, &[], ErrorKind::Quota, "the account's plan does not cover it, or is not paid", None),
    row(403, &["sandbox"], ErrorKind::Rejected, SANDBOX, None),
    row(403, &["free accounts are for test"], ErrorKind::Rejected, SANDBOX, None),
    row(403, &["unverified"], ErrorKind::Rejected, UNVERIFIED, None),
    row(403, &["not verified"], ErrorKind::Rejected, UNVERIFIED, None),
    row(403, &["disabled"], ErrorKind::Unauthorized, DISABLED, None),
    row(
        403,
        &["limit"],
        ErrorKind::Quota,
        "the account's or domain's sending limit is reached",
        None,
    ),
    row(
        403,
        &[],
        ErrorKind::Unauthorized,
        "the account, the domain or the key may not do this; a domain's key may only send",
        None,
    ),
    row(404, &["template"], ErrorKind::Template, TEMPLATE, None),
    row(404, &[], ErrorKind::Config, DOMAIN, None),
    row(405, &[], ErrorKind::Config, "the endpoint has no such call; check it", None),
    row(409, &[], ErrorKind::Rejected, "it conflicts with what the provider has already", None),
    row(
        413,
        &[],
        ErrorKind::InvalidMessage,
        "the message is too large",
        Some(("attachments", "are too large for Mailgun", "send less than 25 MB")),
    ),
    row(429, &[], ErrorKind::RateLimited, "too many requests, or too many mails for now", None),
];

/// The error of a response that is no acceptance.
pub(super) fn from_response(response: &Response<Bytes>, now: Timestamp) -> Error {
    let status = response.status();
    let raw = words(response.body());
    let text = raw.to_lowercase().replace(['\'', '"', '`', '‘', '’'], "");
    let fits = |row: &&Row| {
        row.status == status.as_u16() && row.words.iter().all(|word| text.contains(word))
    };
    let error = match TABLE.iter().find(fits) {
        Some(row) => {
            let faults =
                row.fault.map(|(field, problem, remedy)| Fault::new(field, problem, remedy));
            Error::new(row.kind, row.message).with_faults(faults.into_iter().collect())
        }
        None => from_status(status),
    };
    let delay = retry_after(response, now).or_else(|| match status.as_u16() {
        429 => reset(response, now).or_else(|| date_in(&raw, now)),
        _ => None,
    });
    error.with_status(status.as_u16()).with_retry_after(delay).with_provider(LABEL)
}

/// Whether several mails were refused for what may be of one of them alone. What all have alike,
/// such as the sender or the domain, is not.
pub(super) fn may_be_of_one(error: &Error) -> bool {
    let own = ["to", "cc", "reply_to", "options.recipient_variables", "attachments"];
    let general = [UNVERIFIED, DISABLED, TEMPLATE];
    error.fate() == Fate::NotSent
        && match (error.status(), error.faults().first()) {
            (Some(400 | 413), Some(fault)) => own.contains(&&*fault.field),
            (Some(400), None) => !general.contains(&error.message()),
            (Some(403), None) => error.message() == SANDBOX,
            // Ours: more bytes than were thought.
            (None, Some(fault)) => &*fault.field == "attachments",
            _ => false,
        }
}

/// The same for a call beside sending, where a 404 may be of an entry and not of the domain.
pub(super) fn from_call(response: &Response<Bytes>, now: Timestamp) -> Error {
    if absent(response) {
        let error = Error::new(ErrorKind::Rejected, "the provider has no such entry");
        return error.with_status(404).with_provider(LABEL);
    }
    from_response(response, now)
}

/// Whether the domain is there and the entry is not. Of entries Mailgun says that they are not in
/// their table, and an entry of the allow list may be a domain itself.
pub(super) fn absent(response: &Response<Bytes>) -> bool {
    let text = words(response.body()).to_lowercase();
    response.status() == 404 && (text.contains(" table") || !text.contains("domain"))
}

/// What the answer says: the message of its JSON, else a short plain text.
fn words(body: &[u8]) -> String {
    const MOST: usize = 2000;
    if let Ok(value) = serde_json::from_slice::<Value>(body) {
        let texts = ["message", "Message", "error", "Error"].map(|name| value.get(name));
        let texts: Vec<_> = texts.into_iter().flatten().filter_map(Value::as_str).collect();
        return texts.join(" ").chars().take(MOST).collect();
    }
    let start = body.get(..MOST).unwrap_or(body);
    // A page is no message: what it speaks of says nothing.
    if start.trim_ascii_start().starts_with(b"<") {
        return String::new();
    }
    String::from_utf8_lossy(start).into_owned()
}

/// The most that is believed.
const DAY: Duration = Duration::from_hours(24);

/// `X-RateLimit-Reset`: UNIX seconds, perhaps with a fraction.
fn reset(response: &Response<Bytes>, now: Timestamp) -> Option<Duration> {
    let text = response.headers().get("x-ratelimit-reset")?.to_str().ok()?.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let more = i64::from(fraction.bytes().any(|digit| digit != b'0'));
    let at = whole.parse::<i64>().ok()?.checked_add(more)?;
    let seconds = at.checked_sub(now.as_second())?.max(0);
    Some(Duration::from_secs(seconds.unsigned_abs()).min(DAY))
}

/// A date in the text, to try again after: `Sat, 14 Mar 2026 15:10:00 UTC`.
fn date_in(text: &str, now: Timestamp) -> Option<Duration> {
    const LENGTH: usize = 29;
    let text = text.replace(" UTC", " GMT");
    let at = text.match_indices(", ").find_map(|(comma, _)| {
        let start = comma.checked_sub(3)?;
        let date = text.get(start..start + LENGTH)?;
        DateTimeParser::new().parse_timestamp(date).ok()
    })?;
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default().min(DAY))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_answer_is_an_error_that_quotes_nothing(
            status in 300_u16..600,
            body in "[\\s\\S]{0,80}(, 14 Mar)?[\\s\\S]{0,40}",
            reset in "[ -~]{0,24}",
        ) {
            let response = Response::builder()
                .status(status)
                .header("x-ratelimit-reset", reset)
                .body(Bytes::from(format!("canary-7d1 {body}")))
                .unwrap();
            let now = Timestamp::UNIX_EPOCH;
            for error in [from_response(&response, now), from_call(&response, now)] {
                let shown = format!("{error} {error:?}");
                prop_assert!(!shown.contains("canary-7d1"));
                prop_assert_eq!(error.status(), Some(status));
            }
        }
    }
}
