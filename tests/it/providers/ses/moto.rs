//! Against moto's server, a simulator of AWS: `DAKIYA_TEST_MOTO=http://127.0.0.1:5000`.
//!
//! What moto lacks: `SendBulkEmail`, template content, templates, the suppression list, `GetAccount`.
//! It checks no signature, only that its header names the service.

use bytes::Bytes;
use dakiya::{
    Attachment, Channel as _, Email, Envelope, ErrorKind, Fate, Mailbox, ProviderTemplate,
    http::{ReqwestTransport, Transport as _},
    ses::{
        self, Ses,
        email::{Form, Options},
        manage::NewIdentity,
    },
};
use serde_json::Value;

use super::{address, envelope, mail, numbered};

#[expect(clippy::print_stderr, reason = "says what is left out")]
fn server() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the test is chosen by the environment")]
    let endpoint = std::env::var("DAKIYA_TEST_MOTO").ok();
    if endpoint.is_none() {
        eprintln!("left out: DAKIYA_TEST_MOTO names no server");
    }
    endpoint
}

fn account(endpoint: &str) -> Ses {
    let transport = std::sync::Arc::new(ReqwestTransport::new().unwrap());
    Ses::builder("us-east-1", ses::keys("testing", "testing"))
        .transport(crate::support::specs::checked(transport))
        .endpoint(endpoint)
        .from(Mailbox::parse("ERP <billing@moto.example>").unwrap())
        .build()
        .unwrap()
}

/// What moto keeps of the message with this id, of the kind that it calls `Message` or
/// `RawMessage`.
async fn kept(endpoint: &str, kind: &str, id: &str) -> Value {
    let request = http::Request::get(format!("{endpoint}/moto-api/data.json"));
    let request = request.body(Bytes::new()).unwrap();
    let answer = ReqwestTransport::new().unwrap().execute(request, None).await.unwrap();
    let data: Value = serde_json::from_slice(answer.body()).unwrap();
    let all = data["ses"][kind].as_array().unwrap();
    all.iter().find(|one| one["id"] == id).unwrap().clone()
}

#[tokio::test]
async fn moto_keeps_what_is_sent() {
    let Some(endpoint) = server() else { return };
    let account = account(&endpoint);
    let identities = account.identities();
    identities.create(&NewIdentity::new("billing@moto.example").tag("team", "erp")).await.unwrap();
    identities.create(&NewIdentity::new("moto.example")).await.unwrap();
    let found = identities.get("moto.example").await.unwrap();
    assert_eq!((&*found.name, found.dkim.is_some()), ("moto.example", true));
    // Its name has a character that a path does not.
    assert!(!identities.get("billing@moto.example").await.unwrap().name.is_empty());
    let listed = identities.list(None, None).await.unwrap();
    assert!(listed.items.iter().any(|identity| identity.name == "moto.example"));

    let simple = envelope(mail("asha@example.com").subject("Ünïcode").html("<p>ü {{x}}</p>"));
    let id = account.send(&simple).await.unwrap().provider_message_id.unwrap();
    let seen = kept(&endpoint, "Message", &id).await;
    assert_eq!(seen["source"], "\"ERP\" <billing@moto.example>");
    assert_eq!((&seen["subject"], &seen["body"]), (&"Ünïcode".into(), &"<p>ü {{x}}</p>".into()));
    assert_eq!(seen["destinations"]["ToAddresses"][0], "asha@example.com");

    let mut raw = envelope(mail("asha@example.com").attach(Attachment::new(
        "a.txt",
        "text/plain",
        &b"attached"[..],
    )));
    raw.message = raw.message.cc(address("ben@example.com")).bcc(address("audit@example.com"));
    raw.delivery.options.set(&Options::new().form(Form::Raw)).unwrap();
    let id = account.send(&raw).await.unwrap().provider_message_id.unwrap();
    let seen = kept(&endpoint, "RawMessage", &id).await;
    let mime = seen["raw_data"].as_str().unwrap();
    assert!(mime.contains("Subject: Invoice") && mime.contains("Cc: ben@example.com"), "{mime}");
    assert!(mime.contains("YXR0YWNoZWQ=") && !mime.contains("audit@"), "{mime}");
    let all = seen["destinations"].as_array().unwrap();
    // moto adds those of the headers.
    assert_eq!(all[..3], ["asha@example.com", "ben@example.com", "audit@example.com"]);

    identities.delete("moto.example").await.unwrap();
    identities.delete("billing@moto.example").await.unwrap();
    assert!(identities.get("moto.example").await.is_err());
}

/// A version of moto that has them answers with ids; one that does not fails as a server does.
#[tokio::test]
async fn what_moto_lacks_is_an_error_and_no_receipt() {
    let Some(endpoint) = server() else { return };
    let account = account(&endpoint);
    drop(account.identities().create(&NewIdentity::new("billing@moto.example")).await);
    let mut templated = envelope(Email::to(address("asha@example.com")));
    let template = ProviderTemplate::new("welcome");
    templated.delivery.provider_templates.insert("ses.email".into(), template);
    let two: Vec<Envelope<Email>> = (1..3).map(|n| numbered(n, mail("a@example.com"))).collect();
    let mut outcomes = account.send_batch(&two.iter().collect::<Vec<_>>()).await;
    assert_eq!(outcomes.len(), 2);
    outcomes.push(account.send(&templated).await);
    for outcome in outcomes {
        match outcome {
            Ok(receipt) => assert!(receipt.provider_message_id.is_some()),
            Err(error) => {
                let server = error.status().is_some_and(|status| status >= 500);
                let unknown = error.status() == Some(404);
                assert!(server && error.fate() == Fate::Unknown || unknown, "{error:?}");
                assert_ne!(error.kind(), ErrorKind::Response);
            }
        }
    }
}
