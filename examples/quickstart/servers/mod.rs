//! Stand-ins for the providers, on loopback: they refuse what the real ones would refuse, and
//! report by webhook as the real ones do.

use std::{io, net::SocketAddr};

use axum::Router;
use tokio::net::TcpListener;

pub(crate) mod courier;
mod dlt;
pub(crate) mod netcore;
pub(crate) mod smtp;

/// What a customer of these providers was given.
pub(crate) mod account {
    pub(crate) const API_KEY: &str = "demo-api-key";
    pub(crate) const FEED: &str = "390001";
    pub(crate) const USER: &str = "9845000000";
    pub(crate) const PASSWORD: &str = "demo-password";
    /// The header registered for SMS to India.
    pub(crate) const SENDER: &str = "DRISHT";
    /// The one domain that may be written from.
    pub(crate) const DOMAIN: &str = "shop.example.com";
}

/// Serves `router` on a free port of the loopback interface until the program ends.
pub(crate) async fn serve(router: Router) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// FNV-1a: the same number for the same text on every machine, so that every run ends alike.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Whether `text` is one of `percent` in a hundred, by `salt`.
fn chance(salt: &str, text: &str, percent: u64) -> bool {
    // The low bits of FNV follow the last bytes too closely.
    (hash(&format!("{salt}:{text}")) >> 24) % 100 < percent
}
