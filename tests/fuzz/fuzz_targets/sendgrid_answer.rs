//! SendGrid's answers: any bytes under any status, to a send or to a management call.
#![no_main]

use dakiya::{
    Channel as _, Provider as _,
    sendgrid::{
        SendGrid,
        manage::{
            Generation, NewDomain, StatsQuery, SuppressionKind, SuppressionQuery,
            TemplateVersionDraft,
        },
    },
};
use dakiya_fuzz::{Input, SECRET, address, batch, clock, mail, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some(input) = Input::read(input) else { return };
    let account =
        SendGrid::builder(SECRET).from(address()).transport(input.transport()).clock(clock());
    let account = account.build().expect("an account");
    let (lists, groups, domains) =
        (account.suppressions(), account.unsubscribe_groups(), account.domains());
    let (templates, scheduled, stats) =
        (account.templates(), account.scheduled_sends(), account.stats());
    let (query, of) = (SuppressionQuery::new(), address());
    let draft = TemplateVersionDraft::new("v1", "Ready").html("x");
    match input.call % 30 {
        0 => run(account.send(&mail())),
        1 => batch(&account, &mail()),
        2 => run(account.check()),
        3 => run(account.scopes()),
        4 => run(lists.list(SuppressionKind::Bounces, &query)),
        5 => run(lists.get(SuppressionKind::Unsubscribes, &of)),
        6 => run(lists.get(SuppressionKind::Blocks, &of)),
        7 => run(lists.unsubscribe(&[address()])),
        8 => run(lists.remove(SuppressionKind::SpamReports, &of)),
        9 => run(lists.bounce_counts(None)),
        10 => run(groups.list(&[1])),
        11 => run(groups.create("a", "b", false)),
        12 => run(groups.members(1)),
        13 => run(groups.search(1, &[address()])),
        14 => run(groups.of(&of)),
        15 => run(groups.all_members()),
        16 => run(domains.list(50, None)),
        17 => run(domains.named("example.com")),
        18 => run(domains.default_domain()),
        19 => run(domains.create(&NewDomain::new("example.com"))),
        20 => run(domains.verify("1")),
        21 => run(templates.list(Some(Generation::Dynamic), 50, None)),
        22 => run(templates.create("a", Generation::Dynamic)),
        23 => run(templates.create_version("d-1", &draft)),
        24 => run(scheduled.create()),
        25 => run(scheduled.exists("b")),
        26 => run(scheduled.list()),
        27 => run(scheduled.get("b")),
        28 => run(stats.list(&StatsQuery::since("2026-03-01"))),
        _ => run(stats.sums_of_categories(&StatsQuery::since("2026-03-01"))),
    }
});
