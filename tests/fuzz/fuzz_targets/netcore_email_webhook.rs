//! Netcore's mail events: a body of any bytes, proven and not, and any bytes as a password.
#![no_main]

use dakiya::{
    netcore::email::Webhook,
    webhook::{Enforcement, Guard, Receiver},
};
use dakiya_fuzz::{
    SECRET,
    webhooks::{post, receive, unproven, with},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let guard = || Guard::secret_path(SECRET).expect("a guard");
    let webhook = Webhook::new(guard());
    let mut request = post(body);
    let proven = receive(&webhook, &request);
    let line = body.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let basic = Webhook::new(Guard::basic(SECRET, SECRET).expect("a guard"));
    let guessed = with(post(body), "authorization", line);
    assert!(receive(&basic, &guessed).is_err(), "believed");
    request.url = "https://erp.example.net/hooks/".into();
    let shadow = Webhook::new(guard()).enforcement(Enforcement::Shadow);
    let seen = unproven(&webhook, &shadow, &request);
    assert_eq!(proven.map_or(0, |parsed| parsed.events.len()), seen.len());
});
