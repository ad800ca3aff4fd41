//! What a mail server answers: replies one after another, and the extensions they may list.
#![no_main]

use libfuzzer_sys::fuzz_target;

use self::{extension::Extensions, reply::Reply};

// The parsers are private and need nothing else of the crate.
#[allow(dead_code)]
#[path = "../../../src/providers/smtp/extension.rs"]
mod extension;
#[allow(dead_code)]
#[path = "../../../src/providers/smtp/reply.rs"]
mod reply;

fuzz_target!(|input: &[u8]| {
    let mut rest = input;
    while let Ok(Some((reply, taken))) = Reply::parse(rest) {
        assert!((200..600).contains(&reply.code()));
        assert!(reply.queue_id().is_none_or(|id| reply.text().contains(id)));
        assert!(reply.to_string().len() <= "550 5.123.123".len());
        let _ = Extensions::parse(&reply);
        let (read, after) = rest.split_at(taken);
        // What comes after a reply changes nothing in it, and without its end there is none.
        assert_eq!(Reply::parse(read), Ok(Some((reply, taken))));
        assert_eq!(Reply::parse(&read[..taken - 1]), Ok(None));
        rest = after;
    }
});
