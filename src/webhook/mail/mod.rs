//! A mail that a person sent, from its raw form.
//!
//! Headers, transfer encodings and charsets are `mail-parser`'s. The parts are walked here, so that
//! what somebody sends costs a time in proportion to its length, however its parts are nested.

use mail_parser::{
    Address, Header, HeaderName, HeaderValue, MessageParser,
    decoders::charsets::map::charset_decoder, parsers::MessageStream,
};

use self::parts::{Entity, Reader, divide};
use crate::{
    event::{InboundEmail, InboundMedia},
    time::Timestamp,
};

mod parts;

/// How much of a mail's headers is read.
const HEADERS: usize = 256 * 1024;

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
pub(crate) fn read(raw: &[u8]) -> Option<Mail> {
    let mut reader = Reader::new();
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
    let mut reader = Reader::new();
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

/// The mails that one answers, the nearest last. It answers one, hardly ever more.
pub(crate) fn thread(mut references: Vec<String>, in_reply_to: Vec<String>) -> Vec<String> {
    for id in in_reply_to.into_iter().take(8) {
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
    let limited = value.get(..value.floor_char_boundary(HEADERS)).unwrap_or_default();
    let limited = limited.replace("=?", "= ");
    let line = [limited.as_str(), "\n"].concat();
    let mut stream = MessageStream::new(line.as_bytes());
    stream.parse_address().as_address().map(bare).unwrap_or_default()
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
mod tests;
