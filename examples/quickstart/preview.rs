//! A layer of our own: whatever a channel accepts also goes to a sandbox, which shows it.

use async_trait::async_trait;
use dakiya::{
    Capabilities, Channel, Envelope, Message, Provider, Receipt, Result, Shared, sandbox::Sandbox,
};

/// A channel whose accepted messages can be looked at.
pub(crate) struct Preview<M> {
    inner: Shared<M>,
    sandbox: Sandbox,
}

impl<M: Message> Preview<M> {
    /// Keeps what `inner` accepts in `sandbox`.
    pub(crate) fn new(inner: Shared<M>, sandbox: &Sandbox) -> Self {
        Self { inner, sandbox: sandbox.clone() }
    }

    async fn keep(&self, envelope: &Envelope<M>, result: &Result<Receipt>) {
        if result.is_ok() {
            // The message is out: a preview that cannot be kept must not make it look lost.
            self.sandbox.send(envelope).await.ok();
        }
    }
}

#[async_trait]
impl<M: Message> Provider for Preview<M> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn check(&self) -> Result<()> {
        self.inner.check().await
    }
}

#[async_trait]
impl<M: Message> Channel<M> for Preview<M> {
    fn capabilities(&self) -> &Capabilities {
        self.inner.capabilities()
    }

    async fn send(&self, envelope: &Envelope<M>) -> Result<Receipt> {
        let result = self.inner.send(envelope).await;
        self.keep(envelope, &result).await;
        result
    }

    async fn send_batch(&self, envelopes: &[&Envelope<M>]) -> Vec<Result<Receipt>> {
        let results = self.inner.send_batch(envelopes).await;
        for (envelope, result) in envelopes.iter().zip(&results) {
            self.keep(envelope, result).await;
        }
        results
    }
}
