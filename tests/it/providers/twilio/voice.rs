//! Calls through Twilio on the wire.

use std::time::Duration;

use bytes::Bytes;
use dakiya::{
    Call, Channel as _, Delivery, Envelope, Error, ErrorKind, Fate, Gather, Input, Kind, Messenger,
    PhoneNumber, ProviderTemplate, Receipt, Recording, Reroute, Result, Retries, SenderId, Step,
    http::Request,
    testing::{ManualClock, MockTransport},
    twilio::{
        Twilio, TwilioBuilder,
        voice::{
            CallEvent, Channels, Detection, MachineDetection, Method, Options, RecordingEvent,
            RecordingSettings, Track, Trim, twiml,
        },
    },
};
use proptest::prelude::*;
use quick_xml::{Reader, escape::resolve_predefined_entity, events::Event};
use serde_json::json;

use crate::support::specs::checked;

const SID: &str = "AC00112233445566778899aabbccddeeff";
const APPLICATION: &str = "AP00112233445566778899aabbccddeeff";
const ID: &str = "01890000-0000-7000-8000-000000000000";
const TO: &str = "To=%2B15035550117";
const FROM: &str = "From=%2B15035550106";
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>";
const MENU: &str = "https://erp.example.net/voice/menu?order=INV-7&try=1";

fn account(mock: &MockTransport) -> TwilioBuilder {
    let clock = ManualClock::at("2026-11-10T08:15:00Z".parse().unwrap());
    Twilio::builder(SID, "canary-token-71")
        .voice_from(PhoneNumber::parse("+15035550106").unwrap())
        .transport(checked(mock.shared()))
        .clock(clock.shared())
}

fn accepting() -> MockTransport {
    let body = r#"{"sid":"CA00112233445566778899aabbccddeeff","status":"queued","duration":null,
        "price":null,"to":"+15035550117","from":"+15035550106","direction":"outbound-api"}"#;
    MockTransport::answering(201, body)
}

fn call() -> Call {
    Call::to(PhoneNumber::parse("+15035550117").unwrap())
}

fn envelope(call: Call) -> Envelope<Call> {
    Envelope::new(ID.parse().unwrap(), call)
}

fn with(call: Call, options: &Options) -> Envelope<Call> {
    let mut delivery = Delivery::default();
    delivery.options.set(options).unwrap();
    envelope(call).with_delivery(delivery)
}

fn kept(id: &str) -> Envelope<Call> {
    let mut envelope = envelope(call());
    let template = ProviderTemplate::new(id);
    envelope.delivery.provider_templates.insert("twilio.voice".into(), template);
    envelope
}

async fn sent(envelope: &Envelope<Call>) -> (Result<Receipt>, Vec<Request<Bytes>>) {
    let mock = accepting();
    let outcome = account(&mock).build().unwrap().send(envelope).await;
    (outcome, mock.requests())
}

/// The fields of the only request, as they are encoded, without who calls whom.
async fn fields(envelope: &Envelope<Call>) -> Vec<String> {
    let (outcome, requests) = sent(envelope).await;
    outcome.unwrap();
    let body = String::from_utf8(requests[0].body().to_vec()).unwrap();
    let rest = body.strip_prefix(&format!("{TO}&{FROM}&")).expect(&body);
    rest.split('&').map(Into::into).collect()
}

async fn refused(envelope: &Envelope<Call>) -> Error {
    let (outcome, requests) = sent(envelope).await;
    assert!(requests.is_empty());
    let error = outcome.unwrap_err();
    assert_eq!(error.provider(), Some("twilio.voice"));
    error
}

fn wrong_fields(error: &Error) -> Vec<&str> {
    assert_eq!(error.kind(), ErrorKind::InvalidMessage, "{error}");
    error.faults().iter().map(|fault| &*fault.field).collect()
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[tokio::test]
async fn a_call_is_a_form_with_its_steps() {
    let (receipt, requests) = sent(&envelope(call().say("Hi & bye"))).await;
    let receipt = receipt.unwrap();
    assert_eq!(receipt.provider, "twilio.voice");
    assert_eq!(receipt.provider_message_id.as_deref(), Some("CA00112233445566778899aabbccddeeff"));
    let request = &requests[0];
    assert_eq!(request.method(), "POST");
    let url = format!("https://api.twilio.com/2010-04-01/Accounts/{SID}/Calls.json");
    assert_eq!(request.uri().to_string(), url);
    assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
    assert!(request.headers()["authorization"].is_sensitive());
    assert_eq!(
        request.body(),
        "To=%2B15035550117&From=%2B15035550106&Twiml=%3C%3Fxml%20version%3D%221.0%22%20encoding\
         %3D%22UTF-8%22%3F%3E%3CResponse%3E%3CSay%3EHi%20%26amp%3B%20bye%3C%2FSay%3E%3C%2F\
         Response%3E"
    );
}

#[test]
fn each_step_is_its_verb() {
    let number = || PhoneNumber::parse("+15035550199").unwrap();
    let menu =
        Gather::digits(1, MENU).timeout(seconds(6)).prompt(Step::say_in("en-GB", "Press 1."));
    let mut speech = Gather::any("https://e.example/s")
        .input(Input::KeysOrSpeech)
        .prompt(Step::play("https://e.example/a.mp3"))
        .prompt(Step::Pause { length: seconds(2) });
    speech.language = Some("de-DE".into());
    speech.hints = vec!["ja".into(), "nein".into()];
    speech.finish_on = Some('*');
    let mut recording = Recording::default();
    recording.action = Some("https://e.example/done".into());
    recording.max_length = Some(seconds(30));
    recording.silence = Some(seconds(4));
    recording.beep = Some(false);
    recording.transcribe = true;
    let voiced = Step::Say {
        text: "a".into(),
        language: Some("hi-IN".into()),
        voice: Some("Polly.Aditi".into()),
    };
    let rows: [(Step, &str); 13] = [
        (Step::say("<b>\"'&"), "<Say>&lt;b&gt;&quot;&apos;&amp;</Say>"),
        (voiced, "<Say voice=\"Polly.Aditi\" language=\"hi-IN\">a</Say>"),
        (
            Step::play("https://e.example/a.mp3?x=1&y=2"),
            "<Play>https://e.example/a.mp3?x=1&amp;y=2</Play>",
        ),
        (
            Step::Play { link: "https://e.example/a.wav".into(), times: Some(3) },
            "<Play loop=\"3\">https://e.example/a.wav</Play>",
        ),
        (Step::Pause { length: seconds(2) }, "<Pause length=\"2\"/>"),
        (
            menu.into(),
            "<Gather input=\"dtmf\" action=\"https://erp.example.net/voice/menu?order=INV-7&amp;try=1\" \
             timeout=\"6\" numDigits=\"1\"><Say language=\"en-GB\">Press 1.</Say></Gather>",
        ),
        (
            speech.into(),
            "<Gather input=\"dtmf speech\" action=\"https://e.example/s\" finishOnKey=\"*\" \
             language=\"de-DE\" hints=\"ja, nein\"><Play>https://e.example/a.mp3</Play>\
             <Pause length=\"2\"/></Gather>",
        ),
        (Gather::reported().input(Input::Speech).into(), "<Gather input=\"speech\"></Gather>"),
        (
            recording.into(),
            "<Record action=\"https://e.example/done\" timeout=\"4\" maxLength=\"30\" \
             playBeep=\"false\" transcribe=\"true\"/>",
        ),
        (Step::Dial { number: number(), timeout: None }, "<Dial>+15035550199</Dial>"),
        (
            Step::Dial { number: number(), timeout: Some(seconds(20)) },
            "<Dial timeout=\"20\">+15035550199</Dial>",
        ),
        (
            Step::Redirect { link: "https://e.example/x".into() },
            "<Redirect>https://e.example/x</Redirect>",
        ),
        (Step::HangUp, "<Hangup/>"),
    ];
    let mut all = String::new();
    for (step, xml) in &rows {
        assert_eq!(twiml(std::slice::from_ref(step)).unwrap(), format!("{HEAD}{xml}</Response>"));
        all.push_str(xml);
    }
    let steps: Vec<_> = rows.into_iter().map(|(step, _)| step).collect();
    assert_eq!(twiml(&steps).unwrap(), format!("{HEAD}{all}</Response>"));
    assert_eq!(twiml(&[]).unwrap(), format!("{HEAD}</Response>"));
}

#[test]
fn what_is_no_twiml_is_refused_by_its_field() {
    let mut comma = Gather::any(MENU);
    comma.hints = vec!["yes, sir".into()];
    let rows: [(Step, &str); 6] = [
        (Step::say("bell\u{7}"), "steps[0].text"),
        (Step::say("\u{ffff}"), "steps[0].text"),
        (Step::Pause { length: Duration::from_millis(1500) }, "steps[0].length"),
        (Step::Pause { length: Duration::ZERO }, "steps[0].length"),
        (Step::Play { link: "https://e.example/a".into(), times: Some(0) }, "steps[0].times"),
        (comma.into(), "steps[0].hints"),
    ];
    for (step, field) in rows {
        assert_eq!(wrong_fields(&twiml(&[step]).unwrap_err()), [field]);
    }
    assert_eq!(wrong_fields(&twiml(&[Step::say("x".repeat(65_536))]).unwrap_err()), ["steps"]);
    let nested: Step = Gather::any(MENU).prompt(Step::HangUp).into();
    let error = twiml(&[nested]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("steps[0].prompt[0]"));
}

#[tokio::test]
async fn every_option_is_on_the_wire() {
    let mut detection =
        MachineDetection::new(Detection::DetectMessageEnd).asynchronous("https://e.example/amd");
    detection.timeout_s = Some(3);
    detection.speech_threshold_ms = Some(6000);
    detection.speech_end_threshold_ms = Some(500);
    detection.silence_timeout_ms = Some(10_000);
    detection.asynchronous.as_mut().unwrap().method = Some(Method::Get);
    let mut recording = RecordingSettings::default();
    recording.channels = Some(Channels::Dual);
    recording.track = Some(Track::Inbound);
    recording.trim = Some(Trim::DoNotTrim);
    recording.status_callback = Some("https://e.example/rec".into());
    recording.status_callback_method = Some(Method::Post);
    recording.events = vec![RecordingEvent::InProgress, RecordingEvent::Absent];
    let mut options = Options::new()
        .ring_s(600)
        .machine_detection(detection)
        .recording(recording)
        .status_callback("https://e.example/st", [CallEvent::Ringing, CallEvent::Completed]);
    options.status_callback_method = Some(Method::Get);
    options.time_limit_s = Some(90);
    options.caller_id = Some("+15035550100".into());
    options.call_reason = Some("Your order".into());
    options.call_token = Some("tok".into());
    options.byoc = Some("BY00112233445566778899aabbccddeeff".into());
    options.sip_user = Some("u".into());
    options.sip_password = Some("p".into());
    options.client_notification_url = Some("https://e.example/n".into());
    let mut seen = fields(&with(call().say("x").record(), &options)).await;
    assert!(seen.remove(0).starts_with("Twiml="));
    assert_eq!(
        seen,
        [
            "StatusCallback=https%3A%2F%2Fe.example%2Fst",
            "StatusCallbackMethod=GET",
            "StatusCallbackEvent=ringing",
            "StatusCallbackEvent=completed",
            "Timeout=600",
            "TimeLimit=90",
            "Record=true",
            "RecordingChannels=dual",
            "RecordingTrack=inbound",
            "Trim=do-not-trim",
            "RecordingStatusCallback=https%3A%2F%2Fe.example%2Frec",
            "RecordingStatusCallbackMethod=POST",
            "RecordingStatusCallbackEvent=in-progress%20absent",
            "MachineDetection=DetectMessageEnd",
            "MachineDetectionTimeout=3",
            "MachineDetectionSpeechThreshold=6000",
            "MachineDetectionSpeechEndThreshold=500",
            "MachineDetectionSilenceTimeout=10000",
            "AsyncAmd=true",
            "AsyncAmdStatusCallback=https%3A%2F%2Fe.example%2Famd",
            "AsyncAmdStatusCallbackMethod=GET",
            "CallerId=%2B15035550100",
            "CallReason=Your%20order",
            "CallToken=tok",
            "Byoc=BY00112233445566778899aabbccddeeff",
            "SipAuthUsername=u",
            "SipAuthPassword=p",
            "ClientNotificationUrl=https%3A%2F%2Fe.example%2Fn",
        ]
    );
    let digits = Options::new().send_digits("1wW#*AD9");
    let seen = fields(&with(call().say("x"), &digits)).await;
    assert_eq!(seen.last().unwrap(), "SendDigits=1wW%23%2AAD9");
}

#[tokio::test]
async fn steps_that_are_kept_elsewhere_are_named_by_url_or_application() {
    let mut envelope = kept("https://erp.example.net/call?a=1");
    let template = envelope.delivery.provider_templates.get_mut("twilio.voice").unwrap();
    template.variables.insert("order".into(), json!("INV 7"));
    template.variables.insert("total".into(), json!(12));
    let mut options = Options::new();
    options.method = Some(Method::Get);
    options.fallback_url = Some("https://erp.example.net/f".into());
    options.fallback_method = Some(Method::Post);
    envelope.delivery.options.set(&options).unwrap();
    assert_eq!(
        fields(&envelope).await,
        [
            "Url=https%3A%2F%2Ferp.example.net%2Fcall%3Fa%3D1%26order%3DINV%2B7%26total%3D12",
            "Method=GET",
            "FallbackUrl=https%3A%2F%2Ferp.example.net%2Ff",
            "FallbackMethod=POST",
        ]
    );
    assert_eq!(fields(&kept(APPLICATION)).await, [format!("ApplicationSid={APPLICATION}")]);

    let mut beside = kept(MENU);
    beside.message = beside.message.say("x");
    assert_eq!(refused(&beside).await.kind(), ErrorKind::Unsupported);
    assert_eq!(wrong_fields(&refused(&kept("AP1")).await), ["provider_templates.twilio.voice"]);
    let mut ignored = kept(APPLICATION);
    let callback = Options::new().status_callback("https://e.example", []);
    ignored.delivery.options.set(&callback).unwrap();
    assert_eq!(wrong_fields(&refused(&ignored).await), ["options"]);
    let mut variables = kept(APPLICATION);
    let template = variables.delivery.provider_templates.get_mut("twilio.voice").unwrap();
    template.variables.insert("a".into(), json!("b"));
    assert_eq!(refused(&variables).await.kind(), ErrorKind::Unsupported);
    let mut tree = kept(MENU);
    let template = tree.delivery.provider_templates.get_mut("twilio.voice").unwrap();
    template.variables.insert("a".into(), json!([1]));
    assert_eq!(refused(&tree).await.kind(), ErrorKind::Template);
}

#[tokio::test]
async fn each_limit_is_refused_unsent() {
    fn detect(set: fn(&mut MachineDetection)) -> Envelope<Call> {
        let mut detection = MachineDetection::new(Detection::Enable);
        set(&mut detection);
        with(call().say("x"), &Options::new().machine_detection(detection))
    }
    let plain = |set: fn(&mut Options)| {
        let mut options = Options::new();
        set(&mut options);
        with(call().say("x"), &options)
    };
    let rows = [
        (plain(|o| o.ring_s = Some(601)), "options.ring_s"),
        (plain(|o| o.ring_s = Some(0)), "options.ring_s"),
        (plain(|o| o.time_limit_s = Some(0)), "options.time_limit_s"),
        (plain(|o| o.send_digits = Some("1".repeat(33))), "options.send_digits"),
        (plain(|o| o.send_digits = Some("1E".into())), "options.send_digits"),
        (plain(|o| o.send_digits = Some(String::new())), "options.send_digits"),
        (plain(|o| o.fallback_url = Some("ftp://x".into())), "options.fallback_url"),
        (
            plain(|o| o.status_callback = Some("https://a_b.example".into())),
            "options.status_callback",
        ),
        (
            plain(|o| o.client_notification_url = Some("x".into())),
            "options.client_notification_url",
        ),
        (plain(|o| o.recording = Some(RecordingSettings::default())), "options.recording"),
        (plain(|o| o.to = Some("+15035550117".into())), "options.to"),
        (plain(|o| o.from = Some("+15035550117".into())), "options.from"),
        (plain(|o| o.from = Some("sip:".into())), "options.from"),
        (plain(|o| o.byoc = Some("BY1".into())), "options.byoc"),
        (plain(|o| o.call_reason = Some("a\nb".into())), "options.call_reason"),
        (plain(|o| o.method = Some(Method::Get)), "options"),
        (detect(|d| d.timeout_s = Some(2)), "options.machine_detection.timeout_s"),
        (detect(|d| d.timeout_s = Some(60)), "options.machine_detection.timeout_s"),
        (
            detect(|d| d.speech_threshold_ms = Some(999)),
            "options.machine_detection.speech_threshold_ms",
        ),
        (
            detect(|d| d.speech_end_threshold_ms = Some(5001)),
            "options.machine_detection.speech_end_threshold_ms",
        ),
        (
            detect(|d| d.silence_timeout_ms = Some(1999)),
            "options.machine_detection.silence_timeout_ms",
        ),
        (
            detect(|d| *d = d.clone().asynchronous("nowhere")),
            "options.machine_detection.async.status_callback",
        ),
        (envelope(call()), "steps"),
        (envelope(call().say(" ")), "steps[0].text"),
        (envelope(call().say("x".repeat(4000))), "steps"),
        (envelope(call().gather(Gather::reported())), "steps[0].action"),
        (envelope(call().recording(Recording::default())), "steps[0].action"),
        (envelope(call().play("http://plain.example/a.mp3")), "steps[0].link"),
    ];
    for (envelope, field) in rows {
        let error = refused(&envelope).await;
        assert!(wrong_fields(&error).contains(&field), "{field}: {error}");
    }
    let both =
        Options::new().send_digits("1").machine_detection(MachineDetection::new(Detection::Enable));
    let error = refused(&with(call().say("x"), &both)).await;
    assert_eq!(wrong_fields(&error), ["options.send_digits"]);
    let most = 4000 - HEAD.len() - "<Say></Say></Response>".len();
    let (outcome, _) = sent(&envelope(call().say("\u{928}".repeat(most)))).await;
    outcome.unwrap();
}

#[tokio::test]
async fn what_twilio_cannot_do_is_unsupported() {
    let mut later = envelope(call().say("x"));
    later.delivery.send_at = Some("2026-11-11T08:15:00Z".parse().unwrap());
    let again = envelope(call().say("x").retries(Retries::new(2, seconds(60))));
    for refusal in [refused(&later).await, refused(&again).await] {
        assert_eq!(refusal.kind(), ErrorKind::Unsupported);
        assert_eq!(refusal.reroute(), Reroute::Any);
    }
}

#[tokio::test]
async fn a_call_comes_from_its_own_number_or_the_accounts() {
    let own = PhoneNumber::parse("+15035550108").unwrap();
    let (_, requests) = sent(&envelope(call().say("x").from(own))).await;
    assert!(requests[0].body().starts_with(b"To=%2B15035550117&From=%2B15035550108&"));

    let mut options = Options::new();
    options.to = Some("sip:asha@pbx.example;user=1".into());
    options.from = Some("client:shop".into());
    let (_, requests) = sent(&with(call().say("x"), &options)).await;
    let start = b"To=sip%3Aasha%40pbx.example%3Buser%3D1&From=client%3Ashop&";
    assert!(requests[0].body().starts_with(start));
    options.from = Some("sip:shop@pbx.example".into());
    let (_, requests) = sent(&with(call().say("x"), &options)).await;
    let start = b"To=sip%3Aasha%40pbx.example%3Buser%3D1&From=sip%3Ashop%40pbx.example&";
    assert!(requests[0].body().starts_with(start));

    let mock = accepting();
    let number = SenderId::parse("+15005550006").unwrap();
    let own = account(&mock).from(number.clone()).build().unwrap();
    own.send(&envelope(call().say("x"))).await.unwrap();
    let at = ManualClock::at("2026-11-10T08:15:00Z".parse().unwrap());
    let shared = Twilio::builder(SID, "t").from(number).transport(mock.shared());
    let shared = shared.clock(at.shared()).build().unwrap();
    shared.send(&envelope(call().say("x"))).await.unwrap();
    for (request, from) in mock.requests().iter().zip([FROM, "From=%2B15005550006"]) {
        let start = format!("{TO}&{from}&");
        assert!(request.body().starts_with(start.as_bytes()), "{from}");
    }

    let mock = accepting();
    let nobody = Twilio::builder(SID, "t").transport(mock.shared());
    let nobody = nobody.clock(ManualClock::at("2026-11-10T08:15:00Z".parse().unwrap()).shared());
    let error = nobody.build().unwrap().send(&envelope(call().say("x"))).await.unwrap_err();
    assert_eq!(wrong_fields(&error), ["from"]);
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn the_accounts_status_callback_carries_the_hosts_reference() {
    let mock = accepting();
    let account = account(&mock)
        .status_callback("https://e.example/st?x=1")
        .callback_parameter("ref")
        .build()
        .unwrap();
    account.send(&envelope(call().say("x"))).await.unwrap();
    let mut named = envelope(call().say("x"));
    named.delivery.callback_data = Some("inv-7".into());
    account.send(&named).await.unwrap();
    account.send(&kept(APPLICATION)).await.unwrap();
    let bodies = mock.requests().into_iter().map(Request::into_body);
    let bodies: Vec<_> = bodies.map(|body| String::from_utf8(body.to_vec()).unwrap()).collect();
    let callback = "StatusCallback=https%3A%2F%2Fe.example%2Fst%3Fx%3D1%26ref%3D";
    assert!(bodies[0].contains(&format!("{callback}{ID}")), "{}", bodies[0]);
    assert!(bodies[1].contains(&format!("{callback}inv-7")));
    assert!(!bodies[2].contains("StatusCallback"));
}

#[tokio::test]
async fn each_code_of_a_call_is_an_error_that_a_person_can_act_on() {
    use ErrorKind as K;
    use Fate::{NotSent, Unknown};
    // status, code, kind, fate, whether it may succeed later, who else may try, a word of the text
    let rows = [
        (400, 21201, K::InvalidMessage, NotSent, false, Reroute::Never, "number"),
        (400, 21205, K::Config, NotSent, false, Reroute::Never, "URL"),
        (400, 21218, K::Config, NotSent, false, Reroute::Never, "application"),
        (400, 21210, K::Rejected, NotSent, false, Reroute::Any, "verify"),
        (400, 21219, K::Rejected, NotSent, false, Reroute::Any, "trial"),
        (400, 21211, K::InvalidRecipient, NotSent, false, Reroute::OtherKind, "invalid"),
        (400, 21212, K::Rejected, NotSent, false, Reroute::Any, "sender"),
        (400, 21214, K::InvalidRecipient, NotSent, false, Reroute::OtherKind, "called"),
        (400, 21215, K::Rejected, NotSent, false, Reroute::Any, "geo"),
        (400, 21216, K::Rejected, NotSent, false, Reroute::Any, "block"),
        (400, 21217, K::InvalidRecipient, NotSent, false, Reroute::OtherKind, "valid"),
        (400, 13223, K::InvalidRecipient, NotSent, false, Reroute::OtherKind, "dial"),
        (400, 13225, K::Rejected, NotSent, false, Reroute::Any, "blocks"),
        (400, 13227, K::Rejected, NotSent, false, Reroute::Any, "geo"),
        (400, 11750, K::InvalidMessage, NotSent, false, Reroute::Never, "TwiML"),
        (400, 12100, K::InvalidMessage, NotSent, false, Reroute::Never, "TwiML"),
        (400, 20001, K::InvalidMessage, NotSent, false, Reroute::Never, "parameter"),
        (429, 10004, K::RateLimited, NotSent, true, Reroute::Any, "calls"),
        (429, 20429, K::RateLimited, NotSent, true, Reroute::Any, "many"),
        (401, 20003, K::Unauthorized, NotSent, false, Reroute::Any, "region"),
        (403, 20003, K::Unauthorized, NotSent, false, Reroute::Any, "permission"),
        (403, 20005, K::Unauthorized, NotSent, false, Reroute::Any, "active"),
        (404, 20404, K::Rejected, NotSent, false, Reroute::Any, "account"),
        (500, 20500, K::Unavailable, Unknown, true, Reroute::Any, "failed"),
        (503, 20503, K::Unavailable, NotSent, true, Reroute::Any, "unavailable"),
        (400, 99999, K::Rejected, NotSent, false, Reroute::Any, "refused"),
    ];
    for (status, code, kind, fate, later, others, word) in rows {
        let body = json!({"code": code, "status": status,
            "message": "The number +15035550117 is not valid", "more_info": "https://x"});
        let mock = MockTransport::answering(status, body.to_string());
        let error =
            account(&mock).build().unwrap().send(&envelope(call().say("x"))).await.unwrap_err();
        let seen = (error.kind(), error.fate(), error.is_retryable(), error.reroute());
        assert_eq!(seen, (kind, fate, later, others), "{code}");
        assert_eq!(error.code(), Some(&*code.to_string()));
        assert_eq!(error.provider(), Some("twilio.voice"));
        assert!(error.message().contains(word), "{code}: {error}");
        assert!(!format!("{error:?}").contains("5550117"));
    }
}

#[tokio::test]
async fn a_success_that_cannot_be_read_may_be_placed() {
    for body in ["", "<html>", r#"{"sid":"#, r#"{"sid":""}"#, "{}", "[]"] {
        let mock = MockTransport::answering(201, body);
        let outcome = account(&mock).build().unwrap().send(&envelope(call().say("x"))).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.fate()), (ErrorKind::Response, Fate::Unknown), "{body}");
    }
}

#[test]
fn options_are_stored_read_strictly_and_shown_without_their_values() {
    let mut options = Options::new()
        .status_callback("https://canary.example", [CallEvent::Answered])
        .machine_detection(MachineDetection::new(Detection::Enable).asynchronous("https://canary"));
    options.sip_password = Some("canary".into());
    options.to = Some("sip:canary@h".into());
    let shown = format!("{options:?}");
    assert!(!shown.contains("canary"), "{shown}");
    let text = serde_json::to_string(&options).unwrap();
    assert_eq!(serde_json::from_str::<Options>(&text).unwrap(), options);
    assert!(serde_json::from_str::<Options>(r#"{"rings":1}"#).is_err());
}

/// The text of the first element and the value of its first attribute, as a reader has them.
fn parsed(xml: &str) -> (String, Option<String>) {
    let (mut reader, mut text, mut attribute) = (Reader::from_str(xml), String::new(), None);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) | Event::Empty(element) => {
                for one in element.attributes() {
                    let value = one.unwrap().unescape_value().unwrap().into_owned();
                    attribute.get_or_insert(value);
                }
            }
            Event::Text(part) => text.push_str(&part.decode().unwrap()),
            Event::GeneralRef(reference) => {
                if let Some(c) = reference.resolve_char_ref().unwrap() {
                    text.push(c);
                } else {
                    let name = reference.decode().unwrap();
                    text.push_str(resolve_predefined_entity(&name).unwrap());
                }
            }
            Event::Eof => return (text, attribute),
            _ => {}
        }
    }
}

proptest! {
    #[test]
    fn any_text_survives_or_is_refused(text in "[\\s\\S]{0,80}") {
        let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
        let said = Step::Say { text: text.clone(), language: None, voice: Some(text.clone()) };
        match twiml(&[said]) {
            Ok(xml) => prop_assert_eq!(parsed(&xml), (text.clone(), Some(text))),
            Err(error) => {
                prop_assert_eq!(error.kind(), ErrorKind::InvalidMessage);
                prop_assert!(!text.chars().all(allowed));
            }
        }
    }
}

#[tokio::test]
async fn a_url_with_a_caller_makes_a_channel_for_calls() {
    let kinds = |query: &str| {
        let url = format!("twilio://{SID}:canary@default{query}");
        Messenger::builder().url(&url).unwrap().build().unwrap().kinds()
    };
    assert_eq!(kinds("?voice_from=+15035550106"), [Kind::Voice]);
    assert!(kinds("?from=+15035550106").contains(&Kind::Voice));
    assert_eq!(kinds("?from=55512&voice_from=+15035550106"), [Kind::Sms, Kind::Voice]);
    assert!(kinds("").contains(&Kind::Voice));
    assert!(!kinds("?messaging_service=MG00112233445566778899aabbccddeeff").contains(&Kind::Voice));
}
