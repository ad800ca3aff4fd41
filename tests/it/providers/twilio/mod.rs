//! Twilio on the wire.

use std::str::FromStr as _;

use dakiya::{
    Envelope, ErrorKind, Message, MessageId, PhoneNumber, Provider as _, Sms,
    testing::{ManualClock, MockTransport},
    twilio::{Twilio, TwilioBuilder},
};

use crate::support::specs::checked;

mod calls;
mod errors;
mod manage;
mod rcs;
mod sms;
mod voice;
mod whatsapp;

pub(super) const SID: &str = "AC00112233445566778899aabbccddeeff";
pub(super) const SERVICE: &str = "MG00112233445566778899aabbccddeeff";
pub(super) const CONTENT: &str = "HX00112233445566778899aabbccddeeff";
pub(super) const MESSAGE: &str = "SM0f0e0d0c0b0a09080706050403020100";
const TOKEN: &str = "canary-token-71";

/// What Twilio answers to an accepted message.
pub(super) const ACCEPTED: &str = r#"{"sid":"SM0f0e0d0c0b0a09080706050403020100",
    "account_sid":"AC00112233445566778899aabbccddeeff","api_version":"2010-04-01",
    "to":"+15035550117","from":null,"body":"Your parts are ready","status":"queued",
    "direction":"outbound-api","num_segments":"2","num_media":"0","price":"-0.01580",
    "price_unit":"USD","error_code":null,"error_message":null,"date_sent":null,
    "date_created":"Tue, 10 Nov 2026 08:15:00 +0000"}"#;

/// An account at `mock`, at 08:15 on 10 November 2026, without a sender.
pub(super) fn bare(mock: &MockTransport) -> TwilioBuilder {
    let clock = ManualClock::at("2026-11-10T08:15:00Z".parse().unwrap());
    Twilio::builder(SID, TOKEN).transport(checked(mock.shared())).clock(clock.shared())
}

pub(super) fn accepting() -> MockTransport {
    MockTransport::answering(201, ACCEPTED)
}

pub(super) fn envelope<M: Message>(message: M) -> Envelope<M> {
    Envelope::new(MessageId::from_str("01890000-0000-7000-8000-000000000000").unwrap(), message)
}

pub(super) fn number() -> PhoneNumber {
    PhoneNumber::parse("+15035550117").unwrap()
}

pub(super) fn text(text: &str) -> Envelope<Sms> {
    envelope(Sms::to(number()).text(text))
}

/// The body of the only request.
pub(super) fn body(mock: &MockTransport) -> String {
    let requests = mock.requests();
    assert_eq!(requests.len(), 1, "{} requests", requests.len());
    String::from_utf8(requests[0].body().to_vec()).unwrap()
}

/// Whether the form has the pair, as it is encoded.
pub(super) fn has(body: &str, pair: &str) -> bool {
    body.split('&').any(|one| one == pair)
}

/// Sets something of an account.
pub(super) type Set = fn(TwilioBuilder) -> TwilioBuilder;

fn faults(builder: TwilioBuilder) -> Vec<String> {
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(!format!("{error:?}").contains(TOKEN));
    error.faults().iter().map(|fault| fault.field.clone()).collect()
}

#[test]
fn every_fault_of_the_settings_is_named_at_once() {
    let wrong = Twilio::builder("AC1", " ")
        .subaccount("SK00112233445566778899aabbccddeeff")
        .messaging_service("MG1")
        .region("ie 1")
        .edge("")
        .whatsapp_from("14155550107")
        .rcs_from("an agent")
        .status_callback("https://under_score.example/x")
        .callback_parameter("")
        .content_endpoint("http://content.example")
        .endpoint("http://api.example");
    assert_eq!(
        faults(wrong),
        [
            "account_sid",
            "subaccount",
            "messaging_service",
            "auth_token",
            "region",
            "edge",
            "whatsapp_from",
            "rcs_from",
            "status_callback",
            "callback_parameter",
            "content_endpoint",
            "endpoint",
        ]
    );
    let long = dakiya::SenderId::parse("Northwind Ltd").unwrap();
    assert_eq!(faults(Twilio::builder(SID, TOKEN).from(long)), ["from"]);
    let bare = dakiya::SenderId::parse("15035550106").unwrap();
    assert_eq!(faults(Twilio::builder(SID, TOKEN).from(bare)), ["from"]);
    let keyless = Twilio::builder(SID, TOKEN).api_key("SK1", "");
    assert_eq!(faults(keyless), ["api_key", "api_key"]);
}

#[tokio::test]
async fn region_and_edge_make_the_host() {
    let table: [(Set, &str); 5] = [
        (|account| account, "api.twilio.com"),
        (|account| account.region("ie1"), "api.ie1.twilio.com"),
        (|account| account.edge("ashburn"), "api.ashburn.us1.twilio.com"),
        (|account| account.region("au1").edge("sydney"), "api.sydney.au1.twilio.com"),
        (|account| account.region("ie1").endpoint("https://proxy.example"), "proxy.example"),
    ];
    for (set, host) in table {
        let mock = MockTransport::answering(200, r#"{"sid":"AC","status":"active"}"#);
        set(bare(&mock)).build().unwrap().check().await.unwrap();
        assert_eq!(mock.requests()[0].uri().host(), Some(host));
    }
}

#[tokio::test]
async fn content_templates_are_at_a_host_of_their_own() {
    let table: [(Set, &str); 4] = [
        (|account| account, "content.twilio.com"),
        (|account| account.region("ie1"), "content.ie1.twilio.com"),
        (|account| account.endpoint("https://proxy.example"), "proxy.example"),
        (|account| account.content_endpoint("https://other.example"), "other.example"),
    ];
    for (set, host) in table {
        let mock = MockTransport::answering(200, r#"{"sid":"HX"}"#);
        set(bare(&mock)).build().unwrap().content().get(CONTENT).await.unwrap();
        assert_eq!(mock.requests()[0].uri().host(), Some(host));
    }
}

#[tokio::test]
async fn a_check_fetches_the_account_which_must_be_active() {
    let mock = MockTransport::new()
        .then(200, r#"{"sid":"AC","status":"active","type":"Full"}"#)
        .then(200, r#"{"sid":"AC","status":"suspended"}"#)
        .then(401, r#"{"code":20003,"message":"Authenticate","status":401}"#);
    let account = bare(&mock).build().unwrap();
    account.check().await.unwrap();
    for _ in 0..2 {
        let error = account.check().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthorized);
        assert_eq!(error.provider(), Some("twilio"));
    }
    let request = &mock.requests()[0];
    assert_eq!(request.method(), "GET");
    assert_eq!(request.uri().path(), format!("/2010-04-01/Accounts/{SID}.json"));
    assert_eq!(account.name(), "twilio");
}

#[tokio::test]
async fn a_check_by_an_api_key_asks_for_what_a_standard_key_may_see() {
    let mock = MockTransport::new()
        .then(200, r#"{"messages":[],"next_page_uri":null}"#)
        .then(401, r#"{"code":20003,"message":"Authenticate","status":401}"#);
    let account = bare(&mock).api_key("SK00112233445566778899aabbccddeeff", "s").build().unwrap();
    account.check().await.unwrap();
    assert_eq!(account.check().await.unwrap_err().kind(), ErrorKind::Unauthorized);
    let path = format!("/2010-04-01/Accounts/{SID}/Messages.json?PageSize=1");
    assert_eq!(mock.requests()[0].uri().path_and_query().unwrap().as_str(), path);
}

#[tokio::test]
async fn an_api_key_authenticates_while_the_account_stays_in_the_path() {
    let sub = "ACffeeddccbbaa99887766554433221100";
    let table: [(Set, &str, &str); 3] = [
        (|account| account, SID, "AC00112233445566778899aabbccddeeff:canary-token-71"),
        (
            |account| account.api_key("SK00112233445566778899aabbccddeeff", "s"),
            SID,
            "SK00112233445566778899aabbccddeeff:s",
        ),
        (
            |account| account.subaccount("ACffeeddccbbaa99887766554433221100"),
            sub,
            "AC00112233445566778899aabbccddeeff:canary-token-71",
        ),
    ];
    for (set, path, pair) in table {
        let mock = MockTransport::answering(200, r#"{"sid":"AC","status":"active"}"#);
        let account = set(bare(&mock)).build().unwrap();
        account.details().await.unwrap();
        let request = &mock.requests()[0];
        assert_eq!(request.uri().path(), format!("/2010-04-01/Accounts/{path}.json"));
        let value = &request.headers()["authorization"];
        assert!(value.is_sensitive());
        assert_eq!(value.to_str().unwrap(), format!("Basic {}", base64(pair)));
        assert!(!format!("{account:?}").contains("canary"), "{account:?}");
    }
    assert!(!format!("{:?}", Twilio::builder(SID, TOKEN)).contains("canary"));
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[test]
fn a_url_gives_the_kinds_that_have_a_sender() {
    let kinds = |query: &str| {
        let url = format!("twilio://{SID}:{TOKEN}@default{query}");
        let messenger = dakiya::Messenger::builder().url(&url).unwrap().build().unwrap();
        messenger.kinds().into_iter().map(|kind| kind.to_string()).collect::<Vec<_>>().join(" ")
    };
    // A number is the sender of each kind that has none of its own.
    assert_eq!(kinds("?from=+15035550106"), "sms whatsapp voice");
    assert_eq!(kinds("?from=55512"), "sms");
    assert_eq!(kinds("?voice_from=+15035550106"), "voice");
    assert_eq!(kinds("?rcs_from=agent"), "rcs");
    assert_eq!(kinds("?whatsapp_from=+14155550107&region=ie1&edge=dublin"), "whatsapp");
    assert!(
        kinds("?from=Northwind&rcs_from=agent&api_key=SK00112233445566778899aabbccddeeff")
            .starts_with("sms")
    );
    for all in ["", "?messaging_service=MG00112233445566778899aabbccddeeff"] {
        assert!(kinds(all).starts_with("sms whatsapp"), "{all}");
    }
}

#[test]
fn a_url_that_is_wrong_names_each_setting() {
    let url = format!("twilio://{SID}:{TOKEN}@here?from=%22&colour=red&region=IE1");
    let error = dakiya::Messenger::builder().url(&url).map(drop).unwrap_err();
    assert!(!format!("{error:?}").contains(TOKEN));
    let mut fields: Vec<_> = error.faults().iter().map(|fault| &*fault.field).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["colour", "from", "host", "region"], "{error}");
}
