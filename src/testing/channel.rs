//! A channel that a test scripts.

/// Scripted.
#[derive(Debug)]
#[non_exhaustive]
pub struct FakeChannel;
