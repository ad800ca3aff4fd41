//! What people write: never a panic, and the same words whatever stands around them.
#![no_main]

use std::sync::LazyLock;

use dakiya::{
    Event, Kind, Region,
    compliance::keywords::{Keywords, Replies},
    event::EventKind,
    webhook::Proof,
};
use libfuzzer_sys::fuzz_target;

static KEYWORDS: LazyLock<Keywords> = LazyLock::new(|| Keywords::standard().loose());
static REPLIES: LazyLock<Replies> = LazyLock::new(|| Replies::standard("any"));

fuzz_target!(|text: &str| {
    let keywords = &*KEYWORDS;
    for country in [None, Some(Region::INDIA), Region::parse("US").ok()] {
        let found = keywords.matches(text, country);
        assert_eq!(found, keywords.matches(&format!("\u{200d} {text} !"), country));
    }
    for channel in [Kind::Email, Kind::Sms, Kind::WhatsApp] {
        let mut event = Event::new(EventKind::Inbound, "any", Proof::Unverified);
        event.channel = Some(channel);
        event.text = Some(text.into());
        event.sender = Some(text.chars().rev().take(40).collect());
        if let Some(answer) = keywords.answer(&event, &REPLIES) {
            drop((answer.sms(), answer.whatsapp(), answer.rcs(), answer.email()));
        }
    }
});
