//! Netcore's URLs.

use std::sync::Arc;

use super::{Leaf, done, mailbox, one_of, parsed};
use crate::{
    error::{Error, Result},
    message::SenderId,
    messenger::Channels,
    providers::netcore,
    time::SharedClock,
};

pub(super) fn email(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    use netcore::email::{Account, Region, Version};

    let mut faults = Vec::new();
    let mut account = Account::builder(leaf.user.take().unwrap_or_default());
    if let Some(from) = mailbox(&mut leaf, &mut faults) {
        account = account.from(from);
    }
    if let Some(endpoint) = leaf.take("endpoint") {
        account = account.endpoint(endpoint);
    }
    if let Some(version) =
        one_of(&mut leaf, "version", &mut faults, &[("v6", Version::V6), ("v5.1", Version::V51)])
    {
        account = account.version(version);
    }
    if let Some(region) =
        one_of(&mut leaf, "region", &mut faults, &[("global", Region::Global), ("eu", Region::Eu)])
    {
        account = account.region(region);
    }
    if let Some(clock) = clock {
        account = account.clock(Arc::clone(clock));
    }
    leaf.finish("from, version, region, endpoint", &mut faults);
    let account = done(faults, account.build())?;
    Ok(Channels { email: Some(Arc::new(account)), ..Channels::default() })
}

pub(super) fn sms(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    let mut faults = Vec::new();
    let user = leaf.user.take().unwrap_or_default();
    let password = leaf.password.take().unwrap_or_default();
    let feed = leaf.host.take().unwrap_or_default();
    let mut account = netcore::sms::Account::builder(feed, user, password);
    if let Some(sender) = parsed::<SenderId>(&mut leaf, "sender", &mut faults) {
        account = account.sender(sender);
    }
    if let Some(entity) = leaf.take("entity") {
        account = account.entity(entity);
    }
    if let Some(endpoint) = leaf.take("endpoint") {
        account = account.endpoint(endpoint);
    }
    if let Some(clock) = clock {
        account = account.clock(Arc::clone(clock));
    }
    leaf.finish("sender, entity, endpoint", &mut faults);
    let account = done(faults, account.build())?;
    Ok(Channels { sms: Some(Arc::new(account)), ..Channels::default() })
}

pub(super) fn deflector(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    let mut faults = Vec::new();
    let mut account = netcore::deflector::Account::builder(leaf.user.take().unwrap_or_default());
    if let Some(endpoint) = leaf.take("endpoint") {
        account = account.endpoint(endpoint);
    }
    if let Some(clock) = clock {
        account = account.clock(Arc::clone(clock));
    }
    leaf.finish("endpoint", &mut faults);
    let account = done(faults, account.build())?;
    Ok(Channels { whatsapp: Some(Arc::new(account)), ..Channels::default() })
}

pub(super) fn rcs(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    let mut faults = Vec::new();
    let mut account = netcore::rcs::Account::builder(leaf.user.take().unwrap_or_default());
    if let Some(bot) = leaf.take("bot") {
        account = account.bot_id(bot);
    }
    if let Some(header) = leaf.take("header") {
        account = account.auth_header(header);
    }
    if let Some(request) = leaf.take("request") {
        account = account.request(request);
    }
    if let Some(endpoint) = leaf.take("endpoint") {
        account = account.endpoint(endpoint);
    }
    if let Some(clock) = clock {
        account = account.clock(Arc::clone(clock));
    }
    leaf.finish("bot, header, request, endpoint", &mut faults);
    let account = done(faults, account.build())?;
    Ok(Channels { rcs: Some(Arc::new(account)), ..Channels::default() })
}

pub(super) fn voice(_: Leaf, _: Option<&SharedClock>) -> Result<Channels> {
    Err(Error::config("not built yet"))
}

pub(super) fn whatsapp(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    let mut faults = Vec::new();
    let mut account = netcore::whatsapp::Account::builder(leaf.user.take().unwrap_or_default());
    // An account without a source id has none to write.
    if let Some(source) = leaf.host.take().filter(|host| host != "default") {
        account = account.source(source);
    }
    if let Some(on) =
        one_of(&mut leaf, "priority", &mut faults, &[("true", true), ("false", false)])
    {
        account = account.priority(on);
    }
    if let Some(endpoint) = leaf.take("endpoint") {
        account = account.endpoint(endpoint);
    }
    if let Some(endpoint) = leaf.take("legacy_endpoint") {
        account = account.legacy_endpoint(endpoint);
    }
    if let Some(clock) = clock {
        account = account.clock(Arc::clone(clock));
    }
    leaf.finish("priority, endpoint, legacy_endpoint", &mut faults);
    let account = done(faults, account.build())?;
    Ok(Channels { whatsapp: Some(Arc::new(account)), ..Channels::default() })
}
