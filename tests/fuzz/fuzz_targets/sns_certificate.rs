//! The certificates of Amazon SNS: any bytes as one, and any text as the URL of one.
#![no_main]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use dakiya::ses::Certificates;
use dakiya_fuzz::webhooks::now;
use libfuzzer_sys::fuzz_target;

const KEY_URL: &str = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem";

// An input is PEM, or what stands in it, or a URL.
fuzz_target!(|input: &[u8]| {
    let certificates = Certificates::new();
    drop(certificates.insert(KEY_URL, input, now()));
    let pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        STANDARD
            .encode(input)
            .as_bytes()
            .chunks(64)
            .map(String::from_utf8_lossy)
            .collect::<Vec<_>>()
            .join("\n")
    );
    if certificates.insert(KEY_URL, pem.as_bytes(), now()).is_ok() {
        assert!(format!("{certificates:?}").contains("1 keys"));
    }
    if let Ok(url) = std::str::from_utf8(input) {
        let sns = include_bytes!("../../fixtures/webhooks/ses/keys/sns.pem");
        if Certificates::new().any_path().insert(url, sns, now()).is_ok() {
            let host = url.strip_prefix("https://sns.").and_then(|rest| rest.split_once('/'));
            let (host, path) = host.expect("SNS's own URL");
            assert!(host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn"));
            assert!(!host.contains(['@', ':', '\\', '?', '#']) && path.ends_with(".pem"));
        }
    }
});
