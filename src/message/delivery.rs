//! How a message is to be delivered: what every kind shares.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::check_line;
use crate::{
    channel::Features,
    error::{Error, Fault, Result},
    time::Timestamp,
};

/// What a message is for. Law, consent and quiet hours hang on it.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Advertising: needs consent, keeps to permitted hours.
    Marketing,
    /// A one-time password: worthless late, so sent again rather than held.
    Otp,
    /// Follows from something the person did: an order, an invoice.
    #[default]
    Transactional,
    /// Useful to a customer, but not asked for: a reminder, an account notice.
    Utility,
}

/// What to do when it is not known whether a message went out.
#[expect(clippy::exhaustive_enums, reason = "one either risks two or risks none")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnUnknown {
    /// Do not send again: two would be worse than none.
    Hold,
    /// Send again: none would be worse than two.
    Resend,
}

/// How a message is to be delivered: what every kind shares.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Delivery {
    /// What it is for.
    pub purpose: Purpose,
    /// Labels for reports, passed to providers that have them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The host's key for this effect: providers that honour one send the same key once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// When the provider is to send it. `Unsupported` where it cannot wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_at: Option<Timestamp>,
    /// After this it is worthless, and refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When the caller stops waiting for the provider's answer.
    #[serde(skip)]
    pub deadline: Option<Timestamp>,
    /// The host's reference, echoed in events by providers that can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_data: Option<String>,
    /// What to do when it is not known whether it went out. Default: `Resend` for
    /// [`Purpose::Otp`], else `Hold`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_unknown: Option<OnUnknown>,
    /// Whether it tells the person that their opt-out was understood, or gives who opted out the
    /// help that they ask for, and nothing else. Such a message passes the opt-out, once; see
    /// [`take_confirmation`](crate::compliance::suppression::Suppressions::take_confirmation).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub confirms_opt_out: bool,
    /// Templates kept at providers, by provider and kind (`netcore.email`), with their variables.
    /// A provider that finds its own key lets its template make the content.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub provider_templates: BTreeMap<String, ProviderTemplate>,
    /// Provider-typed options.
    #[serde(skip_serializing_if = "Options::is_empty")]
    pub options: Options,
}

impl Delivery {
    /// What to do when it is not known whether the message went out.
    #[must_use]
    pub fn on_unknown(&self) -> OnUnknown {
        self.on_unknown.unwrap_or(match self.purpose {
            Purpose::Otp => OnUnknown::Resend,
            Purpose::Marketing | Purpose::Transactional | Purpose::Utility => OnUnknown::Hold,
        })
    }

    /// What a channel must be able to do for it.
    #[must_use]
    pub fn features(&self) -> Features {
        // An idempotency key and tags are hints: a provider without them loses no content.
        Features::NONE.and_if(self.send_at.is_some(), Features::SCHEDULING)
    }

    pub(super) fn validate(&self, faults: &mut Vec<Fault>) {
        for (index, tag) in self.tags.iter().enumerate() {
            check_line(faults, || format!("tags[{index}]"), tag);
        }
        if let Some(key) = &self.idempotency_key {
            check_line(faults, || "idempotency_key".into(), key);
        }
        if let Some(data) = &self.callback_data {
            check_line(faults, || "callback_data".into(), data);
        }
    }
}

/// Options of one provider, which it reads strictly; other providers ignore them.
pub trait ProviderOptions: Serialize + DeserializeOwned {
    /// The provider and kind they are for, such as `netcore.email`.
    const PROVIDER: &'static str;
}

/// Provider-typed options, by provider and kind.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Options(BTreeMap<String, Value>);

impl Options {
    /// Keeps `options` under their provider's name.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) when they do not serialise.
    pub fn set<T: ProviderOptions>(&mut self, options: &T) -> Result<()> {
        let value = serde_json::to_value(options)
            .map_err(|error| Error::config("options do not serialise").with_source(error))?;
        self.0.insert(T::PROVIDER.into(), value);
        Ok(())
    }

    /// Reads the options of one provider, `None` where there are none.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) when they are not of its shape.
    pub fn read<T: ProviderOptions>(&self) -> Result<Option<T>> {
        let Some(value) = self.0.get(T::PROVIDER) else { return Ok(None) };
        // The cause may quote a value, so its place alone is kept.
        T::deserialize(value).map(Some).map_err(|_| {
            Error::config("options are not of the provider's shape").with_provider(T::PROVIDER)
        })
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A template kept at a provider, and the values of its variables.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ProviderTemplate {
    /// The provider's id of it.
    pub id: String,
    /// Its variables, by the provider's names.
    #[serde(default)]
    pub variables: BTreeMap<String, Value>,
}

impl ProviderTemplate {
    /// The template `id` without variables.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), variables: BTreeMap::new() }
    }

    /// Sets a variable.
    #[must_use]
    pub fn var(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }
}

impl fmt::Debug for ProviderTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.variables.keys().collect();
        f.debug_struct("ProviderTemplate").field("id", &self.id).field("variables", &names).finish()
    }
}
