//! Settings of an account, all checked at once.

use std::fmt;

use secrecy::SecretString;

use super::{
    Meta,
    config::{Scheme, credential},
    whatsapp::{LABEL, is_language},
};
use crate::{
    error::{Fault, Result},
    http::connection::ConnectionSettings,
};

const ENDPOINT: &str = "https://graph.facebook.com";

/// The newest version when this was written, of 29 July 2026.
///
/// Source: [Versions](https://developers.facebook.com/docs/graph-api/changelog/versions).
const NEWEST: &str = "v26.0";

/// The oldest that was usable when the newest came: v19.0 ended on 21 May 2026.
const OLDEST: u32 = 20;

/// Builds a [`Meta`].
#[must_use]
pub struct MetaBuilder {
    token: SecretString,
    phone_number_id: String,
    version: Option<String>,
    business_account: Option<String>,
    app: Option<String>,
    language: Option<String>,
    connection: ConnectionSettings,
}

impl MetaBuilder {
    pub(super) fn new(token: SecretString, phone_number_id: String) -> Self {
        Self {
            token,
            phone_number_id,
            version: None,
            business_account: None,
            app: None,
            language: None,
            connection: ConnectionSettings::default(),
        }
    }

    /// Sets the version of the Graph API, such as `v25.0`. Default: `v26.0`.
    ///
    /// v19.0 and older are refused: Meta ended them. One that ends later is taken, and
    /// answered by Meta as the oldest that is still usable: no date stops an account from starting.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Sets the id of the WhatsApp Business Account, which templates, the list of numbers and the
    /// webhook's subscription belong to.
    pub fn business_account(mut self, id: impl Into<String>) -> Self {
        self.business_account = Some(id.into());
        self
    }

    /// Sets the id of the app, which resumable uploads belong to.
    pub fn app(mut self, id: impl Into<String>) -> Self {
        self.app = Some(id.into());
        self
    }

    /// Sets the language of templates that are named in
    /// [`provider_templates`](crate::Delivery::provider_templates) where neither the message's
    /// options nor its locale say one, such as `en_GB`. Default: none, and such a message is
    /// refused.
    pub fn language(mut self, code: impl Into<String>) -> Self {
        self.language = Some(code.into());
        self
    }

    crate::http::connection::connection_settings! {
        /// Sets another host than `https://graph.facebook.com`; the version's path follows it. HTTPS,
        /// except to this machine.
    }

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) with everything that is wrong.
    pub fn build(self) -> Result<Meta> {
        let mut faults = Vec::new();
        if credential(&self.token, Scheme::Bearer).is_none() {
            let remedy = "copy a system user's token, without spaces";
            faults.push(Fault::new("token", "is no token", remedy));
        }
        let ids = [
            ("phone_number_id", Some(&self.phone_number_id)),
            ("business_account", self.business_account.as_ref()),
            ("app", self.app.as_ref()),
        ];
        for (field, id) in ids {
            if id.is_some_and(|id| !is_id(id)) {
                let remedy = "copy the id, digits alone, from the app's dashboard";
                faults.push(Fault::new(field, "is no id", remedy));
            }
        }
        let version = self.version.unwrap_or_else(|| NEWEST.into());
        match number(&version) {
            None => {
                let remedy = format!("write one such as {NEWEST}");
                faults.push(Fault::new("version", "is no version", remedy));
            }
            Some(number) if number < OLDEST => {
                let remedy = format!("write v{OLDEST}.0 or newer, best {NEWEST}");
                faults.push(Fault::new("version", "has expired", remedy));
            }
            Some(_) => {}
        }
        if self.language.as_ref().is_some_and(|code| !is_language(code)) {
            faults.push(Fault::new("language", "is no language", "write one such as en_GB"));
        }
        Ok(Meta {
            token: self.token,
            phone_number_id: self.phone_number_id,
            version,
            business_account: self.business_account,
            app: self.app,
            language: self.language,
            connection: self.connection.connect(LABEL, ENDPOINT, faults)?,
        })
    }
}

/// Ids are decimal, of up to 64 bits and more.
pub(super) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The `N` of `vN.0`.
fn number(version: &str) -> Option<u32> {
    let digits = version.strip_prefix('v')?.strip_suffix(".0")?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| plain)
}

impl fmt::Debug for MetaBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetaBuilder")
            .field("phone_number_id", &self.phone_number_id)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
