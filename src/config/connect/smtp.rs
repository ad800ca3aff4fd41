//! SMTP's URL.

use std::sync::Arc;

use secrecy::ExposeSecret as _;

use super::{Leaf, done, mailbox, one_of};
use crate::{
    error::{Fault, Result},
    messenger::Channels,
    providers::smtp::{Smtp, Tls},
    time::SharedClock,
};

pub(super) fn connect(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    let mut faults = Vec::new();
    let host = leaf.host.take().unwrap_or_default();
    let mut account = Smtp::builder(host);
    if let Some(port) = leaf.port {
        account = account.port(port);
    }
    let modes = [("starttls", Tls::StartTls), ("implicit", Tls::Implicit), ("none", Tls::None)];
    let implicit = if leaf.port == Some(465) { Tls::Implicit } else { Tls::StartTls };
    account = account.tls(one_of(&mut leaf, "tls", &mut faults, &modes).unwrap_or(implicit));
    match (leaf.user.take(), leaf.password.take()) {
        (Some(user), Some(password)) => {
            account = account.password(user.expose_secret(), password);
        }
        (None, None) => {}
        _ => faults.push(Fault::new("password", "stands alone", "write user:password, or neither")),
    }
    if let Some(from) = mailbox(&mut leaf, &mut faults) {
        account = account.from(from);
    }
    if let Some(hello) = leaf.take("hello") {
        account = account.hello(hello);
    }
    if let Some(clock) = clock {
        account = account.clock(Arc::clone(clock));
    }
    leaf.finish("tls, from, hello", &mut faults);
    let account = done(faults, account.build())?;
    Ok(Channels { email: Some(Arc::new(account)), ..Channels::default() })
}
