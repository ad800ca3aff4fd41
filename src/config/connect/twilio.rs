//! The URL of `twilio`.

use std::sync::Arc;

use secrecy::ExposeSecret as _;

use super::{Leaf, done, parsed};
use crate::{
    error::{Fault, Result},
    message::{PhoneNumber, SenderId},
    messenger::Channels,
    providers::twilio::{Twilio, TwilioBuilder},
    time::SharedClock,
};

/// `twilio://SID:TOKEN@default?…`. With `api_key` the password is that key's secret.
pub(super) fn connect(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    const TEXTS: [(&str, fn(TwilioBuilder, String) -> TwilioBuilder); 9] = [
        ("whatsapp_from", TwilioBuilder::whatsapp_from),
        ("rcs_from", TwilioBuilder::rcs_from),
        ("messaging_service", TwilioBuilder::messaging_service),
        ("subaccount", TwilioBuilder::subaccount),
        ("status_callback", TwilioBuilder::status_callback),
        ("callback_parameter", TwilioBuilder::callback_parameter),
        ("region", TwilioBuilder::region),
        ("edge", TwilioBuilder::edge),
        ("endpoint", TwilioBuilder::endpoint),
    ];

    let mut faults = Vec::new();
    let senders = Senders::of(&leaf);
    let sid = leaf.user.take().unwrap_or_default();
    let secret = leaf.password.take().unwrap_or_default();
    let mut account = Twilio::builder(sid.expose_secret(), secret.clone());
    if let Some(key) = leaf.take("api_key") {
        account = account.api_key(key, secret);
    }
    if let Some(from) = parsed::<SenderId>(&mut leaf, "from", &mut faults) {
        account = account.from(from);
    }
    if let Some(number) = parsed::<PhoneNumber>(&mut leaf, "voice_from", &mut faults) {
        account = account.voice_from(number);
    }
    for (key, set) in TEXTS {
        if let Some(value) = leaf.take(key) {
            account = set(account, value);
        }
    }
    if let Some(clock) = clock {
        account = account.clock(Arc::clone(clock));
    }
    // Settings of the environment name no host.
    if leaf.host.as_deref().is_some_and(|host| host != "default") {
        faults.push(Fault::new("host", "is not `default`", "write @default, or set endpoint"));
    }
    let known = "from, whatsapp_from, rcs_from, voice_from, messaging_service, api_key, \
                 subaccount, status_callback, callback_parameter, region, edge, endpoint";
    leaf.finish(known, &mut faults);
    let account = Arc::new(done(faults, account.build())?);
    let given = |has: bool| has.then(|| Arc::clone(&account));
    Ok(Channels {
        rcs: given(senders.rcs).map(|account| account as _),
        sms: given(senders.sms).map(|account| account as _),
        voice: given(senders.voice).map(|account| account as _),
        whatsapp: given(senders.whatsapp).map(|account| account as _),
        ..Channels::default()
    })
}

/// Which kinds have a sender. Where the URL names none at all, the messages name theirs.
#[expect(clippy::struct_excessive_bools, reason = "one a kind")]
struct Senders {
    rcs: bool,
    sms: bool,
    voice: bool,
    whatsapp: bool,
}

impl Senders {
    fn of(leaf: &Leaf) -> Self {
        let has = |key: &str| leaf.query.contains_key(key);
        let keys = ["from", "whatsapp_from", "rcs_from", "voice_from", "messaging_service"];
        let none = !keys.into_iter().any(has);
        let every = has("messaging_service") || none;
        Self {
            rcs: every || has("rcs_from"),
            sms: every || has("from"),
            // No service holds a caller.
            voice: none || has("voice_from"),
            whatsapp: every || has("whatsapp_from"),
        }
    }
}
