//! Amazon SES through Amazon SNS.

mod certificates;
mod envelope;
mod events;
mod subscription;
mod vectors;

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
fn nothing_secret_is_shown() {
    let shown = format!("{:?} {:?}", receiver(), Webhook::raw(Guard::secret_path(SECRET).unwrap()));
    assert!(!shown.contains(SECRET));
    assert!(shown.contains("1 keys"));
}
