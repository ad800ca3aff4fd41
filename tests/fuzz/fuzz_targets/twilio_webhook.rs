//! Twilio's calls: a body of any bytes, its signature right and wrong.
//!
//! The first byte of the input says whether the rest is a form (`f`) or JSON.
#![no_main]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use dakiya::{
    twilio::Webhook,
    webhook::{Enforcement, Proof, Receiver},
};
use dakiya_fuzz::{
    SECRET,
    webhooks::{now, post, receive, unproven, with},
};
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use sha1::Sha1;
use sha2::{Digest, Sha256};

fuzz_target!(|input: &[u8]| {
    let Some((first, body)) = input.split_first() else { return };
    let webhook = Webhook::new(SECRET).expect("a token").callback_parameter("ref");
    let mut request = post(body);
    request.url += "?ref=1";
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
        request.url += &format!("&bodySHA256={}", hex::encode(Sha256::digest(body)));
        "application/json"
    };
    let mut mac = Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).expect("any key");
    mac.update(request.url.as_bytes());
    mac.update(&text);
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let request = with(with(request, "content-type", kind), "x-twilio-signature", signature);

    let plain = !body.iter().any(|byte| matches!(byte, b'%' | b'+'));
    let signed = *first != b'f' || plain && std::str::from_utf8(body).is_ok();
    if signed {
        assert!(webhook.verify(&request, now()).is_ok());
    }
    let proven = receive(&webhook, &request);
    let other = Webhook::new("another").expect("a token").callback_parameter("ref");
    let seen = unproven(&other, &other.clone().enforcement(Enforcement::Shadow), &request);
    assert!(seen.iter().all(|event| event.proof == Proof::Shadow));
    if signed {
        assert_eq!(proven.map_or(0, |parsed| parsed.events.len()), seen.len());
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
