//! A server of raw HTTP/1.1 that misbehaves on demand, for what no mock transport can show: cut,
//! stalled and dripping connections.

use std::{
    fmt,
    future::poll_fn,
    io,
    net::SocketAddr,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
};

use bytes::{Bytes, BytesMut};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A server on a free port of `127.0.0.1` that acts as its script says.
///
/// It spawns nothing: it runs for as long as [`serve`](Self::serve) is awaited.
///
/// ```
/// use dakiya::testing::server::{Answer, Behaviour, ScriptedServer};
///
/// # async fn example() -> std::io::Result<()> {
/// let server = ScriptedServer::start(|_| Behaviour::Answer(Answer::json(200, "{}"))).await?;
/// server.serve(async { /* send to server.endpoint() */ }).await;
/// assert_eq!(server.requests().len(), 0);
/// # Ok(())
/// # }
/// ```
pub struct ScriptedServer {
    listener: TcpListener,
    address: SocketAddr,
    script: Option<Box<Script>>,
    record: Mutex<Record>,
}

type Script = dyn Fn(&Received) -> Behaviour + Send + Sync;

#[derive(Default)]
struct Record {
    connections: usize,
    requests: Vec<Received>,
}

impl ScriptedServer {
    /// A server that asks `script` about every request.
    ///
    /// # Errors
    ///
    /// When no port is free.
    pub async fn start(
        script: impl Fn(&Received) -> Behaviour + Send + Sync + 'static,
    ) -> io::Result<Self> {
        Self::bind(Some(Box::new(script))).await
    }

    /// A server that cuts every connection once a request begins to arrive, without reading it.
    ///
    /// # Errors
    ///
    /// When no port is free.
    pub async fn cutting() -> io::Result<Self> {
        Self::bind(None).await
    }

    async fn bind(script: Option<Box<Script>>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, script, record: Mutex::default() })
    }

    /// Where it listens: `http://127.0.0.1:<port>`, without a slash at the end.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests read so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.record().requests.clone()
    }

    /// How many connections were accepted.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.record().connections
    }

    /// Runs the server until `work` is done. Connections still open then are cut.
    pub async fn serve<F: Future>(&self, work: F) -> F::Output {
        let mut work = pin!(work);
        let mut connections = FuturesUnordered::new();
        poll_fn(|context| {
            loop {
                if let Poll::Ready(done) = work.as_mut().poll(context) {
                    return Poll::Ready(done);
                }
                let before = self.progress();
                while let Poll::Ready(Ok((stream, _))) = self.listener.poll_accept(context) {
                    self.record().connections += 1;
                    connections.push(self.converse(stream));
                }
                while let Poll::Ready(Some(())) = connections.poll_next_unpin(context) {}
                // What was just received may be what `work` waits for.
                if self.progress() == before {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    /// Resolves when `count` requests were read. Only for work inside [`serve`](Self::serve).
    pub async fn received(&self, count: usize) {
        poll_fn(|_| if self.progress().1 >= count { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    async fn converse(&self, mut stream: TcpStream) {
        let Some(script) = &self.script else {
            // Closing with unread bytes resets the connection, which is the point.
            drop(stream.peek(&mut [0]).await);
            return;
        };
        // Head and body are written apart: held back, the body would wait for a delayed ACK.
        drop(stream.set_nodelay(true));
        while let Some(request) = read(&mut stream).await {
            let behaviour = script(&request);
            self.record().requests.push(request);
            if behaviour.act(&mut stream).await.is_none() {
                return;
            }
        }
    }

    fn progress(&self) -> (usize, usize) {
        let record = self.record();
        (record.connections, record.requests.len())
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ScriptedServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScriptedServer({})", self.address)
    }
}

/// A request as it was read. `Debug` shows its method and size, since the rest may be secret.
#[non_exhaustive]
#[derive(Clone)]
pub struct Received {
    /// The method.
    pub method: Method,
    /// The path and query, as written.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, chunks joined.
    pub body: Bytes,
    /// All of it as it was on the wire.
    pub raw: Bytes,
}

impl Received {
    /// The body as text, where it is UTF-8; else empty.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or_default()
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Received({}, {} bytes)", self.method, self.raw.len())
    }
}

/// What the server does with a request that it has read.
#[non_exhaustive]
pub enum Behaviour {
    /// Answers.
    Answer(Answer),
    /// Closes the connection without an answer.
    Cut,
    /// Sends the head and half of the body, then closes the connection.
    CutInBody(Answer),
    /// Sends the head, then the body byte by byte, and never the last one. `tick` runs before each
    /// byte: a test moves its clock on there.
    Drip(Answer, Arc<dyn Fn() + Send + Sync>),
    /// Holds the connection open and says nothing.
    Stall,
}

impl Behaviour {
    /// `None` when the connection is at its end.
    async fn act(self, stream: &mut TcpStream) -> Option<()> {
        match self {
            Self::Answer(answer) => {
                stream.write_all(&answer.head()).await.ok()?;
                stream.write_all(&answer.body).await.ok()
            }
            Self::Cut => None,
            Self::CutInBody(answer) => {
                stream.write_all(&answer.head()).await.ok()?;
                stream.write_all(&answer.first_half()).await.ok()?;
                stream.shutdown().await.ok()?;
                None
            }
            Self::Drip(answer, tick) => {
                stream.write_all(&answer.head()).await.ok()?;
                let last = answer.body.len().saturating_sub(1);
                for byte in answer.body.iter().take(last) {
                    tick();
                    stream.write_u8(*byte).await.ok()?;
                    tokio::task::yield_now().await;
                }
                std::future::pending().await
            }
            Self::Stall => std::future::pending().await,
        }
    }
}

impl fmt::Debug for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Answer(_) => "Answer",
            Self::Cut => "Cut",
            Self::CutInBody(_) => "CutInBody",
            Self::Drip(..) => "Drip",
            Self::Stall => "Stall",
        })
    }
}

impl From<Answer> for Behaviour {
    fn from(answer: Answer) -> Self {
        Self::Answer(answer)
    }
}

/// A whole HTTP answer.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers besides `content-length`.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// An answer with `body` of a media type.
    #[must_use]
    pub fn new(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self { status, headers, body: body.into() }
    }

    /// An answer with a JSON body.
    #[must_use]
    pub fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, "application/json", body)
    }

    /// An answer without a body.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// Sets a header; one whose name or value no header can have is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse()) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Replaces the body, and keeps status and headers.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn first_half(&self) -> Bytes {
        self.body.slice(..self.body.len() / 2)
    }

    fn head(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Scripted\r\n", self.status).into_bytes();
        if !matches!(self.status, 204 | 304) {
            head.extend(format!("content-length: {}\r\n", self.body.len()).bytes());
        }
        for (name, value) in &self.headers {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        head
    }
}

impl From<(u16, &'static str, &'static str)> for Answer {
    /// Status, media type and body.
    fn from((status, content_type, body): (u16, &'static str, &'static str)) -> Self {
        Self::new(status, content_type, body)
    }
}

/// One request, `None` when the connection ends or it is no HTTP.
async fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut raw = BytesMut::new();
    let end = loop {
        if let Some(start) = find(&raw, b"\r\n\r\n") {
            break start + 4;
        }
        more(stream, &mut raw).await?;
    };
    let head = std::str::from_utf8(raw.get(..end)?).ok()?;
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let method = words.next()?.parse().ok()?;
    let target = words.next()?.to_owned();
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        headers.append(name.parse::<HeaderName>().ok()?, value.trim().parse().ok()?);
    }

    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let body = if text(http::header::TRANSFER_ENCODING).is_some() {
        while !raw.ends_with(b"0\r\n\r\n") {
            more(stream, &mut raw).await?;
        }
        joined(raw.get(end..)?)?
    } else {
        let length = text(http::header::CONTENT_LENGTH).and_then(|n| n.parse().ok()).unwrap_or(0);
        while raw.len() < end + length {
            more(stream, &mut raw).await?;
        }
        Bytes::copy_from_slice(raw.get(end..end + length)?)
    };
    Some(Received { method, target, headers, body, raw: raw.freeze() })
}

async fn more(stream: &mut TcpStream, raw: &mut BytesMut) -> Option<()> {
    stream.read_buf(raw).await.ok().filter(|count| *count > 0).map(drop)
}

/// The content of chunks.
fn joined(mut chunks: &[u8]) -> Option<Bytes> {
    let mut body = BytesMut::new();
    loop {
        let line = find(chunks, b"\r\n")?;
        let size = std::str::from_utf8(chunks.get(..line)?).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(body.freeze());
        }
        let start = line + 2;
        body.extend_from_slice(chunks.get(start..start + size)?);
        chunks = chunks.get(start + size + 2..)?;
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined() {
        assert_eq!(joined(b"3\r\nabc\r\n2;x=1\r\nde\r\n0\r\n\r\n").unwrap(), "abcde");
        assert!(joined(b"zz\r\n").is_none());
    }

    #[tokio::test]
    async fn answers_raw_requests_on_one_connection_and_keeps_them() {
        let server = ScriptedServer::start(|request| {
            Answer::new(200, "text/plain", request.body.clone()).header("x-seen", "1").into()
        });
        let server = server.await.unwrap();
        let address = server.endpoint().replace("http://", "");
        server
            .serve(async {
                let mut stream = TcpStream::connect(address).await.unwrap();
                for body in ["one", "two"] {
                    let request =
                        format!("POST /a?b=c HTTP/1.1\r\ncontent-length: 3\r\n\r\n{body}");
                    stream.write_all(request.as_bytes()).await.unwrap();
                    let mut answer = BytesMut::new();
                    while !answer.ends_with(body.as_bytes()) {
                        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
                    }
                    assert!(answer.starts_with(b"HTTP/1.1 200 "));
                }
            })
            .await;
        assert_eq!(server.connections(), 1);
        let requests = server.requests();
        assert_eq!(requests.len(), 2);
        assert_eq!((requests[1].target.as_str(), requests[1].text()), ("/a?b=c", "two"));
        assert!(requests[1].raw.starts_with(b"POST /a?b=c HTTP/1.1\r\n"));
    }
}
