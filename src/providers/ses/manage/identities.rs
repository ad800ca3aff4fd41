//! The addresses and domains to send from.

use std::collections::BTreeMap;

use http::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::{
    super::{Ses, email::LABEL},
    Done, NOTHING, ResourceTag, page, with_query,
};
use crate::{
    debug::show,
    error::{Error, Fault, Result},
    http::{Page, connection::segment},
    time::Timestamp,
};

const PATH: &str = "v2/email/identities";

/// The addresses and domains to send from: [`Ses::identities`].
///
/// Source: [identities](https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html).
#[derive(Clone, Copy, Debug)]
pub struct Identities<'a>(&'a Ses);

impl<'a> Identities<'a> {
    pub(super) fn new(account: &'a Ses) -> Self {
        Self(account)
    }

    /// Begins the verification of an address or domain. To an address SES writes a mail with a
    /// link; for a domain publish [`Identity::dkim_records`].
    ///
    /// # Errors
    ///
    /// As for a send; `AlreadyExistsException` where there is one.
    pub async fn create(&self, identity: &NewIdentity) -> Result<Identity> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Body<'a> {
            email_identity: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            dkim_signing_attributes: Option<SigningAttributes<'a>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            configuration_set_name: Option<&'a str>,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            tags: &'a [ResourceTag],
        }
        check(&identity.name)?;
        let body = Body {
            email_identity: &identity.name,
            dkim_signing_attributes: identity.signing_attributes(),
            configuration_set_name: identity.configuration_set.as_deref(),
            tags: &identity.tags,
        };
        let mut created: Identity = self.0.call(Method::POST, PATH, Some(&body)).await?;
        created.name.clone_from(&identity.name);
        Ok(created)
    }

    /// Reads an identity.
    ///
    /// # Errors
    ///
    /// As for a send.
    pub async fn get(&self, name: &str) -> Result<Identity> {
        check(name)?;
        let mut found: Identity = self.0.call(Method::GET, &path(name), NOTHING).await?;
        name.clone_into(&mut found.name);
        Ok(found)
    }

    /// Removes an identity: nothing can be sent from it then.
    ///
    /// # Errors
    ///
    /// As for a send.
    pub async fn delete(&self, name: &str) -> Result<()> {
        check(name)?;
        self.0.call::<Done>(Method::DELETE, &path(name), NOTHING).await.map(drop)
    }

    /// One page of what there is. `next` is that of the page before.
    ///
    /// # Errors
    ///
    /// As for a send.
    pub async fn list(
        &self,
        limit: Option<u32>,
        next: Option<&str>,
    ) -> Result<Page<IdentitySummary>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            #[serde(default, deserialize_with = "super::or_default")]
            email_identities: Vec<IdentitySummary>,
            #[serde(default)]
            next_token: Option<String>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Body<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            page_size: Option<u32>,
            #[serde(skip_serializing_if = "Option::is_none")]
            next_token: Option<&'a str>,
        }
        let body = Body { page_size: limit, next_token: next };
        let answer = self.0.call::<Answer>(Method::POST, "v2/email/list-identities", Some(&body));
        // What speaks an older model knows another path alone. The call itself finds nothing not.
        let unknown = |error: &Error| matches!(error.status(), Some(404 | 405 | 501));
        let answer = match answer.await {
            Err(error) if unknown(&error) => {
                let path = with_query(PATH, page(limit, next));
                self.0.call(Method::GET, &path, NOTHING).await?
            }
            answer => answer?,
        };
        Ok(Page::new(answer.email_identities, answer.next_token))
    }

    /// Sets whether mails from the identity are signed by DKIM.
    ///
    /// # Errors
    ///
    /// As for a send.
    pub async fn set_dkim_signing(&self, name: &str, on: bool) -> Result<()> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Body {
            signing_enabled: bool,
        }
        self.put(name, "dkim", &Body { signing_enabled: on }).await
    }

    /// Signs by keys of AWS from now on, of this length, renewed by AWS. The records that it takes
    /// are in the answer to [`get`](Self::get).
    ///
    /// # Errors
    ///
    /// As for a send.
    pub async fn use_aws_dkim(&self, name: &str, length: DkimKeyLength) -> Result<()> {
        let attributes =
            SigningAttributes { next_signing_key_length: Some(length), ..Default::default() };
        self.put_signing(name, "AWS_SES", attributes).await
    }

    /// Signs by the host's own key from now on.
    ///
    /// # Errors
    ///
    /// As for a send.
    pub async fn use_own_dkim(&self, name: &str, key: &ByoDkim) -> Result<()> {
        self.put_signing(name, "EXTERNAL", SigningAttributes::of(key)).await
    }

    /// Sets the domain that bounces go to, or back to AWS's own with `None`. It needs an MX and an
    /// SPF record.
    ///
    /// # Errors
    ///
    /// As for a send.
    pub async fn set_mail_from(
        &self,
        name: &str,
        domain: Option<&str>,
        on_mx_failure: BehaviorOnMxFailure,
    ) -> Result<()> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Body<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            mail_from_domain: Option<&'a str>,
            behavior_on_mx_failure: BehaviorOnMxFailure,
        }
        let body = Body { mail_from_domain: domain, behavior_on_mx_failure: on_mx_failure };
        self.put(name, "mail-from", &body).await
    }

    async fn put_signing(
        &self,
        name: &str,
        origin: &'static str,
        signing_attributes: SigningAttributes<'_>,
    ) -> Result<()> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Body<'a> {
            signing_attributes_origin: &'static str,
            signing_attributes: SigningAttributes<'a>,
        }
        let body = Body { signing_attributes_origin: origin, signing_attributes };
        self.put(name, "dkim/signing", &body).await
    }

    async fn put(&self, name: &str, what: &str, body: &(impl Serialize + Sync)) -> Result<()> {
        check(name)?;
        let path = format!("{}/{what}", path(name));
        self.0.call::<Done>(Method::PUT, &path, Some(body)).await.map(drop)
    }
}

fn path(name: &str) -> String {
    format!("{PATH}/{}", segment(name))
}

fn check(name: &str) -> Result<()> {
    if name.trim().is_empty() {
        let fault = Fault::new("name", "is empty", "write an address or a domain");
        return Err(Error::invalid(vec![fault]).with_provider(LABEL));
    }
    match super::dots(name) {
        Some(fault) => Err(Error::invalid(vec![fault]).with_provider(LABEL)),
        None => Ok(()),
    }
}

/// An identity to verify.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct NewIdentity {
    /// An address or a domain.
    pub name: String,
    /// The configuration set of mails that name none.
    pub configuration_set: Option<String>,
    /// The host's own DKIM key, of a domain. Default: keys of AWS.
    pub own_dkim: Option<ByoDkim>,
    /// How long the keys of AWS are. Default: as AWS chooses.
    pub dkim_key_length: Option<DkimKeyLength>,
    /// By what policies and bills tell it.
    pub tags: Vec<ResourceTag>,
}

impl NewIdentity {
    /// An address or a domain.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            configuration_set: None,
            own_dkim: None,
            dkim_key_length: None,
            tags: Vec::new(),
        }
    }

    /// Adds a tag.
    #[must_use]
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.push(ResourceTag::new(key, value));
        self
    }

    /// Sets the configuration set of mails that name none.
    #[must_use]
    pub fn configuration_set(mut self, name: impl Into<String>) -> Self {
        self.configuration_set = Some(name.into());
        self
    }

    /// Sets the host's own DKIM key.
    #[must_use]
    pub fn own_dkim(mut self, key: ByoDkim) -> Self {
        self.own_dkim = Some(key);
        self
    }

    /// Sets how long the keys of AWS are.
    #[must_use]
    pub fn dkim_key_length(mut self, length: DkimKeyLength) -> Self {
        self.dkim_key_length = Some(length);
        self
    }

    fn signing_attributes(&self) -> Option<SigningAttributes<'_>> {
        match (&self.own_dkim, self.dkim_key_length) {
            (Some(key), _) => Some(SigningAttributes::of(key)),
            (None, Some(length)) => Some(SigningAttributes {
                next_signing_key_length: Some(length),
                ..Default::default()
            }),
            (None, None) => None,
        }
    }
}

/// A DKIM key of the host's own.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct ByoDkim {
    /// The selector under which its public half is published.
    pub selector: String,
    /// The private key: PKCS#1 or PKCS#8 in base64, on one line, without its first and last.
    pub private_key: SecretString,
}

impl ByoDkim {
    /// A key under a selector.
    #[must_use]
    pub fn new(selector: impl Into<String>, private_key: impl Into<SecretString>) -> Self {
        Self { selector: selector.into(), private_key: private_key.into() }
    }
}

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct SigningAttributes<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    domain_signing_selector: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain_signing_private_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_signing_key_length: Option<DkimKeyLength>,
}

impl<'a> SigningAttributes<'a> {
    fn of(key: &'a ByoDkim) -> Self {
        Self {
            domain_signing_selector: Some(&key.selector),
            domain_signing_private_key: Some(key.private_key.expose_secret()),
            next_signing_key_length: None,
        }
    }
}

/// How long a DKIM key of AWS is.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DkimKeyLength {
    /// 1024 bits.
    #[serde(rename = "RSA_1024_BIT")]
    Rsa1024,
    /// 2048 bits.
    #[serde(rename = "RSA_2048_BIT")]
    Rsa2048,
    /// One that this version does not know.
    #[serde(other, skip_serializing)]
    Other,
}

/// What happens to a mail where the MX record of the MAIL FROM domain is missing.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BehaviorOnMxFailure {
    /// It goes out with AWS's own domain.
    UseDefaultValue,
    /// It is refused.
    RejectMessage,
    /// One that this version does not know.
    #[serde(other, skip_serializing)]
    Other,
}

/// What an identity is.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IdentityKind {
    /// A domain, with all of its addresses.
    Domain,
    /// One address.
    EmailAddress,
    /// A domain that AWS manages.
    ManagedDomain,
    /// One that this version does not know.
    #[serde(other)]
    Other,
}

/// How far a verification is.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VerificationStatus {
    /// It failed: begin anew.
    Failed,
    /// It has not begun.
    NotStarted,
    /// It waits for the records, or for the link to be followed.
    Pending,
    /// It is verified.
    Success,
    /// The records could not be read for now.
    TemporaryFailure,
    /// One that this version does not know.
    #[serde(other)]
    Other,
}

/// An identity. `Debug` hides its name, which may be a person's address.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Identity {
    /// The address or domain.
    #[serde(skip)]
    pub name: String,
    /// What it is.
    #[serde(rename = "IdentityType", default)]
    pub kind: Option<IdentityKind>,
    /// Whether mails may come from it.
    #[serde(rename = "VerifiedForSendingStatus", default, deserialize_with = "super::or_default")]
    pub verified: bool,
    /// How far the verification is; the answer to [`Identities::create`] does not say.
    #[serde(default)]
    pub verification_status: Option<VerificationStatus>,
    /// How mails are signed.
    #[serde(rename = "DkimAttributes", default)]
    pub dkim: Option<Dkim>,
    /// The domain that bounces go to.
    #[serde(rename = "MailFromAttributes", default)]
    pub mail_from: Option<MailFrom>,
    /// Whether bounces and complaints are forwarded by mail.
    #[serde(rename = "FeedbackForwardingStatus", default)]
    pub feedback_forwarding: Option<bool>,
    /// The configuration set of mails that name none.
    #[serde(rename = "ConfigurationSetName", default)]
    pub configuration_set: Option<String>,
    /// What was found of it last.
    #[serde(rename = "VerificationInfo", default)]
    pub verification: Option<Verification>,
    /// Who else may send from it: policies as JSON, by name.
    #[serde(default, deserialize_with = "super::or_default")]
    pub policies: BTreeMap<String, String>,
    /// By what policies and bills tell it.
    #[serde(default, deserialize_with = "super::or_default")]
    pub tags: Vec<ResourceTag>,
}

/// What was found of an identity last, and why it is not verified.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Verification {
    /// When SES looked last.
    #[serde(default, deserialize_with = "super::time")]
    pub last_checked_timestamp: Option<Timestamp>,
    /// When it was verified last.
    #[serde(default, deserialize_with = "super::time")]
    pub last_success_timestamp: Option<Timestamp>,
    /// What was wrong: `HOST_NOT_FOUND`, `TYPE_NOT_FOUND`, `INVALID_VALUE`, `DNS_SERVER_ERROR`,
    /// `SERVICE_ERROR` or another.
    #[serde(default)]
    pub error_type: Option<String>,
    /// The domain's start of authority, as SES saw it.
    #[serde(default, rename = "SOARecord")]
    pub soa_record: Option<SoaRecord>,
}

/// A domain's start of authority. `Debug` hides the administrator.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SoaRecord {
    /// The primary name server.
    #[serde(default)]
    pub primary_name_server: Option<String>,
    /// The administrator's address.
    #[serde(default)]
    pub admin_email: Option<String>,
    /// The serial number.
    #[serde(default)]
    pub serial_number: Option<u64>,
}

show!(SoaRecord { primary_name_server, serial_number });

impl Identity {
    /// The records to publish so that AWS's keys sign for the domain: none for an address, or where
    /// the host's own key signs.
    #[must_use]
    pub fn dkim_records(&self) -> Vec<DnsRecord> {
        /// Where the answer names no zone: the one of the first regions.
        const ZONE: &str = "dkim.amazonses.com";
        let Some(dkim) = self.dkim.as_ref() else { return Vec::new() };
        let own_key = dkim.signing_attributes_origin.as_deref() == Some("EXTERNAL");
        if own_key || self.kind == Some(IdentityKind::EmailAddress) {
            return Vec::new();
        }
        let zone = dkim.signing_hosted_zone.as_deref().unwrap_or(ZONE);
        let record = |token: &String| DnsRecord {
            name: format!("{token}._domainkey.{}", self.name),
            kind: "CNAME",
            value: format!("{token}.{zone}"),
        };
        dkim.tokens.iter().map(record).collect()
    }
}

show!(Identity { kind, verified, verification_status });

/// A DNS record to publish.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsRecord {
    /// Its name, without a dot at its end.
    pub name: String,
    /// Its type, such as `CNAME`.
    pub kind: &'static str,
    /// What it says.
    pub value: String,
}

/// How mails from an identity are signed by DKIM.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Dkim {
    /// Whether they are.
    #[serde(default, deserialize_with = "super::or_default")]
    pub signing_enabled: bool,
    /// Whether the records were found.
    #[serde(default)]
    pub status: Option<VerificationStatus>,
    /// The names of the records, or the selector of the host's own key.
    #[serde(default, deserialize_with = "super::or_default")]
    pub tokens: Vec<String>,
    /// Below which zone the records point.
    #[serde(default)]
    pub signing_hosted_zone: Option<String>,
    /// `AWS_SES`, one of its regions, or `EXTERNAL` for the host's own key.
    #[serde(default)]
    pub signing_attributes_origin: Option<String>,
    /// How long the key is.
    #[serde(default)]
    pub current_signing_key_length: Option<DkimKeyLength>,
    /// How long the next key will be.
    #[serde(default)]
    pub next_signing_key_length: Option<DkimKeyLength>,
    /// Since when there is the key.
    #[serde(default, deserialize_with = "super::time")]
    pub last_key_generation_timestamp: Option<Timestamp>,
}

/// The domain that bounces go to.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MailFrom {
    /// The domain; AWS's own when absent.
    #[serde(default)]
    pub mail_from_domain: Option<String>,
    /// Whether its MX record was found: `PENDING`, `SUCCESS`, `FAILED`, `TEMPORARY_FAILURE`.
    #[serde(default)]
    pub mail_from_domain_status: Option<VerificationStatus>,
    /// What happens where it is not.
    #[serde(default)]
    pub behavior_on_mx_failure: Option<BehaviorOnMxFailure>,
}

/// An identity in a list. `Debug` hides its name.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct IdentitySummary {
    /// The address or domain.
    #[serde(rename = "IdentityName")]
    pub name: String,
    /// What it is.
    #[serde(rename = "IdentityType", default)]
    pub kind: Option<IdentityKind>,
    /// Whether mails may come from it.
    #[serde(default)]
    pub sending_enabled: Option<bool>,
    /// How far the verification is.
    #[serde(default)]
    pub verification_status: Option<VerificationStatus>,
}

show!(IdentitySummary { kind, sending_enabled, verification_status });
