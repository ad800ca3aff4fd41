//! The parts of a mail.

use std::borrow::Cow;

use bytes::Bytes;
use mail_parser::{
    ContentType, Header, HeaderName, HeaderValue,
    decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode},
};

use super::{Mail, decode, find, ids, parse};
use crate::event::{InboundMedia, InboundSource};

/// How deep parts are looked into. What lies deeper is a file.
const DEPTH: usize = 12;
/// How much of a part's headers is read.
const PART_HEADERS: usize = 16 * 1024;
/// How many encoded words are decoded. One that does not end costs as long as all that follows.
const WORDS: usize = 1000;

/// A part of a mail, by its headers.
pub(super) struct Entity {
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
    pub(super) fn of(headers: &[Header<'_>], default: &str) -> Self {
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

/// Reads the parts of a mail into what it holds.
pub(super) struct Reader {
    pub(super) mail: Mail,
    /// How many encoded words may still be decoded.
    words: usize,
}

impl Reader {
    pub(super) fn new() -> Self {
        Self { mail: Mail::default(), words: WORDS }
    }

    /// The headers as they may be read: no longer than `limit`, ended, and with their encoded words
    /// where these are not too many.
    pub(super) fn prepare(&mut self, block: &[u8], limit: usize) -> Vec<u8> {
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

    /// Takes a part, and all within it.
    pub(super) fn walk(&mut self, entity: Entity, body: &[u8], alternative: bool, depth: usize) {
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
pub(super) fn divide(raw: &[u8]) -> (&[u8], &[u8]) {
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
