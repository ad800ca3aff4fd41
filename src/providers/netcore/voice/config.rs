//! The account: the API's description and the connection. The only file that sends the secrets.

use std::{borrow::Cow, collections::BTreeMap, collections::BTreeSet, fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, Uri, header};
use secrecy::{ExposeSecret as _, SecretString};

use super::{AccountBuilder, Api, Auth, LABEL, Options};
use crate::{
    channel::Capabilities,
    error::{Error, Result},
    http::{
        connection::{Connection, basic, bearer, sensitive},
        form,
    },
    time::{Timestamp, after},
};

/// An account at the voice API that [`Api`] describes. Cheap to clone where the template is small.
#[derive(Clone)]
pub struct Account {
    pub(super) api: Api,
    pub(super) defaults: Options,
    /// The placeholders of the template.
    pub(super) places: BTreeSet<&'static str>,
    pub(super) limits: Capabilities,
    pub(super) connection: Connection,
}

impl Account {
    /// An account at the API that the vendor's document describes.
    pub fn builder(api: Api) -> AccountBuilder {
        AccountBuilder::new(api)
    }

    pub(super) fn limits(&self) -> &Capabilities {
        &self.limits
    }

    pub(super) fn now(&self) -> Timestamp {
        self.connection.now()
    }

    /// Authorizes and sends one request, within the API's time-out.
    pub(super) async fn execute(
        &self,
        request: Request<Bytes>,
        deadline: Option<Timestamp>,
    ) -> Result<Response<Bytes>> {
        let patience = after(self.now(), Duration::from_millis(self.api.timeout_ms));
        let deadline = deadline.map_or(patience, |deadline| deadline.min(patience));
        let request = self.authorize(request)?;
        let answer = self.connection.send(request, Some(deadline)).await;
        answer.map_err(|error| error.with_provider(LABEL))
    }

    /// The same for a call that is no send.
    pub(super) async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        self.execute(request, None).await
    }

    fn authorize(&self, mut request: Request<Bytes>) -> Result<Request<Bytes>> {
        let unsendable = || Error::config("the credentials cannot be sent").with_provider(LABEL);
        let auth = self.api.auth.as_ref().ok_or_else(unsendable)?;
        let (name, value) = match auth {
            Auth::Basic { user, password } => {
                (header::AUTHORIZATION, basic(user, password.expose_secret()))
            }
            Auth::Bearer { token } => (header::AUTHORIZATION, bearer(token.expose_secret())),
            Auth::Header { name, value } => {
                let name = HeaderName::try_from(name).map_err(|_| unsendable())?;
                (name, sensitive(value.expose_secret()))
            }
            Auth::Form(parameters) => {
                // A check has no form: then they go nowhere else than into one of their own.
                let body = std::str::from_utf8(request.body()).map_err(|_| unsendable())?;
                *request.body_mut() = joined(body, parameters).into();
                let form = HeaderValue::from_static("application/x-www-form-urlencoded");
                request.headers_mut().insert(header::CONTENT_TYPE, form);
                return Ok(request);
            }
            Auth::Query(parameters) => {
                let (path, query) = request.uri().path_and_query().map_or(("/", ""), |target| {
                    (target.path(), target.query().unwrap_or_default())
                });
                let target = format!("{path}?{}", joined(query, parameters));
                let mut parts = request.uri().clone().into_parts();
                parts.path_and_query = Some(target.parse().map_err(|_| unsendable())?);
                *request.uri_mut() = Uri::from_parts(parts).map_err(|_| unsendable())?;
                return Ok(request);
            }
        };
        request.headers_mut().insert(name, value.ok_or_else(unsendable)?);
        Ok(request)
    }
}

/// `pairs` and the credentials, as a form.
fn joined(pairs: &str, parameters: &BTreeMap<String, SecretString>) -> String {
    let secrets = parameters.iter();
    let secrets = secrets.map(|(name, value)| (&**name, Cow::Borrowed(value.expose_secret())));
    let secrets = form::encode(secrets);
    if pairs.is_empty() { secrets } else { [pairs, "&", &secrets].concat() }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("api", &self.api)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}
