//! SendGrid's events: a body of any bytes under any signature, which is read in shadow mode.
#![no_main]

use std::sync::LazyLock;

use dakiya::{
    Timestamp,
    sendgrid::Webhook,
    webhook::{Enforcement, Receiver, Request, WebhookErrorKind},
};
use http::HeaderValue;
use libfuzzer_sys::fuzz_target;

const KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE5vdzhEZLRNSx9Zgx0kHtt4dbq+k0wGb5EjQsLFEvVAdjBsZ\
                   cGfs9bWWAnTsTDvsjCDXcp7hlhUHvJq109yT4Dw==";

static WEBHOOK: LazyLock<Webhook> = LazyLock::new(|| Webhook::new(KEY).expect("a key"));

// An input: the signature, a line end, the timestamp, a line end, the body.
fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(3, |byte| *byte == b'\n');
    let (Some(signature), Some(timestamp), Some(body)) = (parts.next(), parts.next(), parts.next())
    else {
        return;
    };
    let mut request = Request::post("https://erp.example.net/", body.to_vec());
    for (name, value) in [("signature", signature), ("timestamp", timestamp)] {
        let name = format!("x-twilio-email-event-webhook-{name}");
        let name: http::HeaderName = name.parse().expect("a name");
        let Ok(value) = HeaderValue::from_bytes(value) else { return };
        request.headers.insert(name, value);
    }
    let _ = WEBHOOK.receive(&request, Timestamp::UNIX_EPOCH);
    match WEBHOOK.clone().enforcement(Enforcement::Shadow).receive(&request, Timestamp::UNIX_EPOCH)
    {
        Ok(parsed) => {
            assert!(parsed.events.iter().all(|event| event.dedup_key.len() == 32));
            assert!(parsed.events.iter().all(|event| !event.source.is_empty()));
        }
        Err(error) => assert_eq!(error.kind(), WebhookErrorKind::Payload),
    }
    // Any text as a key is refused or taken, without a panic.
    let _ = Webhook::new(String::from_utf8_lossy(signature).into_owned());
});
