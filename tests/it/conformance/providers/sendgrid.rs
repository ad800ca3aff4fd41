use std::sync::Arc;

use dakiya::{
    Attachment, Email, Shared, TemplateStamp,
    sendgrid::SendGrid,
    testing::{
        conformance::channel::Subject,
        server::{Answer, Received},
    },
    time::SharedClock,
};

use super::{
    super::{KEY, TEXT, broken_mail, mail, transport},
    shop,
};
use crate::support::specs::checked;

fn accepts(_: &Received) -> Answer {
    Answer::empty(202).header("x-message-id", "3f1c")
}

fn account(endpoint: &str, clock: SharedClock) -> Shared<Email> {
    let account = SendGrid::builder(KEY)
        .endpoint(endpoint)
        .from(shop())
        .transport(checked(transport(&clock)))
        .clock(clock);
    Arc::new(account.build().unwrap())
}

fn crowd(n: usize) -> dakiya::Envelope<Email> {
    let mut crowd = mail(n);
    for other in 0..1000 {
        let address = format!("canary-1@x{other}.example").parse::<dakiya::EmailAddress>();
        crowd.message = crowd.message.and_to(address.unwrap());
    }
    crowd
}

#[tokio::test]
async fn sendgrid_keeps_the_rules() {
    let mut twice = mail(1);
    twice.message = twice.message.header("X-A", "1").header("x-a", "2");
    let mut file = mail(2);
    file.message = file.message.attach(Attachment::new("a.txt", "text/plain; a=b", &b"1"[..]));
    let subject = Subject::new(account, mail, accepts)
        .variants([crowd(1)])
        .invalid([broken_mail(), twice, file])
        .secrets([KEY])
        .personal([TEXT, "canary-0@", "canary-1@"]);
    let report = subject.check().await.unwrap();
    assert!(report.kept.len() >= 25, "{report:#?}");
    assert!(report.kept.contains(&"one bad message of a batch fails alone"));
    assert!(report.kept.contains(&"a batch takes no more requests than it must"));
    assert!(report.kept.contains(&"what the capabilities exclude is refused unsent"));
}

#[tokio::test]
async fn sendgrid_keeps_the_rules_with_a_text_for_each() {
    let personal = |n| {
        let mut mail = mail(n);
        mail.message = mail.message.text(format!("{TEXT} {n}")).html(format!("<p>{TEXT} {n}</p>"));
        mail.template = Some(TemplateStamp::new("invoice", "1", "en"));
        mail
    };
    let subject = Subject::new(account, personal, accepts)
        .invalid([broken_mail()])
        .secrets([KEY])
        .personal([TEXT, "canary-0@", "canary-1@"]);
    let report = subject.check().await.unwrap();
    assert!(report.kept.len() >= 25, "{report:#?}");
    assert!(report.kept.contains(&"a batch takes no more requests than it must"));
}
