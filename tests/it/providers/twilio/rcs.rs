//! RCS through Twilio on the wire.

use dakiya::{
    Channel as _, Envelope, Error, ErrorKind, Media, MediaKind, ProviderTemplate, Rcs,
    testing::MockTransport,
    twilio::{TwilioBuilder, rcs::Options},
};

use super::{CONTENT, MESSAGE, SERVICE, accepting, bare, body, envelope, number};

type Set = fn(TwilioBuilder) -> TwilioBuilder;

fn asking(message: Rcs, options: &Options) -> Envelope<Rcs> {
    let mut envelope = envelope(message);
    envelope.delivery.options.set(options).unwrap();
    envelope
}

fn text() -> Rcs {
    Rcs::to(number()).text("hi")
}

async fn sent(set: Set, envelope: &Envelope<Rcs>) -> String {
    let mock = accepting();
    let receipt = set(bare(&mock)).build().unwrap().send(envelope).await.unwrap();
    assert_eq!(receipt.provider, "twilio.rcs");
    assert_eq!(receipt.provider_message_id.as_deref(), Some(MESSAGE));
    body(&mock)
}

async fn refused(set: Set, envelope: &Envelope<Rcs>) -> Error {
    let mock = MockTransport::new();
    let error = set(bare(&mock)).build().unwrap().send(envelope).await.unwrap_err();
    assert_eq!(error.provider(), Some("twilio.rcs"));
    assert!(mock.requests().is_empty());
    error
}

const AGENT: Set = |account| account.rcs_from("rcs:northwind_parts_agent");
const POOL: Set = |account| account.messaging_service(SERVICE);
const BOTH: Set = |account| account.messaging_service(SERVICE).rcs_from("northwind_parts_agent");

#[tokio::test]
async fn a_sender_of_its_own_sends_by_rcs_alone() {
    let alone = "To=rcs%3A%2B15035550117&From=rcs%3Anorthwind_parts_agent&Body=hi";
    assert_eq!(sent(AGENT, &envelope(text())).await, alone);
    assert_eq!(sent(BOTH, &envelope(text())).await, alone);
    let mut own = text();
    own.from = Some("other_agent".into());
    let body = sent(POOL, &envelope(own)).await;
    assert_eq!(body, "To=rcs%3A%2B15035550117&From=rcs%3Aother_agent&Body=hi");
}

#[tokio::test]
async fn a_service_falls_back_to_sms_unless_told_otherwise() {
    let first = format!("To=%2B15035550117&MessagingServiceSid={SERVICE}&Body=hi");
    assert_eq!(sent(POOL, &envelope(text())).await, first);
    assert_eq!(sent(BOTH, &asking(text(), &Options::new().fallback(true))).await, first);
    let alone = format!("To=rcs%3A%2B15035550117&MessagingServiceSid={SERVICE}&Body=hi");
    assert_eq!(sent(POOL, &asking(text(), &Options::new().fallback(false))).await, alone);
    let from = Options::new().fallback_from("+15035550109");
    assert_eq!(
        sent(BOTH, &asking(text(), &from)).await,
        format!("{first}&FallbackFrom=%2B15035550109")
    );
}

#[tokio::test]
async fn fallbacks_that_cannot_be_are_refused() {
    let mut own = text();
    own.from = Some("agent".into());
    let table = [
        (POOL, asking(own.clone(), &Options::new().fallback(true)), "from"),
        (POOL, asking(own, &Options::new().fallback_from("+15035550109")), "from"),
        (
            POOL,
            asking(text(), &Options::new().fallback(false).fallback_from("+15035550109")),
            "options.fallback_from",
        ),
        (
            POOL,
            asking(text(), &Options::new().fallback_from("a name too long")),
            "options.fallback_from",
        ),
    ];
    for (set, envelope, field) in table {
        let error = refused(set, &envelope).await;
        assert_eq!(error.kind(), ErrorKind::InvalidMessage);
        assert_eq!(error.faults()[0].field, field, "{error}");
    }
    for options in [Options::new().fallback(true), Options::new().fallback_from("+15035550109")] {
        let error = refused(AGENT, &asking(text(), &options)).await;
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
}

#[tokio::test]
async fn senders_that_are_none_are_refused() {
    assert_eq!(refused(|account| account, &envelope(text())).await.faults()[0].field, "from");
    let mut own = text();
    own.from = Some("an agent".into());
    assert_eq!(refused(AGENT, &envelope(own)).await.faults()[0].field, "from");
}

#[tokio::test]
async fn files_and_templates_are_carried() {
    let file = Media::new(MediaKind::Image, "https://erp.example.net/a.png").caption("see");
    let body = sent(AGENT, &envelope(Rcs::to(number()).media(file))).await;
    assert!(body.ends_with("&Body=see&MediaUrl=https%3A%2F%2Ferp.example.net%2Fa.png"), "{body}");
    let mut card = envelope(Rcs::to(number()));
    card.delivery.provider_templates.insert("twilio.rcs".into(), ProviderTemplate::new(CONTENT));
    assert!(sent(AGENT, &card).await.ends_with(&format!("&ContentSid={CONTENT}")));
    let uploaded = Rcs::to(number()).media(Media::uploaded(MediaKind::Image, "7"));
    assert_eq!(refused(AGENT, &envelope(uploaded)).await.kind(), ErrorKind::Unsupported);
    let long = Rcs::to(number()).text("x".repeat(1601));
    assert_eq!(refused(AGENT, &envelope(long)).await.faults()[0].field, "text");
}

#[tokio::test]
async fn scheduling_takes_the_service_along() {
    let mut later = envelope(text());
    later.delivery.send_at = Some("2026-11-11T08:15:00Z".parse().unwrap());
    let body = sent(BOTH, &later).await;
    assert!(body.contains(&format!("&MessagingServiceSid={SERVICE}&")), "{body}");
    assert_eq!(refused(AGENT, &later).await.kind(), ErrorKind::Unsupported);
}
