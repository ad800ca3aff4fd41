//! DLT registrations and texts: the matcher ends, and quickly, whatever it is given.
#![no_main]

use dakiya::{
    Dlt, Envelope, MessageId, PhoneNumber, Sms, Timestamp,
    compliance::dlt::{Category, Registration, Registry},
    testing::SeededEntropy,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (String, String)| {
    let (registered, text) = input;
    let id = "1107000000000000101";
    let registration = Registration::new(id, registered, Category::ServiceImplicit).header("DRISHT");
    let registry = Registry::builder().entity("1101000000000000017").template(registration).build();
    let (Ok(registry), Ok(to)) = (registry, PhoneNumber::parse("+919845000012")) else { return };
    let now = Timestamp::UNIX_EPOCH;
    let sms = Sms::to(to).text(text).dlt(Dlt::template(id));
    let mut envelope = Envelope::new(MessageId::new(now, &SeededEntropy::new(1)), sms);
    let _ = registry.comply(&mut envelope, now);
});
