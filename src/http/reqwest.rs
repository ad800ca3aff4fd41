//! The default transport.

use std::{
    fmt::Write as _,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_util::future::{Either, select};
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};

use super::{Transport, Truncated};
use crate::{
    error::{Error, ErrorKind, Fate, Result},
    future::BoxFuture,
    time::{SharedClock, Timestamp, TokioClock, after, until},
};

/// HTTP over `reqwest`: HTTP/1.1 and HTTP/2, rustls, no redirects, bounded bodies.
///
/// Needs a tokio runtime where it is called.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    client: reqwest::Client,
    clock: SharedClock,
    limit: usize,
    patience: Duration,
}

impl ReqwestTransport {
    /// A transport over a client of its own, which reads answers of up to 1 MiB.
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) when the system's TLS roots cannot be read.
    pub fn new() -> Result<Self> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .pool_idle_timeout(Duration::from_mins(1))
            .retry(reqwest::retry::never())
            .tcp_nodelay(true)
            .user_agent(concat!("dakiya/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Error::config("the HTTP client cannot be built").with_source(error))?;
        Ok(Self::over(client))
    }

    /// A transport over the host's own client. Redirects, time-outs and retries should be off in
    /// it: a redirect would carry credentials on, and a retry may send twice.
    #[must_use]
    pub fn over(client: reqwest::Client) -> Self {
        let clock = TokioClock::shared();
        Self { client, clock, limit: 1 << 20, patience: Duration::from_mins(1) }
    }

    /// Sets the clock that deadlines are measured by.
    #[must_use]
    pub fn with_clock(mut self, clock: SharedClock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets how many bytes of an answer are read. Default: 1 MiB.
    #[must_use]
    pub fn with_limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// Sets how long a request without a deadline of its own may take. Default: 1 min.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    async fn exchange(&self, request: Request<Tracked>) -> Result<Response<Bytes>> {
        let written = request.body().written.clone();
        let request = convert(request)?;
        let mut response =
            self.client.execute(request).await.map_err(|error| network(error, &written))?;

        let mut parts = Response::builder().status(response.status());
        if let Some(headers) = parts.headers_mut() {
            std::mem::swap(headers, response.headers_mut());
        }
        let mut body = Bytes::new();
        let mut truncated = false;
        while let Some(chunk) = response.chunk().await.map_err(|error| network(error, &written))? {
            let room = self.limit.saturating_sub(body.len());
            truncated = chunk.len() > room;
            let chunk = chunk.slice(..room.min(chunk.len()));
            // Most answers are one chunk, which needs no copy.
            body = if body.is_empty() { chunk } else { join(body, &chunk) };
            if truncated {
                break;
            }
        }
        if truncated {
            parts = parts.extension(Truncated::mark());
        }
        parts.body(body).map_err(|error| {
            Error::new(ErrorKind::Response, "the answer is no HTTP").with_source(error)
        })
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn execute(
        &self,
        request: Request<Bytes>,
        deadline: Option<Timestamp>,
    ) -> Result<Response<Bytes>> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(Error::config(
                "the reqwest transport needs a tokio runtime around the call",
            ));
        }
        let request = request.map(Tracked::new);
        // Without any, a server that takes the request and says nothing would be waited for forever.
        let now = self.clock.now();
        let deadline = deadline.unwrap_or_else(|| after(now, self.patience));
        let late =
            |fate| Error::new(ErrorKind::Timeout, "no answer within the deadline").with_fate(fate);
        if deadline <= now {
            return Err(late(Fate::NotSent));
        }
        let written = request.body().written.clone();
        let sleep: BoxFuture<'_, ()> = self.clock.sleep(until(&*self.clock, deadline));
        match select(pin!(self.exchange(request)), sleep).await {
            Either::Left((done, _)) => done,
            Either::Right(((), _)) => Err(late(written.fate())),
        }
    }
}

/// What `reqwest::Request::try_from` does, with fewer allocations.
fn convert(request: Request<Tracked>) -> Result<reqwest::Request> {
    let (parts, body) = request.into_parts();
    let mut text = String::with_capacity(256);
    // Writing to a string cannot fail.
    let _ = write!(text, "{}", parts.uri);
    // The cause may quote the URL.
    let url = url::Url::parse(&text).map_err(|_| Error::config("the request's URL is none"))?;
    let mut request = reqwest::Request::new(parts.method, url);
    *request.version_mut() = parts.version;
    *request.headers_mut() = parts.headers;
    *request.body_mut() = Some(reqwest::Body::wrap(body));
    Ok(request)
}

/// Both, in one buffer.
fn join(body: Bytes, chunk: &[u8]) -> Bytes {
    let mut joined = BytesMut::from(body);
    joined.extend_from_slice(chunk);
    joined.freeze()
}

/// Whether the body was asked for: until then no connection stood, and nothing was sent.
///
/// The connection runs on a task of its own, so a flag that is only read could be set right after:
/// whoever comes first, the connection or the end of the wait, settles it for both.
#[derive(Clone)]
struct Written(Arc<AtomicU8>);

impl Written {
    const OPEN: u8 = 0;
    const ASKED: u8 = 1;
    const GIVEN_UP: u8 = 2;

    /// Whether the body may still go out.
    fn ask(&self) -> bool {
        self.settle(Self::ASKED) == Self::ASKED
    }

    /// What became of the request. From here on the body is not handed out.
    fn fate(&self) -> Fate {
        if self.settle(Self::GIVEN_UP) == Self::ASKED { Fate::Unknown } else { Fate::NotSent }
    }

    fn settle(&self, to: u8) -> u8 {
        let order = Ordering::AcqRel;
        self.0
            .compare_exchange(Self::OPEN, to, order, Ordering::Acquire)
            .map_or_else(|is| is, |_| to)
    }
}

struct Tracked {
    bytes: Option<Bytes>,
    written: Written,
}

impl Tracked {
    fn new(bytes: Bytes) -> Self {
        // An empty body is never asked for, so nothing is known of when its head was written.
        let state = if bytes.is_empty() { Written::ASKED } else { Written::OPEN };
        let written = Written(Arc::new(AtomicU8::new(state)));
        Self { bytes: Some(bytes).filter(|bytes| !bytes.is_empty()), written }
    }
}

impl Body for Tracked {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, Self::Error>>> {
        if !self.written.ask() {
            return Poll::Ready(Some(Err(std::io::ErrorKind::TimedOut.into())));
        }
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

fn network(error: reqwest::Error, written: &Written) -> Error {
    let (kind, message) = match (error.is_timeout(), error.is_connect()) {
        (true, true) => (ErrorKind::Timeout, "no connection in time"),
        (true, false) => (ErrorKind::Timeout, "no answer in time"),
        (false, true) => (ErrorKind::Network, "no connection"),
        (false, false) => (ErrorKind::Network, "the connection was lost"),
    };
    let fate = if error.is_connect() { Fate::NotSent } else { written.fate() };
    Error::new(kind, message).with_fate(fate).with_source(strip(error))
}

/// A URL may hold a secret in its path or query.
fn strip(error: reqwest::Error) -> reqwest::Error {
    error.without_url()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(body: &mut Tracked) -> Option<std::result::Result<Frame<Bytes>, std::io::Error>> {
        let mut context = Context::from_waker(std::task::Waker::noop());
        match Pin::new(body).poll_frame(&mut context) {
            Poll::Ready(frame) => frame,
            Poll::Pending => None,
        }
    }

    #[test]
    fn what_was_reported_as_not_sent_cannot_go_out_afterwards() {
        let mut body = Tracked::new("To=91".into());
        assert_eq!(body.written.fate(), Fate::NotSent);
        assert!(poll(&mut body).is_some_and(|frame| frame.is_err()));
        assert_eq!(body.written.fate(), Fate::NotSent);
    }

    #[test]
    fn what_was_handed_out_may_be_out() {
        let mut body = Tracked::new("To=91".into());
        assert!(poll(&mut body).is_some_and(|frame| frame.is_ok()));
        assert_eq!(body.written.fate(), Fate::Unknown);
        assert_eq!(Tracked::new(Bytes::new()).written.fate(), Fate::Unknown);
    }
}
