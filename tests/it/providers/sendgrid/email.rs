use dakiya::{
    Attachment, Channel as _, Delivery, Email, Envelope, Error, ErrorKind, Fate, Mailbox,
    Provider as _, ProviderTemplate, Unsubscribe,
    http::Response,
    sendgrid::{
        Region,
        email::{
            BccCopy, Footer, GoogleAnalytics, OpenTracking, Options, SpamCheck,
            SubscriptionTracking, UnsubscribeGroup,
        },
    },
    testing::MockTransport,
};
use serde_json::{Value, json};

use super::{ID, KEY, accepted, accepting, account, address, bodies, envelope, mail};

fn with(options: &Options) -> Envelope<Email> {
    let mut delivery = Delivery::default();
    delivery.options.set(options).unwrap();
    envelope(mail("asha@customer.example")).with_delivery(delivery)
}

async fn body(envelope: &Envelope<Email>) -> Value {
    let mock = accepting();
    account(&mock).build().unwrap().send(envelope).await.unwrap();
    bodies(&mock).remove(0)
}

async fn refusal(envelope: &Envelope<Email>) -> Error {
    let mock = accepting();
    let error = account(&mock).build().unwrap().send(envelope).await.unwrap_err();
    assert!(mock.requests().is_empty(), "{error}");
    assert_eq!(error.provider(), Some("sendgrid.email"));
    error
}

fn full() -> Envelope<Email> {
    let mail = Email::to(Mailbox::new("Rao, Asha; Ms", address("asha@customer.example")))
        .cc(address("ben@customer.example"))
        .bcc(address("audit@acme.example"))
        .reply_to(Mailbox::new("Accounts", address("accounts@acme.example")))
        .subject("Invoice")
        .amp("<html amp4email></html>")
        .html("<img src='cid:logo'>")
        .text("Attached.")
        .attach(Attachment::new("INV-2041,a.pdf", "application/pdf", &b"%PDF-1.7\n"[..]))
        .attach(Attachment::new("l.png", "image/png", &b"png"[..]).inline("logo"))
        .header("X-Ledger", "2041")
        .unsubscribe(Unsubscribe::one_click("https://acme.example/u/abc"));
    let mut delivery = Delivery::default();
    delivery.tags = vec!["invoice".into()];
    delivery.send_at = Some("2026-03-14T16:00:00Z".parse().unwrap());
    delivery.callback_data = Some("inv-2041".into());
    let options = Options::new()
        .category("erp")
        .custom_arg("tenant", "t7")
        .unsubscribe_group(UnsubscribeGroup::new(118).display([118, 119]))
        .ip_pool("bills")
        .batch_id("b-1")
        .substitution("-name-", "Asha")
        .section("-block-", "Dear -name-")
        .bypass_bounce_management(true)
        .footer(Footer::new("Acme", "<p>Acme</p>"))
        .click_tracking(false, false)
        .open_tracking(OpenTracking::new(true).tag("%pixel%"))
        .subscription_tracking(SubscriptionTracking::new(true).lines("<% %>", "<% off %>"))
        .google_analytics(GoogleAnalytics::new("erp", "email", "bills"));
    delivery.options.set(&options).unwrap();
    envelope(mail).with_delivery(delivery)
}

fn full_body() -> Value {
    json!({
        "personalizations": [{
            "to": [{"email": "asha@customer.example", "name": "Rao  Asha  Ms"}],
            "cc": [{"email": "ben@customer.example"}],
            "bcc": [{"email": "audit@acme.example"}],
            "subject": "Invoice",
            "headers": {
                "X-Ledger": "2041",
                "List-Unsubscribe": "<https://acme.example/u/abc>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
            "substitutions": {"-name-": "Asha"},
            "custom_args": {
                "tenant": "t7", "dakiya_id": ID, "dakiya_callback_data": "inv-2041",
            },
            "send_at": 1_773_504_000,
        }],
        "from": {"email": "billing@mail.acme.example", "name": "Acme Billing"},
        "reply_to": {"email": "accounts@acme.example", "name": "Accounts"},
        "content": [
            {"type": "text/plain", "value": "Attached."},
            {"type": "text/html", "value": "<img src='cid:logo'>"},
            {"type": "text/x-amp-html", "value": "<html amp4email></html>"},
        ],
        "attachments": [
            {"content": "JVBERi0xLjcK", "type": "application/pdf",
             "filename": "INV-2041_a.pdf", "disposition": "attachment"},
            {"content": "cG5n", "type": "image/png", "filename": "l.png",
             "disposition": "inline", "content_id": "logo"},
        ],
        "categories": ["invoice", "erp"],
        "batch_id": "b-1",
        "asm": {"group_id": 118, "groups_to_display": [118, 119]},
        "ip_pool_name": "bills",
        "sections": {"-block-": "Dear -name-"},
        "mail_settings": {
            "bypass_bounce_management": {"enable": true},
            "footer": {"enable": true, "text": "Acme", "html": "<p>Acme</p>"},
        },
        "tracking_settings": {
            "click_tracking": {"enable": false, "enable_text": false},
            "open_tracking": {"enable": true, "substitution_tag": "%pixel%"},
            "subscription_tracking": {"enable": true, "text": "<% %>", "html": "<% off %>"},
            "ganalytics": {"enable": true, "utm_source": "erp", "utm_medium": "email",
                           "utm_campaign": "bills"},
        },
    })
}

#[tokio::test]
async fn a_full_mail_is_written_as_the_api_takes_it() {
    let mock = MockTransport::new().then_response(accepted("m-1"));
    let receipt = account(&mock).build().unwrap().send(&full()).await.unwrap();
    assert_eq!(receipt.provider, "sendgrid.email");
    assert_eq!(receipt.provider_message_id.as_deref(), Some("m-1"));
    assert_eq!(receipt.recipients.len(), 3);
    let request = &mock.requests()[0];
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), "https://api.sendgrid.com/v3/mail/send");
    assert_eq!(request.headers()["authorization"], format!("Bearer {KEY}"));
    assert!(request.headers()["authorization"].is_sensitive());
    assert_eq!(request.headers()["accept"], "application/json");
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(bodies(&mock)[0], full_body());
}

#[tokio::test]
async fn a_plain_mail_says_no_more_than_it_must() {
    let expected = json!({
        "personalizations": [{
            "to": [{"email": "asha@customer.example"}],
            "subject": "Invoice",
            "custom_args": {"dakiya_id": ID},
        }],
        "from": {"email": "billing@mail.acme.example", "name": "Acme Billing"},
        "content": [{"type": "text/plain", "value": "Attached."}],
    });
    assert_eq!(body(&envelope(mail("asha@customer.example"))).await, expected);
}

#[tokio::test]
async fn the_region_and_the_endpoint_say_where_it_goes() {
    let mock = accepting();
    let mail = envelope(mail("asha@customer.example"));
    account(&mock).region(Region::Eu).build().unwrap().send(&mail).await.unwrap();
    let proxied = account(&mock).region(Region::Eu).endpoint("https://proxy.example/sg");
    proxied.build().unwrap().send(&mail).await.unwrap();
    assert_eq!(mock.requests()[0].uri(), "https://api.eu.sendgrid.com/v3/mail/send");
    assert_eq!(mock.requests()[1].uri(), "https://proxy.example/sg/v3/mail/send");
}

#[tokio::test]
async fn several_reply_addresses_are_a_list_and_an_address_goes_out_once() {
    let mail = mail("asha@customer.example")
        .and_to(address("Asha@Customer.example"))
        .cc(address("ASHA@customer.example"))
        .cc(address("ben@customer.example"))
        .bcc(address("ben@customer.example"))
        .reply_to(address("a@acme.example"))
        .reply_to(address("b@acme.example"))
        .reply_to(address("a@acme.example"));
    let body = body(&envelope(mail)).await;
    let personal = &body["personalizations"][0];
    assert_eq!(personal["to"], json!([{"email": "asha@customer.example"}]));
    assert_eq!(personal["cc"], json!([{"email": "ben@customer.example"}]));
    assert_eq!(personal.get("bcc"), None);
    assert_eq!(body.get("reply_to"), None);
    let list = json!([{"email": "a@acme.example"}, {"email": "b@acme.example"}]);
    assert_eq!(body["reply_to_list"], list);
}

#[tokio::test]
async fn a_dynamic_template_takes_its_variables_as_they_are() {
    let mut mail = envelope(Email::to(address("asha@customer.example")));
    let mut template = ProviderTemplate::new("d-0123456789abcdef0123456789abcdef");
    template.variables.insert("lines".into(), json!([{"sum": 5}]));
    mail.delivery.provider_templates.insert("sendgrid.email".into(), template);
    let body = body(&mail).await;
    assert_eq!(body["template_id"], "d-0123456789abcdef0123456789abcdef");
    assert_eq!(body.get("content"), None);
    let personal = &body["personalizations"][0];
    assert_eq!(personal["dynamic_template_data"], json!({"lines": [{"sum": 5}]}));
    assert_eq!(personal.get("subject"), None);
}

#[tokio::test]
async fn a_legacy_template_takes_texts_as_substitutions_and_no_lists() {
    let mut mail = envelope(mail("asha@customer.example"));
    let mut template = ProviderTemplate::new("7c1f");
    template.variables.insert("-sum-".into(), json!(5));
    template.variables.insert("-paid-".into(), json!(true));
    template.variables.insert("-note-".into(), Value::Null);
    mail.delivery.provider_templates.insert("sendgrid.email".into(), template.clone());
    let substitutions = &body(&mail).await["personalizations"][0]["substitutions"];
    assert_eq!(*substitutions, json!({"-sum-": "5", "-paid-": "true", "-note-": ""}));

    template.variables.insert("-lines-".into(), json!([1]));
    mail.delivery.provider_templates.insert("sendgrid.email".into(), template);
    let error = refusal(&mail).await;
    assert_eq!(error.faults()[0].field, "provider_templates.variables.-lines-");
}

#[tokio::test]
async fn substitutions_exclude_a_dynamic_template() {
    let mut mail = with(&Options::new().substitution("-a-", "b"));
    let template = ProviderTemplate::new("d-1");
    mail.delivery.provider_templates.insert("sendgrid.email".into(), template);
    assert_eq!(refusal(&mail).await.faults()[0].field, "options.substitutions");
}

#[tokio::test]
async fn a_time_that_has_passed_is_now_and_one_beyond_72_hours_is_refused() {
    let mut mail = envelope(mail("asha@customer.example"));
    mail.delivery.send_at = Some("2026-03-14T14:00:00Z".parse().unwrap());
    assert_eq!(body(&mail).await["personalizations"][0].get("send_at"), None);
    mail.delivery.send_at = Some("2026-03-17T15:00:00Z".parse().unwrap());
    assert_eq!(body(&mail).await["personalizations"][0]["send_at"], 1_773_759_600);
    mail.delivery.send_at = Some("2026-03-17T15:00:01Z".parse().unwrap());
    let error = refusal(&mail).await;
    assert_eq!(error.kind(), ErrorKind::InvalidMessage);
    assert_eq!(error.faults()[0].field, "send_at");
}

#[tokio::test]
async fn the_mail_settings_of_a_mail_hold_over_the_accounts() {
    let mock = accepting();
    let defaults = Options::new()
        .sandbox(true)
        .bypass_list_management(true)
        .category("all")
        .custom_arg("tenant", "t1")
        .ip_pool("default");
    let account = account(&mock).defaults(defaults).build().unwrap();
    let own = Options::new()
        .sandbox(false)
        .bypass_spam_management(true)
        .bypass_unsubscribe_management(true)
        .custom_arg("tenant", "t2")
        .category("own");
    account.send(&with(&own)).await.unwrap();
    let body = &bodies(&mock)[0];
    let settings = json!({
        "sandbox_mode": {"enable": false},
        "bypass_spam_management": {"enable": true},
        "bypass_unsubscribe_management": {"enable": true},
    });
    assert_eq!(body["mail_settings"], settings);
    assert_eq!(body["categories"], json!(["all", "own"]));
    assert_eq!(body["ip_pool_name"], "default");
    assert_eq!(body["personalizations"][0]["custom_args"]["tenant"], "t2");
}

#[tokio::test]
async fn the_legacy_settings_are_written_too() {
    let mut options = Options::new();
    options.mail_settings.bcc = Some(BccCopy::to("audit@acme.example"));
    options.mail_settings.spam_check = Some(SpamCheck::new(5));
    let expected = json!({
        "bcc": {"enable": true, "email": "audit@acme.example"},
        "spam_check": {"enable": true, "threshold": 5},
    });
    assert_eq!(body(&with(&options)).await["mail_settings"], expected);
    assert!(!format!("{options:?}").contains("audit"));
}

/// A mail, and the field that is refused of it.
fn beyond_the_limits() -> Vec<(&'static str, Envelope<Email>)> {
    let plain = || mail("asha@customer.example");
    let file = |name: &str, kind: &str, content: &'static [u8]| {
        envelope(plain().attach(Attachment::new(name, kind, content)))
    };
    let tagged = |tags: Vec<String>| {
        let mut mail = envelope(plain());
        mail.delivery.tags = tags;
        mail
    };
    let called = |data: String| {
        let mut mail = envelope(plain());
        mail.delivery.callback_data = Some(data);
        mail
    };
    let mut group = UnsubscribeGroup::new(1);
    let mut rows = vec![
        ("attachments[0].content", file("a.txt", "text/plain", b"")),
        ("attachments[0].content_type", file("a.txt", "text/plain; charset=utf-8", b"1")),
        ("tags", tagged((0..11).map(|n| n.to_string()).collect())),
        ("tags[0]", tagged(vec!["x".repeat(256)])),
        ("tags[0]", tagged(vec!["caf\u{e9}".into()])),
        ("tags[0]", tagged(vec![String::new()])),
        ("callback_data", called("x".repeat(10_000))),
        ("options.ip_pool", with(&Options::new().ip_pool("x"))),
        ("options.ip_pool", with(&Options::new().ip_pool("x".repeat(65)))),
        ("options.batch_id", with(&Options::new().batch_id(" "))),
        ("options.custom_args.email", with(&Options::new().custom_arg("email", "x"))),
        ("options.custom_args.dakiya_id", with(&Options::new().custom_arg("dakiya_id", "x"))),
        ("options.substitutions", with(&Options::new().substitution("-a-", "x".repeat(10_000)))),
        (
            "options.mail_settings.bypass_list_management",
            with(&Options::new().bypass_list_management(true).bypass_spam_management(true)),
        ),
        ("text", envelope(Email::to(address("a@b.example")).subject("s").amp("<html amp4email>"))),
        ("text", envelope(Email::to(address("a@b.example")).subject("s").text(""))),
        ("subject", envelope(Email::to(address("a@b.example")).text("t"))),
    ];
    group.groups_to_display = (0..26).collect();
    rows.push((
        "options.unsubscribe_group.groups_to_display",
        with(&Options::new().unsubscribe_group(group.clone())),
    ));
    group.groups_to_display = vec![1, 1];
    rows.push((
        "options.unsubscribe_group.groups_to_display",
        with(&Options::new().unsubscribe_group(group)),
    ));
    let mut spam = Options::new();
    spam.mail_settings.spam_check = Some(SpamCheck::new(11));
    rows.push(("options.mail_settings.spam_check.threshold", with(&spam)));
    for name in ["x-sg-id", "X-SG-EID", "Received", "DKIM-Signature"] {
        rows.push(("headers[0].name", envelope(plain().header(name, "1"))));
    }
    rows.push(("headers[1].name", envelope(plain().header("X-A", "1").header("x-a", "2"))));
    let mut answers = plain();
    for n in 0..1001 {
        answers = answers.reply_to(address(&format!("a{n}@acme.example")));
    }
    rows.push(("reply_to", envelope(answers)));
    rows
}

#[tokio::test]
async fn what_is_beyond_the_limits_is_refused_unsent() {
    for (field, mail) in beyond_the_limits() {
        let error = refusal(&mail).await;
        assert_eq!(error.kind(), ErrorKind::InvalidMessage, "{field}");
        assert!(error.faults().iter().any(|fault| fault.field == field), "{field}: {error}");
    }
}

#[tokio::test]
async fn more_than_a_thousand_recipients_and_too_many_bytes_are_refused_unsent() {
    let mut crowd = mail("asha@customer.example");
    for n in 0..1000 {
        crowd = crowd.cc(address(&format!("c{n}@customer.example")));
    }
    assert_eq!(refusal(&envelope(crowd)).await.kind(), ErrorKind::InvalidMessage);

    let mock = accepting();
    let account = account(&mock).max_bytes(400).build().unwrap();
    let big = mail("asha@customer.example").text("x".repeat(400));
    let error = account.send(&envelope(big)).await.unwrap_err();
    assert_eq!(error.faults()[0].field, "attachments");
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn a_mail_from_nobody_is_refused_unsent() {
    let mock = accepting();
    let account = dakiya::sendgrid::SendGrid::builder(KEY)
        .transport(crate::support::specs::checked(mock.shared()))
        .clock(dakiya::testing::ManualClock::at(super::NOW.parse().unwrap()).shared());
    let mail = envelope(mail("asha@customer.example"));
    let error = account.build().unwrap().send(&mail).await.unwrap_err();
    assert_eq!(error.faults()[0].field, "from");
}

#[tokio::test]
async fn a_subuser_is_not_written_for_with_the_parents_key() {
    let mock = accepting();
    let account = account(&mock).on_behalf_of("shop-7").build().unwrap();
    let error = account.send(&envelope(mail("asha@customer.example"))).await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Config, Fate::NotSent));
    assert!(error.message().contains("subuser"));
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn options_of_another_shape_are_refused_unsent() {
    let mut mail = envelope(mail("asha@customer.example"));
    mail.delivery = serde_json::from_value(json!({
        "options": {"sendgrid.email": {"ip_pol": "x"}},
    }))
    .unwrap();
    assert_eq!(refusal(&mail).await.kind(), ErrorKind::Config);
}

#[tokio::test]
async fn a_sandbox_answers_200_without_an_id() {
    let mock = MockTransport::answering(200, "");
    let account = account(&mock).defaults(Options::new().sandbox(true)).build().unwrap();
    let receipt = account.send(&envelope(mail("asha@customer.example"))).await.unwrap();
    assert_eq!(receipt.provider_message_id, None);
    assert_eq!(bodies(&mock)[0]["mail_settings"]["sandbox_mode"]["enable"], true);
}

#[tokio::test]
async fn a_success_that_is_not_sendgrids_may_be_out() {
    for body in ["<html>Sign in</html>", r#"{"errors":[{"message":"x"}]}"#, "[", "{}"] {
        let mock = MockTransport::answering(200, body);
        let account = account(&mock).build().unwrap();
        let error = account.send(&envelope(mail("asha@customer.example"))).await.unwrap_err();
        assert_eq!((error.kind(), error.fate()), (ErrorKind::Response, Fate::Unknown), "{body}");
    }
    // The id says enough, whatever follows it.
    let odd = Response::builder().status(202).header("x-message-id", "m").body("<p>".into());
    let mock = MockTransport::new().then_response(odd.unwrap());
    account(&mock).build().unwrap().send(&envelope(mail("a@customer.example"))).await.unwrap();
}

#[tokio::test]
async fn a_check_tells_a_key_that_may_not_send_apart() {
    let scopes =
        |scopes: &str| MockTransport::answering(200, format!(r#"{{"scopes":[{scopes}]}}"#));
    let mock = scopes(r#""mail.send","stats.read""#);
    account(&mock).build().unwrap().check().await.unwrap();
    assert_eq!(super::called(&mock), ["GET /v3/scopes"]);

    let error = account(&scopes(r#""stats.read""#)).build().unwrap().check().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(error.message().contains("lacks the scope mail.send"), "{error}");
    let revoked = MockTransport::answering(401, "");
    let error = account(&revoked).build().unwrap().check().await.unwrap_err();
    assert!(error.message().contains("wrong, revoked"), "{error}");
    let html = MockTransport::answering(200, "<p>");
    let error = account(&html).build().unwrap().check().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Response);
}

#[tokio::test]
async fn a_url_names_the_settings_and_quotes_no_key() {
    let connect = |url: &str| dakiya::Messenger::builder().url(url);
    let built = connect("sendgrid://SG.x@default?from=a@b.example&region=eu&sandbox=true");
    assert_eq!(built.unwrap().build().unwrap().kinds(), [dakiya::Kind::Email]);
    let error = connect("sendgrid://SG.hunter2@default?region=mars&sandbox=maybe&colour=red");
    let error = error.unwrap_err();
    let fields: Vec<_> = error.faults().iter().map(|fault| &*fault.field).collect();
    assert_eq!(fields, ["region", "sandbox", "colour"]);
    assert!(!format!("{error:?}").contains("hunter2"));
}
