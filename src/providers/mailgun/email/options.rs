//! What a single mail, or the account for all of its mails, may ask of Mailgun.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::form::Field;
use crate::message::ProviderOptions;

/// Options of one mail, or an account's defaults. What is absent in the mail's is taken from the
/// account's, and what is absent there is left to the domain's settings.
///
/// ```
/// use dakiya::{Delivery, mailgun::email::{ClickTracking, Options}};
///
/// let mut delivery = Delivery::default();
/// let options = Options::new().open_tracking(false).click_tracking(ClickTracking::HtmlOnly);
/// delivery.options.set(&options)?;
/// # Ok::<(), dakiya::Error>(())
/// ```
///
/// Source: [Send an email](https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages).
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Tags beside those of the delivery: `o:tag`. 10 in all, ASCII, 128 characters each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Variables that events return, text or JSON: `v:`. **Recipients see them**, in the header
    /// `X-Mailgun-Variables`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, Value>,
    /// What `%recipient.name%` stands for in this mail's subject, text, HTML, headers and
    /// variables, by name. Mails that differ in these alone share a request.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub recipient_variables: BTreeMap<String, Value>,
    /// The version of a template kept at Mailgun, by its tag: `t:version`. Its active one when
    /// absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_version: Option<String>,
    /// Whether the template's plain text is made too: `t:text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_text: Option<bool>,
    /// Whether anything is tracked: `o:tracking`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking: Option<bool>,
    /// Which links are rewritten to count clicks: `o:tracking-clicks`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click_tracking: Option<ClickTracking>,
    /// Whether opens are counted by a pixel: `o:tracking-opens`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_tracking: Option<bool>,
    /// Whether that pixel stands at the top: `o:tracking-pixel-location-top`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pixel_on_top: Option<PixelOnTop>,
    /// Whether the mail is signed with the domain's DKIM key: `o:dkim`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dkim: Option<bool>,
    /// A second key to sign with, as `domain/selector`: `o:secondary-dkim`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secondary_dkim: Option<String>,
    /// What that key is called in public, as `domain/selector`: `o:secondary-dkim-public`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secondary_dkim_public: Option<String>,
    /// Whether it goes over TLS or not at all: `o:require-tls`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_tls: Option<bool>,
    /// Whether the receiving server's certificate and name go unchecked: `o:skip-verification`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_verification: Option<bool>,
    /// The dedicated address to send from: `o:sending-ip`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sending_ip: Option<String>,
    /// The id of the pool of addresses to send from: `o:sending-ip-pool`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sending_ip_pool: Option<String>,
    /// In how many hours, 24 to 72, Mailgun may choose the best time for each reader:
    /// `o:deliverytime-optimize-period`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optimize_hours: Option<u8>,
    /// The time of day, `14:30` or `02:30PM`, to deliver at where each reader is: `o:time-zone-
    /// localize`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_time: Option<String>,
    /// Whether it is accepted and not sent: `o:testmode`. It is billed all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_mode: Option<bool>,
    /// Whether it is sent in the sender's own domain rather than through a wildcard domain:
    /// `o:native-send`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native_send: Option<bool>,
    /// Further `o:` parameters by their names without `o:`, for what Mailgun adds.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<String, String>,
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

    /// Adds a tag.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Sets a variable that events return and recipients see.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Sets what `%recipient.name%` stands for in this mail.
    #[must_use]
    pub fn recipient_variable(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.recipient_variables.insert(name.into(), value.into());
        self
    }

    /// Sets the version of the template, by its tag.
    #[must_use]
    pub fn template_version(mut self, value: impl Into<String>) -> Self {
        self.template_version = Some(value.into());
        self
    }

    /// Sets whether the template's plain text is made too.
    #[must_use]
    pub fn template_text(mut self, on: bool) -> Self {
        self.template_text = Some(on);
        self
    }

    /// Sets whether anything is tracked.
    #[must_use]
    pub fn tracking(mut self, on: bool) -> Self {
        self.tracking = Some(on);
        self
    }

    /// Sets which links are rewritten to count clicks.
    #[must_use]
    pub fn click_tracking(mut self, which: ClickTracking) -> Self {
        self.click_tracking = Some(which);
        self
    }

    /// Sets whether opens are counted.
    #[must_use]
    pub fn open_tracking(mut self, on: bool) -> Self {
        self.open_tracking = Some(on);
        self
    }

    /// Sets whether the pixel stands at the top.
    #[must_use]
    pub fn pixel_on_top(mut self, which: PixelOnTop) -> Self {
        self.pixel_on_top = Some(which);
        self
    }

    /// Sets whether the mail is signed.
    #[must_use]
    pub fn dkim(mut self, on: bool) -> Self {
        self.dkim = Some(on);
        self
    }

    /// Sets a second key to sign with, as `domain/selector`.
    #[must_use]
    pub fn secondary_dkim(mut self, value: impl Into<String>) -> Self {
        self.secondary_dkim = Some(value.into());
        self
    }

    /// Sets what the second key is called in public, as `domain/selector`.
    #[must_use]
    pub fn secondary_dkim_public(mut self, value: impl Into<String>) -> Self {
        self.secondary_dkim_public = Some(value.into());
        self
    }

    /// Sets whether it goes over TLS or not at all.
    #[must_use]
    pub fn require_tls(mut self, on: bool) -> Self {
        self.require_tls = Some(on);
        self
    }

    /// Sets whether the receiving server's certificate goes unchecked.
    #[must_use]
    pub fn skip_verification(mut self, on: bool) -> Self {
        self.skip_verification = Some(on);
        self
    }

    /// Sets the dedicated address to send from.
    #[must_use]
    pub fn sending_ip(mut self, value: impl Into<String>) -> Self {
        self.sending_ip = Some(value.into());
        self
    }

    /// Sets the pool of addresses to send from, by its id.
    #[must_use]
    pub fn sending_ip_pool(mut self, value: impl Into<String>) -> Self {
        self.sending_ip_pool = Some(value.into());
        self
    }

    /// Sets in how many hours, 24 to 72, Mailgun may choose the best time for each reader.
    #[must_use]
    pub fn optimize_hours(mut self, hours: u8) -> Self {
        self.optimize_hours = Some(hours);
        self
    }

    /// Sets the time of day, `14:30` or `02:30PM`, to deliver at where each reader is.
    #[must_use]
    pub fn local_time(mut self, value: impl Into<String>) -> Self {
        self.local_time = Some(value.into());
        self
    }

    /// Sets whether it is accepted and not sent; it is billed all the same.
    #[must_use]
    pub fn test_mode(mut self, on: bool) -> Self {
        self.test_mode = Some(on);
        self
    }

    /// Sets whether it is sent in the sender's own domain rather than through a wildcard domain.
    #[must_use]
    pub fn native_send(mut self, on: bool) -> Self {
        self.native_send = Some(on);
        self
    }

    /// Sets a further parameter, such as `archive-to`, by its name without `o:`.
    #[must_use]
    pub fn other(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.others.insert(name.into(), value.into());
        self
    }

    /// These options over an account's `defaults`.
    pub(super) fn over(self, defaults: &Self) -> Self {
        fn both<V: Clone>(
            own: BTreeMap<String, V>,
            defaults: &BTreeMap<String, V>,
        ) -> BTreeMap<String, V> {
            let mut all = defaults.clone();
            all.extend(own);
            all
        }
        let mut tags = defaults.tags.clone();
        for tag in self.tags {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        Self {
            tags,
            variables: both(self.variables, &defaults.variables),
            recipient_variables: both(self.recipient_variables, &defaults.recipient_variables),
            template_version: self.template_version.or_else(|| defaults.template_version.clone()),
            template_text: self.template_text.or(defaults.template_text),
            tracking: self.tracking.or(defaults.tracking),
            click_tracking: self.click_tracking.or(defaults.click_tracking),
            open_tracking: self.open_tracking.or(defaults.open_tracking),
            pixel_on_top: self.pixel_on_top.or(defaults.pixel_on_top),
            dkim: self.dkim.or(defaults.dkim),
            secondary_dkim: self.secondary_dkim.or_else(|| defaults.secondary_dkim.clone()),
            secondary_dkim_public: self
                .secondary_dkim_public
                .or_else(|| defaults.secondary_dkim_public.clone()),
            require_tls: self.require_tls.or(defaults.require_tls),
            skip_verification: self.skip_verification.or(defaults.skip_verification),
            sending_ip: self.sending_ip.or_else(|| defaults.sending_ip.clone()),
            sending_ip_pool: self.sending_ip_pool.or_else(|| defaults.sending_ip_pool.clone()),
            optimize_hours: self.optimize_hours.or(defaults.optimize_hours),
            local_time: self.local_time.or_else(|| defaults.local_time.clone()),
            test_mode: self.test_mode.or(defaults.test_mode),
            native_send: self.native_send.or(defaults.native_send),
            others: both(self.others, &defaults.others),
        }
    }

    /// Adds the fields of a template.
    pub(super) fn template_fields(&self, fields: &mut Vec<Field<'_>>) {
        let text = self.template_text.map(|on| yes(on).to_owned());
        let pairs = [("t:version", self.template_version.clone()), ("t:text", text)];
        add(fields, pairs);
    }

    /// Adds the `o:` fields, without tags and time.
    pub(super) fn fields(&self, fields: &mut Vec<Field<'_>>) {
        let word = |on: Option<bool>| on.map(|on| yes(on).to_owned());
        let pairs = [
            ("o:testmode", word(self.test_mode)),
            ("o:tracking", word(self.tracking)),
            ("o:tracking-clicks", self.click_tracking.map(|which| which.word().to_owned())),
            ("o:tracking-opens", word(self.open_tracking)),
            ("o:tracking-pixel-location-top", self.pixel_on_top.map(|on| on.word().to_owned())),
            ("o:dkim", word(self.dkim)),
            ("o:secondary-dkim", self.secondary_dkim.clone()),
            ("o:secondary-dkim-public", self.secondary_dkim_public.clone()),
            ("o:require-tls", word(self.require_tls)),
            ("o:skip-verification", word(self.skip_verification)),
            ("o:sending-ip", self.sending_ip.clone()),
            ("o:sending-ip-pool", self.sending_ip_pool.clone()),
            (
                "o:deliverytime-optimize-period",
                self.optimize_hours.map(|hours| format!("{hours}h")),
            ),
            ("o:time-zone-localize", self.local_time.clone()),
            ("o:native-send", word(self.native_send)),
        ];
        add(fields, pairs);
        for (name, value) in &self.others {
            fields.push((format!("o:{name}").into(), value.clone().into()));
        }
    }

    /// The `v:` fields, JSON as JSON.
    pub(super) fn variable_fields(&self) -> Vec<(String, Cow<'static, str>)> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.variables
            .iter()
            .map(|(name, value)| (format!("v:{name}"), text(value).into()))
            .collect()
    }
}

fn yes(on: bool) -> &'static str {
    if on { "yes" } else { "no" }
}

fn add<const N: usize>(fields: &mut Vec<Field<'_>>, pairs: [(&'static str, Option<String>); N]) {
    let there = pairs.into_iter().filter_map(|(name, value)| Some((name, value?)));
    fields.extend(there.map(|(name, value)| (name.into(), value.into())));
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |map: &BTreeMap<String, Value>| map.keys().cloned().collect::<Vec<_>>();
        f.debug_struct("Options")
            .field("tags", &self.tags)
            .field("variables", &names(&self.variables))
            .field("recipient_variables", &names(&self.recipient_variables))
            .field("template_version", &self.template_version)
            .field("template_text", &self.template_text)
            .field("tracking", &self.tracking)
            .field("click_tracking", &self.click_tracking)
            .field("open_tracking", &self.open_tracking)
            .field("pixel_on_top", &self.pixel_on_top)
            .field("dkim", &self.dkim)
            .field("secondary_dkim", &self.secondary_dkim)
            .field("secondary_dkim_public", &self.secondary_dkim_public)
            .field("require_tls", &self.require_tls)
            .field("skip_verification", &self.skip_verification)
            .field("sending_ip", &self.sending_ip)
            .field("sending_ip_pool", &self.sending_ip_pool)
            .field("optimize_hours", &self.optimize_hours)
            .field("local_time", &self.local_time)
            .field("test_mode", &self.test_mode)
            .field("native_send", &self.native_send)
            .field("others", &self.others.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// Which links are rewritten to count clicks.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClickTracking {
    /// Those of the text and of the HTML.
    All,
    /// Those of the HTML.
    HtmlOnly,
    /// None.
    Off,
}

impl ClickTracking {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::All => "yes",
            Self::HtmlOnly => "htmlonly",
            Self::Off => "no",
        }
    }
}

/// Whether the pixel that counts opens stands at the top of a mail.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PixelOnTop {
    /// At the top.
    Yes,
    /// At the end.
    No,
    /// `htmlonly`, as Mailgun has it.
    HtmlOnly,
}

impl PixelOnTop {
    fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::HtmlOnly => "htmlonly",
        }
    }
}
