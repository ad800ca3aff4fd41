//! The next provider when one fails.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;

use crate::{
    channel::{
        Capabilities, Channel, Provider, Receipt, Shared, label,
        tries::{Call, Open, Settled, may_repeat, single},
    },
    error::{Error, ErrorKind, Fate, Fault, Reroute, Result},
    message::{Envelope, Message},
    time::{SharedClock, Timestamp, after},
};

/// Tries channels in the order given until one takes the message.
///
/// It goes on only after an error that [leaves it to another provider](Error::reroute) and, where
/// the message may be out already, only if the message says
/// [`Resend`](crate::OnUnknown::Resend). A person who said no, a bad address and a message that is
/// wrong in itself end the send at once.
///
/// The receipt, and the error when all fail, list every try. That error is the last one that a
/// later try may cure, if there is one: "too many requests" of the first matters more than
/// "cannot carry attachments" of the second.
///
/// A batch goes whole to the first channel, and what is left of it whole to the next.
///
/// Its capabilities are what all channels can carry. A message beyond them is tried all the same:
/// the channel that cannot carry it says so, and the next is asked.
pub struct Failover<M: Message> {
    channels: Vec<Member<M>>,
    capabilities: Capabilities,
    memory: Option<Memory>,
}

struct Member<M: Message> {
    channel: Shared<M>,
    /// Until when it is tried last.
    doubted: Mutex<Option<Timestamp>>,
}

struct Memory {
    period: Duration,
    clock: SharedClock,
}

impl<M: Message> Failover<M> {
    /// A route over `channels`, the preferred one first.
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) when there is none.
    pub fn new(channels: Vec<Shared<M>>) -> Result<Self> {
        let all = channels.iter().map(|channel| channel.capabilities().clone());
        let Some(capabilities) = all.reduce(|all, one| all.intersect(&one)) else {
            let fault = Fault::new("channels", "is empty", "name at least one channel");
            return Err(Error::config("a failover needs channels").with_faults(vec![fault]));
        };
        let member = |channel| Member { channel, doubted: Mutex::new(None) };
        let channels = channels.into_iter().map(member).collect();
        Ok(Self { channels, capabilities, memory: None })
    }

    /// Remembers [a provider's failure](Error::is_provider_fault) for `period`: until then, on
    /// `clock`, that channel is tried last. Default: every message begins with the first.
    ///
    /// No channel is ever left out, and one that takes a message is trusted again at once, so
    /// there is a way back even when all have failed.
    #[must_use]
    pub fn skip_for(mut self, period: Duration, clock: SharedClock) -> Self {
        self.memory = Some(Memory { period, clock });
        self
    }

    /// The channels in the order in which they are to be tried now.
    fn order(&self) -> Vec<&Member<M>> {
        let mut order: Vec<_> = self.channels.iter().collect();
        if let Some(memory) = &self.memory {
            let now = memory.clock.now();
            // Stable: the order given holds among the trusted and among the doubted.
            order.sort_by_key(|member| member.doubted().is_some_and(|until| until > now));
        }
        order
    }

    async fn run(&self, call: Call, envelopes: &[&Envelope<M>]) -> Vec<Result<Receipt>> {
        let mut settled = Vec::with_capacity(envelopes.len());
        let mut open: Vec<Candidate<'_, M>> =
            Open::all(envelopes).into_iter().map(|open| Candidate { open, best: None }).collect();
        for member in self.order() {
            let batch: Vec<_> = open.iter().map(|one| one.open.envelope).collect();
            let results = call.run(&*member.channel, &batch).await;
            self.remember(member, &results);
            let mut left = Vec::new();
            for (mut one, result) in open.into_iter().zip(results) {
                match result {
                    Err(error) if goes_on(&error, one.open.envelope) => {
                        one.failed(member.channel.name(), error);
                        left.push(one);
                    }
                    result => settled.push(one.open.end(result)),
                }
            }
            open = left;
            if open.is_empty() {
                break;
            }
        }
        settled.extend(open.into_iter().filter_map(Candidate::give_up));
        Settled::in_order(settled)
    }

    fn remember(&self, member: &Member<M>, results: &[Result<Receipt>]) {
        let Some(memory) = &self.memory else { return };
        let faulty =
            |result: &Result<Receipt>| result.as_ref().is_err_and(Error::is_provider_fault);
        if results.iter().any(Result::is_ok) {
            member.doubt(None);
        } else if results.iter().any(faulty) {
            member.doubt(Some(after(memory.clock.now(), memory.period)));
        }
    }
}

/// Whether another channel may try after `error`.
fn goes_on<M: Message>(error: &Error, envelope: &Envelope<M>) -> bool {
    error.reroute() == Reroute::Any && may_repeat(error, &envelope.delivery)
}

impl<M: Message> Member<M> {
    fn doubted(&self) -> Option<Timestamp> {
        *self.doubted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn doubt(&self, until: Option<Timestamp>) {
        *self.doubted.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

/// A message that no channel took so far, and the error to return if none will.
struct Candidate<'a, M: Message> {
    open: Open<'a, M>,
    best: Option<(Error, usize)>,
}

impl<M: Message> Candidate<'_, M> {
    fn failed(&mut self, channel: &str, error: Error) {
        let place = self.open.failed(channel, &error);
        if self.best.as_ref().is_none_or(|(best, _)| hope(&error) >= hope(best)) {
            self.best = Some((error, place));
        }
    }

    fn give_up(self) -> Option<Settled> {
        let (error, place) = self.best?;
        Some(self.open.end_in(error, place))
    }
}

/// How much a later try of the whole route may make of an error.
fn hope(error: &Error) -> u8 {
    match error {
        _ if error.is_retryable() => 2,
        _ if error.kind() == ErrorKind::Unsupported => 0,
        _ => 1,
    }
}

#[async_trait]
impl<M: Message> Provider for Failover<M> {
    fn name(&self) -> &'static str {
        "failover"
    }

    /// Checks every channel, since a spare that does not work is no spare.
    ///
    /// # Errors
    ///
    /// When any fails, under the kind of the first that does, with a fault for each.
    async fn check(&self) -> Result<()> {
        let mut kind = None;
        let mut faults = Vec::new();
        for (index, member) in self.channels.iter().enumerate() {
            if let Err(error) = member.channel.check().await {
                kind = kind.or_else(|| Some(error.kind()));
                let name = label(member.channel.name(), M::KIND);
                let field = format!("channels[{index}]");
                let problem = format!("({name}) does not work: {error}");
                faults.push(Fault::new(field, problem, "mend it or take it out"));
            }
        }
        match kind {
            None => Ok(()),
            Some(kind) => Err(Error::new(kind, "not every channel works")
                .with_fate(Fate::NotSent)
                .with_provider(label(self.name(), M::KIND))
                .with_faults(faults)),
        }
    }
}

#[async_trait]
impl<M: Message> Channel<M> for Failover<M> {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn send(&self, envelope: &Envelope<M>) -> Result<Receipt> {
        single(self.run(Call::One, &[envelope]).await)
    }

    async fn send_batch(&self, envelopes: &[&Envelope<M>]) -> Vec<Result<Receipt>> {
        self.run(Call::Batch, envelopes).await
    }
}

impl<M: Message> fmt::Debug for Failover<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.channels.iter().map(|member| label(member.channel.name(), M::KIND));
        f.debug_tuple("Failover").field(&names.collect::<Vec<_>>()).finish()
    }
}
