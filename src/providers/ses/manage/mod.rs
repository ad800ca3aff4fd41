//! What an account can do beside sending: its state, identities, suppressions, templates.
//!
//! SES takes about one of these calls a second.

use std::time::Duration;

use http::Method;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

pub use self::{
    account::{AccountDetails, Review, SendQuota},
    identities::{
        BehaviorOnMxFailure, ByoDkim, Dkim, DkimKeyLength, DnsRecord, Identities, Identity,
        IdentityKind, IdentitySummary, MailFrom, NewIdentity, SoaRecord, Verification,
        VerificationStatus,
    },
    suppressions::{Suppression, SuppressionQuery, SuppressionReason, Suppressions},
    templates::{Template, TemplateContent, TemplateSummary, Templates},
};
use super::Ses;
use crate::{
    error::{Fault, Result},
    http::{answer::or_default, form},
    time::Timestamp,
};

mod account;
mod identities;
mod suppressions;
mod templates;

/// How long a call may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// An answer that says nothing more.
#[derive(Deserialize)]
struct Done {}

/// No body.
const NOTHING: Option<&()> = None;

/// `path` with `pairs` as its query.
fn with_query(path: &str, pairs: Vec<(&str, String)>) -> String {
    form::with_query(path, pairs.into_iter().map(|(name, value)| (name, Some(value))))
}

/// The query of one page.
fn page(size: Option<u32>, next: Option<&str>) -> Vec<(&'static str, String)> {
    let size = size.map(|size| ("PageSize", size.to_string()));
    size.into_iter().chain(next.map(|next| ("NextToken", next.to_owned()))).collect()
}

/// Refuses a name that would be another path: such a step is taken for the one above.
fn dots(name: &str) -> Option<Fault> {
    let problem = "is `.` or `..`, which no path can hold";
    matches!(name, "." | "..").then(|| Fault::new("name", problem, "write another name"))
}

/// A tag of an identity or a template, by which policies and bills tell it.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResourceTag {
    /// Its name.
    pub key: String,
    /// What it says; may be empty.
    pub value: String,
}

impl ResourceTag {
    /// A tag of this name.
    #[must_use]
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into() }
    }
}

/// A time: seconds as a number, or RFC 3339.
fn time<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<Timestamp>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Number(seconds) => seconds.as_f64().and_then(|seconds| {
            let span = jiff::SignedDuration::try_from_secs_f64(seconds).ok()?;
            Timestamp::from_duration(span).ok()
        }),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    })
}

impl Ses {
    /// Reads the account's state: quota, sandbox, whether it may send (`ses:GetAccount`).
    ///
    /// # Errors
    ///
    /// As for a send.
    pub async fn details(&self) -> Result<AccountDetails> {
        self.call(Method::GET, "v2/email/account", NOTHING).await
    }

    /// Sets which addresses SES puts on the account's suppression list by itself: those that
    /// bounced, those that complained, both, or none.
    ///
    /// # Errors
    ///
    /// As for a send.
    pub async fn suppress_automatically(&self, reasons: &[SuppressionReason]) -> Result<()> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Body<'a> {
            suppressed_reasons: &'a [SuppressionReason],
        }
        let body = Body { suppressed_reasons: reasons };
        let path = "v2/email/account/suppression";
        self.call::<Done>(Method::PUT, path, Some(&body)).await.map(drop)
    }

    /// The addresses and domains to send from.
    #[must_use]
    pub fn identities(&self) -> Identities<'_> {
        Identities::new(self)
    }

    /// The addresses that SES does not write to for this account, in this region.
    #[must_use]
    pub fn suppressions(&self) -> Suppressions<'_> {
        Suppressions::new(self)
    }

    /// The templates kept at SES, in this region.
    #[must_use]
    pub fn templates(&self) -> Templates<'_> {
        Templates::new(self)
    }
}
