//! Mailgun.

use std::time::Duration;

use dakiya::{
    Timestamp,
    event::Status,
    mailgun::Webhook,
    webhook::{
        Enforcement, Parsed, Proof, Receiver as _, Request, WebhookError, WebhookErrorKind, Window,
    },
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{URL, fixture, holds, now, walk};

const KEY: &str = "c70242ecd800ea542134d2d377dbede2-8678cac9-e2656075";

pub(crate) fn receiver() -> Webhook {
    Webhook::new(KEY).unwrap()
}

/// Signs what has no signature of its own, as Mailgun does: the token is another for each body.
pub(crate) fn sign(request: Request) -> Request {
    let timestamp = (now().as_second() - 60).to_string();
    let token = &hex::encode(Sha256::digest(&request.body))[..50];
    with_signature(request, &timestamp, token, &mac(KEY, &timestamp, token))
}

fn mac(key: &str, timestamp: &str, token: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(format!("{timestamp}{token}").as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

fn with_signature(mut request: Request, timestamp: &str, token: &str, mac: &str) -> Request {
    let content_type = request.header("content-type").unwrap_or_default().to_owned();
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let fields = [("timestamp", timestamp), ("token", token), ("signature", mac)];
    request.body = if let Some((_, boundary)) = content_type.split_once("boundary=") {
        let boundary = boundary.trim_matches('"');
        let part = |(name, value): &(&str, &str)| {
            let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"");
            [&head, "\r\n\r\n", value, "\r\n"].concat()
        };
        let parts: Vec<_> = fields.iter().map(part).collect();
        let end = format!("--{boundary}--");
        body.replacen(&end, &(parts.concat() + &end), 1)
    } else if content_type.contains("urlencoded") {
        format!("{body}&timestamp={timestamp}&token={token}&signature={mac}")
    } else if body.contains("\"signature\"") || !body.starts_with('{') {
        body
    } else {
        let signature = json!({"timestamp": timestamp, "token": token, "signature": mac});
        body.replacen('{', &format!("{{\"signature\":{signature},"), 1)
    }
    .into();
    request
}

fn receive(request: &Request) -> Result<Parsed, WebhookError> {
    receiver().receive(request, now())
}

fn refused(request: &Request) -> WebhookErrorKind {
    receive(request).unwrap_err().kind()
}

fn post(event: &Value) -> Request {
    Request::post(URL, json!({"event-data": event}).to_string())
}

fn signed(signature: &Value) -> Request {
    let body = json!({"signature": signature, "event-data": {"event": "delivered"}});
    Request::post(URL, body.to_string())
}

#[test]
fn every_event_comes_out_as_the_reference_says() {
    assert_eq!(walk("mailgun", &receiver(), Proof::Signature, sign), 79);
}

#[test]
fn every_vector_comes_out_as_it_says() {
    let folder = fixture("mailgun/vectors");
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let names = [
        "01-delivered",
        "02-failed-temporary",
        "03-failed-permanent",
        "04-failed-suppressed",
        "05-clicked",
        "06-wrong-key",
        "07-missing-signature",
    ];
    for name in names {
        let told: Value = serde_json::from_slice(&read(&format!("{name}.request.json"))).unwrap();
        let expect: Value = serde_json::from_slice(&read(&format!("{name}.expect.json"))).unwrap();
        let key = String::from_utf8(read(told["signing_key_file"].as_str().unwrap())).unwrap();
        let at = Timestamp::from_second(told["now_unix"].as_i64().unwrap()).unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in told["headers"].as_object().unwrap() {
            let name = name.parse::<http::HeaderName>().unwrap();
            headers.insert(name, value.as_str().unwrap().parse().unwrap());
        }
        let url = format!("https://erp.example.net{}", told["path"].as_str().unwrap());
        let body = read(told["body_file"].as_str().unwrap());
        let request = Request::post(url, body).with_headers(headers);
        let result = Webhook::new(key).unwrap().receive(&request, at);
        if expect["verify"]["expect"] == "invalid" {
            assert_eq!(result.unwrap_err().kind(), WebhookErrorKind::Signature, "{name}");
            continue;
        }
        let parsed = result.unwrap();
        let wanted = expect["events"].as_array().unwrap();
        assert_eq!((parsed.events.len(), parsed.faults.len()), (wanted.len(), 0), "{name}");
        for (event, wanted) in parsed.events.iter().zip(wanted) {
            let got = serde_json::to_value(event).unwrap();
            for member in ["status", "provider_message_id", "recipient", "url", "timestamp"] {
                holds(&wanted[member], &got[member], member).unwrap_or_else(|difference| {
                    panic!("{name}: {difference}");
                });
            }
            match wanted["reason"].as_str() {
                Some(reason) => assert!(event.reason.as_ref().unwrap().contains(reason), "{name}"),
                None => assert_eq!(event.reason, None, "{name}"),
            }
            let at = event.timestamp.unwrap().as_millisecond();
            assert_eq!(Some(at), wanted["timestamp_ms"].as_i64(), "{name}");
            let token = &parsed.once.as_ref().unwrap().token;
            assert_eq!(token.strip_prefix("mailgun:"), wanted["event_id"].as_str(), "{name}");
            assert_eq!(event.metadata["id"], wanted["event_data_id"], "{name}");
            if let Some(tags) = wanted.get("tags") {
                assert_eq!(event.metadata["tags"], *tags, "{name}");
            }
            if let Some(variables) = wanted.get("metadata") {
                holds(variables, &got["metadata"], "metadata").unwrap();
            }
            if wanted.get("reject_reason").is_some_and(|reason| reason == "suppressed_bounce") {
                assert_eq!(event.bounce, Some(dakiya::event::Bounce::Suppressed));
                assert_eq!(event.suppress, Some(dakiya::event::Scope::Address));
            }
        }
    }
}

#[test]
fn an_old_and_a_new_key_hold_and_no_other() {
    let request = sign(post(&json!({"event": "delivered"})));
    let other = || Webhook::new("another key").unwrap();
    assert_eq!(other().receive(&request, now()).unwrap_err().kind(), WebhookErrorKind::Signature);
    assert!(other().or_key(KEY).unwrap().receive(&request, now()).is_ok());
    assert!(receiver().or_key("another key").unwrap().receive(&request, now()).is_ok());
    for empty in ["", " ", "\n"] {
        assert_eq!(Webhook::new(empty).unwrap_err().kind(), WebhookErrorKind::Config);
        assert_eq!(receiver().or_key(empty).unwrap_err().kind(), WebhookErrorKind::Config);
    }
    assert!(!format!("{:?}", receiver()).contains(KEY));
}

#[test]
fn a_subaccounts_event_is_signed_by_its_parent_too() {
    let timestamp = now().as_second().to_string();
    let token = "a".repeat(50);
    let (own, parent) = (mac("subaccount", &timestamp, &token), mac(KEY, &timestamp, &token));
    let both = json!({"timestamp": timestamp, "token": token, "signature": own,
                      "parent-signature": parent});
    assert!(receive(&signed(&both)).is_ok());
    for odd in [json!(null), json!(1), json!({}), json!(""), json!("zz")] {
        let mut other = both.clone();
        other["parent-signature"] = odd.clone();
        assert_eq!(refused(&signed(&other)), WebhookErrorKind::Signature, "{odd}");
    }
}

#[test]
fn a_signature_in_another_shape_is_refused() {
    let timestamp = now().as_second().to_string();
    let token = "b".repeat(50);
    let good = json!({"timestamp": timestamp, "token": token,
                      "signature": mac(KEY, &timestamp, &token)});
    assert!(receive(&signed(&good)).is_ok());
    let mut number = good.clone();
    number["timestamp"] = json!(now().as_second());
    assert!(receive(&signed(&number)).is_ok());

    for name in ["timestamp", "token", "signature"] {
        for odd in [json!(null), json!(""), json!([]), json!({"a": 1}), json!(true), json!("गुड़")]
        {
            let mut other = good.clone();
            other[name] = odd.clone();
            assert_eq!(refused(&signed(&other)), WebhookErrorKind::Signature, "{name} {odd}");
            other.as_object_mut().unwrap().remove(name);
            assert_eq!(refused(&signed(&other)), WebhookErrorKind::Signature, "{name}");
        }
    }
    let mut upper = good.clone();
    upper["signature"] = good["signature"].as_str().unwrap().to_uppercase().into();
    assert_eq!(refused(&signed(&upper)), WebhookErrorKind::Signature);
}

#[test]
fn digits_moved_between_time_and_token_are_refused() {
    let timestamp = now().as_second().to_string();
    let token = format!("7{}", "c".repeat(49));
    let mac = mac(KEY, &timestamp, &token);
    let moved = json!({"timestamp": format!("{timestamp}7"), "token": "c".repeat(49),
                       "signature": mac});
    assert_eq!(refused(&signed(&moved)), WebhookErrorKind::Signature);
    let (short, last) = timestamp.split_at(9);
    let moved = json!({"timestamp": short, "token": format!("{last}{token}"), "signature": mac});
    assert_eq!(refused(&signed(&moved)), WebhookErrorKind::Signature);
}

#[test]
fn the_time_lies_within_the_retries() {
    let request = sign(post(&json!({"event": "delivered"})));
    let signed_at = now().as_second() - 60;
    let at = |second: i64| receiver().receive(&request, Timestamp::from_second(second).unwrap());
    assert!(at(signed_at + 9 * 3600).is_ok());
    assert_eq!(at(signed_at + 9 * 3600 + 1).unwrap_err().kind(), WebhookErrorKind::Stale);
    assert!(at(signed_at - 300).is_ok());
    assert_eq!(at(signed_at - 301).unwrap_err().kind(), WebhookErrorKind::Stale);
    let narrow = receiver().window(Window::of(Duration::from_secs(59)));
    assert_eq!(narrow.receive(&request, now()).unwrap_err().kind(), WebhookErrorKind::Stale);
    // A wrong signature is no matter of time.
    let other = Webhook::new("another key").unwrap();
    let late = Timestamp::from_second(signed_at + 99_999).unwrap();
    assert_eq!(other.receive(&request, late).unwrap_err().kind(), WebhookErrorKind::Signature);
}

#[test]
fn a_token_is_told_with_what_it_came_with_and_for_how_long() {
    let first = receive(&sign(post(&json!({"event": "delivered", "id": "1"})))).unwrap();
    let again = receive(&sign(post(&json!({"event": "delivered", "id": "1"})))).unwrap();
    let (first, again) = (first.once.unwrap(), again.once.unwrap());
    assert_eq!(first, again);
    assert_eq!(first.expires_at.as_second(), now().as_second() - 60 + 9 * 3600);

    let timestamp = now().as_second().to_string();
    let token = "d".repeat(50);
    let mac = mac(KEY, &timestamp, &token);
    let with = |id: &str| {
        let request = with_signature(
            post(&json!({"event": "delivered", "id": id})),
            &timestamp,
            &token,
            &mac,
        );
        receive(&request).unwrap().once.unwrap()
    };
    let (one, other) = (with("1"), with("2"));
    assert_eq!(one.token, other.token);
    assert_ne!(one.digest, other.digest);
    assert_eq!(one.token, format!("mailgun:{token}"));
}

#[test]
fn a_retry_with_another_token_is_the_same_event() {
    let event = json!({"event": "failed", "id": "1", "timestamp": 1_794_298_000.25, "severity": "temporary"});
    let first = receive(&sign(post(&event))).unwrap();
    let timestamp = now().as_second().to_string();
    let token = "e".repeat(50);
    let request = with_signature(post(&event), &timestamp, &token, &mac(KEY, &timestamp, &token));
    let again = receive(&request).unwrap();
    assert_eq!(first.events[0].dedup_key, again.events[0].dedup_key);
    assert_ne!(first.once, again.once);
    let mut next_day = event;
    next_day["timestamp"] = json!(1_794_384_400.25);
    let next_day = receive(&sign(post(&next_day))).unwrap();
    assert_ne!(first.events[0].dedup_key, next_day.events[0].dedup_key);
}

#[test]
fn replies_let_mailgun_try_again() {
    let parsed = receive(&sign(post(&json!({"event": "delivered"})))).unwrap();
    assert_eq!(parsed.reply.status, 200);
    let unsigned = Request::post(URL, r#"{"event-data":{"event":"delivered"}}"#);
    assert_eq!(receive(&unsigned).unwrap_err().reply().status, 401);
}

#[test]
fn a_body_that_was_written_anew_still_holds_for_the_event_is_not_signed() {
    let request = sign(post(&json!({"event": "delivered", "id": "ü"})));
    let value: Value = serde_json::from_slice(&request.body).unwrap();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    let parsed = receive(&Request::post(URL, pretty)).unwrap();
    assert_eq!(parsed.events[0].status, Some(Status::Delivered));
}

#[test]
fn a_broken_character_costs_nothing_but_itself() {
    let request = sign(post(&json!({"event": "opened", "client-info": {"user-agent": "?UA?"}})));
    let mut body = request.body.to_vec();
    let at = body.windows(4).position(|four| four == b"?UA?").unwrap();
    body[at] = 0xff;
    let parsed = receive(&Request::post(URL, body)).unwrap();
    assert_eq!(parsed.events[0].metadata["client-info"]["user-agent"], "\u{fffd}UA?");
}

#[test]
fn deep_nesting_long_numbers_and_large_bodies_are_read() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let long = "9".repeat(400);
    let body = format!(
        r#"{{"event-data":{{"event":"delivered","id":"x","timestamp":{long},"deep":{deep},"delivery-status":{{"code":{long}}},"big":"{}"}}}}"#,
        "x".repeat(10_000_000)
    );
    let parsed = receive(&sign(Request::post(URL, body))).unwrap();
    let event = &parsed.events[0];
    assert_eq!(event.code.as_deref(), Some(long.as_str()));
    assert_eq!(event.timestamp, None);
    assert_eq!(event.metadata["deep"], deep);
}

#[test]
fn the_source_is_the_event_as_it_came() {
    let request = sign(post(&json!({"event": "delivered", "id": "1"})));
    let parsed = receive(&request).unwrap();
    assert_eq!(parsed.events[0].source, r#"{"event":"delivered","id":"1"}"#.as_bytes());
}

#[test]
fn a_shadow_reads_what_is_not_signed() {
    let shadow = receiver().enforcement(Enforcement::Shadow);
    let parsed = shadow.receive(&post(&json!({"event": "delivered"})), now()).unwrap();
    assert_eq!(parsed.events[0].proof, Proof::Shadow);
    assert_eq!(parsed.once, None);
    assert_eq!(parsed.would_refuse.unwrap().kind(), WebhookErrorKind::Signature);
}

#[test]
fn a_thousand_posts_of_which_every_seventh_is_bad_lose_none_of_the_good() {
    let mut keys = std::collections::BTreeSet::new();
    for index in 0..1000 {
        let event = if index % 7 == 0 {
            json!({"id": index})
        } else {
            json!({"event": "delivered", "id": index.to_string(), "timestamp": 1_794_298_000})
        };
        let parsed = receive(&sign(post(&event))).unwrap();
        assert_eq!(parsed.faults.len(), usize::from(index % 7 == 0));
        keys.extend(parsed.events.into_iter().map(|event| event.dedup_key));
    }
    assert_eq!(keys.len(), 1000 - 143);
}
