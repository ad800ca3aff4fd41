//! Calls beside sending: checks, consent, media and templates.

use dakiya::{
    ErrorKind, Provider as _,
    netcore::whatsapp::manage::{ConsentEntry, ConsentOutcome},
    testing::MockTransport,
};
use serde_json::json;

use super::whatsapp::{ACCEPTED, account, asha, body, fields};

#[tokio::test]
async fn a_check_sends_to_nobody_and_knows_a_wrong_token() {
    for (status, body, wrong) in [
        (200, ACCEPTED, None),
        (200, r#"{"status":"failure","error":{"code":"8006","message":"no template"}}"#, None),
        (404, r#"{"status":"failure","error":{"code":8001,"message":"x"}}"#, None),
        (
            200,
            r#"{"status":"failure","error":{"code":8004,"message":"x"}}"#,
            Some(ErrorKind::Unauthorized),
        ),
        (403, "", Some(ErrorKind::Unauthorized)),
        (404, "", Some(ErrorKind::Config)),
        (200, "<html>", Some(ErrorKind::Response)),
    ] {
        let mock = MockTransport::answering(status, body);
        let outcome = account(&mock).check().await.err().map(|error| error.kind());
        assert_eq!(outcome, wrong, "{status} {body}");
        assert_eq!(mock.requests()[0].method(), "GET");
    }
}

#[tokio::test]
async fn a_consent_is_recorded_once() {
    let entry = || ConsentEntry::new(asha(), "WEB");
    let mock = MockTransport::answering(200, r#"{"status":"success","message":"ok"}"#)
        .then(200, r#"{"status":"success","message":"ok"}"#);
    let account = account(&mock);
    let full = entry().user_agent("Firefox").ip("203.0.113.9".parse().unwrap());
    let outcome = account.consent().opt_in(std::slice::from_ref(&full)).await.unwrap();
    assert_eq!(outcome, ConsentOutcome::Recorded);
    account.consent().opt_out(&[entry()]).await.unwrap();
    assert_eq!(mock.requests()[0].uri(), "https://waapi.pepipost.com/api/v2/consent/manage/");
    let person = json!({"recipient": "919812345678", "source": "WEB", "user_agent": "Firefox",
        "ip": "203.0.113.9"});
    assert_eq!(body(&mock, 0), json!({"type": "optin", "recipients": [person]}));
    let person = json!({"recipient": "919812345678", "source": "WEB"});
    assert_eq!(body(&mock, 1), json!({"type": "optout", "recipients": [person]}));
    assert!(!format!("{full:?}").contains("12345678"));
}

#[tokio::test]
async fn an_opt_in_that_stands_already_is_no_failure() {
    let answer = |text: &str| {
        json!({"status": "failure", "error": {"code": "8005", "message": text}}).to_string()
    };
    let entries = [ConsentEntry::new(asha(), "WEB")];
    let mock = MockTransport::new()
        .then(200, answer("Optin already found for 919812345678"))
        .then(200, answer("Update failed for 919812345678"));
    let account = account(&mock);
    let outcome = account.consent().opt_in(&entries).await.unwrap();
    assert_eq!(outcome, ConsentOutcome::AlreadyRecorded);
    let error = account.consent().opt_in(&entries).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Unavailable, Some("8005")));
    assert!(!format!("{error}{error:?}").contains("12345678"));
}

#[tokio::test]
async fn a_wrong_consent_is_refused_unsent() {
    let mock = MockTransport::new();
    let account = account(&mock);
    for source in ["", " ", &"x".repeat(26)] {
        let error = account.consent().opt_in(&[ConsentEntry::new(asha(), source)]).await;
        assert_eq!(fields(&error.unwrap_err()), ["recipients[0].source"]);
    }
    assert_eq!(fields(&account.consent().opt_in(&[]).await.unwrap_err()), ["recipients"]);
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn a_file_is_uploaded_as_a_form() {
    let mock = MockTransport::answering(200, r#"{"status":"success","data":{"mediaId":"m-1"}}"#);
    let id = account(&mock).media().upload("a.png", "image/png", &b"png"[..]).await.unwrap();
    assert_eq!(id, "m-1");
    let request = &mock.requests()[0];
    assert_eq!(request.uri(), "https://waapi.pepipost.com/api/v2/media/upload/");
    let kind = request.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("multipart/form-data; boundary="), "{kind}");
    let text = std::str::from_utf8(request.body()).unwrap();
    assert!(
        text.contains("name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\npng")
    );
}

#[tokio::test]
async fn an_upload_over_the_limits_is_refused_unsent() {
    let mock = MockTransport::new();
    let account = account(&mock);
    for (kind, size) in [
        ("image/webp", (500 << 10) + 1),
        ("image/png", (5 << 20) + 1),
        ("audio/ogg", (16 << 20) + 1),
        ("video/mp4", (16 << 20) + 1),
        ("application/pdf", (100 << 20) + 1),
        ("application/pdf", 0),
    ] {
        let error = account.media().upload("f", kind, vec![0; size]).await.unwrap_err();
        assert_eq!(fields(&error), ["content"], "{kind}");
    }
    let error = account.media().upload("", "png", &b"x"[..]).await.unwrap_err();
    assert_eq!(fields(&error), ["filename", "content_type"]);
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn an_upload_that_is_refused_or_unreadable_gives_no_id() {
    let refused = r#"{"status":"failure","error":{"code":"8008","message":"bad"}}"#;
    for (body, kind) in [
        (refused, ErrorKind::InvalidMessage),
        (r#"{"status":"success","data":{}}"#, ErrorKind::Response),
        ("<html>", ErrorKind::Response),
    ] {
        let mock = MockTransport::answering(200, body);
        let error = account(&mock).media().upload("f", "image/png", &b"x"[..]).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{body}");
    }
}

#[tokio::test]
async fn a_file_is_fetched_with_its_type() {
    let file = http::Response::builder().header("content-type", "image/jpeg");
    let json = http::Response::builder().header("content-type", "application/json");
    let no = r#"{"status":"failure","error":{"code":8008,"message":"no such media"}}"#;
    let mock = MockTransport::new()
        .then_response(file.body("jpeg".into()).unwrap())
        .then_response(json.body(no.into()).unwrap())
        .then(404, "");
    let account = account(&mock);
    let file = account.media().download("a/b").await.unwrap();
    assert_eq!(
        (file.content_type.as_deref(), &file.content[..]),
        (Some("image/jpeg"), &b"jpeg"[..])
    );
    assert_eq!(mock.requests()[0].uri(), "https://waapi.pepipost.com/api/v2/media/a%2Fb");
    assert_eq!(account.media().download("x").await.unwrap_err().code(), Some("8008"));
    assert_eq!(account.media().download("x").await.unwrap_err().kind(), ErrorKind::Config);
    assert_eq!(fields(&account.media().download("").await.unwrap_err()), ["id"]);
    assert!(!format!("{file:?}").contains("[106"));
}

#[tokio::test]
async fn a_templates_status_and_preview_are_handed_on() {
    let mock = MockTransport::new()
        .then(200, r#"{"status":"success","data":{"status":"APPROVED"}}"#)
        .then(200, r#"{"text":"Hello"}"#)
        .then(200, r#"{"status":"failure","error":{"code":"8001","message":"x"}}"#);
    let account = account(&mock);
    let status = account.templates().status("order shipped").await.unwrap();
    assert_eq!(status.data["status"], "APPROVED");
    assert_eq!(account.templates().preview("t").await.unwrap().data["text"], "Hello");
    assert_eq!(account.templates().status("t").await.unwrap_err().code(), Some("8001"));
    assert_eq!(fields(&account.templates().status("").await.unwrap_err()), ["name"]);
    let base = "https://waapi.pepipost.com/api/v2/metainfo/template";
    let url = format!("{base}/status?templatename=order%20shipped");
    assert_eq!(mock.requests()[0].uri().to_string(), url);
    let url = format!("{base}/preview?templatename=t");
    assert_eq!(mock.requests()[1].uri().to_string(), url);
}
