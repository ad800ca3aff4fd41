//! What a call is answered with.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

/// What to answer a provider. `Debug` shows its status and size, for its body may be a text to a
/// person or the token of a handshake.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// 200 with an empty body: what most providers want.
    #[must_use]
    pub fn ok() -> Self {
        Self::of(200)
    }

    /// An empty body with `status`.
    #[must_use]
    pub fn of(status: u16) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// Sets the body and its media type.
    #[must_use]
    pub fn with_body(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let name = HeaderName::from_static("content-type");
        self.headers.insert(name, HeaderValue::from_static(content_type));
        self.body = body.into();
        self
    }

    /// The reply as a response of the `http` crate.
    #[must_use]
    pub fn into_http(self) -> http::Response<Bytes> {
        let mut response = http::Response::new(self.body);
        *response.status_mut() = http::StatusCode::from_u16(self.status).unwrap_or_default();
        *response.headers_mut() = self.headers;
        response
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({}, {} bytes)", self.status, self.body.len())
    }
}

impl Default for Reply {
    fn default() -> Self {
        Self::ok()
    }
}
