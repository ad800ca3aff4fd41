use bytes::Bytes;
use dakiya::{
    Attachment, Channel as _, Email, Envelope, ErrorKind as K, Fate, ProviderTemplate, Receipt,
    Result,
    ses::{
        Ses,
        email::{ListManagement, Options},
    },
    testing::MockTransport,
};
use serde_json::{Value, json};

use super::{ACCEPTED, account, address, bodies, mail, numbered, paths};

const ONE: &str = "POST /v2/email/outbound-emails";
const BULK: &str = "POST /v2/email/outbound-bulk-emails";

fn results(count: usize) -> String {
    let one = |n| json!({"Status": "SUCCESS", "MessageId": format!("01-{n}")});
    json!({"BulkEmailEntryResults": (0..count).map(one).collect::<Vec<_>>()}).to_string()
}

async fn batch(account: &Ses, envelopes: &[Envelope<Email>]) -> Vec<Result<Receipt>> {
    account.send_batch(&envelopes.iter().collect::<Vec<_>>()).await
}

fn differing(count: u128) -> Vec<Envelope<Email>> {
    let one = |n: u128| {
        let to = format!("c{n}@example.com");
        numbered(n, mail(&to).subject(format!("Invoice {n}")).html(format!("<b>{n} {{x}}</b>")))
    };
    (0..count).map(one).collect()
}

#[tokio::test]
async fn a_thousand_differing_mails_are_twenty_requests() {
    let mock = MockTransport::answering(200, results(50));
    let account = account(&mock).build().unwrap();
    let outcomes = batch(&account, &differing(1_000)).await;
    assert_eq!(mock.requests().len(), 20);
    for (n, outcome) in outcomes.iter().enumerate() {
        let receipt = outcome.as_ref().unwrap();
        assert_eq!(receipt.provider_message_id, Some(format!("01-{}", n % 50)));
        assert_eq!(receipt.recipients[0].recipient.as_str(), format!("c{n}@example.com"));
    }
}

#[tokio::test]
async fn rendered_texts_are_the_variables_of_a_template_that_is_nothing_else() {
    let mock = MockTransport::answering(200, results(2));
    let account = account(&mock).configuration_set("erp").build().unwrap();
    let mut two = differing(2);
    two[1].message = two[1].message.clone().header("X-Own", "1");
    two[1].delivery.callback_data = Some("inv-2".into());
    assert!(batch(&account, &two).await.iter().all(Result::is_ok));
    assert_eq!(paths(&mock), [BULK]);
    let data = |n: usize| {
        let html = format!("<b>{n} {{x}}</b>");
        let data = json!({"subject": format!("Invoice {n}"), "text": "Attached.", "html": html});
        serde_json::from_str::<Value>(&data.to_string()).unwrap()
    };
    let mut body = bodies(&mock).remove(0);
    for n in 0..2 {
        let at = format!(
            "/BulkEmailEntries/{n}/ReplacementEmailContent/ReplacementTemplate/ReplacementTemplateData"
        );
        let written = body.pointer_mut(&at).unwrap().take();
        assert_eq!(serde_json::from_str::<Value>(written.as_str().unwrap()).unwrap(), data(n));
    }
    let content = json!({"ReplacementTemplate": {"ReplacementTemplateData": null}});
    let reference = |value: &str| json!([{"Name": "reference", "Value": value}]);
    assert_eq!(
        body,
        json!({
            "FromEmailAddress": "\"Example ERP\" <billing@erp.example.org>",
            "ConfigurationSetName": "erp",
            "DefaultContent": {"Template": {
                "TemplateContent":
                    {"Subject": "{{subject}}", "Text": "{{text}}", "Html": "{{html}}"},
                "TemplateData": "{}",
            }},
            "BulkEmailEntries": [
                {"Destination": {"ToAddresses": ["c0@example.com"]},
                 "ReplacementTags": reference("00000000-0000-7000-8000-000000000000"),
                 "ReplacementEmailContent": content},
                {"Destination": {"ToAddresses": ["c1@example.com"]},
                 "ReplacementTags": reference("inv-2"),
                 "ReplacementEmailContent": content,
                 "ReplacementHeaders": [{"Name": "X-Own", "Value": "1"}]},
            ],
        })
    );
}

#[tokio::test]
async fn mails_of_one_template_differ_in_their_variables() {
    let mock = MockTransport::answering(200, results(2));
    let account = account(&mock).build().unwrap();
    let one = |n: u128, id: &str| {
        let mut template = ProviderTemplate::new(id);
        template.variables.insert("n".into(), json!(n));
        let mut envelope = numbered(n, Email::to(address(&format!("c{n}@example.com"))));
        envelope.delivery.provider_templates.insert("ses.email".into(), template);
        envelope
    };
    let outcomes = batch(&account, &[one(0, "a"), one(1, "b"), one(2, "a"), one(3, "b")]).await;
    assert!(outcomes.iter().all(Result::is_ok));
    let bodies = bodies(&mock);
    assert_eq!(paths(&mock), [BULK, BULK]);
    assert_eq!(bodies[0]["DefaultContent"]["Template"]["TemplateName"], "a");
    let data = &bodies[0]["BulkEmailEntries"][1]["ReplacementEmailContent"]["ReplacementTemplate"];
    assert_eq!(data["ReplacementTemplateData"], "{\"n\":2}");
    assert_eq!(bodies[1]["DefaultContent"]["Template"]["TemplateName"], "b");
}

#[tokio::test]
async fn equal_files_are_sent_once_and_different_ones_apart() {
    let mock = MockTransport::answering(200, results(2));
    let account = account(&mock).build().unwrap();
    let file = |n: u128, text: &'static str| {
        let file = Attachment::new("a.txt", "text/plain", text.as_bytes());
        numbered(n, mail(&format!("c{n}@example.com")).attach(file))
    };
    let outcomes = batch(&account, &[file(0, "a"), file(1, "a"), file(2, "b"), file(3, "b")]).await;
    assert!(outcomes.iter().all(Result::is_ok));
    let bodies = bodies(&mock);
    assert_eq!(bodies.len(), 2);
    let content = |n: usize| bodies[n]["DefaultContent"]["Template"]["Attachments"].clone();
    assert_eq!(content(0).as_array().unwrap().len(), 1);
    assert_eq!(
        (&content(0)[0]["RawContent"], &content(1)[0]["RawContent"]),
        (&json!("YQ=="), &json!("Yg=="))
    );
}

#[tokio::test]
async fn recipients_are_counted_too() {
    let mock = MockTransport::answering(200, results(2));
    let account = account(&mock).build().unwrap();
    let crowd = |n: u128| {
        let all = (0..19).fold(mail("a@example.com"), |mail, m| {
            mail.cc(address(&format!("c{n}x{m}@example.com")))
        });
        numbered(n, all)
    };
    let outcomes = batch(&account, &(0..4).map(crowd).collect::<Vec<_>>()).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(paths(&mock), [BULK, BULK]);
}

#[tokio::test]
async fn what_the_bulk_call_has_no_place_for_goes_singly() {
    let mock = MockTransport::answering(200, ACCEPTED);
    let account = account(&mock).build().unwrap();
    let mut list = numbered(3, mail("d@example.com"));
    list.delivery.options.set(&Options::new().list(ListManagement::new("l"))).unwrap();
    let mails = [
        numbered(0, mail("a@example.com")),
        numbered(1, mail("b@example.com").header("X-N", "ü")),
        numbered(2, mail("c@example.com").text("x".repeat(262_144))),
        list,
    ];
    assert!(batch(&account, &mails).await.iter().all(Result::is_ok));
    assert_eq!(paths(&mock), [ONE; 4]);
}

#[tokio::test]
async fn without_the_bulk_call_each_has_a_request() {
    let mock = MockTransport::answering(200, ACCEPTED);
    let account = account(&mock).bulk(false).build().unwrap();
    assert!(batch(&account, &differing(3)).await.iter().all(Result::is_ok));
    assert_eq!(paths(&mock), [ONE; 3]);
    assert_eq!(account.capabilities().batch, 1);
}

#[tokio::test]
async fn every_status_of_an_entry_has_its_kind() {
    let table = [
        ("SUCCESS", None),
        ("TRANSIENT_FAILURE", Some((K::Unavailable, Fate::NotSent))),
        ("ACCOUNT_THROTTLED", Some((K::RateLimited, Fate::NotSent))),
        ("ACCOUNT_DAILY_QUOTA_EXCEEDED", Some((K::Quota, Fate::NotSent))),
        ("FAILED", Some((K::Unavailable, Fate::Unknown))),
        ("MESSAGE_REJECTED", Some((K::Rejected, Fate::NotSent))),
        ("MAIL_FROM_DOMAIN_NOT_VERIFIED", Some((K::Rejected, Fate::NotSent))),
        ("CONFIGURATION_SET_NOT_FOUND", Some((K::Config, Fate::NotSent))),
        ("TEMPLATE_NOT_FOUND", Some((K::Template, Fate::NotSent))),
        ("ACCOUNT_SUSPENDED", Some((K::Unauthorized, Fate::NotSent))),
        ("INVALID_SENDING_POOL_NAME", Some((K::Config, Fate::NotSent))),
        ("ACCOUNT_SENDING_PAUSED", Some((K::Unauthorized, Fate::NotSent))),
        ("CONFIGURATION_SET_SENDING_PAUSED", Some((K::Unauthorized, Fate::NotSent))),
        ("INVALID_PARAMETER", Some((K::InvalidMessage, Fate::NotSent))),
        ("SOMETHING_NEW", Some((K::Rejected, Fate::Unknown))),
    ];
    let entries: Vec<_> = table
        .iter()
        .map(|(status, _)| json!({"Status": status, "Error": "canary@example.com", "MessageId": "1"}))
        .collect();
    let answer = json!({ "BulkEmailEntryResults": entries }).to_string();
    let mock = MockTransport::answering(200, answer);
    let account = account(&mock).build().unwrap();
    let outcomes = batch(&account, &differing(15)).await;
    assert_eq!(outcomes.len(), table.len());
    for (outcome, (status, expected)) in outcomes.iter().zip(table) {
        let seen = outcome.as_ref().err().map(|error| (error.kind(), error.fate()));
        assert_eq!(seen, expected, "{status}");
        if let Err(error) = outcome {
            assert_eq!((error.code(), error.provider()), (Some(status), Some("ses.email")));
            assert!(!format!("{error:?}").contains("canary"));
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_short_or_long_leaves_open_what_is_out() {
    let mock = MockTransport::answering(200, results(2));
    let account_ = account(&mock).build().unwrap();
    let outcomes = batch(&account_, &differing(3)).await;
    assert!(outcomes[0].is_ok() && outcomes[1].is_ok());
    let error = outcomes[2].as_ref().unwrap_err();
    assert_eq!((error.kind(), error.fate()), (K::Response, Fate::Unknown));

    let mock = MockTransport::answering(200, results(4));
    let outcomes = batch(&account(&mock).build().unwrap(), &differing(3)).await;
    assert!(outcomes.iter().all(|one| one.as_ref().unwrap_err().kind() == K::Response));
}

#[tokio::test]
async fn a_refusal_of_all_that_may_be_for_one_is_tried_alone() {
    let refusal = r#"{"__type":"BadRequestException","message":"Invalid address canary"}"#;
    let mock = MockTransport::new()
        .then(400, refusal)
        .then(200, ACCEPTED)
        .then(400, refusal)
        .then(200, ACCEPTED);
    let outcomes = batch(&account(&mock).build().unwrap(), &differing(3)).await;
    let kinds: Vec<_> =
        outcomes.iter().map(|one| one.as_ref().err().map(dakiya::Error::kind)).collect();
    assert_eq!(kinds, [None, Some(K::InvalidMessage), None]);
    assert_eq!(paths(&mock), [BULK, ONE, ONE, ONE]);
}

#[tokio::test]
async fn variables_that_are_refused_for_one_are_tried_alone() {
    let refusal = r#"{"message":"Template data of an entry is not valid"}"#;
    let refused = || {
        let answer = http::Response::builder().status(400);
        let answer = answer.header("x-amzn-ErrorType", "BadRequestException:");
        answer.body(Bytes::from_static(refusal.as_bytes())).unwrap()
    };
    let mock = MockTransport::answering(200, ACCEPTED)
        .then_response(refused())
        .then(200, ACCEPTED)
        .then_response(refused());
    let one = |n: u128| {
        let mut envelope = numbered(n, mail(&format!("c{n}@example.com")));
        let template = ProviderTemplate::new("a");
        envelope.delivery.provider_templates.insert("ses.email".into(), template);
        envelope
    };
    let outcomes = batch(&account(&mock).build().unwrap(), &[one(0), one(1), one(2)]).await;
    let kinds: Vec<_> =
        outcomes.iter().map(|one| one.as_ref().err().map(dakiya::Error::kind)).collect();
    assert_eq!(kinds, [None, Some(K::Template), None]);
    assert_eq!(paths(&mock), [BULK, ONE, ONE, ONE]);

    let unknown = r#"{"__type":"NotFoundException","message":"Template a does not exist"}"#;
    let mock = MockTransport::answering(404, unknown);
    let outcomes = batch(&account(&mock).build().unwrap(), &[one(0), one(1)]).await;
    assert!(outcomes.iter().all(|one| one.as_ref().unwrap_err().kind() == K::Template));
    assert_eq!(paths(&mock), [BULK]);
}

#[tokio::test]
async fn a_text_with_the_braces_of_a_template_arrives_as_it_is() {
    let mock = MockTransport::answering(200, results(2));
    let account = account(&mock).in_flight(1).build().unwrap();
    let text = "Write {{name}} and {{{html}}} {{#if x}}";
    let mut four = differing(4);
    four[1].message = four[1].message.clone().text(text);
    four[2].message = four[2].message.clone().subject("{{amazonSESUnsubscribeUrl}}");
    assert!(batch(&account, &four).await.iter().all(Result::is_ok));
    assert_eq!(paths(&mock), [BULK, ONE, ONE]);
    let bodies = bodies(&mock);
    assert_eq!(bodies[1]["Content"]["Simple"]["Body"]["Text"]["Data"], text);
    let subject = &bodies[2]["Content"]["Simple"]["Subject"]["Data"];
    assert_eq!(subject, "{{amazonSESUnsubscribeUrl}}");
}

#[tokio::test]
async fn the_throttling_of_some_entries_leaves_the_others_in_their_places() {
    let entry = |status: &str, id: Option<&str>| json!({"Status": status, "MessageId": id});
    let answer = json!({"BulkEmailEntryResults": [
        entry("ACCOUNT_THROTTLED", None), entry("SUCCESS", Some("01-b")),
        entry("ACCOUNT_THROTTLED", None), entry("SUCCESS", Some("01-d")), {},
    ]});
    let mock = MockTransport::answering(200, answer.to_string());
    let outcomes = batch(&account(&mock).build().unwrap(), &differing(5)).await;
    for n in [0, 2] {
        let error = outcomes[n].as_ref().unwrap_err();
        assert!(error.is_retryable() && error.fate() == Fate::NotSent);
    }
    let id = |n: usize| outcomes[n].as_ref().unwrap().provider_message_id.clone();
    assert_eq!((id(1).as_deref(), id(3).as_deref()), (Some("01-b"), Some("01-d")));
    assert_eq!(outcomes[4].as_ref().unwrap_err().fate(), Fate::Unknown);
    assert_eq!(paths(&mock), [BULK]);
}

#[tokio::test]
async fn one_bad_mail_of_a_batch_fails_alone() {
    let mock = MockTransport::answering(200, results(2));
    let account = account(&mock).build().unwrap();
    let mut three = differing(3);
    three[1].message = mail("jürgen@example.com");
    let outcomes = batch(&account, &three).await;
    assert_eq!(outcomes[1].as_ref().unwrap_err().faults()[0].field, "to[0]");
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok());
    assert_eq!(bodies(&mock)[0]["BulkEmailEntries"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_failure_of_all_is_the_error_of_each() {
    for (status, kind, fate) in [
        (429, K::RateLimited, Fate::NotSent),
        (500, K::Unavailable, Fate::Unknown),
        (403, K::Unauthorized, Fate::NotSent),
        (200, K::Response, Fate::Unknown),
    ] {
        let mock = MockTransport::answering(status, "<html>");
        let outcomes = batch(&account(&mock).build().unwrap(), &differing(3)).await;
        assert_eq!(mock.requests().len(), 1);
        for outcome in outcomes {
            let error = outcome.unwrap_err();
            assert_eq!((error.kind(), error.fate()), (kind, fate));
        }
    }
}
