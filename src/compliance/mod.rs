//! What may be sent, to whom, and when.

pub mod dlt;
pub mod keywords;
pub mod suppression;
