use std::fmt;

use jiff::{civil::Time, tz::Offset};

use crate::{error::Fault, time::Timestamp};

/// The hours of the day in which promotional SMS may be handed over, Indian Standard Time
/// (UTC+05:30, which knows no summer time).
///
/// Default: 10:00 to 21:00, as operators enforce since October 2025. The opening belongs to it,
/// the closing does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    open: Time,
    close: Time,
}

const REMEDY: &str = "write the hours of one day, such as open 10:00 and close 21:00";

impl Window {
    /// From `open` to `close`, each `HH:MM` or `HH:MM:SS`.
    ///
    /// # Errors
    ///
    /// A fault of `window` when either is no time of the day, or it closes before it opens.
    pub fn parse(open: &str, close: &str) -> Result<Self, Fault> {
        let time = |name: &str, text: &str| {
            text.parse::<Time>().map_err(|_| {
                Fault::new("window", format!("has no time of day in `{name}`"), REMEDY)
            })
        };
        let (open, close) = (time("open", open)?, time("close", close)?);
        if open >= close {
            return Err(Fault::new("window", "closes before it opens", REMEDY));
        }
        Ok(Self { open, close })
    }

    /// When it opens, Indian time.
    #[must_use]
    pub fn open(&self) -> Time {
        self.open
    }

    /// When it closes, Indian time.
    #[must_use]
    pub fn close(&self) -> Time {
        self.close
    }

    /// Whether it is open at `time`.
    #[must_use]
    pub fn contains(&self, time: Timestamp) -> bool {
        (self.open..self.close).contains(&india().to_datetime(time).time())
    }

    /// When it is next open: `time` itself where it is open then.
    #[must_use]
    pub fn next_opening(&self, time: Timestamp) -> Timestamp {
        let local = india().to_datetime(time);
        if (self.open..self.close).contains(&local.time()) {
            return time;
        }
        let date =
            if local.time() < self.open { Ok(local.date()) } else { local.date().tomorrow() };
        date.and_then(|date| india().to_timestamp(date.to_datetime(self.open)))
            .unwrap_or(Timestamp::MAX)
    }
}

impl Default for Window {
    fn default() -> Self {
        Self { open: Time::constant(10, 0, 0, 0), close: Time::constant(21, 0, 0, 0) }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (open, close) = (self.open, self.close);
        let (h, m) = (open.hour(), open.minute());
        write!(f, "{h:02}:{m:02} to {:02}:{:02} IST", close.hour(), close.minute())
    }
}

fn india() -> Offset {
    Offset::from_seconds(19_800).unwrap_or(Offset::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn it_opens_and_closes_to_the_millisecond() {
        let window = Window::default();
        for (time, open) in [
            ("2026-03-14T09:59:59.999+05:30", false),
            ("2026-03-14T10:00:00+05:30", true),
            ("2026-03-14T20:59:59.999+05:30", true),
            ("2026-03-14T21:00:00+05:30", false),
        ] {
            assert_eq!(window.contains(at(time)), open, "{time}");
        }
    }

    #[test]
    fn the_next_opening_is_today_tomorrow_or_now() {
        let window = Window::default();
        let opening = |text| window.next_opening(at(text));
        assert_eq!(opening("2026-03-14T04:00:00Z"), at("2026-03-14T04:30:00Z"));
        assert_eq!(opening("2026-03-14T05:00:00Z"), at("2026-03-14T05:00:00Z"));
        // 21:00 IST of the last day of a year; and past midnight in India, still the 14th in UTC.
        assert_eq!(opening("2026-12-31T15:30:00Z"), at("2027-01-01T04:30:00Z"));
        assert_eq!(opening("2026-03-14T19:00:00Z"), at("2026-03-15T04:30:00Z"));
    }

    #[test]
    fn hours_that_make_no_day_are_refused() {
        assert!(Window::parse("09:00", "20:50").is_ok());
        for (open, close) in
            [("21:00", "10:00"), ("10:00", "10:00"), ("ten", "21:00"), ("10:00", "")]
        {
            assert!(Window::parse(open, close).is_err(), "{open} {close}");
        }
    }
}
