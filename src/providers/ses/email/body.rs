//! The bodies of `SendEmail` and `SendBulkEmail`, by the API's names, borrowed from the mails.

use base64::{display::Base64Display, engine::general_purpose::STANDARD};
use serde::{Serialize, Serializer};

use super::options::Options;
use crate::message::Attachment;

/// `SendEmail`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Single<'a> {
    #[serde(flatten)]
    pub(super) shared: &'a Shared,
    pub(super) destination: &'a Destination,
    pub(super) content: Content<'a>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) email_tags: &'a [Pair],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) list_management_options: Option<List>,
}

/// `SendBulkEmail`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "they are the API's")]
pub(super) struct Bulk<'a> {
    #[serde(flatten)]
    pub(super) shared: &'a Shared,
    pub(super) default_content: DefaultContent<'a>,
    pub(super) bulk_email_entries: Vec<&'a Entry>,
}

/// What both say once.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Shared {
    pub(super) from_email_address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) from_email_address_identity_arn: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) reply_to_addresses: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) feedback_forwarding_email_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) feedback_forwarding_email_address_identity_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) configuration_set_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tenant_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) configuration_overrides: Option<Overrides>,
}

#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Overrides {
    tracking: Tracking,
}

#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tracking {
    #[serde(skip_serializing_if = "Option::is_none")]
    open_tracking_enabled: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    click_tracking_enabled: Option<&'static str>,
}

impl Overrides {
    /// `None` where all is left to the configuration set.
    pub(super) fn of(options: &Options) -> Option<Self> {
        let word = |on: bool| if on { "ENABLED" } else { "DISABLED" };
        let tracking = Tracking {
            open_tracking_enabled: options.open_tracking.map(word),
            click_tracking_enabled: options.click_tracking.map(word),
        };
        let some = options.open_tracking.is_some() || options.click_tracking.is_some();
        some.then_some(Self { tracking })
    }
}

#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "they are the API's")]
pub(super) struct Destination {
    pub(super) to_addresses: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) cc_addresses: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) bcc_addresses: Vec<String>,
}

impl Destination {
    pub(super) fn count(&self) -> usize {
        self.to_addresses.len() + self.cc_addresses.len() + self.bcc_addresses.len()
    }
}

/// A header or a tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Pair {
    pub(super) name: String,
    pub(super) value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    pub(super) contact_list_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) topic_name: Option<String>,
}

#[derive(Serialize)]
pub(super) enum Content<'a> {
    Raw(Raw<'a>),
    Simple(Simple<'a>),
    Template(Template<'a>),
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Raw<'a> {
    #[serde(serialize_with = "base64")]
    pub(super) data: &'a [u8],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Simple<'a> {
    pub(super) subject: Text<'a>,
    pub(super) body: Body<'a>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) headers: &'a [Pair],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) attachments: &'a [File<'a>],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) html: Option<Text<'a>>,
}

/// The API takes text without a charset for 7-bit ASCII.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Text<'a> {
    data: &'a str,
    charset: &'static str,
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(data: &'a str) -> Self {
        Self { data, charset: "UTF-8" }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "they are the API's")]
pub(super) struct Template<'a> {
    #[serde(flatten)]
    pub(super) source: &'a Source<'a>,
    pub(super) template_data: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) headers: &'a [Pair],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) attachments: &'a [File<'a>],
}

/// Which template it is.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
pub(super) enum Source<'a> {
    #[serde(rename = "TemplateName")]
    Name(&'a str),
    #[serde(rename = "TemplateArn")]
    Arn(&'a str),
    #[serde(rename = "TemplateContent")]
    Inline(Inline<'a>),
}

#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Inline<'a> {
    pub(super) subject: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) html: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DefaultContent<'a> {
    pub(super) template: Template<'a>,
}

/// What a bulk request says for each mail.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Entry {
    pub(super) destination: Destination,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) replacement_tags: Vec<Pair>,
    pub(super) replacement_email_content: Replacement,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) replacement_headers: Vec<Pair>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Replacement {
    pub(super) replacement_template: ReplacementTemplate,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ReplacementTemplate {
    pub(super) replacement_template_data: String,
}

impl Entry {
    /// About how many bytes it has as JSON: the data is escaped once more.
    pub(super) fn size(&self) -> usize {
        let data = &self.replacement_email_content.replacement_template.replacement_template_data;
        data.len() * 2 + self.destination.count() * 320 + self.replacement_headers.len() * 1_024
    }
}

/// A file, in which mails that share a request must be equal.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "they are the API's")]
pub(super) struct File<'a> {
    file_name: &'a str,
    content_type: &'a str,
    content_disposition: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_id: Option<&'a str>,
    content_transfer_encoding: &'static str,
    #[serde(serialize_with = "base64")]
    raw_content: &'a [u8],
}

impl File<'_> {
    /// How many bytes it has in base64.
    pub(super) fn size(&self) -> usize {
        self.raw_content.len() / 3 * 4 + 1_024
    }
}

impl<'a> From<&'a Attachment> for File<'a> {
    fn from(attachment: &'a Attachment) -> Self {
        let inline = attachment.content_id.is_some();
        Self {
            file_name: &attachment.filename,
            content_type: &attachment.content_type,
            content_disposition: if inline { "INLINE" } else { "ATTACHMENT" },
            content_id: attachment.content_id.as_deref(),
            content_transfer_encoding: "BASE64",
            raw_content: &attachment.content,
        }
    }
}

/// Written straight into the body, without a copy of the text between.
fn base64<S: Serializer>(content: &&[u8], to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&Base64Display::new(content, &STANDARD))
}
