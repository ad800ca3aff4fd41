//! Connections of one server: how many, how long, and whose turn it is.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::{
    config::Settings,
    connection::Connection,
    content::Content,
    error::{Stage, error, timeout},
    timer::Timer,
    transaction::{Broken, Outcome},
};
use crate::{
    ErrorKind, Fate, Fault, Result,
    debug::show,
    error::Error,
    time::{SharedClock, Timestamp, after},
};

/// A message for the wire: who it is from, who gets it, and the finished MIME.
#[derive(Clone, Copy)]
pub struct Mail<'a> {
    from: &'a str,
    to: &'a [&'a str],
    content: &'a [u8],
}

impl<'a> Mail<'a> {
    /// `from` and `to` are bare addresses, domains as A-labels; an empty `from` asks for no
    /// bounces.
    #[must_use]
    pub fn new(from: &'a str, to: &'a [&'a str], content: &'a [u8]) -> Self {
        Self { from, to, content }
    }

    /// An address that could end its command early would be a command of its own.
    fn check(&self) -> Result<()> {
        let wrong =
            |address: &str| address.chars().any(|c| c.is_control() || matches!(c, ' ' | '<' | '>'));
        let mut faults = Vec::new();
        let mut fault = |field: String, problem: &str| {
            faults.push(Fault::new(field, problem, "write name@domain"));
        };
        if wrong(self.from) {
            fault("from".to_owned(), "holds a space, bracket or control character");
        }
        if self.to.is_empty() {
            fault("to".to_owned(), "is empty");
        }
        for (index, to) in self.to.iter().enumerate() {
            if to.is_empty() || wrong(to) {
                fault(format!("to[{index}]"), "is empty or holds a character that it must not");
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
    }
}

impl fmt::Debug for Mail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("to", &self.to.len())
            .field("bytes", &self.content.len())
            .finish_non_exhaustive()
    }
}

/// The connections to one server. Spawns nothing: an idle connection is looked at when it is next
/// wanted, and closes when the pool is dropped.
pub struct Pool {
    settings: Arc<Settings>,
    clock: SharedClock,
    permits: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

impl Pool {
    /// A pool that connects when it is first used.
    pub(super) fn new(settings: Settings, clock: SharedClock) -> Self {
        // More permits than tokio's semaphore counts would panic.
        let permits = settings.limits.connections.min(Semaphore::MAX_PERMITS);
        Self {
            settings: Arc::new(settings),
            clock,
            permits: Semaphore::new(permits),
            idle: Mutex::default(),
        }
    }

    /// Sends one message, over a connection that is free or new, before `deadline`.
    ///
    /// More recipients than a transaction holds are sent in several. `Ok` says what became of
    /// each recipient, even if all were refused: see [`Outcome::accepted`].
    ///
    /// # Errors
    ///
    /// `NotSent` whenever the server cannot have taken the message; `Unknown` if the connection
    /// was lost, or time ran out, between the final dot and its answer. `RateLimited` if no
    /// connection came free.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes its connection; the message may be out.
    pub async fn send(&self, mail: &Mail<'_>, deadline: Option<Timestamp>) -> Result<Outcome> {
        mail.check()?;
        let content = Content::new(mail.content);
        let permit = self.permit(deadline).await?;
        let (mut connection, reused) = match self.take(deadline).await {
            Some(connection) => (connection, true),
            None => (self.open(deadline).await?, false),
        };
        let mut sent = connection.send(mail, &content).await;
        if reused
            && matches!(sent, Err(Broken { answered: false, .. }))
            && !connection.timer.is_over()
        {
            connection = self.open(deadline).await?;
            sent = connection.send(mail, &content).await;
        }
        let outcome = sent.map_err(|broken| broken.error)?;
        self.put_back(connection).await;
        drop(permit);
        Ok(outcome)
    }

    /// Proves connection and credentials; sends nothing. The error is always `NotSent`.
    pub(super) async fn check(&self, deadline: Option<Timestamp>) -> Result<()> {
        let permit = self.permit(deadline).await?;
        // Only a new connection proves the credentials.
        let mut connection = self.open(deadline).await?;
        connection.noop().await.map_err(|error| error.with_fate(Fate::NotSent))?;
        self.put_back(connection).await;
        drop(permit);
        Ok(())
    }

    /// Says goodbye on every idle connection and closes it.
    pub async fn close_idle(&self) {
        let idle = std::mem::take(&mut *self.lock());
        for mut connection in idle {
            connection.timer.limit(None);
            connection.quit().await;
        }
    }

    async fn permit(&self, deadline: Option<Timestamp>) -> Result<SemaphorePermit<'_>> {
        if let Ok(permit) = self.permits.try_acquire() {
            return Ok(permit);
        }
        let mut timer = Timer::new(Arc::clone(&self.clock), deadline);
        timer.phase(self.settings.timeouts.wait);
        match timer.race(self.permits.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            // Our own limit, so no fault of the server's.
            Err(_) if !timer.is_over() => {
                Err(error(ErrorKind::RateLimited, "every connection is in use"))
            }
            Ok(Err(_)) | Err(_) => Err(timeout(Stage::Connect)),
        }
    }

    /// An idle connection that is still alive: the last used, so that surplus ones age.
    async fn take(&self, deadline: Option<Timestamp>) -> Option<Connection> {
        let limits = &self.settings.limits;
        let mut connection = self.lock().pop()?;
        let now = self.clock.now();
        if after(connection.used, limits.idle_check) > now {
            connection.timer.limit(deadline);
            return Some(connection);
        }
        if after(connection.used, limits.idle) > now {
            connection.timer.limit(deadline);
            if connection.answers().await {
                return Some(connection);
            }
        }
        // Those below it are older still: a new connection costs less than to ask each.
        self.lock().clear();
        None
    }

    async fn open(&self, deadline: Option<Timestamp>) -> Result<Connection> {
        if deadline.is_some_and(|deadline| deadline <= self.clock.now()) {
            return Err(timeout(Stage::Connect));
        }
        let opened = Connection::open(&self.settings, &self.clock, deadline);
        // Boxed: the handshake's state would make every send as large, and is rarely needed.
        Box::pin(opened).await.map_err(|error| error.with_fate(Fate::NotSent))
    }

    async fn put_back(&self, mut connection: Connection) {
        let server = connection.extensions.transactions.unwrap_or(usize::MAX);
        if !connection.is_sound
            || connection.transactions >= self.settings.limits.messages.min(server)
        {
            connection.quit().await;
            return;
        }
        connection.used = self.clock.now();
        self.lock().push(connection);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Connection>> {
        // Nothing panics while it is held.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

show!(Pool { settings });

impl Connection {
    /// Sends to all recipients, in as many transactions as the server makes necessary.
    async fn send(&mut self, mail: &Mail<'_>, content: &Content) -> Result<Outcome, Broken> {
        let limit = self.settings.limits.recipients;
        let limit = self.extensions.recipients.map_or(limit, |server| server.min(limit));
        if mail.to.len() <= limit {
            let outcome = self.transact(mail.from, mail.to, content).await?;
            if !outcome.has_surplus() {
                return Ok(outcome);
            }
            return Ok(self.send_rest(mail, content, limit, outcome).await);
        }
        let (first, _) = mail.to.split_at_checked(limit).unwrap_or((mail.to, &[]));
        let outcome = self.transact(mail.from, first, content).await?;
        Ok(self.send_rest(mail, content, limit, outcome).await)
    }

    /// Goes on after the first transaction: from here on a failure is that of the recipients
    /// concerned, since others have the message already.
    async fn send_rest(
        &mut self,
        mail: &Mail<'_>,
        content: &Content,
        limit: usize,
        mut outcome: Outcome,
    ) -> Outcome {
        let unasked = outcome.recipients.len()..mail.to.len();
        let surplus = outcome.recipients.iter().enumerate();
        let surplus = surplus.filter(|(_, result)| is_surplus(result)).map(|(index, _)| index);
        let mut waiting: Vec<usize> = surplus.chain(unasked.clone()).collect();
        let untried = error(ErrorKind::Network, "the connection ended before this recipient");
        let untried = untried.with_fate(Fate::NotSent);
        outcome.recipients.extend(unasked.map(|_| Err(untried.clone())));
        while !waiting.is_empty() && self.is_sound {
            let later = waiting.split_off(limit.min(waiting.len()));
            let to: Vec<&str> =
                waiting.iter().filter_map(|&index| mail.to.get(index).copied()).collect();
            let next = match self.transact(mail.from, &to, content).await {
                Ok(next) => next,
                Err(broken) => Outcome::refused(to.len(), broken.error),
            };
            // Without progress the server is not splitting but refusing.
            let progress = next.recipients.iter().any(Result::is_ok);
            let mut again = Vec::new();
            for (&index, result) in waiting.iter().zip(next.recipients) {
                if progress && is_surplus(&result) {
                    again.push(index);
                }
                if let Some(slot) = outcome.recipients.get_mut(index) {
                    *slot = result;
                }
            }
            outcome.reply = next.reply.or(outcome.reply);
            again.extend(later);
            waiting = again;
        }
        outcome
    }
}

impl Outcome {
    /// Whether the server took some recipients and wants the rest in another transaction.
    fn has_surplus(&self) -> bool {
        self.reply.is_some() && self.recipients.iter().any(is_surplus)
    }
}

/// 452 4.5.3: too many recipients.
fn is_surplus<T>(result: &Result<T>) -> bool {
    result.as_ref().is_err_and(|error| {
        error.status() == Some(452) && error.code().is_some_and(|code| code.ends_with(".5.3"))
    })
}
