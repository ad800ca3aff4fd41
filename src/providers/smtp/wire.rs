//! The byte stream: TCP without Nagle's delay, TLS, replies out of a buffer.

use std::{fmt, io, mem, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;

use super::{
    reply::{MAX_REPLY, Reply},
    tls::Trust,
};

/// A connection to a server, plain or TLS.
///
/// lettre's `AsyncSmtpConnection` is not used: it knows no `PIPELINING`, refuses lines above 1000
/// bytes, keeps what was read before STARTTLS, and cannot tell the phases of a handshake apart.
pub(super) struct Wire {
    stream: Stream,
    input: Vec<u8>,
    start: usize,
    end: usize,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    /// A handshake failed.
    Gone,
}

/// Why no reply was read.
#[derive(Debug)]
pub(super) enum ReadError {
    Closed,
    Io(io::Error),
    Malformed,
}

impl Wire {
    pub(super) async fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        // With Nagle's algorithm a second small write waits for the peer's delayed ack: 40 ms.
        stream.set_nodelay(true)?;
        Ok(Self { stream: Stream::Plain(stream), input: vec![0; 4096], start: 0, end: 0 })
    }

    /// Goes on in TLS. What was read in clear text is dropped, lest it pass for an answer that
    /// came encrypted (RFC 3207, section 4.2).
    pub(super) async fn upgrade(&mut self, trust: &Trust) -> io::Result<()> {
        (self.start, self.end) = (0, 0);
        let Stream::Plain(stream) = mem::replace(&mut self.stream, Stream::Gone) else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        let stream = trust.connector.connect(trust.name.clone(), stream).await?;
        self.stream = Stream::Tls(Box::new(stream));
        Ok(())
    }

    pub(super) fn is_encrypted(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }

    /// Whether there is nothing left to read of what came in.
    pub(super) fn is_drained(&self) -> bool {
        self.start == self.end
    }

    /// Hands over all of `bytes`. When this fails, the last of them did not go out.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.write_all(bytes).await,
            Stream::Tls(stream) => stream.write_all(bytes).await,
            Stream::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Sends what TLS still holds.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.flush().await,
            Stream::Tls(stream) => stream.flush().await,
            Stream::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// The next reply. What comes after it stays in the buffer.
    pub(super) async fn read_reply(&mut self) -> Result<Reply, ReadError> {
        loop {
            let pending = self.input.get(self.start..self.end).unwrap_or_default();
            if let Some((reply, taken)) = Reply::parse(pending).map_err(|_| ReadError::Malformed)? {
                self.start += taken;
                return Ok(reply);
            }
            self.make_room();
            let room = self.input.get_mut(self.end..).unwrap_or_default();
            let read = match &mut self.stream {
                Stream::Plain(stream) => stream.read(room).await,
                Stream::Tls(stream) => stream.read(room).await,
                Stream::Gone => Err(io::ErrorKind::NotConnected.into()),
            };
            match read.map_err(ReadError::Io)? {
                0 => return Err(ReadError::Closed),
                count => self.end += count,
            }
        }
    }

    fn make_room(&mut self) {
        self.input.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.end == self.input.len() {
            // `parse` gives up above `MAX_REPLY`, so this ends.
            self.input.resize((self.input.len() * 2).min(MAX_REPLY + 1), 0);
        }
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("encrypted", &self.is_encrypted()).finish_non_exhaustive()
    }
}
