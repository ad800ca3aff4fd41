//! Netcore's WhatsApp calls: a body of any bytes, proven and not.
#![no_main]

use dakiya::{
    netcore::whatsapp::Webhook,
    webhook::{Enforcement, Guard, Receiver},
};
use dakiya_fuzz::{
    SECRET,
    webhooks::{post, receive, unproven},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let guard = || Guard::header("x-key", SECRET).expect("a guard");
    let webhook = Webhook::new(guard());
    let mut request = post(body);
    let shadow = Webhook::new(guard()).enforcement(Enforcement::Shadow);
    let seen = unproven(&webhook, &shadow, &request);
    request.headers.insert("x-key", SECRET.parse().expect("a header"));
    let proven = receive(&webhook, &request);
    assert_eq!(proven.map_or(0, |parsed| parsed.events.len()), seen.len());
});
