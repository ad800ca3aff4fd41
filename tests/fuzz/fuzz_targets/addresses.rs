//! Addresses and numbers as people write them: never a panic, never a line break let through.
#![no_main]

use dakiya::{EmailAddress, Mailbox, PhoneNumber, Region, Segments, SenderId, WhatsAppAddress};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let taken = [
        EmailAddress::parse(text).map(String::from),
        Mailbox::parse(text).map(|mailbox| mailbox.email.into()),
        PhoneNumber::parse(text).map(String::from),
        PhoneNumber::parse_in(text, Region::INDIA).map(String::from),
        SenderId::parse(text).map(String::from),
        WhatsAppAddress::parse(text).map(String::from),
    ];
    for address in taken.into_iter().flatten() {
        assert!(!address.contains(['\r', '\n', '\0']));
    }
    assert!(Segments::of(text).segments >= 1);
});
