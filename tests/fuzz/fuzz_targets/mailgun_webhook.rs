//! Mailgun's posts: any bytes, as they are and signed as Mailgun signs.
#![no_main]

use dakiya::{
    Timestamp,
    mailgun::Webhook,
    webhook::{Enforcement, Receiver, Request},
};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderValue;
use libfuzzer_sys::fuzz_target;
use sha2::Sha256;

const KEY: &str = "8e0f9c1d2b7a4465";
const TIME: i64 = 1_773_500_969;

fuzz_target!(|data: &[u8]| {
    let webhook = Webhook::new(KEY).unwrap();
    let now = Timestamp::from_second(TIME).unwrap();
    let types = [
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
    ];
    // As it is: the verifier refuses it, and the parser reads it none the less.
    for content_type in types {
        let mut request = Request::post("https://erp.example.net/", data.to_vec());
        request.headers.insert("content-type", HeaderValue::from_static(content_type));
        drop(webhook.receive(&request, now));
        let shadow = webhook.clone().enforcement(Enforcement::Shadow);
        if let Ok(parsed) = shadow.receive(&request, now) {
            assert!(parsed.events.iter().all(|event| event.dedup_key.len() == 32));
        }
    }
    // As an event with a right signature.
    let token = "a".repeat(50);
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(format!("{TIME}{token}").as_bytes());
    let mac = hex::encode(mac.finalize().into_bytes());
    let head = format!(
        r#"{{"signature":{{"timestamp":"{TIME}","token":"{token}","signature":"{mac}"}},"event-data":"#
    );
    let body = [head.as_bytes(), data, b"}"].concat();
    if let Ok(parsed) = webhook.receive(&Request::post("https://erp.example.net/", body), now) {
        assert_eq!(parsed.events.len() + parsed.faults.len(), 1);
        assert!(parsed.once.is_some());
    }
});
