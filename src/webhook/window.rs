//! How old a signed request may be.

use std::time::Duration;

use super::{WebhookError, WebhookErrorKind};
use crate::time::Timestamp;

/// How far the time that a provider signed may lie from now, both ways.
///
/// A provider that tries again for hours may send the time of its first try: a window shorter than
/// that loses the events of an outage.
///
/// ```
/// use std::time::Duration;
///
/// use dakiya::{Timestamp, webhook::Window};
///
/// let window = Window::new(Duration::from_secs(3600), Duration::from_secs(300));
/// let now: Timestamp = "2026-02-02T08:00:00Z".parse()?;
/// assert!(window.check("2026-02-02T07:00:00Z".parse()?, now).is_ok());
/// assert!(window.check("2026-02-02T06:59:59Z".parse()?, now).is_err());
/// assert!(window.check("2026-02-02T08:05:01Z".parse()?, now).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    past: Duration,
    future: Duration,
}

impl Window {
    /// At most `past` old, and at most `future` ahead of this machine's clock.
    #[must_use]
    pub const fn new(past: Duration, future: Duration) -> Self {
        Self { past, future }
    }

    /// At most `span` either way.
    #[must_use]
    pub const fn of(span: Duration) -> Self {
        Self::new(span, span)
    }

    /// How old a request may be: what a [`ReplayToken`](super::ReplayToken) outlives.
    #[must_use]
    pub const fn past(self) -> Duration {
        self.past
    }

    /// How far ahead of this machine's clock a request may be.
    #[must_use]
    pub const fn future(self) -> Duration {
        self.future
    }

    /// Checks a request that was signed at `signed`.
    ///
    /// # Errors
    ///
    /// [`Stale`](WebhookErrorKind::Stale) when it is outside.
    pub fn check(self, signed: Timestamp, now: Timestamp) -> Result<(), WebhookError> {
        let age = now.duration_since(signed);
        let (limit, problem) = if age.is_negative() {
            (self.future, "was signed in the future: check this machine's clock")
        } else {
            (self.past, "was signed too long ago")
        };
        if age.unsigned_abs() <= limit {
            return Ok(());
        }
        let problem = format!("the request {problem}; {} s are allowed", limit.as_secs());
        Err(WebhookError::new(WebhookErrorKind::Stale, problem))
    }
}
