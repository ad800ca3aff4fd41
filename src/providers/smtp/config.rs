//! The account: server, mode, credentials, senders.

use std::{fmt, net::IpAddr, sync::Arc};

use async_trait::async_trait;
use secrecy::SecretString;
use tokio_rustls::rustls::pki_types::ServerName;

use super::{
    NAME,
    auth::{Credentials, Proof, TokenSource},
    error::LABEL,
    limits::{Limits, Timeouts},
    pool::Pool,
    preset::{Echo, Preset},
    tls::{Trust, certificates, trust},
};
use crate::{
    Capabilities, EmailAddress, Error, Fault, Features, Mailbox, Provider, Result,
    mime::Senders,
    time::{SharedClock, TokioClock, after},
};

/// How the connection is encrypted. There is no "if the server offers it": who listens in can
/// take the offer away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tls {
    /// TLS from the first byte: port 465.
    Implicit,
    /// Clear text: for a server on this machine, and for relays without credentials.
    None,
    /// `STARTTLS`, required: port 587.
    StartTls,
}

/// An account at an SMTP server. Clones share its connections.
///
/// Connects when it is first used, within a tokio runtime; outside of one every call ends as
/// [`Config`](crate::ErrorKind::Config).
#[derive(Clone)]
pub struct Smtp(pub(super) Arc<Account>);

/// What an [`Smtp`] shares.
pub(super) struct Account {
    pub(super) pool: Pool,
    pub(super) clock: SharedClock,
    pub(super) capabilities: Capabilities,
    pub(super) senders: Senders,
    pub(super) echo: Option<Echo>,
    check: std::time::Duration,
}

impl Smtp {
    /// An account at `host`, a name or an address: implicit TLS on port 465, no login, unless said
    /// otherwise.
    pub fn builder(host: impl Into<String>) -> SmtpBuilder {
        SmtpBuilder {
            host: host.into(),
            region: None,
            port: None,
            tls: Tls::Implicit,
            roots: Vec::new(),
            credentials: None,
            hello: None,
            timeouts: Timeouts::default(),
            limits: Limits::default(),
            senders: Senders::default(),
            echo: None,
            clock: TokioClock::shared(),
        }
    }

    /// An account at a well-known provider.
    pub fn preset(preset: &Preset) -> SmtpBuilder {
        let mut builder = Self::builder(preset.host).port(preset.port).tls(preset.tls);
        let limits = &mut builder.limits;
        limits.connections = preset.connections.unwrap_or(limits.connections);
        limits.messages = preset.messages.unwrap_or(limits.messages);
        limits.recipients = preset.recipients.unwrap_or(limits.recipients);
        limits.size = preset.size;
        builder.echo = preset.echo;
        builder
    }

    /// The connections, for mail that is MIME already: signed, encrypted, or forwarded as it came.
    #[must_use]
    pub fn pool(&self) -> &Pool {
        &self.0.pool
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("pool", &self.0.pool).finish_non_exhaustive()
    }
}

#[async_trait]
impl Provider for Smtp {
    fn name(&self) -> &'static str {
        NAME
    }

    /// Connects, encrypts, logs in and asks for a sign of life, within [`Timeouts::check`].
    async fn check(&self) -> Result<()> {
        let deadline = after(self.0.clock.now(), self.0.check);
        self.0.pool.check(Some(deadline)).await
    }
}

/// What a connection is made from.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) mode: Tls,
    pub(super) tls: Option<Trust>,
    pub(super) credentials: Option<Credentials>,
    pub(super) hello: String,
    pub(super) timeouts: Timeouts,
    pub(super) limits: Limits,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("mode", &self.mode)
            .field("timeouts", &self.timeouts)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Builds an [`Smtp`].
#[derive(Clone)]
#[must_use]
pub struct SmtpBuilder {
    host: String,
    region: Option<String>,
    port: Option<u16>,
    tls: Tls,
    roots: Vec<Vec<u8>>,
    credentials: Option<Credentials>,
    hello: Option<String>,
    timeouts: Timeouts,
    limits: Limits,
    senders: Senders,
    echo: Option<Echo>,
    clock: SharedClock,
}

impl SmtpBuilder {
    /// Another host than the preset's, such as a relay in front of it.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// The region, for hosts that have one: `ap-south-1` at Amazon SES.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The port. Default: that of the mode: 465, 587 or 25.
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// How the connection is encrypted. Default: [`Tls::Implicit`].
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = tls;
        self
    }

    /// Trusts certificates under this root too, in PEM, beside those of the platform.
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots.push(pem.into());
        self
    }

    /// Logs in by password, with `AUTH PLAIN` or else `LOGIN`. Default: no login.
    pub fn password(self, user: impl Into<String>, password: impl Into<SecretString>) -> Self {
        self.credentials(user, Proof::Password(password.into()))
    }

    /// Logs in by OAuth access tokens, with `AUTH XOAUTH2`; `user` is the mailbox's address. A
    /// [`SecretString`] is a source too, of one token that never changes.
    pub fn oauth(self, user: impl Into<String>, tokens: impl TokenSource + 'static) -> Self {
        self.credentials(user, Proof::Token(Arc::new(tokens)))
    }

    /// The name in `EHLO`: `mail.example.org` or `[192.0.2.1]`.
    ///
    /// Default: the machine's name if it has a domain, else `[127.0.0.1]`, since servers refuse
    /// bare names.
    pub fn hello(mut self, name: impl Into<String>) -> Self {
        self.hello = Some(name.into());
        self
    }

    /// Who mails come from that do not say so themselves.
    pub fn from(mut self, from: impl Into<Mailbox>) -> Self {
        self.senders.from = Some(from.into());
        self
    }

    /// Who hands the mails in, where it is not who they come from: the `Sender` header. Default:
    /// none.
    pub fn sender(mut self, sender: impl Into<Mailbox>) -> Self {
        self.senders.sender = Some(sender.into());
        self
    }

    /// Where bounces go. Default: to who the mail comes from.
    pub fn return_path(mut self, address: EmailAddress) -> Self {
        self.senders.return_path = Some(address);
        self
    }

    /// How long each phase may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// What the pool keeps to.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Where time comes from. Default: the system.
    pub fn clock(mut self, clock: SharedClock) -> Self {
        self.clock = clock;
        self
    }

    fn credentials(mut self, user: impl Into<String>, proof: Proof) -> Self {
        self.credentials = Some(Credentials { user: user.into(), proof });
        self
    }

    /// Checks everything and loads the platform's certificates; connects to nothing.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) naming all that is wrong: a host, name, user or
    /// certificate that cannot be, a limit of zero, credentials in clear text to another machine.
    pub fn build(self) -> Result<Smtp> {
        let region = self.region.as_deref().unwrap_or_default();
        let host = self.host.replace("{region}", region);
        let hello = self.hello.clone().unwrap_or_else(own_name);
        let faults = self.faults(&host, &hello);
        if !faults.is_empty() {
            let error = Error::config("the SMTP account is not set up");
            return Err(error.with_provider(LABEL).with_faults(faults));
        }
        let tls = match self.tls {
            Tls::None => None,
            Tls::Implicit | Tls::StartTls => {
                let name = ServerName::try_from(host.clone()).map_err(|cause| {
                    let error = Error::config("the host's name is none that TLS can check");
                    error.with_provider(LABEL).with_source(cause)
                })?;
                Some(trust(name, &self.roots)?)
            }
        };
        let port = self.port.unwrap_or(match self.tls {
            Tls::Implicit => 465,
            Tls::None => 25,
            Tls::StartTls => 587,
        });
        let settings = Settings {
            host,
            port,
            mode: self.tls,
            tls,
            credentials: self.credentials,
            hello,
            timeouts: self.timeouts,
            limits: self.limits,
        };
        let mut capabilities = Capabilities::new(FEATURES).in_flight(self.limits.connections);
        capabilities.bytes = self.limits.size;
        Ok(Smtp(Arc::new(Account {
            pool: Pool::new(settings, Arc::clone(&self.clock)),
            clock: self.clock,
            capabilities,
            senders: self.senders,
            echo: self.echo,
            check: self.timeouts.check,
        })))
    }

    fn faults(&self, host: &str, hello: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |field: &str, problem: &str, remedy: &str| {
            faults.push(Fault::new(field, problem, remedy));
        };
        if host.is_empty() || !is_word(host) {
            fault("host", "is not a host name", "write a name, such as smtp.example.org");
        }
        if self.host.contains("{region}") && !self.region.as_deref().is_some_and(is_region) {
            fault("region", "is missing or no region", "name the provider's region");
        }
        if hello.is_empty() || !is_word(hello) {
            fault("hello", "is not a host name or address literal", "write a full host name");
        }
        if self.port == Some(0) {
            fault("port", "is zero", "write 465, 587 or the port that the provider names");
        }
        let Limits { connections, messages, recipients, .. } = self.limits;
        for (field, limit) in [
            ("limits.connections", connections),
            ("limits.messages", messages),
            ("limits.recipients", recipients),
        ] {
            if limit == 0 {
                fault(field, "is zero, so nothing could be sent", "write 1 or more");
            }
        }
        if self.limits.size == Some(0) {
            fault("limits.size", "is zero, so nothing could be sent", "leave it out");
        }
        if let Some(Credentials { user, .. }) = &self.credentials {
            if self.tls == Tls::None && !is_loopback(host) {
                let problem = "would leave this machine in clear text with the credentials";
                fault("tls", problem, "use implicit TLS or STARTTLS");
            }
            // XOAUTH2 ends its fields with \x01, PLAIN with NUL.
            if user.is_empty() || user.contains(['\0', '\x01']) {
                fault("user", "is empty or holds a control character", "write the user name");
            }
        }
        for root in &self.roots {
            if certificates(root).is_none() {
                fault("root_certificate", "is not PEM", "begin it with BEGIN CERTIFICATE");
            }
        }
        faults
    }
}

impl fmt::Debug for SmtpBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpBuilder").field("host", &self.host).finish_non_exhaustive()
    }
}

const FEATURES: Features = Features::TEXT
    .union(Features::HTML)
    .union(Features::AMP)
    .union(Features::ATTACHMENTS)
    .union(Features::INLINE)
    .union(Features::HEADERS)
    .union(Features::MANY_RECIPIENTS);

fn own_name() -> String {
    let name = hostname::get().ok().and_then(|name| name.into_string().ok()).unwrap_or_default();
    if name.contains('.') && is_word(&name) { name } else { "[127.0.0.1]".to_owned() }
}

fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_region(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn fields(builder: SmtpBuilder) -> Vec<String> {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        error.faults().iter().map(|fault| fault.field.clone()).collect()
    }

    #[test]
    fn all_that_cannot_be_is_named_at_once() {
        let zero = Limits { connections: 0, ..Limits::default() };
        let broken = "-----BEGIN CERTIFICATE-----\nx";
        let builder = Smtp::builder("a b").hello("a\r\nMAIL").limits(zero).root_certificate(broken);
        let named = fields(builder.tls(Tls::None).password("", "secret"));
        let expected = ["host", "hello", "limits.connections", "tls", "user", "root_certificate"];
        assert_eq!(named, expected);
        assert_eq!(fields(Smtp::builder("")), ["host"]);
    }

    #[test]
    fn a_preset_with_regions_needs_one() {
        let ses = Smtp::preset(Preset::named("ses").unwrap());
        assert_eq!(fields(ses.clone()), ["region"]);
        assert_eq!(fields(ses.clone().region("x.evil.example/")), ["region"]);
        let debug = format!("{:?}", ses.region("ap-south-1").build().unwrap());
        assert!(debug.contains("email-smtp.ap-south-1.amazonaws.com"), "{debug}");
    }

    #[test]
    fn neither_user_nor_secret_shows() {
        let local = Smtp::builder("127.0.0.1").tls(Tls::None).password("asha", "hunter2");
        let shown = format!("{local:?} {:?}", local.clone().build().unwrap());
        assert!(!shown.contains("asha") && !shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("port: 25"), "{shown}");
    }

    #[test]
    fn the_default_name_is_never_bare() {
        let name = own_name();
        assert!(name.contains('.'), "{name}");
    }
}
