//! From what went wrong, and where, to one [`Error`]: the tables of reply codes.

use std::{borrow::Cow, error::Error as StdError, fmt, time::Duration};

use super::{
    reply::{Enhanced, Reply},
    wire::ReadError,
};
use crate::{Error, ErrorKind, Fate};

/// The step of a session that a reply answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// The connection itself.
    Connect,
    /// The server's greeting.
    Banner,
    /// `EHLO`.
    Ehlo,
    /// `STARTTLS` and the handshake, or the handshake of implicit TLS.
    Tls,
    /// `AUTH`.
    Auth,
    /// `NOOP` or `RSET`, before a connection is used again.
    Reuse,
    /// `MAIL FROM`.
    Mail,
    /// `RCPT TO`.
    Rcpt,
    /// `DATA`.
    Data,
    /// The content and its final dot.
    Content,
}

impl Stage {
    fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Banner => "banner",
            Self::Ehlo => "EHLO",
            Self::Tls => "TLS",
            Self::Auth => "AUTH",
            Self::Reuse => "NOOP or RSET",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::Content => "content",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A server's no: the `source` of an [`Error`] that a reply made.
///
/// `Display` is `550 5.1.1 after RCPT`; the server's words are in [`reply`](Self::reply).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    stage: Stage,
    reply: Reply,
}

impl Refusal {
    /// The refusal that `error` was made from, if it was one.
    #[must_use]
    pub fn of(error: &Error) -> Option<&Self> {
        error.source()?.downcast_ref()
    }

    /// What was refused.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The reply, with its text.
    #[must_use]
    pub fn reply(&self) -> &Reply {
        &self.reply
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} after {}", self.reply, self.stage)
    }
}

impl StdError for Refusal {}

/// The error of a reply that is not the one hoped for.
pub(super) fn from_reply(stage: Stage, reply: Reply) -> Error {
    let (kind, retry_after) = classify(stage, &reply);
    error(kind, format!("the server refused {stage}"))
        .with_status(reply.code())
        .with_code(reply.enhanced().map(|enhanced| enhanced.to_string()))
        .with_retry_after(retry_after)
        .with_fate(Fate::NotSent)
        .with_source(Refusal { stage, reply })
}

/// The error of a reply that was not read.
pub(super) fn from_read(stage: Stage, cause: ReadError) -> Error {
    match cause {
        ReadError::Closed => error(ErrorKind::Network, format!("the server hung up at {stage}")),
        ReadError::Io(cause) => from_io(stage, cause),
        // After the content it may well have been a yes.
        ReadError::Malformed if stage == Stage::Content => {
            error(ErrorKind::Response, "the server's answer to the message is not SMTP")
                .with_fate(Fate::Unknown)
        }
        ReadError::Malformed => protocol(stage),
    }
    .with_fate(lost(stage))
}

/// The error of a stream that broke.
pub(super) fn from_io(stage: Stage, cause: std::io::Error) -> Error {
    error(ErrorKind::Network, format!("the connection broke at {stage}"))
        .with_fate(lost(stage))
        .with_source(cause)
}

/// The error of a phase that took too long.
pub(super) fn timeout(stage: Stage) -> Error {
    error(ErrorKind::Timeout, format!("no answer in time at {stage}")).with_fate(lost(stage))
}

/// The error of a server that does not keep to the protocol, before the message was out.
pub(super) fn protocol(stage: Stage) -> Error {
    error(ErrorKind::Unavailable, format!("the answer at {stage} is not SMTP"))
}

/// The provider cannot carry `feature`, which the message needs.
pub(super) fn unsupported(feature: &str) -> Error {
    Error::unsupported(LABEL, feature)
}

pub(super) fn error(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(kind, message).with_provider(LABEL)
}

/// The provider and kind, as errors and receipts print them.
pub(super) const LABEL: &str = "smtp.email";

/// What is true of a message when the connection is lost at `stage`.
fn lost(stage: Stage) -> Fate {
    if stage == Stage::Content { Fate::Unknown } else { Fate::NotSent }
}

/// The kind of a refusal, and when to try again where the vendor says so.
///
/// The basic code decides whether it is for good; the enhanced code, and for a few vendors a word
/// of the text, only say what it is about (RFC 3463; RFC 5321, section 4.2).
fn classify(stage: Stage, reply: &Reply) -> (ErrorKind, Option<Duration>) {
    if let Some(kind) = vendor(reply) {
        return (kind, None);
    }
    let about = reply.enhanced().map(|Enhanced { subject, detail, .. }| (subject, detail));
    // Gmail's daily limit: 550 5.4.5, over at most 24 hours later.
    let day = (reply.code() == 550 && about == Some((4, 5))).then_some(DAY);
    let kind = match (stage, reply.code()) {
        (_, 200..400) => ErrorKind::Unavailable, // a yes to a question we did not ask
        (Stage::Auth, code) => authentication(code, about),
        (_, code @ 400..500) => transient(stage, code, about),
        (_, code) => permanent(stage, code, about),
    };
    (kind, day)
}

/// Replies of vendors that the codes alone would misread.
fn vendor(reply: &Reply) -> Option<ErrorKind> {
    let holds = |words: &str| reply.text().to_ascii_lowercase().contains(words);
    match reply.code() {
        // SendGrid: the sender is not verified. Permanent in spite of the 4.
        403 => Some(ErrorKind::Unauthorized),
        // SendGrid, at AUTH.
        451 if holds("maximum credits exceeded") => Some(ErrorKind::Quota),
        // SendGrid: AUTH is missing.
        550 if holds("unauthenticated senders") => Some(ErrorKind::Unauthorized),
        // Microsoft 365: the mailbox may not send as this From; the account is blocked for spam.
        554 if holds("sendasdenied") => Some(ErrorKind::Unauthorized),
        550 if holds("bad outbound sender") => Some(ErrorKind::Unauthorized),
        _ => None,
    }
}

fn authentication(code: u16, about: Option<(u16, u16)>) -> ErrorKind {
    match (code, about) {
        (432, Some((7, 12))) => ErrorKind::Config, // the password must be changed first
        (421 | 432 | 454, _) => ErrorKind::RateLimited, // too many logins or connections
        (400..500, _) => ErrorKind::Unavailable,
        // 5.5.6, 5.5.4: a line too long, bad Base64, wrong order, no such mechanism.
        (500..=504 | 538, _) | (_, Some((7, 11 | 30))) => ErrorKind::Config,
        _ => ErrorKind::Unauthorized, // 530, 534, 535 and whatever else refuses a login
    }
}

/// 4xx: worth another try. What concerns one mailbox is `RateLimited`, which no breaker counts.
fn transient(stage: Stage, code: u16, about: Option<(u16, u16)>) -> ErrorKind {
    match (code, about) {
        // 4.5.3: too many recipients; 4.7.x: rate, reputation, greylisting; 4.3.2 of Microsoft:
        // too many connections; 4.2.x: the mailbox is busy, full or receives too much.
        (_, Some((2 | 7, _) | (5, 3))) | (432, _) => ErrorKind::RateLimited,
        // STARTTLS answers 454 when its certificate is missing; Amazon SES when it throttles.
        (454, _) if stage != Stage::Tls => ErrorKind::RateLimited,
        (450..=452, None | Some((1, _))) if stage == Stage::Rcpt => ErrorKind::RateLimited,
        _ => ErrorKind::Unavailable,
    }
}

#[expect(clippy::match_same_arms, reason = "one line per row of the sheet")]
fn permanent(stage: Stage, code: u16, about: Option<(u16, u16)>) -> ErrorKind {
    let Some(about) = about else { return permanent_basic(stage, code) };
    match about {
        (1, 7 | 8) => ErrorKind::Config, // bad sender
        (1, 1 | 2 | 3 | 6 | 10) if stage == Stage::Mail => ErrorKind::Config, // the sender, again
        (1, 1 | 2 | 3 | 6 | 10) | (2, 1) | (7, 17 | 18) => ErrorKind::InvalidRecipient,
        // The mailbox is full (2.2) or takes no message of this length (2.3).
        (2, _) => ErrorKind::Rejected,
        (3, 4) => ErrorKind::Unsupported, // too big for this server
        (4, 5) => ErrorKind::Quota,       // Gmail: the daily limit
        (5, _) if is_handshake(stage) => ErrorKind::Config,
        (6, _) => ErrorKind::Unsupported,
        (7, 8 | 9 | 13 | 14 | 501..=503) => ErrorKind::Unauthorized,
        (7, 0) if code == 530 => ErrorKind::Unauthorized, // AUTH, or STARTTLS, comes first
        (7, 28) => ErrorKind::RateLimited,                // mail flood
        // Cryptography and settings; SPF, DKIM and reverse DNS of the sender; not over TLS, basic
        // authentication refused; Microsoft's bulk-sender requirements.
        (7, 5..=16 | 20..=27 | 29 | 30 | 515) => ErrorKind::Config,
        _ => ErrorKind::Rejected, // policy (7.0 to 7.2), content, loops, whatever is new
    }
}

/// 5xx without an enhanced code.
#[expect(clippy::match_same_arms, reason = "one line per row of the sheet")]
fn permanent_basic(stage: Stage, code: u16) -> ErrorKind {
    match (code, stage) {
        (500..=504, stage) if is_handshake(stage) => ErrorKind::Config,
        (538, _) => ErrorKind::Config,            // only over TLS
        (523 | 552, _) => ErrorKind::Unsupported, // too big for this server
        (530 | 534 | 535, _) => ErrorKind::Unauthorized,
        (550 | 551 | 553 | 556, Stage::Rcpt) => ErrorKind::InvalidRecipient,
        (553, Stage::Mail) => ErrorKind::Config, // the sender's address is not allowed
        _ => ErrorKind::Rejected,                // 521, 541, 554, 555 and the rest
    }
}

fn is_handshake(stage: Stage) -> bool {
    matches!(stage, Stage::Banner | Stage::Ehlo | Stage::Tls)
}

const DAY: Duration = Duration::from_hours(24);

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(line: &str) -> Reply {
        Reply::parse(format!("{line}\r\n").as_bytes()).unwrap().unwrap().0
    }

    #[test]
    fn every_row_of_the_sheet() {
        use ErrorKind as K;
        use Stage::{Auth, Banner, Connect, Content, Data, Ehlo, Mail, Rcpt, Tls};
        for (stage, line, kind) in [
            // Authentication.
            (Auth, "432 4.7.12 password transition", K::Config),
            (Auth, "432 4.3.2 concurrent connections", K::RateLimited),
            (Auth, "454 4.7.0 too many login attempts", K::RateLimited),
            (Auth, "421 4.7.0 too many", K::RateLimited),
            (Auth, "451 Maximum credits exceeded", K::Quota),
            (Auth, "451 4.3.0 backend down", K::Unavailable),
            (Auth, "500 5.5.6 too long", K::Config),
            (Auth, "501 bad Base64", K::Config),
            (Auth, "503 order", K::Config),
            (Auth, "504 5.5.4 mechanism", K::Config),
            (Auth, "530 5.7.0 first", K::Unauthorized),
            (Auth, "534 5.7.9 app password", K::Unauthorized),
            (Auth, "535 5.7.8 bad", K::Unauthorized),
            (Auth, "535 5.7.3 bad", K::Unauthorized),
            (Auth, "535 5.7.139 disabled", K::Unauthorized),
            (Auth, "535 5.7.1 bad", K::Unauthorized),
            (Auth, "538 5.7.11 encryption", K::Config),
            (Auth, "550 5.7.30 basic authentication", K::Config),
            // Basic codes.
            (Mail, "403 not authorized to send from", K::Unauthorized),
            (Mail, "421 shutting down", K::Unavailable),
            (Banner, "421 4.7.0 rate", K::RateLimited),
            (Content, "421 4.7.28 reputation", K::RateLimited),
            (Mail, "432 4.3.2 connections", K::RateLimited),
            (Rcpt, "450 busy", K::RateLimited),
            (Rcpt, "450 4.2.1 receiving rate", K::RateLimited),
            (Rcpt, "450 5.1.1 contradiction", K::RateLimited),
            (Rcpt, "451 4.7.1 greylisted", K::RateLimited),
            (Rcpt, "451 4.3.5 local", K::Unavailable),
            (Content, "451 local", K::Unavailable),
            (Rcpt, "452 4.5.3 too many", K::RateLimited),
            (Rcpt, "452 4.2.2 full", K::RateLimited),
            (Mail, "452 4.3.1 no room", K::Unavailable),
            (Tls, "454 no TLS now", K::Unavailable),
            (Content, "454 Throttling failure", K::RateLimited),
            (Mail, "455 parameter", K::Unavailable),
            (Ehlo, "500 what", K::Config),
            (Ehlo, "502 5.5.1 what", K::Config),
            (Mail, "501 syntax", K::Rejected),
            (Data, "503 sequence", K::Rejected),
            (Banner, "521 no mail", K::Rejected),
            (Content, "523 too big", K::Unsupported),
            (Mail, "552 too big", K::Unsupported),
            (Content, "552 5.2.2 full", K::Rejected),
            (Mail, "530 first", K::Unauthorized),
            (Mail, "530 5.7.0 first", K::Unauthorized),
            (Mail, "550 Unauthenticated senders not allowed", K::Unauthorized),
            (Banner, "554 no service", K::Rejected),
            (Content, "554 spam", K::Rejected),
            (Content, "541 spam", K::Rejected),
            (Rcpt, "550 no such user", K::InvalidRecipient),
            (Rcpt, "551 not local", K::InvalidRecipient),
            (Rcpt, "553 not allowed", K::InvalidRecipient),
            (Mail, "553 not allowed", K::Config),
            (Mail, "555 parameter", K::Rejected),
            (Rcpt, "556 null MX", K::InvalidRecipient),
            (Rcpt, "599 new", K::Rejected),
            (Rcpt, "499 new", K::Unavailable),
            (Data, "250 instead of 354", K::Unavailable),
            (Connect, "220 odd", K::Unavailable),
            // Enhanced codes.
            (Rcpt, "550 5.1.1 x", K::InvalidRecipient),
            (Rcpt, "553 5.1.2 x", K::InvalidRecipient),
            (Rcpt, "553 5.1.3 x", K::InvalidRecipient),
            (Rcpt, "551 5.1.6 x", K::InvalidRecipient),
            (Rcpt, "556 5.1.10 x", K::InvalidRecipient),
            (Content, "550 5.1.1 x", K::InvalidRecipient),
            (Mail, "550 5.1.7 x", K::Config),
            (Mail, "550 5.1.8 x", K::Config),
            (Content, "550 5.1.8 Access denied, bad outbound sender", K::Unauthorized),
            (Rcpt, "550 5.2.1 disabled", K::InvalidRecipient),
            (Rcpt, "552 5.2.2 full", K::Rejected),
            (Content, "552 5.2.3 too long", K::Rejected),
            (Content, "554 5.2.0 x; SendAsDenied", K::Unauthorized),
            (Content, "552 5.3.4 too big", K::Unsupported),
            (Content, "554 5.3.0 system", K::Rejected),
            (Rcpt, "550 5.4.1 no answer", K::Rejected),
            (Content, "550 5.4.5 daily", K::Quota),
            (Content, "554 5.4.6 loop", K::Rejected),
            (Rcpt, "550 5.5.3 too many", K::Rejected),
            (Mail, "553 5.6.7 non-ASCII", K::Unsupported),
            (Content, "552 5.7.0 attachment type", K::Rejected),
            (Content, "550 5.7.1 policy", K::Rejected),
            (Content, "550 5.7.13 account disabled", K::Unauthorized),
            (Rcpt, "550 5.7.17 new owner", K::InvalidRecipient),
            (Rcpt, "550 5.7.18 new owner", K::InvalidRecipient),
            (Content, "550 5.7.20 DKIM", K::Config),
            (Content, "550 5.7.26 unauthenticated", K::Config),
            (Content, "550 5.7.27 null MX", K::Config),
            (Content, "550 5.7.28 flood", K::RateLimited),
            (Content, "550 5.7.29 TLS", K::Config),
            (Mail, "550 5.7.30 basic", K::Config),
            (Content, "550 5.7.501 blocked", K::Unauthorized),
            (Content, "550 5.7.515 bulk", K::Config),
        ] {
            assert_eq!(from_reply(stage, reply(line)).kind(), kind, "{stage}: {line}");
        }
    }

    #[test]
    fn a_refusal_keeps_the_words_and_shows_the_codes() {
        let error = from_reply(Stage::Rcpt, reply("550 5.1.1 <someone@example.com> unknown"));
        assert_eq!(
            error.to_string(),
            "smtp.email: the server refused RCPT (code 5.1.1, status 550)"
        );
        assert!(!format!("{error:?}").contains("someone"));
        let refusal = Refusal::of(&error).unwrap();
        assert!(refusal.reply().text().contains("someone") && refusal.stage() == Stage::Rcpt);
        assert_eq!(refusal.to_string(), "550 5.1.1 after RCPT");
    }

    #[test]
    fn only_what_is_lost_after_the_content_is_unknown() {
        assert_eq!(timeout(Stage::Content).fate(), Fate::Unknown);
        assert_eq!(timeout(Stage::Data).fate(), Fate::NotSent);
        assert_eq!(from_read(Stage::Mail, ReadError::Malformed).fate(), Fate::NotSent);
        assert_eq!(from_read(Stage::Content, ReadError::Closed).fate(), Fate::Unknown);
        assert_eq!(from_reply(Stage::Content, reply("451 x")).fate(), Fate::NotSent);
    }

    #[test]
    fn the_daily_limit_of_gmail_says_when_to_come_back() {
        let error = from_reply(Stage::Content, reply("550 5.4.5 daily limit"));
        assert_eq!(error.retry_after(), Some(DAY));
    }
}
