//! Layers around a channel: when to try again, and how long to wait for an answer.
//!
//! ```
//! # #[cfg(feature = "reqwest")] {
//! use std::time::Duration;
//!
//! use dakiya::policy::{Policy, Retry, Timeout};
//!
//! let policy = Policy::default()
//!     .retry(Retry::new().attempts(4))
//!     .timeout(Timeout::after(Duration::from_secs(20)));
//! // let sms = policy.around(account);
//! # let _ = policy;
//! # }
//! ```

use std::sync::Arc;

use async_trait::async_trait;

use self::retry::Budget;
pub use self::{retry::Retry, timeout::Timeout};
use crate::{
    channel::{
        Capabilities, Channel, Provider, Receipt, Shared,
        tries::{Call, single},
    },
    error::Result,
    message::{Envelope, Message},
    time::{SharedClock, SharedEntropy},
};

mod retry;
mod timeout;

/// What stands between a host and a channel: retries and time-outs, in the one right order.
///
/// A policy is data until [`around`](Self::around) makes a layer of it. It may go around several
/// channels, which then share its retry budget; so do its clones. Steps that are not set do
/// nothing.
///
/// Inside a layer a retry is outermost and a time-out innermost: each try has its own time.
#[derive(Clone, Debug)]
pub struct Policy {
    clock: SharedClock,
    entropy: SharedEntropy,
    retry: Option<Retry>,
    timeout: Option<Timeout>,
    budget: Arc<Budget>,
}

impl Policy {
    /// A policy without steps, which waits on `clock` and takes its chance from `entropy`.
    #[must_use]
    pub fn new(clock: SharedClock, entropy: SharedEntropy) -> Self {
        let budget = Arc::new(Budget::new(clock.now()));
        Self { clock, entropy, retry: None, timeout: None, budget }
    }

    /// Tries again what may be tried again.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = Some(retry);
        self
    }

    /// Bounds the time of each try.
    #[must_use]
    pub fn timeout(mut self, timeout: Timeout) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// `channel` under this policy: the same name and capabilities, other manners.
    ///
    /// A batch stays one call; only what failed in it is called again, in one further batch.
    #[must_use]
    pub fn around<M: Message>(&self, channel: impl Channel<M> + 'static) -> Shared<M> {
        Arc::new(Layer { policy: self.clone(), channel: Arc::new(channel) })
    }
}

/// The system's time and chance, and no steps.
#[cfg(feature = "__tokio")]
impl Default for Policy {
    fn default() -> Self {
        Self::new(crate::time::TokioClock::shared(), crate::time::SystemEntropy::shared())
    }
}

struct Layer<M: Message> {
    policy: Policy,
    channel: Shared<M>,
}

impl<M: Message> Layer<M> {
    async fn run(&self, call: Call, envelopes: &[&Envelope<M>]) -> Vec<Result<Receipt>> {
        let try_once = Try { policy: &self.policy, channel: &*self.channel, call };
        match &self.policy.retry {
            Some(retry) => retry.run(envelopes, &try_once).await,
            None => try_once.run(envelopes).await,
        }
    }
}

/// One try: every step inside the retry.
struct Try<'a, M: Message> {
    policy: &'a Policy,
    channel: &'a dyn Channel<M>,
    call: Call,
}

impl<M: Message> Try<'_, M> {
    async fn run(&self, envelopes: &[&Envelope<M>]) -> Vec<Result<Receipt>> {
        match &self.policy.timeout {
            Some(timeout) => {
                timeout.run(envelopes, self.call, self.channel, &*self.policy.clock).await
            }
            None => self.call.run(self.channel, envelopes).await,
        }
    }
}

#[async_trait]
impl<M: Message> Provider for Layer<M> {
    fn name(&self) -> &str {
        self.channel.name()
    }

    async fn check(&self) -> Result<()> {
        self.channel.check().await
    }
}

#[async_trait]
impl<M: Message> Channel<M> for Layer<M> {
    fn capabilities(&self) -> &Capabilities {
        self.channel.capabilities()
    }

    async fn send(&self, envelope: &Envelope<M>) -> Result<Receipt> {
        single(self.run(Call::One, &[envelope]).await)
    }

    async fn send_batch(&self, envelopes: &[&Envelope<M>]) -> Vec<Result<Receipt>> {
        self.run(Call::Batch, envelopes).await
    }
}
