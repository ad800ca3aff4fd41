//! The parts of a mail as the API takes them: addresses, headers, tags, files.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

use super::{
    REFERENCE_TAG, REFERENCE_TAG_ENCODED,
    body::{Destination, Pair},
    options::Options,
};
use crate::{
    error::Fault,
    message::{Attachment, Email, Envelope, Mailbox},
};

/// How many headers the API takes.
///
/// Source: [`MessageHeader`](https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageHeader.html).
const HEADERS: usize = 15;
/// The same page.
const HEADER_NAME: usize = 126;
const HEADER_VALUE: usize = 995;
const HEADER: usize = 996;

/// How many characters a tag's name or value may have.
///
/// Source: [`MessageTag`](https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html).
const TAG: usize = 255;

/// Source: [`Attachment`](https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Attachment.html).
const FILE_NAME: usize = 255;
/// Of its media type and of its content id. The same page.
const FILE_WORD: usize = 78;

/// Headers that SES writes itself, and takes in MIME alone.
const RESERVED: [&str; 3] = ["message-id", "date", "dkim-signature"];

/// Who a mail goes to; SES has no SMTPUTF8.
pub(super) fn destination(mail: &Email, faults: &mut Vec<Fault>) -> Destination {
    let mut list = |field: &str, mailboxes: &[Mailbox]| -> Vec<String> {
        mailboxes
            .iter()
            .enumerate()
            .map(|(index, mailbox)| address(mailbox, || format!("{field}[{index}]"), faults))
            .collect()
    };
    Destination {
        to_addresses: list("to", &mail.to),
        cc_addresses: list("cc", &mail.cc),
        bcc_addresses: list("bcc", &mail.bcc),
    }
}

/// `"Name" <a@b>`, a name beyond ASCII by RFC 2047.
pub(super) fn address(
    mailbox: &Mailbox,
    field: impl FnOnce() -> String,
    faults: &mut Vec<Fault>,
) -> String {
    let address = mailbox.email.to_ascii_domain();
    if !address.is_ascii() {
        let problem = "has a local part that is not ASCII, which SES does not send";
        faults.push(Fault::new(field(), problem, "use another address"));
    }
    match mailbox.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        None => address.into_owned(),
        Some(name) if name.chars().all(|c| c == ' ' || c.is_ascii_graphic()) => {
            let name = name.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{name}\" <{address}>")
        }
        Some(name) => format!("{} <{address}>", encoded_words(name)),
    }
}

/// Source: [RFC 2047](https://www.rfc-editor.org/rfc/rfc2047).
fn encoded_words(text: &str) -> String {
    // A word has 75 characters at most, 12 of them around the base64.
    const BYTES: usize = 45;
    let mut words: Vec<String> = vec![String::new()];
    for c in text.chars() {
        match words.last_mut() {
            Some(word) if word.len() + c.len_utf8() <= BYTES => word.push(c),
            _ => words.push(c.into()),
        }
    }
    let words = words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word)));
    words.collect::<Vec<_>>().join(" ")
}

/// The mail's headers, or why the API's own field cannot hold them.
pub(super) fn headers(mail: &Email) -> Result<Vec<Pair>, Fault> {
    let all: Vec<_> = mail.all_headers().collect();
    if all.len() > HEADERS {
        let problem = format!("are {}, and SES takes {HEADERS}", all.len());
        return Err(Fault::new("headers", problem, "send it as raw MIME"));
    }
    for (index, header) in all.iter().enumerate() {
        let wrong = |problem: String, remedy: &str| {
            Err(Fault::new(format!("headers[{index}]"), problem, remedy))
        };
        let printable = |c: char| c == ' ' || c.is_ascii_graphic();
        if header.value.is_empty() || !header.value.chars().all(printable) {
            return wrong("is empty or not ASCII".into(), "send it as raw MIME");
        }
        let (name, value) = (header.name.len(), header.value.len());
        if name > HEADER_NAME || value > HEADER_VALUE || name + value > HEADER {
            let problem = format!("has more than {HEADER} characters");
            return wrong(problem, "send it as raw MIME, or shorten it");
        }
        let name = header.name.to_ascii_lowercase();
        if RESERVED.contains(&&*name) || name.starts_with("content-") {
            return wrong("is one that SES writes itself".into(), "send it as raw MIME");
        }
        if all.iter().take(index).any(|other| other.name.eq_ignore_ascii_case(&header.name)) {
            return wrong("stands twice".into(), "write it once");
        }
    }
    Ok(all.into_iter().map(|header| Pair { name: header.name, value: header.value }).collect())
}

/// Why the API's own field cannot hold a file.
pub(super) fn file(attachment: &Attachment, index: usize) -> Option<Fault> {
    let wrong = |field: &str, problem: String| {
        let field = format!("attachments[{index}].{field}");
        Some(Fault::new(field, problem, "send it as raw MIME"))
    };
    // How the API writes such a name is not documented.
    if !attachment.filename.is_ascii() || attachment.filename.len() > FILE_NAME {
        return wrong("filename", format!("is not ASCII, or longer than {FILE_NAME} characters"));
    }
    if attachment.content_type.len() > FILE_WORD {
        return wrong("content_type", format!("is longer than {FILE_WORD} characters"));
    }
    if attachment.content_id.as_ref().is_some_and(|id| id.len() > FILE_WORD) {
        return wrong("content_id", format!("is longer than {FILE_WORD} characters"));
    }
    None
}

/// The tags: those of the options, those of the delivery, and the reference.
///
/// A tag of the delivery that says `name=value` or `name:value` is that pair; any other is a name
/// with the value `true`.
pub(super) fn tags(
    envelope: &Envelope<Email>,
    options: &Options,
    faults: &mut Vec<Fault>,
) -> Vec<Pair> {
    let mut tags: Vec<Pair> = Vec::new();
    let mut add = |field: String, name: &str, value: &str| {
        let fits = |text: &str| (1..=TAG).contains(&text.len()) && text.chars().all(allowed);
        if !fits(name) || !fits(value) {
            let problem =
                format!("holds more than ASCII letters, digits, - and _, or than {TAG} characters");
            faults.push(Fault::new(field, problem, "write a name, or name=value, of those"));
        } else if tags.iter().any(|tag| tag.name == name) {
            faults.push(Fault::new(field, "stands twice", "write each name once"));
        } else {
            tags.push(Pair { name: name.into(), value: value.into() });
        }
    };
    for (name, value) in &options.tags {
        add("options.tags".into(), name, value);
    }
    for (index, tag) in envelope.delivery.tags.iter().enumerate() {
        let (name, value) = tag.split_once(['=', ':']).unwrap_or((tag, "true"));
        add(format!("tags[{index}]"), name, value);
    }
    let reference = envelope.delivery.callback_data.clone();
    let reference = reference.filter(|data| !data.is_empty());
    let reference = reference.unwrap_or_else(|| envelope.id.to_string());
    if reference.chars().all(allowed) {
        add("callback_data".into(), REFERENCE_TAG, &reference);
    } else {
        let reference = URL_SAFE_NO_PAD.encode(reference);
        add("callback_data".into(), REFERENCE_TAG_ENCODED, &reference);
    }
    tags
}

fn allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::EmailAddress;

    #[test]
    fn names_are_quoted_or_encoded() {
        let written = |name: &str| {
            let email = EmailAddress::parse("a@bücher.example").unwrap();
            address(&Mailbox::new(name, email), String::new, &mut Vec::new())
        };
        assert_eq!(written(""), "a@xn--bcher-kva.example");
        assert_eq!(written("Rao, \"A\""), "\"Rao, \\\"A\\\"\" <a@xn--bcher-kva.example>");
        assert_eq!(written("Jürgen"), "=?UTF-8?B?SsO8cmdlbg==?= <a@xn--bcher-kva.example>");
        let long = written(&"ü".repeat(60));
        assert!(long.split(' ').all(|word| word.len() <= 75), "{long}");
        assert_eq!(long.split(' ').count(), 4);
    }
}
