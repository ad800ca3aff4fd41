//! The integration tests: one binary, the same paths as `src`.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    reason = "tests may"
)]

mod architecture;
mod bulk;
mod config;
mod conformance;
mod dlt;
mod examples;
mod matrix;
mod messenger;
mod policy;
mod providers;
mod route;
mod sdk;
mod secrets;
mod support;
mod template;
mod tools;
mod transport;
mod webhooks;
