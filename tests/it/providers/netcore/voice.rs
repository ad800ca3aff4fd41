//! Calls over an API that the deployer describes.

use std::time::Duration;

use dakiya::{
    Call, Channel as _, Envelope, Error, ErrorKind, Fate, Features, Gather, Input, Kind, Messenger,
    PhoneNumber, Provider as _, ProviderTemplate, Receipt, Recording, Reroute, Result, Retries,
    Step,
    http::Request,
    netcore::voice::{Account, AccountBuilder, Api, Options},
    testing::{ManualClock, MockTransport},
};
use serde_json::{Value, json};

const ID: &str = "0190b2f4-6c00-7000-8000-000000000001";
const KEY: &str = "canary-k3y";

fn phone() -> PhoneNumber {
    PhoneNumber::parse("+919812345678").unwrap()
}

fn envelope(call: Call) -> Envelope<Call> {
    Envelope::new(ID.parse().unwrap(), call)
}

fn said() -> Envelope<Call> {
    envelope(Call::to(phone()).say("Order 2041 is ready."))
}

/// Every placeholder, with names that are nobody's.
fn wide() -> Value {
    json!({
        "b": "{to}", "a": "{caller_id}", "tts": {"t": "{text}", "l": "{language}", "v": "{voice}"},
        "file": {"url": "{audio_url}", "id": "{audio_id}", "n": "{times:number}"},
        "ivr": {"n": "{digits:number}", "wait": "{input_timeout_s:number}", "end": "{finish_on}",
            "to": "{input_url}"},
        "rec": "{record}", "again": {"n": "{retries:number}", "gap": "{retry_gap_s:number}"},
        "at": "{schedule}", "ref": "{client_ref}", "hook": "{callback_url}", "c": "{campaign_id}",
        "fixed": 1,
    })
}

fn described(body: &Value) -> Value {
    json!({
        "base_url": "https://voice.example.net/api", "path": "/v1/calls", "method": "post",
        "auth": {"bearer": {"token": KEY}}, "body": {"json": body},
    })
}

fn read(description: Value) -> Api {
    serde_json::from_value(description).unwrap()
}

fn account(transport: &MockTransport, description: Value) -> AccountBuilder {
    Account::builder(read(description))
        .transport(transport.shared())
        .clock(ManualClock::at("2026-03-14T15:00:00Z".parse().unwrap()).shared())
}

fn taking() -> MockTransport {
    MockTransport::answering(200, r#"{"data":{"id":"c-7f21"}}"#)
}

async fn sent(
    description: Value,
    envelope: &Envelope<Call>,
) -> (Result<Receipt>, Vec<Request<bytes::Bytes>>) {
    let transport = taking();
    let account = account(&transport, description).build().unwrap();
    let outcome = account.send(envelope).await;
    (outcome, transport.requests())
}

async fn body_of(envelope: &Envelope<Call>) -> Value {
    let (outcome, requests) = sent(described(&wide()), envelope).await;
    outcome.unwrap();
    serde_json::from_slice(requests[0].body()).unwrap()
}

async fn answered(status: u16, body: &str, more: Value) -> Result<Receipt> {
    let transport = MockTransport::answering(status, body.to_owned());
    let mut description = described(&json!({"to": "{to}", "t": "{text}"}));
    for (name, value) in more.as_object().unwrap() {
        description[name] = value.clone();
    }
    let outcome = account(&transport, description).build().unwrap().send(&said()).await;
    assert_eq!(transport.requests().len(), 1);
    outcome
}

fn fields(error: &Error) -> Vec<&str> {
    error.faults().iter().map(|fault| &*fault.field).collect()
}

#[tokio::test]
async fn a_text_is_placed_by_the_template_and_what_is_absent_leaves_no_field() {
    let (receipt, requests) = sent(described(&wide()), &said()).await;
    let receipt = receipt.unwrap();
    assert_eq!(receipt.provider, "netcore.voice");
    assert_eq!(receipt.provider_message_id.as_deref(), Some("c-7f21"));
    assert_eq!(requests[0].method(), "POST");
    assert_eq!(requests[0].uri(), "https://voice.example.net/api/v1/calls");
    assert_eq!(requests[0].headers()["content-type"], "application/json");
    assert_eq!(requests[0].headers()["authorization"], format!("Bearer {KEY}"));
    let body: Value = serde_json::from_slice(requests[0].body()).unwrap();
    assert_eq!(
        body,
        json!({"b": "919812345678", "tts": {"t": "Order 2041 is ready."}, "ref": ID, "fixed": 1})
    );
}

#[tokio::test]
async fn everything_a_call_may_have_is_in_its_place() {
    let mut envelope = envelope(
        Call::to(phone())
            .from(PhoneNumber::parse("+918012345678").unwrap())
            .gather(
                Gather::digits(1, "https://erp.example.net/key")
                    .timeout(Duration::from_secs(6))
                    .prompt(Step::say_in("hi-IN", "नमस्ते")),
            )
            .record()
            .retries(Retries::new(2, Duration::from_mins(5))),
    );
    envelope.delivery.callback_data = Some("inv-2041".into());
    envelope.delivery.send_at = Some("2026-03-14T16:00:00Z".parse().unwrap());
    let options =
        Options::new().voice("aditi").campaign("dues").callback_url("https://e.example/h");
    envelope.delivery.options.set(&options).unwrap();
    assert_eq!(
        body_of(&envelope).await,
        json!({
            "b": "919812345678", "a": "918012345678",
            "tts": {"t": "नमस्ते", "l": "hi-IN", "v": "aditi"},
            "ivr": {"n": 1, "wait": 6, "to": "https://erp.example.net/key"},
            "rec": "true", "again": {"n": 2, "gap": 300}, "at": "2026-03-14T21:30:00+05:30",
            "ref": "inv-2041", "hook": "https://e.example/h", "c": "dues", "fixed": 1,
        })
    );
}

#[tokio::test]
async fn a_recording_is_played_by_its_link_or_its_id() {
    let step = Step::Play { link: "https://erp.example.net/a.mp3".into(), times: Some(2) };
    let body = body_of(&envelope(Call::to(phone()).step(step))).await;
    assert_eq!(body["file"], json!({"url": "https://erp.example.net/a.mp3", "n": 2}));
    assert_eq!(body.get("tts"), None);

    let mut kept = envelope(Call::to(phone()));
    let template = ProviderTemplate::new("aud-7");
    kept.delivery.provider_templates.insert("netcore.voice".into(), template);
    assert_eq!(body_of(&kept).await["file"], json!({"id": "aud-7"}));
}

#[tokio::test]
async fn what_is_past_is_placed_now_and_a_time_is_written_as_the_vendor_takes_it() {
    let mut envelope = said();
    envelope.delivery.send_at = Some("2026-03-14T14:00:00Z".parse().unwrap());
    assert_eq!(body_of(&envelope).await.get("at"), None);

    envelope.delivery.send_at = Some("2026-03-14T16:00:00Z".parse().unwrap());
    let mut description = described(&wide());
    description["schedule"] = json!({"format": "%Y-%m-%d %H:%M:%S", "utc_offset_minutes": 0});
    let (_, requests) = sent(description, &envelope).await;
    let body: Value = serde_json::from_slice(requests[0].body()).unwrap();
    assert_eq!(body["at"], "2026-03-14 16:00:00");
}

#[tokio::test]
async fn what_has_no_place_is_refused_by_name_and_never_dropped() {
    let narrow = || described(&json!({"to": "{to}", "t": "{text}", "k": "{digits}"}));
    let to = || Call::to(phone());
    let question = || Gather::digits(1, "https://erp.example.net/k").prompt(Step::say("Press 1."));
    let only_digits = || {
        let mut gather = question();
        gather.action = None;
        gather
    };
    let mut speech = only_digits();
    speech = speech.input(Input::Speech);
    let mut hints = only_digits();
    hints.hints = vec!["yes".into()];
    let mut tongue = only_digits();
    tongue.language = Some("hi-IN".into());
    let mut key = only_digits();
    key.finish_on = Some('#');
    let rows = [
        (to().say("a").from(phone()), "from"),
        (to().say("a").say("b"), "steps[1]"),
        (to().step(Step::say_in("hi-IN", "a")), "steps[0].language"),
        (to().play("https://erp.example.net/a.mp3"), "media"),
        (to().say("a").record(), "recording"),
        (to().recording(Recording::default()), "recording"),
        (to().say("a").retries(Retries::new(1, Duration::from_secs(9))), "retries"),
        (to().dial(phone()), "connecting"),
        (to().say("a").hang_up(), "call control"),
        (to().say("a").pause(Duration::from_secs(1)), "call control"),
        (to().gather(question()), "steps[0].action"),
        (to().gather(speech), "speech"),
        (to().gather(hints), "hints"),
        (to().gather(tongue), "steps[0].language"),
        (to().gather(key), "finish_on"),
        (to().gather(only_digits().timeout(Duration::from_secs(3))), "steps[0].timeout"),
        (to().gather(only_digits().prompt(Step::say("b"))), "prompt[1]"),
        (to().gather(Gather::reported().prompt(Step::say("b"))), "neither"),
    ];
    for (call, named) in rows {
        let (outcome, requests) = sent(narrow(), &envelope(call)).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{named}: {error}");
        assert!(error.to_string().contains(named), "{named}: {error}");
        assert_eq!((requests.len(), error.reroute()), (0, Reroute::Any), "{named}");
    }
    let half = Duration::from_millis(500);
    let rows = [
        (to().gather(question().timeout(half)), "steps[0].timeout (parts of a second)"),
        (to().say("a").retries(Retries::new(1, half)), "retries.gap (parts of a second)"),
    ];
    for (call, named) in rows {
        let (outcome, requests) = sent(described(&wide()), &envelope(call)).await;
        assert!(outcome.unwrap_err().to_string().contains(named), "{named}");
        assert!(requests.is_empty());
    }
    let mut later = said();
    later.delivery.send_at = Some("2026-03-15T00:00:00Z".parse().unwrap());
    let mut campaign = said();
    campaign.delivery.options.set(&Options::new().campaign("c")).unwrap();
    let mut kept = envelope(to());
    kept.delivery.provider_templates.insert("netcore.voice".into(), ProviderTemplate::new("7"));
    for refused in [later, campaign, kept] {
        let (outcome, requests) = sent(narrow(), &refused).await;
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Unsupported);
        assert!(requests.is_empty());
    }
}

#[tokio::test]
async fn a_question_with_keys_alone_needs_their_place_alone() {
    let description = described(&json!({"to": "{to}", "t": "{text}", "k": "{digits}"}));
    let mut gather = Gather::digits(4, "https://x.example").prompt(Step::say("Your code?"));
    gather.action = None;
    let (outcome, requests) = sent(description, &envelope(Call::to(phone()).gather(gather))).await;
    outcome.unwrap();
    let body: Value = serde_json::from_slice(requests[0].body()).unwrap();
    assert_eq!(body, json!({"to": "919812345678", "t": "Your code?", "k": "4"}));
}

#[tokio::test]
async fn capabilities_follow_from_the_template() {
    let features = |body: Value| {
        let account = account(&taking(), described(&body)).build().unwrap();
        account.capabilities().features
    };
    assert_eq!(features(json!({"to": "{to}", "t": "{text}"})), Features::TEXT);
    assert_eq!(
        features(json!({"to": "{to}", "t": "{audio_url}", "r": "{retries}", "i": "{input_url}"})),
        Features::MEDIA.union(Features::RETRIES).union(Features::INPUT)
    );
    assert_eq!(
        features(json!({"to": "{to}", "t": "{audio_id}", "r": "{record}", "s": "{schedule}"})),
        Features::PROVIDER_TEMPLATES.union(Features::RECORDING).union(Features::SCHEDULING)
    );
}

#[tokio::test]
async fn every_way_to_send_the_credentials_is_on_the_wire() {
    let with = |auth: Value, body: Value, method: &str| {
        let mut description = described(&json!({}));
        description["auth"] = auth;
        description["body"] = body;
        description["method"] = json!(method);
        description["path"] = json!("calls?v=2");
        description["headers"] = json!({"accept": "application/json"});
        description
    };
    let plain = || json!({"json": {"to": "{to}", "t": "{text}"}});
    let form = || json!({"form": {"to": "{to}", "t": "{text}", "l": "{language}"}});
    let query = || json!({"query": {"to": "+{to}", "t": "{text}"}});

    let auth = json!({"header": {"name": "x-key", "value": KEY}});
    let (_, requests) = sent(with(auth, plain(), "put"), &said()).await;
    assert_eq!(requests[0].headers()["x-key"], KEY);
    assert!(requests[0].headers()["x-key"].is_sensitive());
    assert_eq!(requests[0].headers()["accept"], "application/json");
    assert_eq!(requests[0].method(), "PUT");

    let auth = json!({"basic": {"user": "u", "password": "p"}});
    let (_, requests) = sent(with(auth, plain(), "post"), &said()).await;
    assert_eq!(requests[0].headers()["authorization"], "Basic dTpw");

    let auth = json!({"form": {"userid": "7", "password": "p&q"}});
    let (_, requests) = sent(with(auth, form(), "post"), &said()).await;
    assert_eq!(
        requests[0].body(),
        "t=Order%202041%20is%20ready.&to=919812345678&password=p%26q&userid=7"
    );
    assert_eq!(requests[0].headers()["content-type"], "application/x-www-form-urlencoded");

    let auth = json!({"query": {"key": "k 1"}});
    let (_, requests) = sent(with(auth, query(), "get"), &said()).await;
    assert_eq!(
        requests[0].uri(),
        "https://voice.example.net/api/calls?v=2&t=Order%202041%20is%20ready.&to=%2B919812345678&key=k%201"
    );
    assert!(requests[0].body().is_empty());
}

#[test]
fn everything_that_is_missing_is_named_at_once() {
    let error = Account::builder(Api::new()).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(fields(&error), ["base_url", "path", "method", "auth", "body"]);
}

#[test]
fn everything_that_is_wrong_is_named_at_once() {
    let api = read(json!({
        "base_url": "http://voice.example.net", "path": "../{to}", "method": "get",
        "auth": {"form": {"key": ""}}, "body": {"json": {"number": "{number}"}},
        "headers": {"two words": "x"}, "success": {"from": 300, "to": 200},
        "id": ["id"], "error": {"code": ["@"]}, "retryable": [200], "check": {"path": "a b"},
        "schedule": {"utc_offset_minutes": 99999}, "timeout_ms": 0, "max_concurrency": 0,
    }));
    let error = Account::builder(api).defaults(Options::new().voice("aditi")).build().unwrap_err();
    assert_eq!(
        fields(&error),
        [
            "path",
            "check.path",
            "auth",
            "check.method",
            "headers.two words",
            "body",
            "body",
            "body",
            "body",
            "defaults.voice",
            "success",
            "id",
            "error.code",
            "retryable",
            "schedule",
            "timeout_ms",
            "max_concurrency",
            "endpoint",
        ]
    );
    for (auth, named) in [
        (json!({"basic": {"user": "a:b", "password": KEY}}), "user and password"),
        (json!({"bearer": {"token": "two words"}}), "bearer token"),
        (json!({"header": {"name": "a b", "value": KEY}}), "header"),
        (json!({"form": {"key": KEY}}), "the body is none"),
        (json!({"query": {"": KEY}}), "parameter"),
    ] {
        let mut description = described(&json!({"to": "{to}", "t": "{text}"}));
        description["auth"] = auth;
        let error = Account::builder(read(description)).build().unwrap_err().to_string();
        assert!(error.contains(named) && !error.contains(KEY), "{error}");
    }
}

#[test]
fn a_setting_that_there_is_not_is_refused_by_the_reader() {
    for wrong in [
        json!({"pathh": "x"}),
        json!({"auth": {"bearer": {"token": "x", "tokn": "y"}}}),
        json!({"auth": {"none": {}}}),
        json!({"check": {"path": "x", "to": "y"}}),
        json!({"codes": {"1": "bad_number"}}),
        json!({"number_format": "e165"}),
    ] {
        assert!(serde_json::from_value::<Api>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn nothing_of_an_account_shows_its_secrets() {
    let mut description = described(&json!({"to": "{to}", "t": "{text}", "pass": "canary-body"}));
    for auth in [
        json!({"bearer": {"token": KEY}}),
        json!({"basic": {"user": "canary-user", "password": KEY}}),
        json!({"header": {"name": "x-key", "value": KEY}}),
        json!({"query": {"key": KEY}}),
    ] {
        description["auth"] = auth;
        let api = read(description.clone());
        let builder = Account::builder(api.clone()).transport(taking().shared());
        let shown = format!("{api:?} {builder:?} {:?}", api.body);
        assert!(!shown.contains("canary"), "{shown}");
        assert!(!format!("{:?}", builder.build().unwrap()).contains("canary"));
    }
}

#[tokio::test]
async fn the_id_is_found_by_pointer_or_attribute() {
    for (body, id) in [
        (r#"{"data":{"id":"a"}}"#, "a"),
        (r#"{"call_id":"b"}"#, "b"),
        (r#"{"reqid":12345678901}"#, "12345678901"),
        (r#"<RESULT REQID="x7"><OK/></RESULT>"#, "x7"),
    ] {
        let receipt = answered(200, body, json!({})).await.unwrap();
        assert_eq!(receipt.provider_message_id.as_deref(), Some(id), "{body}");
    }
    let more = json!({"id": ["/result/0/uuid"]});
    let receipt = answered(201, r#"{"result":[{"uuid":"u"}]}"#, more).await.unwrap();
    assert_eq!(receipt.provider_message_id.as_deref(), Some("u"));
}

#[tokio::test]
async fn a_success_is_what_the_deployer_says_it_is() {
    let more = || json!({"success": {"equals": {"/status": "success"}}});
    let receipt = answered(200, r#"{"status":"success"}"#, more()).await.unwrap();
    assert_eq!(receipt.provider_message_id, None);
    let refused = answered(200, r#"{"status":"failed","id":"x"}"#, more()).await.unwrap_err();
    assert_eq!((refused.kind(), refused.fate()), (ErrorKind::Rejected, Fate::NotSent));
    let silent = answered(200, r#"{"id":"x"}"#, more()).await.unwrap_err();
    assert_eq!((silent.kind(), silent.fate()), (ErrorKind::Response, Fate::Unknown));
    let known = json!({"codes": {"E104": "invalid_recipient"}});
    let refused = answered(200, r#"{"code":"e104","id":"x"}"#, known).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidRecipient);
    let narrow = json!({"success": {"from": 202, "to": 202}});
    assert!(answered(200, r#"{"id":"x"}"#, narrow).await.is_err());
}

#[tokio::test]
async fn a_success_that_cannot_be_read_may_be_placed() {
    for body in ["", "OK", "<!doctype html><p>hi", r#"{"unrelated"#, "{}", r#"{"id":""}"#, "[]"] {
        let error = answered(200, body, json!({})).await.unwrap_err();
        assert_eq!((error.kind(), error.fate()), (ErrorKind::Response, Fate::Unknown), "{body}");
    }
}

#[tokio::test]
async fn each_status_and_code_is_an_error_of_its_kind() {
    use ErrorKind as K;
    use Fate::{NotSent, Unknown};
    let codes = json!({"codes": {
        "101": "unauthorized", "102": "quota", "103": "rate_limited", "104": "invalid_recipient",
        "105": "compliance", "106": "suppressed", "107": "template", "108": "unavailable",
        "109": "timeout", "110": "config", "Number is invalid": "invalid_recipient",
    }});
    // status, body, kind, fate, whether it may succeed later, code
    let rows = [
        (400, "", K::Rejected, NotSent, false, None),
        (401, "{}", K::Unauthorized, NotSent, false, None),
        (402, "{}", K::Quota, NotSent, false, None),
        (403, "{}", K::Unauthorized, NotSent, false, None),
        (302, "", K::Config, NotSent, false, None),
        (408, "", K::Timeout, Unknown, true, None),
        (429, "", K::RateLimited, NotSent, true, None),
        (500, "<html>", K::Unavailable, Unknown, true, None),
        (502, "", K::Unavailable, Unknown, true, None),
        (503, "", K::Unavailable, NotSent, true, None),
        (504, "", K::Unavailable, Unknown, true, None),
        (501, "", K::Unavailable, Unknown, false, None),
        (400, r#"{"code":"E9"}"#, K::Rejected, NotSent, false, Some("E9")),
        (400, r#"{"error":{"code":17}}"#, K::Rejected, NotSent, false, Some("17")),
        (400, r#"{"code":"919812345678"}"#, K::Rejected, NotSent, false, None),
        (400, r#"{"code":"bad number x"}"#, K::Rejected, NotSent, false, None),
        (400, r#"{"code":101}"#, K::Unauthorized, NotSent, false, Some("101")),
        (400, r#"{"code":102}"#, K::Quota, NotSent, false, Some("102")),
        (200, r#"{"code":103}"#, K::RateLimited, NotSent, true, Some("103")),
        (400, r#"{"code":"104"}"#, K::InvalidRecipient, NotSent, false, Some("104")),
        (400, r#"{"code":105}"#, K::Compliance, NotSent, false, Some("105")),
        (400, r#"{"code":106}"#, K::Suppressed, NotSent, false, Some("106")),
        (400, r#"{"code":107}"#, K::Template, NotSent, false, Some("107")),
        (400, r#"{"code":108}"#, K::Unavailable, NotSent, true, Some("108")),
        (500, r#"{"code":108}"#, K::Unavailable, Unknown, true, Some("108")),
        (400, r#"{"code":109}"#, K::Timeout, Unknown, true, Some("109")),
        (400, r#"{"code":110}"#, K::Config, NotSent, false, Some("110")),
        (
            400,
            r#"{"message":"number is INVALID"}"#,
            K::InvalidRecipient,
            NotSent,
            false,
            Some("Number is invalid"),
        ),
    ];
    for (status, body, kind, fate, retryable, code) in rows {
        let error = answered(status, body, codes.clone()).await.unwrap_err();
        let seen = (error.kind(), error.fate(), error.is_retryable(), error.code());
        assert_eq!(seen, (kind, fate, retryable, code), "{status} {body}");
        assert_eq!((error.status(), error.provider()), (Some(status), Some("netcore.voice")));
    }
    let more = json!({"retryable": [409]});
    assert!(answered(409, "", more.clone()).await.unwrap_err().is_retryable());
    assert!(!answered(500, "", more).await.unwrap_err().is_retryable());
}

#[tokio::test]
async fn an_invalid_call_is_refused_unsent() {
    let mut hook = said();
    hook.delivery.options.set(&Options::new().callback_url("ftp://x")).unwrap();
    let empty = envelope(Call::to(phone()));
    let wordless = envelope(Call::to(phone()).say(" "));
    for refused in [hook, empty, wordless] {
        let (outcome, requests) = sent(described(&wide()), &refused).await;
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::InvalidMessage);
        assert!(requests.is_empty());
    }
    let mut abroad = described(&wide());
    abroad["number_format"] = json!("national10");
    let call = Call::to(PhoneNumber::parse("+14155550123").unwrap()).say("x");
    let (outcome, requests) = sent(abroad, &envelope(call)).await;
    assert_eq!((outcome.unwrap_err().kind(), requests.len()), (ErrorKind::Unsupported, 0));
}

#[tokio::test]
async fn a_check_asks_the_path_that_is_set_and_without_one_says_so() {
    let transport = MockTransport::answering(200, "{}").then(401, "");
    let mut description = described(&wide());
    let without = account(&transport, description.clone()).build().unwrap();
    let error = without.check().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("`check`") && transport.requests().is_empty());

    description["check"] = json!({"path": "v1/balance"});
    let account = account(&transport, description).build().unwrap();
    assert_eq!(account.check().await.unwrap_err().kind(), ErrorKind::Unauthorized);
    account.check().await.unwrap();
    assert_eq!(transport.requests()[1].method(), "GET");
    assert_eq!(transport.requests()[1].uri(), "https://voice.example.net/api/v1/balance");
}

#[tokio::test]
async fn an_account_says_what_holds_for_all_of_its_calls() {
    let transport = taking();
    let defaults = Options::new().caller_id("1600123456").language("en-IN").voice("raj");
    let account = account(&transport, described(&wide())).defaults(defaults).build().unwrap();
    account.send(&said()).await.unwrap();
    account.send(&envelope(Call::to(phone()).play("https://e.example/a.mp3"))).await.unwrap();
    let bodies: Vec<Value> = transport
        .requests()
        .iter()
        .map(|request| serde_json::from_slice(request.body()).unwrap())
        .collect();
    assert_eq!(bodies[0]["a"], "1600123456");
    assert_eq!(bodies[0]["tts"], json!({"t": "Order 2041 is ready.", "l": "en-IN", "v": "raj"}));
    assert_eq!(bodies[1].get("tts"), None);
}

/// What the URL of an account is refused for.
fn wrong_url(url: &str) -> Vec<String> {
    let error = Messenger::builder().url(url).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{url}");
    assert!(!format!("{error:?}{error}").contains("canary"), "{error}");
    error.faults().iter().map(|fault| fault.field.clone()).collect()
}

#[tokio::test]
async fn a_url_describes_a_small_api() {
    let template =
        "%7B%22to%22:%22%7Bto%7D%22,%22t%22:%22%7Btext%7D%22,%22c%22:%22%7Bcaller_id%7D%22%7D";
    let rest = "path=v1/calls&method=post&caller_id=1600123456&check=v1/me&id=/a,@B".to_owned();
    for (user, auth, body) in [
        ("canary", "bearer", "json"),
        ("u:canary", "basic", "json"),
        ("canary", "header:x-key", "query"),
        ("canary", "form:key", "form"),
        ("canary", "query:key", "json"),
    ] {
        let check = if body == "form" { rest.replace("&check=v1/me", "") } else { rest.clone() };
        let url = format!(
            "netcore+voice://{user}@voice.example.net:8443?{check}&auth={auth}&{body}={template}\
             &number_format=e164&success=/status=success"
        );
        let built = Messenger::builder().url(&url).unwrap().build().unwrap();
        assert_eq!(built.kinds(), [Kind::Voice], "{auth}");
    }
    assert_eq!(
        wrong_url("netcore+voice://canary@voice.example.net"),
        ["path", "method", "auth", "body"]
    );
    assert_eq!(
        wrong_url(&format!(
            "netcore+voice://canary@h.example?path=a&method=patch&auth=token&json={template}\
             &form={template}&success=yes&number_format=x&colour=red"
        )),
        ["method", "auth", "body", "method", "auth", "body", "number_format", "success", "colour"]
    );
}
