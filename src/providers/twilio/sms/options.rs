//! What a single SMS may ask of Twilio.

use crate::providers::twilio::messages::define_options;

define_options! {
    /// Options of one SMS. What is absent is left to Twilio's own defaults.
    ///
    /// ```
    /// use dakiya::{Delivery, twilio::sms::Options};
    ///
    /// let mut delivery = Delivery::default();
    /// delivery.options.set(&Options::new().smart_encoded(true).provide_feedback(true))?;
    /// # Ok::<(), dakiya::Error>(())
    /// ```
    ///
    /// Source: [Messages](https://www.twilio.com/docs/messaging/api/message-resource).
    for super::LABEL;
    /// Who it comes from where the service's RCS sender cannot reach the phone: `FallbackFrom`. Needs
    /// a Messaging Service that holds an RCS sender, and no sender of the message's own.
    fallback_from: String,
    /// Whether it goes as one MMS even without a file: `SendAsMms`.
    send_as_mms: bool,
    /// Whether characters are replaced by look-alikes that make it shorter: `SmartEncoded`. Default:
    /// as the service is set up.
    smart_encoded: bool,
}
