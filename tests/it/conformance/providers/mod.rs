//! The providers of this crate: each channel of each keeps the rules.

use dakiya::Mailbox;

mod mailgun;
mod meta;
pub(super) mod netcore;
mod netcore_phone;
mod netcore_voice;
mod sandbox;
mod sendgrid;
mod ses;
mod smtp;
mod twilio;
mod twilio_voice;

fn shop() -> Mailbox {
    Mailbox::parse("Acme Billing <billing@mail.acme.example>").unwrap()
}
