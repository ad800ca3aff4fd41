use dakiya::{
    Attachment, Channel as _, Delivery, Email, ErrorKind, Mailbox, ProviderTemplate, Unsubscribe,
    mailgun::{
        Region,
        email::{ClickTracking, Options, PixelOnTop},
    },
};
use serde_json::json;

use super::*;

#[tokio::test]
async fn a_small_mail_is_a_form_with_these_bytes() {
    let transport = accepting();
    let receipt = account(&transport).send(&envelope(mail("asha@customer.example"))).await.unwrap();

    assert_eq!(receipt.provider, "mailgun.email");
    assert_eq!(
        receipt.provider_message_id.as_deref(),
        Some("20260314150926.1.4F2A@mg.acme.example")
    );
    assert_eq!(receipt.accepted_at, "2026-03-14T15:00:00Z".parse().unwrap());
    let requests = transport.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method(), "POST");
    assert_eq!(requests[0].uri(), "https://api.mailgun.net/v3/mg.acme.example/messages");
    let authorization = &requests[0].headers()["authorization"];
    assert_eq!(authorization, "Basic YXBpOmtleS0zZjFjOWMwZTViN2E0ZDJm");
    assert!(authorization.is_sensitive());
    assert_eq!(
        requests[0].body(),
        "to=asha%40customer.example&from=Acme%20Billing%20%3Cbilling%40mg.acme.example%3E\
         &subject=Invoice&text=Attached.\
         &v%3Amessage-id=0190b2f4-6c00-7000-8000-000000000001"
    );
}

#[tokio::test]
async fn the_other_region_and_a_subaccount_are_reached() {
    let transport = accepting();
    let account = builder(&transport).region(Region::Eu).subaccount("sub-7").build().unwrap();
    account.send(&envelope(mail("asha@customer.example"))).await.unwrap();
    let request = &transport.requests()[0];
    assert_eq!(request.uri(), "https://api.eu.mailgun.net/v3/mg.acme.example/messages");
    assert_eq!(request.headers()["x-mailgun-on-behalf-of"], "sub-7");
}

fn full() -> Envelope<Email> {
    let mail = Email::to(Mailbox::new("Rao, Asha \"A\"", address("asha@customer.example")))
        .cc(Mailbox::new("Ben", address("ben@customer.example")))
        .bcc(address("audit@acme.example"))
        .reply_to(Mailbox::new("Accounts", address("accounts@acme.example")))
        .reply_to(address("help@acme.example"))
        .subject("चालान 2041")
        .text("Attached.")
        .html("<p>Attached.</p>")
        .amp("<html amp4email></html>")
        .header("X-Ledger", "2041")
        .unsubscribe(Unsubscribe::one_click("https://acme.example/u/abc"));
    let mut delivery = Delivery::default();
    delivery.tags = vec!["invoice".into()];
    delivery.send_at = Some("2026-03-14T16:00:00Z".parse().unwrap());
    delivery.callback_data = Some("inv-2041".into());
    let options = Options::new()
        .tag("invoice")
        .tag("march")
        .variable("order", "2041")
        .variable("lines", json!([1, 2]))
        .tracking(true)
        .click_tracking(ClickTracking::HtmlOnly)
        .open_tracking(false)
        .pixel_on_top(PixelOnTop::Yes)
        .dkim(true)
        .secondary_dkim("acme.example/s1")
        .secondary_dkim_public("acme.example/s2")
        .require_tls(true)
        .skip_verification(false)
        .sending_ip("192.0.2.7")
        .sending_ip_pool("pool-1")
        .optimize_hours(24)
        .local_time("02:30PM")
        .test_mode(true)
        .native_send(true)
        .other("archive-to", "https://acme.example/archive");
    delivery.options.set(&options).unwrap();
    envelope(mail).with_delivery(delivery)
}

#[tokio::test]
async fn a_full_mail_has_every_field_that_mailgun_documents() {
    let transport = accepting();
    let receipt = account(&transport).send(&full()).await.unwrap();
    assert_eq!(receipt.recipients.len(), 3);
    assert_eq!(
        fields(&transport.requests()[0]),
        pairs(&[
            ("to", "\"Rao, Asha \\\"A\\\"\" <asha@customer.example>"),
            ("cc", "Ben <ben@customer.example>"),
            ("bcc", "audit@acme.example"),
            ("from", "Acme Billing <billing@mg.acme.example>"),
            ("subject", "चालान 2041"),
            ("text", "Attached."),
            ("html", "<p>Attached.</p>"),
            ("amp-html", "<html amp4email></html>"),
            ("o:tag", "invoice"),
            ("o:tag", "march"),
            ("o:deliverytime", "Sat, 14 Mar 2026 16:00:00 +0000"),
            ("o:testmode", "yes"),
            ("o:tracking", "yes"),
            ("o:tracking-clicks", "htmlonly"),
            ("o:tracking-opens", "no"),
            ("o:tracking-pixel-location-top", "yes"),
            ("o:dkim", "yes"),
            ("o:secondary-dkim", "acme.example/s1"),
            ("o:secondary-dkim-public", "acme.example/s2"),
            ("o:require-tls", "yes"),
            ("o:skip-verification", "no"),
            ("o:sending-ip", "192.0.2.7"),
            ("o:sending-ip-pool", "pool-1"),
            ("o:deliverytime-optimize-period", "24h"),
            ("o:time-zone-localize", "02:30PM"),
            ("o:native-send", "yes"),
            ("o:archive-to", "https://acme.example/archive"),
            ("h:Reply-To", "Accounts <accounts@acme.example>, help@acme.example"),
            ("h:X-Ledger", "2041"),
            ("h:List-Unsubscribe", "<https://acme.example/u/abc>"),
            ("h:List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("v:message-id", ID),
            ("v:callback-data", "inv-2041"),
            ("v:lines", "[1,2]"),
            ("v:order", "2041"),
        ])
    );
}

#[tokio::test]
async fn files_go_as_a_multipart_form_with_these_bytes() {
    let transport = accepting();
    let mail = mail("asha@customer.example")
        .html("<img src=\"cid:logo@acme\">")
        .attach(Attachment::new("INV-2041.pdf", "application/pdf", &b"%PDF"[..]))
        .attach(Attachment::new("a.png", "image/png", &b"png"[..]).inline("logo@acme"));
    account(&transport).send(&envelope(mail)).await.unwrap();
    let request = &transport.requests()[0];
    let content_type = request.headers()["content-type"].to_str().unwrap();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let part = |head: &str, body: &str| {
        format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n")
    };
    let expected = [
        part("name=\"to\"", "asha@customer.example"),
        part("name=\"from\"", "Acme Billing <billing@mg.acme.example>"),
        part("name=\"subject\"", "Invoice"),
        part("name=\"text\"", "Attached."),
        part("name=\"html\"", "<img src=\"cid:logo@acme\">"),
        part("name=\"v:message-id\"", ID),
        part(
            "name=\"attachment\"; filename=\"INV-2041.pdf\"\r\nContent-Type: application/pdf",
            "%PDF",
        ),
        part("name=\"inline\"; filename=\"logo@acme\"\r\nContent-Type: image/png", "png"),
        format!("--{boundary}--\r\n"),
    ];
    assert_eq!(request.body(), &expected.concat());
}

#[tokio::test]
async fn a_long_text_goes_as_multipart_so_that_no_byte_becomes_three() {
    let transport = accepting();
    let mail = mail("asha@customer.example").text("अ".repeat(500_000));
    account(&transport).send(&envelope(mail)).await.unwrap();
    let request = &transport.requests()[0];
    let content_type = request.headers()["content-type"].to_str().unwrap();
    assert!(content_type.starts_with("multipart/form-data"));
    assert!(request.body().len() < 1_502_000);
}

#[tokio::test]
async fn a_template_of_mailgun_makes_the_content() {
    let transport = accepting();
    let options = Options::new().template_version("v2").template_text(true);
    let mut envelope = with(mail("asha@customer.example"), &options);
    let mut template = ProviderTemplate::new("invoice");
    template.variables.insert("name".into(), "Asha \"A\"".into());
    template.variables.insert("total".into(), json!(12.5));
    template.variables.insert("due".into(), "May".into());
    envelope.delivery.provider_templates.insert("mailgun.email".into(), template);
    account(&transport).send(&envelope).await.unwrap();
    assert_eq!(
        fields(&transport.requests()[0]),
        pairs(&[
            ("to", "asha@customer.example"),
            ("from", "Acme Billing <billing@mg.acme.example>"),
            ("subject", "Invoice"),
            ("template", "invoice"),
            ("t:version", "v2"),
            ("t:text", "yes"),
            ("v:message-id", ID),
            ("t:variables", r#"{"due":"May","name":"Asha \"A\"","total":12.5}"#),
        ])
    );

    envelope.message = Email::to(address("asha@customer.example"));
    account(&transport).send(&envelope).await.unwrap();
    assert_eq!(value(&transport.requests()[1], "subject"), None);
}

#[tokio::test]
async fn a_mails_options_stand_over_the_accounts() {
    let transport = accepting();
    let defaults = Options::new().tag("shop").test_mode(true).dkim(false).variable("a", "1");
    let account = builder(&transport).defaults(defaults).build().unwrap();
    let options = Options::new().tag("vip").test_mode(false).variable("a", "2");
    account.send(&with(mail("asha@customer.example"), &options)).await.unwrap();
    let request = &transport.requests()[0];
    assert_eq!(values(request, "o:tag"), ["shop", "vip"]);
    assert_eq!(value(request, "o:testmode").as_deref(), Some("no"));
    assert_eq!(value(request, "o:dkim").as_deref(), Some("no"));
    assert_eq!(value(request, "v:a").as_deref(), Some("2"));
}

#[tokio::test]
async fn a_time_that_has_passed_means_now() {
    let transport = accepting();
    let mut past = envelope(mail("asha@customer.example"));
    past.delivery.send_at = Some("2026-03-14T14:00:00Z".parse().unwrap());
    account(&transport).send(&past).await.unwrap();
    assert_eq!(value(&transport.requests()[0], "o:deliverytime"), None);
}

#[tokio::test]
async fn recipient_variables_of_one_mail_go_with_it() {
    let transport = accepting();
    let options = Options::new().recipient_variable("name", "Asha");
    let mail = mail("asha@customer.example").text("Hello %recipient.name%");
    account(&transport).send(&with(mail, &options)).await.unwrap();
    assert_eq!(
        value(&transport.requests()[0], "recipient-variables").as_deref(),
        Some(r#"{"asha@customer.example":{"name":"Asha"}}"#)
    );
}

#[tokio::test]
async fn names_and_domains_are_written_so_that_they_stay_what_they_are() {
    let transport = accepting();
    for (name, written) in [
        ("Asha Rao", "Asha Rao <asha@xn--e1afmkfd.example>"),
        ("O'Neil", "O'Neil <asha@xn--e1afmkfd.example>"),
        ("a@b.c", "\"a@b.c\" <asha@xn--e1afmkfd.example>"),
        ("back\\slash", "\"back\\\\slash\" <asha@xn--e1afmkfd.example>"),
        ("आशा", "\"आशा\" <asha@xn--e1afmkfd.example>"),
    ] {
        let to = Mailbox::new(name, address("asha@пример.example"));
        let mail = Email::to(to).subject("Hi").text("x");
        account(&transport).send(&envelope(mail)).await.unwrap();
        assert_eq!(values(transport.requests().last().unwrap(), "to"), [written]);
    }
}

#[tokio::test]
async fn every_limit_is_refused_before_anything_is_sent() {
    let transport = accepting();
    let account = account(&transport);
    let to = "asha@customer.example";
    let plain = || mail(to);
    let inline = |id: &str| Attachment::new("a.png", "image/png", &b"x"[..]).inline(id);
    let tagged = |tags: Vec<String>| {
        let mut envelope = envelope(mail(to));
        envelope.delivery.tags = tags;
        envelope
    };
    let at = |time: &str| {
        let mut envelope = envelope(mail(to));
        envelope.delivery.send_at = Some(time.parse().unwrap());
        envelope
    };
    let option = |options: Options| with(mail(to), &options);
    let mut nameless = envelope(plain());
    nameless.delivery.provider_templates.insert("mailgun.email".into(), ProviderTemplate::new(""));
    let mut crowd = mail(to);
    crowd.to = (0..1001).map(|n| address(&format!("a{n}@customer.example")).into()).collect();
    let two = plain().and_to(address("ben@customer.example"));
    let rows = vec![
        ("to", envelope(crowd)),
        ("text", envelope(Email::to(address(to)).subject("Hi"))),
        ("subject", envelope(Email::to(address(to)).text("Hi"))),
        ("from", envelope(plain().from(address("आशा@acme.example")))),
        ("tags", tagged((0..11).map(|n| format!("t{n}")).collect())),
        ("tags[0]", tagged(vec!["x".repeat(129)])),
        ("tags[0]", tagged(vec!["चालान".into()])),
        ("send_at", at("2026-03-17T15:00:01Z")),
        ("attachments", envelope(plain().attach(Attachment::new("a", "a/b", vec![0; 19_000_000])))),
        ("attachments[1].content_id", envelope(plain().attach(inline("a")).attach(inline("a")))),
        ("attachments[0].content_id", envelope(plain().attach(inline("a\"b")))),
        ("headers[1].name", envelope(plain().header("X-A", "1").header("x-a", "2"))),
        ("headers[0].name", envelope(plain().header("X-Mailgun-Variables", "{}"))),
        ("headers", envelope(plain().header("X-Long", "x".repeat(16_384)))),
        ("headers", option(Options::new().variable("a", "x".repeat(16_384)))),
        ("options.optimize_hours", option(Options::new().optimize_hours(23))),
        ("options.optimize_hours", option(Options::new().optimize_hours(73))),
        ("options.local_time", option(Options::new().local_time("24:00"))),
        ("options.local_time", option(Options::new().local_time("13:00PM"))),
        ("options.secondary_dkim", option(Options::new().secondary_dkim("acme.example"))),
        ("options.secondary_dkim_public", option(Options::new().secondary_dkim_public("/s"))),
        ("options.variables", option(Options::new().variable("two words", "1"))),
        ("options.variables", option(Options::new().variable("message-id", "1"))),
        ("options.recipient_variables", option(Options::new().recipient_variable("dakiya_0", 1))),
        ("options.recipient_variables", option(Options::new().recipient_variable("a%b", 1))),
        ("options.recipient_variables", with(two, &Options::new().recipient_variable("a", 1))),
        ("options.others", option(Options::new().other("o:dkim", "yes"))),
        ("provider_templates.id", nameless),
    ];
    for (field, envelope) in rows {
        let error = account.send(&envelope).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidMessage, "{field}: {error}");
        assert_eq!(error.faults()[0].field, field, "{error}");
        assert_eq!(error.provider(), Some("mailgun.email"));
    }
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn a_mail_without_sender_is_refused() {
    let transport = accepting();
    let account =
        Mailgun::builder(KEY, "mg.acme.example").transport(transport.shared()).build().unwrap();
    let error = account.send(&envelope(mail("asha@customer.example"))).await.unwrap_err();
    assert_eq!(error.faults()[0].field, "from");
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn plans_that_schedule_further_ahead_can() {
    let transport = accepting();
    let week = std::time::Duration::from_hours(168);
    let account = builder(&transport).schedule_ahead(week).build().unwrap();
    let mut later = envelope(mail("asha@customer.example"));
    later.delivery.send_at = Some("2026-03-21T15:00:00Z".parse().unwrap());
    account.send(&later).await.unwrap();
    assert_eq!(
        value(&transport.requests()[0], "o:deliverytime").as_deref(),
        Some("Sat, 21 Mar 2026 15:00:00 +0000")
    );
}

#[tokio::test]
async fn a_finished_mime_message_goes_as_a_file() {
    let transport = accepting();
    let account = account(&transport);
    let options = Options::new().tag("raw").test_mode(true).variable("a", "1");
    let to = [address("asha@customer.example"), address("ben@customer.example")];
    let id = account.send_mime(&to, "Subject: Hi\r\n\r\nHello", &options, None).await.unwrap();
    assert_eq!(id, "20260314150926.1.4F2A@mg.acme.example");
    let request = &transport.requests()[0];
    assert_eq!(request.uri(), "https://api.mailgun.net/v3/mg.acme.example/messages.mime");
    let body = String::from_utf8(request.body().to_vec()).unwrap();
    for part in [
        "name=\"to\"\r\n\r\nasha@customer.example\r\n",
        "name=\"to\"\r\n\r\nben@customer.example\r\n",
        "name=\"o:tag\"\r\n\r\nraw\r\n",
        "name=\"o:testmode\"\r\n\r\nyes\r\n",
        "name=\"v:a\"\r\n\r\n1\r\n",
        "name=\"message\"; filename=\"message.eml\"\r\nContent-Type: message/rfc822\r\n\r\nSubject: Hi",
    ] {
        assert!(body.contains(part), "{part}\n{body}");
    }
    for (to, mime) in [(&to[..0], "x"), (&to[..], "")] {
        let error = account.send_mime(to, mime, &Options::new(), None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidMessage);
    }
    assert_eq!(transport.requests().len(), 1);
}

#[test]
fn nothing_that_is_personal_or_secret_shows() {
    let transport = accepting();
    let account = account(&transport);
    let options = Options::new().variable("name", "canary").recipient_variable("a", "canary");
    let text = format!("{account:?} {:?} {options:?}", builder(&transport));
    assert!(!text.contains(KEY) && !text.contains("canary"), "{text}");
}

#[tokio::test]
async fn options_that_are_none_of_ours_are_refused() {
    let transport = accepting();
    let mut delivery = serde_json::to_value(Delivery::default()).unwrap();
    delivery["options"] = json!({"mailgun.email": {"testmode": true}});
    let delivery = serde_json::from_value(delivery).unwrap();
    let wrong = envelope(mail("asha@customer.example")).with_delivery(delivery);
    let error = account(&transport).send(&wrong).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(transport.requests().is_empty());
}
