//! SendGrid's event webhook.

use std::{collections::BTreeSet, fs, sync::LazyLock, time::Duration};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _,
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use dakiya::{
    Event, Scope, Status, Timestamp,
    event::Bounce,
    sendgrid::Webhook,
    webhook::{
        Enforcement, Guard, Proof, Receiver as _, Request, WebhookErrorKind as Kind, Window,
    },
};
use http::HeaderMap;
use serde_json::{Value, json};

use super::{NOW, URL, fixture, now, walk};

const SIGNATURE: &str = "X-Twilio-Email-Event-Webhook-Signature";
const TIMESTAMP: &str = "X-Twilio-Email-Event-Webhook-Timestamp";

/// What stands before the point of a P-256 key in its DER `SubjectPublicKeyInfo`.
const FRAME: &str = "3059301306072a8648ce3d020106082a8648ce3d030107034200";

static KEY: LazyLock<EcdsaKeyPair> = LazyLock::new(another_key);

fn another_key() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap()
}

fn der(key: &EcdsaKeyPair) -> Vec<u8> {
    let mut der = hex::decode(FRAME).unwrap();
    der.extend_from_slice(key.public_key().as_ref());
    der
}

fn public_key(key: &EcdsaKeyPair) -> String {
    STANDARD.encode(der(key))
}

fn pem(key: &EcdsaKeyPair, line_end: &str) -> String {
    let text = public_key(key);
    let (first, second) = text.split_at(64);
    ["-----BEGIN PUBLIC KEY-----", first, second, "-----END PUBLIC KEY-----", ""].join(line_end)
}

/// A receiver of what [`sign`] signs.
pub(crate) fn receiver() -> Webhook {
    Webhook::new(public_key(&KEY)).unwrap()
}

/// The public key of what [`sign`] signs with.
pub(crate) fn own_public_key() -> String {
    public_key(&KEY)
}

/// A private key as PEM, and its public key as SendGrid shows it.
pub(crate) fn key_pair() -> (String, String) {
    let fixed = fs::read_to_string(fixture("sendgrid/keys/test-only.pem")).unwrap();
    let public = fs::read_to_string(fixture("sendgrid/keys/public.txt")).unwrap();
    (fixed, public.trim().to_owned())
}

/// Signs as SendGrid does, at the moment of the walk.
pub(crate) fn sign(request: Request) -> Request {
    let at = NOW.parse::<Timestamp>().unwrap().as_second().to_string();
    sign_with(&KEY, &at, request)
}

fn sign_with(key: &EcdsaKeyPair, timestamp: &str, mut request: Request) -> Request {
    let signed = [timestamp.as_bytes(), &request.body].concat();
    let signature = key.sign(&SystemRandom::new(), &signed).unwrap();
    set(&mut request, SIGNATURE, &STANDARD.encode(signature));
    set(&mut request, TIMESTAMP, timestamp);
    request
}

fn set(request: &mut Request, name: &'static str, value: &str) {
    let name: http::HeaderName = name.parse().unwrap();
    request.headers.insert(name, value.parse().unwrap());
}

const BODY: &str = "[{\"email\":\"asha@example.com\",\"event\":\"open\",\"timestamp\":1794298800,\
                    \"useragent\":\"a, \\\"b\\\" {c}\"},\r\n\
                    {\"email\":\"ravi@example.com\",\"event\":\"click\",\"timestamp\":1794298801,\
                    \"category\":[\"a\",\"b\"],\"url_offset\":{\"index\":0,\"type\":\"html\"}}]\r\n";

fn request() -> Request {
    sign(Request::post(URL, BODY))
}

fn refusal(webhook: &Webhook, request: &Request) -> (Kind, String) {
    let error = webhook.receive(request, now()).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("example.com"));
    (error.kind(), error.to_string())
}

#[test]
fn every_fixture_comes_out_as_the_events_beside_it() {
    assert_eq!(walk("sendgrid", &receiver(), Proof::Signature, sign), 92);
}

#[test]
fn every_vector_is_verified_and_read_as_expected() {
    let folder = fixture("sendgrid/vectors");
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(name) = name.strip_suffix(".request.json") else { continue };
        let read = |name: &str| fs::read(folder.join(name)).unwrap();
        let wire: Value = serde_json::from_slice(&read(&format!("{name}.request.json"))).unwrap();
        let expect: Value = serde_json::from_slice(&read(&format!("{name}.expect.json"))).unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in wire["headers"].as_object().unwrap() {
            let name: http::HeaderName = name.parse().unwrap();
            headers.append(name, value.as_str().unwrap().parse().unwrap());
        }
        let body = read(wire["body_file"].as_str().unwrap());
        let request = Request::post(URL, body).with_headers(headers);
        let at = Timestamp::from_second(wire["now_unix"].as_i64().unwrap()).unwrap();
        let key = read(wire["public_key_file"].as_str().unwrap());
        let webhook = Webhook::new(String::from_utf8(key).unwrap()).unwrap();
        let as_pem = String::from_utf8(read("public_key.pem")).unwrap();
        for webhook in [webhook.clone(), Webhook::new(as_pem).unwrap()] {
            let got = webhook.receive(&request, at);
            if expect["verify"]["expect"] == "invalid" {
                assert_eq!(got.unwrap_err().kind(), Kind::Signature, "{name}");
                continue;
            }
            let parsed = got.unwrap();
            assert!(parsed.faults.is_empty(), "{name}");
            let wanted = expect["events"].as_array().unwrap();
            assert_eq!(parsed.events.len(), wanted.len(), "{name}");
            for (event, wanted) in parsed.events.iter().zip(wanted) {
                vector(name, event, wanted);
            }
        }
        count += 1;
    }
    assert_eq!(count, 13);
}

fn vector(name: &str, event: &Event, wanted: &Value) {
    let got = serde_json::to_value(event).unwrap();
    let metadata = &got["metadata"];
    let number = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    for (member, wanted) in wanted.as_object().unwrap() {
        let place = format!("{name}: {member}: {got:#}");
        match member.as_str() {
            "kind" => {
                let kind = if wanted == "unknown" { "other" } else { "status" };
                assert_eq!(event.status.is_some(), kind == "status", "{place}");
                assert!(kind == "status" || got["kind"] == kind, "{place}");
            }
            "status" => {
                let status = if wanted == "accepted" { &json!("queued") } else { wanted };
                assert_eq!(&got["status"], status, "{place}");
            }
            "status_not" => {
                assert!(!wanted.as_array().unwrap().contains(&got["status"]), "{place}");
            }
            "provider_message_id" | "recipient" | "url" => {
                assert_eq!(&got[member], wanted, "{place}");
            }
            "event_id" => assert_eq!(&metadata["sg_event_id"], wanted, "{place}"),
            "reason" => match wanted.as_str() {
                Some(text) => assert!(event.reason.as_deref().unwrap().contains(text), "{place}"),
                None => assert_eq!(event.reason, None, "{place}"),
            },
            "timestamp" => {
                assert_eq!(event.timestamp, wanted.as_str().unwrap().parse().ok(), "{place}");
            }
            "timestamp_ms" => {
                let at = event.timestamp.map(Timestamp::as_millisecond);
                assert_eq!(at, wanted.as_i64(), "{place}");
            }
            "tags" => assert_eq!(&metadata["tags"], wanted, "{place}"),
            "metadata" | "detail" => super::holds(wanted, metadata, name).unwrap(),
            "attempt" => assert_eq!(number(&metadata["attempt"]), number(wanted), "{place}"),
            "smtp_code" => assert_eq!(event.code, Some(number(wanted)), "{place}"),
            "enhanced_code" => assert_eq!(&metadata["status"], wanted, "{place}"),
            "reject_reason" => assert_eq!(event.bounce, Some(Bounce::Suppressed), "{place}"),
            "machine_open" => assert_eq!(event.machine, wanted == true, "{place}"),
            "scope" => assert_eq!(event.suppress, Some(Scope::Topic), "{place}"),
            "group_id" => assert_eq!(event.topic, Some(number(wanted)), "{place}"),
            "url_any" => {}
            other => panic!("{name}: nothing checks {other}"),
        }
    }
}

#[test]
fn a_key_is_base64_or_pem_however_it_was_pasted() {
    let key = &*KEY;
    let escaped = pem(key, "\\n");
    let wrapped = pem(key, "\r\n");
    let broken = format!("  {}\n", public_key(key).replace("AE", "\nAE"));
    for text in [public_key(key), pem(key, "\n"), escaped, wrapped, broken] {
        let webhook = Webhook::new(text.clone()).unwrap();
        assert_eq!(webhook.receive(&request(), now()).unwrap().events.len(), 2, "{text}");
    }
}

#[test]
fn what_is_no_key_is_refused_when_it_is_handed_over() {
    let other_curve = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_ASN1_SIGNING).unwrap();
    let mut p384 = hex::decode("3076301006072a8648ce3d020106052b81040022036200").unwrap();
    p384.extend_from_slice(other_curve.public_key().as_ref());
    let mut off_curve = der(&KEY);
    *off_curve.last_mut().unwrap() ^= 1;
    let cut = &der(&KEY)[..80];
    let private = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
    for text in [
        String::new(),
        " \n".into(),
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----".into(),
        "not base64!".into(),
        "AAAA".into(),
        private.into(),
        STANDARD.encode(p384),
        STANDARD.encode(off_curve),
        STANDARD.encode(cut),
        STANDARD.encode(KEY.public_key()),
        public_key(&KEY).trim_end_matches('=').into(),
    ] {
        for error in [
            Webhook::new(text.clone()).unwrap_err(),
            receiver().or_key(text.clone()).unwrap_err(),
            Webhook::unsigned(Guard::unverified()).or_key(text.clone()).unwrap_err(),
        ] {
            assert_eq!(error.kind(), Kind::Config, "{text}");
            assert!(error.to_string().contains("paste the verification key"), "{error}");
            assert!(text.len() < 5 || !error.to_string().contains(text.as_str()), "{error}");
        }
    }
    let error = Webhook::new(private).unwrap_err().to_string();
    assert!(error.contains("private key"), "{error}");
}

#[test]
fn each_of_several_keys_holds_and_no_other_does() {
    let (second, stranger) = (another_key(), another_key());
    let webhook = receiver().or_key(public_key(&second)).unwrap();
    let at = now().as_second().to_string();
    for key in [&*KEY, &second] {
        let signed = sign_with(key, &at, Request::post(URL, BODY));
        assert_eq!(webhook.receive(&signed, now()).unwrap().events.len(), 2);
    }
    let signed = sign_with(&stranger, &at, Request::post(URL, BODY));
    let (kind, message) = refusal(&webhook, &signed);
    assert_eq!(kind, Kind::Signature);
    assert!(message.contains("does not hold") && !message.contains("re-serialised"), "{message}");
}

#[test]
fn what_is_missing_or_malformed_is_refused() {
    let good = request();
    for name in [SIGNATURE, TIMESTAMP] {
        let mut missing = good.clone();
        missing.headers.remove(name);
        let (kind, message) = refusal(&receiver(), &missing);
        assert_eq!(kind, Kind::Signature);
        assert!(message.contains(&name.to_lowercase()), "{message}");
        let mut empty = good.clone();
        set(&mut empty, name, "");
        assert_eq!(refusal(&receiver(), &empty).0, Kind::Signature);
    }
    let zero = |r: &[u8], s: &[u8]| STANDARD.encode([&[0x30, 6, 2, 1], r, &[2, 1], s].concat());
    let der = STANDARD.decode(good.header(SIGNATURE).unwrap()).unwrap();
    let long = STANDARD.encode([&der[..], &[0]].concat());
    for signature in [
        "not base64!".to_owned(),
        "AAAA".into(),
        "MA==".into(),
        "MAA=".into(),
        STANDARD.encode([7; 64]),
        zero(&[0], &[0]),
        zero(&[1], &[0]),
        zero(&[0], &[1]),
        zero(&[1], &[1]),
        long,
        STANDARD.encode(&der[..der.len() - 1]),
        "A".repeat(5000),
    ] {
        let mut bad = good.clone();
        set(&mut bad, SIGNATURE, &signature);
        assert_eq!(refusal(&receiver(), &bad).0, Kind::Signature, "{signature}");
    }
    let mut bytes = good.clone();
    let value = http::HeaderValue::from_bytes(b"\xff\xfe").unwrap();
    bytes.headers.insert("x-twilio-email-event-webhook-signature", value.clone());
    assert_eq!(refusal(&receiver(), &bytes).0, Kind::Signature);
    let mut bytes = good;
    bytes.headers.insert("x-twilio-email-event-webhook-timestamp", value);
    assert_eq!(refusal(&receiver(), &bytes).0, Kind::Signature);
}

#[test]
fn a_signature_with_a_high_or_low_s_holds() {
    // The order of P-256; of two signatures that differ in the sign of s both hold.
    let order = hex::decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    let order = order.unwrap();
    let good = request();
    let der = STANDARD.decode(good.header(SIGNATURE).unwrap()).unwrap();
    let r_end = 4 + usize::from(der[3]);
    let s = &der[r_end + 2..];
    let mut full = [0; 32];
    let s = s.strip_prefix(&[0]).unwrap_or(s);
    full[32 - s.len()..].copy_from_slice(s);
    let mut other = [0; 32];
    let mut borrow = 0;
    for index in (0..32).rev() {
        let digit = i32::from(order[index]) - i32::from(full[index]) - borrow;
        borrow = i32::from(digit < 0);
        other[index] = u8::try_from(digit + 256 * borrow).unwrap();
    }
    let start = other.iter().position(|byte| *byte != 0).unwrap();
    let mut integer = other[start..].to_vec();
    if integer[0] >= 0x80 {
        integer.insert(0, 0);
    }
    let mut sequence = der[2..r_end].to_vec();
    sequence.extend([2, u8::try_from(integer.len()).unwrap()]);
    sequence.extend(integer);
    let mut flipped = vec![0x30, u8::try_from(sequence.len()).unwrap()];
    flipped.extend(sequence);
    let mut request = good;
    set(&mut request, SIGNATURE, &STANDARD.encode(&flipped));
    assert_ne!(flipped, der);
    assert_eq!(receiver().receive(&request, now()).unwrap().events.len(), 2);
}

#[test]
fn every_changed_byte_of_body_and_timestamp_is_refused() {
    let good = request();
    for index in 0..good.body.len() {
        let mut body = good.body.to_vec();
        body[index] ^= 1;
        let changed = Request::post(URL, body).with_headers(good.headers.clone());
        assert_eq!(refusal(&receiver(), &changed).0, Kind::Signature, "{index}");
    }
    let mut later = good;
    set(&mut later, TIMESTAMP, &(now().as_second() + 1).to_string());
    assert_eq!(refusal(&receiver(), &later).0, Kind::Signature);
}

#[test]
fn the_signed_time_may_be_25_hours_old_and_5_minutes_ahead_unless_set() {
    let received = |webhook: &Webhook, seconds: i64| {
        let at = (now().as_second() + seconds).to_string();
        let signed = sign_with(&KEY, &at, Request::post(URL, BODY));
        webhook.receive(&signed, now()).map(|_| ()).map_err(|error| error.kind())
    };
    let webhook = receiver();
    for seconds in [0, -90_000, 300] {
        assert_eq!(received(&webhook, seconds), Ok(()), "{seconds}");
    }
    for seconds in [-90_001, 301] {
        assert_eq!(received(&webhook, seconds), Err(Kind::Stale), "{seconds}");
    }
    let narrow = webhook.window(Window::of(Duration::from_secs(10)));
    for (seconds, outcome) in
        [(-10, Ok(())), (10, Ok(())), (-11, Err(Kind::Stale)), (11, Err(Kind::Stale))]
    {
        assert_eq!(received(&narrow, seconds), outcome, "{seconds}");
    }
}

#[test]
fn a_signed_time_that_is_none_is_refused() {
    for at in ["soon", "99999999999999999999", "1.5", "-"] {
        let signed = sign_with(&KEY, at, Request::post(URL, BODY));
        assert_eq!(refusal(&receiver(), &signed).0, Kind::Signature, "{at}");
    }
}

fn rewritten(body: impl Into<bytes::Bytes>) -> String {
    let changed = Request::post(URL, body).with_headers(request().headers);
    let (kind, message) = refusal(&receiver(), &changed);
    assert_eq!(kind, Kind::Signature);
    message
}

#[test]
fn a_body_that_a_framework_wrote_anew_is_refused_in_words_that_say_so() {
    for body in [BODY.trim_end().to_owned(), BODY.replace("]\r\n", "]\n")] {
        let message = rewritten(body);
        assert!(message.contains("re-serialised: it lost the CRLF at its end"), "{message}");
    }
    let value: Value = serde_json::from_str(BODY).unwrap();
    let spaced = serde_json::to_string_pretty(&value).unwrap();
    let kept = BODY.replace("\r\n", "");
    for body in [kept.clone(), BODY.replace("\r\n", "\n"), format!("{kept}\r\n")] {
        let message = rewritten(body.clone());
        assert!(message.contains("re-serialised: it lost the CRLF after each"), "{body} {message}");
        assert!(message.contains("hand over the raw bytes"), "{message}");
    }
    let renamed = kept.replace("asha", "ravi");
    for body in [renamed, spaced, "{}".into(), "[{\"email\" : 1}]".into()] {
        let message = rewritten(body);
        assert!(message.contains("the body was re-serialised, or"), "{message}");
        assert!(message.contains("hand over the raw bytes"), "{message}");
    }
    for body in [BODY.replace("asha", "ravi"), String::new(), "a=b".into(), "[]\r\n".into()] {
        let message = rewritten(body);
        assert!(!message.contains("re-serialised"), "{message}");
    }
}

#[test]
fn a_guard_is_demanded_beside_the_signature() {
    let webhook = receiver().guard(Guard::header("authorization", "Bearer t0ken").unwrap());
    let mut request = request();
    assert_eq!(refusal(&webhook, &request).0, Kind::Signature);
    set(&mut request, "Authorization", "Bearer t0ken");
    let parsed = webhook.receive(&request, now()).unwrap();
    assert_eq!(parsed.events[0].proof, Proof::Signature);
    request.headers.remove(SIGNATURE);
    assert_eq!(refusal(&webhook, &request).0, Kind::Signature);
}

#[test]
fn a_guard_alone_proves_where_the_signature_is_switched_off() {
    let plain = Request::post(URL, BODY);
    let path = || Guard::secret_path("8e0f9c1d2b7a4465").unwrap();
    let parsed = Webhook::unsigned(path()).receive(&plain, now()).unwrap();
    assert_eq!(parsed.events[0].proof, Proof::Shared);
    let elsewhere = Request::post("https://erp.example.net/hooks/", BODY);
    assert_eq!(refusal(&Webhook::unsigned(path()), &elsewhere).0, Kind::Signature);
    let open = Webhook::unsigned(Guard::unverified()).receive(&plain, now()).unwrap();
    assert_eq!(open.events[0].proof, Proof::Unverified);
    let keyed = Webhook::unsigned(path()).or_key(public_key(&KEY)).unwrap();
    assert_eq!(refusal(&keyed, &plain).0, Kind::Signature);
}

#[test]
fn a_shadow_reads_what_it_would_refuse() {
    let shadow = receiver().enforcement(Enforcement::Shadow);
    let parsed = shadow.receive(&Request::post(URL, BODY), now()).unwrap();
    assert_eq!(parsed.events[1].proof, Proof::Shadow);
    assert_eq!(parsed.would_refuse.unwrap().kind(), Kind::Signature);
}

#[test]
fn a_call_is_answered_by_200_and_a_refusal_by_401() {
    let parsed = receiver().receive(&request(), now()).unwrap();
    assert_eq!((parsed.reply.status, parsed.reply.body.len()), (200, 0));
    assert!(parsed.once.is_none());
    let error = receiver().receive(&Request::post(URL, BODY), now()).unwrap_err();
    assert_eq!(error.reply().status, 401);
    let error = receiver().receive(&sign(Request::post(URL, "[{")), now()).unwrap_err();
    assert_eq!((error.kind(), error.reply().status), (Kind::Payload, 400));
}

#[test]
fn no_key_is_shown() {
    let shown = format!("{:?} {:#?}", receiver(), receiver());
    assert!(!shown.contains("MFkw") && !shown.contains("3059"), "{shown}");
    assert!(shown.contains("Keys(1)"), "{shown}");
}

fn batch(events: &[Value]) -> Vec<String> {
    let lines: Vec<_> = events.iter().map(Value::to_string).collect();
    let body = format!("[{}]\r\n", lines.join(",\r\n"));
    let parsed = receiver().receive(&sign(Request::post(URL, body)), now()).unwrap();
    assert!(parsed.faults.is_empty());
    parsed.events.into_iter().map(|event| event.dedup_key).collect()
}

#[test]
fn keys_stay_the_same_in_a_second_delivery_of_any_order() {
    let event = |index: usize| {
        json!({
            "email": "asha@example.com", "event": if index.is_multiple_of(2) { "open" } else { "click" },
            "timestamp": 1_794_298_800 + index / 2, "sg_event_id": format!("first-{index}"),
            "sg_message_id": format!("m{}.recvd-1.0", index % 3), "ip": "192.0.2.1",
        })
    };
    let mut events: Vec<_> = (0..50).map(event).collect();
    let first = batch(&events);
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), events.len());
    for (index, event) in events.iter_mut().enumerate() {
        event["sg_event_id"] = json!(format!("second-{index}"));
    }
    events.reverse();
    let mut second = batch(&events);
    second.reverse();
    assert_eq!(first, second);
}

#[test]
fn of_a_thousand_events_each_seventh_is_bad_and_the_others_are_read() {
    let line = |index: usize| match index % 7 {
        3 => ["7", "null", "\"x\"", "[]", "[{}]"][index % 5].to_owned(),
        _ => json!({
            "email": format!("p{index}@example.com"), "event": "delivered",
            "timestamp": 1_794_298_800, "sg_message_id": format!("m{index}.recvd-1.0"),
            "response": "250 ok",
        })
        .to_string(),
    };
    let lines: Vec<_> = (0..1000).map(line).collect();
    let body = format!("[{}]\r\n", lines.join(",\r\n"));
    let parsed = receiver().receive(&sign(Request::post(URL, body)), now()).unwrap();
    let faults: Vec<_> = parsed.faults.iter().map(|fault| fault.index).collect();
    assert_eq!(faults, (0..1000).filter(|index| index % 7 == 3).collect::<Vec<_>>());
    let people: Vec<_> = parsed.events.iter().filter_map(|event| event.recipient.clone()).collect();
    let good = (0..1000).filter(|index| index % 7 != 3);
    assert_eq!(people, good.map(|index| format!("p{index}@example.com")).collect::<Vec<_>>());
    assert!(parsed.events.iter().all(|event| event.status == Some(Status::Delivered)));
    let keys: BTreeSet<_> = parsed.events.iter().map(|event| &event.dedup_key).collect();
    assert_eq!(keys.len(), parsed.events.len());
}
