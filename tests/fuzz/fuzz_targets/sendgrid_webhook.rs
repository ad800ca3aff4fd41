//! SendGrid's events: a body of any bytes under any signature, and under the right one.
#![no_main]

use std::sync::LazyLock;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use dakiya::{
    sendgrid::Webhook,
    webhook::{Enforcement, Receiver, Request, WebhookErrorKind},
};
use dakiya_fuzz::webhooks::{NOW, flipped, post, receive, unproven, with};
use libfuzzer_sys::fuzz_target;

/// What stands before the point of a P-256 key in its DER.
const FRAME: &str = "3059301306072a8648ce3d020106082a8648ce3d030107034200";

static KEY: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key"));
static WEBHOOK: LazyLock<Webhook> = LazyLock::new(|| {
    let mut der = hex::decode(FRAME).expect("hexadecimal");
    der.extend_from_slice(KEY.public_key().as_ref());
    Webhook::new(STANDARD.encode(der)).expect("a key")
});

// An input: the signature, a line end, the timestamp, a line end, the body.
fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(3, |byte| *byte == b'\n');
    let (Some(signature), Some(timestamp), Some(body)) = (parts.next(), parts.next(), parts.next())
    else {
        return;
    };
    let shadow = WEBHOOK.clone().enforcement(Enforcement::Shadow);
    let seen = unproven(&*WEBHOOK, &shadow, &headed(body, signature, timestamp));

    let now = NOW.to_string();
    let sign = |time: &str| {
        let signed = [time.as_bytes(), body].concat();
        let signature = KEY.sign(&SystemRandom::new(), &signed).expect("a signature");
        STANDARD.encode(signature)
    };
    let right = sign(&now);
    let signed = receive(&*WEBHOOK, &headed(body, right.as_bytes(), now.as_bytes()));
    match signed {
        Ok(parsed) => assert_eq!(parsed.events.len(), seen.len()),
        Err(error) => assert_eq!(error.kind(), WebhookErrorKind::Payload),
    }
    if !body.is_empty() {
        let changed = headed(&flipped(body), right.as_bytes(), now.as_bytes());
        assert!(receive(&*WEBHOOK, &changed).is_err(), "believed");
    }
    // Any text as a key is refused or taken, without a panic.
    drop(Webhook::new(String::from_utf8_lossy(signature).into_owned()));
});

fn headed(body: &[u8], signature: &[u8], timestamp: &[u8]) -> Request {
    let request = with(post(body), "x-twilio-email-event-webhook-signature", signature);
    with(request, "x-twilio-email-event-webhook-timestamp", timestamp)
}
