//! [Twilio](https://www.twilio.com): SMS, WhatsApp, RCS and calls.

/// The provider's name in receipts, errors and events.
pub(crate) const NAME: &str = "twilio";
