//! Each code of Meta's, and what is made of it.

use std::time::Duration;

use dakiya::{
    Channel as _, Error, ErrorKind as K, Fate, Provider as _, Reroute, http::Truncated,
    testing::MockTransport,
};
use serde_json::{Value, json};

use super::{account, envelope, to};

async fn failure(status: u16, body: &str) -> Error {
    let mock = MockTransport::answering(status, body.to_owned());
    let error = account(&mock).send(&envelope(to().text("x"))).await.unwrap_err();
    assert_eq!(error.provider(), Some("meta.whatsapp"));
    assert_eq!(error.status(), Some(status));
    error
}

fn body(code: i64, more: Value) -> String {
    let mut error = json!({
        "message": format!("(#{code}) about +919845000012"), "type": "OAuthException",
        "code": code, "fbtrace_id": "A1b2C3d4E5f6",
        "error_data": {"messaging_product": "whatsapp", "details": "of +919845000012"},
    });
    error.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    json!({ "error": error }).to_string()
}

#[tokio::test]
async fn every_documented_code_has_its_kind_and_says_what_to_do() {
    // code, status, kind, retried, who else may try, a word of the message
    #[rustfmt::skip]
    let table = [
        (0, 401, K::Unauthorized, false, Reroute::Any, "token"),
        (1, 400, K::Unavailable, true, Reroute::Any, "few times"),
        (2, 503, K::Unavailable, true, Reroute::Any, "down"),
        (3, 500, K::Unauthorized, false, Reroute::Any, "capability"),
        (4, 400, K::RateLimited, true, Reroute::Any, "app's call rate"),
        (10, 403, K::Unauthorized, false, Reroute::Any, "lacks a permission"),
        (200, 403, K::Unauthorized, false, Reroute::Any, "whatsapp_business_messaging"),
        (299, 403, K::Unauthorized, false, Reroute::Any, "whatsapp_business_management"),
        (33, 400, K::Config, false, Reroute::Never, "phone_number_id"),
        (100, 400, K::InvalidMessage, false, Reroute::Never, "parameter"),
        (190, 401, K::Unauthorized, false, Reroute::Any, "token"),
        (368, 403, K::Unauthorized, false, Reroute::Any, "blocked"),
        (613, 400, K::RateLimited, true, Reroute::Any, "rate limit"),
        (80_007, 400, K::RateLimited, true, Reroute::Any, "business account's"),
        (130_403, 403, K::Suppressed, false, Reroute::Never, "blocks"),
        (130_429, 400, K::RateLimited, true, Reroute::Any, "messages a second"),
        (130_472, 400, K::Compliance, false, Reroute::OtherKind, "experiment"),
        (130_497, 403, K::Compliance, false, Reroute::OtherKind, "country"),
        (131_000, 500, K::Unavailable, true, Reroute::Any, "went wrong"),
        (131_005, 403, K::Unauthorized, false, Reroute::Any, "permission"),
        (131_008, 400, K::InvalidMessage, false, Reroute::Never, "missing"),
        (131_009, 400, K::InvalidMessage, false, Reroute::Never, "value"),
        (131_016, 503, K::Unavailable, true, Reroute::Any, "unavailable"),
        (131_020, 400, K::Rejected, false, Reroute::Any, "group"),
        (131_041, 400, K::Rejected, false, Reroute::Any, "group"),
        (131_021, 400, K::InvalidRecipient, false, Reroute::OtherKind, "sender"),
        (131_026, 400, K::InvalidRecipient, false, Reroute::OtherKind, "not on WhatsApp"),
        (131_030, 400, K::Rejected, false, Reroute::Any, "list"),
        (131_031, 403, K::Unauthorized, false, Reroute::Any, "locked"),
        (131_037, 400, K::Rejected, false, Reroute::Any, "display name"),
        (131_042, 400, K::Quota, false, Reroute::Any, "payment"),
        (131_045, 500, K::Rejected, false, Reroute::Any, "register"),
        (131_047, 400, K::Compliance, false, Reroute::OtherKind, "send a template"),
        (131_048, 400, K::Quota, false, Reroute::Any, "spam"),
        (131_049, 400, K::Compliance, false, Reroute::OtherKind, "24 hours"),
        (131_050, 400, K::Suppressed, false, Reroute::Never, "stopped marketing"),
        (131_051, 400, K::InvalidMessage, false, Reroute::Never, "type"),
        (131_052, 400, K::InvalidMessage, false, Reroute::Never, "link"),
        (131_053, 400, K::InvalidMessage, false, Reroute::Never, "size"),
        (131_055, 400, K::InvalidMessage, false, Reroute::Never, "marketing"),
        (131_056, 400, K::RateLimited, true, Reroute::Any, "one user"),
        (131_057, 500, K::Unavailable, true, Reroute::Any, "maintenance"),
        (131_059, 400, K::InvalidMessage, false, Reroute::Never, "cursor"),
        (131_062, 400, K::InvalidMessage, false, Reroute::Never, "phone number"),
        (131_063, 400, K::Rejected, false, Reroute::Any, "marketing endpoint"),
        (131_064, 400, K::RateLimited, true, Reroute::Any, "class"),
        (132_000, 400, K::Template, false, Reroute::Never, "number of parameters"),
        (132_001, 404, K::Template, false, Reroute::Never, "language"),
        (132_005, 400, K::Template, false, Reroute::Never, "too long"),
        (132_007, 400, K::Template, false, Reroute::Never, "policy"),
        (132_008, 400, K::Template, false, Reroute::Never, "form"),
        (132_012, 400, K::Template, false, Reroute::Never, "form"),
        (132_015, 400, K::Template, false, Reroute::Never, "paused"),
        (132_016, 400, K::Template, false, Reroute::Never, "disabled"),
        (132_018, 400, K::Template, false, Reroute::Never, "line breaks"),
        (132_068, 400, K::Rejected, false, Reroute::Any, "flow is blocked"),
        (132_069, 400, K::RateLimited, true, Reroute::Any, "flow is throttled"),
        (133_000, 500, K::Unavailable, true, Reroute::Any, "deregister"),
        (133_004, 503, K::Unavailable, true, Reroute::Any, "registration"),
        (133_005, 400, K::Unauthorized, false, Reroute::Any, "PIN"),
        (133_006, 400, K::Rejected, false, Reroute::Any, "verified"),
        (133_008, 400, K::Rejected, false, Reroute::Any, "too often"),
        (133_009, 400, K::RateLimited, true, Reroute::Any, "too fast"),
        (133_010, 400, K::Rejected, false, Reroute::Any, "not registered"),
        (133_015, 400, K::Unavailable, true, Reroute::Any, "deleted just now"),
        (133_016, 400, K::Quota, false, Reroute::Any, "72 hours"),
        (134_011, 404, K::Rejected, false, Reroute::Any, "payment terms"),
        (134_100, 400, K::InvalidMessage, false, Reroute::Never, "marketing templates"),
        (134_101, 400, K::Unavailable, true, Reroute::Any, "on its way"),
        (134_102, 400, K::Rejected, false, Reroute::Any, "eligible"),
        (135_000, 400, K::InvalidMessage, false, Reroute::Never, "parameter"),
        (136_024, 400, K::Rejected, false, Reroute::Any, "verified already"),
        (137_000, 400, K::InvalidMessage, false, Reroute::Never, "identity"),
        (138_000, 400, K::Rejected, false, Reroute::Any, "calling"),
        (138_021, 400, K::Rejected, false, Reroute::Any, "calling"),
        (139_000, 400, K::Rejected, false, Reroute::Any, "flow or the block"),
        (147_001, 400, K::Rejected, false, Reroute::Any, "user name"),
        (147_005, 400, K::Rejected, false, Reroute::Any, "user name"),
        (2_388_019, 400, K::Quota, false, Reroute::Any, "as many templates"),
        (2_388_039, 400, K::Template, false, Reroute::Never, "state"),
        (2_388_040, 400, K::Template, false, Reroute::Never, "too long"),
        (2_388_047, 400, K::Template, false, Reroute::Never, "header"),
        (2_388_072, 400, K::Template, false, Reroute::Never, "body"),
        (2_388_073, 400, K::Template, false, Reroute::Never, "footer"),
        (2_388_293, 400, K::Template, false, Reroute::Never, "too many variables"),
        (2_388_299, 400, K::Template, false, Reroute::Never, "start or end"),
        (2_494_100, 400, K::Unavailable, true, Reroute::Any, "maintenance"),
        // Codes that nobody wrote down.
        (131_099, 400, K::Rejected, false, Reroute::Any, "look the code up"),
        (131_099, 500, K::Unavailable, true, Reroute::Any, "failed"),
        (999_999, 429, K::RateLimited, true, Reroute::Any, "too many"),
        (-1, 400, K::Rejected, false, Reroute::Any, "look the code up"),
    ];
    for (code, status, kind, retried, reroute, word) in table {
        let error = failure(status, &body(code, json!({}))).await;
        assert_eq!((error.kind(), error.is_retryable()), (kind, retried), "{code}: {error}");
        assert_eq!(error.reroute(), reroute, "{code}");
        assert_eq!(error.code(), Some(&*code.to_string()));
        assert!(error.message().contains(word), "{code}: {error}");
        assert!(!format!("{error} {error:?}").contains("9845"), "{error:?}");
    }
}

#[tokio::test]
async fn only_a_failure_that_says_little_leaves_it_open_what_is_out() {
    for (code, status, fate) in [
        (131_000, 500, Fate::Unknown),
        (131_016, 500, Fate::Unknown),
        (131_016, 503, Fate::NotSent),
        (1, 500, Fate::Unknown),
        (1, 400, Fate::NotSent),
        (2, 503, Fate::NotSent),
        (3, 500, Fate::NotSent),
        (131_045, 500, Fate::NotSent),
        (131_057, 500, Fate::NotSent),
        (131_099, 502, Fate::Unknown),
        (130_429, 400, Fate::NotSent),
    ] {
        assert_eq!(failure(status, &body(code, json!({}))).await.fate(), fate, "{code} {status}");
    }
}

#[tokio::test]
async fn the_code_decides_and_not_the_status() {
    for status in [200, 400, 403, 500] {
        let error = failure(status, &body(130_429, json!({}))).await;
        assert_eq!((error.kind(), error.fate()), (K::RateLimited, Fate::NotSent), "{status}");
    }
}

#[tokio::test]
async fn a_token_that_expired_was_revoked_or_lacks_a_permission_is_told_apart() {
    for (code, subcode, word) in [
        (190, 463, "has expired"),
        (190, 460, "password was changed"),
        (190, 458, "app was removed"),
        (190, 459, "log in"),
        (190, 464, "log in"),
        (190, 467, "revoked"),
        (190, 492, "revoked"),
        (10, 0, "permission"),
        (100, 33, "phone number id"),
    ] {
        let error = failure(401, &body(code, json!({"error_subcode": subcode}))).await;
        assert!(error.message().contains(word), "{code} {subcode}: {error}");
        assert_eq!(error.code(), Some(&*code.to_string()));
    }
    let error = failure(400, &body(100, json!({"error_subcode": 33}))).await;
    assert_eq!(error.kind(), K::Config);
}

#[tokio::test]
async fn the_subcode_decides_on_templates_alone() {
    let error = failure(400, &body(100, json!({"error_subcode": 2_388_299}))).await;
    assert_eq!((error.kind(), error.code()), (K::Template, Some("2388299")));
    let error = failure(400, &body(131_030, json!({"error_subcode": 2_494_010}))).await;
    assert_eq!((error.kind(), error.code()), (K::Rejected, Some("131030")));
}

#[tokio::test]
async fn a_transient_failure_is_retried_where_the_code_says_nothing() {
    let error = failure(400, &body(131_099, json!({"is_transient": true}))).await;
    assert_eq!((error.kind(), error.fate()), (K::Unavailable, Fate::NotSent));
    let error = failure(400, &body(1, json!({"is_transient": false}))).await;
    assert!(!error.is_retryable());
    let error = failure(400, &body(100, json!({"is_transient": true}))).await;
    assert_eq!(error.kind(), K::InvalidMessage);
}

#[tokio::test]
async fn waits_are_those_that_are_documented() {
    for (code, seconds) in
        [(131_056, Some(6)), (131_049, Some(86_400)), (133_015, Some(300)), (130_429, None)]
    {
        let error = failure(400, &body(code, json!({}))).await;
        assert_eq!(error.retry_after(), seconds.map(Duration::from_secs), "{code}");
    }
}

#[tokio::test]
async fn the_trace_is_kept_for_the_support_and_nothing_else() {
    use std::error::Error as _;
    let error = failure(400, &body(100, json!({}))).await;
    assert_eq!(error.source().unwrap().to_string(), "fbtrace_id A1b2C3d4E5f6");
    let error = failure(400, &body(100, json!({"fbtrace_id": "for +919845000012"}))).await;
    assert!(error.source().is_none());
}

#[tokio::test]
async fn what_is_no_error_of_metas_is_told_by_its_status() {
    let html = "<!doctype html><title>Sorry</title>";
    for (status, text, kind, fate) in [
        (200, html, K::Response, Fate::Unknown),
        (200, "", K::Response, Fate::Unknown),
        (200, "{\"messages\":[", K::Response, Fate::Unknown),
        (200, "{\"messages\":[]}", K::Response, Fate::Unknown),
        (200, "{\"messages\":[{\"id\":\"\"}]}", K::Response, Fate::Unknown),
        (302, "", K::Config, Fate::NotSent),
        (400, html, K::Rejected, Fate::NotSent),
        (401, "", K::Unauthorized, Fate::NotSent),
        (404, html, K::Config, Fate::NotSent),
        (429, "", K::RateLimited, Fate::NotSent),
        (500, html, K::Unavailable, Fate::Unknown),
        (503, "{}", K::Unavailable, Fate::NotSent),
        (504, "", K::Unavailable, Fate::Unknown),
        (400, "{\"error\":\"x\"}", K::Rejected, Fate::NotSent),
        (400, "{\"error\":{\"code\":\"x\"}}", K::Rejected, Fate::NotSent),
    ] {
        let error = failure(status, text).await;
        assert_eq!((error.kind(), error.fate()), (kind, fate), "{status} {text}: {error}");
    }
    let error = failure(200, &"x".repeat(10 << 20)).await;
    assert_eq!((error.kind(), error.fate()), (K::Response, Fate::Unknown));
}

#[tokio::test]
async fn a_cut_answer_may_be_out() {
    let mut response = dakiya::http::Response::new(super::accepted().into());
    response.extensions_mut().insert(Truncated::mark());
    let mock = MockTransport::new().then_response(response);
    let error = account(&mock).send(&envelope(to().text("x"))).await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (K::Response, Fate::Unknown));
}

#[tokio::test]
async fn a_check_fetches_the_number() {
    let mock = MockTransport::answering(200, r#"{"id":"305511778840026"}"#);
    account(&mock).check().await.unwrap();
    let (method, path, _) = super::asked(&mock);
    assert_eq!(method, "GET");
    assert!(path.starts_with("/v26.0/305511778840026?fields=id%2C"), "{path}");
    for (code, kind) in [(190, K::Unauthorized), (33, K::Config), (10, K::Unauthorized)] {
        let mock = MockTransport::answering(400, body(code, json!({})));
        assert_eq!(account(&mock).check().await.unwrap_err().kind(), kind);
    }
}
