//! From variables, by the names that common `.env` files use, to provider URLs.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::{
    connect::schemes,
    provider_url::{Leaf, ProviderUrl},
};
use crate::error::{Error, Fault, Result};

/// A provider URL for each kind that the variables name a provider for.
pub(super) fn urls(vars: &BTreeMap<String, String>) -> Result<Vec<ProviderUrl>> {
    let mut env = Env { vars, faults: Vec::new() };
    let urls = [env.email(), env.sms(), env.whatsapp()];
    if env.faults.is_empty() {
        return Ok(urls.into_iter().flatten().collect());
    }
    Err(Error::config("the environment is not complete").with_faults(env.faults))
}

struct Env<'a> {
    vars: &'a BTreeMap<String, String>,
    faults: Vec<Fault>,
}

impl<'a> Env<'a> {
    fn email(&mut self) -> Option<ProviderUrl> {
        const PROVIDERS: &[(&str, &[&str])] = &[
            ("netcore", &["NETCORE_EMAIL_API_KEY", "NETCORE_API_KEY"]),
            ("sendgrid", &["SENDGRID_API_KEY"]),
            ("smtp", &["SMTP_HOST"]),
        ];
        if self.has_url("EMAIL") {
            return self.url("EMAIL");
        }
        match self.choose("EMAIL_PROVIDER", PROVIDERS)?.as_str() {
            "netcore" => Some(self.netcore_email()),
            "sandbox" => Some(sandbox()),
            "sendgrid" => Some(self.sendgrid()),
            "smtp" => Some(self.smtp()),
            other => self.absent("EMAIL_PROVIDER", other),
        }
    }

    fn sms(&mut self) -> Option<ProviderUrl> {
        const PROVIDERS: &[(&str, &[&str])] = &[
            ("netcore", &["NETCORE_SMS_FEED_ID", "NETCORE_FEED_ID"]),
            ("twilio", &["TWILIO_ACCOUNT_SID"]),
        ];
        if self.has_url("SMS") {
            return self.url("SMS");
        }
        match self.choose("SMS_PROVIDER", PROVIDERS)?.as_str() {
            "netcore" => Some(self.netcore_sms()),
            "sandbox" => Some(sandbox()),
            other => self.absent("SMS_PROVIDER", other),
        }
    }

    fn whatsapp(&mut self) -> Option<ProviderUrl> {
        const PROVIDERS: &[(&str, &[&str])] =
            &[("meta", &["WHATSAPP_ACCESS_TOKEN", "WHATSAPP_PHONE_NUMBER_ID", "WHATSAPP_TOKEN"])];
        if self.has_url("WHATSAPP") {
            return self.url("WHATSAPP");
        }
        match self.choose("WHATSAPP_PROVIDER", PROVIDERS)?.as_str() {
            "sandbox" => Some(sandbox()),
            other => self.absent("WHATSAPP_PROVIDER", other),
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
    fn choose(&mut self, name: &str, providers: &[(&str, &[&str])]) -> Option<String> {
        if let Some(named) = self.text(name) {
            return Some(named.trim().to_ascii_lowercase());
        }
        let set = |vars: &[&str]| vars.iter().any(|var| self.text(var).is_some());
        let found: Vec<_> = providers.iter().filter(|(_, vars)| set(vars)).collect();
        match found.as_slice() {
            [] => None,
            [(only, _)] => Some((*only).to_owned()),
            several => {
                let names: Vec<_> = several.iter().map(|(name, _)| *name).collect();
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

    fn netcore_email(&mut self) -> ProviderUrl {
        let mut leaf = leaf("netcore+email");
        leaf.user = self.secret(&["NETCORE_EMAIL_API_KEY", "NETCORE_API_KEY"]);
        self.from(&mut leaf, &[], &[]);
        self.copy(&mut leaf, "version", &["NETCORE_EMAIL_VERSION"]);
        self.copy(&mut leaf, "region", &["NETCORE_EMAIL_REGION"]);
        self.copy(&mut leaf, "endpoint", &["NETCORE_EMAIL_ENDPOINT"]);
        ProviderUrl::Provider(leaf)
    }

    fn netcore_sms(&mut self) -> ProviderUrl {
        let mut leaf = leaf("netcore+sms");
        leaf.host = self.required(&["NETCORE_SMS_FEED_ID", "NETCORE_FEED_ID"]).map(Into::into);
        leaf.user = self.secret(&["NETCORE_SMS_USERNAME", "NETCORE_USERNAME"]);
        leaf.password = self.secret(&["NETCORE_SMS_PASSWORD", "NETCORE_PASSWORD"]);
        self.copy(&mut leaf, "sender", &["NETCORE_SMS_SENDER_ID", "NETCORE_SENDER_ID"]);
        self.copy(&mut leaf, "entity", &["NETCORE_SMS_ENTITY_ID", "NETCORE_ENTITY_ID"]);
        self.copy(&mut leaf, "endpoint", &["NETCORE_SMS_ENDPOINT"]);
        ProviderUrl::Provider(leaf)
    }

    /// SendGrid takes mail by SMTP too, where the user is the word `apikey`.
    fn sendgrid(&mut self) -> ProviderUrl {
        let mut leaf = leaf("smtp");
        leaf.host = Some("smtp.sendgrid.net".into());
        leaf.port = Some(587);
        leaf.user = Some(SecretString::from("apikey"));
        leaf.password = self.secret(&["SENDGRID_API_KEY"]);
        self.from(&mut leaf, &["SENDGRID_FROM_EMAIL"], &["SENDGRID_FROM_NAME"]);
        ProviderUrl::Provider(leaf)
    }

    fn smtp(&mut self) -> ProviderUrl {
        let mut leaf = leaf("smtp");
        leaf.host = self.required(&["SMTP_HOST"]).map(Into::into);
        leaf.port = self.either(&["SMTP_PORT"]).and_then(|port| {
            let parsed = port.trim().parse().ok().filter(|port| *port > 0);
            if parsed.is_none() {
                self.fault("SMTP_PORT", "is no port", "write a number from 1 to 65535");
            }
            parsed
        });
        let user = self.either(&["SMTP_USER", "SMTP_USERNAME"]);
        let password = self.either(&["SMTP_PASSWORD"]);
        match (user, password) {
            (Some(_), None) => self.fault("SMTP_PASSWORD", "is missing", "set it beside the user"),
            (None, Some(_)) => self.fault("SMTP_USER", "is missing", "set it beside the password"),
            _ => {}
        }
        leaf.user = user.map(SecretString::from);
        leaf.password = password.map(SecretString::from);
        self.tls(&mut leaf);
        self.from(&mut leaf, &["SMTP_FROM_EMAIL"], &["SMTP_FROM_NAME"]);
        ProviderUrl::Provider(leaf)
    }

    /// The two names that guides have for TLS, which mean different things by `false`.
    fn tls(&mut self, leaf: &mut Leaf) {
        let secure = self.boolean("SMTP_SECURE").map(|on| if on { "implicit" } else { "starttls" });
        let loopback = leaf.host.as_deref().is_some_and(is_loopback);
        let use_tls = match self.boolean("SMTP_USE_TLS") {
            Some(true) if leaf.port == Some(465) => Some("implicit"),
            Some(true) => Some("starttls"),
            Some(false) if loopback => Some("none"),
            Some(false) => {
                let remedy = "turn it on; plain SMTP is for a server on this machine";
                self.fault("SMTP_USE_TLS", "is off for a server elsewhere", remedy);
                None
            }
            None => None,
        };
        if let (Some(secure), Some(use_tls)) = (secure, use_tls)
            && secure != use_tls
        {
            self.fault("SMTP_SECURE", "contradicts SMTP_USE_TLS", "set one of the two");
        }
        if let Some(mode) = secure.or(use_tls) {
            leaf.query.insert("tls".into(), mode.into());
        }
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

fn sandbox() -> ProviderUrl {
    ProviderUrl::Provider(leaf("sandbox"))
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
