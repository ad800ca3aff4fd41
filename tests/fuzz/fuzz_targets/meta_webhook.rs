//! Meta's webhooks: any header over any body, any query, and any body that is rightly signed.
#![no_main]

use dakiya::{
    meta::Webhook,
    webhook::{Enforcement, Receiver, Request},
};
use dakiya_fuzz::{
    SECRET,
    webhooks::{URL, flipped, post, receive, unproven, with},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Method;
use libfuzzer_sys::fuzz_target;
use sha2::Sha256;

const SIGNATURE: &str = "x-hub-signature-256";

fuzz_target!(|body: &[u8]| {
    let webhook = Webhook::new(SECRET, "a token").expect("a webhook");
    let shadow = webhook.clone().enforcement(Enforcement::Shadow);

    // As it is: nothing may be accepted, and a shadow reads it all the same.
    let line = body.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let seen = unproven(&webhook, &shadow, &with(post(body), SIGNATURE, line));

    // Rightly signed: the same events.
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key");
    mac.update(body);
    let header = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let signed = receive(&webhook, &with(post(body), SIGNATURE, &header));
    let keys = |events: &[dakiya::Event]| -> Vec<_> {
        events.iter().map(|event| event.dedup_key.clone()).collect()
    };
    assert_eq!(signed.map_or(Vec::new(), |parsed| keys(&parsed.events)), keys(&seen));
    if !body.is_empty() {
        let changed = with(post(&flipped(body)), SIGNATURE, &header);
        assert!(receive(&webhook, &changed).is_err(), "believed");
    }

    // A handshake.
    if let Ok(query) = std::str::from_utf8(body) {
        let request = Request::new(Method::GET, format!("{URL}?{query}"), "");
        if let Ok(parsed) = receive(&webhook, &request) {
            assert!(parsed.events.is_empty());
            assert!(parsed.reply.body.len() <= query.len());
        }
    }
});
