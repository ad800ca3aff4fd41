use bytes::Bytes;
use dakiya::{
    Channel as _, Error, ErrorKind as K, Fate, Reroute,
    http::{Response, Truncated},
    testing::MockTransport,
};
use serde_json::json;

use super::{account, envelope, mail};

async fn failing(mock: &MockTransport) -> Error {
    account(mock).build().unwrap().send(&envelope(mail("canary@example.net"))).await.unwrap_err()
}

/// What each answer is: status, code, the vendor's text; kind, fate, words of our message.
const TABLE: &[(u16, &str, &str, K, Fate, &str)] = &[
    (429, "TooManyRequestsException", "Too many", K::RateLimited, Fate::NotSent, "too many"),
    (400, "Throttling", "Maximum sending rate exceeded", K::RateLimited, Fate::NotSent, "second"),
    (400, "ThrottlingException", "Rate exceeded", K::RateLimited, Fate::NotSent, "too many"),
    (400, "Throttling", "Daily message quota exceeded", K::Quota, Fate::NotSent, "24 hours"),
    (400, "LimitExceededException", "x", K::RateLimited, Fate::NotSent, "too many"),
    (
        400,
        "MessageRejected",
        "Email address is not verified: canary@example.net",
        K::Rejected,
        Fate::NotSent,
        "sandbox",
    ),
    (400, "MessageRejected", "Virus", K::Rejected, Fate::NotSent, "content"),
    (400, "MailFromDomainNotVerifiedException", "x", K::Rejected, Fate::NotSent, "MAIL FROM"),
    (400, "AccountSuspendedException", "x", K::Unauthorized, Fate::NotSent, "suspended"),
    (400, "SendingPausedException", "x", K::Unauthorized, Fate::NotSent, "paused"),
    (400, "BadRequestException", "x", K::InvalidMessage, Fate::NotSent, "not valid"),
    (
        400,
        "BadRequestException",
        "Recipient count exceeds 50.",
        K::InvalidMessage,
        Fate::NotSent,
        "parts",
    ),
    (
        400,
        "BadRequestException",
        "Missing rendering attribute",
        K::Template,
        Fate::NotSent,
        "variables",
    ),
    (
        404,
        "NotFoundException",
        "Configuration set <x> does not exist.",
        K::Config,
        Fate::NotSent,
        "configuration set",
    ),
    (
        404,
        "NotFoundException",
        "Template canary does not exist",
        K::Template,
        Fate::NotSent,
        "template",
    ),
    (404, "NotFoundException", "Contact list x", K::Config, Fate::NotSent, "contact list"),
    (404, "NotFoundException", "Tenant x", K::Config, Fate::NotSent, "tenant"),
    (404, "NotFoundException", "?", K::Config, Fate::NotSent, "does not know"),
    (400, "AlreadyExistsException", "x", K::Rejected, Fate::NotSent, "exists"),
    (409, "ConflictException", "x", K::Rejected, Fate::NotSent, "in use"),
    (400, "InvalidNextTokenException", "x", K::Config, Fate::NotSent, "anew"),
    (500, "ConcurrentModificationException", "x", K::Unavailable, Fate::NotSent, "progress"),
    (500, "InternalServiceErrorException", "x", K::Unavailable, Fate::Unknown, "failed"),
    (500, "InternalFailure", "x", K::Unavailable, Fate::Unknown, "failed"),
    (503, "ServiceUnavailable", "x", K::Unavailable, Fate::Unknown, "failed"),
    (
        403,
        "AccessDeniedException",
        "User: arn:aws:iam::123456789012:user/canary is not authorized to perform: ses:SendEmail on \
      resource: arn:aws:ses:us-east-1:123456789012:identity/canary.example",
        K::Unauthorized,
        Fate::NotSent,
        "lack the permission ses:SendEmail",
    ),
    (
        403,
        "AccessDeniedException",
        "User `arn:aws:sts::123456789012:x' is not authorized to perform `ses:SendRawEmail' with an \
      explicit deny",
        K::Unauthorized,
        Fate::NotSent,
        "denies the credentials the permission ses:SendRawEmail",
    ),
    (403, "AccessDeniedException", "no", K::Unauthorized, Fate::NotSent, "lack a permission"),
    (403, "UnrecognizedClientException", "x", K::Unauthorized, Fate::NotSent, "does not know"),
    (403, "InvalidClientTokenId", "x", K::Unauthorized, Fate::NotSent, "session token"),
    (
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match",
        K::Unauthorized,
        Fate::NotSent,
        "secret access key",
    ),
    (
        403,
        "InvalidSignatureException",
        "Signature expired: 20260314T150926Z is now earlier than",
        K::Unauthorized,
        Fate::NotSent,
        "the clock is wrong",
    ),
    (
        403,
        "SignatureDoesNotMatch",
        "Signature not yet current: 2026",
        K::Unauthorized,
        Fate::NotSent,
        "the clock is wrong",
    ),
    (
        403,
        "SignatureDoesNotMatch",
        "Credential should be scoped to a valid region.",
        K::Unauthorized,
        Fate::NotSent,
        "another region",
    ),
    (400, "IncompleteSignature", "x", K::Unauthorized, Fate::NotSent, "not complete"),
    (400, "RequestExpired", "x", K::Unauthorized, Fate::NotSent, "clock"),
    (403, "RequestInTheFuture", "x", K::Unauthorized, Fate::NotSent, "clock"),
    (403, "RequestTimeTooSkewed", "x", K::Unauthorized, Fate::NotSent, "clock"),
    (403, "MissingAuthenticationTokenException", "x", K::Unauthorized, Fate::NotSent, "proxy"),
    (403, "OptInRequired", "x", K::Unauthorized, Fate::NotSent, "signed up"),
    (403, "ExpiredTokenException", "x", K::Unauthorized, Fate::NotSent, "expired"),
    (400, "ExpiredToken", "x", K::Unauthorized, Fate::NotSent, "expired"),
    (408, "RequestTimeout", "x", K::Timeout, Fate::Unknown, "timed out"),
    (400, "RequestTimeoutException", "x", K::Timeout, Fate::Unknown, "timed out"),
    (400, "ValidationException", "x", K::InvalidMessage, Fate::NotSent, "shape"),
    (400, "SerializationException", "x", K::InvalidMessage, Fate::NotSent, "shape"),
    (400, "SomethingNewException", "canary", K::Rejected, Fate::NotSent, "refused"),
    (500, "SomethingNewException", "canary", K::Unavailable, Fate::Unknown, "failed"),
];

#[tokio::test]
async fn every_code_has_its_kind_fate_and_advice() {
    for &(status, code, text, kind, fate, words) in TABLE {
        let body = json!({"__type": format!("com.amazonaws.sesv2#{code}"), "message": text});
        let error = failing(&MockTransport::answering(status, body.to_string())).await;
        let row = format!("{code}, {text}: {error}");
        assert_eq!((error.kind(), error.fate()), (kind, fate), "{row}");
        assert_eq!((error.code(), error.status()), (Some(code), Some(status)), "{row}");
        assert_eq!(error.provider(), Some("ses.email"), "{row}");
        assert!(error.to_string().contains(words), "{row}");
        let shown = format!("{error:?}");
        assert!(!shown.contains("canary") && !shown.contains("123456789012"), "{shown}");
        let retried = matches!(kind, K::RateLimited | K::Unavailable | K::Timeout);
        assert_eq!(error.is_retryable(), retried, "{row}");
        let never = matches!(kind, K::Config | K::InvalidMessage | K::Template);
        assert_eq!(error.reroute() == Reroute::Never, never, "{row}");
    }
}

#[tokio::test]
async fn the_code_is_read_from_header_or_body() {
    let with = |header: Option<&str>, body: &'static str| {
        let mut response = Response::builder().status(400);
        if let Some(header) = header {
            response = response.header("x-amzn-errortype", header);
        }
        MockTransport::new().then_response(response.body(Bytes::from(body)).unwrap())
    };
    let cases = [
        with(Some("MessageRejected:http://internal.amazon.com/x"), r#"{"message":"x"}"#),
        with(Some("aws.ses#MessageRejected"), ""),
        with(None, r#"{"code":"MessageRejected","Message":"x"}"#),
        with(None, r#"{"__type":"com.amazon#MessageRejected"}"#),
    ];
    for mock in cases {
        assert_eq!(failing(&mock).await.code(), Some("MessageRejected"));
    }
    let hostile = with(Some("to canary@example.net"), "");
    assert_eq!(failing(&hostile).await.code(), None);
}

#[tokio::test]
async fn a_signature_that_expired_on_the_way_does_not_blame_a_clock_that_is_right() {
    let body = r#"{"__type":"InvalidSignatureException","message":"Signature expired"}"#;
    let response = Response::builder().status(403).header("date", "Sat, 14 Mar 2026 15:10:00 GMT");
    let response = response.body(Bytes::from(body)).unwrap();
    let error = failing(&MockTransport::new().then_response(response)).await;
    assert!(error.to_string().contains("took more than five minutes"), "{error}");
}

#[tokio::test]
async fn a_header_that_holds_no_code_leaves_it_to_the_body() {
    for header in ["", "#", "what is this?"] {
        let response = Response::builder().status(400).header("x-amzn-ErrorType", header);
        let body = r#"{"__type":"com.amazonaws.sesv2#MessageRejected","message":"Virus"}"#;
        let response = response.body(Bytes::from(body)).unwrap();
        let error = failing(&MockTransport::new().then_response(response)).await;
        assert_eq!((error.kind(), error.code()), (K::Rejected, Some("MessageRejected")));
    }
}

#[tokio::test]
async fn a_wrong_clock_is_measured_by_the_answers_date() {
    let body = r#"{"__type":"InvalidSignatureException","message":"Signature expired"}"#;
    let response = Response::builder()
        .status(403)
        .header("date", "Sat, 14 Mar 2026 15:19:26 GMT")
        .header("x-amzn-requestid", "5b1f0d3c-9a10")
        .body(Bytes::from(body))
        .unwrap();
    let error = failing(&MockTransport::new().then_response(response)).await;
    assert!(error.to_string().contains("wrong by 600 s"), "{error}");
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "AWS calls the request 5b1f0d3c-9a10");
}

#[tokio::test]
async fn answers_that_are_no_json_go_by_their_status() {
    let html = "<html>canary@example.net</html>";
    let cases = [
        (401, "", K::Unauthorized, Fate::NotSent),
        (403, html, K::Unauthorized, Fate::NotSent),
        (400, html, K::Rejected, Fate::NotSent),
        (413, "", K::InvalidMessage, Fate::NotSent),
        (429, "", K::RateLimited, Fate::NotSent),
        (301, "", K::Config, Fate::NotSent),
        (500, html, K::Unavailable, Fate::Unknown),
        (502, html, K::Unavailable, Fate::Unknown),
        (503, "", K::Unavailable, Fate::Unknown),
        (504, "", K::Unavailable, Fate::Unknown),
        (200, html, K::Response, Fate::Unknown),
        (200, "", K::Response, Fate::Unknown),
        (200, r#"{"MessageId":"01"#, K::Response, Fate::Unknown),
        (200, "[]x", K::Response, Fate::Unknown),
    ];
    for (status, body, kind, fate) in cases {
        let error = failing(&MockTransport::answering(status, body)).await;
        assert_eq!((error.kind(), error.fate()), (kind, fate), "{status} {body}");
        assert!(!format!("{error:?}").contains("canary"));
    }
    let mut cut = Response::new(Bytes::from(vec![b'x'; 10_000_000]));
    cut.extensions_mut().insert(Truncated::mark());
    let error = failing(&MockTransport::new().then_response(cut)).await;
    assert_eq!((error.kind(), error.fate()), (K::Response, Fate::Unknown));
}

#[tokio::test]
async fn an_answer_without_an_id_is_a_receipt_without_one() {
    for body in ["{}", r#"{"MessageId":""}"#, r#"{"MessageId":null}"#] {
        let mock = MockTransport::answering(200, body);
        let account = account(&mock).build().unwrap();
        let receipt = account.send(&envelope(mail("a@example.net"))).await.unwrap();
        assert_eq!(receipt.provider_message_id, None);
    }
}
