//! The sandbox's URL.

use std::sync::Arc;

use super::{Leaf, done};
use crate::{
    error::Result,
    messenger::Channels,
    providers::sandbox::Sandbox,
    time::{SharedClock, default_clock},
};

#[expect(clippy::needless_pass_by_value, reason = "as every provider")]
pub(super) fn connect(leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    let mut faults = Vec::new();
    leaf.finish("no setting", &mut faults);
    let clock = clock.map_or_else(default_clock, |clock| Ok(Arc::clone(clock)))?;
    let sandbox = Sandbox::on(clock);
    done(faults, Ok(()))?;
    Ok(Channels {
        apple_push: Some(Arc::new(sandbox.clone())),
        email: Some(Arc::new(sandbox.clone())),
        rcs: Some(Arc::new(sandbox.clone())),
        sms: Some(Arc::new(sandbox.clone())),
        voice: Some(Arc::new(sandbox.clone())),
        web_push: Some(Arc::new(sandbox.clone())),
        whatsapp: Some(Arc::new(sandbox)),
    })
}
