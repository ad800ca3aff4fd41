//! Meta.

use dakiya::meta;
use hmac::{Hmac, Mac as _};
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;

use super::{SECRET, compare, mac, request};
use crate::measure::{Load, Table};

pub(super) async fn statuses(table: &mut Table, load: Load) {
    #[derive(Deserialize)]
    struct Body {
        entry: Vec<Entry>,
    }
    #[derive(Deserialize)]
    #[allow(dead_code, reason = "a host would read them")]
    struct Entry {
        id: String,
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
    compare(table, load, "meta statuses", &webhook, &request, STATUSES, peer).await;
}
