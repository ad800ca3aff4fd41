use bytes::Bytes;
use dakiya::{
    Attachment, Channel as _, Delivery, Email, EmailAddress, Envelope, Mailbox, MessageId,
    ProviderTemplate,
    http::Request,
    sendgrid::{
        SendGrid,
        email::{OpenTracking, Options, UnsubscribeGroup},
    },
    testing::{ManualClock, MockTransport},
};

use super::Official;
use crate::support::specs::checked;

fn asha() -> Mailbox {
    Mailbox::new("Asha", address("asha@customer.example"))
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn envelope(number: u128, mail: Email) -> Envelope<Email> {
    let id: MessageId = format!("00000000-0000-7000-8000-{number:012}").parse().unwrap();
    Envelope::new(id, mail)
}

/// The one request that these mails are.
async fn sent(mails: &[Envelope<Email>]) -> Request<Bytes> {
    let answer = http::Response::builder().status(202).header("x-message-id", "1");
    let mock = MockTransport::new().then_response(answer.body(Bytes::new()).unwrap());
    let account = SendGrid::builder("SG.key-9f3")
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

#[tokio::test]
async fn sendgrid_is_asked_what_its_own_sdk_asks() {
    let Some(official) = Official::find() else { return };

    let plain = Email::to(asha())
        .subject("Invoice 2041")
        .text("It is attached. ₹4,999")
        .html("<p>It is attached. ₹4,999</p>");
    let plain = sent(&[envelope(1, plain)]).await;

    let full = Email::to(asha())
        .cc(address("ben@customer.example"))
        .bcc(address("audit@acme.example"))
        .reply_to(Mailbox::new("Accounts", address("accounts@acme.example")))
        .subject("Invoice 2041")
        .text("It is attached.")
        .html("<p>It is attached.</p>")
        .attach(Attachment::new("INV-2041.pdf", "application/pdf", &b"%PDF-1.7\n"[..]))
        .header("X-Ledger", "2041");
    let mut delivery = Delivery::default();
    delivery.tags = vec!["invoice".into()];
    delivery.send_at = Some("2026-03-14T16:00:00Z".parse().unwrap());
    let options = Options::new()
        .custom_arg("order", "2041")
        .unsubscribe_group(UnsubscribeGroup::new(12).display([12, 13]))
        .ip_pool("bills")
        .click_tracking(false, false)
        .open_tracking(OpenTracking::new(true));
    delivery.options.set(&options).unwrap();
    let full = sent(&[envelope(1, full).with_delivery(delivery)]).await;

    let names = (0..).zip(["Asha", "Ben", "Chitra"]);
    let templated: Vec<_> = names
        .map(|(number, name)| {
            let to = address(&format!("{}@customer.example", name.to_lowercase()));
            let mut template = ProviderTemplate::new("d-0000000000000000000000000000000a");
            template.variables.insert("name".into(), name.into());
            template.variables.insert("order".into(), (2041 + number).into());
            let mut delivery = Delivery::default();
            delivery.provider_templates.insert("sendgrid.email".into(), template);
            let mail = Email::to(Mailbox::new(name, to));
            envelope(1 + u128::try_from(number).unwrap(), mail).with_delivery(delivery)
        })
        .collect();
    let templated = sent(&templated).await;

    let ours = vec![("mail", plain), ("full mail", full), ("template for three", templated)];
    official.compare("sendgrid", 202, ours).await;
}
