//! SES, through SNS.

use std::collections::BTreeMap;

use aws_lc_rs::{
    digest,
    rand::SystemRandom,
    rsa::KeyPair,
    signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use dakiya::ses;
use serde::Deserialize;
use serde_json::json;

use super::{compare, now, request};
use crate::measure::{Load, Table};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:erp-mail-events";
const KEY_URL: &str = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem";
const PEM: &[u8] = include_bytes!("../../../tests/fixtures/webhooks/ses/keys/sns.pem");
const KEY: &str = include_str!("../../../tests/fixtures/webhooks/ses/keys/test-only.key");

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    #[serde(rename = "Type")]
    kind: String,
    message_id: String,
    topic_arn: String,
    message: String,
    timestamp: String,
    signature: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "a host would read them")]
struct Message {
    event_type: String,
    mail: Mail,
    delivery: Delivery,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "a host would read them")]
struct Mail {
    timestamp: String,
    source: String,
    source_arn: String,
    sending_account_id: String,
    message_id: String,
    destination: Vec<String>,
    headers_truncated: bool,
    headers: Vec<Header>,
    common_headers: CommonHeaders,
    tags: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "a host would read them")]
struct Header {
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "a host would read them")]
struct CommonHeaders {
    from: Vec<String>,
    to: Vec<String>,
    message_id: String,
    subject: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "a host would read them")]
struct Delivery {
    timestamp: String,
    processing_time_millis: u64,
    recipients: Vec<String>,
    smtp_response: String,
    #[serde(rename = "reportingMTA")]
    reporting_mta: String,
}

/// As event publishing tells of a delivery.
fn message() -> String {
    json!({
        "eventType": "Delivery",
        "mail": {
            "timestamp": "2026-02-02T08:00:00.250Z", "source": "shop@example.org",
            "sourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/example.org",
            "sendingAccountId": "123456789012",
            "messageId": "0100019991661a7e-38d6315f-3564-4d28-a760-ee88e4ebf734-000000",
            "destination": ["asha@example.com"], "headersTruncated": false,
            "headers": [
                {"name": "From", "value": "Shop <shop@example.org>"},
                {"name": "To", "value": "asha@example.com"},
                {"name": "Message-ID", "value": "<91661a7e-38d@crm.example.org>"},
                {"name": "Subject", "value": "Invoice 2026-17"},
                {"name": "MIME-Version", "value": "1.0"}],
            "commonHeaders": {"from": ["Shop <shop@example.org>"], "to": ["asha@example.com"],
                "messageId": "0100019991661a7e-38d6315f-3564-4d28-a760-ee88e4ebf734-000000",
                "subject": "Invoice 2026-17"},
            "tags": {"ses:operation": ["SendEmail"], "ses:configuration-set": ["erp-events"],
                "ses:source-ip": ["198.51.100.20"], "ses:from-domain": ["example.org"],
                "ses:caller-identity": ["erp-mailer"],
                "reference": ["018f2b3c-0000-7000-8000-000000000001"]}},
        "delivery": {"timestamp": "2026-02-02T08:00:09.250Z", "processingTimeMillis": 900,
            "recipients": ["asha@example.com"], "smtpResponse": "250 2.6.0 queued",
            "reportingMTA": "mta.example.net"}
    })
    .to_string()
}

fn to_sign(message: &str, id: &str, time: &str) -> String {
    format!(
        "Message\n{message}\nMessageId\n{id}\nTimestamp\n{time}\nTopicArn\n{TOPIC}\nType\n\
         Notification\n"
    )
}

pub(super) async fn delivery(table: &mut Table, load: Load) {
    let key: String = KEY.lines().filter(|line| !line.starts_with('-')).collect();
    let key = KeyPair::from_pkcs8(&STANDARD.decode(key).unwrap()).unwrap();
    let (message, id, time) =
        (message(), "22574d90-9c5b-4268-a44f-be5ab768873f", "2026-02-02T08:00:10.000Z");
    let mut signature = vec![0; key.public_modulus_len()];
    let text = to_sign(&message, id, time);
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    let body = json!({
        "Type": "Notification", "MessageId": id, "TopicArn": TOPIC, "Message": message,
        "Timestamp": time, "SignatureVersion": "2", "Signature": STANDARD.encode(signature),
        "SigningCertURL": KEY_URL,
        "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
    });
    let request = request(body.to_string(), "text/plain; charset=UTF-8", &[]);
    let certificates = ses::Certificates::new();
    certificates.insert(KEY_URL, PEM, now()).unwrap();
    let webhook = ses::Webhook::new([TOPIC]).unwrap().certificates(certificates);
    let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key()).unwrap();
    let peer = || {
        let envelope: Envelope = serde_json::from_slice(&request.body).unwrap();
        let mut hash = digest::Context::new(&digest::SHA256);
        for (name, value) in [
            ("Message", &envelope.message),
            ("MessageId", &envelope.message_id),
            ("Timestamp", &envelope.timestamp),
            ("TopicArn", &envelope.topic_arn),
            ("Type", &envelope.kind),
        ] {
            for part in [name, "\n", value, "\n"] {
                hash.update(part.as_bytes());
            }
        }
        let sent = STANDARD.decode(&envelope.signature).unwrap();
        public.verify_digest_sig(&hash.finish(), &sent).unwrap();
        let message: Message = serde_json::from_str(&envelope.message).unwrap();
        (envelope.message_id, message)
    };
    compare(table, load, "ses delivery", &webhook, &request, 1, peer).await;
}
