//! Netcore's answers to SMS: XML, JSON or anything else under HTTP 200.
#![no_main]

use std::sync::Arc;

use bytes::Bytes;
use dakiya::{
    Channel, Dlt, Envelope, MessageId, PhoneNumber, Sms, Timestamp,
    netcore::sms::Account,
    testing::{MockTransport, SeededEntropy},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let answer = http::Response::new(Bytes::copy_from_slice(body));
    let transport = MockTransport::new().then_response(answer);
    let account = Account::builder("390001", "user", "password")
        .from("DRISHT".parse::<dakiya::SenderId>().expect("a sender"))
        .entity("1101000000000000017")
        .transport(Arc::new(transport))
        .build()
        .expect("an account");
    let to = PhoneNumber::parse("+919845000012").expect("a number");
    let sms = Sms::to(to).text("Ready").dlt(Dlt::template("1107000000000000101"));
    let id = MessageId::new(Timestamp::UNIX_EPOCH, &SeededEntropy::new(1));
    let _ = futures_executor::block_on(account.send(&Envelope::new(id, sms)));
});
