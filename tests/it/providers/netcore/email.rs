use std::{sync::Arc, time::Duration};

use dakiya::{
    Attachment, Channel as _, Delivery, Email, EmailAddress, Envelope, ErrorKind, Fate, Mailbox,
    MessageId, Provider as _, ProviderTemplate, Purpose, Unsubscribe,
    http::ReqwestTransport,
    netcore::email::{Account, AccountBuilder, Auth, ContentTypes, Options, Priority, Version},
    testing::ManualClock,
};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, method, path},
};

const KEY: &str = "k3y-3f1c9c0e5b7a4d2f";
const ID: &str = "0190b2f4-6c00-7000-8000-000000000001";

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn account(server: &MockServer) -> AccountBuilder {
    Account::builder(KEY)
        .endpoint(server.uri())
        .from(Mailbox::parse("Acme Billing <billing@mail.acme.example>").unwrap())
        .clock(ManualClock::at("2026-03-14T15:00:00Z".parse().unwrap()).shared())
}

fn mail(to: &str) -> Email {
    Email::to(address(to)).subject("Invoice").html("<p>Attached.</p>")
}

fn envelope(mail: Email) -> Envelope<Email> {
    Envelope::new(ID.parse().unwrap(), mail)
}

fn numbered(number: u128, mail: Email) -> Envelope<Email> {
    let id: MessageId = format!("00000000-0000-7000-8000-{number:012}").parse().unwrap();
    Envelope::new(id, mail)
}

async fn answering(status: u16, body: Value) -> MockServer {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(status).set_body_json(body);
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

async fn accepting() -> MockServer {
    answering(202, json!({"status": "success", "message": "OK", "data": {"message_id": "3f1c"}}))
        .await
}

async fn bodies(server: &MockServer) -> Vec<Value> {
    let requests = server.received_requests().await.unwrap();
    requests.iter().map(|request| request.body_json().unwrap()).collect()
}

fn full() -> Envelope<Email> {
    let mail = Email::to(Mailbox::new("Asha", address("asha@customer.example")))
        .cc(address("ben@customer.example"))
        .bcc(address("audit@acme.example"))
        .reply_to(Mailbox::new("Accounts", address("accounts@acme.example")))
        .subject("Invoice [%INV%]")
        .text("Attached.")
        .html("<p>Attached.</p>")
        .amp("<html amp4email></html>")
        .attach(Attachment::new("INV-2041.pdf", "application/pdf", &b"%PDF-1.7\n"[..]))
        .header("X-Ledger", "2041")
        .unsubscribe(Unsubscribe::one_click("https://acme.example/u/abc"));
    let mut delivery = Delivery::default();
    delivery.purpose = Purpose::Utility;
    delivery.tags = vec!["invoice".into()];
    delivery.send_at = Some("2026-03-14T16:00:00Z".parse().unwrap());
    delivery.callback_data = Some("inv-2041".into());
    let options = Options::new().click_tracking(false).ip_pool("bills").attribute("INV", "2041");
    delivery.options.set(&options).unwrap();
    envelope(mail).with_delivery(delivery)
}

fn full_body() -> Value {
    json!({
        "from": {"email": "billing@mail.acme.example", "name": "Acme Billing"},
        "reply_to": [{"email": "accounts@acme.example", "name": "Accounts"}],
        "subject": "Invoice [%INV%]",
        "content": [
            {"type": "amp", "value": "<html amp4email></html>"},
            {"type": "html", "value": "<p>Attached.</p>"},
        ],
        "settings": {"open_track": true, "click_track": false, "ip_pool": "bills"},
        "tags": ["invoice"],
        "priorityflag": 2,
        "schedule": 1_773_504_000,
        "attachments": [{"name": "INV-2041.pdf", "content": "JVBERi0xLjcK"}],
        "personalizations": [{
            "to": [{"email": "asha@customer.example", "name": "Asha"}],
            "cc": [{"email": "ben@customer.example"}],
            "bcc": [{"email": "audit@acme.example"}],
            "attributes": {"INV": "2041"},
            "headers": {
                "X-Ledger": "2041",
                "List-Unsubscribe": "<https://acme.example/u/abc>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
            "token_to": "inv-2041",
            "token_cc": "inv-2041",
            "token_bcc": "inv-2041",
        }],
    })
}

#[tokio::test]
async fn a_full_mail_is_written_as_version_6_takes_it() {
    let server = accepting().await;
    let account = account(&server)
        .defaults(Options::new().open_tracking(true).click_tracking(true))
        .build()
        .unwrap();
    let receipt = account.send(&full()).await.unwrap();

    assert_eq!(receipt.provider, "netcore.email");
    assert_eq!(receipt.provider_message_id.as_deref(), Some("3f1c"));
    assert_eq!(receipt.recipients.len(), 3);
    assert_eq!(receipt.accepted_at, "2026-03-14T15:00:00Z".parse().unwrap());
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[0].method, "POST");
    assert_eq!(requests[0].url.path(), "/v6/mail/send");
    assert_eq!(requests[0].headers["content-type"], "application/json");
    assert_eq!(requests[0].body_json::<Value>().unwrap(), full_body());
}

#[tokio::test]
async fn version_5_1_has_its_own_path_key_and_reply_address() {
    let server = accepting().await;
    let account = account(&server)
        .version(Version::V51)
        .defaults(Options::new().open_tracking(true))
        .build()
        .unwrap();
    account.send(&full()).await.unwrap();

    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[0].url.path(), "/v5.1/mail/send");
    assert_eq!(requests[0].headers["api_key"], KEY);
    let mut expected = full_body();
    expected["reply_to"] = json!("accounts@acme.example");
    assert_eq!(requests[0].body_json::<Value>().unwrap(), expected);
}

#[tokio::test]
async fn the_key_is_sent_in_each_form() {
    for (auth, header, value) in [
        (Auth::Bearer, "authorization", format!("Bearer {KEY}")),
        (Auth::XApiKey, "authorization", format!("x-api-key {KEY}")),
        (Auth::ApiKeyHeader, "api_key", KEY.to_owned()),
    ] {
        let server = accepting().await;
        let account =
            account(&server).auth(auth).sub_account("x-sub-account", "shop-7").build().unwrap();
        account.send(&envelope(mail("asha@customer.example"))).await.unwrap();
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests[0].headers[header], *value);
        assert_eq!(requests[0].headers["x-sub-account"], "shop-7");
    }
}

#[tokio::test]
async fn a_small_mail_says_no_more_than_it_must() {
    let server = accepting().await;
    let account = account(&server).build().unwrap();
    let plain = Email::to(address("asha@customer.example")).subject("Hi").text("1 < 2\n& so on");
    account.send(&envelope(plain)).await.unwrap();
    assert_eq!(
        bodies(&server).await[0],
        json!({
            "from": {"email": "billing@mail.acme.example", "name": "Acme Billing"},
            "subject": "Hi",
            "content": [{"type": "html",
                "value": "<div style=\"white-space:pre-wrap\">1 &lt; 2\n&amp; so on</div>"}],
            "priorityflag": 1,
            "personalizations": [{"to": [{"email": "asha@customer.example"}], "token_to": ID}],
        })
    );
}

#[tokio::test]
async fn the_types_of_content_can_be_set() {
    let server = accepting().await;
    let account = account(&server).content_types(ContentTypes::media_types()).build().unwrap();
    account.send(&full()).await.unwrap();
    let types: Vec<_> = bodies(&server).await[0]["content"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["type"].clone())
        .collect();
    assert_eq!(types, ["text/plain", "text/x-amp-html", "text/html"]);
}

#[tokio::test]
async fn a_template_of_netcore_makes_the_content() {
    let server = accepting().await;
    let account = account(&server).build().unwrap();
    let mut envelope = envelope(mail("asha@customer.example"));
    let mut template = ProviderTemplate::new("2041");
    template.variables.insert("NAME".into(), "Asha".into());
    template.variables.insert("TOTAL".into(), json!(12.5));
    envelope.delivery.provider_templates.insert("netcore.email".into(), template);
    account.send(&envelope).await.unwrap();
    let body = &bodies(&server).await[0];
    assert_eq!(body["template_id"], 2041);
    assert_eq!(body.get("content"), None);
    assert_eq!(body["personalizations"][0]["attributes"], json!({"NAME": "Asha", "TOTAL": "12.5"}));

    let template = ProviderTemplate::new("invoice");
    envelope.delivery.provider_templates.insert("netcore.email".into(), template);
    assert_eq!(account.send(&envelope).await.unwrap_err().kind(), ErrorKind::Template);
}

#[tokio::test]
async fn the_purpose_sets_the_priority_unless_the_mail_does() {
    let server = accepting().await;
    let account = account(&server).build().unwrap();
    for (purpose, flag) in [
        (Purpose::Otp, 1),
        (Purpose::Transactional, 1),
        (Purpose::Utility, 2),
        (Purpose::Marketing, 3),
    ] {
        let mut envelope = envelope(mail("asha@customer.example"));
        envelope.delivery.purpose = purpose;
        account.send(&envelope).await.unwrap();
        assert_eq!(bodies(&server).await.pop().unwrap()["priorityflag"], flag);
    }
    let mut envelope = envelope(mail("asha@customer.example"));
    envelope.delivery.options.set(&Options::new().priority(Priority::Promotional)).unwrap();
    account.send(&envelope).await.unwrap();
    assert_eq!(bodies(&server).await.pop().unwrap()["priorityflag"], 3);
}

#[tokio::test]
async fn what_it_cannot_carry_is_refused_before_anything_is_sent() {
    let server = accepting().await;
    let account = account(&server).max_recipients(1).max_bytes(1000).build().unwrap();
    let refused = async |mail: Email| account.send(&envelope(mail)).await.unwrap_err();
    let to = "asha@customer.example";

    let inline = Attachment::new("logo.png", "image/png", &b"x"[..]).inline("logo");
    assert_eq!(refused(mail(to).attach(inline)).await.kind(), ErrorKind::Unsupported);
    let copied = refused(mail(to).cc(address("ben@customer.example"))).await;
    assert_eq!(copied.kind(), ErrorKind::InvalidMessage);
    let large = Attachment::new("a.bin", "application/zip", vec![0; 1000]);
    assert_eq!(refused(mail(to).attach(large)).await.faults()[0].field, "attachments");
    let twice = refused(mail(to).header("X-A", "1").header("x-a", "2")).await;
    assert_eq!(twice.faults()[0].field, "headers[1].name");
    let empty = refused(Email::to(address(to)).subject("Hi")).await;
    assert_eq!(empty.faults()[0].field, "text");

    let mut long = envelope(mail(to));
    long.delivery.callback_data = Some("x".repeat(256));
    assert_eq!(account.send(&long).await.unwrap_err().faults()[0].field, "callback_data");
    let mut strange = json!({"netcore.email": {"open_trakking": true}});
    let mut unread = envelope(mail(to));
    unread.delivery.options = serde_json::from_value(strange.take()).unwrap();
    assert_eq!(account.send(&unread).await.unwrap_err().kind(), ErrorKind::Config);
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn every_refusal_has_its_kind_and_quotes_nobody() {
    use ErrorKind as K;
    let recipient = json!([{"field": "personalizations.0.to.0.email", "message": "Invalid value",
        "description": "asha@customer.example is not valid"}]);
    let table = [
        (200, recipient.clone(), K::InvalidRecipient),
        (200, json!({"status": "error", "message": "Invalid request"}), K::Rejected),
        (400, recipient.clone(), K::InvalidRecipient),
        (400, json!({"status": "error", "error": recipient}), K::InvalidRecipient),
        (
            400,
            json!({"status": "error", "error": [{"field": "from.email",
            "message": "Domain not verified", "description": "x"}]}),
            K::Rejected,
        ),
        (400, json!([{"field": "subject", "message": "required"}]), K::InvalidMessage),
        (400, json!({"error": "Invalid api key"}), K::Unauthorized),
        (400, json!({"error": {"message": "Template not found"}}), K::Template),
        (400, json!({"message": "Invalid request"}), K::Rejected),
        (400, json!({"error": "asha@customer.example"}), K::Rejected),
        (400, json!(null), K::Rejected),
        (401, json!({"error": "Invalid api key"}), K::Unauthorized),
        (402, json!({}), K::Quota),
        (403, json!({"message": "account suspended"}), K::Unauthorized),
        (403, json!({"message": "Insufficient credits"}), K::Quota),
        (404, json!({}), K::Config),
        (405, json!({}), K::Config),
        (413, json!({}), K::InvalidMessage),
        (429, json!({}), K::RateLimited),
        (500, json!({}), K::Unavailable),
        (503, json!({}), K::Unavailable),
    ];
    for (status, body, kind) in table {
        let server = answering(status, body.clone()).await;
        let account = account(&server).build().unwrap();
        let error = account.send(&envelope(mail("asha@customer.example"))).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{status} {body}");
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.provider(), Some("netcore.email"));
        let fate = if status == 500 { Fate::Unknown } else { Fate::NotSent };
        assert_eq!(error.fate(), fate, "{status} {body}");
        let shown = format!("{error} {error:?} {account:?}");
        assert!(!shown.contains("asha") && !shown.contains(KEY), "{shown}");
    }
}

#[tokio::test]
async fn a_success_that_cannot_be_read_may_be_out() {
    for body in ["", "<html>", "{}", "[]", r#"{"data":{"message_id":""}}"#] {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(202).set_body_string(body);
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let account = account(&server).build().unwrap();
        let error = account.send(&envelope(mail("asha@customer.example"))).await.unwrap_err();
        assert_eq!((error.kind(), error.fate()), (ErrorKind::Response, Fate::Unknown), "{body}");
    }
    let server = answering(200, json!({"status": "success", "message": "OK"})).await;
    let account = account(&server).build().unwrap();
    let receipt = account.send(&envelope(mail("asha@customer.example"))).await.unwrap();
    assert_eq!(receipt.provider_message_id, None);
}

#[tokio::test]
async fn a_success_that_was_cut_short_may_be_out() {
    let server = accepting().await;
    let transport = ReqwestTransport::new().unwrap().with_limit(20);
    let account = account(&server).transport(Arc::new(transport)).build().unwrap();
    let error = account.send(&envelope(mail("asha@customer.example"))).await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Response, Fate::Unknown));
}

#[tokio::test]
async fn it_tells_how_long_to_wait() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(429).insert_header("retry-after", "7");
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let account = account(&server).build().unwrap();
    let error = account.send(&envelope(mail("asha@customer.example"))).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn mails_that_differ_in_their_recipients_share_a_request() {
    let server = accepting().await;
    let account = account(&server).batch(2).build().unwrap();
    let file = Attachment::new("a.txt", "text/plain", &b"a"[..]);
    let other = Attachment::new("b.txt", "text/plain", &b"b"[..]);
    let mails = [
        numbered(0, mail("a@customer.example").attach(file.clone())),
        numbered(1, mail("b@customer.example").subject("Other")),
        numbered(2, mail("c@customer.example").attach(other)),
        numbered(3, Email::to(address("nobody@customer.example")).subject("Empty")),
        numbered(4, mail("e@customer.example")),
    ];
    let results = account.send_batch(&mails.iter().collect::<Vec<_>>()).await;

    assert_eq!(results.len(), 5);
    for (index, result) in results.iter().enumerate() {
        match result {
            Ok(receipt) => assert_eq!(receipt.id, mails[index].id),
            Err(error) => assert_eq!((index, error.kind()), (3, ErrorKind::InvalidMessage)),
        }
    }
    let mut tokens: Vec<Vec<String>> = Vec::new();
    for body in bodies(&server).await {
        let sets = body["personalizations"].as_array().unwrap();
        tokens.push(sets.iter().map(|set| set["token_to"].to_string()).collect());
    }
    tokens.sort();
    assert_eq!(tokens.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1, 1]);
    let first = bodies(&server)
        .await
        .into_iter()
        .find(|body| body["personalizations"].as_array().unwrap().len() == 2)
        .unwrap();
    assert_eq!(first.get("attachments"), None);
    assert_eq!(first["personalizations"][0]["attachments"][0]["name"], "a.txt");
    assert_eq!(first["personalizations"][1]["attachments"][0]["name"], "b.txt");
}

#[tokio::test]
async fn a_batch_is_split_where_it_grows_too_large_and_sends_common_files_once() {
    let server = accepting().await;
    let account = account(&server).max_bytes(3000).build().unwrap();
    let file = Attachment::new("a.bin", "application/zip", vec![7; 900]);
    let mails: Vec<_> = (0..40)
        .map(|n| numbered(n, mail(&format!("p{n}@customer.example")).attach(file.clone())))
        .collect();
    let results = account.send_batch(&mails.iter().collect::<Vec<_>>()).await;
    assert!(results.iter().all(Result::is_ok));
    let requests = server.received_requests().await.unwrap();
    assert!((2..=4).contains(&requests.len()), "{}", requests.len());
    assert!(requests.iter().all(|request| request.body.len() <= 3000));
    assert!(bodies(&server).await.iter().all(|body| body["attachments"][0]["name"] == "a.bin"));
}

#[tokio::test]
async fn one_bad_address_costs_its_neighbours_nothing_but_a_second_request() {
    let server = MockServer::start().await;
    let body = json!([{"field": "personalizations.1.to.0.email", "message": "Invalid value"}]);
    let refused = ResponseTemplate::new(400).set_body_json(body);
    Mock::given(any()).respond_with(refused).up_to_n_times(1).mount(&server).await;
    let accepted = ResponseTemplate::new(202).set_body_json(json!({"status": "success"}));
    Mock::given(any()).respond_with(accepted).mount(&server).await;
    let account = account(&server).build().unwrap();
    let mails: Vec<_> =
        (0..3).map(|n| numbered(n, mail(&format!("p{n}@customer.example")))).collect();
    let results = account.send_batch(&mails.iter().collect::<Vec<_>>()).await;
    assert_eq!(results[1].as_ref().unwrap_err().kind(), ErrorKind::InvalidRecipient);
    for place in [0, 2] {
        assert_eq!(results[place].as_ref().unwrap().id, mails[place].id);
    }
    let bodies = bodies(&server).await;
    let to = |body: &Value| {
        let all = body["personalizations"].as_array().unwrap().iter();
        all.map(|one| one["to"][0]["email"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(bodies.len(), 2);
    assert_eq!(to(&bodies[1]), ["p0@customer.example", "p2@customer.example"]);
}

#[tokio::test]
async fn a_bad_address_that_is_nobodys_is_not_held_against_everybody() {
    let body = json!([{"field": "personalizations.to.email", "message": "Invalid value"}]);
    let server = answering(400, body).await;
    let account = account(&server).build().unwrap();
    let mails: Vec<_> =
        (0..3).map(|n| numbered(n, mail(&format!("p{n}@customer.example")))).collect();
    let results = account.send_batch(&mails.iter().collect::<Vec<_>>()).await;
    for result in results {
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.fate()), (ErrorKind::Rejected, Fate::NotSent));
    }
    assert_eq!(server.received_requests().await.unwrap().len(), 1);

    let alone = account.send_batch(&[&mails[0]]).await.pop().unwrap().unwrap_err();
    assert_eq!(alone.kind(), ErrorKind::InvalidRecipient);
}

#[tokio::test]
async fn a_provider_that_is_down_fails_every_mail_of_a_request() {
    let mails: Vec<_> =
        (0..3).map(|n| numbered(n, mail(&format!("p{n}@customer.example")))).collect();
    let server = answering(503, json!({})).await;
    let account = account(&server).build().unwrap();
    let results = account.send_batch(&mails.iter().collect::<Vec<_>>()).await;
    assert!(results.iter().all(|r| r.as_ref().unwrap_err().kind() == ErrorKind::Unavailable));
}

#[tokio::test]
async fn the_check_reads_the_domains_and_knows_a_wrong_key() {
    for (version, place) in
        [(Version::V6, "/v6/domains"), (Version::V51, "/v5.1/domain/getDomains")]
    {
        let server = MockServer::start().await;
        let list = ResponseTemplate::new(200).set_body_json(json!([{"domain": "acme.example"}]));
        Mock::given(method("GET")).and(path(place)).respond_with(list).mount(&server).await;
        account(&server).version(version).build().unwrap().check().await.unwrap();
        for status in [401, 403] {
            let server = answering(status, json!({"error": "Invalid api key"})).await;
            let account = account(&server).version(version).build().unwrap();
            assert_eq!(account.check().await.unwrap_err().kind(), ErrorKind::Unauthorized);
        }
    }
    let server = answering(200, json!({"status": "error", "error": "Invalid api key"})).await;
    let account = account(&server).build().unwrap();
    assert_eq!(account.check().await.unwrap_err().kind(), ErrorKind::Unauthorized);
}

#[tokio::test]
async fn a_check_of_a_server_that_never_answers_ends_in_time() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let clock = ManualClock::at("2026-03-14T15:00:00Z".parse().unwrap());
    let account = Account::builder(KEY)
        .endpoint(format!("http://{}", listener.local_addr().unwrap()))
        .clock(clock.shared())
        .build()
        .unwrap();
    let check = tokio::spawn(async move { account.check().await });
    let _open = listener.accept().await.unwrap();
    clock.advance(Duration::from_secs(30));
    assert_eq!(check.await.unwrap().unwrap_err().kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn a_line_break_cannot_begin_a_header_of_its_own() {
    let server = accepting().await;
    let account = account(&server).build().unwrap();
    let mail = || mail("asha@customer.example");
    let from = Mailbox::new("Acme\nBcc: x@evil.example", address("billing@acme.example"));
    for (mail, field) in [
        (mail().header("X-Ref", "1\r\nBcc: x@evil.example"), "headers[0].value"),
        (mail().header("Bcc", "x@evil.example"), "headers[0].name"),
        (mail().subject("Hi\r\nBcc: x@evil.example"), "subject"),
        (mail().from(from), "from.name"),
    ] {
        let sent = envelope(mail);
        for error in [
            account.send(&sent).await.unwrap_err(),
            account.send_batch(&[&sent]).await.pop().unwrap().unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidMessage);
            assert_eq!(error.faults()[0].field, field);
            assert!(!error.to_string().contains("evil"));
        }
    }
    assert!(server.received_requests().await.unwrap().is_empty());
}
