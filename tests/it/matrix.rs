//! The table of the README that says what each provider carries: made from the code.

use std::{collections::BTreeSet, fs, path::Path};

use dakiya::{
    Call, Capabilities, Channel, Email, Features, Message, Rcs, Sms, WhatsApp,
    netcore::{email, sms},
    sendgrid::SendGrid,
    ses::{Ses, keys},
    smtp::Smtp,
    testing::MockTransport,
    twilio::Twilio,
};

use crate::support::specs::checked;

const BEGIN: &str = "<!-- capabilities -->\n";
const END: &str = "<!-- /capabilities -->";

/// A provider of one kind of message.
struct Column {
    kind: &'static str,
    provider: String,
    capabilities: Capabilities,
}

impl Column {
    fn of<M: Message>(channel: &dyn Channel<M>) -> Self {
        Self {
            kind: M::KIND.as_str(),
            provider: channel.name().to_owned(),
            capabilities: channel.capabilities().clone(),
        }
    }
}

/// Every provider of every kind, in the order of the table.
fn columns() -> Vec<Column> {
    let transport = || checked(MockTransport::new().shared());
    let smtp = Smtp::builder("mail.acme.example").build().unwrap();
    let mail = email::Account::builder("k").transport(transport()).build().unwrap();
    let text = sms::Account::builder("1", "u", "p").transport(transport()).build().unwrap();
    let sendgrid = SendGrid::builder("SG.k").transport(transport()).build().unwrap();
    let ses = Ses::builder("ap-south-1", keys("AKIDEXAMPLE", "s")).transport(transport());
    let ses = ses.build().unwrap();
    let twilio = Twilio::builder("AC00000000000000000000000000000001", "t").transport(transport());
    let twilio = twilio.build().unwrap();
    vec![
        Column::of::<Email>(&smtp),
        Column::of::<Email>(&mail),
        Column::of::<Email>(&sendgrid),
        Column::of::<Email>(&ses),
        Column::of::<Sms>(&text),
        Column::of::<Sms>(&twilio),
        Column::of::<WhatsApp>(&twilio),
        Column::of::<Call>(&twilio),
        Column::of::<Rcs>(&twilio),
    ]
}

/// A table for each kind: a row for each feature that a provider of it carries, and for the limits.
fn tables(columns: &[Column]) -> String {
    let mut kinds: Vec<_> = columns.iter().map(|column| column.kind).collect();
    kinds.dedup();
    assert_eq!(kinds.len(), kinds.iter().collect::<BTreeSet<_>>().len(), "a kind in two places");
    kinds.into_iter().map(|kind| table(kind, columns)).collect::<Vec<_>>().join("\n")
}

fn table(kind: &str, columns: &[Column]) -> String {
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
    let mut table = format!("| {kind} |{}\n", names.collect::<String>());
    table += &format!("| --- |{}\n", " :-: |".repeat(columns.len()));
    let carried =
        columns.iter().fold(Features::NONE, |all, column| all.union(column.capabilities.features));
    for name in carried.names() {
        let carries = |one: &Capabilities| one.features.names().any(|own| own == name);
        table += &row(name, &|one| if carries(one) { "yes".into() } else { String::new() });
    }
    table += &row("messages a request", &|one| one.batch.to_string());
    let limit = |limit: Option<usize>| limit.map_or_else(String::new, |limit| limit.to_string());
    table += &row("recipients a message, at most", &|one| limit(one.recipients));
    let bytes = |bytes: usize| match bytes {
        0..1_048_576 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes / 1_048_576),
    };
    table += &row("size, at most", &|one| one.bytes.map_or_else(String::new, bytes));
    table += &row("recognises a repeated key", &|one| {
        if one.idempotent { "yes".into() } else { String::new() }
    });
    table
}

#[test]
fn the_readme_says_what_each_provider_carries() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the README marks the tables");
    let (tables_there, after) = rest.split_once(END).expect("the README marks their end");
    let tables = format!("\n{}\n", tables(&columns()));
    if tables_there == tables {
        return;
    }
    if std::env::var_os("DAKIYA_BLESS").is_some() {
        fs::write(path, [before, BEGIN, &tables, END, after].concat()).unwrap();
        return;
    }
    panic!("stale: DAKIYA_BLESS=1 writes the README's tables anew:\n{tables}");
}

#[test]
fn a_table_has_a_row_for_what_any_of_its_providers_carries() {
    let column = |provider: &str, capabilities| Column {
        kind: "sms",
        provider: provider.to_owned(),
        capabilities,
    };
    let wide = Capabilities::new(Features::TEXT.union(Features::MEDIA)).batch(100).recipients(1);
    let columns = [column("a", wide), column("b", Capabilities::new(Features::TEXT))];
    let lines = [
        "| sms | `a` | `b` |",
        "| --- | :-: | :-: |",
        "| media | yes | |",
        "| plain text | yes | yes |",
        "| messages a request | 100 | 1 |",
        "| recipients a message, at most | 1 | |",
    ];
    assert_eq!(tables(&columns), lines.join("\n") + "\n");
}
