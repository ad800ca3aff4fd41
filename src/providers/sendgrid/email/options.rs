//! What a single mail, or the account for all of its mails, may ask of SendGrid.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};

use super::{
    ClickTracking, Footer, GoogleAnalytics, MailSettings, OpenTracking, SubscriptionTracking,
    TrackingSettings, UnsubscribeGroup, check,
};
use crate::{error::Fault, message::ProviderOptions};

/// Options of one mail, or an account's defaults. What is absent in the mail's is taken from the
/// account's, and what is absent there is left to SendGrid's console. Lists and maps are joined; of
/// two values under one name the mail's holds.
///
/// ```
/// use dakiya::{Delivery, sendgrid::email::{Options, UnsubscribeGroup}};
///
/// let mut delivery = Delivery::default();
/// let options = Options::new()
///     .unsubscribe_group(UnsubscribeGroup::new(118))
///     .ip_pool("invoices")
///     .click_tracking(false, false);
/// delivery.options.set(&options)?;
/// # Ok::<(), dakiya::Error>(())
/// ```
///
/// Source: [Mail send](https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send).
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Categories beside the mail's tags: 10 with them at most, each of 255 ASCII characters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// What each event returns: 10,000 bytes of JSON at most, with our own two.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub custom_args: BTreeMap<String, String>,
    /// The unsubscribe group: `asm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsubscribe_group: Option<UnsubscribeGroup>,
    /// The pool of addresses to send from: `ip_pool_name`, 2 to 64 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_pool: Option<String>,
    /// The batch by which a mail that waits is cancelled or paused, from
    /// [`ScheduledSends::create`](super::super::manage::ScheduledSends::create).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_id: Option<String>,
    /// What stands for literal texts such as `-name-` in subject and content: 10,000 bytes of JSON
    /// at most. Not with a dynamic template.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub substitutions: BTreeMap<String, String>,
    /// Blocks that substitutions name. Legacy; not with a dynamic template.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sections: BTreeMap<String, String>,
    /// What SendGrid does with the mail.
    #[serde(skip_serializing_if = "MailSettings::is_empty")]
    pub mail_settings: MailSettings,
    /// What SendGrid counts of it.
    #[serde(skip_serializing_if = "TrackingSettings::is_empty")]
    pub tracking_settings: TrackingSettings,
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

    /// Adds a category.
    #[must_use]
    pub fn category(mut self, category: impl Into<String>) -> Self {
        self.categories.push(category.into());
        self
    }

    /// Sets what each event returns as `name`.
    #[must_use]
    pub fn custom_arg(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.custom_args.insert(name.into(), value.into());
        self
    }

    /// Sets the unsubscribe group.
    #[must_use]
    pub fn unsubscribe_group(mut self, group: UnsubscribeGroup) -> Self {
        self.unsubscribe_group = Some(group);
        self
    }

    /// Sets the pool of addresses to send from.
    #[must_use]
    pub fn ip_pool(mut self, pool: impl Into<String>) -> Self {
        self.ip_pool = Some(pool.into());
        self
    }

    /// Sets the batch by which it is cancelled or paused.
    #[must_use]
    pub fn batch_id(mut self, id: impl Into<String>) -> Self {
        self.batch_id = Some(id.into());
        self
    }

    /// Sets what stands for the literal text `tag`.
    #[must_use]
    pub fn substitution(mut self, tag: impl Into<String>, value: impl Into<String>) -> Self {
        self.substitutions.insert(tag.into(), value.into());
        self
    }

    /// Sets the block that the substitution value `tag` names.
    #[must_use]
    pub fn section(mut self, tag: impl Into<String>, block: impl Into<String>) -> Self {
        self.sections.insert(tag.into(), block.into());
        self
    }

    /// Sets whether it goes out in spite of every suppression: for mail that the law demands.
    #[must_use]
    pub fn bypass_list_management(mut self, on: bool) -> Self {
        self.mail_settings.bypass_list_management = Some(on.into());
        self
    }

    /// Sets whether it goes out in spite of a spam report.
    #[must_use]
    pub fn bypass_spam_management(mut self, on: bool) -> Self {
        self.mail_settings.bypass_spam_management = Some(on.into());
        self
    }

    /// Sets whether it goes out in spite of a bounce.
    #[must_use]
    pub fn bypass_bounce_management(mut self, on: bool) -> Self {
        self.mail_settings.bypass_bounce_management = Some(on.into());
        self
    }

    /// Sets whether it goes out in spite of a global unsubscribe.
    #[must_use]
    pub fn bypass_unsubscribe_management(mut self, on: bool) -> Self {
        self.mail_settings.bypass_unsubscribe_management = Some(on.into());
        self
    }

    /// Sets what is added below the text.
    #[must_use]
    pub fn footer(mut self, footer: Footer) -> Self {
        self.mail_settings.footer = Some(footer);
        self
    }

    /// Sets whether mails are checked alone: SendGrid sends nothing and reports nothing.
    #[must_use]
    pub fn sandbox(mut self, on: bool) -> Self {
        self.mail_settings.sandbox_mode = Some(on.into());
        self
    }

    /// Sets whether links are rewritten to count clicks, in the HTML and in the plain text.
    #[must_use]
    pub fn click_tracking(mut self, html: bool, text: bool) -> Self {
        self.tracking_settings.click_tracking = Some(ClickTracking::new(html, text));
        self
    }

    /// Sets whether opens are counted.
    #[must_use]
    pub fn open_tracking(mut self, tracking: OpenTracking) -> Self {
        self.tracking_settings.open_tracking = Some(tracking);
        self
    }

    /// Sets whether a link to unsubscribe from everything is added.
    #[must_use]
    pub fn subscription_tracking(mut self, tracking: SubscriptionTracking) -> Self {
        self.tracking_settings.subscription_tracking = Some(tracking);
        self
    }

    /// Sets whether links get parameters for Google Analytics.
    #[must_use]
    pub fn google_analytics(mut self, analytics: GoogleAnalytics) -> Self {
        self.tracking_settings.ganalytics = Some(analytics);
        self
    }

    /// These options over an account's `defaults`.
    pub(super) fn over(self, defaults: &Self) -> Self {
        let join = |base: &BTreeMap<String, String>, own: BTreeMap<String, String>| {
            let mut joined = base.clone();
            joined.extend(own);
            joined
        };
        Self {
            categories: [defaults.categories.clone(), self.categories].concat(),
            custom_args: join(&defaults.custom_args, self.custom_args),
            unsubscribe_group: self
                .unsubscribe_group
                .or_else(|| defaults.unsubscribe_group.clone()),
            ip_pool: self.ip_pool.or_else(|| defaults.ip_pool.clone()),
            batch_id: self.batch_id.or_else(|| defaults.batch_id.clone()),
            substitutions: join(&defaults.substitutions, self.substitutions),
            sections: join(&defaults.sections, self.sections),
            mail_settings: self.mail_settings.over(&defaults.mail_settings),
            tracking_settings: self.tracking_settings.over(&defaults.tracking_settings),
        }
    }

    /// Adds what SendGrid would refuse; `at` is where the options stand.
    pub(in super::super) fn check(&self, at: &str, faults: &mut Vec<Fault>) {
        let mut fault = |field: &str, problem: String, remedy: &str| {
            faults.push(Fault::new(format!("{at}{field}"), problem, remedy));
        };
        if let Some(pool) = &self.ip_pool {
            let length = pool.chars().count();
            if !(2..=64).contains(&length) {
                let problem = format!("has {length} characters, not 2 to 64");
                fault("ip_pool", problem, "write the pool's name");
            }
        }
        if let Some(group) = &self.unsubscribe_group {
            let shown = &group.groups_to_display;
            if shown.len() > 25 {
                let problem = format!("has {} groups, SendGrid takes 25", shown.len());
                fault("unsubscribe_group.groups_to_display", problem, "show fewer");
            }
            if shown.iter().collect::<BTreeSet<_>>().len() < shown.len() {
                let field = "unsubscribe_group.groups_to_display";
                fault(field, "has a group twice".into(), "write it once");
            }
        }
        if self.batch_id.as_ref().is_some_and(|id| id.trim().is_empty()) {
            fault("batch_id", "is empty".into(), "create one, or leave it out");
        }
        let mail = &self.mail_settings;
        let on = |switch: Option<super::Switch>| switch.is_some_and(|switch| switch.enable);
        let narrow = on(mail.bypass_spam_management)
            || on(mail.bypass_bounce_management)
            || on(mail.bypass_unsubscribe_management);
        if on(mail.bypass_list_management) && narrow {
            let problem = "excludes the narrower ways to bypass".into();
            fault("mail_settings.bypass_list_management", problem, "turn on it or them");
        }
        let threshold = mail.spam_check.as_ref().and_then(|check| check.threshold);
        if threshold.is_some_and(|threshold| !(1..=10).contains(&threshold)) {
            let problem = "is not 1 to 10".into();
            fault("mail_settings.spam_check.threshold", problem, "write a number between them");
        }
        check::custom_args(&self.custom_args, at, faults);
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |map: &BTreeMap<String, String>| map.keys().cloned().collect::<Vec<_>>();
        f.debug_struct("Options")
            .field("categories", &self.categories)
            .field("custom_args", &names(&self.custom_args))
            .field("unsubscribe_group", &self.unsubscribe_group)
            .field("ip_pool", &self.ip_pool)
            .field("batch_id", &self.batch_id)
            .field("substitutions", &names(&self.substitutions))
            .field("sections", &names(&self.sections))
            .field("mail_settings", &self.mail_settings)
            .field("tracking_settings", &self.tracking_settings)
            .finish()
    }
}
