//! For tests: ours, a host's, and those of channels that others write.

pub use self::{
    channel::{FakeChannel, Reply},
    clock::{ManualClock, SeededEntropy},
    transport::MockTransport,
};

mod channel;
mod clock;
pub mod conformance;
pub mod server;
mod transport;
