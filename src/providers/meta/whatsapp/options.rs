//! What a single message may ask of the Cloud API.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{debug::show, message::ProviderOptions};

/// Options of one message.
///
/// ```
/// use dakiya::{Delivery, meta::whatsapp::Options};
///
/// let mut delivery = Delivery::default();
/// delivery.options.set(&Options::new().preview_url(true).identity_key_hash("DF2lS5v2W6x="))?;
/// # Ok::<(), dakiya::Error>(())
/// ```
///
/// Source: [Message API](https://developers.facebook.com/documentation/business-messaging/whatsapp/reference/whatsapp-business-phone-number/message-api).
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Whether a text's first link is shown with a preview: `preview_url`. Meta's default: no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview_url: Option<bool>,
    /// Refuses the message where the person's identity is no longer this:
    /// `recipient_identity_key_hash`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_key_hash: Option<String>,
    /// Whether the address is the id of a group: `recipient_type`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub group: bool,
    /// The language of a template that is named in
    /// [`provider_templates`](crate::Delivery::provider_templates), such as `en_GB`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Further components of a template, in Meta's form, behind those of the message: buttons for
    /// several products, the status of an order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub template_components: Vec<Value>,
    /// Whether a flow's id is its name: `flow_name`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub flow_by_name: bool,
    /// Whether a marketing template goes out by the endpoint that Meta optimises.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub marketing: bool,
    /// There, what becomes of a template that the endpoint does not take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_policy: Option<ProductPolicy>,
    /// There, whether Meta may use what people do with the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_activity_sharing: Option<bool>,
    /// What goes out in place of the message's content: its type, and the object of that name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<(String, Value)>,
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

    /// Sets whether a text's first link is shown with a preview.
    #[must_use]
    pub fn preview_url(mut self, on: bool) -> Self {
        self.preview_url = Some(on);
        self
    }

    /// Refuses the message where the person's identity is no longer this.
    #[must_use]
    pub fn identity_key_hash(mut self, hash: impl Into<String>) -> Self {
        self.identity_key_hash = Some(hash.into());
        self
    }

    /// Says that the address is the id of a group.
    #[must_use]
    pub fn group(mut self, on: bool) -> Self {
        self.group = on;
        self
    }

    /// Sets the language of a template kept at Meta, such as `en_GB`.
    #[must_use]
    pub fn language(mut self, code: impl Into<String>) -> Self {
        self.language = Some(code.into());
        self
    }

    /// Adds a component of a template, in Meta's form.
    #[must_use]
    pub fn template_component(mut self, component: Value) -> Self {
        self.template_components.push(component);
        self
    }

    /// Says that a flow's id is its name.
    #[must_use]
    pub fn flow_by_name(mut self, on: bool) -> Self {
        self.flow_by_name = on;
        self
    }

    /// Sends a marketing template by the endpoint that Meta optimises.
    #[must_use]
    pub fn marketing(mut self, on: bool) -> Self {
        self.marketing = on;
        self
    }

    /// Sets what becomes of a template that the marketing endpoint does not take.
    #[must_use]
    pub fn product_policy(mut self, policy: ProductPolicy) -> Self {
        self.product_policy = Some(policy);
        self
    }

    /// Sets whether Meta may use what people do with a message of the marketing endpoint.
    #[must_use]
    pub fn message_activity_sharing(mut self, on: bool) -> Self {
        self.message_activity_sharing = Some(on);
        self
    }

    /// Sends `object` as a message of the type `kind`, in place of the message's content, which is
    /// then for other providers alone. `object` goes out unchecked.
    ///
    /// ```
    /// use dakiya::meta::whatsapp::Options;
    /// use serde_json::json;
    ///
    /// let ask = json!({"type": "request_contact_info", "body": {"text": "May we call you?"},
    ///     "action": {"name": "request_contact_info"}});
    /// let options = Options::new().raw("interactive", ask);
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn raw(mut self, kind: impl Into<String>, object: Value) -> Self {
        self.raw = Some((kind.into(), object));
        self
    }
}

show!(Options { preview_url, group, language, marketing, product_policy });

/// What becomes of a template that the marketing endpoint does not take.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProductPolicy {
    /// It goes out as any other message.
    CloudApiFallback,
    /// It is refused.
    Strict,
}
