//! Amazon SES through SNS: envelopes and messages of any bytes, and a signed envelope around them.
#![no_main]

use std::sync::LazyLock;

use aws_lc_rs::{rand::SystemRandom, rsa::KeyPair, signature::RSA_PKCS1_SHA256};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use dakiya::{
    ses::{Certificates, Webhook},
    webhook::{Enforcement, Guard, Receiver},
};
use dakiya_fuzz::{
    SECRET,
    webhooks::{now, post, receive, unproven},
};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

const KEY_URL: &str = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem";
const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:erp-mail-events";

static KEY: LazyLock<KeyPair> = LazyLock::new(|| {
    let pem = include_str!("../../fixtures/webhooks/ses/keys/test-only.key");
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    KeyPair::from_pkcs8(&STANDARD.decode(body).expect("base64")).expect("a key")
});
static WEBHOOK: LazyLock<Webhook> = LazyLock::new(|| {
    let certificates = Certificates::new();
    let pem = include_bytes!("../../fixtures/webhooks/ses/keys/sns.pem");
    certificates.insert(KEY_URL, pem, now()).expect("a certificate");
    Webhook::new([TOPIC]).expect("a topic").certificates(certificates)
});

fuzz_target!(|body: &[u8]| {
    let request = post(body);
    let shadow = WEBHOOK.clone().enforcement(Enforcement::Shadow);
    unproven(&*WEBHOOK, &shadow, &request);
    let raw = Webhook::raw(Guard::secret_path(SECRET).expect("a guard"));
    let raw = receive(&raw, &request);

    // A signature takes longer than all else, so that only one in sixteen bodies gets one.
    let sum = body.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    let Ok(message) = std::str::from_utf8(body) else { return };
    if sum % 16 > 0 {
        return;
    }
    let text = format!(
        "Message\n{message}\nMessageId\nm-1\nTimestamp\n{}\nTopicArn\n{TOPIC}\nType\nNotification\n",
        now()
    );
    let mut signature = vec![0; KEY.public_modulus_len()];
    let random = SystemRandom::new();
    KEY.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature).expect("a signature");
    let envelope = |message: &str| {
        let envelope = json!({
            "Type": "Notification", "MessageId": "m-1", "TopicArn": TOPIC, "Message": message,
            "Timestamp": now(), "SignatureVersion": "2", "SigningCertURL": KEY_URL,
            "Signature": STANDARD.encode(&signature),
        });
        post(envelope.to_string().as_bytes())
    };
    let signed = receive(&*WEBHOOK, &envelope(message));
    if let (Ok(raw), Ok(signed)) = (raw, signed) {
        assert!(raw.events.len() <= signed.events.len(), "the envelope costs events");
    }
    assert!(receive(&*WEBHOOK, &envelope(&format!("{message} "))).is_err(), "believed");
});
