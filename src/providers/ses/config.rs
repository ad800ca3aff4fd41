//! The account: where it is, whose it is, and what its mails have in common.

use std::fmt;

use aws_credential_types::provider::ProvideCredentials;
use bytes::Bytes;
use http::{Method, Request, Response};
use serde::{Serialize, de::DeserializeOwned};

use super::{SesBuilder, credentials::Signer, email::LABEL, email::Options, error};
use crate::{
    channel::Capabilities,
    error::Result,
    http::connection::{Connection, read},
    message::Mailbox,
    time::Timestamp,
};

/// An account at Amazon SES, in one region. Cheap to clone; clones share the credentials.
///
/// ```
/// use dakiya::{Mailbox, ses::{self, Ses}};
///
/// # #[cfg(feature = "reqwest")] {
/// // With `aws-config`: `aws_config::load_from_env().await.credentials_provider()`.
/// let account = Ses::builder("ap-south-1", ses::keys("AKIDEXAMPLE", "wJalrXUtnFEMI"))
///     .from(Mailbox::parse("Acme Billing <billing@acme.example>")?)
///     .configuration_set("erp-events")
///     .build()?;
/// # let _ = account;
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Ses {
    pub(super) connection: Connection,
    pub(super) signer: Signer,
    pub(super) from: Option<Mailbox>,
    pub(super) defaults: Options,
    pub(super) bulk: bool,
    pub(super) limits: Capabilities,
}

impl Ses {
    /// An account in `region`, such as `ap-south-1`, with what gives its credentials.
    pub fn builder(
        region: impl Into<String>,
        credentials: impl ProvideCredentials + 'static,
    ) -> SesBuilder {
        SesBuilder::new(region.into(), credentials)
    }

    /// Signs and sends one request.
    ///
    /// Where AWS says that temporary credentials have expired, and the host's provider has others
    /// by now, it goes out once more with those: an expired signature sends nothing.
    pub(super) async fn execute(
        &self,
        request: Request<Bytes>,
        deadline: Option<Timestamp>,
    ) -> Result<Response<Bytes>> {
        let sent = async {
            let clock = self.connection.clock();
            let credentials = self.signer.credentials(clock, deadline).await?;
            let signed =
                self.signer.sign(credentials.clone(), request.clone(), self.connection.now())?;
            let response = self.connection.send(signed, deadline).await?;
            let expired = error::is_expired(&response);
            if !expired || !self.signer.replace(&credentials, clock, deadline).await {
                return Ok(response);
            }
            let credentials = self.signer.credentials(clock, deadline).await?;
            let signed = self.signer.sign(credentials, request, self.connection.now())?;
            self.connection.send(signed, deadline).await
        };
        sent.await.map_err(|error| error.with_provider(LABEL))
    }

    /// Calls what is no send, and reads its answer.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<T> {
        let request = match body {
            Some(body) => self.connection.json(method, path, body),
            None => self.connection.request(method, path, Bytes::new()),
        };
        let request = request.map_err(|error| error.with_provider(LABEL))?;
        let deadline = crate::time::after(self.connection.now(), super::manage::PATIENCE);
        let response = self.execute(request, Some(deadline)).await?;
        if !response.status().is_success() {
            return Err(error::of_management(&response, self.connection.now()));
        }
        read(&response).map_err(|error| error.with_provider(LABEL))
    }
}

impl fmt::Debug for Ses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ses")
            .field("connection", &self.connection)
            .field("signer", &self.signer)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}
