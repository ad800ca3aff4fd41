//! Sessions, their security, the pool of them, and mails over them.

use std::time::Duration;

use dakiya::{
    Email, EmailAddress, Envelope, Mailbox, MessageId, Result,
    smtp::{Mail, Outcome, Smtp, SmtpBuilder, Timeouts, Tls},
};

use crate::support::smtp::{Action, Options, Said, Server};

mod mail;
mod pool;
mod security;
mod session;

const MESSAGE: &[u8] = b"Subject: hi\r\n\r\n.dot\r\nbye\r\n";
const FROM: &str = "from@example.org";
const USER: &str = "user@example.org";

fn settings(server: &Server) -> SmtpBuilder {
    Smtp::builder("127.0.0.1")
        .port(server.address.port())
        .tls(Tls::None)
        .hello("client.example.org")
        .from(shop())
}

/// For servers that stall.
fn hasty(server: &Server) -> SmtpBuilder {
    let mut timeouts = Timeouts::default();
    for each in [
        &mut timeouts.wait,
        &mut timeouts.connect,
        &mut timeouts.banner,
        &mut timeouts.ehlo,
        &mut timeouts.tls,
        &mut timeouts.auth,
        &mut timeouts.reuse,
        &mut timeouts.mail,
        &mut timeouts.rcpt,
        &mut timeouts.data,
        &mut timeouts.block,
        &mut timeouts.end,
    ] {
        *each = Duration::from_millis(200);
    }
    settings(server).timeouts(timeouts)
}

fn smtp(settings: SmtpBuilder) -> Smtp {
    settings.build().unwrap()
}

async fn send(smtp: &Smtp, to: &[&str]) -> Result<Outcome> {
    smtp.pool().send(&Mail::new(FROM, to, MESSAGE), None).await
}

/// What one message to one recipient ends as, at a server that follows `script`.
async fn end(
    options: Options,
    script: impl Fn(&Said<'_>) -> Action + Send + Sync + 'static,
) -> (Server, Result<Outcome>) {
    let server = Server::start(options, script).await;
    let sent = send(&smtp(settings(&server)), &["a@example.com"]).await;
    (server, sent.and_then(Outcome::accepted))
}

fn modes() -> [Options; 2] {
    [Options::of(&["PIPELINING", "SIZE 1000000"]), Options::of(&["SIZE"])]
}

fn shop() -> Mailbox {
    Mailbox::parse("Shop <shop@example.org>").unwrap()
}

fn asha() -> EmailAddress {
    EmailAddress::parse("asha@example.com").unwrap()
}

fn envelope(email: Email) -> Envelope<Email> {
    let id: MessageId = "01973c5e-7a00-7000-8000-000000000001".parse().unwrap();
    Envelope::new(id, email)
}
