//! The account's suppression list.

use http::Method;
use serde::{Deserialize, Serialize};

use super::{super::Ses, Done, NOTHING, page, with_query};
use crate::{
    debug::show,
    error::{Error, Result},
    http::{Page, connection::segment},
    message::EmailAddress,
    time::Timestamp,
};

const PATH: &str = "v2/email/suppression/addresses";

/// The addresses that SES does not write to: [`Ses::suppressions`].
///
/// Source: [the account-level list](https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html).
#[derive(Clone, Debug)]
pub struct Suppressions<'a> {
    account: &'a Ses,
    tenant: Option<String>,
}

impl<'a> Suppressions<'a> {
    pub(super) fn new(account: &'a Ses) -> Self {
        Self { account, tenant: None }
    }

    /// The list of a tenant. Default: the account's.
    #[must_use]
    pub fn tenant(mut self, name: impl Into<String>) -> Self {
        self.tenant = Some(name.into());
        self
    }

    /// One page of the list.
    ///
    /// # Errors
    ///
    /// As for a send.
    pub async fn list(&self, query: &SuppressionQuery) -> Result<Page<Suppression>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            #[serde(default, deserialize_with = "super::or_default")]
            suppressed_destination_summaries: Vec<Suppression>,
            #[serde(default)]
            next_token: Option<String>,
        }
        let mut pairs: Vec<_> =
            query.reasons.iter().map(|reason| ("Reason", reason.as_str().to_owned())).collect();
        pairs.extend(self.tenant.iter().map(|name| ("TenantName", name.clone())));
        pairs.extend(query.since.map(|at| ("StartDate", at.to_string())));
        pairs.extend(query.until.map(|at| ("EndDate", at.to_string())));
        pairs.extend(page(query.limit, query.page.as_deref()));
        let path = with_query(PATH, pairs);
        let answer: Answer = self.account.call(Method::GET, &path, NOTHING).await?;
        Ok(Page::new(answer.suppressed_destination_summaries, answer.next_token))
    }

    /// What the list says of an address; `None` where it is not on it.
    ///
    /// # Errors
    ///
    /// As for a send.
    pub async fn get(&self, address: &EmailAddress) -> Result<Option<Suppression>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            suppressed_destination: Suppression,
        }
        match self.account.call::<Answer>(Method::GET, &self.path(address), NOTHING).await {
            Ok(answer) => Ok(Some(answer.suppressed_destination)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts an address on the list, or changes its reason.
    ///
    /// # Errors
    ///
    /// As for a send.
    pub async fn add(&self, address: &EmailAddress, reason: SuppressionReason) -> Result<()> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Body<'a> {
            email_address: &'a str,
            reason: SuppressionReason,
            #[serde(skip_serializing_if = "Option::is_none")]
            tenant_name: Option<&'a str>,
        }
        let address = address.to_ascii_domain();
        let tenant_name = self.tenant.as_deref();
        let body = Body { email_address: &address, reason, tenant_name };
        self.account.call::<Done>(Method::PUT, PATH, Some(&body)).await.map(drop)
    }

    /// Takes an address off the list. Whether it was on it.
    ///
    /// # Errors
    ///
    /// As for a send.
    pub async fn remove(&self, address: &EmailAddress) -> Result<bool> {
        match self.account.call::<Done>(Method::DELETE, &self.path(address), NOTHING).await {
            Ok(_) => Ok(true),
            Err(error) if is_absent(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn path(&self, address: &EmailAddress) -> String {
        let path = format!("{PATH}/{}", segment(&address.to_ascii_domain()));
        let tenant = self.tenant.iter().map(|name| ("TenantName", name.clone()));
        with_query(&path, tenant.collect())
    }
}

fn is_absent(error: &Error) -> bool {
    error.code() == Some("NotFoundException")
}

/// Which part of the list to read.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuppressionQuery {
    /// Only of these reasons; all when empty.
    pub reasons: Vec<SuppressionReason>,
    /// Only those added at or after this time.
    pub since: Option<Timestamp>,
    /// Only those added before this time.
    pub until: Option<Timestamp>,
    /// How many on a page; SES's own choice when absent.
    pub limit: Option<u32>,
    /// The `next` of the page before; absent for the first.
    pub page: Option<String>,
}

impl SuppressionQuery {
    /// All of it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a reason.
    #[must_use]
    pub fn reason(mut self, reason: SuppressionReason) -> Self {
        self.reasons.push(reason);
        self
    }

    /// Sets when the first was added.
    #[must_use]
    pub fn since(mut self, at: Timestamp) -> Self {
        self.since = Some(at);
        self
    }

    /// Sets when the last was added.
    #[must_use]
    pub fn until(mut self, at: Timestamp) -> Self {
        self.until = Some(at);
        self
    }

    /// Sets how many are on a page.
    #[must_use]
    pub fn limit(mut self, size: u32) -> Self {
        self.limit = Some(size);
        self
    }

    /// Asks for the page that `next` of the one before named.
    #[must_use]
    pub fn page(mut self, next: impl Into<String>) -> Self {
        self.page = Some(next.into());
        self
    }
}

/// Why an address is on the list.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SuppressionReason {
    /// A mail to it bounced for good.
    Bounce,
    /// Its reader complained.
    Complaint,
    /// One that this version does not know.
    #[serde(other, skip_serializing)]
    Other,
}

impl SuppressionReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::Bounce => "BOUNCE",
            Self::Complaint => "COMPLAINT",
            Self::Other => "OTHER",
        }
    }
}

/// An address on the list. `Debug` hides it.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Suppression {
    /// The address.
    pub email_address: String,
    /// Why it is there.
    pub reason: SuppressionReason,
    /// Since when.
    #[serde(default, deserialize_with = "super::time")]
    pub last_update_time: Option<Timestamp>,
    #[serde(default)]
    attributes: Option<Attributes>,
}

#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attributes {
    #[serde(default)]
    message_id: Option<String>,
    #[serde(default)]
    feedback_id: Option<String>,
}

impl Suppression {
    /// SES's id of the mail that it is there for; [`Suppressions::get`] alone tells.
    #[must_use]
    pub fn message_id(&self) -> Option<&str> {
        self.attributes.as_ref()?.message_id.as_deref()
    }

    /// The id of the bounce or complaint; [`Suppressions::get`] alone tells.
    #[must_use]
    pub fn feedback_id(&self) -> Option<&str> {
        self.attributes.as_ref()?.feedback_id.as_deref()
    }
}

show!(Suppression { reason, last_update_time });
