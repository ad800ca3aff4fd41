//! Who gets no mail.

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{Account, Version},
    check_domain, check_limit, checked, rows, unreadable, with_query,
};
use crate::{
    error::{Fault, Result},
    http::Page,
    message::EmailAddress,
};

/// How many domains one request takes.
///
/// Source: [Suppress domains](https://emaildocs.netcorecloud.com/reference/add-domains-to-suppression).
const DOMAINS: usize = 1000;

/// The list of version 6.
const LIST: &str = "suppressions/global/domain";

/// Who gets no mail: [`Account::suppressions`].
///
/// Netcore also suppresses on its own who unsubscribed, complained or bounced for good. A mail to
/// a suppressed address is accepted, and reported as dropped later.
#[derive(Clone, Copy, Debug)]
pub struct Suppressions<'a> {
    pub(super) account: &'a Account,
    pub(super) in_query: bool,
}

/// A domain that gets no mail.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SuppressedDomain {
    /// Its name.
    pub domain: String,
    /// When it was added, as `YYYY-MM-DD HH:MM:SS`; in which zone is not documented.
    #[serde(default)]
    pub created: Option<String>,
    /// When it was last changed, in the same form.
    #[serde(default)]
    pub modified: Option<String>,
    /// Its state; its values are not documented.
    #[serde(default)]
    pub status: Option<i64>,
}

impl Suppressions<'_> {
    /// Names what is released in the query, as some programs do, and not in the body, as Netcore's
    /// library does.
    #[must_use]
    pub fn release_in_query(mut self) -> Self {
        self.in_query = true;
        self
    }

    /// Sends no more mail to an address. Of version 5.1, which is known to take one at a time.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn add(&self, email: &EmailAddress) -> Result<()> {
        self.account.only(Version::V51, "suppressing an address")?;
        self.tell(Method::POST, "email", &email.to_ascii_domain()).await
    }

    /// Sends mail to an address again. Of version 5.1.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn remove(&self, email: &EmailAddress) -> Result<()> {
        self.account.only(Version::V51, "releasing an address")?;
        self.release("email", &email.to_ascii_domain()).await
    }

    /// Lists `most` domains that get no mail. Of version 6, without further pages: none are
    /// documented.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn domains(&self, most: usize) -> Result<Page<SuppressedDomain>> {
        self.account.only(Version::V6, "the list of suppressed domains")?;
        let mut faults = Vec::new();
        check_limit(most, &mut faults);
        checked(faults)?;
        let path = with_query(LIST, [("limit", Some(most.to_string()))]);
        let items = rows(self.account.fetch(&path).await?)?.into_iter();
        let read = |item| serde_json::from_value(item).map_err(|_| unreadable());
        Ok(Page::new(items.map(read).collect::<Result<_>>()?, None))
    }

    /// Sends no more mail to anyone at `domains`.
    ///
    /// Version 6 takes 1000 in a request, version 5.1 one; where a request fails, those of the
    /// requests before it are suppressed. That version 6 takes them at the path of its list is
    /// inferred: a [`Config`](crate::ErrorKind::Config) error says that it does not.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn add_domains(&self, domains: &[&str]) -> Result<()> {
        let mut faults = Vec::new();
        for (index, domain) in domains.iter().enumerate() {
            check_domain(&format!("domains[{index}]"), domain, &mut faults);
        }
        if domains.is_empty() {
            faults.push(Fault::new("domains", "is empty", "name one or more"));
        }
        checked(faults)?;
        if self.account.settings.version == Version::V51 {
            for domain in domains {
                self.tell(Method::POST, "domain", domain).await?;
            }
            return Ok(());
        }
        for some in domains.chunks(DOMAINS) {
            self.account.submit(Method::POST, LIST, &json!({ "domains": some })).await?;
        }
        Ok(())
    }

    /// Sends mail to a domain again. Of version 5.1.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn remove_domain(&self, domain: &str) -> Result<()> {
        self.account.only(Version::V51, "releasing a domain")?;
        let mut faults = Vec::new();
        check_domain("domain", domain, &mut faults);
        checked(faults)?;
        self.release("domain", domain).await
    }

    async fn release(&self, name: &str, value: &str) -> Result<()> {
        if !self.in_query {
            return self.tell(Method::DELETE, name, value).await;
        }
        let path = with_query("suppression", [(name, Some(value.to_owned()))]);
        self.account.ask(Method::DELETE, &path, None).await.map(drop)
    }

    async fn tell(&self, method: Method, name: &str, value: &str) -> Result<()> {
        let body = Value::Object([(name.to_owned(), value.into())].into_iter().collect());
        self.account.submit(method, "suppression", &body).await.map(drop)
    }
}
