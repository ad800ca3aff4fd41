//! Netcore's answers to mail: any bytes under any status.
//!
//! The input is the three digits of the status, then the body.
#![no_main]

use std::sync::Arc;

use bytes::Bytes;
use dakiya::{
    Channel, Email, EmailAddress, Envelope, MessageId, Timestamp,
    netcore::email::Account,
    testing::{MockTransport, SeededEntropy},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((status, body)) = input.split_first_chunk::<3>() else { return };
    let Ok(status) = http::StatusCode::from_bytes(status) else { return };
    let mut answer = http::Response::new(Bytes::copy_from_slice(body));
    *answer.status_mut() = status;
    let from = EmailAddress::parse("shop@example.com").expect("an address");
    let account = Account::builder("key")
        .from(from.into())
        .transport(Arc::new(MockTransport::new().then_response(answer)))
        .build()
        .expect("an account");
    let to = EmailAddress::parse("asha@example.com").expect("an address");
    let mail = Email::to(to).subject("Ready").html("<p>Ready</p>");
    let id = MessageId::new(Timestamp::UNIX_EPOCH, &SeededEntropy::new(1));
    let _ = futures_executor::block_on(account.send(&Envelope::new(id, mail)));
});
