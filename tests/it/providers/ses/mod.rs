use dakiya::{
    Email, EmailAddress, Envelope, Mailbox, MessageId,
    ses::{self, Ses, SesBuilder},
    testing::{ManualClock, MockTransport},
};
use serde_json::Value;

use crate::support::specs::checked;

mod batch;
mod email;
mod errors;
mod manage;
mod moto;
mod signing;

const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const ACCEPTED: &str = r#"{"MessageId":"0100019c-7d1e-000000"}"#;

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn clock() -> ManualClock {
    ManualClock::at("2026-03-14T15:09:26Z".parse().unwrap())
}

fn account(mock: &MockTransport) -> SesBuilder {
    Ses::builder("us-east-1", ses::keys(KEY, SECRET))
        .from(Mailbox::parse("Example ERP <billing@erp.example.org>").unwrap())
        .transport(checked(mock.shared()))
        .clock(clock().shared())
}

fn mail(to: &str) -> Email {
    Email::to(address(to)).subject("Invoice").text("Attached.")
}

fn numbered(number: u128, mail: Email) -> Envelope<Email> {
    let id: MessageId = format!("00000000-0000-7000-8000-{number:012}").parse().unwrap();
    Envelope::new(id, mail)
}

fn envelope(mail: Email) -> Envelope<Email> {
    numbered(1, mail)
}

fn bodies(mock: &MockTransport) -> Vec<Value> {
    let requests = mock.requests();
    requests.iter().map(|request| serde_json::from_slice(request.body()).unwrap()).collect()
}

fn paths(mock: &MockTransport) -> Vec<String> {
    let requests = mock.requests();
    let shown = |uri: &http::Uri| uri.path_and_query().unwrap().to_string();
    requests.iter().map(|one| format!("{} {}", one.method(), shown(one.uri()))).collect()
}
