//! Lessons from the field: what receivers of webhooks got wrong elsewhere, in public threads, and
//! what each of ours does instead.

use std::{
    collections::BTreeSet,
    sync::{Arc, Barrier},
    thread,
    time::Duration,
};

use dakiya::{
    Event, Kind, PhoneNumber, Purpose, Recipient, Scope, Status,
    compliance::{
        keywords::{Keyword, Keywords},
        suppression::{Query, SuppressionList},
    },
    event::EventKind,
    mailgun, meta, netcore, sendgrid, ses,
    testing::ManualClock,
    tracking::MessageState,
    twilio,
    webhook::{
        Enforcement, Guard, MemoryReplayGuard, Proof, Receiver, Replay, ReplayGuard as _,
        ReplayToken, Request, Router, WebhookError, WebhookErrorKind as Refusal,
    },
};
use futures_util::FutureExt as _;
use http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::{
    URL, now,
    properties::{Sample, Subject, subjects},
};

fn keys(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| &*event.dedup_key).collect()
}

/// An empty secret [switched Twilio's verification off](https://github.com/symfony/symfony/issues/65768),
/// and no test noticed, for none was signed. Here every case of the walk is signed.
#[test]
fn an_empty_secret_is_refused_when_it_is_handed_over() {
    fn refused<T>(built: Result<T, WebhookError>) {
        assert_eq!(built.err().expect("a refusal").kind(), Refusal::Config);
    }
    for blank in ["", " ", "\t\r\n", "                    "] {
        refused(twilio::Webhook::new(blank));
        refused(twilio::Webhook::new("token").unwrap().or_token(blank));
        refused(meta::Webhook::new(blank, "token"));
        refused(meta::Webhook::new("secret", blank));
        refused(meta::Webhook::new("secret", "token").unwrap().or_secret(blank));
        refused(meta::Webhook::new("secret", "token").unwrap().or_verify_token(blank));
        refused(sendgrid::Webhook::new(blank));
        refused(sendgrid::InboundParse::new(Guard::unverified()).public_key(blank));
        refused(mailgun::Webhook::new(blank));
        refused(mailgun::Webhook::new("key").unwrap().or_key(blank));
        refused(ses::Webhook::new([blank]));
        refused(Guard::secret_path(blank));
        refused(Guard::header("x-key", blank));
        refused(Guard::basic("user", blank));
        refused(Guard::basic(blank, "password"));
        refused(Guard::addresses([blank]));
    }
    refused(ses::Webhook::new(Vec::<String>::new()));
    refused(Guard::addresses([]));
}

/// A payload was [parsed before it was verified](https://github.com/symfony/symfony/issues/65773).
/// Here only a [`Verified`](dakiya::webhook::Verified) can be parsed, and a body that nobody can
/// read is refused for its signature.
#[test]
fn nothing_is_parsed_before_it_is_proven() {
    let mut refused = 0;
    for subject in subjects() {
        // A receiver of Amazon's envelope has to find the signature in the body, and Mailgun's too.
        let within = ["ses", "mailgun"].contains(&subject.name);
        for body in [&b"{\"a\": ["[..], b"\xff\xfe\x00", b"<html>", b"[1,2"] {
            let mut request = Request::post("https://erp.example.net/hooks/guess", body);
            request.headers.insert("content-type", "application/json".parse().unwrap());
            let kind = subject.receiver.verify(&request, now()).unwrap_err().kind();
            let unread = kind == Refusal::Signature || within && kind == Refusal::Payload;
            assert!(unread, "{}: {kind:?}", subject.name);
            refused += 1;
        }
    }
    assert!(refused > 40, "{refused}");
}

/// Query strings that were [put into order](https://github.com/symfony/symfony/issues/65710) or
/// [written anew](https://github.com/bmlt-enabled/yap/issues/1629) broke good signatures. Here the
/// URL is signed as it was received, and any other spelling of it is another URL.
#[test]
fn a_query_is_proven_as_it_was_sent_and_never_put_into_order() {
    let router = Router::builder(ManualClock::at(now()).shared())
        .public_url("https://erp.example.net")
        .route("/hooks", super::twilio::receiver())
        .build()
        .unwrap();
    let status = |target: &str, signed: &str| {
        let mut request = Request::post(
            format!("https://erp.example.net{signed}"),
            "MessageSid=SM1&MessageStatus=sent",
        );
        let form = "application/x-www-form-urlencoded".parse().unwrap();
        request.headers.insert("content-type", form);
        let mut request = super::twilio::sign(request);
        target.clone_into(&mut request.url);
        router.receive(request).now_or_never().unwrap().reply.status
    };
    let sent = "/hooks/x?b=2&a=1&a=&q=%20+%2b%C3%A9&empty";
    assert_eq!(status(sent, sent), 204);
    for other in [
        "/hooks/x?a=&a=1&b=2&empty&q=%20+%2b%C3%A9",
        "/hooks/x?b=2&a=1&a=&q=%20+%2B%C3%A9&empty",
        "/hooks/x?b=2&a=1&a=&q=+%20%2b%C3%A9&empty",
        "/hooks/x?b=2&a=1&a=&q=%20+%2b%C3%A9&empty=",
        "/hooks/x?b=2&a=1&q=%20+%2b%C3%A9&empty",
        "/hooks/x",
    ] {
        assert_eq!(status(other, sent), 401, "{other}");
    }
}

/// A [missing id](https://github.com/symfony/symfony/issues/59376) or a [new type of
/// event](https://github.com/symfony/symfony/issues/59224) was answered 406, so that the whole batch
/// came again and again.
#[test]
fn a_new_type_of_event_or_a_missing_id_fails_no_batch() {
    for subject in subjects() {
        for sample in &subject.samples {
            let Sample::Json { events, batch } = sample else { continue };
            for (names, new) in [
                (&["status", "type", "event", "EVENT", "eventType", "notificationType"][..], true),
                (&["id", "sg_event_id", "sg_message_id", "messageId", "smtp-id"], false),
                (&["TRANSID", "tid", "reqid", "requestid", "call_id", "ncmessage_id"], false),
            ] {
                let mut changed = events.clone();
                for name in names {
                    let Some(member) = changed[0].get_mut(*name) else { continue };
                    *member = if new { json!("invented-since") } else { Value::Null };
                }
                let request = subject.json(batch(changed.clone()).to_string());
                let parsed = subject.receive(&request).unwrap();
                let place = format!("{}: {names:?}", subject.name);
                assert_eq!(parsed.reply.status, 200, "{place}");
                // What nothing tells from others may be a fault; its neighbours are events.
                assert!(parsed.events.len() + parsed.faults.len() >= events.len(), "{place}");
                assert!(parsed.events.len() + 1 >= events.len(), "{place}");
                if new && changed[0] != events[0] {
                    assert!(parsed.faults.is_empty(), "{place}: {:?}", parsed.faults);
                    assert_eq!(parsed.events[0].status, None, "{place}");
                }
            }
        }
    }
}

/// Ids of events [were made differently from bridge to bridge](https://github.com/symfony/symfony/issues/57469).
/// Here each event has the id of its message as the provider's receipt has it.
#[test]
fn the_id_of_a_message_is_that_of_its_receipt() {
    let told = |name: &str| -> BTreeSet<String> {
        let subject = subjects().into_iter().find(|subject| subject.name == name).unwrap();
        let events = subject.requests().flat_map(|it| subject.receive(&it).unwrap().events);
        events
            .filter(|event| event.status.is_some())
            .filter_map(|e| e.provider_message_id)
            .collect()
    };
    for (name, ids) in [
        ("twilio", &["CA1", "SM1bced67d9fec68ace0ef83b3f4ef8336"][..]),
        ("meta", &["wamid.A", "wamid.B"]),
        ("sendgrid", &["m1", "m2"]),
        ("ses", &["0100"]),
        ("mailgun", &["1@mg.example.com"]),
        ("netcore/email", &["17", "99"]),
        ("netcore/rcs", &["5d0a", "99"]),
        ("netcore/sms", &["17", "99"]),
        ("netcore/voice", &["99", "c-1"]),
        ("netcore/whatsapp", &["6f6d", "99"]),
    ] {
        assert_eq!(told(name).iter().collect::<Vec<_>>(), ids, "{name}");
    }
}

/// What a host could not store was [lost with its 200](https://github.com/symfony/symfony/issues/64628).
/// Here a host answers 500, and the provider's next delivery brings the same events whole.
#[test]
fn what_could_not_be_stored_comes_again_whole() {
    for subject in subjects() {
        let requests: Vec<_> = subject.requests().collect();
        let router = Router::builder(ManualClock::at(now()).shared())
            .public_url("https://erp.example.net")
            .route("/hooks", subject.receiver)
            .build()
            .unwrap();
        for request in requests {
            let receive = || router.receive(request.clone()).now_or_never().unwrap();
            let first = receive();
            let second = receive();
            assert!(!first.events.is_empty(), "{}", subject.name);
            assert!(first.events == second.events, "{}", subject.name);
            assert!((200..300).contains(&second.reply.status), "{}", subject.name);
            let failed = first.failed();
            assert_eq!(failed.reply.status, 500, "{}", subject.name);
            assert_eq!(keys(&failed.events), keys(&second.events), "{}", subject.name);
        }
    }
}

/// Signatures failed since [a framework wrote the body anew](https://github.com/sendgrid/sendgrid-nodejs/issues/1278),
/// or [lost the line end behind it](https://github.com/sendgrid/sendgrid-csharp/issues/1018), and
/// nobody was told. Here the refusal says so.
#[test]
fn a_body_that_a_framework_wrote_anew_is_told_from_a_forgery() {
    let why = |subject: &Subject, request: &Request, body: Vec<u8>| {
        let mut changed = request.clone();
        changed.body = body.into();
        subject.receiver.receive(&changed, now()).unwrap_err().to_string()
    };
    for subject in subjects() {
        // Mailgun's token alone is signed, and Amazon's envelope is read for its members.
        if !["twilio", "meta", "sendgrid"].contains(&subject.name) {
            continue;
        }
        let pretty = json!([{"email": "asha@example.com", "event": "open"}]);
        let request = subject.json(match subject.name {
            "sendgrid" => format!("[{}]\r\n", pretty[0]),
            "meta" => r#"{"entry":[],"object":"whatsapp_business_account","x":"\u00e9"}"#.into(),
            _ => pretty.to_string(),
        });
        assert!(subject.receiver.verify(&request, now()).is_ok(), "{}", subject.name);
        let value: Value = serde_json::from_slice(&request.body).unwrap();
        let anew = match subject.name {
            "twilio" => serde_json::to_vec_pretty(&value).unwrap(),
            _ => serde_json::to_vec(&value).unwrap(),
        };
        let told = why(&subject, &request, anew);
        assert!(told.contains("re-serialised"), "{}: {told}", subject.name);
        let told = why(&subject, &request, b"{\"forged\":1}\r\n".to_vec());
        assert!(!told.contains("was re-serialised:"), "{}: {told}", subject.name);
    }
}

/// SendGrid's [`sg_event_id` is another](https://github.com/sendgrid/sendgrid-nodejs/issues/1435) in
/// its next try. Here no key hangs on it.
#[test]
fn the_vendors_event_id_alone_makes_no_key() {
    let event = |id: &str| {
        json!([{"email": "asha@example.com", "event": "open", "timestamp": 1_794_298_800,
            "sg_message_id": "m1.recvd-1", "sg_event_id": id, "ip": "192.0.2.1"}])
    };
    let subject = subjects().into_iter().find(|subject| subject.name == "sendgrid").unwrap();
    let receive = |id: &str| subject.receive(&subject.json(event(id).to_string())).unwrap().events;
    assert_eq!(keys(&receive("first")), keys(&receive("second")));
}

/// Middleware [left the body unproven](https://github.com/twilio/twilio-ruby/issues/590), and a GET
/// [with `bodySHA256` failed](https://github.com/twilio/twilio-php/issues/861).
#[test]
fn a_body_is_covered_however_it_is_sent_and_a_get_needs_none() {
    let webhook = super::twilio::receiver();
    let proven = |request: &Request| webhook.verify(request, now()).is_ok();
    let typed = |mut request: Request, kind: &str| {
        request.headers.insert("content-type", kind.parse().unwrap());
        request
    };
    for (kind, body, other) in [
        ("application/json", r#"{"a":1}"#, r#"{"a":2}"#),
        ("application/x-www-form-urlencoded", "a=1", "a=2"),
        ("text/plain", "a", "b"),
    ] {
        let good = super::twilio::sign(typed(Request::post(URL, body), kind));
        assert!(proven(&good), "{kind}");
        let mut changed = good.clone();
        changed.body = other.into();
        assert!(!proven(&changed), "{kind}");
        changed.body = "".into();
        assert!(!proven(&changed), "{kind}");
    }
    // Twilio writes the digest of nothing into the URL of a GET too.
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    for query in ["a=1", &format!("a=1&bodySHA256={nothing}")] {
        let get = Request::new(Method::GET, format!("{URL}?{query}"), "");
        let mut get = super::twilio::sign(get);
        assert!(proven(&get), "{query}");
        get.url = get.url.replace("a=1", "a=2");
        assert!(!proven(&get), "{query}");
    }
}

/// Real products [took Twilio's webhooks from anybody](https://github.com/chatwoot/chatwoot/issues/13619).
/// Here what is not proven is refused unless the host wrote otherwise, and then its events say so.
#[test]
fn what_is_not_proven_is_refused_by_default() {
    assert_eq!(Enforcement::default(), Enforcement::Enforce);
    for subject in subjects() {
        assert!(!subject.receiver.is_shadow(), "{}", subject.name);
        for mut request in subject.requests() {
            request.headers = HeaderMap::new();
            request.url = "https://erp.example.net/hooks/guess".into();
            if ["ses", "mailgun"].contains(&subject.name) {
                let body = String::from_utf8(request.body.to_vec()).unwrap();
                request.body = body.replace("ignature\":\"", "ignature\":\"A").into();
            }
            assert!(subject.receive(&request).is_err(), "{}", subject.name);
        }
    }
    let open = netcore::email::Webhook::new(Guard::unverified());
    let body = json!([{"TRANSID": "17", "EVENT": "sent"}]).to_string();
    let parsed = open.receive(&Request::post(URL, body), now()).unwrap();
    assert_eq!(parsed.events[0].proof, Proof::Unverified);
}

/// Behind [proxies](https://github.com/anymail/django-anymail/issues/48) and on [other
/// ports](https://github.com/anymail/django-anymail/issues/430) signatures were wrong. Here the host
/// says the public URL once, and no header that anybody can send changes it.
#[test]
fn behind_a_proxy_the_public_url_is_signed_and_no_header_moves_it() {
    let mut request = Request::post(
        "https://erp.example.net:8443/api/hooks/x?y=z",
        "MessageSid=SM1&MessageStatus=sent",
    );
    let form = "application/x-www-form-urlencoded".parse().unwrap();
    request.headers.insert("content-type", form);
    let mut request = super::twilio::sign(request);
    request.url = "/hooks/x?y=z".into();
    for name in ["host", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port"] {
        request.headers.insert(name, "evil.example".parse().unwrap());
    }
    let refused = |public: &str| {
        let router = Router::builder(ManualClock::at(now()).shared())
            .public_url(public)
            .route("/hooks", super::twilio::receiver())
            .build()
            .unwrap();
        let answer = router.receive(request.clone()).now_or_never().unwrap();
        answer.refused.map(|error| error.kind())
    };
    assert_eq!(refused("https://erp.example.net:8443/api"), None);
    assert_eq!(refused("https://erp.example.net:8443"), Some(Refusal::Signature));
    assert_eq!(refused("https://evil.example:8443/api"), Some(Refusal::Signature));
}

/// The same message, [delivered twice at the same moment](https://github.com/chatwoot/chatwoot/issues/13523),
/// passed a check that read first and wrote then.
#[test]
fn of_two_deliveries_at_the_same_moment_one_is_first() {
    for round in 0..200 {
        let guard = MemoryReplayGuard::new();
        let start = Arc::new(Barrier::new(4));
        let threads = (0..4).map(|_| {
            let (guard, start) = (guard.clone(), Arc::clone(&start));
            thread::spawn(move || {
                let token = ReplayToken::new("t", "digest", now());
                start.wait();
                guard.check(&token, now()).now_or_never().unwrap().unwrap()
            })
        });
        let threads: Vec<_> = threads.collect();
        let known: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        let first = known.iter().filter(|known| **known == Replay::First).count();
        assert_eq!(first, 1, "round {round}: {known:?}");
        assert!(!known.contains(&Replay::Forged));
    }
}

/// An older status [overwrote a newer one](https://github.com/chatwoot/chatwoot/issues/14149) when it
/// came later.
#[test]
fn a_late_older_status_does_not_overwrite_a_newer_one() {
    let events: Vec<Event> = [Status::Read, Status::Delivered, Status::Sent, Status::Queued]
        .into_iter()
        .enumerate()
        .map(|(index, status)| {
            let mut event = Event::of_status(status, "meta", Proof::Signature);
            event.dedup_key = index.to_string();
            event.timestamp = now().checked_sub(Duration::from_secs(index as u64)).ok();
            event
        })
        .collect();
    let mut state = MessageState::new();
    for event in events.iter().chain(&events) {
        state.apply(event);
        assert_eq!(state.status(), Some(Status::Read));
    }
    assert!(state.arrived() && state.opened());
}

/// Verification was brought in [by watching first](https://github.com/antiwork/gumroad/pull/4922),
/// with several keys and five minutes for the clocks.
#[test]
fn a_rollout_watches_first_and_takes_the_old_key_and_the_new() {
    for subject in subjects().into_iter().filter(|subject| subject.signs) {
        let window = subject.window.map(|(window, _)| window);
        assert!(window.is_none_or(|window| window.future() == Duration::from_mins(5)));
        let mut watched = Vec::new();
        for mut request in subject.requests() {
            let genuine = subject.receive(&request).unwrap().events;
            for (_, value) in &mut request.headers {
                if value.len() == 28 || value.len() > 50 {
                    *value = "sha256=00".parse().unwrap();
                }
            }
            if ["ses", "mailgun"].contains(&subject.name) {
                let body = String::from_utf8(request.body.to_vec()).unwrap();
                let body = body.replace("\"Signature\":\"", "\"Signature\":\"AAAA");
                request.body = body.replace("\"token\":\"", "\"token\":\"0").into();
            }
            let refused = subject.receiver.receive(&request, now()).unwrap_err();
            watched.push((request, genuine, refused));
        }
        let shadow = subject.receiver.enforcement(Enforcement::Shadow);
        for (request, genuine, refused) in watched {
            let parsed = shadow.receive(&request, now()).unwrap();
            assert_eq!(parsed.would_refuse, Some(refused), "{}", subject.name);
            assert_eq!(keys(&parsed.events), keys(&genuine), "{}", subject.name);
            assert!(parsed.events.iter().all(|event| event.proof == Proof::Shadow));
        }
    }
    // The old key and the new: a token that is about to go signs, and so does the next.
    let both = twilio::Webhook::new("next").unwrap().or_token(super::twilio::TOKEN).unwrap();
    let request = Request::new(Method::GET, format!("{URL}?a=1"), "");
    assert!(both.verify(&super::twilio::sign(request), now()).is_ok());
}

/// REVOKE and OPTOUT [were not known](https://github.com/SparkDevNetwork/Rock/issues/6399) as ways to
/// say no, though the law in the United States names them.
#[test]
fn revoke_and_optout_are_a_no() {
    let keywords = Keywords::standard();
    for word in [
        "REVOKE",
        "revoke.",
        "OPTOUT",
        "Opt out",
        "opt-out",
        "STOP",
        "STOPALL",
        "QUIT",
        "END",
        "CANCEL",
        "UNSUBSCRIBE",
    ] {
        for country in [None, dakiya::Region::parse("US").ok()] {
            let found = keywords.matches(word, country).map(|found| found.keyword);
            assert_eq!(found, Some(Keyword::Stop), "{word}");
        }
    }
}

/// Error 21610 for one number [switched the person off everywhere](https://github.com/SparkDevNetwork/Rock/issues/5581).
/// Here it holds for the number of ours that it names, by SMS, and nothing else.
#[test]
fn a_no_to_one_number_is_no_no_to_all() {
    let subject = subjects().into_iter().find(|subject| subject.name == "twilio").unwrap();
    let body = "MessageSid=SM9&MessageStatus=failed&ErrorCode=21610&From=%2B15005550006\
                &To=%2B15005550010";
    let mut request = Request::post(URL, body);
    let form = "application/x-www-form-urlencoded".parse().unwrap();
    request.headers.insert("content-type", form);
    let parsed = subject.receive(&(subject.sign)(request)).unwrap();
    let event = &parsed.events[0];
    assert_eq!((event.kind, event.suppress), (EventKind::Status, Some(Scope::Sender)));
    let list = SuppressionList::new();
    assert!(list.apply(event));
    let person = Recipient::Phone(PhoneNumber::parse("+15005550010").unwrap());
    let blocked = |kind, sender| {
        let query = Query::new(&person, kind, Purpose::Marketing).sender(Some(sender));
        list.get(&query).is_some()
    };
    assert!(blocked(Kind::Sms, "+15005550006"));
    assert!(!blocked(Kind::Sms, "+15005550007"), "another number");
    assert!(!blocked(Kind::Voice, "+15005550006"), "another channel");
    assert!(!blocked(Kind::WhatsApp, "whatsapp:+15005550006"), "another channel");
}
