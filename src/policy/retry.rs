//! Trying again.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::Try;
use crate::{
    channel::{
        Capabilities, Receipt,
        tries::{Open, Settled, may_repeat},
    },
    error::{Error, Result},
    message::{Delivery, Envelope, Message},
    time::{Entropy, Timestamp, after, fraction},
};

/// When a failed send is tried again, and how long to wait before.
///
/// Only what [may succeed later](Error::is_retryable) is tried again, and of that only what
/// [cannot be out yet](crate::Fate::NotSent), what the provider recognises by its idempotency key,
/// or what says [`Resend`](crate::OnUnknown::Resend). An accepted message is never sent again,
/// even when some of its recipients were refused.
///
/// The wait is a random part of a bound that grows with each try: "full jitter". A provider that
/// names a delay is obeyed instead. A wait that would pass the message's `deadline` or `expires_at`
/// is not begun.
///
/// The last error is [exhausted](Error::exhausted), so that no outer layer starts again, and lists
/// the tries before it.
#[derive(Clone, Debug)]
pub struct Retry {
    attempts: u32,
    base: Duration,
    factor: u32,
    cap: Duration,
    patience: Duration,
    budget: u32,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 3,
            base: Duration::from_millis(500),
            factor: 2,
            cap: Duration::from_secs(30),
            patience: Duration::from_mins(5),
            budget: 20,
        }
    }
}

impl Retry {
    /// The defaults of each setter.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many tries a message has, the first included. Default: 3. Zero counts as one.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The bound of the wait before the second try. Default: 500 ms.
    #[must_use]
    pub fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// What the bound is multiplied by for each further try. Default: 2. Zero counts as one.
    #[must_use]
    pub fn factor(mut self, factor: u32) -> Self {
        self.factor = factor.max(1);
        self
    }

    /// The bound never grows beyond it. Default: 30 s.
    #[must_use]
    pub fn cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    /// The longest delay of a provider's own that is waited for; after a longer one the error is
    /// returned at once, with the delay in it. Default: 5 min.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How many requests may be retries, in percent of the first tries. Default: 20.
    ///
    /// It keeps an outage from multiplying the load. Every request adds so much to a credit that
    /// each retried request takes from; a batch counts as the requests it needs. Ten retries are
    /// in credit at the start, and a quiet policy earns them back, one a second.
    #[must_use]
    pub fn budget_percent(mut self, percent: u32) -> Self {
        self.budget = percent;
        self
    }

    /// Sends `envelopes`, and again those that failed and may be repeated, together.
    pub(super) async fn run<M: Message>(
        &self,
        envelopes: &[&Envelope<M>],
        next: &Try<'_, M>,
    ) -> Vec<Result<Receipt>> {
        let (clock, budget) = (&next.policy.clock, &next.policy.budget);
        let capabilities = next.channel.capabilities();
        let batch = capabilities.batch.max(1);
        budget.earn(self.budget, envelopes.len().div_ceil(batch));
        let mut settled = Vec::with_capacity(envelopes.len());
        let mut open = Open::all(envelopes);
        for attempt in 1.. {
            let results = next.run(&Open::envelopes(&open)).await;
            let mut failed = Vec::new();
            for (one, result) in open.drain(..).zip(results) {
                match result {
                    Err(error) if self.allows(attempt, &error, one.envelope, capabilities) => {
                        failed.push((one, error));
                    }
                    result => settled.push(one.end(result.map_err(Error::exhausted))),
                }
            }
            let (now, jitter) = (clock.now(), self.jitter(attempt, &*next.policy.entropy));
            let delay = |error: &Error| error.retry_after().unwrap_or(jitter);
            let in_time = |delivery: &Delivery, wait: Duration| {
                let end = [delivery.deadline, delivery.expires_at].into_iter().flatten().min();
                end.is_none_or(|end| after(now, wait) < end)
            };
            let fits =
                |(one, error): &(Open<'_, M>, Error)| in_time(&one.envelope.delivery, delay(error));
            // All that is left is sent together, so it waits for the longest of the delays.
            let wait = failed.iter().filter(|one| fits(one)).map(|(_, error)| delay(error)).max();
            let Some(wait) = wait else {
                settled
                    .extend(failed.into_iter().map(|(one, error)| one.end(Err(error.exhausted()))));
                break;
            };
            let (repeat, late): (Vec<_>, Vec<_>) =
                failed.into_iter().partition(|(one, _)| in_time(&one.envelope.delivery, wait));
            let granted = budget.spend(now, repeat.len().div_ceil(batch)).saturating_mul(batch);
            let mut repeat = repeat.into_iter();
            for (mut one, error) in repeat.by_ref().take(granted) {
                one.failed(next.channel.name(), &error);
                open.push(one);
            }
            settled.extend(repeat.chain(late).map(|(one, error)| one.end(Err(error.exhausted()))));
            if open.is_empty() {
                break;
            }
            clock.sleep(wait).await;
        }
        Settled::in_order(settled)
    }

    fn allows<M: Message>(
        &self,
        attempt: u32,
        error: &Error,
        envelope: &Envelope<M>,
        capabilities: &Capabilities,
    ) -> bool {
        let recognised = capabilities.idempotent && envelope.delivery.idempotency_key.is_some();
        attempt < self.attempts
            && error.is_retryable()
            && error.retry_after().is_none_or(|delay| delay <= self.patience)
            && (recognised || may_repeat(error, &envelope.delivery))
    }

    /// The wait after try number `attempt`.
    fn jitter(&self, attempt: u32, entropy: &dyn Entropy) -> Duration {
        let growth = self.factor.saturating_pow(attempt.saturating_sub(1));
        self.base.saturating_mul(growth).min(self.cap).mul_f64(fraction(entropy))
    }
}

/// How many retries are in credit, in hundredths of a request.
#[derive(Debug)]
pub(super) struct Budget(Mutex<Credit>);

#[derive(Debug)]
struct Credit {
    hundredths: u64,
    as_of: Timestamp,
}

impl Budget {
    /// What a quiet policy may always come back to: ten requests.
    const RESERVE: u64 = 10 * ONE;
    /// Credit from good days does not pay for a storm: a thousand requests.
    const MOST: u64 = 1000 * ONE;

    pub(super) fn new(now: Timestamp) -> Self {
        Self(Mutex::new(Credit { hundredths: Self::RESERVE, as_of: now }))
    }

    /// Adds `percent` of `requests`.
    fn earn(&self, percent: u32, requests: usize) {
        let earned = u64::from(percent).saturating_mul(requests as u64);
        let mut credit = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        credit.hundredths = credit.hundredths.saturating_add(earned).min(Self::MOST);
    }

    /// Takes up to `wanted` requests; returns how many it took.
    fn spend(&self, now: Timestamp, wanted: usize) -> usize {
        let mut credit = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seconds = u64::try_from(now.duration_since(credit.as_of).as_secs()).unwrap_or_default();
        if seconds > 0 {
            let refilled = credit.hundredths.saturating_add(seconds.saturating_mul(ONE));
            credit.hundredths = credit.hundredths.max(refilled.min(Self::RESERVE));
            credit.as_of = now;
        }
        let granted = usize::try_from(credit.hundredths / ONE).unwrap_or(usize::MAX).min(wanted);
        credit.hundredths -= (granted as u64).saturating_mul(ONE);
        granted
    }
}

/// One request, in hundredths.
const ONE: u64 = 100;
