//! What the providers' own types and errors show.

use std::{fmt::Debug, time::Duration};

use dakiya::{
    Call, Channel, Email, Error, Gather, Kind, MediaKind, Message, PhoneNumber, Provider,
    ProviderTemplate, Rcs, Recording, Result, Sms, Step, WhatsApp,
    http::SharedTransport,
    mailgun, meta,
    netcore::{deflector, rcs, voice, whatsapp},
    sendgrid, ses,
    testing::{ManualClock, MockTransport},
    time::SharedClock,
    twilio,
};
use serde_json::{Map, Value, json};

use super::{CANARIES, address, envelope, hidden, phone};
use crate::support::specs::checked;

const SECRET: &str = "canary-secret-71";
const URL: &str = "https://canary.example/hook?key=canary";
const SID: &str = "AC00112233445566778899aabbccddeeff";

/// Answers that quote whom, what and the secret in every place an answer has for words or codes.
fn quoting() -> Vec<(u16, String)> {
    let quote = "canary@example.com +919845033312 canary-secret-71 482913";
    let words = [
        json!({"code": 21211, "message": quote, "more_info": quote, "status": 400}),
        json!({"code": quote, "message": quote, "detail": quote, "status": quote}),
        json!({"errors": [{"message": quote, "field": quote, "help": quote, "error_id": quote}]}),
        json!({"error": quote, "id": quote, "message": quote}),
        json!({"__type": quote, "message": quote, "Message": quote, "code": quote}),
        json!({"__type": "MessageRejected", "message": quote}),
        json!({"error": {"code": 131_026, "error_subcode": 1, "message": quote, "type": quote,
            "error_user_msg": quote, "error_data": {"details": quote}}}),
        json!({"error": {"code": quote, "error_subcode": quote, "message": quote, "type": quote}}),
        json!({"message": [quote], "status": "error"}),
        json!({"status": "error", "message": quote, "error": [{"code": quote, "message": quote}],
            "data": quote, "requestid": quote}),
        json!({"status": "failed", "error": {"code": "E7", "message": quote, "type": quote}}),
        json!({"description": quote, "desc": quote, "reason": quote, "errors": quote}),
        json!([{"status": "error", "code": quote, "message": quote}]),
        json!({"BulkEmailEntryResults": [{"Status": quote, "Error": quote},
            {"Status": "MESSAGE_REJECTED", "Error": quote}]}),
        json!(quote),
        // Where a code or a name is looked for, a number or the secret alone.
        json!({"errors": [{"message": "x", "field": "9845033312", "error_id": "9845033312"}]}),
        json!({"errors": [{"message": "x", "field": SECRET, "error_id": "f-9845033312"}]}),
        json!({"__type": "E9845033312", "message": "x", "code": "9845033312"}),
        json!({"code": 9_845_033_312_u64, "message": "x", "status": 400}),
        json!({"error": {"code": 9_845_033_312_u64, "error_subcode": 9_845_033_312_u64,
            "fbtrace_id": "A9845033312"}}),
        json!({"status": "error", "error": {"code": "9845033312", "message": SECRET}}),
        json!({"error": {"code": "E9845033312", "message": SECRET}}),
    ];
    let statuses = [200, 202, 302, 400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503];
    let mut bodies: Vec<_> = words.iter().map(Value::to_string).collect();
    // A page of a proxy's, XML, and JSON that breaks off.
    bodies.push(format!("<!doctype html><title>{quote}</title><p>{quote}"));
    bodies.push(format!("<RESULT REQID='{quote}'><ERROR CODE='{quote}'>{quote}</ERROR></RESULT>"));
    bodies.push(format!(r#"{{"error":{{"code":131026,"message":"{quote}"#));
    let pairs = statuses.map(|status| bodies.clone().into_iter().map(move |body| (status, body)));
    pairs.into_iter().flatten().collect()
}

fn clock() -> SharedClock {
    ManualClock::at("2026-11-10T08:15:00Z".parse().unwrap()).shared()
}

fn twilio(transport: SharedTransport) -> twilio::TwilioBuilder {
    twilio::Twilio::builder(SID, SECRET)
        .api_key("SK00112233445566778899aabbccddeeff", SECRET)
        .from(phone())
        .voice_from(phone())
        .whatsapp_from(phone().as_str())
        .rcs_from("acme_agent")
        .status_callback(URL)
        .transport(checked(transport))
        .clock(clock())
}

fn sendgrid(transport: SharedTransport) -> sendgrid::SendGridBuilder {
    sendgrid::SendGrid::builder(SECRET).from(address()).transport(checked(transport)).clock(clock())
}

fn ses(transport: SharedTransport) -> ses::SesBuilder {
    let keys = ses::session_keys("AKIDEXAMPLE", SECRET, SECRET);
    ses::Ses::builder("ap-south-1", keys)
        .from(address())
        .feedback_address(address())
        .transport(checked(transport))
        .clock(clock())
}

fn meta(transport: SharedTransport) -> meta::MetaBuilder {
    meta::Meta::builder(SECRET, "305511778840026")
        .business_account("102290129340398")
        .app("670843887433847")
        .transport(transport)
        .clock(clock())
}

fn mailgun(transport: SharedTransport) -> mailgun::MailgunBuilder {
    mailgun::Mailgun::builder(SECRET, "mg.example.com")
        .from(address())
        .transport(transport)
        .clock(clock())
}

fn netcore_whatsapp(transport: SharedTransport) -> whatsapp::AccountBuilder {
    whatsapp::Account::builder(SECRET).source("0b4e6c1a").transport(transport).clock(clock())
}

fn netcore_rcs(transport: SharedTransport) -> rcs::AccountBuilder {
    let request = r#"{"recipient":"{to}","template":"{template}","key":"canary"}"#;
    rcs::Account::builder(SECRET).request(request).transport(transport).clock(clock())
}

fn netcore_deflector(transport: SharedTransport) -> deflector::AccountBuilder {
    deflector::Account::builder(SECRET).transport(transport).clock(clock())
}

fn api() -> voice::Api {
    serde_json::from_value(json!({
        "base_url": "https://voice.example.net", "path": "v1/calls", "method": "post",
        "auth": {"bearer": {"token": SECRET}}, "headers": {"x-other": "1"},
        "body": {"json": {"to": "{to}", "text": "{text}", "fixed": "canary"}},
        "codes": {"E7": "invalid_recipient"}, "check": {"path": "v1/me"},
    }))
    .unwrap()
}

fn netcore_voice(transport: SharedTransport) -> voice::AccountBuilder {
    voice::Account::builder(api()).transport(transport).clock(clock())
}

fn mail() -> Email {
    Email::to(address()).subject("canary").text("canary 482913")
}

fn sms() -> Sms {
    Sms::to(phone()).text("canary 482913")
}

fn text() -> WhatsApp {
    WhatsApp::to(phone()).text("canary 482913")
}

fn approved() -> WhatsApp {
    WhatsApp::to(phone()).approved("order", "en", ["canary", "482913"])
}

fn call() -> Call {
    Call::to(phone()).say("canary 482913")
}

fn silent_answer<T: Debug>(answer: Result<T>) {
    match answer {
        Ok(answer) => hidden(&answer),
        Err(error) => panic!("{error}"),
    }
}

/// Every way in which an error shows itself.
fn shown(error: &Error) {
    hidden(error);
    for text in [error.to_string(), serde_json::to_string(error).unwrap()] {
        for canary in CANARIES {
            assert!(!text.contains(canary), "`{canary}` in {text}");
        }
    }
}

/// Sends by an account whose provider quotes what it was asked, and looks at all that comes back.
async fn discreet<M: Message, C: Channel<M> + Provider>(
    message: M,
    account: impl Fn(SharedTransport) -> C,
) {
    let mut envelope = envelope(message);
    if M::KIND == Kind::Rcs {
        let template = ProviderTemplate::new("t7");
        envelope.delivery.provider_templates.insert("netcore.rcs".into(), template);
    }
    let mut errors = 0;
    for (status, body) in quoting() {
        let transport = MockTransport::answering(status, body);
        let account = account(transport.shared());
        let mut outcomes = vec![account.send(&envelope).await.map(drop)];
        let batch = account.send_batch(&[&envelope, &envelope]).await;
        outcomes.extend(batch.into_iter().map(|outcome| outcome.map(drop)));
        outcomes.push(account.check().await);
        for error in outcomes.into_iter().filter_map(Result::err) {
            shown(&error);
            errors += 1;
        }
        for request in transport.requests() {
            let target = request.uri().to_string();
            assert!(!target.contains(SECRET), "{target}");
            let secret =
                |value: &http::HeaderValue| value.to_str().is_ok_and(|v| v.contains(SECRET));
            for (name, value) in request.headers() {
                assert!(!secret(value) || value.is_sensitive(), "{name}");
            }
            hidden(request.headers());
        }
    }
    assert!(errors > 300, "{errors}");
    let huge = format!(r#"{{"message":"{}"#, "canary@example.com ".repeat(600_000));
    for status in [200, 400] {
        let transport = MockTransport::answering(status, huge.clone());
        let error = account(transport.shared()).send(&envelope).await.unwrap_err();
        shown(&error);
    }
}

#[tokio::test]
async fn twilio_quotes_and_no_error_does() {
    let account = |transport| twilio(transport).build().unwrap();
    discreet(sms(), account).await;
    discreet(text(), account).await;
    discreet(Rcs::to(phone()).text("canary"), account).await;
    discreet(call(), account).await;
}

#[tokio::test]
async fn sendgrid_quotes_and_no_error_does() {
    discreet(mail(), |transport| sendgrid(transport).build().unwrap()).await;
}

#[tokio::test]
async fn ses_quotes_and_no_error_does() {
    discreet(mail(), |transport| ses(transport).build().unwrap()).await;
}

#[tokio::test]
async fn meta_quotes_and_no_error_does() {
    discreet(text(), |transport| meta(transport).build().unwrap()).await;
    discreet(approved(), |transport| meta(transport).build().unwrap()).await;
}

#[tokio::test]
async fn mailgun_quotes_and_no_error_does() {
    discreet(mail(), |transport| mailgun(transport).build().unwrap()).await;
}

#[tokio::test]
async fn netcore_quotes_and_no_error_does() {
    discreet(text(), |transport| netcore_whatsapp(transport).build().unwrap()).await;
    discreet(Rcs::to(phone()), |transport| netcore_rcs(transport).build().unwrap()).await;
    discreet(approved(), |transport| netcore_deflector(transport).build().unwrap()).await;
    discreet(call(), |transport| netcore_voice(transport).build().unwrap()).await;
}

#[tokio::test]
async fn no_error_of_a_management_call_quotes_its_answer() {
    let user = [phone().into()];
    let entry = [whatsapp::manage::ConsentEntry::new(phone(), "WEB")];
    let numbers = twilio::manage::MessageQuery::new().to(phone().as_str());
    for (status, body) in quoting() {
        let transport = MockTransport::answering(status, body);
        let (twilio, sendgrid) = (
            twilio(transport.shared()).build().unwrap(),
            sendgrid(transport.shared()).build().unwrap(),
        );
        let (ses, meta) =
            (ses(transport.shared()).build().unwrap(), meta(transport.shared()).build().unwrap());
        let (mailgun, whatsapp) = (
            mailgun(transport.shared()).build().unwrap(),
            netcore_whatsapp(transport.shared()).build().unwrap(),
        );
        let rcs = netcore_rcs(transport.shared()).build().unwrap();
        let bounces = sendgrid::manage::SuppressionKind::Bounces;
        let new = rcs::manage::NewTemplate::text("canary", "canary");
        let outcomes = [
            twilio.messages().list(&numbers).await.err(),
            twilio.messages().get("SM0f0e0d0c0b0a09080706050403020100").await.err(),
            twilio.content().list(None).await.err(),
            sendgrid.suppressions().get(bounces, &address()).await.err(),
            sendgrid.suppressions().remove(bounces, &address()).await.err(),
            sendgrid.templates().get("d-1").await.err(),
            ses.suppressions().get(&address()).await.err(),
            ses.suppressions().remove(&address()).await.err(),
            ses.identities().get("canary@example.com").await.err(),
            ses.templates().render("canary", &json!({"name": "canary"})).await.err(),
            meta.blocked().add(&user).await.err(),
            meta.numbers().verify_code(&"482913".into()).await.err(),
            meta.templates().get("1").await.err(),
            meta.messages().mark_read("wamid.canary").await.err(),
            mailgun.bounces().get("canary@example.com").await.err(),
            mailgun.unsubscribes().remove("canary@example.com").await.err(),
            mailgun.domains().get("mg.example.com").await.err(),
            whatsapp.consent().opt_in(&entry).await.err(),
            whatsapp.media().download("1").await.err(),
            whatsapp.templates().status("canary").await.err(),
            rcs.templates().create(&new).await.err(),
        ];
        outcomes.iter().flatten().for_each(shown);
        for request in transport.requests() {
            let target = request.uri().to_string();
            assert!(!target.contains(SECRET) && !target.contains("482913"), "{target}");
        }
    }
}

#[test]
fn no_debug_of_an_account_shows_whose_it_is() {
    let mock = || MockTransport::answering(200, "").shared();
    hidden(&(twilio(mock()), twilio(mock()).build().unwrap()));
    hidden(&(sendgrid(mock()), sendgrid(mock()).build().unwrap()));
    hidden(&(ses(mock()), ses(mock()).build().unwrap()));
    hidden(&ses::session_keys("AKIDEXAMPLE", SECRET, SECRET));
    hidden(&ses::smtp_password(SECRET, "ap-south-1"));
    hidden(&(meta(mock()), meta(mock()).build().unwrap()));
    hidden(&(mailgun(mock()), mailgun(mock()).build().unwrap()));
    hidden(&(netcore_whatsapp(mock()), netcore_whatsapp(mock()).build().unwrap()));
    hidden(&(netcore_rcs(mock()), netcore_rcs(mock()).build().unwrap()));
    hidden(&(netcore_deflector(mock()), netcore_deflector(mock()).build().unwrap()));
    hidden(&(netcore_voice(mock()), netcore_voice(mock()).build().unwrap(), api()));
}

#[test]
fn no_error_of_a_wrong_setting_shows_a_secret() {
    let wrong = "canary\nsecret";
    let mock = || MockTransport::answering(200, "").shared();
    let mut api = api();
    api.auth = Some(voice::Auth::Bearer { token: wrong.into() });
    api.base_url = Some("http://user:canary@voice.example.net".into());
    let url = "http://user:canary@api.example.net";
    let errors = [
        twilio::Twilio::builder(SID, wrong).endpoint(url).transport(checked(mock())).build().err(),
        sendgrid::SendGrid::builder(wrong).endpoint(url).transport(checked(mock())).build().err(),
        ses::Ses::builder("x y", ses::keys("a\nb", wrong))
            .endpoint(url)
            .transport(checked(mock()))
            .build()
            .err(),
        meta::Meta::builder(wrong, "1").endpoint(url).transport(mock()).build().err(),
        mailgun::Mailgun::builder(wrong, "a b").endpoint(url).transport(mock()).build().err(),
        whatsapp::Account::builder(wrong).endpoint(url).transport(mock()).build().err(),
        rcs::Account::builder(wrong).endpoint(url).transport(mock()).build().err(),
        deflector::Account::builder(wrong).endpoint(url).transport(mock()).build().err(),
        voice::Account::builder(api).transport(mock()).build().err(),
    ];
    for error in errors {
        shown(&error.expect("a refusal"));
    }
}

#[test]
fn no_debug_of_options_shows_their_values() {
    hidden(&twilio::sms::Options::new().status_callback(URL).fallback_from("canary"));
    hidden(&twilio::whatsapp::Options::new().persistent_action(vec!["canary".into()]));
    hidden(&twilio::rcs::Options::new().fallback_from(phone().as_str()).status_callback(URL));
    let mut recording = twilio::voice::RecordingSettings::default();
    recording.status_callback = Some(URL.into());
    let detection = twilio::voice::MachineDetection::new(twilio::voice::Detection::Enable);
    hidden(&recording);
    hidden(&detection.clone().asynchronous(URL));
    hidden(
        &twilio::voice::Options::new()
            .status_callback(URL, [])
            .recording(recording)
            .machine_detection(detection.asynchronous(URL))
            .send_digits("482913"),
    );
    let footer = sendgrid::email::Footer::new("canary", "canary");
    hidden(
        &sendgrid::email::Options::new()
            .custom_arg("name", "canary")
            .substitution("-name-", "canary")
            .section("-s-", "canary")
            .footer(footer),
    );
    hidden(&ses::email::Options::new().tag("name", "canary").feedback_address(address()));
    hidden(
        &meta::whatsapp::Options::new()
            .identity_key_hash("canary")
            .template_component(json!({"text": "canary"}))
            .raw("order", json!({"text": "canary"})),
    );
    hidden(
        &mailgun::email::Options::new()
            .variable("name", "canary")
            .recipient_variable("name", "canary")
            .other("x", "canary"),
    );
    let object: Map<String, Value> = [("text".into(), json!("canary"))].into_iter().collect();
    hidden(&whatsapp::Options::new().raw(object.clone()));
    hidden(&rcs::Options::new().fallback(json!({"text": "canary"})));
    let step = deflector::Step::from(deflector::FlowChannel::Sms).extra("x", "canary");
    let sms = deflector::SmsFallback::new("ACMEIN", "canary").extra("x", "canary");
    hidden(&(step.clone(), sms.clone()));
    hidden(&deflector::Options::new().sms(sms).rcs(object).flow([step]));
    hidden(&voice::Options::new().caller_id(phone().as_str()).callback_url(URL));
}

#[test]
fn no_debug_of_a_request_to_manage_shows_whom_it_is_about() {
    let number = phone();
    let content = json!({"body": "canary"});
    hidden(&twilio::manage::MessageQuery::new().to(number.as_str()).from(number.as_str()));
    hidden(&twilio::manage::CallQuery::new().to(number.as_str()).from(number.as_str()));
    hidden(
        &twilio::manage::NewContent::new("otp", "en")
            .variable("1", "canary")
            .text("canary")
            .content("twilio/card", content),
    );
    hidden(&sendgrid::manage::SuppressionQuery::new().email("canary@example.com"));
    hidden(
        &sendgrid::manage::TemplateVersionDraft::new("v1", "canary")
            .html("canary")
            .text("canary")
            .test_data("canary"),
    );
    hidden(&ses::manage::TemplateContent::new("canary").text("canary").html("canary"));
    let own = || ses::manage::ByoDkim::new("sel", SECRET);
    hidden(&(own(), ses::manage::NewIdentity::new("example.com").own_dkim(own())));
    let example = Some("https://a.example/canary");
    let buttons = [meta::manage::TemplateButton::url("canary", "https://canary.example/", example)];
    hidden(&buttons);
    hidden(
        &meta::manage::NewTemplate::new("ready", "en", meta::manage::Category::Utility)
            .component(meta::manage::Component::header("canary", Some("canary")))
            .component(meta::manage::Component::body("canary {{1}}", ["canary"]))
            .component(meta::manage::Component::footer("canary"))
            .component(meta::manage::Component::buttons(buttons)),
    );
    hidden(&meta::manage::MediaFile::new(
        MediaKind::Image,
        "canary.png",
        "image/png",
        &b"canary"[..],
    ));
    hidden(&meta::manage::ProfileUpdate::new().email("canary@example.com").address("canary"));
    hidden(&mailgun::manage::EventQuery::new().recipient("canary@example.com"));
    hidden(&mailgun::manage::NewVersion::new("v1", "canary").header("subject", "canary"));
    hidden(&mailgun::manage::Bounce::new(address()));
    hidden(&mailgun::manage::Complaint::new(address()));
    hidden(&mailgun::manage::Unsubscribed::new(address()));
    hidden(&mailgun::manage::Allowed::address(&address()).reason("canary"));
    let mut settings = mailgun::manage::DomainSettings::new();
    settings.smtp_password = Some(SECRET.into());
    settings.archive_to = Some(URL.into());
    hidden(&settings);
    hidden(&whatsapp::manage::ConsentEntry::new(phone(), "WEB").user_agent("canary"));
    let suggestions = [
        rcs::manage::Suggestion::reply("canary", "canary"),
        rcs::manage::Suggestion::url("canary", "canary", URL),
        rcs::manage::Suggestion::dial("canary", "canary", phone()),
    ];
    hidden(&suggestions);
    let card =
        rcs::manage::Card::new("canary", "canary").url(URL).suggestion(suggestions[0].clone());
    hidden(&card);
    let (width, height) = (rcs::manage::CardWidth::Medium, rcs::manage::CardHeight::Medium);
    hidden(&rcs::manage::NewTemplate::carousel("ready", width, height, [card]));
    hidden(&rcs::manage::NewTemplate::text("ready", "canary").suggestion(suggestions[0].clone()));
}

#[tokio::test]
async fn no_debug_of_an_answer_shows_whom_it_is_about() {
    let mock = |body: Value| MockTransport::answering(200, body.to_string()).shared();
    let (who, number, at) = ("canary@example.com", "+919845033312", 1_773_500_966);

    let (sid, call) = ("SM0f0e0d0c0b0a09080706050403020100", "CA0f0e0d0c0b0a09080706050403020100");
    let body = json!({"sid": sid, "status": "failed", "to": number, "from": number,
        "body": "canary", "error_message": "canary"});
    let page = json!({"messages": [body], "calls": [body], "next_page_uri": null});
    let account = |body: &Value| twilio(mock(body.clone())).build().unwrap();
    silent_answer(account(&body).messages().get(sid).await);
    silent_answer(account(&page).messages().list(&twilio::manage::MessageQuery::new()).await);
    let body = json!({"sid": call, "status": "busy", "to": number, "from": number,
        "to_formatted": number, "from_formatted": number, "caller_name": "canary",
        "forwarded_from": number});
    silent_answer(account(&body).calls().get(call).await);
    let body = json!({"sid": "HX0f0e0d0c0b0a09080706050403020100", "friendly_name": "otp",
        "language": "en", "variables": {"1": "canary"}, "types": {"twilio/text": {"body": "canary"}}});
    silent_answer(account(&body).content().get("HX0f0e0d0c0b0a09080706050403020100").await);

    let account = |body: Value| sendgrid(mock(body)).build().unwrap();
    let bounces = sendgrid::manage::SuppressionKind::Bounces;
    let entry = json!([{"email": who, "created": at, "reason": who, "status": "5.1.1",
        "group_id": 1, "group_name": "x", "created_at": at}]);
    silent_answer(account(entry.clone()).suppressions().get(bounces, &address()).await);
    silent_answer(account(entry).unsubscribe_groups().all_members().await);
    let version = json!({"id": "v1", "template_id": "d-1", "active": 1, "name": "v1",
        "html_content": "canary", "plain_content": "canary", "subject": "canary",
        "test_data": "canary"});
    silent_answer(account(version).templates().version("d-1", "v1").await);

    let account = |body: Value| ses(mock(body)).build().unwrap();
    let body = json!({"SuppressedDestination": {"EmailAddress": who, "Reason": "BOUNCE",
        "LastUpdateTime": at}});
    silent_answer(account(body).suppressions().get(&address()).await);
    let body = json!({"TemplateName": "a", "TemplateContent": {"Subject": "canary",
        "Text": "canary", "Html": "canary"}});
    silent_answer(account(body).templates().get("a").await);

    let account = |body: Value| meta(mock(body)).build().unwrap();
    let input =
        [json!({"input": number, "wa_id": "919845033312", "user_id": "IN.5501122334455667",
        "errors": [{"code": 139_100, "message": who}]})];
    let body = json!({"messaging_product": "whatsapp", "data": input,
        "block_users": {"added_users": input, "removed_users": input, "failed_users": input}});
    silent_answer(account(body.clone()).blocked().list(None).await);
    silent_answer(account(body).blocked().add(&[phone().into()]).await);
    let body = json!({"id": "1", "display_phone_number": "+91 98450 33312",
        "verified_name": "Acme"});
    let shown = format!("{:?}", account(body).numbers().get().await.unwrap());
    assert!(!shown.contains("98450"), "{shown}");
    let url = "https://lookaside.fbsbx.com/canary";
    let body = json!({"id": "1", "url": url, "mime_type": "image/png", "sha256": "ab",
        "file_size": 1, "messaging_product": "whatsapp"});
    silent_answer(account(body).media().get("1").await);
    silent_answer(account(json!("canary")).media().download(url).await);
    let body = json!({"data": [{"about": "canary", "email": who, "address": "canary"}]});
    silent_answer(account(body).profile().get().await);

    let account = |body: Value| mailgun(mock(body)).build().unwrap();
    let next =
        "https://api.mailgun.net/v3/mg.example.com/bounces?page=next&address=canary%40example.com";
    let body = json!({"items": [{"address": who, "code": "550", "error": who, "value": who,
        "type": "address", "reason": "canary", "tags": ["*"]}], "paging": {"next": next}});
    silent_answer(account(body.clone()).bounces().list(1, None).await);
    silent_answer(account(body.clone()).complaints().list(1, None).await.map(|page| page.items));
    silent_answer(account(body.clone()).unsubscribes().list(1, None).await.map(|page| page.items));
    silent_answer(account(body).allowlist().list(1, None).await.map(|page| page.items));
    let body = json!({"template": {"name": "a", "version": {"tag": "v1", "template": "canary"}}});
    silent_answer(account(body).templates().get("a").await);
    let body = json!({"items": [{"event": "failed", "id": "e1", "timestamp": 1.5,
        "recipient": who, "message": {"headers": {"to": who, "subject": "canary"}},
        "user-variables": {"name": "canary"}, "url": "https://canary.example/",
        "delivery-status": {"code": 550, "message": who}}], "paging": {}});
    let query = mailgun::manage::EventQuery::new();
    silent_answer(account(body).events().list(&query).await);

    let account = |body: Value| netcore_whatsapp(mock(body)).build().unwrap();
    let body = json!({"status": "success", "data": {"name": "ready", "text": "canary"}});
    silent_answer(account(body).templates().status("ready").await);
    silent_answer(account(json!("canary")).media().download("1").await);
}

#[test]
fn no_debug_of_a_call_shows_what_is_said_or_where_it_goes() {
    let seconds = Duration::from_secs(3);
    let number = || PhoneNumber::parse("+919845033312").unwrap();
    let mut gather = Gather::digits(4, URL).prompt(Step::say_in("en-IN", "canary"));
    gather.hints = vec!["canary".into()];
    let mut recording = Recording::default();
    recording.action = Some(URL.into());
    let call = Call::to(number())
        .gather(gather)
        .recording(recording)
        .dial(number())
        .step(Step::Redirect { link: URL.into() })
        .step(Step::Say { text: "canary".into(), language: None, voice: Some("Polly".into()) })
        .play(URL)
        .pause(seconds)
        .hang_up();
    hidden(&call.steps);
    for step in &call.steps {
        hidden(step);
    }
    super::silent(&call);
    super::kept(call);
}
