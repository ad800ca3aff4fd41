//! One table from Twilio's codes to ours, for messages and calls, refused or failed later.
//!
//! What Twilio writes beside a code quotes numbers, so it is never kept.

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use crate::{
    error::{Error, ErrorKind, Fate},
    http::{answer::text, from_status, retry_after},
    time::Timestamp,
};

/// The error of an answer that is no success. It names no provider: whoever called does.
///
/// Both shapes are read: `{"code", "message", "status"}` and that of RFC 9457, which has a `code`
/// too.
///
/// Source: [Responses](https://www.twilio.com/docs/usage/twilios-response).
pub(super) fn from_response(response: &Response<Bytes>, now: Timestamp) -> Error {
    let status = response.status();
    let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    let code = body.get("code").and_then(code_of);
    let known = code.as_deref().and_then(lookup);
    let plain = from_status(status);
    let error = match (status.as_u16(), known) {
        // A full queue is what it is, whatever code is written there.
        (429, Some((_, message))) => Error::new(ErrorKind::RateLimited, message),
        (403, Some((ErrorKind::Unauthorized, _))) if code.as_deref() == Some("20003") => {
            let message =
                "the credentials lack the permission for this; check the API key's rights";
            Error::new(ErrorKind::Unauthorized, message)
        }
        (_, Some((kind, message))) => {
            // A timeout of the carrier leaves it open; so does a failure of Twilio's own.
            let fate = if kind == ErrorKind::Timeout { Fate::Unknown } else { plain.fate() };
            Error::new(kind, message).with_fate(fate)
        }
        (401, None) => Error::new(ErrorKind::Unauthorized, REFUSED),
        (404 | 405, None) => {
            Error::config("the endpoint has no such call; check endpoint, region and edge")
        }
        (_, None) => plain,
    };
    let delay = retry_after(response, now);
    error.with_code(code).with_status(status.as_u16()).with_retry_after(delay)
}

/// The error of a code that came with a status, not with an answer: the message was accepted, and
/// failed.
pub(super) fn from_code(code: &str) -> Error {
    let (kind, message) =
        lookup(code).unwrap_or((ErrorKind::Rejected, "Twilio could not deliver the message"));
    Error::new(kind, message).with_code(Some(code))
}

/// A code as it was written, number or text of digits; nothing longer than a code.
pub(super) fn code_of(value: &Value) -> Option<String> {
    let text = text(value)?;
    let fits = !text.is_empty() && text.len() <= 6 && text.bytes().all(|b| b.is_ascii_digit());
    fits.then_some(text)
}

fn lookup(code: &str) -> Option<(ErrorKind, &'static str)> {
    let code: u32 = code.parse().ok()?;
    let place = TABLE.binary_search_by_key(&code, |(code, ..)| *code).ok()?;
    TABLE.get(place).map(|(_, kind, message)| (*kind, *message))
}

const REFUSED: &str = "the credentials were refused; check SID and token or API key, and that \
                       they are of the region that is called";
const GEO: &str = "the account's geo permissions exclude this country; allow it in the console";
const TRIAL: &str = "a trial account reaches verified numbers alone; verify it, or upgrade";
const SCHEDULE: &str = "the scheduling was refused: `send_at` must be 300 s to 35 days ahead, \
                        through a Messaging Service, and not too many at a time";
const TEMPLATE_OFF: &str = "the template is rejected, paused or disabled; see its approval status";
const REGISTER: &str = "the sender is not registered for that carrier; register it in the console";
const A2P: &str =
    "the number is of no approved US 10DLC campaign; register it, or wait for approval";
const DAILY: &str = "the day's limit is reached; send the rest tomorrow";
const CHANNEL_FAILED: &str = "the channel failed inside; try later";

/// By code. Filtering, handsets that are off and blocks by carriers are `Rejected`, which another
/// provider may overcome; numbers that are none are `InvalidRecipient`; what a carrier's rules or
/// WhatsApp's window forbid is `Compliance`, so that another kind may go on.
///
/// Source: [Error codes](https://www.twilio.com/docs/api/errors),
/// [WhatsApp's](https://www.twilio.com/docs/whatsapp/api/error-code-mapping).
const TABLE: &[(u32, ErrorKind, &str)] = {
    use ErrorKind as K;
    &[
        (10001, K::Unauthorized, "the account is not active; see the console"),
        (10004, K::RateLimited, "too many calls at a time on this account"),
        (11200, K::Config, "the webhook answered an error; see its log"),
        (11205, K::Config, "the webhook could not be reached; check its URL"),
        (11750, K::InvalidMessage, "the TwiML is larger than 64 kB"),
        (12100, K::InvalidMessage, "the TwiML cannot be parsed"),
        (12300, K::Config, "the webhook's content type is none that Twilio takes; send text/xml"),
        (13223, K::InvalidRecipient, "the number to dial is none"),
        (13224, K::InvalidRecipient, "Twilio does not call that number"),
        (13225, K::Rejected, "Twilio blocks calls to that number"),
        (13227, K::Rejected, GEO),
        (14107, K::RateLimited, "too many messages between two numbers in a short time"),
        (20001, K::InvalidMessage, "a parameter is unknown or invalid"),
        (20003, K::Unauthorized, REFUSED),
        (20005, K::Unauthorized, "the account is not active; see the console"),
        (20404, K::Rejected, "there is no such resource; check account SID, region and id"),
        (20422, K::InvalidMessage, "a parameter is unknown or invalid"),
        (20429, K::RateLimited, "too many requests at a time"),
        (20500, K::Unavailable, "Twilio failed inside; try later"),
        (20503, K::Unavailable, "Twilio is unavailable; try later"),
        (21201, K::InvalidMessage, "the call goes to no number"),
        (21205, K::Config, "the URL of the call's instructions is invalid"),
        (21210, K::Rejected, "the caller is no number of the account; buy or verify it"),
        (21211, K::InvalidRecipient, "the recipient's number is invalid"),
        (21212, K::Rejected, "the sender is invalid; use a number or sender of the account"),
        (21214, K::InvalidRecipient, "the number cannot be called"),
        (21215, K::Rejected, GEO),
        (21216, K::Rejected, "the number is on Twilio's block list for calls"),
        (21217, K::InvalidRecipient, "the number does not look valid"),
        (21218, K::Config, "the application SID is invalid"),
        (21219, K::Rejected, TRIAL),
        (21408, K::Rejected, GEO),
        (21601, K::Rejected, "the sender cannot send SMS; use one that can"),
        (21602, K::InvalidMessage, "the message has neither text nor media"),
        (21603, K::Config, "the message has no sender; set one, or a Messaging Service"),
        (21604, K::InvalidMessage, "the message has no recipient"),
        (21606, K::Rejected, "the sender cannot send SMS to this destination; use another"),
        (21608, K::Rejected, TRIAL),
        (21609, K::Config, "the status callback's URL is invalid"),
        (21610, K::Suppressed, "the recipient has opted out"),
        (21611, K::RateLimited, "the sender's queue is longer than 10 hours"),
        (21612, K::Rejected, "there is no route from this sender to this number; use another"),
        (21614, K::InvalidRecipient, "the recipient's number is no mobile number"),
        (21617, K::InvalidMessage, "the text is longer than 1600 characters"),
        (21620, K::InvalidMessage, "the link of a file is invalid"),
        (21623, K::InvalidMessage, "the message has too many files; 10 are taken"),
        (21654, K::Template, "the ContentSid of the template is missing or unknown"),
        (21655, K::Template, "the ContentSid of the template is invalid"),
        (21656, K::Template, "the template's variables are invalid; check names and values"),
        (21664, K::Config, "a fallback sender cannot go with a sender; leave one out"),
        (21666, K::Config, "a fallback sender needs a Messaging Service"),
        (21667, K::Config, "the Messaging Service holds no RCS sender; add one"),
        (21701, K::Config, "the Messaging Service does not exist; check its SID"),
        (21703, K::Rejected, "the Messaging Service holds no sender for this number; add one"),
        (21705, K::Config, "the Messaging Service is invalid; check its SID"),
        (30001, K::RateLimited, "the queue is full, or the message waited for too long"),
        (30002, K::Unauthorized, "the account is suspended; see the console"),
        (30003, K::Rejected, "the handset is off or without signal; try later"),
        (30004, K::Rejected, "the recipient or the carrier blocks the message"),
        (30005, K::InvalidRecipient, "the number is unknown or inactive"),
        (30006, K::InvalidRecipient, "the number is a landline, or of an unreachable carrier"),
        (30007, K::Rejected, "the message was filtered; change its text, or register the sender"),
        (30008, K::Unavailable, "the carrier failed for an unknown reason; try again a few times"),
        (30009, K::Rejected, "a segment of an incoming message is missing"),
        (30010, K::Rejected, "the price is above the maximum that was set"),
        (30011, K::Unsupported, "MMS does not go to that number; send text alone"),
        (30017, K::Unavailable, "the carrier is congested; try later"),
        (30018, K::Compliance, REGISTER),
        (30019, K::InvalidMessage, "the content is too large for the carrier"),
        (30022, K::RateLimited, "the US 10DLC campaign's rate is exceeded"),
        (30023, K::Quota, DAILY),
        (30024, K::Compliance, REGISTER),
        (30027, K::Quota, DAILY),
        (30032, K::Compliance, "the toll-free number is not verified; verify it in the console"),
        (30033, K::Compliance, "the US 10DLC campaign is suspended; see the console"),
        (30034, K::Compliance, A2P),
        (30035, K::Compliance, A2P),
        (30410, K::Timeout, "the carrier timed out; it may be delivered all the same"),
        (30450, K::RateLimited, "fraud protection holds the number back; try in 30 minutes"),
        (32017, K::Rejected, "the carrier blocked the call for the caller's reputation"),
        (35111, K::InvalidMessage, SCHEDULE),
        (35114, K::InvalidMessage, SCHEDULE),
        (35115, K::InvalidMessage, SCHEDULE),
        (35117, K::InvalidMessage, SCHEDULE),
        (35118, K::InvalidMessage, SCHEDULE),
        (35125, K::InvalidMessage, SCHEDULE),
        (35126, K::InvalidMessage, SCHEDULE),
        (63001, K::Unauthorized, "the channel refused its credentials; connect the sender again"),
        (63002, K::Rejected, "the channel does not know the sender; check its address"),
        (63003, K::InvalidRecipient, "the recipient is not on the channel"),
        (63005, K::InvalidMessage, "the channel does not take this content"),
        (63006, K::InvalidMessage, "the content cannot be formatted for the channel"),
        (63007, K::Rejected, "the account has no such sender on the channel; check `from`"),
        (63008, K::Config, "the channel's sender is misconfigured; see the console"),
        (63009, K::Unavailable, CHANNEL_FAILED),
        (63010, K::Unavailable, CHANNEL_FAILED),
        (63012, K::Unavailable, CHANNEL_FAILED),
        (63013, K::Rejected, "the message violates the channel's policy; change it"),
        (63014, K::Suppressed, "the recipient has blocked the sender"),
        (63015, K::Rejected, "the recipient has not joined the sandbox; let them join first"),
        (
            63016,
            K::Compliance,
            "more than 24 hours since the recipient's last message; send an approved template",
        ),
        (63017, K::RateLimited, "the rate is exceeded"),
        (63018, K::RateLimited, "the channel's rate is exceeded"),
        (63019, K::InvalidMessage, "the file could not be fetched; check its link"),
        (63020, K::Unauthorized, "the business account has a problem; see Meta's console"),
        (63021, K::InvalidMessage, "the channel finds the content invalid"),
        (63024, K::InvalidRecipient, "the recipient cannot receive messages of the channel"),
        (63027, K::Template, "the template does not exist in that language"),
        (63028, K::Template, "the template takes another number of variables"),
        (63030, K::InvalidMessage, "the channel does not support a parameter"),
        (63032, K::Rejected, "WhatsApp holds the recipient out by an experiment of its own"),
        (63033, K::Rejected, "the recipient is blocked from receiving the message"),
        (63034, K::InvalidMessage, "the file is too large for the channel"),
        (63035, K::Rejected, "the RCS sender is not launched, and the recipient is no tester"),
        (63036, K::InvalidRecipient, "the recipient cannot be reached by RCS; send an SMS"),
        (63037, K::Unavailable, "the file could not be handed to the channel; try later"),
        (63038, K::Quota, DAILY),
        (63040, K::Template, TEMPLATE_OFF),
        (63041, K::Template, TEMPLATE_OFF),
        (63042, K::Template, TEMPLATE_OFF),
        (63049, K::Rejected, "Meta held the marketing message back; not before 24 hours again"),
        (63051, K::Unauthorized, "the business account is locked; see Meta's console"),
        (63112, K::Unauthorized, "the WhatsApp sender is disabled; see Meta's console"),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_says_each_code_once() {
        assert!(TABLE.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
