//! What Amazon SES tells through Amazon SNS.

use std::{collections::BTreeSet, time::Duration};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use self::envelope::{Envelope, Kind};
pub use self::{certificates::Certificates, confirm::confirm};
use super::NAME;
use crate::{
    event::{Event, EventKind},
    message,
    time::Timestamp,
    webhook::{
        Guard, Parsed, Proof, Receiver, Request, Verified, WebhookError, WebhookErrorKind, Window,
        dedup_key,
    },
};

mod certificates;
mod confirm;
mod envelope;
mod event;
mod fields;
mod inbound;
mod location;
mod meaning;
mod preferences;
mod source;

/// Of an event's metadata: the topic that a confirmation is about.
const TOPIC_ARN: &str = "topic_arn";
/// Of an event's metadata: where it is confirmed, where that is safe to request.
const SUBSCRIBE_URL: &str = "subscribe_url";

/// SNS tries for an hour at most, and signs the time of the first try.
const WINDOW: Window = Window::new(Duration::from_hours(2), Duration::from_mins(5));

/// Receives what SES tells through a topic of SNS: by identity notifications, by the event
/// publishing of a configuration set, and mails that SES received.
///
/// SNS signs each request with a key whose certificate the request names. Where that is not known
/// yet, [`verify`](Receiver::verify) says [`Key`](WebhookErrorKind::Key): the host fetches it with
/// [`Certificates::fetch`] and verifies again. A signature proves that *some* account of AWS sent
/// it, and any account can subscribe your URL to a topic of its own; so the topics are listed.
///
/// A subscription asks to be confirmed by an event of the kind
/// [`Subscription`](EventKind::Subscription) and the word `SubscriptionConfirmation`: hand it to
/// [`confirm`], or confirm by `token` in the SNS API. The metadata's `subscribe_url` is there only
/// when it is safe to request.
///
/// | from SES | event |
/// | --- | --- |
/// | `Send` | [`Queued`](crate::Status::Queued) |
/// | `Delivery`, `DeliveryDelay` | [`Delivered`](crate::Status::Delivered), [`Deferred`](crate::Status::Deferred) |
/// | `Bounce`, `Permanent` | [`BouncedHard`](crate::Status::BouncedHard); [`Rejected`](crate::Status::Rejected) where the address was on a list and not tried |
/// | `Bounce`, any other | [`BouncedSoft`](crate::Status::BouncedSoft), and SES tries no more |
/// | `Complaint` | [`Complained`](crate::Status::Complained); `not-spam` is [`Suppression`](EventKind::Suppression) without a status |
/// | `Reject`, `Rendering Failure` | [`Rejected`](crate::Status::Rejected), [`Failed`](crate::Status::Failed) |
/// | `Open`, `Click` | [`Opened`](crate::Status::Opened), [`Clicked`](crate::Status::Clicked) |
/// | `Subscription` | [`Unsubscribed`](crate::Status::Unsubscribed), [`Resubscribed`](crate::Status::Resubscribed) |
/// | `Received` | [`Inbound`](EventKind::Inbound) |
///
/// There is one event for each recipient. SES does not tell which of several opened, clicked or
/// complained: the metadata's `recipient_certain` is then `false`, and nobody is suppressed.
///
/// A mail that SES received has its text and files where the rule's action is SNS, for then the
/// mail comes along (150 KB at most), and the feature `inbound-mail` is on. With an action of S3
/// there are its headers, and `action` in the metadata says in which bucket and object it lies.
///
/// An `UnsubscribeConfirmation` is a [`Subscription`](EventKind::Subscription) too: the topic is
/// heard no more, and its `token` would subscribe it again.
///
/// SNS gives up for good on an answer of 4xx, and tries again within the hour on 5xx and silence:
/// a request that the host cannot store now is answered with 5xx. A refusal's own
/// [`reply`](WebhookError::reply) keeps to this: it is 503 for a missing key, and also for a wrong
/// signature, an unlisted topic or a stale time, since this machine's clock or settings may be
/// what is wrong. What is proven and cannot be read is 400.
///
/// The same kind of event switched on for an identity and in a configuration set comes twice, with
/// different keys.
///
/// Source: [SNS over HTTPS](https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html),
/// [notifications](https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html),
/// [event publishing](https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html).
#[derive(Clone, Debug)]
pub struct Webhook {
    source: Source,
    window: Window,
    certificates: Certificates,
}

/// Who may have sent a request.
#[derive(Clone, Debug)]
enum Source {
    AnyTopic,
    Raw(Guard),
    Topics(BTreeSet<String>),
}

impl Webhook {
    /// Accepts what these topics send, by their ARNs, such as
    /// `arn:aws:sns:eu-west-1:123456789012:erp-mail-events`.
    ///
    /// # Errors
    ///
    /// [`Config`](WebhookErrorKind::Config) when there is none, or one is no ARN of a topic.
    pub fn new<T: Into<String>>(topics: impl IntoIterator<Item = T>) -> Result<Self, WebhookError> {
        let config = |problem| WebhookError::new(WebhookErrorKind::Config, problem);
        let topics: BTreeSet<_> = topics.into_iter().map(Into::into).collect();
        if topics.is_empty() {
            return Err(config(
                "the list of topics is empty: without one any AWS account could write",
            ));
        }
        if !topics.iter().all(|topic| is_topic(topic)) {
            return Err(config(
                "a topic is an ARN, such as arn:aws:sns:eu-west-1:123456789012:events",
            ));
        }
        Ok(Self::of(Source::Topics(topics)))
    }

    /// Accepts what any topic of any AWS account sends: whoever has an account can then make
    /// events. For tests, or where the host looks at the account itself.
    #[must_use]
    pub fn any_topic() -> Self {
        Self::of(Source::AnyTopic)
    }

    /// Accepts raw delivery, which has no envelope and no signature: `guard` alone proves where a
    /// request comes from. The topic and the freshness are not checked.
    #[must_use]
    pub fn raw(guard: Guard) -> Self {
        Self::of(Source::Raw(guard))
    }

    fn of(source: Source) -> Self {
        Self { source, window: WINDOW, certificates: Certificates::new() }
    }

    /// Takes the keys from `certificates`, of which the host keeps a clone to fill.
    #[must_use]
    pub fn certificates(mut self, certificates: Certificates) -> Self {
        self.certificates = certificates;
        self
    }

    /// Sets how old an envelope may be. Default: 2 hours, and 5 minutes ahead. SNS tries for an
    /// hour at most with the time of its first try, so a window below that loses the events of an
    /// outage.
    #[must_use]
    pub fn window(mut self, window: Window) -> Self {
        self.window = window;
        self
    }

    /// Verifies an envelope.
    fn check(&self, envelope: &Envelope<'_>, now: Timestamp) -> Result<(), WebhookError> {
        // What refuses without the key comes first, so that a stranger cannot make us fetch.
        let url = envelope.certificate.get();
        if self.certificates.rules().certificate(url).is_none() {
            return Err(WebhookError::signature("the certificate's URL is not Amazon SNS's own"));
        }
        if !self.listens_to(envelope.topic.get()) {
            let problem = "the topic is not in the list of topics that `Webhook::new` was given";
            return Err(WebhookError::signature(problem));
        }
        let (algorithm, modern) = match envelope.version.get() {
            "1" => (&SHA1_FOR_LEGACY_USE_ONLY, false),
            "2" => (&SHA256, true),
            _ => return Err(WebhookError::signature("the signature's version is neither 1 nor 2")),
        };
        let wrong = || WebhookError::signature("the signature of Amazon SNS is wrong");
        let signature = STANDARD.decode(envelope.signature.get()).map_err(|_| wrong())?;
        let digest = envelope.digest(algorithm).ok_or_else(|| {
            WebhookError::signature("the type is unknown to SNS, or a signed member is missing")
        })?;
        let timestamp = envelope.timestamp.get().parse().map_err(|_| wrong())?;
        self.window.check(timestamp, now)?;
        let key = self.certificates.key(url, now).ok_or_else(|| WebhookError::key(url))?;
        let key = if modern { &key.sha256 } else { &key.sha1 };
        key.verify_digest_sig(&digest, &signature).map_err(|_| wrong())
    }

    fn listens_to(&self, topic: &str) -> bool {
        match &self.source {
            Source::AnyTopic | Source::Raw(_) => true,
            Source::Topics(topics) => topics.contains(topic),
        }
    }

    /// The events of an envelope.
    fn open(
        &self,
        envelope: &Envelope<'_>,
        request: &Request,
        proof: Proof,
    ) -> Result<Parsed, WebhookError> {
        let message = envelope.message.get();
        if envelope.kind() != Some(Kind::Notification) {
            return Ok(Parsed::one(self.confirmation(envelope, request, proof)));
        }
        let context = event::Context {
            id: envelope.message_id.get(),
            time: envelope.timestamp.get(),
            body: &request.body,
            proof,
        };
        if event::is_greeting(message) {
            let mut event = about_topic(envelope, request, proof);
            event.reason = Some(message.to_owned());
            return Ok(Parsed::one(event));
        }
        event::read(message, &context)
    }

    /// What SNS says of a subscription.
    fn confirmation(&self, envelope: &Envelope<'_>, request: &Request, proof: Proof) -> Event {
        let mut event = about_topic(envelope, request, proof);
        event.reason = Some(envelope.message.get().to_owned());
        let text =
            |text: &Option<envelope::Text<'_>>| text.as_ref().map(|text| text.get().to_owned());
        let (token, url) = (text(&envelope.token), text(&envelope.subscribe_url));
        if let (Some(token), Some(url)) = (&token, url) {
            let rules = self.certificates.rules();
            if rules.confirms(&url, envelope.topic.get(), token) {
                event.metadata.insert(SUBSCRIBE_URL.into(), url.into());
            }
        }
        if let Some(token) = token {
            event.metadata.insert("token".into(), token.into());
        }
        event
    }

    /// The envelope of `request`, once its signature holds.
    fn verified<'r>(
        &self,
        request: &'r Request,
        now: Timestamp,
    ) -> Result<Envelope<'r>, WebhookError> {
        let envelope = Envelope::read(&request.body).map_err(WebhookError::signature);
        envelope
            .and_then(|envelope| self.check(&envelope, now).map(|()| envelope))
            .map_err(WebhookError::asking_again)
    }
}

impl Receiver for Webhook {
    fn verify<'a>(
        &self,
        request: &'a Request,
        now: Timestamp,
    ) -> Result<Verified<'a>, WebhookError> {
        if let Source::Raw(guard) = &self.source {
            return guard.verify(request).map_err(WebhookError::asking_again);
        }
        self.verified(request, now).map(|_| Verified::new(request, Proof::Signature))
    }

    fn parse(&self, verified: Verified<'_>) -> Result<Parsed, WebhookError> {
        let (request, proof) = (verified.request(), verified.proof());
        match Envelope::read(&request.body) {
            Ok(envelope) => self.open(&envelope, request, proof),
            // Without an envelope, the body is the message: by raw delivery, or in a shadow.
            Err(_) => event::read_raw(request, proof),
        }
    }

    /// As the other two, one after the other, but reads the envelope once.
    fn receive(&self, request: &Request, now: Timestamp) -> Result<Parsed, WebhookError> {
        if let Source::Raw(_) = &self.source {
            return self.parse(self.verify(request, now)?);
        }
        let envelope = self.verified(request, now)?;
        self.open(&envelope, request, Proof::Signature)
    }
}

/// An event about the topic itself.
fn about_topic(envelope: &Envelope<'_>, request: &Request, proof: Proof) -> Event {
    let mut event = Event::new(EventKind::Subscription, NAME, proof);
    event.channel = Some(message::Kind::Email);
    event.word = Some(envelope.kind.get().to_owned());
    event.timestamp = envelope.timestamp.get().parse().ok();
    event.dedup_key = dedup_key(&[NAME, envelope.message_id.get(), envelope.kind.get()]);
    event.metadata.insert(TOPIC_ARN.into(), envelope.topic.get().into());
    event.metadata.insert("message_id".into(), envelope.message_id.get().into());
    event.source = request.body.clone();
    event
}

fn is_topic(arn: &str) -> bool {
    let parts: Vec<_> = arn.split(':').collect();
    matches!(parts.as_slice(), ["arn", partition, "sns", region, account, name]
        if [partition, region, account, name].iter().all(|part| !part.trim().is_empty()))
}

#[cfg(test)]
mod webhook_tests;
