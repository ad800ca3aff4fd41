//! A channel that a test scripts.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;

use crate::{
    channel::{Capabilities, Channel, Features, Provider, Receipt, label},
    error::{Error, Result},
    message::{Envelope, Message},
    time::{SharedClock, TokioClock},
};

/// A channel that answers as a test scripts it, and keeps what it was handed.
///
/// Clones share the script and the record, so a test keeps one and gives the other away. It answers
/// each message with the next scripted reply, then with the default: [`Reply::Accept`].
///
/// ```
/// use dakiya::{Error, ErrorKind, Sms, testing::{FakeChannel, Reply}};
///
/// let fake = FakeChannel::<Sms>::new("fake")
///     .then(Reply::Fail(Error::new(ErrorKind::Unavailable, "down")))
///     .then(Reply::Accept);
/// assert_eq!(fake.calls(), 0);
/// ```
#[derive(Clone)]
pub struct FakeChannel<M: Message> {
    name: String,
    capabilities: Capabilities,
    clock: SharedClock,
    state: Arc<Mutex<State<M>>>,
}

/// How a [`FakeChannel`] answers one message.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub enum Reply {
    /// Takes it, for every recipient.
    Accept,
    /// Takes it, so much later on the channel's clock.
    AcceptAfter(Duration),
    /// Fails, under the channel's label where the error names no provider.
    Fail(Error),
    /// Never answers.
    Hang,
}

type Answer<M> = Arc<dyn Fn(&Envelope<M>) -> Result<Receipt> + Send + Sync>;

enum Step<M: Message> {
    Reply(Reply),
    With(Answer<M>),
}

impl<M: Message> Clone for Step<M> {
    fn clone(&self) -> Self {
        match self {
            Self::Reply(reply) => Self::Reply(reply.clone()),
            Self::With(answer) => Self::With(Arc::clone(answer)),
        }
    }
}

struct State<M: Message> {
    script: VecDeque<Step<M>>,
    otherwise: Step<M>,
    health: Option<Error>,
    sent: Vec<Envelope<M>>,
    batches: Vec<usize>,
    calls: usize,
}

impl<M: Message> FakeChannel<M> {
    /// A channel that accepts everything, can carry everything, and honours no idempotency key.
    ///
    /// Its time is the system's until [`clock`](Self::clock) sets another.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        let state = State {
            script: VecDeque::new(),
            otherwise: Step::Reply(Reply::Accept),
            health: None,
            sent: Vec::new(),
            batches: Vec::new(),
            calls: 0,
        };
        Self {
            name: name.into(),
            capabilities: Capabilities::new(Features::ALL).batch(1000),
            clock: TokioClock::shared(),
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Sets what it can carry. Clones made before keep what they had.
    #[must_use]
    pub fn capabilities(mut self, capabilities: Capabilities) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// Sets the clock of receipts and of [`Reply::AcceptAfter`].
    #[must_use]
    pub fn clock(mut self, clock: SharedClock) -> Self {
        self.clock = clock;
        self
    }

    /// Adds the reply to one further message.
    #[must_use]
    pub fn then(self, reply: Reply) -> Self {
        self.push(reply);
        self
    }

    /// Adds the reply to one further message, made from it.
    #[must_use]
    pub fn then_with(
        self,
        answer: impl Fn(&Envelope<M>) -> Result<Receipt> + Send + Sync + 'static,
    ) -> Self {
        self.state().script.push_back(Step::With(Arc::new(answer)));
        self
    }

    /// Sets the reply when the script has run out.
    #[must_use]
    pub fn otherwise(self, reply: Reply) -> Self {
        self.state().otherwise = Step::Reply(reply);
        self
    }

    /// Sets the reply when the script has run out, made from the message.
    #[must_use]
    pub fn otherwise_with(
        self,
        answer: impl Fn(&Envelope<M>) -> Result<Receipt> + Send + Sync + 'static,
    ) -> Self {
        self.state().otherwise = Step::With(Arc::new(answer));
        self
    }

    /// Sets what [`Provider::check`] fails with.
    #[must_use]
    pub fn unhealthy(self, error: Error) -> Self {
        self.state().health = Some(error);
        self
    }

    /// Adds the reply to one further message, in the middle of a test.
    pub fn push(&self, reply: Reply) {
        self.state().script.push_back(Step::Reply(reply));
    }

    /// Changes the reply when the script has run out, in the middle of a test.
    pub fn set_otherwise(&self, reply: Reply) {
        self.state().otherwise = Step::Reply(reply);
    }

    /// `provider.kind`, as its receipts and errors print it.
    #[must_use]
    pub fn label(&self) -> String {
        label(&self.name, M::KIND)
    }

    /// Every message handed over, singly or in batches, in order, repeats included.
    #[must_use]
    pub fn sent(&self) -> Vec<Envelope<M>> {
        self.state().sent.clone()
    }

    /// The size of every batch.
    #[must_use]
    pub fn batches(&self) -> Vec<usize> {
        self.state().batches.clone()
    }

    /// How often it was called: single sends and batches, one each.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.state().calls
    }

    async fn answer(&self, envelope: &Envelope<M>, step: Step<M>) -> Result<Receipt> {
        match step {
            Step::Reply(Reply::Accept) => {}
            Step::Reply(Reply::AcceptAfter(delay)) => self.clock.sleep(delay).await,
            Step::Reply(Reply::Fail(error)) if error.provider().is_some() => return Err(error),
            Step::Reply(Reply::Fail(error)) => return Err(error.with_provider(self.label())),
            Step::Reply(Reply::Hang) => std::future::pending().await,
            Step::With(answer) => return answer(envelope),
        }
        let receipt = Receipt::new(self.label(), envelope, self.clock.now());
        let id = format!("{}-{}", self.name, envelope.id);
        Ok(receipt.with_provider_message_id(Some(id)))
    }

    fn take(state: &mut State<M>, envelope: &Envelope<M>) -> Step<M> {
        state.sent.push(envelope.clone());
        state.script.pop_front().unwrap_or_else(|| state.otherwise.clone())
    }

    fn state(&self) -> MutexGuard<'_, State<M>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M: Message> fmt::Debug for FakeChannel<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FakeChannel({}, {} calls)", self.label(), self.calls())
    }
}

#[async_trait]
impl<M: Message> Provider for FakeChannel<M> {
    fn name(&self) -> &str {
        &self.name
    }

    async fn check(&self) -> Result<()> {
        self.state().health.clone().map_or(Ok(()), Err)
    }
}

#[async_trait]
impl<M: Message> Channel<M> for FakeChannel<M> {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn send(&self, envelope: &Envelope<M>) -> Result<Receipt> {
        let step = {
            let mut state = self.state();
            state.calls += 1;
            Self::take(&mut state, envelope)
        };
        self.answer(envelope, step).await
    }

    async fn send_batch(&self, envelopes: &[&Envelope<M>]) -> Vec<Result<Receipt>> {
        let steps: Vec<_> = {
            let mut state = self.state();
            state.calls += 1;
            state.batches.push(envelopes.len());
            envelopes.iter().map(|envelope| Self::take(&mut state, envelope)).collect()
        };
        let mut results = Vec::with_capacity(envelopes.len());
        for (envelope, step) in envelopes.iter().zip(steps) {
            results.push(self.answer(envelope, step).await);
        }
        results
    }
}
