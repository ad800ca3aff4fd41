//! Mails as they are written, and what becomes of them.

use std::time::Duration;

use dakiya::{
    Attachment, Channel as _, Delivery, Email, EmailAddress, Envelope, Error, ErrorKind, Fate,
    Features, Mailbox, Provider as _, Receipt, Result, Unsubscribe,
    smtp::{Limits, Preset, Smtp, SmtpBuilder, Timeouts, Tls},
    testing::ManualClock,
    time::Timestamp,
};

use super::{USER, asha, envelope, settings, shop, smtp};
use crate::support::smtp::{Action, Options, Server, reply};

/// What a mail is on the wire, at noon of a known day.
async fn written(
    builder: impl FnOnce(SmtpBuilder) -> SmtpBuilder,
    email: Envelope<Email>,
) -> String {
    let server = Server::start(Options::of(&["PIPELINING"]), |_| Action::Default).await;
    let clock = ManualClock::at("2026-03-14T12:00:00Z".parse().unwrap()).shared();
    smtp(builder(settings(&server)).clock(clock)).send(&email).await.unwrap();
    server.messages().remove(0)
}

#[tokio::test]
async fn a_plain_mail_is_these_bytes() {
    let email = Email::to(asha()).subject("Your order").text("Line one\n.dot\nbye");
    assert_eq!(
        written(|builder| builder, envelope(email)).await,
        "From: Shop <shop@example.org>\r\n\
         Message-ID: <01973c5e-7a00-7000-8000-000000000001@example.org>\r\n\
         Date: Sat, 14 Mar 2026 12:00:00 +0000\r\n\
         To: asha@example.com\r\n\
         Subject: Your order\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 7bit\r\n\
         \r\n\
         Line one\r\n.dot\r\nbye\r\n"
    );
}

#[tokio::test]
async fn text_amp_and_html_inline_files_and_attachments_nest_in_that_order() {
    let email = Email::to(asha())
        .subject("All of it")
        .text("plain")
        .html("<img src=\"cid:logo\">")
        .amp("<html amp4email></html>")
        .attach(Attachment::new("रसीद.pdf", "application/pdf", &b"%PDF-1.7\n"[..]))
        .attach(Attachment::new("logo.png", "image/png", &b"png"[..]).inline("logo"));
    let mail = written(|builder| builder, envelope(email)).await.replace("\r\n ", " ");
    let mut at = 0;
    for next in [
        "Content-Type: multipart/mixed; boundary=\"=_01973c5e7a0070008000000000000001_3\"",
        "Content-Type: multipart/related; boundary=\"=_01973c5e7a0070008000000000000001_2\"",
        "Content-Type: multipart/alternative;",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Type: text/x-amp-html; charset=utf-8",
        "Content-Type: text/html; charset=utf-8",
        "Content-Type: image/png",
        "Content-Disposition: inline; filename=\"logo.png\"",
        "Content-ID: <logo>",
        "cG5n",
        "Content-Type: application/pdf",
        "Content-Disposition: attachment;",
        "filename*0*=utf-8''%E0%A4%B0",
        "JVBERi0xLjcK",
    ] {
        let found = mail[at..].find(next);
        at += found.unwrap_or_else(|| panic!("{next} is not after {at} in\n{mail}"));
    }
    assert!(mail.is_ascii());
}

#[tokio::test]
async fn blind_copies_are_in_the_envelope_alone_and_nobody_is_told_twice() {
    let server = Server::start(Options::of(&[]), |_| Action::Default).await;
    let email = Email::to(asha())
        .cc(EmailAddress::parse("cc@example.com").unwrap())
        .bcc(EmailAddress::parse("hidden@example.com").unwrap())
        .bcc(asha())
        .subject("hi")
        .text("hi");
    let receipt = smtp(settings(&server)).send(&envelope(email)).await.unwrap();
    assert_eq!((receipt.recipients.len(), receipt.refused().count()), (4, 0));
    assert_eq!(
        server.lines()[1..5],
        [
            "1: MAIL FROM:<shop@example.org>",
            "1: RCPT TO:<asha@example.com>",
            "1: RCPT TO:<cc@example.com>",
            "1: RCPT TO:<hidden@example.com>",
        ]
    );
    assert!(!server.messages()[0].contains("hidden") && server.messages()[0].contains("Cc: cc@"));
}

#[tokio::test]
async fn senders_come_from_the_account_and_the_mail_wins() {
    let email = || Email::to(asha()).subject("hi").text("hi");
    let server = Server::start(Options::of(&[]), |_| Action::Default).await;
    let builder = settings(&server)
        .sender(Mailbox::parse("Desk <desk@example.org>").unwrap())
        .return_path(EmailAddress::parse("bounces@example.org").unwrap());
    let own = email().from(EmailAddress::parse("own@example.net").unwrap());
    smtp(builder).send(&envelope(own)).await.unwrap();
    assert_eq!(server.lines()[1], "1: MAIL FROM:<bounces@example.org>");
    let mail = &server.messages()[0];
    assert!(mail.contains("From: own@example.net\r\n"), "{mail}");
    assert!(mail.contains("Sender: Desk <desk@example.org>\r\n"), "{mail}");
    assert!(mail.contains("-000000000001@example.net>\r\n"), "{mail}");
    let nobody = Smtp::builder("127.0.0.1").tls(Tls::None).build().unwrap();
    let error = nobody.send(&envelope(email())).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.faults()[0].field.as_str()),
        (ErrorKind::InvalidMessage, "from")
    );
}

#[tokio::test]
async fn headers_are_encoded_and_cannot_begin_a_line() {
    let email = Email::to(Mailbox::new("आशा \"A\" Rao", asha()))
        .reply_to(Mailbox::new("Rao, A", asha()))
        .subject("नमस्ते और धन्यवाद, यह एक बहुत लंबी विषय पंक्ति है जो मोड़ी जाएगी")
        .header("X-Order", "42 é")
        .header("message-id", "<mine@example.org>")
        .unsubscribe(Unsubscribe::one_click("https://example.org/u/7f").mailto(asha()))
        .text("hi");
    let mail = written(|builder| builder, envelope(email)).await;
    let (head, _) = mail.split_once("\r\n\r\n").unwrap();
    assert!(mail.is_ascii() && head.lines().all(|line| line.len() <= 78), "{head}");
    for part in [
        "Subject: =?utf-8?b?",
        "Reply-To: =?utf-8?b?UmFvLCBB?= <asha@example.com>",
        "X-Order: 42 =?utf-8?b?w6k=?=",
        "<mine@example.org>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "<https://example.org/u/7f>,",
    ] {
        assert!(head.contains(part), "{part} is not in\n{head}");
    }
    assert!(!head.contains("01973c5e"), "{head}");
}

#[tokio::test]
async fn all_that_is_wrong_is_named_before_anything_is_said() {
    let server = Server::start(Options::of(&[]), |_| Action::Default).await;
    let long = format!("https://example.org/{}", "x".repeat(1000));
    let email = Email::to(asha())
        .subject("hi")
        .amp("<html amp4email></html>")
        .header("X-A", "1")
        .header("x-a", "2")
        .unsubscribe(Unsubscribe::one_click(long))
        .attach(Attachment::new("a.eml", "message/rfc822", &b"x"[..]));
    let builder = Smtp::preset(Preset::named("netcore").unwrap());
    let mut delivery = Delivery::default();
    delivery.callback_data = Some("x".repeat(256));
    let envelope = envelope(email).with_delivery(delivery);
    let error = smtp(builder.port(server.address.port())).send(&envelope).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidMessage);
    let fields: Vec<_> = error.faults().iter().map(|fault| fault.field.as_str()).collect();
    let expected = [
        "from",
        "callback_data",
        "headers[1].name",
        "unsubscribe",
        "attachments[0].content_type",
        "amp",
    ];
    assert_eq!(fields, expected);
    let injected = Email::to(asha()).subject("hi\r\nBcc: evil@example.org").text("hi");
    let error = smtp(settings(&server)).send(&self::envelope(injected)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.faults()[0].field.as_str()),
        (ErrorKind::InvalidMessage, "subject")
    );
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn netcore_echoes_our_reference_and_tags() {
    let email = || Email::to(asha()).subject("hi").text("hi");
    let netcore = |port| {
        Smtp::preset(Preset::named("netcore").unwrap()).port(port).tls(Tls::None).from(shop())
    };
    for (data, expected) in [
        (None, "X-APIHEADER: 01973c5e-7a00-7000-8000-000000000001\r\n"),
        (Some("order-42".to_owned()), "X-APIHEADER: order-42\r\n"),
    ] {
        let server = Server::start(Options::of(&[]), |_| Action::Default).await;
        // The preset's host is not this machine's.
        let mut delivery = Delivery::default();
        delivery.callback_data = data;
        delivery.tags = vec!["orders".to_owned(), "india".to_owned()];
        let smtp = smtp(netcore(server.address.port()).host("127.0.0.1"));
        smtp.send(&envelope(email()).with_delivery(delivery)).await.unwrap();
        let mail = &server.messages()[0];
        assert!(mail.contains(expected) && mail.contains("X-TAGS: orders,india\r\n"), "{mail}");
    }
    let plain = written(|builder| builder, envelope(email())).await;
    assert!(!plain.contains("X-APIHEADER"));
}

#[tokio::test]
async fn international_domains_need_no_extension_and_local_parts_do() {
    let email = |to: &str| {
        let to = EmailAddress::parse(to).unwrap();
        envelope(Email::to(to).subject("hi").text("hi"))
    };
    for (extensions, local) in [(&[][..], false), (&["8BITMIME", "SMTPUTF8"], true)] {
        let server = Server::start(Options::of(extensions), |_| Action::Default).await;
        let smtp = smtp(settings(&server));
        smtp.send(&email("asha@उदाहरण.भारत")).await.unwrap();
        assert_eq!(
            server.lines()[1..3],
            ["1: MAIL FROM:<shop@example.org>", "1: RCPT TO:<asha@xn--p1b6ci4b4b3a.xn--h2brj9c>",]
        );
        let sent = smtp.send(&email("आशा@example.com")).await;
        assert_eq!(sent.as_ref().map_err(Error::kind).is_ok(), local);
        match sent {
            Ok(_) => {
                let line = server.lines().into_iter().rfind(|line| line.contains("MAIL")).unwrap();
                assert!(line.ends_with(" BODY=8BITMIME SMTPUTF8"), "{line}");
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::Unsupported),
        }
    }
}

#[tokio::test]
async fn a_receipt_says_what_became_of_each() {
    let server = Server::start(Options::of(&["PIPELINING"]), |said| {
        if said.line.contains("bad@") { reply("550 5.1.1 unknown") } else { Action::Default }
    })
    .await;
    let smtp = smtp(settings(&server));
    let bad = || EmailAddress::parse("bad@example.com").unwrap();
    let email = Email::to(bad()).cc(asha()).bcc(bad()).subject("hi").text("hi");
    let receipt = smtp.send(&envelope(email)).await.unwrap();
    assert_eq!(receipt.provider, "smtp.email");
    assert_eq!(receipt.provider_message_id.as_deref(), Some("Q1"));
    let kinds: Vec<_> =
        receipt.recipients.iter().map(|each| each.refusal.as_ref().map(Error::kind)).collect();
    let refused = Some(ErrorKind::InvalidRecipient);
    assert_eq!(kinds, [refused, None, refused]);
    let nobody = Email::to(bad()).subject("hi").text("hi");
    let error = smtp.send(&envelope(nobody)).await.unwrap_err();
    assert_eq!((error.kind(), error.provider()), (ErrorKind::InvalidRecipient, Some("smtp.email")));
}

#[tokio::test]
async fn a_batch_goes_over_few_connections() {
    let server = Server::start(Options::of(&["PIPELINING"]), |_| Action::Default).await;
    let mut limits = Limits::default();
    limits.connections = 3;
    let smtp = smtp(settings(&server).limits(limits));
    let envelope = envelope(Email::to(asha()).subject("hi").text("hi"));
    let receipts: Vec<Result<Receipt>> = smtp.send_batch(&[&envelope; 50]).await;
    assert!(receipts.iter().all(Result::is_ok));
    assert_eq!((server.connections(), server.messages().len()), (3, 50));
    assert_eq!(smtp.capabilities().in_flight, 3);
}

#[tokio::test]
async fn the_deadline_of_an_envelope_is_kept() {
    let server = Server::start(Options::of(&[]), |said| match said.verb {
        "DOT" => Action::Stall,
        _ => Action::Default,
    })
    .await;
    let mut delivery = Delivery::default();
    delivery.deadline = Some(Timestamp::now() + Duration::from_millis(150));
    let email = Email::to(asha()).subject("hi").text("hi");
    let envelope = envelope(email).with_delivery(delivery);
    let error = smtp(settings(&server)).send(&envelope).await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Timeout, Fate::Unknown));
}

#[tokio::test]
async fn what_smtp_cannot_do_is_refused() {
    let smtp = Smtp::builder("127.0.0.1").tls(Tls::None).from(shop()).build().unwrap();
    assert!(!smtp.capabilities().features.contains(Features::SCHEDULING));
    let mut delivery = Delivery::default();
    delivery.send_at = Some(Timestamp::now());
    let email = Email::to(asha()).subject("hi").text("hi");
    let error = smtp.send(&envelope(email).with_delivery(delivery)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_check_asks_for_a_sign_of_life_and_ends_in_time() {
    let server = Server::start(Options::of(&["AUTH PLAIN"]), |_| Action::Default).await;
    let smtp = smtp(settings(&server).password(USER, "secret"));
    smtp.check().await.unwrap();
    assert_eq!(server.verbs(), ["EHLO", "AUTH", "NOOP"]);
    let server = Server::start(Options::of(&[]), |_| Action::Stall).await;
    let mut timeouts = Timeouts::default();
    timeouts.check = Duration::from_millis(100);
    let error = self::smtp(settings(&server).timeouts(timeouts)).check().await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Timeout, Fate::NotSent));
}

/// `DAKIYA_TEST_SMTP=host:port` of a plain-text server that takes mail for example.com, such as
/// Postfix.
#[tokio::test]
#[expect(clippy::print_stderr, reason = "says what is left out")]
async fn a_real_server_takes_it() {
    let Ok(address) = std::env::var("DAKIYA_TEST_SMTP") else {
        eprintln!("left out: DAKIYA_TEST_SMTP is not set");
        return;
    };
    let (host, port) = address.rsplit_once(':').expect("host:port");
    let smtp = Smtp::builder(host).port(port.parse().unwrap()).tls(Tls::None).from(shop());
    let smtp = smtp.build().unwrap();
    smtp.check().await.unwrap();
    let email = Email::to(asha())
        .cc(EmailAddress::parse("second@example.com").unwrap())
        .subject("नमस्ते")
        .text(".dot\nbye")
        .html("<p>bye</p>")
        .attach(Attachment::new("a.bin", "application/octet-stream", vec![b'.'; 100_000]));
    let envelope = envelope(email);
    for result in smtp.send_batch(&[&envelope; 120]).await {
        let receipt = result.unwrap();
        assert_eq!(receipt.refused().count(), 0);
    }
}
