//! The webhooks of every provider by one function, on actix-web: events out as JSON lines.
//!
//! ```console
//! $ export PUBLIC_URL=https://erp.example.net TWILIO_AUTH_TOKEN=… NETCORE_PATH_SECRET=…
//! $ export META_APP_SECRET=… META_VERIFY_TOKEN=…
//! $ cargo run --example actix_webhooks -- 127.0.0.1:8080
//! ```
#![allow(
    clippy::disallowed_methods,
    reason = "a program, unlike the library, reads its environment"
)]
#![allow(clippy::future_not_send, reason = "a worker of actix-web is one thread")]

use std::{
    env,
    error::Error,
    io::{self, Write as _},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, http::StatusCode, web};
use dakiya::{
    Event, meta, netcore,
    time::TokioClock,
    twilio,
    webhook::{Guard, Request, Router},
};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let webhooks = web::Data::new(webhooks()?);
    let app = move || {
        let limit = web::PayloadConfig::new(webhooks.body_limit());
        let route = web::to(hook);
        App::new().app_data(webhooks.clone()).app_data(limit).route("/hooks/{path:.*}", route)
    };
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".into());
    let server = HttpServer::new(app).bind(address)?;
    for address in server.addrs() {
        writeln!(io::stderr(), "listening on {address}")?;
    }
    server.run().await?;
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
    webhooks: web::Data<Router>,
    call: HttpRequest,
    body: web::Bytes, // as it came: before anything parses it
) -> HttpResponse {
    let target = call.uri().path_and_query().map_or("", |target| target.as_str());
    let headers = call.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let Ok(mut request) = Request::from_parts(call.method().as_str(), target, headers, body) else {
        return HttpResponse::BadRequest().finish();
    };
    request.peer = call.peer_addr().map(|peer| peer.ip());

    let answer = webhooks.receive(request).await;
    let answer = if store(&answer.events).is_ok() { answer } else { answer.failed() };
    let status = StatusCode::from_u16(answer.reply.status).unwrap_or_default();
    let mut response = HttpResponse::build(status);
    for (name, value) in &answer.reply.headers {
        response.insert_header((name.as_str(), value.as_bytes()));
    }
    response.body(answer.reply.body)
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
