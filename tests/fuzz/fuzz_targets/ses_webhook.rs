//! Amazon SES through SNS: envelopes, messages and certificates of any bytes.
#![no_main]

use dakiya::{
    Timestamp,
    ses::{Certificates, Webhook},
    webhook::{Enforcement, Guard, Receiver, Request},
};
use libfuzzer_sys::fuzz_target;

const KEY_URL: &str = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem";

fuzz_target!(|body: &[u8]| {
    let now = Timestamp::from_second(1_770_019_290).unwrap();
    let certificates = Certificates::new();
    let _ = certificates.insert(KEY_URL, body, now);
    if let Ok(url) = std::str::from_utf8(body) {
        let _ = certificates.insert(url, b"", now);
    }

    let request = Request::post("https://erp.example.net/", body.to_vec());
    let signed = Webhook::any_topic().certificates(certificates);
    assert!(signed.receive(&request, now).is_err(), "nobody has the key");
    let shadow = signed.enforcement(Enforcement::Shadow);
    let raw = Webhook::raw(Guard::unverified());
    for parsed in [shadow.receive(&request, now), raw.receive(&request, now)].into_iter().flatten()
    {
        assert!(parsed.events.iter().all(|event| !event.dedup_key.is_empty()));
    }
});
