use proptest::prelude::*;
use serde_json::{Value, json};

use super::Webhook;
use crate::{
    event::Event,
    time::Timestamp,
    webhook::{Guard, Parsed, Receiver as _, Request, WebhookError, WebhookErrorKind},
};

fn receive(body: impl Into<bytes::Bytes>) -> Result<Parsed, WebhookError> {
    let request = Request::post("https://erp.example.net/", body);
    Webhook::unsigned(Guard::unverified()).receive(&request, Timestamp::UNIX_EPOCH)
}

fn one(event: &Value) -> Event {
    let parsed = receive(json!([event]).to_string()).unwrap();
    assert_eq!((parsed.events.len(), parsed.faults.len()), (1, 0));
    parsed.events.into_iter().next().unwrap()
}

#[test]
fn keeps_the_neighbours_of_what_is_no_event() {
    let body =
        br#"[{"event":"open"},7,null,[],"x",{"event":"click"},{"event":"op\ud800"},{"\ud800":1}]"#;
    let parsed = receive(&body[..]).unwrap();
    let faults: Vec<_> = parsed.faults.iter().map(|fault| fault.index).collect();
    assert_eq!(faults, [1, 2, 3, 4, 7]);
    let words: Vec<_> = parsed.events.iter().map(|event| event.word.as_deref()).collect();
    assert_eq!(words, [Some("open"), Some("click"), None]);
}

#[test]
fn a_body_that_is_no_list_of_events_is_refused_as_a_whole() {
    for body in ["", " ", "null", "7", "\"x\"", "[", "[{}", "[{}] x", "{} {}", "a=b", "[1,]"] {
        let error = receive(body).unwrap_err();
        assert_eq!(error.kind(), WebhookErrorKind::Payload, "{body}");
    }
    assert!(receive("[]").unwrap().events.is_empty());
}

#[test]
fn a_broken_character_costs_no_event() {
    let parsed =
        receive(&b"[{\"event\":\"open\",\"useragent\":\"a\xff\"},{\"event\":\"click\"}]\r\n"[..]);
    let parsed = parsed.unwrap();
    assert_eq!(parsed.events.len(), 2);
    assert_eq!(parsed.events[0].metadata["useragent"], "a\u{fffd}");
}

#[test]
fn what_is_nested_deeply_or_too_large_stays_as_it_was_written() {
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let body =
        format!(r#"[{{"event":"open","deep":{deep},"huge":1e999,"big":123456789012345678901}}]"#);
    let parsed = receive(body).unwrap();
    let metadata = &parsed.events[0].metadata;
    assert_eq!(metadata["deep"], json!(deep));
    assert_eq!(metadata["huge"], "1e999");
    assert_eq!(metadata["big"], "123456789012345678901");
}

#[test]
fn the_last_of_two_members_of_one_name_counts() {
    let parsed = receive(r#"[{"event":"open","event":"click","x":1,"x":2}]"#).unwrap();
    assert_eq!(parsed.events[0].word.as_deref(), Some("click"));
    assert_eq!(parsed.events[0].metadata["x"], 2);
}

#[test]
fn the_source_is_a_slice_of_the_body() {
    let body = bytes::Bytes::from_static(b"[{\"event\":\"open\"},\r\n{\"event\": \"click\"}]\r\n");
    let parsed = receive(body.clone()).unwrap();
    assert_eq!(parsed.events[1].source, &b"{\"event\": \"click\"}"[..]);
    assert!(body.as_ptr_range().contains(&parsed.events[1].source.as_ptr()));
}

#[test]
fn a_key_stands_on_each_fact_but_not_on_the_events_id() {
    let event = json!({
        "email": "asha@example.com", "event": "click", "timestamp": 1, "sg_event_id": "a",
        "sg_message_id": "m.recvd-1.0", "url": "https://example.com/", "ip": "192.0.2.1",
        "url_offset": {"index": 0, "type": "html"}, "dakiya_id": "d",
    });
    let key = one(&event).dedup_key;
    for name in event.as_object().unwrap().keys() {
        let mut other = event.clone();
        other[name] = json!("other");
        let same = one(&other).dedup_key == key;
        assert_eq!(same, name == "sg_event_id", "{name}");
    }
    let unknown = json!({"event": "new", "sg_message_id": "m", "sg_event_id": "a", "x": 1});
    let mut again = unknown.clone();
    again["sg_event_id"] = json!("b");
    assert_eq!(one(&unknown).dedup_key, one(&again).dedup_key);
    again["x"] = json!(2);
    assert_ne!(one(&unknown).dedup_key, one(&again).dedup_key);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[0-9]{1,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{0,4}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

const NAMES: &[&str] = &[
    "asm_group_id",
    "attempt",
    "category",
    "dakiya_callback_data",
    "dakiya_id",
    "email",
    "event",
    "from",
    "ip",
    "reason",
    "response",
    "sg_event_id",
    "sg_machine_open",
    "sg_message_id",
    "smtp-id",
    "status",
    "timestamp",
    "type",
    "url",
    "url_offset",
    "order",
];
const EVENTS: &[&str] = &[
    "processed",
    "dropped",
    "delivered",
    "deferred",
    "bounce",
    "open",
    "click",
    "spamreport",
    "unsubscribe",
    "group_unsubscribe",
    "group_resubscribe",
    "account_status_change",
    "new",
];

proptest! {
    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(receive(body));
    }

    #[test]
    fn any_values_in_any_member_make_one_event(
        name in prop::sample::select(EVENTS),
        members in prop::collection::vec((prop::sample::select(NAMES), any_json()), 0..12),
    ) {
        let mut event = json!({"event": name});
        for (name, value) in members {
            event[name] = value;
        }
        let event = one(&event);
        prop_assert_eq!(event.dedup_key.len(), 32);
        let json = serde_json::to_string(&event).unwrap();
        prop_assert!(serde_json::from_str::<Event>(&json).is_ok());
    }

    #[test]
    fn a_body_cut_or_changed_anywhere_does_not_panic(at in 0_usize..300, byte in any::<u8>()) {
        let mut body = br#"[{"email":"asha@example.com","event":"bounce","type":"blocked","status":"4.2.2","reason":"452 4.2.2 full \u0905","timestamp":1770019205,"category":["a","b"],"asm_group_id":12,"sg_message_id":"m.recvd-1.0","pool":{"id":1,"name":"a"}},{"event":"open","sg_machine_open":true}]"#.to_vec();
        drop(receive(body[..at.min(body.len())].to_vec()));
        let at = at % body.len();
        body[at] = byte;
        drop(receive(body));
    }
}
