//! Settings of an account, all checked at once.

use std::fmt;

use aws_credential_types::provider::ProvideCredentials;

use super::{
    Ses,
    credentials::Signer,
    email::{CAPABILITIES, LABEL, Options},
};
use crate::{
    channel::Capabilities,
    error::{Fault, Result},
    http::connection::ConnectionSettings,
    message::{EmailAddress, Mailbox},
};

/// Builds a [`Ses`].
#[must_use]
pub struct SesBuilder {
    region: String,
    signer: Signer,
    fips: bool,
    dual_stack: bool,
    from: Option<Mailbox>,
    defaults: Options,
    bulk: bool,
    limits: Capabilities,
    connection: ConnectionSettings,
}

impl SesBuilder {
    pub(super) fn new(region: String, credentials: impl ProvideCredentials + 'static) -> Self {
        Self {
            signer: Signer::new(region.clone(), credentials),
            region,
            fips: false,
            dual_stack: false,
            from: None,
            defaults: Options::new(),
            bulk: true,
            limits: CAPABILITIES,
            connection: ConnectionSettings::default(),
        }
    }

    /// Sets who mails come from that name nobody. The address or its domain must be a verified
    /// identity.
    pub fn from(mut self, from: impl Into<Mailbox>) -> Self {
        self.from = Some(from.into());
        self
    }

    /// Sets the configuration set, through which events are published. Default: the identity's.
    pub fn configuration_set(mut self, name: impl Into<String>) -> Self {
        self.defaults.configuration_set = Some(name.into());
        self
    }

    /// Sets the ARN of the identity that mails come from, where it is another account's
    /// (`FromEmailAddressIdentityArn`).
    pub fn identity_arn(mut self, arn: impl Into<String>) -> Self {
        self.defaults.identity_arn = Some(arn.into());
        self
    }

    /// Sets where SES forwards bounces and complaints by mail
    /// (`FeedbackForwardingEmailAddress`). Default: to who the mail comes from.
    pub fn feedback_address(mut self, address: EmailAddress) -> Self {
        self.defaults.feedback_address = Some(address);
        self
    }

    /// Sets what holds for mails without options of their own. It replaces what the setters above
    /// have set, except where it says nothing.
    pub fn defaults(mut self, defaults: Options) -> Self {
        self.defaults = defaults.over(&self.defaults);
        self
    }

    /// Sets whether a batch goes out by `SendBulkEmail`, 50 mails a request, which takes the
    /// permission `ses:SendBulkTemplatedEmail`. Otherwise each has a request. Default: true.
    pub fn bulk(mut self, on: bool) -> Self {
        self.bulk = on;
        self.limits.batch = if on { CAPABILITIES.batch } else { 1 };
        self
    }

    /// Sets how many requests of a batch are open at a time. Default: 16. Keep it to the account's
    /// sending rate: SES counts recipients a second.
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.limits.in_flight = requests;
        self
    }

    /// Uses the endpoint whose cryptography is validated for FIPS 140, in regions that have one.
    /// Default: false.
    pub fn fips(mut self, on: bool) -> Self {
        self.fips = on;
        self
    }

    /// Uses the endpoint that is reached by IPv6 too. Default: false.
    pub fn dual_stack(mut self, on: bool) -> Self {
        self.dual_stack = on;
        self
    }

    crate::http::connection::connection_settings! {
        /// Sets another endpoint than the region's, such as that of a VPC. HTTPS, except to this
        /// machine.
    }

    /// Checks the settings. The credentials are asked for when the first request goes out.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) with everything that is wrong.
    pub fn build(self) -> Result<Ses> {
        let mut faults = Vec::new();
        region(&self.region, &mut faults);
        self.defaults.check_settings(&mut faults);
        if self.limits.in_flight == 0 {
            faults.push(Fault::new("in_flight", "is 0", "write 1 or more"));
        }
        if self.from.as_ref().is_some_and(|from| !from.email.local_part().is_ascii()) {
            let problem = "has a local part that is not ASCII, which SES does not send";
            faults.push(Fault::new("from", problem, "use another address"));
        }
        // An endpoint of no region would hide the fault of the region behind its own.
        let default = if faults.is_empty() {
            endpoint(&self.region, self.fips, self.dual_stack)
        } else {
            "https://email.us-east-1.amazonaws.com".into()
        };
        let connection = self.connection.connect(LABEL, &default, faults)?;
        Ok(Ses {
            connection,
            signer: self.signer,
            from: self.from,
            defaults: self.defaults,
            bulk: self.bulk,
            limits: self.limits,
        })
    }
}

fn region(region: &str, faults: &mut Vec<Fault>) {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if region.is_empty() || !region.chars().all(allowed) {
        let remedy = "write one such as ap-south-1";
        faults.push(Fault::new("region", "is no AWS region", remedy));
    } else if region.starts_with("cn-") {
        faults.push(Fault::new("region", "has no SES", "use a region outside of China"));
    }
}

/// Source: [endpoints](https://docs.aws.amazon.com/general/latest/gr/ses.html).
fn endpoint(region: &str, fips: bool, dual_stack: bool) -> String {
    let host = if fips { "email-fips" } else { "email" };
    let suffix = match (region.starts_with("eusc-"), dual_stack) {
        (true, _) => "amazonaws.eu",
        (false, true) => "api.aws",
        (false, false) => "amazonaws.com",
    };
    format!("https://{host}.{region}.{suffix}")
}

impl fmt::Debug for SesBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SesBuilder")
            .field("region", &self.region)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_region_has_its_endpoint() {
        let cases = [
            (("us-east-1", false, false), "https://email.us-east-1.amazonaws.com"),
            (("us-gov-west-1", true, false), "https://email-fips.us-gov-west-1.amazonaws.com"),
            (("eu-west-1", false, true), "https://email.eu-west-1.api.aws"),
            (("ca-central-1", true, true), "https://email-fips.ca-central-1.api.aws"),
            (("eusc-de-east-1", false, false), "https://email.eusc-de-east-1.amazonaws.eu"),
        ];
        for ((region, fips, dual), expected) in cases {
            assert_eq!(endpoint(region, fips, dual), expected);
        }
    }
}
