//! What SendGrid refuses, found before it is asked.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{CALLBACK_DATA, MESSAGE_ID},
    body::{Address, size},
};
use crate::{
    error::Fault,
    message::{Attachment, Email, Mailbox},
};

/// How many bytes of JSON a personalization's custom arguments, and its substitutions, may have.
///
/// Source: [Mail send](https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send).
pub(super) const MOST_BYTES: usize = 10_000;

/// How many characters an address may have.
const ADDRESS: usize = 320;

/// How many categories a mail may have, and how many characters each.
const CATEGORIES: usize = 10;
const CATEGORY: usize = 255;

/// How many addresses answers may go to.
const REPLY_TO: usize = 1000;

/// Headers that SendGrid makes itself.
///
/// Source: [Errors](https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors).
const RESERVED: [&str; 12] = [
    "bcc",
    "cc",
    "content-transfer-encoding",
    "content-type",
    "dkim-signature",
    "from",
    "received",
    "reply-to",
    "subject",
    "to",
    "x-sg-eid",
    "x-sg-id",
];

/// Members that events have of their own, so that a custom argument would hide behind them.
///
/// Source: [Event reference](https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event).
const OF_EVENTS: [&str; 42] = [
    "asm_group_id",
    "attempt",
    "bounce_classification",
    "category",
    "cert_err",
    "domain",
    "email",
    "event",
    "from",
    "ip",
    "marketing_campaign_id",
    "marketing_campaign_name",
    "marketing_campaign_split_id",
    "marketing_campaign_version",
    "mc_pod_id",
    "mc_stats",
    "newsletter",
    "phase_id",
    "pool",
    "post_type",
    "reason",
    "response",
    "send_at",
    "sg_content_type",
    "sg_event_id",
    "sg_machine_open",
    "sg_message_id",
    "sg_template_id",
    "sg_template_name",
    "sg_user_id",
    "singlesend_id",
    "singlesend_name",
    "smtp-id",
    "status",
    "template_hash",
    "template_id",
    "template_version_id",
    "timestamp",
    "tls",
    "type",
    "url",
    "url_offset",
];

pub(super) fn custom_args(args: &BTreeMap<String, String>, at: &str, faults: &mut Vec<Fault>) {
    for name in args.keys() {
        let field = || format!("{at}custom_args.{name}");
        if OF_EVENTS.contains(&name.as_str()) || name == "useragent" {
            faults.push(Fault::new(field(), "is a member that events have", "add a prefix"));
        }
        if name == MESSAGE_ID || name == CALLBACK_DATA {
            faults.push(Fault::new(field(), "is set for every mail", "take another name"));
        }
        if name.is_empty() {
            faults.push(Fault::new(field(), "has no name", "name it"));
        }
    }
}

/// `size` bytes of JSON against the limit of a personalization's map.
pub(super) fn bytes(
    field: &str,
    map: &BTreeMap<impl serde::Serialize, impl serde::Serialize>,
    faults: &mut Vec<Fault>,
) {
    let bytes = size(map);
    if bytes > MOST_BYTES {
        let problem = format!("has {bytes} bytes as JSON, SendGrid takes {MOST_BYTES}");
        faults.push(Fault::new(field, problem, "send less in it"));
    }
}

pub(super) fn categories(categories: &[&str], faults: &mut Vec<Fault>) {
    if categories.len() > CATEGORIES {
        let problem =
            format!("has {} with the options', SendGrid takes {CATEGORIES}", categories.len());
        faults.push(Fault::new("tags", problem, "name fewer"));
    }
    for (index, category) in categories.iter().enumerate() {
        let field = || format!("tags[{index}]");
        if !category.is_ascii() {
            faults.push(Fault::new(field(), "is not ASCII", "SendGrid takes ASCII alone"));
        }
        let length = category.chars().count();
        if length == 0 || length > CATEGORY {
            let problem = format!("has {length} characters, not 1 to {CATEGORY}");
            faults.push(Fault::new(field(), problem, "write a short one"));
        }
    }
}

/// An object holds each name once, and some names SendGrid keeps to itself.
pub(super) fn headers(mail: &Email, faults: &mut Vec<Fault>) -> BTreeMap<String, String> {
    let mut seen = BTreeSet::new();
    let mut headers = BTreeMap::new();
    for (index, header) in mail.all_headers().enumerate() {
        let field = || format!("headers[{index}].name");
        let name = header.name.to_ascii_lowercase();
        if RESERVED.contains(&name.as_str()) {
            faults.push(Fault::new(field(), "is reserved by SendGrid", "leave it out"));
        }
        if !seen.insert(name) {
            faults.push(Fault::new(field(), "is there twice", "write it once"));
        }
        headers.insert(header.name, header.value);
    }
    headers
}

pub(super) fn attachments(files: &[Attachment], faults: &mut Vec<Fault>) {
    let parts = |text: &str| text.contains([';', ',']);
    for (index, file) in files.iter().enumerate() {
        let field = |name: &str| format!("attachments[{index}].{name}");
        if file.content.is_empty() {
            faults.push(Fault::new(field("content"), "is empty", "SendGrid takes no empty file"));
        }
        if parts(&file.content_type) {
            let remedy = "write type/subtype alone, without parameters";
            faults.push(Fault::new(field("content_type"), "holds a ; or ,", remedy));
        }
        if file.content_id.as_deref().is_some_and(parts) {
            faults.push(Fault::new(field("content_id"), "holds a ; or ,", "take another id"));
        }
    }
}

/// Everyone of `list` whom nobody before has in `seen`: SendGrid takes an address once a mail.
pub(super) fn once<'a>(
    field: &str,
    list: &'a [Mailbox],
    seen: &mut BTreeSet<String>,
    faults: &mut Vec<Fault>,
) -> Vec<Address<'a>> {
    let mut addresses = Vec::with_capacity(list.len());
    for (index, mailbox) in list.iter().enumerate() {
        let address = Address::from(mailbox);
        let length = address.email.chars().count();
        if length > ADDRESS {
            let problem = format!("has {length} characters, SendGrid takes {ADDRESS}");
            faults.push(Fault::new(format!("{field}[{index}]"), problem, "write a shorter one"));
        }
        if seen.insert(address.email.to_lowercase()) {
            addresses.push(address);
        }
    }
    addresses
}

pub(super) fn reply_to<'a>(list: &'a [Mailbox], faults: &mut Vec<Fault>) -> Vec<Address<'a>> {
    if list.len() > REPLY_TO {
        let problem = format!("has {} addresses, SendGrid takes {REPLY_TO}", list.len());
        faults.push(Fault::new("reply_to", problem, "name fewer"));
    }
    once("reply_to", list, &mut BTreeSet::new(), faults)
}
