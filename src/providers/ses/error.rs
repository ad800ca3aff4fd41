//! Answers that say no: one table from the codes of SES and of AWS to kinds.
//!
//! The text of an answer may quote an address or an ARN: it is looked at, never kept.
//!
//! Source: [common errors](https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html),
//! [`SendEmail`](https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html).

use bytes::Bytes;
use http::{Response, header};
use serde_json::Value;

use super::email::LABEL;
use crate::{
    error::{Error, ErrorKind, Fate, Fault},
    http::{from_status, retry_after},
    time::Timestamp,
};

/// The error of an answer to a send.
pub(super) fn from_response(response: &Response<Bytes>, now: Timestamp) -> Error {
    let refusal = Refusal::of(response);
    let status = response.status().as_u16();
    let error = match refusal.code.as_deref() {
        Some(code) => refusal.error(code, response, now),
        None => by_status(response),
    };
    let error = error.with_status(status).with_retry_after(retry_after(response, now));
    let error = error.with_code(refusal.code).with_provider(LABEL);
    // Support at AWS asks for it first.
    match request_id(response) {
        Some(id) => error.with_source(id),
        None => error,
    }
}

/// The error of an answer to a call that is no send: a limit is then one of the account.
pub(super) fn of_management(response: &Response<Bytes>, now: Timestamp) -> Error {
    let error = from_response(response, now);
    if error.code() != Some("LimitExceededException") {
        return error;
    }
    Error::new(ErrorKind::Quota, "the account has as many of these as it may")
        .with_status(response.status().as_u16())
        .with_code(error.code())
        .with_provider(LABEL)
}

/// Whether temporary credentials have expired.
pub(super) fn is_expired(response: &Response<Bytes>) -> bool {
    let code = || Refusal::of(response).code;
    response.status().is_client_error()
        && code().is_some_and(|code| matches!(&*code, "ExpiredTokenException" | "ExpiredToken"))
}

/// The id that AWS gave the request.
#[derive(Debug, thiserror::Error)]
#[error("AWS calls the request {0}")]
struct RequestId(String);

fn request_id(response: &Response<Bytes>) -> Option<RequestId> {
    let id = response.headers().get("x-amzn-requestid")?.to_str().ok()?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let fits = (1..=64).contains(&id.len()) && id.chars().all(allowed);
    fits.then(|| RequestId(id.to_owned()))
}

/// SES may have sent before it failed, also where it says 503.
fn by_status(response: &Response<Bytes>) -> Error {
    let error = from_status(response.status());
    let fate = if response.status().is_server_error() { Fate::Unknown } else { error.fate() };
    error.with_fate(fate)
}

struct Refusal {
    code: Option<String>,
    /// In lower case; may quote an address.
    text: String,
    /// As it was written.
    message: String,
}

impl Refusal {
    fn of(response: &Response<Bytes>) -> Self {
        let body: Value = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        let member = |names: [&str; 2]| {
            names.into_iter().find_map(|name| body.get(name).and_then(Value::as_str))
        };
        let header = response.headers().get("x-amzn-errortype");
        let header = header.and_then(|value| value.to_str().ok());
        let code = header.and_then(bare).or_else(|| member(["code", "__type"]).and_then(bare));
        let message = member(["message", "Message"]).unwrap_or_default();
        Self { code, text: message.to_lowercase(), message: message.to_owned() }
    }

    fn says(&self, words: &str) -> bool {
        self.text.contains(words)
    }

    fn error(&self, code: &str, response: &Response<Bytes>, now: Timestamp) -> Error {
        use ErrorKind as K;
        let error = |kind, message| Error::new(kind, message);
        match code {
            "TooManyRequestsException"
            | "Throttling"
            | "ThrottlingException"
            | "LimitExceededException" => self.throttled(),
            "MessageRejected" => self.rejected(),
            "MailFromDomainNotVerifiedException" => {
                error(K::Rejected, "the MAIL FROM domain of the identity is not verified")
            }
            "AccountSuspendedException" => error(K::Unauthorized, SUSPENDED),
            "SendingPausedException" => {
                error(K::Unauthorized, "sending is paused for the account or its configuration set")
            }
            "BadRequestException" => self.bad_request(),
            "ValidationException" | "ValidationError" | "SerializationException" => {
                error(K::InvalidMessage, "the request is not of the shape that SES takes")
            }
            "NotFoundException" => self.not_found(),
            "AlreadyExistsException" => error(K::Rejected, "it exists already"),
            "ConflictException" => error(K::Rejected, "it is in use, or being changed"),
            "InvalidNextTokenException" => {
                error(K::Config, "the page is none; begin the list anew")
            }
            "ConcurrentModificationException" => {
                error(K::Unavailable, "another change is in progress")
            }
            "InternalServiceErrorException"
            | "InternalFailure"
            | "InternalServerError"
            | "ServiceUnavailable"
            | "ServiceUnavailableException" => {
                error(K::Unavailable, "SES failed").with_fate(Fate::Unknown)
            }
            "RequestTimeout" | "RequestTimeoutException" => {
                error(K::Timeout, "SES timed out").with_fate(Fate::Unknown)
            }
            "AccessDeniedException" | "AccessDenied" => self.denied(),
            "UnrecognizedClientException" | "InvalidClientTokenId" => error(
                K::Unauthorized,
                "AWS does not know the access key: it is wrong or deleted, or a temporary one \
                 without its session token",
            ),
            "SignatureDoesNotMatch"
            | "InvalidSignatureException"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "RequestExpired"
            | "RequestInTheFuture"
            | "RequestTimeTooSkewed" => self.signature(code, response, now),
            "MissingAuthenticationTokenException" | "MissingAuthenticationToken" => error(
                K::Unauthorized,
                "no signature reached AWS; a proxy may remove the Authorization header",
            ),
            "OptInRequired" | "SubscriptionRequiredException" => {
                error(K::Unauthorized, "the AWS account is not signed up for SES in this region")
            }
            "ExpiredTokenException" | "ExpiredToken" => {
                error(K::Unauthorized, "the temporary credentials have expired; hand in new ones")
            }
            _ => by_status(response),
        }
    }

    fn throttled(&self) -> Error {
        if self.says("daily") || self.says("24 hour") || self.says("24-hour") {
            return Error::new(ErrorKind::Quota, DAILY);
        }
        Error::new(ErrorKind::RateLimited, "too many requests, or recipients a second")
    }

    fn rejected(&self) -> Error {
        if self.says("not verified") {
            let remedy = "verify the identity; in the sandbox the recipients' too, or ask for \
                          production access";
            let fault = Fault::new("from", "is no verified identity in this region", remedy);
            let message = "an address is not verified in this region";
            return Error::new(ErrorKind::Rejected, message).with_faults(vec![fault]);
        }
        if self.says("sending paused") || self.says("suspended") || self.says("shut down") {
            return Error::new(ErrorKind::Unauthorized, SUSPENDED);
        }
        Error::new(ErrorKind::Rejected, "SES refused the content of the mail")
    }

    fn bad_request(&self) -> Error {
        if self.says("template") || self.says("rendering") || self.says("attribute") {
            return Error::new(ErrorKind::Template, "SES refused the template or its variables");
        }
        if self.says("recipient") && (self.says("50") || self.says("exceed")) {
            let fault = Fault::new("to", "has more recipients than SES takes", "send it in parts");
            return Error::invalid(vec![fault]);
        }
        if self.says("configuration set") {
            return Error::config("SES knows no such configuration set");
        }
        Error::new(ErrorKind::InvalidMessage, "SES found the request not valid")
    }

    fn not_found(&self) -> Error {
        if self.says("template") {
            return Error::new(ErrorKind::Template, "SES knows no such template in this region");
        }
        let message = [
            ("configuration set", "SES knows no such configuration set in this region"),
            ("contact list", "SES knows no such contact list in this region"),
            ("tenant", "SES knows no such tenant in this region"),
            ("identity", "SES knows no such identity in this region"),
        ];
        let found = message.into_iter().find(|(words, _)| self.says(words));
        Error::config(found.map_or("SES does not know what the request names", |(_, text)| text))
    }

    /// Names the action, which holds nothing of the account; the rest of the text does.
    fn denied(&self) -> Error {
        let words = self.message.split(|c: char| !(c.is_ascii_alphanumeric() || c == ':'));
        let action = words.into_iter().find(|word| {
            let name = word.strip_prefix("ses:").unwrap_or_default();
            (1..=64).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphabetic())
        });
        let message = match action {
            Some(action) if self.says("explicit deny") => {
                format!("a policy denies the credentials the permission {action}")
            }
            Some(action) => format!("the credentials lack the permission {action}"),
            None => "the credentials lack a permission".into(),
        };
        Error::new(ErrorKind::Unauthorized, message)
    }

    fn signature(&self, code: &str, response: &Response<Bytes>, now: Timestamp) -> Error {
        let clock =
            matches!(code, "RequestExpired" | "RequestInTheFuture" | "RequestTimeTooSkewed")
                || self.says("signature expired")
                || self.says("not yet current")
                || self.says("request has expired");
        let message = if clock {
            match skew(response, now) {
                Some(seconds) if seconds < SKEW => {
                    "the request took more than five minutes to reach AWS, or a proxy kept it"
                        .into()
                }
                Some(seconds) => format!("the clock is wrong by {seconds} s; set it"),
                None => "the clock is wrong by more than five minutes; set it".into(),
            }
        } else if self.says("valid region") || self.says("scoped to") {
            "the signature is for another region; write the region of the endpoint".into()
        } else if code.starts_with("Incomplete") {
            "the signature is not complete; a proxy may change headers".into()
        } else {
            "the secret access key does not belong to the access key, or a proxy changes the \
             request"
                .into()
        };
        Error::new(ErrorKind::Unauthorized, message)
    }
}

/// By how many seconds a clock may be wrong that is not to blame: half of what AWS allows.
const SKEW: u64 = 150;

pub(super) const SUSPENDED: &str = "AWS has suspended the account's sending";
pub(super) const DAILY: &str =
    "the account's sending quota of 24 hours is used up; wait, or ask AWS for more";

/// How far our clock is from the server's, in whole seconds.
fn skew(response: &Response<Bytes>, now: Timestamp) -> Option<u64> {
    let date = response.headers().get(header::DATE)?.to_str().ok()?;
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok()?;
    Some(now.duration_since(date).as_secs().unsigned_abs())
}

/// `aws.protocol#Code:http://…` without what is around the code; one with digits could be a
/// number.
fn bare(text: &str) -> Option<String> {
    let text = text.split(':').next().unwrap_or_default();
    let text = text.rsplit('#').next().unwrap_or_default().trim();
    let fits = (1..=100).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphabetic());
    fits.then(|| text.to_owned())
}

/// The error of one mail of a bulk request, by its `Status`.
pub(super) fn of_entry(status: &str, text: &str) -> Error {
    use ErrorKind as K;
    let refusal = Refusal { code: None, text: text.to_lowercase(), message: String::new() };
    let error = match status {
        "TRANSIENT_FAILURE" => {
            Error::new(K::Unavailable, "SES failed for the moment").with_fate(Fate::NotSent)
        }
        "ACCOUNT_THROTTLED" => Error::new(K::RateLimited, "too many recipients a second"),
        "ACCOUNT_DAILY_QUOTA_EXCEEDED" => Error::new(K::Quota, DAILY),
        "MESSAGE_REJECTED" => refusal.rejected(),
        "MAIL_FROM_DOMAIN_NOT_VERIFIED" => {
            Error::new(K::Rejected, "the MAIL FROM domain of the identity is not verified")
        }
        "CONFIGURATION_SET_NOT_FOUND" => {
            Error::config("SES knows no such configuration set in this region")
        }
        "TEMPLATE_NOT_FOUND" => {
            Error::new(K::Template, "SES knows no such template in this region")
        }
        "ACCOUNT_SUSPENDED" => Error::new(K::Unauthorized, SUSPENDED),
        "INVALID_SENDING_POOL_NAME" => {
            Error::config("the configuration set names a pool of addresses that does not exist")
        }
        "ACCOUNT_SENDING_PAUSED" => {
            Error::new(K::Unauthorized, "sending is paused for the account")
        }
        "CONFIGURATION_SET_SENDING_PAUSED" => {
            Error::new(K::Unauthorized, "sending is paused for the configuration set")
        }
        "INVALID_PARAMETER" => refusal.bad_request(),
        // Which says nothing more, nor whether it is for good.
        "FAILED" => {
            Error::new(K::Unavailable, "SES failed to send the mail").with_fate(Fate::Unknown)
        }
        _ => Error::new(K::Rejected, "SES says what is not documented of the mail")
            .with_fate(Fate::Unknown),
    };
    let known = !status.is_empty()
        && status.len() <= 64
        && status.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    error.with_code(known.then_some(status)).with_provider(LABEL)
}
