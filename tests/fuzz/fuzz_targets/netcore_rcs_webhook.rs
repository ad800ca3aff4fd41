//! Netcore's RCS events and those of the deflector: a body of any bytes, proven and not.
#![no_main]

use dakiya::{
    netcore::{deflector, rcs},
    webhook::{Guard, Request},
};
use dakiya_fuzz::{
    SECRET,
    webhooks::{post, receive},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let guard = || Guard::secret_path(SECRET).expect("a guard");
    let webhook = rcs::Webhook::new(guard());
    drop(receive(&webhook, &post(body)));
    if let Ok(parsed) = receive(&deflector::Webhook::new(guard()), &post(body)) {
        assert!(parsed.events.iter().all(|event| event.provider == "netcore-deflector"));
    }
    // Any bytes as the path.
    let url = format!("https://erp.example.net/{}", String::from_utf8_lossy(body));
    assert!(receive(&webhook, &Request::post(url, body.to_vec())).is_err(), "believed");
});
