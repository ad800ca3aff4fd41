//! What a single message may ask of Netcore.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::message::ProviderOptions;

/// Options of one message.
///
/// Source: [Send a message](https://emaildocs.netcorecloud.com/reference/post_soip-rcs-v2-message).
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// What Netcore tries where RCS fails, such as SMS, in its own form, which is not public:
    /// `fallbackchain`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fallback_chain: Vec<Value>,
}

impl ProviderOptions for Options {
    const PROVIDER: &'static str = super::LABEL;
}

impl Options {
    /// No options.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what Netcore tries next where RCS fails, in its own form.
    #[must_use]
    pub fn fallback(mut self, step: Value) -> Self {
        self.fallback_chain.push(step);
        self
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("fallback_chain", &self.fallback_chain.len()).finish()
    }
}
