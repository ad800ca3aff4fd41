//! Values in answers, by JSON pointer or XML attribute.

use std::borrow::Cow;

use quick_xml::{Reader, events::Event};
use serde_json::Value;

use crate::http::answer::text;

/// An answer that can be read.
pub(super) enum Answer<'a> {
    Json(Value),
    Xml(&'a str),
}

impl<'a> Answer<'a> {
    /// Reads `body`, `None` where it is neither JSON nor XML.
    pub(super) fn read(body: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?.trim_start_matches('\u{feff}').trim();
        match text.as_bytes().first()? {
            b'{' | b'[' => serde_json::from_str(text).ok().map(Self::Json),
            b'<' => whole(text).then_some(Self::Xml(text)),
            _ => None,
        }
    }

    /// The value at a JSON pointer.
    pub(super) fn value(&self, pointer: &str) -> Option<&Value> {
        match self {
            Self::Json(body) => body.pointer(pointer),
            Self::Xml(_) => None,
        }
    }

    /// The first text or number that is at one of `pointers`.
    pub(super) fn first(&self, pointers: &[String]) -> Option<String> {
        pointers.iter().find_map(|pointer| self.text(pointer)).filter(|text| !text.is_empty())
    }

    fn text(&self, pointer: &str) -> Option<String> {
        match (self, pointer.strip_prefix('@')) {
            (Self::Xml(text), Some(name)) => attribute(text, name),
            (Self::Json(body), None) => Some(text(body.pointer(pointer)?)?.trim().to_owned()),
            (Self::Json(_) | Self::Xml(_), _) => None,
        }
    }
}

/// Whether it is XML to its end. A page of HTML is none.
fn whole(text: &str) -> bool {
    let mut reader = Reader::from_str(text);
    let (mut depth, mut elements) = (0_usize, 0_usize);
    loop {
        match reader.read_event() {
            Ok(Event::Start(_)) => {
                depth = depth.saturating_add(1);
                elements += 1;
            }
            Ok(Event::Empty(_)) => elements += 1,
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::DocType(_)) | Err(_) => return false,
            Ok(Event::Eof) => return depth == 0 && elements > 0,
            Ok(_) => {}
        }
    }
}

/// The first attribute `name` of any element, its case ignored.
fn attribute(text: &str, name: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) | Event::Empty(element) => {
                let mut attributes = element.attributes().flatten();
                let found = attributes
                    .find(|one| one.key.as_ref().eq_ignore_ascii_case(name.as_bytes()))
                    .and_then(|one| one.unescape_value().ok().map(Cow::into_owned));
                if found.is_some() {
                    return found;
                }
            }
            Event::Eof => return None,
            Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::DocType(_)
            | Event::End(_)
            | Event::GeneralRef(_)
            | Event::PI(_)
            | Event::Text(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn finds_values_in_both_forms() {
        let pointers = ["/data/id".to_owned(), "@REQID".into()];
        let find = |body: &str| Answer::read(body.as_bytes()).and_then(|one| one.first(&pointers));
        assert_eq!(find(r#"{"data":{"id":7}}"#).as_deref(), Some("7"));
        assert_eq!(find(r#"<R ReqId="a&amp;b"><X/></R>"#).as_deref(), Some("a&b"));
        assert_eq!(find(r#"{"data":{"id":""}}"#), None);
        assert_eq!(find(r#"<R REQID="1"><X></R>"#), None);
        assert_eq!(find("<!doctype html><html></html>"), None);
        assert_eq!(find("OK"), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(body in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Some(answer) = Answer::read(&body) {
                drop(answer.first(&["/a".into(), "@a".into()]));
            }
        }
    }
}
