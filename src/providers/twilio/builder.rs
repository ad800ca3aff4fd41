//! Settings of an account, all checked at once.

use std::fmt;

use secrecy::SecretString;
use url::Url;

use super::{
    NAME, Twilio,
    config::{Account, Defaults, is_present},
};
use crate::{
    error::{Fault, Result},
    http::{self, connection::ConnectionSettings},
    message::{PhoneNumber, SenderId},
};

/// Builds a [`Twilio`] account.
#[must_use]
#[derive(Clone)]
pub struct TwilioBuilder {
    account_sid: String,
    auth_token: SecretString,
    api_key: Option<(String, SecretString)>,
    subaccount: Option<String>,
    region: Option<String>,
    edge: Option<String>,
    content_endpoint: Option<String>,
    defaults: Defaults,
    connection: ConnectionSettings,
}

impl TwilioBuilder {
    pub(super) fn new(account_sid: String, auth_token: SecretString) -> Self {
        Self {
            account_sid,
            auth_token,
            api_key: None,
            subaccount: None,
            region: None,
            edge: None,
            content_endpoint: None,
            defaults: Defaults::default(),
            connection: ConnectionSettings::default(),
        }
    }

    /// Authenticates by an API key: its SID (`SK…`) and secret. The account's SID stays in the path.
    /// Default: the auth token.
    pub fn api_key(mut self, key_sid: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        self.api_key = Some((key_sid.into(), secret.into()));
        self
    }

    /// Sends for a subaccount (`AC…`), with this account's credentials. Default: for itself.
    pub fn subaccount(mut self, sid: impl Into<String>) -> Self {
        self.subaccount = Some(sid.into());
        self
    }

    /// Sets who messages come from that name nobody: a number, a short code, or up to 11 letters
    /// and digits. With a Messaging Service it picks one sender of the service. Default: none.
    ///
    /// A number in E.164 is also who calls come from without [`voice_from`](Self::voice_from), and
    /// WhatsApp messages that have neither [`whatsapp_from`](Self::whatsapp_from) nor a Messaging
    /// Service; it must be registered for that. RCS needs a sender of its own, or a service.
    pub fn from(mut self, sender: impl Into<SenderId>) -> Self {
        self.defaults.from = Some(sender.into());
        self
    }

    /// Sets the WhatsApp number that messages come from that name none: E.164, with or without
    /// `whatsapp:`. Default: the number in [`from`](Self::from), where there is no Messaging
    /// Service.
    pub fn whatsapp_from(mut self, number: impl Into<String>) -> Self {
        self.defaults.whatsapp_from = Some(number.into());
        self
    }

    /// Sets the RCS sender that messages come from that name none, with or without `rcs:`. Default:
    /// none.
    pub fn rcs_from(mut self, sender: impl Into<String>) -> Self {
        self.defaults.rcs_from = Some(sender.into());
        self
    }

    /// Sets the number that calls come from that name none: an own or verified one. Default: the
    /// number in [`from`](Self::from).
    pub fn voice_from(mut self, number: PhoneNumber) -> Self {
        self.defaults.voice_from = Some(number);
        self
    }

    /// Sets the Messaging Service (`MG…`). SMS go through it; WhatsApp and RCS do where no sender of
    /// their own is known, or where something needs it (`send_at`, short links, fallback). Default:
    /// none.
    pub fn messaging_service(mut self, sid: impl Into<String>) -> Self {
        self.defaults.messaging_service = Some(sid.into());
        self
    }

    /// Sets where Twilio reports what becomes of each message and call: an `http` or `https` URL
    /// without an underscore in its host. Default: as the service or number is set up.
    pub fn status_callback(mut self, url: impl Into<String>) -> Self {
        self.defaults.status_callback = Some(url.into());
        self
    }

    /// Adds `?name=…` to the status callback's URL, with the message's
    /// [`callback_data`](crate::Delivery::callback_data), else our id of it. Whoever logs URLs logs
    /// it too. Default: nothing is added.
    pub fn callback_parameter(mut self, name: impl Into<String>) -> Self {
        self.defaults.callback_parameter = Some(name.into());
        self
    }

    /// Sets where the account's data is processed: `us1`, `ie1` or `au1`. Credentials are of one
    /// region. Default: `us1`.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Sets where requests enter Twilio's network, such as `dublin`. Default: the nearest.
    pub fn edge(mut self, edge: impl Into<String>) -> Self {
        self.edge = Some(edge.into());
        self
    }

    crate::http::connection::connection_settings! {
        /// Sets another host than region and edge give, for content templates too. HTTPS, but for a
        /// loopback address. Default: `https://api.twilio.com`.
    }

    /// Sets the host of content templates. Default: [`endpoint`](Self::endpoint) where that is set,
    /// else `https://content.twilio.com`.
    pub fn content_endpoint(mut self, url: impl Into<String>) -> Self {
        self.content_endpoint = Some(url.into());
        self
    }

    /// The account.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) with everything that is wrong.
    pub fn build(mut self) -> Result<Twilio> {
        let mut faults = Vec::new();
        self.check(&mut faults);
        let own = self.content_endpoint.take();
        let content = match own.as_ref().or(self.connection.endpoint.as_ref()) {
            Some(url) => http::endpoint(url),
            None => http::endpoint(&self.host("content")),
        };
        let content = content.map_err(|fault| {
            // What is wrong with the other settings is told with them.
            if own.is_some() {
                faults.push(Fault { field: "content_endpoint".into(), ..fault });
            }
        });
        let content = content.ok();
        let host = self.host("api");
        let api = self.connection.connect(NAME, &host, faults)?;
        let content = content.map_or_else(|| api.clone(), |endpoint| api.at(endpoint));
        let (user, secret) =
            self.api_key.unwrap_or_else(|| (self.account_sid.clone(), self.auth_token));
        Ok(Twilio::new(Account {
            api,
            content,
            sid: self.subaccount.unwrap_or(self.account_sid),
            user,
            secret,
            defaults: self.defaults,
        }))
    }

    /// The host of a product: `api.twilio.com`, `api.ie1.twilio.com`, `api.dublin.ie1.twilio.com`.
    ///
    /// Source: [Global infrastructure](https://www.twilio.com/docs/global-infrastructure).
    fn host(&self, product: &str) -> String {
        let place = match (&self.edge, &self.region) {
            (None, None) => String::new(),
            (None, Some(region)) => format!("{region}."),
            (Some(edge), region) => format!("{edge}.{}.", region.as_deref().unwrap_or("us1")),
        };
        format!("https://{product}.{place}twilio.com")
    }

    fn check(&mut self, faults: &mut Vec<Fault>) {
        let mut wrong = |field: &str, problem: &str, remedy: &str| {
            faults.push(Fault::new(field, problem, remedy));
        };
        let sids = [
            ("account_sid", Some(&self.account_sid), "AC"),
            ("subaccount", self.subaccount.as_ref(), "AC"),
            ("api_key", self.api_key.as_ref().map(|(sid, _)| sid), "SK"),
            ("messaging_service", self.defaults.messaging_service.as_ref(), "MG"),
        ];
        for (field, sid, prefix) in sids {
            if sid.is_some_and(|sid| !is_sid(sid, prefix)) {
                let remedy = format!("write {prefix} and 32 hexadecimal digits");
                wrong(field, "is no SID", &remedy);
            }
        }
        if !is_present(&self.auth_token) && self.api_key.is_none() {
            wrong("auth_token", "is empty", "write it, or set an API key");
        }
        if self.api_key.as_ref().is_some_and(|(_, secret)| !is_present(secret)) {
            wrong("api_key", "has an empty secret", "write it");
        }
        for (field, label) in [("region", &self.region), ("edge", &self.edge)] {
            let fits =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            if label.as_ref().is_some_and(|text| text.is_empty() || !text.bytes().all(fits)) {
                wrong(field, "is none", "write its id, such as ie1 or dublin");
            }
        }
        let defaults = &mut self.defaults;
        let number = defaults.from.as_ref().map(|from| PhoneNumber::parse(from.as_str()));
        defaults.number = number.and_then(std::result::Result::ok);
        if let Some(problem) = defaults.from.as_ref().and_then(|from| sender_problem(from.as_str()))
        {
            wrong("from", problem, "write a number, short code, or up to 11 letters and digits");
        }
        if let Some(number) = defaults.whatsapp_from.take() {
            let bare = number.strip_prefix("whatsapp:").unwrap_or(&number);
            if PhoneNumber::parse(bare).is_err() {
                wrong("whatsapp_from", "is no number", "write E.164, such as +14155550107");
            }
            defaults.whatsapp_from = Some(bare.to_owned());
        }
        if let Some(sender) = defaults.rcs_from.take() {
            let bare = sender.strip_prefix("rcs:").unwrap_or(&sender);
            if !is_rcs_sender(bare) {
                wrong("rcs_from", "is no RCS sender", "write the sender's id from the console");
            }
            defaults.rcs_from = Some(bare.to_owned());
        }
        if defaults.status_callback.as_ref().is_some_and(|url| !is_callback(url)) {
            wrong("status_callback", CALLBACK.0, CALLBACK.1);
        }
        if defaults.callback_parameter.as_ref().is_some_and(String::is_empty) {
            wrong("callback_parameter", "is empty", "write a name, or do not set it");
        }
    }
}

/// What is wrong with a URL that [`is_callback`] refuses, and what to do.
pub(in crate::providers::twilio) const CALLBACK: (&str, &str) = (
    "is no URL that Twilio calls",
    "write an http or https URL whose host is public and has no underscore",
);

/// Whether `text` is two letters and 32 hexadecimal digits.
pub(in crate::providers::twilio) fn is_sid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether Twilio takes a URL as a callback.
///
/// Source: [Error 21609](https://www.twilio.com/docs/api/errors/21609).
pub(in crate::providers::twilio) fn is_callback(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        let host = url.host_str().is_some_and(|host| !host.is_empty() && !host.contains('_'));
        matches!(url.scheme(), "http" | "https") && host
    })
}

/// Whether a text can be the id of an RCS sender.
pub(in crate::providers::twilio) fn is_rcs_sender(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':')
}

/// The most digits of a short code, in any country.
///
/// Source: [Short codes](https://www.twilio.com/docs/glossary/what-is-a-short-code).
const SHORT_CODE: usize = 8;

/// What is wrong with an SMS sender.
///
/// Source: [Alphanumeric sender
/// ids](https://www.twilio.com/docs/glossary/what-alphanumeric-sender-id).
pub(in crate::providers::twilio) fn sender_problem(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        return Some("is empty");
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A longer one than any short code is a number that lost its sign.
        return (text.len() > SHORT_CODE).then_some("is a number without a + in front");
    }
    if text.starts_with('+') {
        return PhoneNumber::parse(text).err().map(|_| "is no E.164 number");
    }
    if text.chars().count() > 11 {
        return Some("has more than the 11 characters that Twilio takes");
    }
    if !text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return Some("has neither a + in front nor a letter");
    }
    None
}

impl fmt::Debug for TwilioBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwilioBuilder").field("account", &self.account_sid).finish_non_exhaustive()
    }
}
