//! Time and chance that a test holds in its hand.

use std::{
    collections::BTreeMap,
    fmt,
    future::Future,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use crate::{
    future::BoxFuture,
    time::{Clock, Entropy, Timestamp, after},
};

/// A clock that stands still until a test moves it.
///
/// ```
/// use std::time::Duration;
///
/// use dakiya::{
///     testing::ManualClock,
///     time::{Clock, Timestamp},
/// };
///
/// let clock = ManualClock::at("2026-03-14T15:00:00Z".parse()?);
/// let nap = clock.sleep(Duration::from_secs(3600));
/// futures_executor(clock.drive(nap)); // an hour passes at once
/// assert_eq!(clock.now(), "2026-03-14T16:00:00Z".parse()?);
/// # fn futures_executor<T>(future: impl Future<Output = T>) -> T {
/// #     tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ManualClock(Arc<Mutex<State>>);

struct State {
    now: Timestamp,
    next: u64,
    sleepers: BTreeMap<(Timestamp, u64), Option<Waker>>,
}

impl ManualClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(State { now, next: 0, sleepers: BTreeMap::new() })))
    }

    /// The clock, ready to share.
    #[must_use]
    pub fn shared(&self) -> Arc<dyn Clock> {
        Arc::new(self.clone())
    }

    /// Moves the time on and wakes who slept until then.
    pub fn advance(&self, by: Duration) {
        let to = after(self.state().now, by);
        self.advance_to(to);
    }

    /// How many sleeps are under way.
    #[must_use]
    pub fn sleepers(&self) -> usize {
        self.state().sleepers.len()
    }

    /// Runs `future`, moving the time on to the next sleeper's whenever nothing else can go on.
    ///
    /// Only for futures that wait for nothing but this clock: real I/O would find its time-out
    /// come at once.
    pub async fn drive<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        std::future::poll_fn(|context| {
            loop {
                if let Poll::Ready(done) = future.as_mut().poll(context) {
                    return Poll::Ready(done);
                }
                let Some((&(due, _), _)) = self.state().sleepers.first_key_value() else {
                    return Poll::Pending;
                };
                self.advance_to(due);
            }
        })
        .await
    }

    fn advance_to(&self, to: Timestamp) {
        let wakers: Vec<_> = {
            let mut state = self.state();
            state.now = state.now.max(to);
            let later = state.sleepers.split_off(&(after(to, Duration::from_nanos(1)), 0));
            std::mem::replace(&mut state.sleepers, later).into_values().flatten().collect()
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ManualClock({})", self.state().now)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.state().now
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let key = {
            let mut state = self.state();
            state.next += 1;
            let key = (after(state.now, duration), state.next);
            state.sleepers.insert(key, None);
            key
        };
        Box::pin(Sleep { clock: self.clone(), key })
    }
}

struct Sleep {
    clock: ManualClock,
    key: (Timestamp, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: std::pin::Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.state();
        if state.now >= self.key.0 {
            state.sleepers.remove(&self.key);
            return Poll::Ready(());
        }
        state.sleepers.insert(self.key, Some(context.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.clock.state().sleepers.remove(&self.key);
    }
}

/// Bytes that look random and are the same for the same seed.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<u64>);

impl SeededEntropy {
    /// The bytes of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in bytes.chunks_mut(8) {
            // SplitMix64 (Steele, Lea, Flood 2014): even, fast, and enough for a test.
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut word = *state;
            word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            word ^= word >> 31;
            for (byte, random) in chunk.iter_mut().zip(word.to_le_bytes()) {
                *byte = random;
            }
        }
    }
}
