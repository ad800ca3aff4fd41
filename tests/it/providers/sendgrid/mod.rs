use dakiya::{
    Email, EmailAddress, Envelope, Mailbox,
    http::Response,
    sendgrid::{SendGrid, SendGridBuilder},
    testing::{ManualClock, MockTransport},
};
use serde_json::Value;

use crate::support::specs::checked;

mod batch;
mod email;
mod errors;
mod manage;
mod seen;

const KEY: &str = "SG.k3y.s3cr3t";
const ID: &str = "0190b2f4-6c00-7000-8000-000000000001";
const NOW: &str = "2026-03-14T15:00:00Z";

fn account(mock: &MockTransport) -> SendGridBuilder {
    SendGrid::builder(KEY)
        .from(Mailbox::parse("Acme Billing <billing@mail.acme.example>").unwrap())
        .transport(checked(mock.shared()))
        .clock(ManualClock::at(NOW.parse().unwrap()).shared())
}

fn accepting() -> MockTransport {
    MockTransport::answering(202, "")
}

fn accepted(id: &str) -> Response<bytes::Bytes> {
    Response::builder().status(202).header("x-message-id", id).body("".into()).unwrap()
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn mail(to: &str) -> Email {
    Email::to(address(to)).subject("Invoice").text("Attached.")
}

fn envelope(mail: Email) -> Envelope<Email> {
    Envelope::new(ID.parse().unwrap(), mail)
}

fn numbered(number: usize, mail: Email) -> Envelope<Email> {
    Envelope::new(format!("00000000-0000-7000-8000-{number:012}").parse().unwrap(), mail)
}

fn bodies(mock: &MockTransport) -> Vec<Value> {
    let body = |request: &dakiya::http::Request<bytes::Bytes>| {
        serde_json::from_slice(request.body()).unwrap()
    };
    mock.requests().iter().map(body).collect()
}

fn called(mock: &MockTransport) -> Vec<String> {
    let line = |request: &dakiya::http::Request<bytes::Bytes>| {
        let path = request.uri().path_and_query().unwrap();
        let body = String::from_utf8_lossy(request.body());
        format!("{} {path} {body}", request.method()).trim_end().to_owned()
    };
    mock.requests().iter().map(line).collect()
}
