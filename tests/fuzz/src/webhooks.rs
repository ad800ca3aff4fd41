//! What every receiver keeps, whatever bytes it is handed.

use bytes::Bytes;
use dakiya::{
    Event, Timestamp,
    webhook::{Parsed, Receiver, Request, WebhookError},
};
use http::{HeaderName, HeaderValue, Method};

use crate::{SECRET, at, silent};

/// The path that every request is posted to; it holds [`SECRET`].
pub const URL: &str = "https://erp.example.net/hooks/canary-secret-71f3";

/// The second at which every request is received.
pub const NOW: i64 = 1_773_500_969;

/// The moment at which every request is received.
#[must_use]
pub fn now() -> Timestamp {
    at(NOW)
}

/// A POST of `body`.
#[must_use]
pub fn post(body: &[u8]) -> Request {
    Request::post(URL, body.to_vec())
}

/// A POST of `body`, of a media type.
#[must_use]
pub fn typed(content_type: &'static str, body: &[u8]) -> Request {
    with(post(body), "content-type", content_type)
}

/// The request with a header; without it where the value is none.
#[must_use]
pub fn with(mut request: Request, name: &'static str, value: impl AsRef<[u8]>) -> Request {
    if let Ok(value) = HeaderValue::from_bytes(value.as_ref()) {
        request.headers.insert(HeaderName::from_static(name), value);
    }
    request
}

/// The ways of calling by which a report on an SMS or a call may come: a query, JSON, a form.
#[must_use]
pub fn rows(body: &[u8]) -> [Request; 3] {
    [
        Request::new(Method::GET, format!("{URL}?{}", String::from_utf8_lossy(body)), ""),
        typed("application/json", body),
        typed("application/x-www-form-urlencoded", body),
    ]
}

/// Receives, and looks at what comes of it.
///
/// # Errors
///
/// As the receiver's.
pub fn receive(receiver: &dyn Receiver, request: &Request) -> Result<Parsed, WebhookError> {
    let outcome = receiver.receive(request, now());
    match &outcome {
        Ok(parsed) => kept(request, parsed),
        Err(error) => {
            silent(&format!("{error} {error:?}"));
            assert!(error.reply().status >= 400);
        }
    }
    outcome
}

/// Receives what is not proven: refused as it is, and read by a shadow. Gives what was read.
pub fn unproven(enforced: &dyn Receiver, shadow: &dyn Receiver, request: &Request) -> Vec<Event> {
    assert!(receive(enforced, request).is_err(), "believed");
    let Ok(parsed) = receive(shadow, request) else { return Vec::new() };
    if let Some(error) = &parsed.would_refuse {
        silent(&format!("{error} {error:?}"));
    }
    parsed.events
}

/// The body with one of its bits turned, which one by its own bytes; itself where it is empty.
#[must_use]
pub fn flipped(body: &[u8]) -> Vec<u8> {
    let mut changed = body.to_vec();
    let sum = body.iter().fold(7_usize, |sum, byte| sum.wrapping_mul(31) ^ usize::from(*byte));
    let place = sum.checked_rem(body.len()).unwrap_or_default();
    if let Some(byte) = changed.get_mut(place) {
        *byte ^= 1 << (sum >> 16 & 7);
    }
    changed
}

/// Takes away what is shown of an event by intention, and may hold whatever the caller wrote.
pub fn without_ids(events: &mut [Event]) {
    for event in events {
        event.provider_message_id = None;
        event.code = None;
    }
}

fn kept(request: &Request, parsed: &Parsed) {
    let headers = request.headers.values().map(HeaderValue::len).sum::<usize>();
    let input = request.body.len() + request.url.len() + headers;
    assert!(parsed.events.len() + parsed.faults.len() <= input);
    let mut shown = parsed.clone();
    without_ids(&mut shown.events);
    assert!(!format!("{shown:?}").contains(SECRET));
    let mut written = 0;
    for event in &parsed.events {
        assert_eq!(event.dedup_key.len(), 32);
        if let Some(status) = event.status {
            assert_eq!(event.kind, status.kind());
        }
        is_from(&event.source, request);
        written += comes_back(event);
    }
    for fault in &parsed.faults {
        silent(&format!("{fault} {fault:?}"));
    }
    // A kilobyte of names for each, and what was said.
    let most = (parsed.events.len() + 1) * 1_024 + 16 * input;
    assert!(written <= most, "{written} bytes of events from {input}");
}

/// A source is a part of the body, or of the body with its broken characters replaced, or of the
/// query.
fn is_from(source: &Bytes, request: &Request) {
    assert!(!source.is_empty());
    let range = request.body.as_ptr_range();
    let within = source.as_ptr_range();
    if range.start <= within.start && within.end <= range.end {
        return;
    }
    if let Ok(source) = std::str::from_utf8(source) {
        let body = String::from_utf8_lossy(&request.body);
        assert!(request.query().contains(source) || body.contains(source), "a source of its own");
        return;
    }
    panic!("a source of its own, that is no text");
}

/// Stores an event as JSON and reads it again. Returns its length.
fn comes_back(event: &Event) -> usize {
    let json = serde_json::to_value(event).expect("JSON");
    let mut back: Event = serde_json::from_value(json).expect("an event");
    back.source = event.source.clone();
    assert!(back == *event, "another event comes back");
    let text = serde_json::to_string(event).expect("JSON");
    drop(serde_json::from_str::<Event>(&text).expect("an event"));
    text.len()
}
