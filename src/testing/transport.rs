//! A transport that a test scripts.

/// Scripted.
#[derive(Debug)]
#[non_exhaustive]
pub struct MockTransport;
