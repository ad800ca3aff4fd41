//! The `Retry-After` header, in both of its forms.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, header::RETRY_AFTER};
use jiff::fmt::rfc2822::DateTimeParser;

use crate::time::Timestamp;

/// The delay that a response asks for, `None` where it names none that can be read.
///
/// A date is taken against the response's own `Date`, else against `now`. A day is the most that is
/// believed.
///
/// Source: [RFC 9110, section 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3).
#[must_use]
pub fn retry_after(response: &Response<Bytes>, now: Timestamp) -> Option<Duration> {
    const MOST: Duration = Duration::from_hours(24);
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds).min(MOST));
    }
    let date = |text: &str| DateTimeParser::new().parse_timestamp(text).ok();
    let sent = response.headers().get(http::header::DATE).and_then(|date| date.to_str().ok());
    let base = sent.and_then(date).unwrap_or(now);
    let delay = Duration::try_from(date(value)?.duration_since(base)).unwrap_or_default();
    Some(delay.min(MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(value: &str) -> Option<Duration> {
        let response = Response::builder()
            .header("retry-after", value)
            .header("date", "Sat, 14 Mar 2026 15:00:00 GMT")
            .body(Bytes::new());
        retry_after(&response.unwrap(), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn reads_seconds_and_dates_and_nothing_else() {
        assert_eq!(ask("3"), Some(Duration::from_secs(3)));
        assert_eq!(ask("Sat, 14 Mar 2026 15:00:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(ask("Sat, 14 Mar 2026 14:00:30 GMT"), Some(Duration::ZERO));
        assert_eq!(ask("99999999999"), Some(Duration::from_hours(24)));
        assert_eq!(ask("soon"), None);
        assert_eq!(ask("-1"), None);
    }
}
