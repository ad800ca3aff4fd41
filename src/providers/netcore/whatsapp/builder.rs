//! Settings of an account, all checked at once.

use std::{fmt, sync::Arc};

use secrecy::SecretString;

use super::{
    Account, LABEL,
    config::{Settings, credential},
};
use crate::{
    error::{Fault, Result},
    http::{connection::ConnectionSettings, endpoint},
};

/// The current host.
const ENDPOINT: &str = "https://cpaaswa.netcorecloud.net/api/v2";

/// The older one of the same service, for consent, media and templates.
const LEGACY: &str = "https://waapi.pepipost.com/api/v2";

/// Builds an [`Account`].
#[must_use]
pub struct AccountBuilder {
    token: SecretString,
    source: Option<String>,
    legacy_endpoint: Option<String>,
    legacy_send: bool,
    priority: Option<bool>,
    first_button: u8,
    connection: ConnectionSettings,
}

impl AccountBuilder {
    pub(super) fn new(token: SecretString) -> Self {
        Self {
            token,
            source: None,
            legacy_endpoint: None,
            legacy_send: false,
            priority: None,
            first_button: 0,
            connection: ConnectionSettings::default(),
        }
    }

    /// Sets the source id of messages that name none in `from`. Places, and files by id, need one.
    pub fn source(mut self, id: impl Into<String>) -> Self {
        self.source = Some(id.into());
        self
    }

    /// Sets whether messages take the priority queue (`message/nc/priority`), unless their
    /// [`Options`](super::Options) say otherwise. Default: those for
    /// [`Purpose::Otp`](crate::Purpose::Otp) do. Integrations use that path; no page describes it.
    pub fn priority(mut self, on: bool) -> Self {
        self.priority = Some(on);
        self
    }

    /// Sets the number that Netcore gives a template's first button. Default: 0; a sample of the
    /// vendor's counts from 1, an integration from 0.
    pub fn first_button(mut self, index: u8) -> Self {
        self.first_button = index;
        self
    }

    /// Sends by the older call too, `message/` at the legacy endpoint. It has no priority queue.
    /// Default: false.
    pub fn legacy_send(mut self, on: bool) -> Self {
        self.legacy_send = on;
        self
    }

    crate::http::connection::connection_settings! {
        /// Sets where messages go. Default: `https://cpaaswa.netcorecloud.net/api/v2`. HTTPS, except to
        /// this machine.
    }

    /// Sets where consent, media and templates are. Default: the [`endpoint`](Self::endpoint) where
    /// that is set, else `https://waapi.pepipost.com/api/v2`.
    pub fn legacy_endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.legacy_endpoint = Some(endpoint.into());
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) with everything that is wrong.
    pub fn build(self) -> Result<Account> {
        let mut faults = Vec::new();
        if credential(&self.token).is_none() {
            let remedy = "copy it from the dashboard, without spaces and without `Bearer`";
            faults.push(Fault::new("token", "is no token", remedy));
        }
        if self.source.as_ref().is_some_and(|source| source.trim().is_empty()) {
            faults.push(Fault::new("source", "is empty", "write the source id, or leave it out"));
        }
        let legacy = self.legacy_endpoint.as_deref().or(self.connection.endpoint.as_deref());
        let legacy = endpoint(legacy.unwrap_or(LEGACY));
        // One that follows the endpoint is reported with it.
        if let (Err(fault), true) = (&legacy, self.legacy_endpoint.is_some()) {
            faults.push(Fault::new("legacy_endpoint", fault.problem.clone(), fault.remedy.clone()));
        }
        let connection = self.connection.connect(LABEL, ENDPOINT, faults)?;
        let legacy = match legacy {
            Ok(url) => connection.at(url),
            Err(_) => connection.clone(), // reported above
        };
        Ok(Account {
            token: Arc::new(self.token),
            connection,
            legacy,
            settings: Settings {
                source: self.source,
                legacy_send: self.legacy_send,
                priority: self.priority,
                first_button: self.first_button,
            },
        })
    }
}

impl fmt::Debug for AccountBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountBuilder").field("source", &self.source).finish_non_exhaustive()
    }
}
