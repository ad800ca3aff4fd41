//! The tables of what each provider carries, in the README and in the documentation: made from the
//! code.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use dakiya::{
    Call, Capabilities, Channel, Email, Features, Kind, Message, Rcs, Sms, WhatsApp,
    mailgun::Mailgun,
    meta::Meta,
    netcore::{deflector, email, rcs, sms, voice, whatsapp},
    sandbox::Sandbox,
    sendgrid::SendGrid,
    ses::{Ses, keys},
    smtp::Smtp,
    testing::MockTransport,
    twilio::Twilio,
};
use serde_json::json;

use crate::support::specs::checked;

const BEGIN: &str = "<!-- capabilities -->\n";
const END: &str = "<!-- /capabilities -->";

/// A provider of one kind of message.
struct Column {
    kind: Kind,
    provider: String,
    capabilities: Capabilities,
}

impl Column {
    fn of<M: Message>(channel: &dyn Channel<M>) -> Self {
        Self {
            kind: M::KIND,
            provider: channel.name().to_owned(),
            capabilities: channel.capabilities().clone(),
        }
    }

    /// Whether it takes whatever there is, and so says nothing of the kind.
    fn takes_all(&self) -> bool {
        self.capabilities.features == Features::ALL
    }
}

/// Every provider of every kind, in the order of the tables.
fn columns() -> Vec<Column> {
    let transport = || checked(MockTransport::new().shared());
    let smtp = Smtp::builder("mail.acme.example").build().unwrap();
    let sendgrid = SendGrid::builder("SG.k").transport(transport()).build().unwrap();
    let ses = Ses::builder("ap-south-1", keys("AKIDEXAMPLE", "s")).transport(transport());
    let ses = ses.build().unwrap();
    let mailgun = Mailgun::builder("k", "mg.acme.example").transport(transport()).build().unwrap();
    let twilio = Twilio::builder("AC00000000000000000000000000000001", "t").transport(transport());
    let twilio = twilio.build().unwrap();
    let meta = Meta::builder("t", "305511778840026").transport(transport()).build().unwrap();
    let sandbox = Sandbox::new();
    vec![
        Column::of::<Email>(&smtp),
        Column::of::<Email>(&sendgrid),
        Column::of::<Email>(&ses),
        Column::of::<Email>(&mailgun),
        Column::of::<Email>(&netcore_email()),
        Column::of::<Email>(&sandbox),
        Column::of::<Sms>(&twilio),
        Column::of::<Sms>(&netcore_sms()),
        Column::of::<Sms>(&sandbox),
        Column::of::<WhatsApp>(&meta),
        Column::of::<WhatsApp>(&twilio),
        Column::of::<WhatsApp>(&netcore_whatsapp()),
        Column::of::<WhatsApp>(&netcore_deflector()),
        Column::of::<WhatsApp>(&sandbox),
        Column::of::<Call>(&twilio),
        Column::of::<Call>(&netcore_voice()),
        Column::of::<Call>(&sandbox),
        Column::of::<Rcs>(&twilio),
        Column::of::<Rcs>(&netcore_rcs()),
        Column::of::<Rcs>(&sandbox),
    ]
}

fn netcore_email() -> email::Account {
    email::Account::builder("k").transport(MockTransport::new().shared()).build().unwrap()
}

fn netcore_sms() -> sms::Account {
    sms::Account::builder("1", "u", "p").transport(MockTransport::new().shared()).build().unwrap()
}

fn netcore_whatsapp() -> whatsapp::Account {
    let account = whatsapp::Account::builder("t").source("1");
    account.transport(MockTransport::new().shared()).build().unwrap()
}

fn netcore_deflector() -> deflector::Account {
    deflector::Account::builder("k").transport(MockTransport::new().shared()).build().unwrap()
}

fn netcore_rcs() -> rcs::Account {
    let account =
        rcs::Account::builder("k").bot_id("1").request(r#"{"to":"{to}","id":"{template}"}"#);
    account.transport(MockTransport::new().shared()).build().unwrap()
}

/// Over an API that is described with all that it may have.
fn netcore_voice() -> voice::Account {
    let body = json!({
        "to": "{to}", "text": "{text}", "file": "{audio_url}", "keys": "{digits}",
        "hook": "{input_url}", "record": "{record}", "again": "{retries}", "gap": "{retry_gap_s}",
        "at": "{schedule}",
    });
    let api = json!({
        "base_url": "https://voice.example.net", "path": "/v1/calls", "method": "post",
        "auth": {"bearer": {"token": "k"}}, "body": {"json": body},
    });
    let account = voice::Account::builder(serde_json::from_value(api).unwrap());
    account.transport(MockTransport::new().shared()).build().unwrap()
}

/// A kind as its table is headed, and what its table leaves out.
fn heading(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Email => (
            "Email",
            "`smtp` has no bulk form, but keeps its connections; the limits of size and recipients \
             are those that the server names.",
        ),
        Kind::Sms => ("SMS", ""),
        Kind::WhatsApp => (
            "WhatsApp",
            "Buttons, lists and cards of templates are filled by `meta` and `netcore`; with \
             `twilio` they are of the content template. `netcore-deflector` sends an \
             approved template and, where that fails, what its options name.",
        ),
        Kind::Voice => (
            "Voice",
            "`netcore` publishes no API for calls: you describe yours, and it carries what the \
             description has a place for, at most what stands here.",
        ),
        Kind::Rcs => (
            "RCS",
            "`netcore` sends what the request that you hand in says, by an approved template.",
        ),
        kind => panic!("{kind} has no provider but the sandbox"),
    }
}

/// A table for each kind: a row for each feature that a provider of it carries, and for the limits.
fn tables(columns: &[Column], level: &str) -> String {
    let mut kinds: Vec<_> = columns.iter().map(|column| column.kind).collect();
    kinds.dedup();
    let distinct: BTreeSet<_> = kinds.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(kinds.len(), distinct.len(), "a kind in two places");
    let sections = kinds.into_iter().map(|kind| {
        let (title, note) = heading(kind);
        let note = if note.is_empty() { String::new() } else { format!("\n{note}\n") };
        format!("{level} {title}\n\n{}{note}", table(kind, columns))
    });
    sections.collect::<Vec<_>>().join("\n")
}

fn table(kind: Kind, columns: &[Column]) -> String {
    let columns: Vec<_> = columns.iter().filter(|column| column.kind == kind).collect();
    let row = |name: &str, cell: &dyn Fn(&Capabilities) -> String| {
        let cells: Vec<_> = columns.iter().map(|column| cell(&column.capabilities)).collect();
        // One that says nothing of anyone is left out.
        if cells.iter().all(String::is_empty) {
            return String::new();
        }
        let line = cells.iter().fold(format!("| {name} |"), |line, cell| {
            if cell.is_empty() { line + " |" } else { line + " " + cell + " |" }
        });
        line + "\n"
    };
    let names = columns.iter().map(|column| format!(" `{}` |", column.provider));
    let mut table = format!("| |{}\n", names.collect::<String>());
    let _ = writeln!(table, "| --- |{}", " :-: |".repeat(columns.len()));
    let real = columns.iter().filter(|column| !column.takes_all());
    let carried = real.fold(Features::NONE, |all, column| all.union(column.capabilities.features));
    let yes = |yes: bool| if yes { "yes".to_owned() } else { String::new() };
    for name in carried.names() {
        table += &row(name, &|one| yes(one.features.names().any(|own| own == name)));
    }
    table += &row("in one request", &|one| match one.batch {
        1 => "one".into(),
        many => format!("up to {}", grouped(many)),
    });
    // Every other kind goes to one.
    if kind == Kind::Email {
        let most = |most| format!("up to {}", grouped(most));
        table += &row("recipients of one", &|one| one.recipients.map_or_else(String::new, most));
    }
    table += &row("size of one", &|one| one.bytes.map_or_else(String::new, size));
    table += &row("a repeated key is recognised", &|one| yes(one.idempotent));
    table
}

/// `1,000`.
fn grouped(number: usize) -> String {
    match number / 1000 {
        0 => number.to_string(),
        thousands => format!("{thousands},{:03}", number % 1000),
    }
}

fn size(bytes: usize) -> String {
    if bytes.is_multiple_of(1_000_000) {
        format!("up to {} MB", bytes / 1_000_000)
    } else {
        format!("up to {} KB", bytes / 1000)
    }
}

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

/// Holds `wanted` against what stands in `path`, or writes it there.
fn hold(path: &Path, there: &str, wanted: &str, whole: &str) {
    if there == wanted {
        return;
    }
    if std::env::var_os("DAKIYA_BLESS").is_some() {
        fs::write(path, whole).unwrap();
        return;
    }
    panic!("{} is stale: DAKIYA_BLESS=1 writes it anew:\n{wanted}", path.display());
}

#[test]
fn the_readme_says_what_each_provider_carries() {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the README marks the tables");
    let (there, after) = rest.split_once(END).expect("the README marks their end");
    let tables = format!("\n{}\n", tables(&columns(), "###"));
    hold(&path, there, &tables, &[before, BEGIN, &tables, END, after].concat());
}

#[test]
fn the_documentation_says_what_each_provider_carries() {
    let path = root().join("src/docs/capabilities.md");
    let there = fs::read_to_string(&path).unwrap();
    let page = format!(
        "What each provider carries, as its [`Capabilities`](crate::Capabilities) say; what is not \
         in a table is refused before anything is sent. \
         [`Messenger::plan`](crate::Messenger::plan) tells for one message.\n\n{}",
        tables(&columns(), "#")
    );
    hold(&path, &there, &page, &page);
}

#[test]
fn every_channel_of_every_provider_has_its_column() {
    let has: BTreeSet<_> = columns()
        .into_iter()
        .filter(|column| !column.takes_all())
        .map(|column| (column.provider, column.kind.as_str()))
        .collect();
    let mut channels = BTreeSet::new();
    for provider in folders(&root().join("src/providers")) {
        for leaf in folders(&root().join("src/providers").join(&provider)) {
            let text = root().join("src/providers").join(&provider).join(&leaf).join("mod.rs");
            let text = fs::read_to_string(text).unwrap_or_default();
            for kind in ["Email", "Sms", "WhatsApp", "Call", "Rcs", "ApplePush", "WebPush"] {
                if text.contains(&format!("impl Channel<{kind}> for")) {
                    channels.insert((provider.clone(), leaf.clone(), kind));
                }
            }
        }
    }
    assert_eq!(has.len(), channels.len(), "in the tables: {has:#?}, in the code: {channels:#?}");
}

#[test]
fn a_table_has_a_row_for_what_any_of_its_providers_carries() {
    let column = |provider: &str, capabilities| Column {
        kind: Kind::Sms,
        provider: provider.to_owned(),
        capabilities,
    };
    let wide = Capabilities::new(Features::TEXT.union(Features::MEDIA)).batch(5000).bytes(20_500);
    let columns = [
        column("a", wide),
        column("b", Capabilities::new(Features::TEXT).recipients(1)),
        column("all", Capabilities::new(Features::ALL).batch(100).bytes(1_000_000).idempotent()),
    ];
    let lines = [
        "# SMS",
        "",
        "| | `a` | `b` | `all` |",
        "| --- | :-: | :-: | :-: |",
        "| media | yes | | yes |",
        "| plain text | yes | yes | yes |",
        "| in one request | up to 5,000 | one | up to 100 |",
        "| size of one | up to 20 KB | | up to 1 MB |",
        "| a repeated key is recognised | | | yes |",
    ];
    assert_eq!(tables(&columns, "#"), lines.join("\n") + "\n");
}

/// Shows, with `--nocapture`, how many tests each provider has, as the source says.
#[test]
fn every_provider_is_tested_over_the_wire_and_by_the_rules() {
    let mut shown = String::from("provider   wire tests  runs of the rules\n");
    let rules = root().join("tests/it/conformance/providers");
    for provider in folders(&root().join("src/providers")) {
        let wire = root().join("tests/it/providers");
        let beside = tests_in(&wire.join(format!("{provider}.rs")));
        let wire = beside.len() + tests_under(&wire.join(&provider));
        let own = |name: &String| {
            name.strip_prefix(provider.as_str()).is_some_and(|rest| rest.starts_with(['.', '_']))
        };
        let files = names(&rules).into_iter().filter(own);
        let runs: usize = files.map(|file| tests_in(&rules.join(file)).len()).sum();
        let _ = writeln!(shown, "{provider:<10} {wire:>10} {runs:>18}");
        assert!(wire > 0 && runs > 0, "{provider}: {wire} tests, {runs} runs of the rules");
    }
    drop(std::io::stderr().write_all(shown.as_bytes()));
}

/// The tests of a file: what follows an attribute that makes one.
fn tests_in(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let is_test =
        |line: &&str| ["#[test]", "#[tokio::test"].iter().any(|t| line.trim().starts_with(t));
    text.lines().filter(is_test).map(str::to_owned).collect()
}

fn tests_under(folder: &Path) -> usize {
    names(folder).iter().map(|name| tests_in(&folder.join(name)).len()).sum()
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let name =
        |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<_> = entries.map(name).collect();
    names.sort();
    names
}

fn folders(folder: &Path) -> Vec<String> {
    names(folder).into_iter().filter(|name| folder.join(name).is_dir()).collect()
}
