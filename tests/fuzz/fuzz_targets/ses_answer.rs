//! SES's answers: any bytes under any status, to a send or to a management call.
#![no_main]

use dakiya::{
    Channel as _, Provider as _,
    ses::{
        self, Ses,
        manage::{NewIdentity, SuppressionQuery, SuppressionReason, TemplateContent},
    },
};
use dakiya_fuzz::{Input, SECRET, address, batch, clock, mail, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some(input) = Input::read(input) else { return };
    let account = Ses::builder("ap-south-1", ses::keys("AKIDEXAMPLE", SECRET))
        .from(address())
        .transport(input.transport())
        .clock(clock());
    let account = account.build().expect("an account");
    let (names, lists, templates) =
        (account.identities(), account.suppressions(), account.templates());
    let content = TemplateContent::new("Ready").text("x");
    match input.call % 19 {
        0 => run(account.send(&mail())),
        1 => batch(&account, &mail()),
        2 => run(account.check()),
        3 => run(account.details()),
        4 => run(account.suppress_automatically(&[SuppressionReason::Bounce])),
        5 => run(names.create(&NewIdentity::new("example.com"))),
        6 => run(async { names.get("example.com").await.map(|one| one.dkim_records()) }),
        7 => run(names.list(None, None)),
        8 => run(names.set_dkim_signing("example.com", true)),
        9 => run(names.delete("example.com")),
        10 => run(lists.list(&SuppressionQuery::new())),
        11 => run(lists.get(&address())),
        12 => run(lists.add(&address(), SuppressionReason::Complaint)),
        13 => run(lists.remove(&address())),
        14 => run(templates.create("a", &content)),
        15 => run(templates.get("a")),
        16 => run(templates.list(None, None)),
        17 => run(templates.render("a", &serde_json::json!({ "name": "x" }))),
        _ => run(names.get("example.com")),
    }
});
