//! Sending domains, their DNS records and what they track.

use std::{borrow::Cow, fmt};

use http::Method;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{Pairs, ask, bare, date, limit, offset, present, tell, text, with_form, yes};
use crate::{
    debug::show,
    error::Result,
    http::{Page, connection::segment},
    providers::mailgun::{Mailgun, config, email::ClickTracking},
    time::Timestamp,
};

impl Mailgun {
    /// The sending domains of the account.
    #[must_use]
    pub fn domains(&self) -> Domains<'_> {
        Domains(self)
    }
}

/// The sending domains of an account.
///
/// Source: [Domains](https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/domains).
pub struct Domains<'a>(&'a Mailgun);

impl Domains<'_> {
    /// Adds a domain. Its answer holds the DNS records to publish.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn create(&self, name: &str, settings: &DomainSettings) -> Result<DomainDetails> {
        present("name", name)?;
        let mut pairs = vec![("name", name.into())];
        pairs.extend(settings.pairs());
        ask(self.0, with_form(self.0, Method::POST, "v4/domains", pairs)).await
    }

    /// A page of at most `most` domains, 1 to 1 000, in `state` where one is given. With the `next`
    /// of the page before it is the one after that.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn list(
        &self,
        most: usize,
        next: Option<&str>,
        state: Option<DomainState>,
    ) -> Result<Page<Domain>> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            items: Vec<Domain>,
        }
        let skip = offset(next)?;
        let mut query = vec![("limit", limit(most, 1000)?), ("skip", Cow::Owned(skip.to_string()))];
        query.extend(state.map(|state| ("state", state.word().into())));
        let answer: Answer = ask(self.0, bare(self.0, Method::GET, "v4/domains", query)).await?;
        Ok(Page::at(skip, answer.items, most))
    }

    /// A domain with its DNS records.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn get(&self, name: &str) -> Result<DomainDetails> {
        ask(self.0, bare(self.0, Method::GET, &path("v4", name)?, Vec::new())).await
    }

    /// Changes the settings that are given.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn update(&self, name: &str, settings: &DomainSettings) -> Result<DomainDetails> {
        let pairs = settings.pairs();
        ask(self.0, with_form(self.0, Method::PUT, &path("v4", name)?, pairs)).await
    }

    /// Has Mailgun look for the DNS records now.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn verify(&self, name: &str) -> Result<DomainDetails> {
        let path = format!("{}/verify", path("v4", name)?);
        ask(self.0, bare(self.0, Method::PUT, &path, Vec::new())).await
    }

    /// Deletes a domain.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn delete(&self, name: &str) -> Result<()> {
        tell(self.0, bare(self.0, Method::DELETE, &path("v3", name)?, Vec::new())).await.map(drop)
    }

    /// What a domain tracks.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn tracking(&self, name: &str) -> Result<Tracking> {
        #[derive(Deserialize)]
        struct Answer {
            tracking: Tracking,
        }
        let path = format!("{}/tracking", path("v3", name)?);
        let answer: Answer = ask(self.0, bare(self.0, Method::GET, &path, Vec::new())).await?;
        Ok(answer.tracking)
    }

    /// Sets which links of a domain's mails are rewritten to count clicks.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn set_click_tracking(&self, name: &str, which: ClickTracking) -> Result<()> {
        self.track(name, "click", vec![("active", which.word().into())]).await
    }

    /// Sets whether opens of a domain's mails are counted.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn set_open_tracking(&self, name: &str, on: bool) -> Result<()> {
        self.track(name, "open", vec![("active", yes(on))]).await
    }

    /// Sets whether a domain's mails get a footer to unsubscribe, and that footer in HTML and text
    /// where it is to be another.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn set_unsubscribe_tracking(
        &self,
        name: &str,
        on: bool,
        html: Option<&str>,
        text: Option<&str>,
    ) -> Result<()> {
        let mut pairs = vec![("active", yes(on))];
        pairs.extend(html.map(|html| ("html_footer", html.into())));
        pairs.extend(text.map(|text| ("text_footer", text.into())));
        self.track(name, "unsubscribe", pairs).await
    }

    async fn track(&self, name: &str, what: &str, pairs: Pairs<'_>) -> Result<()> {
        let path = format!("{}/tracking/{what}", path("v3", name)?);
        tell(self.0, with_form(self.0, Method::PUT, &path, pairs)).await.map(drop)
    }
}

fn path(version: &str, name: &str) -> Result<String> {
    present("name", name)?;
    Ok(format!("{version}/domains/{}", segment(name)))
}

impl fmt::Debug for Domains<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Domains")
    }
}

/// What is done with spam that comes in.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SpamAction {
    /// It is refused.
    Block,
    /// Nothing.
    Disabled,
    /// It is marked.
    Tag,
}

/// The settings of a domain; what is absent stays as it is, or as Mailgun begins.
#[non_exhaustive]
#[derive(Clone, Default)]
pub struct DomainSettings {
    /// The password of the domain's SMTP user.
    pub smtp_password: Option<SecretString>,
    /// What is done with spam that comes in.
    pub spam_action: Option<SpamAction>,
    /// Whether mail to subdomains is taken too.
    pub wildcard: Option<bool>,
    /// Whether the domain is the authority of its own DKIM key, though its parent is known.
    pub force_dkim_authority: Option<bool>,
    /// How many bits the DKIM key has: 1024 or 2048.
    pub dkim_key_size: Option<u16>,
    /// The selector of the DKIM key.
    pub dkim_selector: Option<String>,
    /// The host name of the DKIM key.
    pub dkim_host_name: Option<String>,
    /// Whether the DKIM key is the root domain's.
    pub force_root_dkim_host: Option<bool>,
    /// Whether Mailgun rotates the keys itself.
    pub use_automatic_sender_security: Option<bool>,
    /// The dedicated addresses it sends from.
    pub ips: Vec<String>,
    /// The pool of addresses it sends from.
    pub pool_id: Option<String>,
    /// `http` or `https` of tracked links.
    pub web_scheme: Option<String>,
    /// The subdomain of tracked links.
    pub web_prefix: Option<String>,
    /// Whether mails go over TLS or not at all.
    pub require_tls: Option<bool>,
    /// Whether the receiving server's certificate goes unchecked.
    pub skip_verification: Option<bool>,
    /// Where a copy of every mail is posted.
    pub archive_to: Option<String>,
    /// Whether stored mail is encrypted.
    pub encrypt_incoming_message: Option<bool>,
    /// How many seconds mails are kept.
    pub message_ttl: Option<u64>,
}

impl DomainSettings {
    /// No settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn pairs(&self) -> Pairs<'_> {
        let word = |on: Option<bool>| on.map(|on| if on { "true" } else { "false" }.into());
        let text = |text: &'_ Option<String>| text.clone().map(Cow::<'_, str>::Owned);
        let spam = self.spam_action.map(|action| match action {
            SpamAction::Block => "block".into(),
            SpamAction::Disabled => "disabled".into(),
            SpamAction::Tag => "tag".into(),
        });
        let password =
            self.smtp_password.as_ref().map(|password| config::password(password).into());
        let ips = Some(self.ips.join(",")).filter(|ips| !ips.is_empty()).map(Cow::Owned);
        let pairs: [(&str, Option<Cow<'_, str>>); 18] = [
            ("smtp_password", password),
            ("spam_action", spam),
            ("wildcard", word(self.wildcard)),
            ("force_dkim_authority", word(self.force_dkim_authority)),
            ("dkim_key_size", self.dkim_key_size.map(|bits| bits.to_string().into())),
            ("dkim_selector", text(&self.dkim_selector)),
            ("dkim_host_name", text(&self.dkim_host_name)),
            ("force_root_dkim_host", word(self.force_root_dkim_host)),
            ("use_automatic_sender_security", word(self.use_automatic_sender_security)),
            ("ips", ips),
            ("pool_id", text(&self.pool_id)),
            ("web_scheme", text(&self.web_scheme)),
            ("web_prefix", text(&self.web_prefix)),
            ("require_tls", word(self.require_tls)),
            ("skip_verification", word(self.skip_verification)),
            ("archive_to", text(&self.archive_to)),
            ("encrypt_incoming_message", word(self.encrypt_incoming_message)),
            ("message_ttl", self.message_ttl.map(|seconds| seconds.to_string().into())),
        ];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

// Where copies are posted may hold a secret.
show!(DomainSettings {
    spam_action,
    wildcard,
    dkim_key_size,
    dkim_selector,
    ips,
    web_scheme,
    web_prefix,
    require_tls
});

/// Whether a domain may send.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DomainState {
    /// It may.
    Active,
    /// Mailgun disabled it.
    Disabled,
    /// Its DNS records were not found yet.
    Unverified,
    /// Mailgun says something else, or nothing.
    #[default]
    #[serde(other)]
    Unknown,
}

impl DomainState {
    fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Unverified => "unverified",
            Self::Unknown => "unknown",
        }
    }
}

/// A domain as Mailgun lists it.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Domain {
    /// Mailgun's id of it.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// The domain.
    pub name: String,
    /// Whether it may send.
    pub state: DomainState,
    /// The user name of its SMTP account.
    #[serde(deserialize_with = "text")]
    pub smtp_login: String,
    /// Whether mail to subdomains is taken too.
    pub wildcard: Option<bool>,
    /// What is done with spam that comes in, in Mailgun's word.
    #[serde(deserialize_with = "text")]
    pub spam_action: String,
    /// Whether mails go over TLS or not at all.
    pub require_tls: Option<bool>,
    /// Whether the receiving server's certificate goes unchecked.
    pub skip_verification: Option<bool>,
    /// `http` or `https` of tracked links.
    #[serde(deserialize_with = "text")]
    pub web_scheme: String,
    /// The subdomain of tracked links.
    #[serde(deserialize_with = "text")]
    pub web_prefix: String,
    /// When it was added.
    #[serde(deserialize_with = "date")]
    pub created_at: Option<Timestamp>,
}

/// A domain and the DNS records it needs.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DomainDetails {
    /// The domain.
    pub domain: Domain,
    /// The records to send: SPF, DKIM, tracking.
    #[serde(default)]
    pub sending_dns_records: Vec<DnsRecord>,
    /// The records to receive: MX.
    #[serde(default)]
    pub receiving_dns_records: Vec<DnsRecord>,
}

/// A DNS record that a domain needs.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct DnsRecord {
    /// `TXT`, `CNAME` or `MX`.
    #[serde(deserialize_with = "text")]
    pub record_type: String,
    /// Its name; empty for `MX`.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// Its value.
    #[serde(deserialize_with = "text")]
    pub value: String,
    /// The priority of an `MX`.
    #[serde(deserialize_with = "text")]
    pub priority: String,
    /// `valid`, `unknown` or `invalid`.
    #[serde(deserialize_with = "text")]
    pub valid: String,
    /// Whether Mailgun uses it.
    pub is_active: Option<bool>,
    /// What Mailgun found in its place.
    pub cached: Vec<String>,
}

impl DnsRecord {
    /// Whether Mailgun found it as it is to be.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.valid == "valid"
    }
}

/// What a domain tracks.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Tracking {
    /// Clicks.
    pub click: TrackingSetting,
    /// Opens.
    pub open: TrackingSetting,
    /// The footer to unsubscribe.
    pub unsubscribe: TrackingSetting,
}

/// One thing that a domain tracks.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct TrackingSetting {
    /// `true`, `false`, `yes`, `no` or `htmlonly`, in Mailgun's word.
    #[serde(deserialize_with = "text")]
    pub active: String,
    /// The footer in HTML.
    pub html_footer: Option<String>,
    /// The footer in text.
    pub text_footer: Option<String>,
}
