//! The certificates that SNS signs with: where they may come from, and what they must say.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use aws_lc_rs::{
    rsa::PublicEncryptingKey,
    signature::{
        ParsedPublicKey, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
    },
};
use bytes::Bytes;
use http::{Request, StatusCode};
use x509_cert::{
    Certificate,
    der::{DecodePem as _, Encode as _, oid::db::rfc4519::COMMON_NAME},
    ext::pkix::{SubjectAltName, name::GeneralName},
};

use super::location::Rules;
use crate::{
    error::{Error, ErrorKind, Result},
    http::{Transport, Truncated},
    providers::ses::NAME,
    time::Timestamp,
    webhook::WebhookError,
};

/// The longest PEM that is read. SNS's own is some 2 KB.
const LONGEST: usize = 16 * 1024;

/// SNS waits 15 s for an answer, so the certificate must be here well before.
const PATIENCE: Duration = Duration::from_secs(5);

/// SNS has one certificate a region, and changes it in years.
const MOST: usize = 256;

const PEM_END: &[u8] = b"-----END CERTIFICATE-----";

/// The keys that SNS signs with, by the URLs of their certificates. Clones share them.
///
/// A URL comes in the request that it is to prove, so it is checked before anything else happens
/// to it: HTTPS, the host `sns.<region>.amazonaws.com` or `….amazonaws.com.cn`, and the path that
/// SNS gives its certificates. A looser rule makes every signature worthless: whoever can name the
/// certificate can sign.
///
/// ```
/// use dakiya::ses::{Certificates, Webhook};
///
/// let certificates = Certificates::new();
/// let topic = "arn:aws:sns:eu-west-1:123456789012:erp-mail-events";
/// let webhook = Webhook::new([topic])?.certificates(certificates.clone());
/// // When `webhook.verify` says `WebhookErrorKind::Key`:
/// // `certificates.fetch(&transport, error.key_url()…, now).await?`, and verify again.
/// # Ok::<(), dakiya::webhook::WebhookError>(())
/// ```
///
/// Source: [Verifying the signatures of Amazon SNS
/// messages](https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html).
#[derive(Clone, Default)]
pub struct Certificates {
    rules: Rules,
    keys: Arc<RwLock<HashMap<String, Arc<Key>>>>,
}

/// The public key of a certificate, and when that holds.
pub(super) struct Key {
    pub(super) sha1: ParsedPublicKey,
    pub(super) sha256: ParsedPublicKey,
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Certificates {
    /// Without certificates.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes hosts `sns.<region>.<suffix>` too, such as `amazonaws.eu` of the European sovereign
    /// cloud. Whoever has a host below `suffix` can then sign.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::webhook::WebhookErrorKind::Config) when `suffix` is no domain of two
    /// labels or more.
    pub fn host_suffix(mut self, suffix: &str) -> Result<Self, WebhookError> {
        self.rules.add_suffix(suffix)?;
        Ok(self)
    }

    /// Takes any path `/<name>.pem` of letters, digits, `-` and `_`, should AWS give its
    /// certificates other names than `/SimpleNotificationService-` and 32 hexadecimal digits.
    #[must_use]
    pub fn any_path(mut self) -> Self {
        self.rules.allow_any_path();
        self
    }

    /// Keeps the certificate `pem` of `url`: for hosts that fetch by themselves or have it in a
    /// file.
    ///
    /// It must be an X.509 certificate of 16 KB at most, valid at `now`, for `sns.amazonaws.com`
    /// or the URL's host, with an RSA key of 2048 bits or more. Its issuer is not checked: that it
    /// came from AWS is what HTTPS to the URL's host proves.
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) when the URL is not SNS's own, and
    /// [`Response`](ErrorKind::Response) when the certificate is not as above.
    pub fn insert(&self, url: &str, pem: &[u8], now: Timestamp) -> Result<()> {
        let host = self.host(url)?;
        let key = Key::read(pem, host).map_err(|problem| wrong(&problem))?;
        if !key.holds(now) {
            return Err(wrong("is not valid now"));
        }
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= MOST {
            keys.retain(|_, key| key.holds(now));
        }
        if keys.len() >= MOST {
            keys.clear();
        }
        keys.insert(url.to_owned(), Arc::new(key));
        Ok(())
    }

    /// Fetches the certificate at `url`, the
    /// [`key_url`](crate::webhook::WebhookError::key_url) of a refusal, and keeps it: one GET,
    /// within 5 s, without redirects, of 16 KB at most. The URL is checked first.
    ///
    /// `transport` should take nothing but valid certificates for TLS, as
    /// [`ReqwestTransport`](crate::http::ReqwestTransport) does.
    ///
    /// # Errors
    ///
    /// As [`insert`](Self::insert) and the transport, and with the kind of the status where that
    /// is not 200. Answer SNS 503 then, and it tries again.
    pub async fn fetch(&self, transport: &dyn Transport, url: &str, now: Timestamp) -> Result<()> {
        self.host(url)?;
        let response = get(transport, url, now).await?;
        if Truncated::of(&response) || response.body().len() > LONGEST {
            return Err(wrong("is longer than 16 KB"));
        }
        self.insert(url, response.body(), now)
    }

    /// Where SNS's certificates may be.
    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The key of the certificate at `url`, where it is here and valid.
    pub(super) fn key(&self, url: &str, now: Timestamp) -> Option<Arc<Key>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(url).filter(|key| key.holds(now)).cloned()
    }

    fn host<'u>(&self, url: &'u str) -> Result<&'u str> {
        self.rules.certificate(url).ok_or_else(|| {
            Error::config("the URL is not one of Amazon SNS's certificates").with_provider(NAME)
        })
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        write!(f, "Certificates({} keys, {:?})", keys.len(), self.rules)
    }
}

/// GETs a checked URL, and takes 200 alone for an answer.
pub(super) async fn get(
    transport: &dyn Transport,
    url: &str,
    now: Timestamp,
) -> Result<http::Response<Bytes>> {
    let request = Request::get(url)
        .body(Bytes::new())
        .map_err(|_| Error::config("the URL is none").with_provider(NAME))?;
    let deadline = now.checked_add(PATIENCE).ok();
    let response = transport.execute(request, deadline).await?;
    if response.status() != StatusCode::OK {
        return Err(crate::http::from_status(response.status()).with_provider(NAME));
    }
    Ok(response)
}

fn wrong(problem: &str) -> Error {
    Error::new(ErrorKind::Response, format!("the certificate of Amazon SNS {problem}"))
        .with_provider(NAME)
}

impl Key {
    fn read(pem: &[u8], host: &str) -> Result<Self, String> {
        if pem.len() > LONGEST {
            return Err("is longer than 16 KB".into());
        }
        // The first of several is the server's own.
        let end = pem.windows(PEM_END.len()).position(|window| window == PEM_END);
        let first = end.and_then(|end| pem.get(..end + PEM_END.len()));
        let certificate = first.and_then(|pem| Certificate::from_pem(pem).ok());
        let certificate = certificate.ok_or("is no X.509 certificate in PEM")?;
        if !is_for(&certificate, host) {
            return Err("is for another name than sns.amazonaws.com".into());
        }
        let body = certificate.tbs_certificate();
        let spki = body.subject_public_key_info().to_der().map_err(|_| "holds no readable key")?;
        let key = PublicEncryptingKey::from_der(&spki).map_err(|_| "holds no RSA key")?;
        if key.key_size_bits() < 2048 {
            return Err("holds an RSA key of less than 2048 bits".into());
        }
        let parse = |algorithm| {
            ParsedPublicKey::new(algorithm, &spki).map_err(|_| "holds no RSA key of a usual size")
        };
        let time = |time: x509_cert::time::Time| {
            let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok();
            seconds.and_then(|seconds| Timestamp::from_second(seconds).ok())
        };
        let validity = body.validity();
        Ok(Self {
            sha1: parse(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY)?,
            sha256: parse(&RSA_PKCS1_2048_8192_SHA256)?,
            not_before: time(validity.not_before).ok_or("has no readable validity")?,
            not_after: time(validity.not_after).unwrap_or(Timestamp::MAX),
        })
    }

    fn holds(&self, now: Timestamp) -> bool {
        self.not_before <= now && now <= self.not_after
    }
}

/// Whether a certificate is for SNS: of the world, of the partition of `host`, or of `host`.
fn is_for(certificate: &Certificate, host: &str) -> bool {
    let partition = host.split_once('.').and_then(|(_, rest)| rest.split_once('.'));
    let partition = partition.map(|(_, suffix)| format!("sns.{suffix}"));
    let fits = |name: &str| {
        name == "sns.amazonaws.com" || name == host || partition.as_deref() == Some(name)
    };
    let body = certificate.tbs_certificate();
    let alternatives = body.get_extension::<SubjectAltName>();
    let named = alternatives.ok().flatten().is_some_and(|(_, names)| {
        names.0.iter().any(|name| matches!(name, GeneralName::DnsName(name) if fits(name.as_str())))
    });
    let mut subject = body.subject().iter().filter(|attribute| attribute.oid == COMMON_NAME);
    named || subject.any(|name| std::str::from_utf8(name.value.value()).is_ok_and(fits))
}
