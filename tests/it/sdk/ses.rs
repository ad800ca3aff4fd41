use bytes::Bytes;
use dakiya::{
    Attachment, Channel as _, Delivery, Email, EmailAddress, Envelope, Mailbox, MessageId,
    ProviderTemplate,
    http::Request,
    ses::{
        Ses,
        email::{Form, Options},
        session_keys,
    },
    testing::{ManualClock, MockTransport},
};
use serde_json::{Map, Value, json};

use super::Official;
use crate::support::specs::checked;

fn asha() -> EmailAddress {
    address("asha@customer.example")
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn envelope(number: u128, mail: Email) -> Envelope<Email> {
    let id: MessageId = format!("00000000-0000-7000-8000-{number:012}").parse().unwrap();
    Envelope::new(id, mail)
}

fn by_template(variables: &Value) -> Delivery {
    let mut template = ProviderTemplate::new("invoice");
    template.variables = variables.as_object().unwrap().clone().into_iter().collect();
    let mut delivery = Delivery::default();
    delivery.provider_templates.insert("ses.email".into(), template);
    delivery
}

/// The one request that these mails are.
async fn sent(mails: &[Envelope<Email>]) -> Request<Bytes> {
    let entry = json!({"Status": "SUCCESS", "MessageId": "1"});
    let answer = json!({"MessageId": "1", "BulkEmailEntryResults": vec![entry; mails.len()]});
    let mock = MockTransport::answering(200, answer.to_string());
    let account =
        Ses::builder("ap-south-1", session_keys("AKIDEXAMPLE", "secret-9f3", "session-9f3"))
            .from(Mailbox::new("Acme Billing", address("billing@acme.example")))
            .transport(checked(mock.shared()))
            .clock(ManualClock::at("2026-03-14T15:00:00Z".parse().unwrap()).shared())
            .build()
            .unwrap();
    let results = account.send_batch(&mails.iter().collect::<Vec<_>>()).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    let mut requests = mock.requests();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

async fn requests() -> Vec<(&'static str, Request<Bytes>)> {
    let invoice = || Email::to(asha()).subject("Invoice 2041").text("It is attached.");
    let pdf = || Attachment::new("INV-2041.pdf", "application/pdf", &b"%PDF-1.7\n"[..]);

    let mail = Email::to(Mailbox::new("Asha", asha()))
        .cc(address("ben@customer.example"))
        .bcc(address("audit@acme.example"))
        .reply_to(address("accounts@acme.example"))
        .subject("Invoice 2041 für Asha")
        .text("It is attached. ₹4,999")
        .html("<p>It is attached. ₹4,999</p>")
        .header("X-Ledger", "2041");
    let mut delivery = Delivery::default();
    let options = Options::new().tag("order", "2041").configuration_set("events");
    delivery.options.set(&options).unwrap();
    let mail = sent(&[envelope(1, mail).with_delivery(delivery)]).await;

    let mut delivery = Delivery::default();
    delivery.options.set(&Options::new().form(Form::Simple)).unwrap();
    let attachment = sent(&[envelope(1, invoice().attach(pdf())).with_delivery(delivery)]).await;

    let mut delivery = Delivery::default();
    delivery.options.set(&Options::new().form(Form::Raw)).unwrap();
    let raw = invoice().html("<p>It is attached.</p>").attach(pdf());
    let raw = sent(&[envelope(1, raw).with_delivery(delivery)]).await;

    let variables = json!({"name": "Asha", "order": 2041});
    let template = envelope(1, Email::to(asha())).with_delivery(by_template(&variables));
    let template = sent(&[template]).await;

    let bulk: Vec<_> = (1..)
        .zip(["Asha", "Ben", "Chitra"])
        .map(|(number, name)| {
            let to = address(&format!("{}@customer.example", name.to_lowercase()));
            let delivery = by_template(&json!({"name": name}));
            envelope(number, Email::to(to)).with_delivery(delivery)
        })
        .collect();
    let bulk = sent(&bulk).await;

    vec![
        ("mail", mail),
        ("attachment", attachment),
        ("raw", raw),
        ("template", template),
        ("bulk", bulk),
    ]
}

#[tokio::test]
async fn ses_is_asked_what_boto_asks() {
    let Some(official) = Official::find() else { return };
    official.compare("ses", 200, requests().await).await;
}

#[tokio::test]
async fn ses_is_sent_the_signature_that_boto_makes() {
    let Some(official) = Official::find() else { return };
    for (case, request) in requests().await {
        let headers = request.headers().iter();
        let mut headers: Map<_, _> = headers
            .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap().into()))
            .collect();
        // The transport writes it, from the URL.
        let host = request.uri().host().unwrap();
        headers.entry("host").or_insert_with(|| host.into());
        let body = std::str::from_utf8(request.body()).unwrap();
        let url = request.uri().to_string();
        let asked = json!({"url": url, "headers": headers, "body": body});
        let signature = official.ask("--sign", &asked.to_string());
        let stated = request.headers()["authorization"].to_str().unwrap();
        assert!(stated.ends_with(&format!("Signature={}", signature.trim())), "{case}: {stated}");
    }
}
