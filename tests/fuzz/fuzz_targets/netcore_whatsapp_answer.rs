//! Netcore's answers to WhatsApp, RCS, the deflector and calls: any bytes under any status.
#![no_main]

use dakiya::{
    ApprovedTemplate, Channel as _, Provider as _, ProviderTemplate, WhatsApp,
    netcore::{deflector, rcs, voice, whatsapp},
};
use dakiya_fuzz::{
    Input, SECRET, TEXT, batch, call, clock, envelope, phone, rcs as message, run, whatsapp as text,
};
use libfuzzer_sys::fuzz_target;

const VOICE: &str = r#"{"base_url": "https://voice.example.net", "path": "v1/calls",
    "method": "post", "auth": {"bearer": {"token": "canary-secret-71f3"}},
    "body": {"json": {"to": "{to}", "text": "{text}"}},
    "success": {"equals": {"/status": "success"}},
    "codes": {"E7": "invalid_recipient", "blocked": "suppressed"}, "check": {"path": "v1/me"}}"#;
const RCS: &str = r#"{"recipient":"{to}","template":{"id":"{template}","p":"{variables}"}}"#;

fuzz_target!(|input: &[u8]| {
    let Some(input) = Input::read(input) else { return };
    match input.call % 16 {
        0..9 => by_whatsapp(&input),
        9..12 => by_rcs(&input),
        12..14 => by_deflector(&input),
        _ => by_voice(&input),
    }
});

fn by_whatsapp(input: &Input) {
    let account = whatsapp::Account::builder(SECRET)
        .source("0b4e6c1a-5a0e-4f0e-9a57-7b3d3f1a2c44")
        .transport(input.transport())
        .clock(clock());
    let account = account.build().expect("an account");
    let entry = [whatsapp::manage::ConsentEntry::new(phone(), "WEB")];
    match input.call % 16 {
        0 => run(account.send(&text())),
        1 => batch(&account, &text()),
        2 => run(account.check()),
        3 => run(account.consent().opt_in(&entry)),
        4 => run(account.consent().opt_out(&entry)),
        5 => run(account.media().upload("a.png", "image/png", &b"png"[..])),
        6 => run(account.media().download("1")),
        7 => run(account.templates().status("ready")),
        _ => run(account.templates().preview("ready")),
    }
}

fn by_rcs(input: &Input) {
    let account =
        rcs::Account::builder(SECRET).request(RCS).transport(input.transport()).clock(clock());
    let account = account.build().expect("an account");
    let mut message = message();
    let template = ProviderTemplate::new("t7");
    message.delivery.provider_templates.insert("netcore.rcs".into(), template);
    match input.call % 16 {
        9 => run(account.send(&message)),
        10 => batch(&account, &message),
        _ => run(account.templates().create(&rcs::manage::NewTemplate::text("ready", "Hello"))),
    }
}

fn by_deflector(input: &Input) {
    let account = deflector::Account::builder(SECRET).transport(input.transport()).clock(clock());
    let account = account.build().expect("an account");
    let template = ApprovedTemplate::new("ready", "en").parameters([TEXT]);
    let message = envelope(WhatsApp::to(phone()).content(template));
    if input.call % 16 == 12 { run(account.send(&message)) } else { batch(&account, &message) }
}

fn by_voice(input: &Input) {
    let api = serde_json::from_str(VOICE).expect("an API");
    let account = voice::Account::builder(api).transport(input.transport()).clock(clock());
    let account = account.build().expect("an account");
    if input.call % 16 == 14 { run(account.send(&call())) } else { run(account.check()) }
}
