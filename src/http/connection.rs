//! What every account over HTTP holds: where it calls, by what, and its clock.

use std::{fmt, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header};
use serde::{Serialize, de::DeserializeOwned};
use url::Url;

use super::{SharedTransport, Truncated, default_transport, endpoint};
use crate::{
    debug::show,
    error::{Error, ErrorKind, Fault, Result},
    time::{SharedClock, Timestamp, after, default_clock},
};

/// How long a call may take that is no send: a check, a list, an upload.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where an account calls, by what, and the clock it goes by.
#[derive(Clone)]
pub(crate) struct Connection {
    /// Who is named by its errors.
    provider: &'static str,
    /// With a slash at its end.
    endpoint: Url,
    transport: SharedTransport,
    clock: SharedClock,
}

/// The settings of a [`Connection`], which every builder has.
#[derive(Clone, Default)]
pub(crate) struct ConnectionSettings {
    pub(crate) endpoint: Option<String>,
    pub(crate) transport: Option<SharedTransport>,
    pub(crate) clock: Option<SharedClock>,
}

/// The settings of its connection that a builder has: where it calls, which each says in its own
/// words since what follows the host differs, by what, and the clock.
macro_rules! connection_settings {
    ($(#[$endpoint:meta])+) => {
        $(#[$endpoint])+
        pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
            self.connection.endpoint = Some(endpoint.into());
            self
        }

        /// Sets what carries the requests. Default: `ReqwestTransport`, with the feature `reqwest`.
        pub fn transport(mut self, transport: crate::http::SharedTransport) -> Self {
            self.connection.transport = Some(transport);
            self
        }

        /// Sets the clock. Default: the system's.
        pub fn clock(mut self, clock: crate::time::SharedClock) -> Self {
            self.connection.clock = Some(clock);
            self
        }

        /// For settings that come from a provider URL.
        pub(crate) fn connection_mut(
            &mut self,
        ) -> &mut crate::http::connection::ConnectionSettings {
            &mut self.connection
        }
    };
}

pub(crate) use connection_settings;

impl ConnectionSettings {
    /// The connection to the endpoint that was set, else to `default`; or what is wrong, with the
    /// faults that the builder found before.
    pub(crate) fn connect(
        self,
        provider: &'static str,
        default: &str,
        mut faults: Vec<Fault>,
    ) -> Result<Connection> {
        let endpoint = endpoint(self.endpoint.as_deref().unwrap_or(default));
        let endpoint = endpoint.map_err(|fault| faults.push(fault)).ok();
        let clock = self.clock.or_else(|| default_clock().ok());
        if clock.is_none() {
            faults.push(Fault::new("clock", "is missing", "turn on `reqwest`, or hand one in"));
        }
        let (Some(endpoint), Some(clock), true) = (endpoint, clock, faults.is_empty()) else {
            let error = Error::config("the account's settings are not valid");
            return Err(error.with_faults(faults).with_provider(provider));
        };
        let transport = self.transport.map_or_else(|| default_transport(&clock), Ok);
        let transport = transport.map_err(|error| error.with_provider(provider))?;
        Ok(Connection { provider, endpoint, transport, clock })
    }
}

impl Connection {
    /// Now, by the account's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The account's clock.
    pub(crate) fn clock(&self) -> &SharedClock {
        &self.clock
    }

    /// The same transport and clock at another endpoint, which ends in a slash.
    pub(crate) fn at(&self, endpoint: Url) -> Self {
        Self { endpoint, ..self.clone() }
    }

    /// Where it calls, with a slash at its end.
    pub(crate) fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// A request to `path` below the endpoint: encoded, without a slash at its start, with its
    /// query.
    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        body: impl Into<Bytes>,
    ) -> Result<Request<Bytes>> {
        stays_below(&method, path)?;
        let uri = [self.endpoint.as_str(), path].concat();
        let request = Request::builder().method(method).uri(uri).body(body.into());
        // The cause quotes the URL, which may be private.
        request.map_err(|_| Error::config("the endpoint is no URL"))
    }

    /// A request with `body` as JSON.
    pub(crate) fn json(
        &self,
        method: Method,
        path: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Request<Bytes>> {
        let mut text = Vec::with_capacity(1024); // a short message's
        serde_json::to_writer(&mut text, body)
            .map_err(|_| Error::new(ErrorKind::InvalidMessage, "it cannot be written as JSON"))?;
        let mut request = self.request(method, path, text)?;
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(header::CONTENT_TYPE, json);
        Ok(request)
    }

    /// A POST of `pairs` as a form.
    #[cfg(feature = "__form")]
    pub(crate) fn form<'a>(
        &self,
        path: &str,
        pairs: impl IntoIterator<Item = (&'a str, std::borrow::Cow<'a, str>)>,
    ) -> Result<Request<Bytes>> {
        let mut request = self.request(Method::POST, path, super::form::encode(pairs))?;
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(header::CONTENT_TYPE, form);
        Ok(request)
    }

    /// Sends a request that has its credentials.
    pub(crate) async fn send(
        &self,
        request: Request<Bytes>,
        deadline: Option<Timestamp>,
    ) -> Result<Response<Bytes>> {
        let answer = self.transport.execute(request, deadline).await;
        answer.map_err(|error| error.with_provider(self.provider))
    }

    /// The same for a call that is no send, which ends after 30 s.
    pub(crate) async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        self.send(request, Some(after(self.now(), PATIENCE))).await
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("endpoint", &self.endpoint.as_str())
            .finish_non_exhaustive()
    }
}

show!(ConnectionSettings {});

/// The JSON of a success. `Response` where it cannot be read: what was asked for is probably done.
pub(crate) fn read<T: DeserializeOwned>(response: &Response<Bytes>) -> Result<T> {
    let unreadable = || {
        Error::new(ErrorKind::Response, "accepted, but the answer cannot be read")
            .with_status(response.status().as_u16())
    };
    if Truncated::of(response) {
        return Err(unreadable());
    }
    // What the parser says may quote the body.
    serde_json::from_slice(response.body()).map_err(|_| unreadable())
}

/// `Authorization: Basic`, marked sensitive; `None` where the user holds a colon.
pub(crate) fn basic(user: &str, password: &str) -> Option<HeaderValue> {
    let fits = !user.is_empty() && !user.contains(':') && !password.is_empty();
    let text = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    fits.then(|| sensitive(&text)).flatten()
}

/// `Authorization: Bearer`, marked sensitive; `None` where the token is empty or no visible ASCII.
pub(crate) fn bearer(token: &str) -> Option<HeaderValue> {
    let fits = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| sensitive(&format!("Bearer {token}"))).flatten()
}

/// A header's value that no one prints; `None` where it is none.
pub(crate) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// One step of a path, percent-encoded: ids hold `/`, `+` and `=`.
pub(crate) fn segment(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(text, KEPT).to_string()
}

/// Refuses a path that an id leads out of its place: dots climb, encoded or not, and without its id
/// a deletion is of the whole list.
fn stays_below(method: &Method, path: &str) -> Result<()> {
    let steps = path.split(['?', '#']).next().unwrap_or_default();
    let climbs = |step: &str| matches!(step, "." | ".." | "%2E" | ".%2E" | "%2E." | "%2E%2E");
    if steps.split('/').any(climbs) {
        let fault = Fault::new("id", "is one or two dots", "write the id as the provider gave it");
        return Err(Error::invalid(vec![fault]));
    }
    if method == Method::DELETE && (steps.ends_with('/') || steps.contains("//")) {
        let fault = Fault::new("id", "is empty", "name what to delete");
        return Err(Error::invalid(vec![fault]));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ManualClock, MockTransport};

    #[test]
    fn credentials_are_sensitive_and_refused_where_they_are_none() {
        let value = basic("AC1", "secret").unwrap();
        assert_eq!(value.to_str().unwrap(), "Basic QUMxOnNlY3JldA==");
        assert!(value.is_sensitive() && bearer("t").unwrap().is_sensitive());
        assert!(basic("a:b", "x").is_none() && basic("a", "").is_none());
        assert!(bearer("two words").is_none() && bearer("").is_none() && bearer("a\n").is_none());
    }

    #[test]
    fn an_id_cannot_leave_its_place_in_a_path() {
        assert_eq!(segment("wamid.a+b/c="), "wamid.a%2Bb%2Fc%3D");
        let allowed = |method: Method, path: &str| stays_below(&method, path).is_ok();
        assert!(allowed(Method::DELETE, "v3/bounces/a%40b.example?x=../.."));
        for path in ["v3/../x", "v3/..", "v3/%2E%2E/x", ".", "v3/%2E.", "v3/.%2E", "%2E/x"] {
            assert!(!allowed(Method::GET, path), "{path}");
        }
        assert!(allowed(Method::POST, "consent/manage/"));
        assert!(!allowed(Method::DELETE, "v3/bounces/") && !allowed(Method::DELETE, "v3//bounces"));
    }

    #[test]
    fn every_fault_of_the_settings_is_named() {
        let settings =
            ConnectionSettings { endpoint: Some("ftp://h".into()), ..Default::default() };
        let before = vec![Fault::new("key", "is empty", "set it")];
        let error = settings.connect("example.sms", "https://h.example", before).unwrap_err();
        let fields: Vec<_> = error.faults().iter().map(|fault| &*fault.field).collect();
        assert_eq!(fields, ["key", "endpoint"]);
    }

    #[tokio::test]
    async fn requests_go_below_the_endpoint() {
        let mock = MockTransport::answering(200, r#"{"a":1}"#);
        let settings = ConnectionSettings {
            endpoint: None,
            transport: Some(mock.shared()),
            clock: Some(ManualClock::at(Timestamp::UNIX_EPOCH).shared()),
        };
        let connection = settings.connect("example.sms", "https://h.example/v3", vec![]).unwrap();
        let request = connection.json(Method::POST, "mail/send?x=1", &[1]).unwrap();
        let answer: serde_json::Value = read(&connection.call(request).await.unwrap()).unwrap();
        assert_eq!(answer["a"], 1);
        assert_eq!(mock.requests()[0].uri(), "https://h.example/v3/mail/send?x=1");
        assert_eq!(mock.requests()[0].body(), "[1]");
    }
}
