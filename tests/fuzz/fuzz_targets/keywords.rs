//! What people write, and states folded from any events: never a panic, the same in every order.
#![no_main]

use dakiya::{
    Event, Kind, Region,
    compliance::keywords::{Keywords, Replies},
    event::EventKind,
    tracking::{Applied, MessageState},
    webhook::Proof,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let keywords = Keywords::standard().loose();
    for country in [None, Some(Region::INDIA), Region::parse("US").ok()] {
        let found = keywords.matches(text, country);
        assert_eq!(found, keywords.matches(&format!("\u{200d} {text} !"), country));
    }
    for channel in [Kind::Email, Kind::Sms, Kind::WhatsApp] {
        let mut event = Event::new(EventKind::Inbound, "any", Proof::Unverified);
        event.channel = Some(channel);
        event.text = Some(text.into());
        event.sender = Some(text.chars().rev().take(40).collect());
        if let Some(answer) = keywords.answer(&event, &Replies::standard("any")) {
            let _ = (answer.sms(), answer.whatsapp(), answer.rcs(), answer.email());
        }
    }
    let events: Vec<Event> =
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).take(20).collect();
    let (mut state, mut backwards) = (MessageState::new(), MessageState::new());
    for event in &events {
        state.apply(event);
        let known = state.clone();
        assert!(matches!(state.apply(event), Applied::Unchanged | Applied::NotAbout));
        assert!(state == known);
    }
    events.iter().rev().for_each(|event| {
        backwards.apply(event);
    });
    assert!(state == backwards);
    // A fraction may come back as its neighbour.
    if events.iter().filter_map(|event| event.call.as_ref()).any(|call| call.confidence.is_some()) {
        return;
    }
    let json = serde_json::to_string(&state).expect("a state is JSON");
    assert!(serde_json::from_str::<MessageState>(&json).expect("and comes back") == state);
});
