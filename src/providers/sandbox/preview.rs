//! One page that shows what the sandbox accepted.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Kept, Sandbox};
use crate::{
    error::{Error, Result},
    message::{
        AnyEnvelope, ApplePush, Attachment, Call, Content, Email, Encoding, Interactive,
        InteractiveAction, InteractiveHeader, Mailbox, Media, MediaSource, PhoneNumber, Rcs,
        RcsContent, SenderId, Sms, Step, TemplateHeader, WhatsApp, WhatsAppContent,
    },
};

impl Sandbox {
    /// A page that shows every message, the newest first: complete HTML without scripts, which
    /// loads nothing but the pictures that a mail links to.
    ///
    /// Every value is escaped, and a mail's HTML is shown in a frame where scripts do not run.
    #[must_use]
    pub fn preview_html(&self) -> String {
        let kept = self.kept().clone();
        // One writes to a `String` here throughout, which never fails.
        let mut page = String::from(HEAD);
        page.push_str(include_str!("preview.css"));
        page.push_str("</style></head><body><main><h1>Sandbox</h1>");
        let plural = if kept.len() == 1 { "message" } else { "messages" };
        let _ = write!(page, "<p class=\"lead\">{} {plural}, none of them sent</p>", kept.len());
        if kept.is_empty() {
            page.push_str("<p class=\"empty\">What is sent through the sandbox shows here.</p>");
        }
        // A long list is for reading through, a short one for looking at.
        let open = if kept.len() <= OPEN { " open" } else { "" };
        for one in kept.iter().rev() {
            message(&mut page, one, open);
        }
        page.push_str("</main></body></html>\n");
        page
    }

    /// Writes [`preview_html`](Self::preview_html) to a file, its folders too. Returns its path.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) when it cannot be written.
    pub fn write_preview(&self, path: impl AsRef<Path>) -> Result<PathBuf> {
        let path = path.as_ref();
        let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        folder
            .and_then(|()| std::fs::write(path, self.preview_html()))
            .map_err(|error| Error::config("the preview cannot be written").with_source(error))?;
        Ok(path.to_owned())
    }
}

const OPEN: usize = 10;

// The frames inherit the policy: no script runs in them, whatever a mail holds.
const HEAD: &str = concat!(
    "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
    "<meta name=\"referrer\" content=\"no-referrer\">",
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ",
    "style-src 'unsafe-inline'; img-src data: https:; base-uri 'none'; form-action 'none'\">",
    "<title>Sandbox</title><style>",
);

fn message(page: &mut String, kept: &Kept, open: &str) {
    let AnyEnvelope { content, id, delivery, template, .. } = &kept.envelope;
    let recipients: Vec<_> = if let Content::Email(mail) = content {
        mail.to.iter().chain(&mail.cc).chain(&mail.bcc).map(mailbox).collect()
    } else {
        content.recipients().iter().map(|one| one.as_str().to_owned()).collect()
    };
    let _ = write!(
        page,
        "<details class=\"message\"{open}><summary><span class=\"kind\">{}</span>\
         <div class=\"what\"><div class=\"subject\">{}</div><div class=\"who\">{}</div></div>\
         <time datetime=\"{}\">{}</time></summary><div class=\"body\">",
        kind(content),
        escape(&subject(content)),
        escape(&recipients.join(", ")),
        kept.at,
        kept.at.strftime("%-d %b %Y, %H:%M:%S UTC"),
    );
    match content {
        Content::ApplePush(push) => apple_push(page, push),
        Content::Email(mail) => email(page, mail),
        Content::Rcs(rcs) => self::rcs(page, rcs),
        Content::Sms(sms) => self::sms(page, sms),
        Content::Voice(call) => voice(page, call),
        Content::WebPush(push) => text(page, "Payload", &push.payload),
        Content::WhatsApp(whatsapp) => self::whatsapp(page, whatsapp),
    }
    let mut rows = vec![("Id", id.to_string()), ("Purpose", word(&delivery.purpose))];
    let stamp = template.as_ref().map(|t| format!("{} {} ({})", t.id, t.version, t.locale));
    rows.extend(stamp.map(|stamp| ("Template", stamp)));
    rows.extend(delivery.idempotency_key.clone().map(|key| ("Idempotency key", key)));
    rows.extend(delivery.callback_data.clone().map(|data| ("Callback data", data)));
    rows.extend(delivery.send_at.map(|at| ("Send at", at.to_string())));
    rows.extend(delivery.expires_at.map(|at| ("Expires at", at.to_string())));
    rows.extend((!delivery.tags.is_empty()).then(|| ("Tags", delivery.tags.join(", "))));
    table(page, "Delivery", &rows);
    page.push_str("</div></details>");
}

fn kind(content: &Content) -> &'static str {
    match content {
        Content::ApplePush(_) => "Apple push",
        Content::Email(_) => "Email",
        Content::Rcs(_) => "RCS",
        Content::Sms(_) => "SMS",
        Content::Voice(_) => "Voice",
        Content::WebPush(_) => "Web push",
        Content::WhatsApp(_) => "WhatsApp",
    }
}

/// What stands for the message in the list.
fn subject(content: &Content) -> String {
    let line = match content {
        Content::ApplePush(push) => push.title.clone().or_else(|| push.body.clone()),
        Content::Email(mail) => Some(mail.subject.clone()),
        Content::Rcs(Rcs { content: RcsContent::Text { text }, .. })
        | Content::WhatsApp(WhatsApp { content: WhatsAppContent::Text { text }, .. }) => {
            Some(text.clone())
        }
        Content::Rcs(Rcs { content: RcsContent::Media(media), .. })
        | Content::WhatsApp(WhatsApp { content: WhatsAppContent::Media(media), .. }) => {
            Some(media.caption.clone().unwrap_or_else(|| word(&media.kind)))
        }
        Content::Sms(sms) => Some(sms.text.clone()),
        Content::Voice(call) => call.steps.iter().find_map(heard),
        Content::WebPush(push) => Some(push.payload.clone()),
        Content::WhatsApp(WhatsApp { content, .. }) => Some(match content {
            WhatsAppContent::Template(template) => format!("Template {}", template.name),
            WhatsAppContent::Interactive(interactive) => interactive.body.clone(),
            WhatsAppContent::Contacts { .. } => "Contacts".into(),
            WhatsAppContent::Location(_) => "Location".into(),
            WhatsAppContent::Reaction { emoji, .. } => format!("Reaction {emoji}"),
            WhatsAppContent::Media(_) | WhatsAppContent::Text { .. } => String::new(),
        }),
    };
    let line = line.unwrap_or_default();
    if line.trim().is_empty() { "(empty)".into() } else { line.chars().take(140).collect() }
}

/// The first that is heard in a call.
fn heard(step: &Step) -> Option<String> {
    match step {
        Step::Gather(gather) => gather.prompt.iter().find_map(heard),
        Step::Play { .. } => Some("Recording".into()),
        Step::Say { text, .. } => Some(text.clone()),
        Step::Dial { .. }
        | Step::HangUp
        | Step::Pause { .. }
        | Step::Record(_)
        | Step::Redirect { .. } => None,
    }
}

fn email(page: &mut String, mail: &Email) {
    let list = |all: &[Mailbox]| all.iter().map(mailbox).collect::<Vec<_>>().join(", ");
    let mut rows = Vec::new();
    rows.extend(mail.from.as_ref().map(|from| ("From".to_owned(), mailbox(from))));
    let lists = [("To", &mail.to), ("Cc", &mail.cc), ("Bcc", &mail.bcc)];
    for (name, all) in lists.into_iter().chain([("Reply-To", &mail.reply_to)]) {
        rows.extend((!all.is_empty()).then(|| (name.to_owned(), list(all))));
    }
    rows.push(("Subject".to_owned(), mail.subject.clone()));
    rows.extend(mail.all_headers().map(|header| (header.name, header.value)));
    table(page, "Headers", &rows);
    if let Some(html) = &mail.html {
        let html = with_inline(html, &mail.attachments);
        let _ = write!(
            page,
            "<h2>HTML</h2><iframe sandbox=\"\" title=\"HTML part\" srcdoc=\"{}\"></iframe>",
            escape(&html)
        );
    }
    if let Some(part) = &mail.text {
        text(page, "Plain text", part);
    }
    if let Some(amp) = &mail.amp {
        text(page, "AMP source", amp);
    }
    if !mail.attachments.is_empty() {
        page.push_str("<h2>Attachments</h2><ul>");
        for file in &mail.attachments {
            let inline = if file.content_id.is_some() { ", inline" } else { "" };
            let _ = write!(
                page,
                "<li><span>{}</span><span>{}{inline}, {}</span></li>",
                escape(&file.filename),
                escape(&file.content_type),
                size(file.content.len())
            );
        }
        page.push_str("</ul>");
    }
}

/// Shows the pictures that the HTML names by content id.
fn with_inline(html: &str, attachments: &[Attachment]) -> String {
    attachments.iter().fold(html.to_owned(), |html, file| match &file.content_id {
        Some(id) if file.content_type.starts_with("image/") => {
            let data = STANDARD.encode(&file.content);
            html.replace(&format!("cid:{id}"), &format!("data:{};base64,{data}", file.content_type))
        }
        _ => html,
    })
}

fn sms(page: &mut String, sms: &Sms) {
    let counted = sms.segments();
    let encoding = match counted.encoding {
        Encoding::Gsm7 => "GSM 7-bit",
        Encoding::Ucs2 => "UCS-2",
    };
    let parts = if counted.segments == 1 { "segment" } else { "segments" };
    let count = format!("{} {parts}, {encoding}, {} units", counted.segments, counted.units);
    bubble(page, sms.from.as_ref().map(SenderId::as_str), &sms.text, &count);
    if let Some(dlt) = &sms.dlt {
        let rows =
            [("Entity", &dlt.entity), ("Content template", &dlt.template), ("Header", &dlt.header)];
        let rows: Vec<_> =
            rows.into_iter().filter_map(|(name, id)| Some((name, id.clone()?))).collect();
        table(page, "DLT registration", &rows);
    }
}

fn whatsapp(page: &mut String, message: &WhatsApp) {
    match &message.content {
        WhatsAppContent::Media(media) => self::media(page, media),
        WhatsAppContent::Template(template) => {
            let mut rows =
                vec![("Template", template.name.clone()), ("Language", template.language.clone())];
            rows.extend(template.header.as_ref().map(|header| ("Header", self::header(header))));
            rows.push(("Parameters", template.parameters.to_string()));
            rows.extend(template.buttons.iter().map(|button| ("Button", word(button))));
            table(page, "Approved template", &rows);
        }
        WhatsAppContent::Interactive(interactive) => self::interactive(page, interactive),
        WhatsAppContent::Contacts { contacts } => {
            let rows = contacts.iter().map(|contact| ("Contact", contact.name.clone()));
            table(page, "Contacts", &rows.collect::<Vec<_>>());
        }
        WhatsAppContent::Location(place) => {
            let mut rows = vec![("Latitude", place.latitude.to_string())];
            rows.push(("Longitude", place.longitude.to_string()));
            rows.extend(place.name.clone().map(|name| ("Name", name)));
            rows.extend(place.address.clone().map(|address| ("Address", address)));
            table(page, "Location", &rows);
        }
        WhatsAppContent::Reaction { emoji, .. } => bubble(page, None, emoji, "reaction"),
        WhatsAppContent::Text { text } => bubble(page, message.from.as_deref(), text, ""),
    }
}

fn rcs(page: &mut String, message: &Rcs) {
    match &message.content {
        RcsContent::Media(media) => self::media(page, media),
        RcsContent::Text { text } => bubble(page, message.from.as_deref(), text, ""),
    }
}

/// What a template's header is filled with.
fn header(header: &TemplateHeader) -> String {
    match header {
        TemplateHeader::Location(place) => place.name.clone().unwrap_or_else(|| "place".into()),
        TemplateHeader::Media(media) => source(media),
        TemplateHeader::Text(text) => text.clone(),
    }
}

fn interactive(page: &mut String, message: &Interactive) {
    match &message.header {
        Some(InteractiveHeader::Media(media)) => self::media(page, media),
        Some(InteractiveHeader::Text(text)) => bubble(page, None, text, "header"),
        None => {}
    }
    bubble(page, None, &message.body, message.footer.as_deref().unwrap_or_default());
    let rows: Vec<_> = match &message.action {
        InteractiveAction::Buttons { buttons } => {
            buttons.iter().map(|button| ("Button", button.title.clone())).collect()
        }
        InteractiveAction::List { sections, .. } => {
            let rows = sections.iter().flat_map(|section| &section.rows);
            rows.map(|row| ("Row", row.title.clone())).collect()
        }
        InteractiveAction::Url { text, url } => vec![("Link", format!("{text}: {url}"))],
        InteractiveAction::Catalog { .. }
        | InteractiveAction::Flow(_)
        | InteractiveAction::LocationRequest
        | InteractiveAction::Product { .. }
        | InteractiveAction::Products { .. } => vec![("Action", word(&message.action))],
    };
    table(page, "To tap", &rows);
}

fn voice(page: &mut String, call: &Call) {
    let from = call.from.as_ref().map(PhoneNumber::as_str);
    for step in &call.steps {
        voice_step(page, from, step);
    }
}

fn voice_step(page: &mut String, from: Option<&str>, step: &Step) {
    match step {
        Step::Say { text, language, .. } => {
            bubble(page, from, text, language.as_deref().unwrap_or_default());
        }
        Step::Play { link, .. } => table(page, "Plays", &[("Recording", link.clone())]),
        Step::Gather(gather) => {
            for step in &gather.prompt {
                voice_step(page, from, step);
            }
            table(page, "Asks", &[("For", word(&gather.input))]);
        }
        Step::Dial { .. }
        | Step::HangUp
        | Step::Pause { .. }
        | Step::Record(_)
        | Step::Redirect { .. } => table(page, "Then", &[("Step", word(step))]),
    }
}

fn apple_push(page: &mut String, push: &ApplePush) {
    bubble(page, push.title.as_deref(), push.body.as_deref().unwrap_or_default(), "");
    if !push.data.is_null() {
        text(page, "Data", &push.data.to_string());
    }
}

fn media(page: &mut String, media: &Media) {
    let mut rows = vec![("Sort", word(&media.kind)), ("File", source(media))];
    rows.extend(media.filename.clone().map(|name| ("File name", name)));
    rows.extend(media.caption.clone().map(|caption| ("Caption", caption)));
    table(page, "Media", &rows);
}

fn source(media: &Media) -> String {
    match &media.source {
        MediaSource::Id(id) => format!("id {id}"),
        MediaSource::Link(link) => link.clone(),
    }
}

fn bubble(page: &mut String, from: Option<&str>, text: &str, note: &str) {
    page.push_str("<div class=\"phone\">");
    if let Some(from) = from {
        let _ = write!(page, "<div class=\"from\">{}</div>", escape(from));
    }
    let _ = write!(page, "<div class=\"bubble\">{}</div>", escape(text));
    if !note.is_empty() {
        let _ = write!(page, "<div class=\"count\">{}</div>", escape(note));
    }
    page.push_str("</div>");
}

fn text(page: &mut String, title: &str, text: &str) {
    let _ = write!(page, "<h2>{}</h2><pre>{}</pre>", escape(title), escape(text));
}

fn table<N: AsRef<str>>(page: &mut String, title: &str, rows: &[(N, String)]) {
    let _ = write!(page, "<h2>{}</h2><table>", escape(title));
    for (name, value) in rows {
        let (name, value) = (escape(name.as_ref()), escape(value));
        let _ = write!(page, "<tr><th>{name}</th><td>{value}</td></tr>");
    }
    page.push_str("</table>");
}

fn mailbox(mailbox: &Mailbox) -> String {
    let address = mailbox.email.as_str();
    mailbox.name.as_ref().map_or_else(|| address.into(), |name| format!("{name} <{address}>"))
}

/// The word of a plain enum, as in JSON.
fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    // A variant with data is an object, and its type says which.
    let name = value.as_str().or_else(|| value.get("type")?.as_str());
    name.unwrap_or_default().to_owned()
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KiB", bytes.div_ceil(1024)),
        _ => format!("{} MiB", bytes.div_ceil(1_048_576)),
    }
}

/// Text as it stands in HTML, in content and in quoted attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
