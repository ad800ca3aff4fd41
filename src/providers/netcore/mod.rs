//! [Netcore Cloud](https://netcorecloud.com): email and SMS. Its products share the name alone;
//! each has an account of its own.

pub mod email;
pub mod sms;

/// The provider's name in receipts, errors and events.
pub(crate) const NAME: &str = "netcore";
