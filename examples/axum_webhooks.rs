//! The webhooks of every provider by one function, on axum: events out as JSON lines.
//!
//! ```console
//! $ export PUBLIC_URL=https://erp.example.net TWILIO_AUTH_TOKEN=… NETCORE_PATH_SECRET=…
//! $ export META_APP_SECRET=… META_VERIFY_TOKEN=…
//! $ cargo run --example axum_webhooks -- 127.0.0.1:8080
//! ```
//!
//! The providers are told `https://erp.example.net/hooks/twilio`, `/hooks/meta`, and
//! `/hooks/netcore/email/` with the secret behind it.
#![allow(
    clippy::disallowed_methods,
    reason = "a program, unlike the library, reads its environment"
)]

use std::{
    env,
    error::Error,
    io::{self, Write as _},
    net::SocketAddr,
};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::Response,
    routing::any,
};
use dakiya::{
    Event, meta, netcore,
    time::TokioClock,
    twilio,
    webhook::{Guard, Router},
};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = axum::Router::new().route("/hooks/{*path}", any(hook)).with_state(webhooks()?);
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".into());
    let listener = TcpListener::bind(address).await?;
    writeln!(io::stderr(), "listening on {}", listener.local_addr()?)?;
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
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
    State(webhooks): State<Router>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request, // as it came: before anything reads its body
) -> Response<Body> {
    let answer = webhooks.receive_http_from(request, peer.ip()).await;
    let answer = if store(&answer.events).is_ok() { answer } else { answer.failed() };
    answer.into_http().map(Body::from)
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
