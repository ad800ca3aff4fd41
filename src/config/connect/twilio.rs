//! The URL of `twilio`.

use std::sync::Arc;

use secrecy::ExposeSecret as _;

use super::{Leaf, connection, default_host, done, parsed};
use crate::{
    error::Result,
    message::{PhoneNumber, SenderId},
    messenger::Channels,
    providers::twilio::{Twilio, TwilioBuilder},
    time::SharedClock,
};

/// `twilio://SID:TOKEN@default?…`. With `api_key` the password is that key's secret. It carries the
/// kinds that a sender is known for: a number in `from` is one of SMS, calls and WhatsApp.
pub(super) fn connect(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    type Set = fn(TwilioBuilder, String) -> TwilioBuilder;
    const TEXTS: [(&str, Set); 8] = [
        ("whatsapp_from", TwilioBuilder::whatsapp_from),
        ("rcs_from", TwilioBuilder::rcs_from),
        ("messaging_service", TwilioBuilder::messaging_service),
        ("subaccount", TwilioBuilder::subaccount),
        ("status_callback", TwilioBuilder::status_callback),
        ("callback_parameter", TwilioBuilder::callback_parameter),
        ("region", TwilioBuilder::region),
        ("edge", TwilioBuilder::edge),
    ];

    let mut faults = Vec::new();
    let senders = ["from", "whatsapp_from", "rcs_from", "voice_from", "messaging_service"];
    let open = !senders.into_iter().any(|key| leaf.query.contains_key(key));
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
    connection(account.connection_mut(), &mut leaf, clock);
    default_host(&leaf, &mut faults);
    let known = "from, whatsapp_from, rcs_from, voice_from, messaging_service, api_key, \
                 subaccount, status_callback, callback_parameter, region, edge, endpoint";
    leaf.finish(known, &mut faults);
    let account = Arc::new(done(faults, account.build())?);
    // Where the URL names no sender at all, the messages name theirs.
    let given = |has: bool| (open || has).then(|| Arc::clone(&account));
    Ok(Channels {
        rcs: given(account.has_rcs_sender()).map(|account| account as _),
        sms: given(account.has_sms_sender()).map(|account| account as _),
        voice: given(account.has_caller()).map(|account| account as _),
        whatsapp: given(account.has_whatsapp_sender()).map(|account| account as _),
        ..Channels::default()
    })
}
