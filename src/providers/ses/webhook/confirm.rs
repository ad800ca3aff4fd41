//! Confirming a subscription of SNS.

use super::{
    SUBSCRIBE_URL, TOPIC_ARN, certificates,
    location::{Rules, SOVEREIGN},
};
use crate::{
    error::{Error, Result},
    event::{Event, EventKind},
    http::Transport,
    providers::ses::NAME,
    time::Timestamp,
    webhook::Proof,
};

/// Confirms the subscription that `event` asks for: one GET of its checked `subscribe_url`, within
/// 5 s, without redirects. Nothing confirms by itself; hand an event in when its topic is to be
/// heard.
///
/// The event must be a `SubscriptionConfirmation` that [`Webhook`](super::Webhook) verified. Its
/// URL is checked once more, as events are stored and may come back changed.
///
/// Source: [Subscription
/// confirmation](https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.confirm.html).
///
/// # Errors
///
/// [`Config`](crate::ErrorKind::Config) when the event is no verified confirmation request or its
/// URL is not one of SNS's for its topic; otherwise as the transport, and with the kind of the
/// status where that is not 200.
pub async fn confirm(transport: &dyn Transport, event: &Event, now: Timestamp) -> Result<()> {
    let url = checked(event).map_err(|problem| Error::config(problem).with_provider(NAME))?;
    certificates::get(transport, url, now).await.map(drop)
}

fn checked(event: &Event) -> Result<&str, &'static str> {
    let confirmation = event.provider == NAME
        && event.kind == EventKind::Subscription
        && event.word.as_deref() == Some("SubscriptionConfirmation");
    if !confirmation {
        return Err("the event is no SubscriptionConfirmation of Amazon SNS");
    }
    if event.proof != Proof::Signature {
        return Err("no signature proves the event: confirm the subscription by hand");
    }
    let text = |name: &str| event.metadata.get(name).and_then(|value| value.as_str());
    let parts = text(SUBSCRIBE_URL).zip(text(TOPIC_ARN)).zip(text("token"));
    let ((url, topic), token) = parts.ok_or("the event has no URL that is safe to request")?;
    let mut rules = Rules::default();
    rules.add_suffix(SOVEREIGN).map_err(|_| "the suffix is none")?;
    if rules.confirms(url, topic, token) {
        Ok(url)
    } else {
        Err("the URL does not confirm a subscription at Amazon SNS")
    }
}
