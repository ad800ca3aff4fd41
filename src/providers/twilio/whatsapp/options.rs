//! What a single WhatsApp message may ask of Twilio.

use crate::providers::twilio::messages::define_options;

define_options! {
    /// Options of one WhatsApp message. What is absent is left to Twilio's own defaults.
    ///
    /// ```
    /// use dakiya::{Delivery, twilio::whatsapp::Options};
    ///
    /// let mut delivery = Delivery::default();
    /// delivery.options.set(&Options::new().discard_content(true))?;
    /// # Ok::<(), dakiya::Error>(())
    /// ```
    ///
    /// Source: [Messages](https://www.twilio.com/docs/messaging/api/message-resource).
    for super::LABEL;
}
