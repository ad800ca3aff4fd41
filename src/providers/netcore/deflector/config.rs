//! The account. The only file that exposes the key.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response};
use secrecy::{ExposeSecret as _, SecretString};

use super::{AccountBuilder, LABEL};
use crate::{
    error::{Error, Result},
    http::connection::{Connection, sensitive},
    time::Timestamp,
};

/// An account at Netcore's deflector. Cheap to clone.
///
/// ```
/// use dakiya::{
///     Delivery,
///     netcore::deflector::{Account, Options, SmsFallback},
/// };
///
/// # #[cfg(feature = "reqwest")] {
/// let account = Account::builder("3f1c9c0e5b7a4d2f9f1d0b6a1c2e3d44").build()?;
/// # let _ = account;
/// # }
/// let mut delivery = Delivery::default();
/// let text = "482913 is your OTP for Acme. Valid 5 min.";
/// delivery.options.set(&Options::new().sms(SmsFallback::new("ACMEIN", text)))?;
/// # Ok::<(), dakiya::Error>(())
/// ```
#[derive(Clone)]
pub struct Account {
    pub(super) api_key: Arc<SecretString>,
    pub(super) connection: Connection,
}

impl Account {
    /// An account with an API key of the dashboard.
    pub fn builder(api_key: impl Into<SecretString>) -> AccountBuilder {
        AccountBuilder::new(api_key.into())
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
        let value = credential(&self.api_key)
            .ok_or_else(|| Error::config("the API key is no header value").with_provider(LABEL))?;
        request.headers_mut().insert(HeaderName::from_static("api-key"), value);
        Ok(request)
    }
}

/// What proves who asks; `None` for a key that is empty or no header value.
pub(super) fn credential(api_key: &SecretString) -> Option<HeaderValue> {
    let key = api_key.expose_secret();
    let fits = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| sensitive(key)).flatten()
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("connection", &self.connection).finish_non_exhaustive()
    }
}
