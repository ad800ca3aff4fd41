//! Times as the platform writes them: Indian standard time, which has no summer time.

use std::time::Duration;

use jiff::tz::Offset;

use crate::{
    providers::netcore::hook,
    time::{Timestamp, after},
};

fn ist() -> Offset {
    Offset::from_seconds(19_800).unwrap_or(Offset::UTC)
}

/// `YYYYMMDDHHMM`, rounded up, so that nothing goes out early.
pub(super) fn schedule(at: Timestamp) -> String {
    let mut at = at;
    let part = at.as_nanosecond().rem_euclid(60_000_000_000);
    if part > 0 {
        let rest = u64::try_from(60_000_000_000 - part).unwrap_or_default();
        at = after(at, Duration::from_nanos(rest));
    }
    let local = ist().to_datetime(at);
    let (year, month, day) = (local.year(), local.month(), local.day());
    format!("{year:04}{month:02}{day:02}{:02}{:02}", local.hour(), local.minute())
}

/// Reads `YYYY-MM-DD HH:MM:SS` in IST, a time with its own offset, or Unix seconds or milliseconds.
/// `None` where it is none of these, such as zeros.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    hook::time(text, hook::IST)
}

/// How long it is until promotional messages may go out again: 10:00 IST. `None` inside the hours,
/// 10:00 to 21:00.
pub(super) fn until_promotional_hours(now: Timestamp) -> Option<Duration> {
    const OPEN: u64 = 10 * 3600;
    const CLOSE: u64 = 21 * 3600;
    const DAY: u64 = 24 * 3600;
    let second = u64::try_from((now.as_second() + 19_800).rem_euclid(86_400)).ok()?;
    match second {
        OPEN..CLOSE => None,
        0..OPEN => Some(Duration::from_secs(OPEN - second)),
        _ => Some(Duration::from_secs(DAY - second + OPEN)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_indian_time_and_never_early() {
        assert_eq!(schedule("2026-03-14T18:29:00Z".parse().unwrap()), "202603142359");
        assert_eq!(schedule("2026-03-14T18:29:01Z".parse().unwrap()), "202603150000");
    }

    #[test]
    fn reads_indian_times_and_nothing_that_is_no_time() {
        let at = "2025-02-10T05:34:36Z".parse().ok();
        assert_eq!(read("2025-02-10 11:04:36"), at);
        assert_eq!(read("2025-02-10T11:04:36+05:30"), at);
        assert_eq!(read("1739165676"), at);
        assert_eq!(read("1739165676000"), at);
        for text in ["", "null", "0000-00-00 00:00:00", "99", "2025-13-01 00:00:00"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_promotional_hours_open_at_ten() {
        let ask = |at: &str| until_promotional_hours(at.parse().unwrap()).map(|d| d.as_secs());
        assert_eq!(ask("2026-03-14T04:30:00Z"), None);
        assert_eq!(ask("2026-03-14T04:29:30Z"), Some(30));
        assert_eq!(ask("2026-03-14T15:30:00Z"), Some(13 * 3600));
    }
}
