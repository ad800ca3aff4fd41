//! Netcore SMS on the wire.

use std::sync::Arc;

use dakiya::{
    Channel, Delivery, Dlt, Envelope, ErrorKind, Fate, MessageId, PhoneNumber, Provider, SenderId,
    Sms,
    netcore::sms::{Account, AccountBuilder, Form},
    testing::ManualClock,
};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

const ACCEPTED: &str = include_str!("../../../fixtures/netcore/sms/accepted_1.01.xml");
const REFUSED: &str = include_str!("../../../fixtures/netcore/sms/refused_number_1.01.xml");
const TEMPLATE: &str = "1107160000000000001";

fn builder(server: &MockServer) -> AccountBuilder {
    let clock = ManualClock::at("2026-03-14T15:00:00Z".parse().unwrap());
    Account::builder("390001", "9800000001", "s3cr&t-pass")
        .from(SenderId::parse("ACMEIN").unwrap())
        .entity("1101360000000000002")
        .endpoint(format!("{}/BulkSms", server.uri()))
        .clock(clock.shared())
}

fn account(server: &MockServer) -> Account {
    builder(server).build().unwrap()
}

fn envelope(number: &str, text: &str) -> Envelope<Sms> {
    let sms = Sms::to(PhoneNumber::parse(number).unwrap()).text(text);
    let id: MessageId = "01890000-0000-7000-8000-000000000000".parse().unwrap();
    Envelope::new(id, sms.dlt(Dlt::template(TEMPLATE)))
}

async fn answering(at: &str, status: u16, body: &str) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(format!("/BulkSms/{at}")))
        .respond_with(ResponseTemplate::new(status).set_body_string(body))
        .mount(&server)
        .await;
    server
}

async fn bodies(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    requests.into_iter().map(|request| String::from_utf8(request.body).unwrap()).collect()
}

fn mids(ids: &[usize]) -> String {
    let mids: Vec<_> =
        ids.iter().map(|id| format!("<MID ID='{id}' TID = 't{id}'></MID>")).collect();
    format!("<RESULT REQID ='7'>{}</RESULT>", mids.concat())
}

#[tokio::test]
async fn one_message_is_a_form_with_the_credentials_in_its_body() {
    let server = answering("SingleMsgApi", 200, ACCEPTED).await;
    let account = builder(&server).parameter("msgtype", "u").shorten(true).build().unwrap();
    let mut delivery = Delivery::default();
    delivery.tags.push("otp".into());
    delivery.send_at = Some("2026-03-14T18:00:00Z".parse().unwrap());
    let receipt = account
        .send(&envelope("+919812345678", "कोड 1+1 & 2").with_delivery(delivery))
        .await
        .unwrap();
    assert_eq!(receipt.provider, "netcore.sms");
    assert_eq!(receipt.provider_message_id.as_deref(), Some("20448813370"));
    assert_eq!(receipt.segments, Some(1));
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[0].url.query(), None);
    assert_eq!(
        bodies(&server).await,
        ["feedid=390001&username=9800000001&password=s3cr%26t-pass&To=919812345678\
          &Text=%E0%A4%95%E0%A5%8B%E0%A4%A1%201%2B1%20%26%202\
          &templateid=1107160000000000001&entityid=1101360000000000002&async=0&short=1\
          &senderid=ACMEIN&time=202603142330&jobname=otp&msgtype=u"]
    );
}

#[tokio::test]
async fn the_json_form_keeps_the_apis_names() {
    let body = r#" {"REQID": 70211345566, "MID": {"ID": "1", "TID": 20448813370}}"#;
    let server = answering("JsonSingleApi", 200, body).await;
    let account = builder(&server).form(Form::Json).api_key("key-1").build().unwrap();
    let receipt = account.send(&envelope("+919812345678", "hi \"you\"")).await.unwrap();
    assert_eq!(receipt.provider_message_id.as_deref(), Some("20448813370"));
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[0].headers["api-key"], "key-1");
    assert_eq!(requests[0].headers["content-type"], "application/json");
    assert_eq!(
        bodies(&server).await,
        [
            r#"{"entityid":"1101360000000000002","feedid":390001,"messages":"hi \"you\"","mobile":"919812345678","password":"s3cr&t-pass","senderid":"ACMEIN","templateid":"1107160000000000001","username":"9800000001"}"#
        ]
    );
}

#[tokio::test]
async fn one_text_to_many_is_one_request_and_answers_are_matched_by_index() {
    let server = answering("SingleMsgApi", 200, &mids(&[3, 1])).await;
    let all: Vec<_> =
        ["+919812345671", "+919812345672", "+919812345673"].map(|to| envelope(to, "hi")).into();
    let results = account(&server).send_batch(&all.iter().collect::<Vec<_>>()).await;
    let ids: Vec<_> = results
        .iter()
        .map(|result| result.as_ref().ok().and_then(|r| r.provider_message_id.clone()))
        .collect();
    assert_eq!(ids, [Some("t1".into()), None, Some("t3".into())]);
    let missing = results[1].as_ref().unwrap_err();
    assert_eq!((missing.kind(), missing.fate()), (ErrorKind::Response, Fate::Unknown));
    let bodies = bodies(&server).await;
    assert_eq!(bodies.len(), 1);
    assert!(bodies[0].contains("&To=919812345671%2C919812345672%2C919812345673&Text=hi&"));
}

#[tokio::test]
async fn texts_that_differ_go_as_csv_and_a_refused_row_is_its_own() {
    let answer = "<RESULT REQID ='7'>\
        <MID ID='2'><ERROR><CODE>132</CODE><DESC>NDNC 919812345672</DESC></ERROR></MID>\
        <MID ID='1' TID='t1'/></RESULT>";
    let server = answering("UploadCsvFile", 200, answer).await;
    let first = envelope("+919812345671", "a \"b\", c\nd");
    let broken = {
        let sms = Sms::to(PhoneNumber::parse("+919812345679").unwrap()).text("x");
        Envelope::new(first.id, sms)
    };
    let last = envelope("+919812345672", "other");
    let results = account(&server).send_batch(&[&first, &broken, &last]).await;
    assert_eq!(results[0].as_ref().unwrap().provider_message_id.as_deref(), Some("t1"));
    assert_eq!(results[1].as_ref().unwrap_err().kind(), ErrorKind::InvalidMessage);
    assert_eq!(results[2].as_ref().unwrap_err().kind(), ErrorKind::Suppressed);
    let body = bodies(&server).await.remove(0);
    let csv = field(&body, "filestring");
    assert_eq!(
        csv,
        "919812345671,\"a \"\"b\"\", c\nd\",\"ACMEIN\",\"\",\"1\",\"1107160000000000001\"\n\
         919812345672,\"other\",\"ACMEIN\",\"\",\"2\",\"1107160000000000001\"\n"
    );
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    let row = reader.records().next().unwrap().unwrap();
    assert_eq!(&row[1], "a \"b\", c\nd");
}

fn field(body: &str, name: &str) -> String {
    let mut pairs = url::form_urlencoded::parse(body.as_bytes());
    pairs.find(|(key, _)| key == name).unwrap().1.into_owned()
}

#[tokio::test]
async fn a_number_that_comes_twice_with_one_text_goes_in_two_requests() {
    let server = answering("SingleMsgApi", 200, &mids(&[1, 2])).await;
    let all: Vec<_> =
        ["+919812345671", "+919812345672", "+919812345671"].map(|to| envelope(to, "hi")).into();
    drop(account(&server).send_batch(&all.iter().collect::<Vec<_>>()).await);
    let bodies = bodies(&server).await;
    assert_eq!(bodies.len(), 2);
    assert!(bodies.iter().any(|body| body.contains("To=919812345671&")));
}

#[tokio::test]
async fn limits_cut_a_batch() {
    let server = answering("SingleMsgApi", 200, &mids(&[1, 2])).await;
    let account = builder(&server).same_text_limit(2).build().unwrap();
    let all: Vec<_> = (0..5).map(|n| envelope(&format!("+91981234567{n}"), "hi")).collect();
    let results = account.send_batch(&all.iter().collect::<Vec<_>>()).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(bodies(&server).await.len(), 3);
}

#[tokio::test]
async fn codes_become_kinds_in_every_shape_of_answer() {
    use ErrorKind as K;
    let table = [
        ("104", "Credit not sufficient", K::Quota),
        ("106", "", K::InvalidMessage),
        ("-1", "", K::Config),
        ("108", "", K::InvalidRecipient),
        ("120", "Invalid mobile number - 919812345678", K::InvalidRecipient),
        ("120", "International SMS not enabled", K::Unsupported),
        ("131", "", K::Unavailable),
        ("136", "", K::Unavailable),
        ("132", "", K::Suppressed),
        ("600", "", K::Compliance),
        ("633", "", K::Compliance),
        ("650", "", K::Suppressed),
        ("651", "", K::Compliance),
        ("670", "", K::Unavailable),
        ("999", "who knows 919812345678", K::Rejected),
        ("998", "Temporary failure", K::Unavailable),
        ("997", "Invalid username or password", K::Unauthorized),
    ];
    for (code, text, kind) in table {
        let error = format!("<ERROR><CODE>{code}</CODE><DESC>{text}</DESC></ERROR>");
        let json = format!(r#"{{"REQUEST-ERROR":{{"ERROR":{{"CODE":{code},"DESC":"{text}"}}}}}}"#);
        let shapes = [
            format!("<RESULT REQID ='1'><MID ID='1' TID='2'>{error}</MID></RESULT>"),
            format!(
                "<RESULT REQID ='1'><MID ID='1'><ERROR INDEX = '1'>{error}</ERROR></MID></RESULT>"
            ),
            format!("<RESULT><REQUEST-ERROR>{error}</REQUEST-ERROR></RESULT>"),
            format!("<RESULT><REQUEST-ERROR><ERROR><CODE>{code}</CODE><DESC>{text}</RESULT>"),
            json,
        ];
        for shape in shapes {
            let server = answering("SingleMsgApi", 200, &shape).await;
            let error = account(&server).send(&envelope("+919812345678", "hi")).await.unwrap_err();
            assert_eq!((error.kind(), error.code()), (kind, Some(code)), "{shape}");
            assert_eq!(error.fate(), Fate::NotSent, "{shape}");
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("9812345678") && !shown.contains("s3cr"), "{shown}");
        }
    }
    let server = answering("SingleMsgApi", 200, REFUSED).await;
    let error = account(&server).send(&envelope("+919812345678", "hi")).await.unwrap_err();
    assert_eq!(error.kind(), K::InvalidRecipient);
}

#[tokio::test]
async fn a_success_that_cannot_be_read_is_probably_out() {
    let inert = "<!DOCTYPE RESULT [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">\
        <!ENTITY x SYSTEM 'file:///etc/passwd'>]><RESULT REQID='&b;'><MID ID='1' TID='&x;'></MID></RESULT>";
    for body in [
        "",
        "<!DOCTYPE html><html><body>Bad gateway</body></html>",
        "<RESULT REQID ='1'><MID ID='1' TID='2'>",
        "<RESULT REQID ='1'><MID ID='1' TI",
        "<RESULT REQID ='1'></RESULT>",
        "{\"REQID\": 1",
        "[]",
        "OK",
        inert,
    ] {
        let server = answering("SingleMsgApi", 200, body).await;
        let error = account(&server).send(&envelope("+919812345678", "hi")).await.unwrap_err();
        assert_eq!((error.kind(), error.fate()), (ErrorKind::Response, Fate::Unknown), "{body}");
    }
}

#[tokio::test]
async fn a_dtd_is_never_fetched() {
    let dtd = MockServer::start().await;
    let body = ACCEPTED.replace("http://bulkpush.mytoday.com", &dtd.uri());
    let server = answering("SingleMsgApi", 200, &body).await;
    assert!(account(&server).send(&envelope("+919812345678", "hi")).await.is_ok());
    assert!(dtd.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_asynchronous_accept_names_request_and_index() {
    let server = answering("SingleMsgApi", 200, "<RESULT REQID ='7'></RESULT>").await;
    let account = builder(&server).async_accept(true).build().unwrap();
    let receipt = account.send(&envelope("+919812345678", "hi")).await.unwrap();
    assert_eq!(receipt.provider_message_id.as_deref(), Some("7:1"));
}

#[tokio::test]
async fn statuses_tell_what_became_of_the_message() {
    for (status, kind, fate) in [
        (401, ErrorKind::Unauthorized, Fate::NotSent),
        (429, ErrorKind::RateLimited, Fate::NotSent),
        (500, ErrorKind::Unavailable, Fate::Unknown),
        (503, ErrorKind::Unavailable, Fate::NotSent),
    ] {
        let server = answering("SingleMsgApi", status, "<html>").await;
        let error = account(&server).send(&envelope("+919812345678", "hi")).await.unwrap_err();
        assert_eq!((error.kind(), error.fate(), error.status()), (kind, fate, Some(status)));
    }
}

#[tokio::test]
async fn what_is_wrong_is_found_before_the_wire() {
    let server = MockServer::start().await;
    let sms = Sms::to(PhoneNumber::parse("+919812345678").unwrap()).text("hi");
    let sms =
        sms.from(SenderId::parse("VM-ACMEIN-S").unwrap()).dlt(Dlt::template("11").entity("x"));
    let wrong = Envelope::new(envelope("+919812345678", "").id, sms);
    let error = account(&server).send(&wrong).await.unwrap_err();
    let fields: Vec<_> = error.faults().iter().map(|fault| &*fault.field).collect();
    assert_eq!(fields, ["dlt.template", "dlt.entity", "from"]);
    assert!(bodies(&server).await.is_empty());
}

#[tokio::test]
async fn a_feed_with_bound_ids_and_numbers_abroad_need_none() {
    let server = answering("SingleMsgApi", 200, ACCEPTED).await;
    let bare = |to: &str| {
        let sms = Sms::to(PhoneNumber::parse(to).unwrap()).text("hi");
        Envelope::new(envelope("+919812345678", "").id, sms)
    };
    assert!(account(&server).send(&bare("+14155550100")).await.is_ok());
    assert!(account(&server).send(&bare("+919812345678")).await.is_err());
    let bound = builder(&server).bound_to_feed().build().unwrap();
    assert!(bound.send(&bare("+919812345678")).await.is_ok());
}

#[tokio::test]
async fn the_check_sends_to_nobody() {
    let refused = |code: &str, text: &str| {
        format!(
            "<RESULT><REQUEST-ERROR><ERROR><CODE>{code}</CODE><DESC>{text}</DESC></ERROR></REQUEST-ERROR></RESULT>"
        )
    };
    let server = answering("SingleMsgApi", 200, &refused("-1", "Feedid or Mobile empty")).await;
    account(&server).check().await.unwrap();
    assert_eq!(
        bodies(&server).await,
        ["feedid=390001&username=9800000001&password=s3cr%26t-pass&To=&Text=&async=0"]
    );
    let server = answering("SingleMsgApi", 200, &refused("7", "Authentication failed")).await;
    let error = account(&server).check().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
}

#[test]
fn every_fault_of_the_settings_is_named_and_no_secret() {
    let error = Account::builder("feed", "", "")
        .entity("1")
        .endpoint("http://bulkpush.mytoday.com/BulkSms/")
        .csv_limit(0)
        .parameter("Password", "x")
        .build()
        .unwrap_err();
    let fields: Vec<_> = error.faults().iter().map(|fault| &*fault.field).collect();
    assert_eq!(
        fields,
        ["feed_id", "user", "password", "entity", "csv_limit", "parameters[0]", "endpoint"]
    );
    let account = Account::builder("1", "user-77", "s3cret").api_key("k3y").build().unwrap();
    let shown = format!("{account:?} {:?}", Arc::new(account.clone()));
    assert!(!shown.contains("s3cret") && !shown.contains("k3y") && !shown.contains("user-77"));
}

#[tokio::test]
async fn the_dlt_header_goes_before_the_sender_and_that_before_the_accounts() {
    let server = answering("SingleMsgApi", 200, ACCEPTED).await;
    let account = account(&server);
    let bare = envelope("+919812345678", "hi");
    let mut named = bare.clone();
    named.message = named.message.from(SenderId::parse("DRISHT").unwrap());
    let mut approved = named.clone();
    approved.message = approved.message.dlt(Dlt::template(TEMPLATE).header("ACMEPR"));
    for envelope in [&bare, &named, &approved] {
        account.send(envelope).await.unwrap();
    }
    let senders: Vec<_> =
        bodies(&server).await.iter().map(|body| field(body, "senderid")).collect();
    assert_eq!(senders, ["ACMEIN", "DRISHT", "ACMEPR"]);
}

#[tokio::test]
async fn one_messages_deadline_does_not_cut_off_its_neighbours_answer() {
    let server = answering("SingleMsgApi", 200, &mids(&[1, 2])).await;
    let account = account(&server);
    let due = |to: &str, at: &str| {
        let mut envelope = envelope(to, "hi");
        envelope.delivery.deadline = Some(at.parse().unwrap());
        envelope
    };
    let all = [
        due("+919812345671", "2026-03-14T14:59:59Z"),
        due("+919812345672", "2026-03-14T15:00:01Z"),
        envelope("+919812345673", "hi"),
    ];
    let results = account.send_batch(&all.iter().collect::<Vec<_>>()).await;
    let late = results[0].as_ref().unwrap_err();
    assert_eq!((late.kind(), late.fate()), (ErrorKind::Timeout, Fate::NotSent));
    assert!(results[1].is_ok() && results[2].is_ok());
    let bodies = bodies(&server).await;
    assert_eq!(bodies.len(), 1);
    assert_eq!(field(&bodies[0], "To"), "919812345672,919812345673");
}
