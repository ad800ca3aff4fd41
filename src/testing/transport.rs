//! A transport that a test scripts.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};

use crate::{
    error::{Error, Result},
    http::{SharedTransport, Transport},
    time::Timestamp,
};

/// A transport that answers from a script and keeps what it was asked.
///
/// Answers are used up in the order given; then the standing answer of
/// [`answering`](Self::answering) is given again and again. Clones share script and record.
///
/// ```
/// use dakiya::testing::MockTransport;
///
/// let transport = MockTransport::answering(200, r#"{"id":"1"}"#).then(429, "");
/// // … hand `transport.shared()` to a provider, send, and look at what went out:
/// assert!(transport.requests().is_empty());
/// ```
#[derive(Clone)]
pub struct MockTransport(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    next: VecDeque<Result<Response<Bytes>>>,
    standing: Option<Response<Bytes>>,
    requests: Vec<Request<Bytes>>,
    forgetful: bool,
}

impl MockTransport {
    /// A transport without a standing answer: past the script it fails with
    /// [`Config`](crate::ErrorKind::Config).
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::default())
    }

    /// A transport that answers every request past the script with `status` and `body`.
    #[must_use]
    pub fn answering(status: u16, body: impl Into<Bytes>) -> Self {
        let transport = Self::new();
        transport.script().standing = Some(response(status, body));
        transport
    }

    /// Answers the next request with `status` and `body`.
    #[must_use]
    pub fn then(self, status: u16, body: impl Into<Bytes>) -> Self {
        self.then_response(response(status, body))
    }

    /// Answers the next request with a response, headers and all.
    #[must_use]
    pub fn then_response(self, response: Response<Bytes>) -> Self {
        self.script().next.push_back(Ok(response));
        self
    }

    /// Fails the next request.
    #[must_use]
    pub fn then_error(self, error: Error) -> Self {
        self.script().next.push_back(Err(error));
        self
    }

    /// Keeps no requests, so that a bench measures the channel alone.
    #[must_use]
    pub fn forgetful(self) -> Self {
        self.script().forgetful = true;
        self
    }

    /// The transport, ready to hand to a provider.
    #[must_use]
    pub fn shared(&self) -> SharedTransport {
        Arc::new(self.clone())
    }

    /// What was asked so far, oldest first: method, URL, headers and body.
    #[must_use]
    pub fn requests(&self) -> Vec<Request<Bytes>> {
        self.script().requests.clone()
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MockTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MockTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Requests hold secrets and addresses.
        write!(f, "MockTransport({} requests)", self.script().requests.len())
    }
}

#[async_trait]
impl Transport for MockTransport {
    async fn execute(
        &self,
        request: Request<Bytes>,
        _deadline: Option<Timestamp>,
    ) -> Result<Response<Bytes>> {
        let mut script = self.script();
        if !script.forgetful {
            script.requests.push(request);
        }
        let next = script.next.pop_front().or_else(|| script.standing.clone().map(Ok));
        next.unwrap_or_else(|| Err(Error::config("the script of the transport has ended")))
    }
}

fn response(status: u16, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[tokio::test]
    async fn answers_in_order_then_stands_and_keeps_what_it_was_asked() {
        let busy = Error::new(ErrorKind::Network, "cut");
        let transport = MockTransport::answering(202, "ok").then(429, "").then_error(busy);
        let ask = || {
            let request = Request::post("https://api.example.net/v1?x=1");
            transport.execute(request.header("x-key", "k").body("b".into()).unwrap(), None)
        };
        assert_eq!(ask().await.unwrap().status(), 429);
        assert_eq!(ask().await.unwrap_err().kind(), ErrorKind::Network);
        assert_eq!(ask().await.unwrap().status(), 202);
        assert_eq!(ask().await.unwrap().body(), "ok");
        let requests = transport.requests();
        assert_eq!(requests.len(), 4);
        assert_eq!(requests[3].uri(), "https://api.example.net/v1?x=1");
        assert_eq!(requests[3].headers()["x-key"], "k");
        assert_eq!(requests[3].body(), "b");
    }

    #[tokio::test]
    async fn says_so_when_the_script_has_ended() {
        let request = Request::new(Bytes::new());
        let error = MockTransport::new().execute(request, None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }
}
