//! WhatsApp, from Meta directly: the [Cloud API](https://developers.facebook.com/documentation/business-messaging/whatsapp).

/// The provider's name in receipts, errors and events.
pub(crate) const NAME: &str = "meta";
