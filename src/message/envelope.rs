//! A finished message, ready for a channel or a store.

use serde::{Deserialize, Serialize};

use super::{Content, Delivery, Message, MessageId, TemplateStamp};
use crate::error::{Error, Result};

/// A finished message under our id, ready for a channel.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Envelope<M: Message> {
    /// Our id of it.
    pub id: MessageId,
    /// What is sent.
    pub message: M,
    /// How it is to be delivered.
    #[serde(default)]
    pub delivery: Delivery,
    /// The template it was made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateStamp>,
}

impl<M: Message> Envelope<M> {
    /// An envelope around a finished message.
    #[must_use]
    pub fn new(id: MessageId, message: M) -> Self {
        Self { id, message, delivery: Delivery::default(), template: None }
    }

    /// Sets how it is to be delivered.
    #[must_use]
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// All that is wrong with the message and its delivery, whoever carries it. A text may be
    /// missing where a template kept at a provider brings it.
    ///
    /// # Errors
    ///
    /// [`InvalidMessage`](crate::ErrorKind::InvalidMessage) with every fault.
    pub fn validate(&self) -> Result<()> {
        self.validate_with(!self.delivery.provider_templates.is_empty())
    }

    /// The same for one provider and kind, such as `netcore.email`, whose own template alone may
    /// bring the text.
    ///
    /// # Errors
    ///
    /// As [`validate`](Self::validate).
    pub fn validate_for(&self, provider: &str) -> Result<()> {
        self.validate_with(self.delivery.provider_templates.contains_key(provider))
    }

    fn validate_with(&self, templated: bool) -> Result<()> {
        let mut faults = Vec::new();
        self.message.validate(&mut faults);
        if !templated {
            self.message.validate_text(&mut faults);
        }
        self.delivery.validate(&mut faults);
        if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
    }
}

/// A finished message of any kind, for storage and JSON.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnyEnvelope {
    /// The shape it was written in: [`AnyEnvelope::SCHEMA`].
    pub schema: u32,
    /// Our id of it.
    pub id: MessageId,
    /// What is sent.
    pub content: Content,
    /// How it is to be delivered.
    #[serde(default)]
    pub delivery: Delivery,
    /// The template it was made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateStamp>,
}

impl AnyEnvelope {
    /// The shape that this version writes. It reads this one and older.
    pub const SCHEMA: u32 = 1;
}

impl<M: Message> From<Envelope<M>> for AnyEnvelope {
    fn from(envelope: Envelope<M>) -> Self {
        Self {
            schema: Self::SCHEMA,
            id: envelope.id,
            content: envelope.message.into(),
            delivery: envelope.delivery,
            template: envelope.template,
        }
    }
}
