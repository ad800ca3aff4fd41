//! One error for the whole send path, and the four questions that layers ask of it.

use std::{borrow::Cow, error::Error as StdError, fmt, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

/// The result of everything that sends.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a message was not sent, or may not have been.
///
/// One pointer wide and cheap to clone. People and `match` read [`kind`](Self::kind); retries and
/// routes read the predicates: [`fate`](Self::fate), [`is_retryable`](Self::is_retryable),
/// [`reroute`](Self::reroute) and [`is_provider_fault`](Self::is_provider_fault).
///
/// `Display` is one line without address, body or secret. What is wrong with each field of a
/// message is in [`faults`](Self::faults), all of it at once.
///
/// ```
/// use dakiya::{Error, ErrorKind, Fate, Reroute};
///
/// let error = Error::new(ErrorKind::RateLimited, "too many requests");
/// assert_eq!(error.fate(), Fate::NotSent);
/// assert_eq!(error.reroute(), Reroute::Any);
/// assert!(error.is_retryable());
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    fate: Fate,
    exhausted: bool,
    message: Cow<'static, str>,
    provider: Option<Cow<'static, str>>,
    code: Option<String>,
    status: Option<u16>,
    retry_after: Option<Duration>,
    faults: Vec<Fault>,
    attempts: Vec<Attempt>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of `kind` with the fate that the kind has unless a provider says otherwise.
    ///
    /// `message` is one lower-case line; it must hold no address, body or secret.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            fate: kind.fate(),
            exhausted: false,
            message: message.into(),
            provider: None,
            code: None,
            status: None,
            retry_after: None,
            faults: Vec::new(),
            attempts: Vec::new(),
            source: None,
        }))
    }

    /// A setting is missing or contradictory: [`ErrorKind::Config`].
    #[must_use]
    pub fn config(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    /// The message itself is wrong, in each of `faults`: [`ErrorKind::InvalidMessage`].
    #[must_use]
    pub fn invalid(faults: Vec<Fault>) -> Self {
        Self::new(ErrorKind::InvalidMessage, "the message is not valid").with_faults(faults)
    }

    /// `provider` cannot carry `feature`: [`ErrorKind::Unsupported`].
    #[must_use]
    pub fn unsupported(provider: impl Into<Cow<'static, str>>, feature: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Unsupported, format!("cannot carry {feature}")).with_provider(provider)
    }

    /// Sets whether the message may be out already.
    #[must_use]
    pub fn with_fate(mut self, fate: Fate) -> Self {
        self.0.fate = fate;
        self
    }

    /// Names the provider and kind, such as `twilio.sms`.
    #[must_use]
    pub fn with_provider(mut self, provider: impl Into<Cow<'static, str>>) -> Self {
        self.0.provider = Some(provider.into());
        self
    }

    /// Keeps the provider's own code, as it was written.
    #[must_use]
    pub fn with_code(mut self, code: Option<impl Into<String>>) -> Self {
        self.0.code = code.map(Into::into);
        self
    }

    /// Keeps the HTTP or SMTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Keeps the delay that the provider asked for.
    #[must_use]
    pub fn with_retry_after(mut self, delay: Option<Duration>) -> Self {
        self.0.retry_after = delay;
        self
    }

    /// Adds what is wrong with each field.
    #[must_use]
    pub fn with_faults(mut self, faults: Vec<Fault>) -> Self {
        self.0.faults.extend(faults);
        self
    }

    /// Adds what was tried before.
    #[must_use]
    pub fn with_attempts(mut self, attempts: Vec<Attempt>) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Keeps the cause. Its `Display` must hold no address, body or secret.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// The same error after the last retry: no outer layer starts again.
    ///
    /// Clears [`is_retryable`](Self::is_retryable) and nothing else, so a route may still go on.
    #[must_use]
    pub fn exhausted(mut self) -> Self {
        self.0.exhausted = true;
        self
    }

    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the message may be out already.
    #[must_use]
    pub fn fate(&self) -> Fate {
        self.0.fate
    }

    /// Whether the same call may succeed later.
    ///
    /// With [`Fate::Unknown`] a second try may deliver twice, so it also needs a provider that
    /// honours the idempotency key, or an envelope that says
    /// [`Resend`](crate::OnUnknown::Resend).
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        use ErrorKind::{Network, RateLimited, Timeout, Unavailable};
        !self.0.exhausted && matches!(self.0.kind, Network | RateLimited | Timeout | Unavailable)
    }

    /// Who else may try.
    #[must_use]
    pub fn reroute(&self) -> Reroute {
        use ErrorKind as K;
        match self.0.kind {
            K::CircuitOpen
            | K::Network
            | K::Quota
            | K::RateLimited
            | K::Rejected
            | K::Timeout
            | K::Unauthorized
            | K::Unavailable
            | K::Unsupported => Reroute::Any,
            K::Compliance | K::InvalidRecipient => Reroute::OtherKind,
            K::Config
            | K::Expired
            | K::InvalidMessage
            | K::Response
            | K::Suppressed
            | K::Template => Reroute::Never,
        }
    }

    /// Whether it counts against the provider's health. A bad recipient never does.
    #[must_use]
    pub fn is_provider_fault(&self) -> bool {
        use ErrorKind as K;
        matches!(
            self.0.kind,
            K::Network | K::Quota | K::Response | K::Timeout | K::Unauthorized | K::Unavailable
        )
    }

    /// How long the provider asked to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The provider and kind that answered, such as `netcore.sms`.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.0.provider.as_deref()
    }

    /// The provider's own code, as it was written.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The HTTP or SMTP status.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// What is wrong with each field: all faults, not the first.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.0.faults
    }

    /// What was tried before this error ended the send, oldest first.
    #[must_use]
    pub fn attempts(&self) -> &[Attempt] {
        &self.0.attempts
    }

    /// The summary alone, without provider, code and faults.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(provider) = &self.0.provider {
            write!(f, "{provider}: ")?;
        }
        f.write_str(&self.0.message)?;
        match (&self.0.code, self.0.status) {
            (Some(code), Some(status)) => write!(f, " (code {code}, status {status})")?,
            (Some(code), None) => write!(f, " (code {code})")?,
            (None, Some(status)) => write!(f, " (status {status})")?,
            (None, None) => {}
        }
        for (index, fault) in self.0.faults.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { "; " })?;
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("kind", &self.0.kind).field("fate", &self.0.fate);
        debug.field("message", &self.to_string());
        if let Some(source) = &self.0.source {
            debug.field("source", source);
        }
        debug.finish()
    }
}

/// An object of the facts: `kind`, `message`, `fate`, `retryable`, and those of `provider`, `code`,
/// `status`, `retry_after` (seconds), `faults` and `attempts` that there are.
impl Serialize for Error {
    fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Facts<'a> {
            kind: ErrorKind,
            message: &'a str,
            fate: Fate,
            retryable: bool,
            #[serde(skip_serializing_if = "Option::is_none")]
            provider: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            code: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            status: Option<u16>,
            #[serde(skip_serializing_if = "Option::is_none")]
            retry_after: Option<f64>,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            faults: &'a [Fault],
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            attempts: &'a [Attempt],
        }
        let facts = Facts {
            kind: self.kind(),
            message: self.message(),
            fate: self.fate(),
            retryable: self.is_retryable(),
            provider: self.provider(),
            code: self.code(),
            status: self.status(),
            retry_after: self.retry_after().map(|delay| delay.as_secs_f64()),
            faults: self.faults(),
            attempts: self.attempts(),
        };
        facts.serialize(to)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// What kind of error it is: [`Error::kind`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The provider's circuit breaker is open; nothing was tried.
    CircuitOpen,
    /// A rule of law or of the operators forbids the message as it stands: DLT, hours, consent.
    Compliance,
    /// A setting is missing, malformed or contradictory.
    Config,
    /// Its `expires_at` has passed.
    Expired,
    /// The message itself is wrong, whoever carries it.
    InvalidMessage,
    /// The address does not exist or cannot receive this kind.
    InvalidRecipient,
    /// No connection, or it was lost.
    Network,
    /// The account has no credit left, or its plan's limit is reached.
    Quota,
    /// Too many requests; wait for [`Error::retry_after`].
    RateLimited,
    /// The provider refused and it is none of the other kinds. Unmapped codes land here.
    Rejected,
    /// A success that could not be read: the message is probably out.
    Response,
    /// The person said no: opt-out, do-not-disturb, suppression list.
    Suppressed,
    /// The template is unknown, or does not render with these variables.
    Template,
    /// No answer within the deadline.
    Timeout,
    /// The credentials are wrong, expired, or lack a permission.
    Unauthorized,
    /// The provider is down or failing: 5xx and their like.
    Unavailable,
    /// The provider or channel cannot carry a feature of this message.
    Unsupported,
}

impl ErrorKind {
    /// Every kind, for tables and exhaustive tests.
    pub const ALL: [Self; 17] = [
        Self::CircuitOpen,
        Self::Compliance,
        Self::Config,
        Self::Expired,
        Self::InvalidMessage,
        Self::InvalidRecipient,
        Self::Network,
        Self::Quota,
        Self::RateLimited,
        Self::Rejected,
        Self::Response,
        Self::Suppressed,
        Self::Template,
        Self::Timeout,
        Self::Unauthorized,
        Self::Unavailable,
        Self::Unsupported,
    ];

    /// The word used in JSON and metrics, such as `invalid_recipient`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CircuitOpen => "circuit_open",
            Self::Compliance => "compliance",
            Self::Config => "config",
            Self::Expired => "expired",
            Self::InvalidMessage => "invalid_message",
            Self::InvalidRecipient => "invalid_recipient",
            Self::Network => "network",
            Self::Quota => "quota",
            Self::RateLimited => "rate_limited",
            Self::Rejected => "rejected",
            Self::Response => "response",
            Self::Suppressed => "suppressed",
            Self::Template => "template",
            Self::Timeout => "timeout",
            Self::Unauthorized => "unauthorized",
            Self::Unavailable => "unavailable",
            Self::Unsupported => "unsupported",
        }
    }

    /// What is true of the message unless whoever makes the error knows better.
    fn fate(self) -> Fate {
        match self {
            Self::Network | Self::Response | Self::Timeout => Fate::Unknown,
            Self::CircuitOpen
            | Self::Compliance
            | Self::Config
            | Self::Expired
            | Self::InvalidMessage
            | Self::InvalidRecipient
            | Self::Quota
            | Self::RateLimited
            | Self::Rejected
            | Self::Suppressed
            | Self::Template
            | Self::Unauthorized
            | Self::Unavailable
            | Self::Unsupported => Fate::NotSent,
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether the message may be out already: [`Error::fate`].
#[expect(clippy::exhaustive_enums, reason = "a message is surely not out, or it may be")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Nothing went out: trying again cannot send twice.
    NotSent,
    /// It may be out: trying again may send twice.
    Unknown,
}

/// Who else may try after an error: [`Error::reroute`].
#[expect(clippy::exhaustive_enums, reason = "routes must answer to each of the three")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reroute {
    /// Another provider.
    Any,
    /// Another kind of channel only: this address or this content cannot go out this way.
    OtherKind,
    /// Nobody: the person said no, or the message itself is wrong.
    Never,
}

/// One thing that is wrong with one field: what, and what to do about it.
///
/// Holds no value from the message, so it can be logged.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The field, as a path: `to[2]`, `attachments[0].filename`, `SMTP_HOST`.
    pub field: String,
    /// What is wrong: `holds a line break`.
    pub problem: String,
    /// What to do: `remove it`.
    pub remedy: String,
}

impl Fault {
    /// A fault of `field`.
    #[must_use]
    pub fn new(
        field: impl Into<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { field: field.into(), problem: problem.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}; {}", self.field, self.problem, self.remedy)
    }
}

/// One try that failed before another one ended the send.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The provider and kind that was tried, such as `netcore.sms`.
    pub provider: String,
    /// What it answered.
    pub kind: ErrorKind,
    /// Whether that try may have gone out.
    pub fate: Fate,
    /// The provider's own code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl Attempt {
    /// The try at `provider` that ended in `error`.
    #[must_use]
    pub fn failed(provider: impl Into<String>, error: &Error) -> Self {
        Self {
            provider: provider.into(),
            kind: error.kind(),
            fate: error.fate(),
            code: error.0.code.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_pointer_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn every_kind_prints_as_it_serialises() {
        for kind in ErrorKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }

    #[test]
    #[expect(clippy::match_same_arms, reason = "a table has one row a kind")]
    fn every_kind_says_who_may_try_again_and_whose_fault_it_is() {
        use Fate::{NotSent, Unknown};
        use Reroute::{Any, Never, OtherKind};
        // fate, retryable, reroute, the provider's fault
        let table = |kind| match kind {
            ErrorKind::CircuitOpen => (NotSent, false, Any, false),
            ErrorKind::Compliance => (NotSent, false, OtherKind, false),
            ErrorKind::Config => (NotSent, false, Never, false),
            ErrorKind::Expired => (NotSent, false, Never, false),
            ErrorKind::InvalidMessage => (NotSent, false, Never, false),
            ErrorKind::InvalidRecipient => (NotSent, false, OtherKind, false),
            ErrorKind::Network => (Unknown, true, Any, true),
            ErrorKind::Quota => (NotSent, false, Any, true),
            ErrorKind::RateLimited => (NotSent, true, Any, false),
            ErrorKind::Rejected => (NotSent, false, Any, false),
            ErrorKind::Response => (Unknown, false, Never, true),
            ErrorKind::Suppressed => (NotSent, false, Never, false),
            ErrorKind::Template => (NotSent, false, Never, false),
            ErrorKind::Timeout => (Unknown, true, Any, true),
            ErrorKind::Unauthorized => (NotSent, false, Any, true),
            ErrorKind::Unavailable => (NotSent, true, Any, true),
            ErrorKind::Unsupported => (NotSent, false, Any, false),
        };
        for kind in ErrorKind::ALL {
            let error = Error::new(kind, "x");
            let says =
                (error.fate(), error.is_retryable(), error.reroute(), error.is_provider_fault());
            assert_eq!(says, table(kind), "{kind:?}");
        }
    }

    #[test]
    fn exhaustion_clears_retryable_and_nothing_else() {
        for kind in ErrorKind::ALL {
            let fresh = Error::new(kind, "x");
            let spent = fresh.clone().exhausted();
            assert!(!spent.is_retryable());
            assert_eq!(spent.reroute(), fresh.reroute());
            assert_eq!(spent.fate(), fresh.fate());
            assert_eq!(spent.is_provider_fault(), fresh.is_provider_fault());
        }
    }

    #[test]
    fn the_line_names_provider_code_and_every_fault() {
        let error = Error::invalid(vec![
            Fault::new("to", "is empty", "name a recipient"),
            Fault::new("subject", "holds a line break", "remove it"),
        ])
        .with_provider("smtp.email")
        .with_code(Some("X1"));
        assert_eq!(
            error.to_string(),
            "smtp.email: the message is not valid (code X1): `to` is empty; name a recipient; \
             `subject` holds a line break; remove it"
        );
    }
}
