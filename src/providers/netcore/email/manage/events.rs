//! What was logged of mails.

use super::{
    super::{Account, Version},
    Record, check_day, check_limit, checked, offset, records, with_query,
};
use crate::{debug::show, error::Result, http::Page};

/// What was logged of mails: [`Account::events`]. Of version 5.1.
///
/// It is the way back after a webhook was missed: ask by
/// [`reference`](EventQuery::reference). Netcore keeps 90 days.
#[derive(Clone, Copy, Debug)]
pub struct Events<'a> {
    pub(super) account: &'a Account,
}

/// What happened.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// It came back, for good or for now.
    Bounce,
    /// A link was followed.
    Click,
    /// Netcore did not try.
    Dropped,
    /// It came back for good.
    HardBounce,
    /// The address is none.
    Invalid,
    /// It was opened.
    Open,
    /// Netcore has it.
    Processed,
    /// The receiving server took it.
    Sent,
    /// It came back for now.
    SoftBounce,
    /// It was reported as spam.
    Spam,
    /// The recipient unsubscribed.
    Unsubscribe,
}

impl EventKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Bounce => "bounce",
            Self::Click => "click",
            Self::Dropped => "dropped",
            Self::HardBounce => "hardbounce",
            Self::Invalid => "invalid",
            Self::Open => "open",
            Self::Processed => "processed",
            Self::Sent => "sent",
            Self::SoftBounce => "softbounce",
            Self::Spam => "spam",
            Self::Unsubscribe => "unsubscribe",
        }
    }
}

/// Which events.
///
/// ```
/// use dakiya::netcore::email::manage::{EventKind, EventQuery};
///
/// let query = EventQuery::since("2026-03-01").events([EventKind::Sent]).reference("inv-2041");
/// # let _ = query;
/// ```
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq)]
pub struct EventQuery {
    /// The first day, `YYYY-MM-DD`.
    pub start_date: String,
    /// The last day; Netcore's choice when absent.
    pub end_date: Option<String>,
    /// Which events; all when empty.
    pub events: Vec<EventKind>,
    /// Whether the newest come first; Netcore's choice when absent.
    pub newest_first: Option<bool>,
    /// Of this subject.
    pub subject: Option<String>,
    /// Of the mail with this [`callback_data`](crate::Delivery::callback_data), or message id
    /// where it had none.
    pub reference: Option<String>,
    /// Of this sender.
    pub from: Option<String>,
    /// Of this recipient.
    pub email: Option<String>,
    /// How many a page has. Default: 10.
    pub limit: usize,
    /// Where the page begins: the last page's [`next`](Page::next).
    pub page: Option<String>,
}

impl EventQuery {
    /// From `day` (`YYYY-MM-DD`) on.
    #[must_use]
    pub fn since(day: impl Into<String>) -> Self {
        Self {
            start_date: day.into(),
            end_date: None,
            events: Vec::new(),
            newest_first: None,
            subject: None,
            reference: None,
            from: None,
            email: None,
            limit: 10,
            page: None,
        }
    }

    /// Sets the last day.
    #[must_use]
    pub fn until(mut self, day: impl Into<String>) -> Self {
        self.end_date = Some(day.into());
        self
    }

    /// Sets which events.
    #[must_use]
    pub fn events(mut self, events: impl IntoIterator<Item = EventKind>) -> Self {
        self.events = events.into_iter().collect();
        self
    }

    /// Sets whether the newest come first.
    #[must_use]
    pub fn newest_first(mut self, on: bool) -> Self {
        self.newest_first = Some(on);
        self
    }

    /// Sets of which subject.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Sets of which mail.
    #[must_use]
    pub fn reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }

    /// Sets of which sender.
    #[must_use]
    pub fn from(mut self, from: impl Into<String>) -> Self {
        self.from = Some(from.into());
        self
    }

    /// Sets of which recipient.
    #[must_use]
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// Sets how many a page has.
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

show!(EventQuery { start_date, end_date, events, limit, page });

impl Events<'_> {
    /// Lists a page. What each event holds is not documented: compare the names of a webhook's.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn list(&self, query: &EventQuery) -> Result<Page<Record>> {
        self.account.only(Version::V51, "events")?;
        let mut faults = Vec::new();
        check_day("start_date", &query.start_date, &mut faults);
        if let Some(day) = &query.end_date {
            check_day("end_date", day, &mut faults);
        }
        check_limit(query.limit, &mut faults);
        checked(faults)?;
        let from = offset(query.page.as_deref(), 0)?;
        let names: Vec<_> = query.events.iter().map(|kind| kind.as_str()).collect();
        let order = |newest| if newest { "desc" } else { "asc" };
        let path = with_query(
            "events",
            [
                ("startdate", Some(query.start_date.clone())),
                ("enddate", query.end_date.clone()),
                ("events", (!names.is_empty()).then(|| names.join(","))),
                ("sort", query.newest_first.map(|newest| order(newest).to_owned())),
                ("offset", Some(from.to_string())),
                ("limit", Some(query.limit.to_string())),
                ("subject", query.subject.clone()),
                ("xapiheader", query.reference.clone()),
                ("fromaddress", query.from.clone()),
                ("email", query.email.clone()),
            ],
        );
        Ok(Page::at(from, records(self.account.fetch(&path).await?)?, query.limit))
    }
}
