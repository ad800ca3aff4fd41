//! A mail server without TLS and login.

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

/// Serves one connection, pipelined commands too, until it closes.
pub(super) async fn serve(stream: TcpStream) -> Option<()> {
    let mut stream = BufReader::with_capacity(16 * 1024, stream);
    stream.write_all(b"220 sink ESMTP\r\n").await.ok()?;
    let mut content = false;
    let mut replies = Vec::new();
    let mut line = Vec::new();
    loop {
        let buffer = stream.fill_buf().await.ok().filter(|buffer| !buffer.is_empty())?;
        let length = buffer.len();
        for part in buffer.split_inclusive(|&byte| byte == b'\n') {
            line.extend_from_slice(part);
            if !part.ends_with(b"\n") {
                break;
            }
            let reply: &[u8] = match (content, line.first()) {
                (true, _) if line == b".\r\n" => {
                    content = false;
                    b"250 2.0.0 Ok: queued as 4X1\r\n"
                }
                (true, _) => b"",
                (false, Some(b'E')) => {
                    b"250-sink\r\n250-PIPELINING\r\n250-SIZE 26214400\r\n250 8BITMIME\r\n"
                }
                (false, Some(b'D')) => {
                    content = true;
                    b"354 go\r\n"
                }
                (false, Some(b'Q')) => return None,
                (false, _) => b"250 2.0.0 Ok\r\n",
            };
            replies.extend_from_slice(reply);
            line.clear();
        }
        stream.consume(length);
        if !replies.is_empty() {
            stream.write_all(&replies).await.ok()?;
            replies.clear();
        }
    }
}
