//! Each part of the crate beside what a host would write, or use, without it.

use dakiya::{
    Dlt, Email, EmailAddress, Envelope, Mailbox, MessageId, PhoneNumber, Sms,
    time::{Clock as _, SystemEntropy, TokioClock},
};

pub(crate) mod bulk;
mod by_hand;
pub(crate) mod layers;
pub(crate) mod meta;
pub(crate) mod netcore;
pub(crate) mod sendgrid;
pub(crate) mod ses;
pub(crate) mod smtp;
pub(crate) mod template;
pub(crate) mod twilio;
pub(crate) mod webhook;

/// A text message's text.
const ORDER: &str =
    "Dear Asha, your order 4711 of Rs. 1,249.00 is on its way. Track it at acme.in/4711";

fn id() -> MessageId {
    MessageId::new(TokioClock::default().now(), &SystemEntropy::default())
}

fn mailbox(text: &str) -> Mailbox {
    Mailbox::parse(text).unwrap()
}

/// A mail of 2 KB, as a shop sends them.
fn mail() -> Envelope<Email> {
    let html = format!("<p>{}</p>\r\n", "Namaste, your order is on its way. ".repeat(38));
    let text = "Namaste, your order is on its way.\r\n".repeat(12);
    let mail = Email::to(mailbox("Asha <asha@example.com>"))
        .from(mailbox("Shop <shop@example.org>"))
        .subject("Your order")
        .text(text)
        .html(html);
    Envelope::new(id(), mail)
}

fn plain_text_message() -> Envelope<Sms> {
    let to = PhoneNumber::parse("+919845000012").unwrap();
    Envelope::new(id(), Sms::to(to).text(ORDER))
}

/// The same as Indian operators take it.
fn text_message() -> Envelope<Sms> {
    let mut envelope = plain_text_message();
    let dlt = Dlt::template("1107160000000000001").entity("1101360000000000002").header("ACMEIN");
    envelope.message.dlt = Some(dlt);
    envelope
}

/// The address alone, for a peer that takes text.
fn address(email: &EmailAddress) -> &str {
    email.as_str()
}
