//! The facade: one call from a draft to a receipt.

use std::{any::Any, fmt, sync::Arc};

use async_trait::async_trait;

pub(crate) use self::builder::Channels;
pub use self::{
    builder::{MessengerBuilder, Routed},
    plan::Plan,
};
#[cfg(feature = "templates")]
use crate::template::TemplateSet;
use crate::{
    channel::{Dispatch, Receipt, Record, Shared},
    compliance::{
        dlt::Registry,
        keywords::TwoWay,
        suppression::{Query, Reason, Suppressions},
    },
    error::{Error, ErrorKind, Fate, Fault, Result},
    message::{
        AnyEnvelope, Content, Draft, Envelope, Kind, Message, MessageId, Recipient, Sms,
        TemplateRef,
    },
    time::{SharedClock, SharedEntropy},
    webhook::{Router, RouterBuilder},
};

mod builder;
mod plan;

/// Sends messages of every kind: resolve → render → validate → comply → route → send → record.
///
/// Cheap to clone; one messenger serves a whole backend.
///
/// ```
/// # #[cfg(feature = "sandbox")] {
/// use dakiya::{Email, EmailAddress, Messenger, sandbox::Sandbox};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::new();
/// let messenger = Messenger::builder().email(sandbox.clone()).sms(sandbox).build()?;
///
/// let mail = Email::to(EmailAddress::parse("asha@example.com")?)
///     .subject("Your glasses are ready")
///     .text("Come by any time.");
/// let receipt = messenger.send(mail).await?;
/// assert_eq!(receipt.provider, "sandbox.email");
/// # Ok(()) }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run()).unwrap();
/// # }
/// ```
#[derive(Clone)]
pub struct Messenger(Arc<Inner>);

pub(crate) struct Inner {
    channels: Channels,
    #[cfg(feature = "templates")]
    templates: Option<TemplateSet>,
    dlt: Option<Registry>,
    suppressions: Option<Arc<dyn Suppressions>>,
    record: Option<Arc<dyn Record>>,
    clock: SharedClock,
    entropy: SharedEntropy,
}

impl Messenger {
    /// A messenger without channels, to be filled.
    pub fn builder() -> MessengerBuilder {
        MessengerBuilder::default()
    }

    /// Sends one message. `Ok` means accepted by a provider, not delivered.
    ///
    /// # Errors
    ///
    /// [`Template`](ErrorKind::Template) when it cannot be rendered; the refusals of
    /// [`plan`](Self::plan); else what the channel answers.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future may leave a message that is out but not recorded.
    pub async fn send<M: Routed>(&self, draft: impl Into<Draft<M>>) -> Result<Receipt> {
        self.hand_over(self.plan(draft).await?).await
    }

    /// Sends many of one kind: one result each, in the order given. Providers' bulk forms are
    /// used wherever they exist.
    pub async fn send_batch<M: Routed>(
        &self,
        drafts: impl IntoIterator<Item = impl Into<Draft<M>>>,
    ) -> Vec<Result<Receipt>> {
        let mut plans = Vec::new();
        for draft in drafts {
            plans.push(self.plan(draft).await);
        }
        self.hand_over_all(plans).await
    }

    /// Answers a keyword that a person sent, which
    /// [`Keywords::answer`](crate::compliance::keywords::Keywords::answer) found, by the kind of
    /// channel it came by; `None` where there is nothing to answer.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    ///
    /// # Cancel safety
    ///
    /// As [`send`](Self::send).
    pub async fn reply(&self, asked: &TwoWay) -> Result<Option<Receipt>> {
        Ok(if let Some(mail) = asked.email() {
            Some(self.send(mail).await?)
        } else if let Some(sms) = asked.sms() {
            Some(self.send(sms).await?)
        } else if let Some(message) = asked.whatsapp() {
            Some(self.send(message).await?)
        } else if let Some(message) = asked.rcs() {
            Some(self.send(message).await?)
        } else {
            None
        })
    }

    /// Everything but the sending: the finished message, and what would refuse it.
    ///
    /// # Errors
    ///
    /// [`Template`](ErrorKind::Template) when the message cannot be finished.
    pub async fn plan<M: Message>(&self, draft: impl Into<Draft<M>>) -> Result<Plan<M>> {
        let envelope = self.finish(draft.into())?;
        Ok(self.inspect(envelope).await)
    }

    /// Proves the credentials of every channel; sends nothing to anyone.
    pub async fn check(&self) -> Vec<(Kind, Result<()>)> {
        self.0.channels.check().await
    }

    /// The kinds that have a channel.
    #[must_use]
    pub fn kinds(&self) -> Vec<Kind> {
        self.0.channels.kinds()
    }

    /// A router for what providers call back with, by the messenger's clock.
    pub fn webhooks(&self) -> RouterBuilder {
        Router::builder(Arc::clone(&self.0.clock))
    }

    /// Resolves and renders.
    fn finish<M: Message>(&self, draft: Draft<M>) -> Result<Envelope<M>> {
        let Draft { id, message, template, delivery } = draft;
        let id = id.unwrap_or_else(|| MessageId::new(self.0.clock.now(), &*self.0.entropy));
        let envelope = Envelope::new(id, message).with_delivery(delivery);
        match template {
            Some(template) => self.fill(envelope, &template),
            None => Ok(envelope),
        }
    }

    #[cfg(feature = "templates")]
    fn fill<M: Message>(
        &self,
        mut envelope: Envelope<M>,
        template: &TemplateRef,
    ) -> Result<Envelope<M>> {
        let templates = self.0.templates.as_ref().ok_or_else(|| {
            Error::config(
                "the message names a template, but the messenger has none: add `templates`",
            )
        })?;
        let rendered = templates.render(template, M::KIND)?;
        for (provider, template) in &rendered.provider_templates {
            let own = envelope.delivery.provider_templates.entry(provider.clone());
            own.or_insert_with(|| template.clone());
        }
        envelope.template.clone_from(&rendered.stamp);
        envelope.message.fill(rendered)?;
        Ok(envelope)
    }

    #[cfg(not(feature = "templates"))]
    #[expect(clippy::unused_self, reason = "the same call with and without templates")]
    fn fill<M: Message>(&self, _: Envelope<M>, _: &TemplateRef) -> Result<Envelope<M>> {
        Err(Error::config("the message names a template: turn on the feature `templates`"))
    }

    /// Validates and complies.
    async fn inspect<M: Message>(&self, mut envelope: Envelope<M>) -> Plan<M> {
        let now = self.0.clock.now();
        let mut refusals = Vec::new();
        refusals.extend(envelope.validate().err());
        if envelope.delivery.expires_at.is_some_and(|at| at <= now) {
            refusals.push(Error::new(ErrorKind::Expired, "the message has expired"));
        }
        let confirms = self.suppressed(&envelope).await.unwrap_or_else(|refusal| {
            refusals.push(refusal);
            false
        });
        if let Some(registry) = &self.0.dlt
            && let Some(sms) = (&mut envelope as &mut dyn Any).downcast_mut::<Envelope<Sms>>()
        {
            refusals.extend(registry.comply(sms, now).err());
        }
        Plan::new(envelope, refusals, confirms)
    }

    /// A mail to several people of whom one is suppressed is refused whole: to send it to the
    /// others is the host's decision. Returns whether it confirms an opt-out that is in its way.
    async fn suppressed<M: Message>(&self, envelope: &Envelope<M>) -> Result<bool> {
        let Some(suppressions) = &self.0.suppressions else { return Ok(false) };
        let recipients = envelope.message.recipients();
        let may_confirm = envelope.delivery.confirms_opt_out && recipients.len() == 1;
        let mut faults = Vec::new();
        for (index, recipient) in recipients.iter().enumerate() {
            let found = suppressions.find(&query(envelope, recipient)).await;
            // Whatever went wrong in the host's store, nothing was sent.
            let found = found.map_err(|error| error.with_fate(Fate::NotSent))?;
            if let Some(found) = found {
                if may_confirm && found.reason == Reason::OptOut {
                    return Ok(true);
                }
                let problem = format!("is suppressed: {}", found.reason);
                faults.push(Fault::new(format!("recipients[{index}]"), problem, "leave it out"));
            }
        }
        if faults.is_empty() {
            return Ok(false);
        }
        Err(Error::new(ErrorKind::Suppressed, "the person said no").with_faults(faults))
    }

    /// Takes the permission of a ready message that confirms an opt-out, or refuses it.
    async fn permit<M: Message>(&self, plan: &mut Plan<M>) {
        let Some(suppressions) = self.0.suppressions.as_ref().filter(|_| plan.confirms()) else {
            return;
        };
        for recipient in plan.envelope().message.recipients() {
            let taken = suppressions.take_confirmation(&query(plan.envelope(), &recipient)).await;
            let refusal = match taken {
                Ok(true) => continue,
                Ok(false) => Error::new(ErrorKind::Suppressed, "the opt-out may not be confirmed"),
                Err(error) => error.with_fate(Fate::NotSent),
            };
            plan.refuse(refusal);
        }
    }

    async fn hand_over<M: Routed>(&self, mut plan: Plan<M>) -> Result<Receipt> {
        self.permit(&mut plan).await;
        let outcome = match plan.refusal() {
            Some(refusal) => Err(refusal),
            None => match self.channel::<M>() {
                Ok(channel) => channel.send(plan.envelope()).await,
                Err(error) => Err(error),
            },
        };
        self.record(plan.into_envelope(), outcome).await
    }

    async fn hand_over_all<M: Routed>(
        &self,
        mut plans: Vec<Result<Plan<M>>>,
    ) -> Vec<Result<Receipt>> {
        for plan in plans.iter_mut().flatten() {
            self.permit(plan).await;
        }
        let ready =
            plans.iter().filter_map(|plan| plan.as_ref().ok()).filter(|plan| plan.is_ready());
        let envelopes: Vec<_> = ready.map(Plan::envelope).collect();
        let mut sent = match self.channel::<M>() {
            Ok(channel) if !envelopes.is_empty() => channel.send_batch(&envelopes).await,
            Ok(_) => Vec::new(),
            Err(error) => vec![Err(error); envelopes.len()],
        }
        .into_iter();
        let mut outcomes = Vec::with_capacity(plans.len());
        for plan in plans {
            let plan = match plan {
                Ok(plan) => plan,
                Err(error) => {
                    outcomes.push(Err(error));
                    continue;
                }
            };
            let outcome = match plan.refusal() {
                Some(refusal) => Err(refusal),
                None => sent.next().unwrap_or_else(|| {
                    Err(Error::new(ErrorKind::Response, "the channel answered too few results"))
                }),
            };
            outcomes.push(self.record(plan.into_envelope(), outcome).await);
        }
        outcomes
    }

    fn channel<M: Routed>(&self) -> Result<&Shared<M>> {
        M::channel(&self.0.channels).ok_or_else(|| {
            Error::config(format!("no channel for {}: add one to the messenger", M::KIND))
        })
    }

    /// What could not be recorded does not undo what was sent.
    async fn record<M: Message>(
        &self,
        envelope: Envelope<M>,
        mut outcome: Result<Receipt>,
    ) -> Result<Receipt> {
        let Some(record) = &self.0.record else { return outcome };
        if let Err(error) = record.record(&envelope.into(), &outcome).await
            && let Ok(receipt) = &mut outcome
        {
            receipt.unrecorded = Some(error);
        }
        outcome
    }

    async fn send_envelope<M: Routed>(&self, envelope: Envelope<M>) -> Result<Receipt> {
        self.hand_over(self.inspect(envelope).await).await
    }
}

fn query<'a, M: Message>(envelope: &'a Envelope<M>, recipient: &'a Recipient) -> Query<'a> {
    Query::new(recipient, M::KIND, envelope.delivery.purpose).sender(envelope.message.sender())
}

impl fmt::Debug for Messenger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messenger").field("kinds", &self.kinds()).finish_non_exhaustive()
    }
}

#[async_trait]
impl Dispatch for Messenger {
    async fn dispatch(&self, envelope: AnyEnvelope) -> Result<Receipt> {
        let AnyEnvelope { schema, id, content, delivery, template } = envelope;
        if schema > AnyEnvelope::SCHEMA {
            return Err(Error::config(format!(
                "the envelope has schema {schema}, this version reads up to {}",
                AnyEnvelope::SCHEMA
            )));
        }
        macro_rules! send {
            ($message:expr) => {{
                let mut envelope = Envelope::new(id, $message).with_delivery(delivery);
                envelope.template = template;
                self.send_envelope(envelope).await
            }};
        }
        match content {
            Content::ApplePush(message) => send!(message),
            Content::Email(message) => send!(message),
            Content::Rcs(message) => send!(message),
            Content::Sms(message) => send!(message),
            Content::Voice(message) => send!(message),
            Content::WebPush(message) => send!(message),
            Content::WhatsApp(message) => send!(message),
        }
    }

    async fn dispatch_batch(&self, envelopes: Vec<AnyEnvelope>) -> Vec<Result<Receipt>> {
        builder::dispatch_batch(self, envelopes).await
    }
}
