//! The variables of each provider, by the names that its guides use.

use secrecy::SecretString;

use super::{Env, is_loopback, leaf};
use crate::{config::provider_url::Leaf, message::Kind};

/// A provider that a kind of message can be sent through.
pub(super) struct Choice {
    /// What the variable calls it.
    pub(super) name: &'static str,
    /// The variables that show that it is meant where none names it.
    pub(super) signs: &'static [&'static str],
    /// Reads its settings.
    pub(super) read: fn(&mut Env<'_>) -> Leaf,
}

/// The kinds, what their variables begin with, and who can be named for them.
pub(super) const KINDS: &[(Kind, &str, &[Choice])] = &[
    (
        Kind::Email,
        "EMAIL",
        &[
            Choice { name: "mailgun", signs: &["MAILGUN_API_KEY"], read: mailgun },
            Choice {
                name: "netcore",
                signs: &["NETCORE_EMAIL_API_KEY", "NETCORE_API_KEY"],
                read: netcore_email,
            },
            Choice { name: "sendgrid", signs: &["SENDGRID_API_KEY"], read: sendgrid },
            // The keys of AWS are there for much else.
            Choice { name: "ses", signs: &[], read: ses },
            Choice { name: "smtp", signs: &["SMTP_HOST"], read: smtp },
        ],
    ),
    (
        Kind::Sms,
        "SMS",
        &[
            Choice {
                name: "netcore",
                signs: &["NETCORE_SMS_FEED_ID", "NETCORE_FEED_ID"],
                read: netcore_sms,
            },
            Choice { name: "twilio", signs: &["TWILIO_ACCOUNT_SID"], read: twilio },
        ],
    ),
    (
        Kind::WhatsApp,
        "WHATSAPP",
        &[
            Choice {
                name: "meta",
                signs: &["WHATSAPP_ACCESS_TOKEN", "WHATSAPP_TOKEN", "WHATSAPP_PHONE_NUMBER_ID"],
                read: meta,
            },
            Choice { name: "netcore", signs: &["NETCORE_WHATSAPP_TOKEN"], read: netcore_whatsapp },
            Choice { name: "twilio", signs: &["TWILIO_WHATSAPP_NUMBER"], read: twilio },
        ],
    ),
    (Kind::Voice, "VOICE", &[Choice { name: "twilio", signs: &[], read: twilio }]),
    (Kind::Rcs, "RCS", &[Choice { name: "twilio", signs: &[], read: twilio }]),
];

fn mailgun(env: &mut Env<'_>) -> Leaf {
    let mut leaf = leaf("mailgun");
    leaf.user = env.secret(&["MAILGUN_API_KEY"]);
    leaf.host = env.required(&["MAILGUN_DOMAIN"]).map(Into::into);
    env.from(&mut leaf, &["MAILGUN_FROM_EMAIL"], &["MAILGUN_FROM_NAME"]);
    env.copy(&mut leaf, "region", &["MAILGUN_REGION"]);
    env.copy(&mut leaf, "endpoint", &["MAILGUN_ENDPOINT"]);
    leaf
}

fn meta(env: &mut Env<'_>) -> Leaf {
    let mut leaf = leaf("meta");
    leaf.user = env.secret(&["WHATSAPP_ACCESS_TOKEN", "WHATSAPP_TOKEN"]);
    leaf.host = env.required(&["WHATSAPP_PHONE_NUMBER_ID"]).map(Into::into);
    env.copy(&mut leaf, "version", &["WHATSAPP_API_VERSION"]);
    env.copy(&mut leaf, "business_account", &["WHATSAPP_BUSINESS_ACCOUNT_ID"]);
    env.copy(&mut leaf, "endpoint", &["WHATSAPP_ENDPOINT"]);
    leaf
}

fn sendgrid(env: &mut Env<'_>) -> Leaf {
    let mut leaf = leaf("sendgrid");
    leaf.user = env.secret(&["SENDGRID_API_KEY"]);
    env.from(&mut leaf, &["SENDGRID_FROM_EMAIL"], &["SENDGRID_FROM_NAME"]);
    env.copy(&mut leaf, "region", &["SENDGRID_REGION"]);
    env.copy(&mut leaf, "endpoint", &["SENDGRID_ENDPOINT"]);
    leaf
}

fn ses(env: &mut Env<'_>) -> Leaf {
    let mut leaf = leaf("ses");
    leaf.user = env.secret(&["AWS_ACCESS_KEY_ID"]);
    leaf.password = env.secret(&["AWS_SECRET_ACCESS_KEY"]);
    // The narrower name is meant to overrule the others.
    let region = ["AWS_SES_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"];
    let named = region.iter().copied().find(|name| env.text(name).is_some());
    leaf.host = env.required(&[named.unwrap_or("AWS_REGION")]).map(Into::into);
    env.from(&mut leaf, &["SES_FROM_EMAIL"], &["SES_FROM_NAME"]);
    env.copy(&mut leaf, "session_token", &["AWS_SESSION_TOKEN"]);
    env.copy(&mut leaf, "configuration_set", &["SES_CONFIGURATION_SET"]);
    env.copy(&mut leaf, "endpoint", &["AWS_ENDPOINT_URL_SESV2"]);
    leaf
}

fn twilio(env: &mut Env<'_>) -> Leaf {
    let mut leaf = leaf("twilio");
    leaf.user = env.secret(&["TWILIO_ACCOUNT_SID"]);
    let key = env.either(&["TWILIO_API_KEY", "TWILIO_API_KEY_SID"]);
    leaf.password = match key {
        Some(key) => {
            leaf.query.insert("api_key".into(), key.into());
            env.secret(&["TWILIO_API_SECRET", "TWILIO_API_KEY_SECRET"])
        }
        None => env.secret(&["TWILIO_AUTH_TOKEN"]),
    };
    env.copy(&mut leaf, "from", &["TWILIO_PHONE_NUMBER", "TWILIO_FROM_NUMBER"]);
    env.copy(&mut leaf, "voice_from", &["TWILIO_VOICE_NUMBER"]);
    env.copy(&mut leaf, "whatsapp_from", &["TWILIO_WHATSAPP_NUMBER"]);
    env.copy(&mut leaf, "rcs_from", &["TWILIO_RCS_SENDER"]);
    env.copy(&mut leaf, "messaging_service", &["TWILIO_MESSAGING_SERVICE_SID"]);
    env.copy(&mut leaf, "status_callback", &["TWILIO_STATUS_CALLBACK"]);
    env.copy(&mut leaf, "region", &["TWILIO_REGION"]);
    env.copy(&mut leaf, "edge", &["TWILIO_EDGE"]);
    env.copy(&mut leaf, "endpoint", &["TWILIO_ENDPOINT"]);
    leaf
}

fn netcore_whatsapp(env: &mut Env<'_>) -> Leaf {
    let mut leaf = leaf("netcore+whatsapp");
    leaf.user = env.secret(&["NETCORE_WHATSAPP_TOKEN"]);
    leaf.host = env.required(&["NETCORE_WHATSAPP_SOURCE_ID"]).map(Into::into);
    env.copy(&mut leaf, "endpoint", &["NETCORE_WHATSAPP_ENDPOINT"]);
    leaf
}

fn netcore_email(env: &mut Env<'_>) -> Leaf {
    let mut leaf = leaf("netcore+email");
    leaf.user = env.secret(&["NETCORE_EMAIL_API_KEY", "NETCORE_API_KEY"]);
    env.from(&mut leaf, &[], &[]);
    env.copy(&mut leaf, "version", &["NETCORE_EMAIL_VERSION"]);
    env.copy(&mut leaf, "region", &["NETCORE_EMAIL_REGION"]);
    env.copy(&mut leaf, "endpoint", &["NETCORE_EMAIL_ENDPOINT"]);
    leaf
}

fn netcore_sms(env: &mut Env<'_>) -> Leaf {
    let mut leaf = leaf("netcore+sms");
    leaf.host = env.required(&["NETCORE_SMS_FEED_ID", "NETCORE_FEED_ID"]).map(Into::into);
    leaf.user = env.secret(&["NETCORE_SMS_USERNAME", "NETCORE_USERNAME"]);
    leaf.password = env.secret(&["NETCORE_SMS_PASSWORD", "NETCORE_PASSWORD"]);
    env.copy(&mut leaf, "sender", &["NETCORE_SMS_SENDER_ID", "NETCORE_SENDER_ID"]);
    env.copy(&mut leaf, "entity", &["NETCORE_SMS_ENTITY_ID", "NETCORE_ENTITY_ID"]);
    env.copy(&mut leaf, "endpoint", &["NETCORE_SMS_ENDPOINT"]);
    leaf
}

fn smtp(env: &mut Env<'_>) -> Leaf {
    let mut leaf = leaf("smtp");
    leaf.host = env.required(&["SMTP_HOST"]).map(Into::into);
    leaf.port = env.either(&["SMTP_PORT"]).and_then(|port| {
        let parsed = port.trim().parse().ok().filter(|port| *port > 0);
        if parsed.is_none() {
            env.fault("SMTP_PORT", "is no port", "write a number from 1 to 65535");
        }
        parsed
    });
    let user = env.either(&["SMTP_USER", "SMTP_USERNAME"]);
    let password = env.either(&["SMTP_PASSWORD"]);
    match (user, password) {
        (Some(_), None) => env.fault("SMTP_PASSWORD", "is missing", "set it beside the user"),
        (None, Some(_)) => env.fault("SMTP_USER", "is missing", "set it beside the password"),
        _ => {}
    }
    leaf.user = user.map(SecretString::from);
    leaf.password = password.map(SecretString::from);
    tls(env, &mut leaf);
    env.from(&mut leaf, &["SMTP_FROM_EMAIL"], &["SMTP_FROM_NAME"]);
    leaf
}

/// The two names that guides have for TLS, which mean different things by `false`.
fn tls(env: &mut Env<'_>, leaf: &mut Leaf) {
    let secure = env.boolean("SMTP_SECURE").map(|on| if on { "implicit" } else { "starttls" });
    let loopback = leaf.host.as_deref().is_some_and(is_loopback);
    let use_tls = match env.boolean("SMTP_USE_TLS") {
        Some(true) if leaf.port == Some(465) => Some("implicit"),
        Some(true) => Some("starttls"),
        Some(false) if loopback => Some("none"),
        Some(false) => {
            let remedy = "turn it on; plain SMTP is for a server on this machine";
            env.fault("SMTP_USE_TLS", "is off for a server elsewhere", remedy);
            None
        }
        None => None,
    };
    if let (Some(secure), Some(use_tls)) = (secure, use_tls)
        && secure != use_tls
    {
        env.fault("SMTP_SECURE", "contradicts SMTP_USE_TLS", "set one of the two");
    }
    if let Some(mode) = secure.or(use_tls) {
        leaf.query.insert("tls".into(), mode.into());
    }
}
