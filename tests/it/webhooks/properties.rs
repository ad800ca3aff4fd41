//! What every receiver keeps, whoever's it is: nothing that was changed on the way is believed, and
//! nothing that is odd costs its neighbours.

use std::time::Duration;

use bytes::Bytes;
use dakiya::{
    Event, Timestamp,
    webhook::{Parsed, Receiver, Request, WebhookErrorKind, Window},
};
use http::HeaderValue;
use serde_json::{Value, json};

use super::{URL, mailgun, meta, netcore, now, sendgrid, ses, twilio};

/// A receiver and requests that it accepts.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) receiver: Box<dyn Receiver>,
    /// Signs as the provider does, at [`now`].
    pub(crate) sign: fn(Request) -> Request,
    /// What is posted, not signed yet.
    pub(crate) samples: Vec<Sample>,
    /// Whether the provider signs; where it does not, nothing tells a changed body.
    pub(crate) signs: bool,
    /// The window of what is signed with its time, and that time.
    pub(crate) window: Option<(Window, Timestamp)>,
}

/// A request to change.
pub(crate) enum Sample {
    Form(&'static str),
    /// The JSON of events, one where a request holds no more, and what makes a body of them.
    Json {
        events: Vec<Value>,
        batch: fn(Vec<Value>) -> Value,
    },
}

/// The receivers of all providers.
pub(crate) fn subjects() -> Vec<Subject> {
    let whole = |hours: u64| Window::new(Duration::from_secs(hours * 3600), Duration::from_mins(5));
    let list: fn(Vec<Value>) -> Value = Value::Array;
    let mut subjects = vec![
        Subject {
            name: "twilio",
            receiver: Box::new(twilio::receiver()),
            sign: twilio::sign,
            samples: vec![
                Sample::Form(
                    "MessageSid=SM1bced67d9fec68ace0ef83b3f4ef8336&MessageStatus=undelivered&\
                     ErrorCode=30005&To=%2B919845000012&From=%2B15005550006&AccountSid=AC47&Empty=",
                ),
                Sample::Form(
                    "SmsStatus=received&MessageSid=SM2&From=whatsapp%3A%2B919845000012&\
                     To=whatsapp%3A%2B15005550006&Body=%E0%A4%A8%E0%A4%AE+a&NumMedia=0",
                ),
                Sample::Form(
                    "CallSid=CA1&CallStatus=completed&CallDuration=12&From=%2B15005550006&\
                     To=%2B919845000012&SequenceNumber=3&Direction=outbound-api",
                ),
            ],
            signs: true,
            window: None,
        },
        Subject {
            name: "meta",
            receiver: Box::new(meta::receiver()),
            sign: meta::sign,
            samples: vec![
                Sample::Json {
                    events: meta_statuses(),
                    batch: |events| meta_body("statuses", &events),
                },
                Sample::Json {
                    events: meta_messages(),
                    batch: |events| meta_body("messages", &events),
                },
            ],
            signs: true,
            window: None,
        },
        Subject {
            name: "sendgrid",
            receiver: Box::new(sendgrid::receiver()),
            sign: sendgrid::sign,
            samples: vec![Sample::Json { events: sendgrid_events(), batch: list }],
            signs: true,
            window: Some((whole(25), now())),
        },
        Subject {
            name: "ses",
            receiver: Box::new(ses::receiver()),
            sign: ses::sign,
            samples: ses_events()
                .into_iter()
                .map(|event| Sample::Json { events: vec![event], batch: alone })
                .collect(),
            signs: true,
            window: Some((whole(2), "2026-11-10T08:19:00.123Z".parse().unwrap())),
        },
        Subject {
            name: "mailgun",
            receiver: Box::new(mailgun::receiver()),
            sign: mailgun::sign,
            samples: vec![Sample::Json {
                events: vec![mailgun_event()],
                batch: |events| json!({"event-data": alone(events)}),
            }],
            signs: true,
            window: Some((whole(9), now() - Duration::from_mins(1))),
        },
    ];
    subjects.extend(netcore::receivers().into_iter().filter_map(|(name, receiver)| {
        let samples = vec![netcore_sample(name)?];
        let sign = |request| request;
        Some(Subject { name, receiver, sign, samples, signs: false, window: None })
    }));
    subjects
}

/// A body that holds one event.
fn alone(mut events: Vec<Value>) -> Value {
    events.swap_remove(0)
}

fn meta_body(kind: &str, elements: &[Value]) -> Value {
    json!({"object": "whatsapp_business_account", "entry": [{"id": "209130066770145",
        "changes": [{"field": "messages", "value": {"messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "447700900342", "phone_number_id": "3055"},
            "contacts": [{"profile": {"name": "Asha"}, "wa_id": "919845000012"}],
            kind: elements}}]}]})
}

fn meta_statuses() -> Vec<Value> {
    vec![
        json!({"id": "wamid.A", "status": "failed", "timestamp": "1794304609",
            "recipient_id": "919845000012", "biz_opaque_callback_data": "018f",
            "pricing": {"billable": true, "pricing_model": "PMP", "category": "utility"},
            "errors": [{"code": 131_047, "title": "Re-engagement message", "message": "m",
                "error_data": {"details": "d"}}]}),
        json!({"id": "wamid.B", "status": "read", "timestamp": "1794304610",
            "recipient_id": "919845000013"}),
    ]
}

fn meta_messages() -> Vec<Value> {
    vec![
        json!({"from": "919845000012", "id": "wamid.C", "timestamp": "1794304611", "type": "image",
            "image": {"id": "77", "mime_type": "image/png", "sha256": "c2hh", "caption": "\u{928}"},
            "context": {"from": "447700900342", "id": "wamid.A"}}),
        json!({"from": "919845000013", "id": "wamid.D", "timestamp": "1794304612", "type": "text",
            "text": {"body": "Namaste"}}),
    ]
}

fn sendgrid_events() -> Vec<Value> {
    vec![
        json!({"email": "asha@example.com", "event": "bounce", "type": "bounce", "status": "5.1.1",
            "reason": "550 5.1.1 no such user", "sg_event_id": "e1", "sg_message_id": "m1.recvd-1",
            "timestamp": 1_794_304_609, "smtp-id": "<a@b>", "category": ["order"], "tls": 1,
            "dakiya_id": "018f", "ip": "203.0.113.8", "url_offset": {"index": 0, "type": "html"}}),
        json!({"email": "ravi@example.com", "event": "open", "sg_event_id": "e2",
            "sg_message_id": "m2.recvd-1", "timestamp": 1_794_304_610, "sg_machine_open": true}),
    ]
}

fn ses_events() -> Vec<Value> {
    let mail = json!({"timestamp": "2026-11-10T08:18:00.250Z", "source": "erp@example.org",
        "messageId": "0100", "destination": ["asha@example.com", "ravi@example.com"],
        "tags": {"order": ["2041"]}});
    vec![
        json!({"eventType": "Bounce", "mail": mail, "bounce": {"bounceType": "Permanent",
            "bounceSubType": "General", "timestamp": "2026-11-10T08:18:01.250Z", "feedbackId": "f",
            "bouncedRecipients": [{"emailAddress": "asha@example.com", "status": "5.1.1",
                "diagnosticCode": "smtp; 550"}]}}),
        json!({"notificationType": "Delivery", "mail": mail, "delivery": {
            "timestamp": "2026-11-10T08:18:01.250Z", "smtpResponse": "250 ok",
            "recipients": ["asha@example.com", "ravi@example.com"]}}),
    ]
}

fn mailgun_event() -> Value {
    json!({"event": "failed", "severity": "permanent", "reason": "bounce", "id": "W1",
        "timestamp": 1_794_304_609.5, "recipient": "asha@example.com", "tags": ["order"],
        "message": {"headers": {"message-id": "1@mg.example.com", "from": "shop@example.com"}},
        "delivery-status": {"code": 550, "message": "5.1.1 no such user", "bounce-type": "hard"},
        "user-variables": {"message-id": "018f", "order": "2041"}, "flags": {"is-test-mode": false}})
}

fn netcore_sample(product: &str) -> Option<Sample> {
    let list: fn(Vec<Value>) -> Value = Value::Array;
    let (event, batch) = match product {
        "netcore/deflector" | "netcore/rcs" => (
            json!({"requestid": "5d0a", "message_id": "api-1", "callbackdata": "018f",
                "channel": "RCS", "last_channel": "", "status": "Clicked", "type": "Template",
                "mobile": "919845000012", "nc_bot_id": "bot-512", "event_time": 1_794_304_609,
                "remarks": "", "tags": ["orders"], "click_data": {"type": "CLICK", "text": "Track"}}),
            list,
        ),
        "netcore/email" => (
            json!({"TRANSID": "17", "EVENT": "bounced", "BOUNCE_TYPE": "HARDBOUNCE",
                "EMAIL": "asha@example.com", "TIMESTAMP": 1_794_304_609, "RESPONSE": "550 5.1.1",
                "FROMADDRESS": "shop@example.com", "X-APIHEADER": "018f", "MSIZE": 2155}),
            list,
        ),
        "netcore/sms" => (
            json!({"tid": 17, "reqid": 70, "mobile": "919845000012", "status": "Failed",
                "reasoncode": "633", "deliveredtime": "2026-11-10 11:04:36", "senderid": "ACMEIN"}),
            list,
        ),
        "netcore/voice" => (
            json!({"call_id": "c-1", "client_ref": "018f", "to": "919845000012",
                "status": "answered", "duration": 23, "dtmf": "1", "attempt": 1,
                "start_time": "2026-11-10T11:04:31+05:30"}),
            list,
        ),
        "netcore/whatsapp" => (
            json!({"ncmessage_id": "6f6d", "recipient": "919845000012", "status": "delivered",
                "status_remark": "", "received_at": "1794304609", "source": "0b4e",
                "x-apiheader": "018f", "phoneNumber": "912240000000",
                "pricing": {"billable": true, "category": "utility"}}),
            (|events| json!({"delivery_status": events})) as fn(Vec<Value>) -> Value,
        ),
        _ => return None,
    };
    // The same happened to another message.
    let mut other = event.clone();
    for id in ["TRANSID", "call_id", "ncmessage_id", "requestid", "tid"] {
        if !other[id].is_null() {
            other[id] = json!("99");
        }
    }
    let named = other.as_object_mut().unwrap();
    named.retain(|_, value| !value.is_null());
    Some(Sample::Json { events: vec![event, other], batch })
}

impl Subject {
    pub(crate) fn receive(&self, request: &Request) -> Result<Parsed, WebhookErrorKind> {
        self.receiver.receive(request, now()).map_err(|error| error.kind())
    }

    fn signed(&self, content_type: &'static str, body: impl Into<Bytes>) -> Request {
        let mut request = Request::post(URL, body);
        request.headers.insert("content-type", HeaderValue::from_static(content_type));
        (self.sign)(request)
    }

    pub(crate) fn json(&self, body: impl Into<Bytes>) -> Request {
        self.signed("application/json", body)
    }

    pub(crate) fn whole(&self, sample: &Sample) -> Request {
        match sample {
            Sample::Form(body) => self.signed("application/x-www-form-urlencoded", *body),
            Sample::Json { events, batch } => self.json(batch(events.clone()).to_string()),
        }
    }

    pub(crate) fn requests(&self) -> impl Iterator<Item = Request> {
        self.samples.iter().map(|sample| self.whole(sample))
    }
}

/// A receiver may read a body once for both, and must come to the same.
#[test]
fn receiving_is_verifying_and_then_parsing() {
    for subject in subjects() {
        for request in subject.requests() {
            let apart = |request: &Request| {
                let verified = subject.receiver.verify(request, now());
                verified.and_then(|verified| subject.receiver.parse(verified))
            };
            let both = subject.receiver.receive(&request, now()).unwrap();
            let parts = apart(&request).unwrap();
            assert_eq!(told(&both.events), told(&parts.events), "{}", subject.name);
            assert_eq!(both.reply, parts.reply, "{}", subject.name);
            assert_eq!(both.once, parts.once, "{}", subject.name);
            let mut changed = request.clone();
            changed.body = [&request.body[..], b" "].concat().into();
            let kinds = [subject.receiver.receive(&changed, now()), apart(&changed)]
                .map(|parsed| parsed.map(|parsed| told(&parsed.events)));
            assert_eq!(kinds[0], kinds[1], "{}", subject.name);
        }
    }
}

#[test]
fn every_sample_is_accepted_as_it_is() {
    for subject in subjects() {
        for request in subject.requests() {
            let parsed = subject.receive(&request).unwrap_or_else(|kind| {
                panic!("{}: refused as {kind:?}", subject.name);
            });
            assert!(parsed.faults.is_empty(), "{}: {:?}", subject.name, parsed.faults);
            assert!(!parsed.events.is_empty(), "{}", subject.name);
        }
    }
}

/// Where a flip changes nothing that was signed, such as the case of a percent-encoded byte or a
/// space between members, the events are the same; all else is refused.
#[test]
fn no_flipped_bit_of_a_signed_request_is_believed() {
    let mut flips = 0;
    for subject in subjects().into_iter().filter(|subject| subject.signs) {
        for request in subject.requests() {
            let wanted = subject.receive(&request).unwrap();
            let mut check = |changed: &Request, place: &str| {
                flips += 1;
                let Ok(parsed) = subject.receive(changed) else { return };
                // Mailgun signs a token alone: that it came before with something else tells.
                let forged =
                    parsed.once.as_ref().zip(wanted.once.as_ref()).is_some_and(|(now, before)| {
                        now.token == before.token && now.digest != before.digest
                    });
                let same = forged || told(&parsed.events) == told(&wanted.events);
                assert!(same, "{}: {place}", subject.name);
            };
            each_flip(&request.body, |body, bit| {
                let mut changed = request.clone();
                changed.body = body.to_vec().into();
                check(&changed, &format!("bit {bit} of the body"));
            });
            for (name, value) in &request.headers {
                if name == "content-type" || name == "host" {
                    continue; // not signed
                }
                each_flip(value.as_bytes(), |value, bit| {
                    let Ok(value) = HeaderValue::from_bytes(value) else { return };
                    let mut changed = request.clone();
                    changed.headers.insert(name, value);
                    check(&changed, &format!("bit {bit} of {name}"));
                });
            }
            if subject.name == "twilio" {
                each_flip(request.url.as_bytes(), |url, bit| {
                    let Ok(url) = std::str::from_utf8(url) else { return };
                    let mut changed = request.clone();
                    changed.url = url.to_owned();
                    check(&changed, &format!("bit {bit} of the URL"));
                });
            }
        }
    }
    assert!(flips > 40_000, "{flips}");
}

#[test]
fn a_request_is_refused_a_second_outside_its_window() {
    for subject in subjects() {
        let Some((window, signed)) = subject.window else { continue };
        let request = subject.requests().next().unwrap();
        let second = Duration::from_secs(1);
        let at = |moment| subject.receiver.receive(&request, moment).map_err(|error| error.kind());
        assert!(at(signed + window.past()).is_ok(), "{}", subject.name);
        assert!(at(signed - window.future()).is_ok(), "{}", subject.name);
        let late = at(signed + window.past() + second).unwrap_err();
        assert_eq!(late, WebhookErrorKind::Stale, "{}", subject.name);
        let early = at(signed - window.future() - second).unwrap_err();
        assert_eq!(early, WebhookErrorKind::Stale, "{}", subject.name);
    }
}

#[test]
fn a_request_without_one_of_its_headers_is_refused() {
    for subject in subjects() {
        for request in subject.requests() {
            for name in request.headers.keys().filter(|name| *name != "content-type") {
                let mut changed = request.clone();
                changed.headers.remove(name);
                assert!(subject.receive(&changed).is_err(), "{}: {name}", subject.name);
            }
        }
    }
}

#[test]
fn an_odd_member_costs_no_neighbour_and_panics_nowhere() {
    let mut tried = 0;
    for subject in subjects() {
        for sample in &subject.samples {
            let Sample::Json { events, batch } = sample else { continue };
            let neighbours = subject.neighbours(sample);
            for path in paths(&events[0]) {
                for odd in odd_values() {
                    let mut changed = events[0].clone();
                    put(&mut changed, &path, odd.clone());
                    tried += 1;
                    let got = subject.receive(&subject.json(beside(changed, sample, *batch)));
                    let shown = odd.map_or_else(|| "absent".to_owned(), |odd| odd.to_string());
                    let place = format!("{}: {} is {shown:.20}", subject.name, path.join("."));
                    kept(got, neighbours.as_deref(), &place);
                }
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
}

#[test]
fn a_number_too_large_and_a_nest_too_deep_cost_no_neighbour() {
    for subject in subjects() {
        for sample in &subject.samples {
            let Sample::Json { events, batch } = sample else { continue };
            let neighbours = subject.neighbours(sample);
            for path in paths(&events[0]).iter().filter(|path| path.len() == 1) {
                let mut changed = events[0].clone();
                put(&mut changed, path, Some(json!("@@@")));
                let body = beside(changed, sample, *batch);
                let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
                for raw in ["1e999".to_owned(), "9".repeat(400), "-0.0".into(), deep(100)] {
                    let body = body.replace("\"@@@\"", &raw);
                    let place = format!("{}: {} is {:.12}", subject.name, path.join("."), raw);
                    let got = subject.receive(&subject.json(body));
                    kept(got, neighbours.as_deref(), &place);
                }
                // Deeper than any parser follows: refused, whole or alone, without a panic.
                let body = body.replace("\"@@@\"", &deep(100_000));
                drop(subject.receive(&subject.json(body)));
            }
        }
    }
}

#[test]
fn bytes_that_are_no_text_cost_no_neighbour() {
    for subject in subjects() {
        for sample in &subject.samples {
            let Sample::Json { events, batch } = sample else { continue };
            let neighbours = subject.neighbours(sample);
            let mut changed = events[0].clone();
            changed["x_extra"] = json!("@@@");
            let body = beside(changed, sample, *batch);
            let (before, after) = body.split_once("@@@").unwrap();
            let body = [before.as_bytes(), b"\xff\xc3(\xf0\x9f", after.as_bytes()].concat();
            let got = subject.receive(&subject.json(body));
            kept(got, neighbours.as_deref(), subject.name);
        }
    }
}

#[test]
fn a_body_of_ten_megabytes_is_read() {
    for subject in subjects() {
        for sample in &subject.samples {
            let request = match sample {
                Sample::Form(body) => {
                    let body = format!("{body}&Extra={}", "x".repeat(10 << 20));
                    subject.signed("application/x-www-form-urlencoded", body)
                }
                Sample::Json { events, batch } => {
                    let mut events = events.clone();
                    events[0]["x_extra"] = json!("x".repeat(10 << 20));
                    subject.json(batch(events).to_string())
                }
            };
            let wanted = subject.receive(&subject.whole(sample)).unwrap().events.len();
            let got = subject
                .receive(&request)
                .unwrap_or_else(|kind| panic!("{}: {kind:?}", subject.name));
            assert_eq!(got.events.len(), wanted, "{}", subject.name);
        }
    }
}

#[test]
fn the_same_event_has_the_same_key_in_any_company() {
    for subject in subjects() {
        for sample in &subject.samples {
            let Sample::Json { events, batch } = sample else { continue };
            let keys = |events: Vec<Value>| {
                let parsed = subject.receive(&subject.json(batch(events).to_string())).unwrap();
                let mut keys: Vec<_> =
                    parsed.events.into_iter().map(|event| event.dedup_key).collect();
                keys.sort();
                keys
            };
            let mut turned = events.clone();
            turned.reverse();
            assert_eq!(keys(events.clone()), keys(turned), "{}", subject.name);
        }
    }
}

impl Subject {
    /// The events of all but the first of a sample; `None` where a request holds one event alone.
    fn neighbours(&self, sample: &Sample) -> Option<Vec<Value>> {
        let Sample::Json { events, batch } = sample else { return None };
        let rest = events.get(1..).filter(|rest| !rest.is_empty())?;
        let parsed = self.receive(&self.json(batch(rest.to_vec()).to_string()));
        Some(told(&parsed.unwrap().events))
    }
}

/// A body in which `changed` stands in place of the sample's first event.
fn beside(changed: Value, sample: &Sample, batch: fn(Vec<Value>) -> Value) -> String {
    let Sample::Json { events, .. } = sample else { return String::new() };
    let rest = events.iter().skip(1).cloned();
    batch(std::iter::once(changed).chain(rest).collect()).to_string()
}

/// Alone, an odd event may be refused; it must not cost its neighbours.
fn kept(got: Result<Parsed, WebhookErrorKind>, neighbours: Option<&[Value]>, place: &str) {
    let Some(neighbours) = neighbours else { return };
    let got = got.unwrap_or_else(|kind| panic!("{place}: refused whole as {kind:?}"));
    let got = told(&got.events);
    assert!(got.ends_with(neighbours), "{place}: lost its neighbour\n{got:#?}");
}

/// What events say, without how they were written.
fn told(events: &[Event]) -> Vec<Value> {
    events.iter().map(|event| serde_json::to_value(event).unwrap()).collect()
}

fn each_flip(bytes: &[u8], mut with: impl FnMut(&[u8], usize)) {
    let mut changed = bytes.to_vec();
    for bit in 0..bytes.len() * 8 {
        changed[bit / 8] ^= 1 << (bit % 8);
        with(&changed, bit);
        changed[bit / 8] ^= 1 << (bit % 8);
    }
}

/// The ways to every member.
fn paths(value: &Value) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut inner = |name: String, value: &Value| {
        found.push(vec![name.clone()]);
        found.extend(paths(value).into_iter().map(|rest| [vec![name.clone()], rest].concat()));
    };
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| inner(name.clone(), value));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| inner(index.to_string(), value));
        }
        _ => {}
    }
    found
}

fn put(value: &mut Value, path: &[String], new: Option<Value>) {
    let (last, way) = path.split_last().unwrap();
    let place = way.iter().fold(value, |value, name| match value {
        Value::Array(items) => &mut items[name.parse::<usize>().unwrap()],
        value => &mut value[name.as_str()],
    });
    match (place, new) {
        (Value::Array(items), new) => {
            items[last.parse::<usize>().unwrap()] = new.unwrap_or(Value::Null);
        }
        (place, Some(new)) => place[last.as_str()] = new,
        (place, None) => drop(place.as_object_mut().unwrap().remove(last)),
    }
}

/// `None` takes the member away.
fn odd_values() -> Vec<Option<Value>> {
    let long = "\u{915}".repeat(2_000);
    let odd = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1e308),
        json!(""),
        json!(" "),
        json!("0"),
        json!("\u{0}"),
        json!("9999999999999999999999"),
        json!(long),
        json!([]),
        json!([null]),
        json!([[]]),
        json!({}),
        json!({"a": {"b": []}}),
    ];
    odd.into_iter().map(Some).chain([None]).collect()
}
