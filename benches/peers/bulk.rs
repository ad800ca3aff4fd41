//! Batches beside smaller ones: a mail of a long batch costs what one of a short batch does.

use dakiya::{
    Channel, Email, Envelope, ProviderTemplate, TemplateStamp,
    http::SharedTransport,
    mailgun::Mailgun,
    sendgrid::SendGrid,
    ses::{self, Ses},
    testing::MockTransport,
};

use super::{id, mailbox};
use crate::measure::{Load, Table, pair};

/// How many mails a request of SES takes.
const SES: usize = 50;

/// `sizes` are the two batches, the shorter one first; SES needs whole requests of them.
pub(crate) async fn all(table: &mut Table, load: Load, sizes: [usize; 2]) {
    let account = SendGrid::builder("SG.key").transport(answering(202, String::new()));
    grows(table, load, sizes, &account.build().unwrap(), ["sendgrid", "sendgrid.email", "d-1"])
        .await;

    let each = vec![r#"{"Status":"SUCCESS","MessageId":"1"}"#; SES].join(",");
    let answer = answering(200, format!(r#"{{"BulkEmailEntryResults":[{each}]}}"#));
    let account = Ses::builder("ap-south-1", ses::keys("AKIDEXAMPLE", "secret")).transport(answer);
    grows(table, load, sizes, &account.build().unwrap(), ["ses", "ses.email", "order"]).await;

    let answer = answering(200, r#"{"id":"<1@mg.example.com>","message":"Queued."}"#.into());
    let account = Mailgun::builder("key", "mg.example.com").transport(answer);
    grows(table, load, sizes, &account.build().unwrap(), ["mailgun", "mailgun.email", "order"])
        .await;
}

fn answering(status: u16, body: String) -> SharedTransport {
    MockTransport::answering(status, body).forgetful().shared()
}

/// Mails of one local template, and mails of a template that the provider fills.
async fn grows(
    table: &mut Table,
    load: Load,
    sizes: [usize; 2],
    account: &impl Channel<Email>,
    [name, label, template]: [&str; 3],
) {
    let of = |make: &dyn Fn(usize) -> Envelope<Email>| {
        sizes.map(|count| (0..count).map(make).collect::<Vec<_>>())
    };
    let forms =
        [("texts", of(&rendered)), ("variables", of(&|number| filled(number, label, template)))];
    for (form, [short, long]) in &forms {
        let ours = async || send(account, long).await;
        let peer = async || send(account, short).await;
        let [ours, peer] = pair(load, ours, peer).await;
        let costs = [ours.share(long.len()), peer.share(short.len())];
        let operation = format!("{name}: a mail of {}, own {form}", long.len());
        table.costs(&operation, &format!("of {}", short.len()), costs);
    }
}

async fn send(account: &impl Channel<Email>, mails: &[Envelope<Email>]) {
    let mails: Vec<_> = mails.iter().collect();
    let results = account.send_batch(&mails).await;
    assert!(results.len() == mails.len() && results.iter().all(Result::is_ok));
}

fn mail(number: usize) -> Email {
    Email::to(mailbox(&format!("Asha {number} <asha{number}@example.com>")))
        .from(mailbox("Shop <shop@example.org>"))
}

/// A mail of 2 KB whose name, number and total are its own.
fn rendered(number: usize) -> Envelope<Email> {
    let line = "<p>Your order is on its way, and here is what you need to know of it.</p>\n";
    let html = format!(
        "<h1>Dear Asha {number},</h1>\n{0}<p>Order {number}, Rs. {number}.00</p>\n{0}",
        line.repeat(11)
    );
    let text = format!("Dear Asha {number},\nyour order of Rs. {number}.00 is on its way.\n");
    let subject = format!("Your order {number}");
    let mail = mail(number).subject(subject).text(text).html(html);
    let mut envelope = Envelope::new(id(), mail);
    envelope.template = Some(TemplateStamp::new("order", "1", "en"));
    envelope
}

/// A mail of which only the variables are its own.
fn filled(number: usize, label: &str, template: &str) -> Envelope<Email> {
    let template = ProviderTemplate::new(template)
        .var("name", format!("Asha {number}"))
        .var("order", number)
        .var("total", format!("{number}.00"));
    let mut envelope = Envelope::new(id(), mail(number));
    envelope.delivery.provider_templates.insert(label.into(), template);
    envelope
}
