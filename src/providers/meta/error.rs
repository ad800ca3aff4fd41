//! Meta's codes, and what each means.
//!
//! The code decides, not the status: a throttle comes as 400. `error_data.details` and the message
//! may quote an address or a text: they are not kept.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde::Deserialize;

use super::whatsapp::LABEL;
use crate::{
    error::{Error, ErrorKind as K, Fate},
    http::{from_status, retry_after},
    time::Timestamp,
};

#[derive(Deserialize)]
struct Body {
    error: Details,
}

/// What is read of a refusal.
#[derive(Deserialize)]
struct Details {
    code: Option<i64>,
    error_subcode: Option<i64>,
    is_transient: Option<bool>,
    fbtrace_id: Option<String>,
}

/// Whether a success's body says otherwise.
pub(super) fn is_refusal(response: &Response<Bytes>) -> bool {
    #[derive(Deserialize)]
    struct Named {
        error: Option<serde::de::IgnoredAny>,
    }
    // First whether there is one: that a message was taken is the rule.
    let body = response.body();
    serde_json::from_slice::<Named>(body).is_ok_and(|body| body.error.is_some())
        && serde_json::from_slice::<Body>(body).is_ok()
}

/// The error of a response that is no acceptance, whatever its status.
///
/// Sources: [Error codes](https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes),
/// [Graph API errors](https://developers.facebook.com/docs/graph-api/guides/error-handling).
pub(super) fn from_response(response: &Response<Bytes>, now: Timestamp) -> Error {
    let status = response.status();
    let details = serde_json::from_slice::<Body>(response.body()).ok().map(|body| body.error);
    let known = details.as_ref().and_then(|details| details.code.map(|code| (code, details)));
    let mut error = match known {
        Some((code, details)) => {
            let row = row(code, details.error_subcode.unwrap_or_default());
            let row = row.or_else(|| generic(code, status.as_u16(), details.is_transient));
            let number = details.error_subcode.filter(|subcode| decides(*subcode)).unwrap_or(code);
            row.map_or_else(|| refused(status), |row| row.error(status.as_u16()))
                .with_code(is_code(number).then(|| number.to_string()))
        }
        None if status.is_success() => {
            Error::new(K::Response, "the answer is no acceptance").with_fate(Fate::Unknown)
        }
        None if status.as_u16() == 404 => Error::new(
            K::Config,
            "the endpoint has no such call; check endpoint, version and phone number id",
        ),
        None => from_status(status),
    };
    if let Some(delay) = retry_after(response, now) {
        error = error.with_retry_after(Some(delay));
    }
    // The support asks for it.
    if let Some(trace) = details.and_then(|details| details.fbtrace_id).filter(|id| is_trace(id)) {
        error = error.with_source(format!("fbtrace_id {trace}"));
    }
    error.with_status(status.as_u16()).with_provider(LABEL)
}

/// A code that nobody wrote down.
fn refused(status: http::StatusCode) -> Error {
    if status.is_server_error() {
        return from_status(status);
    }
    Error::new(K::Rejected, "the provider refused it for a reason of its own; look the code up")
}

/// Letters and digits alone, and no phone number: what else a server writes there may be anything.
fn is_trace(id: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let short = id.split(|c: char| !c.is_ascii_digit()).all(|digits| digits.len() <= 6);
    (1..=40).contains(&id.len()) && id.bytes().all(fits) && short
}

/// Meta's codes have seven digits at most; a longer one could be a phone number.
fn is_code(number: i64) -> bool {
    (-9_999_999..=9_999_999).contains(&number)
}

/// A template's fault is told by the subcode, below a code that says nothing.
fn decides(subcode: i64) -> bool {
    matches!(subcode, 2_388_000..=2_388_999 | 2_494_100)
}

struct Row {
    kind: K,
    message: &'static str,
    wait: Option<u64>,
    /// Whether a 5xx leaves it open that the message is out.
    open: bool,
}

impl Row {
    fn error(&self, status: u16) -> Error {
        let unknown = self.open && matches!(status, 500 | 502 | 504);
        let fate = if unknown { Fate::Unknown } else { Fate::NotSent };
        Error::new(self.kind, self.message)
            .with_fate(fate)
            .with_retry_after(self.wait.map(Duration::from_secs))
    }

    fn after(self, seconds: u64) -> Self {
        Self { wait: Some(seconds), ..self }
    }
}

fn is(kind: K, message: &'static str) -> Row {
    Row { kind, message, wait: None, open: false }
}

/// A failure of Meta's, after which the message may be out.
fn failing(message: &'static str) -> Row {
    Row { kind: K::Unavailable, message, wait: None, open: true }
}

/// What is known of the codes that say little.
fn generic(code: i64, status: u16, transient: Option<bool>) -> Option<Row> {
    Some(match (code, transient) {
        (1, Some(false)) => is(K::Rejected, "the API knows no such call, or failed for good"),
        (1, _) => failing("the API failed for an unknown reason; try again a few times"),
        (_, Some(true)) => failing("the provider failed for the moment"),
        _ if status == 429 => is(K::RateLimited, "too many requests"),
        _ => return None,
    })
}

/// One row a code.
fn row(code: i64, subcode: i64) -> Option<Row> {
    if decides(subcode)
        && let Some(row) = template(subcode)
    {
        return Some(row);
    }
    match code {
        0..=999 => graph(code, subcode),
        80_007 => Some(is(K::RateLimited, "the business account's rate limit is reached")),
        130_000..=131_999 => message(code),
        132_000..=132_999 => filling(code),
        133_000..=133_999 => registration(code),
        134_000..=147_999 => other(code),
        2_388_000..=2_494_999 => template(code),
        _ => None,
    }
}

/// The Graph API's own.
fn graph(code: i64, subcode: i64) -> Option<Row> {
    Some(match (code, subcode) {
        (0, _) => is(K::Unauthorized, "the token was refused; make a new one for the system user"),
        (2, _) => failing("the service is down for the moment"),
        (3, _) => is(K::Unauthorized, "the app lacks a capability or permission for this call"),
        (4, _) => is(K::RateLimited, "the app's call rate is exceeded"),
        (10 | 200..=299, _) => is(
            K::Unauthorized,
            "the token lacks a permission: whatsapp_business_messaging to send, \
             whatsapp_business_management for templates, profile and numbers",
        ),
        (33, _) | (100, 33) => is(
            K::Config,
            "the phone number id, or another id, is unknown, was deleted, or is not the token's; \
             check `phone_number_id`, which is not the number, and the assets of the system user",
        ),
        (100, _) => is(K::InvalidMessage, "a parameter is unknown or wrong"),
        (190, 458) => is(K::Unauthorized, "the token was revoked: the app was removed"),
        (190, 460) => is(K::Unauthorized, "the token was revoked: the password was changed"),
        (190, 463) => is(K::Unauthorized, "the token has expired; use a system user's"),
        (190, 459 | 464) => is(K::Unauthorized, "the token's user must log in at Facebook first"),
        (190, 467 | 492) => is(K::Unauthorized, "the token was revoked; make a new one"),
        (190, _) => is(K::Unauthorized, "the token is wrong, has expired or was revoked"),
        (368, _) => is(K::Unauthorized, "the account is blocked for breaking a policy"),
        (613, _) => is(K::RateLimited, "the API's rate limit is reached"),
        _ => return None,
    })
}

/// Sending.
fn message(code: i64) -> Option<Row> {
    Some(match code {
        130_403 => is(K::Suppressed, "the business blocks this recipient"),
        130_429 => is(K::RateLimited, "the number's messages a second are exceeded"),
        130_472 => is(K::Compliance, "an experiment of Meta's holds marketing back from this user"),
        130_497 => is(K::Compliance, "the account may not write to people of that country"),
        131_000 => failing("something went wrong at the provider"),
        131_005 => is(K::Unauthorized, "access denied: the token lacks a permission"),
        131_008 => is(K::InvalidMessage, "a required parameter is missing"),
        131_009 => is(K::InvalidMessage, "the value of a parameter is not valid"),
        131_016 => failing("the service is unavailable for the moment"),
        131_020 | 131_041 => is(K::Rejected, "the group cannot be written to; check it"),
        131_021 => is(K::InvalidRecipient, "the recipient is the sender"),
        131_026 => is(
            K::InvalidRecipient,
            "it cannot be delivered: the recipient is not on WhatsApp, has an old version, or has \
             not accepted the terms",
        ),
        131_030 => is(K::Rejected, "a test number writes to listed people alone; list this one"),
        131_031 => is(K::Unauthorized, "the account is locked, or the PIN does not fit"),
        131_037 => is(K::Rejected, "the number's display name must be approved first"),
        131_042 => is(K::Quota, "the account cannot be charged; check its payment method"),
        131_045 => is(K::Rejected, "the number is not registered as it must be; register it again"),
        131_047 => is(
            K::Compliance,
            "more than 24 hours passed since the person's last message; send a template",
        ),
        131_048 => is(K::Quota, "the number is restricted for spam until its quality recovers"),
        131_049 => is(
            K::Compliance,
            "Meta holds back marketing from this user; not before 24 hours, and then rarer",
        )
        .after(24 * 60 * 60),
        131_050 => is(K::Suppressed, "the person stopped marketing messages of this business"),
        131_051 => is(K::InvalidMessage, "the message's type is not supported"),
        131_052 => is(K::InvalidMessage, "the file could not be fetched from its link"),
        131_053 => is(K::InvalidMessage, "the file could not be used; check its type and size"),
        131_055 => is(
            K::InvalidMessage,
            "the marketing endpoint does not take this; only marketing templates go there",
        ),
        131_056 => is(K::RateLimited, "too many messages to this one user").after(6),
        131_057 => is(K::Unavailable, "the account is in maintenance for some minutes"),
        131_059 => is(K::InvalidMessage, "the cursor of the page is not valid; begin again"),
        131_062 => {
            is(K::InvalidMessage, "this message cannot go to a user id; address the phone number")
        }
        131_063 => is(
            K::Rejected,
            "marketing templates are off on this endpoint; send by the marketing endpoint",
        ),
        131_064 => {
            is(K::RateLimited, "the limit for templates of this class is reached; wait long")
        }
        _ => return None,
    })
}

/// Filling a template.
fn filling(code: i64) -> Option<Row> {
    Some(match code {
        132_000 => is(K::Template, "the number of parameters is not the template's"),
        132_001 => is(K::Template, "no approved template has this name in this language"),
        132_005 => is(K::Template, "the filled text is too long"),
        132_007 => is(K::Template, "the template's content breaks a policy"),
        132_008 | 132_012 => is(K::Template, "a parameter is not of the template's form"),
        132_015 => is(K::Template, "the template is paused for its quality"),
        132_016 => is(K::Template, "the template is disabled for good; make another"),
        132_018 => is(K::Template, "a parameter holds line breaks, tabs or too many blanks"),
        132_068 => is(K::Rejected, "the flow is blocked; repair it"),
        132_069 => is(K::RateLimited, "the flow is throttled"),
        _ => return None,
    })
}

/// Registering numbers.
fn registration(code: i64) -> Option<Row> {
    Some(match code {
        133_000 => is(K::Unavailable, "an earlier deregistration is incomplete; deregister again"),
        133_004 => is(K::Unavailable, "the registration is unavailable for the moment"),
        133_005 => is(K::Unauthorized, "the PIN of two-step verification is wrong"),
        133_006 => is(K::Rejected, "the number must be verified first: ask for a code"),
        133_008 => is(K::Rejected, "the PIN was tried too often; wait as long as Meta says"),
        133_009 => is(K::RateLimited, "the PIN was tried too fast"),
        133_010 => is(K::Rejected, "the number is not registered; register it first"),
        133_015 => is(K::Unavailable, "the number was deleted just now").after(5 * 60),
        133_016 => is(K::Quota, "the number was registered ten times in 72 hours"),
        _ => return None,
    })
}

/// Payments, marketing, identity, calls, flows and user names.
fn other(code: i64) -> Option<Row> {
    Some(match code {
        134_011 => is(K::Rejected, "the payment terms are not accepted"),
        134_100 => is(K::InvalidMessage, "the marketing endpoint takes marketing templates alone"),
        134_101 => is(K::Unavailable, "the template is still on its way to the marketing endpoint"),
        134_102 => is(K::Rejected, "the template or account is not eligible for that endpoint"),
        135_000 => is(K::InvalidMessage, "a parameter is not valid"),
        136_024 => is(K::Rejected, "no code is sent: the number is verified already"),
        137_000 => is(K::InvalidMessage, "the person's identity changed; confirm it first"),
        138_000..=138_999 => is(K::Rejected, "calling is not possible; check the call settings"),
        139_000..=139_999 => is(K::Rejected, "the flow or the block is not possible; check it"),
        147_001..=147_005 => is(K::Rejected, "the user name is not possible; check it"),
        _ => return None,
    })
}

/// Keeping templates.
fn template(code: i64) -> Option<Row> {
    Some(match code {
        2_388_019 => is(K::Quota, "the account has as many templates as it may"),
        2_388_039 => is(K::Template, "the template cannot be changed in its present state"),
        2_388_040 => is(K::Template, "a text of the template is too long"),
        2_388_047 => is(K::Template, "the template's header is not valid"),
        2_388_072 => is(K::Template, "the template's body is not valid"),
        2_388_073 => is(K::Template, "the template's footer is not valid"),
        2_388_293 => is(K::Template, "the template has too many variables for its length"),
        2_388_299 => is(K::Template, "a variable stands at the start or end of the template"),
        2_494_100 => is(K::Unavailable, "the account is in maintenance for the moment"),
        _ => return None,
    })
}
