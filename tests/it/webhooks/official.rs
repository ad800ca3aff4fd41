//! The providers' own code beside ours: what it signs we accept, and it accepts what the tests sign.
//!
//! Runs where `DAKIYA_TEST_NODE_SDKS` names a folder of Node packages that has `twilio`,
//! `@sendgrid/eventwebhook` and `sns-validator`.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use dakiya::webhook::{Receiver as _, Request};
use http::HeaderValue;
use serde_json::{Map, Value, json};

use super::{NOW, URL, fixture, now, properties, sendgrid, ses, twilio};
use crate::support::specs;

const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn the_providers_own_code_accepts_what_the_tests_sign_and_nothing_else() {
    let mut questions = Vec::new();
    for subject in properties::subjects() {
        let (secret, certificate) = match subject.name {
            "sendgrid" => (sendgrid::own_public_key(), Value::Null),
            "ses" => (String::new(), String::from_utf8(ses::pem("sns")).unwrap().into()),
            "twilio" => (twilio::TOKEN.to_owned(), Value::Null),
            _ => continue,
        };
        for request in subject.requests() {
            let mut changed = request.clone();
            let body = String::from_utf8(request.body.to_vec()).unwrap();
            changed.body = body
                .replacen("919845000012", "919845000013", 1)
                .replacen("asha@", "asho@", 1)
                .into();
            assert_ne!(changed.body, request.body);
            for (request, good) in [(request, true), (changed, false)] {
                let headers: Map<_, _> = (request.headers.iter())
                    .map(|(name, value)| (name.to_string(), value.to_str().unwrap().into()))
                    .collect();
                let accepted = subject.receiver.receive(&request, now()).is_ok();
                assert_eq!(accepted, good, "{}", subject.name);
                questions.push((
                    good,
                    json!({
                        "do": "verify", "provider": subject.name, "url": request.url,
                        "headers": headers, "body_base64": STANDARD.encode(&request.body),
                        "secret": secret, "certificate": certificate,
                    }),
                ));
            }
        }
    }
    assert!(questions.len() > 10);
    let asked: Vec<_> = questions.iter().map(|(_, question)| question.clone()).collect();
    let Some(answers) = ask(&asked) else { return };
    for ((good, question), answer) in questions.iter().zip(answers) {
        assert_eq!(answer["ok"], *good, "{}", question["provider"]);
    }
}

#[test]
fn what_the_providers_own_code_signs_is_accepted() {
    let bodies = [
        "MessageSid=SM1&MessageStatus=delivered&To=%2B919845000012&From=%2B15005550006",
        "MessageSid=SM2&SmsStatus=received&Body=%E0%A4%A8%E0%A4%AE+a%26b&Empty=&From=%2B91&To=%2B15",
        "CallSid=CA1&CallStatus=completed&Digits=5678&Digits=1234&Digits=1234&From=%2B15&To=%2B91",
    ];
    let urls =
        [URL.to_owned(), format!("{URL}?a=%20b&c=d+e"), "http://erp.example.net:8080/h".into()];
    let of_twilio: Vec<_> =
        urls.iter().flat_map(|url| bodies.map(|body| (url.clone(), body))).collect();
    let events = r#"[{"email":"asha@example.com","event":"delivered","timestamp":1794304609}]"#;
    let timestamp = now().as_second().to_string();
    let mut questions: Vec<_> = of_twilio
        .iter()
        .map(|(url, body)| {
            json!({"do": "sign", "provider": "twilio", "url": url, "params": body,
                "secret": twilio::TOKEN})
        })
        .collect();
    let (private, public) = sendgrid::key_pair();
    questions.push(json!({"do": "sign", "provider": "sendgrid", "timestamp": timestamp,
        "body_base64": STANDARD.encode(format!("{events}\r\n")), "secret": private}));
    let Some(mut answers) = ask(&questions) else { return };
    let signature = |answer: &Value| HeaderValue::from_str(answer["signature"].as_str().unwrap());

    let of_sendgrid = answers.pop().unwrap();
    let mut request = Request::post(URL, format!("{events}\r\n"));
    let name = "x-twilio-email-event-webhook-";
    let name = |end: &str| format!("{name}{end}").parse::<http::HeaderName>().unwrap();
    request.headers.insert(name("signature"), signature(&of_sendgrid).unwrap());
    request.headers.insert(name("timestamp"), timestamp.parse().unwrap());
    let webhook = dakiya::sendgrid::Webhook::new(public).unwrap();
    assert_eq!(webhook.receive(&request, now()).unwrap().events.len(), 1, "at {NOW}");

    for ((url, body), answer) in of_twilio.into_iter().zip(&answers) {
        let mut request = Request::post(&url, body);
        request.headers.insert("content-type", HeaderValue::from_static(FORM));
        request.headers.insert("x-twilio-signature", signature(answer).unwrap());
        let parsed = twilio::receiver().receive(&request, now());
        assert!(!parsed.unwrap().events.is_empty(), "{url}: {body}");
    }
}

/// The answers of the providers' code, a line for each question; `None` where it is not there.
fn ask(questions: &[Value]) -> Option<Vec<Value>> {
    let packages = std::env::var_os("DAKIYA_TEST_NODE_SDKS").filter(|path| !path.is_empty());
    let Some(packages) = packages else {
        specs::left_out("DAKIYA_TEST_NODE_SDKS", "signatures are not compared with the SDKs'");
        return None;
    };
    let mut child = Command::new("node")
        .arg(fixture("official.cjs"))
        .env("NODE_PATH", packages)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: Vec<_> = questions.iter().map(|question| format!("{question}\n")).collect();
    let lines = lines.concat();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), questions.len());
    Some(answers)
}
