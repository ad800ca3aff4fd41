//! Domains to send from.

use std::collections::BTreeMap;

use http::Method;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::{super::SendGrid, length, limit, offset, with_query};
use crate::{
    error::Result,
    http::{Page, answer::text, connection::segment},
};

/// Domains to send from: [`SendGrid::domains`].
///
/// A DMARC record is the host's own to publish.
///
/// Source: [Domain authentication](https://www.twilio.com/docs/sendgrid/api-reference/domain-authentication).
#[derive(Clone, Copy, Debug)]
pub struct Domains<'a> {
    pub(super) account: &'a SendGrid,
}

/// A domain to authenticate.
///
/// ```
/// use dakiya::sendgrid::manage::NewDomain;
///
/// let domain = NewDomain::new("example.com").subdomain("mail");
/// # let _ = domain;
/// ```
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NewDomain {
    /// The domain.
    pub domain: String,
    /// The subdomain of the records; SendGrid's choice when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subdomain: Option<String>,
    /// The subuser that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The addresses of its custom SPF record.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ips: Vec<String>,
    /// Whether it has an SPF record of its own. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_spf: Option<bool>,
    /// Whether it is the one of senders that match no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<bool>,
    /// Whether SendGrid keeps SPF and DKIM behind three CNAMEs. Default: true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automatic_security: Option<bool>,
    /// The DKIM selector: three letters or digits at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_dkim_selector: Option<String>,
    /// `global` or `eu`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

impl NewDomain {
    /// `domain`, with SendGrid's choice of everything.
    #[must_use]
    pub fn new(domain: impl Into<String>) -> Self {
        Self { domain: domain.into(), ..Self::default() }
    }

    /// Sets the subdomain of the records.
    #[must_use]
    pub fn subdomain(mut self, subdomain: impl Into<String>) -> Self {
        self.subdomain = Some(subdomain.into());
        self
    }

    /// Sets whether SendGrid keeps SPF and DKIM behind three CNAMEs.
    #[must_use]
    pub fn automatic_security(mut self, on: bool) -> Self {
        self.automatic_security = Some(on);
        self
    }

    /// Sets the DKIM selector.
    #[must_use]
    pub fn dkim_selector(mut self, selector: impl Into<String>) -> Self {
        self.custom_dkim_selector = Some(selector.into());
        self
    }

    /// Sets where the domain's mail is kept.
    #[must_use]
    pub fn region(mut self, region: super::super::Region) -> Self {
        let region = match region {
            super::super::Region::Eu => "eu",
            super::super::Region::Global => "global",
        };
        self.region = Some(region.into());
        self
    }
}

/// A domain to send from.
#[expect(clippy::struct_excessive_bools, reason = "they are the API's")]
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Domain {
    /// Its id.
    #[serde(deserialize_with = "id")]
    pub id: String,
    /// The domain.
    pub domain: String,
    /// The subdomain of its records.
    #[serde(default)]
    pub subdomain: Option<String>,
    /// Whether all records were found.
    #[serde(default)]
    pub valid: bool,
    /// Whether it is the one of senders that match no other.
    #[serde(default)]
    pub default: bool,
    /// Whether it is of the old form.
    #[serde(default)]
    pub legacy: bool,
    /// Whether SendGrid keeps SPF and DKIM behind three CNAMEs.
    #[serde(default)]
    pub automatic_security: bool,
    /// Whether it has an SPF record of its own.
    #[serde(default)]
    pub custom_spf: bool,
    /// The addresses of its custom SPF record.
    #[serde(default, deserialize_with = "super::or_default")]
    pub ips: Vec<String>,
    /// The records to publish, by SendGrid's names: `mail_cname`, `dkim1`, `dkim2`, or
    /// `mail_server`, `subdomain_spf`, `dkim`.
    #[serde(default, deserialize_with = "super::or_default")]
    pub dns: BTreeMap<String, DnsRecord>,
}

/// A record to publish.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DnsRecord {
    /// Whether it was found.
    #[serde(default)]
    pub valid: bool,
    /// `cname`, `mx` or `txt`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub host: String,
    /// Its value.
    pub data: String,
}

/// What a validation found.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DomainValidation {
    /// The domain's id.
    #[serde(deserialize_with = "id")]
    pub id: String,
    /// Whether all records were found.
    #[serde(default)]
    pub valid: bool,
    /// What became of each record, by SendGrid's names.
    #[serde(default, rename = "validation_results", deserialize_with = "super::or_default")]
    pub records: BTreeMap<String, RecordValidation>,
}

/// Whether one record was found.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RecordValidation {
    /// Whether it was.
    #[serde(default)]
    pub valid: bool,
    /// Why not.
    #[serde(default)]
    pub reason: Option<String>,
}

/// An id that is a number, or text.
pub(super) fn id<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<String, D::Error> {
    text(&Value::deserialize(from)?).ok_or_else(|| serde::de::Error::custom("no id"))
}

const DOMAINS: &str = "v3/whitelabel/domains";

fn one(id: &str) -> String {
    format!("{DOMAINS}/{}", segment(id))
}

impl Domains<'_> {
    /// Lists a page of `most` domains, `next` being the last page's.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn list(&self, most: usize, next: Option<&str>) -> Result<Page<Domain>> {
        limit(most, 500)?;
        let from = offset(next)?;
        let query = [("limit", Some(most.to_string())), ("offset", Some(from.to_string()))];
        Ok(Page::at(from, self.account.fetch(&with_query(DOMAINS, query)).await?, most))
    }

    /// Lists those of this name, of the account and not of its subusers.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn named(&self, domain: &str) -> Result<Vec<Domain>> {
        let query = [("domain", Some(domain)), ("exclude_subusers", Some("true"))];
        self.account.fetch(&with_query(DOMAINS, query)).await
    }

    /// Lists those of a subuser.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn of_subuser(&self, username: &str) -> Result<Vec<Domain>> {
        let query = [("username", Some(username))];
        self.account.fetch(&with_query(DOMAINS, query)).await
    }

    /// The one that a subuser of this name, or the account itself, was given to send from; `None`
    /// where there is none.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn given_to(&self, subuser: Option<&str>) -> Result<Option<Domain>> {
        let query = [("username", subuser.map(str::to_owned))];
        match self.account.fetch(&with_query(&format!("{DOMAINS}/subuser"), query)).await {
            Ok(domain) => Ok(Some(domain)),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The one of senders that match no other.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn default_domain(&self) -> Result<Domain> {
        self.account.fetch(&format!("{DOMAINS}/default")).await
    }

    /// Begins to authenticate a domain; publish the records of the answer, then
    /// [`verify`](Self::verify).
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn create(&self, domain: &NewDomain) -> Result<Domain> {
        if let Some(selector) = &domain.custom_dkim_selector {
            length("custom_dkim_selector", selector, 3)?;
        }
        self.account.submit(Method::POST, DOMAINS, domain).await
    }

    /// One domain.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn get(&self, id: &str) -> Result<Domain> {
        self.account.fetch(&one(id)).await
    }

    /// Changes whether it is the default, and whether it has an SPF record of its own; what is
    /// `None` stays.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn update(
        &self,
        id: &str,
        default: Option<bool>,
        custom_spf: Option<bool>,
    ) -> Result<Domain> {
        let mut body = serde_json::Map::new();
        for (name, value) in [("default", default), ("custom_spf", custom_spf)] {
            if let Some(value) = value {
                body.insert(name.into(), json!(value));
            }
        }
        self.account.submit(Method::PATCH, &one(id), &body).await
    }

    /// Looks for the records.
    ///
    /// # Errors
    ///
    /// As in the [module](super). Records that are missing are no error: see
    /// [`valid`](DomainValidation::valid).
    pub async fn verify(&self, id: &str) -> Result<DomainValidation> {
        self.account.submit(Method::POST, &format!("{}/validate", one(id)), &json!({})).await
    }

    /// Deletes a domain.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn delete(&self, id: &str) -> Result<()> {
        self.account.delete(&one(id)).await
    }
}
