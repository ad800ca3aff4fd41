//! The facade.

/// Sends.
#[derive(Debug)]
pub struct Messenger;
/// Builds one.
#[derive(Debug)]
pub struct MessengerBuilder;
/// Everything but the sending.
#[derive(Debug)]
pub struct Plan;
