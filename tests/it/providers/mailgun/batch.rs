use dakiya::{
    Attachment, Channel as _, Envelope, ErrorKind, Fate, ProviderTemplate, Unsubscribe,
    mailgun::email::Options,
};
use serde_json::{Value, json};

use super::*;

fn many(count: usize) -> Vec<Envelope<Email>> {
    (1..=count).map(|n| numbered(n, mail(&format!("a{n}@customer.example")))).collect()
}

async fn batch(
    account: &Mailgun,
    envelopes: &[Envelope<Email>],
) -> Vec<dakiya::Result<dakiya::Receipt>> {
    account.send_batch(&envelopes.iter().collect::<Vec<_>>()).await
}

fn people(request: &Request<Bytes>) -> Value {
    serde_json::from_str(&value(request, "recipient-variables").unwrap()).unwrap()
}

#[tokio::test]
async fn mails_that_differ_in_the_recipient_share_a_request_and_see_nobody_else() {
    let transport = accepting();
    let results = batch(&account(&transport), &many(2)).await;
    for (result, n) in results.iter().zip(1..) {
        let receipt = result.as_ref().unwrap();
        assert_eq!(receipt.id.to_string(), format!("00000000-0000-7000-8000-{n:012}"));
        let id = receipt.provider_message_id.as_deref();
        assert_eq!(id, Some("20260314150926.1.4F2A@mg.acme.example"));
    }
    let requests = transport.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(
        fields(&requests[0]),
        pairs(&[
            ("to", "a1@customer.example"),
            ("to", "a2@customer.example"),
            ("from", "Acme Billing <billing@mg.acme.example>"),
            ("subject", "Invoice"),
            ("text", "Attached."),
            ("v:message-id", "%recipient.dakiya_0%"),
            (
                "recipient-variables",
                "{\"a1@customer.example\":{\"dakiya_0\":\"00000000-0000-7000-8000-000000000001\"},\
                 \"a2@customer.example\":{\"dakiya_0\":\"00000000-0000-7000-8000-000000000002\"}}"
            ),
        ])
    );
}

#[tokio::test]
async fn headers_references_and_variables_differ_by_recipient() {
    let transport = accepting();
    let mut envelopes = many(2);
    for (envelope, name) in envelopes.iter_mut().zip(["Asha", "Ben"]) {
        let token = format!("https://acme.example/u/{name}");
        envelope.message.unsubscribe = Some(Unsubscribe::one_click(token));
        envelope.message.text = Some("Hello %recipient.name%".into());
        envelope.delivery.callback_data = Some(format!("inv-{name}"));
        let options = Options::new().recipient_variable("name", name).variable("shop", "7");
        envelope.delivery.options.set(&options).unwrap();
    }
    batch(&account(&transport), &envelopes).await;
    let requests = transport.requests();
    assert_eq!(requests.len(), 1);
    let field = |name| value(&requests[0], name);
    assert_eq!(field("h:List-Unsubscribe").as_deref(), Some("%recipient.dakiya_0%"));
    assert_eq!(field("h:List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
    assert_eq!(field("v:callback-data").as_deref(), Some("%recipient.dakiya_3%"));
    assert_eq!(field("v:shop").as_deref(), Some("7"));
    assert_eq!(
        people(&requests[0])["a2@customer.example"],
        json!({
            "dakiya_0": "<https://acme.example/u/Ben>",
            "dakiya_2": "00000000-0000-7000-8000-000000000002",
            "dakiya_3": "inv-Ben",
            "name": "Ben",
        })
    );
}

fn templated(variables: &[Value]) -> Vec<Envelope<Email>> {
    let mut envelopes = many(variables.len());
    for (envelope, variables) in envelopes.iter_mut().zip(variables) {
        let mut template = ProviderTemplate::new("invoice");
        template.variables = serde_json::from_value(variables.clone()).unwrap();
        envelope.delivery.provider_templates.insert("mailgun.email".into(), template);
    }
    envelopes
}

#[tokio::test]
async fn template_variables_go_through_recipient_variables() {
    let transport = accepting();
    let envelopes = templated(&[
        json!({"name": "Asha", "shop": "Acme", "lines": [1]}),
        json!({"name": "Ben", "shop": "Acme", "lines": [1]}),
    ]);
    batch(&account(&transport), &envelopes).await;
    let requests = transport.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(
        value(&requests[0], "t:variables").as_deref(),
        Some(r#"{"lines":[1],"name":"%recipient.dakiya_t0%","shop":"Acme"}"#)
    );
    assert_eq!(people(&requests[0])["a1@customer.example"]["dakiya_t0"], "Asha");
}

#[tokio::test]
async fn template_variables_that_need_escaping_or_are_no_text_go_apart() {
    for other in [json!({"name": "O\"Neil"}), json!({"name": 7}), json!({"name": "a\nb"})] {
        let transport = accepting();
        let envelopes = templated(&[json!({"name": "Asha"}), other]);
        let results = batch(&account(&transport), &envelopes).await;
        assert!(results.iter().all(Result::is_ok));
        let requests = transport.requests();
        assert_eq!(requests.len(), 2);
        assert!(requests.iter().all(|request| value(request, "recipient-variables").is_none()));
    }
}

#[tokio::test]
async fn what_differs_otherwise_goes_apart() {
    type Change = fn(&mut Envelope<Email>);
    let changes: [Change; 8] = [
        |one| one.message.subject = "Other".into(),
        |one| one.message.text = Some("Other".into()),
        |one| one.message.html = Some("<p>".into()),
        |one| one.message.from = Some(address("other@mg.acme.example").into()),
        |one| one.delivery.tags = vec!["other".into()],
        |one| one.delivery.send_at = Some("2026-03-14T16:00:00Z".parse().unwrap()),
        |one| one.delivery.options.set(&Options::new().test_mode(true)).unwrap(),
        |one| one.message.attachments.push(Attachment::new("a", "a/b", &b"x"[..])),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let transport = accepting();
        let mut envelopes = many(3);
        change(&mut envelopes[1]);
        let results = batch(&account(&transport), &envelopes).await;
        assert!(results.iter().all(Result::is_ok), "{index}");
        assert_eq!(transport.requests().len(), 2, "{index}");
    }
}

#[tokio::test]
async fn the_same_files_are_sent_once() {
    let transport = accepting();
    let mut envelopes = many(3);
    for envelope in &mut envelopes {
        // Equal, and not the same memory.
        let file = Attachment::new("a.txt", "text/plain", b"the terms".to_vec());
        envelope.message.attachments.push(file);
    }
    batch(&account(&transport), &envelopes).await;
    let requests = transport.requests();
    assert_eq!(requests.len(), 1);
    let body = String::from_utf8(requests[0].body().to_vec()).unwrap();
    assert_eq!(body.matches("the terms").count(), 1);
}

#[tokio::test]
async fn copies_several_recipients_and_literal_placeholders_go_singly() {
    let transport = accepting();
    let mut envelopes = many(5);
    envelopes[0].message.cc.push(address("ben@customer.example").into());
    envelopes[1].message.bcc.push(address("ben@customer.example").into());
    envelopes[2].message.to.push(address("ben@customer.example").into());
    for envelope in &mut envelopes[3..] {
        envelope.message.text = Some("Write %recipient.name% for the name".into());
    }
    let results = batch(&account(&transport), &envelopes).await;
    assert!(results.iter().all(Result::is_ok));
    let requests = transport.requests();
    assert_eq!(requests.len(), 5);
    assert!(requests.iter().all(|request| value(request, "recipient-variables").is_none()));
}

#[tokio::test]
async fn two_mails_to_one_address_never_share_a_request() {
    let transport = accepting();
    let envelopes = ["a@customer.example", "A@customer.example", "b@customer.example"];
    let envelopes: Vec<_> =
        envelopes.iter().enumerate().map(|(n, to)| numbered(n, mail(to))).collect();
    let results = batch(&account(&transport), &envelopes).await;
    assert!(results.iter().all(Result::is_ok));
    let to: Vec<_> = transport.requests().iter().map(|request| values(request, "to")).collect();
    assert_eq!(to, [vec!["a@customer.example", "b@customer.example"], vec!["A@customer.example"]]);
}

#[tokio::test]
async fn a_request_holds_a_thousand() {
    let transport = accepting();
    let results = batch(&account(&transport), &many(2001)).await;
    assert_eq!(results.len(), 2001);
    assert!(results.iter().all(Result::is_ok));
    let counts: Vec<_> =
        transport.requests().iter().map(|request| values(request, "to").len()).collect();
    assert_eq!(counts, [1000, 1000, 1]);
}

#[tokio::test]
async fn an_invalid_mail_fails_alone() {
    let transport = accepting();
    let mut envelopes = many(3);
    envelopes[1].message.text = None;
    let results = batch(&account(&transport), &envelopes).await;
    assert!(results[0].is_ok() && results[2].is_ok());
    assert_eq!(results[1].as_ref().unwrap_err().kind(), ErrorKind::InvalidMessage);
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn an_address_that_mailgun_refuses_is_found_by_halves() {
    let refusal =
        r#"{"message":"'to' parameter is not a valid address. please check documentation"}"#;
    // 4 mails, the third refused: all, the first half, the second half, and each of it.
    let transport = MockTransport::new()
        .then(400, refusal)
        .then(200, ACCEPTED)
        .then(400, refusal)
        .then(400, refusal)
        .then(200, ACCEPTED);
    let results = batch(&account(&transport), &many(4)).await;
    let kinds: Vec<_> =
        results.iter().map(|result| result.as_ref().err().map(dakiya::Error::kind)).collect();
    assert_eq!(kinds, [None, None, Some(ErrorKind::InvalidRecipient), None]);
    let counts: Vec<_> =
        transport.requests().iter().map(|request| values(request, "to").len()).collect();
    assert_eq!(counts, [4, 2, 2, 1, 1]);
}

#[tokio::test]
async fn the_search_for_bad_addresses_ends() {
    let refusal = r#"{"message":"to parameter is not a valid address"}"#;
    let transport = MockTransport::answering(400, refusal);
    let results = batch(&account(&transport), &many(200)).await;
    assert_eq!(transport.requests().len(), 100);
    for error in results.into_iter().map(Result::unwrap_err) {
        assert!(matches!(error.kind(), ErrorKind::InvalidRecipient | ErrorKind::Rejected));
        assert_eq!(error.fate(), Fate::NotSent);
    }
}

#[tokio::test]
async fn one_request_that_fails_leaves_the_others() {
    let transport = MockTransport::answering(200, ACCEPTED).then(502, "");
    let mut envelopes = many(2);
    envelopes[1].message.subject = "Other".into();
    let results = batch(&account(&transport), &envelopes).await;
    let failed: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].fate(), Fate::Unknown);
}
