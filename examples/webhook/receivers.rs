//! The receiver of each provider, from its secrets.

use std::collections::BTreeMap;

use dakiya::{
    Timestamp, mailgun, meta, netcore, sendgrid, ses, twilio,
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
    now: Timestamp,
) -> Result<Box<dyn Receiver>, WebhookError> {
    Ok(match (provider, product) {
        ("mailgun", None | Some("email")) => {
            let Mailgun { signing_key } = read(secrets)?;
            Box::new(mailgun::Webhook::new(signing_key)?)
        }
        ("meta", None | Some("whatsapp")) => {
            let Meta { app_secret, verify_token } = read(secrets)?;
            Box::new(meta::Webhook::new(app_secret, verify_token)?)
        }
        ("netcore", Some(product)) => of_netcore(product, guard(secrets)?)?,
        ("netcore", None) => return Err(config(NETCORE)),
        ("sendgrid", Some("inbound")) => inbound(secrets)?,
        ("sendgrid", None | Some("email")) => {
            let SendGrid { public_key } = read(secrets)?;
            Box::new(sendgrid::Webhook::new(public_key)?)
        }
        ("ses", None | Some("email")) => of_ses(secrets, now)?,
        ("twilio", None | Some("sms" | "whatsapp" | "rcs" | "voice")) => {
            let Twilio { auth_tokens } = read(secrets)?;
            let mut tokens = auth_tokens.into_iter();
            let first = twilio::Webhook::new(tokens.next().unwrap_or_default())?;
            Box::new(tokens.try_fold(first, twilio::Webhook::or_token)?)
        }
        _ => return Err(config(PROVIDERS)),
    })
}

const PROVIDERS: &str = "the `provider` is mailgun, meta, netcore, sendgrid, ses or twilio, and \
                         the `product` one that it has; sendgrid has `inbound` too";
const NETCORE: &str = "netcore needs a `product`: deflector, email, rcs, sms, voice or whatsapp";

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SendGrid {
    public_key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ses {
    #[serde(default)]
    certificates: BTreeMap<String, String>,
    topics: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Twilio {
    auth_tokens: Vec<String>,
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
        "deflector" => Box::new(netcore::deflector::Webhook::new(guard)),
        "rcs" => Box::new(netcore::rcs::Webhook::new(guard)),
        "voice" => Box::new(netcore::voice::Webhook::new(guard)),
        "whatsapp" => Box::new(netcore::whatsapp::Webhook::new(guard)),
        "email" => Box::new(netcore::email::Webhook::new(guard)),
        "sms" => Box::new(netcore::sms::Webhook::new(guard)),
        _ => return Err(config(NETCORE)),
    })
}

/// Signed by SNS, or raw and guarded.
fn of_ses(secrets: Value, now: Timestamp) -> Result<Box<dyn Receiver>, WebhookError> {
    if secrets.get("topics").is_none() {
        return Ok(Box::new(ses::Webhook::raw(guard(secrets)?)));
    }
    let Ses { certificates, topics } = read(secrets)?;
    let kept = ses::Certificates::new();
    for (url, pem) in certificates {
        // One that is none, or not of its URL, is as if it were not there: the key is missing.
        drop(kept.insert(&url, pem.as_bytes(), now));
    }
    Ok(Box::new(ses::Webhook::new(topics)?.certificates(kept)))
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

/// Mails that people send: guarded, and signed too where there is a key.
fn inbound(mut secrets: Value) -> Result<Box<dyn Receiver>, WebhookError> {
    let key = secrets.as_object_mut().and_then(|secrets| secrets.remove("public_key"));
    let parse = sendgrid::InboundParse::new(guard(secrets)?);
    Ok(match key {
        Some(key) => Box::new(parse.public_key(read::<String>(key)?)?),
        None => Box::new(parse),
    })
}
