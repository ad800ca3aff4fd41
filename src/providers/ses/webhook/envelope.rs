//! The envelope that SNS puts around a message, and what of it is signed.

use std::{borrow::Cow, collections::HashMap};

use aws_lc_rs::digest;
use serde::Deserialize;
use serde_json::value::RawValue;

/// What stands in a request of SNS. Nothing of it is believed before its signature holds.
///
/// `UnsubscribeURL` and `MessageAttributes` are not signed, so they are not read.
#[derive(Deserialize)]
pub(super) struct Envelope<'a> {
    #[serde(borrow, rename = "Type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow, rename = "MessageId")]
    pub(super) message_id: Text<'a>,
    #[serde(borrow, rename = "TopicArn")]
    pub(super) topic: Text<'a>,
    #[serde(borrow, default, rename = "Subject")]
    pub(super) subject: Option<Text<'a>>,
    #[serde(borrow, rename = "Message")]
    pub(super) message: Text<'a>,
    #[serde(borrow, rename = "Timestamp")]
    pub(super) timestamp: Text<'a>,
    #[serde(borrow, rename = "SignatureVersion")]
    pub(super) version: Text<'a>,
    #[serde(borrow, rename = "Signature")]
    pub(super) signature: Text<'a>,
    // What a function of Lambda is handed spells these in another way.
    #[serde(borrow, rename = "SigningCertURL", alias = "SigningCertUrl")]
    pub(super) certificate: Text<'a>,
    #[serde(borrow, default, rename = "Token")]
    pub(super) token: Option<Text<'a>>,
    #[serde(borrow, default, rename = "SubscribeURL", alias = "SubscribeUrl")]
    pub(super) subscribe_url: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Text<'_> {
    pub(super) fn get(&self) -> &str {
        &self.0
    }
}

/// What an envelope is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Notification,
    SubscriptionConfirmation,
    UnsubscribeConfirmation,
}

impl<'a> Envelope<'a> {
    /// The envelope in `body`, or what is wrong with it.
    pub(super) fn read(body: &'a [u8]) -> Result<Self, &'static str> {
        serde_json::from_slice(body).map_err(|_| complaint(body))
    }

    pub(super) fn kind(&self) -> Option<Kind> {
        match self.kind.get() {
            "Notification" => Some(Kind::Notification),
            "SubscriptionConfirmation" => Some(Kind::SubscriptionConfirmation),
            "UnsubscribeConfirmation" => Some(Kind::UnsubscribeConfirmation),
            _ => None,
        }
    }

    /// The digest of what is signed; `None` where a part of it is missing.
    ///
    /// Each name and value stands on a line of its own, in the order of the names, the last one
    /// ended too.
    pub(super) fn digest(&self, algorithm: &'static digest::Algorithm) -> Option<digest::Digest> {
        let mut context = digest::Context::new(algorithm);
        let mut add = |name: &str, value: &str| {
            for part in [name, "\n", value, "\n"] {
                context.update(part.as_bytes());
            }
        };
        add("Message", self.message.get());
        add("MessageId", self.message_id.get());
        match self.kind()? {
            Kind::Notification => {
                if let Some(subject) = &self.subject {
                    add("Subject", subject.get());
                }
                add("Timestamp", self.timestamp.get());
            }
            Kind::SubscriptionConfirmation | Kind::UnsubscribeConfirmation => {
                add("SubscribeURL", self.subscribe_url.as_ref()?.get());
                add("Timestamp", self.timestamp.get());
                add("Token", self.token.as_ref()?.get());
            }
        }
        add("TopicArn", self.topic.get());
        add("Type", self.kind.get());
        Some(context.finish())
    }
}

/// Why `body` is no envelope, as far as that helps whoever sets it up.
fn complaint(body: &[u8]) -> &'static str {
    let members: HashMap<Cow<'_, str>, &RawValue> =
        serde_json::from_slice(body).unwrap_or_default();
    if members.contains_key("eventType") || members.contains_key("notificationType") {
        return "the body is no envelope of SNS: raw delivery is on, so nothing is signed; turn it \
                off at the subscription, or receive with `Webhook::raw`";
    }
    if members.get("Message").is_some_and(|message| message.get().starts_with('{')) {
        return "the body was re-serialised: `Message` is no text any more; hand over the raw bytes";
    }
    "the body is no envelope of SNS: a signed member is missing, twice there, or no text"
}
