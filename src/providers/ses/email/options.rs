//! What a single mail, or the account for all of its mails, may ask of SES.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    error::Fault,
    message::{EmailAddress, ProviderOptions},
};

/// Options of one mail, or an account's defaults. What is absent in the mail's is taken from the
/// account's.
///
/// ```
/// use dakiya::{Delivery, ses::email::Options};
///
/// let mut delivery = Delivery::default();
/// delivery.options.set(&Options::new().tag("purpose", "invoice").click_tracking(false))?;
/// # Ok::<(), dakiya::Error>(())
/// ```
///
/// Source: [`SendEmail`](https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html).
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Through which configuration set it goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration_set: Option<String>,
    /// Tags, by name: ASCII letters, digits, `-` and `_`, 255 at most. Those of the mail are added
    /// to the account's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The ARN of the identity it comes from, where that is another account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_arn: Option<String>,
    /// Where SES forwards bounces and complaints by mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feedback_address: Option<EmailAddress>,
    /// The ARN of the identity of `feedback_address`, where that is another account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feedback_identity_arn: Option<String>,
    /// The contact list it is for. One recipient only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<ListManagement>,
    /// Whether opens are counted; else as the configuration set says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_tracking: Option<bool>,
    /// Whether clicks are counted; else as the configuration set says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click_tracking: Option<bool>,
    /// The tenant it is sent for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The multi-region endpoint to send through. Refused: its requests are signed by Signature
    /// Version 4A, which this crate does not have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_id: Option<String>,
    /// Which form a mail without a template takes. Default: the one that it fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    /// The mail's own subject, text and HTML are a template in SES's language, filled by the
    /// variables of `delivery.provider_templates["ses.email"]`, whose id is then not used.
    /// Default: false.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub inline_template: bool,
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

    /// Sets the configuration set.
    #[must_use]
    pub fn configuration_set(mut self, name: impl Into<String>) -> Self {
        self.configuration_set = Some(name.into());
        self
    }

    /// Adds a tag.
    #[must_use]
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(name.into(), value.into());
        self
    }

    /// Sets the identity it comes from.
    #[must_use]
    pub fn identity_arn(mut self, arn: impl Into<String>) -> Self {
        self.identity_arn = Some(arn.into());
        self
    }

    /// Sets where bounces and complaints are forwarded.
    #[must_use]
    pub fn feedback_address(mut self, address: EmailAddress) -> Self {
        self.feedback_address = Some(address);
        self
    }

    /// Sets the identity of that address.
    #[must_use]
    pub fn feedback_identity_arn(mut self, arn: impl Into<String>) -> Self {
        self.feedback_identity_arn = Some(arn.into());
        self
    }

    /// Sets the contact list it is for.
    #[must_use]
    pub fn list(mut self, list: ListManagement) -> Self {
        self.list = Some(list);
        self
    }

    /// Sets whether opens are counted.
    #[must_use]
    pub fn open_tracking(mut self, on: bool) -> Self {
        self.open_tracking = Some(on);
        self
    }

    /// Sets whether clicks are counted.
    #[must_use]
    pub fn click_tracking(mut self, on: bool) -> Self {
        self.click_tracking = Some(on);
        self
    }

    /// Sets the tenant it is sent for.
    #[must_use]
    pub fn tenant(mut self, name: impl Into<String>) -> Self {
        self.tenant = Some(name.into());
        self
    }

    /// Sets which form it takes.
    #[must_use]
    pub fn form(mut self, form: Form) -> Self {
        self.form = Some(form);
        self
    }

    /// Sets whether the mail's own texts are a template.
    #[must_use]
    pub fn inline_template(mut self, on: bool) -> Self {
        self.inline_template = on;
        self
    }

    /// These options over an account's `defaults`.
    pub(crate) fn over(self, defaults: &Self) -> Self {
        let mut tags = defaults.tags.clone();
        tags.extend(self.tags);
        let text = |own: Option<String>, other: &Option<String>| own.or_else(|| other.clone());
        Self {
            configuration_set: text(self.configuration_set, &defaults.configuration_set),
            tags,
            identity_arn: text(self.identity_arn, &defaults.identity_arn),
            feedback_address: self.feedback_address.or_else(|| defaults.feedback_address.clone()),
            feedback_identity_arn: text(
                self.feedback_identity_arn,
                &defaults.feedback_identity_arn,
            ),
            list: self.list.or_else(|| defaults.list.clone()),
            open_tracking: self.open_tracking.or(defaults.open_tracking),
            click_tracking: self.click_tracking.or(defaults.click_tracking),
            tenant: text(self.tenant, &defaults.tenant),
            endpoint_id: text(self.endpoint_id, &defaults.endpoint_id),
            form: self.form.or(defaults.form),
            inline_template: self.inline_template || defaults.inline_template,
        }
    }

    /// Adds what is wrong with them, whatever the mail.
    pub(crate) fn check_settings(&self, faults: &mut Vec<Fault>) {
        let texts = [
            ("configuration_set", &self.configuration_set),
            ("identity_arn", &self.identity_arn),
            ("feedback_identity_arn", &self.feedback_identity_arn),
            ("tenant", &self.tenant),
        ];
        for (field, text) in texts {
            if text.as_ref().is_some_and(|text| text.trim().is_empty()) {
                faults.push(Fault::new(field, "is empty", "write it, or leave it out"));
            }
            let arn = field.ends_with("_arn");
            if arn && text.as_ref().is_some_and(|text| !text.starts_with("arn:")) {
                faults.push(Fault::new(field, "is no ARN", "copy it from the console"));
            }
        }
        if self.list.as_ref().is_some_and(|list| list.contact_list.trim().is_empty()) {
            faults.push(Fault::new("list.contact_list", "is empty", "name the contact list"));
        }
        let feedback = self.feedback_address.as_ref();
        if feedback.is_some_and(|address| !address.local_part().is_ascii()) {
            let problem = "has a local part that is not ASCII, which SES does not send";
            faults.push(Fault::new("feedback_address", problem, "use another address"));
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tags: Vec<_> = self.tags.keys().collect();
        f.debug_struct("Options")
            .field("configuration_set", &self.configuration_set)
            .field("tags", &tags)
            .field("feedback_address", &self.feedback_address)
            .field("list", &self.list)
            .field("open_tracking", &self.open_tracking)
            .field("click_tracking", &self.click_tracking)
            .field("tenant", &self.tenant)
            .field("form", &self.form)
            .field("inline_template", &self.inline_template)
            .finish_non_exhaustive()
    }
}

/// The form of a mail without a template.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// MIME, written by this crate: what SES sends on is what was written, but for its own headers.
    Raw,
    /// The API's own fields, of which SES makes the MIME. A mail that does not fit is refused.
    Simple,
}

/// The contact list that a mail is for: SES adds the headers to unsubscribe, instead of the mail's
/// own, and puts a link where the text says `{{amazonSESUnsubscribeUrl}}`.
///
/// Source: [subscription management](https://docs.aws.amazon.com/ses/latest/dg/sending-email-subscription-management.html).
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ListManagement {
    /// Its name.
    pub contact_list: String,
    /// The topic of it; without one the whole list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
}

impl ListManagement {
    /// The list of this name.
    #[must_use]
    pub fn new(contact_list: impl Into<String>) -> Self {
        Self { contact_list: contact_list.into(), topic: None }
    }

    /// Sets the topic.
    #[must_use]
    pub fn topic(mut self, topic: impl Into<String>) -> Self {
        self.topic = Some(topic.into());
        self
    }
}
