//! Twilio's calls: a body of any bytes, its signature right and wrong.
//!
//! The first byte of the input says whether the rest is a form (`f`) or JSON.
#![no_main]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use dakiya::{
    Timestamp,
    twilio::Webhook,
    webhook::{Enforcement, Proof, Receiver, Request},
};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderValue;
use libfuzzer_sys::fuzz_target;
use sha1::Sha1;
use sha2::{Digest, Sha256};

const URL: &str = "https://erp.example.net/hooks/twilio?ref=1";

fuzz_target!(|input: &[u8]| {
    let Some((first, body)) = input.split_first() else { return };
    let webhook = Webhook::new("token").expect("a token").callback_parameter("ref");
    let mut request = Request::post(URL, body.to_vec());
    let mut text = Vec::new();
    let kind = if *first == b'f' {
        // The decoder of a browser, but for bytes that are no UTF-8.
        if std::str::from_utf8(body).is_ok() {
            let mut pairs: Vec<_> = body
                .split(|byte| *byte == b'&')
                .filter(|pair| !pair.is_empty() && !pair.iter().any(|b| matches!(b, b'%' | b'+')))
                .map(|pair| {
                    let end = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
                    (&pair[..end], pair.get(end + 1..).unwrap_or_default())
                })
                .collect();
            pairs.sort_unstable();
            pairs.dedup();
            text = pairs.concat_all();
        }
        "application/x-www-form-urlencoded"
    } else {
        request.url = format!("{URL}&bodySHA256={}", hex::encode(Sha256::digest(body)));
        "application/json"
    };
    request.headers.insert("content-type", HeaderValue::from_static(kind));
    let mut mac = Hmac::<Sha1>::new_from_slice(b"token").expect("any key");
    mac.update(request.url.as_bytes());
    mac.update(&text);
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let header = HeaderValue::from_str(&signature).expect("base64");
    request.headers.insert("x-twilio-signature", header);

    let plain = !body.iter().any(|byte| matches!(byte, b'%' | b'+'));
    if *first != b'f' || plain && std::str::from_utf8(body).is_ok() {
        assert!(webhook.verify(&request, Timestamp::UNIX_EPOCH).is_ok());
    }
    let other = Webhook::new("another").expect("a token");
    assert!(other.verify(&request, Timestamp::UNIX_EPOCH).is_err());
    let shadow = other.enforcement(Enforcement::Shadow);
    if let Ok(parsed) = shadow.receive(&request, Timestamp::UNIX_EPOCH) {
        assert!(parsed.would_refuse.is_some());
        assert!(parsed.events.iter().all(|event| event.dedup_key.len() == 32));
        assert!(parsed.events.iter().all(|event| event.proof == Proof::Shadow));
    }
});

trait Concat {
    fn concat_all(&self) -> Vec<u8>;
}

impl Concat for Vec<(&[u8], &[u8])> {
    fn concat_all(&self) -> Vec<u8> {
        self.iter().flat_map(|(name, value)| [*name, *value].concat()).collect()
    }
}
