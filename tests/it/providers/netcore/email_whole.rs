//! Mails of one local template whose texts differ, in one request, and what each recipient sees.

use std::sync::Arc;

use dakiya::{
    Channel as _, Delivery, Email, EmailAddress, Envelope, ErrorKind, Fate, Mailbox, Messenger,
    ProviderTemplate, Receipt, Result, TemplateStamp,
    netcore::email::{Account, AccountBuilder, ContentTypes, Options},
    testing::{ManualClock, MockTransport},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::providers::{
    deadlines::Deadlines,
    mixed::{LATER, PAST, Seen, batches, compare, filled},
};

const ACCEPTED: &str = r#"{"status":"success","message":"OK","data":{"message_id":"3f1c"}}"#;

fn accepting() -> MockTransport {
    MockTransport::answering(202, ACCEPTED)
}

fn builder(transport: &MockTransport) -> AccountBuilder {
    Account::builder("k3y-3f1c9c0e5b7a4d2f")
        .from(Mailbox::parse("Acme <billing@mail.acme.example>").unwrap())
        .content_types(ContentTypes::media_types())
        .transport(transport.shared())
        .clock(ManualClock::at("2026-03-14T15:00:00Z".parse().unwrap()).shared())
}

fn rendered(count: usize) -> Vec<Envelope<Email>> {
    let one = |n: usize| {
        let to = EmailAddress::parse(format!("a{n}@customer.example")).unwrap();
        let mail = Email::to(to)
            .subject(format!("Order {n}"))
            .text("Thanks.")
            .html(format!("<p class=\"x\">Dear customer {n}</p>"));
        let id = format!("00000000-0000-7000-8000-{n:012}").parse().unwrap();
        let mut envelope = Envelope::new(id, mail);
        envelope.template = Some(TemplateStamp::new("order", "1", "en"));
        envelope
    };
    (0..count).map(one).collect()
}

async fn batch(account: AccountBuilder, envelopes: &[Envelope<Email>]) -> Vec<Result<Receipt>> {
    let account = account.build().unwrap();
    account.send_batch(&envelopes.iter().collect::<Vec<_>>()).await
}

fn bodies(transport: &MockTransport) -> Vec<Value> {
    let requests = transport.requests();
    requests.iter().map(|request| serde_json::from_slice(request.body()).unwrap()).collect()
}

fn counts(transport: &MockTransport) -> Vec<usize> {
    let count = |body: &Value| body["personalizations"].as_array().unwrap().len();
    bodies(transport).iter().map(count).collect()
}

#[tokio::test]
async fn texts_of_one_template_share_a_request_as_whole_attributes() {
    let transport = accepting();
    let results = batch(builder(&transport).whole_texts(true), &rendered(2)).await;
    assert!(results.iter().all(Result::is_ok));
    let personal = |n: usize| {
        json!({
            "to": [{"email": format!("a{n}@customer.example")}],
            "attributes": {
                "DAKIYA_0": format!("Order {n}"),
                "DAKIYA_2": format!("<p class=\"x\">Dear customer {n}</p>"),
            },
            "token_to": format!("00000000-0000-7000-8000-{n:012}"),
        })
    };
    let body = json!({
        "from": {"email": "billing@mail.acme.example", "name": "Acme"},
        "subject": "[%DAKIYA_0%]",
        "content": [
            {"type": "text/plain", "value": "Thanks."},
            {"type": "text/html", "value": "[%DAKIYA_2%]"},
        ],
        "priorityflag": 1,
        "personalizations": [personal(0), personal(1)],
    });
    assert_eq!(bodies(&transport), [body]);
}

#[tokio::test]
async fn by_default_and_from_other_templates_they_go_singly() {
    let transport = accepting();
    batch(builder(&transport), &rendered(3)).await;
    assert_eq!(counts(&transport), [1, 1, 1]);
    assert_eq!(bodies(&transport)[2]["subject"], "Order 2");

    let mut envelopes = rendered(4);
    envelopes[2].template = Some(TemplateStamp::new("order", "2", "en"));
    envelopes[3].template = None;
    let transport = accepting();
    batch(builder(&transport).whole_texts(true), &envelopes).await;
    assert_eq!(counts(&transport), [2, 1, 1]);
    assert_eq!(bodies(&transport)[1]["subject"], "Order 2");
}

#[tokio::test]
async fn the_url_turns_it_on() {
    for (query, kinds) in [("?whole_texts=true", true), ("?whole_texts=perhaps", false)] {
        let url = format!("netcore+email://KEY@default{query}");
        assert_eq!(Messenger::builder().url(&url).is_ok(), kinds, "{query}");
    }
}

#[tokio::test]
async fn what_netcore_could_replace_or_copy_stays_as_it_is() {
    type Change = fn(&mut Envelope<Email>);
    let rows: [Change; 10] = [
        |one| one.message.subject = "[%NAME%]".into(),
        |one| one.message.html = Some("a [% b".into()),
        |one| one.message.text = Some("[%dakiya_0%]".into()),
        |one| one.message.to[0].name = Some("[%DAKIYA_0%]".into()),
        |one| one.message = std::mem::take(&mut one.message).header("X-A", "[%DAKIYA_0%]"),
        |one| one.delivery.callback_data = Some("[%".into()),
        |one| one.message.cc.push(EmailAddress::parse("ben@customer.example").unwrap().into()),
        |one| one.message.text = Some(String::new()),
        |one| {
            let options = Options::new().attribute("Dakiya_0", "mine");
            one.delivery.options.set(&options).unwrap();
        },
        |one| {
            let template = ProviderTemplate::new("41");
            one.delivery.provider_templates.insert("netcore.email".into(), template);
        },
    ];
    for (row, change) in rows.into_iter().enumerate() {
        let mut envelopes = rendered(3);
        change(&mut envelopes[1]);
        let (transport, alone) = (accepting(), accepting());
        let results = batch(builder(&transport).whole_texts(true), &envelopes).await;
        assert!(results.iter().all(Result::is_ok), "{row}");
        assert_eq!(counts(&transport), [2, 1], "{row}");
        batch(builder(&alone), &envelopes[1..2]).await;
        assert_eq!(bodies(&transport)[1], bodies(&alone)[0], "{row}");
    }
}

#[tokio::test]
async fn an_attribute_of_the_mails_own_goes_beside_them() {
    let mut delivery = Delivery::default();
    delivery.options.set(&Options::new().attribute("CITY", "Pune")).unwrap();
    let mut envelopes = rendered(2);
    for envelope in &mut envelopes {
        envelope.delivery = delivery.clone();
    }
    let transport = accepting();
    batch(builder(&transport).whole_texts(true), &envelopes).await;
    let attributes = &bodies(&transport)[0]["personalizations"][1]["attributes"];
    assert_eq!((&attributes["CITY"], &attributes["DAKIYA_0"]), (&json!("Pune"), &json!("Order 1")));
}

#[tokio::test]
async fn requests_are_cut_by_count_and_by_the_bytes_of_their_attributes() {
    let transport = accepting();
    batch(builder(&transport).whole_texts(true), &rendered(501)).await;
    assert_eq!(counts(&transport), [500, 1]);
    assert_eq!(bodies(&transport)[1]["subject"], "Order 500", "alone it needs no attribute");

    let mut envelopes = rendered(40);
    for (n, envelope) in envelopes.iter_mut().enumerate() {
        envelope.message.html = Some(format!("{}{n}", "\"\n".repeat(n * 10)));
    }
    for most in (2_500..6_000).step_by(97) {
        let transport = accepting();
        let account = builder(&transport).whole_texts(true).max_bytes(most);
        let results = batch(account, &envelopes).await;
        assert!(results.iter().all(Result::is_ok), "{most}");
        assert!(transport.requests().iter().all(|request| request.body().len() <= most));
        assert!(transport.requests().len() < 40, "{most}");
    }
}

#[tokio::test]
async fn the_one_at_fault_is_left_out_and_the_others_go_again_with_their_own_texts() {
    let refusal = r#"[{"field":"personalizations.1.to.0.email","message":"Invalid value"}]"#;
    let transport = accepting().then(400, refusal).then(202, ACCEPTED);
    let results = batch(builder(&transport).whole_texts(true), &rendered(3)).await;
    let ok: Vec<_> = results.iter().map(Result::is_ok).collect();
    assert_eq!(ok, [true, false, true]);
    assert_eq!(counts(&transport), [3, 2]);
    let again = &bodies(&transport)[1]["personalizations"][1];
    assert_eq!(again["attributes"]["DAKIYA_0"], "Order 2");
}

#[tokio::test]
async fn nobody_whose_deadline_has_passed_goes_with_others() {
    let transport = accepting();
    let deadlines = Deadlines::of(transport.shared());
    let mut envelopes = rendered(3);
    for (envelope, at) in envelopes.iter_mut().zip([LATER[0], PAST, LATER[1]]) {
        envelope.delivery.deadline = Some(at.parse().unwrap());
    }
    let account = builder(&transport).whole_texts(true).transport(Arc::new(deadlines.clone()));
    let results = batch(account, &envelopes).await;
    assert!(results[0].is_ok() && results[2].is_ok());
    let late = results[1].as_ref().unwrap_err();
    assert_eq!((late.kind(), late.fate()), (ErrorKind::Timeout, Fate::NotSent));
    assert_eq!(deadlines.seen(), [Some(LATER[1].parse().unwrap())]);
}

/// One personalization's mail. Attributes are replaced wherever they stand, in either order, `times`
/// over, in capitals or not.
fn seen(body: &Value, personal: &Value, backwards: bool, times: usize) -> Seen {
    let mut own: Vec<(String, &str)> = personal["attributes"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap()))
        .collect();
    if backwards {
        own.reverse();
    }
    let show = |value: &Value| -> String {
        let all = (0..times).flat_map(|_| &own);
        all.fold(value.as_str().unwrap_or_default().to_owned(), |text, (name, value)| {
            let lower = format!("[%{}%]", name.to_lowercase());
            text.replace(&format!("[%{name}%]"), value).replace(&lower, value)
        })
    };
    let people = |list: &Value| {
        let one = |one: &Value| format!("{}<{}>", show(&one["name"]), show(&one["email"]));
        list.as_array().into_iter().flatten().map(one).collect::<Vec<_>>().join(" ")
    };
    let content = |kind: &str| {
        let mut parts = body["content"].as_array().into_iter().flatten();
        parts.find(|part| part["type"] == kind).map(|part| show(&part["value"]))
    };
    let headers = personal["headers"].as_object().into_iter().flatten();
    let headers: Vec<_> = headers.map(|(name, value)| format!("{name}: {}", show(value))).collect();
    let files = [&body["attachments"], &personal["attachments"]];
    let files = files.into_iter().filter_map(Value::as_array).flatten();
    let files: String = files
        .map(|file| match file["content"].as_str().unwrap() {
            "b25l" => "one",
            "dHdv" => "two",
            other => panic!("{other}"),
        })
        .collect();
    filled([
        ("to", people(&personal["to"])),
        ("cc", people(&personal["cc"])),
        ("bcc", people(&personal["bcc"])),
        ("reply", people(&body["reply_to"])),
        ("subject", show(&body["subject"])),
        ("text", content("text/plain").unwrap_or_default()),
        ("html", content("text/html").unwrap_or_default()),
        ("headers", headers.join("\n")),
        ("id", show(&personal["token_to"])),
        ("at", body["schedule"].as_i64().map_or_else(String::new, |at| at.to_string())),
        ("files", files),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_recipient_sees_the_mail_that_was_written_to_it_and_no_other(
        envelopes in batches(),
        whole in prop::bool::weighted(0.9),
        backwards in any::<bool>(),
        times in 1..3_usize,
    ) {
        let mut envelopes = envelopes;
        for envelope in &mut envelopes {
            envelope.delivery.callback_data = None; // else it stands where the id does
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let transport = accepting();
        let account = builder(&transport).whole_texts(whole).build().unwrap();
        let all: Vec<_> = envelopes.iter().collect();
        let results = runtime.block_on(account.send_batch(&all));
        let mut arrived = Vec::new();
        for body in bodies(&transport) {
            for personal in body["personalizations"].as_array().unwrap() {
                arrived.push(seen(&body, personal, backwards, times));
            }
        }
        let alone = builder(&accepting()).build().unwrap();
        let singly: Vec<_> =
            all.iter().map(|envelope| runtime.block_on(alone.send(envelope))).collect();
        compare(&envelopes, &results, &singly, arrived)?;
    }
}
