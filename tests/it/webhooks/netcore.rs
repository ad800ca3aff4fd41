//! Netcore.

use dakiya::{
    Event, Status,
    event::{AnsweredBy, EventKind},
    netcore::{deflector, email, rcs, sms, voice, whatsapp},
    webhook::{
        Enforcement, Guard, Parsed, Proof, Receiver, Request, WebhookError, WebhookErrorKind,
    },
};
use http::Method;
use serde_json::{Value, json};

use super::{URL, now, walk};

const SECRET: &str = "8e0f9c1d2b7a4465";

fn guard() -> Guard {
    Guard::secret_path(SECRET).unwrap()
}

/// Every product's receiver, by the folder of its fixtures. All take the secret path of [`URL`].
pub(crate) fn receivers() -> Vec<(&'static str, Box<dyn Receiver>)> {
    vec![
        ("netcore/deflector", Box::new(deflector::Webhook::new(guard()))),
        ("netcore/email", Box::new(email::Webhook::new(guard()))),
        ("netcore/rcs", Box::new(rcs::Webhook::new(guard()))),
        ("netcore/sms", Box::new(sms::Webhook::new(guard()))),
        ("netcore/voice", Box::new(voice::Webhook::new(guard()))),
        ("netcore/whatsapp", Box::new(whatsapp::Webhook::new(guard()))),
    ]
}

fn receive(receiver: &dyn Receiver, body: &Value) -> Parsed {
    receiver.receive(&Request::post(URL, body.to_string()), now()).unwrap()
}

fn keys(receiver: &dyn Receiver, body: &Value) -> Vec<String> {
    receive(receiver, body).events.into_iter().map(|event| event.dedup_key).collect()
}

fn refused(receiver: &dyn Receiver, request: &Request) -> WebhookError {
    receiver.receive(request, now()).unwrap_err()
}

/// A good element of each product, with `mark` in what tells it from others.
fn element(product: &str, mark: usize) -> Value {
    match product {
        "netcore/email" => {
            json!({"TRANSID": mark, "EVENT": "opened", "EMAIL": "asha@customer.example"})
        }
        "netcore/sms" => json!({"tid": mark, "status": "delivered", "mobile": "919812345678"}),
        "netcore/voice" => json!({"id": mark, "status": "busy", "to": "919812345678"}),
        "netcore/whatsapp" => json!({"ncmessage_id": mark.to_string(), "status": "read"}),
        _ => json!({"requestid": mark.to_string(), "status": "Read", "channel": "RCS"}),
    }
}

#[test]
fn every_fixture_comes_out_as_written() {
    let counts: Vec<_> = receivers()
        .into_iter()
        .map(|(name, receiver)| (name, walk(name, &*receiver, Proof::Shared, |request| request)))
        .collect();
    assert_eq!(
        counts,
        [
            ("netcore/deflector", 5),
            ("netcore/email", 23),
            ("netcore/rcs", 17),
            ("netcore/sms", 22),
            ("netcore/voice", 17),
            ("netcore/whatsapp", 40),
        ]
    );
}

#[test]
fn who_does_not_know_the_path_is_refused_before_anything_is_read() {
    for (name, receiver) in receivers() {
        for url in ["https://erp.example.net/hooks/8e0f9c1d2b7a4466", "https://erp.example.net/"] {
            for request in [
                Request::post(url, "no body of theirs"),
                Request::post(url, "[]"),
                Request::new(Method::HEAD, url, ""),
                Request::new(Method::GET, format!("{url}?id=1&status=busy"), ""),
            ] {
                let error = refused(&*receiver, &request);
                assert_eq!(error.kind(), WebhookErrorKind::Signature, "{name}");
                assert_eq!(error.reply().status, 401, "{name}");
            }
        }
    }
}

#[test]
fn a_header_as_the_dashboard_sets_it_proves_the_origin_too() {
    let webhook = whatsapp::Webhook::new(Guard::header("x-webhook-key", "3f1c9c0e5b7a").unwrap());
    let body = json!({"delivery_status": [element("netcore/whatsapp", 1)]}).to_string();
    let with = |value: &str| {
        let mut request = Request::post("https://erp.example.net/", body.clone());
        request.headers.insert("x-webhook-key", value.parse().unwrap());
        webhook.receive(&request, now())
    };
    assert_eq!(with("3f1c9c0e5b7a").unwrap().events[0].proof, Proof::Shared);
    assert_eq!(with("3f1c9c0e5b7b").unwrap_err().kind(), WebhookErrorKind::Signature);
    assert_eq!(with("").unwrap_err().kind(), WebhookErrorKind::Signature);
}

#[test]
fn the_shadow_reads_what_it_would_refuse() {
    let webhook = rcs::Webhook::new(guard()).enforcement(Enforcement::Shadow);
    let body = json!([element("netcore/rcs", 1)]).to_string();
    let parsed = webhook.receive(&Request::post("https://erp.example.net/", body), now()).unwrap();
    assert_eq!(parsed.events[0].proof, Proof::Shadow);
    assert_eq!(parsed.would_refuse.unwrap().kind(), WebhookErrorKind::Signature);
}

#[test]
fn keys_stay_when_a_batch_comes_again_in_another_order() {
    for (name, receiver) in receivers() {
        let batch: Vec<_> = (1..=20).map(|mark| element(name, mark)).collect();
        let first = keys(&*receiver, &Value::from(batch.clone()));
        let mut again = keys(&*receiver, &batch.iter().rev().cloned().collect());
        again.reverse();
        assert_eq!(first, again, "{name}");
        let mut unique = first.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), 20, "{name}");
        // A framework that writes the body anew changes no fact.
        let spaced = serde_json::to_string_pretty(&batch).unwrap();
        let parsed = receiver.receive(&Request::post(URL, spaced), now()).unwrap();
        let spaced: Vec<_> = parsed.events.into_iter().map(|event| event.dedup_key).collect();
        assert_eq!(first, spaced, "{name}");
    }
}

#[test]
fn the_keys_that_hosts_have_stored_stay_the_same() {
    let key = |receiver: &dyn Receiver, body: Value| keys(receiver, &body).remove(0);
    let email = email::Webhook::new(guard());
    assert_eq!(
        key(
            &email,
            json!({"TRANSID": 17_260_011_223_344_556_u64, "EVENT": "Sent",
            "EMAIL": "asha@customer.example", "TIMESTAMP": 1_726_000_201})
        ),
        dakiya::webhook::dedup_key(&[
            "17260011223344556",
            "sent",
            "asha@customer.example",
            "1726000201",
            ""
        ])
    );
    let sms = sms::Webhook::new(guard());
    assert_eq!(
        key(
            &sms,
            json!({"reqid": 7, "tid": 8, "mobile": "919812345678", "status": "Delivered",
            "reasoncode": "000", "deliveredtime": "2025-02-10 11:04:36"})
        ),
        dakiya::webhook::dedup_key(&[
            "netcore.sms.report",
            "8",
            "7",
            "",
            "919812345678",
            "Delivered",
            "000",
            "2025-02-10 11:04:36"
        ])
    );
    assert_eq!(
        key(&sms, json!({"from": "919812345678", "to": "56161", "text": "hi", "id": 3})),
        dakiya::webhook::dedup_key(&[
            "netcore.sms.inbound",
            "3",
            "919812345678",
            "56161",
            "",
            "hi"
        ])
    );
}

#[test]
fn a_thousand_events_with_every_seventh_bad_lose_none_of_the_good() {
    for (name, receiver) in receivers() {
        let batch =
            (0..1000).map(|mark| if mark % 7 == 0 { json!("bad") } else { element(name, mark) });
        let parsed = receive(&*receiver, &batch.collect());
        assert_eq!(parsed.faults.len(), 143, "{name}");
        assert!(parsed.faults.iter().all(|fault| fault.index % 7 == 0), "{name}");
        let ids: Vec<_> =
            parsed.events.iter().map(|event| event.provider_message_id.clone()).collect();
        let wanted: Vec<_> = (0..1000)
            .filter(|mark| mark % 7 != 0)
            .map(|mark: u32| Some(mark.to_string()))
            .collect();
        assert_eq!(ids, wanted, "{name}");
    }
}

#[test]
fn each_event_keeps_the_bytes_it_was_read_from() {
    for (name, receiver) in receivers() {
        let (first, second) = (element(name, 1).to_string(), element(name, 2).to_string());
        let body = format!(" [ {first} ,\n {second}\t]");
        let parsed = receiver.receive(&Request::post(URL, body), now()).unwrap();
        let sources: Vec<_> = parsed.events.iter().map(|event| &event.source[..]).collect();
        assert_eq!(sources, [first.as_bytes(), second.as_bytes()], "{name}");
    }
}

#[test]
fn depth_width_and_broken_characters_cost_no_neighbour() {
    let deep = [&"[".repeat(50_000)[..], &"]".repeat(50_000)].concat();
    let wide = format!("{{{}\"z\":0}}", "\"a\":1,".repeat(50_000));
    for (name, receiver) in receivers() {
        let good = element(name, 1).to_string();
        let held = format!("{},\"x\":{deep}}}", good.trim_end_matches('}'));
        let mut body = format!("[{deep},{wide},{held},{good},{{\"id\":\"").into_bytes();
        body.extend(b"\xff\"}]");
        let parsed = receiver.receive(&Request::post(URL, body), now()).unwrap();
        let found =
            parsed.events.iter().filter(|event| event.provider_message_id.as_deref() == Some("1"));
        assert_eq!(found.count(), 2, "{name}");
    }
}

fn report(webhook: &voice::Webhook, body: &Value) -> Event {
    receive(webhook, body).events.remove(0)
}

#[test]
fn the_host_sets_names_words_machine_and_zone_of_calls() {
    let webhook = voice::Webhook::new(guard())
        .fields(voice::FieldMap::new().call_id(["Ref"]).status(["State"]).digits(["Pressed"]))
        .word("Picked up", Status::Completed)
        .word("failed", Status::NoAnswer)
        .machine(Status::Failed)
        .utc_offset_minutes(0);
    let body = json!({"ref": "c-1", "STATE": "picked-up", "pressed": 4, "id": "other",
        "end_time": "2025-02-10 11:04:36"});
    let event = report(&webhook, &body);
    assert_eq!(event.provider_message_id.as_deref(), Some("c-1"));
    assert_eq!(event.status, Some(Status::Completed));
    assert_eq!(event.timestamp, "2025-02-10T11:04:36Z".parse().ok());
    assert_eq!(event.call.unwrap().digits.as_deref(), Some("4"));
    assert_eq!(event.metadata["id"], "other");

    let machine = report(&webhook, &json!({"ref": "c-1", "state": "machine"}));
    assert_eq!(machine.status, Some(Status::Failed));
    assert_eq!(machine.call.unwrap().answered_by, Some(AnsweredBy::Machine));
    let failed = report(&webhook, &json!({"ref": "c-1", "state": "failed"}));
    assert_eq!(failed.status, Some(Status::NoAnswer));
}

#[test]
fn the_host_sets_the_zone_of_times_without_one() {
    let at = |receiver: &dyn Receiver, body: &Value| receive(receiver, body).events[0].timestamp;
    let utc = "2025-02-10T11:04:36Z".parse().ok();
    let body =
        json!([{"ncmessage_id": "1", "status": "sent", "received_at": "2025-02-10 11:04:36"}]);
    assert_eq!(at(&whatsapp::Webhook::new(guard()).utc_offset_minutes(0), &body), utc);
    let body = json!([{"requestid": "1", "status": "Sent", "event_time": "2025-02-10 11:04:36"}]);
    assert_eq!(at(&rcs::Webhook::new(guard()).utc_offset_minutes(0), &body), utc);
    assert_eq!(at(&deflector::Webhook::new(guard()).utc_offset_minutes(0), &body), utc);
}

#[test]
fn an_inbound_sms_route_takes_every_call_for_a_message() {
    let webhook = sms::Webhook::inbound(guard())
        .inbound_fields(sms::InboundFields::new().from(["Caller"]).text(["Said"]));
    let event = receive(&webhook, &json!({"caller": "919812345678", "said": "hi", "status": "x"}))
        .events
        .remove(0);
    assert_eq!((event.kind, event.text.as_deref()), (EventKind::Inbound, Some("hi")));
    assert_eq!(event.metadata["status"], "x");
}
