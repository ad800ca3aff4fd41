//! WhatsApp from Meta: what goes over the wire, and what comes of the answers.

use dakiya::{
    Channel as _, Delivery, Envelope, Error, PhoneNumber, Result, TemplateStamp, WhatsApp,
    WhatsAppAddress,
    meta::{Meta, MetaBuilder, whatsapp::Options},
    testing::{ManualClock, MockTransport},
};
use serde_json::{Value, json};

mod errors;
mod limits;
mod manage;
mod media;
mod messages;
mod templates;

const TOKEN: &str = "EAAGcanaryToken";
const NUMBER: &str = "305511778840026";
const WABA: &str = "104920377150662";
const APP: &str = "778812345";
const ID: &str = "0190b2f4-6c00-7000-8000-000000000001";
const WAMID: &str = "wamid.HBgLMTUwMzU1NTAxMTcVAgARGBI5QTNDQTVC";
const NOW: &str = "2026-11-20T15:00:00Z";

fn accepted() -> String {
    json!({
        "messaging_product": "whatsapp",
        "contacts": [{"input": "+919845000012", "wa_id": "919845000012"}],
        "messages": [{"id": WAMID, "message_status": "accepted"}],
    })
    .to_string()
}

fn builder(transport: &MockTransport) -> MetaBuilder {
    Meta::builder(TOKEN, NUMBER)
        .business_account(WABA)
        .app(APP)
        .transport(transport.shared())
        .clock(ManualClock::at(NOW.parse().unwrap()).shared())
}

fn account(transport: &MockTransport) -> Meta {
    builder(transport).build().unwrap()
}

/// An account that is answered `body`, and what it was asked.
fn answered(body: &Value) -> (Meta, MockTransport) {
    let mock = MockTransport::answering(200, body.to_string());
    (account(&mock), mock)
}

fn phone() -> PhoneNumber {
    PhoneNumber::parse("+919845000012").unwrap()
}

fn user() -> WhatsAppAddress {
    WhatsAppAddress::parse("IN.5501122334455667").unwrap()
}

fn to() -> WhatsApp {
    WhatsApp::to(phone())
}

fn envelope(message: WhatsApp) -> Envelope<WhatsApp> {
    Envelope::new(ID.parse().unwrap(), message)
}

fn with(message: WhatsApp, options: &Options) -> Envelope<WhatsApp> {
    let mut delivery = Delivery::default();
    delivery.options.set(options).unwrap();
    envelope(message).with_delivery(delivery)
}

/// What is sent for a message: method, path and JSON.
async fn sent(envelope: &Envelope<WhatsApp>) -> (String, Value) {
    let mock = MockTransport::answering(200, accepted());
    account(&mock).send(envelope).await.unwrap();
    let requests = mock.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method(), "POST");
    assert_eq!(requests[0].headers()["content-type"], "application/json");
    (requests[0].uri().path().to_owned(), serde_json::from_slice(requests[0].body()).unwrap())
}

/// The type and the object of that name, which is sent for a message.
async fn content(message: WhatsApp) -> (String, Value) {
    content_of(&envelope(message)).await
}

async fn content_of(envelope: &Envelope<WhatsApp>) -> (String, Value) {
    let (_, body) = sent(envelope).await;
    let kind = body["type"].as_str().unwrap().to_owned();
    let object = body[&kind].clone();
    (kind, object)
}

/// The error of a message that must not be sent.
async fn unsent(envelope: &Envelope<WhatsApp>) -> Error {
    let mock = MockTransport::answering(200, accepted());
    let error = account(&mock).send(envelope).await.unwrap_err();
    assert!(mock.requests().is_empty(), "{error}");
    assert_eq!(error.provider(), Some("meta.whatsapp"));
    error
}

fn fields(error: &Error) -> Vec<&str> {
    error.faults().iter().map(|fault| &*fault.field).collect()
}

fn stamped(mut envelope: Envelope<WhatsApp>, locale: &str) -> Envelope<WhatsApp> {
    envelope.template = Some(TemplateStamp::new("order", "1", locale));
    envelope
}

/// The one request of a call: method, path with query, JSON or null.
fn asked(mock: &MockTransport) -> (String, String, Value) {
    let requests = mock.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(request.headers()["authorization"], format!("Bearer {TOKEN}"));
    assert!(request.headers()["authorization"].is_sensitive());
    let path = request.uri().path_and_query().unwrap().as_str().to_owned();
    let body = serde_json::from_slice(request.body()).unwrap_or(Value::Null);
    (request.method().to_string(), path, body)
}

/// A call that must not be made.
fn refused<T: std::fmt::Debug>(result: Result<T>, mock: &MockTransport, field: &str) {
    let error = result.unwrap_err();
    assert!(mock.requests().is_empty(), "{error}");
    assert!(fields(&error).contains(&field), "{error}");
    assert_eq!(error.provider(), Some("meta.whatsapp"));
}

#[test]
fn every_wrong_setting_is_named_at_once() {
    let mock = MockTransport::new();
    let wrong = Meta::builder("two words", "+4477009")
        .business_account("waba")
        .app("")
        .version("26")
        .language("en-GB")
        .endpoint("ftp://x")
        .transport(mock.shared());
    let error = wrong.build().unwrap_err();
    assert_eq!(
        fields(&error),
        ["token", "phone_number_id", "business_account", "app", "version", "language", "endpoint"]
    );
    assert!(!format!("{error:?}").contains("two words"));
}

#[tokio::test]
async fn the_version_is_a_setting_and_an_ended_one_is_refused() {
    let mock = MockTransport::answering(200, accepted());
    for (version, taken) in [
        ("v26.0", true),
        ("v20.0", true),
        ("v27.0", true),
        ("v19.0", false),
        ("v18.0", false),
        ("v26", false),
        ("26.0", false),
        ("v26.1", false),
        ("v+26.0", false),
        ("v026.0", false),
    ] {
        assert_eq!(builder(&mock).version(version).build().is_ok(), taken, "{version}");
    }
    let error = builder(&mock).version("v18.0").build().unwrap_err();
    assert!(error.to_string().contains("has expired"), "{error}");
    builder(&mock).version("v24.0").build().unwrap().send(&envelope(to().text("x"))).await.unwrap();
    assert_eq!(mock.requests()[0].uri().path(), format!("/v24.0/{NUMBER}/messages"));
}

#[test]
fn no_debug_shows_the_token() {
    let mock = MockTransport::new();
    assert!(!format!("{:?} {:?}", builder(&mock), account(&mock)).contains(TOKEN));
}
