//! The secrets that a provider may have signed with, and what it signs with them.

use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use super::{WebhookError, WebhookErrorKind};

/// One secret or more, any of which may have signed: while one is replaced, both hold.
#[derive(Clone, Debug)]
pub(crate) struct Secrets(Vec<SecretString>);

impl Secrets {
    /// The first secret; `name` is what the provider calls it.
    pub(crate) fn new(
        secret: impl Into<SecretString>,
        name: &'static str,
    ) -> Result<Self, WebhookError> {
        Self(Vec::new()).and(secret, name)
    }

    /// Another one that is accepted too.
    pub(crate) fn and(
        mut self,
        secret: impl Into<SecretString>,
        name: &'static str,
    ) -> Result<Self, WebhookError> {
        let secret = secret.into();
        if secret.expose_secret().trim().is_empty() {
            let problem = format!("the {name} is empty: without one anybody could sign");
            return Err(WebhookError::new(WebhookErrorKind::Config, problem));
        }
        self.0.push(secret);
        Ok(self)
    }

    /// Whether one of them `holds`. All are tried, so that the time does not tell which.
    pub(crate) fn any(&self, mut holds: impl FnMut(&[u8]) -> bool) -> bool {
        self.0.iter().fold(false, |found, secret| holds(secret.expose_secret().as_bytes()) | found)
    }
}

/// Equality in a time that tells the length alone.
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// Whether `signature` is the MAC `M`, such as `Hmac<Sha256>`, over the `parts`, one after the
/// other; in constant time.
#[cfg(feature = "__hmac")]
pub(crate) fn signs<M>(key: &[u8], parts: &[&[u8]], signature: &[u8]) -> bool
where
    M: hmac::Mac + hmac::KeyInit,
{
    <M as hmac::KeyInit>::new_from_slice(key).is_ok_and(|mut mac| {
        for part in parts {
            mac.update(part);
        }
        mac.verify_slice(signature).is_ok()
    })
}

/// The bytes that lower-case hexadecimal digits stand for, where there are exactly `N`.
#[cfg(feature = "__hmac")]
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    (lower && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(bytes)
}
