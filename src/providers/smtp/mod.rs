//! Mail over SMTP: any server, Gmail, Microsoft 365, Amazon SES and the other [presets](Preset).
//!
//! [`Smtp`] keeps a pool of connections and is a [`Channel`](crate::Channel) for
//! [`Email`](crate::Email). It needs a tokio runtime where it is called, with I/O enabled, and
//! spawns nothing on it.
//!
//! ```no_run
//! use dakiya::{Mailbox, smtp::{Preset, Smtp}};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let gmail = Preset::named("gmail").ok_or("no such preset")?;
//! let smtp = Smtp::preset(gmail)
//!     .password("shop@example.com", "an app password")
//!     .from(Mailbox::parse("Shop <shop@example.com>")?)
//!     .build()?;
//! # let _ = smtp;
//! # Ok(())
//! # }
//! ```
//!
//! With `PIPELINING` a message takes two writes instead of five. Every phase has its own time-out,
//! and every recipient their own result.
//!
//! Source: [RFC 5321](https://www.rfc-editor.org/rfc/rfc5321),
//! [RFC 6409](https://www.rfc-editor.org/rfc/rfc6409).

// `pool` hands out connections, `connection` is the handshake, `auth` the login, `transaction` one
// message. Below them are `wire` (bytes), `tls` (trust), `timer` (time), `reply`, `extension` and `content` (pure
// parsing and encoding), and `error`, the table of reply codes.

pub use self::{
    auth::TokenSource,
    config::{Smtp, SmtpBuilder, Tls},
    error::{Refusal, Stage},
    limits::{Limits, Timeouts},
    pool::{Mail, Pool},
    preset::{Echo, Login, Preset, User},
    reply::{Enhanced, Reply},
    transaction::Outcome,
};

mod auth;
mod config;
mod connection;
mod content;
mod email;
mod error;
mod extension;
mod limits;
mod pool;
mod preset;
mod reply;
mod timer;
mod tls;
mod transaction;
mod wire;

/// The provider's name in receipts and errors: `smtp.email`.
pub const NAME: &str = "smtp";
