//! The providers, one folder each: account, request mapping, error codes, webhook.

#[cfg(feature = "netcore")]
pub mod netcore;
#[cfg(feature = "sandbox")]
pub mod sandbox;
#[cfg(feature = "smtp")]
pub mod smtp;
