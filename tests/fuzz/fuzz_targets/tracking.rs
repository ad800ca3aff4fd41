//! States and suppressions folded from any events, an event a line: the same in every order,
//! however often.
#![no_main]

use dakiya::{
    Event,
    compliance::suppression::SuppressionList,
    tracking::{Applied, MessageState, Sent, StatusTracker},
};
use dakiya_fuzz::{sms, webhooks::now};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Event>(line).ok());
    let mut events: Vec<Event> = lines.take(20).collect();
    for (index, event) in events.iter_mut().enumerate() {
        event.dedup_key = index.to_string();
    }
    let mut state = MessageState::new();
    for event in &events {
        state.apply(event);
        let known = state.clone();
        assert!(matches!(state.apply(event), Applied::Unchanged | Applied::NotAbout));
        assert!(state == known);
    }
    for (before, after) in (0..events.len()).map(|at| events.split_at(at)) {
        let mut other = MessageState::new();
        for event in after.iter().chain(before).rev() {
            other.apply(event);
        }
        assert!(state == other, "another order, another state");
    }
    let (list, again) = (SuppressionList::new(), SuppressionList::new());
    for event in &events {
        assert_eq!(list.apply(event), again.apply(event));
        again.apply(event);
    }
    assert_eq!(format!("{list:?}"), format!("{again:?}"), "the same event twice counts twice");
    follow(&events);
    // A fraction may come back as its neighbour.
    if events.iter().filter_map(|event| event.call.as_ref()).any(|call| call.confidence.is_some()) {
        return;
    }
    let json = serde_json::to_string(&state).expect("a state is JSON");
    assert!(serde_json::from_str::<MessageState>(&json).expect("and comes back") == state);
});

/// Whether the send is recorded before or after its events makes no difference.
fn follow(events: &[Event]) {
    let envelope = sms();
    let mut receipt = dakiya::Receipt::new("twilio.sms", &envelope, now());
    receipt.provider_message_id = Some("SM1".into());
    let sent = Sent::from(&receipt).callback_data("ours");
    let (mut early, mut late) = (StatusTracker::default(), StatusTracker::default());
    early.record(sent.clone(), now());
    for event in events {
        early.apply(event, now());
        late.apply(event, now());
    }
    late.record(sent, now());
    let same = early.states(envelope.id).eq(late.states(envelope.id));
    assert!(same, "the order of send and events tells");
}
