//! The webhooks of every provider by one function, on hyper alone or any server that speaks the `http` crate's types: events out as JSON lines.
//!
//! ```console
//! $ export PUBLIC_URL=https://erp.example.net TWILIO_AUTH_TOKEN=… NETCORE_PATH_SECRET=…
//! $ export META_APP_SECRET=… META_VERIFY_TOKEN=…
//! $ cargo run --example http_webhooks -- 127.0.0.1:8080
//! ```
#![allow(
    clippy::disallowed_methods,
    reason = "a program, unlike the library, reads its environment"
)]

use std::{
    convert::Infallible,
    env,
    error::Error,
    io::{self, Write as _},
    net::IpAddr,
};

use bytes::Bytes;
use dakiya::{
    Event, meta, netcore,
    time::TokioClock,
    twilio,
    webhook::{Guard, Router},
};
use http::{Request, Response};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let webhooks = webhooks()?;
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".into());
    let listener = TcpListener::bind(address).await?;
    writeln!(io::stderr(), "listening on {}", listener.local_addr()?)?;
    loop {
        let (stream, peer) = listener.accept().await?;
        let webhooks = webhooks.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| hook(&webhooks, request, peer.ip()));
            let mut server = http1::Builder::new();
            // What breaks off is the caller's affair.
            server.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await
        });
    }
}

fn webhooks() -> Result<Router, Box<dyn Error>> {
    let setting = |name| env::var(name).map_err(|_| format!("set {name}"));
    let guard = Guard::secret_path(setting("NETCORE_PATH_SECRET")?)?;
    let router = Router::builder(TokioClock::shared())
        .public_url(setting("PUBLIC_URL")?)
        .route("/hooks/twilio", twilio::Webhook::new(setting("TWILIO_AUTH_TOKEN")?)?)
        .route(
            "/hooks/meta",
            meta::Webhook::new(setting("META_APP_SECRET")?, setting("META_VERIFY_TOKEN")?)?,
        )
        .route("/hooks/netcore/email", netcore::email::Webhook::new(guard))
        .build()?;
    Ok(router)
}

async fn hook(
    webhooks: &Router,
    request: Request<Incoming>,
    peer: IpAddr,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let answer = webhooks.receive_http_from(request, peer).await;
    let answer = if store(&answer.events).is_ok() { answer } else { answer.failed() };
    Ok(answer.into_http().map(Full::new))
}

/// Prints; yours inserts into a table, where an event whose `dedup_key` is there already is none.
fn store(events: &[Event]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for event in events {
        serde_json::to_writer(&mut out, event)?;
        writeln!(out)?;
    }
    out.flush()
}
