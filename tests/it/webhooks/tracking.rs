//! States end the same in every order, and events find their message.

use std::collections::HashMap;

use dakiya::{
    Currency, Email, EmailAddress, Envelope, Event, Kind, MessageId, Money, PhoneNumber, Receipt,
    Recipient, RecipientOutcome, Sms, Status, Timestamp,
    event::{Bounce, CallOutcome, EventKind},
    tracking::{Applied, Capacity, MessageState, Sent, StatusTracker, rank},
    webhook::Proof,
};
use proptest::prelude::*;

use super::now;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn told(status: Status, second: i64) -> Event {
    let mut event = Event::of_status(status, "twilio", Proof::Signature);
    event.timestamp = Some(at(second));
    event.dedup_key = format!("{status:?}{second}");
    event
}

fn with(mut event: Event, set: impl FnOnce(&mut Event)) -> Event {
    set(&mut event);
    event
}

fn call(event: Event, json: &str) -> Event {
    with(event, |event| {
        event.call = Some(Box::new(serde_json::from_str::<CallOutcome>(json).unwrap()));
    })
}

/// How far along a status is; a deferral and a send after it are the same step.
fn step(state: &MessageState) -> u8 {
    let rank = state.status().and_then(rank).unwrap_or(0);
    if rank == 25 { 20 } else { rank }
}

/// Applies every order of every choice of up to six of the events, and each once more at every
/// step. Returns how many orders there were.
fn every_order(events: &[Event]) -> usize {
    fn walk(
        events: &[Event],
        chosen: usize,
        state: &MessageState,
        ends: &mut HashMap<usize, MessageState>,
    ) -> usize {
        let end = ends.entry(chosen).or_insert_with(|| state.clone());
        assert_eq!(end, state, "another order of {chosen:b} ends elsewhere");
        let mut count = 1;
        for (index, event) in events.iter().enumerate() {
            let mut next = state.clone();
            let applied = next.apply(event);
            assert!(step(&next) >= step(state), "{event:?} moved {state:?} back");
            if chosen & (1 << index) != 0 {
                assert_eq!((applied, &next), (Applied::Unchanged, state), "a duplicate changed it");
            } else if chosen.count_ones() < 6 {
                assert_eq!(applied == Applied::Advanced, next.status() != state.status());
                count += walk(events, chosen | (1 << index), &next, ends);
            }
        }
        count
    }
    walk(events, 0, &MessageState::new(), &mut HashMap::new())
}

#[test]
fn every_order_of_up_to_six_events_of_a_mail_ends_the_same() {
    let events = [
        told(Status::Queued, 0),
        told(Status::Sent, 9),
        told(Status::Deferred, 5),
        with(told(Status::Delivered, 20), |event| event.reason = Some("250 ok".into())),
        with(told(Status::BouncedHard, 60), |event| {
            (event.code, event.bounce) = (Some("550".into()), Some(Bounce::Hard));
        }),
        with(told(Status::Opened, 21), |event| event.machine = true),
        told(Status::Opened, 90),
        told(Status::Clicked, 95),
        told(Status::Complained, 99),
    ];
    assert_eq!(every_order(&events), 1 + 9 + 72 + 504 + 3_024 + 15_120 + 60_480);
}

#[test]
fn every_order_of_up_to_six_events_of_an_sms_ends_the_same() {
    let paid =
        |event, micros| with(event, |event| event.cost = Some(Money::new(micros, Currency::INR)));
    let failed = |code: &str| {
        with(told(Status::Failed, 30), |event| {
            (event.code, event.reason) = (Some(code.into()), Some("no route".into()));
        })
    };
    let events = [
        told(Status::Queued, 0),
        paid(told(Status::Sent, 3), 120_000),
        paid(told(Status::Delivered, 8), 124_500),
        told(Status::Delivered, 7),
        failed("30003"),
        failed("30005"),
        with(told(Status::Failed, 2), |event| event.timestamp = None),
        told(Status::Read, 50),
    ];
    assert_eq!(every_order(&events), 28_961);
}

#[test]
fn every_order_of_up_to_six_events_of_a_call_ends_the_same() {
    let recording = with(Event::new(EventKind::Other, "twilio", Proof::Signature), |event| {
        event.dedup_key = "recording".into();
    });
    let events = [
        told(Status::Queued, 0),
        call(told(Status::Ringing, 1), r#"{"sequence": 1}"#),
        call(told(Status::Answered, 4), r#"{"sequence": 2, "answered_by": "unknown"}"#),
        call(told(Status::NoAnswer, 2), r#"{"attempt": 1, "sip_code": 480}"#),
        call(told(Status::Busy, 3), r#"{"attempt": 1, "sip_code": 486}"#),
        call(
            told(Status::Completed, 40),
            r#"{"attempt": 2, "duration_seconds": 36, "answered_by": "human"}"#,
        ),
        call(recording, r#"{"recording": {"id": "RE1"}, "digits": "1"}"#),
        call(told(Status::Completed, 40), r#"{"speech": "yes", "confidence": 0.9}"#),
    ];
    assert_eq!(every_order(&events), 28_961);
    let mut state = MessageState::new();
    for event in &events {
        state.apply(event);
    }
    let outcome = state.call().unwrap();
    assert_eq!(state.status(), Some(Status::Completed));
    assert_eq!((outcome.duration_seconds, outcome.attempt), (Some(36), Some(2)));
    assert_eq!(outcome.digits.as_deref(), Some("1"));
    assert_eq!(outcome.recording.unwrap().id.as_deref(), Some("RE1"));
}

#[test]
fn a_state_says_what_a_host_asks() {
    let mut state = MessageState::new();
    assert_eq!((state.status(), state.is_final()), (None, false));
    state.apply(&told(Status::Deferred, 5));
    assert_eq!(state.status(), Some(Status::Deferred));
    assert_eq!(state.apply(&told(Status::Sent, 9)), Applied::Advanced);
    assert_eq!(state.apply(&told(Status::Deferred, 2)), Applied::Noted);
    assert_eq!(state.status(), Some(Status::Sent));
    state.apply(&told(Status::Delivered, 20));
    assert!(state.is_final() && state.arrived() && !state.opened());
    let machine = with(told(Status::Clicked, 21), |event| event.machine = true);
    assert_eq!(state.apply(&machine), Applied::Noted);
    assert!(!state.opened());
    let bounced = with(told(Status::BouncedSoft, 30), |event| event.code = Some("452".into()));
    assert_eq!(state.apply(&bounced), Applied::Advanced);
    assert_eq!(state.failure().unwrap().code.as_deref(), Some("452"));
    assert_eq!(state.delivered_at(), Some(at(20)));
    for second in 40..140 {
        state.apply(&told(Status::Opened, second));
    }
    assert_eq!((state.status(), state.opens(), state.clicks()), (Some(Status::Opened), 32, 0));
    assert!(state.failure().is_none() && state.arrived());
    assert_eq!(state.machine(Status::Clicked).unwrap().count(), 1);
    state.apply(&told(Status::Unsubscribed, 150));
    assert!(state.unsubscribed());
    state.apply(&told(Status::Resubscribed, 160));
    assert!(!state.unsubscribed() && !state.complained());
    assert_eq!(state.status(), Some(Status::Opened));
    let inbound = Event::new(EventKind::Inbound, "twilio", Proof::Signature);
    assert_eq!(state.apply(&inbound), Applied::NotAbout);
}

const STATUSES: [Status; 19] = [
    Status::Answered,
    Status::BouncedHard,
    Status::BouncedSoft,
    Status::Busy,
    Status::Clicked,
    Status::Complained,
    Status::Completed,
    Status::Deferred,
    Status::Delivered,
    Status::Failed,
    Status::NoAnswer,
    Status::Opened,
    Status::Queued,
    Status::Read,
    Status::Rejected,
    Status::Resubscribed,
    Status::Ringing,
    Status::Sent,
    Status::Unsubscribed,
];

#[test]
fn ranks_stay_what_stores_have_written_down() {
    let ranks = STATUSES.map(rank).map(Option::unwrap_or_default);
    assert_eq!(ranks, [45, 55, 50, 52, 72, 0, 60, 25, 40, 53, 51, 71, 10, 70, 54, 0, 30, 20, 0]);
    // A delivery that is told late undoes no bounce, and no failure a read.
    for (first, late) in [(Status::BouncedHard, Status::Delivered), (Status::Read, Status::Failed)]
    {
        let mut state = MessageState::new();
        state.apply(&told(first, 1));
        assert_eq!(state.apply(&told(late, 99)), Applied::Noted);
        assert_eq!(state.status(), Some(first));
    }
}

fn any_event() -> impl Strategy<Value = Event> {
    let time = prop::option::of(0..50_i64);
    let code = prop::option::of("[0-9]{1,2}");
    let call = prop::option::of((prop::option::of(0..5_u64), prop::option::of(0..9_u64)));
    let of = (
        0..STATUSES.len(),
        time,
        code,
        any::<bool>(),
        call,
        0..200_u32,
        prop::option::of(-5..5_i64),
    );
    of.prop_map(|(status, time, code, machine, call, key, cost)| {
        let mut event = Event::of_status(STATUSES[status], "any", Proof::Shared);
        event.timestamp = time.map(at);
        (event.code, event.machine, event.dedup_key) = (code, machine, key.to_string());
        event.cost = cost.map(|micros| Money::new(micros, Currency::INR));
        event.call = call.map(|(sequence, seconds)| {
            let mut outcome = CallOutcome::default();
            (outcome.sequence, outcome.duration_seconds) = (sequence, seconds);
            Box::new(outcome)
        });
        event
    })
}

proptest! {
    #[test]
    fn long_histories_end_the_same_in_any_order_in_parts_and_through_json(
        events in prop::collection::vec(any_event(), 0..60),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..120),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut state = MessageState::new();
        for event in &events {
            state.apply(event);
        }
        // Any order with repetitions, then all, backwards.
        let mut other = MessageState::new();
        if !events.is_empty() {
            for index in &order {
                other.apply(index.get(&events));
            }
        }
        for event in events.iter().rev() {
            other.apply(event);
        }
        prop_assert_eq!(&other, &state);
        // Two stores that each saw a part.
        let (left, right) = events.split_at(if events.is_empty() { 0 } else { cut.index(events.len()) });
        let [mut a, mut b] = [left, right].map(|part| {
            let mut state = MessageState::new();
            for event in part {
                state.apply(event);
            }
            state
        });
        let json = serde_json::to_string(&a).unwrap();
        a = serde_json::from_str(&json).unwrap();
        let mut joined = b.clone();
        joined.join(&a);
        a.join(&b);
        b = serde_json::from_value(serde_json::to_value(&state).unwrap()).unwrap();
        prop_assert_eq!(&a, &state);
        prop_assert_eq!(&joined, &state);
        prop_assert_eq!(&b, &state);
    }
}

fn id(number: u64) -> MessageId {
    format!("0190c0de-0000-7000-8000-{number:012x}").parse().unwrap()
}

fn number(index: u64) -> PhoneNumber {
    PhoneNumber::parse(format!("+9198450{index:05}")).unwrap()
}

fn sms(index: u64) -> Receipt {
    let envelope = Envelope::new(id(index), Sms::to(number(index)).text("x"));
    let receipt = Receipt::new("twilio.sms", &envelope, now());
    receipt.with_provider_message_id(Some(format!("SM{index}")))
}

fn mail(index: u64, people: &[&str], provider_id: &str) -> Receipt {
    let mut email = Email::default();
    for person in people {
        email = email.and_to(EmailAddress::parse(*person).unwrap());
    }
    let receipt = Receipt::new("sendgrid.email", &Envelope::new(id(index), email), now());
    receipt.with_provider_message_id(Some(provider_id))
}

fn of_mail(status: Status, second: i64, person: Option<&str>, provider_id: &str) -> Event {
    with(told(status, second), |event| {
        (event.provider, event.channel) = ("sendgrid".into(), Some(Kind::Email));
        event.recipient = person.map(str::to_owned);
        event.provider_message_id = Some(provider_id.into());
        event.dedup_key.push_str(person.unwrap_or_default());
    })
}

fn of_sms(status: Status, second: i64, provider_id: &str) -> Event {
    with(told(status, second), |event| event.provider_message_id = Some(provider_id.into()))
}

fn statuses(tracker: &StatusTracker, index: u64) -> Vec<Option<Status>> {
    tracker.states(id(index)).map(|(_, state)| state.status()).collect()
}

/// Every order of `rest` after `order`.
fn orders(rest: &[usize], order: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
    if rest.is_empty() {
        all.push(order.clone());
    }
    for index in rest {
        order.push(*index);
        let others: Vec<_> = rest.iter().copied().filter(|other| other != index).collect();
        orders(&others, order, all);
        order.pop();
    }
}

#[test]
fn sends_and_events_meet_in_every_order() {
    enum Step {
        Record(Box<Receipt>),
        Apply(Box<Event>),
    }
    // One request of SendGrid for two mails, the second to two people.
    let steps = [
        Step::Record(Box::new(mail(1, &["asha@example.com"], "req"))),
        Step::Record(Box::new(mail(2, &["Ravi@example.com", "tara@example.com"], "req"))),
        Step::Apply(Box::new(of_mail(Status::Delivered, 9, Some("ASHA@example.com"), "req"))),
        Step::Apply(Box::new(of_mail(Status::BouncedHard, 8, Some("ravi@example.com"), "req"))),
        Step::Apply(Box::new(of_mail(Status::Sent, 2, None, "req"))),
        Step::Apply(Box::new(of_mail(Status::Opened, 20, Some("tara@example.com"), "req"))),
    ];
    let mut all = Vec::new();
    orders(&(0..steps.len()).collect::<Vec<_>>(), &mut Vec::new(), &mut all);
    assert_eq!(all.len(), 720);
    let mut ends: Vec<Vec<MessageState>> = Vec::new();
    for order in all {
        let mut tracker = StatusTracker::default();
        // Everything twice: providers and hosts repeat themselves.
        for index in order.iter().chain(&order) {
            match &steps[*index] {
                Step::Record(receipt) => drop(tracker.record(&**receipt, now())),
                Step::Apply(event) => drop(tracker.apply(event, now())),
            }
        }
        assert_eq!(statuses(&tracker, 1), [Some(Status::Delivered)], "{order:?}");
        assert_eq!(statuses(&tracker, 2), [Some(Status::BouncedHard), Some(Status::Opened)]);
        let end = [1, 2].into_iter().flat_map(|index| {
            tracker.states(id(index)).map(|(_, state)| state.clone()).collect::<Vec<_>>()
        });
        ends.push(end.collect());
    }
    assert!(ends.iter().all(|end| *end == ends[0]));
}

#[test]
fn a_thousand_messages_each_get_their_own_events() {
    let mut tracker = StatusTracker::default();
    for index in 0..1_000 {
        let provider_id = format!("SM{index}");
        if index % 2 == 0 {
            tracker.apply(&of_sms(Status::Delivered, index, &provider_id), now());
        }
        let updates = tracker.record(&sms(index.unsigned_abs()), now());
        assert_eq!(updates.len(), usize::from(index % 2 == 0));
    }
    for index in (0..1_000).rev() {
        let updates = tracker.apply(&of_sms(Status::Sent, index, &format!("SM{index}")), now());
        assert_eq!((updates.len(), updates[0].id), (1, id(index.unsigned_abs())));
    }
    for index in 0..1_000 {
        let wanted = if index % 2 == 0 { Status::Delivered } else { Status::Sent };
        assert_eq!(statuses(&tracker, index), [Some(wanted)]);
    }
    assert_eq!((tracker.len(), tracker.parked()), (1_000, 0));
}

#[test]
fn an_event_finds_its_message_by_the_reference_too() {
    let reference =
        |status, text: &str| with(told(status, 1), |event| event.callback_data = Some(text.into()));
    let mut tracker = StatusTracker::default();
    let mut receipt = sms(1);
    receipt.provider_message_id = None;
    assert!(tracker.apply(&reference(Status::Sent, "invoice 7"), now()).is_empty());
    let updates = tracker.record(Sent::from(&receipt).callback_data("invoice 7"), now());
    assert_eq!(updates.len(), 1);
    assert_eq!(tracker.apply(&reference(Status::Delivered, &id(1).to_string()), now()).len(), 1);
    // Another copy of it, under another id, is not this one.
    tracker.record(&sms(2), now());
    let copy = with(reference(Status::Failed, &id(2).to_string()), |event| {
        event.provider_message_id = Some("SM-other".into());
    });
    assert!(tracker.apply(&copy, now()).is_empty());
    // A reference of several messages tells none.
    tracker.record(Sent::from(&sms(3)).callback_data("campaign"), now());
    tracker.record(Sent::from(&sms(4)).callback_data("campaign"), now());
    assert!(tracker.apply(&reference(Status::Delivered, "campaign"), now()).is_empty());
    // But the person may.
    let named = with(reference(Status::Delivered, "campaign"), |event| {
        event.recipient = Some("919845000004".into());
    });
    assert_eq!(tracker.apply(&named, now())[0].id, id(4));
}

#[test]
fn the_recipient_is_known_in_the_spelling_of_the_provider() {
    let mut tracker = StatusTracker::default();
    let mut receipt = sms(1);
    receipt.recipients.push(RecipientOutcome::accepted(Recipient::Phone(number(2))));
    let refusal = dakiya::Error::new(dakiya::ErrorKind::InvalidRecipient, "no");
    receipt.recipients.push(RecipientOutcome::refused(Recipient::Phone(number(3)), refusal));
    tracker.record(&receipt, now());
    assert_eq!(tracker.states(id(1)).count(), 2);
    for (spelling, count) in [
        ("whatsapp:+919845000002", 1),
        ("919845000002", 1),
        ("+91 98450 00001", 1),
        ("+919845099999", 0),
    ] {
        let event = with(of_sms(Status::Read, 1, "SM1"), |event| {
            event.recipient = Some(spelling.into());
        });
        assert_eq!(tracker.apply(&event, now()).len(), count, "{spelling}");
    }
    let nobody = of_sms(Status::Sent, 1, "SM1");
    assert_eq!(tracker.apply(&nobody, now()).len(), 2);
    let elsewhere = with(nobody, |event| event.provider = "netcore".into());
    assert!(tracker.apply(&elsewhere, now()).is_empty());
    // Argentina's numbers have a 9 in WhatsApp.
    let own = PhoneNumber::parse("+541155551234").unwrap();
    let envelope = Envelope::new(id(9), dakiya::WhatsApp::to(own).text("x"));
    let receipt = Receipt::new("meta.whatsapp", &envelope, now());
    tracker.record(&receipt.with_provider_message_id(Some("wamid.1")), now());
    let read = with(of_sms(Status::Read, 1, "wamid.1"), |event| {
        (event.provider, event.channel) = ("meta".into(), Some(Kind::WhatsApp));
        event.recipient = Some("5491155551234".into());
    });
    assert_eq!(tracker.apply(&read, now()).len(), 1);
}

#[test]
fn what_is_held_has_bounds() {
    let mut capacity = Capacity::default();
    (capacity.messages, capacity.parked) = (10, 5);
    let mut tracker = StatusTracker::new(capacity);
    for index in 0..100 {
        tracker.apply(&of_sms(Status::Sent, index, &format!("no{index}")), now());
        tracker.record(&sms(index.unsigned_abs()), now());
        assert!(tracker.len() <= 10 && tracker.parked() <= 5);
    }
    assert_eq!((tracker.len(), tracker.parked()), (10, 5));
    assert!(tracker.states(id(0)).next().is_none());
    let later = now().checked_add(capacity.wait).unwrap();
    tracker.expire(later);
    assert_eq!(tracker.parked(), 5);
    tracker.expire(later.checked_add(std::time::Duration::from_secs(1)).unwrap());
    assert_eq!((tracker.len(), tracker.parked()), (10, 0));
    tracker.expire(later.checked_add(capacity.keep).unwrap());
    assert!(tracker.is_empty());
    assert_eq!(format!("{tracker:?}"), "StatusTracker(0 messages, 0 events wait)");
}

#[test]
fn a_fallback_to_another_kind_has_a_state_of_its_own() {
    let envelope = Envelope::new(id(1), dakiya::Rcs::to(number(1)).text("x"));
    let receipt = Receipt::new("netcore.rcs", &envelope, now());
    let receipt = receipt.with_provider_message_id(Some("r1"));
    let event = |status, second, kind| {
        with(told(status, second), |event| {
            (event.provider, event.channel) = ("netcore".into(), Some(kind));
            event.provider_message_id = Some("r1".into());
            event.recipient = Some("919845000001".into());
            event.dedup_key += &kind.to_string();
        })
    };
    let events = [
        event(Status::Failed, 5, Kind::Rcs),
        event(Status::Sent, 6, Kind::Sms),
        event(Status::Delivered, 9, Kind::Sms),
    ];
    for (first, second, third) in [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
    {
        for recorded in 0..=3 {
            let mut tracker = StatusTracker::default();
            for (step, index) in [first, second, third].into_iter().enumerate() {
                if step == recorded {
                    tracker.record(&receipt, now());
                }
                tracker.apply(&events[index], now());
            }
            // To record and to tell it again changes nothing.
            tracker.record(&receipt, now());
            tracker.record(&receipt, now());
            for event in &events {
                let updates = tracker.apply(event, now());
                assert!(updates.iter().all(|update| update.applied == Applied::Unchanged));
            }
            assert_eq!(statuses(&tracker, 1), [Some(Status::Failed), Some(Status::Delivered)]);
            assert_eq!(tracker.parked(), 0);
        }
    }
    // A mail, or a call, of the same id is another message.
    let mut tracker = StatusTracker::default();
    tracker.record(&receipt, now());
    for kind in [Kind::Email, Kind::Voice] {
        assert!(tracker.apply(&event(Status::Delivered, 1, kind), now()).is_empty());
    }
}

#[test]
fn what_waits_is_bounded_in_bytes_too() {
    let long = |bytes: usize| "w".repeat(bytes);
    let mut tracker = StatusTracker::default();
    let event = with(of_sms(Status::Failed, 1, "SM1"), |event| {
        event.reason = Some(format!("{}é", long(999)));
        event.metadata.insert("all".into(), long(1 << 20).into());
    });
    tracker.apply(&event, now());
    let wide = with(of_sms(Status::Sent, 1, &long(1 << 20)), |event| event.dedup_key = "w".into());
    tracker.apply(&wide, now());
    assert_eq!(tracker.parked(), 1);
    let updates = tracker.record(&sms(1), now());
    let kept = updates[0].state.failure().unwrap().reason.clone().unwrap();
    assert_eq!(kept, long(999), "and no half of a letter");
    assert_eq!(tracker.apply(&event, now())[0].applied, Applied::Unchanged);
}

#[tokio::test]
async fn what_a_provider_repeats_comes_again_and_changes_nothing() {
    use dakiya::webhook::{Request, Router};
    let clock = dakiya::testing::ManualClock::at(now());
    let router = Router::builder(clock.shared())
        .public_url("https://erp.example.net")
        .route("/hooks", super::mailgun::receiver())
        .build()
        .unwrap();
    let body = r#"{"event-data": {"event": "delivered", "id": "e1", "timestamp": 1790000000.5,
        "recipient": "asha@example.com", "message": {"headers": {"message-id": "m1@example.com"}}}}"#;
    let mut request = Request::post("/hooks", body);
    request.headers.insert("content-type", http::HeaderValue::from_static("application/json"));
    let request = super::mailgun::sign(request);
    let mut tracker = StatusTracker::default();
    let first = router.receive(request.clone()).await;
    let [event] = &*first.events else { panic!("{first:?}") };
    let email = Email::to(EmailAddress::parse("asha@example.com").unwrap());
    let receipt = Receipt::new("mailgun.email", &Envelope::new(id(1), email), now());
    let receipt = receipt.with_provider_message_id(event.provider_message_id.clone());
    tracker.record(&receipt, now());
    assert_eq!(tracker.apply(event, now())[0].applied, Applied::Advanced);
    for _ in 0..3 {
        let again = router.receive(request.clone()).await;
        assert!(again.repeated && again.refused.is_none());
        assert_eq!(again.events, first.events);
        assert_eq!(tracker.apply(&again.events[0], now())[0].applied, Applied::Unchanged);
    }
    assert_eq!(statuses(&tracker, 1), [Some(Status::Delivered)]);
}

#[test]
fn no_debug_shows_an_address_or_what_was_said() {
    let mut tracker = StatusTracker::default();
    let sent = Sent::from(&sms(1)).callback_data("for asha");
    let said = call(of_sms(Status::Completed, 1, "SM1"), r#"{"digits": "4455", "speech": "ravi"}"#);
    let shown = format!("{sent:?} {tracker:?} {:?}", {
        tracker.record(sent.clone(), now());
        tracker.apply(&said, now())
    });
    for hidden in ["9845000001", "asha", "4455", "ravi"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
