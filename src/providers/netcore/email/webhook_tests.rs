use std::{fs, path::Path};

use bytes::Bytes;
use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::Webhook;
use crate::{
    event::{Event, Scope, Status},
    time::Timestamp,
    webhook::{Guard, Parsed, Proof, Receiver as _, Request, WebhookError},
};

const URL: &str = "https://erp.example.net/hooks/8e0f9c1d2b7a4465";

fn webhook() -> Webhook {
    Webhook::new(Guard::secret_path("8e0f9c1d2b7a4465").unwrap())
}

fn receive(body: impl Into<Bytes>) -> Result<Parsed, WebhookError> {
    webhook().receive(&Request::post(URL, body), Timestamp::UNIX_EPOCH)
}

fn one(fields: &Value) -> Event {
    let parsed = receive(json!([fields]).to_string()).unwrap();
    assert_eq!((parsed.events.len(), parsed.faults.len()), (1, 0));
    parsed.events.into_iter().next().unwrap()
}

#[test]
fn reads_every_fixture_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/netcore/email");
    for name in ["native", "migration"] {
        let body = fs::read(folder.join(format!("{name}.json"))).unwrap();
        let expected = fs::read(folder.join(format!("{name}.expect.json"))).unwrap();
        let expected: Value = serde_json::from_slice(&expected).unwrap();
        let parsed = receive(body).unwrap();
        let events: Vec<_> = parsed.events.iter().map(without_nothing).collect();
        assert_eq!(Value::from(events), expected["events"], "{name}");
        assert_eq!(serde_json::to_value(&parsed.faults).unwrap(), expected["faults"], "{name}");
    }
}

fn without_nothing(event: &Event) -> Value {
    let mut value = serde_json::to_value(event).unwrap();
    let fields = value.as_object_mut().unwrap();
    fields.remove("dedup_key");
    fields.retain(|_, value| !value.is_null() && *value != json!([]));
    value
}

#[test]
fn knows_every_spelling_of_every_event_in_any_case() {
    use Status as S;
    let table = [
        (S::Delivered, None, &["sent", "send", "delivered"][..]),
        (S::Rejected, None, &["dropped", "drop"]),
        (S::BouncedSoft, None, &["bounced", "bounce", "softbounce"]),
        (S::BouncedHard, Some(Scope::Address), &["hardbounce", "invalid"]),
        (S::Opened, None, &["opened", "open"]),
        (S::Clicked, None, &["clicked", "click"]),
        (S::Unsubscribed, Some(Scope::Marketing), &["unsubscribed", "unsubscribe", "unsub"]),
        (S::Complained, Some(Scope::Sender), &["spam", "abuse"]),
        (S::Queued, None, &["processed"]),
    ];
    for (status, suppress, words) in table {
        for word in words {
            for word in [(*word).to_owned(), word.to_uppercase()] {
                for key in ["EVENT", "event"] {
                    let event = one(&json!({ key: word }));
                    assert_eq!(event.status, Some(status), "{word}");
                    assert_eq!(event.kind, status.kind(), "{word}");
                    assert_eq!(event.suppress, suppress, "{word}");
                }
            }
        }
    }
}

#[test]
fn the_type_of_a_bounce_decides_whether_the_address_is_dead() {
    let bounce = |kind: &str, reply: &str| {
        let event = one(&json!({"EVENT": "bounced", "BOUNCE_TYPE": kind, "RESPONSE": reply}));
        (event.status.unwrap(), event.suppress)
    };
    let dead = (Status::BouncedHard, Some(Scope::Address));
    let alive = (Status::BouncedSoft, None);
    assert_eq!(bounce("HARDBOUNCE", ""), dead);
    assert_eq!(bounce("SOFTBOUNCE", "550 5.1.1 unknown"), alive);
    assert_eq!(bounce("", "550 5.1.1 unknown"), dead);
    assert_eq!(bounce("", "550 5.7.1 blocked"), alive);
}

#[test]
fn the_words_of_a_drop_decide_how_far_it_goes() {
    for (reason, scope) in [
        ("Unsubscribed address", Some(Scope::Marketing)),
        ("user suppressed (Hard Bounce)", Some(Scope::Address)),
        ("Abuse complaint", Some(Scope::Sender)),
        ("Manually suppressed", Some(Scope::Sender)),
        ("Global blacklist", Some(Scope::Address)),
        ("Invalid address", Some(Scope::Address)),
        ("Content blocked", None),
        ("", None),
    ] {
        let event = one(&json!({"EVENT": "dropped", "RESPONSE": reason}));
        assert_eq!(event.status, Some(Status::Rejected));
        assert_eq!(event.suppress, scope, "{reason}");
    }
}

#[test]
fn answers_the_tests_of_its_url_without_events() {
    let head = Request::new(Method::HEAD, URL, Bytes::new());
    for parsed in
        [webhook().receive(&head, Timestamp::UNIX_EPOCH), receive(&b"[]"[..]), receive(&b" \n"[..])]
    {
        let parsed = parsed.unwrap();
        assert!(parsed.events.is_empty() && parsed.faults.is_empty());
        assert_eq!(parsed.reply.status, 200);
    }
}

#[test]
fn refuses_who_does_not_know_the_path() {
    let request = Request::post("https://erp.example.net/hooks/guess", &b"[]"[..]);
    assert!(webhook().receive(&request, Timestamp::UNIX_EPOCH).is_err());
    assert_eq!(receive(&b"<html>"[..]).unwrap_err().reply().status, 400);
}

#[test]
fn says_how_the_origin_was_proven_even_of_engagement() {
    let open = Webhook::new(Guard::unverified());
    let request = Request::post(URL, &br#"[{"EVENT":"opened"}]"#[..]);
    let parsed = open.receive(&request, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(parsed.events[0].proof, Proof::Unverified);
}

#[test]
fn keeps_each_event_as_it_was_received() {
    let body = Bytes::from_static(br#"[ {"EVENT":"sent", "MSIZE": 1.50}, {"EVENT":"open"} ]"#);
    let parsed = receive(body).unwrap();
    assert_eq!(&parsed.events[0].source[..], br#"{"EVENT":"sent", "MSIZE": 1.50}"#);
    assert_eq!(&parsed.events[1].source[..], br#"{"EVENT":"open"}"#);
}

#[test]
fn a_second_delivery_has_the_same_key_and_another_event_another() {
    let base = json!({"TRANSID": 17_260_011_223_344_556_u64, "EVENT": "clicked",
        "EMAIL": "asha@customer.example", "TIMESTAMP": 1, "URL": "https://a.example/1"});
    let key = one(&base).dedup_key;
    assert!(!key.contains("asha") && key.len() == 32);
    let with = |name: &str, value: Value| {
        let mut changed = base.clone();
        changed[name] = value;
        one(&changed).dedup_key
    };
    assert_eq!(with("TRANSID", "17260011223344556".into()), key);
    assert_eq!(with("MSIZE", 7.into()), key);
    for (name, value) in [
        ("TRANSID", json!(17_260_011_223_344_557_u64)),
        ("EVENT", json!("opened")),
        ("EMAIL", json!("ben@customer.example")),
        ("TIMESTAMP", json!(2)),
        ("URL", json!("https://a.example/2")),
    ] {
        assert_ne!(with(name, value), key, "{name}");
    }
}

#[test]
fn a_reference_of_the_hosts_own_name_is_found() {
    let webhook = webhook().reference_field("ref");
    let request = Request::post(URL, &br#"[{"event":"open","ref":"msg-1"}]"#[..]);
    let parsed = webhook.receive(&request, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(parsed.events[0].callback_data.as_deref(), Some("msg-1"));
}

#[test]
fn a_broken_character_costs_nobody_else_an_event() {
    let parsed =
        receive(&b"[{\"EVENT\":\"open\",\"USERAGENT\":\"\xff\"},{\"EVENT\":\"sent\"}]"[..]);
    assert_eq!(parsed.unwrap().events.len(), 2);
}

#[test]
fn reads_a_thousand_events_of_one_call() {
    let body = Value::from(vec![json!({"EVENT": "sent", "TRANSID": 1}); 1000]);
    assert_eq!(receive(body.to_string()).unwrap().events.len(), 1000);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("EVENT".to_owned()),
        Just("TRANSID".to_owned()),
        Just("TIMESTAMP".to_owned()),
        Just("RESPONSE".to_owned()),
        "[a-z]{1,6}"
    ];
    leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_body_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(receive(body));
    }

    #[test]
    fn a_good_event_survives_any_neighbour(bad in any_json()) {
        let good = json!({"EVENT": "sent", "TRANSID": "g"});
        let parsed = receive(json!([bad, good]).to_string()).unwrap();
        prop_assert_eq!(parsed.events.len() + parsed.faults.len(), 2);
        let last = parsed.events.last().unwrap();
        prop_assert_eq!(last.provider_message_id.as_deref(), Some("g"));
    }
}
