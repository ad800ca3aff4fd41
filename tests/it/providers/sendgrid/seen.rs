//! What each recipient would see, put together from the requests as SendGrid would.

use dakiya::Channel as _;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::providers::mixed::{Seen, batches, compare, filled};

/// One personalization's mail: its tags are replaced wherever they stand, in either order, and in
/// what was put in too.
fn seen(body: &Value, personal: &Value, backwards: bool) -> Seen {
    let mut own: Vec<(&str, &str)> = personal["substitutions"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(tag, value)| (tag.as_str(), value.as_str().unwrap()))
        .collect();
    if backwards {
        own.reverse();
    }
    let show = |value: &Value| -> String {
        let text = value.as_str().unwrap_or_default().to_owned();
        let twice = own.iter().chain(&own);
        twice.fold(text, |text, (tag, value)| text.replace(tag, value))
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
    let reply = &body["reply_to"];
    let reply = if reply.is_null() { Value::Null } else { Value::Array(vec![reply.clone()]) };
    let files = body["attachments"].as_array().into_iter().flatten();
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
        ("reply", people(&reply)),
        ("subject", show(&personal["subject"])),
        ("text", content("text/plain").unwrap_or_default()),
        ("html", content("text/html").unwrap_or_default()),
        ("headers", headers.join("\n")),
        ("id", show(&personal["custom_args"]["dakiya_id"])),
        ("callback", show(&personal["custom_args"]["dakiya_callback_data"])),
        ("at", personal["send_at"].as_i64().map_or_else(String::new, |at| at.to_string())),
        ("files", files),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_recipient_sees_the_mail_that_was_written_to_it_and_no_other(
        envelopes in batches(),
        packs in prop::bool::weighted(0.9),
        backwards in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mock = accepting();
        let account = account(&mock).pack_bodies(packs).build().unwrap();
        let all: Vec<_> = envelopes.iter().collect();
        let results = runtime.block_on(account.send_batch(&all));
        let mut arrived = Vec::new();
        for body in bodies(&mock) {
            for personal in body["personalizations"].as_array().unwrap() {
                arrived.push(seen(&body, personal, backwards));
            }
        }
        let alone = super::account(&accepting()).build().unwrap();
        let singly: Vec<_> =
            all.iter().map(|envelope| runtime.block_on(alone.send(envelope))).collect();
        compare(&envelopes, &results, &singly, arrived)?;
    }
}
