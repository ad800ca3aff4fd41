//! TLS and logins.

use dakiya::{
    ErrorKind, Fate, Provider as _, Result,
    future::BoxFuture,
    smtp::{Tls, TokenSource},
};
use secrecy::SecretString;

use super::{USER, hasty, send, settings, smtp};
use crate::support::smtp::{Action, Options, Server, reply};

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
