//! What happened to mails in the last days, as webhooks would have said it.

use std::{borrow::Cow, fmt};

use jiff::tz::TimeZone;
use serde_json::Value;

use super::{Pairs, limit, page};
use crate::{
    debug::show,
    error::{Error, Fault, Result},
    http::{Page, connection::segment},
    providers::mailgun::{Mailgun, email::LABEL},
    time::Timestamp,
};

/// How many events one request lists.
const MOST: usize = 300;

impl Mailgun {
    /// The events of the domain.
    #[must_use]
    pub fn events(&self) -> Events<'_> {
        Events(self)
    }
}

/// The events of a domain. The plan decides for how many days they are kept.
///
/// They come in late and out of order: ask again over the last half hour, and drop what is known
/// by [`Event::id`] and time.
///
/// Source: [Events](https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/events).
pub struct Events<'a>(&'a Mailgun);

impl Events<'_> {
    /// One page of the events that `query` asks for.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn list(&self, query: &EventQuery) -> Result<Page<Event>> {
        let page: Page<Value> =
            page(self.0, &self.path(), query.pairs()?, query.page.as_deref()).await?;
        Ok(Page::new(page.items.into_iter().map(Event::of).collect(), page.next))
    }

    fn path(&self) -> String {
        format!("v3/{}/events", segment(&self.0.domain))
    }
}

impl fmt::Debug for Events<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Events")
    }
}

/// Which events to list. Texts take `OR` and `NOT`.
#[non_exhaustive]
#[derive(Clone, Default)]
pub struct EventQuery {
    /// The earliest; with `ascending` where to begin.
    pub begin: Option<Timestamp>,
    /// The latest.
    pub end: Option<Timestamp>,
    /// Whether the oldest come first; without `end`, which of the two is to be said.
    pub ascending: Option<bool>,
    /// How many, 1 to 300. Default: Mailgun's, 100.
    pub limit: Option<usize>,
    /// The `next` of the page before, which keeps to what was asked then; absent for the first.
    pub page: Option<String>,
    /// Which, such as `delivered OR failed`.
    pub event: Option<String>,
    /// To whom.
    pub recipient: Option<String>,
    /// Of which mail: the receipt's id.
    pub message_id: Option<String>,
    /// Further filters by Mailgun's names, such as `tags` or `severity`.
    pub filters: Vec<(String, String)>,
}

impl EventQuery {
    /// All events.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// From `begin` to `end`, the oldest first.
    #[must_use]
    pub fn between(mut self, begin: Timestamp, end: Timestamp) -> Self {
        (self.begin, self.end) = (Some(begin), Some(end));
        self
    }

    /// From `begin` on, the oldest first.
    #[must_use]
    pub fn since(mut self, begin: Timestamp) -> Self {
        (self.begin, self.ascending) = (Some(begin), Some(true));
        self
    }

    /// At most so many a page.
    #[must_use]
    pub fn limit(mut self, most: usize) -> Self {
        self.limit = Some(most);
        self
    }

    /// Asks for the page that `next` of the one before named.
    #[must_use]
    pub fn page(mut self, next: impl Into<String>) -> Self {
        self.page = Some(next.into());
        self
    }

    /// Only these, such as `delivered OR failed`.
    #[must_use]
    pub fn event(mut self, event: impl Into<String>) -> Self {
        self.event = Some(event.into());
        self
    }

    /// Only to this recipient.
    #[must_use]
    pub fn recipient(mut self, recipient: impl Into<String>) -> Self {
        self.recipient = Some(recipient.into());
        self
    }

    /// Only of the mail with this id: a receipt's.
    #[must_use]
    pub fn message_id(mut self, id: impl Into<String>) -> Self {
        self.message_id = Some(id.into());
        self
    }

    /// Adds a filter by Mailgun's name.
    #[must_use]
    pub fn filter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.filters.push((name.into(), value.into()));
        self
    }

    fn pairs(&self) -> Result<Pairs<'_>> {
        let date = |field: &str, at: Timestamp| {
            let date = jiff::fmt::rfc2822::to_string(&at.to_zoned(TimeZone::UTC));
            date.map_err(|_| {
                let fault = Fault::new(field, "is no date", "correct it");
                Error::invalid(vec![fault]).with_provider(LABEL)
            })
        };
        let mut pairs: Pairs<'_> = Vec::new();
        for (name, at) in [("begin", self.begin), ("end", self.end)] {
            if let Some(at) = at {
                pairs.push((name, date(name, at)?.into()));
            }
        }
        pairs.extend(self.ascending.map(|on| ("ascending", super::yes(on))));
        if let Some(most) = self.limit {
            pairs.push(("limit", limit(most, MOST)?));
        }
        let texts = [
            ("event", &self.event),
            ("recipient", &self.recipient),
            ("message-id", &self.message_id),
        ];
        for (name, text) in texts {
            pairs.extend(text.as_deref().map(|text| (name, Cow::Borrowed(text))));
        }
        pairs.extend(self.filters.iter().map(|(name, text)| (&**name, Cow::Borrowed(&**text))));
        Ok(pairs)
    }
}

show!(EventQuery { begin, end, event });

/// One event: what a webhook has in `event-data`.
#[non_exhaustive]
#[derive(Clone, PartialEq)]
pub struct Event {
    /// Its id, unique within a day.
    pub id: String,
    /// What happened, such as `delivered`.
    pub event: String,
    /// When.
    pub at: Option<Timestamp>,
    /// To whom; empty where Mailgun does not say.
    pub recipient: String,
    /// The mail's id, without angle brackets: the receipt's.
    pub message_id: String,
    /// Of `failed`: `temporary` or `permanent`.
    pub severity: Option<String>,
    /// Of `failed`: why, in Mailgun's word.
    pub reason: Option<String>,
    /// All of it, as Mailgun wrote it.
    pub raw: Value,
}

impl Event {
    fn of(raw: Value) -> Self {
        let text = |path: &str| raw.pointer(path).and_then(Value::as_str).map(str::to_owned);
        let message_id = text("/message/headers/message-id").unwrap_or_default();
        Self {
            id: text("/id").unwrap_or_default(),
            event: text("/event").unwrap_or_default().to_lowercase(),
            at: raw.get("timestamp").and_then(time),
            recipient: text("/recipient").unwrap_or_default(),
            message_id: message_id.trim_matches(['<', '>']).to_owned(),
            severity: text("/severity"),
            reason: text("/reason"),
            raw,
        }
    }

    /// Our message id, where the mail was sent by this crate.
    #[must_use]
    pub fn our_id(&self) -> Option<&str> {
        self.variable(crate::providers::mailgun::MESSAGE_ID)
    }

    /// A variable of the mail, by its name.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.raw.get("user-variables")?.get(name)?.as_str()
    }
}

/// Seconds, with or without a fraction.
fn time(value: &Value) -> Option<Timestamp> {
    let text = value.as_number()?.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let nanos: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
    Timestamp::new(whole.parse().ok()?, nanos.parse().ok()?).ok()
}

show!(Event { id, event, at });
