//! Messages, content templates and the account.

use dakiya::{
    ErrorKind,
    testing::MockTransport,
    twilio::{
        Twilio,
        manage::{Category, Feedback, MessageQuery, NewContent},
    },
};
use serde_json::{Value, json};

use super::{ACCEPTED, CONTENT, MESSAGE, SID, bare};

fn account(mock: &MockTransport) -> Twilio {
    bare(mock).build().unwrap()
}

/// Method, path with query, and body of the request at `index`.
fn asked(mock: &MockTransport, index: usize) -> (String, String, String) {
    let request = &mock.requests()[index];
    assert!(request.headers()["authorization"].is_sensitive());
    let path = request.uri().path_and_query().unwrap().to_string();
    let body = String::from_utf8(request.body().to_vec()).unwrap();
    (request.method().to_string(), path, body)
}

fn path(rest: &str) -> String {
    format!("/2010-04-01/Accounts/{SID}/Messages{rest}")
}

#[tokio::test]
async fn a_message_is_fetched_with_all_that_is_known_of_it() {
    let mock = MockTransport::answering(200, ACCEPTED);
    let message = account(&mock).messages().get(MESSAGE).await.unwrap();
    let ask = ("GET".into(), path(&format!("/{MESSAGE}.json")), String::new());
    assert_eq!(asked(&mock, 0), ask);
    assert_eq!((&*message.sid, &*message.status), (MESSAGE, "queued"));
    assert_eq!((message.num_segments, message.num_media), (Some(2), Some(0)));
    assert_eq!((message.error_code, message.from.as_deref()), (None, None));
    assert_eq!(message.date_created, Some("2026-11-10T08:15:00Z".parse().unwrap()));
    assert_eq!(message.date_sent, None);
    assert_eq!(message.cost().unwrap().micros, 15_800);
    assert_eq!(message.direction.as_deref(), Some("outbound-api"));
    let shown = format!("{message:?}");
    assert!(!shown.contains("5035550117") && !shown.contains("parts"), "{shown}");
}

#[tokio::test]
async fn a_failed_message_says_why() {
    let answer = json!({ "sid": MESSAGE, "status": "undelivered", "error_code": 30005,
        "error_message": "Unknown handset +15035550117" });
    let mock = MockTransport::answering(200, answer.to_string());
    let message = account(&mock).messages().get(MESSAGE).await.unwrap();
    assert!(message.error_message.as_ref().unwrap().starts_with("Unknown handset"));
    assert!(!format!("{message:?}").contains("5035550117"));
    assert_eq!((message.error_code, message.cost()), (Some(30005), None));
}

#[tokio::test]
async fn messages_are_listed_by_filter_page_after_page() {
    let next =
        format!("/2010-04-01/Accounts/{SID}/Messages.json?PageSize=1000&Page=1&PageToken=PAa");
    let first = format!(r#"{{"messages":[{ACCEPTED}],"next_page_uri":"{next}"}}"#);
    let mock =
        MockTransport::new().then(200, first).then(200, r#"{"messages":[],"next_page_uri":null}"#);
    let account = account(&mock);
    let at = |time: &str| format!("2026-11-10T{time}Z").parse().unwrap();
    let query = MessageQuery::new()
        .to("+15035550117")
        .from("whatsapp:+14155550107")
        .sent(at("08:00:00"), at("09:00:00.5"))
        .limit(5000);
    let page = account.messages().list(&query).await.unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.next.as_deref(), Some(&*next));
    let query = query.page(page.next.unwrap());
    let page = account.messages().list(&query).await.unwrap();
    assert_eq!((page.items.len(), page.next), (0, None));
    assert_eq!(
        asked(&mock, 0).1,
        path(
            ".json?To=%2B15035550117&From=whatsapp%3A%2B14155550107\
             &DateSent%3E=2026-11-10T08%3A00%3A00Z&DateSent%3C=2026-11-10T09%3A00%3A00Z&PageSize=1000"
        )
    );
    assert_eq!(asked(&mock, 1).1, next);
    assert!(!format!("{query:?}").contains("5035550117"));
}

#[tokio::test]
async fn a_page_of_somewhere_else_is_not_asked_for() {
    let mock = MockTransport::answering(200, "{}");
    let account = account(&mock);
    for next in
        ["https://evil.example/", "/2010-04-01/Accounts/ACx/Messages.json?Page=1", "@evil", ""]
    {
        let error = account.messages().list(&MessageQuery::new().page(next)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{next}");
        let error = account.content().list(Some(next)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{next}");
    }
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn a_message_is_withdrawn_redacted_and_deleted() {
    let mock = MockTransport::new().then(200, ACCEPTED).then(200, ACCEPTED).then(204, "");
    let account = account(&mock);
    account.messages().cancel(MESSAGE).await.unwrap();
    account.messages().redact(MESSAGE).await.unwrap();
    account.messages().delete(MESSAGE).await.unwrap();
    let at = path(&format!("/{MESSAGE}.json"));
    assert_eq!(asked(&mock, 0), ("POST".into(), at.clone(), "Status=canceled".into()));
    assert_eq!(asked(&mock, 1), ("POST".into(), at.clone(), "Body=".into()));
    assert_eq!(asked(&mock, 2), ("DELETE".into(), at, String::new()));
}

#[tokio::test]
async fn feedback_is_given() {
    let mock = MockTransport::answering(201, "{}");
    let account = account(&mock);
    account.messages().feedback(MESSAGE, Feedback::Confirmed).await.unwrap();
    account.messages().feedback(MESSAGE, Feedback::Unconfirmed).await.unwrap();
    let at = path(&format!("/{MESSAGE}/Feedback.json"));
    assert_eq!(asked(&mock, 0), ("POST".into(), at, "Outcome=confirmed".into()));
    assert_eq!(asked(&mock, 1).2, "Outcome=unconfirmed");
}

#[tokio::test]
async fn the_files_of_a_message_are_listed_and_fetched() {
    let media = "ME00112233445566778899aabbccddeeff";
    let file = json!({ "sid": media, "parent_sid": MESSAGE, "content_type": "image/png",
        "date_created": "Tue, 10 Nov 2026 08:15:00 +0000", "uri": "/x.json" });
    let mock = MockTransport::new()
        .then(200, json!({ "media_list": [file] }).to_string())
        .then(200, file.to_string());
    let account = account(&mock);
    let files = account.messages().media(MESSAGE).await.unwrap();
    assert_eq!(files[0].content_type.as_deref(), Some("image/png"));
    assert_eq!(account.messages().media_file(MESSAGE, media).await.unwrap(), files[0]);
    assert_eq!(asked(&mock, 0).1, path(&format!("/{MESSAGE}/Media.json")));
    assert_eq!(asked(&mock, 1).1, path(&format!("/{MESSAGE}/Media/{media}.json")));
}

#[tokio::test]
async fn what_is_no_sid_is_refused_unasked() {
    let mock = MockTransport::answering(200, "{}");
    let account = account(&mock);
    let (messages, content) = (account.messages(), account.content());
    for wrong in ["", "..", "SM1", "CA0f0e0d0c0b0a09080706050403020100"] {
        assert!(messages.get(wrong).await.is_err());
        assert!(messages.cancel(wrong).await.is_err());
        assert!(messages.redact(wrong).await.is_err());
        assert!(messages.media(wrong).await.is_err());
        assert!(messages.media_file(MESSAGE, wrong).await.is_err());
        assert!(messages.feedback(wrong, Feedback::Confirmed).await.is_err());
        assert!(content.get(wrong).await.is_err());
        assert!(content.delete(wrong).await.is_err());
        assert!(content.approval(wrong).await.is_err());
        let error = messages.delete(wrong).await.unwrap_err();
        assert_eq!((error.kind(), error.provider()), (ErrorKind::Config, Some("twilio")));
        assert_eq!(error.faults()[0].field, "sid");
    }
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn a_refused_call_is_an_error_of_the_same_table() {
    let mock = MockTransport::new()
        .then(404, r#"{"code":20404,"message":"The requested resource","status":404}"#)
        .then(401, r#"{"code":20003,"status":401}"#)
        .then(200, "<html>");
    let account = account(&mock);
    for kind in [ErrorKind::Rejected, ErrorKind::Unauthorized, ErrorKind::Response] {
        let error = account.messages().get(MESSAGE).await.unwrap_err();
        assert_eq!((error.kind(), error.provider()), (kind, Some("twilio")));
    }
}

fn template() -> Value {
    json!({
        "sid": CONTENT, "friendly_name": "order_ready", "language": "en",
        "variables": { "1": "Asha" }, "types": { "twilio/text": { "body": "Hello {{1}}" } },
        "date_created": "2026-11-10T08:15:00Z", "date_updated": null, "url": "x", "links": {},
    })
}

#[tokio::test]
async fn a_template_is_made_changed_fetched_and_deleted() {
    let mock = MockTransport::new()
        .then(201, template().to_string())
        .then(200, template().to_string())
        .then(200, template().to_string())
        .then(204, "");
    let account = account(&mock);
    let new = NewContent::new("order_ready", "en")
        .variable("1", "Asha")
        .text("Hello {{1}}")
        .content("twilio/quick-reply", json!({ "body": "Hello {{1}}", "actions": [] }));
    let made = account.content().create(&new).await.unwrap();
    assert_eq!((&*made.sid, made.friendly_name.as_deref()), (CONTENT, Some("order_ready")));
    assert_eq!(made.types.as_ref().unwrap()["twilio/text"]["body"], "Hello {{1}}");
    assert_eq!(account.content().update(CONTENT, &new).await.unwrap(), made);
    assert_eq!(account.content().get(CONTENT).await.unwrap(), made);
    account.content().delete(CONTENT).await.unwrap();
    let (method, at, body) = asked(&mock, 0);
    assert_eq!((&*method, &*at), ("POST", "/v1/Content"));
    assert_eq!(
        serde_json::from_str::<Value>(&body).unwrap(),
        json!({
            "friendly_name": "order_ready", "language": "en", "variables": { "1": "Asha" },
            "types": {
                "twilio/text": { "body": "Hello {{1}}" },
                "twilio/quick-reply": { "body": "Hello {{1}}", "actions": [] },
            },
        })
    );
    assert_eq!(mock.requests()[0].headers()["content-type"], "application/json");
    let one = format!("/v1/Content/{CONTENT}");
    let calls: Vec<_> = (1..4).map(|at| asked(&mock, at)).map(|(m, at, _)| (m, at)).collect();
    assert_eq!(
        calls,
        [("PUT".into(), one.clone()), ("GET".into(), one.clone()), ("DELETE".into(), one)]
    );
}

#[tokio::test]
async fn templates_are_listed_page_after_page_at_the_accounts_own_host() {
    let next = "https://content.twilio.com/v1/Content?PageSize=50&Page=1&PageToken=a";
    let mut approved = template();
    approved["approval_requests"] = json!({ "status": "approved", "category": "UTILITY" });
    // Nobody handed it to Meta.
    let mut fresh = template();
    fresh["approval_requests"] = json!({});
    let mock = MockTransport::new()
        .then(
            200,
            json!({ "contents": [template()], "meta": { "next_page_url": next } }).to_string(),
        )
        .then(200, json!({ "contents": [], "meta": { "next_page_url": null } }).to_string())
        .then(200, json!({ "contents": [approved, fresh], "meta": {} }).to_string());
    let account = bare(&mock).content_endpoint("https://proxy.example").build().unwrap();
    let page = account.content().list(None).await.unwrap();
    assert_eq!(page.items.len(), 1);
    let last = account.content().list(page.next.as_deref()).await.unwrap();
    assert!(last.items.is_empty() && last.next.is_none());
    let both = account.content().list_with_approvals(None).await.unwrap();
    assert_eq!(both.items[0].approval.as_ref().unwrap().status, "approved");
    assert_eq!(both.items[1].approval.as_ref().unwrap().status, "unsubmitted");
    let uris: Vec<_> = mock.requests().iter().map(|request| request.uri().to_string()).collect();
    assert_eq!(
        uris,
        [
            "https://proxy.example/v1/Content?PageSize=50",
            "https://proxy.example/v1/Content?PageSize=50&Page=1&PageToken=a",
            "https://proxy.example/v1/ContentAndApprovals?PageSize=50",
        ]
    );
}

#[tokio::test]
async fn a_template_is_handed_to_meta_and_its_approval_read() {
    let state = json!({ "name": "order_ready", "category": "UTILITY", "status": "received",
        "rejection_reason": "", "content_type": "twilio/text" });
    let rejected = json!({ "whatsapp": { "status": "rejected", "rejection_reason": "tone" } });
    let mock = MockTransport::new()
        .then(201, state.to_string())
        .then(200, rejected.to_string())
        .then(200, json!({ "sid": CONTENT }).to_string());
    let account = account(&mock);
    let content = account.content();
    let taken = content.submit(CONTENT, "order_ready", Category::Utility).await.unwrap();
    assert_eq!(taken.status, "received");
    let approval = content.approval(CONTENT).await.unwrap().unwrap();
    assert_eq!(approval.rejection_reason.as_deref(), Some("tone"));
    assert_eq!(content.approval(CONTENT).await.unwrap(), None);
    let (method, at, body) = asked(&mock, 0);
    let submit = format!("/v1/Content/{CONTENT}/ApprovalRequests/whatsapp");
    assert_eq!((&*method, at), ("POST", submit));
    assert_eq!(body, r#"{"category":"UTILITY","name":"order_ready"}"#);
    assert_eq!(asked(&mock, 1).1, format!("/v1/Content/{CONTENT}/ApprovalRequests"));
}

#[tokio::test]
async fn the_account_is_told_of() {
    let answer = json!({ "sid": SID, "status": "active", "type": "Trial",
        "friendly_name": "asha@northwind.example's account", "owner_account_sid": SID, "auth_token": "canary" });
    let mock = MockTransport::answering(200, answer.to_string());
    let details = account(&mock).details().await.unwrap();
    assert_eq!(details.kind.as_deref(), Some("Trial"));
    assert!(details.friendly_name.as_ref().unwrap().starts_with("asha@"));
    let shown = format!("{details:?}");
    assert!(!shown.contains("canary") && !shown.contains("asha"), "{shown}");
}
