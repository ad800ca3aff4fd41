//! Connections that are kept, and what becomes of them.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    task::{Context, Poll, Waker},
    time::Duration,
};

use dakiya::{
    Channel as _, Email, ErrorKind, Fate, Provider as _,
    future::BoxFuture,
    smtp::{Limits, Mail, Smtp, Timeouts, Tls},
    time::Timestamp,
};

use super::{FROM, MESSAGE, asha, envelope, hasty, modes, send, settings, shop, smtp};
use crate::support::smtp::{Action, Options, Server, reply};

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
