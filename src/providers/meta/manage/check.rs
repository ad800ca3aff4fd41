//! What a template cannot be, found before the wire.
//!
//! Source: [Components](https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components).

use super::{Component, TemplateButton};
use crate::error::Fault;

/// Characters of a header, and of a footer.
const HEADER: usize = 60;
/// Characters of a body.
const BODY: usize = 1024;
/// Minutes that a code is valid.
const EXPIRATION: std::ops::RangeInclusive<u8> = 1..=90;
/// Buttons, and characters of a label.
const BUTTONS: usize = 10;
const LABEL: usize = 25;
/// Characters of a page, a number and a code.
const URL: usize = 2000;
const PHONE: usize = 20;
const COUPON: usize = 20;

/// Adds what is wrong with the parts of a template.
pub(super) fn components(components: &[Component], faults: &mut Vec<Fault>) {
    for (index, component) in components.iter().enumerate() {
        let field = format!("components[{index}]");
        match component {
            Component::Header { format, text, .. } => {
                header(&field, format, text.as_deref(), faults)
            }
            Component::Body { text: Some(text), .. } => body(&field, text, faults),
            Component::Footer { text, code_expiration_minutes } => {
                let text = text.as_deref().unwrap_or_default();
                length(&field, text, HEADER, faults);
                if !variables(text).is_empty() {
                    faults.push(Fault::new(&field, "has a variable", "write plain text"));
                }
                if code_expiration_minutes.is_some_and(|minutes| !EXPIRATION.contains(&minutes)) {
                    let problem = "has minutes outside 1 to 90";
                    faults.push(Fault::new(&field, problem, "write 1 to 90"));
                }
            }
            Component::Buttons { buttons: list } => buttons(&field, list, faults),
            Component::Carousel { cards } => {
                if cards.len() > 10 {
                    let problem = format!("has {} cards, the limit is 10", cards.len());
                    faults.push(Fault::new(&field, problem, "take some away"));
                }
                for card in cards {
                    self::components(&card.components, faults);
                }
            }
            Component::Body { text: None, .. }
            | Component::LimitedTimeOffer { .. }
            | Component::Other(_) => {}
        }
    }
}

fn length(field: &str, text: &str, most: usize, faults: &mut Vec<Fault>) {
    let count = text.chars().count();
    if count > most {
        let problem = format!("has {count} characters, the limit is {most}");
        faults.push(Fault::new(field, problem, "shorten it"));
    }
}

fn header(field: &str, format: &str, text: Option<&str>, faults: &mut Vec<Fault>) {
    if !["TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"].contains(&format) {
        let remedy = "write TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION";
        faults.push(Fault::new(field, "has no such format", remedy));
    }
    let text = text.unwrap_or_default();
    length(field, text, HEADER, faults);
    if variables(text).len() > 1 {
        faults.push(Fault::new(field, "has more than one variable", "leave one"));
    }
    if format == "TEXT" && text.trim().is_empty() {
        faults.push(Fault::new(field, "has no text", "write a line"));
    }
}

fn body(field: &str, text: &str, faults: &mut Vec<Fault>) {
    length(field, text, BODY, faults);
    if text.trim().is_empty() {
        faults.push(Fault::new(field, "is empty", "write the text"));
    }
    let trimmed = text.trim();
    if trimmed.starts_with("{{") || trimmed.ends_with("}}") {
        let remedy = "write words around it";
        faults.push(Fault::new(field, "has a variable at its start or end", remedy));
    }
    if text.replace(' ', "").contains("}}{{") {
        let remedy = "write words between them";
        faults.push(Fault::new(field, "has two variables side by side", remedy));
    }
    let mut places: Vec<u32> =
        variables(text).iter().filter_map(|name| name.parse().ok()).collect();
    places.sort_unstable();
    places.dedup();
    if !places.iter().copied().eq((1..).take(places.len())) {
        let remedy = "number them {{1}}, {{2}}, … in order";
        faults.push(Fault::new(field, "has variables with a gap", remedy));
    }
}

/// The names between double braces.
fn variables(text: &str) -> Vec<&str> {
    let opened = text.split("{{").skip(1);
    opened.filter_map(|rest| Some(rest.split_once("}}")?.0.trim())).collect()
}

fn buttons(field: &str, buttons: &[TemplateButton], faults: &mut Vec<Fault>) {
    use TemplateButton as B;
    let mut fault = |problem: String, remedy: &str| {
        faults.push(Fault::new(field, problem, remedy));
    };
    if buttons.len() > BUTTONS {
        let problem = format!("has {} buttons, the limit is {BUTTONS}", buttons.len());
        fault(problem, "take some away");
    }
    let count = |wanted: fn(&B) -> bool| buttons.iter().filter(|one| wanted(one)).count();
    for (what, seen, most) in [
        ("links", count(|one| matches!(one, B::Url { .. })), 2),
        ("phone numbers", count(|one| matches!(one, B::PhoneNumber { .. })), 1),
        ("codes to copy", count(|one| matches!(one, B::CopyCode { .. })), 1),
    ] {
        if seen > most {
            fault(format!("has {seen} {what}, the limit is {most}"), "take some away");
        }
    }
    let quick: Vec<_> = buttons.iter().map(|one| matches!(one, B::QuickReply { .. })).collect();
    if quick.chunk_by(|a, b| a == b).filter(|run| run.first() == Some(&true)).count() > 1 {
        fault("has quick replies between others".into(), "put them side by side");
    }
    for button in buttons {
        let texts = match button {
            B::Url { url, .. } => (url, URL),
            B::PhoneNumber { phone_number, .. } => (phone_number, PHONE),
            B::CopyCode { example } => (example, COUPON),
            B::Catalog { .. }
            | B::Flow { .. }
            | B::Mpm { .. }
            | B::Otp { .. }
            | B::QuickReply { .. }
            | B::Spm { .. }
            | B::VoiceCall { .. }
            | B::Other(_) => (&String::new(), 0),
        };
        length(field, texts.0, texts.1, faults);
        length(field, button.label().unwrap_or_default(), LABEL, faults);
        if let B::Url { url, .. } = button {
            let found = variables(url).len();
            if found > 1 || found == 1 && !url.ends_with("}}") {
                let remedy = "leave one, at the end";
                faults.push(Fault::new(field, "has a link with variables elsewhere", remedy));
            }
        }
    }
}
