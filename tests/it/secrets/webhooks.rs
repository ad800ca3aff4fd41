//! What receivers, their refusals, and what is kept of events show.

use dakiya::{
    Event, EventKind, Kind, Purpose, Recipient, Scope, Status,
    compliance::{
        keywords::{Keyword, Keywords, Replies},
        suppression::{Query, Reason, Suppression, SuppressionList},
    },
    mailgun, meta,
    netcore::{deflector, email, rcs, sms, voice, whatsapp},
    sendgrid, ses,
    testing::{ManualClock, MockTransport},
    tracking::{MessageState, Sent, StatusTracker},
    twilio,
    webhook::{
        Enforcement, EventFault, Guard, MemoryReplayGuard, Parsed, Proof, Receiver as _, Replay,
        ReplayGuard as _, ReplayToken, Reply, Request, Router, WebhookError,
    },
};
use futures_util::FutureExt as _;
use serde_json::{Value, json};

use super::{CANARIES, address, envelope, hidden, phone};
use crate::webhooks::{
    now,
    properties::{Sample, Subject, subjects},
};

const SECRET: &str = "canary-secret-path-71f3";
/// Whom, what and by which secret, as a request may quote it.
const QUOTE: &str = "canary@example.com +919845033312 canary-secret 482913 https://push.example/";

/// Fails if a refusal shows anything of the request.
#[track_caller]
fn told(error: &WebhookError) {
    let shown = error.to_string();
    assert!(!CANARIES.iter().any(|canary| shown.contains(canary)), "{shown}");
    assert!(!shown.contains("8e0f9c1d"), "{shown}");
    hidden(error);
    hidden(&error.reply());
    assert!(error.reply().body.is_empty());
}

#[track_caller]
fn faults(faults: &[EventFault]) {
    hidden(&faults);
    for fault in faults {
        let shown = format!("{fault} {}", serde_json::to_string(fault).unwrap());
        assert!(!CANARIES.iter().any(|canary| shown.contains(canary)), "{shown}");
    }
}

fn guard() -> Guard {
    let guard = Guard::secret_path(SECRET).unwrap();
    guard.and(Guard::header("x-key", SECRET).unwrap()).and(Guard::basic(SECRET, SECRET).unwrap())
}

#[test]
fn no_debug_of_a_receiver_shows_its_secrets() {
    let (_, key) = crate::webhooks::sendgrid_keys();
    let meta = meta::Webhook::new(SECRET, SECRET).unwrap().or_secret(SECRET).unwrap();
    let certificates = ses::Certificates::new();
    hidden(&certificates);
    hidden(&twilio::Webhook::new(SECRET).unwrap().or_token(SECRET).unwrap());
    hidden(&meta.or_verify_token(SECRET).unwrap());
    hidden(&mailgun::Webhook::new(SECRET).unwrap().or_key(SECRET).unwrap());
    hidden(&sendgrid::Webhook::unsigned(guard()));
    hidden(&sendgrid::Webhook::new(&*key).unwrap().guard(guard()));
    hidden(&sendgrid::InboundParse::new(guard()).public_key(&*key).unwrap());
    hidden(&ses::Webhook::raw(guard()).certificates(certificates));
    hidden(&deflector::Webhook::new(guard()));
    hidden(&email::Webhook::new(guard()));
    hidden(&rcs::Webhook::new(guard()));
    hidden(&sms::Webhook::new(guard()));
    hidden(&voice::Webhook::new(guard()));
    hidden(&whatsapp::Webhook::new(guard()));
    hidden(&twilio::Webhook::new(SECRET).unwrap().enforcement(Enforcement::Shadow));
    let builder = Router::builder(ManualClock::at(now()).shared())
        .public_url("https://erp.example.net")
        .route("/hooks/twilio", twilio::Webhook::new(SECRET).unwrap())
        .route("/hooks/netcore", email::Webhook::new(guard()));
    hidden(&builder);
    hidden(&builder.build().unwrap());
}

#[tokio::test]
async fn no_error_of_a_wrong_setting_of_a_receiver_shows_it() {
    let errors = [
        sendgrid::Webhook::new("canary").err(),
        sendgrid::InboundParse::new(guard()).public_key("canary").err(),
        ses::Webhook::new(["canary"]).err(),
        ses::Certificates::new().host_suffix("canary").err(),
        Guard::secret_path("canary").err(),
        Guard::secret_path("canary/canary/canary").err(),
        Guard::header("canary canary", "canary").err(),
        Guard::addresses(["canary"]).err(),
        Request::from_parts("canary canary", "/canary", [], "canary").err(),
        Request::from_parts("POST", "/canary", [("canary canary", &b"canary"[..])], "").err(),
    ];
    for error in errors {
        told(&error.expect("a refusal"));
    }
    let certificates = ses::Certificates::new();
    let url = "https://canary.example/SimpleNotificationService-canary.pem";
    hidden(&certificates.insert(url, b"canary", now()).unwrap_err());
    let transport = MockTransport::answering(200, "canary");
    hidden(&certificates.fetch(&transport, url, now()).await.unwrap_err());
    let key = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem";
    for answer in [MockTransport::answering(200, "canary"), MockTransport::answering(500, "canary")]
    {
        hidden(&certificates.fetch(&answer, key, now()).await.unwrap_err());
    }
    let wrong = Router::builder(ManualClock::at(now()).shared())
        .public_url("https://user:canary@erp.example.net?canary")
        .route("/hooks/canary?canary", email::Webhook::new(guard()));
    let error = wrong.build().unwrap_err();
    hidden(&error);
    assert!(!error.to_string().contains("canary"), "{error}");
}

/// Bodies that quote in every place, none of which is an event.
fn quoting() -> Vec<String> {
    let all = json!({"object": QUOTE, "entry": [QUOTE, {"changes": [QUOTE, {"field": QUOTE,
        "value": {"statuses": [QUOTE], "messages": [QUOTE]}}]}], "event-data": QUOTE,
        "signature": {"timestamp": QUOTE, "token": QUOTE, "signature": QUOTE}, "Type": QUOTE,
        "Message": QUOTE, "MessageId": QUOTE, "TopicArn": QUOTE, "SigningCertURL": QUOTE,
        "Signature": QUOTE, "SignatureVersion": QUOTE, "Timestamp": QUOTE,
        "delivery_status": [QUOTE], "incoming_message": [QUOTE]});
    let form = "MessageSid=canary&MessageStatus=canary&To=%2B919845033312&Body=canary";
    let part = "--b\r\nContent-Disposition: form-data; name=\"canary\"\r\n\r\ncanary\r\n--b";
    vec![
        all.to_string(),
        json!([QUOTE, {"event": {"canary": QUOTE}}, [QUOTE], 9_845_033_312_u64]).to_string(),
        json!(QUOTE).to_string(),
        format!("{{\"event\": \"{QUOTE}\", "),
        format!("<html>{QUOTE}"),
        form.to_owned(),
        part.to_owned(),
    ]
}

const TYPES: [&str; 4] = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    "canary/canary",
];

/// Every receiver, those of mails too.
fn every_subject() -> Vec<Subject> {
    let mut all = subjects();
    all.push(Subject {
        name: "sendgrid/inbound",
        receiver: Box::new(crate::webhooks::inbound_parse()),
        sign: |request| request,
        samples: Vec::new(),
        signs: false,
        window: None,
    });
    all
}

#[test]
fn no_refusal_shows_anything_of_the_request() {
    let mut refused = 0;
    for subject in every_subject() {
        let mut requests = Vec::new();
        for body in quoting() {
            for kind in TYPES {
                let url = "https://erp.example.net/hooks/canary-guess?a=canary&hub.mode=subscribe\
                           &hub.verify_token=canary&hub.challenge=canary&bodySHA256=canary";
                let mut request = Request::post(url, body.clone());
                request.headers.insert("content-type", kind.parse().unwrap());
                for name in [
                    "authorization",
                    "x-hub-signature-256",
                    "x-twilio-signature",
                    "x-twilio-email-event-webhook-signature",
                    "x-twilio-email-event-webhook-timestamp",
                ] {
                    request.headers.insert(name, "sha256=canary".parse().unwrap());
                }
                let mut get = request.clone();
                get.method = http::Method::GET;
                // Rightly signed too, so that the parser sees it.
                let mut plain = Request::post(crate::webhooks::URL, body.clone());
                plain.headers.insert("content-type", kind.parse().unwrap());
                requests.extend([request, get, (subject.sign)(plain)]);
            }
        }
        for request in &requests {
            match subject.receiver.receive(request, now()) {
                Ok(parsed) => faults(&parsed.faults),
                Err(error) => {
                    told(&error);
                    refused += 1;
                }
            }
        }
        let shadow = subject.receiver.enforcement(Enforcement::Shadow);
        for request in &requests {
            match shadow.receive(request, now()) {
                Ok(parsed) => {
                    faults(&parsed.faults);
                    parsed.would_refuse.iter().for_each(told);
                }
                Err(error) => told(&error),
            }
        }
    }
    assert!(refused > 300, "{refused}");
}

#[test]
fn no_answer_of_the_router_shows_anything_of_the_request() {
    for subject in every_subject() {
        let requests: Vec<_> = subject.requests().collect();
        let router = Router::builder(ManualClock::at(now()).shared())
            .public_url("https://erp.example.net")
            .route("/hooks", subject.receiver)
            .build()
            .unwrap();
        for body in quoting() {
            let mut request = Request::post("/hooks/canary?canary", body);
            request.headers.insert("content-type", "application/json".parse().unwrap());
            let answer = router.receive(request).now_or_never().unwrap();
            hidden(&answer);
            told(&answer.refused.expect("a refusal"));
        }
        for request in requests {
            let answer = router.receive(request).now_or_never().unwrap();
            assert!(!answer.events.is_empty());
            let shown = format!("{answer:?}");
            for hidden in ["98450000", "asha", "ravi", "Namaste", "8e0f9c1d"] {
                assert!(!shown.contains(hidden), "{}: {shown}", subject.name);
            }
        }
    }
}

/// Every text of an event is made a quotation, one at a time: neither a fault nor the event shows it,
/// the ids and codes of the provider apart.
#[test]
fn no_fault_and_no_event_shows_a_text_of_the_body() {
    let quotes = [json!("canary@example.com"), json!({"canary": "canary"}), json!(["canary"])];
    let mut looked = 0;
    for subject in subjects() {
        for sample in &subject.samples {
            let Sample::Json { events, batch } = sample else { continue };
            for (name, _) in events[0].as_object().unwrap() {
                for quote in &quotes {
                    let mut changed = events.clone();
                    changed[0][name] = quote.clone();
                    let request = subject.json(batch(changed).to_string());
                    match subject.receiver.receive(&request, now()) {
                        Err(error) => told(&error),
                        Ok(mut parsed) => {
                            faults(&parsed.faults);
                            for event in &mut parsed.events {
                                event.provider_message_id = None;
                                event.code = None;
                            }
                            hidden(&parsed);
                        }
                    }
                    looked += 1;
                }
            }
        }
    }
    assert!(looked > 200, "{looked}");
}

fn no() -> Event {
    let mut event = Event::of_status(Status::Unsubscribed, "twilio", Proof::Signature);
    event.channel = Some(Kind::Sms);
    event.suppress = Some(Scope::Sender);
    event.recipient = Some(phone().as_str().into());
    event.sender = Some(phone().as_str().into());
    event.dedup_key = "1".into();
    event
}

#[test]
fn no_debug_of_what_is_kept_of_events_shows_whom_they_are_about() {
    let sent = envelope(super::sms());
    let mut receipt = dakiya::Receipt::new("twilio.sms", &sent, now());
    receipt.provider_message_id = Some("SM1".into());
    let sent = Sent::from(&receipt).callback_data("canary");
    hidden(&sent);
    let mut tracker = StatusTracker::default();
    tracker.record(sent, now());
    let mut event = Event::of_status(Status::Failed, "twilio", Proof::Signature);
    event.provider_message_id = Some("SM1".into());
    event.recipient = Some(phone().as_str().into());
    event.reason = Some("canary".into());
    event.word = Some("canary".into());
    event.callback_data = Some("canary".into());
    event.dedup_key = "2".into();
    let call = json!({"digits": "482913", "speech": "canary", "recording": {"url": "canary"}});
    event.call = Some(Box::new(serde_json::from_value(call).unwrap()));
    let updates = tracker.apply(&event, now());
    assert_eq!(updates.len(), 1);
    hidden(&(&updates, &tracker));
    let mut state = MessageState::new();
    hidden(&state.apply(&event));
    hidden(&state);
    hidden(&state.failure().unwrap());
    hidden(&state.fact(Status::Failed).unwrap());
    hidden(&state.call());

    let list = SuppressionList::new();
    assert!(list.apply(&no()));
    let person = Recipient::Phone(phone());
    let own = phone();
    let query = Query::new(&person, Kind::Sms, Purpose::Marketing).sender(Some(own.as_str()));
    hidden(&(list.get(&query).expect("a suppression"), &list, query));
    hidden(&Suppression::new(Scope::Sender, Reason::OptOut).sender(phone().as_str()));

    let replies = Replies::none().set(Keyword::Stop, "en", "canary");
    hidden(&replies);
    for (channel, person) in [(Kind::Sms, phone().as_str()), (Kind::Email, address().as_str())] {
        let mut inbound = Event::new(EventKind::Inbound, "twilio", Proof::Signature);
        inbound.channel = Some(channel);
        inbound.sender = Some(person.into());
        inbound.recipient = Some("ACMEIN".into()); // a sender of ours is no secret
        inbound.text = Some("STOP".into());
        let answer = Keywords::standard().answer(&inbound, &replies).expect("an answer");
        hidden(&answer);
        hidden(&(answer.event.as_ref(), answer.sms(), answer.email()));
    }
}

#[test]
fn no_debug_of_an_answer_to_a_provider_shows_what_it_says() {
    let reply = Reply::ok().with_body("text/xml", "<Message>canary</Message>");
    hidden(&reply);
    hidden(&Parsed::empty().replying(reply));
    let handshake = "https://erp.example.net/hooks?hub.mode=subscribe&hub.challenge=canary\
                     &hub.verify_token=canary-secret-path-71f3";
    let webhook = meta::Webhook::new(SECRET, SECRET).unwrap();
    let request = Request::new(http::Method::GET, handshake, "");
    let parsed = webhook.receive(&request, now()).unwrap();
    assert_eq!(parsed.reply.body, "canary");
    hidden(&parsed);
    hidden(&webhook.verify(&request, now()).unwrap());

    let guard = MemoryReplayGuard::new();
    let token = ReplayToken::new("canary", "canary", now());
    let known = guard.check(&token, now()).now_or_never().unwrap().unwrap();
    assert_eq!(known, Replay::First);
    hidden(&(guard, token));
}

#[test]
fn an_event_is_stored_whole() {
    let json = serde_json::to_value(no()).unwrap();
    assert_eq!(json["recipient"], Value::from(phone().as_str()));
}
