//! From settings to channels: the environment and provider URLs. The only module that names every
//! provider.
//!
//! | URL | sends | query |
//! | --- | --- | --- |
//! | `smtp://user:secret@host:port` | email | `tls=starttls\|implicit\|none`, `from`, `hello` |
//! | `mailgun://KEY@DOMAIN` | email | `from`, `region=us\|eu`, `test`, `whole_texts`, `endpoint` |
//! | `meta://TOKEN@PHONE_NUMBER_ID` | WhatsApp | `version`, `business_account`, `app`, `language`, `endpoint` |
//! | `netcore+email://API_KEY@default` | email | `from`, `version=v6\|v5.1`, `region=global\|eu`, `whole_texts`, `endpoint` |
//! | `netcore+sms://USER:PASSWORD@FEED_ID` | SMS | `sender`, `entity`, `endpoint` |
//! | `netcore+whatsapp://TOKEN@SOURCE_ID` | WhatsApp | `priority`, `endpoint`, `legacy_endpoint` |
//! | `netcore+rcs://KEY@default` | RCS | `bot`, `header`, `request`, `endpoint` |
//! | `netcore+deflector://KEY@default` | WhatsApp, and what its options name | `endpoint` |
//! | `netcore+voice://KEY@HOST` | voice | `path`, `method`, `auth`, one of `json`, `form` and `query`, and others, in `connect/netcore.rs` |
//! | `sendgrid://KEY@default` | email | `from`, `region=global\|eu`, `sandbox`, `endpoint` |
//! | `ses://ACCESS_KEY:SECRET@REGION` | email | `from`, `configuration_set`, `session_token`, `endpoint` |
//! | `twilio://SID:TOKEN@default` | SMS, WhatsApp, RCS, voice | `from`, `whatsapp_from`, `rcs_from`, `voice_from`, `messaging_service`, `api_key`, `subaccount`, `status_callback`, `callback_parameter`, `region`, `edge`, `endpoint` |
//! | `sandbox://` | everything | |
//! | `failover(a b …)` | what all of them send | |

use std::collections::BTreeMap;

use self::{connect::connect, provider_url::ProviderUrl};
use crate::{
    error::{Error, Result},
    messenger::{Messenger, MessengerBuilder},
};

mod connect;
mod env;
mod provider_url;

impl MessengerBuilder {
    /// Adds the channels of a provider URL, for each kind that it sends.
    ///
    /// Secrets are percent-encoded; `+` stays a plus. `endpoint=http://127.0.0.1:8080` points any
    /// HTTP provider at another host. `failover(a b)` nests; inside it, a space or parenthesis of
    /// a URL is percent-encoded.
    ///
    /// ```
    /// # #[cfg(all(feature = "netcore", feature = "sandbox"))] {
    /// use dakiya::Messenger;
    ///
    /// let messenger = Messenger::builder()
    ///     .url("netcore+sms://98000:s%40cret@390001?sender=DRISHT&entity=1101000000000000017")?
    ///     .build();
    /// # let _ = messenger;
    /// # }
    /// # Ok::<(), dakiya::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) naming everything that is missing, unknown or
    /// malformed; the URL itself is never quoted.
    pub fn url(mut self, url: &str) -> Result<Self> {
        let url = ProviderUrl::parse(url)?;
        let found = connect(&url, self.clock.as_ref())?;
        self.channels.add(found);
        Ok(self)
    }

    /// Adds the channels that the process's environment names, by the variable names that common
    /// `.env` files use.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) with a fault for each variable that is missing,
    /// malformed or contradictory.
    pub fn from_env(self) -> Result<Self> {
        self.from_vars(std::env::vars_os().filter_map(|(name, value)| {
            // A variable that is no text is none of ours.
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }))
    }

    /// Adds the channels that `vars` name, as [`from_env`](Self::from_env) does.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_vars(mut self, vars: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let vars: BTreeMap<String, String> = vars.into_iter().collect();
        let mut further = Vec::new();
        for (kind, url) in env::urls(&vars)? {
            let (named, others) = connect(&url, self.clock.as_ref())?.part(kind);
            self.channels.add(named);
            further.push(others);
        }
        // What else an account can send, where no other is named for it.
        for others in further {
            self.channels.fill(others);
        }
        Ok(self)
    }
}

impl Messenger {
    /// A messenger with the channels that the environment names.
    ///
    /// | what | variables |
    /// | --- | --- |
    /// | which provider | `EMAIL_PROVIDER`, `SMS_PROVIDER`, `WHATSAPP_PROVIDER`, `VOICE_PROVIDER`, `RCS_PROVIDER`; or a provider URL in `EMAIL_URL`, `SMS_URL`, … |
    /// | sender of mail | `EMAIL_FROM_ADDRESS`, `EMAIL_FROM_NAME` |
    /// | SMTP | `SMTP_HOST`, `SMTP_PORT`, `SMTP_USER` or `SMTP_USERNAME`, `SMTP_PASSWORD`, `SMTP_SECURE` or `SMTP_USE_TLS`, `SMTP_FROM_EMAIL`, `SMTP_FROM_NAME` |
    /// | Mailgun | `MAILGUN_API_KEY`, `MAILGUN_DOMAIN`, `MAILGUN_REGION`, `MAILGUN_FROM_EMAIL`, `MAILGUN_FROM_NAME` |
    /// | SendGrid | `SENDGRID_API_KEY`, `SENDGRID_REGION`, `SENDGRID_FROM_EMAIL`, `SENDGRID_FROM_NAME` |
    /// | SES, only where `EMAIL_PROVIDER=ses` | `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_SES_REGION` or `AWS_REGION`, `SES_CONFIGURATION_SET`, `SES_FROM_EMAIL`, `SES_FROM_NAME` |
    /// | Twilio | `TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN` or `TWILIO_API_KEY` with `TWILIO_API_SECRET`, `TWILIO_PHONE_NUMBER`, `TWILIO_MESSAGING_SERVICE_SID`, `TWILIO_WHATSAPP_NUMBER`, `TWILIO_RCS_SENDER`, `TWILIO_VOICE_NUMBER`, `TWILIO_STATUS_CALLBACK`, `TWILIO_REGION`, `TWILIO_EDGE` |
    /// | WhatsApp by Meta | `WHATSAPP_ACCESS_TOKEN` or `WHATSAPP_TOKEN`, `WHATSAPP_PHONE_NUMBER_ID`, `WHATSAPP_BUSINESS_ACCOUNT_ID`, `WHATSAPP_API_VERSION` |
    /// | WhatsApp by Netcore | `NETCORE_WHATSAPP_TOKEN`, `NETCORE_WHATSAPP_SOURCE_ID` |
    /// | Netcore email | `NETCORE_EMAIL_API_KEY` or `NETCORE_API_KEY`, `NETCORE_EMAIL_VERSION`, `NETCORE_EMAIL_REGION`, `NETCORE_EMAIL_ENDPOINT` |
    /// | Netcore SMS | `NETCORE_SMS_FEED_ID`, `NETCORE_SMS_USERNAME`, `NETCORE_SMS_PASSWORD`, `NETCORE_SMS_SENDER_ID`, `NETCORE_SMS_ENTITY_ID`, `NETCORE_SMS_ENDPOINT`, each also without `SMS_` |
    ///
    /// A provider that this build does not have is reported by name. An account that sends further
    /// kinds, such as Twilio's, is also used for those that no variable names a provider for.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) with a fault for each variable that is missing,
    /// malformed or contradictory, or when none names a channel.
    pub fn from_env() -> Result<Self> {
        let messenger = Self::builder().from_env()?.build()?;
        if messenger.kinds().is_empty() {
            return Err(Error::config(
                "the environment names no channel: set EMAIL_PROVIDER or SMS_PROVIDER",
            ));
        }
        Ok(messenger)
    }
}
