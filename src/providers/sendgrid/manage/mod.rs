//! What an account can do beside sending.
//!
//! Each part of it is a handle that borrows the account: [`SendGrid::suppressions`],
//! [`SendGrid::unsubscribe_groups`], [`SendGrid::domains`], [`SendGrid::templates`],
//! [`SendGrid::scheduled_sends`], [`SendGrid::stats`]. A call ends after 30 s. All of them act for
//! the subuser of [`on_behalf_of`](super::SendGridBuilder::on_behalf_of) where one is set.
//!
//! Every call fails as a send does: [`Unauthorized`](crate::ErrorKind::Unauthorized) where the key
//! lacks the scope, [`Rejected`](crate::ErrorKind::Rejected) where there is nothing under the id,
//! [`InvalidMessage`](crate::ErrorKind::InvalidMessage) with the fields that SendGrid refused.

use http::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub use self::{
    domains::{DnsRecord, Domain, DomainValidation, Domains, NewDomain, RecordValidation},
    groups::{GroupMembership, GroupSuppression, UnsubscribeGroupDetails, UnsubscribeGroups},
    scheduled::{ScheduledSend, ScheduledSendStatus, ScheduledSends},
    stats::{Metrics, Period, Stats, StatsDay, StatsQuery},
    suppressions::{BounceCount, Suppressed, SuppressionKind, SuppressionQuery, Suppressions},
    templates::{Editor, Generation, Template, TemplateVersion, TemplateVersionDraft, Templates},
};
use super::SendGrid;
use crate::{
    error::{Error, ErrorKind, Fault, Result},
    http::{answer::or_default, form::with_query},
};

mod domains;
mod groups;
mod scheduled;
mod stats;
mod suppressions;
mod templates;

/// What an API key may do.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Scopes {
    /// The scopes, such as `mail.send`.
    pub scopes: Vec<String>,
}

impl Scopes {
    /// Whether `scope` is among them.
    #[must_use]
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|one| one == scope)
    }
}

impl SendGrid {
    /// Lists what the key may do; every key may ask.
    ///
    /// # Errors
    ///
    /// As in the [module](self).
    pub async fn scopes(&self) -> Result<Scopes> {
        self.fetch("v3/scopes").await
    }

    /// Who gets no mail, and why.
    #[must_use]
    pub fn suppressions(&self) -> Suppressions<'_> {
        Suppressions { account: self }
    }

    /// Groups of mail that a person can unsubscribe from.
    #[must_use]
    pub fn unsubscribe_groups(&self) -> UnsubscribeGroups<'_> {
        UnsubscribeGroups { account: self }
    }

    /// Domains to send from.
    #[must_use]
    pub fn domains(&self) -> Domains<'_> {
        Domains { account: self }
    }

    /// Templates kept at SendGrid.
    #[must_use]
    pub fn templates(&self) -> Templates<'_> {
        Templates { account: self }
    }

    /// Mails that wait for their time.
    #[must_use]
    pub fn scheduled_sends(&self) -> ScheduledSends<'_> {
        ScheduledSends { account: self }
    }

    /// What became of mails, in numbers.
    #[must_use]
    pub fn stats(&self) -> Stats<'_> {
        Stats { account: self }
    }

    /// The answer to a GET.
    async fn fetch<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let request = self.connection().request(Method::GET, path, "")?;
        Self::read(&self.call(request).await?)
    }

    /// The answer to `body`.
    async fn submit<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> Result<T> {
        let request = self.connection().json(method, path, body)?;
        Self::read(&self.call(request).await?)
    }

    /// Sends `body`; the answer is not looked at.
    async fn tell(&self, method: Method, path: &str, body: &(impl Serialize + Sync)) -> Result<()> {
        let request = self.connection().json(method, path, body)?;
        self.call(request).await.map(drop)
    }

    async fn delete(&self, path: &str) -> Result<()> {
        let request = self.connection().request(Method::DELETE, path, "")?;
        self.call(request).await.map(drop)
    }
}

/// The offset that a page's `next` is.
fn offset(next: Option<&str>) -> Result<usize> {
    let wrong = |_| Error::config("the page is none of SendGrid's; hand in `next` as it was");
    let offset = next.map(str::parse).transpose().map_err(wrong);
    offset.map(Option::unwrap_or_default).map_err(|error| error.with_provider(super::email::LABEL))
}

/// Refuses a page of none or of more than `most`.
fn limit(limit: usize, most: usize) -> Result<()> {
    if (1..=most).contains(&limit) {
        return Ok(());
    }
    let problem = format!("is {limit}, not 1 to {most}");
    Err(refused(Fault::new("limit", problem, "write a number between them")))
}

/// Refuses a text of none or of more than `most` characters.
fn length(field: &str, text: &str, most: usize) -> Result<()> {
    let count = text.chars().count();
    if (1..=most).contains(&count) {
        return Ok(());
    }
    let problem = format!("has {count} characters, not 1 to {most}");
    Err(refused(Fault::new(field, problem, "write a shorter one, or one at all")))
}

fn refused(fault: Fault) -> Error {
    Error::new(ErrorKind::InvalidMessage, "the request is not valid")
        .with_faults(vec![fault])
        .with_provider(super::email::LABEL)
}
