//! Send, track and account for messages on every channel through any provider.
#![cfg_attr(docsrs, feature(doc_cfg))]
// What providers share has no user in a build without them; the full build shows what is dead.
#![cfg_attr(not(feature = "full"), allow(dead_code, reason = "see above"))]
#![cfg_attr(
    test,
    allow(
        clippy::string_slice,
        clippy::disallowed_methods,
        clippy::wildcard_enum_match_arm,
        reason = "tests may"
    )
)]

#[cfg(feature = "netcore")]
#[cfg_attr(docsrs, doc(cfg(feature = "netcore")))]
pub use self::providers::netcore;
#[cfg(feature = "sandbox")]
#[cfg_attr(docsrs, doc(cfg(feature = "sandbox")))]
pub use self::providers::sandbox;
#[cfg(feature = "smtp")]
#[cfg_attr(docsrs, doc(cfg(feature = "smtp")))]
pub use self::providers::smtp;
pub use self::{
    channel::{
        Capabilities, Channel, Currency, Dispatch, Features, Money, Provider, Receipt,
        RecipientOutcome, Record, Shared,
    },
    error::{Attempt, Error, ErrorKind, Fate, Fault, Reroute, Result},
    event::{Event, EventKind, Scope, Status},
    message::*,
    messenger::{Messenger, MessengerBuilder, Plan, Routed},
    time::Timestamp,
};

pub mod channel;
pub mod compliance;
mod config;
mod error;
mod event;
pub mod future;
pub mod http;
mod message;
mod messenger;
pub mod policy;
mod providers;
pub mod route;
#[cfg(feature = "templates")]
#[cfg_attr(docsrs, doc(cfg(feature = "templates")))]
pub mod template;
#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod testing;
pub mod time;
pub mod webhook;

/// Every code block of the README is compiled and run.
#[cfg(all(doctest, feature = "full"))]
#[doc = include_str!("../README.md")]
struct Readme;
