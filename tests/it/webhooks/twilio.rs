//! Twilio.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use dakiya::{
    ErrorKind, Event, Kind, PhoneNumber, Purpose, Recipient,
    compliance::suppression::{Query, SuppressionList},
    event::{AnsweredBy, Inbound, InboundSource},
    twilio::{Webhook, rcs, sms, voice, whatsapp},
    webhook::{Enforcement, Proof, Receiver, Request, WebhookErrorKind},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderValue, Method};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::{URL, fixture, holds, now, walk};

pub(crate) const TOKEN: &str = "5d1f0c8be23a49779c64aa01e7d2b3f4";
const FORM: &str = "application/x-www-form-urlencoded";

pub(crate) fn receiver() -> Webhook {
    Webhook::new(TOKEN).unwrap().callback_parameter("ref")
}

/// Signs as Twilio does; a body that is no form gets its digest into the URL.
pub(crate) fn sign(request: Request) -> Request {
    sign_with(TOKEN, request)
}

fn sign_with(token: &str, mut request: Request) -> Request {
    let form = request.header("content-type").is_some_and(|kind| kind.starts_with(FORM));
    let mut pairs: Vec<(String, String)> = Vec::new();
    if request.method != Method::GET {
        if form {
            pairs = url::form_urlencoded::parse(&request.body).into_owned().collect();
        } else {
            let joint = if request.url.contains('?') { '&' } else { '?' };
            let digest = hex::encode(Sha256::digest(&request.body));
            request.url = format!("{}{joint}bodySHA256={digest}", request.url);
        }
    }
    let signature = signature(token, &request.url, &pairs);
    request.headers.insert("x-twilio-signature", HeaderValue::from_str(&signature).unwrap());
    request
}

fn signature(token: &str, url: &str, pairs: &[(String, String)]) -> String {
    let sorted: std::collections::BTreeSet<_> = pairs.iter().collect();
    let text = sorted.into_iter().fold(url.to_owned(), |text, (name, value)| text + name + value);
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

fn typed(mut request: Request, kind: &'static str) -> Request {
    request.headers.insert("content-type", HeaderValue::from_static(kind));
    request
}

fn form(url: &str, body: &str) -> Request {
    typed(Request::post(url, body.to_owned()), FORM)
}

fn signed(mut request: Request, signature: &str) -> Request {
    request.headers.insert("x-twilio-signature", HeaderValue::from_str(signature).unwrap());
    request
}

fn refusal(request: &Request) -> (WebhookErrorKind, String) {
    let error = receiver().receive(request, now()).unwrap_err();
    (error.kind(), error.to_string())
}

fn vectors(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(fixture("twilio/vectors").join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn vector(case: &Value) -> Request {
    let text = |name: &str| case[name].as_str().unwrap_or_default().to_owned();
    let method = case["method"].as_str().unwrap_or("POST").parse().unwrap();
    let mut request = Request::new(method, text("url"), text("raw_body"));
    if let Some(kind) = case["content_type"].as_str() {
        request.headers.insert("content-type", HeaderValue::from_str(kind).unwrap());
    }
    signed(request, &text("signature"))
}

#[test]
fn the_shared_signatures_are_judged_as_the_official_libraries_judge_them() {
    let cases = vectors("signatures.jsonl");
    assert_eq!(cases.len(), 16);
    for case in cases {
        let webhook = Webhook::new(case["auth_token"].as_str().unwrap()).unwrap();
        let request = vector(&case);
        let verdict = webhook.verify(&request, now());
        assert_eq!(verdict.is_ok(), case["valid"] == true, "{}: {verdict:?}", case["id"]);
    }
}

#[test]
fn the_shared_webhooks_say_what_they_say() {
    let cases = vectors("webhooks.jsonl");
    assert_eq!(cases.len(), 10);
    for case in cases {
        let webhook = Webhook::new(case["auth_token"].as_str().unwrap()).unwrap();
        let parsed = webhook.receive(&vector(&case), now()).unwrap();
        let event = &parsed.events[0];
        for (name, wanted) in case["expect"].as_object().unwrap() {
            let got = told(name, event);
            assert!(holds(wanted, &got, name).is_ok(), "{}: {name}: {wanted}, {got}", case["id"]);
        }
    }
}

/// What an event says under a vector's name for it.
fn told(name: &str, event: &Event) -> Value {
    let outcome = event.call.clone().unwrap_or_default();
    let recording = outcome.recording.clone().unwrap_or_default();
    let prefixed = |address: &Option<String>| match (address, event.channel) {
        (Some(text), Some(Kind::WhatsApp)) => json!(format!("whatsapp:{text}")),
        (text, _) => json!(text),
    };
    match name {
        "kind" => json!(match (event.kind, event.channel) {
            (dakiya::event::EventKind::Inbound, _) => "inbound_message",
            (_, Some(Kind::Voice)) if outcome.digits.is_some() => "gather",
            (_, Some(Kind::Voice)) => "call_status",
            _ => "message_status",
        }),
        "channel" => json!(event.channel),
        "provider_message_id" => json!(event.provider_message_id),
        "sender" => prefixed(&event.sender),
        "recipient" => prefixed(&event.recipient),
        "text" => json!(event.text),
        "status" => json!(event.word),
        "terminal" => json!(event.status.unwrap().is_final()),
        "error_code" => json!(event.code),
        "media" => event
            .media
            .iter()
            .map(|file| match &file.source {
                InboundSource::Link(url) => json!({"url": url, "content_type": file.content_type}),
                _ => Value::Null,
            })
            .collect(),
        "opt_out" => event.metadata["OptOutType"].clone(),
        "profile_name" => json!(event.profile.as_ref().unwrap().name),
        "wa_id" => event.metadata["WaId"].clone(),
        "button_text" => event.metadata["ButtonText"].clone(),
        "button_payload" => match event.inbound.as_deref().unwrap() {
            Inbound::QuickReply { id, .. } => json!(id),
            _ => Value::Null,
        },
        "reply_to" => json!(event.reply_to),
        "duration_seconds" => json!(outcome.duration_seconds),
        "sip_code" => json!(outcome.sip_code),
        "sequence" => json!(outcome.sequence),
        "recording_url" => json!(recording.url),
        "digits" => json!(outcome.digits),
        "speech" => json!(outcome.speech),
        "confidence" => json!(outcome.confidence),
        other => panic!("{other} has no place"),
    }
}

#[test]
fn every_fixture_comes_out_as_it_stands_beside_it() {
    assert_eq!(walk("twilio", &receiver(), Proof::Signature, sign), COUNT);
}

const COUNT: usize = 127;

#[test]
fn the_published_answers_hold() {
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    let webhook = Webhook::new("12345").unwrap();
    for (body, known) in [
        (
            "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212\
             &Caller=%2B14158675309",
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        (
            "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234",
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
    ] {
        let request = signed(form(url, body), known);
        assert!(webhook.verify(&request, now()).is_ok(), "{body}");
    }
}

#[test]
fn the_url_is_signed_without_user_and_fragment_and_with_or_without_its_port() {
    let pairs = [("A".to_owned(), "1".to_owned())];
    for (presented, signs, good) in [
        ("https://u:p@erp.example.net/x", "https://erp.example.net/x", true),
        ("https://u:p@w@erp.example.net:8443/x", "https://erp.example.net:8443/x", true),
        ("https://erp.example.net/x#rc=2&rp=ct", "https://erp.example.net/x", true),
        ("https://erp.example.net:8443/x", "https://erp.example.net/x", true),
        ("https://erp.example.net/x", "https://erp.example.net:443/x", true),
        ("http://erp.example.net/x", "http://erp.example.net:80/x", true),
        ("http://erp.example.net/x", "http://erp.example.net:443/x", false),
        ("https://erp.example.net/x", "https://erp.example.net:8443/x", false),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x", true),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]:443/x", true),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]/x", true),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x", true),
        ("https://erp.example.net?a=b@c:1", "https://erp.example.net?a=b@c:1", true),
        ("https://erp.example.net", "https://erp.example.net:443", true),
        ("https://erp.example.net/x?b=1&a=2", "https://erp.example.net/x?a=2&b=1", false),
        ("wss://erp.example.net/stream", "wss://erp.example.net/stream/", true),
    ] {
        let request = signed(form(presented, "A=1"), &signature(TOKEN, signs, &pairs));
        assert_eq!(receiver().verify(&request, now()).is_ok(), good, "{presented} {signs}");
    }
}

#[test]
fn a_url_that_is_not_the_public_one_is_said_to_be_so() {
    let of = |url: &str| signature(TOKEN, url, &[]);
    let scheme = signed(form("http://erp.example.net/x", ""), &of("https://erp.example.net/x"));
    assert!(refusal(&scheme).1.contains("public URL"));
    let slash =
        signed(form("https://erp.example.net/x/?a", ""), &of("https://erp.example.net/x?a"));
    assert!(refusal(&slash).1.contains("slash"));
    let path = signed(form("/x", ""), &of("/x"));
    assert!(refusal(&path).1.contains("public"));
    for url in ["", "://", "https://", "https://@", "https://[", "https://[::1", "https://:", "#"] {
        let request = signed(form(url, ""), &of("x"));
        assert_eq!(refusal(&request).0, WebhookErrorKind::Signature, "{url}");
    }
}

#[test]
fn names_and_values_are_signed_as_they_were_sent() {
    for body in [
        "Body=&From=%2B1",
        "Body=+hi+%0D%0A&From=%2B1",
        "b=1&B=2&a=3&A=4&Media10=x&Media2=y",
        "Digits=5&Digits=3&Digits=5",
        "Body=%F0%9F%8E%89+%E0%A4%A8%E0%A4%AE%E0%A4%B8%E0%A5%8D%E0%A4%A4%E0%A5%87",
        "Future=%26%3D%2B%25&=empty&lonely",
    ] {
        let good = sign(form(URL, body));
        assert!(receiver().verify(&good, now()).is_ok(), "{body}");
        let mut other = good.clone();
        other.body = format!("{body}&More=").into();
        assert_eq!(refusal(&other).0, WebhookErrorKind::Signature, "{body}");
        let mut other = good.clone();
        other.url.push_str("?more=1");
        assert_eq!(refusal(&other).0, WebhookErrorKind::Signature, "{body}");
    }
}

#[test]
fn a_header_that_is_no_signature_is_refused() {
    let good = sign(form(URL, "A=1"));
    let mut bare = good.clone();
    bare.headers.remove("x-twilio-signature");
    assert!(refusal(&bare).1.contains("missing"));
    let known = good.header("x-twilio-signature").unwrap().to_owned();
    let cut = &known[..27];
    let long = STANDARD.encode([7; 32]);
    let hexed = hex::encode(STANDARD.decode(&known).unwrap());
    for bad in ["", "=", " ", "!!!", cut, &long, &hexed, "AAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
        assert_eq!(refusal(&signed(good.clone(), bad)).0, WebhookErrorKind::Signature, "{bad}");
    }
    let mut bytes = good;
    bytes.headers.insert("x-twilio-signature", HeaderValue::from_bytes(b"\xff\xfe").unwrap());
    assert_eq!(refusal(&bytes).0, WebhookErrorKind::Signature);
}

#[test]
fn either_token_signs_while_one_replaces_the_other() {
    let old = sign_with("old", form(URL, "A=1"));
    let new = sign_with("new", form(URL, "A=1"));
    let webhook = Webhook::new("old").unwrap().or_token("new").unwrap();
    assert!(webhook.verify(&old, now()).is_ok());
    assert!(webhook.verify(&new, now()).is_ok());
    assert!(Webhook::new("old").unwrap().verify(&new, now()).is_err());
    for blank in ["", "  ", "\n"] {
        assert_eq!(Webhook::new(blank).unwrap_err().kind(), WebhookErrorKind::Config);
        let error = Webhook::new("a").unwrap().or_token(blank).unwrap_err();
        assert_eq!(error.kind(), WebhookErrorKind::Config);
    }
    assert!(!format!("{:?}", Webhook::new("s3cr3t-token").unwrap()).contains("s3cr3t"));
}

#[test]
fn a_body_that_is_no_form_is_covered_by_its_digest() {
    let good = sign(typed(Request::post(URL, "{\"a\":1}"), "application/json"));
    assert!(receiver().verify(&good, now()).is_ok());
    let mut changed = good.clone();
    changed.body = "{\"a\":2}".into();
    assert!(refusal(&changed).1.contains("not the one"));

    let digest = hex::encode_upper(Sha256::digest(b"{\"a\":1}"));
    let url = format!("{URL}?bodySHA256={digest}");
    let upper = typed(Request::post(&*url, "{\"a\":1}"), "application/json");
    let upper = signed(upper, &signature(TOKEN, &url, &[]));
    assert_eq!(refusal(&upper).0, WebhookErrorKind::Signature);

    for url in [URL.to_owned(), format!("{URL}?bodySHA256="), format!("{URL}?bodySHA256=00")] {
        let bare = typed(Request::post(&*url, "{\"a\":1}"), "application/json");
        let bare = signed(bare, &signature(TOKEN, &url, &[]));
        assert_eq!(refusal(&bare).0, WebhookErrorKind::Signature, "{url}");
    }
    // As a form the same bytes are names and values, which nobody signed.
    assert_eq!(refusal(&typed(good, FORM)).0, WebhookErrorKind::Signature);
}

#[test]
fn what_is_not_signed_makes_no_event_of_another_sort() {
    // JSON in which a person wrote what would be fields of a form.
    let text = "{\"a\":\"&CallSid=CA1&CallStatus=completed&\"}";
    let good = sign(typed(Request::post(URL, text), "application/json"));
    for kind in ["text/plain", "application/json; charset=utf-8", "multipart/form-data"] {
        let parsed = receiver().receive(&typed(good.clone(), kind), now()).unwrap();
        assert_eq!(parsed.events[0].provider_message_id, None, "{kind}");
    }
    let mut bare = good.clone();
    bare.headers.remove("content-type");
    assert_eq!(receiver().receive(&bare, now()).unwrap().events[0].channel, None);
    for kind in [FORM, "Application/X-WWW-Form-URLEncoded;x"] {
        let form = typed(good.clone(), kind);
        assert_eq!(refusal(&form).0, WebhookErrorKind::Signature, "{kind}");
    }
    // The method is not signed: as a GET the URL alone counts, and it holds no event.
    let mut asked = good;
    asked.method = Method::GET;
    assert!(receiver().receive(&asked, now()).unwrap().events.is_empty());
    // A form's signature is none of the URL alone.
    let mut asked = sign(form(URL, "CallSid=CA1&CallStatus=completed"));
    asked.method = Method::GET;
    assert_eq!(refusal(&asked).0, WebhookErrorKind::Signature);
}

#[test]
fn a_form_of_endless_fields_is_refused_before_they_are_sorted() {
    let many = |count: usize| sign(form(URL, &format!("MessageSid=SM1{}", "&a".repeat(count))));
    assert!(receiver().verify(&many(900), now()).is_ok());
    let (kind, message) = refusal(&many(2_000_000));
    assert_eq!(kind, WebhookErrorKind::Signature);
    assert!(message.contains("fields"), "{message}");
}

#[test]
fn of_two_signatures_the_first_counts() {
    let good = sign(form(URL, "A=1"));
    let bad = HeaderValue::from_static("AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let mut second = good;
    second.headers.append("X-Twilio-Signature", bad.clone());
    assert!(receiver().verify(&second, now()).is_ok());
    let known = second.headers["x-twilio-signature"].clone();
    second.headers.insert("x-twilio-signature", bad);
    second.headers.append("x-twilio-signature", known);
    assert_eq!(refusal(&second).0, WebhookErrorKind::Signature);
}

#[test]
fn json_that_was_written_anew_is_told_from_json_that_was_changed() {
    let sent = "{\"a\": [1, 2], \"b\": \"x: y, z \\\" {\"}";
    let good = sign(typed(Request::post(URL, sent), "application/json"));
    for rewritten in [
        "{\"a\":[1,2],\"b\":\"x: y, z \\\" {\"}",
        "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": \"x: y, z \\\" {\"\n}",
    ] {
        let mut request = good.clone();
        request.body = rewritten.into();
        assert!(refusal(&request).1.contains("raw bytes"), "{rewritten}");
    }
    let mut changed = good;
    changed.body = sent.replace('1', "3").into();
    assert!(!refusal(&changed).1.contains("raw bytes"));
}

#[test]
fn a_form_that_a_framework_cleaned_is_told_from_one_that_was_changed() {
    let sid = "MessageSid=SM1&From=%2B1&To=%2B2";
    let places =
        "FromCity=&FromState=&FromZip=&FromCountry=US&ToCity=&ToState=&ToZip=&ToCountry=US";
    for (sent, cleaned) in [
        (format!("{sid}&Body="), sid.to_owned()),
        (format!("{sid}&Body=hi+"), format!("{sid}&Body=hi")),
        (format!("{sid}&Body=+hi"), format!("{sid}&Body=hi")),
        (format!("{sid}&Body=x&{places}"), format!("{sid}&Body=x&FromCountry=US&ToCountry=US")),
        (format!("{sid}&Body=&{places}"), format!("{sid}&FromCountry=US&ToCountry=US")),
        ("CallSid=CA1&Digits=&msg=Gather+End".into(), "CallSid=CA1&msg=Gather+End".into()),
    ] {
        let mut request = sign(form(URL, &sent));
        assert!(receiver().verify(&request, now()).is_ok());
        request.body = cleaned.clone().into();
        let (kind, message) = refusal(&request);
        assert_eq!(kind, WebhookErrorKind::Signature);
        assert!(message.contains("re-serialised"), "{cleaned}: {message}");
    }
    let mut changed = sign(form(URL, &format!("{sid}&Body=hi")));
    changed.body = format!("{sid}&Body=ho").into();
    assert!(!refusal(&changed).1.contains("re-serialised"));
}

#[test]
fn no_refusal_quotes_the_request() {
    let request = signed(form("https://erp.example.net/canary", "Body=canary"), "canary");
    let error = receiver().receive(&request, now()).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"));
}

#[test]
fn the_same_request_again_has_the_same_keys_and_another_has_others() {
    let keys = |body: &str, path: &str, token: &'static str| -> Vec<String> {
        let mut request = form(&format!("{URL}{path}"), body);
        request.headers.insert("i-twilio-idempotency-token", HeaderValue::from_static(token));
        let parsed = receiver().receive(&sign(request), now()).unwrap();
        parsed.events.into_iter().map(|event| event.dedup_key).collect()
    };
    let status = "MessageSid=SM1&MessageStatus=delivered&From=%2B1&To=%2B2";
    let moved =
        "To=%2B2&From=%2B1&MessageStatus=delivered&RawDlrDoneDate=2611100815&MessageSid=SM1";
    assert_eq!(keys(status, "", "a"), keys(moved, "/other", "b"));
    assert_ne!(keys(status, "", "a"), keys(&status.replace("delivered", "read"), "", "a"));
    assert_ne!(keys(status, "", "a"), keys(&status.replace("SM1", "SM2"), "", "a"));
    // The fallback URL gets the same message again.
    let stop = "MessageSid=SM1&SmsStatus=received&From=%2B1&To=%2B2&Body=stop&OptOutType=STOP";
    assert_eq!(keys(stop, "", "a"), keys(&format!("{stop}&ErrorCode=11200"), "/b", "b"));
    assert_eq!(keys(stop, "", "a").len(), 2);
    // Two questions of one call may be answered alike.
    let keyed = "CallSid=CA1&CallStatus=in-progress&Digits=1&From=%2B1&To=%2B2";
    assert_eq!(keys(keyed, "/menu", "a"), keys(keyed, "/menu", "a"));
    assert_ne!(keys(keyed, "/menu", "a"), keys(keyed, "/language", "a"));
    assert_ne!(keys(keyed, "/menu?try=1", "a"), keys(keyed, "/menu?try=2", "a"));
    // Nobody signs the header: who has seen a request must not make two of it.
    assert_eq!(keys(keyed, "/menu", "a"), keys(keyed, "/menu", "b"));
    let said = "CallSid=CA1&CallStatus=in-progress&SpeechResult=yes&Confidence=0.91";
    assert_ne!(keys(said, "/menu", "a"), keys(&said.replace("91", "87"), "/menu", "a"));
    let dialled = "CallSid=CA1&CallStatus=in-progress&DialCallStatus=busy&DialCallSid=CA2";
    assert_ne!(keys(dialled, "/menu", "a"), keys(&dialled.replace("CA2", "CA3"), "/menu", "a"));
    assert_ne!(keys(keyed, "/menu", "a"), keys(&keyed.replace("=1", "=2"), "/menu", "a"));
}

#[test]
fn a_stop_keeps_the_next_message_back_and_a_start_lets_it_go() {
    let list = SuppressionList::new();
    let person = Recipient::Phone(PhoneNumber::parse("+15005550010").unwrap());
    let blocked = || list.get(&Query::new(&person, Kind::Sms, Purpose::Marketing)).is_some();
    for (word, after) in [("STOP", true), ("HELP", true), ("START", false)] {
        let body = format!(
            "MessageSid=SM{word}&SmsStatus=received&From=%2B15005550010&To=%2B15005550006\
             &Body=x&OptOutType={word}"
        );
        let parsed = receiver().receive(&sign(form(URL, &body)), now()).unwrap();
        for event in &parsed.events {
            let _: bool = list.apply(event);
        }
        assert_eq!(blocked(), after, "{word}");
    }
    let refused = "MessageSid=SM9&MessageStatus=failed&ErrorCode=21610&From=%2B15005550006\
                   &To=%2B15005550010";
    let parsed = receiver().receive(&sign(form(URL, refused)), now()).unwrap();
    assert!(list.apply(&parsed.events[0]));
    assert!(blocked());
}

#[test]
fn a_bad_event_loses_none_of_its_neighbours() {
    let batch: Vec<Value> = (0..1000)
        .map(|index| match index % 7 {
            6 => json!([index]),
            _ => json!({"MessageSid": format!("SM{index}"), "MessageStatus": "sent"}),
        })
        .collect();
    let body = serde_json::to_vec(&batch).unwrap();
    let request = sign(typed(Request::post(URL, body), "application/json"));
    let parsed = receiver().receive(&request, now()).unwrap();
    assert_eq!((parsed.events.len(), parsed.faults.len()), (858, 142));
    assert!(parsed.faults.iter().all(|fault| fault.index % 7 == 6));
    let ids = parsed.events.iter().filter_map(|event| event.provider_message_id.as_deref());
    let wanted = (0..1000).filter(|index| index % 7 != 6).map(|index| format!("SM{index}"));
    assert!(ids.eq(wanted));
}

#[test]
fn a_shadow_reads_what_is_not_signed_and_says_so() {
    let request = form(URL, "CallSid=CA1&AnsweredBy=machine_start");
    let parsed = receiver().enforcement(Enforcement::Shadow).receive(&request, now()).unwrap();
    assert_eq!(parsed.events[0].proof, Proof::Shadow);
    let outcome = parsed.events[0].call.as_ref().unwrap();
    assert_eq!(outcome.answered_by, Some(AnsweredBy::Machine));
    assert!(parsed.would_refuse.is_some());
}

#[test]
fn replies_are_xml_that_holds_every_character_it_can() {
    let reply = sms::reply("<a href=\"x\"> & 'नमस्ते'\n\0\u{b}").unwrap();
    assert_eq!(
        std::str::from_utf8(&reply.body).unwrap(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Message>&lt;a href=&quot;x&quot;&gt; \
         &amp; &apos;नमस्ते&apos;&#10;</Message></Response>"
    );
    assert_eq!(
        (reply.status, &reply.headers["content-type"]),
        (200, &HeaderValue::from_static("text/xml"))
    );
    let files =
        sms::reply_with_media("", ["https://x.example/1", "https://x.example/2?a&b"]).unwrap();
    assert!(files.body.ends_with(
        b"<Message><Media>https://x.example/1</Media><Media>https://x.example/2?a&amp;b</Media>\
          </Message></Response>"
    ));
    for nothing in [sms::reply("\0"), whatsapp::reply(""), rcs::reply_with_media("", [""])] {
        assert!(nothing.unwrap().body.ends_with(b"?><Response></Response>"));
    }
    let longest = "\u{1f600}".repeat(1600);
    assert!(sms::reply(&longest).is_ok());
    assert_eq!(sms::reply(longest + "x").unwrap_err().kind(), ErrorKind::InvalidMessage);
    assert!(sms::reply_with_media("x", ["https://x.example/1"; 10]).is_ok());
    assert!(sms::reply_with_media("x", ["https://x.example/1"; 11]).is_err());
    let spoken = voice::answer(&[dakiya::Step::say("hi"), dakiya::Step::HangUp]).unwrap();
    assert!(spoken.body.ends_with(b"<Response><Say>hi</Say><Hangup/></Response>"));
    assert!(voice::answer(&[dakiya::Step::say("\0")]).is_err());
}
