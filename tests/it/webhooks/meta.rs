//! Meta.

use std::fs;

use dakiya::{
    Event, Status, Timestamp,
    event::EventKind,
    meta::Webhook,
    webhook::{Enforcement, Parsed, Proof, Receiver as _, Request, WebhookError, WebhookErrorKind},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderValue, Method};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{URL, fixture, holds, now, walk};

const SECRET: &str = "5d1e0c7a9b8f46b2a3c4d5e6f7081920";
const TOKEN: &str = "vt-2f8c6e1b";

pub(crate) fn receiver() -> Webhook {
    Webhook::new(SECRET, TOKEN).unwrap()
}

pub(crate) fn sign(request: Request) -> Request {
    if request.method == Method::GET || request.headers.contains_key("x-hub-signature-256") {
        return request;
    }
    let header = signature(SECRET, &request.body);
    with_header(request, &header)
}

/// As the documentation says, not as the crate does it.
fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

fn with_header(mut request: Request, header: &str) -> Request {
    request.headers.insert("x-hub-signature-256", HeaderValue::from_str(header).unwrap());
    request
}

fn receive(body: impl Into<Vec<u8>>) -> Result<Parsed, WebhookError> {
    receiver().receive(&sign(Request::post(URL, body.into())), now())
}

fn get(query: &str) -> Result<Parsed, WebhookError> {
    receiver().receive(&Request::new(Method::GET, format!("{URL}?{query}"), ""), now())
}

fn statuses(list: &Value) -> Value {
    change(
        "messages",
        &json!({
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "447700900342", "phone_number_id": "305511778840026"},
            "statuses": list,
        }),
    )
}

fn change(field: &str, value: &Value) -> Value {
    json!({
        "object": "whatsapp_business_account",
        "entry": [{"id": "209130066770145", "changes": [{"field": field, "value": value}]}],
    })
}

fn keys(body: &Value) -> Vec<String> {
    let parsed = receive(body.to_string()).unwrap();
    parsed.events.into_iter().map(|event| event.dedup_key).collect()
}

#[test]
fn every_fixture_comes_out_as_the_events_beside_it() {
    let count = walk("meta", &receiver(), Proof::Signature, sign);
    assert_eq!(count, 193);
}

#[derive(Deserialize)]
struct Payload {
    file: String,
    note: String,
    app_secret: String,
    x_hub_signature_256: String,
    events: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    kind: String,
    provider_message_id: Option<String>,
    sender: Option<String>,
    sender_user_id: Option<String>,
    recipient: Option<String>,
    recipient_user_id: Option<String>,
    business_phone_id: Option<String>,
    timestamp: Option<i64>,
    status: Option<String>,
    error_code: Option<u32>,
    text: Option<String>,
    extra: serde_json::Map<String, Value>,
}

#[test]
fn every_payload_of_the_vectors_comes_out_as_expected() {
    let mut count = 0;
    let mut files: Vec<_> = fs::read_dir(fixture("meta/vectors"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".expect.json"))
        .collect();
    files.sort();
    for path in files {
        let payload: Payload = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let body = fs::read(fixture("meta/vectors").join(&payload.file)).unwrap();
        let request = with_header(Request::post(URL, body), &payload.x_hub_signature_256);
        let webhook = Webhook::new(&*payload.app_secret, TOKEN).unwrap();
        let parsed = webhook.receive(&request, now()).unwrap();
        assert!(parsed.faults.is_empty(), "{}", payload.note);
        assert_eq!(parsed.events.len(), payload.events.len(), "{}", payload.note);
        for (event, expected) in parsed.events.iter().zip(&payload.events) {
            expected.check(event, &payload.note);
        }
        count += 1;
    }
    assert_eq!(count, 14);
}

impl Expected {
    fn check(&self, event: &Event, note: &str) {
        let kind = match self.kind.as_str() {
            "status" => EventKind::Status,
            "inbound" => EventKind::Inbound,
            "template_status" => EventKind::Template,
            "account_update" => EventKind::Account,
            other => panic!("{note}: {other}"),
        };
        assert_eq!(event.kind, kind, "{note}");
        assert_eq!(event.provider_message_id, self.provider_message_id, "{note}");
        // The id stands in for a number that is hidden.
        let recipient = self.recipient.as_ref().or(self.recipient_user_id.as_ref());
        assert_eq!(event.recipient.as_ref(), recipient, "{note}");
        let sender = self.sender.as_ref().or(self.sender_user_id.as_ref());
        assert_eq!(event.sender.as_ref(), sender, "{note}");
        let user = event.profile.as_ref().and_then(|profile| profile.user_id.as_ref());
        assert_eq!(user, self.recipient_user_id.as_ref().or(self.sender_user_id.as_ref()));
        let number = event.metadata.get("phone_number_id").and_then(Value::as_str);
        assert_eq!(number, self.business_phone_id.as_deref(), "{note}");
        assert_eq!(event.timestamp.map(Timestamp::as_second), self.timestamp, "{note}");
        if let Some(status) = &self.status {
            assert_eq!(event.word.as_ref(), Some(status), "{note}");
        }
        assert_eq!(event.code, self.error_code.map(|code| code.to_string()), "{note}");
        assert_eq!(event.text, self.text, "{note}");
        let got = serde_json::to_value(event).unwrap();
        for (name, wanted) in &self.extra {
            let place = match name.as_str() {
                "address" => "/inbound/address",
                "billable" => "/metadata/pricing/billable",
                "button_payload" | "list_id" => "/inbound/id",
                "category" => "/template/category",
                "interactive_type" => "/metadata/interactive_type",
                "latitude" => "/inbound/latitude",
                "list_description" => "/inbound/description",
                "longitude" => "/inbound/longitude",
                "media_id" => "/media/0/id",
                "message_type" => "/word",
                "mime_type" => "/media/0/content_type",
                "name" => "/inbound/name",
                "pricing_category" => "/metadata/pricing/category",
                "pricing_type" => "/metadata/pricing/type",
                "reason" => "/reason",
                "reply_to" => "/reply_to",
                "template_id" => "/template/id",
                "template_language" => "/template/language",
                "template_name" => "/template/name",
                "violation_type" => "/metadata/violation_info/violation_type",
                other => panic!("{note}: no place for {other}"),
            };
            let found = got.pointer(place).unwrap_or(&Value::Null);
            holds(wanted, found, place).unwrap_or_else(|wrong| panic!("{note}: {wrong}"));
        }
    }
}

#[derive(Deserialize)]
struct Signed {
    id: String,
    body_file: Option<String>,
    raw_body: Option<String>,
    app_secret: String,
    header: String,
    valid: bool,
}

fn lines<T: for<'de> Deserialize<'de>>(name: &str) -> Vec<T> {
    let text = fs::read_to_string(fixture("meta/vectors").join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_signature_of_the_vectors_is_judged_as_expected() {
    let cases: Vec<Signed> = lines("signatures.jsonl");
    assert_eq!(cases.len(), 17);
    for case in cases {
        let body = match (&case.body_file, &case.raw_body) {
            (Some(file), _) => fs::read(fixture("meta/vectors").join(file)).unwrap(),
            (None, body) => body.clone().unwrap().into_bytes(),
        };
        let request = with_header(Request::post(URL, body), &case.header);
        let webhook = Webhook::new(&*case.app_secret, TOKEN).unwrap();
        match webhook.verify(&request, now()) {
            Ok(verified) => assert_eq!((case.valid, verified.proof()), (true, Proof::Signature)),
            Err(error) => {
                assert!(!case.valid, "{}", case.id);
                assert_eq!(error.kind(), WebhookErrorKind::Signature, "{}", case.id);
                assert!(!error.to_string().contains("re-serialised"), "{}", case.id);
            }
        }
    }
}

#[derive(Deserialize)]
struct Handshake {
    id: String,
    query: String,
    verify_token: String,
    expect_status: u16,
    expect_body: Option<String>,
}

#[test]
fn every_handshake_of_the_vectors_is_answered_as_expected() {
    let cases: Vec<Handshake> = lines("handshake.jsonl");
    assert_eq!(cases.len(), 7);
    for case in cases {
        let webhook = Webhook::new(SECRET, &*case.verify_token).unwrap();
        let request = Request::new(Method::GET, format!("{URL}?{}", case.query), "");
        let reply = match webhook.receive(&request, now()) {
            Ok(parsed) => {
                assert!(parsed.events.is_empty() && parsed.faults.is_empty(), "{}", case.id);
                assert_eq!(parsed.reply.headers["content-type"], "text/plain", "{}", case.id);
                parsed.reply
            }
            Err(error) => {
                assert_eq!(error.kind(), WebhookErrorKind::Handshake, "{}", case.id);
                error.reply()
            }
        };
        assert_eq!(reply.status, case.expect_status, "{}", case.id);
        assert_eq!(reply.body, case.expect_body.unwrap_or_default(), "{}", case.id);
    }
}

#[test]
fn a_handshake_echoes_the_challenge_and_nothing_else() {
    let ok = |query: &str| get(query).unwrap().reply.body;
    let base = format!("hub.mode=subscribe&hub.verify_token={TOKEN}&hub.challenge=");
    assert_eq!(ok(&format!("{base}a+b%2Bc")), "a+b+c");
    assert_eq!(ok(&format!("{base}%E0%A4%A8")), "\u{928}");
    assert_eq!(ok(&format!("{base}%zz")), "%zz");
    assert_eq!(ok(&format!("{base}a&hub.challenge=b")), "a");
    assert_eq!(&ok(&format!("{base}%ff"))[..], b"\xff");
    // Of what comes twice the first counts, wherever it is looked at.
    let twice = |query: String| get(&query).unwrap_err().kind();
    for query in [format!("hub.verify_token=x&{base}1"), format!("hub.mode=x&{base}1")] {
        assert_eq!(twice(query), WebhookErrorKind::Handshake);
    }
    assert_eq!(twice(format!("hub.challenge=&{base}1")), WebhookErrorKind::Handshake);
    for wrong in ["", "hub.mode", "hub.challenge=1", &base, &format!("hub.challenge=1&{base}")[..5]]
    {
        assert_eq!(get(wrong).unwrap_err().kind(), WebhookErrorKind::Handshake, "{wrong}");
    }
}

#[test]
fn a_handshake_takes_any_of_the_tokens_and_a_space_as_a_plus() {
    let webhook = receiver().or_verify_token("my old + token").unwrap();
    let ask = |token: &str| {
        let query = format!("hub.mode=subscribe&hub.challenge=7&hub.verify_token={token}");
        webhook.receive(&Request::new(Method::GET, format!("{URL}?{query}"), ""), now())
    };
    for token in [TOKEN, "my+old+%2B+token", "my%20old%20+%20token", "my%20old%20%2B%20token"] {
        assert_eq!(ask(token).unwrap().reply.body, "7", "{token}");
    }
    for token in ["", "my", "vt-2F8C6E1B", "vt-2f8c6e1b%00", "vt-2f8c6e1", "my%2Bold+%2B+token"] {
        assert_eq!(ask(token).unwrap_err().reply().status, 403, "{token}");
    }
}

#[test]
fn a_handshake_is_no_way_round_the_signature() {
    let body = statuses(&json!([{"id": "wamid.A", "status": "sent"}])).to_string();
    let query = format!("hub.mode=subscribe&hub.verify_token={TOKEN}&hub.challenge=1");
    let url = format!("{URL}?{query}");
    assert!(receiver().receive(&Request::post(&*url, body.clone()), now()).is_err());
    let asked = Request::new(Method::GET, &*url, body.clone());
    assert!(receiver().receive(&asked, now()).unwrap().events.is_empty());
    for method in [Method::HEAD, Method::PUT, Method::OPTIONS] {
        let error = receiver().receive(&Request::new(method, &*url, body.clone()), now());
        assert_eq!(error.unwrap_err().kind(), WebhookErrorKind::Signature);
    }
}

#[test]
fn an_empty_secret_or_token_cannot_be_built() {
    for blank in ["", " ", "\n"] {
        for built in [
            Webhook::new(blank, TOKEN),
            Webhook::new(SECRET, blank),
            receiver().or_secret(blank),
            receiver().or_verify_token(blank),
        ] {
            assert_eq!(built.unwrap_err().kind(), WebhookErrorKind::Config);
        }
    }
    let shown = format!("{:?}", receiver());
    assert!(!shown.contains(SECRET) && !shown.contains(TOKEN), "{shown}");
}

#[test]
fn any_of_the_app_secrets_may_sign_and_no_other() {
    let webhook = receiver().or_secret("the next one").unwrap();
    let check = |secret: &str| {
        let request = Request::post(URL, "{}");
        webhook.verify(&with_header(request, &signature(secret, b"{}")), now()).is_ok()
    };
    assert!(check(SECRET) && check("the next one"));
    assert!(!check("another") && !check(""));
}

#[test]
fn a_header_that_is_missing_or_malformed_is_refused() {
    let body = r#"{"object":"page"}"#;
    let plain = Request::post(URL, body);
    let good = signature(SECRET, body.as_bytes());
    let digits = good.strip_prefix("sha256=").unwrap();
    let refused = |request: &Request| {
        let error = receiver().receive(request, now()).unwrap_err();
        assert_eq!((error.kind(), error.reply().status), (WebhookErrorKind::Signature, 401));
    };
    refused(&plain);
    let mut older = plain.clone();
    older.headers.insert("x-hub-signature", HeaderValue::from_str(&good).unwrap());
    refused(&older);
    for header in [
        "",
        "sha256",
        "sha256=",
        digits,
        &format!("SHA256={digits}"),
        &format!("sha1={digits}"),
        &format!("sha256= {digits}"),
        &format!("sha256={digits} "),
        &format!("sha256={}", digits.to_uppercase()),
        &format!("sha256={digits}00"),
        &format!("{good},{good}"),
        &format!("sha256={}", "0".repeat(64)),
    ] {
        refused(&with_header(plain.clone(), header));
    }
    let mut strange = plain.clone();
    strange.headers.insert("x-hub-signature-256", HeaderValue::from_bytes(b"\xff").unwrap());
    refused(&strange);
    assert!(receiver().receive(&with_header(plain, &good), now()).is_ok());
}

#[test]
fn a_body_that_was_written_anew_is_told_from_a_forged_one() {
    let sent = r#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"value":{"a":"https:\/\/x.in\/\u0928\ud83d\ude00","n":1.50,"e":[],"o":{}},"field":"messages"}]}]}"#;
    let resolved = sent.replace("\\/", "/").replace("\\u0928\\ud83d\\ude00", "न😀");
    let value: Value = serde_json::from_str(&resolved).unwrap();
    let indented = serde_json::to_string_pretty(&value).unwrap();
    let of = |signed: &str, received: &str| {
        let request = Request::post(URL, received.to_owned());
        let request = with_header(request, &signature(SECRET, signed.as_bytes()));
        let error = receiver().verify(&request, now()).unwrap_err();
        assert_eq!(error.kind(), WebhookErrorKind::Signature);
        error.to_string().contains("re-serialised")
    };
    assert!(of(sent, &resolved));
    assert!(of(sent, &sent.replace("\\/", "/")));
    assert!(of(sent, &resolved.replace(',', ", ").replace(':', ": ").replace("s: /", "s:/")));
    assert!(of(sent, &format!("{sent}\n")));
    assert!(of(&resolved, sent));
    assert!(of(&format!("{sent}\n"), sent));
    assert!(of(&indented, &value.to_string()));
    assert!(!of(sent, &sent.replace("\"1\"", "\"2\"")));
    assert!(!of("{}", "no JSON"));
    assert!(!of("{}", ""));
}

#[test]
fn the_error_of_a_refusal_holds_nothing_of_the_request() {
    let body = statuses(&json!([{"id": "wamid.A", "recipient_id": "919845000012"}])).to_string();
    let error = receiver().receive(&Request::post(URL, body), now()).unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("919845000012") && !shown.contains("8e0f9c1d2b7a4465"), "{shown}");
}

#[test]
fn a_shadow_reads_what_it_would_refuse_but_no_handshake() {
    let shadow = receiver().enforcement(Enforcement::Shadow);
    let body = statuses(&json!([{"id": "wamid.A", "status": "sent"}])).to_string();
    let parsed = shadow.receive(&Request::post(URL, body), now()).unwrap();
    assert_eq!(parsed.events[0].proof, Proof::Shadow);
    let asked = Request::new(Method::GET, format!("{URL}?hub.mode=subscribe&hub.challenge=1"), "");
    assert_eq!(shadow.receive(&asked, now()).unwrap_err().kind(), WebhookErrorKind::Handshake);
}

#[test]
fn what_is_no_object_cannot_be_read() {
    for body in ["", " ", "[]", "null", "1", "\"x\"", "{", "{}x", "{\"object\":}", "\u{feff}{}"] {
        assert_eq!(receive(body).unwrap_err().kind(), WebhookErrorKind::Payload, "{body}");
    }
    for body in ["{}", r#"{"object":"page","entry":[{"id":"1","changes":[1]}]}"#] {
        let parsed = receive(body).unwrap();
        assert!(parsed.events.is_empty() && parsed.faults.is_empty(), "{body}");
        assert_eq!(parsed.reply.status, 200);
    }
}

#[test]
fn a_thousand_events_come_out_in_order_though_every_seventh_is_bad() {
    let list: Vec<_> = (0..1000)
        .map(|index| match index % 7 {
            6 => json!(index),
            _ => json!({"id": format!("wamid.{index}"), "status": "sent", "recipient_id": "91984"}),
        })
        .collect();
    let parsed = receive(statuses(&json!(list)).to_string()).unwrap();
    let bad: Vec<_> = parsed.faults.iter().map(|fault| fault.index).collect();
    assert_eq!(bad, (0..1000).filter(|index| index % 7 == 6).collect::<Vec<_>>());
    let ids: Vec<_> =
        parsed.events.iter().map(|e| e.provider_message_id.clone().unwrap()).collect();
    let good = (0..1000).filter(|index| index % 7 != 6).map(|index| format!("wamid.{index}"));
    assert_eq!(ids, good.collect::<Vec<_>>());
}

#[test]
fn the_same_event_has_the_same_key_in_every_delivery() {
    let sent = json!({"id": "wamid.A", "status": "sent", "timestamp": "1794302310",
        "recipient_id": "919845000012"});
    let read = json!({"id": "wamid.A", "status": "read", "timestamp": "1794302310",
        "recipient_id": "919845000012"});
    let together = keys(&statuses(&json!([sent, read])));
    let reordered = keys(&statuses(&json!([read, sent])));
    assert_eq!(together, [reordered[1].clone(), reordered[0].clone()]);
    assert_eq!(keys(&statuses(&json!([sent]))), together[..1]);
    // The parts that vendors add and leave out from version to version are none of it.
    let mut later = sent;
    later["pricing"] = json!({"billable": true});
    later["timestamp"] = json!(1_794_302_311);
    assert_eq!(keys(&statuses(&json!([later]))), together[..1]);
    let other = json!({"id": "wamid.A", "status": "sent", "recipient_id": "919845000013"});
    assert_ne!(keys(&statuses(&json!([other]))), together[..1]);

    // The same goes wrong with two numbers of one account.
    let error = |number: &str| {
        let metadata = json!({"display_phone_number": "447700900342", "phone_number_id": number});
        keys(&change("messages", &json!({"metadata": metadata, "errors": [{"code": 131_016}]})))
    };
    assert_eq!(error("1"), error("1"));
    assert_ne!(error("1"), error("2"));

    let alert = change("account_alerts", &json!({"alert_type": "A"}));
    let mut again = alert.clone();
    assert_eq!(keys(&alert), keys(&again));
    again["entry"][0]["time"] = json!(1_794_300_001);
    assert_ne!(keys(&alert), keys(&again));
    assert_ne!(keys(&alert), keys(&change("account_update", &json!({"alert_type": "A"}))));
}

#[test]
fn a_member_may_be_of_any_type_without_costing_the_others() {
    let good = json!({"id": "wamid.A", "status": "failed", "timestamp": "1794302310",
        "recipient_id": "919845000012", "errors": [{"code": 131_026, "title": "t"}]});
    for wrong in [json!(null), json!(1), json!(true), json!([1]), json!({"a": 1}), json!("")] {
        for name in ["id", "timestamp", "recipient_id", "errors", "pricing", "conversation"] {
            let mut bad = good.clone();
            bad[name] = wrong.clone();
            let parsed = receive(statuses(&json!([bad, good])).to_string()).unwrap();
            assert_eq!((parsed.events.len(), parsed.faults.len()), (2, 0), "{name}: {wrong}");
            assert_eq!(parsed.events[0].status, Some(Status::Failed));
        }
        for name in ["contacts", "errors", "messages", "metadata"] {
            let mut body = statuses(&json!([good]));
            body["entry"][0]["changes"][0]["value"][name] = wrong.clone();
            let parsed = receive(body.to_string()).unwrap();
            let status = parsed.events.iter().filter(|event| event.status == Some(Status::Failed));
            assert_eq!(status.count(), 1, "{name}: {wrong}");
        }
    }
}

#[test]
fn broken_utf8_costs_no_more_than_its_character() {
    let body =
        statuses(&json!([{"id": "wamid.A", "status": "sent", "biz_opaque_callback_data": "x~"}]));
    let bytes: Vec<_> =
        body.to_string().bytes().map(|byte| if byte == b'~' { 0xff } else { byte }).collect();
    let parsed = receive(bytes).unwrap();
    assert_eq!(parsed.events[0].callback_data.as_deref(), Some("x\u{fffd}"));
}

#[test]
fn an_edit_of_an_edit_without_end_is_read_in_no_time() {
    let depth = 50_000;
    let inner =
        r#"{"type":"edit","edit":{"original_message_id":"wamid.O","message":"#.repeat(depth);
    let message = format!("{inner}null{}", "}}".repeat(depth));
    let body = format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"changes":[{{"field":"messages","value":{{"messages":[{message}]}}}}]}}]}}"#
    );
    let parsed = receive(body).unwrap();
    assert_eq!((parsed.events.len(), parsed.faults.len()), (1, 0));
}
