//! Fetching the signing keys that requests name.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::future::{Either, FutureExt as _, Shared, select};

use crate::{
    error::{ErrorKind, Result},
    future::BoxFuture,
    time::{SharedClock, Timestamp, after},
    webhook::WebhookError,
};

/// Fetches a signing key that a request names and a receiver does not have yet, such as a
/// certificate of Amazon SNS.
///
/// The router asks once for all requests that wait for the same URL, gives up after 10 s, and does
/// not ask again for a minute after a failure.
#[async_trait]
pub trait KeySource: Send + Sync {
    /// Fetches the key at `url`, which the receiver checked to be one of its provider's, and hands
    /// it to the receiver.
    ///
    /// # Errors
    ///
    /// When it cannot be fetched or is none. The request is answered 503 then, so that the
    /// provider tries again.
    async fn fetch(&self, url: &str, now: Timestamp) -> Result<()>;
}

#[async_trait]
impl<K: KeySource + ?Sized> KeySource for Arc<K> {
    async fn fetch(&self, url: &str, now: Timestamp) -> Result<()> {
        (**self).fetch(url, now).await
    }
}

/// How long one fetch may take: Amazon SNS waits 15 s for the answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a URL that failed is left alone.
const PAUSE: Duration = Duration::from_mins(1);
/// How many fetches may run at once: who is not the provider can name URLs too.
const RUNNING: usize = 8;
/// How many URLs that failed are remembered.
const FAILED: usize = 256;

/// A [`KeySource`] that is asked once at a time for each URL.
pub(super) struct Keys {
    source: Arc<dyn KeySource>,
    fetches: Mutex<Fetches>,
}

type Outcome = Result<(), WebhookError>;

#[derive(Default)]
struct Fetches {
    running: HashMap<Box<str>, Shared<BoxFuture<'static, Outcome>>>,
    /// Until when not to ask again, and why.
    failed: HashMap<Box<str>, (Timestamp, WebhookError)>,
}

impl Keys {
    pub(super) fn new(source: Arc<dyn KeySource>) -> Self {
        Self { source, fetches: Mutex::default() }
    }

    /// Has the key at `url` fetched, or waits for who fetches it already.
    pub(super) async fn fetch(&self, url: &str, clock: &SharedClock) -> Outcome {
        let fetch = self.begin(url, clock)?;
        let outcome = fetch.clone().await;
        self.end(url, &fetch, &outcome, clock.now());
        outcome
    }

    fn begin(
        &self,
        url: &str,
        clock: &SharedClock,
    ) -> Result<Shared<BoxFuture<'static, Outcome>>, WebhookError> {
        let now = clock.now();
        let mut fetches = self.lock();
        // Nobody waits any more for one whose every request was dropped; its time runs out by
        // itself, so it is begun anew.
        fetches.running.retain(|_, fetch| fetch.strong_count().is_some_and(|waiting| waiting > 1));
        if let Some(fetch) = fetches.running.get(url) {
            return Ok(fetch.clone());
        }
        match fetches.failed.get(url) {
            Some((until, error)) if now < *until => return Err(error.clone()),
            _ => fetches.failed.remove(url),
        };
        if fetches.running.len() >= RUNNING {
            return Err(WebhookError::unfetched(url, "too many are being fetched"));
        }
        let fetch = run(Arc::clone(&self.source), url.into(), Arc::clone(clock)).boxed().shared();
        fetches.running.insert(url.into(), fetch.clone());
        Ok(fetch)
    }

    /// The first of those who waited notes how it ended.
    fn end(
        &self,
        url: &str,
        fetch: &Shared<BoxFuture<'static, Outcome>>,
        outcome: &Outcome,
        now: Timestamp,
    ) {
        let mut fetches = self.lock();
        if !fetches.running.get(url).is_some_and(|running| running.ptr_eq(fetch)) {
            return;
        }
        fetches.running.remove(url);
        if let Err(error) = outcome {
            fetches.pause(url, error, now);
        }
    }

    /// Notes that the key is missing after it was fetched, so that it is left alone for a while.
    pub(super) fn still_missing(&self, error: &WebhookError, now: Timestamp) {
        if let Some(url) = error.key_url() {
            self.lock().pause(url, error, now);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Fetches> {
        self.fetches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fetches {
    fn pause(&mut self, url: &str, error: &WebhookError, now: Timestamp) {
        if self.failed.len() >= FAILED {
            self.failed.retain(|_, (until, _)| now < *until);
        }
        if self.failed.len() >= FAILED {
            let oldest = self.failed.iter().min_by_key(|(_, (until, _))| *until);
            if let Some(oldest) = oldest.map(|(url, _)| url.clone()) {
                self.failed.remove(&oldest);
            }
        }
        self.failed.insert(url.into(), (after(now, PAUSE), error.clone()));
    }
}

async fn run(source: Arc<dyn KeySource>, url: Box<str>, clock: SharedClock) -> Outcome {
    let fetch = source.fetch(&url, clock.now());
    let fetched = match select(fetch, clock.sleep(PATIENCE)).await {
        Either::Left((fetched, _)) => fetched.map_err(|error| error.kind()),
        Either::Right(_) => Err(ErrorKind::Timeout),
    };
    fetched.map_err(|kind| WebhookError::unfetched(&url, kind.as_str()))
}
