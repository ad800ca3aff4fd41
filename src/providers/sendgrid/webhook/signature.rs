//! SendGrid's signature: ECDSA on P-256 with SHA-256, over the timestamp and the raw body.

use std::fmt;

use aws_lc_rs::{
    digest,
    signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};

use super::wire;
use crate::{
    time::Timestamp,
    webhook::{Request, WebhookError, WebhookErrorKind},
};

const SIGNATURE: &str = "x-twilio-email-event-webhook-signature";
const TIMESTAMP: &str = "x-twilio-email-event-webhook-timestamp";

/// The keys that may have signed. They are read once, so that a call costs no more than the check.
#[derive(Clone, Default)]
pub(super) struct Keys(Vec<ParsedPublicKey>);

impl Keys {
    /// Accepts what `key` proves: base64 of a DER `SubjectPublicKeyInfo`, or PEM.
    pub(super) fn add(&mut self, key: &SecretString) -> Result<(), WebhookError> {
        let text = key.expose_secret().trim();
        if text.is_empty() {
            return Err(config("the verification key is empty"));
        }
        if text.contains("PRIVATE KEY") {
            return Err(config("this is a private key"));
        }
        let der = STANDARD.decode(unarmoured(text));
        let der = der.map_err(|_| config("the verification key is neither base64 nor PEM"))?;
        // Without the frame of a `SubjectPublicKeyInfo` it would be a point of an unnamed curve.
        let key = Some(der).filter(|der| der.starts_with(&[0x30]));
        let key = key.and_then(|der| ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, der).ok());
        self.0.push(key.ok_or_else(|| config("the verification key is no public key on P-256"))?);
        Ok(())
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks the signature of `request`, and gives the time that it signs.
    pub(super) fn verify(&self, request: &Request) -> Result<Timestamp, WebhookError> {
        let signature = header(request, SIGNATURE)
            .ok_or_else(|| WebhookError::signature(format!("the header {SIGNATURE} is missing")))?;
        let stamp = header(request, TIMESTAMP)
            .ok_or_else(|| WebhookError::signature(format!("the header {TIMESTAMP} is missing")))?;
        let signature = STANDARD
            .decode(signature.as_bytes())
            .map_err(|_| WebhookError::signature("the signature is no base64"))?;
        if !signature.starts_with(&[0x30]) {
            return Err(WebhookError::signature("the signature is no DER sequence"));
        }
        if !self.any_signed(stamp, &[&request.body], &signature) {
            return Err(self.why(stamp, &request.body, &signature));
        }
        let time =
            stamp.to_str().ok().and_then(|text| Timestamp::from_second(text.parse().ok()?).ok());
        time.ok_or_else(|| WebhookError::signature("the signed timestamp is no Unix time"))
    }

    /// Whether one of the keys signed `stamp` and the `parts` of a body after it. A signature that
    /// is no DER, or holds a zero, is none.
    fn any_signed(&self, stamp: &HeaderValue, parts: &[&[u8]], signature: &[u8]) -> bool {
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(stamp.as_bytes());
        for part in parts {
            hash.update(part);
        }
        let hash = hash.finish();
        self.0.iter().any(|key| key.verify_digest_sig(&hash, signature).is_ok())
    }

    /// Why the signature does not hold, as far as it can be told.
    fn why(&self, stamp: &HeaderValue, body: &[u8], signature: &[u8]) -> WebhookError {
        let lost_end = !body.ends_with(wire::CRLF)
            && self.any_signed(stamp, &[body.trim_ascii_end(), wire::CRLF], signature);
        if lost_end {
            return WebhookError::signature(
                "the body was re-serialised: it lost the CRLF at its end, and with it the \
                 signature holds; hand over the raw bytes",
            );
        }
        let written_anew = |compact| wire::restore(body, compact).filter(|wire| wire != body);
        let unframed = written_anew(false);
        let holds = |wire: Vec<u8>| self.any_signed(stamp, &[&wire], signature);
        let is_unframed = unframed.is_some();
        if unframed.is_some_and(holds) || written_anew(true).is_some_and(holds) {
            return WebhookError::signature(
                "the body was re-serialised: it lost the CRLF after each event, and with them \
                 the signature holds; hand over the raw bytes",
            );
        }
        WebhookError::signature(if is_unframed || body.starts_with(b"{") {
            "the signature does not hold, and the body lacks the CRLF that SendGrid writes after \
             each event: the body was re-serialised, or is not SendGrid's; hand over the raw bytes"
        } else {
            "the signature does not hold: the body is not what SendGrid signed, or the \
             verification key is another webhook's"
        })
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}

fn header<'a>(request: &'a Request, name: &str) -> Option<&'a HeaderValue> {
    request.headers.get(name).filter(|value| !value.is_empty())
}

/// The base64 of a key without PEM's first and last line, and without line ends, also those that a
/// configuration file writes as `\n`.
fn unarmoured(text: &str) -> String {
    let text = text.replace("\\r", "").replace("\\n", "\n");
    let text = text.replace("-----BEGIN PUBLIC KEY-----", "");
    let text = text.replace("-----END PUBLIC KEY-----", "");
    text.split_whitespace().collect()
}

fn config(problem: &'static str) -> WebhookError {
    let message = format!(
        "{problem}: paste the verification key that SendGrid shows at the webhook's security \
         features, the line of base64 that begins with MFkwEwYH, or its PEM"
    );
    WebhookError::new(WebhookErrorKind::Config, message)
}
