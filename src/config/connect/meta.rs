//! The URL of `meta`: `meta://TOKEN@PHONE_NUMBER_ID?version=…&business_account=…&endpoint=`.

use std::sync::Arc;

use super::{Leaf, connection, done};
use crate::{error::Result, messenger::Channels, providers::meta::Meta, time::SharedClock};

pub(super) fn connect(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    let mut faults = Vec::new();
    let token = leaf.user.take().unwrap_or_default();
    let mut account = Meta::builder(token, leaf.host.take().unwrap_or_default());
    if let Some(version) = leaf.take("version") {
        account = account.version(version);
    }
    if let Some(id) = leaf.take("business_account") {
        account = account.business_account(id);
    }
    if let Some(id) = leaf.take("app") {
        account = account.app(id);
    }
    if let Some(code) = leaf.take("language") {
        account = account.language(code);
    }
    connection(account.connection_mut(), &mut leaf, clock);
    leaf.finish("version, business_account, app, language, endpoint", &mut faults);
    let account = done(faults, account.build())?;
    Ok(Channels { whatsapp: Some(Arc::new(account)), ..Channels::default() })
}
