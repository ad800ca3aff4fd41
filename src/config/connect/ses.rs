//! The URL of `ses`: `ses://ACCESS_KEY:SECRET@REGION`.

use std::sync::Arc;

use super::{Leaf, connection, done, mailbox};
use crate::{
    error::{Fault, Result},
    messenger::Channels,
    providers::ses::{self, Ses},
    time::SharedClock,
};

pub(super) fn connect(mut leaf: Leaf, clock: Option<&SharedClock>) -> Result<Channels> {
    use secrecy::ExposeSecret as _;

    let mut faults = Vec::new();
    let (key, secret) = (leaf.user.take(), leaf.password.take());
    if key.is_none() || secret.is_none() {
        let remedy = "write ses://ACCESS_KEY:SECRET@REGION, the secret percent-encoded";
        faults.push(Fault::new("user", "or the secret is missing", remedy));
    }
    // The id of a key is no secret: it stands in every request.
    let key = key.map(|key| key.expose_secret().to_owned()).unwrap_or_default();
    let secret = secret.unwrap_or_default();
    let credentials = match leaf.take("session_token") {
        Some(token) => ses::session_keys(key, secret, token),
        None => ses::keys(key, secret),
    };
    let region = leaf.host.take().unwrap_or_default();
    let mut account = Ses::builder(region, credentials);
    if let Some(from) = mailbox(&mut leaf, &mut faults) {
        account = account.from(from);
    }
    if let Some(name) = leaf.take("configuration_set") {
        account = account.configuration_set(name);
    }
    connection(account.connection_mut(), &mut leaf, clock);
    leaf.finish("from, configuration_set, session_token, endpoint", &mut faults);
    let account = done(faults, account.build())?;
    Ok(Channels { email: Some(Arc::new(account)), ..Channels::default() })
}
