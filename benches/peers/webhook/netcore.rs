//! Netcore's mail.

use dakiya::{netcore, webhook::Guard};
use serde::Deserialize;
use serde_json::json;

use super::{compare, request};
use crate::measure::{Load, Table};

pub(super) async fn batch(table: &mut Table, load: Load) {
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
    compare(table, load, "netcore batch of 100", &webhook, &request, EVENTS, peer).await;
}
