//! The byte stream: TCP without Nagle's delay, TLS of lettre's, replies out of a buffer.
#![expect(deprecated, reason = "the one public way to a TLS stream of lettre's `TlsParameters`")]

use std::{fmt, io, net::SocketAddr};

use futures_util::io::{AsyncReadExt as _, AsyncWriteExt as _};
use lettre::transport::smtp::client::{AsyncNetworkStream, TlsParameters};
use tokio::net::TcpStream;

use super::reply::{MAX_REPLY, Reply};

/// A connection to a server, plain or TLS.
///
/// lettre's `AsyncSmtpConnection` is not used: it knows no `PIPELINING`, refuses lines above 1000
/// bytes, keeps what was read before STARTTLS, and cannot tell the phases of a handshake apart.
pub(super) struct Wire {
    stream: AsyncNetworkStream,
    input: Vec<u8>,
    start: usize,
    end: usize,
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
        let stream = AsyncNetworkStream::use_existing_tokio1(Box::new(stream));
        Ok(Self { stream, input: vec![0; 4096], start: 0, end: 0 })
    }

    /// Goes on in TLS. What was read in clear text is dropped, lest it pass for an answer that
    /// came encrypted (RFC 3207, section 4.2).
    pub(super) async fn upgrade(
        &mut self,
        tls: TlsParameters,
    ) -> Result<(), lettre::transport::smtp::Error> {
        (self.start, self.end) = (0, 0);
        self.stream.upgrade_tls(tls).await
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.stream.is_encrypted()
    }

    /// Whether there is nothing left to read of what came in.
    pub(super) fn is_drained(&self) -> bool {
        self.start == self.end
    }

    /// Hands over all of `bytes`. When this fails, the last of them did not go out.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Sends what TLS still holds.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        self.stream.flush().await
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
            match self.stream.read(room).await.map_err(ReadError::Io)? {
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
