//! Netcore's answers to mail: any bytes under any status.
#![no_main]

use std::sync::Arc;

use bytes::Bytes;
use dakiya::{
    Channel, Email, EmailAddress, Envelope, MessageId, Timestamp,
    netcore::email::Account,
    testing::{MockTransport, SeededEntropy},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, &[u8])| {
    let (status, body) = input;
    let mut answer = http::Response::new(Bytes::copy_from_slice(body));
    let Ok(status) = http::StatusCode::from_u16(100 + status % 500) else { return };
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
