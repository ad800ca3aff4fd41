//! Channels over channels: which provider carries a message.

pub use self::failover::Failover;

mod failover;
