use std::time::Duration;

use dakiya::{
    Channel as _, ErrorKind, Fate, Provider as _, Reroute, http::Response, mailgun::Region,
};

use super::*;

async fn refused(status: u16, body: &str) -> dakiya::Error {
    let transport = MockTransport::answering(status, body.to_owned());
    account(&transport).send(&envelope(mail("asha@customer.example"))).await.unwrap_err()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table has one row an answer")]
async fn every_answer_has_its_kind_fate_and_words() {
    use ErrorKind as K;
    use Fate::{NotSent, Unknown};
    use Reroute::{Any, Never, OtherKind};
    let say = |text: &str| serde_json::json!({ "message": text }).to_string();
    let rows = [
        (
            400,
            say("'to' parameter is not a valid address. please check documentation"),
            K::InvalidRecipient,
            NotSent,
            false,
            OtherKind,
            "recipient",
        ),
        (
            400,
            say("cc parameter is not a valid address"),
            K::InvalidRecipient,
            NotSent,
            false,
            OtherKind,
            "recipient",
        ),
        (
            400,
            say("'bcc' parameter is not a valid address"),
            K::InvalidRecipient,
            NotSent,
            false,
            OtherKind,
            "recipient",
        ),
        (
            400,
            say("'from' parameter is not a valid address. please check documentation"),
            K::InvalidMessage,
            NotSent,
            false,
            Never,
            "`from`",
        ),
        (
            400,
            say("'h:Reply-To' parameter is not a valid address"),
            K::InvalidMessage,
            NotSent,
            false,
            Never,
            "`reply_to`",
        ),
        (
            400,
            say(
                "Sandbox subdomains are for test purposes only. Please add your own domain or add the address to authorized recipients",
            ),
            K::Rejected,
            NotSent,
            false,
            Any,
            "authorise",
        ),
        (
            400,
            say(
                "Domain mg.acme.example is not allowed to send: The domain is unverified and requires DNS configuration",
            ),
            K::Rejected,
            NotSent,
            false,
            Any,
            "DNS records",
        ),
        (400, say("Account disabled"), K::Unauthorized, NotSent, false, Any, "support"),
        (400, say("template 'invoice' not found"), K::Template, NotSent, false, Never, "template"),
        (
            400,
            say("'o:deliverytime' parameter is too far in the future"),
            K::InvalidMessage,
            NotSent,
            false,
            Never,
            "`send_at`",
        ),
        (400, say("o:tag: too many tags"), K::InvalidMessage, NotSent, false, Never, "`tags`"),
        (
            400,
            say("recipient-variables is not valid JSON"),
            K::InvalidMessage,
            NotSent,
            false,
            Never,
            "recipient_variables",
        ),
        (
            400,
            say("Need at least one of 'text' or 'html' parameters specified"),
            K::InvalidMessage,
            NotSent,
            false,
            Never,
            "`text`",
        ),
        (400, say("something new"), K::Rejected, NotSent, false, Any, "refused"),
        (400, String::new(), K::Rejected, NotSent, false, Any, "refused"),
        (401, "Forbidden".into(), K::Unauthorized, NotSent, false, Any, "API key"),
        (401, say("Invalid private key"), K::Unauthorized, NotSent, false, Any, "region"),
        (402, say("Payment required"), K::Quota, NotSent, false, Any, "paid"),
        (403, "Forbidden".into(), K::Unauthorized, NotSent, false, Any, "may not"),
        (403, say("Account is disabled"), K::Unauthorized, NotSent, false, Any, "support"),
        (
            403,
            say("Free accounts are for test purposes only. Please upgrade"),
            K::Rejected,
            NotSent,
            false,
            Any,
            "authorise",
        ),
        (
            403,
            say("Domain mg.acme.example is not allowed to send: The domain is unverified"),
            K::Rejected,
            NotSent,
            false,
            Any,
            "verify",
        ),
        (403, say("Sending limit exceeded"), K::Quota, NotSent, false, Any, "limit"),
        (404, say("Domain not found: mg.acme.example"), K::Config, NotSent, false, Never, "region"),
        (404, say("template not found"), K::Template, NotSent, false, Never, "template"),
        (404, "404 page not found".into(), K::Config, NotSent, false, Never, "region"),
        (405, String::new(), K::Config, NotSent, false, Never, "endpoint"),
        (409, say("conflict"), K::Rejected, NotSent, false, Any, "conflict"),
        (413, String::new(), K::InvalidMessage, NotSent, false, Never, "25 MB"),
        (429, say("Too many requests"), K::RateLimited, NotSent, true, Any, "too many"),
        (500, say("Internal Server Error"), K::Unavailable, Unknown, true, Any, "failed"),
        (502, "<html>bad gateway</html>".into(), K::Unavailable, Unknown, true, Any, "failed"),
        (503, String::new(), K::Unavailable, NotSent, true, Any, "unavailable"),
        (504, String::new(), K::Unavailable, Unknown, true, Any, "failed"),
        (302, String::new(), K::Config, NotSent, false, Never, "endpoint"),
        (
            400,
            "<html>template sandbox disabled</html>".into(),
            K::Rejected,
            NotSent,
            false,
            Any,
            "refused",
        ),
        (200, "Mailgun Magnificent API".into(), K::Config, NotSent, false, Never, "nothing is out"),
        (200, "Mailgun Magnificent API\n".into(), K::Config, NotSent, false, Never, "path"),
        (200, "<html>sign in</html>".into(), K::Response, Unknown, false, Never, "cannot be read"),
        (200, String::new(), K::Response, Unknown, false, Never, "cannot be read"),
        (200, "{\"id\":\"<2026".into(), K::Response, Unknown, false, Never, "cannot be read"),
        (
            200,
            "{\"message\":\"Queued\"}".into(),
            K::Response,
            Unknown,
            false,
            Never,
            "cannot be read",
        ),
        (200, "{\"id\":\"<>\"}".into(), K::Response, Unknown, false, Never, "no id"),
        (200, "x".repeat(10 << 20), K::Response, Unknown, false, Never, "cannot be read"),
    ];
    for (status, body, kind, fate, retryable, reroute, words) in rows {
        let error = refused(status, &body).await;
        let short: String = body.chars().take(60).collect();
        let seen = (error.kind(), error.fate(), error.is_retryable(), error.reroute());
        assert_eq!(seen, (kind, fate, retryable, reroute), "{status} {short}: {error}");
        assert_eq!(error.status(), Some(status), "{short}");
        assert_eq!(error.provider(), Some("mailgun.email"));
        assert!(error.to_string().contains(words), "{status} {short}: {error}");
        assert!(!error.to_string().contains("acme.example"), "{error}");
    }
}

#[tokio::test]
async fn a_busy_mailgun_says_in_one_of_three_ways_how_long_to_wait() {
    // 2026-03-14T15:00:00Z is 1773500400.
    let limit = r#"{"message":"Domain is not allowed to send: limit, try again after Sat, 14 Mar 2026 15:10:00 UTC"}"#;
    let rows = [
        ("retry-after", "7", "", Some(7)),
        ("x-ratelimit-reset", "1773500430", "", Some(30)),
        ("x-ratelimit-reset", "1773500430.25", "", Some(31)),
        ("x-ratelimit-reset", "1773500000", "", Some(0)),
        ("x-ratelimit-reset", "9999999999", "", Some(86_400)),
        ("x-ratelimit-reset", "soon", "", None),
        ("x-other", "1", limit, Some(600)),
        ("x-other", "1", "not a date, 14 March", None),
    ];
    for (name, value, body, seconds) in rows {
        let answer = Response::builder().status(429).header(name, value);
        let transport = MockTransport::new().then_response(answer.body(body.into()).unwrap());
        let sent = account(&transport).send(&envelope(mail("asha@customer.example"))).await;
        let error = sent.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!(error.retry_after(), seconds.map(Duration::from_secs), "{name} {value} {body}");
    }
}

fn domain(state: &str) -> String {
    serde_json::json!({"domain": {"name": "mg.acme.example", "state": state}}).to_string()
}

#[tokio::test]
async fn a_check_looks_the_domain_up() {
    let transport = MockTransport::answering(200, domain("active"));
    account(&transport).check().await.unwrap();
    let request = &transport.requests()[0];
    assert_eq!(request.method(), "GET");
    assert_eq!(request.uri(), "https://api.mailgun.net/v4/domains/mg.acme.example");
}

#[tokio::test]
async fn a_check_tells_what_is_wrong_apart() {
    let missing = r#"{"message":"Domain not found"}"#;
    let other = || MockTransport::answering(404, missing);
    let rows = [
        (other().then(401, "Forbidden"), ErrorKind::Unauthorized, "API key", 2),
        (other().then(404, missing), ErrorKind::Config, "not known in this region", 2),
        (
            other().then(404, missing).then(200, domain("active")),
            ErrorKind::Config,
            "set the region to Eu",
            2,
        ),
        (other().then(401, "").then(200, domain("active")), ErrorKind::Config, "EU region", 2),
        (other().then(403, "Forbidden"), ErrorKind::Unauthorized, "may only send", 1),
        (other().then(200, domain("unverified")), ErrorKind::Config, "not verified", 1),
        (other().then(200, domain("disabled")), ErrorKind::Unauthorized, "disabled", 1),
        (other().then(200, "Mailgun Magnificent API"), ErrorKind::Response, "cannot be read", 1),
    ];
    for (transport, kind, words, asked) in rows {
        let error = account(&transport).check().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(transport.requests().len(), asked, "{words}");
        assert_eq!(error.provider(), Some("mailgun.email"));
    }
}

#[tokio::test]
async fn a_check_asks_the_other_region_of_mailgun_and_of_nobody_else() {
    let missing = r#"{"message":"Domain not found"}"#;
    let transport = MockTransport::answering(200, domain("active")).then(404, missing);
    let account = builder(&transport).region(Region::Eu).build().unwrap();
    let error = account.check().await.unwrap_err();
    assert!(error.to_string().contains("US region"), "{error}");
    let hosts: Vec<_> = transport
        .requests()
        .iter()
        .map(|request| request.uri().host().unwrap().to_owned())
        .collect();
    assert_eq!(hosts, ["api.eu.mailgun.net", "api.mailgun.net"]);

    let transport = MockTransport::answering(404, missing);
    let account = builder(&transport).endpoint("https://proxy.example").build().unwrap();
    account.check().await.unwrap_err();
    assert_eq!(transport.requests().len(), 1);
}
