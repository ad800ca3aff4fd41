//! What the crate costs, each as a ratio to a named peer that does the same work in the same run.
//!
//! Arguments name what to run, by parts of the names: `cargo bench --all-features -- webhook`.
//! `DAKIYA_BENCH_QUICK=1` runs each once, briefly: whether it works, not how fast.
#![allow(
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::future_not_send,
    clippy::indexing_slicing,
    clippy::naive_bytecount,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a program of its own, on one thread, that may fail"
)]

use self::{
    measure::{Load, Table},
    sink::Sink,
};

mod measure;
mod peers;
mod sink;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if std::env::args().any(|argument| argument == sink::ARGUMENT) {
        return runtime.block_on(sink::run());
    }
    let quick = std::env::var_os("DAKIYA_BENCH_QUICK").is_some_and(|value| value != "0");
    let load = |in_flight: usize, operations: usize| {
        let (operations, rounds) = if quick { (operations / 50, 1) } else { (operations, 7) };
        Load { in_flight, operations: operations.max(in_flight), rounds }
    };
    let sink = Sink::start();
    let words = std::env::args().skip(1).filter(|word| !word.starts_with('-'));
    let mut table = Table::of(words.collect());
    runtime.block_on(async {
        if table.wants("netcore email") {
            peers::netcore::email(&mut table, sink.http, load(32, 4_000)).await;
        }
        if table.wants("netcore sms") {
            peers::netcore::sms(&mut table, sink.http, load(32, 4_000)).await;
        }
        if table.wants("twilio sms") {
            peers::twilio::sms(&mut table, sink.http, load(32, 4_000)).await;
        }
        if table.wants("sendgrid email") {
            peers::sendgrid::email(&mut table, sink.http, load(32, 4_000)).await;
        }
        if table.wants("ses email") {
            peers::ses::email(&mut table, sink.http, load(32, 4_000)).await;
        }
        if table.wants("meta text") {
            peers::meta::text(&mut table, sink.http, load(32, 4_000)).await;
        }
        if table.wants("smtp by hand") {
            peers::smtp::by_hand(&mut table, sink.smtp, load(32, 4_000)).await;
        }
        if table.wants("smtp lettre") {
            peers::smtp::lettre_pooled(&mut table, sink.smtp, load(32, 1_000)).await;
        }
        if table.wants("template plain") {
            peers::template::plain(&mut table, load(1, 50_000)).await;
        }
        if table.wants("template blocks") {
            peers::template::blocks(&mut table, load(1, 10_000)).await;
        }
        if table.wants("layers") {
            peers::layers::policy_and_failover(&mut table, load(1, 20_000)).await;
        }
        if table.wants("bulk") {
            let sizes = if quick { [100, 1_000] } else { [1_000, 10_000] };
            peers::bulk::all(&mut table, load(1, 1), sizes).await;
        }
        let sizes = if quick { [10, 100] } else { [100, 10_000] };
        peers::webhook::all(&mut table, load(1, 20_000), sizes).await;
    });
    table.print();
}
