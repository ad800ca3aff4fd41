//! The URL of `sendgrid`.

use super::Leaf;
use crate::{
    error::{Error, Result},
    messenger::Channels,
    time::SharedClock,
};

pub(super) fn connect(_: Leaf, _: Option<&SharedClock>) -> Result<Channels> {
    Err(Error::config("not built yet"))
}
