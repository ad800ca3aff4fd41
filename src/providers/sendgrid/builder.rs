//! Settings of an account, all checked at once.

use std::fmt;

use http::HeaderValue;
use secrecy::SecretString;

use super::{
    Region, SendGrid,
    config::{Settings, credential},
    email::{CAPABILITIES, LABEL, Options},
};
use crate::{
    channel::Capabilities,
    error::{Fault, Result},
    http::connection::ConnectionSettings,
    message::Mailbox,
};

/// Builds a [`SendGrid`].
#[must_use]
pub struct SendGridBuilder {
    api_key: SecretString,
    from: Option<Mailbox>,
    region: Region,
    on_behalf_of: Option<String>,
    defaults: Options,
    limits: Capabilities,
    pack_bodies: bool,
    connection: ConnectionSettings,
}

impl SendGridBuilder {
    pub(super) fn new(api_key: SecretString) -> Self {
        Self {
            api_key,
            from: None,
            region: Region::default(),
            on_behalf_of: None,
            defaults: Options::new(),
            limits: CAPABILITIES,
            pack_bodies: true,
            connection: ConnectionSettings::default(),
        }
    }

    /// Sets who mails come from that name nobody: a verified sender, or any address of an
    /// authenticated domain.
    pub fn from(mut self, from: impl Into<Mailbox>) -> Self {
        self.from = Some(from.into());
        self
    }

    /// Sets where the account is kept. Default: [`Region::Global`].
    pub fn region(mut self, region: Region) -> Self {
        self.region = region;
        self
    }

    /// Makes the management calls for a subuser with the parent's key: the subuser's name, or
    /// `account-id` and the id of a customer account.
    ///
    /// SendGrid sends no mail this way: a send with such an account is refused as
    /// [`Config`](crate::ErrorKind::Config). Send with a key of the subuser.
    pub fn on_behalf_of(mut self, subuser: impl Into<String>) -> Self {
        self.on_behalf_of = Some(subuser.into());
        self
    }

    /// Sets what holds for mails without options of their own.
    pub fn defaults(mut self, defaults: Options) -> Self {
        self.defaults = defaults;
        self
    }

    /// Sets whether mails of one local template that differ in their text share requests: the text
    /// that they have in common goes out once, the rest as a substitution of each mail, where that
    /// is within [SendGrid's 10,000 bytes][limit]. Others go out in requests of their own, as all
    /// do without it. Default: true.
    ///
    /// [limit]: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
    pub fn pack_bodies(mut self, on: bool) -> Self {
        self.pack_bodies = on;
        self
    }

    /// Sets how many mails one request of a batch holds. Default and most: 1,000.
    pub fn batch(mut self, mails: usize) -> Self {
        self.limits.batch = mails;
        self
    }

    /// Sets how many requests of a batch are open at a time. Default: 16.
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.limits.in_flight = requests;
        self
    }

    /// Sets how many bytes one request has at most. Default: 30,000,000, what [SendGrid][limit]
    /// takes for one mail.
    ///
    /// [limit]: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/limitations
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.limits.bytes = Some(bytes);
        self
    }

    crate::http::connection::connection_settings! {
        /// Sets another host than the region's; `/v3/…` follows it. HTTPS, except to this machine.
    }

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) with everything that is wrong.
    pub fn build(self) -> Result<SendGrid> {
        let mut faults = Vec::new();
        if credential(&self.api_key).is_none() {
            let remedy = "copy it from the console, without spaces";
            faults.push(Fault::new("api_key", "is no API key", remedy));
        }
        let acting_for = self.on_behalf_of.as_deref().and_then(|name| {
            let value = HeaderValue::from_str(name).ok().filter(|_| !name.trim().is_empty());
            if value.is_none() {
                let remedy = "write the subuser's name, or account-id and an id";
                faults.push(Fault::new("on_behalf_of", "is no name of a subuser", remedy));
            }
            value
        });
        let most = CAPABILITIES.batch;
        if self.limits.batch == 0 || self.limits.batch > most {
            let problem = format!("is {}, not 1 to {most}", self.limits.batch);
            faults.push(Fault::new("batch", problem, "write a number between them"));
        }
        if self.limits.in_flight == 0 {
            faults.push(Fault::new("in_flight", "is 0", "write 1 or more"));
        }
        self.defaults.check("defaults.", &mut faults);
        let connection = self.connection.connect(LABEL, self.region.endpoint(), faults)?;
        Ok(SendGrid {
            api_key: self.api_key,
            acting_for,
            connection,
            limits: self.limits,
            settings: Settings {
                from: self.from,
                defaults: self.defaults,
                pack_bodies: self.pack_bodies,
            },
        })
    }
}

impl fmt::Debug for SendGridBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendGridBuilder")
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
        let error = SendGrid::builder("two words")
            .endpoint("http://mail.example.com")
            .on_behalf_of("a\nb")
            .batch(1001)
            .in_flight(0)
            .defaults(Options::new().ip_pool("x"))
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        let fields: Vec<_> = error.faults().iter().map(|fault| &*fault.field).collect();
        let expected =
            ["api_key", "on_behalf_of", "batch", "in_flight", "defaults.ip_pool", "endpoint"];
        assert_eq!(fields, expected);
        assert!(!error.to_string().contains("two words"));
    }
}
