//! Calls and recordings, managed.

use bytes::Bytes;
use dakiya::{
    Error, ErrorKind, Money, Step,
    http::Request,
    testing::{ManualClock, MockTransport},
    twilio::{
        Twilio,
        manage::{CallQuery, RecordingQuery},
    },
};
use serde_json::json;

use crate::support::specs::checked;

const SID: &str = "AC00112233445566778899aabbccddeeff";
const CALL: &str = "CA00112233445566778899aabbccddeeff";
const RECORDING: &str = "RE00112233445566778899aabbccddeeff";
const DONE: &str = r#"{"sid":"CA00112233445566778899aabbccddeeff","status":"completed",
    "to":"+15035550117","from":"+15035550106","direction":"outbound-api","duration":"23",
    "start_time":"Tue, 10 Nov 2026 08:15:00 +0000","end_time":"Tue, 10 Nov 2026 08:15:23 +0000",
    "date_created":"Tue, 10 Nov 2026 08:14:55 +0000","date_updated":null,"price":"-0.01400",
    "price_unit":"USD","answered_by":"human","queue_time":"1000","parent_call_sid":null,
    "unknown":{"more":1}}"#;
const SOUND: &str = r#"{"sid":"RE00112233445566778899aabbccddeeff",
    "call_sid":"CA00112233445566778899aabbccddeeff","status":"completed","duration":"12",
    "channels":2,"source":"OutboundAPI","start_time":"Tue, 10 Nov 2026 08:15:00 +0000",
    "date_created":"Tue, 10 Nov 2026 08:15:00 +0000","price":"-0.0025","price_unit":"USD",
    "uri":"/2010-04-01/Accounts/AC0/Recordings/RE0.json"}"#;

fn account(mock: &MockTransport) -> Twilio {
    let clock = ManualClock::at("2026-11-10T09:00:00Z".parse().unwrap());
    let account = Twilio::builder(SID, "canary-token").transport(checked(mock.shared()));
    account.clock(clock.shared()).build().unwrap()
}

/// Method, path below the account and body of the last request.
fn asked(mock: &MockTransport) -> (String, String, String) {
    let request: Request<Bytes> = mock.requests().pop().unwrap();
    assert!(request.headers()["authorization"].is_sensitive());
    let target = request.uri().to_string();
    let prefix = format!("https://api.twilio.com/2010-04-01/Accounts/{SID}/");
    let path = target.strip_prefix(&prefix).unwrap().to_owned();
    let body = String::from_utf8(request.body().to_vec()).unwrap();
    (request.method().to_string(), path, body)
}

fn wrong(error: &Error) -> Vec<&str> {
    error.faults().iter().map(|fault| &*fault.field).collect()
}

#[tokio::test]
async fn a_call_is_fetched_with_all_that_is_known_of_it() {
    let mock = MockTransport::answering(200, DONE);
    let call = account(&mock).calls().get(CALL).await.unwrap();
    assert_eq!(asked(&mock), ("GET".into(), format!("Calls/{CALL}.json"), String::new()));
    assert_eq!((call.sid.as_str(), call.status.as_str()), (CALL, "completed"));
    assert_eq!((call.duration, call.queue_time), (Some(23), Some(1000)));
    assert_eq!(call.answered_by.as_deref(), Some("human"));
    assert_eq!(call.start_time, Some("2026-11-10T08:15:00Z".parse().unwrap()));
    assert_eq!(call.date_updated, None);
    let usd = "USD".to_owned().try_into().unwrap();
    assert_eq!(call.cost(), Some(Money::new(14_000, usd)));
    assert!(!format!("{call:?}").contains("5550"));
}

#[tokio::test]
async fn calls_are_listed_page_by_page() {
    let next = format!("/2010-04-01/Accounts/{SID}/Calls.json?PageSize=2&Page=1");
    let first = json!({"calls": [{"sid": CALL, "status": "queued"}], "next_page_uri": next});
    let last = json!({"calls": [], "next_page_uri": null});
    let mock = MockTransport::new().then(200, first.to_string()).then(200, last.to_string());
    let account = account(&mock);
    let at = |text: &str| text.parse().unwrap();
    let query = CallQuery::new()
        .to("+15035550117")
        .from("client:shop")
        .status("in-progress")
        .started(at("2026-11-01T00:00:00.5Z"), at("2026-11-10T00:00:00Z"))
        .limit(2000);
    let page = account.calls().list(&query).await.unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!(
        asked(&mock).1,
        "Calls.json?To=%2B15035550117&From=client%3Ashop&Status=in-progress&StartTime%3E=2026-11-\
         01T00%3A00%3A00Z&StartTime%3C=2026-11-10T00%3A00%3A00Z&PageSize=1000"
    );
    let page = account.calls().list(&query.page(page.next.unwrap())).await.unwrap();
    assert_eq!(asked(&mock).1, "Calls.json?PageSize=2&Page=1");
    assert_eq!((page.items.len(), page.next), (0, None));

    let elsewhere = CallQuery::new().page("/2010-04-01/Accounts/AC9/Calls.json?Page=1");
    let error = account.calls().list(&elsewhere).await.unwrap_err();
    assert_eq!((error.kind(), mock.requests().len()), (ErrorKind::Config, 2));
}

#[tokio::test]
async fn a_call_is_ended_taken_back_and_led_elsewhere() {
    let mock = MockTransport::answering(200, DONE);
    let account = account(&mock);
    let calls = account.calls();
    let to = |body: &str| ("POST".to_owned(), format!("Calls/{CALL}.json"), body.to_owned());
    calls.hang_up(CALL).await.unwrap();
    assert_eq!(asked(&mock), to("Status=completed"));
    calls.cancel(CALL).await.unwrap();
    assert_eq!(asked(&mock), to("Status=canceled"));
    calls.redirect(CALL, "https://erp.example.net/x?a=1").await.unwrap();
    assert_eq!(asked(&mock), to("Url=https%3A%2F%2Ferp.example.net%2Fx%3Fa%3D1"));
    calls.go_on(CALL, &[Step::say("Bye"), Step::HangUp]).await.unwrap();
    let (_, _, body) = asked(&mock);
    assert!(body.starts_with("Twiml=") && body.ends_with("%3CHangup%2F%3E%3C%2FResponse%3E"));

    let sent = mock.requests().len();
    assert_eq!(wrong(&calls.redirect(CALL, "ftp://x").await.unwrap_err()), ["url"]);
    let long = calls.go_on(CALL, &[Step::say("x".repeat(4000))]).await.unwrap_err();
    assert_eq!((wrong(&long), long.provider()), (vec!["steps"], Some("twilio")));
    assert_eq!(mock.requests().len(), sent);
}

#[tokio::test]
async fn what_is_no_sid_is_asked_for_nowhere() {
    let mock = MockTransport::answering(200, DONE);
    let account = account(&mock);
    let (calls, recordings) = (account.calls(), account.recordings());
    let any = RecordingQuery::new();
    let outcomes = [
        calls.get("").await.map(drop),
        calls.hang_up("../Messages").await.map(drop),
        calls.cancel(RECORDING).await.map(drop),
        calls.delete("").await,
        calls.recordings("CA1", &any).await.map(drop),
        recordings.get(CALL).await.map(drop),
        recordings.delete("").await,
    ];
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), wrong(&error)), (ErrorKind::Config, vec!["sid"]));
    }
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn records_and_recordings_are_deleted() {
    let mock = MockTransport::answering(204, "");
    let account = account(&mock);
    account.calls().delete(CALL).await.unwrap();
    assert_eq!(asked(&mock), ("DELETE".into(), format!("Calls/{CALL}.json"), String::new()));
    account.recordings().delete(RECORDING).await.unwrap();
    let path = format!("Recordings/{RECORDING}.json");
    assert_eq!(asked(&mock), ("DELETE".into(), path, String::new()));
}

#[tokio::test]
async fn recordings_are_listed_and_fetched() {
    let list = format!(r#"{{"recordings":[{SOUND}],"next_page_uri":null}}"#);
    let mock = MockTransport::answering(200, SOUND).then(200, list.clone()).then(200, list);
    let account = account(&mock);
    let all = account.recordings().list(&RecordingQuery::new().limit(20)).await.unwrap();
    assert_eq!(asked(&mock).1, "Recordings.json?PageSize=20");
    let of_call = account.calls().recordings(CALL, &RecordingQuery::new()).await.unwrap();
    assert_eq!(asked(&mock).1, format!("Calls/{CALL}/Recordings.json"));
    assert_eq!(all, of_call);
    let one = account.recordings().get(RECORDING).await.unwrap();
    assert_eq!(asked(&mock).1, format!("Recordings/{RECORDING}.json"));
    assert_eq!((one.duration, one.channels), (Some(12), Some(2)));
    assert_eq!(one.source.as_deref(), Some("OutboundAPI"));
    assert_eq!(
        one.media_path("mp3").as_deref(),
        Some("/2010-04-01/Accounts/AC0/Recordings/RE0.mp3")
    );
}

#[tokio::test]
async fn an_unknown_call_is_said_to_be_unknown_and_garbage_unreadable() {
    let refusal = r#"{"code":20404,"message":"+15035550117 was not found","status":404}"#;
    let mock = MockTransport::answering(404, refusal);
    let error = account(&mock).calls().get(CALL).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Rejected, Some("20404")));
    assert_eq!(error.provider(), Some("twilio"));
    assert!(!format!("{error:?}").contains("5550117"));
    for body in ["", "<html>", "{}"] {
        let mock = MockTransport::answering(200, body);
        let error = account(&mock).calls().get(CALL).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Response, "{body}");
    }
}
