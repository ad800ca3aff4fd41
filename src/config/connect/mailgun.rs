//! The URL of `mailgun`: `mailgun://KEY@DOMAIN?from=…&region=eu`.

use std::sync::Arc;

use super::{Leaf, connection, done, mailbox, one_of};
use crate::{
    error::Result,
    messenger::Channels,
    providers::mailgun::{Mailgun, Region, email::Options},
    time::SharedClock,
};

pub(super) fn connect(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    let mut faults = Vec::new();
    let user = leaf.user.take().unwrap_or_default();
    let mut account = Mailgun::builder(user, leaf.host.take().unwrap_or_default());
    if let Some(from) = mailbox(&mut leaf, &mut faults) {
        account = account.from(from);
    }
    if let Some(region) =
        one_of(&mut leaf, "region", &mut faults, &[("us", Region::Us), ("eu", Region::Eu)])
    {
        account = account.region(region);
    }
    if let Some(test) = one_of(&mut leaf, "test", &mut faults, &[("true", true), ("false", false)])
    {
        account = account.defaults(Options::new().test_mode(test));
    }
    if let Some(on) =
        one_of(&mut leaf, "whole_texts", &mut faults, &[("true", true), ("false", false)])
    {
        account = account.whole_texts(on);
    }
    connection(account.connection_mut(), &mut leaf, clock);
    leaf.finish("from, region, test, whole_texts, endpoint", &mut faults);
    let account = done(faults, account.build())?;
    Ok(Channels { email: Some(Arc::new(account)), ..Channels::default() })
}
