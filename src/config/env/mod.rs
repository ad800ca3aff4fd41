//! From variables, by the names that common `.env` files use, to provider URLs.

use std::collections::BTreeMap;

use secrecy::SecretString;

use self::providers::{Choice, KINDS};
use super::{
    connect::schemes,
    provider_url::{Leaf, ProviderUrl},
};
use crate::{
    error::{Error, Fault, Result},
    message::Kind,
};

mod providers;

/// A provider URL for each kind that the variables name a provider for.
pub(super) fn urls(vars: &BTreeMap<String, String>) -> Result<Vec<(Kind, ProviderUrl)>> {
    let mut env = Env { vars, faults: Vec::new() };
    let mut urls = Vec::new();
    for (kind, prefix, providers) in KINDS {
        urls.extend(env.kind(prefix, providers).map(|url| (*kind, url)));
    }
    if env.faults.is_empty() {
        return Ok(urls);
    }
    Err(Error::config("the environment is not complete").with_faults(env.faults))
}

struct Env<'a> {
    vars: &'a BTreeMap<String, String>,
    faults: Vec<Fault>,
}

impl<'a> Env<'a> {
    fn kind(&mut self, prefix: &str, providers: &[Choice]) -> Option<ProviderUrl> {
        if self.has_url(prefix) {
            return self.url(prefix);
        }
        let variable = format!("{prefix}_PROVIDER");
        let name = self.choose(&variable, providers)?;
        if name == "sandbox" {
            return Some(ProviderUrl::Provider(leaf("sandbox")));
        }
        match providers.iter().find(|choice| choice.name == name) {
            Some(choice) => Some(ProviderUrl::Provider((choice.read)(self))),
            None => self.absent(&variable, &name),
        }
    }

    fn has_url(&self, kind: &str) -> bool {
        self.text(&format!("{kind}_URL")).is_some()
    }

    /// A whole URL, which leaves no room for a provider's name beside it.
    fn url(&mut self, kind: &str) -> Option<ProviderUrl> {
        let (name, provider) = (format!("{kind}_URL"), format!("{kind}_PROVIDER"));
        if self.text(&provider).is_some() {
            self.fault(&provider, format!("contradicts {name}"), "set one of the two");
        }
        let parsed = ProviderUrl::parse(self.text(&name)?);
        parsed.map_err(|error| self.fault(&name, error.message(), "see the README")).ok()
    }

    /// The provider that is named, else the only one that the other variables point to.
    fn choose(&mut self, name: &str, providers: &[Choice]) -> Option<String> {
        if let Some(named) = self.text(name) {
            return Some(named.trim().to_ascii_lowercase());
        }
        let set = |choice: &&Choice| choice.signs.iter().any(|var| self.text(var).is_some());
        let found: Vec<_> = providers.iter().filter(set).collect();
        match found.as_slice() {
            [] => None,
            [only] => Some(only.name.to_owned()),
            several => {
                let names: Vec<_> = several.iter().map(|choice| choice.name).collect();
                let problem = format!("is not set, and there are settings of {}", names.join(", "));
                self.fault(name, problem, "name the one to use");
                None
            }
        }
    }

    fn absent(&mut self, name: &str, provider: &str) -> Option<ProviderUrl> {
        let shown =
            if provider.chars().all(|c| c.is_ascii_alphanumeric()) { provider } else { "…" };
        let problem = format!("names `{shown}`, which this build cannot send through");
        self.fault(name, problem, format!("use a provider of this build: {}", schemes()));
        None
    }

    fn from(&mut self, leaf: &mut Leaf, addresses: &[&str], names: &[&str]) {
        let addresses: Vec<_> = addresses.iter().copied().chain(["EMAIL_FROM_ADDRESS"]).collect();
        let names: Vec<_> = names.iter().copied().chain(["EMAIL_FROM_NAME"]).collect();
        let (address, name) = (self.either(&addresses), self.either(&names));
        let Some(address) = address else {
            self.fault("EMAIL_FROM_ADDRESS", "is missing", "set the address that mail comes from");
            return;
        };
        let from = match name {
            Some(name) => format!("\"{}\" <{address}>", name.replace('"', "\\\"")),
            None => address.to_owned(),
        };
        leaf.query.insert("from".into(), from);
    }

    fn copy(&mut self, leaf: &mut Leaf, key: &str, names: &[&str]) {
        if let Some(value) = self.either(names) {
            leaf.query.insert(key.into(), value.into());
        }
    }

    fn secret(&mut self, names: &[&str]) -> Option<SecretString> {
        self.required(names).map(SecretString::from)
    }

    fn required(&mut self, names: &[&str]) -> Option<&'a str> {
        let found = self.either(names);
        if found.is_none()
            && let [first, others @ ..] = names
        {
            let remedy = match others {
                [] => "set it".to_owned(),
                others => format!("set it, or {}", others.join(", ")),
            };
            self.fault(first, "is missing", remedy);
        }
        found
    }

    /// The value of whichever name is set; two that differ contradict each other.
    fn either(&mut self, names: &[&str]) -> Option<&'a str> {
        let mut found: Option<(&str, &'a str)> = None;
        for name in names {
            match (found, self.text(name)) {
                (None, Some(text)) => found = Some((name, text)),
                (Some((first, value)), Some(text)) if value != text => {
                    self.fault(name, format!("contradicts {first}"), "set one of the two");
                }
                _ => {}
            }
        }
        found.map(|(_, text)| text)
    }

    fn boolean(&mut self, name: &str) -> Option<bool> {
        match self.text(name)?.trim().to_ascii_lowercase().as_str() {
            "1" | "on" | "true" | "yes" => Some(true),
            "0" | "off" | "false" | "no" => Some(false),
            _ => {
                self.fault(name, "is neither true nor false", "write true or false");
                None
            }
        }
    }

    /// A variable that is set to nothing is not set: `.env` files are full of them.
    fn text(&self, name: &str) -> Option<&'a str> {
        self.vars.get(name).map(String::as_str).filter(|text| !text.trim().is_empty())
    }

    fn fault(&mut self, name: &str, problem: impl Into<String>, remedy: impl Into<String>) {
        self.faults.push(Fault::new(name, problem, remedy));
    }
}

fn leaf(scheme: &str) -> Leaf {
    Leaf {
        scheme: scheme.into(),
        user: None,
        password: None,
        host: None,
        port: None,
        query: BTreeMap::new(),
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
