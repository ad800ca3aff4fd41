//! Which channels and stores a messenger has.

use std::{fmt, sync::Arc};

use super::{Inner, Messenger};
#[cfg(feature = "templates")]
use crate::template::TemplateSet;
use crate::{
    channel::{Channel, Receipt, Record, Shared},
    compliance::{dlt::Registry, suppression::Suppressions},
    error::{Error, ErrorKind, Result},
    message::{
        AnyEnvelope, ApplePush, Call, Content, Email, Envelope, Kind, Message, Rcs, Sms, WebPush,
        WhatsApp,
    },
    time::{SharedClock, SharedEntropy, SystemEntropy},
};

/// Builds a [`Messenger`]. Only what a host sends needs a channel.
#[derive(Clone, Default)]
#[must_use]
pub struct MessengerBuilder {
    pub(crate) channels: Channels,
    #[cfg(feature = "templates")]
    templates: Option<TemplateSet>,
    dlt: Option<Registry>,
    suppressions: Option<Arc<dyn Suppressions>>,
    record: Option<Arc<dyn Record>>,
    pub(crate) clock: Option<SharedClock>,
    entropy: Option<SharedEntropy>,
}

impl MessengerBuilder {
    /// Sets what messages are rendered from.
    #[cfg(feature = "templates")]
    #[cfg_attr(docsrs, doc(cfg(feature = "templates")))]
    pub fn templates(mut self, templates: TemplateSet) -> Self {
        self.templates = Some(templates);
        self
    }

    /// Sets the DLT registrations that SMS to India are checked against.
    pub fn dlt(mut self, registry: Registry) -> Self {
        self.dlt = Some(registry);
        self
    }

    /// Sets who must not be written to.
    pub fn suppressions(mut self, suppressions: impl Suppressions + 'static) -> Self {
        self.suppressions = Some(Arc::new(suppressions));
        self
    }

    /// Sets what keeps the outcome of each message.
    pub fn record(mut self, record: impl Record + 'static) -> Self {
        self.record = Some(Arc::new(record));
        self
    }

    /// Sets the clock. Default: the system's time on tokio's timer, where a feature has tokio.
    pub fn clock(mut self, clock: SharedClock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Sets the source of chance for ids. Default: the operating system's.
    pub fn entropy(mut self, entropy: SharedEntropy) -> Self {
        self.entropy = Some(entropy);
        self
    }

    /// The messenger.
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) without a clock, where no feature provides one.
    pub fn build(self) -> Result<Messenger> {
        Ok(Messenger(Arc::new(Inner {
            channels: self.channels,
            #[cfg(feature = "templates")]
            templates: self.templates,
            dlt: self.dlt,
            suppressions: self.suppressions,
            record: self.record,
            clock: self.clock.map_or_else(crate::time::default_clock, Ok)?,
            entropy: self.entropy.unwrap_or_else(SystemEntropy::shared),
        })))
    }
}

impl fmt::Debug for MessengerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessengerBuilder")
            .field("kinds", &self.channels.kinds())
            .finish_non_exhaustive()
    }
}

/// A kind of message that a messenger has a place for: all of them.
pub trait Routed: Message {
    /// The channel for it.
    #[doc(hidden)]
    fn channel(channels: &Channels) -> Option<&Shared<Self>>;
}

/// One line a kind, from which the rest follows.
macro_rules! channels {
    ($($field:ident: $message:ident => $variant:ident, $doc:literal;)*) => {
        /// A channel for each kind that has one.
        #[doc(hidden)]
        #[expect(unnameable_types, reason = "hosts meet it in no call of theirs")]
        #[derive(Clone, Default)]
        pub struct Channels {
            $(pub(crate) $field: Option<Shared<$message>>,)*
        }

        impl Channels {
            /// Takes over what `other` has.
            pub(crate) fn add(&mut self, other: Self) {
                $(if other.$field.is_some() {
                    self.$field = other.$field;
                })*
            }

            /// Takes over what `other` has and this has not.
            pub(crate) fn fill(&mut self, other: Self) {
                $(if self.$field.is_none() {
                    self.$field = other.$field;
                })*
            }

            /// The channel of `kind`, and those of the others.
            pub(crate) fn part(mut self, kind: Kind) -> (Self, Self) {
                let mut named = Self::default();
                $(if <$message as Message>::KIND == kind {
                    named.$field = self.$field.take();
                })*
                (named, self)
            }

            pub(crate) fn is_empty(&self) -> bool {
                self.kinds().is_empty()
            }

            pub(super) fn kinds(&self) -> Vec<Kind> {
                let all = [$((<$message as Message>::KIND, self.$field.is_some()),)*];
                all.into_iter().filter(|(_, set)| *set).map(|(kind, _)| kind).collect()
            }

            pub(super) async fn check(&self) -> Vec<(Kind, Result<()>)> {
                let mut checked = Vec::new();
                $(if let Some(channel) = &self.$field {
                    checked.push((<$message as Message>::KIND, channel.check().await));
                })*
                checked
            }
        }

        impl fmt::Debug for Channels {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_set().entries(self.kinds()).finish()
            }
        }

        $(impl Routed for $message {
            fn channel(channels: &Channels) -> Option<&Shared<Self>> {
                channels.$field.as_ref()
            }
        })*

        impl MessengerBuilder {
            $(#[doc = $doc]
            pub fn $field(mut self, channel: impl Channel<$message> + 'static) -> Self {
                self.channels.$field = Some(Arc::new(channel));
                self
            })*
        }

        /// Sorts by kind, so that each kind is one batch, and puts the results back in order.
        pub(super) async fn dispatch_batch(
            messenger: &Messenger,
            envelopes: Vec<AnyEnvelope>,
        ) -> Vec<Result<Receipt>> {
            let mut results: Vec<Option<Result<Receipt>>> = vec![None; envelopes.len()];
            $(let mut $field: (Vec<usize>, Vec<Envelope<$message>>) = Default::default();)*
            for (index, envelope) in envelopes.into_iter().enumerate() {
                let AnyEnvelope { schema, id, content, delivery, template } = envelope;
                if schema > AnyEnvelope::SCHEMA {
                    continue;
                }
                match content {
                    $(Content::$variant(message) => {
                        let mut envelope = Envelope::new(id, message).with_delivery(delivery);
                        envelope.template = template;
                        $field.0.push(index);
                        $field.1.push(envelope);
                    })*
                }
            }
            $(if !$field.1.is_empty() {
                let mut plans = Vec::with_capacity($field.1.len());
                for envelope in $field.1 {
                    plans.push(Ok(messenger.inspect(envelope).await));
                }
                let sent = messenger.hand_over_all(plans).await;
                for (index, result) in $field.0.into_iter().zip(sent) {
                    if let Some(slot) = results.get_mut(index) {
                        *slot = Some(result);
                    }
                }
            })*
            let unread = || Err(Error::new(ErrorKind::Config, "the envelope's schema is newer"));
            results.into_iter().map(|result| result.unwrap_or_else(unread)).collect()
        }
    };
}

channels! {
    email: Email => Email, "Sets the channel for mail.";
    sms: Sms => Sms, "Sets the channel for SMS.";
    whatsapp: WhatsApp => WhatsApp, "Sets the channel for WhatsApp.";
    voice: Call => Voice, "Sets the channel for calls.";
    apple_push: ApplePush => ApplePush, "Sets the channel for Apple push notifications.";
    web_push: WebPush => WebPush, "Sets the channel for web push notifications.";
    rcs: Rcs => Rcs, "Sets the channel for RCS.";
}
