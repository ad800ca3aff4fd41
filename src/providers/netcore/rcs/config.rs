//! The account: key, bot and request template. The only file that exposes the key.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, header};
use secrecy::{ExposeSecret as _, SecretString};

use super::{AccountBuilder, LABEL, manage::Templates, request::RequestTemplate};
use crate::{
    error::{Error, Result},
    http::connection::{Connection, bearer, sensitive},
    time::Timestamp,
};

/// An account at Netcore's RCS API. Cheap to clone.
///
/// [`AccountBuilder::request`] has an example.
#[derive(Clone)]
pub struct Account {
    pub(super) api_key: Arc<SecretString>,
    pub(super) connection: Connection,
    pub(super) settings: Settings,
}

/// What the encoder reads.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) auth_header: HeaderName,
    pub(super) bot_id: Option<String>,
    pub(super) request: Option<Arc<RequestTemplate>>,
}

impl Account {
    /// An account with an API key of *RCS dashboard → Settings*.
    pub fn builder(api_key: impl Into<SecretString>) -> AccountBuilder {
        AccountBuilder::new(api_key.into())
    }

    /// Templates, to have them approved.
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
    pub(super) async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let request = self.authorize(request)?;
        self.connection.call(request).await
    }

    fn authorize(&self, mut request: Request<Bytes>) -> Result<Request<Bytes>> {
        let name = self.settings.auth_header.clone();
        let value = credential(&self.api_key, &name)
            .ok_or_else(|| Error::config("the API key is no header value").with_provider(LABEL))?;
        request.headers_mut().insert(name, value);
        Ok(request)
    }
}

/// What proves who asks; `None` for a key that is empty or no header value.
pub(super) fn credential(api_key: &SecretString, name: &HeaderName) -> Option<HeaderValue> {
    let key = api_key.expose_secret();
    let bearer = bearer(key)?; // the rules of the one are those of the other
    if name == header::AUTHORIZATION { Some(bearer) } else { sensitive(key) }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("settings", &self.settings).finish_non_exhaustive()
    }
}
