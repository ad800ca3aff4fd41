//! Whose requests they are: credentials, kept until shortly before they expire, and the signature.
//! The only file that exposes secrets.
//!
//! Source: [Signature Version 4](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError},
};
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures_util::{
    future::{Either, select},
    lock::Mutex,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Request;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use crate::{
    error::{Error, ErrorKind, Fate, Result},
    http::connection::sensitive,
    time::{SharedClock, Timestamp, after, until},
};

/// The name that SES signs by.
const SERVICE: &str = "ses";

/// How long before they expire credentials are replaced.
const MARGIN: Duration = Duration::from_mins(1);

/// How long credentials without an end are kept: what they come from may change.
const KEPT: Duration = Duration::from_mins(15);

/// How long a provider of credentials may take where the call has no deadline.
const PATIENCE: Duration = Duration::from_secs(30);

/// Long-term credentials: an IAM user's access key.
///
/// ```
/// use dakiya::ses;
///
/// # #[cfg(feature = "reqwest")] {
/// let keys = ses::keys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let account = ses::Ses::builder("ap-south-1", keys).build()?;
/// # let _ = account;
/// # }
/// # Ok::<(), dakiya::Error>(())
/// ```
#[must_use]
pub fn keys(access_key_id: impl Into<String>, secret: impl Into<SecretString>) -> Credentials {
    credentials(access_key_id.into(), &secret.into(), None)
}

/// Temporary credentials, as AWS STS gives them out. They end, and these are not renewed: hand in a
/// provider of `aws-config` to have that done.
#[must_use]
pub fn session_keys(
    access_key_id: impl Into<String>,
    secret: impl Into<SecretString>,
    session_token: impl Into<SecretString>,
) -> Credentials {
    credentials(access_key_id.into(), &secret.into(), Some(&session_token.into()))
}

fn credentials(
    access_key_id: String,
    secret: &SecretString,
    token: Option<&SecretString>,
) -> Credentials {
    let token = token.map(|token| token.expose_secret().to_owned());
    Credentials::new(access_key_id, secret.expose_secret(), token, None, "dakiya")
}

/// The password of SES's SMTP server in `region` for an IAM secret access key; the user name is the
/// access key's id. Only long-term keys have one.
///
/// ```
/// use secrecy::ExposeSecret as _;
///
/// let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// let password = dakiya::ses::smtp_password(secret, "us-east-1");
/// assert_eq!(password.expose_secret(), "BOntiZFm/r+5s3psZ/RpsjB+aSGsj2J0rXdiLuO0cQL7");
/// ```
///
/// Source: [Obtaining SES SMTP credentials](https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html).
#[must_use]
pub fn smtp_password(secret_access_key: impl Into<SecretString>, region: &str) -> SecretString {
    const VERSION: u8 = 4;
    let secret = secret_access_key.into();
    let mut key = format!("AWS4{}", secret.expose_secret()).into_bytes();
    for part in ["11111111", region, SERVICE, "aws4_request", "SendRawEmail"] {
        key = hmac(&key, part.as_bytes());
    }
    key.insert(0, VERSION);
    STANDARD.encode(key).into()
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    // A key of any length is one.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// Signs requests by credentials that it keeps.
#[derive(Clone)]
pub(super) struct Signer(Arc<Inner>);

struct Inner {
    region: String,
    provider: Box<dyn ProvideCredentials>,
    /// Held while they are loaded, so that they are loaded once.
    kept: Mutex<Option<Kept>>,
}

/// Credentials, and when to ask for new ones.
struct Kept {
    credentials: Credentials,
    until: Timestamp,
    /// When they expire.
    end: Option<Timestamp>,
}

impl Signer {
    pub(super) fn new(region: String, provider: impl ProvideCredentials + 'static) -> Self {
        let provider = Box::new(provider);
        Self(Arc::new(Inner { region, provider, kept: Mutex::new(None) }))
    }

    /// The credentials of now.
    pub(super) async fn credentials(
        &self,
        clock: &SharedClock,
        deadline: Option<Timestamp>,
    ) -> Result<Credentials> {
        // Those that are kept need no timer.
        if let Some(kept) =
            self.0.kept.try_lock().as_deref().and_then(|kept| valid(kept.as_ref(), clock))
        {
            return Ok(kept);
        }
        let deadline = deadline.unwrap_or_else(|| after(clock.now(), PATIENCE));
        let late = clock.sleep(until(&**clock, deadline));
        let load = Box::pin(self.load(clock));
        match select(load, late).await {
            Either::Left((loaded, _)) => loaded,
            Either::Right(_) => Err(unsent(ErrorKind::Timeout, "no credentials came in time")),
        }
    }

    async fn load(&self, clock: &SharedClock) -> Result<Credentials> {
        let mut kept = self.0.kept.lock().await;
        if let Some(kept) = valid(kept.as_ref(), clock) {
            return Ok(kept);
        }
        let credentials = match self.0.provider.provide_credentials().await {
            Ok(credentials) => credentials,
            Err(error) => {
                // Those that were kept serve until they expire.
                let valid = |kept: &&Kept| kept.end.is_none_or(|end| clock.now() < end);
                let kept = kept.as_ref().filter(valid).map(|kept| kept.credentials.clone());
                return kept.ok_or_else(|| not_loaded(&error));
            }
        };
        if credentials.access_key_id().is_empty() || credentials.secret_access_key().is_empty() {
            return Err(Error::config("the access key or its secret is empty"));
        }
        let end = credentials.expiry().and_then(|end| Timestamp::try_from(end).ok());
        let until = end.map(|end| end.checked_sub(MARGIN).unwrap_or(end));
        let until = until.unwrap_or_else(|| after(clock.now(), KEPT));
        *kept = Some(Kept { credentials: credentials.clone(), until, end });
        Ok(credentials)
    }

    /// Forgets `old`, which AWS says has expired. Whether others came in its place.
    pub(super) async fn replace(
        &self,
        old: &Credentials,
        clock: &SharedClock,
        deadline: Option<Timestamp>,
    ) -> bool {
        {
            let mut kept = self.0.kept.lock().await;
            if kept.as_ref().is_some_and(|kept| same(&kept.credentials, old)) {
                *kept = None;
            }
        }
        self.credentials(clock, deadline).await.is_ok_and(|new| !same(&new, old))
    }

    /// Adds the signature to a request that is otherwise as it will be sent.
    pub(super) fn sign(
        &self,
        credentials: Credentials,
        mut request: Request<Bytes>,
        now: Timestamp,
    ) -> Result<Request<Bytes>> {
        // The causes may quote the request.
        let failed = || Error::config("the request cannot be signed");
        let identity = credentials.into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.0.region)
            .name(SERVICE)
            .time(SystemTime::from(now))
            .settings(SigningSettings::default())
            .build()
            .map_err(|_| failed())?
            .into();
        let headers = request.headers().iter();
        let headers =
            headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        // The hash alone, so that no trace of the signer shows the body.
        let body = SignableBody::Precomputed(hex(&Sha256::digest(request.body())));
        let uri = request.uri().to_string();
        let signable = SignableRequest::new(request.method().as_str(), uri, headers, body);
        let signed = sign(signable.map_err(|_| failed())?, &params).map_err(|_| failed())?;
        // By hand: the signer's own way panics where a session token is no header value.
        let (headers, _) = signed.into_parts().0.into_parts();
        for header in headers {
            let value = sensitive(header.value()).ok_or_else(|| {
                Error::config("the access key or the session token is no header value")
            })?;
            request.headers_mut().insert(header.name(), value);
        }
        Ok(request)
    }
}

/// Those that need not be replaced yet.
fn valid(kept: Option<&Kept>, clock: &SharedClock) -> Option<Credentials> {
    let kept = kept.filter(|kept| clock.now() < kept.until)?;
    Some(kept.credentials.clone())
}

fn same(a: &Credentials, b: &Credentials) -> bool {
    a.access_key_id() == b.access_key_id() && a.session_token() == b.session_token()
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// What the cause says may quote a file or a token.
fn not_loaded(error: &CredentialsError) -> Error {
    match error {
        CredentialsError::CredentialsNotLoaded(_) => {
            Error::new(ErrorKind::Unauthorized, "the host's provider found no AWS credentials")
        }
        CredentialsError::InvalidConfiguration(_) => {
            Error::config("the host's provider of AWS credentials is not set up right")
        }
        CredentialsError::ProviderTimedOut(_) => {
            unsent(ErrorKind::Timeout, "the host's provider of AWS credentials took too long")
        }
        CredentialsError::ProviderError(_) | CredentialsError::Unhandled(_) | _ => {
            unsent(ErrorKind::Unavailable, "the host's provider of AWS credentials failed")
        }
    }
}

/// An error from before anything was sent.
fn unsent(kind: ErrorKind, message: &'static str) -> Error {
    Error::new(kind, message).with_fate(Fate::NotSent)
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("region", &self.0.region).finish_non_exhaustive()
    }
}
