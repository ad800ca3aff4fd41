//! encode: `Email` → MIME, by lettre's headers and parts.
//!
//! lettre encodes every header value that holds more than printable ASCII by RFC 2047 or 2231, so
//! none can begin a line of its own; what must not be encoded at all is refused here. Its
//! `MessageBuilder` is not used: it parses the senders again, and takes quadratic time for many
//! recipients.
//!
//! Source: [RFC 5322](https://www.rfc-editor.org/rfc/rfc5322),
//! [RFC 2045](https://www.rfc-editor.org/rfc/rfc2045),
//! [RFC 2387](https://www.rfc-editor.org/rfc/rfc2387).

use jiff::tz::TimeZone;
use lettre::{
    Address,
    message::{
        Body, Mailbox as LettreMailbox, Mailboxes, MultiPart, SinglePart,
        header::{
            self, ContentDisposition, ContentId, ContentTransferEncoding, ContentType, HeaderName,
            HeaderValue, Headers,
        },
    },
};

use crate::{
    Attachment, Email, EmailAddress, Envelope, Error, Fault, Mailbox, MessageId, Result, Timestamp,
};

/// What mails take from the account.
#[derive(Clone, Default)]
pub(crate) struct Senders {
    pub(crate) from: Option<Mailbox>,
    pub(crate) sender: Option<Mailbox>,
    pub(crate) return_path: Option<EmailAddress>,
}

/// A mail as it goes out.
pub(crate) struct Mime {
    /// Where bounces go: the address of `MAIL`.
    pub(crate) return_path: String,
    /// Headers and body.
    pub(crate) content: Vec<u8>,
}

/// The mail of `envelope`, written at `now` for the provider and kind `label`. The same envelope at
/// the same time makes the same bytes.
///
/// `extra` gives the headers that the provider's account wants, by name, which those of the mail
/// win over.
///
/// # Errors
///
/// [`InvalidMessage`](crate::ErrorKind::InvalidMessage) with every fault.
pub(crate) fn encode(
    label: &'static str,
    senders: &Senders,
    envelope: &Envelope<Email>,
    now: Timestamp,
    extra: impl FnOnce(&mut Vec<Fault>) -> Vec<(&'static str, String)>,
) -> Result<Mime> {
    let email = &envelope.message;
    let mut faults = Vec::new();
    let from = email.from.as_ref().or(senders.from.as_ref());
    if from.is_none() {
        let remedy = "set it on the mail or on the account";
        faults.push(Fault::new("from", "is missing", remedy));
    }
    let mut headers = Headers::new();
    originators(&mut headers, senders, from, envelope.id, now)
        .map_err(|error| error.with_provider(label))?;
    addressees(&mut headers, email);
    headers.set(header::Subject::from(email.subject.clone()));
    for (name, value) in extra(&mut faults) {
        headers.insert_raw(HeaderValue::new(HeaderName::new_from_ascii_str(name), value));
    }
    further(&mut headers, &mut faults, email);
    let entity = entity(&mut faults, email, envelope.id);
    let (Some(from), true) = (from, faults.is_empty()) else {
        return Err(Error::invalid(faults).with_provider(label));
    };
    let return_path = senders.return_path.as_ref().unwrap_or(&from.email);
    Ok(Mime {
        return_path: return_path.to_ascii_domain().into_owned(),
        content: entity.write(headers),
    })
}

fn originators(
    headers: &mut Headers,
    senders: &Senders,
    from: Option<&Mailbox>,
    id: MessageId,
    now: Timestamp,
) -> Result<()> {
    if let Some(from) = from {
        headers.set(header::From::from(mailboxes([from])));
        let address = from.email.to_ascii_domain();
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        headers.set(header::MessageId::from(format!("<{id}@{domain}>")));
    }
    if let Some(sender) = &senders.sender {
        headers.set(header::Sender::from(mailbox(sender)));
    }
    // Not lettre's `Date`: it panics on a clock that is wrong by millennia.
    let date = jiff::fmt::rfc2822::to_string(&now.to_zoned(TimeZone::UTC))
        .map_err(|_| Error::config("the clock's date is none"))?;
    headers.insert_raw(HeaderValue::new(HeaderName::new_from_ascii_str("Date"), date));
    Ok(())
}

fn addressees(headers: &mut Headers, email: &Email) {
    headers.set(header::To::from(mailboxes(&email.to)));
    if !email.cc.is_empty() {
        headers.set(header::Cc::from(mailboxes(&email.cc)));
    }
    if !email.reply_to.is_empty() {
        headers.set(header::ReplyTo::from(mailboxes(&email.reply_to)));
    }
}

/// The mail's own headers: they win over ours, such as `Message-ID`.
fn further(headers: &mut Headers, faults: &mut Vec<Fault>, email: &Email) {
    let all: Vec<_> = email.all_headers().collect();
    for (index, each) in all.iter().enumerate() {
        let is_own = index < email.headers.len();
        let field = |name: &str| {
            if is_own { format!("headers[{index}].{name}") } else { "unsubscribe".to_owned() }
        };
        // lettre keeps the last of two, and the first would be lost in silence.
        if all.iter().take(index).any(|other| other.name.eq_ignore_ascii_case(&each.name)) {
            faults.push(Fault::new(field("name"), "stands twice", "write it once"));
        }
        if each.value.split(' ').any(|word| word.len() > LONGEST_WORD) {
            let problem = format!("holds a word of more than {LONGEST_WORD} bytes");
            faults.push(Fault::new(field("value"), problem, "shorten it: a line ends at 998"));
        }
        if !is_own && !each.value.is_ascii() {
            let remedy = "use ASCII: an encoded address is none";
            faults.push(Fault::new("unsubscribe.mailto", "is not ASCII", remedy));
        }
        if let Ok(name) = HeaderName::new_from_ascii(each.name.clone()) {
            headers.insert_raw(HeaderValue::new(name, each.value.clone()));
        } else {
            let remedy = "write printable ASCII without space and colon";
            faults.push(Fault::new(field("name"), "is no header name", remedy));
        }
    }
}

/// The body, or a part of it.
enum Entity {
    One(ContentType, Body),
    File(SinglePart),
    Many(MultiPart),
}

impl Entity {
    /// The whole mail.
    fn write(self, mut headers: Headers) -> Vec<u8> {
        headers.set(header::MIME_VERSION_1_0);
        match self {
            // Written by hand: lettre ends a part with a line break that the text does not have.
            Self::One(content_type, body) => {
                headers.set(content_type);
                headers.set(body.encoding());
                let mut content = format!("{headers}\r\n").into_bytes();
                content.extend(body.into_vec());
                content
            }
            Self::File(part) => {
                let mut content = headers.to_string().into_bytes();
                content.extend(part.formatted());
                content
            }
            Self::Many(parts) => {
                let mut content = headers.to_string().into_bytes();
                content.extend(parts.formatted());
                content
            }
        }
    }

    fn within(self, parts: MultiPart) -> MultiPart {
        match self {
            Self::One(content_type, body) => {
                parts.singlepart(SinglePart::builder().header(content_type).body(body))
            }
            Self::File(part) => parts.singlepart(part),
            Self::Many(inner) => parts.multipart(inner),
        }
    }
}

/// mixed(related(alternative(plain, amp, html), inline…), attachments…), without the levels that
/// would hold one part.
fn entity(faults: &mut Vec<Fault>, email: &Email, id: MessageId) -> Entity {
    let mut level = 0;
    let mut boundary = || {
        level += 1;
        // "=_" stands in no encoded part, and nobody knows the id before it is sent.
        format!("=_{}_{level}", id.as_uuid().simple())
    };
    let (mut inline, mut attached) = (Vec::new(), Vec::new());
    for (index, attachment) in email.attachments.iter().enumerate() {
        let Some(part) = file(faults, attachment, index) else { continue };
        let list = if attachment.content_id.is_some() { &mut inline } else { &mut attached };
        list.push(Entity::File(part));
    }
    let mut entity =
        join(texts(faults, email), || MultiPart::alternative().boundary(boundary()).build());
    if !inline.is_empty() {
        let parts = entity.within(MultiPart::related().boundary(boundary()).build());
        entity = Entity::Many(inline.into_iter().fold(parts, |parts, part| part.within(parts)));
    }
    if !attached.is_empty() {
        let parts = entity.within(MultiPart::mixed().boundary(boundary()).build());
        entity = Entity::Many(attached.into_iter().fold(parts, |parts, part| part.within(parts)));
    }
    entity
}

/// The forms of the text, the plainest first: readers show the last that they know.
///
/// AMP stands before HTML: [AMP for Email](https://amp.dev/documentation/guides-and-tutorials/learn/email-spec/amp-email-structure).
fn texts(faults: &mut Vec<Fault>, email: &Email) -> Vec<Entity> {
    let forms = [
        (&email.text, "text/plain; charset=utf-8"),
        (&email.amp, "text/x-amp-html; charset=utf-8"),
        (&email.html, "text/html; charset=utf-8"),
    ];
    let mut texts = Vec::new();
    for (text, content_type) in forms {
        if let (Some(text), Ok(content_type)) = (text, ContentType::parse(content_type)) {
            texts.push(Entity::One(content_type, Body::new(text.clone())));
        }
    }
    if email.amp.is_some() && email.text.is_none() && email.html.is_none() {
        let remedy = "add a text or HTML for the readers without AMP";
        faults.push(Fault::new("amp", "stands alone", remedy));
    }
    texts
}

fn join(mut entities: Vec<Entity>, parts: impl FnOnce() -> MultiPart) -> Entity {
    match entities.len() {
        0 => Entity::One(ContentType::TEXT_PLAIN, Body::new(String::new())),
        1 => entities.remove(0),
        _ => Entity::Many(entities.into_iter().fold(parts(), |parts, part| part.within(parts))),
    }
}

fn file(faults: &mut Vec<Fault>, attachment: &Attachment, index: usize) -> Option<SinglePart> {
    let mut fault = |problem: &str, remedy: &str| {
        let field = format!("attachments[{index}].content_type");
        faults.push(Fault::new(field, problem, remedy));
    };
    let Ok(content_type) = ContentType::parse(&attachment.content_type) else {
        fault("is no media type", "write type/subtype, such as application/pdf");
        return None;
    };
    let lower = attachment.content_type.to_ascii_lowercase();
    // RFC 2045, section 6.4, and RFC 2046, section 5.2.1: these must not be in base64.
    if lower.starts_with("multipart/") || lower.starts_with("message/") {
        fault("cannot be in base64", "write application/octet-stream");
    }
    let builder = SinglePart::builder().header(content_type);
    let builder = match &attachment.content_id {
        Some(id) => builder
            .header(ContentDisposition::inline_with_name(&attachment.filename))
            .header(ContentId::from(format!("<{id}>"))),
        None => builder.header(ContentDisposition::attachment(&attachment.filename)),
    };
    // Base64 even for text: bytes arrive as they are, line ends too.
    let builder = builder.header(ContentTransferEncoding::Base64);
    Some(builder.body(attachment.content.to_vec()))
}

fn mailboxes<'a>(mailboxes: impl IntoIterator<Item = &'a Mailbox>) -> Mailboxes {
    mailboxes.into_iter().map(mailbox).collect()
}

fn mailbox(mailbox: &Mailbox) -> LettreMailbox {
    let name = mailbox.name.as_ref().filter(|name| !name.trim().is_empty());
    LettreMailbox::new(name.cloned(), address(&mailbox.email))
}

/// `EmailAddress` has checked it; lettre's own check knows other addresses.
fn address(address: &EmailAddress) -> Address {
    let ascii = address.to_ascii_domain();
    let (local, domain) = ascii.rsplit_once('@').unwrap_or((&ascii, ""));
    Address::new_dangerous(local, domain)
}

/// A line of a header ends at 998 bytes, and lettre folds it between words alone.
const LONGEST_WORD: usize = 900;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Message as _, testing::SeededEntropy};

    /// Names that lines of a header or of a part may begin with.
    const KNOWN: [&str; 14] = [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "content-disposition",
        "content-id",
        "x-apiheader",
        "x-tags",
        "x-own",
        "reply-to",
    ];

    fn hostile() -> impl Strategy<Value = String> {
        prop_oneof![
            "[ -~]{0,60}",
            "\\PC{0,40}",
            "[a-z ]{0,10}(\r\n|\n|\r|\u{85}|\u{2028}|\0)(Bcc|X-Evil): [a-z]{1,8}",
        ]
    }

    proptest! {
        #[test]
        fn what_a_host_writes_begins_no_header_of_its_own(
            (subject, name, value) in (hostile(), hostile(), hostile()),
            (filename, tag, data) in (hostile(), hostile(), hostile()),
        ) {
            let address = EmailAddress::parse("asha@example.com").unwrap();
            let named = Mailbox::new(name, address);
            let mail = Email::to(named.clone())
                .from(named)
                .subject(subject)
                .text("text")
                .header("X-Own", value)
                .attach(Attachment::new(filename, "text/plain", &b"file"[..]));
            let draft = mail.draft().tag(tag).callback_data(data);
            let id = MessageId::new(Timestamp::UNIX_EPOCH, &SeededEntropy::new(1));
            let envelope = Envelope::new(id, draft.message).with_delivery(draft.delivery);
            let delivery = envelope.delivery.clone();
            let extra = |_: &mut Vec<Fault>| {
                let reference = delivery.callback_data.unwrap_or_default();
                vec![("X-APIHEADER", reference), ("X-TAGS", delivery.tags.join(","))]
            };
            if envelope.validate().is_err() {
                return Ok(());
            }
            let now = Timestamp::UNIX_EPOCH;
            let mime = encode("example.email", &Senders::default(), &envelope, now, extra);
            let Ok(mime) = mime else { return Ok(()) };
            let text = String::from_utf8(mime.content).unwrap();
            prop_assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "a bare line break");
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            let parts = body.split("\r\n--").skip(1).filter_map(|part| part.split_once("\r\n"));
            let heads = parts.filter_map(|(_, part)| part.split_once("\r\n\r\n")).map(|(head, _)| head);
            for line in std::iter::once(head).chain(heads).flat_map(|head| head.split("\r\n")) {
                let known = line.split_once(':').is_some_and(|(name, _)| {
                    KNOWN.iter().any(|known| name.eq_ignore_ascii_case(known))
                });
                prop_assert!(known || line.starts_with([' ', '\t']), "{line:?}");
            }
        }
    }
}
