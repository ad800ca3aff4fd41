//! What a single mail, or the account for all of its mails, may ask of Netcore.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::message::{ProviderOptions, Purpose};

/// Options of one mail, or an account's defaults. What is absent in the mail's is taken from the
/// account's, and what is absent there is left to the dashboard.
///
/// ```
/// use dakiya::{Delivery, netcore::email::Options};
///
/// let mut delivery = Delivery::default();
/// delivery.options.set(&Options::new().open_tracking(false).ip_pool("invoices"))?;
/// # Ok::<(), dakiya::Error>(())
/// ```
///
/// Source: [Send mail](https://emaildocs.netcorecloud.com/reference/sendmail).
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Whether opens are counted by a pixel: `open_track`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_tracking: Option<bool>,
    /// Whether links are rewritten to count clicks: `click_track`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click_tracking: Option<bool>,
    /// Whether an unsubscribe link is added and handled: `unsubscribe_track`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsubscribe_tracking: Option<bool>,
    /// Whether the account's footer is added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footer: Option<bool>,
    /// The pool of addresses to send from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_pool: Option<String>,
    /// Which queue it takes; by the mail's purpose when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// What `[%NAME%]` stands for in the subject and the content, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
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

    /// Sets whether an unsubscribe link is added and handled.
    #[must_use]
    pub fn unsubscribe_tracking(mut self, on: bool) -> Self {
        self.unsubscribe_tracking = Some(on);
        self
    }

    /// Sets whether the account's footer is added.
    #[must_use]
    pub fn footer(mut self, on: bool) -> Self {
        self.footer = Some(on);
        self
    }

    /// Sets the pool of addresses to send from.
    #[must_use]
    pub fn ip_pool(mut self, pool: impl Into<String>) -> Self {
        self.ip_pool = Some(pool.into());
        self
    }

    /// Sets which queue it takes.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = Some(priority);
        self
    }

    /// Sets what `[%name%]` stands for.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.insert(name.into(), value.into());
        self
    }

    /// These options over an account's `defaults`.
    pub(super) fn over(self, defaults: &Self) -> Self {
        let mut attributes = defaults.attributes.clone();
        attributes.extend(self.attributes);
        Self {
            open_tracking: self.open_tracking.or(defaults.open_tracking),
            click_tracking: self.click_tracking.or(defaults.click_tracking),
            unsubscribe_tracking: self.unsubscribe_tracking.or(defaults.unsubscribe_tracking),
            footer: self.footer.or(defaults.footer),
            ip_pool: self.ip_pool.or_else(|| defaults.ip_pool.clone()),
            priority: self.priority.or(defaults.priority),
            attributes,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.attributes.keys().collect();
        f.debug_struct("Options")
            .field("open_tracking", &self.open_tracking)
            .field("click_tracking", &self.click_tracking)
            .field("unsubscribe_tracking", &self.unsubscribe_tracking)
            .field("footer", &self.footer)
            .field("ip_pool", &self.ip_pool)
            .field("priority", &self.priority)
            .field("attributes", &names)
            .finish()
    }
}

/// Which queue a mail takes: `priorityflag`.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// 1: one-time passwords and transactions.
    Transactional,
    /// 2: follows from something that happened.
    Triggered,
    /// 3: advertising.
    Promotional,
}

impl Priority {
    pub(super) fn of(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Otp | Purpose::Transactional => Self::Transactional,
            Purpose::Utility => Self::Triggered,
            Purpose::Marketing => Self::Promotional,
        }
    }

    pub(super) fn flag(self) -> u8 {
        match self {
            Self::Transactional => 1,
            Self::Triggered => 2,
            Self::Promotional => 3,
        }
    }
}
