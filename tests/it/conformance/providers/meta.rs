use std::sync::Arc;

use dakiya::{
    Contact, Delivery, Envelope, Interactive, Location, Media, MediaKind, MessageId, PhoneNumber,
    ProviderTemplate, Shared, WhatsApp, WhatsAppAddress, WhatsAppContent,
    meta::Meta,
    testing::{
        conformance::channel::Subject,
        server::{Answer, Received},
    },
    time::SharedClock,
};

use super::super::{KEY, TEXT, transport};

fn account(endpoint: &str, clock: SharedClock) -> Shared<WhatsApp> {
    let account = Meta::builder(KEY, "305511778840026")
        .language("en")
        .endpoint(endpoint)
        .transport(transport(&clock))
        .clock(clock);
    Arc::new(account.build().unwrap())
}

fn accepts(_: &Received) -> Answer {
    let body = r#"{"messaging_product":"whatsapp","messages":[{"id":"wamid.HBgLMTUw"}]}"#;
    Answer::json(200, body)
}

fn id(n: usize) -> MessageId {
    format!("01890000-0000-7000-8000-{n:012}").parse().unwrap()
}

fn to(n: usize) -> WhatsApp {
    WhatsApp::to(PhoneNumber::parse(format!("+9198450000{n:02}")).unwrap())
}

fn subject(message: fn(usize) -> WhatsApp) -> Subject<WhatsApp> {
    let mut scheduled = Envelope::new(id(91), to(1).text("x"));
    scheduled.delivery.send_at = Some("2026-03-15T15:00:00Z".parse().unwrap());
    let invalid = [
        Envelope::new(id(92), to(1).text("")),
        Envelope::new(id(93), to(1).text("x".repeat(4097))),
        Envelope::new(id(94), to(1).approved("Wrong", "en", ["a"])),
    ];
    Subject::new(account, move |n| Envelope::new(id(n), message(n)), accepts)
        .variants([scheduled])
        .invalid(invalid)
        .secrets([KEY])
        .personal([TEXT, "9845000", "55011223"])
}

async fn keeps(subject: Subject<WhatsApp>) {
    let report = subject.check().await.unwrap();
    assert!(report.kept.len() >= 25, "{report:#?}");
    for rule in [
        "a batch has one result each, in order",
        "a batch takes no more requests than it must",
        "one bad message of a batch fails alone",
        "what the capabilities exclude is refused unsent",
    ] {
        assert!(report.kept.contains(&rule), "{rule}");
    }
}

#[tokio::test]
async fn meta_whatsapp_keeps_the_rules_with_texts() {
    keeps(subject(|n| to(n).text(TEXT))).await;
}

#[tokio::test]
async fn meta_whatsapp_keeps_the_rules_with_templates() {
    keeps(subject(|n| to(n).approved("order_ready", "en", [TEXT, "2041"]))).await;
}

#[tokio::test]
async fn meta_whatsapp_keeps_the_rules_with_everything_else() {
    keeps(subject(|n| {
        let user = WhatsAppAddress::parse(format!("IN.55011223344556{n:02}")).unwrap();
        match n {
            0 => WhatsApp::to(user).interactive(Interactive::buttons(TEXT, [("a", "Yes")])),
            1 => to(n).media(Media::new(MediaKind::Image, "https://a.example/1").caption(TEXT)),
            2 => to(n).content(Location::new(1.0, 2.0)),
            3 => to(n).content(WhatsAppContent::Contacts { contacts: vec![Contact::new(TEXT)] }),
            _ => WhatsApp::to(user).text(TEXT),
        }
    }))
    .await;
}

#[tokio::test]
async fn meta_whatsapp_keeps_the_rules_with_a_template_beside_the_message() {
    let envelope = |n| {
        let mut delivery = Delivery::default();
        let template = ProviderTemplate::new("order_ready");
        delivery.provider_templates.insert("meta.whatsapp".into(), template);
        Envelope::new(id(n), to(n)).with_delivery(delivery)
    };
    let subject = Subject::new(account, envelope, accepts)
        .invalid([Envelope::new(id(92), to(1).text(""))])
        .secrets([KEY])
        .personal(["9845000"]);
    let report = subject.check().await.unwrap();
    assert!(report.kept.len() >= 25, "{report:#?}");
}
