//! Certificates that a router fetches when a request needs one.

use async_trait::async_trait;

use super::Certificates;
use crate::{error::Result, http::SharedTransport, time::Timestamp, webhook::KeySource};

impl Certificates {
    /// These, fetched through `transport` when a request needs one: what
    /// [`RouterBuilder::keys`](crate::webhook::RouterBuilder::keys) takes.
    ///
    /// ```
    /// # #[cfg(feature = "reqwest")] {
    /// use std::sync::Arc;
    ///
    /// use dakiya::{
    ///     http::ReqwestTransport,
    ///     ses::{Certificates, Webhook},
    ///     time::TokioClock,
    ///     webhook::Router,
    /// };
    ///
    /// let certificates = Certificates::new();
    /// let topic = "arn:aws:sns:eu-west-1:123456789012:erp-mail-events";
    /// let router = Router::builder(TokioClock::shared())
    ///     .public_url("https://erp.example.net")
    ///     .keys(certificates.through(Arc::new(ReqwestTransport::new()?)))
    ///     .route("/hooks/ses", Webhook::new([topic])?.certificates(certificates))
    ///     .build()?;
    /// # let _ = router;
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn through(&self, transport: SharedTransport) -> impl KeySource + use<> {
        Source { certificates: self.clone(), transport }
    }
}

struct Source {
    certificates: Certificates,
    transport: SharedTransport,
}

#[async_trait]
impl KeySource for Source {
    async fn fetch(&self, url: &str, now: Timestamp) -> Result<()> {
        self.certificates.fetch(&*self.transport, url, now).await
    }
}
