//! Settings of an account, all checked at once.

use std::fmt;

use http::{HeaderName, HeaderValue};
use secrecy::SecretString;

use super::{
    Account, Auth, CAPABILITIES, ContentTypes, LABEL, Options, Region, ReplyToForm, Version,
    config::{Settings, credential},
};
use crate::{
    channel::Capabilities,
    error::{Fault, Result},
    http::connection::ConnectionSettings,
    message::Mailbox,
};

/// Builds an [`Account`].
#[must_use]
pub struct AccountBuilder {
    api_key: SecretString,
    version: Version,
    auth: Option<Auth>,
    region: Region,
    connection: ConnectionSettings,
    from: Option<Mailbox>,
    sub_account: Option<(String, String)>,
    reply_to: Option<ReplyToForm>,
    content_types: ContentTypes,
    content_with_template: bool,
    whole_texts: bool,
    defaults: Options,
    limits: Capabilities,
}

impl AccountBuilder {
    pub(super) fn new(api_key: SecretString) -> Self {
        Self {
            api_key,
            version: Version::default(),
            auth: None,
            region: Region::default(),
            connection: ConnectionSettings::default(),
            from: None,
            sub_account: None,
            reply_to: None,
            content_types: ContentTypes::new(),
            content_with_template: false,
            whole_texts: false,
            defaults: Options::new(),
            limits: CAPABILITIES,
        }
    }

    /// Sets who mails come from that name nobody. Its domain must be verified.
    pub fn from(mut self, from: impl Into<Mailbox>) -> Self {
        self.from = Some(from.into());
        self
    }

    /// Sets the version. Default: [`Version::V6`].
    pub fn version(mut self, version: Version) -> Self {
        self.version = version;
        self
    }

    /// Sets how the key is sent. Default: as the version does.
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = Some(auth);
        self
    }

    /// Sets where the account is kept. Default: [`Region::Global`].
    pub fn region(mut self, region: Region) -> Self {
        self.region = region;
        self
    }

    crate::http::connection::connection_settings! {
        /// Sets another host than the region's, such as `https://api.pepipost.com`; the version's
        /// path follows it. HTTPS, except to this machine.
    }

    /// Acts for a sub-account with the master's key: `header` is the name that Netcore's support
    /// gives for it, `name` the sub-account.
    pub fn sub_account(mut self, header: impl Into<String>, name: impl Into<String>) -> Self {
        self.sub_account = Some((header.into(), name.into()));
        self
    }

    /// Sets how `reply_to` is written. Default: as the version does.
    pub fn reply_to_form(mut self, form: ReplyToForm) -> Self {
        self.reply_to = Some(form);
        self
    }

    /// Sets the types of the parts of a mail.
    pub fn content_types(mut self, types: ContentTypes) -> Self {
        self.content_types = types;
        self
    }

    /// Sends a mail's own content beside the id of a template kept at Netcore. Which of the two is
    /// then used is not documented. Default: false.
    pub fn content_with_template(mut self, on: bool) -> Self {
        self.content_with_template = on;
        self
    }

    /// Sets whether mails of one local template share a request of a batch although their texts
    /// differ: the subject, text or HTML is then `[%DAKIYA_…%]` as a whole, and each mail's own
    /// stands in its [attributes]. Without it they go singly. Default: false.
    ///
    /// That `[%NAME%]` is replaced in subject and content is documented. Three things are not: how
    /// long a value may be; whether it is put in as it is, without escaping its HTML; and whether
    /// what was put in is searched again for more to replace. The last does no harm, since a mail
    /// that holds `[%` anywhere never goes this way. Try the others with a batch to yourself before
    /// you turn it on.
    ///
    /// It is for mails to one person, without copies and without a template kept at Netcore. An AMP
    /// document stays as it is, so mails whose documents differ go apart.
    ///
    /// [attributes]: https://emaildocs.netcorecloud.com/reference/send-mail-api-1
    pub fn whole_texts(mut self, on: bool) -> Self {
        self.whole_texts = on;
        self
    }

    /// Sets what holds for mails without options of their own.
    pub fn defaults(mut self, defaults: Options) -> Self {
        self.defaults = defaults;
        self
    }

    /// Sets how many mails one request of a batch holds. Default: 500; no limit is documented.
    pub fn batch(mut self, mails: usize) -> Self {
        self.limits.batch = mails;
        self
    }

    /// Sets how many requests of a batch are open at a time. Default: 16.
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.limits.in_flight = requests;
        self
    }

    /// Sets how many bytes one request has at most. Default: 20 000 000; no limit is documented.
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.limits.bytes = Some(bytes);
        self
    }

    /// Sets how many recipients one mail may have. Default: any number; no limit is documented.
    pub fn max_recipients(mut self, recipients: usize) -> Self {
        self.limits.recipients = Some(recipients);
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) with everything that is wrong.
    pub fn build(self) -> Result<Account> {
        let mut faults = Vec::new();
        let auth = self.auth.unwrap_or(match self.version {
            Version::V51 => Auth::ApiKeyHeader,
            Version::V6 => Auth::Bearer,
        });
        if credential(&self.api_key, auth).is_none() {
            let remedy = "copy it from the dashboard, without spaces";
            faults.push(Fault::new("api_key", "is no API key", remedy));
        }
        for (field, value) in [("batch", self.limits.batch), ("in_flight", self.limits.in_flight)] {
            if value == 0 {
                faults.push(Fault::new(field, "is 0", "write 1 or more"));
            }
        }
        let sub_account = self.sub_account.as_ref().and_then(|(name, value)| {
            let header = HeaderName::try_from(name).ok().zip(HeaderValue::try_from(value).ok());
            if header.is_none() || value.is_empty() {
                let remedy = "ask Netcore's support for the header's name";
                faults.push(Fault::new("sub_account", "is no header", remedy));
            }
            header
        });
        let connection = self.connection.connect(LABEL, self.region.endpoint(), faults)?;
        Ok(Account {
            api_key: self.api_key,
            auth,
            acting_for: sub_account,
            limits: self.limits,
            connection,
            settings: Settings {
                version: self.version,
                from: self.from,
                reply_to: self.reply_to.unwrap_or(match self.version {
                    Version::V51 => ReplyToForm::Text,
                    Version::V6 => ReplyToForm::Mailboxes,
                }),
                content_types: self.content_types,
                content_with_template: self.content_with_template,
                whole_texts: self.whole_texts,
                defaults: self.defaults,
            },
        })
    }
}

impl fmt::Debug for AccountBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountBuilder")
            .field("version", &self.version)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn names_every_fault_of_the_settings_at_once() {
        let error = Account::builder("two words")
            .endpoint("http://mail.example.com")
            .batch(0)
            .sub_account("not a header", "x")
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        let fields: Vec<_> = error.faults().iter().map(|fault| &*fault.field).collect();
        assert_eq!(fields, ["api_key", "batch", "sub_account", "endpoint"]);
        assert!(!error.to_string().contains("two words"));
    }
}
