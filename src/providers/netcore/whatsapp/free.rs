//! What may be sent within the 24 hours: text, files, places, buttons and lists.

use super::{
    LABEL, Options,
    body::{
        Action, Attachment, Interactive as Body, Known, Location as Place, Media as File, Reply,
        ReplyButton, Row, Section, Text,
    },
    template::undocumented,
};
use crate::{
    error::{Error, Fault, Result},
    message::{
        Interactive, InteractiveAction, ListSection, Location, Media, MediaKind, MediaSource,
    },
};

/// Characters of a text.
///
/// These limits are
/// [WhatsApp's own](https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages).
const TEXT: usize = 4096;
/// Characters below a file.
const CAPTION: usize = 1024;
/// Characters of an interactive message's text.
const BODY: usize = 1024;
/// Characters of the small text below it.
const FOOTER: usize = 60;
/// Buttons of one message.
const BUTTONS: usize = 3;
/// Characters of what a button says, of a list's too.
const BUTTON: usize = 20;
/// Characters of a button's id.
const BUTTON_ID: usize = 256;
/// Rows of a list, in all of its sections.
const ROWS: usize = 10;
/// Characters of a section's or row's title.
const TITLE: usize = 24;
/// Characters of the small text of a row.
const DESCRIPTION: usize = 72;
/// Characters of a row's id.
const ROW_ID: usize = 200;

/// Refuses a text that is longer than `limit` characters.
fn check_length(faults: &mut Vec<Fault>, field: impl Into<String>, text: &str, limit: usize) {
    let count = text.chars().count();
    if count > limit {
        let problem = format!("has {count} characters, WhatsApp takes {limit}");
        faults.push(Fault::new(field, problem, "shorten it"));
    }
}

fn check_count(faults: &mut Vec<Fault>, field: &str, count: usize, limit: usize) {
    if count > limit {
        let problem = format!("has {count} entries, WhatsApp takes {limit}");
        faults.push(Fault::new(field, problem, "offer fewer"));
    }
}

pub(super) fn text<'a>(options: &Options, text: &'a str, faults: &mut Vec<Fault>) -> Known<'a> {
    check_length(faults, "content.text", text, TEXT);
    let preview_url = options.link_preview.map(|on| if on { "true" } else { "false" });
    Known::Text { type_text: [Text { preview_url, content: text }] }
}

pub(super) fn location(location: &Location) -> Known<'_> {
    let place = Place {
        longitude: location.longitude,
        latitude: location.latitude,
        name: location.name.as_deref(),
        address: location.address.as_deref(),
    };
    Known::Location { type_location: [place] }
}

pub(super) fn media<'a>(media: &'a Media, faults: &mut Vec<Fault>) -> Result<Known<'a>> {
    let (kind, captioned) = match media.kind {
        MediaKind::Audio => ("audio", false),
        MediaKind::Document => ("document", true),
        MediaKind::Image => ("image", true),
        MediaKind::Sticker => ("sticker", false),
        MediaKind::Video => ("video", true),
        MediaKind::Voice => return Err(undocumented(LABEL, "a voice message")),
    };
    // The call has no field for it; the name in the link is shown.
    if media.filename.is_some() {
        let what = "a free document's file name: end its link with it, or send a template";
        return Err(Error::unsupported(LABEL, what));
    }
    let caption = media.caption.as_deref();
    if let Some(caption) = caption {
        if captioned {
            check_length(faults, "content.caption", caption, CAPTION);
        } else {
            let remedy = "leave it out, or send it as a text";
            faults.push(Fault::new("content.caption", "has no place below a sound", remedy));
        }
    }
    let attachment = match &media.source {
        MediaSource::Id(id) => {
            Attachment { attachment_id: Some(id), caption, ..Attachment::default() }
        }
        MediaSource::Link(link) => Attachment {
            attachment_url: Some(link),
            attachment_type: Some(kind),
            caption,
            ..Attachment::default()
        },
    };
    Ok(Known::Media { type_media: [File { attachments: [attachment] }] })
}

pub(super) fn interactive<'a>(
    interactive: &'a Interactive,
    faults: &mut Vec<Fault>,
) -> Result<Known<'a>> {
    use InteractiveAction as A;
    if interactive.header.is_some() {
        return Err(undocumented(LABEL, "a header above buttons or a list"));
    }
    let (kind, action) = match &interactive.action {
        A::Buttons { buttons } => ("button", buttons_of(buttons, faults)),
        A::List { button, sections } => {
            check_length(faults, "content.action.button", button, BUTTON);
            ("list", Action::List { button, sections: sections_of(sections, faults) })
        }
        A::Catalog { .. } => return Err(undocumented(LABEL, "a catalogue")),
        A::Flow(_) => return Err(undocumented(LABEL, "a flow")),
        A::LocationRequest => return Err(undocumented(LABEL, "a request for a location")),
        A::Product { .. } | A::Products { .. } => return Err(undocumented(LABEL, "products")),
        A::Url { .. } => return Err(undocumented(LABEL, "a button that opens a page")),
    };
    check_length(faults, "content.body", &interactive.body, BODY);
    let footer = interactive.footer.as_deref();
    check_length(faults, "content.footer", footer.unwrap_or_default(), FOOTER);
    let body = Body { kind, body: &interactive.body, footer, action: [action] };
    Ok(Known::Interactive { type_interactive: [body] })
}

fn buttons_of<'a>(
    buttons: &'a [crate::message::ReplyButton],
    faults: &mut Vec<Fault>,
) -> Action<'a> {
    check_count(faults, "content.action.buttons", buttons.len(), BUTTONS);
    let reply = |(index, button): (usize, &'a crate::message::ReplyButton)| {
        let field = |name: &str| format!("content.action.buttons[{index}].{name}");
        check_length(faults, field("id"), &button.id, BUTTON_ID);
        check_length(faults, field("title"), &button.title, BUTTON);
        ReplyButton::Reply { reply: Reply { id: &button.id, title: &button.title } }
    };
    Action::Buttons { buttons: buttons.iter().enumerate().map(reply).collect() }
}

fn sections_of<'a>(sections: &'a [ListSection], faults: &mut Vec<Fault>) -> Vec<Section<'a>> {
    let count = sections.iter().map(|section| section.rows.len()).sum();
    check_count(faults, "content.action.sections", count, ROWS);
    let several = sections.len() > 1;
    let section = |(index, section): (usize, &'a ListSection)| {
        let field = |name: &str| format!("content.action.sections[{index}].{name}");
        let title = section.title.as_deref().unwrap_or_default();
        check_length(faults, field("title"), title, TITLE);
        if several && title.is_empty() {
            let remedy = "write one for each, or put all rows into one section";
            faults.push(Fault::new(field("title"), "is empty beside other sections", remedy));
        }
        let rows = section.rows.iter().enumerate().map(|(row, entry)| {
            let field = |name: &str| field(&format!("rows[{row}].{name}"));
            check_length(faults, field("id"), &entry.id, ROW_ID);
            check_length(faults, field("title"), &entry.title, TITLE);
            let description = entry.description.as_deref();
            let text = description.unwrap_or_default();
            check_length(faults, field("description"), text, DESCRIPTION);
            Row { id: &entry.id, title: &entry.title, description }
        });
        Section { title: section.title.as_deref(), rows: rows.collect() }
    };
    sections.iter().enumerate().map(section).collect()
}
