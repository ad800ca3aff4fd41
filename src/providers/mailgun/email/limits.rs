//! What Mailgun takes, checked before anything is sent.
//!
//! Source: [Send an email](https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages).

use std::collections::BTreeSet;

use super::{CALLBACK_DATA, MESSAGE_ID, Options};
use crate::{
    error::Fault,
    message::{Attachment, Email},
};

/// How many recipients one request has, copies among them.
pub(super) const RECIPIENTS: usize = 1000;
/// How many bytes one mail has, files as they are encoded: 25 MB.
pub(super) const MESSAGE: usize = 25_000_000;
/// How many bytes one request has: 52.4 MiB, a little spared.
pub(super) const REQUEST: usize = 54_900_000;
/// How many bytes `o:`, `h:`, `v:` and `t:` have together: 16 KB.
pub(super) const PARAMETERS: usize = 16_384;
/// How many tags a mail has.
const TAGS: usize = 10;
/// How many characters a tag has.
const TAG: usize = 128;
/// What our own recipient variables begin with.
pub(super) const OWN: &str = "dakiya_";

pub(super) fn tags(tags: &[&str], faults: &mut Vec<Fault>) {
    if tags.len() > TAGS {
        let problem = format!("are {}, Mailgun takes {TAGS}", tags.len());
        faults.push(Fault::new("tags", problem, "use fewer"));
    }
    for (index, tag) in tags.iter().enumerate() {
        let field = || format!("tags[{index}]");
        if tag.is_empty() || !tag.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            faults.push(Fault::new(field(), "is not ASCII, or is empty", "write ASCII"));
        }
        if tag.len() > TAG {
            let problem = format!("has {} characters, Mailgun takes {TAG}", tag.len());
            faults.push(Fault::new(field(), problem, "shorten it"));
        }
    }
}

pub(super) fn options(options: &Options, faults: &mut Vec<Fault>) {
    let mut wrong = |field: String, problem: &str, remedy: &str| {
        faults.push(Fault::new(format!("options.{field}"), problem, remedy));
    };
    if let Some(hours) = options.optimize_hours.filter(|hours| !(24..=72).contains(hours)) {
        let problem = format!("is {hours}, Mailgun takes 24 to 72");
        wrong("optimize_hours".into(), &problem, "write hours between them");
    }
    if options.local_time.as_deref().is_some_and(|time| !is_local_time(time)) {
        wrong("local_time".into(), "is no time of day", "write 14:30 or 02:30PM");
    }
    let pairs = [
        ("secondary_dkim", &options.secondary_dkim),
        ("secondary_dkim_public", &options.secondary_dkim_public),
    ];
    for (field, value) in pairs {
        let pair = |text: &str| {
            text.split_once('/').is_some_and(|(a, b)| {
                !a.is_empty()
                    && !b.is_empty()
                    && !b.contains('/')
                    && is_name(&text.replace('/', ""))
            })
        };
        if value.as_deref().is_some_and(|text| !pair(text)) {
            wrong(field.into(), "is no key", "write domain/selector");
        }
    }
    for name in options.variables.keys() {
        if !is_name(name) {
            wrong("variables".into(), "have a name that is none", "write printable ASCII");
        }
        if [MESSAGE_ID, CALLBACK_DATA].contains(&name.as_str()) {
            wrong("variables".into(), "have a name that is ours", "use `callback_data`");
        }
    }
    for name in options.recipient_variables.keys() {
        if !is_name(name) || name.contains('%') || name.starts_with(OWN) {
            let remedy = format!("write ASCII without %, not beginning with {OWN}");
            wrong("recipient_variables".into(), "have a name that is none", &remedy);
        }
    }
    for name in options.others.keys() {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || !name.bytes().all(allowed) {
            wrong("others".into(), "have a name that is none", "write it without `o:`");
        }
    }
}

/// Names of the files, by which the HTML names those inside it.
pub(super) fn files(files: &[Attachment], faults: &mut Vec<Fault>) {
    let mut seen = BTreeSet::new();
    for (index, file) in files.iter().enumerate() {
        let Some(id) = &file.content_id else { continue };
        let field = || format!("attachments[{index}].content_id");
        if id.contains(['"', '/', '\\']) {
            let remedy = "write it without quotation marks and slashes";
            faults.push(Fault::new(field(), "cannot be a file's name", remedy));
        }
        if !seen.insert(id) {
            faults.push(Fault::new(field(), "is there twice", "give each file its own"));
        }
    }
}

/// How many bytes the mail has, files in base64 with its line ends.
pub(super) fn size(mail: &Email) -> usize {
    let texts = [mail.text.as_ref(), mail.html.as_ref(), mail.amp.as_ref()];
    let texts: usize = texts.into_iter().flatten().map(String::len).sum();
    let encoded = |file: &Attachment| {
        let base64 = file.content.len().div_ceil(3) * 4;
        base64 + base64.div_ceil(76) * 2
    };
    mail.subject.len() + texts + mail.attachments.iter().map(encoded).sum::<usize>()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 255 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// `HH:mm`, or `hh:mm` with `AM` or `PM`.
fn is_local_time(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let half = lower.strip_suffix("am").or_else(|| lower.strip_suffix("pm"));
    let Some((hour, minute)) = half.unwrap_or(&lower).split_once(':') else { return false };
    let number = |text: &str| {
        let two = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        two.then(|| text.parse::<u8>().ok()).flatten()
    };
    let hours = if half.is_some() { 1..=12 } else { 0..=23 };
    number(hour).is_some_and(|hour| hours.contains(&hour))
        && number(minute).is_some_and(|minute| minute < 60)
}
