//! Mailgun: what goes over the wire, and what is made of what comes back.

use bytes::Bytes;
use dakiya::{
    Delivery, Email, EmailAddress, Envelope, Mailbox, MessageId,
    http::Request,
    mailgun::{Mailgun, MailgunBuilder, email::Options},
    testing::{ManualClock, MockTransport},
};

mod batch;
mod by_url;
mod email;
mod errors;
mod manage;
mod seen;
mod whole;

const KEY: &str = "key-3f1c9c0e5b7a4d2f";
const ID: &str = "0190b2f4-6c00-7000-8000-000000000001";
const ACCEPTED: &str =
    r#"{"id":"<20260314150926.1.4F2A@mg.acme.example>","message":"Queued. Thank you."}"#;

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn builder(transport: &MockTransport) -> MailgunBuilder {
    Mailgun::builder(KEY, "mg.acme.example")
        .from(Mailbox::parse("Acme Billing <billing@mg.acme.example>").unwrap())
        .transport(transport.shared())
        .clock(ManualClock::at("2026-03-14T15:00:00Z".parse().unwrap()).shared())
}

fn account(transport: &MockTransport) -> Mailgun {
    builder(transport).build().unwrap()
}

fn accepting() -> MockTransport {
    MockTransport::answering(200, ACCEPTED)
}

fn mail(to: &str) -> Email {
    Email::to(address(to)).subject("Invoice").text("Attached.")
}

fn envelope(mail: Email) -> Envelope<Email> {
    Envelope::new(ID.parse().unwrap(), mail)
}

fn numbered(number: usize, mail: Email) -> Envelope<Email> {
    let id: MessageId = format!("00000000-0000-7000-8000-{number:012}").parse().unwrap();
    Envelope::new(id, mail)
}

fn with(mail: Email, options: &Options) -> Envelope<Email> {
    let mut delivery = Delivery::default();
    delivery.options.set(options).unwrap();
    envelope(mail).with_delivery(delivery)
}

/// The fields of a form, in order.
fn fields(request: &Request<Bytes>) -> Vec<(String, String)> {
    assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
    url::form_urlencoded::parse(request.body()).into_owned().collect()
}

/// All values of a field.
fn values(request: &Request<Bytes>, name: &str) -> Vec<String> {
    let fields = fields(request).into_iter();
    fields.filter(|(field, _)| field == name).map(|(_, value)| value).collect()
}

/// The value of a field that stands once, or not at all.
fn value(request: &Request<Bytes>, name: &str) -> Option<String> {
    let values = values(request, name);
    assert!(values.len() < 2, "{name}: {values:?}");
    values.into_iter().next()
}

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
