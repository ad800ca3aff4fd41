//! Meta's answers: any bytes under any status, to a send or to a management call.
#![no_main]

use dakiya::{
    Channel as _, MediaKind, Provider as _,
    meta::{
        Meta,
        manage::{
            Category, CodeMethod, Component, MediaFile, NewOtpTemplates, NewTemplate,
            ProfileUpdate, TemplateQuery, TemplateUpdate,
        },
    },
};
use dakiya_fuzz::{Input, SECRET, batch, clock, phone, run, whatsapp};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some(input) = Input::read(input) else { return };
    let account = Meta::builder(SECRET, "305511778840026")
        .business_account("102290129340398")
        .app("670843887433847")
        .transport(input.transport())
        .clock(clock());
    let account = account.build().expect("an account");
    let (templates, media, blocked) = (account.templates(), account.media(), account.blocked());
    let (numbers, profile) = (account.numbers(), account.profile());
    let new = NewTemplate::new("ready", "en", Category::Utility)
        .component(Component::body("Hello {{1}}!", ["Asha"]));
    let otp = NewOtpTemplates::new("otp", ["en"], [Component::authentication_body(true)]);
    let edit = TemplateUpdate::new().category(Category::Utility);
    let (user, secret) = (phone().into(), "123456".into());
    let file = MediaFile::new(MediaKind::Image, "a.png", "image/png", &b"png"[..]);
    let url = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1";
    match input.call % 26 {
        0 => run(account.send(&whatsapp())),
        1 => batch(&account, &whatsapp()),
        2 => run(account.check()),
        3 => run(account.messages().mark_read("wamid.x")),
        4 => run(media.upload(&file)),
        5 => run(media.get("1")),
        6 => run(media.download(url)),
        7 => run(media.delete("1")),
        8 => run(templates.create(&new)),
        9 => run(templates.upsert_otp(&otp)),
        10 => run(templates.list(&TemplateQuery::new())),
        11 => run(templates.get("1")),
        12 => run(templates.update("1", &edit)),
        13 => run(templates.delete("ready")),
        14 => run(templates.unpause("1")),
        15 => run(profile.get()),
        16 => run(profile.update(&ProfileUpdate::new().about("Open"))),
        17 => run(numbers.list(None)),
        18 => run(numbers.get()),
        19 => run(numbers.request_code(CodeMethod::Sms, "en_US")),
        20 => run(numbers.verify_code(&secret)),
        21 => run(blocked.list(None)),
        22 => run(blocked.add(&[user])),
        23 => run(blocked.remove(&[user])),
        24 => run(account.subscriptions().list()),
        _ => run(account.uploads().upload("a.png", "image/png", &b"png"[..])),
    }
});
