//! From a provider URL to channels: one file a provider.

use std::{str::FromStr, sync::Arc};

use super::provider_url::{Leaf, ProviderUrl};
use crate::{
    channel::Shared,
    error::{Error, Fault, Result},
    http::connection::ConnectionSettings,
    message::{Mailbox, Message},
    messenger::Channels,
    route::Failover,
    time::SharedClock,
};

#[cfg(feature = "mailgun")]
mod mailgun;
#[cfg(feature = "meta")]
mod meta;
#[cfg(feature = "netcore")]
mod netcore;
#[cfg(feature = "sandbox")]
mod sandbox;
#[cfg(feature = "sendgrid")]
mod sendgrid;
#[cfg(feature = "ses")]
mod ses;
#[cfg(feature = "smtp")]
mod smtp;
#[cfg(feature = "twilio")]
mod twilio;

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

/// Builds the channels of one provider from its URL.
type Connect = fn(Leaf, Option<&SharedClock>) -> Result<Channels>;

/// The schemes of this build.
const PROVIDERS: &[(&str, Connect)] = &[
    #[cfg(feature = "mailgun")]
    ("mailgun", mailgun::connect),
    #[cfg(feature = "meta")]
    ("meta", meta::connect),
    #[cfg(feature = "netcore")]
    ("netcore+deflector", netcore::deflector),
    #[cfg(feature = "netcore")]
    ("netcore+email", netcore::email),
    #[cfg(feature = "netcore")]
    ("netcore+rcs", netcore::rcs),
    #[cfg(feature = "netcore")]
    ("netcore+sms", netcore::sms),
    #[cfg(feature = "netcore")]
    ("netcore+voice", netcore::voice),
    #[cfg(feature = "netcore")]
    ("netcore+whatsapp", netcore::whatsapp),
    #[cfg(feature = "sandbox")]
    ("sandbox", sandbox::connect),
    #[cfg(feature = "sendgrid")]
    ("sendgrid", sendgrid::connect),
    #[cfg(feature = "ses")]
    ("ses", ses::connect),
    #[cfg(feature = "smtp")]
    ("smtp", smtp::connect),
    #[cfg(feature = "twilio")]
    ("twilio", twilio::connect),
];

fn provider(leaf: &Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    match PROVIDERS.iter().find(|(scheme, _)| *scheme == leaf.scheme) {
        Some((_, connect)) => connect(leaf.clone(), clock),
        None => Err(Error::config(format!(
            "the provider URL's scheme `{}` is not in this build; it has {}",
            leaf.scheme,
            schemes()
        ))),
    }
}

/// The schemes of this build, for people.
pub(super) fn schemes() -> String {
    let schemes = PROVIDERS.iter().map(|(scheme, _)| *scheme).chain(["failover(…)"]);
    schemes.collect::<Vec<_>>().join(", ")
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

/// The settings that every account over HTTP has.
fn connection(settings: &mut ConnectionSettings, leaf: &mut Leaf, clock: Option<&SharedClock>) {
    settings.endpoint = leaf.take("endpoint");
    settings.clock = clock.cloned();
}

/// The host of a URL whose provider has one alone: `default`, or none.
fn default_host(leaf: &Leaf, faults: &mut Vec<Fault>) {
    if leaf.host.as_deref().is_some_and(|host| host != "default") {
        faults.push(Fault::new("host", "is not `default`", "write @default, or set endpoint"));
    }
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
