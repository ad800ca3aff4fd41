//! [Netcore Cloud](https://netcorecloud.com): email, SMS, WhatsApp, voice, RCS. Its
//! products share the name alone; each has an account of its own, and what beside sending is
//! documented of it in its `manage`.

mod answer;
pub mod deflector;
pub mod email;
mod hook;
pub mod rcs;
mod rows;
pub mod sms;
mod steps;
pub mod voice;
pub mod whatsapp;

/// The provider's name in receipts, errors and events.
pub(crate) const NAME: &str = "netcore";
