use std::sync::Arc;

use dakiya::{
    Envelope, Interactive, Rcs, SenderId, Shared, Sms, WhatsApp,
    testing::{
        conformance::{Report, channel::Subject},
        server::{Answer, Received},
    },
    time::SharedClock,
    twilio::Twilio,
};

use super::super::{KEY, TEXT, envelope, transport, wordless};
use crate::support::specs::checked;

fn account(endpoint: &str, clock: SharedClock) -> Twilio {
    Twilio::builder("AC00112233445566778899aabbccddeeff", KEY)
        .from(SenderId::parse("+15035550106").unwrap())
        .whatsapp_from("+14155550107")
        .rcs_from("northwind_parts_agent")
        .endpoint(endpoint)
        .transport(checked(transport(&clock)))
        .clock(clock)
        .build()
        .unwrap()
}

/// What Twilio answers to a message; its SID tells which.
fn accepts(request: &Received) -> Answer {
    let text = request.text();
    let to = text.split('&').next().unwrap_or_default();
    let last = &to[to.len().saturating_sub(2)..];
    let body = format!(r#"{{"sid":"SM0f0e0d0c0b0a090807060504030201{last}","num_segments":"1"}}"#);
    Answer::json(201, body)
}

fn kept(report: &Report) {
    assert!(report.kept.len() >= 25, "{report:#?}");
    for rule in [
        "what the capabilities exclude is refused unsent",
        "one bad message of a batch fails alone",
        "a batch has one result each, in order",
    ] {
        assert!(report.kept.contains(&rule), "{rule}: {report:#?}");
    }
}

fn whatsapp(n: usize) -> Envelope<WhatsApp> {
    let Envelope { id, message, .. } = envelope(n);
    Envelope::new(id, WhatsApp::to(message.to).text(TEXT))
}

fn rcs(n: usize) -> Envelope<Rcs> {
    let Envelope { id, message, .. } = envelope(n);
    Envelope::new(id, Rcs::to(message.to).text(TEXT))
}

#[tokio::test]
async fn twilio_sms_keeps_the_rules() {
    let make = |endpoint: &str, clock| -> Shared<Sms> { Arc::new(account(endpoint, clock)) };
    let mut later = envelope(1);
    later.delivery.send_at = Some("2026-03-15T15:00:00Z".parse().unwrap());
    let subject = Subject::new(make, envelope, accepts).variants([later]).invalid([wordless()]);
    let report = subject.secrets([KEY]).personal([TEXT, "9845000"]).check().await.unwrap();
    assert!(report.kept.len() >= 25, "{report:#?}");
    assert!(report.kept.contains(&"one bad message of a batch fails alone"));
    assert!(report.kept.contains(&"a batch has one result each, in order"));
}

#[tokio::test]
async fn twilio_whatsapp_keeps_the_rules() {
    let make = |endpoint: &str, clock| -> Shared<WhatsApp> { Arc::new(account(endpoint, clock)) };
    let (mut buttons, mut wordless) = (whatsapp(1), whatsapp(2));
    buttons.message = buttons.message.interactive(Interactive::buttons("When?", [("am", "AM")]));
    wordless.message = wordless.message.text("");
    let subject = Subject::new(make, whatsapp, accepts).variants([buttons]).invalid([wordless]);
    kept(&subject.secrets([KEY]).personal([TEXT, "9845000"]).check().await.unwrap());
}

#[tokio::test]
async fn twilio_rcs_keeps_the_rules() {
    let make = |endpoint: &str, clock| -> Shared<Rcs> { Arc::new(account(endpoint, clock)) };
    let mut wordless = rcs(2);
    wordless.message = wordless.message.text("");
    let subject = Subject::new(make, rcs, accepts).invalid([wordless]);
    let report = subject.secrets([KEY]).personal([TEXT, "9845000"]).check().await.unwrap();
    assert!(report.kept.len() >= 25, "{report:#?}");
    assert!(report.kept.contains(&"one bad message of a batch fails alone"));
}
