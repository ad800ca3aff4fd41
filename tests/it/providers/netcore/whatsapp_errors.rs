use dakiya::{
    Channel as _, Envelope, Error, ErrorKind, Fate, PhoneNumber, Reroute, WhatsApp,
    netcore::whatsapp::Account, testing::MockTransport,
};

async fn refusal(status: u16, body: &str) -> Error {
    let mock = MockTransport::answering(status, body.to_owned());
    let account = Account::builder("t0ken").source("s").transport(mock.shared()).build().unwrap();
    let to = PhoneNumber::parse("+919812345678").unwrap();
    let id = "0190b2f4-6c00-7000-8000-000000000001".parse().unwrap();
    let outcome = account.send(&Envelope::new(id, WhatsApp::to(to).text("hi"))).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.provider(), Some("netcore.whatsapp"));
    assert!(!format!("{error}{error:?}").contains("12345678"), "{error}");
    error
}

#[tokio::test]
async fn each_code_has_its_kind_and_says_what_to_do() {
    use ErrorKind as K;
    let table = [
        ("8001", "x", K::InvalidMessage, Reroute::Never, "misses a parameter"),
        ("8002", "x", K::Compliance, Reroute::OtherKind, "consent().opt_in"),
        ("8003", "x", K::InvalidRecipient, Reroute::OtherKind, "not on WhatsApp"),
        ("8004", "x", K::Unauthorized, Reroute::Any, "set a new one"),
        ("8005", "x", K::Unavailable, Reroute::Any, "technical"),
        ("8006", "recipient 919812345678 value", K::InvalidRecipient, Reroute::OtherKind, "number"),
        ("8006", "source", K::InvalidMessage, Reroute::Never, "value"),
        ("8007", "x", K::Compliance, Reroute::OtherKind, "send a template"),
        ("8008", "x", K::InvalidMessage, Reroute::Never, "the file"),
        ("131026", "x", K::InvalidRecipient, Reroute::OtherKind, "not on WhatsApp"),
        ("131047", "x", K::Compliance, Reroute::OtherKind, "send a template"),
        ("131049", "x", K::Compliance, Reroute::OtherKind, "advertising"),
        ("130472", "x", K::Compliance, Reroute::OtherKind, "advertising"),
        ("132000", "x", K::Template, Reroute::Never, "parameters"),
        ("132001", "x", K::Template, Reroute::Never, "language"),
        ("131056", "x", K::RateLimited, Reroute::Any, "wait"),
        ("9999", "919812345678 x", K::Rejected, Reroute::Any, "refused"),
    ];
    for (code, text, kind, reroute, says) in table {
        for shown in [format!("\"{code}\""), code.to_owned()] {
            for status in [200, 400, 500] {
                let body = format!(
                    r#"{{"status":"failure","error":{{"code":{shown},"message":"{text}"}}}}"#
                );
                let error = refusal(status, &body).await;
                assert_eq!((error.kind(), error.code()), (kind, Some(code)), "{status} {body}");
                assert_eq!((error.fate(), error.reroute()), (Fate::NotSent, reroute), "{body}");
                assert_eq!(error.is_retryable(), matches!(code, "8005" | "131056"), "{body}");
                assert_eq!(error.status(), Some(status));
                assert!(error.to_string().contains(says), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn a_gateways_failure_counts_by_the_status_within() {
    let forbidden = r#"{"error":"Forbidden","message":"IP 919812345678","status":403}"#;
    let busy = r#"{"error":"Too Many Requests","message":"x","status":429}"#;
    for (status, body, kind, says) in [
        (403, forbidden, ErrorKind::Unauthorized, "Bearer"),
        (200, forbidden, ErrorKind::Unauthorized, "Bearer"),
        (200, r#"{"error":"Forbidden","status":"403"}"#, ErrorKind::Unauthorized, "Bearer"),
        (403, "", ErrorKind::Unauthorized, "Bearer"),
        (401, "", ErrorKind::Unauthorized, "set a current one"),
        (404, "", ErrorKind::Config, "endpoint"),
        (302, "", ErrorKind::Config, "redirects"),
        (429, "", ErrorKind::RateLimited, "too many"),
        (200, busy, ErrorKind::RateLimited, "too many"),
        (400, r#"{"error":"Bad Request","status":400}"#, ErrorKind::Rejected, "refused"),
        (200, r#"{"status":"failure"}"#, ErrorKind::Rejected, "refused"),
        (200, r#"{"status":"FAILURE","error":"x"}"#, ErrorKind::Rejected, "refused"),
        (503, "<html>", ErrorKind::Unavailable, "unavailable"),
    ] {
        let error = refusal(status, body).await;
        assert_eq!((error.kind(), error.fate()), (kind, Fate::NotSent), "{status} {body}");
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[tokio::test]
async fn what_says_neither_yes_nor_no_may_be_out() {
    for (status, body, kind) in [
        (200, String::new(), ErrorKind::Response),
        (200, "<html>Sign in".into(), ErrorKind::Response),
        (200, r#"{"status":"succ"#.into(), ErrorKind::Response),
        (200, r#"{"data":{"id":"1"}}"#.into(), ErrorKind::Response),
        (200, "[]".into(), ErrorKind::Response),
        (200, "x".repeat(10 << 20), ErrorKind::Response),
        (500, r#"{"status":"success","data":{"id":"1"}}"#.into(), ErrorKind::Response),
        (500, "<html>".into(), ErrorKind::Unavailable),
        (502, String::new(), ErrorKind::Unavailable),
        (504, String::new(), ErrorKind::Unavailable),
    ] {
        let error = refusal(status, &body).await;
        assert_eq!((error.kind(), error.fate()), (kind, Fate::Unknown), "{status}");
    }
}

#[tokio::test]
async fn a_code_that_is_no_number_is_not_kept() {
    let body = r#"{"status":"failure","error":{"code":"+919812345678","message":"x"}}"#;
    let error = refusal(200, body).await;
    assert_eq!((error.kind(), error.code()), (ErrorKind::Rejected, None));
}
