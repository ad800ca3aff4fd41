//! How long each phase may take, and how much a connection carries.

use std::time::Duration;

/// How long each phase of a session may take.
///
/// From `MAIL` on the defaults are the minima of RFC 5321, section 4.5.3.2: whoever hangs up
/// sooner after the content may send twice. Before it nothing can be lost, so they are shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// A free connection of the pool. Default: 30 s.
    pub wait: Duration,
    /// Name look-up and TCP, all addresses together. Default: 15 s.
    pub connect: Duration,
    /// The greeting. Default: 60 s.
    pub banner: Duration,
    /// The reply to `EHLO`. Default: 60 s.
    pub ehlo: Duration,
    /// The reply to `STARTTLS`, then again the handshake. Default: 15 s.
    pub tls: Duration,
    /// Each reply of `AUTH`, and a new token. Default: 30 s.
    pub auth: Duration,
    /// The reply to `NOOP`, before an idle connection is used again. Default: 5 s.
    pub reuse: Duration,
    /// The reply to `MAIL`. Default: 5 min.
    pub mail: Duration,
    /// The reply to each `RCPT`. Default: 5 min.
    pub rcpt: Duration,
    /// The reply to `DATA`. Default: 2 min.
    pub data: Duration,
    /// Each 64 KiB of the content. Default: 3 min.
    pub block: Duration,
    /// The reply to the final dot. Default: 10 min.
    pub end: Duration,
    /// All of [`Provider::check`](crate::Provider::check). Default: 30 s.
    pub check: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            wait: Duration::from_secs(30),
            connect: Duration::from_secs(15),
            banner: Duration::from_mins(1),
            ehlo: Duration::from_mins(1),
            tls: Duration::from_secs(15),
            auth: Duration::from_secs(30),
            reuse: Duration::from_secs(5),
            mail: Duration::from_mins(5),
            rcpt: Duration::from_mins(5),
            data: Duration::from_mins(2),
            block: Duration::from_mins(3),
            end: Duration::from_mins(10),
            check: Duration::from_secs(30),
        }
    }
}

/// What the pool keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at once. Default: 4; Microsoft 365 allows 3.
    pub connections: usize,
    /// Messages per connection. Default: 100.
    pub messages: usize,
    /// Recipients of one transaction; more are sent in several. Default: 100.
    pub recipients: usize,
    /// Bytes of one message, before the server is asked. Default: what the server advertises.
    pub size: Option<usize>,
    /// After this idle time a connection answers a `NOOP` before it is used. Default: 30 s.
    pub idle_check: Duration,
    /// After this idle time a connection is closed. Default: 4 min; servers may after 5.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4,
            messages: 100,
            recipients: 100,
            size: None,
            idle_check: Duration::from_secs(30),
            idle: Duration::from_mins(4),
        }
    }
}
