//! The body of `mail/send`, by the API's names, borrowed from the mails.

use std::{borrow::Cow, collections::BTreeMap};

use base64::{display::Base64Display, engine::general_purpose::STANDARD};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{MailSettings, TrackingSettings, UnsubscribeGroup};
use crate::message::{Attachment, Mailbox};

#[derive(Serialize)]
pub(super) struct Mail<'a> {
    pub(super) personalizations: &'a [&'a Personalization<'a>],
    #[serde(flatten)]
    pub(super) shared: &'a Shared<'a>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) content: &'a [Content<'a>],
}

/// What one request says for all of its mails. Mails in which it is equal share a request.
#[derive(PartialEq, Eq, Hash, Serialize)]
pub(super) struct Shared<'a> {
    pub(super) from: Option<Address<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reply_to: Option<Address<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) reply_to_list: Vec<Address<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) attachments: Vec<File<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) template_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) categories: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) batch_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) asm: Option<UnsubscribeGroup>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ip_pool_name: Option<String>,
    #[serde(skip_serializing_if = "MailSettings::is_empty")]
    pub(super) mail_settings: MailSettings,
    #[serde(skip_serializing_if = "TrackingSettings::is_empty")]
    pub(super) tracking_settings: TrackingSettings,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) sections: BTreeMap<String, String>,
}

/// What it says for each mail.
#[derive(Serialize)]
pub(super) struct Personalization<'a> {
    pub(super) to: Vec<Address<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) cc: Vec<Address<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) bcc: Vec<Address<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) subject: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) substitutions: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) dynamic_template_data: Option<&'a BTreeMap<String, Value>>,
    pub(super) custom_args: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) send_at: Option<i64>, // UNIX seconds
}

impl Personalization<'_> {
    pub(super) fn recipients(&self) -> usize {
        self.to.len() + self.cc.len() + self.bcc.len()
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Address<'a> {
    pub(super) email: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
}

impl Address<'_> {
    /// Whether address or name is such.
    pub(super) fn any(&self, test: impl Fn(&str) -> bool) -> bool {
        test(&self.email) || self.name.as_deref().is_some_and(test)
    }
}

impl<'a> From<&'a Mailbox> for Address<'a> {
    fn from(mailbox: &'a Mailbox) -> Self {
        let name = mailbox.name.as_deref().filter(|name| !name.is_empty());
        Self { email: mailbox.email.to_ascii_domain(), name: name.map(|name| without(name, " ")) }
    }
}

/// `text` with what SendGrid takes in no name replaced: `;` and `,`.
fn without<'a>(text: &'a str, by: &str) -> Cow<'a, str> {
    if text.contains([';', ',']) { text.replace([';', ','], by).into() } else { text.into() }
}

#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Content<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) value: Cow<'a, str>,
}

#[derive(PartialEq, Eq, Hash, Serialize)]
pub(super) struct File<'a> {
    #[serde(serialize_with = "base64")]
    content: &'a [u8],
    #[serde(rename = "type")]
    kind: &'a str,
    filename: Cow<'a, str>,
    disposition: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_id: Option<&'a str>,
}

impl<'a> From<&'a Attachment> for File<'a> {
    fn from(file: &'a Attachment) -> Self {
        Self {
            content: &file.content,
            kind: &file.content_type,
            filename: without(&file.filename, "_"),
            disposition: if file.content_id.is_some() { "inline" } else { "attachment" },
            content_id: file.content_id.as_deref(),
        }
    }
}

/// Written straight into the body, without a copy of the text between.
fn base64<S: Serializer>(content: &&[u8], to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&Base64Display::new(content, &STANDARD))
}

/// How many bytes `value` has as JSON.
pub(super) fn size(value: &(impl Serialize + ?Sized)) -> usize {
    struct Counter(usize);
    impl std::io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    if serde_json::to_writer(&mut counter, value).is_err() {
        return 0; // reported when the request is written
    }
    counter.0
}
