//! The description of a voice API: what builds sends or says why not, and shows no secret.
//!
//! The input is TOML or JSON, then after a record separator (0x1E) the answer to the call.
#![no_main]

use dakiya::{
    Channel as _, Gather, Provider as _, Step,
    netcore::voice::{Account, Api},
    testing::MockTransport,
};
use dakiya_fuzz::{at, call, clock, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let (api, answer) = input.split_once('\u{1e}').unwrap_or((input, ""));
    let api: Option<Api> = serde_json::from_str(api).ok().or_else(|| toml::from_str(api).ok());
    let Some(api) = api else { return };
    drop(format!("{api:?}"));
    let answers = MockTransport::answering(200, answer.to_owned()).forgetful();
    let account = Account::builder(api).transport(answers.shared()).clock(clock());
    let Ok(account) = account.build() else { return };
    let mut full = call();
    let gather = Gather::digits(1, "https://erp.example/g").prompt(Step::say("x"));
    full.message = full.message.gather(gather).record();
    full.delivery.send_at = Some(at(1_773_510_000));
    for envelope in [call(), full] {
        run(account.send(&envelope));
    }
    run(account.check());
});
