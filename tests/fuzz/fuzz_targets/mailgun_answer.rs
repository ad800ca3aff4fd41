//! Mailgun's answers: any bytes under any status, to a send or to a management call.
#![no_main]

use dakiya::{
    Channel as _, Provider as _,
    mailgun::{
        Mailgun,
        email::Options,
        manage::{Bounce, DomainSettings, EventQuery, NewVersion},
    },
};
use dakiya_fuzz::{Input, SECRET, address, batch, clock, mail, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some(input) = Input::read(input) else { return };
    let account = Mailgun::builder(SECRET, "mg.example.com")
        .from(address())
        .transport(input.transport())
        .clock(clock());
    let account = account.build().expect("an account");
    let (domains, templates, bounces) = (account.domains(), account.templates(), account.bounces());
    let version = NewVersion::new("v1", "Hello");
    match input.call % 23 {
        0 => run(account.send(&mail())),
        1 => batch(&account, &mail()),
        2 => run(account.check()),
        3 => run(account.send_mime(&[address()], "Subject: x\r\n\r\nx", &Options::new(), None)),
        4 => run(async {
            let page = account.bounces().list(1, None).await?;
            match page.next {
                Some(next) => account.bounces().list(1, Some(&next)).await,
                None => Ok(page),
            }
        }),
        5 => run(account.complaints().list(1, None)),
        6 => run(account.unsubscribes().list(1, None)),
        7 => run(account.allowlist().list(1, None)),
        8 => run(bounces.get("canary@example.com")),
        9 => run(bounces.add(&Bounce::new(address()))),
        10 => run(bounces.remove("canary@example.com")),
        11 => run(account.allowlist().get("example.com")),
        12 => run(domains.create("mg.example.com", &DomainSettings::new())),
        13 => run(domains.list(1, None, None)),
        14 => run(domains.get("mg.example.com")),
        15 => run(domains.verify("mg.example.com")),
        16 => run(domains.tracking("mg.example.com")),
        17 => run(async {
            let page = account.events().list(&EventQuery::new()).await?;
            for event in &page.items {
                let _ = (event.our_id(), event.variable("x"));
            }
            match page.next {
                Some(next) => account.events().list(&EventQuery::new().page(next)).await,
                None => Ok(page),
            }
        }),
        18 => run(templates.create("a", "", Some(&version))),
        19 => run(async {
            let page = account.templates().list(1, None).await?;
            match page.next {
                Some(next) => account.templates().list(1, Some(&next)).await,
                None => Ok(page),
            }
        }),
        20 => run(templates.get("a")),
        21 => run(templates.versions("a", 1)),
        _ => run(templates.version("a", "v1")),
    }
});
