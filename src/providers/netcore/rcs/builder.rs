//! Settings of an account, all checked at once.

use std::{fmt, sync::Arc};

use http::HeaderName;
use secrecy::SecretString;

use super::{
    Account, LABEL,
    config::{Settings, credential},
    request::RequestTemplate,
};
use crate::{
    error::{Fault, Result},
    http::connection::ConnectionSettings,
};

/// The host of the samples for templates; that of the send call is not shown.
const ENDPOINT: &str = "https://soipapi.netcorecloud.com";

/// The header that the key goes in, unless the account says otherwise.
const HEADER: &str = "api-key";

/// Builds an [`Account`].
#[must_use]
pub struct AccountBuilder {
    api_key: SecretString,
    auth_header: String,
    bot_id: Option<String>,
    request: Option<String>,
    connection: ConnectionSettings,
}

impl AccountBuilder {
    pub(super) fn new(api_key: SecretString) -> Self {
        Self {
            api_key,
            auth_header: HEADER.into(),
            bot_id: None,
            request: None,
            connection: ConnectionSettings::default(),
        }
    }

    /// Sets the bot of messages that name none in `from`: the header `nc_bot_id`. Default: the
    /// dashboard's.
    pub fn bot_id(mut self, id: impl Into<String>) -> Self {
        self.bot_id = Some(id.into());
        self
    }

    /// Sets the header that the key goes in. Default: `api-key`. The reference does not show its
    /// name; `apikey` and `authorization` are seen, the last with `Bearer` before the key, which is
    /// added.
    pub fn auth_header(mut self, name: impl Into<String>) -> Self {
        self.auth_header = name.into();
        self
    }

    /// Sets what one message looks like: a JSON object with placeholders in its texts.
    ///
    /// | placeholder | stands for |
    /// | --- | --- |
    /// | `{to}` | the number, country code first, without `+` |
    /// | `{template}` | the template's id |
    /// | `{variables}` | all variables: an object by name |
    /// | `{values}` | all variables: an array in the order of their names, numbers as such |
    /// | `{variables.NAME}` | one variable |
    /// | `{client_ref}` | the caller's reference: `callback_data`, else our message id |
    /// | `{tags}` | the tags: an array |
    ///
    /// One that fills a text alone keeps its type; in a longer text it must be text or a number.
    /// `{{` and `}}` are braces. `{to}` and `{template}` must be there, and every variable of a
    /// message must have a place: nothing is dropped.
    ///
    /// ```
    /// use dakiya::netcore::rcs::Account;
    ///
    /// // The names are those that your account's documents give.
    /// let request = r#"{
    ///     "recipient": "{to}",
    ///     "template": { "id": "{template}", "parameters": "{variables}" },
    ///     "callbackdata": "{client_ref}"
    /// }"#;
    /// # #[cfg(feature = "reqwest")] {
    /// let account = Account::builder("3f1c9c0e5b7a4d2f").bot_id("512").request(request).build()?;
    /// # let _ = account;
    /// # }
    /// # Ok::<(), dakiya::Error>(())
    /// ```
    pub fn request(mut self, json: impl Into<String>) -> Self {
        self.request = Some(json.into());
        self
    }

    crate::http::connection::connection_settings! {
        /// Sets another host. Default: `https://soipapi.netcorecloud.com`; the reference does not show
        /// that of the send call. HTTPS, except to this machine.
    }

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) with everything that is wrong.
    pub fn build(self) -> Result<Account> {
        let mut faults = Vec::new();
        let header = HeaderName::try_from(self.auth_header.as_str()).ok();
        if header.is_none() {
            let remedy = "write a header's name, such as api-key";
            faults.push(Fault::new("auth_header", "is no header", remedy));
        }
        let header = header.unwrap_or(HeaderName::from_static(HEADER));
        if credential(&self.api_key, &header).is_none() {
            let remedy = "copy it from RCS dashboard, Settings, without spaces";
            faults.push(Fault::new("api_key", "is no API key", remedy));
        }
        if self.bot_id.as_deref().is_some_and(|id| !is_bot(id)) {
            faults.push(Fault::new("bot_id", "is no bot's id", "copy it from the dashboard"));
        }
        let request = self.request.as_deref().map(RequestTemplate::parse);
        let request = request.transpose().map_err(|fault| faults.push(fault)).ok().flatten();
        let connection = self.connection.connect(LABEL, ENDPOINT, faults)?;
        Ok(Account {
            api_key: Arc::new(self.api_key),
            connection,
            settings: Settings {
                auth_header: header,
                bot_id: self.bot_id,
                request: request.map(Arc::new),
            },
        })
    }
}

/// Whether an id can stand in a header.
pub(super) fn is_bot(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic())
}

impl fmt::Debug for AccountBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountBuilder").field("bot_id", &self.bot_id).finish_non_exhaustive()
    }
}
