//! The providers, one folder each: account, request mapping, error codes, webhook.

#[cfg(feature = "mailgun")]
pub mod mailgun;
#[cfg(feature = "meta")]
pub mod meta;
#[cfg(feature = "netcore")]
pub mod netcore;
#[cfg(feature = "sandbox")]
pub mod sandbox;
#[cfg(feature = "sendgrid")]
pub mod sendgrid;
#[cfg(feature = "ses")]
pub mod ses;
#[cfg(feature = "smtp")]
pub mod smtp;
#[cfg(feature = "twilio")]
pub mod twilio;
