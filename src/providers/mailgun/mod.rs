//! [Mailgun](https://www.mailgun.com): email.

/// The provider's name in receipts, errors and events.
pub(crate) const NAME: &str = "mailgun";
