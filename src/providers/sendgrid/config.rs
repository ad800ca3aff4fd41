//! The account: key, connection and settings. The only file that exposes the key.

use std::fmt;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;

use super::{
    SendGridBuilder,
    email::{LABEL, Options},
    error::{self, Call},
};
use crate::{
    channel::Capabilities,
    error::{Error, Result},
    http::connection::{Connection, bearer, read},
    message::Mailbox,
    time::Timestamp,
};

/// An account at SendGrid. Cheap to clone.
///
/// ```
/// use dakiya::{Mailbox, sendgrid::SendGrid};
///
/// # #[cfg(feature = "reqwest")] {
/// let account = SendGrid::builder("SG.aBcDeF.gHiJkL")
///     .from(Mailbox::parse("Acme Billing <billing@mail.example.com>")?)
///     .build()?;
/// # let _ = account;
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SendGrid {
    pub(super) api_key: SecretString,
    pub(super) acting_for: Option<HeaderValue>,
    pub(super) connection: Connection,
    pub(super) limits: Capabilities,
    pub(super) settings: Settings,
}

/// What the encoder reads.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) from: Option<Mailbox>,
    pub(super) defaults: Options,
    pub(super) pack_bodies: bool,
}

impl SendGrid {
    /// An account with an API key of the console: `SG.…`.
    pub fn builder(api_key: impl Into<SecretString>) -> SendGridBuilder {
        SendGridBuilder::new(api_key.into())
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Authorizes and sends one mail request. It cannot act for a subuser.
    pub(super) async fn execute(
        &self,
        request: Request<Bytes>,
        deadline: Option<Timestamp>,
    ) -> Result<Response<Bytes>> {
        if self.acting_for.is_some() {
            let message =
                "SendGrid sends no mail on behalf of a subuser; use the subuser's own key";
            return Err(Error::config(message).with_provider(LABEL));
        }
        let request = self.authorize(request)?;
        self.connection.send(request, deadline).await
    }

    /// Authorizes and makes one management call; an answer that is no success is an error.
    pub(super) async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let mut request = self.authorize(request)?;
        if let Some(name) = self.acting_for.clone() {
            request.headers_mut().insert(HeaderName::from_static("on-behalf-of"), name);
        }
        let response = self.connection.call(request).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(error::from_response(&response, self.connection.now(), Call::Manage))
    }

    /// The JSON of a management answer.
    pub(super) fn read<T: DeserializeOwned>(response: &Response<Bytes>) -> Result<T> {
        read(response).map_err(|error| error.with_provider(LABEL))
    }

    fn authorize(&self, mut request: Request<Bytes>) -> Result<Request<Bytes>> {
        let value = credential(&self.api_key)
            .ok_or_else(|| Error::config("the API key is no header value").with_provider(LABEL))?;
        let headers = request.headers_mut();
        headers.insert(header::AUTHORIZATION, value);
        // Without it some calls answer 406.
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        Ok(request)
    }
}

/// The header that proves who asks; `None` for a key that is empty or no header value.
pub(super) fn credential(api_key: &SecretString) -> Option<HeaderValue> {
    bearer(api_key.expose_secret())
}

impl fmt::Debug for SendGrid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendGrid")
            .field("connection", &self.connection)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Where an account is kept.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Region {
    /// `api.eu.sendgrid.com`: subusers that were made as EU regional, with a key of their own. What
    /// waits for the event webhook is kept in the US all the same.
    Eu,
    /// `api.sendgrid.com`.
    #[default]
    Global,
}

impl Region {
    pub(super) fn endpoint(self) -> &'static str {
        match self {
            Self::Eu => "https://api.eu.sendgrid.com",
            Self::Global => "https://api.sendgrid.com",
        }
    }
}
