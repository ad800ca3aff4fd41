//! Netcore's mail events: a body of any bytes.
#![no_main]

use dakiya::{
    Timestamp,
    netcore::email::Webhook,
    webhook::{Guard, Receiver, Request},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let request = Request::post("https://erp.example.net/", body.to_vec());
    let webhook = Webhook::new(Guard::unverified());
    if let Ok(parsed) = webhook.receive(&request, Timestamp::UNIX_EPOCH) {
        assert!(parsed.events.iter().all(|event| !event.dedup_key.is_empty()));
    }
});
