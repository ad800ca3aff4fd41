//! Send, track and account for messages on every channel through any provider.
//!
//! A backend links this crate to write to its customers by mail, SMS, WhatsApp, voice, push or
//! RCS. The host brings the runtime, the database and the web server; the crate brings the
//! providers' protocols, India's DLT rules, and errors that say whether a message may be out.
//!
//! ```
//! # #[cfg(feature = "sandbox")] {
//! use dakiya::{Messenger, PhoneNumber, Sms, sandbox::Sandbox};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let messenger = Messenger::builder().sms(Sandbox::new()).build()?;
//! let to = PhoneNumber::parse("+919845000012")?;
//! match messenger.send(Sms::to(to).text("Order 2041 is ready.")).await {
//!     Ok(receipt) => println!("accepted as {:?}", receipt.provider_message_id),
//!     Err(error) => println!("{:?}, {:?}: {error}", error.kind(), error.fate()),
//! }
//! # Ok(()) }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run()).unwrap();
//! # }
//! ```
//!
//! # Where things are
//!
//! | To … | see |
//! | --- | --- |
//! | send, or see what would be sent | [`Messenger`]: [`send`](Messenger::send), [`send_batch`](Messenger::send_batch), [`plan`](Messenger::plan) |
//! | write a message | [`Email`], [`Sms`], [`WhatsApp`], [`Call`], [`ApplePush`], [`WebPush`], [`Rcs`]; [`Draft`] has what all share |
//! | know what became of a send | [`Receipt`], [`Error`], [`Fate`] |
//! | receive, for all providers by one function | [`Messenger::webhooks`], [`webhook`] |
//! | read what came, and store it as JSON | [`Event`], [`event`] |
//! | know what became of each message | [`tracking`] |
//! | hear a STOP, and answer | [`compliance::keywords`] |
//! | reach a provider | `mailgun`, `meta`, `netcore`, `sandbox`, `sendgrid`, `ses`, `smtp`, `twilio`, or your own [`Channel`] |
//! | know what each provider carries | [`docs`], [`Capabilities`] |
//! | use what one provider alone has | `provider::kind::Options`, set by [`Message::options`]; [`Message::provider_template`] |
//! | manage templates, suppressions, domains, media, calls | `provider::manage`; under `netcore` in its leaves |
//! | try again, time out, fall back | [`policy`], [`route`] |
//! | keep the law and a person's no | [`compliance`], [`compliance::suppression`] |
//! | fill texts by version and language | `template` |
//! | hand in a transport, a clock, chance | [`http`], [`time`] |
//! | test | `testing`: manual clock, scripted channels, the conformance suite |
//!
//! # Features
//!
//! | feature | what it turns on | default |
//! | --- | --- | --- |
//! | `netcore`, `sandbox`, `sendgrid`, `smtp`, `twilio` | a provider | yes |
//! | `mailgun`, `meta`, `ses` | a provider | no |
//! | `reqwest` | the HTTP transport; without it, hand one in | yes |
//! | `templates` | templates from a folder or memory | yes |
//! | `phone` | numbers as people write them: [`PhoneNumber`]`::parse_in` | no |
//! | `inbound-mail` | mails that people send, by SendGrid, SES and Mailgun: [`event::InboundEmail`] | no |
//! | `testing` | what tests need | no |
//! | `full` | all of the above | no |
//!
//! # What it promises
//!
//! - A send says accepted, not sent, or that the message may be out; what may be out is not sent
//!   again unless you declared that safe.
//! - `Ok` means that a provider took the message. That it arrived comes by webhook.
//! - A webhook without proof of origin becomes no event, unless you wrote `unverified` or `Shadow`;
//!   its events say so.
//! - One bad event costs no other, and what a provider invented since is an event, not an error.
//! - Bad input is refused before the wire, with every fault named.
//! - No `Debug`, error or log shows an address, a body or a secret.
//! - No runtime is started, no task spawned, no environment read unasked.
#![cfg_attr(docsrs, feature(doc_cfg))]
// What providers share has no user in a build without them; the full build shows what is dead.
#![cfg_attr(
    not(feature = "full"),
    allow(dead_code, unused_imports, unused_macros, reason = "see above")
)]
#![cfg_attr(
    test,
    allow(
        clippy::string_slice,
        clippy::disallowed_methods,
        clippy::wildcard_enum_match_arm,
        reason = "tests may"
    )
)]

#[cfg(feature = "mailgun")]
#[cfg_attr(docsrs, doc(cfg(feature = "mailgun")))]
pub use self::providers::mailgun;
#[cfg(feature = "meta")]
#[cfg_attr(docsrs, doc(cfg(feature = "meta")))]
pub use self::providers::meta;
#[cfg(feature = "netcore")]
#[cfg_attr(docsrs, doc(cfg(feature = "netcore")))]
pub use self::providers::netcore;
#[cfg(feature = "sandbox")]
#[cfg_attr(docsrs, doc(cfg(feature = "sandbox")))]
pub use self::providers::sandbox;
#[cfg(feature = "sendgrid")]
#[cfg_attr(docsrs, doc(cfg(feature = "sendgrid")))]
pub use self::providers::sendgrid;
#[cfg(feature = "ses")]
#[cfg_attr(docsrs, doc(cfg(feature = "ses")))]
pub use self::providers::ses;
#[cfg(feature = "smtp")]
#[cfg_attr(docsrs, doc(cfg(feature = "smtp")))]
pub use self::providers::smtp;
#[cfg(feature = "twilio")]
#[cfg_attr(docsrs, doc(cfg(feature = "twilio")))]
pub use self::providers::twilio;
pub use self::{
    channel::{
        Capabilities, Channel, Currency, Dispatch, Features, Money, Provider, Receipt,
        RecipientOutcome, Record, Shared,
    },
    error::{Attempt, Error, ErrorKind, Fate, Fault, Reroute, Result},
    event::{Bounce, Event, EventKind, Scope, Status},
    message::*,
    messenger::{Messenger, MessengerBuilder, Plan, Routed},
    time::Timestamp,
};

pub mod channel;
pub mod compliance;
mod config;
mod debug;
pub mod docs;
mod error;
pub mod event;
pub mod future;
pub mod http;
mod message;
mod messenger;
#[cfg(feature = "__mime")]
mod mime;
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
pub mod tracking;
pub mod webhook;

/// Every code block of the README is compiled and run.
#[cfg(all(doctest, feature = "full"))]
#[doc = include_str!("../README.md")]
struct Readme;
