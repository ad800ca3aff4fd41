//! Proof of origin for providers that sign nothing.

use std::{fmt, net::IpAddr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderName;
use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};

use super::{Proof, Request, Verified, WebhookError, WebhookErrorKind, secrets::same};

/// How to tell that a call comes from a provider that signs nothing.
///
/// None of these covers the body as a signature would: use HTTPS, and check that an event's
/// `callback_data` or message id is one of yours. Where several are given, each must hold.
///
/// ```
/// use dakiya::webhook::Guard;
///
/// let guard = Guard::secret_path("8e0f9c1d2b7a4465")?.and(Guard::addresses(["202.162.224.0/19"])?);
/// # let _ = guard;
/// assert!(Guard::secret_path("").is_err());
/// # Ok::<(), dakiya::webhook::WebhookError>(())
/// ```
#[derive(Clone)]
pub struct Guard(Vec<Check>);

#[derive(Clone)]
enum Check {
    Addresses(Vec<IpNet>),
    Basic { user: SecretString, password: SecretString },
    Header { name: HeaderName, value: SecretString },
    SecretPath(SecretString),
}

impl Guard {
    /// One segment of the URL's path is `secret`: at least 16 characters that nobody guesses.
    ///
    /// # Errors
    ///
    /// [`Config`](WebhookErrorKind::Config) when it is shorter, no single segment, or holds what a
    /// URL writes in another way, such as a space.
    pub fn secret_path(secret: impl Into<SecretString>) -> Result<Self, WebhookError> {
        let secret = secret.into();
        let text = secret.expose_secret();
        // Whatever else a URL holds in another writing, and would never be found.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte);
        if text.len() < 16 || !text.bytes().all(plain) {
            return Err(config(
                "a secret path is one segment of 16 characters or more that URLs hold as they are",
            ));
        }
        Ok(Self(vec![Check::SecretPath(secret)]))
    }

    /// The header `name` is `value`.
    ///
    /// # Errors
    ///
    /// [`Config`](WebhookErrorKind::Config) when the name is no header name or the value is empty.
    pub fn header(name: &str, value: impl Into<SecretString>) -> Result<Self, WebhookError> {
        let name = name.parse().map_err(|_| config("the header name is no header name"))?;
        let value = non_empty(value.into(), "the header value is empty")?;
        Ok(Self(vec![Check::Header { name, value }]))
    }

    /// HTTP basic authentication, as `https://user:password@host/` in the provider's settings
    /// gives it.
    ///
    /// # Errors
    ///
    /// [`Config`](WebhookErrorKind::Config) when the user or the password is empty, or the user
    /// holds a colon, which would end it.
    pub fn basic(
        user: impl Into<SecretString>,
        password: impl Into<SecretString>,
    ) -> Result<Self, WebhookError> {
        let user = non_empty(user.into(), "the user is empty")?;
        let password = non_empty(password.into(), "the password is empty")?;
        if user.expose_secret().contains(':') {
            return Err(config("the user holds a colon"));
        }
        Ok(Self(vec![Check::Basic { user, password }]))
    }

    /// The caller's address, [`Request::peer`], is in one of `networks`, such as
    /// `202.162.224.0/19`.
    ///
    /// # Errors
    ///
    /// [`Config`](WebhookErrorKind::Config) when there is none, or one is no network or address.
    pub fn addresses<'a>(
        networks: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, WebhookError> {
        let parse = |text: &str| {
            text.parse()
                .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| config("an address list holds networks, such as 202.162.224.0/19"))
        };
        let networks = networks.into_iter().map(parse).collect::<Result<Vec<IpNet>, _>>()?;
        if networks.is_empty() {
            return Err(config("the address list is empty"));
        }
        Ok(Self(vec![Check::Addresses(networks)]))
    }

    /// Accepts calls from anyone. Their events say [`Proof::Unverified`].
    #[must_use]
    pub fn unverified() -> Self {
        Self(Vec::new())
    }

    /// Demands `other` too.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Proves where `request` came from: the [`verify`](super::Receiver::verify) of a receiver
    /// whose provider signs nothing.
    ///
    /// # Errors
    ///
    /// [`Signature`](WebhookErrorKind::Signature) when one of the checks does not hold.
    pub fn verify<'a>(&self, request: &'a Request) -> Result<Verified<'a>, WebhookError> {
        if self.0.is_empty() {
            return Ok(Verified::new(request, Proof::Unverified));
        }
        // All are looked at, so that the time tells nothing about which one failed.
        let failed = self.0.iter().filter(|check| !check.holds(request)).count();
        if failed > 0 {
            return Err(WebhookError::signature("the agreed proof of origin is missing or wrong"));
        }
        Ok(Verified::new(request, Proof::Shared))
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|check| match check {
            Check::Addresses(_) => "addresses",
            Check::Basic { .. } => "basic",
            Check::Header { .. } => "header",
            Check::SecretPath(_) => "secret path",
        });
        write!(f, "Guard({:?})", names.collect::<Vec<_>>())
    }
}

impl Check {
    fn holds(&self, request: &Request) -> bool {
        match self {
            Self::Addresses(networks) => request
                .peer
                .is_some_and(|peer| networks.iter().any(|net| net.contains(&peer.to_canonical()))),
            Self::Basic { user, password } => {
                let wanted = format!("{}:{}", user.expose_secret(), password.expose_secret());
                let sent = request.header("authorization").and_then(|value| {
                    let (scheme, token) = value.split_once(' ')?;
                    scheme.eq_ignore_ascii_case("basic").then_some(token.trim())
                });
                let sent = sent.and_then(|token| STANDARD.decode(token).ok()).unwrap_or_default();
                same(&sent, wanted.as_bytes())
            }
            Self::Header { name, value } => {
                let sent = request.headers.get(name).map_or(&b""[..], |value| value.as_bytes());
                same(sent, value.expose_secret().as_bytes())
            }
            Self::SecretPath(secret) => {
                let secret = secret.expose_secret().as_bytes();
                let found = request.path().split('/').filter(|part| same(part.as_bytes(), secret));
                found.count() > 0
            }
        }
    }
}

fn non_empty(secret: SecretString, problem: &'static str) -> Result<SecretString, WebhookError> {
    if secret.expose_secret().trim().is_empty() { Err(config(problem)) } else { Ok(secret) }
}

fn config(message: &'static str) -> WebhookError {
    WebhookError::new(WebhookErrorKind::Config, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://erp.example.net/hooks/0123456789abcdef/email?x=1";

    fn proof(guard: &Guard, request: &Request) -> Option<Proof> {
        guard.verify(request).ok().map(|verified| verified.proof())
    }

    #[test]
    fn an_empty_secret_cannot_be_built() {
        assert!(Guard::secret_path("short").is_err());
        assert!(Guard::secret_path("0123456789/abcdef").is_err());
        assert!(Guard::secret_path("0123456789 abcdef").is_err());
        assert!(Guard::secret_path("गुप्त-गुप्त-गुप्त").is_err());
        assert!(Guard::header("x-key", "").is_err());
        assert!(Guard::header("x-key", " ").is_err());
        assert!(Guard::basic("a:b", "p").is_err());
        assert!(Guard::basic("", "p").is_err());
        assert!(Guard::basic("u", "").is_err());
        assert!(Guard::addresses([]).is_err());
        assert!(Guard::addresses(["nowhere"]).is_err());
    }

    #[test]
    fn each_check_accepts_what_was_agreed_and_nothing_else() {
        let plain = Request::post(URL, "");
        let path = Guard::secret_path("0123456789abcdef").unwrap();
        assert_eq!(proof(&path, &plain), Some(Proof::Shared));
        assert_eq!(proof(&path, &Request::post("https://erp.example.net/hooks/", "")), None);
        let query = Request::post("https://erp.example.net/?k=/0123456789abcdef", "");
        assert_eq!(proof(&path, &query), None);

        let mut keyed = plain.clone();
        keyed.headers.insert("x-key", HeaderValue::from_static("s3cret"));
        keyed.headers.insert("authorization", HeaderValue::from_static("basic dTpw"));
        let header = Guard::header("X-Key", "s3cret").unwrap();
        assert_eq!(proof(&header, &keyed), Some(Proof::Shared));
        assert_eq!(proof(&header, &plain), None);
        let basic = Guard::basic("u", "p").unwrap();
        assert_eq!(proof(&basic, &keyed), Some(Proof::Shared));
        assert_eq!(proof(&basic, &plain), None);
        assert_eq!(proof(&Guard::basic("u", "q").unwrap(), &keyed), None);

        let listed = Guard::addresses(["202.162.224.0/19", "::1"]).unwrap();
        assert_eq!(proof(&listed, &plain), None);
        let mapped = plain.clone().with_peer("::ffff:202.162.230.9".parse().unwrap());
        assert_eq!(proof(&listed, &mapped), Some(Proof::Shared));
        let other = plain.clone().with_peer("203.0.113.9".parse().unwrap());
        assert_eq!(proof(&listed, &other), None);

        assert_eq!(proof(&path.clone().and(header), &plain), None);
        assert_eq!(proof(&path.and(basic), &keyed), Some(Proof::Shared));
        assert_eq!(proof(&Guard::unverified(), &plain), Some(Proof::Unverified));
    }

    use http::HeaderValue;
}
