use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use dakiya::{
    Attachment, Channel as _, Delivery, Email, Envelope, ErrorKind, Mailbox, ProviderTemplate,
    Unsubscribe,
    ses::email::{Form, ListManagement, Options},
    testing::MockTransport,
};
use serde_json::{Value, json};

use super::{ACCEPTED, account, address, bodies, envelope, mail, paths};

const ID: &str = "00000000-0000-7000-8000-000000000001";

async fn sent(envelope: &Envelope<Email>) -> Value {
    let mock = MockTransport::answering(200, ACCEPTED);
    account(&mock).build().unwrap().send(envelope).await.unwrap();
    assert_eq!(paths(&mock), ["POST /v2/email/outbound-emails"]);
    assert_eq!(mock.requests()[0].headers()["content-type"], "application/json");
    bodies(&mock).remove(0)
}

/// The fields that are refused, unsent.
async fn refused(envelope: &Envelope<Email>) -> Vec<String> {
    let mock = MockTransport::answering(200, ACCEPTED);
    let error = account(&mock).build().unwrap().send(envelope).await.unwrap_err();
    assert_eq!((error.kind(), mock.requests().len()), (ErrorKind::InvalidMessage, 0), "{error}");
    assert_eq!(error.provider(), Some("ses.email"));
    error.faults().iter().map(|fault| fault.field.clone()).collect()
}

fn with(mail: Email, options: &Options) -> Envelope<Email> {
    let mut delivery = Delivery::default();
    delivery.options.set(options).unwrap();
    envelope(mail).with_delivery(delivery)
}

fn templated(id: &str, mail: Email) -> Envelope<Email> {
    let mut template = ProviderTemplate::new(id);
    template.variables = BTreeMap::from([("name".to_owned(), json!("Asha"))]);
    let mut envelope = envelope(mail);
    envelope.delivery.provider_templates.insert("ses.email".into(), template);
    envelope
}

#[tokio::test]
async fn a_plain_mail_is_simple() {
    let receipt_mock = MockTransport::answering(200, ACCEPTED);
    let account = account(&receipt_mock).build().unwrap();
    let receipt = account.send(&envelope(mail("asha@example.com"))).await.unwrap();
    assert_eq!(receipt.provider, "ses.email");
    assert_eq!(receipt.provider_message_id.as_deref(), Some("0100019c-7d1e-000000"));
    assert_eq!(
        bodies(&receipt_mock)[0],
        json!({
            "FromEmailAddress": "\"Example ERP\" <billing@erp.example.org>",
            "Destination": {"ToAddresses": ["asha@example.com"]},
            "Content": {"Simple": {
                "Subject": {"Data": "Invoice", "Charset": "UTF-8"},
                "Body": {"Text": {"Data": "Attached.", "Charset": "UTF-8"}},
            }},
            "EmailTags": [{"Name": "reference", "Value": ID}],
        })
    );
}

#[tokio::test]
async fn a_full_mail_has_every_field() {
    let mail = Email::to(Mailbox::new("Jürgen", address("j@bücher.example")))
        .from(Mailbox::new("Büro", address("buero@erp.example.org")))
        .cc(address("ben@example.com"))
        .bcc(address("audit@example.com"))
        .reply_to(Mailbox::new("Help", address("help@erp.example.org")))
        .subject("Rechnung 118 – fällig")
        .text("Anbei.")
        .html("<img src='cid:logo'>")
        .attach(Attachment::new("INV.pdf", "application/pdf", &b"%PDF"[..]))
        .attach(Attachment::new("l.png", "image/png", &b"png"[..]).inline("logo"))
        .header("X-Ledger", "2041")
        .unsubscribe(Unsubscribe::one_click("https://acme.example/u/abc"));
    let options = Options::new()
        .configuration_set("erp-events")
        .tag("purpose", "invoice")
        .identity_arn("arn:aws:ses:us-east-1:1:identity/erp.example.org")
        .feedback_address(address("bounces@erp.example.org"))
        .feedback_identity_arn("arn:aws:ses:us-east-1:1:identity/x")
        .open_tracking(false)
        .click_tracking(true)
        .tenant("acme");
    let mut envelope = with(mail, &options);
    envelope.delivery.tags = vec!["urgent".into(), "team=billing".into(), "year:2026".into()];
    envelope.delivery.callback_data = Some("order/2041".into());
    let body = sent(&envelope).await;
    assert_eq!(
        body,
        json!({
            "FromEmailAddress": "=?UTF-8?B?QsO8cm8=?= <buero@erp.example.org>",
            "FromEmailAddressIdentityArn": "arn:aws:ses:us-east-1:1:identity/erp.example.org",
            "Destination": {
                "ToAddresses": ["=?UTF-8?B?SsO8cmdlbg==?= <j@xn--bcher-kva.example>"],
                "CcAddresses": ["ben@example.com"],
                "BccAddresses": ["audit@example.com"],
            },
            "ReplyToAddresses": ["\"Help\" <help@erp.example.org>"],
            "FeedbackForwardingEmailAddress": "bounces@erp.example.org",
            "FeedbackForwardingEmailAddressIdentityArn": "arn:aws:ses:us-east-1:1:identity/x",
            "ConfigurationSetName": "erp-events",
            "TenantName": "acme",
            "ConfigurationOverrides": {"Tracking": {
                "OpenTrackingEnabled": "DISABLED", "ClickTrackingEnabled": "ENABLED",
            }},
            "Content": {"Simple": {
                "Subject": {"Data": "Rechnung 118 – fällig", "Charset": "UTF-8"},
                "Body": {
                    "Text": {"Data": "Anbei.", "Charset": "UTF-8"},
                    "Html": {"Data": "<img src='cid:logo'>", "Charset": "UTF-8"},
                },
                "Headers": [
                    {"Name": "X-Ledger", "Value": "2041"},
                    {"Name": "List-Unsubscribe", "Value": "<https://acme.example/u/abc>"},
                    {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
                ],
                "Attachments": [
                    {"FileName": "INV.pdf", "ContentType": "application/pdf",
                     "ContentDisposition": "ATTACHMENT", "ContentTransferEncoding": "BASE64",
                     "RawContent": "JVBERg=="},
                    {"FileName": "l.png", "ContentType": "image/png",
                     "ContentDisposition": "INLINE", "ContentId": "logo",
                     "ContentTransferEncoding": "BASE64", "RawContent": "cG5n"},
                ],
            }},
            "EmailTags": [
                {"Name": "purpose", "Value": "invoice"},
                {"Name": "urgent", "Value": "true"},
                {"Name": "team", "Value": "billing"},
                {"Name": "year", "Value": "2026"},
                {"Name": "reference_b64", "Value": "b3JkZXIvMjA0MQ"},
            ],
        })
    );
}

#[tokio::test]
async fn what_does_not_fit_the_fields_goes_as_mime() {
    let base = || mail("asha@example.com");
    let many = (0..16).fold(base(), |mail, n| mail.header(format!("X-{n}"), "1"));
    let cases = [
        base().html("<p>").amp("<html amp4email></html>"),
        base().header("X-Name", "Jürgen"),
        base().header("Message-ID", "<own@erp.example.org>"),
        base().header("Content-Language", "hi"),
        base().header("X-Long", "word ".repeat(200).trim().to_owned()),
        base().attach(Attachment::new("Zürich.pdf", "application/pdf", &b"x"[..])),
        base().attach(Attachment::new("a", format!("a/{}", "x".repeat(80)), &b"x"[..])),
        base().attach(Attachment::new("a", "a/b", &b"x"[..]).inline("c".repeat(79))),
        many,
    ];
    for mail in cases {
        let body = sent(&envelope(mail.bcc(address("audit@example.com")))).await;
        let raw = STANDARD.decode(body["Content"]["Raw"]["Data"].as_str().unwrap()).unwrap();
        let text = String::from_utf8(raw).unwrap();
        assert!(text.contains("From: \"Example ERP\" <billing@erp.example.org>\r\n"), "{text}");
        assert!(text.contains("MIME-Version: 1.0\r\n") && !text.contains("audit@"), "{text}");
        assert_eq!(body["Destination"]["BccAddresses"], json!(["audit@example.com"]));
        assert_eq!(body["EmailTags"][0]["Value"], ID);
    }
}

#[tokio::test]
async fn the_form_can_be_chosen() {
    let raw = sent(&with(mail("a@example.com"), &Options::new().form(Form::Raw))).await;
    assert!(raw["Content"]["Raw"]["Data"].is_string());
    let simple = Options::new().form(Form::Simple);
    let amp = mail("a@example.com").amp("<html amp4email></html>").header("X-N", "ü");
    assert_eq!(refused(&with(amp, &simple)).await, ["headers[0]", "amp"]);
}

#[tokio::test]
async fn a_template_goes_by_name_arn_or_text() {
    let body = sent(&templated("welcome", Email::to(address("a@example.com")))).await;
    let named = json!({"TemplateName": "welcome", "TemplateData": "{\"name\":\"Asha\"}"});
    assert_eq!(body["Content"], json!({"Template": named}));

    let arn = "arn:aws:ses:us-east-1:1:template/welcome";
    let mail = Email::to(address("a@example.com")).header("X-A", "1").attach(Attachment::new(
        "a.txt",
        "text/plain",
        &b"a"[..],
    ));
    let body = sent(&templated(arn, mail)).await;
    let template = &body["Content"]["Template"];
    assert_eq!(template["TemplateArn"], arn);
    assert_eq!(template["Headers"], json!([{"Name": "X-A", "Value": "1"}]));
    assert_eq!(template["Attachments"][0]["RawContent"], "YQ==");

    let mail = Email::to(address("a@example.com")).subject("For {{name}}").html("<b>{{name}}</b>");
    let mut inline = templated("", mail);
    inline.delivery.options.set(&Options::new().inline_template(true)).unwrap();
    let content = json!({"Subject": "For {{name}}", "Html": "<b>{{name}}</b>"});
    assert_eq!(sent(&inline).await["Content"]["Template"]["TemplateContent"], content);
}

#[tokio::test]
async fn a_contact_list_takes_one_recipient() {
    let options = Options::new().list(ListManagement::new("customers").topic("news"));
    let body = sent(&with(mail("a@example.com"), &options)).await;
    let list = json!({"ContactListName": "customers", "TopicName": "news"});
    assert_eq!(body["ListManagementOptions"], list);
    let two = mail("a@example.com").cc(address("b@example.com"));
    assert_eq!(refused(&with(two, &options)).await, ["to"]);
    let links = |n: usize| mail("a@example.com").html("{{amazonSESUnsubscribeUrl}} ".repeat(n));
    sent(&with(links(2), &options)).await;
    assert_eq!(refused(&with(links(3), &options)).await, ["html"]);
    sent(&envelope(links(3))).await;
}

#[tokio::test]
async fn what_ses_does_not_take_is_refused_unsent() {
    let base = || mail("a@example.com");
    let fifty_one = (0..50).fold(base(), |mail, n| mail.cc(address(&format!("c{n}@example.com"))));
    assert_eq!(refused(&envelope(fifty_one)).await, ["to"]);
    let big = Attachment::new("a.bin", "application/octet-stream", vec![0_u8; 30_000_001]);
    assert_eq!(refused(&envelope(base().attach(big.clone()))).await, ["attachments"]);
    let raw = with(base().attach(big), &Options::new().form(Form::Raw));
    assert_eq!(refused(&raw).await, ["attachments"]);
    let foreign = Email::to(address("jürgen@example.com")).subject("s").text("t");
    assert_eq!(refused(&envelope(foreign)).await, ["to[0]"]);
    let silent = Email::to(address("a@example.com")).subject("s");
    assert_eq!(refused(&envelope(silent)).await, ["text"]);
    assert_eq!(
        refused(&envelope(Email::to(address("a@example.com")).text("t"))).await,
        ["subject"]
    );

    let mut tags = with(base(), &Options::new().tag("a b", "x").tag("n", "v"));
    tags.delivery.tags = vec!["ü".into(), "x=".into(), "n=w".into(), "t".repeat(256)];
    tags.delivery.callback_data = Some("d".repeat(256));
    let fields = ["options.tags", "tags[0]", "tags[1]", "tags[2]", "tags[3]", "callback_data"];
    assert_eq!(refused(&tags).await, fields);

    let wrong = Options::new().identity_arn("x").tenant("").list(ListManagement::new(""));
    let fields = ["identity_arn", "tenant", "list.contact_list"];
    assert_eq!(refused(&with(base(), &wrong)).await, fields);

    let mut large = templated("welcome", base());
    let template = large.delivery.provider_templates.get_mut("ses.email").unwrap();
    template.variables.insert("x".into(), json!("y".repeat(262_144)));
    assert_eq!(refused(&large).await, ["provider_templates.variables"]);
    assert_eq!(refused(&templated(" ", base())).await, ["provider_templates.id"]);
    let headers = templated("welcome", base().header("X-N", "ü"));
    assert_eq!(refused(&headers).await, ["headers[0]"]);
    let inline = with(base(), &Options::new().inline_template(true));
    assert_eq!(refused(&inline).await, ["options.inline_template"]);
}

#[tokio::test]
async fn what_ses_does_not_have_is_unsupported_unsent() {
    let mut later = envelope(mail("a@example.com"));
    later.delivery.send_at = Some("2026-03-15T15:00:00Z".parse().unwrap());
    let mut region = Options::new();
    region.endpoint_id = Some("abc.def".into());
    let region = with(mail("a@example.com"), &region);
    let amp = templated("welcome", mail("a@example.com").amp("<html>"));
    for (envelope, words) in [(later, "send_at"), (region, "Signature"), (amp, "AMP")] {
        let mock = MockTransport::answering(200, ACCEPTED);
        let error = account(&mock).build().unwrap().send(&envelope).await.unwrap_err();
        assert_eq!((error.kind(), mock.requests().len()), (ErrorKind::Unsupported, 0));
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn the_accounts_defaults_hold_where_a_mail_says_nothing() {
    let mock = MockTransport::answering(200, ACCEPTED);
    let account = account(&mock)
        .configuration_set("erp-events")
        .identity_arn("arn:aws:ses:us-east-1:1:identity/x")
        .feedback_address(address("bounces@erp.example.org"))
        .defaults(Options::new().tag("app", "erp").tag("env", "live"))
        .build()
        .unwrap();
    let own = Options::new().configuration_set("own").tag("env", "test");
    account.send(&with(mail("a@example.com"), &own)).await.unwrap();
    let body = &bodies(&mock)[0];
    assert_eq!(body["ConfigurationSetName"], "own");
    assert_eq!(body["FeedbackForwardingEmailAddress"], "bounces@erp.example.org");
    assert_eq!(body["FromEmailAddressIdentityArn"], "arn:aws:ses:us-east-1:1:identity/x");
    let tags = json!([
        {"Name": "app", "Value": "erp"}, {"Name": "env", "Value": "test"},
        {"Name": "reference", "Value": ID},
    ]);
    assert_eq!(body["EmailTags"], tags);
}

#[tokio::test]
async fn a_mail_without_a_sender_is_refused() {
    let mock = MockTransport::answering(200, ACCEPTED);
    let account = dakiya::ses::Ses::builder("us-east-1", dakiya::ses::keys("A", "b"));
    let account = account
        .transport(crate::support::specs::checked(mock.shared()))
        .clock(super::clock().shared())
        .build()
        .unwrap();
    let error = account.send(&envelope(mail("a@example.com"))).await.unwrap_err();
    assert_eq!(error.faults()[0].field, "from");
    assert_eq!(mock.requests().len(), 0);
}
