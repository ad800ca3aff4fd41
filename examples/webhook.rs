//! Verifies and reads webhooks: JSON lines in, JSON lines out.
//!
//! A line is a request as it came, and what proves its origin:
//! `{"provider","product","method","url","headers":{},"body_base64","secrets":{},"now"}`; `method`
//! is POST where absent, `now` the time, RFC 3339 or in seconds. The
//! answer is `{"ok":true,"events":[…],"faults":[…],"reply":{"status","headers","body"}}` or
//! `{"ok":false,"error":{"kind","message"}}`. The README has the secrets of each provider.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::{
    collections::BTreeMap,
    io::{self, BufRead as _, Write as _},
    net::IpAddr,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use dakiya::{
    Timestamp,
    netcore::{email, sms},
    time::{Clock as _, TokioClock},
    webhook::{Guard, Parsed, Receiver, Request, WebhookError, WebhookErrorKind},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Call {
    provider: String,
    product: Option<String>,
    #[serde(default = "post")]
    method: String,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body_base64: String,
    #[serde(default)]
    secrets: Secrets,
    peer: Option<IpAddr>,
    #[serde(default)]
    now: Now,
}

/// A moment as RFC 3339 or Unix seconds; the machine's own where absent.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Now {
    At(Timestamp),
    Seconds(i64),
    #[default]
    Machine,
}

/// What a provider that signs nothing was told. A check that is misspelt is no check.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Secrets {
    path_secret: Option<String>,
    header: Option<(String, String)>,
    basic: Option<(String, String)>,
    addresses: Option<Vec<String>>,
    #[serde(default)]
    unverified: bool,
    product: Option<String>,
}

fn post() -> String {
    "POST".into()
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().split(b'\n') {
        let line = line?;
        if !line.trim_ascii().is_empty() {
            let answer = serde_json::from_slice(&line)
                .map_err(|error| unread(&error))
                .and_then(|call| receive(&call));
            writeln!(out, "{}", show(answer))?;
            out.flush()?;
        }
    }
    Ok(())
}

fn receive(call: &Call) -> Result<Parsed, WebhookError> {
    let now = match call.now {
        Now::At(at) => at,
        Now::Seconds(seconds) => {
            Timestamp::from_second(seconds).map_err(|_| config("`now` is no time".into()))?
        }
        Now::Machine => TokioClock::default().now(),
    };
    receiver(call)?.receive(&request(call)?, now)
}

fn receiver(call: &Call) -> Result<Box<dyn Receiver>, WebhookError> {
    let product = call.product.as_deref().or(call.secrets.product.as_deref());
    match (call.provider.as_str(), product) {
        ("netcore", Some("email")) => Ok(Box::new(email::Webhook::new(guard(&call.secrets)?))),
        ("netcore", Some("sms")) => Ok(Box::new(sms::Webhook::new(guard(&call.secrets)?))),
        ("netcore", _) => Err(config("netcore needs a `product`: email or sms".into())),
        _ => Err(config("no such provider in this build; it has netcore".into())),
    }
}

fn guard(secrets: &Secrets) -> Result<Guard, WebhookError> {
    let mut guards = Vec::new();
    if let Some(secret) = &secrets.path_secret {
        guards.push(Guard::secret_path(secret.as_str())?);
    }
    if let Some((name, value)) = &secrets.header {
        guards.push(Guard::header(name, value.as_str())?);
    }
    if let Some((user, password)) = &secrets.basic {
        guards.push(Guard::basic(user.as_str(), password.as_str())?);
    }
    if let Some(addresses) = &secrets.addresses {
        guards.push(Guard::addresses(addresses.iter().map(String::as_str))?);
    }
    match guards.into_iter().reduce(Guard::and) {
        Some(guard) => Ok(guard),
        None if secrets.unverified => Ok(Guard::unverified()),
        None => Err(config(
            "netcore signs nothing: give path_secret, header, basic or addresses, or unverified"
                .into(),
        )),
    }
}

fn request(call: &Call) -> Result<Request, WebhookError> {
    let method = Method::from_bytes(call.method.as_bytes())
        .map_err(|_| config("`method` is no HTTP method".into()))?;
    let body = STANDARD
        .decode(&call.body_base64)
        .map_err(|_| config("`body_base64` is not base64".into()))?;
    let mut headers = HeaderMap::new();
    for (name, value) in &call.headers {
        let name: HeaderName =
            name.parse().map_err(|_| config("a header's name is none".into()))?;
        let value =
            HeaderValue::from_str(value).map_err(|_| config("a header's value is none".into()))?;
        headers.append(name, value);
    }
    let request = Request::new(method, call.url.as_str(), body).with_headers(headers);
    Ok(match call.peer {
        Some(peer) => request.with_peer(peer),
        None => request,
    })
}

fn show(answer: Result<Parsed, WebhookError>) -> Value {
    match answer {
        Ok(parsed) => {
            let headers: BTreeMap<_, _> = (parsed.reply.headers.iter())
                .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
                .collect();
            let body = String::from_utf8_lossy(&parsed.reply.body);
            json!({
                "ok": true,
                "events": parsed.events,
                "faults": parsed.faults,
                "reply": {"status": parsed.reply.status, "headers": headers, "body": body},
            })
        }
        Err(error) => json!({
            "ok": false,
            "error": {"kind": error.kind(), "message": error.to_string()},
        }),
    }
}

/// Names the key that is wrong; the parser's other words may quote a secret.
fn unread(error: &serde_json::Error) -> WebhookError {
    let words = error.to_string();
    let key = ["unknown field", "missing field", "duplicate field"];
    config(match words.rsplit_once(" at line ") {
        Some((words, _)) if key.iter().any(|key| words.starts_with(key)) => {
            format!("the line is no request: {words}")
        }
        _ => format!("the line is no request: see column {}", error.column()),
    })
}

fn config(message: String) -> WebhookError {
    WebhookError::new(WebhookErrorKind::Config, message)
}
