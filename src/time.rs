//! Time and chance: the only places where the crate reads a clock or asks for random bytes.

use std::{fmt, sync::Arc, time::Duration};

pub use jiff::Timestamp;

use crate::future::BoxFuture;

/// Where the crate reads the time and waits.
///
/// The host may hand in its own; tests hand in `ManualClock`, and an hour passes in a
/// millisecond.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The time now, UTC.
    fn now(&self) -> Timestamp;

    /// Resolves after `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// A clock that layers and providers share.
pub type SharedClock = Arc<dyn Clock>;

/// The system's time, waiting on tokio's timer.
#[cfg(feature = "__tokio")]
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TokioClock;

#[cfg(feature = "__tokio")]
impl TokioClock {
    /// The clock, ready to share.
    #[must_use]
    pub fn shared() -> SharedClock {
        Arc::new(Self)
    }
}

#[cfg(feature = "__tokio")]
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads a clock")]
impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Where the crate gets its random bytes: ids, jitter, splits.
pub trait Entropy: Send + Sync + fmt::Debug {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// A source of chance that layers share.
pub type SharedEntropy = Arc<dyn Entropy>;

/// The operating system's random bytes.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct SystemEntropy;

impl SystemEntropy {
    /// The source, ready to share.
    #[must_use]
    pub fn shared() -> SharedEntropy {
        Arc::new(Self)
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // The system's source fails only before it is seeded at boot. Zeros are then safe for what
        // they serve: an id still holds the time, and a delay is merely not jittered.
        if getrandom::fill(bytes).is_err() {
            bytes.fill(0);
        }
    }
}

/// A number in `0.0..1.0`.
pub(crate) fn fraction(entropy: &dyn Entropy) -> f64 {
    let mut bytes = [0; 4];
    entropy.fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
}

/// How long it is until `deadline`, zero when it has passed.
pub(crate) fn until(clock: &dyn Clock, deadline: Timestamp) -> Duration {
    Duration::try_from(deadline.duration_since(clock.now())).unwrap_or_default()
}

/// `now` and `duration` added, at the end of time when it overflows.
pub(crate) fn after(now: Timestamp, duration: Duration) -> Timestamp {
    now.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// The clock of a host that handed in none.
#[cfg(feature = "__tokio")]
#[expect(clippy::unnecessary_wraps, reason = "without tokio there is none")]
pub(crate) fn default_clock() -> crate::Result<SharedClock> {
    Ok(TokioClock::shared())
}

/// Without tokio there is no timer to fall back to.
#[cfg(not(feature = "__tokio"))]
pub(crate) fn default_clock() -> crate::Result<SharedClock> {
    Err(crate::Error::config("no clock: hand one in with `clock`"))
}
