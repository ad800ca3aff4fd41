//! Verifies and reads webhooks: JSON lines in, JSON lines out.
//!
//! A line is a request as it came, and what proves its origin:
//! `{"provider","product","method","url","headers":{},"body_base64","secrets":{},"now"}`; `method`
//! is POST where absent, `now` the time, RFC 3339 or in seconds. The answer is
//! `{"ok":true,"events":[…],"faults":[…],"reply":{"status","headers","body"}}` or
//! `{"ok":false,"error":{"kind","message"}}`, with `key_url` where a certificate is missing.
//!
//! | provider | `secrets` |
//! | --- | --- |
//! | `mailgun` | `{"signing_key"}` |
//! | `meta` | `{"app_secret","verify_token"}` |
//! | `netcore`, with a `product` | one or more of `{"path_secret"}`, `{"header":[name,value]}`, `{"basic":[user,password]}`, `{"addresses":[network]}` with `peer` beside `secrets`; or `{"unverified":true}` |
//! | `sendgrid` | `{"public_key"}`; the product `inbound` as Netcore, and `public_key` where it signs |
//! | `ses` | `{"topics":[arn],"certificates":{url:pem}}`; without `topics`, raw, as Netcore |
//! | `twilio` | `{"auth_tokens":[…]}` |
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::{
    borrow::Cow,
    collections::BTreeMap,
    io::{self, BufRead as _, Write as _},
    net::IpAddr,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use dakiya::{
    Timestamp,
    time::{Clock as _, TokioClock},
    webhook::{Parsed, Receiver as _, Request, WebhookError, WebhookErrorKind},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Deserialize;
use serde_json::{Map, Value, json};

mod receivers;

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
    secrets: Map<String, Value>,
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

fn post() -> String {
    "POST".into()
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().split(b'\n') {
        let line = line?;
        if !line.trim_ascii().is_empty() {
            let answer =
                serde_json::from_slice(&line).map_err(|error| unread(&error)).and_then(receive);
            writeln!(out, "{}", show(answer))?;
            out.flush()?;
        }
    }
    Ok(())
}

fn receive(mut call: Call) -> Result<Parsed, WebhookError> {
    let now = match call.now {
        Now::At(at) => at,
        Now::Seconds(seconds) => {
            Timestamp::from_second(seconds).map_err(|_| config("`now` is no time"))?
        }
        Now::Machine => TokioClock::default().now(),
    };
    // It may stand among the secrets too.
    let product = call.secrets.remove("product");
    let product = call.product.as_deref().or_else(|| product.as_ref().and_then(Value::as_str));
    let secrets = std::mem::take(&mut call.secrets).into();
    let receiver = receivers::receiver(&call.provider, product, secrets, now)?;
    receiver.receive(&request(&call)?, now)
}

fn request(call: &Call) -> Result<Request, WebhookError> {
    let method = Method::from_bytes(call.method.as_bytes())
        .map_err(|_| config("`method` is no HTTP method"))?;
    let body =
        STANDARD.decode(&call.body_base64).map_err(|_| config("`body_base64` is not base64"))?;
    let mut headers = HeaderMap::new();
    for (name, value) in &call.headers {
        let name: HeaderName = name.parse().map_err(|_| config("a header's name is none"))?;
        let value = HeaderValue::from_str(value).map_err(|_| config("a header's value is none"))?;
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
        Err(error) => {
            let (kind, message) = (error.kind(), error.to_string());
            let error = match error.key_url() {
                Some(url) => json!({"kind": kind, "message": message, "key_url": url}),
                None => json!({"kind": kind, "message": message}),
            };
            json!({"ok": false, "error": error})
        }
    }
}

/// Names the key that is wrong; the parser's other words may quote a secret.
fn unread(error: &serde_json::Error) -> WebhookError {
    let words = error.to_string();
    let words = words.rsplit_once(" at line ").map_or(&*words, |(words, _)| words);
    let key = ["unknown field", "missing field", "duplicate field"];
    if key.iter().any(|key| words.starts_with(key)) {
        config(format!("the line is no request: {words}"))
    } else if error.line() > 0 {
        config(format!("the line is no request: see column {}", error.column()))
    } else {
        config("the secrets are not in the form of this provider")
    }
}

fn config(message: impl Into<Cow<'static, str>>) -> WebhookError {
    WebhookError::new(WebhookErrorKind::Config, message)
}
