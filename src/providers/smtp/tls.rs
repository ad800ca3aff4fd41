//! TLS: whom to trust, and by what name.

use std::sync::Arc;

use rustls_platform_verifier::Verifier;
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    },
};

use super::error::LABEL;
use crate::{Error, Result};

/// What a handshake takes.
#[derive(Clone)]
pub(super) struct Trust {
    pub(super) connector: TlsConnector,
    pub(super) name: ServerName<'static>,
}

/// The certificates of a PEM file, `None` where there is none or one is broken.
pub(super) fn certificates(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().ok()?;
    (!found.is_empty()).then_some(found)
}

/// Trusts what the platform trusts, and `roots`.
pub(super) fn trust(name: ServerName<'static>, roots: &[Vec<u8>]) -> Result<Trust> {
    let failed = |cause: tokio_rustls::rustls::Error| {
        Error::config("TLS cannot be set up").with_provider(LABEL).with_source(cause)
    };
    let provider = Arc::new(aws_lc_rs::default_provider());
    let roots = roots.iter().filter_map(|pem| certificates(pem)).flatten();
    let verifier = Verifier::new_with_extra_roots(roots, Arc::clone(&provider)).map_err(failed)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .dangerous() // rustls' name for any verifier but its own
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Trust { connector: TlsConnector::from(Arc::new(config)), name })
}
