//! Every stage of a session, and every way it can fail.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use dakiya::{
    Attachment, Channel as _, Delivery, Email, EmailAddress, Envelope, Error, ErrorKind, Fate,
    Features, Mailbox, MessageId, Provider as _, Receipt, Result, Unsubscribe,
    future::BoxFuture,
    smtp::{Limits, Mail, Outcome, Preset, Refusal, Smtp, SmtpBuilder, Timeouts, Tls, TokenSource},
    testing::ManualClock,
    time::Timestamp,
};

use futures_util::future::join_all;
use secrecy::SecretString;

use crate::support::smtp::{Action, Options, Said, Server, reply};

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

#[tokio::test]
async fn a_message_arrives_as_it_was() {
    for options in modes() {
        let server = Server::start(options, |_| Action::Default).await;
        let outcome = send(&smtp(settings(&server)), &["a@example.com", "b@example.com"]).await;
        let outcome = outcome.unwrap();
        assert_eq!(outcome.reply.unwrap().queue_id(), Some("Q1"));
        assert!(outcome.recipients.iter().all(Result::is_ok));
        assert_eq!(server.messages(), [str::from_utf8(MESSAGE).unwrap()]);
        assert_eq!(
            server.lines(),
            [
                "1: EHLO client.example.org",
                "1: MAIL FROM:<from@example.org> SIZE=26",
                "1: RCPT TO:<a@example.com>",
                "1: RCPT TO:<b@example.com>",
                "1: DATA",
            ]
        );
    }
}

#[tokio::test]
async fn lettres_mime_arrives_as_it_was_and_grows_no_line() {
    let message = lettre::Message::builder()
        .from("A <from@example.org>".parse().unwrap())
        .to("a@example.com".parse().unwrap())
        .subject("Grüße")
        .body("Zeile\r\n.Punkt\r\n".to_owned())
        .unwrap();
    let server = Server::start(Options::of(&["PIPELINING"]), |_| Action::Default).await;
    let content = message.formatted();
    let mail = Mail::new(FROM, &["a@example.com"], &content);
    smtp(settings(&server)).pool().send(&mail, None).await.unwrap();
    assert_eq!(server.messages()[0].as_bytes(), content);
}

/// Lets the server's tasks go on until `done`.
async fn until(done: impl Fn() -> bool) {
    while !done() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_connection_serves_many_messages_and_then_is_replaced() {
    let server = Server::start(Options::of(&["PIPELINING"]), |_| Action::Default).await;
    let mut limits = Limits::default();
    limits.messages = 3;
    let smtp = smtp(settings(&server).limits(limits));
    for _ in 0..7 {
        send(&smtp, &["a@example.com"]).await.unwrap();
    }
    assert_eq!((server.connections(), server.messages().len()), (3, 7));
    assert_eq!(server.verbs().iter().filter(|verb| *verb == "QUIT").count(), 2);
    smtp.pool().close_idle().await;
    until(|| server.log.live.load(Ordering::SeqCst) == 0).await;
}

#[tokio::test]
async fn every_stage_that_is_cut_or_stalls_has_its_fate() {
    let verbs = ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "CONTENT", "DOT"];
    let ends = [(Action::Cut, ErrorKind::Network), (Action::Stall, ErrorKind::Timeout)];
    let cases = ends.into_iter().flat_map(|end| verbs.map(|verb| (end.clone(), verb)));
    let cases = cases.flat_map(|case| modes().map(|options| (case.clone(), options)));
    // At once, since each that stalls takes a time-out.
    let cases = cases.map(|(((action, kind), verb), options)| async move {
        let script = move |said: &Said<'_>| {
            if said.verb == verb { action.clone() } else { Action::Default }
        };
        let server = Server::start(options, script).await;
        let sent = send(&smtp(hasty(&server)), &["a@example.com"]).await;
        let error = sent.and_then(Outcome::accepted).unwrap_err();
        let fate = match verb {
            "CONTENT" | "DOT" => Fate::Unknown,
            _ => Fate::NotSent,
        };
        assert_eq!((error.kind(), error.fate()), (kind, fate), "{verb}: {error}");
        assert_eq!(server.connections(), 1, "{verb}");
    });
    join_all(cases).await;
}

#[tokio::test]
async fn every_stage_that_is_refused_is_not_sent_and_says_where() {
    for (verb, stage) in [
        ("CONNECT", "banner"),
        ("EHLO", "EHLO"),
        ("MAIL", "MAIL"),
        ("RCPT", "RCPT"),
        ("DATA", "DATA"),
        ("DOT", "content"),
    ] {
        for text in ["421 4.3.0 closing", "451 4.3.0 later", "554 5.7.1 policy"] {
            for options in modes() {
                let (_server, sent) =
                    end(
                        options,
                        move |said| {
                            if said.verb == verb { reply(text) } else { Action::Default }
                        },
                    )
                    .await;
                let error = sent.unwrap_err();
                assert_eq!(error.fate(), Fate::NotSent, "{verb} {text}");
                assert_eq!(error.status(), text[..3].parse().ok(), "{verb} {text}");
                let refusal = Refusal::of(&error).unwrap();
                assert_eq!(refusal.stage().to_string(), stage);
                assert_eq!(error.is_retryable(), text.starts_with('4'), "{verb} {text}");
            }
        }
    }
}

#[tokio::test]
async fn garbage_at_any_stage_is_a_protocol_error() {
    let long = "2".repeat(70_000);
    for verb in ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "DOT"] {
        for text in ["hello", "250-a\r\n251 b", "\u{0}\u{0}\u{0}\u{0}", long.as_str()] {
            let text = text.to_owned();
            let (_server, sent) = end(Options::of(&["PIPELINING"]), move |said| {
                if said.verb == verb { reply(&text) } else { Action::Default }
            })
            .await;
            let error = sent.unwrap_err();
            let expected = match verb {
                "DOT" => (ErrorKind::Response, Fate::Unknown),
                _ => (ErrorKind::Unavailable, Fate::NotSent),
            };
            assert_eq!((error.kind(), error.fate()), expected, "{verb}: {error}");
        }
    }
}

#[tokio::test]
async fn a_refused_recipient_does_not_hold_up_the_others() {
    for options in modes() {
        let server = Server::start(options, |said| {
            if said.line.contains("bad@") {
                reply("550 5.1.1 <bad@example.com> unknown")
            } else {
                Action::Default
            }
        })
        .await;
        let smtp = smtp(settings(&server));
        for _ in 0..2 {
            let to = ["a@example.com", "bad@example.com", "c@example.com"];
            let outcome = send(&smtp, &to).await.unwrap().accepted().unwrap();
            let kinds: Vec<_> = outcome
                .recipients
                .iter()
                .map(|each| each.as_ref().err().map(Error::kind))
                .collect();
            assert_eq!(kinds, [None, Some(ErrorKind::InvalidRecipient), None]);
            let error = outcome.recipients[1].as_ref().unwrap_err();
            assert_eq!((error.status(), error.code()), (Some(550), Some("5.1.1")));
            assert!(!format!("{error} {error:?}").contains("bad@"));
            assert!(Refusal::of(error).unwrap().reply().text().contains("bad@"));
            assert!(outcome.reply.is_some());
        }
        assert_eq!((server.connections(), server.messages().len()), (1, 2));
    }
}

#[tokio::test]
async fn when_every_recipient_is_refused_no_content_goes_out() {
    for data in ["354 go", "554 5.5.1 no valid recipients", "503 sequence"] {
        for options in modes() {
            let pipelined = options.extensions.contains(&"PIPELINING");
            let server = Server::start(options, move |said| match said.verb {
                "RCPT" if said.line.contains("bad") => reply("550 5.1.1 unknown"),
                "DATA" if said.connection == 1 => reply(data),
                _ => Action::Default,
            })
            .await;
            let smtp = smtp(settings(&server));
            let error = send(&smtp, &["bad1@x.com", "bad2@x.com"]).await.unwrap();
            let error = error.accepted().unwrap_err();
            assert_eq!((error.kind(), error.fate()), (ErrorKind::InvalidRecipient, Fate::NotSent));
            let asked = server.verbs().contains(&"DATA".to_owned());
            assert_eq!(asked, pipelined, "lock-step does not even ask");
            if data.starts_with("354") {
                // Only the dot: an empty message, which a real server refuses.
                assert_eq!(server.messages(), if pipelined { vec![""] } else { vec![] });
                // The connection goes on, reset where the transaction was left open.
                send(&smtp, &["a@x.com"]).await.unwrap().accepted().unwrap();
                assert_eq!(server.connections(), 1);
                assert_eq!(server.verbs().contains(&"RSET".to_owned()), !pipelined);
            }
        }
    }
}

#[tokio::test]
async fn a_left_over_transaction_is_reset_in_the_next_write() {
    let first = AtomicBool::new(true);
    let server = Server::start(Options::of(&["PIPELINING"]), move |said| match said.verb {
        "DATA" if first.swap(false, Ordering::SeqCst) => reply("451 4.3.0 later"),
        _ => Action::Default,
    })
    .await;
    let smtp = smtp(settings(&server));
    send(&smtp, &["a@x.com"]).await.unwrap().accepted().unwrap_err();
    send(&smtp, &["a@x.com"]).await.unwrap().accepted().unwrap();
    send(&smtp, &["a@x.com"]).await.unwrap().accepted().unwrap();
    let expected =
        ["EHLO", "MAIL", "RCPT", "DATA", "RSET", "MAIL", "RCPT", "DATA", "MAIL", "RCPT", "DATA"];
    assert_eq!(server.verbs(), expected);
}

#[tokio::test]
async fn a_connection_that_died_in_the_pool_is_replaced_once() {
    for action in [Action::Cut, reply("421 4.4.2 idle too long"), Action::Stall] {
        for options in modes() {
            let used = AtomicUsize::new(0);
            let action = action.clone();
            let server = Server::start(options, move |said| match said.verb {
                "MAIL" if used.fetch_add(1, Ordering::SeqCst) == 1 => action.clone(),
                _ => Action::Default,
            })
            .await;
            let smtp = smtp(hasty(&server));
            for _ in 0..2 {
                send(&smtp, &["a@x.com"]).await.unwrap().accepted().unwrap();
            }
            assert_eq!((server.connections(), server.messages().len()), (2, 2));
        }
    }
}

#[tokio::test]
async fn a_server_that_hung_up_while_idle_is_not_noticed_by_the_sender() {
    let server =
        Server::start(Options::of(&["PIPELINING"]), |said| match (said.connection, said.verb) {
            (1, "DOT") => Action::ReplyAndCut("250 2.0.0 Ok: queued as Q0".to_owned()),
            _ => Action::Default,
        })
        .await;
    let smtp = smtp(settings(&server));
    for _ in 0..2 {
        send(&smtp, &["a@x.com"]).await.unwrap().accepted().unwrap();
        if server.connections() == 1 {
            until(|| server.log.live.load(Ordering::SeqCst) == 0).await;
        }
    }
    assert_eq!((server.connections(), server.messages().len()), (2, 2));
}

#[tokio::test]
async fn what_fails_after_mail_was_answered_is_not_repeated() {
    let used = AtomicUsize::new(0);
    let server = Server::start(Options::of(&["PIPELINING"]), move |said| match said.verb {
        "RCPT" if used.fetch_add(1, Ordering::SeqCst) == 1 => Action::Cut,
        _ => Action::Default,
    })
    .await;
    let smtp = smtp(settings(&server));
    send(&smtp, &["a@x.com"]).await.unwrap();
    let error = send(&smtp, &["a@x.com"]).await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Network, Fate::NotSent));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn an_idle_connection_answers_a_noop_before_it_is_used() {
    for dead in [false, true] {
        let server = Server::start(Options::of(&["PIPELINING"]), move |said| match said.verb {
            "NOOP" if dead => Action::Stall,
            _ => Action::Default,
        })
        .await;
        let mut limits = Limits::default();
        limits.idle_check = Duration::ZERO;
        let smtp = smtp(hasty(&server).limits(limits));
        for _ in 0..2 {
            send(&smtp, &["a@x.com"]).await.unwrap();
        }
        assert_eq!(server.connections(), if dead { 2 } else { 1 });
        assert!(server.verbs().contains(&"NOOP".to_owned()));
    }
}

#[tokio::test]
async fn a_dropped_send_takes_its_connection_along() {
    let stalled = AtomicBool::new(false);
    let server = Server::start(Options::of(&["PIPELINING"]), move |said| match said.verb {
        "RCPT" if !stalled.swap(true, Ordering::SeqCst) => Action::Stall,
        _ => Action::Default,
    })
    .await;
    let mut limits = Limits::default();
    limits.connections = 1;
    let smtp = smtp(settings(&server).limits(limits));
    let dropped = tokio::time::timeout(Duration::from_millis(100), send(&smtp, &["a@x.com"])).await;
    dropped.unwrap_err();
    send(&smtp, &["b@x.com"]).await.unwrap().accepted().unwrap();
    assert_eq!((server.connections(), server.messages().len()), (2, 1));
}

#[tokio::test]
async fn connections_are_bounded_and_so_is_the_wait() {
    let server = Server::start(Options::of(&["PIPELINING"]), |said| match said.verb {
        "DOT" if said.connection == 1 => Action::Stall,
        _ => Action::Default,
    })
    .await;
    let mut limits = Limits::default();
    limits.connections = 1;
    let mut slow = Timeouts::default();
    slow.wait = Duration::from_millis(100);
    let smtp = smtp(settings(&server).limits(limits).timeouts(slow));
    let soon = Timestamp::now() + Duration::from_millis(50);
    let mail = Mail::new(FROM, &["a@x.com"], MESSAGE);
    let busy = async {
        until(|| server.verbs().iter().any(|verb| verb == "DATA")).await;
        let waited = send(&smtp, &["b@x.com"]).await.unwrap_err();
        let late =
            smtp.pool().send(&mail, Some(Timestamp::now() + Duration::from_millis(20))).await;
        (waited, late.unwrap_err())
    };
    let deadline = soon + Duration::from_millis(400);
    let (stalled, (waited, late)) = tokio::join!(smtp.pool().send(&mail, Some(deadline)), busy);
    let stalled = stalled.unwrap_err();
    assert_eq!((stalled.kind(), stalled.fate()), (ErrorKind::Timeout, Fate::Unknown));
    assert_eq!((waited.kind(), waited.fate()), (ErrorKind::RateLimited, Fate::NotSent));
    assert_eq!((late.kind(), late.fate()), (ErrorKind::Timeout, Fate::NotSent));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn the_deadline_of_a_call_ends_a_longer_phase() {
    let server = Server::start(Options::of(&[]), |said| match said.verb {
        "RCPT" => Action::Stall,
        _ => Action::Default,
    })
    .await;
    let smtp = smtp(settings(&server).timeouts(Timeouts::default()));
    let began = Instant::now();
    let mail = Mail::new(FROM, &["a@x.com"], MESSAGE);
    let late = |clock: Timestamp| clock + Duration::from_millis(100);
    let error = smtp.pool().send(&mail, Some(late(Timestamp::now()))).await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Timeout, Fate::NotSent));
    assert!(began.elapsed() < Duration::from_secs(2));
    let past = smtp.pool().send(&mail, Some(Timestamp::now())).await.unwrap_err();
    assert_eq!((past.kind(), server.connections()), (ErrorKind::Timeout, 1));
}

#[tokio::test]
async fn too_many_recipients_go_in_several_transactions() {
    let people: Vec<String> = (0..25).map(|n| format!("p{n}@x.com")).collect();
    let to: Vec<&str> = people.iter().map(String::as_str).collect();
    for options in [
        Options::of(&["PIPELINING", "LIMITS RCPTMAX=10"]),
        Options::of(&["LIMITS RCPTMAX=10"]),
        Options::of(&["PIPELINING"]),
    ] {
        let limited = options.extensions.len() == 1 && options.extensions[0] == "PIPELINING";
        let count = AtomicUsize::new(0);
        let server = Server::start(options, move |said| match said.verb {
            "MAIL" => {
                count.store(0, Ordering::SeqCst);
                Action::Default
            }
            "RCPT" if count.fetch_add(1, Ordering::SeqCst) >= 10 && limited => {
                reply("452 4.5.3 too many recipients")
            }
            _ => Action::Default,
        })
        .await;
        let outcome = send(&smtp(settings(&server)), &to).await.unwrap();
        assert!(outcome.recipients.iter().all(Result::is_ok));
        assert_eq!((server.messages().len(), server.connections()), (3, 1));
        let mut asked = server.lines();
        asked.retain(|line| line.contains("RCPT"));
        asked.sort();
        asked.dedup();
        assert_eq!(asked.len(), 25);
    }
}

#[tokio::test]
async fn ten_thousand_recipients_do_not_block_each_other() {
    let people: Vec<String> = (0..10_000).map(|n| format!("person{n}@example.com")).collect();
    let to: Vec<&str> = people.iter().map(String::as_str).collect();
    let server = Server::start(Options::of(&["PIPELINING"]), |_| Action::Default).await;
    let mut limits = Limits::default();
    limits.recipients = 10_000;
    let outcome = send(&smtp(settings(&server).limits(limits)), &to).await.unwrap();
    assert_eq!(outcome.recipients.iter().filter(|each| each.is_ok()).count(), 10_000);
    assert_eq!(server.messages().len(), 1);
}

#[tokio::test]
async fn what_the_server_cannot_carry_is_refused_before_mail() {
    let utf8 = "Subject: a\r\n\r\né\r\n".as_bytes();
    let utf8_header = "Subject: é\r\n\r\na\r\n".as_bytes();
    for (extensions, to, content, named) in [
        (&["SIZE 10"][..], "a@x.com", MESSAGE, "size"),
        (&[], "a@x.com", utf8, "8BITMIME"),
        (&["8BITMIME"], "é@x.com", MESSAGE, "SMTPUTF8"),
        (&["8BITMIME"], "a@x.com", utf8_header, "SMTPUTF8"),
    ] {
        let server = Server::start(Options::of(extensions), |_| Action::Default).await;
        let smtp = smtp(settings(&server));
        let outcome = smtp.pool().send(&Mail::new(FROM, &[to], content), None).await.unwrap();
        let error = outcome.accepted().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains(named), "{error}");
        assert_eq!(server.verbs(), ["EHLO"]);
        // The connection is as good as before.
        send(&smtp, &["a@x.com"]).await.map(drop).unwrap();
        assert_eq!(server.connections(), 1);
    }
    let server = Server::start(Options::of(&["8BITMIME", "SMTPUTF8"]), |_| Action::Default).await;
    let mail = Mail::new(FROM, &["é@x.com"], utf8_header);
    smtp(settings(&server)).pool().send(&mail, None).await.unwrap().accepted().unwrap();
    assert_eq!(server.lines()[1], "1: MAIL FROM:<from@example.org> BODY=8BITMIME SMTPUTF8");
}

#[tokio::test]
async fn an_address_cannot_carry_a_command() {
    let server = Server::start(Options::default(), |_| Action::Default).await;
    let smtp = smtp(settings(&server));
    for bad in ["a@x.com>\r\nDATA", "a@x.com> NOTIFY=NEVER", "a b@x.com", "<a@x.com", "", "a\0@x"] {
        let error = send(&smtp, &[bad]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidMessage);
        if !bad.is_empty() {
            assert!(!format!("{error} {error:?}").contains(bad));
        }
    }
    assert_eq!(send(&smtp, &[]).await.unwrap_err().kind(), ErrorKind::InvalidMessage);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn words_out_of_turn_are_not_taken_for_answers() {
    // Two replies to RCPT: the second would pass for the answer to DATA or to the content.
    for extra in
        ["250 Ok\r\n250 2.0.0 Ok: queued as FAKE", "250 Ok\r\n354 go\r\n250 queued as FAKE"]
    {
        for options in modes() {
            let (server, sent) =
                end(
                    options,
                    move |said| {
                        if said.verb == "RCPT" { reply(extra) } else { Action::Default }
                    },
                )
                .await;
            assert_eq!(sent.unwrap_err().fate(), Fate::NotSent);
            assert!(server.messages().is_empty());
        }
    }
}

#[tokio::test]
async fn a_server_that_refuses_mid_way_is_heard() {
    let big = b"x\r\n".repeat(3_000_000);
    let server = Server::start(Options::of(&["PIPELINING"]), |said| match said.verb {
        "CONTENT" => Action::ReplyAndCut("552 5.3.4 too big".to_owned()),
        _ => Action::Default,
    })
    .await;
    let error =
        smtp(settings(&server)).pool().send(&Mail::new(FROM, &["a@x.com"], &big), None).await;
    // The reset may overtake the reply; either way the dot never went out.
    let error = error.unwrap_err();
    assert_eq!(error.fate(), Fate::NotSent, "{error}");
    assert!(matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::Network), "{error}");
}

#[tokio::test]
async fn tls_is_used_and_the_certificate_checked() {
    for (implicit_tls, security) in [(true, Tls::Implicit), (false, Tls::StartTls)] {
        let options = Options {
            extensions: vec!["STARTTLS", "PIPELINING"],
            extensions_tls: Some(vec!["PIPELINING", "AUTH PLAIN"]),
            implicit_tls,
        };
        let server = Server::start(options, |_| Action::Default).await;
        let known = settings(&server).tls(security).password(USER, "secret");
        let strange = smtp(known.clone());
        let error = send(&strange, &["a@x.com"]).await.unwrap_err();
        assert_eq!((error.kind(), error.fate()), (ErrorKind::Unavailable, Fate::NotSent));
        assert!(!server.verbs().contains(&"AUTH".to_owned()));
        let smtp = smtp(known.root_certificate(server.root.clone()));
        for _ in 0..2 {
            send(&smtp, &["a@x.com"]).await.unwrap().accepted().unwrap();
        }
        assert_eq!(server.connections(), 2);
        let auth = "2: AUTH PLAIN AHVzZXJAZXhhbXBsZS5vcmcAc2VjcmV0".to_owned();
        assert!(server.lines().contains(&auth), "{:?}", server.lines());
        if !implicit_tls {
            let from = server.lines().iter().position(|line| line == "2: TLS").unwrap();
            let verbs = server.verbs().split_off(from);
            assert_eq!(verbs[..4], ["TLS", "EHLO", "AUTH", "MAIL"]);
        }
    }
}

#[tokio::test]
async fn without_starttls_nothing_is_said_in_clear_text() {
    let options = Options::of(&["AUTH PLAIN", "PIPELINING"]);
    let server = Server::start(options, |_| Action::Default).await;
    let settings = settings(&server).tls(Tls::StartTls).password(USER, "secret");
    let error = send(&smtp(settings), &["a@x.com"]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(server.verbs(), ["EHLO"]);
}

#[tokio::test]
async fn a_refused_or_broken_starttls_never_falls_back() {
    for (action, kind) in [
        (reply("454 4.7.0 no TLS now"), ErrorKind::RateLimited),
        (reply("501 5.5.2 no"), ErrorKind::Config),
        (Action::Cut, ErrorKind::Network),
        (Action::Stall, ErrorKind::Timeout),
    ] {
        let server = Server::start(Options::of(&["STARTTLS", "AUTH PLAIN"]), move |said| {
            if said.verb == "STARTTLS" { action.clone() } else { Action::Default }
        })
        .await;
        let settings = hasty(&server).tls(Tls::StartTls);
        let settings = settings.root_certificate(server.root.clone());
        let error = send(&smtp(settings.password(USER, "x")), &["a@x.com"]).await;
        let error = error.unwrap_err();
        assert_eq!((error.kind(), error.fate()), (kind, Fate::NotSent), "{error}");
        assert_eq!(server.verbs(), ["EHLO", "STARTTLS"]);
    }
}

#[tokio::test]
async fn replies_injected_before_tls_are_dropped() {
    let options = Options {
        extensions: vec!["STARTTLS"],
        extensions_tls: Some(vec!["PIPELINING", "AUTH PLAIN"]),
        implicit_tls: false,
    };
    // An attacker adds an EHLO answer without AUTH PLAIN; it must not be read after the handshake.
    let server = Server::start(options, |said| match said.verb {
        "STARTTLS" => reply("220 go\r\n250-evil\r\n250 AUTH LOGIN"),
        _ => Action::Default,
    })
    .await;
    let settings = settings(&server).tls(Tls::StartTls).password(USER, "secret");
    let smtp = smtp(settings.root_certificate(server.root.clone()));
    send(&smtp, &["a@x.com"]).await.unwrap().accepted().unwrap();
    assert!(server.lines().iter().any(|line| line.contains("AUTH PLAIN")));
}

#[tokio::test]
async fn login_goes_by_the_order_of_the_prompts() {
    for prompts in [["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"], ["334 ", "334 dXNlciBuYW1lAA=="]] {
        let server = Server::start(Options::of(&["AUTH LOGIN"]), move |said| match said.line {
            "AUTH LOGIN" => reply(prompts[0]),
            "dXNlckBleGFtcGxlLm9yZw==" => reply(prompts[1]),
            "c2VjcmV0" => reply("235 2.7.0 in"),
            _ => Action::Default,
        })
        .await;
        let smtp = smtp(settings(&server).password(USER, "secret"));
        send(&smtp, &["a@x.com"]).await.unwrap().accepted().unwrap();
    }
}

#[tokio::test]
async fn a_refused_login_is_not_repeated_and_shows_no_secret() {
    for (mechanism, line) in [("AUTH PLAIN", "AUTH PLAIN"), ("AUTH LOGIN", "AUTH LOGIN")] {
        let server = Server::start(Options::of(&[mechanism]), move |said| {
            if said.verb == "AUTH" {
                reply("535 5.7.8 user@example.org: no")
            } else {
                Action::Default
            }
        })
        .await;
        let smtp = smtp(settings(&server).password(USER, "hunter2"));
        let error = smtp.check().await.unwrap_err();
        assert_eq!((error.kind(), error.fate()), (ErrorKind::Unauthorized, Fate::NotSent));
        assert_eq!(server.lines().iter().filter(|each| each.contains(line)).count(), 1);
        let shown = format!("{error} {error:?} {smtp:?}");
        for secret in ["hunter2", "user@", "aHVudGVyMg"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[tokio::test]
async fn credentials_that_the_server_cannot_take_are_a_matter_of_configuration() {
    for extensions in [&[][..], &["AUTH CRAM-MD5 XOAUTH2"]] {
        let server = Server::start(Options::of(extensions), |_| Action::Default).await;
        let error = smtp(settings(&server).password(USER, "x")).check().await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Config);
        assert_eq!(server.verbs(), ["EHLO"]);
    }
}

struct Tokens;

impl TokenSource for Tokens {
    fn token(&self, rejected: bool) -> BoxFuture<'_, Result<SecretString>> {
        let token = if rejected { "fresh" } else { "stale" };
        Box::pin(async move { Ok(SecretString::from(token)) })
    }
}

#[tokio::test]
async fn a_stale_token_is_replaced_once() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let fresh = STANDARD.encode("user=u@example.org\x01auth=Bearer fresh\x01\x01");
    for good in [true, false] {
        let fresh = format!("AUTH XOAUTH2 {fresh}");
        let server = Server::start(Options::of(&["AUTH XOAUTH2 PLAIN"]), move |said| {
            match (said.verb, said.line) {
                ("AUTH", line) if good && line == fresh => Action::Default,
                ("AUTH", _) => reply("334 eyJzdGF0dXMiOiI0MDEifQ=="),
                ("TEXT", "") => reply("535 5.7.8 bad token"),
                _ => Action::Default,
            }
        })
        .await;
        let checked = smtp(settings(&server).oauth("u@example.org", Tokens)).check().await;
        assert_eq!(
            checked.map_err(|error| error.kind()),
            if good { Ok(()) } else { Err(ErrorKind::Unauthorized) }
        );
        assert_eq!(server.verbs().iter().filter(|verb| *verb == "AUTH").count(), 2);
    }
}

#[test]
fn outside_tokio_every_call_is_an_error_and_not_a_panic() {
    // Building connects to nothing, so it needs no runtime.
    let smtp = Smtp::builder("127.0.0.1").tls(Tls::None).from(shop()).build().unwrap();
    let envelope = envelope(Email::to(asha()).subject("hi").text("hi"));
    let calls: [BoxFuture<'_, ErrorKind>; 2] = [
        Box::pin(async { smtp.check().await.unwrap_err().kind() }),
        Box::pin(async { smtp.send(&envelope).await.unwrap_err().kind() }),
    ];
    for mut call in calls {
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(call.as_mut().poll(&mut context), Poll::Ready(ErrorKind::Config));
    }
}

#[tokio::test]
async fn nobody_listens() {
    let server = Server::start(Options::default(), |_| Action::Default).await;
    let settings = settings(&server).port(1);
    let error = send(&smtp(settings), &["a@x.com"]).await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Network, Fate::NotSent));
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
