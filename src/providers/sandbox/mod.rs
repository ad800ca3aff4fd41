//! A provider that sends nothing: it keeps what it is handed, for tests, demos and a preview page.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use crate::{
    channel::{Capabilities, Channel, Features, Provider, Receipt, label},
    error::Result,
    message::{AnyEnvelope, Content, Email, Envelope, Kind, Message, MessageId, Sms},
    time::{SharedClock, Timestamp},
};

mod preview;

/// The name in receipts: `sandbox.email`.
pub const NAME: &str = "sandbox";

const CAPABILITIES: Capabilities = Capabilities::new(Features::ALL).batch(1000).idempotent();

/// An account that accepts messages of every kind and sends none.
///
/// What it accepted is kept per instance: clones share it, two sandboxes never do, so tests that
/// run side by side do not see each other's messages. A message with an idempotency key that the
/// sandbox has seen for its kind gets the receipt of the first and is not kept again, whatever it
/// says.
///
/// ```
/// # #[cfg(feature = "reqwest")] {
/// use dakiya::{Channel, Sms, sandbox::Sandbox};
///
/// let sandbox = Sandbox::new();
/// let channel: &dyn Channel<Sms> = &sandbox;
/// assert_eq!(channel.name(), "sandbox");
/// assert!(sandbox.messages().is_empty());
/// # }
/// ```
#[derive(Clone)]
pub struct Sandbox {
    clock: SharedClock,
    kept: Arc<Mutex<Vec<Kept>>>,
}

#[derive(Clone)]
struct Kept {
    envelope: AnyEnvelope,
    at: Timestamp,
}

impl Sandbox {
    /// An empty sandbox on the system's time.
    #[cfg(feature = "__tokio")]
    #[expect(clippy::new_without_default, reason = "each is a store of its own")]
    #[must_use]
    pub fn new() -> Self {
        Self::on(crate::time::TokioClock::shared())
    }

    /// An empty sandbox on the host's clock.
    #[must_use]
    pub fn on(clock: SharedClock) -> Self {
        Self { clock, kept: Arc::default() }
    }

    /// Sets the clock of its receipts. Clones made before keep theirs.
    #[must_use]
    pub fn with_clock(mut self, clock: SharedClock) -> Self {
        self.clock = clock;
        self
    }

    /// Everything it accepted, oldest first.
    #[must_use]
    pub fn messages(&self) -> Vec<AnyEnvelope> {
        self.kept().iter().map(|kept| kept.envelope.clone()).collect()
    }

    /// What went to `address`, copies included, oldest first.
    ///
    /// The address is compared as it goes on the wire (`+919845000012`), without regard to case.
    #[must_use]
    pub fn sent_to(&self, address: &str) -> Vec<AnyEnvelope> {
        let theirs = |kept: &&Kept| {
            let recipients = kept.envelope.content.recipients();
            recipients.iter().any(|one| one.as_str().eq_ignore_ascii_case(address))
        };
        self.kept().iter().filter(theirs).map(|kept| kept.envelope.clone()).collect()
    }

    /// What it accepted of one kind, oldest first.
    #[must_use]
    pub fn of_kind(&self, kind: Kind) -> Vec<AnyEnvelope> {
        let same = |kept: &&Kept| kept.envelope.content.kind() == kind;
        self.kept().iter().filter(same).map(|kept| kept.envelope.clone()).collect()
    }

    /// The mails it accepted, oldest first.
    #[must_use]
    pub fn emails(&self) -> Vec<Envelope<Email>> {
        self.typed(|content| if let Content::Email(mail) = content { Some(mail) } else { None })
    }

    /// The text messages it accepted, oldest first.
    #[must_use]
    pub fn sms(&self) -> Vec<Envelope<Sms>> {
        self.typed(|content| if let Content::Sms(sms) = content { Some(sms) } else { None })
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.kept().clear();
    }

    fn typed<M: Message>(&self, only: impl Fn(Content) -> Option<M>) -> Vec<Envelope<M>> {
        let typed = |any: AnyEnvelope| {
            let message = only(any.content)?;
            let mut envelope = Envelope::new(any.id, message).with_delivery(any.delivery);
            envelope.template = any.template;
            Some(envelope)
        };
        self.messages().into_iter().filter_map(typed).collect()
    }

    fn accept<M: Message>(&self, envelope: &Envelope<M>) -> Receipt {
        let now = self.clock.now();
        let mut kept = self.kept();
        let same = |one: &&Kept| {
            let key = &envelope.delivery.idempotency_key;
            key.is_some()
                && one.envelope.delivery.idempotency_key == *key
                && one.envelope.content.kind() == M::KIND
        };
        let first = kept.iter().find(same).map(|one| (one.envelope.id, one.at));
        let (id, at): (MessageId, Timestamp) = first.unwrap_or_else(|| {
            kept.push(Kept { envelope: envelope.clone().into(), at: now });
            (envelope.id, now)
        });
        drop(kept);
        let receipt = Receipt::new(label(NAME, M::KIND), envelope, at)
            .with_provider_message_id(Some(format!("{NAME}-{id}")));
        if let Content::Sms(sms) = envelope.message.clone().into() {
            return receipt.with_segments(sms.segments().segments);
        }
        receipt
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sandbox({} messages)", self.kept().len())
    }
}

#[async_trait]
impl Provider for Sandbox {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn check(&self) -> Result<()> {
        Ok(())
    }
}

#[async_trait]
impl<M: Message> Channel<M> for Sandbox {
    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn send(&self, envelope: &Envelope<M>) -> Result<Receipt> {
        Ok(self.accept(envelope))
    }

    async fn send_batch(&self, envelopes: &[&Envelope<M>]) -> Vec<Result<Receipt>> {
        envelopes.iter().map(|envelope| Ok(self.accept(envelope))).collect()
    }
}
