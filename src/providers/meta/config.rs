//! The account: token, number and version. The only file that exposes the token.

use std::fmt;

use bytes::Bytes;
use http::{Method, Request, Response, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

use super::{MetaBuilder, error, whatsapp::LABEL};
use crate::{
    error::{Error, Result},
    http::connection::{self, Connection},
    time::Timestamp,
};

/// A business's phone number at WhatsApp's Cloud API. Cheap to clone.
///
/// ```
/// use dakiya::meta::Meta;
///
/// # #[cfg(feature = "reqwest")] {
/// let account = Meta::builder("EAAG-system-user-token", "305511778840026")
///     .business_account("104920377150662")
///     .build()?;
/// # let _ = account;
/// # }
/// # Ok::<(), dakiya::Error>(())
/// ```
#[derive(Clone)]
pub struct Meta {
    pub(super) token: SecretString,
    pub(super) phone_number_id: String,
    pub(super) version: String,
    pub(super) business_account: Option<String>,
    pub(super) app: Option<String>,
    pub(super) language: Option<String>,
    pub(super) connection: Connection,
}

/// How the token is announced.
#[derive(Clone, Copy)]
pub(super) enum Scheme {
    Bearer,
    /// Resumable uploads alone.
    OAuth,
}

impl Meta {
    /// An account with a token and the id of the phone number that messages come from.
    pub fn builder(
        token: impl Into<SecretString>,
        phone_number_id: impl Into<String>,
    ) -> MetaBuilder {
        MetaBuilder::new(token.into(), phone_number_id.into())
    }

    /// `rest` below the version.
    pub(super) fn path(&self, rest: &str) -> String {
        [&*self.version, "/", rest].concat()
    }

    /// A request to `rest` below the version.
    pub(super) fn request(&self, method: Method, rest: &str) -> Result<Request<Bytes>> {
        let request = self.connection.request(method, &self.path(rest), Bytes::new());
        request.map_err(labelled)
    }

    /// The same with a body.
    pub(super) fn json(
        &self,
        rest: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Request<Bytes>> {
        self.connection.json(Method::POST, &self.path(rest), body).map_err(labelled)
    }

    /// Authorizes and sends one request.
    pub(super) async fn execute(
        &self,
        request: Request<Bytes>,
        deadline: Option<Timestamp>,
    ) -> Result<Response<Bytes>> {
        let request = self.authorize(request, Scheme::Bearer)?;
        self.connection.send(request, deadline).await.map_err(labelled)
    }

    /// The same for a call that is no send; an answer that says no is an error.
    pub(super) async fn call(
        &self,
        request: Request<Bytes>,
        scheme: Scheme,
    ) -> Result<Response<Bytes>> {
        let response = self.ask(request, scheme).await?;
        self.accepted(response)
    }

    /// The same for an answer that is a file, of which the status alone says whether it is one.
    pub(super) async fn fetch(
        &self,
        request: Request<Bytes>,
        scheme: Scheme,
    ) -> Result<Response<Bytes>> {
        let response = self.ask(request, scheme).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(error::from_response(&response, self.connection.now()))
    }

    /// The same, whatever the answer says.
    pub(super) async fn ask(
        &self,
        request: Request<Bytes>,
        scheme: Scheme,
    ) -> Result<Response<Bytes>> {
        let request = self.authorize(request, scheme)?;
        self.connection.call(request).await.map_err(labelled)
    }

    /// The answer, if it is one that says yes.
    pub(super) fn accepted(&self, response: Response<Bytes>) -> Result<Response<Bytes>> {
        if response.status().is_success() && !error::is_refusal(&response) {
            return Ok(response);
        }
        Err(error::from_response(&response, self.connection.now()))
    }

    fn authorize(&self, mut request: Request<Bytes>, scheme: Scheme) -> Result<Request<Bytes>> {
        let value = credential(&self.token, scheme)
            .ok_or_else(|| labelled(Error::config("the token is no header value")))?;
        request.headers_mut().insert(header::AUTHORIZATION, value);
        Ok(request)
    }
}

/// `None` for a token that is empty or no header value.
pub(super) fn credential(token: &SecretString, scheme: Scheme) -> Option<http::HeaderValue> {
    let token = token.expose_secret();
    let bearer = connection::bearer(token)?;
    match scheme {
        Scheme::Bearer => Some(bearer),
        Scheme::OAuth => connection::sensitive(&format!("OAuth {token}")),
    }
}

pub(super) fn labelled(error: Error) -> Error {
    error.with_provider(LABEL)
}

impl fmt::Debug for Meta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meta")
            .field("phone_number_id", &self.phone_number_id)
            .field("version", &self.version)
            .field("business_account", &self.business_account)
            .finish_non_exhaustive()
    }
}
