//! What can be tapped, as the Cloud API writes it.

use serde_json::{Value, json};

use super::{
    Options,
    body::{media, media_type, put},
    limits::{
        BODY, BUTTON, BUTTON_ID, BUTTONS, DESCRIPTION, FLOW, Faults, HEADER, PRODUCTS, ROW_ID,
        ROWS, SECTIONS, TITLE,
    },
};
use crate::{
    error::Result,
    message::{
        FlowAction, Interactive, InteractiveAction as Action, InteractiveHeader, ListSection,
        MediaKind, ProductSection, ReplyButton,
    },
};

/// What may stand above the text.
#[derive(Clone, Copy, PartialEq)]
enum Above {
    Anything,
    Nothing,
    Text,
    TextAlways,
}

pub(super) fn write(
    message: &Interactive,
    options: &Options,
    faults: &mut Faults,
) -> Result<Value> {
    let (kind, above, action) = match &message.action {
        Action::Buttons { buttons } => ("button", Above::Anything, reply(buttons, faults)),
        Action::List { button, sections } => ("list", Above::Text, list(button, sections, faults)),
        Action::Url { text, url } => {
            faults.length("content.action.text", text, BUTTON);
            let parameters = json!({ "display_text": text, "url": url });
            let action = json!({ "name": "cta_url", "parameters": parameters });
            ("cta_url", Above::Anything, action)
        }
        Action::LocationRequest => {
            ("location_request_message", Above::Nothing, json!({ "name": "send_location" }))
        }
        Action::Flow(form) => ("flow", Above::Anything, flow(form, options, faults)),
        Action::Product { catalog_id, product } => {
            let action = json!({ "catalog_id": catalog_id, "product_retailer_id": product });
            ("product", Above::Nothing, action)
        }
        Action::Products { catalog_id, sections } => {
            let sections = products(sections, faults);
            let action = json!({ "catalog_id": catalog_id, "sections": sections });
            ("product_list", Above::TextAlways, action)
        }
        Action::Catalog { thumbnail } => {
            if message.body.trim().is_empty() {
                faults.add("content.body", "is empty", "write one");
            }
            let mut action = json!({ "name": "catalog_message" });
            let shown = thumbnail.as_ref();
            let shown = shown.map(|id| json!({ "thumbnail_product_retailer_id": id }));
            put(&mut action, "parameters", shown);
            ("catalog_message", Above::Nothing, action)
        }
    };
    let mut object = json!({ "type": kind, "action": action });
    put(&mut object, "header", header(message.header.as_ref(), above, faults));
    faults.length("content.body", &message.body, BODY);
    let body = (!message.body.is_empty()).then(|| json!({ "text": message.body }));
    put(&mut object, "body", body);
    if let Some(footer) = &message.footer {
        faults.length("content.footer", footer, HEADER);
        put(&mut object, "footer", Some(json!({ "text": footer })));
    }
    Ok(object)
}

fn header(header: Option<&InteractiveHeader>, above: Above, faults: &mut Faults) -> Option<Value> {
    const FIELD: &str = "content.header";
    let Some(header) = header else {
        if above == Above::TextAlways {
            faults.add(FIELD, "is missing", "write a line of text above the products");
        }
        return None;
    };
    if above == Above::Nothing {
        faults.add(FIELD, "has no place in this message", "leave it out");
    }
    match header {
        InteractiveHeader::Text(text) => {
            faults.length(FIELD, text, HEADER);
            if text.trim().is_empty() {
                faults.add(FIELD, "is empty", "write a line, or leave it out");
            }
            Some(json!({ "type": "text", "text": text }))
        }
        InteractiveHeader::Media(file) => {
            if matches!(above, Above::Text | Above::TextAlways) {
                faults.add(FIELD, "is a file, where text alone may stand", "write a line of text");
            }
            let shown =
                matches!(file.kind, MediaKind::Document | MediaKind::Image | MediaKind::Video);
            if !shown {
                faults.add(FIELD, "is no document, image or video", "take one of those");
            }
            if file.caption.is_some() {
                faults.add(FIELD, "has a caption", "write it into the text below");
            }
            let kind = media_type(file.kind);
            let mut object = json!({ "type": kind });
            put(&mut object, kind, Some(media(file, FIELD, faults)));
            Some(object)
        }
    }
}

fn reply(buttons: &[ReplyButton], faults: &mut Faults) -> Value {
    const FIELD: &str = "content.action.buttons";
    faults.count(FIELD, buttons.len(), BUTTONS);
    let mut titles: Vec<_> = buttons.iter().map(|button| &button.title).collect();
    titles.sort_unstable();
    titles.dedup();
    if titles.len() < buttons.len() {
        faults.add(FIELD, "has a title twice", "write each title once");
    }
    let button = |button: &ReplyButton| {
        faults.length("content.action.buttons.id", &button.id, BUTTON_ID);
        faults.length("content.action.buttons.title", &button.title, BUTTON);
        json!({ "type": "reply", "reply": { "id": button.id, "title": button.title } })
    };
    let buttons: Vec<_> = buttons.iter().map(button).collect();
    json!({ "buttons": buttons })
}

fn list(button: &str, sections: &[ListSection], faults: &mut Faults) -> Value {
    const FIELD: &str = "content.action.sections";
    faults.length("content.action.button", button, BUTTON);
    faults.count(FIELD, sections.len(), SECTIONS);
    let rows = sections.iter().map(|section| section.rows.len()).sum();
    faults.count("content.action.sections.rows", rows, ROWS);
    let written = sections.iter().map(|section| {
        let title = section.title.as_deref();
        check_title(title.unwrap_or_default(), sections.len(), faults);
        if section.rows.is_empty() {
            faults.add(FIELD, "has a section without rows", "add a row, or take it away");
        }
        let rows = section.rows.iter().map(|row| {
            faults.length("content.action.sections.rows.id", &row.id, ROW_ID);
            faults.length("content.action.sections.rows.title", &row.title, TITLE);
            let mut object = json!({ "id": row.id, "title": row.title });
            if let Some(text) = &row.description {
                faults.length("content.action.sections.rows.description", text, DESCRIPTION);
                put(&mut object, "description", Some(text.as_str()));
            }
            object
        });
        let mut object = json!({ "rows": rows.collect::<Vec<_>>() });
        put(&mut object, "title", title);
        object
    });
    let sections: Vec<_> = written.collect();
    json!({ "button": button, "sections": sections })
}

fn products(sections: &[ProductSection], faults: &mut Faults) -> Value {
    const FIELD: &str = "content.action.sections";
    faults.count(FIELD, sections.len(), SECTIONS);
    let count = sections.iter().map(|section| section.products.len()).sum();
    faults.count("content.action.sections.products", count, PRODUCTS);
    let written = sections.iter().map(|section| {
        check_title(&section.title, sections.len(), faults);
        if section.products.is_empty() {
            faults.add(FIELD, "has a section without products", "add one, or take it away");
        }
        let items = section.products.iter().map(|id| json!({ "product_retailer_id": id }));
        let mut object = json!({ "product_items": items.collect::<Vec<_>>() });
        put(&mut object, "title", (!section.title.is_empty()).then_some(section.title.as_str()));
        object
    });
    written.collect()
}

/// Needed where there are several sections.
fn check_title(title: &str, sections: usize, faults: &mut Faults) {
    const FIELD: &str = "content.action.sections.title";
    faults.length(FIELD, title, TITLE);
    if title.trim().is_empty() && sections > 1 {
        faults.add(FIELD, "is missing", "name each of several sections");
    }
}

/// Without a first screen the flow's own endpoint is asked for it.
fn flow(form: &FlowAction, options: &Options, faults: &mut Faults) -> Value {
    faults.length("content.action.button", &form.button, FLOW);
    let name = if options.flow_by_name { "flow_name" } else { "flow_id" };
    let mode = if form.draft { "draft" } else { "published" };
    let action = if form.screen.is_some() { "navigate" } else { "data_exchange" };
    let mut parameters = json!({
        "flow_message_version": "3",
        "flow_cta": form.button,
        "flow_token": form.token,
        "mode": mode,
        "flow_action": action,
    });
    put(&mut parameters, name, Some(form.flow_id.as_str()));
    let empty = form.data.as_object().is_some_and(serde_json::Map::is_empty);
    if !form.data.is_null() && (empty || !form.data.is_object()) {
        faults.add("content.action.data", "is no object, or an empty one", "write values, or none");
    }
    if let Some(screen) = &form.screen {
        let mut payload = json!({ "screen": screen });
        put(&mut payload, "data", (!form.data.is_null()).then(|| form.data.clone()));
        put(&mut parameters, "flow_action_payload", Some(payload));
    } else if !form.data.is_null() {
        faults.add("content.action.screen", "is missing", "name the screen that the data is for");
    }
    json!({ "name": "flow", "parameters": parameters })
}
