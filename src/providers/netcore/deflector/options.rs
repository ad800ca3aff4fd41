//! What a message falls back to, and in which order.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{debug::show, message::ProviderOptions};

/// What one message falls back to.
///
/// Source: [Send a message](https://emaildocs.netcorecloud.com/reference/deflector-send-message-api).
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The SMS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms: Option<SmsFallback>,
    /// The RCS message, in Netcore's own form, which is not public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rcs: Option<Map<String, Value>>,
    /// The order. Default: WhatsApp, then RCS and SMS where they are set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flow: Vec<Step>,
}

/// The SMS that stands in for the WhatsApp message.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsFallback {
    /// The header that DLT knows, such as `ACMEIN`.
    pub from: String,
    /// The text, as DLT approved it.
    pub text: String,
    /// More fields by Netcore's names, such as DLT ids, whose names are not public.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

/// One step of the flow.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// By what.
    pub channel: FlowChannel,
    /// More fields by Netcore's names, such as how long to wait: they are not public.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

/// A channel of the flow.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum FlowChannel {
    /// RCS.
    Rcs,
    /// SMS.
    Sms,
    /// `WhatsApp`.
    WhatsApp,
}

impl ProviderOptions for Options {
    const PROVIDER: &'static str = super::LABEL;
}

impl Options {
    /// No options: `WhatsApp` alone.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the SMS.
    #[must_use]
    pub fn sms(mut self, sms: SmsFallback) -> Self {
        self.sms = Some(sms);
        self
    }

    /// Sets the RCS message, in Netcore's own form.
    #[must_use]
    pub fn rcs(mut self, rcs: Map<String, Value>) -> Self {
        self.rcs = Some(rcs);
        self
    }

    /// Sets the order.
    #[must_use]
    pub fn flow(mut self, steps: impl IntoIterator<Item = impl Into<Step>>) -> Self {
        self.flow = steps.into_iter().map(Into::into).collect();
        self
    }

    /// The order: as it was set, else as the contents are there.
    pub(super) fn steps(&self) -> Vec<Step> {
        if !self.flow.is_empty() {
            return self.flow.clone();
        }
        let rcs = self.rcs.as_ref().map(|_| FlowChannel::Rcs);
        let sms = self.sms.as_ref().map(|_| FlowChannel::Sms);
        [Some(FlowChannel::WhatsApp), rcs, sms].into_iter().flatten().map(Step::from).collect()
    }
}

impl SmsFallback {
    /// A text under a DLT header.
    #[must_use]
    pub fn new(from: impl Into<String>, text: impl Into<String>) -> Self {
        Self { from: from.into(), text: text.into(), extra: Map::new() }
    }

    /// Adds a field by Netcore's name.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }
}

impl Step {
    /// Adds a field by Netcore's name.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }
}

impl From<FlowChannel> for Step {
    fn from(channel: FlowChannel) -> Self {
        Self { channel, extra: Map::new() }
    }
}

impl FlowChannel {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Rcs => "RCS",
            Self::Sms => "SMS",
            Self::WhatsApp => "WHATSAPP",
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("sms", &self.sms)
            .field("rcs", &self.rcs.is_some())
            .field("flow", &self.flow)
            .finish()
    }
}

show!(SmsFallback { from });

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.channel.as_str())
    }
}
