//! A mail that a person sent, from its raw form.
//!
//! Headers, transfer encodings and charsets are `mail-parser`'s. The parts are walked here, so that
//! what somebody sends costs a time in proportion to its length, however its parts are nested.

use std::borrow::Cow;

use bytes::Bytes;
use mail_parser::{
    Address, ContentType, Header, HeaderName, HeaderValue, MessageParser,
    decoders::{
        base64::base64_decode, charsets::map::charset_decoder,
        quoted_printable::quoted_printable_decode,
    },
    parsers::MessageStream,
};

use crate::{
    event::{InboundEmail, InboundMedia, InboundSource},
    time::Timestamp,
};

/// How deep parts are looked into. What lies deeper is a file.
const DEPTH: usize = 12;
/// How much of a mail's headers is read.
const HEADERS: usize = 256 * 1024;
/// How much of a part's headers is read.
const PART_HEADERS: usize = 16 * 1024;
/// How many encoded words are decoded. One that does not end costs as long as all that follows.
const WORDS: usize = 1000;

/// What a mail holds.
#[derive(Default)]
pub(crate) struct Mail {
    /// Its headers and its HTML.
    pub(crate) email: InboundEmail,
    /// Its plain text.
    pub(crate) text: Option<String>,
    /// Its files.
    pub(crate) media: Vec<InboundMedia>,
    /// When it was written.
    pub(crate) date: Option<Timestamp>,
    /// The address that wrote it.
    pub(crate) sender: Option<String>,
}

/// Reads a mail; `None` when it has no headers.
#[cfg_attr(not(any(feature = "mailgun", feature = "sendgrid")), allow(dead_code, reason = "SES"))]
pub(crate) fn read(raw: &[u8]) -> Option<Mail> {
    let mut reader = Reader { mail: Mail::default(), words: WORDS };
    let (block, body) = divide(raw);
    let block = reader.prepare(block, HEADERS);
    let headers = parse(&block);
    if headers.is_empty() {
        return None;
    }
    reader.mail.envelope(&block, &headers);
    let root = Entity::of(&headers, "text/plain");
    reader.walk(root, body, false, 0);
    Some(reader.mail)
}

/// Reads the headers of a mail, without its body.
#[cfg(feature = "sendgrid")]
pub(crate) fn read_headers(block: &[u8]) -> Mail {
    let mut reader = Reader { mail: Mail::default(), words: WORDS };
    let block = reader.prepare(block, HEADERS);
    let headers = parse(&block);
    reader.mail.envelope(&block, &headers);
    reader.mail
}

/// Text in the charset that its sender names, UTF-8 where it names none that is known.
pub(crate) fn decode(bytes: &[u8], charset: Option<&str>) -> String {
    let charset = charset.map(str::trim).filter(|name| !name.is_empty());
    match charset.and_then(|name| charset_decoder(name.as_bytes())) {
        Some(decoder) => decoder(bytes),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

impl Mail {
    /// Takes what the headers say.
    fn envelope(&mut self, block: &[u8], headers: &[Header<'_>]) {
        let email = &mut self.email;
        for header in headers {
            let start = usize::try_from(header.offset_start).unwrap_or(usize::MAX);
            let end = usize::try_from(header.offset_end).unwrap_or(usize::MAX);
            let value = unfold(block.get(start..end).unwrap_or_default());
            let name = header.name.as_str().to_ascii_lowercase();
            email.headers.entry(name).or_default().push(value);
        }
        let text = |name: &str| email.headers.get(name)?.first().cloned().filter(|t| !t.is_empty());
        let (subject, from, reply_to) = (text("subject"), text("from"), text("reply-to"));
        email.subject = subject;
        email.from = from;
        email.reply_to = reply_to;
        email.to = addresses(headers, &HeaderName::To);
        email.cc = addresses(headers, &HeaderName::Cc);
        email.message_id = ids(headers, &HeaderName::MessageId).into_iter().next();
        email.references =
            thread(ids(headers, &HeaderName::References), ids(headers, &HeaderName::InReplyTo));
        let mut senders = addresses(headers, &HeaderName::From);
        senders.extend(addresses(headers, &HeaderName::Sender));
        self.sender = senders.into_iter().next();
        self.date = find(headers, &HeaderName::Date)
            .and_then(HeaderValue::as_datetime)
            .filter(|date| date.is_valid())
            .and_then(|date| Timestamp::from_second(date.to_timestamp()).ok());
    }
}

/// The mails that one answers, the nearest last.
pub(crate) fn thread(mut references: Vec<String>, in_reply_to: Vec<String>) -> Vec<String> {
    for id in in_reply_to {
        references.retain(|known| *known != id);
        references.push(id);
    }
    references
}

/// The `Message-ID`s of a header, without angle brackets.
#[cfg(any(feature = "mailgun", feature = "sendgrid"))]
pub(crate) fn message_ids(value: &str) -> Vec<String> {
    let line = [value, "\n"].concat();
    let mut stream = MessageStream::new(line.as_bytes());
    listed(&stream.parse_id())
}

/// The addresses of a header, without names.
#[cfg(any(feature = "mailgun", feature = "sendgrid"))]
pub(crate) fn mailboxes(value: &str) -> Vec<String> {
    let limited = value.get(..HEADERS).unwrap_or(value).replace("=?", "= ");
    let line = [limited.as_str(), "\n"].concat();
    let mut stream = MessageStream::new(line.as_bytes());
    stream.parse_address().as_address().map(bare).unwrap_or_default()
}

/// A part of a mail, by its headers.
struct Entity {
    content_type: String,
    boundary: Option<String>,
    charset: Option<String>,
    filename: Option<String>,
    content_id: Option<String>,
    attached: bool,
    encoding: Encoding,
}

#[derive(Clone, Copy)]
enum Encoding {
    Base64,
    Plain,
    Quoted,
}

impl Entity {
    fn of(headers: &[Header<'_>], default: &str) -> Self {
        let typed = |name| find(headers, &name).and_then(HeaderValue::as_content_type);
        let content_type = typed(HeaderName::ContentType);
        let disposition = typed(HeaderName::ContentDisposition);
        let attribute = |of: Option<&ContentType<'_>>, name| {
            of.and_then(|of| of.attribute(name)).map(str::to_owned)
        };
        let encoding = find(headers, &HeaderName::ContentTransferEncoding)
            .and_then(HeaderValue::as_text)
            .map(|text| text.trim().to_ascii_lowercase());
        Self {
            content_type: content_type
                .and_then(|of| Some(format!("{}/{}", of.ctype(), of.subtype()?)))
                .map_or_else(|| default.to_owned(), |name| name.to_ascii_lowercase()),
            boundary: attribute(content_type, "boundary").filter(|text| !text.is_empty()),
            charset: attribute(content_type, "charset"),
            filename: attribute(disposition, "filename")
                .or_else(|| attribute(content_type, "name"))
                .filter(|name| !name.is_empty()),
            content_id: ids(headers, &HeaderName::ContentId).into_iter().next(),
            attached: disposition.is_some_and(ContentType::is_attachment),
            encoding: match encoding.as_deref() {
                Some("base64") => Encoding::Base64,
                Some("quoted-printable") => Encoding::Quoted,
                _ => Encoding::Plain,
            },
        }
    }
}

struct Reader {
    mail: Mail,
    /// How many encoded words may still be decoded.
    words: usize,
}

impl Reader {
    /// The headers as they may be read: no longer than `limit`, ended, and with their encoded words
    /// where these are not too many.
    fn prepare(&mut self, block: &[u8], limit: usize) -> Vec<u8> {
        let mut block = block.get(..limit).unwrap_or(block).to_vec();
        let words = block.windows(2).filter(|pair| *pair == b"=?").count();
        if words > self.words {
            let mut last = 0;
            for byte in &mut block {
                if last == b'=' && *byte == b'?' {
                    *byte = b' ';
                }
                last = *byte;
            }
        } else {
            self.words -= words;
        }
        block.extend_from_slice(b"\r\n\r\n");
        block
    }

    fn walk(&mut self, entity: Entity, body: &[u8], alternative: bool, depth: usize) {
        let text = match entity.content_type.as_str() {
            "text/plain" | "text/html" => !entity.attached && entity.filename.is_none(),
            name if name.starts_with("multipart/") => {
                let parts = match &entity.boundary {
                    Some(boundary) if depth < DEPTH => split(body, boundary.as_bytes()),
                    _ => Vec::new(),
                };
                let default =
                    if name == "multipart/digest" { "message/rfc822" } else { "text/plain" };
                let alternative = name == "multipart/alternative";
                for part in &parts {
                    let (block, body) = divide(part);
                    let block = self.prepare(block, PART_HEADERS);
                    let child = Entity::of(&parse(&block), default);
                    self.walk(child, body, alternative, depth + 1);
                }
                if !parts.is_empty() {
                    return;
                }
                // Its parts cannot be told apart: it is shown as it is.
                depth < DEPTH
            }
            _ => false,
        };
        let content = transferred(body, entity.encoding);
        if !text {
            self.mail.media.push(entity.file(content));
            return;
        }
        let html = entity.content_type == "text/html";
        let content = decode(&content, entity.charset.as_deref());
        let place = if html { &mut self.mail.email.html } else { &mut self.mail.text };
        match place {
            None => *place = Some(content),
            // Text around a picture, or what a mailing list adds below.
            Some(text) if !alternative => {
                text.push('\n');
                text.push_str(&content);
            }
            Some(_) => {}
        }
    }
}

impl Entity {
    fn file(self, content: Cow<'_, [u8]>) -> InboundMedia {
        let source = InboundSource::Content(Bytes::from(content.into_owned()));
        let mut media = InboundMedia::new(source, Some(self.content_type));
        media.filename = self.filename;
        media.content_id = self.content_id;
        media
    }
}

/// The bytes that were sent. What is broken is left as it is.
fn transferred(body: &[u8], encoding: Encoding) -> Cow<'_, [u8]> {
    let decoded = match encoding {
        Encoding::Base64 => base64_decode(body),
        Encoding::Plain => None,
        Encoding::Quoted => quoted_printable_decode(body),
    };
    decoded.map_or(Cow::Borrowed(body), Cow::Owned)
}

/// Headers and body, on both sides of the first empty line.
fn divide(raw: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 0;
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        if matches!(line, b"\n" | b"\r\n") {
            let (block, rest) = raw.split_at_checked(end).unwrap_or((raw, b""));
            return (block, rest.get(line.len()..).unwrap_or_default());
        }
        end += line.len();
    }
    (raw, b"")
}

/// The parts between lines that are `boundary`. The last one may lack its end.
fn split<'a>(body: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let (mut start, mut offset) = (None, 0);
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        if let Some(last) = delimits(line, boundary) {
            if let Some(start) = start {
                parts.push(without_break(body.get(start..offset).unwrap_or_default()));
            }
            if last {
                return parts;
            }
            start = Some(offset + line.len());
        }
        offset += line.len();
    }
    parts.extend(start.and_then(|start| body.get(start..)));
    parts
}

/// Whether `line` begins a part, and whether it ends the last one.
fn delimits(line: &[u8], boundary: &[u8]) -> Option<bool> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary)?.trim_ascii_end();
    match rest {
        b"" => Some(false),
        b"--" => Some(true),
        _ => None,
    }
}

/// The line break before a boundary belongs to the boundary.
fn without_break(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

fn parse(block: &[u8]) -> Vec<Header<'_>> {
    let mut headers = Vec::new();
    let _ended = MessageStream::new(block).parse_headers(&MessageParser::new(), &mut headers);
    headers
}

fn find<'h, 'x>(headers: &'h [Header<'x>], name: &HeaderName<'_>) -> Option<&'h HeaderValue<'x>> {
    headers.iter().find(|header| header.name == *name).map(|header| &header.value)
}

fn addresses(headers: &[Header<'_>], name: &HeaderName<'_>) -> Vec<String> {
    let named = headers.iter().filter(|header| header.name == *name);
    named.filter_map(|header| header.value.as_address()).flat_map(bare).collect()
}

fn bare(address: &Address<'_>) -> Vec<String> {
    address.iter().filter_map(|one| one.address.as_deref()).map(str::to_owned).collect()
}

fn ids(headers: &[Header<'_>], name: &HeaderName<'_>) -> Vec<String> {
    find(headers, name).map(listed).unwrap_or_default()
}

fn listed(value: &HeaderValue<'_>) -> Vec<String> {
    let ids = match value {
        HeaderValue::Text(id) => std::slice::from_ref(id),
        HeaderValue::TextList(ids) => ids,
        _ => &[],
    };
    let ids = ids.iter().map(|id| id.trim().trim_matches(['<', '>']).to_owned());
    ids.filter(|id| !id.is_empty()).collect()
}

/// A header's value on one line, its encoded words decoded.
fn unfold(value: &[u8]) -> String {
    if value.windows(2).any(|pair| pair == b"=?") {
        let mut line = value.trim_ascii().to_vec();
        line.push(b'\n');
        if let Some(text) = MessageStream::new(&line).parse_unstructured().as_text() {
            return text.to_owned();
        }
    }
    let text = String::from_utf8_lossy(value);
    let mut line = String::with_capacity(text.len());
    for part in text.split(['\r', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(part);
    }
    line
}

#[cfg(test)]
#[path = "mail_tests.rs"]
mod tests;
