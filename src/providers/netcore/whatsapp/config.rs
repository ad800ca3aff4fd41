//! The account: token, hosts and settings. The only file that exposes the token.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    AccountBuilder, LABEL,
    manage::{Consent, MediaFiles, Templates},
};
use crate::{
    error::{Error, Result},
    http::connection::{Connection, bearer},
    time::Timestamp,
};

/// An account at Netcore's WhatsApp API. Cheap to clone.
///
/// ```
/// use dakiya::netcore::whatsapp::Account;
///
/// # #[cfg(feature = "reqwest")] {
/// let account = Account::builder("eyJhbGciOiJIUzI1NiJ9.e30.c2ln")
///     .source("0b4e6c1a-5a0e-4f0e-9a57-7b3d3f1a2c44")
///     .build()?;
/// # let _ = account;
/// # }
/// # Ok::<(), dakiya::Error>(())
/// ```
#[derive(Clone)]
pub struct Account {
    pub(super) token: Arc<SecretString>,
    pub(super) connection: Connection,
    /// The same, at the host of consent, media and templates.
    pub(super) legacy: Connection,
    pub(super) settings: Settings,
}

/// What the encoder reads.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) source: Option<String>,
    pub(super) legacy_send: bool,
    pub(super) priority: Option<bool>,
    pub(super) first_button: u8,
}

impl Account {
    /// An account with a token of the dashboard, without the word `Bearer`.
    pub fn builder(token: impl Into<SecretString>) -> AccountBuilder {
        AccountBuilder::new(token.into())
    }

    /// Who agreed to be written to, and who no longer does.
    #[must_use]
    pub fn consent(&self) -> Consent<'_> {
        Consent::new(self)
    }

    /// Files to send by id, and files that people sent.
    #[must_use]
    pub fn media(&self) -> MediaFiles<'_> {
        MediaFiles::new(self)
    }

    /// What Netcore knows of the templates.
    #[must_use]
    pub fn templates(&self) -> Templates<'_> {
        Templates::new(self)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.connection.now()
    }

    /// Authorizes and sends one message.
    pub(super) async fn execute(
        &self,
        request: Request<Bytes>,
        deadline: Option<Timestamp>,
    ) -> Result<Response<Bytes>> {
        let request = self.authorize(request)?;
        self.connection.send(request, deadline).await
    }

    /// The same for a call beside sending.
    pub(super) async fn call_legacy(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let request = self.authorize(request)?;
        self.legacy.call(request).await
    }

    fn authorize(&self, mut request: Request<Bytes>) -> Result<Request<Bytes>> {
        let value = credential(&self.token)
            .ok_or_else(|| Error::config("the token is no header value").with_provider(LABEL))?;
        request.headers_mut().insert(header::AUTHORIZATION, value);
        Ok(request)
    }
}

/// The header that proves who asks; `None` for a token that is empty or no header value.
pub(super) fn credential(token: &SecretString) -> Option<HeaderValue> {
    bearer(token.expose_secret())
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("settings", &self.settings).finish_non_exhaustive()
    }
}
