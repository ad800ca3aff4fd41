//! The URL of `sendgrid`.

use std::sync::Arc;

use super::{Leaf, connection, default_host, done, mailbox, one_of};
use crate::{
    error::Result,
    messenger::Channels,
    providers::sendgrid::{Region, SendGrid, email::Options},
    time::SharedClock,
};

/// `sendgrid://KEY@default?from=…&region=eu&sandbox=true`.
pub(super) fn connect(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    let mut faults = Vec::new();
    let mut account = SendGrid::builder(leaf.user.take().unwrap_or_default());
    if let Some(from) = mailbox(&mut leaf, &mut faults) {
        account = account.from(from);
    }
    if let Some(region) =
        one_of(&mut leaf, "region", &mut faults, &[("global", Region::Global), ("eu", Region::Eu)])
    {
        account = account.region(region);
    }
    if let Some(on) = one_of(&mut leaf, "sandbox", &mut faults, &[("true", true), ("false", false)])
    {
        account = account.defaults(Options::new().sandbox(on));
    }
    connection(account.connection_mut(), &mut leaf, clock);
    default_host(&leaf, &mut faults);
    leaf.finish("from, region, sandbox, endpoint", &mut faults);
    let account = done(faults, account.build())?;
    Ok(Channels { email: Some(Arc::new(account)), ..Channels::default() })
}
