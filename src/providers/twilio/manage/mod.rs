//! What an account holds beside what it sends.
//!
//! Each call ends after 30 s, and its errors name `twilio`.

pub use self::account::AccountDetails;

mod account;
