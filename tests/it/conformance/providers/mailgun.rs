use std::sync::Arc;

use dakiya::{
    Attachment, Email, Shared, Unsubscribe,
    mailgun::Mailgun,
    testing::{
        conformance::channel::Subject,
        server::{Answer, Received},
    },
    time::SharedClock,
};

use super::super::{KEY, TEXT, broken_mail, mail, transport};
use super::shop;

fn accepts(_: &Received) -> Answer {
    let body = r#"{"id":"<20260314150926.1.4F2A@mg.acme.example>","message":"Queued. Thank you."}"#;
    Answer::json(200, body)
}

fn subject() -> Subject<Email> {
    let account = |endpoint: &str, clock: SharedClock| -> Shared<Email> {
        let account = Mailgun::builder(KEY, "mg.acme.example")
            .endpoint(endpoint)
            .from(shop())
            .transport(transport(&clock))
            .clock(clock);
        Arc::new(account.build().unwrap())
    };
    let (mut inline, mut many, mut crowd) = (mail(0), mail(1), mail(0));
    let file = Attachment::new("a.png", "image/png", &b"png"[..]);
    inline.message = inline.message.html("<img src='cid:a'>").attach(file.inline("a"));
    many.message = many.message.amp("<html amp4email></html>");
    many.message = many.message.unsubscribe(Unsubscribe::one_click("https://acme.example/u/1"));
    many.delivery.send_at = Some("2026-03-15T15:00:00Z".parse().unwrap());
    crowd.message.to = (0..1001).map(|n| mail(n).message.to.remove(0)).collect();
    Subject::new(account, mail, accepts)
        .variants([inline, many, crowd])
        .invalid([broken_mail()])
        .secrets([KEY])
        .personal([TEXT, "canary-0@", "canary-1@"])
}

#[tokio::test]
async fn mailgun_email_keeps_the_rules() {
    let report = subject().check().await.unwrap();
    assert!(report.kept.len() >= 25, "{report:#?}");
    for rule in [
        "a batch has one result each, in order",
        "a batch takes no more requests than it must",
        "one bad message of a batch fails alone",
        "what the capabilities exclude is refused unsent",
        "a refusal that quotes the request shows none of it",
    ] {
        assert!(report.kept.contains(&rule), "{rule}: {report:#?}");
    }
}
