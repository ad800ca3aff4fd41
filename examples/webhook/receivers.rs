//! The receiver of each provider, from its secrets.

use dakiya::{
    Timestamp, mailgun, meta, netcore,
    webhook::{Guard, Receiver, WebhookError},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{config, unread};

/// The receiver of `provider`, or of one `product` of it; `now` is what certificates are valid at.
pub(crate) fn receiver(
    provider: &str,
    product: Option<&str>,
    secrets: Value,
    _: Timestamp,
) -> Result<Box<dyn Receiver>, WebhookError> {
    Ok(match (provider, product) {
        ("mailgun", None) => {
            let Mailgun { signing_key } = read(secrets)?;
            Box::new(mailgun::Webhook::new(signing_key)?)
        }
        ("meta", None) => {
            let Meta { app_secret, verify_token } = read(secrets)?;
            Box::new(meta::Webhook::new(app_secret, verify_token)?)
        }
        ("netcore", Some(product)) => of_netcore(product, guard(secrets)?)?,
        ("netcore", None) => return Err(config(NETCORE)),
        _ => return Err(config(PROVIDERS)),
    })
}

const PROVIDERS: &str = "the `provider` is mailgun, meta or netcore; \
                         a `product` is for netcore";
const NETCORE: &str = "netcore needs a `product`: email or sms";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mailgun {
    signing_key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Meta {
    app_secret: String,
    verify_token: String,
}

/// What a provider that signs nothing was told.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Agreed {
    path_secret: Option<String>,
    header: Option<(String, String)>,
    basic: Option<(String, String)>,
    addresses: Option<Vec<String>>,
    #[serde(default)]
    unverified: bool,
}

fn of_netcore(product: &str, guard: Guard) -> Result<Box<dyn Receiver>, WebhookError> {
    Ok(match product {
        "email" => Box::new(netcore::email::Webhook::new(guard)),
        "sms" => Box::new(netcore::sms::Webhook::new(guard)),
        _ => return Err(config(NETCORE)),
    })
}

fn guard(secrets: Value) -> Result<Guard, WebhookError> {
    let Agreed { path_secret, header, basic, addresses, unverified } = read(secrets)?;
    let mut guards = Vec::new();
    if let Some(secret) = path_secret {
        guards.push(Guard::secret_path(secret)?);
    }
    if let Some((name, value)) = header {
        guards.push(Guard::header(&name, value)?);
    }
    if let Some((user, password)) = basic {
        guards.push(Guard::basic(user, password)?);
    }
    if let Some(addresses) = addresses {
        guards.push(Guard::addresses(addresses.iter().map(String::as_str))?);
    }
    match guards.into_iter().reduce(Guard::and) {
        Some(guard) => Ok(guard),
        None if unverified => Ok(Guard::unverified()),
        None => Err(config(
            "nothing signs this: give path_secret, header, basic or addresses, or unverified",
        )),
    }
}

/// A secret that is misspelt, or of another provider, is no secret.
fn read<T: DeserializeOwned>(secrets: Value) -> Result<T, WebhookError> {
    serde_json::from_value(secrets).map_err(|error| unread(&error))
}
