//! Settings of an account, all checked at once.

use std::fmt;

use super::{Account, Api, LABEL, Options, review, template};
use crate::{
    error::{Fault, Result},
    http::connection::ConnectionSettings,
};

/// Builds an [`Account`].
#[must_use]
pub struct AccountBuilder {
    api: Api,
    defaults: Options,
    connection: ConnectionSettings,
}

impl AccountBuilder {
    pub(super) fn new(api: Api) -> Self {
        Self { api, defaults: Options::new(), connection: ConnectionSettings::default() }
    }

    /// Sets what holds for calls without options of their own. Each needs its placeholder in the
    /// template.
    pub fn defaults(mut self, defaults: Options) -> Self {
        self.defaults = defaults;
        self
    }

    crate::http::connection::connection_settings! {
        /// Sets another host than [`Api::base_url`]: a test's. HTTPS, except to this machine.
    }

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) with everything that is missing or wrong.
    pub fn build(self) -> Result<Account> {
        let mut faults: Vec<Fault> = Vec::new();
        let Self { mut api, defaults, connection } = self;
        if connection.endpoint.is_some() {
            api.base_url.clone_from(&connection.endpoint);
        }
        review::review(&api, &defaults, &mut faults);
        // That it is missing is named already.
        let base = api.base_url.as_deref().unwrap_or("https://missing.invalid");
        let connection = connection.connect(LABEL, base, faults)?;
        let places = api.body.as_ref().map(|body| template::survey(body).0).unwrap_or_default();
        let limits = review::capabilities(&places, api.max_concurrency);
        Ok(Account { api, defaults, places, limits, connection })
    }
}

impl fmt::Debug for AccountBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountBuilder").field("api", &self.api).finish_non_exhaustive()
    }
}
