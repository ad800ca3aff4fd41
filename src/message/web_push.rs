//! A web push notification.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Hidden, Kind, Message, Recipient, Rendered, check_https, check_present, no_place};
use crate::{
    channel::Features,
    debug::hide,
    error::{Fault, Result},
};

/// A notification to one browser.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct WebPush {
    /// The browser.
    pub to: Subscription,
    /// What the page's service worker gets: text, often JSON.
    pub payload: String,
    /// How soon it should wake the device.
    #[serde(default)]
    pub urgency: Urgency,
    /// A newer notification of the same topic replaces this one: 32 characters at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
}

/// What a browser gives a page that may notify it. Its keys are stored data: without them nothing
/// can be sent later.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Where notifications are posted.
    pub endpoint: String,
    /// The browser's public key, base64url.
    pub p256dh: String,
    /// The shared authentication secret, base64url.
    pub auth: String,
}

/// How soon a notification should wake the device.
///
/// Source: [RFC 8030](https://www.rfc-editor.org/rfc/rfc8030#section-5.3).
#[expect(clippy::exhaustive_enums, reason = "RFC 8030 has these four")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// On power and Wi-Fi.
    VeryLow,
    /// On either.
    Low,
    /// On neither.
    #[default]
    Normal,
    /// On low battery too.
    High,
}

impl Subscription {
    /// A subscription, as the browser gave it.
    #[must_use]
    pub fn new(
        endpoint: impl Into<String>,
        p256dh: impl Into<String>,
        auth: impl Into<String>,
    ) -> Self {
        Self { endpoint: endpoint.into(), p256dh: p256dh.into(), auth: auth.into() }
    }
}

impl WebPush {
    /// An empty notification to `to`.
    #[must_use]
    pub fn to(to: Subscription) -> Self {
        Self { to, payload: String::new(), urgency: Urgency::Normal, topic: None }
    }

    /// Sets what the service worker gets.
    #[must_use]
    pub fn payload(mut self, payload: impl Into<String>) -> Self {
        self.payload = payload.into();
        self
    }
}

hide!(Subscription);

impl fmt::Debug for WebPush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebPush")
            .field("to", &self.to)
            .field("payload", &Hidden(&self.payload))
            .field("urgency", &self.urgency)
            .finish_non_exhaustive()
    }
}

impl Message for WebPush {
    const KIND: Kind = Kind::WebPush;

    fn recipients(&self) -> Vec<Recipient> {
        vec![Recipient::Subscription(self.to.endpoint.clone())]
    }

    fn features(&self) -> Features {
        Features::TEXT
    }

    fn validate(&self, faults: &mut Vec<Fault>) {
        check_https(faults, "to.endpoint", &self.to.endpoint);
        check_present(faults, "to.p256dh", &self.to.p256dh);
        check_present(faults, "to.auth", &self.to.auth);
    }

    fn fill(&mut self, rendered: Rendered) -> Result<()> {
        if rendered.html.is_some() {
            return Err(no_place(Self::KIND, "html"));
        }
        self.payload = rendered.text.unwrap_or_default();
        Ok(())
    }
}
