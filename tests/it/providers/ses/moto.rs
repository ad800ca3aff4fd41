//! Against moto's server, a simulator of AWS: `DAKIYA_TEST_MOTO=http://127.0.0.1:5000`.
//!
//! What moto lacks: `SendBulkEmail`, template content, templates, the suppression list, `GetAccount`.
//! It checks no signature, only that its header names the service.

use dakiya::{
    Attachment, Channel as _, Mailbox,
    ses::{self, Form, NewIdentity, Options, Ses},
};

use super::{address, envelope, mail};

#[tokio::test]
async fn moto_takes_what_is_sent() {
    #[expect(clippy::disallowed_methods, reason = "the test is chosen by the environment")]
    let Ok(endpoint) = std::env::var("DAKIYA_TEST_MOTO") else {
        eprintln!("left out: DAKIYA_TEST_MOTO names no server");
        return;
    };
    let account = Ses::builder("us-east-1", ses::keys("testing", "testing"))
        .transport(crate::support::specs::checked(std::sync::Arc::new(
            dakiya::http::ReqwestTransport::new().unwrap(),
        )))
        .endpoint(endpoint)
        .from(Mailbox::parse("ERP <billing@moto.example>").unwrap())
        .build()
        .unwrap();
    let identities = account.identities();
    identities.create(&NewIdentity::new("billing@moto.example")).await.unwrap();
    identities.create(&NewIdentity::new("moto.example")).await.unwrap();
    assert!(!identities.get("moto.example").await.unwrap().name.is_empty());
    let listed = identities.list(None, None).await.unwrap();
    assert!(listed.items.iter().any(|identity| identity.name == "moto.example"));

    let simple = envelope(mail("asha@example.com").html("<p>ü</p>"));
    let receipt = account.send(&simple).await.unwrap();
    assert!(receipt.provider_message_id.is_some());
    let mut raw = envelope(mail("asha@example.com").attach(Attachment::new(
        "a.txt",
        "text/plain",
        &b"a"[..],
    )));
    raw.message = raw.message.cc(address("ben@example.com"));
    raw.delivery.options.set(&Options::new().form(Form::Raw)).unwrap();
    assert!(account.send(&raw).await.unwrap().provider_message_id.is_some());

    identities.delete("moto.example").await.unwrap();
    identities.delete("billing@moto.example").await.unwrap();
}
