use hmac::{Hmac, KeyInit as _, Mac as _};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::Sha256;

use super::Webhook;
use crate::{
    event::Event,
    time::Timestamp,
    webhook::{Parsed, Receiver as _, Request, WebhookError},
};

const SECRET: &str = "5d1e0c7a9b8f46b2a3c4d5e6f7081920";

fn receive(body: impl Into<Vec<u8>>) -> Result<Parsed, WebhookError> {
    let body = body.into();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(&body);
    let header = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let mut request = Request::post("https://erp.example.net/", body);
    request.headers.insert("x-hub-signature-256", header.parse().unwrap());
    Webhook::new(SECRET, "token").unwrap().receive(&request, Timestamp::UNIX_EPOCH)
}

fn delivery(field: &str, value: &Value) -> Value {
    json!({
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "time": 1_794_300_000, "changes": [{"field": field, "value": value}]}],
    })
}

/// What every event keeps, whatever the body.
fn promises(parsed: &Parsed) {
    for event in &parsed.events {
        assert_eq!(event.dedup_key.len(), 32);
        assert!(!event.source.is_empty());
        let json = serde_json::to_string(event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&json).unwrap().dedup_key, event.dedup_key);
    }
}

#[test]
fn what_an_event_was_read_from_is_a_slice_of_the_body() {
    let status = json!({"id": "wamid.A", "status": "sent"});
    let value = json!({"statuses": [status], "metadata": {"phone_number_id": "1"}});
    let parsed = receive(delivery("messages", &value).to_string()).unwrap();
    assert_eq!(parsed.events[0].source, status.to_string());
    let value = json!({"event": "UPGRADE"});
    let parsed = receive(delivery("phone_number_quality_update", &value).to_string()).unwrap();
    assert_eq!(parsed.events[0].source, value.to_string());
}

#[test]
fn ten_megabytes_are_read_to_the_last_event() {
    let text = "\u{928}/\"\\ ".repeat(400);
    let list: Vec<_> = (0..3500)
        .map(|index| {
            let from = format!("91{index}");
            json!({"id": index, "from": from, "type": "text", "text": {"body": text}})
        })
        .collect();
    let people: Vec<_> =
        (0..3500).map(|index| json!({"wa_id": format!("91{index}"), "user_id": index})).collect();
    let body = delivery("messages", &json!({"messages": list, "contacts": people})).to_string();
    assert!(body.len() > 10_000_000, "{}", body.len());
    let parsed = receive(body).unwrap();
    assert_eq!((parsed.events.len(), parsed.faults.len()), (3500, 0));
    let final_event = parsed.events.last().unwrap();
    assert_eq!(final_event.text.as_ref(), Some(&text));
    assert_eq!(final_event.profile.as_ref().unwrap().user_id.as_deref(), Some("3499"));
}

#[test]
fn depth_without_end_costs_no_neighbour() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        let body = delivery(
            "messages",
            &json!({"messages": [
                {"id": "a", "type": "new", "new": "DEEP", "context": "DEEP", "image": "DEEP"},
                {"id": "b", "type": "text", "text": {"body": "x"}},
                "DEEP",
            ]}),
        );
        let parsed = receive(body.to_string().replace("\"DEEP\"", &deep)).unwrap();
        assert_eq!(parsed.events.len() + parsed.faults.len(), 3);
        assert_eq!(parsed.events[1].text.as_deref(), Some("x"));
        promises(&parsed);
    }
}

/// JSON of any shape, with the names and words that mean something here.
fn any_json() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "id",
        "status",
        "type",
        "text",
        "body",
        "timestamp",
        "from",
        "context",
        "errors",
        "code",
        "image",
        "edit",
        "message",
        "original_message_id",
        "interactive",
        "nfm_reply",
        "response_json",
        "contacts",
        "name",
        "phones",
        "wa_id",
        "system",
        "order",
        "product_items",
        "location",
        "latitude",
        "longitude",
        "pricing",
        "recipient_id",
        "value",
        "event",
        "profile",
    ]);
    let words = prop::sample::select(vec![
        "text",
        "image",
        "edit",
        "interactive",
        "nfm_reply",
        "system",
        "order",
        "location",
        "contacts",
        "failed",
        "sent",
        "stop",
        "1794300000",
        "1e400",
        "{\"a\":1}",
        "\u{928}",
        "",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(names.clone().prop_map(str::to_owned), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(body: Vec<u8>) {
        if let Ok(parsed) = receive(body) {
            promises(&parsed);
        }
    }

    #[test]
    fn any_value_of_any_field_is_read(
        field in prop::sample::select(vec![
            "messages", "smb_message_echoes", "user_preferences", "account_update", "history",
            "message_template_status_update", "template_category_update", "calls",
        ]),
        list in prop::sample::select(vec![
            "messages", "statuses", "errors", "message_echoes", "user_preferences",
        ]),
        elements in prop::collection::vec(any_json(), 0..4),
        contacts in any_json(),
        beside in any_json(),
    ) {
        let value = json!({list: elements, "contacts": contacts, "metadata": beside});
        let parsed = receive(delivery(field, &value).to_string()).unwrap();
        let lists = matches!(field, "messages" | "smb_message_echoes" | "user_preferences");
        let count = parsed.events.len() + parsed.faults.len();
        prop_assert_eq!(count, if lists { elements.len() } else { 1 });
        promises(&parsed);
    }

    #[test]
    fn a_body_with_any_byte_changed_is_read_or_refused(place in 0_usize..600, byte: u8) {
        let value = json!({
            "metadata": {"display_phone_number": "447700900342", "phone_number_id": "305511"},
            "contacts": [{"wa_id": "919845000012", "profile": {"name": "\u{906}"}}],
            "messages": [{"id": "wamid.A", "from": "919845000012", "type": "text",
                "text": {"body": "a/b"}, "timestamp": "1794300000"}],
            "statuses": [{"id": "wamid.B", "status": "failed", "errors": [{"code": 131_026}]}],
        });
        let mut body = delivery("messages", &value).to_string().into_bytes();
        let place = place % body.len();
        body[place] = byte;
        if let Ok(parsed) = receive(body) {
            promises(&parsed);
        }
    }

    #[test]
    fn any_header_and_any_query_are_refused(header: Vec<u8>, query: String) {
        let webhook = Webhook::new(SECRET, "token").unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let mut request = Request::post("https://erp.example.net/", "{}");
        if let Ok(value) = http::HeaderValue::from_bytes(&header) {
            request.headers.insert("x-hub-signature-256", value);
        }
        prop_assert!(webhook.verify(&request, now).is_err());
        let url = format!("https://erp.example.net/?{query}");
        prop_assert!(webhook.verify(&Request::new(http::Method::GET, url, ""), now).is_err());
    }
}
