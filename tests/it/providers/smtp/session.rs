//! Every stage of a session, and every way it can fail.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use dakiya::{
    Error, ErrorKind, Fate, Result,
    smtp::{Limits, Mail, Outcome, Refusal, Timeouts},
    time::Timestamp,
};
use futures_util::future::join_all;

use super::{FROM, MESSAGE, end, hasty, modes, send, settings, smtp};
use crate::support::smtp::{Action, Options, Said, Server, reply};

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
async fn nobody_listens() {
    let server = Server::start(Options::default(), |_| Action::Default).await;
    let settings = settings(&server).port(1);
    let error = send(&smtp(settings), &["a@x.com"]).await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Network, Fate::NotSent));
}
