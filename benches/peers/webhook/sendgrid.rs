//! SendGrid.

use aws_lc_rs::{
    digest,
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _,
        ParsedPublicKey,
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use dakiya::{
    sendgrid,
    webhook::{Receiver as _, Request},
};
use serde::Deserialize;

use super::{NOW, compare, now, request};
use crate::measure::{Load, Table, pair};

pub(super) async fn batches(table: &mut Table, load: Load, sizes: [usize; 2]) {
    #[derive(Deserialize)]
    #[allow(dead_code, reason = "a host would read them")]
    struct Event {
        email: String,
        event: String,
        timestamp: i64,
        sg_event_id: String,
        sg_message_id: Option<String>,
        #[serde(rename = "smtp-id")]
        smtp_id: Option<String>,
        response: Option<String>,
        ip: Option<String>,
        tls: Option<u8>,
        url: Option<String>,
        useragent: Option<String>,
        dakiya_id: Option<String>,
    }

    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    let point = key.public_key().as_ref().to_vec();
    let webhook = sendgrid::Webhook::new(STANDARD.encode(spki(&point))).unwrap();
    let signed = move |count: usize| {
        let body = (0..count).map(event).collect::<Vec<_>>().join(",\r\n");
        let body = format!("[{body}]\r\n");
        let message = format!("{NOW}{body}");
        let signature = key.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        let signature = STANDARD.encode(signature);
        let name = "x-twilio-email-event-webhook-";
        let headers = [
            (&*format!("{name}signature"), &*signature),
            (&*format!("{name}timestamp"), &*NOW.to_string()),
        ];
        request(body, "application/json", &headers)
    };
    let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &point).unwrap();
    let peer_of = |request: &Request| {
        let header = |name: &str| request.header(name).unwrap();
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(header("x-twilio-email-event-webhook-timestamp").as_bytes());
        hash.update(&request.body);
        let sent = STANDARD.decode(header("x-twilio-email-event-webhook-signature")).unwrap();
        key.verify_digest_sig(&hash.finish(), &sent).unwrap();
        serde_json::from_slice::<Vec<Event>>(&request.body).unwrap()
    };
    for count in [1, sizes[0]] {
        let request = signed(count);
        let name = format!("sendgrid batch of {count}");
        let load = Load { operations: (load.operations / count).max(3), ..load };
        compare(table, load, &name, &webhook, &request, count, || peer_of(&request)).await;
    }
    let [short, long] = sizes.map(signed);
    let once = Load { operations: (load.operations / sizes[1]).max(3), ..load };
    let ours = async || drop(webhook.receive(&long, now()).unwrap());
    let peer = async || drop(webhook.receive(&short, now()).unwrap());
    let [ours, peer] = pair(once, ours, peer).await;
    let costs = [ours.share(sizes[1]), peer.share(sizes[0])];
    let name = format!("webhook sendgrid: an event of {}", sizes[1]);
    table.costs(&name, &format!("of {}", sizes[0]), costs);
}

/// As SendGrid writes a delivery.
fn event(number: usize) -> String {
    format!(
        r#"{{"email":"kim{number}@example.com","event":"delivered","ip":"203.0.113.8","response":"250 2.0.0 accepted","tls":1,"sg_event_id":"ZGVsaXZlcmVkLTMtNzAwMDAxNzMtRjJNc2o1Y210aUVHMXp0dk52VjJGR{number}","sg_message_id":"zQUMPM08HSe8jnPJjoqgA2.recvd-9dfe1bbb-cct2c-1-69B5CEEF-6B.{number}","timestamp":1770019202,"smtp-id":"<zQUMPM08HSe8jnPJjoqgA2@geopod-ismtpd-49>","dakiya_id":"018f2b3c-0000-7000-8000-{number:012}"}}"#
    )
}

/// A P-256 point as `SubjectPublicKeyInfo`.
fn spki(point: &[u8]) -> Vec<u8> {
    let head = hex::decode("3059301306072a8648ce3d020106082a8648ce3d030107034200").unwrap();
    [head, point.to_vec()].concat()
}
