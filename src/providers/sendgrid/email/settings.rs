//! Mail and tracking settings, by the API's names.

use serde::{Deserialize, Serialize};

use crate::debug::show;

/// A setting that is on or off, whatever the account's own says.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// Whether it is on.
    pub enable: bool,
}

impl From<bool> for Switch {
    fn from(enable: bool) -> Self {
        Self { enable }
    }
}

/// The unsubscribe group that a mail belongs to: `asm`. It adds the group's link and header.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnsubscribeGroup {
    /// The group.
    pub group_id: i64,
    /// The groups shown on the page of preferences: 25 at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups_to_display: Vec<i64>,
}

impl UnsubscribeGroup {
    /// The group `group_id`.
    #[must_use]
    pub fn new(group_id: i64) -> Self {
        Self { group_id, groups_to_display: Vec::new() }
    }

    /// Sets the groups shown on the page of preferences.
    #[must_use]
    pub fn display(mut self, groups: impl IntoIterator<Item = i64>) -> Self {
        self.groups_to_display = groups.into_iter().collect();
        self
    }
}

/// What SendGrid does with a mail: `mail_settings`.
///
/// Source: [Mail send](https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send).
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSettings {
    /// Whether it goes out in spite of every suppression. Excludes the three narrower ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bypass_list_management: Option<Switch>,
    /// Whether it goes out in spite of a spam report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bypass_spam_management: Option<Switch>,
    /// Whether it goes out in spite of a bounce.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bypass_bounce_management: Option<Switch>,
    /// Whether it goes out in spite of a global unsubscribe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bypass_unsubscribe_management: Option<Switch>,
    /// What is added below the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footer: Option<Footer>,
    /// Whether it is checked alone and not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox_mode: Option<Switch>,
    /// A blind copy to one address. Legacy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bcc: Option<BccCopy>,
    /// A check for spam before it is sent. Legacy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spam_check: Option<SpamCheck>,
}

impl MailSettings {
    pub(super) fn over(self, defaults: &Self) -> Self {
        let narrow = self.bypass_spam_management.is_some()
            || self.bypass_bounce_management.is_some()
            || self.bypass_unsubscribe_management.is_some();
        let wide = self.bypass_list_management.is_some_and(|switch| switch.enable);
        // The wide bypass and the narrow ones exclude each other, so the mail's own choice of either
        // leaves the account's of the other out.
        let default = |one: Option<Switch>| one.filter(|_| !wide);
        Self {
            bypass_list_management: self
                .bypass_list_management
                .or_else(|| defaults.bypass_list_management.filter(|_| !narrow)),
            bypass_spam_management: self
                .bypass_spam_management
                .or_else(|| default(defaults.bypass_spam_management)),
            bypass_bounce_management: self
                .bypass_bounce_management
                .or_else(|| default(defaults.bypass_bounce_management)),
            bypass_unsubscribe_management: self
                .bypass_unsubscribe_management
                .or_else(|| default(defaults.bypass_unsubscribe_management)),
            footer: self.footer.or_else(|| defaults.footer.clone()),
            sandbox_mode: self.sandbox_mode.or(defaults.sandbox_mode),
            bcc: self.bcc.or_else(|| defaults.bcc.clone()),
            spam_check: self.spam_check.or_else(|| defaults.spam_check.clone()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What is added below the text.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Footer {
    /// Whether it is added.
    pub enable: bool,
    /// Below the plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Below the HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
}

impl Footer {
    /// A footer of both forms.
    #[must_use]
    pub fn new(text: impl Into<String>, html: impl Into<String>) -> Self {
        Self { enable: true, text: Some(text.into()), html: Some(html.into()) }
    }
}

show!(Footer { enable });

/// A blind copy to one address. Legacy: a mail's own `bcc` does it better.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BccCopy {
    /// Whether it is sent.
    pub enable: bool,
    /// Who gets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl BccCopy {
    /// A copy to `email`.
    #[must_use]
    pub fn to(email: impl Into<String>) -> Self {
        Self { enable: true, email: Some(email.into()) }
    }
}

show!(BccCopy { enable });

/// A check for spam before a mail is sent. Legacy.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpamCheck {
    /// Whether it is made.
    pub enable: bool,
    /// From 1, which lets the most through, to 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<u8>,
    /// Where what was held back is posted to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_to_url: Option<String>,
}

impl SpamCheck {
    /// A check by `threshold`: 1 to 10.
    #[must_use]
    pub fn new(threshold: u8) -> Self {
        Self { enable: true, threshold: Some(threshold), post_to_url: None }
    }
}

show!(SpamCheck { enable, threshold });

/// What SendGrid counts of a mail: `tracking_settings`.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrackingSettings {
    /// Whether links are rewritten to count clicks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click_tracking: Option<ClickTracking>,
    /// Whether opens are counted by a pixel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_tracking: Option<OpenTracking>,
    /// Whether a link to unsubscribe from everything is added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_tracking: Option<SubscriptionTracking>,
    /// Whether links get parameters for Google Analytics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ganalytics: Option<GoogleAnalytics>,
}

impl TrackingSettings {
    pub(super) fn over(self, defaults: &Self) -> Self {
        Self {
            click_tracking: self.click_tracking.or(defaults.click_tracking),
            open_tracking: self.open_tracking.or_else(|| defaults.open_tracking.clone()),
            subscription_tracking: self
                .subscription_tracking
                .or_else(|| defaults.subscription_tracking.clone()),
            ganalytics: self.ganalytics.or_else(|| defaults.ganalytics.clone()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a tag in the content is replaced by a link or pixel.
    pub(super) fn replaces_tags(&self) -> bool {
        self.open_tracking.as_ref().is_some_and(|open| open.substitution_tag.is_some())
            || self
                .subscription_tracking
                .as_ref()
                .is_some_and(|subscription| subscription.substitution_tag.is_some())
    }
}

/// Whether links are rewritten to count clicks.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClickTracking {
    /// Whether those of the HTML are.
    pub enable: bool,
    /// Whether those of the plain text are too.
    pub enable_text: bool,
}

impl ClickTracking {
    /// Of the HTML, and of the plain text.
    #[must_use]
    pub fn new(enable: bool, enable_text: bool) -> Self {
        Self { enable, enable_text }
    }
}

/// Whether opens are counted by a pixel.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OpenTracking {
    /// Whether they are.
    pub enable: bool,
    /// What in the HTML the pixel replaces; at the end when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub substitution_tag: Option<String>,
}

impl OpenTracking {
    /// On or off, the pixel at the end.
    #[must_use]
    pub fn new(enable: bool) -> Self {
        Self { enable, substitution_tag: None }
    }

    /// Sets what the pixel replaces.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.substitution_tag = Some(tag.into());
        self
    }
}

/// Whether a link to unsubscribe from everything is added.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SubscriptionTracking {
    /// Whether it is.
    pub enable: bool,
    /// The line in the plain text; `<% %>` is the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The line in the HTML; `<% text %>` is the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// What in the content the link's URL replaces, instead of a line at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub substitution_tag: Option<String>,
}

impl SubscriptionTracking {
    /// On or off, with SendGrid's lines.
    #[must_use]
    pub fn new(enable: bool) -> Self {
        Self { enable, ..Self::default() }
    }

    /// Sets the lines.
    #[must_use]
    pub fn lines(mut self, text: impl Into<String>, html: impl Into<String>) -> Self {
        (self.text, self.html) = (Some(text.into()), Some(html.into()));
        self
    }

    /// Sets what the link's URL replaces.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.substitution_tag = Some(tag.into());
        self
    }
}

/// Whether links get parameters for Google Analytics.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GoogleAnalytics {
    /// Whether they do.
    pub enable: bool,
    /// Where the reader came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utm_source: Option<String>,
    /// The medium, such as `email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utm_medium: Option<String>,
    /// The paid keywords.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utm_term: Option<String>,
    /// What tells two links apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utm_content: Option<String>,
    /// The campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utm_campaign: Option<String>,
}

impl GoogleAnalytics {
    /// On, with source, medium and campaign.
    #[must_use]
    pub fn new(
        source: impl Into<String>,
        medium: impl Into<String>,
        campaign: impl Into<String>,
    ) -> Self {
        Self {
            enable: true,
            utm_source: Some(source.into()),
            utm_medium: Some(medium.into()),
            utm_campaign: Some(campaign.into()),
            ..Self::default()
        }
    }
}
