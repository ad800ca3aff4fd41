//! The account's state.

use serde::Deserialize;

use super::{
    super::{email::LABEL, error::SUSPENDED},
    SuppressionReason,
};
use crate::error::{Error, ErrorKind, Result};

/// The state of an account in one region.
///
/// Source: [`GetAccount`](https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html).
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccountDetails {
    /// How much it may send.
    #[serde(default)]
    pub send_quota: Option<SendQuota>,
    /// Whether it is out of the sandbox: in it, verified addresses alone are written to.
    #[serde(default)]
    pub production_access_enabled: Option<bool>,
    /// Whether it may send at all.
    #[serde(default)]
    pub sending_enabled: Option<bool>,
    /// `HEALTHY`, `PROBATION` (too many bounces or complaints) or `SHUTDOWN`.
    #[serde(default)]
    pub enforcement_status: Option<String>,
    /// Whether new dedicated addresses are warmed up.
    #[serde(default)]
    pub dedicated_ip_auto_warmup_enabled: Option<bool>,
    #[serde(default)]
    suppression_attributes: Option<SuppressionAttributes>,
    #[serde(default)]
    details: Option<Details>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Details {
    #[serde(default)]
    review_details: Option<Review>,
}

/// How far AWS is with the request to leave the sandbox.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Review {
    /// `PENDING`, `GRANTED`, `DENIED` or `FAILED`.
    #[serde(default)]
    pub status: Option<String>,
    /// The case at AWS's support.
    #[serde(default)]
    pub case_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SuppressionAttributes {
    #[serde(default, deserialize_with = "super::or_default")]
    suppressed_reasons: Vec<SuppressionReason>,
}

impl AccountDetails {
    /// Whether it is in the sandbox: 200 mails a day, one a second, to verified addresses alone.
    #[must_use]
    pub fn is_sandboxed(&self) -> bool {
        self.production_access_enabled == Some(false)
    }

    /// What puts an address on the suppression list without being asked.
    #[must_use]
    pub fn suppressed_reasons(&self) -> &[SuppressionReason] {
        self.suppression_attributes.as_ref().map_or(&[], |one| &one.suppressed_reasons)
    }

    /// How far AWS is with the request to leave the sandbox; `None` where none was made.
    #[must_use]
    pub fn review(&self) -> Option<&Review> {
        self.details.as_ref()?.review_details.as_ref()
    }

    /// Refuses where nothing would go out.
    pub(in crate::providers::ses) fn may_send(&self) -> Result<()> {
        let message = match (self.enforcement_status.as_deref(), self.sending_enabled) {
            (Some("SHUTDOWN"), _) => SUSPENDED,
            (_, Some(false)) => "sending is paused for the account",
            _ => return Ok(()),
        };
        Err(Error::new(ErrorKind::Unauthorized, message).with_provider(LABEL))
    }
}

/// How much an account may send. Recipients are counted, not mails.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SendQuota {
    /// Recipients in 24 hours, rolling; −1 is without limit.
    #[serde(rename = "Max24HourSend", default, deserialize_with = "super::or_default")]
    pub max_24_hour_send: f64,
    /// Recipients a second.
    #[serde(default, deserialize_with = "super::or_default")]
    pub max_send_rate: f64,
    /// Recipients of the last 24 hours.
    #[serde(rename = "SentLast24Hours", default, deserialize_with = "super::or_default")]
    pub sent_last_24_hours: f64,
}

impl SendQuota {
    /// How many recipients are left of the 24 hours; `None` without limit.
    #[must_use]
    pub fn remaining(&self) -> Option<f64> {
        let limited = self.max_24_hour_send >= 0.0;
        limited.then(|| (self.max_24_hour_send - self.sent_last_24_hours).max(0.0))
    }
}
