//! The account: key, version and settings. The only file that exposes the key.

use std::fmt;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, header};
use secrecy::{ExposeSecret as _, SecretString};

use super::{AccountBuilder, LABEL, Options};
use crate::{
    channel::Capabilities,
    error::{Error, Result},
    http::connection::Connection,
    message::Mailbox,
    time::Timestamp,
};

/// An account at Netcore's mail API. Cheap to clone.
///
/// ```
/// use dakiya::{Mailbox, netcore::email::Account};
///
/// # #[cfg(feature = "reqwest")] {
/// let account = Account::builder("3f1c9c0e5b7a4d2f")
///     .from(Mailbox::parse("Acme Billing <billing@mail.example.com>")?)
///     .build()?;
/// # let _ = account;
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Account {
    pub(super) api_key: SecretString,
    pub(super) auth: Auth,
    /// The header that names a sub-account.
    pub(super) acting_for: Option<(HeaderName, HeaderValue)>,
    pub(super) limits: Capabilities,
    pub(super) connection: Connection,
    pub(super) settings: Settings,
}

/// What the encoder reads.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) version: Version,
    pub(super) from: Option<Mailbox>,
    pub(super) reply_to: ReplyToForm,
    pub(super) content_types: ContentTypes,
    pub(super) content_with_template: bool,
    pub(super) whole_texts: bool,
    pub(super) defaults: Options,
}

impl Account {
    /// An account with an API key of the dashboard.
    pub fn builder(api_key: impl Into<SecretString>) -> AccountBuilder {
        AccountBuilder::new(api_key.into())
    }

    pub(super) fn limits(&self) -> &Capabilities {
        &self.limits
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
        let (name, value) = credential(&self.api_key, self.auth)
            .ok_or_else(|| Error::config("the API key is no header value").with_provider(LABEL))?;
        request.headers_mut().insert(name, value);
        if let Some((name, value)) = self.acting_for.clone() {
            request.headers_mut().insert(name, value);
        }
        Ok(request)
    }
}

/// The header that proves who asks; `None` for a key that is empty or no header value.
pub(super) fn credential(api_key: &SecretString, auth: Auth) -> Option<(HeaderName, HeaderValue)> {
    let key = api_key.expose_secret();
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let (name, value) = match auth {
        Auth::Bearer => (header::AUTHORIZATION, HeaderValue::try_from(format!("Bearer {key}"))),
        Auth::XApiKey => (header::AUTHORIZATION, HeaderValue::try_from(format!("x-api-key {key}"))),
        Auth::ApiKeyHeader => (HeaderName::from_static("api_key"), HeaderValue::try_from(key)),
    };
    let mut value = value.ok()?;
    value.set_sensitive(true);
    Some((name, value))
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("version", &self.settings.version)
            .field("auth", &self.auth)
            .field("from", &self.settings.from)
            .finish_non_exhaustive()
    }
}

/// Which version of the API is called.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Version {
    /// `/v5.1`, which the vendor's libraries use.
    V51,
    /// `/v6`, the current one.
    #[default]
    V6,
}

impl Version {
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::V51 => "v5.1",
            Self::V6 => "v6",
        }
    }
}

/// How the API key is sent. The vendor's pages differ, so it can be set.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Auth {
    /// `api_key: …`, the default of [`Version::V51`].
    ApiKeyHeader,
    /// `Authorization: Bearer …`, the default of [`Version::V6`].
    Bearer,
    /// `Authorization: x-api-key …`, as the quick start of version 6 writes it.
    XApiKey,
}

/// Where the account is kept.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Region {
    /// `apieu.netcorecloud.net`.
    Eu,
    /// `emailapi.netcorecloud.net`.
    #[default]
    Global,
}

impl Region {
    pub(super) fn endpoint(self) -> &'static str {
        match self {
            Self::Eu => "https://apieu.netcorecloud.net",
            Self::Global => "https://emailapi.netcorecloud.net",
        }
    }
}

/// How `reply_to` is written. The shape that version 6 takes is not documented in full.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReplyToForm {
    /// An array of `{email, name}`, the default of [`Version::V6`].
    Mailboxes,
    /// One address as text, the default of [`Version::V51`].
    Text,
}

/// The `type` of each part of `content`. Which ones version 6 accepts is not documented.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentTypes {
    /// Of the HTML. Default: `html`.
    pub html: String,
    /// Of the AMP document. Default: `amp`.
    pub amp: String,
    /// Of the plain text. Default: none, and the text of a mail with HTML stays behind, while a
    /// mail of text alone goes out as HTML that shows it unchanged.
    pub text: Option<String>,
}

impl ContentTypes {
    /// The documented ones: `html` and `amp`.
    #[must_use]
    pub fn new() -> Self {
        Self { html: "html".into(), amp: "amp".into(), text: None }
    }

    /// Media types, with the plain text: `text/html`, `text/x-amp-html` and `text/plain`.
    #[must_use]
    pub fn media_types() -> Self {
        Self {
            html: "text/html".into(),
            amp: "text/x-amp-html".into(),
            text: Some("text/plain".into()),
        }
    }

    /// Sends the plain text too, as `name`.
    #[must_use]
    pub fn with_text(mut self, name: impl Into<String>) -> Self {
        self.text = Some(name.into());
        self
    }
}

impl Default for ContentTypes {
    fn default() -> Self {
        Self::new()
    }
}
