//! Provider URLs, routes in routes among them.
#![no_main]

use dakiya::Messenger;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(error) = Messenger::builder().url(text) {
        assert!(!error.to_string().is_empty());
    }
});
