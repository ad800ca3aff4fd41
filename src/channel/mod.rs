//! Everything that can deliver: providers, routes over them, and policies around them.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::{self, StreamExt as _};
use serde::{Deserialize, Serialize};

pub use self::capability::{Capabilities, Features};
use crate::{
    error::{Attempt, Error, Result},
    future::BoxFuture,
    message::{AnyEnvelope, Envelope, Kind, Message, MessageId, Recipient},
    time::Timestamp,
};

pub(crate) mod bulk;
mod capability;
pub(crate) mod tries;

/// An account at a provider, whatever it can send.
#[async_trait]
pub trait Provider: Send + Sync {
    /// The provider's name, such as `twilio`. Receipts, metrics and errors print it with the kind:
    /// `twilio.sms`.
    fn name(&self) -> &str;

    /// Proves the credentials and the connection by the cheapest call; sends nothing to anyone.
    ///
    /// # Errors
    ///
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized) for wrong credentials, else as for a send.
    async fn check(&self) -> Result<()>;
}

/// Something that can deliver messages of one kind.
///
/// Channels nest: a route is a channel over channels, a policy is a channel around one.
///
/// # Cancel safety
///
/// Dropping a send leaves nothing behind in the channel, but the message may be out.
#[async_trait]
pub trait Channel<M: Message>: Provider {
    /// What it can carry. A route reports what all of its channels can.
    fn capabilities(&self) -> &Capabilities;

    /// Hands one message over. `Ok` means accepted for at least one recipient, not delivered.
    ///
    /// # Errors
    ///
    /// When no recipient was accepted; see [`Error`] for what may be done about it.
    async fn send(&self, envelope: &Envelope<M>) -> Result<Receipt>;

    /// Hands many over: one result each, in the order given.
    ///
    /// The default sends singly, at most [`Capabilities::in_flight`] at a time.
    async fn send_batch(&self, envelopes: &[&Envelope<M>]) -> Vec<Result<Receipt>> {
        // Collected first: mapping inside the stream is not general enough for the compiler.
        let sends: Vec<_> = envelopes.iter().map(|envelope| self.send(envelope)).collect();
        stream::iter(sends).buffered(self.capabilities().in_flight.max(1)).collect().await
    }
}

/// A channel that layers and routes share.
pub type Shared<M> = Arc<dyn Channel<M>>;

#[async_trait]
impl<P: Provider + ?Sized> Provider for Arc<P> {
    fn name(&self) -> &str {
        (**self).name()
    }

    async fn check(&self) -> Result<()> {
        (**self).check().await
    }
}

// By hand: an `async fn` here would box every send twice.
impl<M: Message, C: Channel<M> + ?Sized> Channel<M> for Arc<C> {
    fn capabilities(&self) -> &Capabilities {
        (**self).capabilities()
    }

    fn send<'a, 'b, 'f>(&'a self, envelope: &'b Envelope<M>) -> BoxFuture<'f, Result<Receipt>>
    where
        'a: 'f,
        'b: 'f,
        Self: 'f,
    {
        (**self).send(envelope)
    }

    fn send_batch<'a, 'b, 'c, 'f>(
        &'a self,
        envelopes: &'b [&'c Envelope<M>],
    ) -> BoxFuture<'f, Vec<Result<Receipt>>>
    where
        'a: 'f,
        'b: 'f,
        'c: 'f,
        Self: 'f,
    {
        (**self).send_batch(envelopes)
    }
}

/// The proof that a provider took a message: accepted, not delivered.
#[non_exhaustive]
#[derive(Clone, Debug, Serialize)]
pub struct Receipt {
    /// Our id of the message.
    pub id: MessageId,
    /// Who took it, with the kind: `netcore.sms`.
    pub provider: String,
    /// Which kind it was.
    pub kind: Kind,
    /// The provider's id of it, by which its events are matched; absent where it gives none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_message_id: Option<String>,
    /// When it was taken.
    pub accepted_at: Timestamp,
    /// How many SMS segments it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segments: Option<u32>,
    /// What it cost, where the provider says so at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
    /// What became of each recipient, in the order of [`Message::recipients`]. At least one was
    /// accepted.
    pub recipients: Vec<RecipientOutcome>,
    /// What was tried in vain before, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// Why the receipt could not be recorded. The message is out all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unrecorded: Option<Error>,
}

impl Receipt {
    /// A receipt of `envelope` by `provider` (`netcore.sms`), for all of its recipients.
    #[must_use]
    pub fn new<M: Message>(
        provider: impl Into<String>,
        envelope: &Envelope<M>,
        accepted_at: Timestamp,
    ) -> Self {
        let recipients = envelope.message.recipients();
        Self {
            id: envelope.id,
            provider: provider.into(),
            kind: M::KIND,
            provider_message_id: None,
            accepted_at,
            segments: None,
            cost: None,
            recipients: recipients.into_iter().map(RecipientOutcome::accepted).collect(),
            attempts: Vec::new(),
            unrecorded: None,
        }
    }

    /// Sets the provider's id.
    #[must_use]
    pub fn with_provider_message_id(mut self, id: Option<impl Into<String>>) -> Self {
        self.provider_message_id = id.map(Into::into);
        self
    }

    /// Sets how many SMS segments it is.
    #[must_use]
    pub fn with_segments(mut self, segments: u32) -> Self {
        self.segments = Some(segments);
        self
    }

    /// The recipients who were refused, with the reason.
    pub fn refused(&self) -> impl Iterator<Item = (&Recipient, &Error)> {
        self.recipients.iter().filter_map(|outcome| {
            outcome.refusal.as_ref().map(|refusal| (&outcome.recipient, refusal))
        })
    }
}

/// What became of one recipient.
#[non_exhaustive]
#[derive(Clone, Debug, Serialize)]
pub struct RecipientOutcome {
    /// Who.
    pub recipient: Recipient,
    /// The provider's id for this recipient alone, where it gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_message_id: Option<String>,
    /// Why the provider refused this recipient; accepted when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Error>,
}

impl RecipientOutcome {
    /// An accepted recipient.
    #[must_use]
    pub fn accepted(recipient: Recipient) -> Self {
        Self { recipient, provider_message_id: None, refusal: None }
    }

    /// A refused recipient.
    #[must_use]
    pub fn refused(recipient: Recipient, refusal: Error) -> Self {
        Self { recipient, provider_message_id: None, refusal: Some(refusal) }
    }
}

/// An amount of money, exact.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Millionths of the currency's unit, so that a message at ₹0.1245 is exact.
    pub micros: i64,
    /// ISO 4217, three letters.
    pub currency: Currency,
}

impl Money {
    /// `micros` millionths of `currency`.
    #[must_use]
    pub fn new(micros: i64, currency: Currency) -> Self {
        Self { micros, currency }
    }
}

/// An ISO 4217 currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// The Indian rupee.
    pub const INR: Self = Self(*b"INR");

    /// The three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

impl TryFrom<String> for Currency {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        match text.as_bytes() {
            &[a, b, c] if text.bytes().all(|byte| byte.is_ascii_uppercase()) => Ok(Self([a, b, c])),
            _ => Err(Error::config("a currency is three capital letters, such as INR")),
        }
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().into()
    }
}

/// Sends finished messages of any kind: what an outbox needs of a messenger.
#[async_trait]
pub trait Dispatch: Send + Sync {
    /// Sends one.
    ///
    /// # Errors
    ///
    /// As [`Channel::send`]; [`Config`](crate::ErrorKind::Config) where no channel carries its
    /// kind.
    async fn dispatch(&self, envelope: AnyEnvelope) -> Result<Receipt>;

    /// Sends many, of mixed kinds: one result each, in the order given.
    async fn dispatch_batch(&self, envelopes: Vec<AnyEnvelope>) -> Vec<Result<Receipt>>;
}

/// Keeps what became of each message: what a messenger needs of a store.
#[async_trait]
pub trait Record: Send + Sync {
    /// Keeps one outcome.
    ///
    /// # Errors
    ///
    /// When it cannot be kept. The send stands all the same: the error goes into
    /// [`Receipt::unrecorded`].
    async fn record(&self, envelope: &AnyEnvelope, outcome: &Result<Receipt>) -> Result<()>;
}

/// `provider` and `kind` as receipts and errors print them: `netcore.sms`.
#[must_use]
pub fn label(provider: &str, kind: Kind) -> String {
    format!("{provider}.{kind}")
}
