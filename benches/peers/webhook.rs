//! Webhooks beside the floor: the same cryptography, and `serde` into plain structs of strings,
//! which know no provider's words, join nothing and keep nothing that they do not name.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _,
        UnparsedPublicKey,
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use dakiya::{
    Timestamp, mailgun, meta, netcore, sendgrid, twilio,
    webhook::{Guard, Receiver, Request},
};
use hmac::{Hmac, KeyInit as _, Mac};
use http::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::json;
use sha1::Sha1;
use sha2::Sha256;

use crate::measure::{Load, Table, pair};

const PEER: &str = "the same crypto, serde_json into structs";
const URL: &str = "https://erp.example.net/hooks/8e0f9c1d2b7a4465";
const NOW: i64 = 1_770_019_210;
const SECRET: &str = "5d1f0c8be23a49779c64aa01e7d2b3f4";

/// `sizes` are the events of a shorter and of a longer batch.
pub(crate) async fn all(table: &mut Table, load: Load, sizes: [usize; 2]) {
    twilio(table, load).await;
    meta(table, load).await;
    sendgrid(table, load, sizes).await;
    mailgun(table, load).await;
    netcore_email(table, load).await;
}

async fn twilio(table: &mut Table, load: Load) {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    #[allow(dead_code, reason = "a host would read them")]
    struct Status {
        message_sid: String,
        message_status: String,
        to: String,
        from: String,
        error_code: Option<String>,
    }

    let body = "SmsSid=SM1bced67d9fec68ace0ef83b3f4ef8336&SmsStatus=delivered&\
                MessageStatus=delivered&To=%2B919845000012&\
                MessageSid=SM1bced67d9fec68ace0ef83b3f4ef8336&\
                AccountSid=AC47be4cea47180c6b5827707b796b0d22&From=%2B15005550006&\
                ApiVersion=2010-04-01";
    let mut pairs: Vec<(String, String)> =
        url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    pairs.sort();
    let mut text = URL.to_owned();
    text.extend(pairs.iter().flat_map(|(name, value)| [name.as_str(), value]));
    let signature = STANDARD.encode(mac::<Hmac<Sha1>>(text.as_bytes()).finalize().into_bytes());
    let request = request(
        body.into(),
        "application/x-www-form-urlencoded",
        &[("x-twilio-signature", &signature)],
    );
    let webhook = twilio::Webhook::new(SECRET).unwrap();
    let peer = || {
        let mut pairs: Vec<_> = url::form_urlencoded::parse(&request.body).collect();
        pairs.sort();
        let mut mac = mac::<Hmac<Sha1>>(request.url.as_bytes());
        for (name, value) in &pairs {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
        let sent = STANDARD.decode(request.header("x-twilio-signature").unwrap()).unwrap();
        mac.verify_slice(&sent).unwrap();
        let of = |wanted: &str| {
            let found = pairs.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.clone().into_owned())
        };
        Status {
            message_sid: of("MessageSid").unwrap(),
            message_status: of("MessageStatus").unwrap(),
            to: of("To").unwrap(),
            from: of("From").unwrap(),
            error_code: of("ErrorCode"),
        }
    };
    compare(table, load, "twilio status", &webhook, &request, 1, || drop(peer())).await;
}

async fn meta(table: &mut Table, load: Load) {
    #[derive(Deserialize)]
    struct Body {
        entry: Vec<Entry>,
    }
    #[derive(Deserialize)]
    struct Entry {
        changes: Vec<Change>,
    }
    #[derive(Deserialize)]
    #[allow(dead_code, reason = "a host would read them")]
    struct Change {
        field: String,
        value: Statuses,
    }
    #[derive(Deserialize)]
    #[allow(dead_code, reason = "a host would read them")]
    struct Statuses {
        metadata: Number,
        statuses: Vec<Status>,
    }
    #[derive(Deserialize)]
    #[allow(dead_code, reason = "a host would read them")]
    struct Number {
        display_phone_number: String,
        phone_number_id: String,
    }
    #[derive(Deserialize)]
    #[allow(dead_code, reason = "a host would read them")]
    struct Status {
        id: String,
        status: String,
        timestamp: String,
        recipient_id: String,
        biz_opaque_callback_data: Option<String>,
        pricing: Option<Pricing>,
    }
    #[derive(Deserialize)]
    #[allow(dead_code, reason = "a host would read them")]
    struct Pricing {
        category: String,
        pricing_model: String,
        billable: bool,
    }

    const STATUSES: usize = 4;
    let status = |number: usize| {
        json!({"id": format!("wamid.HBgMOTE5ODQ1MDAwMDEy{number}"), "status": "delivered",
            "timestamp": "1770019209", "recipient_id": "919845000012",
            "biz_opaque_callback_data": "018f2b3c-0000-7000-8000-000000000001",
            "pricing": {"billable": true, "pricing_model": "PMP", "category": "utility"}})
    };
    let body = json!({"object": "whatsapp_business_account", "entry": [{"id": "209130066770145",
        "changes": [{"field": "messages", "value": {"messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "447700900342",
                "phone_number_id": "305511778840026"},
            "statuses": (0..STATUSES).map(status).collect::<Vec<_>>()}}]}]});
    let body = body.to_string();
    let digest = hex::encode(mac::<Hmac<Sha256>>(body.as_bytes()).finalize().into_bytes());
    let headers = [("x-hub-signature-256", &*format!("sha256={digest}"))];
    let request = request(body, "application/json", &headers);
    let webhook = meta::Webhook::new(SECRET, "verify").unwrap();
    let peer = || {
        let sent = request.header("x-hub-signature-256").unwrap();
        let sent = hex::decode(sent.strip_prefix("sha256=").unwrap()).unwrap();
        mac::<Hmac<Sha256>>(&request.body).verify_slice(&sent).unwrap();
        serde_json::from_slice::<Body>(&request.body).unwrap()
    };
    assert_eq!(peer().entry[0].changes[0].value.statuses.len(), STATUSES);
    compare(table, load, "meta statuses", &webhook, &request, STATUSES, || drop(peer())).await;
}

async fn sendgrid(table: &mut Table, load: Load, sizes: [usize; 2]) {
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
        url: Option<String>,
        useragent: Option<String>,
        dakiya_id: Option<String>,
    }

    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    let point = key.public_key().as_ref().to_vec();
    let webhook = sendgrid::Webhook::new(STANDARD.encode(spki(&point))).unwrap();
    let signed = |count: usize| {
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
    let peer_of = |request: &Request| {
        let header = |name: &str| request.header(name).unwrap().to_owned();
        let mut message = header("x-twilio-email-event-webhook-timestamp").into_bytes();
        message.extend_from_slice(&request.body);
        let sent = STANDARD.decode(header("x-twilio-email-event-webhook-signature")).unwrap();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &point).verify(&message, &sent).unwrap();
        serde_json::from_slice::<Vec<Event>>(&request.body).unwrap()
    };
    for count in [1, sizes[0]] {
        let request = signed(count);
        let name = format!("sendgrid batch of {count}");
        let load = Load { operations: (load.operations / count).max(3), ..load };
        compare(table, load, &name, &webhook, &request, count, || drop(peer_of(&request))).await;
    }
    let [short, long] = sizes.map(signed);
    let once = Load { operations: (load.operations / sizes[1]).max(3), ..load };
    let ours = async || drop(webhook.receive(&long, now()).unwrap());
    let peer = async || drop(webhook.receive(&short, now()).unwrap());
    let [ours, peer] = pair(once, ours, peer).await;
    let costs = [ours.share(sizes[1]), peer.share(sizes[0])];
    let name = format!("sendgrid: an event of {}", sizes[1]);
    table.costs(&name, &format!("of {}", sizes[0]), costs);
}

/// As SendGrid writes a delivery.
fn event(number: usize) -> String {
    format!(
        r#"{{"email":"kim{number}@example.com","event":"delivered","ip":"203.0.113.8","response":"250 2.0.0 accepted","tls":1,"sg_event_id":"ZGVsaXZlcmVkLTMtNzAwMDAxNzMtRjJNc2o1Y210aUVHMXp0dk52VjJGR{number}","sg_message_id":"zQUMPM08HSe8jnPJjoqgA2.recvd-9dfe1bbb-cct2c-1-69B5CEEF-6B.{number}","timestamp":1770019202,"smtp-id":"<zQUMPM08HSe8jnPJjoqgA2@geopod-ismtpd-49>","dakiya_id":"018f2b3c-0000-7000-8000-{number:012}"}}"#
    )
}

/// A P-256 point as SubjectPublicKeyInfo.
fn spki(point: &[u8]) -> Vec<u8> {
    let head = hex::decode("3059301306072a8648ce3d020106082a8648ce3d030107034200").unwrap();
    [head, point.to_vec()].concat()
}

async fn mailgun(table: &mut Table, load: Load) {
    #[derive(Deserialize)]
    struct Body {
        signature: Signature,
        #[serde(rename = "event-data")]
        event: Event,
    }
    #[derive(Deserialize)]
    struct Signature {
        timestamp: String,
        token: String,
        signature: String,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    #[allow(dead_code, reason = "a host would read them")]
    struct Event {
        event: String,
        id: String,
        timestamp: f64,
        recipient: String,
        message: Message,
        tags: Vec<String>,
        user_variables: std::collections::BTreeMap<String, String>,
        delivery_status: Delivery,
    }
    #[derive(Deserialize)]
    #[allow(dead_code, reason = "a host would read them")]
    struct Message {
        headers: Headers,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    #[allow(dead_code, reason = "a host would read them")]
    struct Headers {
        message_id: String,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    #[allow(dead_code, reason = "a host would read them")]
    struct Delivery {
        code: u16,
        message: String,
        mx_host: String,
    }

    let token = "73fe7f5f927ffc106dfab5d075c40c07807c51a5f216b58f2e";
    let digest = mac::<Hmac<Sha256>>(format!("{NOW}{token}").as_bytes()).finalize().into_bytes();
    let body = json!({
        "signature": {"timestamp": NOW.to_string(), "token": token,
            "signature": hex::encode(digest)},
        "event-data": {"event": "delivered", "id": "WTTW0JFtbznkThwdPj1mz-",
            "timestamp": 1_770_019_201.5, "log-level": "info", "recipient": "kim@example.com",
            "recipient-domain": "example.com",
            "message": {"headers": {"message-id": "20262034182480.1.74FA@mail.example.com",
                "to": "kim@example.com", "from": "Shop <shop@mail.example.com>",
                "subject": "Invoice 2026-17"}, "attachments": [], "size": 1867},
            "flags": {"is-routed": false, "is-authenticated": true, "is-test-mode": false},
            "tags": ["a"], "user-variables": {"order": "A-77", "message-id": "018f2b3c"},
            "delivery-status": {"code": 250, "message": "OK", "description": "", "attempt-no": 1,
                "session-seconds": 0.2, "tls": true, "mx-host": "mx.example.com"}}
    });
    let request = request(body.to_string(), "application/json", &[]);
    let webhook = mailgun::Webhook::new(SECRET).unwrap();
    let peer = || {
        let body: Body = serde_json::from_slice(&request.body).unwrap();
        let mut mac = mac::<Hmac<Sha256>>(body.signature.timestamp.as_bytes());
        mac.update(body.signature.token.as_bytes());
        mac.verify_slice(&hex::decode(&body.signature.signature).unwrap()).unwrap();
        body.event
    };
    compare(table, load, "mailgun event", &webhook, &request, 1, || drop(peer())).await;
}

async fn netcore_email(table: &mut Table, load: Load) {
    #[derive(Deserialize)]
    #[serde(rename_all = "UPPERCASE")]
    #[allow(dead_code, reason = "a host would read them")]
    struct Event {
        event: String,
        transid: String,
        email: String,
        timestamp: i64,
        fromaddress: String,
        response: String,
        #[serde(rename = "X-APIHEADER")]
        reference: String,
    }

    const EVENTS: usize = 100;
    let event = |number: usize| {
        json!({"EVENT": "sent", "TRANSID": number.to_string(), "TIMESTAMP": 1_770_019_202,
            "EMAIL": format!("kim{number}@example.com"), "FROMADDRESS": "shop@example.org",
            "RESPONSE": "250 2.0.0 accepted", "X-APIHEADER": "018f2b3c"})
    };
    let body = serde_json::to_string(&(0..EVENTS).map(event).collect::<Vec<_>>()).unwrap();
    let request = request(body, "application/json", &[]);
    let guard = Guard::secret_path("8e0f9c1d2b7a4465").unwrap();
    let webhook = netcore::email::Webhook::new(guard);
    let peer = || serde_json::from_slice::<Vec<Event>>(&request.body).unwrap();
    let load = Load { operations: load.operations / EVENTS, ..load };
    compare(table, load, "netcore batch of 100", &webhook, &request, EVENTS, || drop(peer())).await;
}

/// Events a second, and allocations an event.
async fn compare(
    table: &mut Table,
    load: Load,
    name: &str,
    webhook: &impl Receiver,
    request: &Request,
    events: usize,
    peer: impl Fn(),
) {
    assert_eq!(webhook.receive(request, now()).unwrap().events.len(), events);
    let ours = async || drop(webhook.receive(request, now()).unwrap());
    let costs = pair(load, ours, async || peer()).await.map(|cost| cost.share(events));
    table.rate(&format!("webhook, {name}: events"), PEER, costs);
    table.costs(&format!("webhook, {name}: an event"), PEER, costs);
}

fn request(body: String, content_type: &'static str, headers: &[(&str, &str)]) -> Request {
    let mut request = Request::post(URL, body);
    request.headers.insert("content-type", HeaderValue::from_static(content_type));
    for (name, value) in headers {
        request.headers.insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    }
    request
}

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn mac<M: Mac + hmac::KeyInit>(message: &[u8]) -> M {
    let mut mac = <M as hmac::KeyInit>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(message);
    mac
}
