//! A mail that SES received.

use std::borrow::Cow;

use super::fields::{self, Fields};
use crate::event::{Event, Inbound, InboundEmail};

/// Fills in the mail: from its raw form where SES sent that along and the feature `inbound-mail`
/// is on, else from the headers that SES tells.
pub(super) fn fill(
    event: &mut Event,
    mail: &mut Fields<'_>,
    content: Option<Cow<'_, str>>,
    encoding: Option<&str>,
) {
    let email = content
        .and_then(|content| whole(event, &content, encoding))
        .unwrap_or_else(|| headers(mail));
    event.reply_to = email.references.last().map(|id| ours(id).to_owned());
    event.sender = event.sender.take().or_else(|| email.from.clone());
    event.inbound = Some(Box::new(Inbound::Email(email)));
}

/// SES writes its own id before the domain of the `Message-ID` of what it sends.
fn ours(id: &str) -> &str {
    match id.split_once('@') {
        Some((own, domain)) if domain.ends_with(".amazonses.com") => own,
        _ => id,
    }
}

#[cfg(feature = "inbound-mail")]
fn whole(event: &mut Event, content: &str, encoding: Option<&str>) -> Option<InboundEmail> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use crate::webhook::mail;

    let encoded = encoding.is_some_and(|name| name.eq_ignore_ascii_case("base64"));
    let raw: Cow<'_, [u8]> = if encoded {
        let text: Vec<u8> = content.bytes().filter(|c| !c.is_ascii_whitespace()).collect();
        STANDARD.decode(text).ok()?.into()
    } else {
        content.as_bytes().into()
    };
    let mail = mail::read(&raw)?;
    event.text = mail.text;
    event.media = mail.media;
    Some(mail.email)
}

#[cfg(not(feature = "inbound-mail"))]
fn whole(_: &mut Event, _: &str, _: Option<&str>) -> Option<InboundEmail> {
    None
}

/// The headers, as `headers` and `commonHeaders` tell them.
fn headers(mail: &mut Fields<'_>) -> InboundEmail {
    let mut email = InboundEmail::default();
    for raw in mail.list("headers") {
        let Some(mut header) = Fields::read(raw.get()) else { continue };
        if let Some((name, value)) = header.text("name").zip(header.take("value")) {
            let value = fields::text(value).unwrap_or_default().into_owned();
            email.headers.entry(name.to_ascii_lowercase()).or_default().push(value);
        }
    }
    let first = |name: &str| email.headers.get(name).and_then(|values| values.first()).cloned();
    email.references = first("references")
        .or_else(|| first("in-reply-to"))
        .map(|ids| ids.split_whitespace().map(bare).collect())
        .unwrap_or_default();
    let mut common = mail.object("commonHeaders").unwrap_or_default();
    email.subject = common.text("subject").map(Cow::into_owned).or_else(|| first("subject"));
    email.from = common.texts("from").into_iter().next().or_else(|| first("from"));
    email.to = common.texts("to");
    email.cc = common.texts("cc");
    email.reply_to = common.texts("replyTo").into_iter().next().or_else(|| first("reply-to"));
    let id = common.text("messageId").map(Cow::into_owned).or_else(|| first("message-id"));
    email.message_id = id.map(|id| bare(&id));
    email
}

fn bare(id: &str) -> String {
    id.trim().trim_start_matches('<').trim_end_matches('>').to_owned()
}
