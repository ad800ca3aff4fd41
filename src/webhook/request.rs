//! A call as it was received.

use std::{fmt, net::IpAddr};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::WebhookError;

/// A request as it came over the wire. `Debug` shows its method and size.
#[non_exhaustive]
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The public URL that the provider called, query and all; behind a proxy it is not the one
    /// that the server sees.
    pub url: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, byte for byte.
    pub body: Bytes,
    /// Who connected, for address lists.
    pub peer: Option<IpAddr>,
}

impl Request {
    /// A request of `method` to the public URL `url`.
    #[must_use]
    pub fn new(method: Method, url: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { method, url: url.into(), headers: HeaderMap::new(), body: body.into(), peer: None }
    }

    /// A POST.
    #[must_use]
    pub fn post(url: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self::new(Method::POST, url, body)
    }

    /// Sets the headers.
    #[must_use]
    pub fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.headers = headers;
        self
    }

    /// Sets who connected.
    #[must_use]
    pub fn with_peer(mut self, peer: IpAddr) -> Self {
        self.peer = Some(peer);
        self
    }

    /// A request that a server built on the `http` crate received, at the public URL `url`.
    #[must_use]
    pub fn from_http<B: Into<Bytes>>(request: http::Request<B>, url: impl Into<String>) -> Self {
        let (parts, body) = request.into_parts();
        Self {
            method: parts.method,
            url: url.into(),
            headers: parts.headers,
            body: body.into(),
            peer: None,
        }
    }

    /// A request from a server with types of its own: its method, the public URL, the headers'
    /// names and values, and the body.
    ///
    /// ```
    /// use dakiya::webhook::Request;
    ///
    /// let headers = [("content-type", &b"application/json"[..])];
    /// let request = Request::from_parts("POST", "https://erp.example.net/hooks/x", headers, "[]")?;
    /// assert_eq!(request.header("Content-Type"), Some("application/json"));
    /// # Ok::<(), dakiya::webhook::WebhookError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Payload`](super::WebhookErrorKind::Payload) when the method or a header is none.
    pub fn from_parts<'h>(
        method: &str,
        url: impl Into<String>,
        headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
        body: impl Into<Bytes>,
    ) -> Result<Self, WebhookError> {
        let method = method.parse().map_err(|_| WebhookError::payload("the method is none"))?;
        let mut request = Self::new(method, url, body);
        for (name, value) in headers {
            let header = name.parse::<HeaderName>().ok().zip(HeaderValue::from_bytes(value).ok());
            let (name, value) = header.ok_or_else(|| WebhookError::payload("a header is none"))?;
            request.headers.append(name, value);
        }
        Ok(request)
    }

    /// A header's value, where it is there and readable.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The path of the URL, as written.
    #[must_use]
    pub fn path(&self) -> &str {
        // A query may hold a URL, so it goes first.
        let url = self.url.split(['?', '#']).next().unwrap_or_default();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        rest.find('/').and_then(|start| rest.get(start..)).unwrap_or("/")
    }

    /// The query of the URL, as written.
    #[must_use]
    pub fn query(&self) -> &str {
        let query = self.url.split_once('?').map_or("", |(_, query)| query);
        query.split('#').next().unwrap_or_default()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({}, {} bytes)", self.method, self.body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_in_the_query_is_no_part_of_the_path() {
        for (url, path) in [
            ("https://erp.example.net/hooks/s3cret?next=http://x/y", "/hooks/s3cret"),
            ("/hooks/s3cret?next=http://x/y", "/hooks/s3cret"),
            ("https://erp.example.net?key=/s3cret", "/"),
            ("https://erp.example.net", "/"),
        ] {
            assert_eq!(Request::post(url, "").path(), path, "{url}");
        }
    }
}
