//! A thousand messages through every provider, by its URL: as many arrive as were written, in as
//! few requests as its bulk form allows.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io::Write as _,
    sync::{Arc, Mutex},
};

use dakiya::testing::server::{Answer, ScriptedServer};
use serde_json::{Value, json};

use super::{
    support::{
        fakes::{FAKES, Fake},
        specs,
    },
    tools::{answers, lines},
};

const MESSAGES: usize = 1_000;

/// What one run took.
struct Run {
    answers: Vec<Value>,
    requests: usize,
    recipients: BTreeSet<String>,
}

/// Sends `input` through the fake by the program that anyone can run.
async fn run(fake: &'static Fake, input: &[Value], arguments: &[&str]) -> Run {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&seen);
    let server = ScriptedServer::start(move |request| {
        let checked =
            specs::check(request.method.as_str(), &request.target, &request.headers, &request.body);
        if let Err(wrong) = checked {
            return Answer::new(400, "text/plain", wrong).into();
        }
        let (recipients, answer) = (fake.answer)(request);
        keep.lock().unwrap().extend(recipients);
        answer.into()
    });
    let server = server.await.unwrap();
    let via = fake.url.replace("{endpoint}", &server.endpoint());
    let arguments: Vec<String> =
        ["--via", &via].into_iter().chain(arguments.iter().copied()).map(Into::into).collect();
    let input = lines(input);
    let work = tokio::task::spawn_blocking(move || {
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        answers("send", &arguments, input)
    });
    let answers = server.serve(work).await.unwrap();
    let requests = server.requests().len();
    let seen = seen.lock().unwrap();
    let recipients: BTreeSet<String> = seen.iter().cloned().collect();
    assert_eq!(recipients.len(), seen.len(), "{}: someone got two", fake.label);
    Run { answers, requests, recipients }
}

/// The nth line, of which the parameters and the recipient alone differ.
fn line(fake: &Fake, n: usize) -> Value {
    let recipient = match fake.channel {
        "email" => format!("customer-{n}@example.com"),
        _ => format!("+91984500{n:04}"),
    };
    let parameters = json!({
        "name": format!("Customer {n}"), "order_id": format!("SO-{n}"), "product": "Lens",
        "amount": "4999.00",
    });
    let mut content = json!({"template_id": "order_confirmed", "parameters": parameters});
    if matches!(fake.channel, "voice" | "rcs" | "whatsapp") {
        content = json!({"text": format!("Order SO-{n} is ready.")});
    }
    json!({"channel": fake.channel, "recipient": recipient, "content": content})
}

#[tokio::test]
async fn a_thousand_messages_arrive_by_every_provider_in_as_few_requests_as_it_allows() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/templates");
    let mut table = String::from("provider           messages  requests  saved\n");
    for fake in FAKES.iter().filter(|fake| fake.texts > 0) {
        let input: Vec<_> = (0..MESSAGES).map(|n| line(fake, n)).collect();
        let run = run(fake, &input, &["--templates", folder]).await;
        let refused = run.answers.iter().find(|answer| answer["ok"] != true);
        assert_eq!(refused, None, "{}", fake.label);
        assert_eq!(run.answers.len(), MESSAGES, "{}", fake.label);
        assert_eq!(run.recipients.len(), MESSAGES, "{}", fake.label);
        for (answer, n) in run.answers.iter().zip(0..) {
            assert_eq!(answer["receipt"]["provider"], fake.label);
            let to = line(fake, n)["recipient"].clone();
            let outcome = &answer["receipt"]["recipients"][0]["recipient"];
            let address = outcome.as_object().unwrap().values().next().unwrap();
            assert_eq!(*address, to, "{}: the answers are in order", fake.label);
        }
        let least = MESSAGES.div_ceil(fake.texts);
        // A slow start of the program may cut the list in two.
        assert!(run.requests <= least + 2, "{}: {} requests", fake.label, run.requests);
        let saved = MESSAGES - run.requests;
        let _ = writeln!(table, "{:<18} {MESSAGES:>8} {:>9} {saved:>6}", fake.label, run.requests);
    }
    drop(std::io::stderr().write_all(table.as_bytes()));
}

#[tokio::test]
async fn templates_kept_at_the_provider_go_out_in_bulk_with_the_variables_of_each() {
    let kept = [
        ("sendgrid.email", "d-3f1c9c0e5b7a4d2f8a9b0c1d2e3f4a5b"),
        ("ses.email", "order"),
        ("mailgun.email", "order"),
        ("netcore.email", "41"),
        ("netcore.rcs", "order_ready"),
        ("netcore.whatsapp", "order_ready"),
        ("netcore-deflector.whatsapp", "order_ready"),
        ("meta.whatsapp", "order_ready"),
    ];
    for (label, template) in kept {
        let fake = FAKES.iter().find(|fake| fake.label == label).unwrap();
        let input: Vec<_> = (0..MESSAGES)
            .map(|n| {
                let mut line = line(fake, n);
                let name = format!("Customer {n}");
                line["content"] = match fake.channel {
                    "email" => json!({"template_id": template, "subject": "Order",
                        "parameters": {"name": name}}),
                    _ => json!({"template_id": template, "parameters": {"1": name}}),
                };
                line
            })
            .collect();
        let run = run(fake, &input, &[]).await;
        let refused = run.answers.iter().find(|answer| answer["ok"] != true);
        assert_eq!(refused, None, "{label}");
        assert_eq!(run.recipients.len(), MESSAGES, "{label}");
        let least = MESSAGES.div_ceil(fake.bulk);
        assert!(run.requests <= least + 2, "{label}: {} requests", run.requests);
    }
}
