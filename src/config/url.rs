//! From a provider URL to channels.

use std::{str::FromStr, sync::Arc};

use super::provider_url::{Leaf, ProviderUrl};
use crate::{
    channel::Shared,
    error::{Error, Fault, Result},
    message::{Mailbox, Message},
    messenger::Channels,
    route::Failover,
    time::SharedClock,
};

/// The channels that a URL names.
pub(super) fn connect(url: &ProviderUrl, clock: Option<&SharedClock>) -> Result<Channels> {
    match url {
        ProviderUrl::Provider(leaf) => provider(leaf, clock),
        ProviderUrl::Route { name, children } if name == "failover" => {
            let children = children.iter().map(|child| connect(child, clock));
            failover(&children.collect::<Result<Vec<_>>>()?)
        }
        ProviderUrl::Route { .. } => {
            Err(Error::config("the provider URL has an unknown route; use failover(a b)"))
        }
    }
}

#[cfg_attr(
    not(any(feature = "netcore", feature = "smtp", feature = "sandbox")),
    expect(unused_variables, reason = "no provider is in this build")
)]
fn provider(leaf: &Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    match &*leaf.scheme {
        #[cfg(feature = "netcore")]
        "netcore+email" => netcore_email(leaf.clone(), clock),
        #[cfg(feature = "netcore")]
        "netcore+sms" => netcore_sms(leaf.clone(), clock),
        #[cfg(feature = "sandbox")]
        "sandbox" => sandbox(leaf, clock),
        #[cfg(feature = "smtp")]
        "smtp" => smtp(leaf.clone(), clock),
        scheme => Err(Error::config(format!(
            "the provider URL's scheme `{scheme}` is not in this build; it has {}",
            SCHEMES.join(", ")
        ))),
    }
}

/// The schemes of this build.
pub(super) const SCHEMES: &[&str] = &[
    #[cfg(feature = "netcore")]
    "netcore+email",
    #[cfg(feature = "netcore")]
    "netcore+sms",
    #[cfg(feature = "sandbox")]
    "sandbox",
    #[cfg(feature = "smtp")]
    "smtp",
    "failover(…)",
];

#[cfg(feature = "netcore")]
fn netcore_email(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    use crate::providers::netcore::email::{Account, Region, Version};

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

#[cfg(feature = "netcore")]
fn netcore_sms(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    use crate::{message::SenderId, providers::netcore::sms::Account};

    let mut faults = Vec::new();
    let user = leaf.user.take().unwrap_or_default();
    let password = leaf.password.take().unwrap_or_default();
    let feed = leaf.host.take().unwrap_or_default();
    let mut account = Account::builder(feed, user, password);
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

#[cfg(feature = "sandbox")]
fn sandbox(leaf: &Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    use crate::providers::sandbox::Sandbox;

    let mut faults = Vec::new();
    leaf.finish("no setting", &mut faults);
    let clock = clock.map_or_else(crate::time::default_clock, |clock| Ok(Arc::clone(clock)))?;
    let sandbox = Sandbox::on(clock);
    done(faults, Ok(()))?;
    Ok(Channels {
        apple_push: Some(Arc::new(sandbox.clone())),
        email: Some(Arc::new(sandbox.clone())),
        rcs: Some(Arc::new(sandbox.clone())),
        sms: Some(Arc::new(sandbox.clone())),
        voice: Some(Arc::new(sandbox.clone())),
        web_push: Some(Arc::new(sandbox.clone())),
        whatsapp: Some(Arc::new(sandbox)),
    })
}

#[cfg(feature = "smtp")]
fn smtp(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    use secrecy::ExposeSecret as _;

    use crate::providers::smtp::{Smtp, Tls};

    let mut faults = Vec::new();
    let host = leaf.host.take().unwrap_or_default();
    let mut account = Smtp::builder(host);
    if let Some(port) = leaf.port {
        account = account.port(port);
    }
    let modes = [("starttls", Tls::StartTls), ("implicit", Tls::Implicit), ("none", Tls::None)];
    let implicit = if leaf.port == Some(465) { Tls::Implicit } else { Tls::StartTls };
    account = account.tls(one_of(&mut leaf, "tls", &mut faults, &modes).unwrap_or(implicit));
    match (leaf.user.take(), leaf.password.take()) {
        (Some(user), Some(password)) => {
            account = account.password(user.expose_secret(), password);
        }
        (None, None) => {}
        _ => faults.push(Fault::new("password", "stands alone", "write user:password, or neither")),
    }
    if let Some(from) = mailbox(&mut leaf, &mut faults) {
        account = account.from(from);
    }
    if let Some(hello) = leaf.take("hello") {
        account = account.hello(hello);
    }
    if let Some(clock) = clock {
        account = account.clock(Arc::clone(clock));
    }
    leaf.finish("tls, from, hello", &mut faults);
    let account = done(faults, account.build())?;
    Ok(Channels { email: Some(Arc::new(account)), ..Channels::default() })
}

/// The channels of each kind that all of `children` send, one after the other.
fn failover(children: &[Channels]) -> Result<Channels> {
    fn route<M: Message>(
        children: &[Channels],
        pick: impl Fn(&Channels) -> Option<&Shared<M>>,
    ) -> Result<Option<Shared<M>>> {
        let channels: Option<Vec<_>> = children.iter().map(|child| pick(child).cloned()).collect();
        let Some(channels) = channels else { return Ok(None) };
        Ok(Some(Arc::new(Failover::new(channels)?)))
    }
    let routed = Channels {
        apple_push: route(children, |child| child.apple_push.as_ref())?,
        email: route(children, |child| child.email.as_ref())?,
        rcs: route(children, |child| child.rcs.as_ref())?,
        sms: route(children, |child| child.sms.as_ref())?,
        voice: route(children, |child| child.voice.as_ref())?,
        web_push: route(children, |child| child.web_push.as_ref())?,
        whatsapp: route(children, |child| child.whatsapp.as_ref())?,
    };
    if routed.is_empty() {
        return Err(Error::config("the providers of a failover have no kind of message in common"));
    }
    Ok(routed)
}

fn mailbox(leaf: &mut Leaf, faults: &mut Vec<Fault>) -> Option<Mailbox> {
    let text = leaf.take("from")?;
    let parsed = Mailbox::parse(&text);
    parsed.map_err(|error| faults.push(Fault::new("from", error.problem, error.remedy))).ok()
}

fn parsed<T: FromStr<Err = crate::AddressError>>(
    leaf: &mut Leaf,
    key: &str,
    faults: &mut Vec<Fault>,
) -> Option<T> {
    let text = leaf.take(key)?;
    text.parse()
        .map_err(|error: T::Err| faults.push(Fault::new(key, error.problem, error.remedy)))
        .ok()
}

fn one_of<T: Copy>(
    leaf: &mut Leaf,
    key: &str,
    faults: &mut Vec<Fault>,
    choices: &[(&str, T)],
) -> Option<T> {
    let text = leaf.take(key)?.to_ascii_lowercase();
    let found = choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice);
    if found.is_none() {
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        faults.push(Fault::new(
            key,
            "is none of its values",
            format!("write {}", names.join(" or ")),
        ));
    }
    found
}

/// What the URL lacks and what the builder refuses, in one error.
fn done<T>(faults: Vec<Fault>, built: Result<T>) -> Result<T> {
    match built {
        Ok(built) if faults.is_empty() => Ok(built),
        Ok(_) => Err(Error::config("the provider URL is not complete").with_faults(faults)),
        Err(error) => Err(error.with_faults(faults)),
    }
}
