//! What became of mails, in numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::{super::SendGrid, with_query};
use crate::{error::Result, http::Page};

/// What became of mails, in numbers: [`SendGrid::stats`].
///
/// Source: [Stats](https://www.twilio.com/docs/sendgrid/api-reference/stats).
#[derive(Clone, Copy, Debug)]
pub struct Stats<'a> {
    pub(super) account: &'a SendGrid,
}

/// How long each row of numbers is.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// A day.
    Day,
    /// A month.
    Month,
    /// A week.
    Week,
}

impl Period {
    fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Week => "week",
        }
    }
}

/// Which days.
///
/// ```
/// use dakiya::sendgrid::manage::{Period, StatsQuery};
///
/// let query = StatsQuery::since("2026-03-01").until("2026-03-31").by(Period::Week);
/// # let _ = query;
/// ```
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatsQuery {
    /// The first day, `YYYY-MM-DD`.
    pub start_date: String,
    /// The last day; today when absent.
    pub end_date: Option<String>,
    /// How long each row is; a day when absent.
    pub aggregated_by: Option<Period>,
    /// How many rows a page has; SendGrid's choice when absent.
    pub limit: Option<usize>,
    /// Where the page begins: the last page's [`next`](Page::next). Only with a `limit`.
    pub page: Option<String>,
}

impl StatsQuery {
    /// From `day` (`YYYY-MM-DD`) to today.
    #[must_use]
    pub fn since(day: impl Into<String>) -> Self {
        let start_date = day.into();
        Self { start_date, end_date: None, aggregated_by: None, limit: None, page: None }
    }

    /// Sets the last day.
    #[must_use]
    pub fn until(mut self, day: impl Into<String>) -> Self {
        self.end_date = Some(day.into());
        self
    }

    /// Sets how long each row is.
    #[must_use]
    pub fn by(mut self, period: Period) -> Self {
        self.aggregated_by = Some(period);
        self
    }

    /// Sets how many rows a page has.
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

/// The numbers of one period.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StatsDay {
    /// Its first day, `YYYY-MM-DD`.
    pub date: String,
    /// The numbers: of the whole account, or of each category or subuser.
    #[serde(default, deserialize_with = "super::or_default")]
    pub stats: Vec<Metrics>,
}

/// Numbers of one category or subuser, or of all.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Metrics {
    /// The category's or subuser's name.
    #[serde(default)]
    pub name: Option<String>,
    /// What the name is of: `category` or `subuser`.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// The numbers by SendGrid's names: `requests`, `processed`, `delivered`, `deferred`,
    /// `bounces`, `blocks`, `bounce_drops`, `spam_reports`, `spam_report_drops`, `invalid_emails`,
    /// `unsubscribes`, `unsubscribe_drops`, `opens`, `unique_opens`, `clicks`, `unique_clicks`.
    #[serde(default, deserialize_with = "super::or_default")]
    pub metrics: BTreeMap<String, u64>,
}

impl Stats<'_> {
    /// Numbers of the account.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn list(&self, query: &StatsQuery) -> Result<Page<StatsDay>> {
        self.days("v3/stats", &[], query).await
    }

    /// Numbers of each of `categories`: the tags of mails.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn of_categories(
        &self,
        categories: &[&str],
        query: &StatsQuery,
    ) -> Result<Page<StatsDay>> {
        let names: Vec<_> = categories.iter().map(|name| ("categories", *name)).collect();
        self.days("v3/categories/stats", &names, query).await
    }

    /// Numbers of each of `subusers`.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn of_subusers(
        &self,
        subusers: &[&str],
        query: &StatsQuery,
    ) -> Result<Page<StatsDay>> {
        let names: Vec<_> = subusers.iter().map(|name| ("subusers", *name)).collect();
        self.days("v3/subusers/stats", &names, query).await
    }

    /// The sums of every category over the days.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn sums_of_categories(&self, query: &StatsQuery) -> Result<StatsDay> {
        self.account.fetch(&path("v3/categories/stats/sums", &[], query)?).await
    }

    async fn days(
        &self,
        list: &str,
        names: &[(&str, &str)],
        query: &StatsQuery,
    ) -> Result<Page<StatsDay>> {
        let Days(items) = self.account.fetch(&path(list, names, query)?).await?;
        let from = super::offset(query.page.as_deref())?;
        Ok(Page::at(from, items, query.limit.unwrap_or(usize::MAX)))
    }
}

/// Days, of which a page beyond the end may be null.
struct Days(Vec<StatsDay>);

impl<'de> Deserialize<'de> for Days {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        Option::deserialize(from).map(|days| Self(days.unwrap_or_default()))
    }
}

fn path(list: &str, names: &[(&str, &str)], query: &StatsQuery) -> Result<String> {
    let from = super::offset(query.page.as_deref())?;
    let names = names.iter().map(|(key, name)| (*key, Some((*name).to_owned())));
    let pairs = [
        ("start_date", Some(query.start_date.clone())),
        ("end_date", query.end_date.clone()),
        ("aggregated_by", query.aggregated_by.map(|period| period.as_str().to_owned())),
        ("limit", query.limit.map(|limit| limit.to_string())),
        ("offset", (from > 0).then(|| from.to_string())),
    ];
    Ok(with_query(list, names.chain(pairs)))
}
