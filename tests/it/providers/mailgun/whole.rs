//! Texts of one local template that differ, in one request; and whom a refusal hits.

use std::sync::Arc;

use dakiya::{Channel as _, Envelope, ErrorKind, Fate, Receipt, Result, TemplateStamp};
use serde_json::Value;

use super::*;
use crate::providers::{
    deadlines::Deadlines,
    mixed::{LATER, PAST},
};

fn rendered(count: usize) -> Vec<Envelope<Email>> {
    let one = |n: usize| {
        let mut mail = mail(&format!("a{n}@customer.example")).subject(format!("Order {n}"));
        mail.text = Some(format!("Dear customer {n},\n\"thanks\".\n"));
        mail.html = Some(format!("<p style=\"margin:0\">Dear customer {n}</p>"));
        let mut envelope = numbered(n, mail);
        envelope.template = Some(TemplateStamp::new("order", "1", "en"));
        envelope
    };
    (0..count).map(one).collect()
}

async fn batch(account: &Mailgun, envelopes: &[Envelope<Email>]) -> Vec<Result<Receipt>> {
    account.send_batch(&envelopes.iter().collect::<Vec<_>>()).await
}

fn counts(transport: &MockTransport) -> Vec<usize> {
    transport.requests().iter().map(|request| values(request, "to").len()).collect()
}

#[tokio::test]
async fn texts_of_one_template_share_a_request_as_whole_variables() {
    let transport = accepting();
    let results = batch(&account(&transport), &rendered(2)).await;
    assert!(results.iter().all(Result::is_ok));
    let requests = transport.requests();
    assert_eq!(requests.len(), 1);
    let field = |name| value(&requests[0], name);
    assert_eq!(field("subject").as_deref(), Some("%recipient.dakiya_0%"));
    assert_eq!(field("text").as_deref(), Some("%recipient.dakiya_1%"));
    assert_eq!(field("html").as_deref(), Some("%recipient.dakiya_2%"));
    let people: Value = serde_json::from_str(&field("recipient-variables").unwrap()).unwrap();
    let own = &people["a1@customer.example"];
    assert_eq!(own["dakiya_0"], "Order 1");
    assert_eq!(own["dakiya_1"], "Dear customer 1,\n\"thanks\".\n");
    assert_eq!(own["dakiya_2"], "<p style=\"margin:0\">Dear customer 1</p>");
}

#[tokio::test]
async fn texts_that_are_the_same_are_said_once() {
    let transport = accepting();
    let mut envelopes = rendered(1000);
    let letter = "<p>\"news\"</p>".repeat(6_000);
    for envelope in &mut envelopes {
        envelope.message.html = Some(letter.clone());
        envelope.message.text = Some("news".into());
    }
    batch(&account(&transport), &envelopes).await;
    let requests = transport.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(value(&requests[0], "html"), Some(letter));
}

#[tokio::test]
async fn a_thousand_and_one_take_two_requests_and_none_takes_none() {
    let transport = accepting();
    assert!(batch(&account(&transport), &rendered(1001)).await.iter().all(Result::is_ok));
    let sizes = transport.requests();
    let to = |request: &Request<Bytes>| {
        let text = String::from_utf8_lossy(request.body()).into_owned();
        text.matches("&to=").count() + usize::from(text.starts_with("to="))
    };
    assert_eq!(sizes.iter().map(to).collect::<Vec<_>>(), [1000, 1]);
    let transport = accepting();
    assert!(batch(&account(&transport), &[]).await.is_empty());
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn texts_go_apart_where_nobody_wants_it_or_they_are_of_other_templates() {
    let transport = accepting();
    batch(&builder(&transport).whole_texts(false).build().unwrap(), &rendered(3)).await;
    assert_eq!(counts(&transport), [1, 1, 1]);

    let mut envelopes = rendered(4);
    envelopes[2].template = Some(TemplateStamp::new("order", "2", "en"));
    envelopes[3].template = None;
    let transport = accepting();
    batch(&account(&transport), &envelopes).await;
    assert_eq!(counts(&transport), [2, 1, 1]);
}

#[tokio::test]
async fn a_text_in_which_mailgun_replaces_something_stays_as_it_is() {
    for trap in ["%recipient.x%", "%RECIPIENT_email%", "<%unsubscribe_url%>"] {
        let transport = accepting();
        let mut envelopes = rendered(3);
        envelopes[1].message.html = Some(trap.into());
        assert!(batch(&account(&transport), &envelopes).await.iter().all(Result::is_ok));
        assert_eq!(counts(&transport), [2, 1], "{trap}");
        assert_eq!(value(&transport.requests()[1], "html").as_deref(), Some(trap));
    }
}

#[tokio::test]
async fn requests_are_cut_by_the_bytes_that_their_texts_have_in_json() {
    let transport = accepting();
    let mut envelopes = rendered(3);
    for (n, envelope) in envelopes.iter_mut().enumerate() {
        envelope.message.html = Some(format!("{}{n}", "\"".repeat(14_000_000)));
    }
    assert!(batch(&account(&transport), &envelopes).await.iter().all(Result::is_ok));
    let requests = transport.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| request.body().len() < 52 << 20));
}

#[tokio::test]
async fn deadlines_that_differ_share_a_request_that_waits_for_the_last() {
    let transport = accepting();
    let deadlines = Deadlines::of(transport.shared());
    let account = builder(&transport).transport(Arc::new(deadlines.clone())).build().unwrap();
    let mut envelopes = rendered(3);
    for (envelope, at) in envelopes.iter_mut().zip([LATER[0], PAST, LATER[1]]) {
        envelope.delivery.deadline = Some(at.parse().unwrap());
    }
    let results = batch(&account, &envelopes).await;
    assert!(results[0].is_ok() && results[2].is_ok());
    let late = results[1].as_ref().unwrap_err();
    assert_eq!((late.kind(), late.fate()), (ErrorKind::Timeout, Fate::NotSent));
    assert_eq!(deadlines.seen(), [Some(LATER[1].parse().unwrap())]);
}

#[tokio::test]
async fn a_refusal_that_may_be_for_one_mail_hits_that_one_alone() {
    let rows = [
        (400, r#"{"message":"Sandbox subdomains are for test purposes only."}"#),
        (400, r#"{"message":"something of one mail"}"#),
        (400, r#"{"message":"'h:Reply-To' parameter is not a valid address"}"#),
        (413, ""),
    ];
    for (status, refusal) in rows {
        // All, the first half, the second half, and each of it.
        let transport = accepting().then(status, refusal).then(200, ACCEPTED);
        let transport = transport.then(status, refusal).then(status, refusal).then(200, ACCEPTED);
        let results = batch(&account(&transport), &rendered(4)).await;
        let ok: Vec<_> = results.iter().map(Result::is_ok).collect();
        assert_eq!(ok, [true, true, false, true], "{refusal}");
        assert_eq!(counts(&transport), [4, 2, 2, 1, 1]);
    }
}

#[tokio::test]
async fn a_refusal_of_what_all_have_alike_is_not_searched() {
    let rows = [
        (400, r#"{"message":"Domain mg.acme.example is unverified"}"#),
        (400, r#"{"message":"'from' parameter is not a valid address"}"#),
        (401, "Forbidden"),
        (402, ""),
        (404, r#"{"message":"Domain not found"}"#),
        (429, ""),
        (500, ""),
    ];
    for (status, refusal) in rows {
        let transport = MockTransport::answering(status, refusal);
        let results = batch(&account(&transport), &rendered(4)).await;
        assert_eq!(counts(&transport), [4], "{status} {refusal}");
        assert!(results.iter().all(|one| one.as_ref().unwrap_err().status() == Some(status)));
    }
}

#[tokio::test]
async fn an_odd_answer_leaves_it_open_whether_its_mails_are_out() {
    for answer in ["", "{\"id\":\"<2026", "<html>ok</html>", "{\"id\":\"\"}", "{\"id\":7}", "[]"] {
        let transport = MockTransport::answering(200, answer);
        let results = batch(&account(&transport), &rendered(3)).await;
        assert_eq!(transport.requests().len(), 1, "{answer}");
        for error in results.into_iter().map(Result::unwrap_err) {
            assert_eq!((error.kind(), error.fate()), (ErrorKind::Response, Fate::Unknown));
        }
    }
}

#[tokio::test]
async fn a_failure_in_the_middle_of_a_search_is_not_sent_again() {
    let refusal = r#"{"message":"'to' parameter is not a valid address"}"#;
    let transport = accepting().then(400, refusal).then(500, "").then(200, ACCEPTED);
    let results = batch(&account(&transport), &rendered(4)).await;
    assert_eq!(counts(&transport), [4, 2, 2]);
    for result in &results[..2] {
        assert_eq!(result.as_ref().unwrap_err().fate(), Fate::Unknown);
    }
    assert!(results[2].is_ok() && results[3].is_ok());
}

#[tokio::test]
async fn mails_of_one_id_each_have_their_answer() {
    let transport = accepting();
    let mut envelopes = rendered(3);
    let id = envelopes[0].id;
    for envelope in &mut envelopes {
        envelope.id = id;
    }
    let results = batch(&account(&transport), &envelopes).await;
    assert!(results.iter().all(|result| result.as_ref().unwrap().id == id));
    assert_eq!(value(&transport.requests()[0], "v:message-id"), Some(id.to_string()));
}
