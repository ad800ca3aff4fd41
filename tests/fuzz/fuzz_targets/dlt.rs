//! DLT registrations and texts: the matcher ends, and quickly, whatever it is given.
//!
//! The input is a registered text, a record separator (0x1E), and the text of a message.
#![no_main]

use dakiya::{
    Dlt, Envelope, MessageId, PhoneNumber, Sms, Timestamp,
    compliance::dlt::{Category, Registration, Registry},
    testing::SeededEntropy,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let (registered, text) = input.split_once('\u{1e}').unwrap_or((input, input));
    let id = "1107000000000000101";
    let registration =
        Registration::new(id, registered, Category::ServiceImplicit).header("DRISHT");
    let registry = Registry::builder().entity("1101000000000000017").template(registration).build();
    let (Ok(registry), Ok(to)) = (registry, PhoneNumber::parse("+919845000012")) else { return };
    let pattern = registry.get(id).expect("what was added").pattern();
    if let Ok(values) = pattern.matches(text) {
        assert_eq!(values.len(), pattern.variables().count());
        assert!(values.iter().all(|value| text.contains(value)));
    }
    let now = Timestamp::UNIX_EPOCH;
    let sms = Sms::to(to).text(text).dlt(Dlt::template(id));
    let mut envelope = Envelope::new(MessageId::new(now, &SeededEntropy::new(1)), sms);
    if let Err(error) = registry.comply(&mut envelope, now) {
        assert!(!error.faults().is_empty());
    }
});
