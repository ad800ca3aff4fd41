//! Who is not written to, and who is always: one list each, all of one shape.

use std::{fmt, marker::PhantomData};

use bytes::Bytes;
use http::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{ask, bare, date, limit, page, present, tell, text};
use crate::{
    error::{Error, Fault, Result},
    http::{
        Page,
        connection::{read, segment},
        multipart::Form,
    },
    message::EmailAddress,
    providers::mailgun::{Mailgun, email::LABEL, error},
    time::Timestamp,
};

/// How many entries one request lists or adds.
const MOST: usize = 1000;
/// How many bytes an import has: 25 MB.
const IMPORT: usize = 25_000_000;

/// An entry of one of the four lists. Sealed.
pub trait Entry: sealed::Sealed + Serialize + DeserializeOwned + Send + Sync {
    /// The list's name in the path.
    #[doc(hidden)]
    const LIST: &'static str;
}

mod sealed {
    #[expect(unnameable_types, reason = "that is how it seals")]
    pub trait Sealed {}
    impl Sealed for super::Allowed {}
    impl Sealed for super::Bounce {}
    impl Sealed for super::Complaint {}
    impl Sealed for super::Unsubscribed {}
}

impl Entry for Allowed {
    const LIST: &'static str = "whitelists";
}
impl Entry for Bounce {
    const LIST: &'static str = "bounces";
}
impl Entry for Complaint {
    const LIST: &'static str = "complaints";
}
impl Entry for Unsubscribed {
    const LIST: &'static str = "unsubscribes";
}

impl Mailgun {
    /// The addresses of the domain that bounced.
    #[must_use]
    pub fn bounces(&self) -> Suppressions<'_, Bounce> {
        Suppressions { account: self, entry: PhantomData }
    }

    /// The people who marked a mail of the domain as spam.
    #[must_use]
    pub fn complaints(&self) -> Suppressions<'_, Complaint> {
        Suppressions { account: self, entry: PhantomData }
    }

    /// The people who unsubscribed from the domain, or from a tag of it.
    #[must_use]
    pub fn unsubscribes(&self) -> Suppressions<'_, Unsubscribed> {
        Suppressions { account: self, entry: PhantomData }
    }

    /// The addresses and domains whose bounces suppress nothing.
    #[must_use]
    pub fn allowlist(&self) -> Suppressions<'_, Allowed> {
        Suppressions { account: self, entry: PhantomData }
    }
}

/// One list of a domain.
///
/// Source: [Suppressions](https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/bounces).
pub struct Suppressions<'a, T> {
    account: &'a Mailgun,
    entry: PhantomData<fn() -> T>,
}

impl<T: Entry> Suppressions<'_, T> {
    /// A page of at most `most` entries, 1 to 1 000. With the `next` of the page before it is the
    /// one after that, as long as the first.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn list(&self, most: usize, next: Option<&str>) -> Result<Page<T>> {
        let query = vec![("limit", limit(most, MOST)?)];
        page(self.account, &self.path(), query, next).await
    }

    /// The entry of an address, or of a domain on the allow list; `None` where there is none.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn get(&self, value: &str) -> Result<Option<T>> {
        let request = bare(self.account, Method::GET, &self.entry(value)?, Vec::new());
        let response = self.account.call(request.map_err(|e| e.with_provider(LABEL))?).await?;
        if error::absent(&response) {
            return Ok(None);
        }
        if !response.status().is_success() {
            return Err(error::from_response(&response, self.account.connection.now()));
        }
        read(&response).map(Some).map_err(|error| error.with_provider(LABEL))
    }

    /// Adds one entry.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn add(&self, entry: &T) -> Result<()> {
        self.add_many(std::slice::from_ref(entry)).await
    }

    /// Adds 1 to 1 000 entries.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn add_many(&self, entries: &[T]) -> Result<()> {
        if entries.is_empty() || entries.len() > MOST {
            let problem = format!("are {}, Mailgun takes 1 to {MOST}", entries.len());
            return Err(invalid("entries", problem, "add them in parts"));
        }
        let request = self.account.connection.json(Method::POST, &self.path(), entries);
        tell(self.account, request).await.map(drop)
    }

    /// Adds the entries of a CSV file of at most 25 MB.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn import(&self, csv: impl Into<Bytes> + Send) -> Result<()> {
        let csv = csv.into();
        if csv.is_empty() || csv.len() > IMPORT {
            let problem = format!("has {} bytes, Mailgun takes 1 to {IMPORT}", csv.len());
            return Err(invalid("csv", problem, "import it in parts"));
        }
        let mut form = Form::default();
        form.file("file", "import.csv", "text/csv", csv);
        let (content_type, body) = form.finish();
        let path = format!("{}/import", self.path());
        let request = self.account.connection.request(Method::POST, &path, body);
        let request = request.and_then(|mut request| {
            let value = http::HeaderValue::from_str(&content_type)
                .map_err(|_| Error::config("the form has no boundary"))?;
            request.headers_mut().insert(http::header::CONTENT_TYPE, value);
            Ok(request)
        });
        tell(self.account, request).await.map(drop)
    }

    /// Removes the entry of an address, or of a domain on the allow list.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn remove(&self, value: &str) -> Result<()> {
        let request = bare(self.account, Method::DELETE, &self.entry(value)?, Vec::new());
        tell(self.account, request).await.map(drop)
    }

    /// Removes **every** entry of the list.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn remove_all(&self) -> Result<()> {
        let request = bare(self.account, Method::DELETE, &self.path(), Vec::new());
        ask::<serde::de::IgnoredAny>(self.account, request).await.map(drop)
    }

    fn path(&self) -> String {
        format!("v3/{}/{}", segment(&self.account.domain), T::LIST)
    }

    fn entry(&self, value: &str) -> Result<String> {
        // Without it the path would be the whole list's.
        present("value", value)?;
        Ok(format!("{}/{}", self.path(), segment(value)))
    }
}

fn invalid(field: &str, problem: String, remedy: &str) -> Error {
    Error::invalid(vec![Fault::new(field, problem, remedy)]).with_provider(LABEL)
}

impl<T> fmt::Debug for Suppressions<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Suppressions")
    }
}

/// An address that bounced.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounce {
    /// Who.
    pub address: EmailAddress,
    /// The SMTP code, such as `550`.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// What the receiving server said; may quote the address.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub error: String,
    /// When.
    #[serde(default, deserialize_with = "date", skip_serializing)]
    pub created_at: Option<Timestamp>,
}

impl Bounce {
    /// A bounce of `address`.
    #[must_use]
    pub fn new(address: EmailAddress) -> Self {
        Self { address, code: String::new(), error: String::new(), created_at: None }
    }
}

impl fmt::Debug for Bounce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bounce({:?}, {})", self.address, self.code)
    }
}

/// A person who marked a mail as spam.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    /// Who.
    pub address: EmailAddress,
    /// When.
    #[serde(default, deserialize_with = "date", skip_serializing)]
    pub created_at: Option<Timestamp>,
}

impl Complaint {
    /// A complaint by `address`.
    #[must_use]
    pub fn new(address: EmailAddress) -> Self {
        Self { address, created_at: None }
    }
}

/// A person who unsubscribed.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsubscribed {
    /// Who.
    pub address: EmailAddress,
    /// From which tags; `*` is all mail of the domain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// When.
    #[serde(default, deserialize_with = "date", skip_serializing)]
    pub created_at: Option<Timestamp>,
}

impl Unsubscribed {
    /// Unsubscribes `address` from all mail of the domain.
    #[must_use]
    pub fn new(address: EmailAddress) -> Self {
        Self { address, tags: Vec::new(), created_at: None }
    }

    /// From this tag alone, and from those named before.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }
}

/// What an entry of the allow list names.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllowedKind {
    /// One address.
    #[default]
    Address,
    /// All of a domain.
    Domain,
}

/// An address or domain whose bounces suppress nothing.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Allowed {
    /// The address, or the domain.
    pub value: String,
    /// Which of the two.
    #[serde(rename = "type", default)]
    pub kind: AllowedKind,
    /// Why.
    #[serde(default, deserialize_with = "text")]
    pub reason: String,
    /// When.
    #[serde(rename = "createdAt", default, deserialize_with = "date")]
    pub created_at: Option<Timestamp>,
}

impl Allowed {
    /// Allows one address.
    #[must_use]
    pub fn address(address: &EmailAddress) -> Self {
        let value = address.to_ascii_domain().into_owned();
        Self { value, kind: AllowedKind::Address, reason: String::new(), created_at: None }
    }

    /// Allows all of a domain.
    #[must_use]
    pub fn domain(domain: impl Into<String>) -> Self {
        let value = domain.into();
        Self { value, kind: AllowedKind::Domain, reason: String::new(), created_at: None }
    }

    /// Says why.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }
}

/// As it is added: `address` or `domain`, and the reason.
impl Serialize for Allowed {
    fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = to.serialize_map(None)?;
        let name = match self.kind {
            AllowedKind::Address => "address",
            AllowedKind::Domain => "domain",
        };
        map.serialize_entry(name, &self.value)?;
        if !self.reason.is_empty() {
            map.serialize_entry("reason", &self.reason)?;
        }
        map.end()
    }
}

impl fmt::Debug for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Allowed({:?})", self.kind)
    }
}
