//! Meta's webhooks: any header over any body, any query, and any body that is rightly signed.
#![no_main]

use dakiya::{
    Timestamp,
    meta::Webhook,
    webhook::{Enforcement, Receiver, Request},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderValue, Method};
use libfuzzer_sys::fuzz_target;
use sha2::Sha256;

const SECRET: &str = "canary-secret-71f3";
const URL: &str = "https://erp.example.net/";

fuzz_target!(|body: &[u8]| {
    let webhook = Webhook::new(SECRET, "a token").expect("a webhook");
    let now = Timestamp::UNIX_EPOCH;

    // As it is: nothing may be accepted, and a shadow reads it all the same.
    let mut request = Request::post(URL, body.to_vec());
    let line = body.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if let Ok(header) = HeaderValue::from_bytes(line) {
        request.headers.insert("x-hub-signature-256", header);
    }
    let error = webhook.verify(&request, now).expect_err("nobody signed it");
    assert!(!format!("{error} {error:?}").contains(SECRET));
    let shadow = webhook.clone().enforcement(Enforcement::Shadow).receive(&request, now);

    // Rightly signed: the same events.
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key");
    mac.update(body);
    let header = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    request.headers.insert("x-hub-signature-256", header.parse().expect("a header"));
    let signed = webhook.receive(&request, now);
    assert_eq!(shadow.is_ok(), signed.is_ok());
    if let (Ok(shadow), Ok(signed)) = (shadow, signed) {
        assert_eq!(shadow.events.len(), signed.events.len());
        assert_eq!(shadow.faults, signed.faults);
        for event in signed.events {
            assert_eq!(event.dedup_key.len(), 32);
            assert!(!event.source.is_empty());
            let json = serde_json::to_string(&event).expect("JSON");
            drop(serde_json::from_str::<dakiya::Event>(&json).expect("an event"));
        }
    }

    // A handshake.
    if let Ok(query) = std::str::from_utf8(body) {
        let request = Request::new(Method::GET, format!("{URL}?{query}"), "");
        drop(webhook.receive(&request, now));
    }
});
