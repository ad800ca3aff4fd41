//! What became of mails, in numbers.

use super::{
    super::{Account, Version},
    Record, check_day, check_limit, checked, offset, records, with_query,
};
use crate::{error::Result, http::Page};

/// What became of mails, in numbers: [`Account::stats`]. Of version 5.1.
#[derive(Clone, Copy, Debug)]
pub struct Stats<'a> {
    pub(super) account: &'a Account,
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
/// use dakiya::netcore::email::manage::{Period, StatsQuery};
///
/// let query = StatsQuery::since("2026-03-01").until("2026-03-31").by(Period::Week);
/// # let _ = query;
/// ```
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatsQuery {
    /// The first day, `YYYY-MM-DD`.
    pub start_date: String,
    /// The last day; Netcore's choice when absent.
    pub end_date: Option<String>,
    /// How long each row is; Netcore's choice when absent.
    pub aggregated_by: Option<Period>,
    /// How many rows a page has. Default: 100.
    pub limit: usize,
    /// Where the page begins: the last page's [`next`](Page::next).
    pub page: Option<String>,
}

impl StatsQuery {
    /// From `day` (`YYYY-MM-DD`) on.
    #[must_use]
    pub fn since(day: impl Into<String>) -> Self {
        let start_date = day.into();
        Self { start_date, end_date: None, aggregated_by: None, limit: 100, page: None }
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
        self.limit = limit;
        self
    }

    /// Sets where the page begins.
    #[must_use]
    pub fn page(mut self, next: impl Into<String>) -> Self {
        self.page = Some(next.into());
        self
    }
}

impl Stats<'_> {
    /// Numbers of the account. What each row holds is not documented.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn list(&self, query: &StatsQuery) -> Result<Page<Record>> {
        self.account.only(Version::V51, "stats")?;
        let mut faults = Vec::new();
        check_day("start_date", &query.start_date, &mut faults);
        if let Some(day) = &query.end_date {
            check_day("end_date", day, &mut faults);
        }
        check_limit(query.limit, &mut faults);
        checked(faults)?;
        let from = offset(query.page.as_deref(), 1)?; // they count from 1
        let path = with_query(
            "stats",
            [
                ("startdate", Some(query.start_date.clone())),
                ("enddate", query.end_date.clone()),
                ("aggregated_by", query.aggregated_by.map(|period| period.as_str().to_owned())),
                ("offset", Some(from.to_string())),
                ("limit", Some(query.limit.to_string())),
            ],
        );
        Ok(Page::at(from, records(self.account.fetch(&path).await?)?, query.limit))
    }
}
