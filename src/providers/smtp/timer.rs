//! The time-outs of one connection, on a single sleep.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use crate::{
    future::BoxFuture,
    time::{SharedClock, Timestamp, after, until},
};

/// Bounds what a connection waits for: each phase by its own time-out, all of them by the call's
/// deadline.
///
/// A phase only moves `due`. The sleep is armed when something has to wait, and outlives the
/// phase: one that ends too early is armed again for the rest. Phases take minutes and replies
/// milliseconds, so a connection arms one sleep for thousands of commands.
pub(super) struct Timer {
    clock: SharedClock,
    deadline: Option<Timestamp>,
    due: Timestamp,
    sleep: Option<(Timestamp, BoxFuture<'static, ()>)>,
}

/// The phase took too long, or the deadline of the call has passed.
#[derive(Debug)]
pub(super) struct Elapsed;

impl Timer {
    pub(super) fn new(clock: SharedClock, deadline: Option<Timestamp>) -> Self {
        Self { clock, deadline, due: Timestamp::MAX, sleep: None }
    }

    /// Begins a call that ends at `deadline`.
    pub(super) fn limit(&mut self, deadline: Option<Timestamp>) {
        self.deadline = deadline;
    }

    /// Begins a phase that takes at most `timeout`.
    pub(super) fn phase(&mut self, timeout: Duration) {
        let due = after(self.clock.now(), timeout);
        self.due = self.deadline.map_or(due, |deadline| deadline.min(due));
    }

    /// The time now.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How long the phase has left.
    pub(super) fn left(&self) -> Duration {
        until(&*self.clock, self.due)
    }

    /// Whether the deadline of the call has passed.
    pub(super) fn is_over(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= self.clock.now())
    }

    /// What `future` yields, unless the phase ends first.
    pub(super) async fn race<F: Future>(&mut self, future: F) -> Result<F::Output, Elapsed> {
        let mut future = pin!(future);
        poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            Poll::Pending => self.poll_elapsed(cx).map(Err),
        })
        .await
    }

    fn poll_elapsed(&mut self, cx: &mut Context<'_>) -> Poll<Elapsed> {
        loop {
            match &mut self.sleep {
                Some((ends, sleep)) if *ends <= self.due => {
                    ready!(sleep.as_mut().poll(cx));
                    let reached = *ends == self.due;
                    self.sleep = None;
                    if reached || self.clock.now() >= self.due {
                        return Poll::Ready(Elapsed);
                    }
                }
                _ => self.sleep = Some((self.due, self.clock.sleep(self.left()))),
            }
        }
    }
}
