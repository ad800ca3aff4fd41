//! Settings of an account, all checked at once.

use std::{fmt, sync::Arc};

use secrecy::SecretString;

use super::{Account, LABEL, config::credential};
use crate::{
    error::{Fault, Result},
    http::connection::ConnectionSettings,
};

/// The host is spelled `cpass`.
const ENDPOINT: &str = "https://cpass-deflector.netcorecloud.net";

/// Builds an [`Account`].
#[must_use]
pub struct AccountBuilder {
    api_key: SecretString,
    connection: ConnectionSettings,
}

impl AccountBuilder {
    pub(super) fn new(api_key: SecretString) -> Self {
        Self { api_key, connection: ConnectionSettings::default() }
    }

    crate::http::connection::connection_settings! {
        /// Sets another host. Default: `https://cpass-deflector.netcorecloud.net`. HTTPS, except to
        /// this machine.
    }

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) with everything that is wrong.
    pub fn build(self) -> Result<Account> {
        let mut faults = Vec::new();
        if credential(&self.api_key).is_none() {
            let remedy = "copy it from the dashboard, without spaces";
            faults.push(Fault::new("api_key", "is no API key", remedy));
        }
        let connection = self.connection.connect(LABEL, ENDPOINT, faults)?;
        Ok(Account { api_key: Arc::new(self.api_key), connection })
    }
}

impl fmt::Debug for AccountBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountBuilder").finish_non_exhaustive()
    }
}
