//! The body of `mail/send`, by the API's names, borrowed from the mails.

use std::{borrow::Cow, collections::BTreeMap};

use base64::{display::Base64Display, engine::general_purpose::STANDARD};
use serde::{Serialize, Serializer};

use super::Options;
use crate::message::{Attachment, Mailbox};

#[derive(Serialize)]
pub(super) struct Mail<'a> {
    #[serde(flatten)]
    pub(super) shared: &'a Shared<'a>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) attachments: &'a [File<'a>],
    pub(super) personalizations: &'a [&'a Personalization<'a>],
}

/// What one request says for all of its mails. Mails in which it is equal share a request.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Shared<'a> {
    pub(super) from: Option<Address<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reply_to: Option<ReplyTo<'a>>,
    pub(super) subject: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) template_id: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) content: Vec<Content<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) settings: Option<Settings>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) tags: &'a [String],
    pub(super) priorityflag: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) schedule: Option<i64>, // UNIX seconds
}

/// What it says for each mail.
#[derive(Serialize)]
pub(super) struct Personalization<'a> {
    pub(super) to: Vec<Address<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) cc: Vec<Address<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) bcc: Vec<Address<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) attributes: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) attachments: Vec<File<'a>>,
    pub(super) token_to: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) token_cc: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) token_bcc: Option<Cow<'a, str>>,
}

#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Address<'a> {
    email: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

impl<'a> From<&'a Mailbox> for Address<'a> {
    fn from(mailbox: &'a Mailbox) -> Self {
        Self { email: mailbox.email.to_ascii_domain(), name: mailbox.name.as_deref() }
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub(super) enum ReplyTo<'a> {
    Mailboxes(Vec<Address<'a>>),
    Text(Cow<'a, str>),
}

#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Content<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'a str,
    pub(super) value: Cow<'a, str>,
}

#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    open_track: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    click_track: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unsubscribe_track: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    footer: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_pool: Option<String>,
}

impl Settings {
    /// `None` where all is left to the dashboard.
    pub(super) fn of(options: Options) -> Option<Self> {
        let settings = Self {
            open_track: options.open_tracking,
            click_track: options.click_tracking,
            unsubscribe_track: options.unsubscribe_tracking,
            footer: options.footer,
            ip_pool: options.ip_pool,
        };
        let flags = [
            settings.open_track,
            settings.click_track,
            settings.unsubscribe_track,
            settings.footer,
        ];
        (flags.iter().any(Option::is_some) || settings.ip_pool.is_some()).then_some(settings)
    }
}

#[derive(Clone, PartialEq, Eq, Serialize)]
pub(super) struct File<'a> {
    name: &'a str,
    #[serde(serialize_with = "base64")]
    content: &'a [u8],
}

impl<'a> From<&'a Attachment> for File<'a> {
    fn from(attachment: &'a Attachment) -> Self {
        Self { name: &attachment.filename, content: &attachment.content }
    }
}

/// Written straight into the body, without a copy of the text between.
fn base64<S: Serializer>(content: &&[u8], to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&Base64Display::new(content, &STANDARD))
}
