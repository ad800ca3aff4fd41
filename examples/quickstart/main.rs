//! Order confirmations for a shop's export, by email and SMS, from the cell to the last event.
//!
//! ```text
//! cargo run --example quickstart                 a table, and a page with every message
//! cargo run --example quickstart -- --json       one JSON object a line
//! cargo run --example quickstart -- --live --to <your own address>
//! ```
//!
//! The first two reach nobody: they talk real SMTP and real HTTP to stand-ins of the providers on
//! loopback. The last sends one real message through the providers that the environment names.
//!
//! `campaign.rs` is the part that a backend would have; `inbox.rs` is its webhook endpoint, and
//! `preview.rs` shows how to write a layer of one's own.
#![expect(
    clippy::disallowed_methods,
    reason = "a program, unlike the library, spawns tasks and reads the time"
)]

use std::{
    error::Error,
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
    sync::Arc,
};

use dakiya::{
    compliance::dlt::{Matching, Registry},
    sandbox::Sandbox,
    template::TemplateSet,
    time::TokioClock,
};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    campaign::{Campaign, Providers},
    inbox::Inbox,
    report::Report,
    servers::courier::Courier,
};

mod campaign;
mod inbox;
mod live;
mod orders;
mod preview;
mod report;
mod servers;

const USAGE: &str = "usage: quickstart [--json | --live --to <your own address>]";

enum Mode {
    Table,
    Json,
    Live { to: String },
}

impl Mode {
    fn parse(arguments: impl Iterator<Item = String>) -> Option<Self> {
        let arguments: Vec<_> = arguments.collect();
        match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [] => Some(Self::Table),
            ["--json"] => Some(Self::Json),
            ["--live", "--to", to] | ["--to", to, "--live"] => {
                Some(Self::Live { to: (*to).to_owned() })
            }
            _ => None,
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let Some(mode) = Mode::parse(std::env::args().skip(1)) else {
        writeln!(io::stderr(), "{USAGE}").ok();
        return ExitCode::from(2);
    };
    match run(mode).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            writeln!(io::stderr(), "quickstart: {error}").ok();
            ExitCode::FAILURE
        }
    }
}

/// Whether every message is accounted for.
async fn run(mode: Mode) -> Result<bool, Box<dyn Error>> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let templates = TemplateSet::from_dir(examples.join("templates"))?;
    let registered = std::fs::read_to_string(examples.join("templates/dlt.toml"))?;
    // The operators' settings differ; the shop's takes decimals where a number is registered.
    let matching = Matching::default().decimals(true);
    let registry = Registry::builder().toml(&registered)?.matching(matching).build()?;
    if let Mode::Live { to } = &mode {
        return live::run(to, templates, registry).await;
    }
    let quiet = matches!(mode, Mode::Json);
    let orders = orders::read(&examples.join("data/orders.csv"))?;

    let clock = TokioClock::shared();
    let inbox = Inbox::new(Arc::clone(&clock))?;
    let (courier, delivered) = Courier::start(inbox.serve().await?).await?;
    let providers = Providers {
        netcore: servers::netcore::serve(courier.clone(), &registered).await?,
        relay: servers::smtp::serve(courier.clone()).await?,
    };
    let sandbox = Sandbox::new();
    let campaign = Campaign::new(templates, registry, providers, &sandbox, &clock, &orders)?;

    let progress = if quiet { ProgressBar::hidden() } else { bar(orders.len()) };
    let mut lines = campaign.send(&orders, &progress).await;
    progress.finish_and_clear();
    courier.finish();
    delivered.await??;
    inbox.settle(&mut lines);

    let report = Report(lines);
    let mut out = io::stdout().lock();
    if quiet {
        report.write_json(&mut out)?;
    } else {
        writeln!(out, "{} orders, confirmed by email and SMS\n", orders.len())?;
        report.write_table(&mut out)?;
        let (taken, repeated, refused) = inbox.counts();
        writeln!(out, "\nwebhooks: {taken} events, {repeated} came twice, {refused} refused")?;
        let page = std::env::temp_dir().join("dakiya-quickstart.html");
        let page = sandbox.write_preview(page)?;
        writeln!(out, "every accepted message: {}", page.display())?;
    }
    Ok(report.is_complete())
}

fn bar(orders: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("  {bar:40} {pos}/{len} orders, {elapsed}");
    let bar = ProgressBar::new(orders as u64);
    style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style))
}
