//! Who gets no mail, and why.

use std::borrow::Cow;

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{super::SendGrid, offset, with_query};
use crate::{
    debug::show,
    error::Result,
    http::{Page, connection::segment},
    message::EmailAddress,
    time::Timestamp,
};

/// The lists of those who get no mail: [`SendGrid::suppressions`].
///
/// Source: [Suppressions](https://www.twilio.com/docs/sendgrid/api-reference/bounces-api).
#[derive(Clone, Copy, Debug)]
pub struct Suppressions<'a> {
    pub(super) account: &'a SendGrid,
}

/// Which list.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SuppressionKind {
    /// A record of what was refused for policy or reputation. It suppresses nothing: later mail is
    /// tried again.
    Blocks,
    /// Addresses that refused mail for good.
    Bounces,
    /// Addresses that are none.
    InvalidEmails,
    /// People who reported mail as spam.
    SpamReports,
    /// People who unsubscribed from everything.
    Unsubscribes,
}

impl SuppressionKind {
    fn path(self) -> &'static str {
        match self {
            Self::Blocks => "v3/suppression/blocks",
            Self::Bounces => "v3/suppression/bounces",
            Self::InvalidEmails => "v3/suppression/invalid_emails",
            Self::SpamReports => "v3/suppression/spam_reports",
            Self::Unsubscribes => "v3/suppression/unsubscribes",
        }
    }
}

/// Which entries of a list.
///
/// ```
/// use dakiya::sendgrid::manage::SuppressionQuery;
///
/// let query = SuppressionQuery::new().since("2026-03-01T00:00:00Z".parse()?).limit(100);
/// # let _ = query;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SuppressionQuery {
    /// From this time on.
    pub since: Option<Timestamp>,
    /// Up to this time.
    pub until: Option<Timestamp>,
    /// Of this address, or of one that begins so.
    pub email: Option<String>,
    /// How many a page has: 1 to 500. Default: 500.
    pub limit: Option<usize>,
    /// Where the page begins: the last page's [`next`](Page::next).
    pub page: Option<String>,
}

impl SuppressionQuery {
    /// All of them.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets from when on.
    #[must_use]
    pub fn since(mut self, at: Timestamp) -> Self {
        self.since = Some(at);
        self
    }

    /// Sets up to when.
    #[must_use]
    pub fn until(mut self, at: Timestamp) -> Self {
        self.until = Some(at);
        self
    }

    /// Sets whose.
    #[must_use]
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// Sets how many a page has: 1 to 500.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Sets where the page begins.
    #[must_use]
    pub fn page(mut self, next: impl Into<String>) -> Self {
        self.page = Some(next.into());
        self
    }
}

show!(SuppressionQuery { since, until, limit, page });

/// An entry of a list.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Suppressed {
    /// The address.
    pub email: String,
    /// When it was added, in UNIX seconds.
    #[serde(default)]
    pub created: i64,
    /// What the receiving server said; may quote the address.
    #[serde(default)]
    pub reason: Option<String>,
    /// The enhanced status code, such as `5.1.1`.
    #[serde(default)]
    pub status: Option<String>,
    /// The address that a spam report came through.
    #[serde(default)]
    pub ip: Option<String>,
}

show!(Suppressed { created, status });

/// How many bounces of one class a day, or a domain, had.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BounceCount {
    /// The day, `YYYY-MM-DD`.
    #[serde(default)]
    pub date: Option<String>,
    /// The class, such as `Reputation`.
    #[serde(default)]
    pub classification: Option<String>,
    /// The receiving domain.
    #[serde(default)]
    pub domain: Option<String>,
    /// How many.
    #[serde(default)]
    pub count: u64,
}

impl Suppressions<'_> {
    /// Lists a page, the newest first.
    ///
    /// # Errors
    ///
    /// As in the [module](super); [`InvalidMessage`](crate::ErrorKind::InvalidMessage) for a limit
    /// out of range.
    pub async fn list(
        &self,
        kind: SuppressionKind,
        query: &SuppressionQuery,
    ) -> Result<Page<Suppressed>> {
        let limit = query.limit.unwrap_or(500);
        super::limit(limit, 500)?;
        let from = offset(query.page.as_deref())?;
        let path = with_query(
            kind.path(),
            [
                ("start_time", query.since.map(|at| at.as_second().to_string())),
                ("end_time", query.until.map(|at| at.as_second().to_string())),
                ("limit", Some(limit.to_string())),
                ("offset", (from > 0).then(|| from.to_string())),
                ("email", query.email.clone()),
            ],
        );
        Ok(Page::at(from, self.account.fetch(&path).await?, limit))
    }

    /// The entry of one address, where there is one.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn get(
        &self,
        kind: SuppressionKind,
        email: &EmailAddress,
    ) -> Result<Option<Suppressed>> {
        if kind == SuppressionKind::Unsubscribes {
            let path = of(GLOBAL, email);
            let found: Value = self.account.fetch(&path).await?;
            let email = found.get("recipient_email").and_then(Value::as_str);
            let entry = |email: &str| Suppressed {
                email: email.to_owned(),
                created: 0,
                reason: None,
                status: None,
                ip: None,
            };
            return Ok(email.map(entry));
        }
        let found: Vec<Suppressed> = self.account.fetch(&of(kind.path(), email)).await?;
        Ok(found.into_iter().next())
    }

    /// Unsubscribes addresses from everything. The other lists are SendGrid's own to fill.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn unsubscribe(&self, emails: &[EmailAddress]) -> Result<()> {
        self.account.tell(Method::POST, GLOBAL, &Recipients::of(emails)).await
    }

    /// Removes one address from a list, so that mail goes out to it again.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn remove(&self, kind: SuppressionKind, email: &EmailAddress) -> Result<()> {
        let list = if kind == SuppressionKind::Unsubscribes { GLOBAL } else { kind.path() };
        self.account.delete(&of(list, email)).await
    }

    /// Removes many addresses from a list. SendGrid removes global unsubscribes one by one, and so
    /// does this: where one fails, those before it are removed.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn remove_many(&self, kind: SuppressionKind, emails: &[EmailAddress]) -> Result<()> {
        if kind == SuppressionKind::Unsubscribes {
            for email in emails {
                self.remove(kind, email).await?;
            }
            return Ok(());
        }
        if emails.is_empty() {
            return Ok(());
        }
        let body = json!({ "emails": written(emails) });
        self.account.tell(Method::DELETE, kind.path(), &body).await
    }

    /// Empties a list.
    ///
    /// # Errors
    ///
    /// As in the [module](super); [`Unsupported`](crate::ErrorKind::Unsupported) for global
    /// unsubscribes.
    pub async fn remove_all(&self, kind: SuppressionKind) -> Result<()> {
        if kind == SuppressionKind::Unsubscribes {
            let what = "removing all global unsubscribes at once";
            return Err(crate::Error::unsupported(super::super::email::LABEL, what));
        }
        self.account.tell(Method::DELETE, kind.path(), &json!({ "delete_all": true })).await
    }

    /// Counts bounces by class, or those of one class by domain.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn bounce_counts(&self, classification: Option<&str>) -> Result<Vec<BounceCount>> {
        let mut path = "v3/suppression/bounces/classifications".to_owned();
        if let Some(class) = classification {
            path = format!("{path}/{}", segment(class));
        }
        let answer: Value = self.account.fetch(&path).await?;
        Ok(counts(&answer, None))
    }
}

/// The shape is not documented in full: a list of days or domains, each with its own list or
/// without.
fn counts(answer: &Value, date: Option<&str>) -> Vec<BounceCount> {
    match answer {
        Value::Array(items) => items.iter().flat_map(|item| counts(item, date)).collect(),
        Value::Object(object) => {
            let date = object.get("date").and_then(Value::as_str).or(date);
            let inner = ["result", "stats"].iter().find_map(|name| object.get(*name));
            if let Some(inner) = inner {
                return counts(inner, date);
            }
            let count = BounceCount::deserialize(answer).ok();
            let dated = |mut one: BounceCount| {
                one.date = one.date.or_else(|| date.map(str::to_owned));
                one
            };
            count.map(dated).into_iter().collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

const GLOBAL: &str = "v3/asm/suppressions/global";

/// The path of an address below a list.
pub(super) fn of(list: &str, email: &EmailAddress) -> String {
    format!("{list}/{}", segment(&email.to_ascii_domain()))
}

/// Addresses as mails to them are addressed.
fn written(emails: &[EmailAddress]) -> Vec<Cow<'_, str>> {
    emails.iter().map(EmailAddress::to_ascii_domain).collect()
}

/// Addresses, as several calls take them.
#[derive(Serialize)]
pub(super) struct Recipients<'a> {
    recipient_emails: Vec<Cow<'a, str>>,
}

impl<'a> Recipients<'a> {
    pub(super) fn of(emails: &'a [EmailAddress]) -> Self {
        Self { recipient_emails: written(emails) }
    }
}
