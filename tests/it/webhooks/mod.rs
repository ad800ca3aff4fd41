//! Walks the fixtures of webhooks: each request is signed as its provider signs, verified, parsed,
//! and must come out as the events that stand beside it.
//!
//! A file under `tests/fixtures/webhooks/<provider>/` is a list of cases:
//!
//! ```json
//! { "name": "a sentence", "method": "POST", "query": "a=b", "headers": {"x-a": "b"},
//!   "content_type": "application/json", "body": {}, "events": [{}], "faults": [1],
//!   "reply": {"status": 200, "headers": {}, "body": ""}, "error": "payload" }
//! ```
//!
//! All but `name` may be left out. `body` is JSON, or text for any other body. What is expected of
//! an event is a subset: each member that is written must be there, null means absent.

mod inbound_mail;
mod lessons;
mod mailgun;
mod meta;
mod netcore;
mod official;
pub(crate) mod properties;
mod router;
mod sendgrid;
mod ses;
mod tracking;
mod twilio;
mod two_way;
mod vocabulary;

use std::{collections::BTreeSet, fs, path::PathBuf};

use dakiya::{
    Event, Timestamp,
    event::EventKind,
    webhook::{Parsed, Proof, Receiver, Request, WebhookErrorKind},
};
use http::{HeaderMap, Method};
use serde::Deserialize;
use serde_json::Value;

/// The moment at which every case is received.
pub(crate) const NOW: &str = "2026-11-10T08:20:00Z";
/// The public URL that every case is posted to.
pub(crate) const URL: &str = "https://erp.example.net/hooks/8e0f9c1d2b7a4465";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    method: Option<String>,
    query: Option<String>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    content_type: Option<String>,
    #[serde(default)]
    body: Value,
    #[serde(default)]
    events: Vec<Value>,
    #[serde(default)]
    faults: Vec<usize>,
    reply: Option<ExpectedReply>,
    error: Option<WebhookErrorKind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedReply {
    status: Option<u16>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    body: Option<String>,
}

/// A key pair of SendGrid's: the private key as PEM, and the public one as SendGrid shows it.
pub(crate) fn sendgrid_keys() -> (String, String) {
    sendgrid::key_pair()
}

/// A receiver of the mails that SendGrid posts.
pub(crate) fn inbound_parse() -> dakiya::sendgrid::InboundParse {
    inbound_mail::sendgrid()
}

pub(crate) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// Every case of the folder `name`, through `receiver`, after `sign` has signed its request.
/// Returns how many there were.
pub(crate) fn walk(
    name: &str,
    receiver: &dyn Receiver,
    proof: Proof,
    sign: impl Fn(Request) -> Request,
) -> usize {
    let mut count = 0;
    let mut keys = BTreeSet::new();
    for path in files(name) {
        let text = fs::read_to_string(&path).unwrap();
        let cases: Vec<Case> = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for case in cases {
            let place = format!("{}: {}", path.display(), case.name);
            let request = sign(case.request());
            let parsed = receiver.receive(&request, now());
            match (&case.error, parsed) {
                (Some(wanted), Err(error)) => assert_eq!(error.kind(), *wanted, "{place}"),
                (None, Ok(parsed)) => case.check(&place, &request, &parsed, proof, &mut keys),
                (wanted, parsed) => panic!("{place}: wanted {wanted:?}, got {parsed:?}"),
            }
            count += 1;
        }
    }
    count
}

impl Case {
    fn request(&self) -> Request {
        let method = self.method.as_deref().unwrap_or("POST");
        let body = match &self.body {
            Value::Null => Vec::new(),
            Value::String(text) => text.clone().into_bytes(),
            json => serde_json::to_vec(json).unwrap(),
        };
        let url = match &self.query {
            Some(query) => format!("{URL}?{query}"),
            None => URL.to_owned(),
        };
        let mut headers = HeaderMap::new();
        let content_type = self.content_type.as_deref().unwrap_or("application/json");
        headers.insert("content-type", content_type.parse().unwrap());
        for (name, value) in &self.headers {
            headers.append(name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap());
        }
        Request::new(method.parse::<Method>().unwrap(), url, body).with_headers(headers)
    }

    fn check(
        &self,
        place: &str,
        request: &Request,
        parsed: &Parsed,
        proof: Proof,
        keys: &mut BTreeSet<String>,
    ) {
        let faults: Vec<_> = parsed.faults.iter().map(|fault| fault.index).collect();
        assert_eq!(faults, self.faults, "{place}: {:?}", parsed.faults);
        let events: Vec<_> =
            parsed.events.iter().map(|event| serde_json::to_value(event).unwrap()).collect();
        assert_eq!(events.len(), self.events.len(), "{place}: {events:#?}");
        for ((event, got), wanted) in parsed.events.iter().zip(&events).zip(&self.events) {
            if let Err(difference) = holds(wanted, got, "event") {
                panic!("{place}: {difference}\n{got:#}");
            }
            promises(place, request, event, got, proof);
            assert!(keys.insert(event.dedup_key.clone()), "{place}: a key of another event");
        }
        if let Some(wanted) = &self.reply {
            let reply = &parsed.reply;
            assert_eq!(reply.status, wanted.status.unwrap_or(200), "{place}");
            for (name, value) in &wanted.headers {
                assert_eq!(reply.headers.get(name).unwrap(), value, "{place}");
            }
            if let Some(body) = &wanted.body {
                assert_eq!(String::from_utf8_lossy(&reply.body), *body, "{place}");
            }
        }
    }
}

/// What every event keeps, whatever it says.
fn promises(place: &str, request: &Request, event: &Event, json: &Value, proof: Proof) {
    assert_eq!(event.proof, proof, "{place}");
    assert_eq!(event.dedup_key.len(), 32, "{place}");
    assert!(!event.source.is_empty(), "{place}: no source");
    assert_eq!(serde_json::from_value::<Event>(json.clone()).unwrap().dedup_key, event.dedup_key);
    if let Some(status) = event.status {
        assert_eq!(event.kind, status.kind(), "{place}");
    }
    if event.kind == EventKind::Status {
        assert!(event.status.is_some(), "{place}: a status event without a status");
    }
    // Nothing of the payload is shown.
    let shown = format!("{event:?} {request:?}");
    for text in [&event.recipient, &event.sender, &event.text, &event.url].into_iter().flatten() {
        let short = text.len() < 4; // "1" stands in every time
        assert!(short || !shown.contains(text.as_str()), "{place}: Debug shows {text}");
    }
}

/// Whether each member of `wanted` is in `got`; null means absent.
pub(crate) fn holds(wanted: &Value, got: &Value, path: &str) -> Result<(), String> {
    match (wanted, got) {
        (Value::Object(wanted), got) => wanted.iter().try_for_each(|(name, value)| {
            holds(value, got.get(name).unwrap_or(&Value::Null), &format!("{path}.{name}"))
        }),
        (Value::Array(wanted), Value::Array(got)) if wanted.len() == got.len() => {
            wanted.iter().zip(got).enumerate().try_for_each(|(index, (wanted, got))| {
                holds(wanted, got, &format!("{path}[{index}]"))
            })
        }
        // A moment may be written in more than one way.
        (Value::String(a), Value::String(b)) if a != b => {
            let same = a.parse::<Timestamp>().ok().zip(b.parse().ok()).is_some_and(|(a, b)| a == b);
            if same { Ok(()) } else { Err(format!("{path}: wanted {a:?}, got {b:?}")) }
        }
        (wanted, got) if wanted == got => Ok(()),
        (wanted, got) => Err(format!("{path}: wanted {wanted}, got {got}")),
    }
}

/// The path of a fixture.
pub(crate) fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/webhooks").join(name)
}

fn files(name: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(fixture(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files
}
