//! The default transport against servers that misbehave.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use dakiya::{
    ErrorKind, Fate, Result, Timestamp,
    http::{Request, ReqwestTransport, Response, Transport as _, Truncated},
    testing::ManualClock,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

fn start() -> Timestamp {
    "2026-03-14T15:00:00Z".parse().unwrap()
}

fn post(url: &str) -> Request<Bytes> {
    Request::post(url).header("authorization", "Bearer s3cret").body("To=91".into()).unwrap()
}

/// Reads one request whole.
async fn request(stream: &mut TcpStream) -> String {
    let mut seen = Vec::new();
    while !seen.ends_with(b"To=91") {
        let mut bytes = [0; 1024];
        match stream.read(&mut bytes).await.unwrap() {
            0 => break,
            count => seen.extend_from_slice(&bytes[..count]),
        }
    }
    String::from_utf8(seen).unwrap()
}

/// A server that reads one request, answers with `bytes` and hangs up; what it read.
async fn serving(bytes: impl Into<Vec<u8>>) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook/p4th-s3cret?key=qu3ry", listener.local_addr().unwrap());
    let bytes = bytes.into();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let seen = request(&mut stream).await;
        // Whoever stops reading breaks the pipe, which is no failure of the test.
        drop(stream.write_all(&bytes).await);
        seen
    });
    (url, server)
}

async fn answer(bytes: impl Into<Vec<u8>>) -> Result<Response<Bytes>> {
    let (url, _server) = serving(bytes).await;
    ReqwestTransport::new().unwrap().execute(post(&url), None).await
}

#[tokio::test]
async fn half_an_answer_may_be_out_and_shows_no_secret() {
    for half in ["", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n<RESULT"] {
        let error = answer(half).await.unwrap_err();
        assert_eq!((error.kind(), error.fate()), (ErrorKind::Network, Fate::Unknown), "{half}");
        let mut shown = format!("{error} {error:?}");
        let mut cause = std::error::Error::source(&error);
        while let Some(source) = cause {
            shown = format!("{shown} {source} {source:?}");
            cause = source.source();
        }
        for secret in ["s3cret", "qu3ry", "127.0.0.1"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[tokio::test]
async fn nobody_who_listens_was_told_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let error = ReqwestTransport::new().unwrap().execute(post(&url), None).await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Network, Fate::NotSent));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_takes_no_credentials_along() {
    let (elsewhere, other) = serving("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    for status in ["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let head =
            format!("HTTP/1.1 {status}\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n");
        assert!(answer(head).await.unwrap().status().is_redirection());
    }
    assert!(!other.is_finished());
    other.abort();
}

#[tokio::test]
async fn ten_megabytes_are_cut_and_the_cut_is_marked() {
    let mut body = b"HTTP/1.1 200 OK\r\ncontent-length: 10485760\r\n\r\n".to_vec();
    body.resize(body.len() + (10 << 20), b'x');
    let response = answer(body).await.unwrap();
    assert_eq!(response.body().len(), 1 << 20);
    assert!(Truncated::of(&response));

    let exact =
        format!("HTTP/1.1 200 OK\r\ncontent-length: 1048576\r\n\r\n{}", "x".repeat(1 << 20));
    let response = answer(exact).await.unwrap();
    assert_eq!((response.body().len(), Truncated::of(&response)), (1 << 20, false));
}

/// What a send to a server that reads all and says `words` ends in when `clock` goes on by `wait`.
async fn stalled(
    words: &'static str,
    deadline: Option<Timestamp>,
    wait: Duration,
) -> Result<Response<Bytes>> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let clock = ManualClock::at(start());
    let transport = ReqwestTransport::new().unwrap().with_clock(clock.shared());
    let sent = tokio::spawn(async move { transport.execute(post(&url), deadline).await });
    let (mut stream, _) = listener.accept().await.unwrap();
    request(&mut stream).await;
    stream.write_all(words.as_bytes()).await.unwrap();
    clock.advance(wait);
    sent.await.unwrap()
}

#[tokio::test]
async fn the_deadline_covers_the_wait_for_the_head_and_for_the_body() {
    let deadline = Some(start() + Duration::from_secs(5));
    for words in ["", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n<RESULT"] {
        let error = stalled(words, deadline, Duration::from_secs(5)).await.unwrap_err();
        assert_eq!((error.kind(), error.fate()), (ErrorKind::Timeout, Fate::Unknown));
    }
}

#[tokio::test]
async fn a_server_that_never_answers_is_not_waited_for_forever() {
    let error = stalled("", None, Duration::from_mins(1)).await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Timeout, Fate::Unknown));
}

#[tokio::test]
async fn what_is_late_before_it_begins_is_not_begun() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let clock = ManualClock::at(start());
    let transport = Arc::new(ReqwestTransport::new().unwrap().with_clock(clock.shared()));
    let error = transport.execute(post(&url), Some(start())).await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Timeout, Fate::NotSent));
    let nobody = tokio::time::timeout(Duration::from_millis(20), listener.accept()).await;
    assert!(nobody.is_err());
}
