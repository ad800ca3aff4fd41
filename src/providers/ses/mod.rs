//! [Amazon SES](https://aws.amazon.com/ses), version 2 of its API: email.

/// The provider's name in receipts, errors and events.
pub(crate) const NAME: &str = "ses";
