use std::sync::Arc;

use dakiya::{
    Attachment, Email, Shared,
    ses::{self, Ses, SesBuilder},
    testing::{
        conformance::channel::Subject,
        server::{Answer, Received},
    },
    time::SharedClock,
};
use serde_json::{Value, json};

use super::{
    super::{KEY, TEXT, broken_mail, mail, transport},
    shop,
};
use crate::support::specs::checked;

fn account(endpoint: &str, clock: SharedClock) -> SesBuilder {
    Ses::builder("ap-south-1", ses::keys("AKIDEXAMPLE", KEY))
        .endpoint(endpoint)
        .from(shop())
        .transport(checked(transport(&clock)))
        .clock(clock)
}

/// What SES answers to one mail, or to many.
fn accepted(request: &Received) -> Answer {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let answer = match body["BulkEmailEntries"].as_array() {
        None => json!({"MessageId": "0100-1"}),
        Some(entries) => {
            let one = |n: usize| json!({"Status": "SUCCESS", "MessageId": format!("0100-{n}")});
            json!({"BulkEmailEntryResults": (0..entries.len()).map(one).collect::<Vec<_>>()})
        }
    };
    Answer::json(200, answer.to_string())
}

fn subject(bulk: bool) -> Subject<Email> {
    let (mut inline, mut raw, mut later) = (mail(0), mail(1), mail(1));
    let file = Attachment::new("a.png", "image/png", &b"png"[..]);
    inline.message = inline.message.html("<img src='cid:a'>").attach(file.inline("a"));
    raw.message = raw.message.amp("<html amp4email></html>");
    later.delivery.send_at = Some("2026-03-15T15:00:00Z".parse().unwrap());
    let make = move |endpoint: &str, clock| -> Shared<Email> {
        Arc::new(account(endpoint, clock).bulk(bulk).build().unwrap())
    };
    Subject::new(make, mail, accepted)
        .batch_answer(accepted)
        .variants([inline, raw, later])
        .invalid([broken_mail()])
        .secrets([KEY])
        .personal([TEXT, "canary-0@", "canary-1@"])
        .except("a 503 is unavailable, and nothing is out", "SES may have sent before it")
}

#[tokio::test]
async fn ses_keeps_the_rules() {
    let report = subject(true).check().await.unwrap();
    assert!(report.kept.len() >= 25, "{report:#?}");
    assert!(report.kept.contains(&"one bad message of a batch fails alone"));
    assert!(report.kept.contains(&"a batch takes no more requests than it must"));
}

#[tokio::test]
async fn ses_keeps_the_rules_without_the_bulk_call() {
    let report = subject(false).check().await.unwrap();
    assert!(report.kept.len() >= 25, "{report:#?}");
    assert!(report.kept.contains(&"one bad message of a batch fails alone"));
}
