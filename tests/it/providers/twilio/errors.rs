//! Answers that say no, and what is made of each.

use dakiya::{
    Channel as _, Error, ErrorKind as K, Fate, Reroute, SenderId,
    http::{Response, Truncated},
    testing::MockTransport,
    twilio::Twilio,
};

use super::{MESSAGE, bare, text};

/// Every documented code: the status it comes with, and its kind.
const CODES: &[(u32, u16, K)] = &[
    (10001, 400, K::Unauthorized),
    (10004, 400, K::RateLimited),
    (11200, 400, K::Config),
    (11205, 400, K::Config),
    (11750, 400, K::InvalidMessage),
    (12100, 400, K::InvalidMessage),
    (12300, 400, K::Config),
    (13223, 400, K::InvalidRecipient),
    (13224, 400, K::InvalidRecipient),
    (13225, 400, K::Rejected),
    (13227, 400, K::Rejected),
    (14107, 400, K::RateLimited),
    (20001, 400, K::InvalidMessage),
    (20003, 401, K::Unauthorized),
    (20005, 400, K::Unauthorized),
    (20404, 404, K::Rejected),
    (20422, 400, K::InvalidMessage),
    (20429, 429, K::RateLimited),
    (20500, 500, K::Unavailable),
    (20503, 503, K::Unavailable),
    (21201, 400, K::InvalidMessage),
    (21205, 400, K::Config),
    (21210, 400, K::Rejected),
    (21211, 400, K::InvalidRecipient),
    (21212, 400, K::Rejected),
    (21214, 400, K::InvalidRecipient),
    (21215, 400, K::Rejected),
    (21216, 400, K::Rejected),
    (21217, 400, K::InvalidRecipient),
    (21218, 400, K::Config),
    (21219, 400, K::Rejected),
    (21408, 400, K::Rejected),
    (21601, 400, K::Rejected),
    (21602, 400, K::InvalidMessage),
    (21603, 400, K::Config),
    (21604, 400, K::InvalidMessage),
    (21606, 400, K::Rejected),
    (21608, 400, K::Rejected),
    (21609, 400, K::Config),
    (21610, 400, K::Suppressed),
    (21611, 400, K::RateLimited),
    (21612, 400, K::Rejected),
    (21614, 400, K::InvalidRecipient),
    (21617, 400, K::InvalidMessage),
    (21620, 400, K::InvalidMessage),
    (21623, 400, K::InvalidMessage),
    (21654, 400, K::Template),
    (21655, 400, K::Template),
    (21656, 400, K::Template),
    (21664, 400, K::Config),
    (21666, 400, K::Config),
    (21667, 400, K::Config),
    (21701, 400, K::Config),
    (21703, 400, K::Rejected),
    (21705, 400, K::Config),
    (30001, 400, K::RateLimited),
    (30002, 400, K::Unauthorized),
    (30003, 400, K::Rejected),
    (30004, 400, K::Rejected),
    (30005, 400, K::InvalidRecipient),
    (30006, 400, K::InvalidRecipient),
    (30007, 400, K::Rejected),
    (30008, 400, K::Unavailable),
    (30009, 400, K::Rejected),
    (30010, 400, K::Rejected),
    (30011, 400, K::Unsupported),
    (30017, 400, K::Unavailable),
    (30018, 400, K::Compliance),
    (30019, 400, K::InvalidMessage),
    (30022, 400, K::RateLimited),
    (30023, 400, K::Quota),
    (30024, 400, K::Compliance),
    (30027, 400, K::Quota),
    (30032, 400, K::Compliance),
    (30033, 400, K::Compliance),
    (30034, 400, K::Compliance),
    (30035, 400, K::Compliance),
    (30410, 400, K::Timeout),
    (30450, 400, K::RateLimited),
    (32017, 400, K::Rejected),
    (35111, 400, K::InvalidMessage),
    (35114, 400, K::InvalidMessage),
    (35115, 400, K::InvalidMessage),
    (35117, 400, K::InvalidMessage),
    (35118, 400, K::InvalidMessage),
    (35125, 400, K::InvalidMessage),
    (35126, 400, K::InvalidMessage),
    (63001, 400, K::Unauthorized),
    (63002, 400, K::Rejected),
    (63003, 400, K::InvalidRecipient),
    (63005, 400, K::InvalidMessage),
    (63006, 400, K::InvalidMessage),
    (63007, 400, K::Rejected),
    (63008, 400, K::Config),
    (63009, 400, K::Unavailable),
    (63010, 400, K::Unavailable),
    (63012, 400, K::Unavailable),
    (63013, 400, K::Rejected),
    (63014, 400, K::Suppressed),
    (63015, 400, K::Rejected),
    (63016, 400, K::Compliance),
    (63017, 400, K::RateLimited),
    (63018, 400, K::RateLimited),
    (63019, 400, K::InvalidMessage),
    (63020, 400, K::Unauthorized),
    (63021, 400, K::InvalidMessage),
    (63024, 400, K::InvalidRecipient),
    (63027, 400, K::Template),
    (63028, 400, K::Template),
    (63030, 400, K::InvalidMessage),
    (63032, 400, K::Rejected),
    (63033, 400, K::Rejected),
    (63034, 400, K::InvalidMessage),
    (63035, 400, K::Rejected),
    (63036, 400, K::InvalidRecipient),
    (63037, 400, K::Unavailable),
    (63038, 400, K::Quota),
    (63040, 400, K::Template),
    (63041, 400, K::Template),
    (63042, 400, K::Template),
    (63049, 400, K::Rejected),
    (63051, 400, K::Unauthorized),
    (63112, 400, K::Unauthorized),
];

fn account(mock: &MockTransport) -> Twilio {
    bare(mock).from(SenderId::parse("+15035550106").unwrap()).build().unwrap()
}

async fn failed(mock: &MockTransport) -> Error {
    let error = account(mock).send(&text("canary text")).await.unwrap_err();
    assert_eq!(error.provider(), Some("twilio.sms"));
    assert!(!format!("{error:?} {error}").contains("5035550117"), "{error:?}");
    error
}

async fn answered(status: u16, body: impl Into<bytes::Bytes>) -> Error {
    failed(&MockTransport::answering(status, body)).await
}

#[tokio::test]
async fn every_documented_code_of_a_refusal_has_its_kind() {
    for (code, status, kind) in CODES {
        let body = format!(
            r#"{{"code":{code},"message":"no +15035550117","more_info":"x","status":{status}}}"#
        );
        let error = answered(*status, body).await;
        assert_eq!(error.kind(), *kind, "{code}");
        assert_eq!(error.code(), Some(&*code.to_string()));
        assert_eq!(error.status(), Some(*status));
        let open = *status == 500 || *kind == K::Timeout;
        assert_eq!(error.fate() == Fate::Unknown, open, "{code}");
        let later = matches!(kind, K::RateLimited | K::Timeout | K::Unavailable);
        assert_eq!(error.is_retryable(), later, "{code}");
        // One line that a person can act on, not a code's name.
        assert!(error.message().split(' ').count() >= 4, "{code}: {error}");
    }
}

#[tokio::test]
async fn every_documented_code_of_a_message_that_failed_at_once_has_its_kind() {
    for (code, _, kind) in CODES {
        // As text, too: it is one in events.
        let text = format!(r#"{{"sid":"{MESSAGE}","status":"failed","error_code":"{code}"}}"#);
        assert_eq!(answered(201, text).await.kind(), *kind, "{code}");
        let body = format!(r#"{{"sid":"{MESSAGE}","status":"failed","error_code":{code}}}"#);
        let error = answered(201, body).await;
        assert_eq!(error.kind(), *kind, "{code}");
        assert_eq!(error.code(), Some(&*code.to_string()));
        assert_eq!(error.fate() == Fate::Unknown, *kind == K::Timeout, "{code}");
    }
}

#[tokio::test]
async fn who_else_may_try_hangs_on_whose_fault_it_is() {
    for (code, reroute) in [
        (21610, Reroute::Never),
        (21211, Reroute::OtherKind),
        (63016, Reroute::OtherKind),
        (63036, Reroute::OtherKind),
        (21408, Reroute::Any),
        (21617, Reroute::Never),
        (30034, Reroute::OtherKind),
    ] {
        let error = answered(400, format!(r#"{{"code":{code},"status":400}}"#)).await;
        assert_eq!(error.reroute(), reroute, "{code}");
    }
}

#[tokio::test]
async fn statuses_without_a_known_code_speak_for_themselves() {
    let table: [(u16, &str, K, Fate, Option<&str>); 18] = [
        (400, "", K::Rejected, Fate::NotSent, None),
        (400, r#"{"code":99999,"status":400}"#, K::Rejected, Fate::NotSent, Some("99999")),
        (
            400,
            r#"{"code":"21211","status":400}"#,
            K::InvalidRecipient,
            Fate::NotSent,
            Some("21211"),
        ),
        (400, r#"{"code":"+15035550117"}"#, K::Rejected, Fate::NotSent, None),
        (400, r#"{"code":{"a":1}}"#, K::Rejected, Fate::NotSent, None),
        (400, "[1]", K::Rejected, Fate::NotSent, None),
        (400, "<html>", K::Rejected, Fate::NotSent, None),
        (
            400,
            r#"{"type":"x","title":"+15035550117","status":400,"code":20422,"errors":[{"detail":"+15035550117"}]}"#,
            K::InvalidMessage,
            Fate::NotSent,
            Some("20422"),
        ),
        (401, "", K::Unauthorized, Fate::NotSent, None),
        (403, "<html>", K::Unauthorized, Fate::NotSent, None),
        (404, "", K::Config, Fate::NotSent, None),
        (429, "", K::RateLimited, Fate::NotSent, None),
        (429, r#"{"code":21211}"#, K::RateLimited, Fate::NotSent, Some("21211")),
        (500, "<html>", K::Unavailable, Fate::Unknown, None),
        (502, "", K::Unavailable, Fate::Unknown, None),
        (503, r#"{"code":20503}"#, K::Unavailable, Fate::NotSent, Some("20503")),
        (504, "", K::Unavailable, Fate::Unknown, None),
        (302, "", K::Config, Fate::NotSent, None),
    ];
    for (status, body, kind, fate, code) in table {
        let error = answered(status, body).await;
        assert_eq!(
            (error.kind(), error.fate(), error.code()),
            (kind, fate, code),
            "{status} {body}"
        );
    }
}

#[tokio::test]
async fn a_permission_that_is_lacking_is_told_apart_from_credentials_that_are_wrong() {
    let body = r#"{"code":20003,"message":"no","status":401}"#;
    assert!(answered(401, body).await.message().contains("region"));
    assert!(answered(403, body).await.message().contains("permission"));
}

#[tokio::test]
async fn the_delay_that_is_asked_for_is_kept() {
    let response = Response::builder().status(429).header("retry-after", "7");
    let response = response.body(r#"{"code":20429}"#.into()).unwrap();
    let error = failed(&MockTransport::new().then_response(response)).await;
    assert_eq!(error.retry_after(), Some(std::time::Duration::from_secs(7)));
}

#[tokio::test]
async fn a_success_that_cannot_be_read_may_be_out() {
    let cut = &super::ACCEPTED[..40];
    for body in ["", "<html>", "{}", r#"{"sid":""}"#, r#"{"sid":7}"#, "null", cut] {
        let error = answered(201, body).await;
        assert_eq!((error.kind(), error.fate()), (K::Response, Fate::Unknown), "{body}");
    }
    let mut response = Response::new(super::ACCEPTED.into());
    response.extensions_mut().insert(Truncated::mark());
    let error = failed(&MockTransport::new().then_response(response)).await;
    assert_eq!(error.kind(), K::Response);
    assert_eq!(answered(500, vec![b'x'; 10_000_000]).await.kind(), K::Unavailable);
}

#[tokio::test]
async fn a_failure_without_a_code_is_a_refusal_all_the_same() {
    let body = format!(r#"{{"sid":"{MESSAGE}","status":"failed","error_code":null}}"#);
    assert_eq!(answered(201, body).await.kind(), K::Rejected);
}

#[tokio::test]
async fn a_lost_connection_names_the_leaf() {
    let cut = Error::new(K::Network, "cut");
    assert_eq!(failed(&MockTransport::new().then_error(cut)).await.fate(), Fate::Unknown);
}
