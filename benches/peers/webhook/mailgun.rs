//! Mailgun.

use std::collections::BTreeMap;

use dakiya::mailgun;
use hmac::{Hmac, Mac as _};
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;

use super::{NOW, SECRET, compare, mac, request};
use crate::measure::{Load, Table};

pub(super) async fn event(table: &mut Table, load: Load) {
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
        log_level: String,
        recipient: String,
        recipient_domain: String,
        message: Message,
        flags: Flags,
        tags: Vec<String>,
        user_variables: BTreeMap<String, String>,
        delivery_status: Delivery,
    }
    #[derive(Deserialize)]
    #[allow(dead_code, reason = "a host would read them")]
    struct Message {
        headers: Headers,
        size: u64,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    #[allow(dead_code, reason = "a host would read them")]
    struct Headers {
        message_id: String,
        to: String,
        from: String,
        subject: String,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    #[allow(dead_code, clippy::struct_field_names, reason = "a host would read them")]
    struct Flags {
        is_routed: bool,
        is_authenticated: bool,
        is_test_mode: bool,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    #[allow(dead_code, reason = "a host would read them")]
    struct Delivery {
        code: u16,
        message: String,
        description: String,
        attempt_no: u32,
        session_seconds: f64,
        tls: bool,
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
    compare(table, load, "mailgun event", &webhook, &request, 1, peer).await;
}
