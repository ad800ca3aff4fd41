//! Netcore's RCS events and those of the deflector: a body of any bytes, proven and not.
#![no_main]

use dakiya::{
    Timestamp,
    netcore::{deflector, rcs::Webhook},
    webhook::{Enforcement, Guard, Receiver, Request},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let Ok(guard) = Guard::secret_path("8e0f9c1d2b7a4465") else { return };
    let webhook = Webhook::new(guard).enforcement(Enforcement::Shadow);
    let request = Request::post("https://erp.example.net/8e0f9c1d2b7a4465", body.to_vec());
    if let Ok(parsed) = webhook.receive(&request, Timestamp::UNIX_EPOCH) {
        assert!(parsed.would_refuse.is_none());
        assert!(parsed.events.iter().all(|event| !event.dedup_key.is_empty()));
    }
    let open = deflector::Webhook::new(Guard::unverified());
    if let Ok(parsed) = open.receive(&request, Timestamp::UNIX_EPOCH) {
        assert!(parsed.events.iter().all(|event| event.provider == "netcore-deflector"));
    }
    // Any bytes as the path.
    let url = format!("https://erp.example.net/{}", String::from_utf8_lossy(body));
    let _ = webhook.receive(&Request::post(url, body.to_vec()), Timestamp::UNIX_EPOCH);
});
