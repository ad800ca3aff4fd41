use dakiya::{
    ApprovedTemplate, Channel as _, Envelope, Error, ErrorKind, Fate, Media, MediaKind,
    PhoneNumber, Provider as _, WhatsApp,
    netcore::deflector::{Account, FlowChannel, Options, SmsFallback, Step},
    testing::MockTransport,
};
use serde_json::{Value, json};

const KEY: &str = "3f1c9c0e5b7a4d2f9f1d0b6a1c2e3d44";
const ID: &str = "0190b2f4-6c00-7000-8000-000000000001";
const ACCEPTED: &str = r#"{"status":"success"}"#;

fn account(mock: &MockTransport) -> Account {
    Account::builder(KEY).transport(mock.shared()).build().unwrap()
}

fn otp() -> Envelope<WhatsApp> {
    let to = PhoneNumber::parse("+919812345678").unwrap();
    let message = WhatsApp::to(to).approved("login_otp", "en", ["482913"]);
    Envelope::new(ID.parse().unwrap(), message)
}

fn with(options: &Options) -> Envelope<WhatsApp> {
    let mut envelope = otp();
    envelope.delivery.options.set(options).unwrap();
    envelope
}

fn body(mock: &MockTransport) -> Value {
    serde_json::from_slice(mock.requests()[0].body()).unwrap()
}

fn fields(error: &Error) -> Vec<&str> {
    error.faults().iter().map(|fault| &*fault.field).collect()
}

#[tokio::test]
async fn one_call_holds_whatsapp_sms_and_their_order() {
    let mock = MockTransport::answering(200, ACCEPTED);
    let mut envelope = with(&Options::new().sms(SmsFallback::new("ACMEIN", "482913 is your OTP.")));
    envelope.delivery.callback_data = Some("msg_01J2B".into());
    envelope.delivery.tags = vec!["otp".into()];
    envelope.delivery.idempotency_key = Some("key-1".into());
    let receipt = account(&mock).send(&envelope).await.unwrap();
    assert_eq!(receipt.provider, "netcore-deflector.whatsapp");
    assert_eq!(receipt.provider_message_id, None);
    let request = &mock.requests()[0];
    assert_eq!(request.uri(), "https://cpass-deflector.netcorecloud.net/messages/send");
    assert_eq!(request.headers()["api-key"], KEY);
    assert_eq!(
        body(&mock),
        json!([{
            "to": [{"phoneNumber": "919812345678"}], "callbackData": "msg_01J2B", "tags": ["otp"],
            "whatsapp": {"message": [{
                "x-apiheader": "key-1", "message_type": "template",
                "recipient_type": "individual",
                "type_template": [{"name": "login_otp", "attributes": ["482913"],
                    "language": {"locale": "en", "policy": "deterministic"}}],
            }]},
            "sms": {"From": "ACMEIN", "Text": "482913 is your OTP."},
            "flow": [{"channel": "WHATSAPP"}, {"channel": "SMS"}],
        }])
    );
}

#[tokio::test]
async fn order_rcs_and_fields_of_the_vendors_own_are_passed_on() {
    let mock = MockTransport::answering(200, r#"{"status":"success","requestid":"r1"}"#);
    let Value::Object(rcs) = json!({"template": "t"}) else { panic!() };
    let options = Options::new().rcs(rcs).sms(SmsFallback::new("A", "b").extra("dltId", 7)).flow([
        Step::from(FlowChannel::Sms).extra("wait", 30),
        FlowChannel::Rcs.into(),
        FlowChannel::WhatsApp.into(),
    ]);
    let receipt = account(&mock).send(&with(&options)).await.unwrap();
    assert_eq!(receipt.provider_message_id.as_deref(), Some("r1"));
    let body = body(&mock);
    assert_eq!(body[0]["rcs"], json!({"template": "t"}));
    assert_eq!(body[0]["sms"], json!({"From": "A", "Text": "b", "dltId": 7}));
    let flow = json!([{"channel": "SMS", "wait": 30}, {"channel": "RCS"}, {"channel": "WHATSAPP"}]);
    assert_eq!((&body[0]["flow"], &body[0]["callbackData"]), (&flow, &json!(ID)));
    assert_eq!(body[0]["whatsapp"]["message"][0]["x-apiheader"], ID);
}

#[tokio::test]
async fn a_flow_that_does_not_fit_its_contents_is_refused_unsent() {
    use FlowChannel::{Rcs, Sms, WhatsApp};

    let mock = MockTransport::answering(200, ACCEPTED);
    let sms = || SmsFallback::new("A", "b");
    for (options, field) in [
        (Options::new().flow([WhatsApp, Sms]), "options.sms"),
        (Options::new().flow([WhatsApp, Rcs]), "options.rcs"),
        (Options::new().sms(sms()).flow([WhatsApp]), "options.sms"),
        (Options::new().sms(sms()).flow([Sms]), "options.flow"),
        (Options::new().flow([WhatsApp, WhatsApp]), "options.flow"),
        (Options::new().sms(SmsFallback::new("", "b")), "options.sms.from"),
        (Options::new().sms(SmsFallback::new("A", " ")), "options.sms.text"),
        (Options::new().sms(sms().extra("Text", "c")), "options.sms.extra"),
        (Options::new().flow([Step::from(WhatsApp).extra("channel", "x")]), "options.flow"),
    ] {
        let error = account(&mock).send(&with(&options)).await.unwrap_err();
        assert_eq!((error.kind(), fields(&error)), (ErrorKind::InvalidMessage, vec![field]));
    }
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn what_is_no_template_of_text_is_unsupported() {
    let mock = MockTransport::answering(200, ACCEPTED);
    let template = || ApprovedTemplate::new("t", "en");
    let image = Media::uploaded(MediaKind::Image, "m");
    let make = |message: WhatsApp| Envelope::new(ID.parse().unwrap(), message);
    let to = || WhatsApp::to(PhoneNumber::parse("+919812345678").unwrap());
    for message in [
        to().text("hi"),
        to().media(image.clone()),
        to().content(template().header(image)),
        to().content(template().url_button(0, "x")),
        to().content(template()).from("s"),
    ] {
        let error = account(&mock).send(&make(message)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn each_answer_has_its_kind() {
    use ErrorKind as K;
    for (status, body, kind, fate) in [
        (401, "", K::Unauthorized, Fate::NotSent),
        (403, "", K::Unauthorized, Fate::NotSent),
        (404, "", K::Config, Fate::NotSent),
        (400, r#"{"error":"to 919812345678"}"#, K::InvalidMessage, Fate::NotSent),
        (429, "", K::RateLimited, Fate::NotSent),
        (503, "", K::Unavailable, Fate::NotSent),
        (500, "", K::Unavailable, Fate::Unknown),
        (200, r#"{"error":"919812345678"}"#, K::Rejected, Fate::NotSent),
        (200, r#"{"status":"failure"}"#, K::Rejected, Fate::NotSent),
        (200, r#"[{"error":"x"}]"#, K::Rejected, Fate::NotSent),
        (200, "<html>", K::Response, Fate::Unknown),
        (200, "", K::Response, Fate::Unknown),
        (200, "[]", K::Response, Fate::Unknown),
        (302, "", K::Config, Fate::NotSent),
    ] {
        let mock = MockTransport::answering(status, body);
        let error = account(&mock).send(&otp()).await.unwrap_err();
        assert_eq!((error.kind(), error.fate()), (kind, fate), "{status} {body}");
        assert!(!format!("{error:?}").contains("12345678"));
    }
}

#[tokio::test]
async fn a_check_sends_to_nobody_and_settings_are_checked() {
    for (status, wrong) in [(400, None), (200, None), (401, Some(ErrorKind::Unauthorized))] {
        let mock = MockTransport::answering(status, "[]");
        let outcome = account(&mock).check().await;
        assert_eq!(outcome.err().map(|error| error.kind()), wrong);
        assert_eq!(mock.requests()[0].body(), "[]");
    }
    let error = Account::builder("a b").endpoint("x").build().unwrap_err();
    assert_eq!(fields(&error), ["api_key", "endpoint"]);
    assert!(!format!("{:?}", account(&MockTransport::new())).contains(KEY));
}

#[test]
fn provider_urls_name_the_three_accounts() {
    let built = |url: &str| dakiya::Messenger::builder().url(url)?.build().map(|one| one.kinds());
    let request = "%7B%22a%22:%22%7Bto%7D%22,%22b%22:%22%7Btemplate%7D%22%7D";
    for (url, kind) in [
        ("netcore+whatsapp://eyJh.e30.c2ln@0b4e-6c1a?priority=true", "whatsapp"),
        (
            "netcore+whatsapp://T@default?endpoint=https://a.example&legacy_endpoint=https://b.example",
            "whatsapp",
        ),
        (&format!("netcore+rcs://K@default?bot=512&header=apikey&request={request}"), "rcs"),
        ("netcore+deflector://K@default?endpoint=https://a.example", "whatsapp"),
    ] {
        let kinds: Vec<_> = built(url).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(kinds, [kind], "{url}");
    }
    for (url, wrong) in [
        ("netcore+whatsapp://default?priority=x&colour=red", vec!["token", "priority", "colour"]),
        ("netcore+rcs://K@default?request=x&bot=", vec!["bot_id", "request"]),
        ("netcore+deflector://default?bot=1", vec!["api_key", "bot"]),
    ] {
        assert_eq!(fields(&built(url).unwrap_err()), wrong, "{url}");
    }
}
