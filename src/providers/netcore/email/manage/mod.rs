//! What an account can do beside sending.
//!
//! Each part of it is a handle that borrows the account: [`Account::domains`],
//! [`Account::suppressions`], [`Account::stats`], [`Account::events`], [`Account::templates`],
//! [`Account::sub_accounts`]. A call ends after 30 s.
//!
//! Netcore publishes little of this. The calls of [`Version::V51`] are those of its libraries; of
//! [`Version::V6`] only domains and suppressed domains are known. A call whose path the account's
//! version is not known to have is [`Unsupported`](crate::ErrorKind::Unsupported): build a second
//! account with the same key and the other version, or make the call with [`Account::ask`] once
//! Netcore's support named its path. Answers that are not documented are [`Record`]s.
//!
//! | Part | Version 5.1 | Version 6 |
//! |---|---|---|
//! | domains | list, get, add, delete | list, get |
//! | suppressed addresses | add, remove | – |
//! | suppressed domains | add, remove | list, add |
//! | stats, events, templates, sub-accounts | all | – |
//!
//! Every call fails as a send does: [`Unauthorized`](crate::ErrorKind::Unauthorized) where the key
//! is wrong or lacks the scope, [`Rejected`](crate::ErrorKind::Rejected) where there is nothing
//! under the name, [`InvalidMessage`](crate::ErrorKind::InvalidMessage) with the fields that
//! Netcore refused, [`Config`](crate::ErrorKind::Config) where the endpoint has no such call.
//!
//! Source: [Netcore's library](https://github.com/pepipost/pepipost-sdk-python),
//! [the email API](https://emaildocs.netcorecloud.com/reference/email-api).

use bytes::Bytes;
use http::{Method, Request};
use serde::Serialize;
use serde_json::{Map, Value};

pub use self::{
    domains::{Domain, DomainQuery, Domains},
    events::{EventKind, EventQuery, Events},
    stats::{Period, Stats, StatsQuery},
    sub_accounts::{
        CreditChange, CreditPeriod, CreditType, NewSubAccount, RecurringCredit, SubAccountChange,
        SubAccounts,
    },
    suppressions::{SuppressedDomain, Suppressions},
    templates::Templates,
};
use super::{
    Account, LABEL, Version,
    error::{from_call, has_error, is_complaints, is_refusal},
    wire,
};
use crate::{
    debug::show,
    error::{Error, ErrorKind, Fault, Result},
    http::{answer, connection::read, form::with_query},
};

mod domains;
mod events;
mod stats;
mod sub_accounts;
mod suppressions;
mod templates;

/// An entry of an answer whose fields are not documented. `Debug` hides it: it may hold addresses.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq)]
pub struct Record {
    /// Its fields, by Netcore's names.
    pub fields: Map<String, Value>,
}

impl Record {
    /// The text, number or boolean called `name`, in whatever case, as text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        let (_, value) = self.fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        text(value)
    }

    fn of(value: Value) -> Result<Self> {
        let Value::Object(fields) = value else { return Err(unreadable()) };
        Ok(Self { fields })
    }
}

show!(Record {});

impl Account {
    /// Domains to send from.
    #[must_use]
    pub fn domains(&self) -> Domains<'_> {
        Domains { account: self }
    }

    /// What was logged of mails, for when a webhook was missed.
    #[must_use]
    pub fn events(&self) -> Events<'_> {
        Events { account: self }
    }

    /// What became of mails, in numbers.
    #[must_use]
    pub fn stats(&self) -> Stats<'_> {
        Stats { account: self }
    }

    /// The accounts below a master account.
    #[must_use]
    pub fn sub_accounts(&self) -> SubAccounts<'_> {
        SubAccounts { account: self }
    }

    /// Who gets no mail.
    #[must_use]
    pub fn suppressions(&self) -> Suppressions<'_> {
        Suppressions { account: self, in_query: false }
    }

    /// Templates kept at Netcore.
    #[must_use]
    pub fn templates(&self) -> Templates<'_> {
        Templates { account: self }
    }

    /// Makes a call that has no method here: webhooks, profiles, keys, and what else exists in
    /// version 6 without a published path. `path` follows the version, encoded, with its query.
    /// The answer is what Netcore wrote, null where it wrote nothing.
    ///
    /// ```no_run
    /// # async fn example(account: dakiya::netcore::email::Account) -> dakiya::Result<()> {
    /// let path = "suppressions/global/domain?limit=10";
    /// let answer = account.ask(http::Method::GET, path, None).await?;
    /// # let _ = answer;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As in the [module](self).
    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        match body {
            Some(body) => self.submit(method, path, body).await,
            None => self.finish(wire::request(self, method, path, Bytes::new())?).await,
        }
    }

    /// The answer to a GET.
    async fn fetch(&self, path: &str) -> Result<Value> {
        self.finish(wire::request(self, Method::GET, path, Bytes::new())?).await
    }

    /// The answer to `body`.
    async fn submit(
        &self,
        method: Method,
        path: &str,
        body: &(impl Serialize + Sync + ?Sized),
    ) -> Result<Value> {
        let body = serde_json::to_vec(body).map_err(|_| {
            let error = Error::new(ErrorKind::InvalidMessage, "it cannot be written as JSON");
            error.with_provider(LABEL)
        })?;
        self.finish(wire::request(self, method, path, body.into())?).await
    }

    async fn finish(&self, request: Request<Bytes>) -> Result<Value> {
        let response = self.call(request).await?;
        let refused = || from_call(&response, self.connection.now());
        if !response.status().is_success() {
            return Err(refused());
        }
        if response.body().is_empty() {
            return Ok(Value::Null);
        }
        let body: Value = read(&response).map_err(|error| error.with_provider(LABEL))?;
        let no = match &body {
            Value::Array(items) => is_complaints(items),
            // A domain's own status may say that it failed.
            Value::Object(object) if object.contains_key("domain") => has_error(&body),
            Value::Object(_) => is_refusal(&body),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        };
        if no { Err(refused()) } else { Ok(body) }
    }

    /// Refuses what only `version` is known to have.
    fn only(&self, version: Version, what: &str) -> Result<()> {
        if self.settings.version == version {
            return Ok(());
        }
        let (own, other) = (self.settings.version.path(), version.path());
        let what = format!("{what} in {own}: no path is published; use an account of {other}");
        Err(Error::unsupported(LABEL, what))
    }
}

/// The entries of an answer: it is a list, or holds one as `data`, or as the only list in `data`.
fn rows(body: Value) -> Result<Vec<Value>> {
    match body {
        Value::Array(items) => Ok(items),
        Value::Object(mut object) => match object.get_mut("data").map(Value::take) {
            Some(Value::Array(items)) => Ok(items),
            Some(Value::Object(inner)) => {
                let mut lists = inner.into_iter().filter_map(|(_, value)| {
                    let Value::Array(items) = value else { return None };
                    Some(items)
                });
                match (lists.next(), lists.next()) {
                    (Some(items), None) => Ok(items),
                    _ => Err(unreadable()),
                }
            }
            Some(Value::Null) => Ok(Vec::new()),
            _ => Err(unreadable()),
        },
        Value::Null => Ok(Vec::new()),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Err(unreadable()),
    }
}

fn records(body: Value) -> Result<Vec<Record>> {
    rows(body)?.into_iter().map(Record::of).collect()
}

/// The entry that an answer is, or holds as `data`: itself, or as a list of one.
fn record(mut body: Value) -> Result<Record> {
    let first =
        |items: Vec<Value>| items.into_iter().next().map_or_else(|| Err(nothing()), Record::of);
    if let Value::Array(items) = body {
        return first(items);
    }
    match body.get_mut("data").map(Value::take) {
        Some(Value::Array(items)) => first(items),
        Some(data @ Value::Object(_)) => Record::of(data),
        Some(_) => Err(unreadable()),
        None => Record::of(body),
    }
}

/// Text, or a number or a boolean as text.
fn text(value: &Value) -> Option<String> {
    value.as_bool().map(|on| on.to_string()).or_else(|| answer::text(value))
}

/// The offset that a page's `next` is, else the `first`.
fn offset(next: Option<&str>, first: usize) -> Result<usize> {
    let wrong = |_| {
        let error = Error::config("the page is none of Netcore's; hand in `next` as it was");
        error.with_provider(LABEL)
    };
    next.map_or(Ok(first), |next| next.parse().map_err(wrong))
}

/// Notes what is no day.
fn check_day(field: &str, day: &str, faults: &mut Vec<Fault>) {
    if day.len() != 10 || day.parse::<jiff::civil::Date>().is_err() {
        faults.push(Fault::new(field, "is no day", "write it as YYYY-MM-DD"));
    }
}

/// Notes a page of none.
fn check_limit(limit: usize, faults: &mut Vec<Fault>) {
    if limit == 0 {
        faults.push(Fault::new("limit", "is 0", "write 1 or more"));
    }
}

/// Notes what says nothing.
fn check_filled(field: &str, text: &str, faults: &mut Vec<Fault>) {
    if text.trim().is_empty() {
        faults.push(Fault::new(field, "is empty", "write it"));
    }
}

/// Notes what is no name of a domain.
fn check_domain(field: &str, domain: &str, faults: &mut Vec<Fault>) {
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '@' | ':');
    if !domain.contains('.') || domain.contains(odd) {
        faults.push(Fault::new(field, "is no domain", "write such as mail.example.com"));
    }
}

/// Refuses a request with faults.
fn checked(faults: Vec<Fault>) -> Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    let error = Error::new(ErrorKind::InvalidMessage, "the request is not valid");
    Err(error.with_faults(faults).with_provider(LABEL))
}

fn unreadable() -> Error {
    let error = Error::new(ErrorKind::Response, "accepted, but the answer cannot be read");
    error.with_provider(LABEL)
}

fn nothing() -> Error {
    let error = Error::new(ErrorKind::Rejected, "the provider knows nothing of that name");
    error.with_provider(LABEL)
}
