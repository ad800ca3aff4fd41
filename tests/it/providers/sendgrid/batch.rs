use std::sync::Arc;

use dakiya::{
    Channel as _, Email, Envelope, ErrorKind, Fate, ProviderTemplate, Receipt, Result,
    TemplateStamp,
    sendgrid::{
        SendGrid,
        email::{OpenTracking, Options},
    },
    testing::MockTransport,
};
use serde_json::{Value, json};

use super::{accepted, accepting, account, bodies, mail, numbered};
use crate::providers::{
    deadlines::Deadlines,
    mixed::{LATER, PAST},
};

async fn send(account: &SendGrid, mails: &[Envelope<Email>]) -> Vec<Result<Receipt>> {
    let mails: Vec<_> = mails.iter().collect();
    account.send_batch(&mails).await
}

fn many(count: usize) -> Vec<Envelope<Email>> {
    (0..count).map(|n| numbered(n, mail(&format!("c{n}@customer.example")))).collect()
}

/// Mails of a local template, each with a text of its own.
fn rendered(count: usize, text: impl Fn(usize) -> String) -> Vec<Envelope<Email>> {
    let mut mails = many(count);
    for (n, mail) in mails.iter_mut().enumerate() {
        mail.message.text = Some(text(n));
        mail.message.html = Some(format!("<p>{}</p>", text(n)));
        mail.template = Some(TemplateStamp::new("invoice", "3", "en"));
    }
    mails
}

/// The text and HTML that each mail of the requests comes out with.
fn arrived(mock: &MockTransport) -> Vec<(String, [String; 2])> {
    let mut arrived = Vec::new();
    for body in bodies(mock) {
        for personal in body["personalizations"].as_array().unwrap() {
            let id = personal["custom_args"]["dakiya_id"].as_str().unwrap().to_owned();
            let parts = [0, 1].map(|part| {
                let mut text = body["content"][part]["value"].as_str().unwrap().to_owned();
                for (tag, value) in personal["substitutions"].as_object().into_iter().flatten() {
                    text = text.replace(tag, value.as_str().unwrap());
                }
                text
            });
            arrived.push((id, parts));
        }
    }
    arrived.sort();
    arrived
}

fn as_written(mails: &[Envelope<Email>]) -> Vec<(String, [String; 2])> {
    let parts = |mail: &Email| [mail.text.clone().unwrap(), mail.html.clone().unwrap()];
    mails.iter().map(|mail| (mail.id.to_string(), parts(&mail.message))).collect()
}

#[tokio::test]
async fn mails_that_differ_in_what_is_personal_share_a_request() {
    let mock = MockTransport::new().then_response(accepted("m-1"));
    let mut mails = many(3);
    mails[1].message.subject = "Another".into();
    mails[1].message = mails[1].message.clone().header("X-Ledger", "7");
    mails[2].delivery.callback_data = Some("inv-3".into());
    mails[2].delivery.send_at = Some("2026-03-14T16:00:00Z".parse().unwrap());
    mails[2].delivery.options.set(&Options::new().custom_arg("tenant", "t2")).unwrap();
    let results = send(&account(&mock).build().unwrap(), &mails).await;
    for (result, mail) in results.iter().zip(&mails) {
        let receipt = result.as_ref().unwrap();
        assert_eq!(receipt.id, mail.id);
        assert_eq!(receipt.provider_message_id.as_deref(), Some("m-1"));
    }
    let body = &bodies(&mock)[0];
    let to = |place: usize| &body["personalizations"][place]["to"];
    assert_eq!(*to(0), json!([{"email": "c0@customer.example"}]));
    assert_eq!(*to(2), json!([{"email": "c2@customer.example"}]));
    assert_eq!(body["personalizations"][1]["subject"], "Another");
    assert_eq!(body["personalizations"][1]["headers"], json!({"X-Ledger": "7"}));
    assert_eq!(body["personalizations"][2]["send_at"], 1_773_504_000);
    assert_eq!(body["personalizations"][2]["custom_args"]["tenant"], "t2");
}

#[tokio::test]
async fn mails_that_differ_in_what_a_request_says_once_do_not() {
    let mock = accepting();
    let mut mails = many(6);
    mails[1].message.text = Some("Another text.".into());
    mails[2].message = mails[2].message.clone().reply_to(super::address("x@acme.example"));
    mails[3].delivery.tags = vec!["x".into()];
    mails[4].delivery.options.set(&Options::new().ip_pool("bills")).unwrap();
    let results = send(&account(&mock).build().unwrap(), &mails).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(mock.requests().len(), 5);
}

#[tokio::test]
async fn a_request_holds_a_thousand_recipients() {
    let mock = accepting();
    let account = account(&mock).build().unwrap();
    assert!(send(&account, &many(2001)).await.iter().all(Result::is_ok));
    let counts = |mock: &MockTransport| -> Vec<usize> {
        let count = |body: &Value| body["personalizations"].as_array().unwrap().len();
        bodies(mock).iter().map(count).collect()
    };
    assert_eq!(counts(&mock), [1000, 1000, 1]);

    let mock = accepting();
    let mut mails = many(600);
    for mail in &mut mails {
        mail.message = mail.message.clone().cc(super::address("boss@customer.example"));
    }
    let account = super::account(&mock).build().unwrap();
    assert!(send(&account, &mails).await.iter().all(Result::is_ok));
    assert_eq!(counts(&mock), [500, 100]);
}

#[tokio::test]
async fn a_request_keeps_to_the_bytes_of_the_account() {
    let mock = accepting();
    let account = account(&mock).max_bytes(1000).build().unwrap();
    assert!(send(&account, &many(20)).await.iter().all(Result::is_ok));
    assert!(mock.requests().len() > 2);
    assert!(mock.requests().iter().all(|request| request.body().len() <= 1000));
}

#[tokio::test]
async fn mails_of_a_dynamic_template_share_a_request() {
    let mock = accepting();
    let mut mails = many(3);
    for (n, mail) in mails.iter_mut().enumerate() {
        let mut template = ProviderTemplate::new("d-1");
        template.variables.insert("sum".into(), json!(n));
        mail.delivery.provider_templates.insert("sendgrid.email".into(), template);
    }
    assert!(send(&account(&mock).build().unwrap(), &mails).await.iter().all(Result::is_ok));
    let body = &bodies(&mock)[0];
    assert_eq!(body["personalizations"][2]["dynamic_template_data"], json!({"sum": 2}));
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test]
async fn a_thousand_texts_of_one_template_share_a_request_and_arrive_as_written() {
    let mock = accepting();
    let terms = "terms ".repeat(3000);
    let body = |n| format!("Dear customer {n},\n{terms}\nyou owe {n} \u{20b9}.\n");
    let mails = rendered(1000, body);
    assert!(send(&account(&mock).build().unwrap(), &mails).await.iter().all(Result::is_ok));
    assert_eq!(mock.requests().len(), 1);
    assert_eq!(arrived(&mock), as_written(&mails));
}

#[tokio::test]
async fn texts_over_the_limit_or_with_a_tag_in_them_go_out_alone() {
    let mock = accepting();
    let mut mails = rendered(5, |n| format!("{n} is yours"));
    mails[1].message.text = Some("x".repeat(10_000));
    mails[2].message.text = Some("see -dakiya-body-text- here".into());
    mails[3].message.subject = "-dakiya-body-html-".into();
    assert!(send(&account(&mock).build().unwrap(), &mails).await.iter().all(Result::is_ok));
    assert_eq!(mock.requests().len(), 4);
    assert_eq!(arrived(&mock), as_written(&mails));
}

#[tokio::test]
async fn texts_are_not_packed_where_other_tags_are_or_nobody_wants_it() {
    let requests = async |account: dakiya::sendgrid::SendGridBuilder, mails: &[Envelope<Email>]| {
        assert!(send(&account.build().unwrap(), mails).await.iter().all(Result::is_ok));
    };
    let mails = rendered(3, |n| format!("{n} is yours"));
    let mock = accepting();
    requests(account(&mock).pack_bodies(false), &mails).await;
    assert_eq!(mock.requests().len(), 3);

    for options in [
        Options::new().open_tracking(OpenTracking::new(true).tag("%p%")),
        Options::new().substitution("-a-", "b"),
        Options::new().section("-a-", "b"),
    ] {
        let mock = accepting();
        requests(account(&mock).defaults(options), &mails).await;
        assert_eq!(mock.requests().len(), 3);
    }
    // Of no template, so nothing says that they are alike.
    let mut mails = mails;
    for mail in &mut mails {
        mail.template = None;
    }
    let mock = accepting();
    requests(account(&mock), &mails).await;
    assert_eq!(mock.requests().len(), 3);
}

#[tokio::test]
async fn mails_that_sendgrid_names_fail_alone_and_the_others_go_out_again() {
    let refusal = r#"{"errors":[{"message":"Does not contain a valid address.",
        "field":"personalizations.1.to.0.email","help":null}]}"#;
    let mock = MockTransport::new().then(400, refusal).then_response(accepted("m-2"));
    let results = send(&account(&mock).build().unwrap(), &many(3)).await;
    assert_eq!(results[0].as_ref().unwrap().provider_message_id.as_deref(), Some("m-2"));
    assert_eq!(results[1].as_ref().unwrap_err().kind(), ErrorKind::InvalidRecipient);
    assert!(results[2].is_ok());
    assert_eq!(bodies(&mock)[1]["personalizations"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn bad_mails_that_are_named_one_at_a_time_leave_the_others() {
    let refusal = r#"{"errors":[{"message":"x","field":"personalizations.0.to.0.email"}]}"#;
    let mock = accepting().then(400, refusal).then(400, refusal);
    let results = send(&account(&mock).build().unwrap(), &many(4)).await;
    let ok: Vec<_> = results.iter().map(Result::is_ok).collect();
    assert_eq!(ok, [false, false, true, true]);
    assert_eq!(mock.requests().len(), 3);
}

#[tokio::test]
async fn a_bad_mail_that_is_not_named_is_found_by_halves() {
    for (status, refusal) in [
        (400, r#"{"errors":[{"message":"x","field":"to"}]}"#),
        (400, r#"{"errors":[{"message":"Bad Request"}]}"#),
        (413, ""),
    ] {
        // All, the first half, the second half, and each of it.
        let mock = accepting().then(status, refusal).then(202, "");
        let mock = mock.then(status, refusal).then(status, refusal).then(202, "");
        let results = send(&account(&mock).build().unwrap(), &many(4)).await;
        let ok: Vec<_> = results.iter().map(Result::is_ok).collect();
        assert_eq!(ok, [true, true, false, true], "{refusal}");
        assert_eq!(mock.requests().len(), 5);
    }
}

#[tokio::test]
async fn the_search_for_bad_mails_ends() {
    let refusal = r#"{"errors":[{"message":"x","field":"personalizations.0.to.0.email"}]}"#;
    let mock = MockTransport::answering(400, refusal);
    let results = send(&account(&mock).build().unwrap(), &many(200)).await;
    assert_eq!(mock.requests().len(), 100);
    for error in results.into_iter().map(Result::unwrap_err) {
        assert!(matches!(error.kind(), ErrorKind::InvalidRecipient | ErrorKind::Rejected));
        assert_eq!(error.fate(), Fate::NotSent);
    }
}

#[tokio::test]
async fn a_failure_is_everybodys_and_nothing_goes_out_twice() {
    for (status, kind) in [(500, ErrorKind::Unavailable), (401, ErrorKind::Unauthorized)] {
        let mock = MockTransport::answering(status, "");
        let results = send(&account(&mock).build().unwrap(), &many(3)).await;
        assert!(results.iter().all(|one| one.as_ref().unwrap_err().kind() == kind));
        assert_eq!(mock.requests().len(), 1);
    }
}

#[tokio::test]
async fn one_invalid_mail_fails_alone_and_the_order_is_kept() {
    let mock = accepting();
    let mut mails = many(4);
    mails[2].message.subject = String::new();
    let results = send(&account(&mock).build().unwrap(), &mails).await;
    let ok: Vec<_> = results.iter().map(Result::is_ok).collect();
    assert_eq!(ok, [true, true, false, true]);
    assert_eq!(results[3].as_ref().unwrap().id, mails[3].id);
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test]
async fn one_text_of_another_shape_leaves_the_others_together() {
    let mock = accepting();
    let terms = "terms ".repeat(3000);
    let mut mails = rendered(20, |n| format!("Dear customer {n},\n{terms}\nyou owe {n}.\n"));
    let other = format!("Dear customer 7,\n\nwelcome.\n{terms}\nyou owe 7.\n");
    mails[7].message.html = Some(format!("<p>{other}</p>"));
    assert!(send(&account(&mock).build().unwrap(), &mails).await.iter().all(Result::is_ok));
    assert_eq!(mock.requests().len(), 2);
    assert_eq!(arrived(&mock), as_written(&mails));
}

#[tokio::test]
async fn links_of_sendgrids_own_are_in_no_substitution() {
    let mock = accepting();
    let mut mails = rendered(3, |n| format!("{n}\n<%asm_group_unsubscribe_url%>"));
    mails[1].message.text = Some("<%asm_group_unsubscribe_url%> first".into());
    assert!(send(&account(&mock).build().unwrap(), &mails).await.iter().all(Result::is_ok));
    for body in bodies(&mock) {
        assert!(!body["personalizations"].to_string().contains("<%"));
    }
    assert_eq!(arrived(&mock), as_written(&mails));
}

#[tokio::test]
async fn deadlines_that_differ_share_a_request_that_waits_for_the_last() {
    let mock = accepting();
    let deadlines = Deadlines::of(mock.shared());
    let account = account(&mock).transport(Arc::new(deadlines.clone())).build().unwrap();
    let mut mails = many(3);
    for (mail, at) in mails.iter_mut().zip([LATER[0], PAST, LATER[1]]) {
        mail.delivery.deadline = Some(at.parse().unwrap());
    }
    let results = send(&account, &mails).await;
    assert!(results[0].is_ok() && results[2].is_ok());
    let late = results[1].as_ref().unwrap_err();
    assert_eq!((late.kind(), late.fate()), (ErrorKind::Timeout, Fate::NotSent));
    assert_eq!(deadlines.seen(), [Some(LATER[1].parse().unwrap())]);
}

#[tokio::test]
async fn a_failure_of_one_request_leaves_the_others_and_none_take_none() {
    let mock = accepting().then(500, "").then(202, "");
    let account = account(&mock).in_flight(1).build().unwrap();
    let results = send(&account, &many(2001)).await;
    assert!(results[..1000].iter().all(|one| one.as_ref().unwrap_err().fate() == Fate::Unknown));
    assert!(results[1000..].iter().all(Result::is_ok));
    assert_eq!(mock.requests().len(), 3);
    assert!(send(&account, &[]).await.is_empty());
    assert_eq!(mock.requests().len(), 3);
}

#[tokio::test]
async fn a_success_that_is_not_sendgrids_leaves_it_open_whether_mails_are_out() {
    for answer in ["<html>ok</html>", "{\"errors\":[", "{}"] {
        let mock = MockTransport::answering(202, answer);
        let results = send(&account(&mock).build().unwrap(), &many(3)).await;
        for error in results.into_iter().map(Result::unwrap_err) {
            assert_eq!((error.kind(), error.fate()), (ErrorKind::Response, Fate::Unknown));
        }
    }
}
