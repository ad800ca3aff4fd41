//! Amazon SES through Amazon SNS.

use std::{collections::BTreeSet, fs, sync::LazyLock};

use aws_lc_rs::{rand::SystemRandom, rsa::KeyPair, signature::RSA_PKCS1_SHA256};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use dakiya::{
    ErrorKind, Event, Scope, Status, Timestamp,
    event::{Bounce, EventKind},
    http::Truncated,
    ses::{Certificates, Webhook, confirm},
    testing::MockTransport,
    webhook::{
        Enforcement, Guard, Parsed, Proof, Receiver, Request, WebhookErrorKind, Window, dedup_key,
    },
};
use http::HeaderMap;
use serde_json::{Value, json};

use super::{URL, fixture, holds, now, walk};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:erp-mail-events";
const KEY_URL: &str = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem";
const SECRET: &str = "8e0f9c1d2b7a4465";

static KEY: LazyLock<KeyPair> = LazyLock::new(|| {
    let pem = fs::read_to_string(fixture("ses/keys/test-only.key")).unwrap();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    KeyPair::from_pkcs8(&STANDARD.decode(body).unwrap()).unwrap()
});

pub(crate) fn pem(name: &str) -> Vec<u8> {
    fs::read(fixture("ses/keys").join(format!("{name}.pem"))).unwrap()
}

fn certificates() -> Certificates {
    let certificates = Certificates::new();
    certificates.insert(KEY_URL, &pem("sns"), now()).unwrap();
    certificates
}

pub(crate) fn receiver() -> Webhook {
    Webhook::new([TOPIC]).unwrap().certificates(certificates())
}

/// Puts the body into an envelope, as SNS does.
pub(crate) fn sign(mut request: Request) -> Request {
    let message = String::from_utf8_lossy(&request.body).into_owned();
    request.body = envelope(&message).signed().into();
    request
}

/// An envelope before it is signed, by an implementation of its own.
struct Envelope(Value);

fn envelope(message: &str) -> Envelope {
    Envelope(json!({
        "Type": "Notification",
        "MessageId": dedup_key(&[message]),
        "TopicArn": TOPIC,
        "Message": message,
        "Timestamp": "2026-11-10T08:19:00.123Z",
        "SigningCertURL": KEY_URL,
        "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
    }))
}

impl Envelope {
    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0[name] = value.into();
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.0.as_object_mut().unwrap().remove(name);
        self
    }

    fn text(&self) -> String {
        let names: &[&str] = if self.0["Type"] == "Notification" {
            &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
        } else {
            &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        };
        let lines = names.iter().filter_map(|name| {
            let value = self.0.get(*name).and_then(Value::as_str)?;
            Some(format!("{name}\n{value}\n"))
        });
        lines.collect()
    }

    /// Version 2. Nothing but SNS signs with SHA-1 any more; the vectors hold version 1.
    fn signed(self) -> Vec<u8> {
        let mut signature = vec![0; KEY.public_modulus_len()];
        let text = self.text();
        let random = SystemRandom::new();
        KEY.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature).unwrap();
        let signed = self.with("SignatureVersion", "2");
        signed.with("Signature", STANDARD.encode(signature)).0.to_string().into_bytes()
    }
}

fn post(body: impl Into<Vec<u8>>) -> Request {
    Request::post(URL, body.into())
}

fn receive(body: impl Into<Vec<u8>>) -> Result<Parsed, (WebhookErrorKind, String)> {
    let request = post(body);
    let whole = receiver().receive(&request, now());
    let parts = receiver().verify(&request, now()).and_then(|it| receiver().parse(it));
    // The short way and the long one say the same.
    assert_eq!(format!("{whole:?}"), format!("{parts:?}"));
    whole.map_err(|error| (error.kind(), error.to_string()))
}

fn refused(body: impl Into<Vec<u8>>) -> String {
    let (kind, text) = receive(body).unwrap_err();
    assert_eq!(kind, WebhookErrorKind::Signature, "{text}");
    text
}

fn delivery() -> String {
    json!({
        "eventType": "Delivery",
        "mail": {"messageId": "0100-1", "timestamp": "2026-11-10T08:18:00Z", "destination": ["asha@example.com"]},
        "delivery": {"timestamp": "2026-11-10T08:18:05Z", "recipients": ["asha@example.com"], "smtpResponse": "250 ok"},
    })
    .to_string()
}

fn subscription() -> Envelope {
    let url = format!(
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=t0k3n"
    );
    envelope("You have chosen to subscribe to the topic.")
        .with("Type", "SubscriptionConfirmation")
        .with("Token", "t0k3n")
        .with("SubscribeURL", url)
}

#[test]
fn every_fixture_comes_out_as_it_should() {
    assert_eq!(walk("ses", &receiver(), Proof::Signature, sign), 72);
}

#[test]
fn every_vector_comes_out_as_it_should() {
    let mut count = 0;
    for entry in fs::read_dir(fixture("ses/vectors")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if let Some(id) = name.strip_suffix(".expect.json") {
            vector(id);
            count += 1;
        }
    }
    assert_eq!(count, 14);
}

fn vector(id: &str) {
    let read = |name: &str| fs::read(fixture("ses/vectors").join(name)).unwrap();
    let expect: Value = serde_json::from_slice(&read(&format!("{id}.expect.json"))).unwrap();
    let setup: Value = serde_json::from_slice(&read(&format!("{id}.request.json"))).unwrap();
    let at = Timestamp::from_second(setup["now_unix"].as_i64().unwrap()).unwrap();
    let certificates = Certificates::new();
    let mut inserted = 0;
    for (url, file) in setup["certs"].as_object().unwrap() {
        let pem = read(file.as_str().unwrap());
        inserted += usize::from(certificates.insert(url, &pem, at).is_ok());
    }
    assert_eq!(inserted == 0, expect["must_not_fetch"] == true, "{id}");
    let topics = setup["allowed_topic_arns"].as_array().unwrap();
    let webhook = Webhook::new(topics.iter().map(|topic| topic.as_str().unwrap())).unwrap();
    let webhook = webhook.certificates(certificates);
    let mut headers = HeaderMap::new();
    for (name, value) in setup["headers"].as_object().unwrap() {
        let name: http::HeaderName = name.parse().unwrap();
        headers.insert(name, value.as_str().unwrap().parse().unwrap());
    }
    let request = post(read(&format!("{id}.body"))).with_headers(headers);
    let got = webhook.receive(&request, at);
    if expect["verify"]["expect"] != "valid" || expect["topic_allowed"] == false {
        assert_eq!(got.unwrap_err().kind(), WebhookErrorKind::Signature, "{id}");
        return;
    }
    let got = got.unwrap_or_else(|error| panic!("{id}: {error}"));
    assert_eq!(got.reply.status, 200);
    let wanted = expect["events"].as_array().unwrap();
    assert_eq!(got.events.len(), wanted.len(), "{id}");
    for (event, wanted) in got.events.iter().zip(wanted) {
        vector_event(id, event, wanted, &expect);
    }
}

fn vector_event(id: &str, event: &Event, wanted: &Value, expect: &Value) {
    let json = serde_json::to_value(event).unwrap();
    for name in ["provider_message_id", "recipient", "url", "timestamp"] {
        holds(&wanted[name], &json[name], &format!("{id}.{name}")).unwrap();
    }
    assert_eq!(json["metadata"]["message_id"], wanted["event_id"], "{id}");
    if let Some(reason) = wanted["reason"].as_str() {
        assert_eq!(event.reason.as_deref(), Some(reason), "{id}");
    }
    let status = wanted["status"].as_str().unwrap();
    if wanted["kind"] == "control" {
        assert_eq!(event.kind, EventKind::Subscription, "{id}");
        let word = event.word.as_deref().unwrap();
        assert_eq!(word == "SubscriptionConfirmation", status == "subscription_confirmation");
    } else {
        assert_eq!(json["status"], status, "{id}");
    }
    for name in ["topic_arn", "token", "subscribe_url"] {
        assert_eq!(json["metadata"].get(name), wanted.get(name).or(json["metadata"].get(name)));
    }
    if expect["subscribe_url_safe"] == true {
        assert!(event.metadata.contains_key("subscribe_url"), "{id}");
    }
    if let Some(code) = wanted["enhanced_code"].as_str() {
        assert_eq!(event.code.as_deref(), Some(code), "{id}");
    }
    for (own, theirs) in [("bounce_type", "bounceType"), ("bounce_subtype", "bounceSubType")] {
        if let Some(wanted) = wanted["detail"].get(own) {
            assert_eq!(json["metadata"][theirs], *wanted, "{id}");
        }
    }
    if wanted["recipient_certain"] == true {
        assert!(!event.metadata.contains_key("recipient_certain"), "{id}");
    }
}

#[test]
fn a_receiver_without_topics_cannot_be_built() {
    let config = |topics: &[&str]| Webhook::new(topics.iter().copied()).unwrap_err().kind();
    for topics in [
        &[][..],
        &[""],
        &[" "],
        &["erp-mail-events"],
        &[TOPIC, ""],
        &["arn:aws:sqs:eu-west-1:1:x"],
        &["arn:aws:sns:eu-west-1:1: "],
    ] {
        assert_eq!(config(topics), WebhookErrorKind::Config, "{topics:?}");
    }
}

#[test]
fn a_topic_that_is_not_listed_is_refused_before_a_key_is_fetched() {
    let foreign = "arn:aws:sns:eu-west-1:000000000009:not-ours";
    let body = envelope(&delivery()).with("TopicArn", foreign).signed();
    assert!(refused(body.clone()).contains("`Webhook::new`"));
    let error = receiver().receive(&post(body.clone()), now()).unwrap_err();
    assert_eq!(error.reply().status, 503);
    let empty = Webhook::new([TOPIC]).unwrap();
    let kind = empty.receive(&post(body.clone()), now()).unwrap_err().kind();
    assert_eq!(kind, WebhookErrorKind::Signature);
    let any = Webhook::any_topic().certificates(certificates());
    assert_eq!(any.receive(&post(body), now()).unwrap().events.len(), 1);
}

#[test]
fn an_unknown_certificate_is_asked_for_and_then_the_same_request_holds() {
    let known = Certificates::new();
    let webhook = Webhook::new([TOPIC]).unwrap().certificates(known.clone());
    let request = post(envelope(&delivery()).signed());
    let error = webhook.receive(&request, now()).unwrap_err();
    assert_eq!(error.kind(), WebhookErrorKind::Key);
    assert_eq!(error.key_url(), Some(KEY_URL));
    assert_eq!(error.reply().status, 503);
    assert!(!error.to_string().contains("amazonaws"));
    known.insert(KEY_URL, &pem("sns"), now()).unwrap();
    assert_eq!(webhook.receive(&request, now()).unwrap().events.len(), 1);
    // A key that has run out is asked for anew.
    let later = "2046-01-01T00:00:00Z".parse().unwrap();
    let late = envelope(&delivery()).with("Timestamp", "2046-01-01T00:00:00Z").signed();
    assert_eq!(webhook.receive(&post(late), later).unwrap_err().kind(), WebhookErrorKind::Key);
}

#[test]
fn every_part_that_is_signed_is_proven_and_only_that() {
    let signed: Value =
        serde_json::from_slice(&envelope(&delivery()).with("Subject", "Amazon SES").signed())
            .unwrap();
    assert!(receive(signed.to_string()).is_ok());
    for name in [
        "Type",
        "MessageId",
        "TopicArn",
        "Message",
        "Timestamp",
        "Subject",
        "Signature",
        "SignatureVersion",
    ] {
        let mut changed = signed.clone();
        let text = changed[name].as_str().unwrap().replacen(['1', '2', 'A', 'N', 'e'], "f", 1);
        changed[name] = text.into();
        let (kind, _) = receive(changed.to_string()).unwrap_err();
        assert!(matches!(kind, WebhookErrorKind::Signature | WebhookErrorKind::Stale), "{name}");
    }
    let mut other = signed.clone();
    other["UnsubscribeURL"] = "https://attacker.example/".into();
    other["MessageAttributes"] = json!({"a": [1, {"b": null}]});
    let events = receive(other.to_string()).unwrap().events;
    assert!(!serde_json::to_string(&events).unwrap().contains("attacker"));
    // Without the line of a subject, or with one more, another text is signed.
    let mut without = signed.clone();
    without["Subject"] = Value::Null;
    refused(without.to_string());
    let plain: Value = serde_json::from_slice(&envelope(&delivery()).signed()).unwrap();
    for (subject, holds) in [(json!(null), true), (json!(""), false), (json!(1), false)] {
        let mut with = plain.clone();
        with["Subject"] = subject;
        assert_eq!(receive(with.to_string()).is_ok(), holds);
    }
}

#[test]
fn a_member_that_is_missing_or_no_text_is_refused() {
    for name in [
        "Type",
        "MessageId",
        "TopicArn",
        "Message",
        "Timestamp",
        "Signature",
        "SignatureVersion",
        "SigningCertURL",
    ] {
        let signed: Value = serde_json::from_slice(&envelope(&delivery()).signed()).unwrap();
        for value in [
            None,
            Some(json!(null)),
            Some(json!(7)),
            Some(json!("")),
            Some(json!([])),
            Some(json!("é")),
        ] {
            let mut changed = signed.clone();
            match value {
                None => drop(changed.as_object_mut().unwrap().remove(name)),
                Some(value) => changed[name] = value,
            }
            refused(changed.to_string());
        }
    }
    for name in ["Token", "SubscribeURL"] {
        refused(subscription().without(name).signed());
    }
    for body in ["", "{", "null", "[]", "\"x\"", "7", "{}", "\u{feff}{}"] {
        refused(body);
    }
    refused([0xff, 0xfe, 0x00]);
    let twice = String::from_utf8(envelope(&delivery()).signed()).unwrap();
    refused(twice.replacen('{', "{\"Message\":\"x\",", 1));
}

#[test]
fn a_signature_holds_for_its_own_version_alone() {
    for version in ["1", "3", "", "02", " 2"] {
        refused(envelope(&delivery()).signed().replace_version(version));
    }
    for signature in ["", "=", "!!!!", "AAAA", &"A".repeat(344), &"A".repeat(100_000)] {
        let mut body: Value = serde_json::from_slice(&envelope(&delivery()).signed()).unwrap();
        body["Signature"] = signature.into();
        refused(body.to_string());
    }
    refused(envelope(&delivery()).with("Type", "Something").signed());
}

trait ReplaceVersion {
    fn replace_version(self, version: &str) -> Vec<u8>;
}

impl ReplaceVersion for Vec<u8> {
    fn replace_version(self, version: &str) -> Vec<u8> {
        let mut body: Value = serde_json::from_slice(&self).unwrap();
        body["SignatureVersion"] = version.into();
        body.to_string().into_bytes()
    }
}

#[test]
fn another_key_at_the_same_place_does_not_hold() {
    let others = Certificates::new();
    others.insert(KEY_URL, &pem("another-key"), now()).unwrap();
    let webhook = Webhook::new([TOPIC]).unwrap().certificates(others);
    let error = webhook.receive(&post(envelope(&delivery()).signed()), now()).unwrap_err();
    assert_eq!(error.kind(), WebhookErrorKind::Signature);
}

#[test]
fn a_certificate_from_elsewhere_is_refused_and_not_asked_for() {
    for url in [
        "",
        "https://attacker.example/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem",
        "https://sns.s3-us-west-2.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem",
        &KEY_URL.replace("https", "http"),
        &KEY_URL.replace(".com/", ".com:443/"),
        &format!("{KEY_URL}?x"),
    ] {
        let text = refused(envelope(&delivery()).with("SigningCertURL", url).signed());
        assert!(text.contains("URL"), "{text}");
    }
    let lambda = envelope(&delivery()).without("SigningCertURL").with("SigningCertUrl", KEY_URL);
    assert!(receive(lambda.signed()).is_ok());
    refused(envelope(&delivery()).with("SigningCertUrl", KEY_URL).signed());
}

#[test]
fn an_old_envelope_and_one_from_the_future_are_stale() {
    let at = |time: &str| envelope(&delivery()).with("Timestamp", time).signed();
    assert!(receive(at("2026-11-10T06:20:00.000Z")).is_ok());
    assert!(receive(at("2026-11-10T08:25:00.000Z")).is_ok());
    for time in ["2026-11-10T06:19:59.999Z", "2026-11-10T08:25:00.001Z"] {
        let error = receiver().receive(&post(at(time)), now()).unwrap_err();
        // SNS gives up for good on 4xx, and the clock may be wrong at this end.
        assert_eq!((error.kind(), error.reply().status), (WebhookErrorKind::Stale, 503), "{time}");
    }
    refused(at("yesterday"));
    let narrow = receiver().window(Window::of(std::time::Duration::from_secs(30)));
    let error = narrow.receive(&post(at("2026-11-10T08:19:00Z")), now()).unwrap_err();
    assert_eq!(error.kind(), WebhookErrorKind::Stale);
}

#[test]
fn what_a_framework_or_a_setting_made_of_the_body_is_told() {
    let mut body: Value = serde_json::from_slice(&envelope(&delivery()).signed()).unwrap();
    body["Message"] = serde_json::from_str(&delivery()).unwrap();
    assert!(refused(body.to_string()).contains("re-serialised"));
    assert!(refused(delivery()).contains("raw delivery"));
    // Values are signed, not bytes: another spelling of the same envelope holds.
    let body: Value = serde_json::from_slice(&envelope(&delivery()).signed()).unwrap();
    assert!(receive(serde_json::to_string_pretty(&body).unwrap()).is_ok());
}

#[test]
fn a_subscription_asks_to_be_confirmed() {
    let event = receive(subscription().signed()).unwrap().events.remove(0);
    assert_eq!(event.kind, EventKind::Subscription);
    assert_eq!(event.word.as_deref(), Some("SubscriptionConfirmation"));
    assert_eq!(event.metadata["topic_arn"], TOPIC);
    assert_eq!(event.metadata["token"], "t0k3n");
    assert!(event.metadata["subscribe_url"].as_str().unwrap().contains("ConfirmSubscription"));
    let gone = subscription().with("Type", "UnsubscribeConfirmation").signed();
    let event = receive(gone).unwrap().events.remove(0);
    assert_eq!(event.word.as_deref(), Some("UnsubscribeConfirmation"));
    assert_eq!(event.metadata["token"], "t0k3n");
}

#[test]
fn a_url_that_is_not_safe_to_request_is_left_out() {
    for url in [
        "https://attacker.example/?Action=ConfirmSubscription",
        "https://169.254.169.254/latest/meta-data",
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-west-1:1:other&Token=t0k3n",
    ] {
        let event =
            receive(subscription().with("SubscribeURL", url).signed()).unwrap().events.remove(0);
        assert!(!event.metadata.contains_key("subscribe_url"), "{url}");
        assert_eq!(event.metadata["token"], "t0k3n");
    }
}

#[tokio::test]
async fn confirming_requests_the_checked_url_once() {
    let event = receive(subscription().signed()).unwrap().events.remove(0);
    let transport = MockTransport::new().then(200, "<ConfirmSubscriptionResponse/>");
    confirm(&transport, &event, now()).await.unwrap();
    let requests = transport.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method(), "GET");
    assert_eq!(requests[0].uri().to_string(), event.metadata["subscribe_url"].as_str().unwrap());
    for status in [302, 403, 404, 500] {
        assert!(confirm(&MockTransport::answering(status, ""), &event, now()).await.is_err());
    }
}

#[tokio::test]
async fn nothing_else_is_confirmed() {
    let good = receive(subscription().signed()).unwrap().events.remove(0);
    let change = |change: &dyn Fn(&mut Event)| {
        let mut event = good.clone();
        change(&mut event);
        event
    };
    let transport = MockTransport::answering(200, "");
    let url = |url: &'static str| {
        move |event: &mut Event| drop(event.metadata.insert("subscribe_url".into(), url.into()))
    };
    for event in [
        change(&|event| event.proof = Proof::Shadow),
        change(&|event| event.proof = Proof::Unverified),
        change(&|event| event.word = Some("UnsubscribeConfirmation".into())),
        change(&|event| event.provider = "sendgrid".into()),
        change(&|event| event.kind = EventKind::Other),
        change(&|event| drop(event.metadata.remove("subscribe_url"))),
        change(&|event| drop(event.metadata.remove("token"))),
        change(&|event| {
            drop(event.metadata.insert("topic_arn".into(), "arn:aws:sns:eu-west-1:1:x".into()))
        }),
        change(&url("https://attacker.example/?Action=ConfirmSubscription")),
        change(&url("http://169.254.169.254/")),
    ] {
        let error = confirm(&transport, &event, now()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn a_certificate_is_fetched_once_and_shared_by_clones() {
    let certificates = Certificates::new();
    let webhook = Webhook::new([TOPIC]).unwrap().certificates(certificates.clone());
    let transport = MockTransport::new().then(200, pem("sns"));
    certificates.fetch(&transport, KEY_URL, now()).await.unwrap();
    assert_eq!(transport.requests()[0].uri(), KEY_URL);
    assert_eq!(transport.requests()[0].method(), "GET");
    assert!(webhook.receive(&post(envelope(&delivery()).signed()), now()).is_ok());
}

#[tokio::test]
async fn what_is_no_certificate_of_sns_is_not_kept() {
    let certificates = Certificates::new();
    let transport = MockTransport::answering(200, pem("sns"));
    for url in [
        "",
        "http://x",
        "https://attacker.example/x.pem",
        &format!("{KEY_URL}#"),
        &KEY_URL.replace("sns.", ""),
    ] {
        let error = certificates.fetch(&transport, url, now()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }
    assert!(transport.requests().is_empty());
    for status in [204, 301, 302, 403, 404, 500, 503] {
        let transport = MockTransport::answering(status, pem("sns"));
        assert!(certificates.fetch(&transport, KEY_URL, now()).await.is_err(), "{status}");
    }
    let mut long = pem("sns");
    long.extend(vec![b'\n'; 16 * 1024]);
    let mut cut = http::Response::new(pem("sns").into());
    cut.extensions_mut().insert(Truncated::mark());
    let transport = MockTransport::new().then(200, long).then_response(cut);
    for _ in 0..2 {
        let error = certificates.fetch(&transport, KEY_URL, now()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Response);
    }
    let kind =
        receiver().certificates(certificates).receive(&post(envelope(&delivery()).signed()), now());
    assert_eq!(kind.unwrap_err().kind(), WebhookErrorKind::Key);
}

#[test]
fn a_certificate_says_for_whom_and_until_when_and_is_strong() {
    let insert = |pem: &[u8]| {
        Certificates::new().insert(KEY_URL, pem, now()).map_err(|error| {
            assert_eq!(error.kind(), ErrorKind::Response);
            error.to_string()
        })
    };
    for name in ["sns", "common-name-alone", "region"] {
        insert(&pem(name)).unwrap();
    }
    for (name, word) in [
        ("another-name", "name"),
        ("expired", "valid"),
        ("not-yet", "valid"),
        ("rsa-1024", "RSA"),
        ("ec", "RSA"),
    ] {
        let error = insert(&pem(name)).unwrap_err();
        assert!(error.contains(word) && !error.contains("eu-west"), "{error}");
    }
    let good = pem("sns");
    for end in 0..good.len() - 30 {
        assert!(insert(&good[..end]).is_err());
    }
    insert(&[&good[..], &pem("ec")].concat()).unwrap();
    for bad in [
        &b""[..],
        b"-----END CERTIFICATE-----",
        b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
        &[0; 100],
    ] {
        assert!(insert(bad).is_err());
    }
    let key = fs::read(fixture("ses/keys/test-only.key")).unwrap();
    assert!(insert(&key).is_err());
}

#[test]
fn the_sovereign_cloud_is_taken_when_asked_for() {
    let url = KEY_URL.replace("eu-west-1.amazonaws.com", "eusc-de-east-1.amazonaws.eu");
    assert!(Certificates::new().insert(&url, &pem("sns"), now()).is_err());
    let wide = Certificates::new().host_suffix("amazonaws.eu").unwrap();
    wide.insert(&url, &pem("sns"), now()).unwrap();
    assert_eq!(Certificates::new().host_suffix("eu").unwrap_err().kind(), WebhookErrorKind::Config);
    let other = "https://sns.eu-west-1.amazonaws.com/another.pem";
    assert!(Certificates::new().insert(other, &pem("sns"), now()).is_err());
    Certificates::new().any_path().insert(other, &pem("sns"), now()).unwrap();
}

#[test]
fn raw_delivery_is_proven_by_its_guard() {
    let webhook = Webhook::raw(Guard::secret_path(SECRET).unwrap());
    let mut request = post(delivery());
    let event = webhook.receive(&request, now()).unwrap().events.remove(0);
    assert_eq!((event.status, event.proof), (Some(Status::Delivered), Proof::Shared));
    request.headers.insert("x-amz-sns-message-id", "m-1".parse().unwrap());
    let keyed = webhook.receive(&request, now()).unwrap().events.remove(0);
    assert_ne!(keyed.dedup_key, event.dedup_key);
    assert_eq!(keyed.metadata["message_id"], "m-1");
    let stranger = Request::post("https://erp.example.net/hooks/", delivery());
    assert_eq!(webhook.receive(&stranger, now()).unwrap_err().kind(), WebhookErrorKind::Signature);
    let greeting = "Successfully validated SNS topic for Amazon SES event publishing.";
    assert!(webhook.receive(&post(greeting), now()).unwrap().events.is_empty());
    for body in ["", "[]", "hello", "{"] {
        assert_eq!(
            webhook.receive(&post(body), now()).unwrap_err().kind(),
            WebhookErrorKind::Payload
        );
    }
    // The request to confirm comes in an envelope all the same, and is confirmed by hand.
    let event = webhook.receive(&post(subscription().signed()), now()).unwrap().events.remove(0);
    assert_eq!((event.kind, event.proof), (EventKind::Subscription, Proof::Shared));
    assert!(event.metadata.contains_key("subscribe_url"));
}

#[test]
fn a_shadow_reads_what_it_would_refuse() {
    let body = envelope(&delivery()).signed().replace_version("1");
    let parsed = receiver().enforcement(Enforcement::Shadow).receive(&post(body), now()).unwrap();
    assert_eq!(parsed.events[0].proof, Proof::Shadow);
    assert_eq!(parsed.would_refuse.unwrap().kind(), WebhookErrorKind::Signature);
}

#[test]
fn a_retry_has_the_same_keys_and_another_event_has_others() {
    let first = receive(envelope(&delivery()).signed()).unwrap().events.remove(0);
    // SNS signs its retry anew; what is not signed may differ.
    let again = envelope(&delivery()).with("UnsubscribeURL", "https://x/").signed();
    assert_eq!(receive(again).unwrap().events[0].dedup_key, first.dedup_key);
    let other = envelope(&delivery()).with("MessageId", "another").signed();
    assert_ne!(receive(other).unwrap().events[0].dedup_key, first.dedup_key);
}

fn bounce(recipients: Value) -> Vec<u8> {
    let message = json!({
        "eventType": "Bounce",
        "mail": {"messageId": "0100-9", "destination": ["x@example.com"]},
        "bounce": {"bounceType": "Permanent", "bounceSubType": "NoEmail", "bouncedRecipients": recipients},
    });
    envelope(&message.to_string()).with("MessageId", "m-bounce").signed()
}

#[test]
fn a_bad_recipient_of_a_thousand_costs_no_other() {
    let list: Vec<_> = (0..1000)
        .map(|n| {
            if n % 7 == 6 {
                json!([n])
            } else {
                json!({"emailAddress": format!("p{n}@example.com")})
            }
        })
        .collect();
    let parsed = receive(bounce(list.clone().into())).unwrap();
    let faults: Vec<_> = parsed.faults.iter().map(|fault| fault.index).collect();
    assert_eq!(faults, (0..1000).filter(|n| n % 7 == 6).collect::<Vec<_>>());
    assert_eq!(parsed.events.len(), 1000 - faults.len());
    assert_eq!(parsed.events[6].recipient.as_deref(), Some("p7@example.com"));
    assert!(parsed.events.iter().all(|event| event.suppress == Some(Scope::Address)
        && event.bounce == Some(Bounce::Hard)
        && event.status == Some(Status::BouncedHard)));
    let keys = |parsed: &Parsed| -> BTreeSet<String> {
        parsed.events.iter().map(|event| event.dedup_key.clone()).collect()
    };
    let reversed: Vec<_> = list.into_iter().rev().collect();
    assert_eq!(keys(&parsed), keys(&receive(bounce(reversed.into())).unwrap()));
    assert_eq!(keys(&parsed).len(), parsed.events.len());
}

#[test]
fn a_long_reason_for_many_recipients_does_not_grow_beyond_the_body() {
    let message = json!({
        "eventType": "Delivery",
        "mail": {"messageId": "0100-9", "tags": {"reference": ["r-1"]}},
        "delivery": {"recipients": vec!["a@example.com"; 10_000], "smtpResponse": "x".repeat(500_000)},
    });
    let parsed = receive(envelope(&message.to_string()).signed()).unwrap();
    assert_eq!(parsed.events.len(), 10_000);
    assert_eq!(parsed.events[0].reason.as_ref().unwrap().len(), 500_000);
    let last = &parsed.events[9999];
    assert_eq!(last.reason, None);
    assert_eq!(last.status, Some(Status::Delivered));
    assert_eq!(last.callback_data.as_deref(), Some("r-1"));
    assert_eq!(last.provider_message_id.as_deref(), Some("0100-9"));
}

#[test]
fn nothing_secret_is_shown() {
    let shown = format!("{:?} {:?}", receiver(), Webhook::raw(Guard::secret_path(SECRET).unwrap()));
    assert!(!shown.contains(SECRET));
    assert!(shown.contains("1 keys"));
}
