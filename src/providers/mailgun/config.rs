//! The account: key, domain and settings. The only file that exposes the key.

use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::{
    MailgunBuilder,
    email::{LABEL, Options},
};
use crate::{
    error::{Error, Result},
    http::connection::{Connection, basic},
    message::Mailbox,
    time::Timestamp,
};

/// Where a domain lives: whose servers keep its mails.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// `https://api.mailgun.net`.
    #[default]
    Us,
    /// `https://api.eu.mailgun.net`.
    Eu,
}

impl Region {
    pub(super) fn endpoint(self) -> &'static str {
        match self {
            Self::Us => "https://api.mailgun.net",
            Self::Eu => "https://api.eu.mailgun.net",
        }
    }

    pub(super) fn other(self) -> Self {
        match self {
            Self::Us => Self::Eu,
            Self::Eu => Self::Us,
        }
    }
}

/// A sending domain of an account at Mailgun. Cheap to clone.
///
/// ```
/// use dakiya::{Mailbox, mailgun::{Mailgun, Region}};
///
/// # #[cfg(feature = "reqwest")] {
/// let account = Mailgun::builder("key-3f1c9c0e5b7a4d2f", "mg.example.com")
///     .from(Mailbox::parse("Acme Billing <billing@mg.example.com>")?)
///     .region(Region::Eu)
///     .build()?;
/// # let _ = account;
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Mailgun {
    pub(super) api_key: SecretString,
    pub(super) domain: String,
    pub(super) subaccount: Option<HeaderValue>,
    pub(super) from: Option<Mailbox>,
    pub(super) defaults: Options,
    pub(super) schedule_ahead: Duration,
    pub(super) whole_texts: bool,
    /// The region that is called, where it is one of Mailgun's own hosts.
    pub(super) region: Option<Region>,
    pub(super) connection: Connection,
}

impl Mailgun {
    /// An account with a private key, or a sending key of `domain`, and the domain it sends from.
    pub fn builder(api_key: impl Into<SecretString>, domain: impl Into<String>) -> MailgunBuilder {
        MailgunBuilder::new(api_key.into(), domain.into())
    }

    /// Authorizes and sends one request.
    pub(super) async fn execute(
        &self,
        request: Request<Bytes>,
        deadline: Option<Timestamp>,
    ) -> Result<Response<Bytes>> {
        let request = self.authorize(request)?;
        self.connection.send(request, deadline).await
    }

    /// The same for a call that is no send, which ends after 30 s.
    pub(super) async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let request = self.authorize(request)?;
        self.connection.call(request).await
    }

    fn authorize(&self, mut request: Request<Bytes>) -> Result<Request<Bytes>> {
        let value = credential(&self.api_key)
            .ok_or_else(|| Error::config("the API key is no key").with_provider(LABEL))?;
        request.headers_mut().insert(header::AUTHORIZATION, value);
        if let Some(subaccount) = &self.subaccount {
            request.headers_mut().insert("x-mailgun-on-behalf-of", subaccount.clone());
        }
        Ok(request)
    }
}

/// The header that proves who asks; `None` for a key that is empty or holds what no key holds.
pub(super) fn credential(api_key: &SecretString) -> Option<HeaderValue> {
    let key = api_key.expose_secret();
    key.bytes().all(|byte| byte.is_ascii_graphic()).then(|| basic("api", key)).flatten()
}

/// A password that goes into a form.
pub(super) fn password(secret: &SecretString) -> &str {
    secret.expose_secret()
}

impl fmt::Debug for Mailgun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailgun")
            .field("domain", &self.domain)
            .field("from", &self.from)
            .field("defaults", &self.defaults)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}
