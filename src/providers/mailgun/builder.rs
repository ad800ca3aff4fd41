//! Settings of an account, all checked at once.

use std::{fmt, time::Duration};

use http::HeaderValue;
use secrecy::SecretString;

use super::{
    Mailgun, Region,
    config::credential,
    email::{LABEL, Options},
};
use crate::{
    error::{Fault, Result},
    http::connection::ConnectionSettings,
    message::Mailbox,
};

/// How far ahead Mailgun takes a mail where the plan grants no more: three days.
///
/// Source: [Send an email](https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages).
const AHEAD: Duration = Duration::from_hours(72);

/// Builds a [`Mailgun`].
#[must_use]
pub struct MailgunBuilder {
    api_key: SecretString,
    domain: String,
    subaccount: Option<String>,
    from: Option<Mailbox>,
    region: Region,
    defaults: Options,
    schedule_ahead: Duration,
    whole_texts: bool,
    connection: ConnectionSettings,
}

impl MailgunBuilder {
    pub(super) fn new(api_key: SecretString, domain: String) -> Self {
        Self {
            api_key,
            domain,
            subaccount: None,
            from: None,
            region: Region::default(),
            defaults: Options::new(),
            schedule_ahead: AHEAD,
            whole_texts: true,
            connection: ConnectionSettings::default(),
        }
    }

    /// Sets who mails come from that name nobody.
    pub fn from(mut self, from: impl Into<Mailbox>) -> Self {
        self.from = Some(from.into());
        self
    }

    /// Sets where the domain lives. Default: [`Region::Us`].
    pub fn region(mut self, region: Region) -> Self {
        self.region = region;
        self
    }

    /// Sets what holds for mails without options of their own.
    pub fn defaults(mut self, defaults: Options) -> Self {
        self.defaults = defaults;
        self
    }

    /// Acts for a subaccount with the primary account's key: `X-Mailgun-On-Behalf-Of`.
    pub fn subaccount(mut self, id: impl Into<String>) -> Self {
        self.subaccount = Some(id.into());
        self
    }

    /// Sets how far ahead a mail may be scheduled. Default: 3 days, which some plans extend.
    pub fn schedule_ahead(mut self, most: Duration) -> Self {
        self.schedule_ahead = most;
        self
    }

    /// Sets whether mails of one local template share a request although their texts differ: the
    /// subject, text or HTML is then `%recipient.…%` as a whole, and each mail's own stands in
    /// [recipient variables][batch]. Without it they go singly. Default: true.
    ///
    /// That such variables are replaced in subject, text and HTML is documented. Three things are
    /// not, and are inferred: that a value is put in as it is, without escaping its HTML; that what
    /// was put in is not searched again for more to replace; and that links in it are counted and
    /// the pixel for opens is added as in other HTML. So a text that holds `%recipient`, or one of
    /// Mailgun's variables for unsubscribing, never goes this way. Turn it off where mails must not
    /// rest on it.
    ///
    /// [batch]: https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/batch-sending
    pub fn whole_texts(mut self, on: bool) -> Self {
        self.whole_texts = on;
        self
    }

    crate::http::connection::connection_settings! {
        /// Sets another host than the region's; the version's path follows it. HTTPS, except to this
        /// machine.
    }

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) with everything that is wrong.
    pub fn build(self) -> Result<Mailgun> {
        let mut faults = Vec::new();
        if credential(&self.api_key).is_none() {
            let remedy = "copy it from the dashboard, without spaces";
            faults.push(Fault::new("api_key", "is no API key", remedy));
        }
        if !is_domain(&self.domain) {
            let remedy = "write the sending domain alone, such as mg.example.com";
            faults.push(Fault::new("domain", "is no domain", remedy));
        }
        let subaccount = self.subaccount.as_deref().and_then(|id| {
            let value = HeaderValue::from_str(id).ok().filter(|value| !value.is_empty());
            if value.is_none() {
                let remedy = "copy it from the dashboard";
                faults.push(Fault::new("subaccount", "is no subaccount's id", remedy));
            }
            value
        });
        if self.from.as_ref().is_some_and(|from| !from.email.local_part().is_ascii()) {
            faults.push(Fault::new("from", "is not ASCII before the @", "use another address"));
        }
        let region = self.connection.endpoint.is_none().then_some(self.region);
        let connection = self.connection.connect(LABEL, self.region.endpoint(), faults)?;
        Ok(Mailgun {
            api_key: self.api_key,
            domain: self.domain,
            subaccount,
            from: self.from,
            defaults: self.defaults,
            schedule_ahead: self.schedule_ahead,
            whole_texts: self.whole_texts,
            region,
            connection,
        })
    }
}

/// A path that is wrong by it is answered as a success that sends nothing, so nothing is guessed.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !label.is_empty() && label.len() <= 63 && label.bytes().all(allowed)
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

impl fmt::Debug for MailgunBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailgunBuilder")
            .field("domain", &self.domain)
            .field("region", &self.region)
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
        let error = Mailgun::builder("two words", "mg.example.com/x")
            .endpoint("http://mail.example.com")
            .subaccount("a\nb")
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        let fields: Vec<_> = error.faults().iter().map(|fault| &*fault.field).collect();
        assert_eq!(fields, ["api_key", "domain", "subaccount", "endpoint"]);
        assert!(!error.to_string().contains("two words"));
    }

    #[test]
    fn a_domain_is_a_domain_alone() {
        for text in ["", "example", "a..b", "a/b.c", "a.b/", "a b.c", "mg.example.com?x"] {
            assert!(!is_domain(text), "{text}");
        }
        assert!(is_domain("mg.example.com") && is_domain("sandbox-1_x.mailgun.org"));
    }
}
