//! What a host writes: a message and the template to fill it.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Delivery, Dlt, Message, MessageId, OnUnknown, ProviderOptions, ProviderTemplate, Purpose,
};
use crate::{debug::show, error::Result, time::Timestamp};

/// A template to fill a message with, and the variables to fill it from.
///
/// ```
/// use dakiya::TemplateRef;
///
/// let template = TemplateRef::new("order_confirmed").locale("hi-IN").var("name", "आशा");
/// # let _ = template;
/// ```
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct TemplateRef {
    /// Which template.
    pub id: String,
    /// Which version; the pinned or newest one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Which language, as a BCP 47 tag; the set's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// What it renders from: an object.
    #[serde(default)]
    pub variables: Value,
}

impl TemplateRef {
    /// The template `id`, its default version and locale, without variables.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        let variables = Value::Object(serde_json::Map::new());
        Self { id: id.into(), version: None, locale: None, variables }
    }

    /// Asks for one version.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Asks for a language.
    #[must_use]
    pub fn locale(mut self, locale: impl Into<String>) -> Self {
        self.locale = Some(locale.into());
        self
    }

    /// Sets one variable.
    #[must_use]
    pub fn var(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        if !self.variables.is_object() {
            self.variables = Value::Object(serde_json::Map::new());
        }
        if let Some(variables) = self.variables.as_object_mut() {
            variables.insert(name.into(), value.into());
        }
        self
    }

    /// Sets all variables from anything that serialises to an object. What does not is reported
    /// when the template renders.
    #[must_use]
    pub fn vars(mut self, variables: &impl Serialize) -> Self {
        self.variables = serde_json::to_value(variables).unwrap_or_default();
        self
    }
}

impl From<&str> for TemplateRef {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

impl fmt::Debug for TemplateRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> =
            self.variables.as_object().map(|map| map.keys().collect()).unwrap_or_default();
        f.debug_struct("TemplateRef")
            .field("id", &self.id)
            .field("version", &self.version)
            .field("locale", &self.locale)
            .field("variables", &names)
            .finish()
    }
}

/// What a template produced for one kind of message.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq)]
pub struct Rendered {
    /// The subject or title.
    pub subject: Option<String>,
    /// The plain text.
    pub text: Option<String>,
    /// The HTML.
    pub html: Option<String>,
    /// The DLT registration of an SMS.
    pub dlt: Option<Dlt>,
    /// Templates kept at providers, by provider and kind.
    pub provider_templates: BTreeMap<String, ProviderTemplate>,
    /// Which template it was.
    pub stamp: Option<TemplateStamp>,
}

show!(Rendered { stamp });

/// Which template, version and locale a message was made with.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TemplateStamp {
    /// The template.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The locale found for it.
    pub locale: String,
}

impl TemplateStamp {
    /// The stamp of a template that was found.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        version: impl Into<String>,
        locale: impl Into<String>,
    ) -> Self {
        Self { id: id.into(), version: version.into(), locale: locale.into() }
    }
}

/// What a host writes: a message, a template to fill it where it is not finished, and how it is to
/// be delivered.
///
/// ```
/// use dakiya::{Draft, Message, PhoneNumber, Purpose, Sms, TemplateRef};
///
/// let to = PhoneNumber::parse("+919845000012")?;
/// let draft: Draft<Sms> = Sms::to(to)
///     .template(TemplateRef::new("otp").var("code", "482913"))
///     .purpose(Purpose::Otp)
///     .idempotency_key("login-77");
/// # let _ = draft;
/// # Ok::<(), dakiya::AddressError>(())
/// ```
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Draft<M: Message> {
    /// The host's own id for it; a new one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<MessageId>,
    /// The message, finished or to be filled.
    pub message: M,
    /// What fills it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateRef>,
    /// How it is to be delivered.
    #[serde(default)]
    pub delivery: Delivery,
}

impl<M: Message> Draft<M> {
    /// A draft of `message`.
    #[must_use]
    pub fn new(message: M) -> Self {
        Self { id: None, message, template: None, delivery: Delivery::default() }
    }

    /// Sets our id instead of a new one.
    #[must_use]
    pub fn id(mut self, id: MessageId) -> Self {
        self.id = Some(id);
        self
    }

    /// Fills the message from a template.
    #[must_use]
    pub fn with_template(mut self, template: impl Into<TemplateRef>) -> Self {
        self.template = Some(template.into());
        self
    }

    /// Has a template kept at a provider make the content where that provider sends it. `provider`
    /// names it with the kind: `sendgrid.email`.
    ///
    /// ```
    /// use dakiya::{Email, EmailAddress, Message, ProviderTemplate};
    ///
    /// let to = EmailAddress::parse("asha@example.com")?;
    /// let template = ProviderTemplate::new("d-3f1c9c0e5b7a4d2f").var("order", "2041");
    /// let draft = Email::to(to).draft().with_provider_template("sendgrid.email", template);
    /// # let _ = draft;
    /// # Ok::<(), dakiya::AddressError>(())
    /// ```
    #[must_use]
    pub fn with_provider_template(
        mut self,
        provider: impl Into<String>,
        template: ProviderTemplate,
    ) -> Self {
        self.delivery.provider_templates.insert(provider.into(), template);
        self
    }

    /// Sets what the message is for.
    #[must_use]
    pub fn purpose(mut self, purpose: Purpose) -> Self {
        self.delivery.purpose = purpose;
        self
    }

    /// Adds a label for reports.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.delivery.tags.push(tag.into());
        self
    }

    /// Sets the host's key for this effect.
    #[must_use]
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.delivery.idempotency_key = Some(key.into());
        self
    }

    /// Asks the provider to send it at a time.
    #[must_use]
    pub fn send_at(mut self, at: Timestamp) -> Self {
        self.delivery.send_at = Some(at);
        self
    }

    /// Refuses it after a time.
    #[must_use]
    pub fn expires_at(mut self, at: Timestamp) -> Self {
        self.delivery.expires_at = Some(at);
        self
    }

    /// Stops waiting for the provider's answer at a time.
    #[must_use]
    pub fn deadline(mut self, at: Timestamp) -> Self {
        self.delivery.deadline = Some(at);
        self
    }

    /// Sets the host's reference, echoed in events by providers that can.
    #[must_use]
    pub fn callback_data(mut self, data: impl Into<String>) -> Self {
        self.delivery.callback_data = Some(data.into());
        self
    }

    /// Marks it as the one message that confirms an opt-out to the person:
    /// [`Delivery::confirms_opt_out`].
    #[must_use]
    pub fn confirms_opt_out(mut self) -> Self {
        self.delivery.confirms_opt_out = true;
        self
    }

    /// Says what to do when it is not known whether it went out.
    #[must_use]
    pub fn on_unknown(mut self, on_unknown: OnUnknown) -> Self {
        self.delivery.on_unknown = Some(on_unknown);
        self
    }

    /// Adds options of one provider.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) when they do not serialise.
    pub fn with_options<T: ProviderOptions>(mut self, options: &T) -> Result<Self> {
        self.delivery.options.set(options)?;
        Ok(self)
    }
}

impl<M: Message> From<M> for Draft<M> {
    fn from(message: M) -> Self {
        Self::new(message)
    }
}
