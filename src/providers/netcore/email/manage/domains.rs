//! Domains to send from.

use http::Method;
use serde_json::{Value, json};

use super::{
    super::{Account, Version},
    Record, check_domain, checked, nothing, record, rows, text, with_query,
};
use crate::{
    error::Result,
    http::{Page, connection::segment},
};

/// Domains to send from: [`Account::domains`].
///
/// No call that verifies one is published: publish the records that the dashboard shows, and ask
/// with [`get`](Self::get) what Netcore found.
#[derive(Clone, Copy, Debug)]
pub struct Domains<'a> {
    pub(super) account: &'a Account,
}

/// Which domains. Version 6 is not known to filter.
///
/// ```
/// use dakiya::netcore::email::manage::DomainQuery;
///
/// let query = DomainQuery::new().domain("mail.example.com");
/// # let _ = query;
/// ```
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DomainQuery {
    /// Those in this state; its values are not documented.
    pub status: Option<String>,
    /// The one of this name.
    pub domain: Option<String>,
}

impl DomainQuery {
    /// All of them.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets in which state.
    #[must_use]
    pub fn status(mut self, status: impl Into<String>) -> Self {
        self.status = Some(status.into());
        self
    }

    /// Sets the name.
    #[must_use]
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }
}

/// A domain to send from. Its answer is documented in part, so the rest is in `record`.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Domain {
    /// Its name; absent where the answer does not have it as `domain`.
    pub domain: Option<String>,
    /// Its state, as Netcore has it.
    pub status: Option<String>,
    /// Whether its DKIM record was found: `dkim.valid`, which version 6 has for a single domain.
    pub dkim_valid: Option<bool>,
    /// All that the answer says.
    pub record: Record,
}

impl Domain {
    /// Some lists hold names alone.
    fn of(value: Value) -> Result<Self> {
        if let Value::String(name) = value {
            return Ok(Self { domain: Some(name), ..Self::default() });
        }
        Record::of(value).map(Self::from_record)
    }

    fn from_record(record: Record) -> Self {
        let dkim = record.fields.get("dkim").and_then(|dkim| dkim.get("valid"));
        Self {
            domain: record.fields.get("domain").and_then(text),
            status: record.fields.get("status").and_then(text),
            dkim_valid: dkim.and_then(Value::as_bool),
            record,
        }
    }
}

impl Domains<'_> {
    /// Lists them; no pages are documented, so all come at once.
    ///
    /// # Errors
    ///
    /// As in the [module](super); [`Unsupported`](crate::ErrorKind::Unsupported) for a filter in
    /// version 6.
    pub async fn list(&self, query: &DomainQuery) -> Result<Page<Domain>> {
        let filtered = query.status.is_some() || query.domain.is_some();
        let path = match self.account.settings.version {
            Version::V6 if filtered => {
                let error = self.account.only(Version::V51, "a filter of domains");
                return error.map(|()| Page::new(Vec::new(), None));
            }
            Version::V6 => "domains".to_owned(),
            Version::V51 => with_query(
                "domain/getDomains",
                [("status", query.status.clone()), ("domain", query.domain.clone())],
            ),
        };
        let items = rows(self.account.fetch(&path).await?)?;
        Ok(Page::new(items.into_iter().map(Domain::of).collect::<Result<_>>()?, None))
    }

    /// One domain, and in version 6 whether its DKIM record was found.
    ///
    /// # Errors
    ///
    /// As in the [module](super); [`Rejected`](crate::ErrorKind::Rejected) where it is not
    /// registered.
    pub async fn get(&self, domain: &str) -> Result<Domain> {
        let mut faults = Vec::new();
        check_domain("domain", domain, &mut faults);
        checked(faults)?;
        if self.account.settings.version == Version::V6 {
            let body = self.account.fetch(&format!("domains/{}", segment(domain))).await?;
            // Text in the place of a domain says why there is none.
            if body.get("data").is_some_and(Value::is_string) {
                return Err(nothing());
            }
            return record(body).map(Domain::from_record);
        }
        let found = self.list(&DomainQuery::new().domain(domain)).await?.items;
        let named = |one: &Domain| {
            one.domain.as_deref().is_none_or(|name| name.eq_ignore_ascii_case(domain))
        };
        found.into_iter().find(named).ok_or_else(nothing)
    }

    /// Registers a domain of version 5.1; `envelope_name` is its subdomain for opens, clicks and
    /// unsubscribes. The answer is not documented.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn create(&self, domain: &str, envelope_name: &str) -> Result<Record> {
        self.account.only(Version::V51, "adding a domain")?;
        let mut faults = Vec::new();
        check_domain("domain", domain, &mut faults);
        super::check_filled("envelope_name", envelope_name, &mut faults);
        checked(faults)?;
        let body = json!({ "domain": domain, "envelopeName": envelope_name });
        let answer = self.account.submit(Method::POST, "domain", &body).await?;
        if answer.is_null() { Ok(Record::default()) } else { Record::of(answer) }
    }

    /// Deletes a domain of version 5.1.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn delete(&self, domain: &str) -> Result<()> {
        self.account.only(Version::V51, "deleting a domain")?;
        let mut faults = Vec::new();
        check_domain("domain", domain, &mut faults);
        checked(faults)?;
        let body = json!({ "domain": domain });
        self.account.submit(Method::DELETE, "domain/delete", &body).await.map(drop)
    }
}
