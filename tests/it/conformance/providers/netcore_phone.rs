use std::sync::Arc;

use dakiya::{
    ApprovedTemplate, Contact, Envelope, Media, MediaKind, PhoneNumber, ProviderTemplate, Rcs,
    Shared, WhatsApp, WhatsAppContent,
    netcore::{deflector, rcs, whatsapp},
    testing::{
        conformance::{Report, channel::Subject},
        server::{Answer, Received},
    },
    time::SharedClock,
};
use serde_json::json;

use super::super::{KEY, TEXT, transport};

const REQUEST: &str = r#"{"to":"{to}","id":"{template}","with":"{variables}"}"#;

fn number(n: usize) -> PhoneNumber {
    PhoneNumber::parse(format!("+9198450000{n:02}")).unwrap()
}

fn enveloped<M: dakiya::Message>(n: usize, message: M) -> Envelope<M> {
    Envelope::new(format!("01890000-0000-7000-8000-{n:012}").parse().unwrap(), message)
}

fn kept(report: &Report) {
    assert!(report.kept.len() >= 25, "{report:#?}");
    for rule in [
        "what the capabilities exclude is refused unsent",
        "a batch has one result each, in order",
        "one bad message of a batch fails alone",
    ] {
        assert!(report.kept.contains(&rule), "{report:#?}");
    }
}

#[tokio::test]
async fn netcore_whatsapp_keeps_the_rules() {
    let make = |endpoint: &str, clock: SharedClock| -> Shared<WhatsApp> {
        let account = whatsapp::Account::builder(KEY).source("0b4e6c1a").endpoint(endpoint);
        Arc::new(account.transport(transport(&clock)).clock(clock).build().unwrap())
    };
    let accepts = |_: &Received| Answer::json(200, r#"{"status":"success","data":{"id":"6f6d"}}"#);
    let of = |n, content| enveloped(n, WhatsApp::to(number(n)).content(content));
    let text = |n| enveloped(n, WhatsApp::to(number(n)).text(TEXT));
    let contacts = of(1, WhatsAppContent::Contacts { contacts: vec![Contact::new(TEXT)] });
    let reply = enveloped(2, WhatsApp::to(number(2)).text(TEXT).reply_to("wamid.1"));
    let report = Subject::new(make, text, accepts)
        .variants([contacts, reply])
        .invalid([
            enveloped(1, WhatsApp::to(number(1)).text("")),
            enveloped(1, WhatsApp::to(number(1)).text("x".repeat(5000))),
        ])
        .secrets([KEY])
        .personal([TEXT, "9845000"])
        .check()
        .await
        .unwrap();
    kept(&report);
}

#[tokio::test]
async fn netcore_rcs_keeps_the_rules() {
    let make = |endpoint: &str, clock: SharedClock| -> Shared<Rcs> {
        let account = rcs::Account::builder(KEY).bot_id("512").request(REQUEST).endpoint(endpoint);
        Arc::new(account.transport(transport(&clock)).clock(clock).build().unwrap())
    };
    let accepts = |_: &Received| Answer::json(202, r#"{"requestid":"5d0a1c2b"}"#);
    let templated = |n| {
        let mut envelope = enveloped(n, Rcs::to(number(n)));
        let mut template = ProviderTemplate::new("t7");
        template.variables.insert("text".into(), json!(TEXT));
        envelope.delivery.provider_templates.insert("netcore.rcs".into(), template);
        envelope
    };
    let media = Media::new(MediaKind::Image, "https://acme.example/a.png");
    let report = Subject::new(make, templated, accepts)
        .variants([
            enveloped(1, Rcs::to(number(1)).text(TEXT)),
            enveloped(1, Rcs::to(number(1)).media(media)),
        ])
        .invalid([enveloped(1, Rcs::to(number(1)))])
        .secrets([KEY])
        .personal([TEXT, "9845000"])
        .check()
        .await
        .unwrap();
    kept(&report);
}

#[tokio::test]
async fn netcores_deflector_keeps_the_rules() {
    let make = |endpoint: &str, clock: SharedClock| -> Shared<WhatsApp> {
        let account = deflector::Account::builder(KEY).endpoint(endpoint);
        Arc::new(account.transport(transport(&clock)).clock(clock).build().unwrap())
    };
    let accepts = |_: &Received| Answer::json(200, r#"{"status":"success"}"#);
    let of = |n, name: &str| {
        let template = ApprovedTemplate::new(name, "en").parameters([TEXT]);
        enveloped(n, WhatsApp::to(number(n)).content(template))
    };
    let report = Subject::new(make, move |n| of(n, "login_otp"), accepts)
        .variants([enveloped(1, WhatsApp::to(number(1)).text(TEXT))])
        .invalid([of(1, "")])
        .secrets([KEY])
        .personal([TEXT, "9845000"])
        .check()
        .await
        .unwrap();
    kept(&report);
}
