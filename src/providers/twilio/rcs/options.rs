//! What a single RCS message may ask of Twilio.

use crate::providers::twilio::messages::define_options;

define_options! {
    /// Options of one RCS message. What is absent is left to Twilio's own defaults.
    ///
    /// ```
    /// use dakiya::{Delivery, twilio::rcs::Options};
    ///
    /// let mut delivery = Delivery::default();
    /// delivery.options.set(&Options::new().fallback(false))?;
    /// # Ok::<(), dakiya::Error>(())
    /// ```
    ///
    /// Source: [RCS](https://www.twilio.com/docs/rcs/send-an-rcs-message).
    for super::LABEL;
    /// Whether a phone without RCS gets an SMS or MMS, which needs a Messaging Service and no sender
    /// of the message's own. Default: yes where no RCS sender is known, else no.
    fallback: bool,
    /// Who that SMS comes from: `FallbackFrom`. Default: the service chooses.
    fallback_from: String,
    /// Whether that SMS goes as one MMS: `SendAsMms`.
    send_as_mms: bool,
    /// Whether characters of that SMS are replaced by look-alikes: `SmartEncoded`.
    smart_encoded: bool,
}
