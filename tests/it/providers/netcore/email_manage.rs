//! The calls beside sending, in both versions.

use dakiya::{
    EmailAddress, Error, ErrorKind, Fate,
    netcore::email::{
        Account, AccountBuilder, Version,
        manage::{
            CreditPeriod, DomainQuery, EventKind, EventQuery, NewSubAccount, Period,
            RecurringCredit, StatsQuery, SubAccountChange,
        },
    },
    testing::{ManualClock, MockTransport},
};
use serde_json::{Value, json};

const KEY: &str = "k3y-3f1c9c0e5b7a4d2f";
pub(super) const DONE: &str = r#"{"status":"success","message":"OK"}"#;

fn builder(mock: &MockTransport) -> AccountBuilder {
    Account::builder(KEY)
        .transport(mock.shared())
        .clock(ManualClock::at("2026-03-14T15:00:00Z".parse().unwrap()).shared())
}

fn v6(mock: &MockTransport) -> Account {
    builder(mock).build().unwrap()
}

pub(super) fn v51(mock: &MockTransport) -> Account {
    builder(mock).version(Version::V51).build().unwrap()
}

pub(super) fn asha() -> EmailAddress {
    EmailAddress::parse("asha@customer.example").unwrap()
}

/// Each request as `METHOD path?query`, and its body.
pub(super) fn asked(mock: &MockTransport) -> Vec<(String, Value)> {
    let one = |request: &http::Request<bytes::Bytes>| {
        let path = request.uri().path_and_query().unwrap();
        let body = serde_json::from_slice(request.body()).unwrap_or(Value::Null);
        (format!("{} {path}", request.method()), body)
    };
    mock.requests().iter().map(one).collect()
}

pub(super) fn lines(mock: &MockTransport) -> Vec<String> {
    asked(mock).into_iter().map(|(line, _)| line).collect()
}

fn fields(error: &Error) -> Vec<&str> {
    error.faults().iter().map(|fault| &*fault.field).collect()
}

fn unsupported<T: std::fmt::Debug>(result: dakiya::Result<T>) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert_eq!((error.provider(), error.fate()), (Some("netcore.email"), Fate::NotSent));
    assert!(error.to_string().contains("use an account of"), "{error}");
}

#[tokio::test]
async fn each_version_proves_itself_in_its_own_way() {
    let mock = MockTransport::new().then(200, "[]").then(200, "[]").then(200, DONE);
    v6(&mock).domains().list(&DomainQuery::new()).await.unwrap();
    v51(&mock).domains().list(&DomainQuery::new()).await.unwrap();
    v51(&mock).suppressions().remove(&asha()).await.unwrap();
    let requests = mock.requests();
    let urls: Vec<_> = requests.iter().map(|request| request.uri().to_string()).collect();
    let host = "https://emailapi.netcorecloud.net";
    let paths = ["v6/domains", "v5.1/domain/getDomains", "v5.1/suppression"];
    assert_eq!(urls, paths.map(|path| format!("{host}/{path}")));
    let key = &requests[0].headers()["authorization"];
    assert!(key == &format!("Bearer {KEY}") && key.is_sensitive());
    assert_eq!(requests[1].headers()["api_key"], KEY);
    assert!(requests.iter().all(|request| request.headers()["accept"] == "application/json"));
    // What says nothing has no type, and a DELETE that says something has.
    assert!(!requests[0].headers().contains_key("content-type"));
    assert_eq!(requests[2].headers()["content-type"], "application/json");
}

#[tokio::test]
async fn a_sub_accounts_header_goes_with_every_call() {
    let mock = MockTransport::answering(200, "[]");
    let account = builder(&mock).sub_account("x-sub", "north").build().unwrap();
    account.domains().list(&DomainQuery::new()).await.unwrap();
    assert_eq!(mock.requests()[0].headers()["x-sub"], "north");
}

#[tokio::test]
async fn domains_of_version_6_say_whether_dkim_was_found() {
    let mock = MockTransport::new()
        .then(200, r#"{"domain":"mail.acme.example","dkim":{"valid":true},"status":"failed"}"#)
        .then(200, r#"{"data":{"domain":"a.example","dkim":{"valid":false}}}"#)
        .then(400, r#"{"data":"Domain mail.acme.example is not registered"}"#)
        .then(200, r#"[{"domain":"a.example","status":1,"new":[]},"b.example"]"#);
    let account = v6(&mock);
    let found = account.domains().get("mail.acme.example").await.unwrap();
    assert_eq!(
        (found.domain.as_deref(), found.dkim_valid),
        (Some("mail.acme.example"), Some(true))
    );
    // The domain failed, not the call.
    assert_eq!(found.status.as_deref(), Some("failed"));
    let found = account.domains().get("a.example").await.unwrap();
    assert_eq!((found.domain.as_deref(), found.dkim_valid), (Some("a.example"), Some(false)));
    let error = account.domains().get("mail.acme.example").await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Rejected, Some(400)));
    assert!(!format!("{error}{error:?}").contains("acme"));
    let all = account.domains().list(&DomainQuery::new()).await.unwrap();
    let names: Vec<_> = all.items.iter().map(|one| one.domain.as_deref().unwrap()).collect();
    assert_eq!((names, all.next), (vec!["a.example", "b.example"], None));
    assert_eq!(all.items[0].status.as_deref(), Some("1"));
    assert_eq!(lines(&mock)[0], "GET /v6/domains/mail.acme.example");
    assert_eq!(lines(&mock)[3], "GET /v6/domains");
}

#[tokio::test]
async fn domains_of_version_5_1_are_listed_added_and_deleted() {
    let mock = MockTransport::new()
        .then(200, r#"{"data":[{"domain":"a.example"},{"domain":"mail.acme.example"}]}"#)
        .then(200, r#"{"data":{"domains":[{"name":"x"}],"total":1}}"#)
        .then(201, r#"{"status":"success","data":{"dkim":"v=DKIM1"}}"#)
        .then(204, "")
        .then(200, "[]");
    let account = v51(&mock);
    let found = account.domains().get("Mail.Acme.example").await.unwrap();
    assert_eq!(found.domain.as_deref(), Some("mail.acme.example"));
    let query = DomainQuery::new().status("active");
    let found = account.domains().list(&query).await.unwrap();
    assert_eq!(found.items[0].record.text("Name").as_deref(), Some("x"));
    let added = account.domains().create("mail.acme.example", "track").await.unwrap();
    assert_eq!(added.fields["data"]["dkim"], "v=DKIM1");
    account.domains().delete("mail.acme.example").await.unwrap();
    let error = account.domains().get("none.example").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(
        asked(&mock)[..4],
        [
            ("GET /v5.1/domain/getDomains?domain=Mail.Acme.example".into(), Value::Null),
            ("GET /v5.1/domain/getDomains?status=active".into(), Value::Null),
            (
                "POST /v5.1/domain".into(),
                json!({"domain": "mail.acme.example", "envelopeName": "track"})
            ),
            ("DELETE /v5.1/domain/delete".into(), json!({"domain": "mail.acme.example"})),
        ]
    );
}

#[tokio::test]
async fn an_address_is_suppressed_and_released() {
    let mock = MockTransport::new().then(200, DONE).then(200, DONE).then(200, DONE).then(200, DONE);
    let account = v51(&mock);
    let list = account.suppressions();
    list.add(&asha()).await.unwrap();
    list.remove(&asha()).await.unwrap();
    list.remove_domain("acme.example").await.unwrap();
    list.release_in_query().remove(&asha()).await.unwrap();
    let email = json!({"email": "asha@customer.example"});
    assert_eq!(
        asked(&mock),
        [
            ("POST /v5.1/suppression".into(), email.clone()),
            ("DELETE /v5.1/suppression".into(), email),
            ("DELETE /v5.1/suppression".into(), json!({"domain": "acme.example"})),
            ("DELETE /v5.1/suppression?email=asha%40customer.example".into(), Value::Null),
        ]
    );
}

#[tokio::test]
async fn domains_are_suppressed_a_thousand_at_a_time() {
    let mock = MockTransport::new().then(200, DONE).then(200, DONE);
    let names: Vec<_> = (0..1001).map(|n| format!("d{n}.example")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    v6(&mock).suppressions().add_domains(&names).await.unwrap();
    let asked = asked(&mock);
    assert_eq!(asked[0].0, "POST /v6/suppressions/global/domain");
    assert_eq!(asked[0].1["domains"].as_array().unwrap().len(), 1000);
    assert_eq!(asked[1].1, json!({"domains": ["d1000.example"]}));
}

#[tokio::test]
async fn version_5_1_suppresses_domains_one_by_one_and_stops_at_a_refusal() {
    let mock = MockTransport::new().then(200, DONE).then(400, r#"{"error":"no"}"#);
    let names = ["a.example", "b.example", "c.example"];
    let error = v51(&mock).suppressions().add_domains(&names).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    let bodies: Vec<_> = asked(&mock).into_iter().map(|(_, body)| body).collect();
    assert_eq!(bodies, [json!({"domain": "a.example"}), json!({"domain": "b.example"})]);
}

#[tokio::test]
async fn suppressed_domains_are_listed() {
    let body = r#"[{"domain":"spam.example","created":"2026-01-02 03:04:05",
        "modified":"2026-01-03 03:04:05","status":1,"who":"x"},{"domain":"b.example"}]"#;
    let mock = MockTransport::answering(200, body);
    let page = v6(&mock).suppressions().domains(20).await.unwrap();
    assert_eq!(page.items[0].created.as_deref(), Some("2026-01-02 03:04:05"));
    assert_eq!(page.items[0].status, Some(1));
    assert_eq!((&*page.items[1].domain, page.next), ("b.example", None));
    assert_eq!(lines(&mock), ["GET /v6/suppressions/global/domain?limit=20"]);
}

#[tokio::test]
async fn stats_count_their_pages_from_one() {
    let mock = MockTransport::new()
        .then(200, r#"{"status":"success","data":[{"date":"2026-03-01","sent":7},{"sent":1}]}"#)
        .then(200, r#"{"status":"success","data":[]}"#);
    let account = v51(&mock);
    let query = StatsQuery::since("2026-03-01").until("2026-03-31").by(Period::Week).limit(2);
    let page = account.stats().list(&query).await.unwrap();
    assert_eq!(page.items[0].text("sent").as_deref(), Some("7"));
    assert_eq!(page.next.as_deref(), Some("3"));
    let last = account.stats().list(&query.page(page.next.unwrap())).await.unwrap();
    assert_eq!((last.items.len(), last.next), (0, None));
    let line = "GET /v5.1/stats?startdate=2026-03-01&enddate=2026-03-31&aggregated_by=week";
    assert_eq!(
        lines(&mock),
        [format!("{line}&offset=1&limit=2"), format!("{line}&offset=3&limit=2")]
    );
    for (period, name) in [(Period::Day, "day"), (Period::Month, "month")] {
        let mock = MockTransport::answering(200, "[]");
        v51(&mock).stats().list(&StatsQuery::since("2026-03-01").by(period)).await.unwrap();
        let line = format!("startdate=2026-03-01&aggregated_by={name}&offset=1&limit=100");
        assert_eq!(lines(&mock), [format!("GET /v5.1/stats?{line}")]);
    }
}

#[tokio::test]
async fn events_are_asked_for_by_everything_that_the_log_knows() {
    let mock = MockTransport::new()
        .then(200, r#"{"data":[{"EVENT":"sent","EMAIL":"asha@customer.example","TRANSID":17260011223344556}]}"#)
        .then(200, r#"{"data":null}"#);
    let account = v51(&mock);
    let query = EventQuery::since("2026-03-01")
        .until("2026-03-14")
        .events([EventKind::Sent, EventKind::HardBounce])
        .newest_first(true)
        .subject("Invoice 7")
        .reference("inv-2041")
        .from("billing@mail.acme.example")
        .email("asha@customer.example")
        .limit(1);
    assert!(!format!("{query:?}").contains("asha"));
    let page = account.events().list(&query).await.unwrap();
    assert_eq!(page.items[0].text("event").as_deref(), Some("sent"));
    assert_eq!(page.items[0].text("transid").as_deref(), Some("17260011223344556"));
    assert_eq!(page.next.as_deref(), Some("1"));
    assert!(!format!("{page:?}").contains("asha"));
    let bare = EventQuery::since("2026-03-01").page("10");
    assert!(account.events().list(&bare).await.unwrap().items.is_empty());
    assert_eq!(
        lines(&mock),
        [
            "GET /v5.1/events?startdate=2026-03-01&enddate=2026-03-14&events=sent%2Chardbounce\
             &sort=desc&offset=0&limit=1&subject=Invoice%207&xapiheader=inv-2041\
             &fromaddress=billing%40mail.acme.example&email=asha%40customer.example",
            "GET /v5.1/events?startdate=2026-03-01&offset=10&limit=10",
        ]
    );
}

#[tokio::test]
async fn every_event_has_its_name_in_the_log() {
    use EventKind::{
        Bounce, Click, Dropped, HardBounce, Invalid, Open, Processed, Sent, SoftBounce, Spam,
        Unsubscribe,
    };
    let mock = MockTransport::answering(200, "[]");
    let all = [
        Processed,
        Sent,
        Open,
        Click,
        Unsubscribe,
        Bounce,
        SoftBounce,
        HardBounce,
        Spam,
        Invalid,
        Dropped,
    ];
    let query = EventQuery::since("2026-03-01").events(all).newest_first(false);
    v51(&mock).events().list(&query).await.unwrap();
    let names = "processed%2Csent%2Copen%2Cclick%2Cunsubscribe%2Cbounce%2Csoftbounce\
        %2Chardbounce%2Cspam%2Cinvalid%2Cdropped&sort=asc";
    assert!(lines(&mock)[0].contains(names), "{:?}", lines(&mock));
}

#[tokio::test]
async fn a_template_is_read_by_its_number() {
    let mock = MockTransport::new()
        .then(200, r#"{"data":{"template_id":71,"subject":"Hi"}}"#)
        .then(200, r#"[{"template_id":71}]"#)
        .then(200, r#"{"data":[]}"#);
    let account = v51(&mock);
    let template = account.templates().get("71").await.unwrap();
    assert_eq!(template.text("subject").as_deref(), Some("Hi"));
    assert_eq!(account.templates().get("71").await.unwrap().text("template_id").unwrap(), "71");
    assert_eq!(account.templates().get("9").await.unwrap_err().kind(), ErrorKind::Rejected);
    assert_eq!(fields(&account.templates().get("x y").await.unwrap_err()), ["id"]);
    assert_eq!(lines(&mock)[0], "GET /v5.1/template?template_id=71");
    assert_eq!(mock.requests().len(), 3);
}

#[tokio::test]
async fn what_a_version_is_not_known_to_have_is_not_guessed() {
    let mock = MockTransport::new();
    let (new, old) = (v6(&mock), v51(&mock));
    unsupported(new.domains().list(&DomainQuery::new().status("active")).await);
    unsupported(new.domains().create("a.example", "track").await);
    unsupported(new.domains().delete("a.example").await);
    unsupported(new.suppressions().add(&asha()).await);
    unsupported(new.suppressions().remove(&asha()).await);
    unsupported(new.suppressions().remove_domain("a.example").await);
    unsupported(new.stats().list(&StatsQuery::since("2026-03-01")).await);
    unsupported(new.events().list(&EventQuery::since("2026-03-01")).await);
    unsupported(new.templates().get("1").await);
    unsupported(new.sub_accounts().list(1, None).await);
    unsupported(new.sub_accounts().create(&NewSubAccount::new("n", asha())).await);
    unsupported(new.sub_accounts().update("n", &SubAccountChange::new()).await);
    unsupported(new.sub_accounts().delete("n").await);
    unsupported(new.sub_accounts().credit("n").await);
    unsupported(old.suppressions().domains(1).await);
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn any_other_call_can_be_made_by_its_path() {
    let mock = MockTransport::new().then(200, r#"{"data":7}"#).then(204, "");
    let account = v6(&mock);
    let answer = account.ask(http::Method::GET, "webhooks?limit=1", None).await.unwrap();
    assert_eq!(answer["data"], 7);
    let body = json!({"status": 1});
    let answer = account.ask(http::Method::PUT, "webhooks/3", Some(&body)).await.unwrap();
    assert_eq!(answer, Value::Null);
    assert_eq!(
        asked(&mock),
        [("GET /v6/webhooks?limit=1".into(), Value::Null), ("PUT /v6/webhooks/3".into(), body),]
    );
}

#[tokio::test]
async fn a_wrong_request_is_refused_unsent_with_all_of_its_faults() {
    let mock = MockTransport::new();
    let (new, old) = (v6(&mock), v51(&mock));
    let day = |day: &str| StatsQuery::since(day);
    let all = old.sub_accounts();
    let weak = |password: &str| NewSubAccount::new(" ", asha()).password(password);
    let credit = RecurringCredit::new(1, CreditPeriod::Daily, "1.4.2026", "2026-02-30");
    let table: Vec<(Error, &[&str])> = vec![
        (new.domains().get("a/../b.example").await.unwrap_err(), &["domain"]),
        (new.domains().get("").await.unwrap_err(), &["domain"]),
        (old.domains().create("example", " ").await.unwrap_err(), &["domain", "envelope_name"]),
        (old.domains().delete("a b.example").await.unwrap_err(), &["domain"]),
        (new.suppressions().add_domains(&[]).await.unwrap_err(), &["domains"]),
        (
            new.suppressions().add_domains(&["a.example", "a@b.example"]).await.unwrap_err(),
            &["domains[1]"],
        ),
        (new.suppressions().domains(0).await.unwrap_err(), &["limit"]),
        (old.suppressions().remove_domain("x").await.unwrap_err(), &["domain"]),
        (old.stats().list(&day("2026-3-1").limit(0)).await.unwrap_err(), &["start_date", "limit"]),
        (
            old.events().list(&EventQuery::since("today").until("x")).await.unwrap_err(),
            &["start_date", "end_date"],
        ),
        (all.create(&weak("Short1")).await.unwrap_err(), &["username", "password"]),
        (all.create(&weak("nocapital1")).await.unwrap_err(), &["username", "password"]),
        (all.create(&weak("NoDigitAtAll")).await.unwrap_err(), &["username", "password"]),
        (all.create(&weak("NOSMALL12")).await.unwrap_err(), &["username", "password"]),
        (all.delete("").await.unwrap_err(), &["username"]),
        (all.set_recurring_credit("n", &credit).await.unwrap_err(), &["start_date", "end_date"]),
    ];
    for (error, expected) in table {
        assert_eq!((error.kind(), &*fields(&error)), (ErrorKind::InvalidMessage, expected));
        assert_eq!(error.provider(), Some("netcore.email"));
        assert!(!format!("{error}{error:?}").contains("NOSMALL12"));
    }
    let error = old.stats().list(&day("2026-03-01").page("next")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(mock.requests().is_empty());
}

/// What each answer to a call ends as: status, body, kind, fate, and what the message says.
const ANSWERS: &[(u16, &str, ErrorKind, Fate, &str)] = &[
    (400, r#"{"error":"Invalid api key"}"#, ErrorKind::Unauthorized, Fate::NotSent, "API key"),
    (401, r#"{"message":"x"}"#, ErrorKind::Unauthorized, Fate::NotSent, "credentials"),
    (403, r#"{"message":"x"}"#, ErrorKind::Unauthorized, Fate::NotSent, "lacks the scope"),
    (403, r#"{"error":"Insufficient credits"}"#, ErrorKind::Quota, Fate::NotSent, "no credit"),
    (402, "", ErrorKind::Quota, Fate::NotSent, "no credit"),
    (400, r#"{"data":"asha@x.example not found"}"#, ErrorKind::Rejected, Fate::NotSent, "nothing"),
    (400, r#"{"message":"does not exist"}"#, ErrorKind::Rejected, Fate::NotSent, "nothing"),
    (400, "", ErrorKind::Rejected, Fate::NotSent, "refused the request"),
    (
        400,
        r#"[{"field":"domain","message":"asha@x.example"}]"#,
        ErrorKind::InvalidMessage,
        Fate::NotSent,
        "domain was refused",
    ),
    (
        200,
        r#"[{"field":"domain","message":"Invalid","description":"asha@x.example"}]"#,
        ErrorKind::InvalidMessage,
        Fate::NotSent,
        "domain was refused",
    ),
    (200, r#"{"status":"error","message":"no"}"#, ErrorKind::Rejected, Fate::NotSent, "refused"),
    (200, r#"{"error":{"message":"no"}}"#, ErrorKind::Rejected, Fate::NotSent, "refused"),
    (404, "<html>", ErrorKind::Config, Fate::NotSent, "no such call"),
    (405, "", ErrorKind::Config, Fate::NotSent, "no such call"),
    (302, "", ErrorKind::Config, Fate::NotSent, "redirects"),
    (429, "", ErrorKind::RateLimited, Fate::NotSent, "too many"),
    (500, r#"{"error":"x"}"#, ErrorKind::Unavailable, Fate::Unknown, "failed"),
    (503, "", ErrorKind::Unavailable, Fate::NotSent, "unavailable"),
    (200, "<html>", ErrorKind::Response, Fate::Unknown, "cannot be read"),
    (200, r#"{"data":[{"a":"#, ErrorKind::Response, Fate::Unknown, "cannot be read"),
    (200, "7", ErrorKind::Response, Fate::Unknown, "cannot be read"),
    (200, r#"{"data":{"a":[],"b":[]}}"#, ErrorKind::Response, Fate::Unknown, "cannot be read"),
];

#[tokio::test]
async fn every_answer_that_says_no_has_its_kind() {
    for (status, body, kind, fate, says) in ANSWERS {
        for version in [Version::V6, Version::V51] {
            let mock = MockTransport::answering(*status, *body);
            let account = builder(&mock).version(version).build().unwrap();
            let error = account.domains().list(&DomainQuery::new()).await.unwrap_err();
            assert_eq!((error.kind(), error.fate()), (*kind, *fate), "{status} {body}");
            assert_eq!(error.provider(), Some("netcore.email"));
            let text = format!("{error} {:?}", error.faults());
            assert!(!text.contains("asha"), "{text}");
            let faults = error.faults().iter().map(|one| format!("{} {}", one.field, one.problem));
            let text = format!("{error} {}", faults.collect::<String>());
            assert!(text.contains(says), "{status} {body}: {text}");
        }
    }
}

#[tokio::test]
async fn a_wait_that_netcore_names_is_kept() {
    let answer = http::Response::builder().status(429).header("retry-after", "7");
    let mock = MockTransport::new().then_response(answer.body("".into()).unwrap());
    let error = v51(&mock).suppressions().add(&asha()).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(std::time::Duration::from_secs(7)));
}
