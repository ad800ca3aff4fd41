//! An Apple push notification.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DeviceToken, Kind, Message, Recipient, Rendered, no_place};
use crate::{
    channel::Features,
    debug::show,
    error::{Fault, Result},
};

/// A notification to one app on one Apple device.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ApplePush {
    /// The app on the device.
    pub to: DeviceToken,
    /// The title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The number on the app's icon: absolute, not added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub badge: Option<u32>,
    /// What the app gets beside it: an object.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub data: Value,
}

impl ApplePush {
    /// An empty notification to `to`.
    #[must_use]
    pub fn to(to: DeviceToken) -> Self {
        Self { to, title: None, body: None, badge: None, data: Value::Null }
    }

    /// Sets the title.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Sets the text.
    #[must_use]
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sets the number on the app's icon.
    #[must_use]
    pub fn badge(mut self, badge: u32) -> Self {
        self.badge = Some(badge);
        self
    }
}

show!(ApplePush { to, badge });

impl Message for ApplePush {
    const KIND: Kind = Kind::ApplePush;

    fn recipients(&self) -> Vec<Recipient> {
        vec![Recipient::Device(self.to.clone())]
    }

    fn features(&self) -> Features {
        Features::TEXT
    }

    fn validate(&self, faults: &mut Vec<Fault>) {
        if self.title.is_none()
            && self.body.is_none()
            && self.badge.is_none()
            && self.data.is_null()
        {
            faults.push(Fault::new("body", "is empty", "write a body, title, badge or data"));
        }
        if !self.data.is_null() && !self.data.is_object() {
            faults.push(Fault::new("data", "is no object", "write an object"));
        }
    }

    fn fill(&mut self, rendered: Rendered) -> Result<()> {
        if rendered.html.is_some() {
            return Err(no_place(Self::KIND, "html"));
        }
        self.title = rendered.subject.or_else(|| self.title.take());
        self.body = rendered.text.or_else(|| self.body.take());
        Ok(())
    }
}
