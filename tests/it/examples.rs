//! The example that a reader runs first: every run ends alike, and shows nobody's address.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

/// Cargo builds the examples with the tests, into a folder beside theirs.
fn quickstart() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    profile.join("examples/quickstart").with_extension(std::env::consts::EXE_EXTENSION)
}

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(quickstart());
    // What a developer's shell may hold, and the example must not heed.
    command.env("HTTP_PROXY", "http://127.0.0.1:9").env("http_proxy", "http://127.0.0.1:9");
    command.env("SMTP_HOST", "mail.invalid").env("TZ", "Pacific/Kiritimati");
    command.args(arguments).output().expect("`cargo test` builds the examples")
}

fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text<'a>(line: &'a Value, field: &str) -> &'a str {
    line[field].as_str().unwrap_or_default()
}

#[test]
fn the_quickstart_accounts_for_every_order_on_every_channel() {
    let output = run(&["--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut lines = lines(&output);
    let summary = lines.pop().unwrap()["summary"].take();
    assert_eq!(lines.len(), 2 * 240, "240 orders by email and SMS");

    let mut counts = BTreeMap::<_, u64>::new();
    let mut ids = BTreeSet::new();
    for line in &lines {
        let keys: BTreeSet<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
        let wanted = ["channel", "error", "id", "provider", "provider_message_id", "status", "to"];
        assert_eq!(keys, BTreeSet::from(wanted));
        assert!(ids.insert(text(line, "id")), "an id twice: {line}");
        assert!(["email", "sms"].contains(&text(line, "channel")), "{line}");
        let status = text(line, "status");
        *counts.entry(status).or_default() += 1;
        let arrived = ["delivered", "read", "opened"].contains(&status);
        assert_eq!(line["error"].is_null(), arrived, "{line}");
        let accepted = arrived || ["bounced", "failed"].contains(&status);
        assert_eq!(line["provider_message_id"].is_string(), accepted, "{line}");
        assert!(!accepted || line["provider"].is_string(), "{line}");
    }
    let mut count = |statuses: &[&'static str]| -> u64 {
        statuses.iter().map(|status| counts.remove(status).unwrap_or_default()).sum()
    };
    let delivered = count(&["delivered", "read", "opened"]);
    let failed = count(&["bounced", "failed"]);
    let refused = count(&["refused", "suppressed"]);
    assert_eq!(summary["delivered"], delivered);
    assert_eq!(summary["failed"], failed);
    assert_eq!(summary["refused"], refused);
    assert_eq!(summary["accepted"], delivered + failed);
    assert!(counts.is_empty(), "not final: {counts:?}");

    // Both ways that mail goes, and the webhooks of each channel, were in use.
    let providers: BTreeSet<_> = lines.iter().map(|line| text(line, "provider")).collect();
    let wanted = ["netcore.email", "netcore.sms", "smtp.email"];
    assert!(wanted.iter().all(|provider| providers.contains(provider)), "{providers:?}");
    for (channel, status) in [("email", "opened"), ("email", "bounced"), ("sms", "failed")] {
        let is = |line: &&Value| text(line, "channel") == channel && text(line, "status") == status;
        assert!(lines.iter().any(|line| is(&line)), "no {channel} {status}");
    }
}

#[test]
fn the_quickstart_ends_alike_in_every_run() {
    let [first, second] = [(); 2].map(|()| run(&["--json"]));
    assert_eq!(String::from_utf8_lossy(&first.stdout), String::from_utf8_lossy(&second.stdout));
}

#[test]
fn the_quickstart_shows_nobodys_address() {
    let mut addresses = Vec::new();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/orders.csv");
    for row in csv::Reader::from_path(data).unwrap().records() {
        let row = row.unwrap();
        let digits: String = row[2].chars().filter(char::is_ascii_digit).collect();
        addresses.extend([row[4].trim().to_owned(), digits]);
    }
    // What is left of a spoilt cell, such as `-` or `@example.com`, may be found anywhere.
    addresses.retain(|address| address.len() >= 8 && !address.starts_with(['0', '@']));
    assert!(addresses.len() > 400);
    for mode in [&[][..], &["--json"]] {
        let output = run(mode);
        let shown =
            String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
        for address in &addresses {
            assert!(!shown.contains(address.as_str()), "{mode:?} shows {address}");
        }
    }
}

#[test]
fn the_quickstart_sends_nothing_real_without_an_address_and_settings() {
    for arguments in [&["--live"][..], &["--to", "asha@example.com"], &["--nonsense"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("usage:"));
    }
    let mut command = Command::new(quickstart());
    let output = command.env_clear().args(["--live", "--to", "asha@example.com"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
}
