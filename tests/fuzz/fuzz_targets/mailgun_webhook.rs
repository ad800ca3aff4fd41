//! Mailgun's posts: any bytes, as they are and signed as Mailgun signs.
#![no_main]

use dakiya::{
    mailgun::Webhook,
    webhook::{Enforcement, Receiver},
};
use dakiya_fuzz::{
    SECRET,
    webhooks::{NOW, post, receive, typed, unproven},
};
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use sha2::Sha256;

const TYPES: [&str; 3] =
    ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"];

fuzz_target!(|data: &[u8]| {
    let webhook = Webhook::new(SECRET).expect("a webhook");
    let shadow = webhook.clone().enforcement(Enforcement::Shadow);
    for content_type in TYPES {
        unproven(&webhook, &shadow, &typed(content_type, data));
    }
    // As an event with a right signature.
    let token = "a".repeat(50);
    let body = |sign: fn(&[u8]) -> String| {
        let signature = sign(format!("{NOW}{token}").as_bytes());
        let head = format!(
            r#"{{"signature":{{"timestamp":"{NOW}","token":"{token}","signature":"{signature}"}},"event-data":"#
        );
        [head.as_bytes(), data, b"}"].concat()
    };
    if let Ok(parsed) = receive(&webhook, &post(&body(|text| mac(SECRET, text)))) {
        assert_eq!(parsed.events.len() + parsed.faults.len(), 1);
        assert!(parsed.once.is_some_and(|once| !format!("{once:?}").contains("aaaa")));
    }
    unproven(&webhook, &shadow, &post(&body(|text| mac("another key", text))));
});

fn mac(key: &str, text: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("a key");
    mac.update(text);
    hex::encode(mac.finalize().into_bytes())
}
