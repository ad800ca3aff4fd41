use std::time::Duration;

use dakiya::{
    Channel as _, Error, ErrorKind, Fate, Reroute,
    http::{Response, Truncated},
    testing::MockTransport,
};

use super::{account, envelope, mail};

/// Status, body; kind, fate, and what the line says.
type Row = (u16, &'static str, ErrorKind, Fate, &'static str);

const IDENTITY: &str = r#"{"errors":[{"message":"The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.","field":"from","help":null}]}"#;
const GRANT: &str = r#"{"errors":[{"message":"The provided authorization grant is invalid, expired, or revoked","field":null,"help":null}]}"#;
const CREDITS: &str = r#"{"errors":[{"message":"Maximum credits exceeded","field":null}]}"#;

use ErrorKind as K;
use Fate::{NotSent, Unknown};

const TABLE: &[Row] = &[
    (
        400,
        r#"{"errors":[{"message":"Does not contain a valid address.","field":"personalizations.0.to.0.email"}]}"#,
        K::InvalidRecipient,
        NotSent,
        "refused the recipient",
    ),
    (
        400,
        r#"{"errors":[{"message":"x","field":"personalizations[0].cc[2].email"}]}"#,
        K::InvalidRecipient,
        NotSent,
        "refused the recipient",
    ),
    (
        400,
        r#"{"errors":[{"message":"x","field":"personalizations.0.to"},{"message":"x","field":"content.0.value"}]}"#,
        K::InvalidMessage,
        NotSent,
        "content.0.value",
    ),
    (
        400,
        r#"{"errors":[{"message":"The subject is required","field":"subject"}]}"#,
        K::InvalidMessage,
        NotSent,
        "subject",
    ),
    (
        400,
        r#"{"errors":[{"message":"The from email does not contain a valid address.","field":"from.email"}]}"#,
        K::InvalidMessage,
        NotSent,
        "from.email",
    ),
    (
        400,
        r#"{"errors":[{"message":"no such pool","field":"ip_pool_name"}]}"#,
        K::InvalidMessage,
        NotSent,
        "ip_pool_name",
    ),
    (
        400,
        r#"{"errors":[{"message":"The template_id must be a valid GUID","field":"template_id"}]}"#,
        K::Template,
        NotSent,
        "template",
    ),
    (
        400,
        r#"{"errors":[{"message":"template not found","field":null}]}"#,
        K::Template,
        NotSent,
        "template",
    ),
    (
        400,
        r#"{"errors":[{"message":"Bad Request","field":null,"help":null}]}"#,
        K::Rejected,
        NotSent,
        "without naming a field",
    ),
    (
        400,
        r#"{"error":"bad asha@customer.example"}"#,
        K::Rejected,
        NotSent,
        "without naming a field",
    ),
    (400, "<html>", K::Rejected, NotSent, "without naming a field"),
    (400, "", K::Rejected, NotSent, "without naming a field"),
    (401, GRANT, K::Unauthorized, NotSent, "wrong, revoked, or of another region"),
    (
        401,
        r#"{"errors":[{"message":"authorization required"}]}"#,
        K::Unauthorized,
        NotSent,
        "no API key reached",
    ),
    (401, CREDITS, K::Quota, NotSent, "no credits"),
    (401, "", K::Unauthorized, NotSent, "API key"),
    (403, IDENTITY, K::Rejected, NotSent, "verify the sender, or authenticate its domain"),
    (
        403,
        r#"{"errors":[{"message":"access forbidden","field":null}]}"#,
        K::Unauthorized,
        NotSent,
        "lacks the scope",
    ),
    (
        403,
        r#"{"errors":[{"message":"Your account has been suspended"}]}"#,
        K::Unauthorized,
        NotSent,
        "suspended",
    ),
    (
        403,
        r#"{"errors":[{"message":"You are temporarily blocked"}]}"#,
        K::Unauthorized,
        NotSent,
        "for now",
    ),
    (403, CREDITS, K::Quota, NotSent, "no credits"),
    (404, "", K::Config, NotSent, "check the endpoint"),
    (405, "", K::Config, NotSent, "check the endpoint"),
    (406, "", K::Config, NotSent, "check the endpoint"),
    (408, "", K::Timeout, Unknown, "timed out"),
    (413, "", K::InvalidMessage, NotSent, "too large"),
    (415, "", K::InvalidMessage, NotSent, "UTF-8"),
    (
        429,
        r#"{"errors":[{"message":"too many requests"}]}"#,
        K::RateLimited,
        NotSent,
        "too many requests",
    ),
    (451, "", K::Config, NotSent, "set the region"),
    (500, "", K::Unavailable, Unknown, "failed"),
    (502, "<html>Bad gateway</html>", K::Unavailable, Unknown, "failed"),
    (503, "", K::Unavailable, NotSent, "unavailable"),
    (504, "", K::Unavailable, Unknown, "failed"),
    (302, "", K::Config, NotSent, "redirects"),
    (418, "", K::Rejected, NotSent, "refused"),
];

async fn failure(mock: MockTransport) -> Error {
    let account = account(&mock).build().unwrap();
    account.send(&envelope(mail("asha@customer.example"))).await.unwrap_err()
}

#[tokio::test]
async fn every_refusal_has_its_kind_and_says_what_to_do() {
    for (status, body, kind, fate, says) in TABLE {
        let error = failure(MockTransport::answering(*status, *body)).await;
        assert_eq!((error.kind(), error.fate()), (*kind, *fate), "{status} {body}");
        let line = error.to_string();
        assert!(line.contains(says), "{line}");
        assert!(!line.contains("asha@"), "{line}");
        assert_eq!(error.status(), Some(*status));
        assert_eq!(error.provider(), Some("sendgrid.email"));
        let again = matches!(kind, K::RateLimited | K::Unavailable | K::Timeout);
        assert_eq!(error.is_retryable(), again, "{status}");
    }
}

#[tokio::test]
async fn an_unverified_sender_may_be_known_elsewhere_and_a_bad_message_is_not() {
    let error = failure(MockTransport::answering(403, IDENTITY)).await;
    assert_eq!(error.reroute(), Reroute::Any);
    let error = failure(MockTransport::answering(413, "")).await;
    assert_eq!(error.reroute(), Reroute::Never);
}

#[tokio::test]
async fn an_error_id_is_kept_and_a_field_that_is_an_address_is_not() {
    let body = r#"{"errors":[{"message":"x","error_id":"E-17","field":"asha@customer.example"}]}"#;
    let error = failure(MockTransport::answering(400, body)).await;
    assert_eq!(error.code(), Some("E-17"));
    assert!(error.faults().is_empty());
}

#[tokio::test]
async fn a_rate_limit_is_waited_for_by_either_header() {
    let limited = |name: &str, value: &str| {
        let response = Response::builder().status(429).header(name, value).body("".into());
        MockTransport::new().then_response(response.unwrap())
    };
    let wait = |seconds| Some(Duration::from_secs(seconds));
    assert_eq!(failure(limited("retry-after", "7")).await.retry_after(), wait(7));
    let reset = "x-ratelimit-reset";
    assert_eq!(failure(limited(reset, "1773500460")).await.retry_after(), wait(60));
    assert_eq!(failure(limited(reset, "1")).await.retry_after(), wait(0));
    assert_eq!(failure(limited(reset, "99999999999")).await.retry_after(), wait(86_400));
    assert_eq!(failure(limited(reset, "soon")).await.retry_after(), None);
}

#[tokio::test]
async fn a_cut_answer_without_an_id_may_be_out() {
    let mut cut = Response::new("".into());
    cut.extensions_mut().insert(Truncated::mark());
    let error = failure(MockTransport::new().then_response(cut)).await;
    assert_eq!((error.kind(), error.fate()), (K::Response, Unknown));
    let error = failure(MockTransport::answering(202, vec![b'x'; 10 << 20])).await;
    assert_eq!(error.kind(), ErrorKind::Response);
}
