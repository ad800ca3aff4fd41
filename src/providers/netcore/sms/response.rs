//! What the platform answers: XML that is not always well-formed, or JSON with the same facts.
//!
//! No DTD is read or fetched, and no entity is known beyond the five of XML itself.

use quick_xml::{
    Reader,
    escape::resolve_predefined_entity,
    events::{BytesStart, Event},
};
use serde_json::Value;

use crate::http::answer::text;

/// An answer: either the whole request was refused, or each message has its own result.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Answer {
    pub(super) request_id: Option<String>,
    pub(super) refusal: Option<Refusal>,
    pub(super) messages: Vec<Mid>,
}

/// The result of one message. With a refusal it failed, even if it has a transaction id.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Mid {
    /// The index that it was sent with, from 1.
    pub(super) id: Option<String>,
    pub(super) transaction: Option<String>,
    pub(super) refusal: Option<Refusal>,
}

/// A code and what the platform says of it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Refusal {
    pub(super) code: Option<String>,
    pub(super) description: String,
}

impl Answer {
    /// Reads `body`, `None` when it is no answer of this platform. Of an answer that ends early,
    /// what is complete.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let answer = match text.as_bytes().first()? {
            b'{' | b'[' => json(&serde_json::from_str(text).ok()?),
            b'<' => Xml::default().read(text)?,
            _ => return None,
        };
        let says_something =
            answer.request_id.is_some() || answer.refusal.is_some() || !answer.messages.is_empty();
        says_something.then_some(answer)
    }
}

/// Where an error belongs that is read next.
#[derive(Clone, Copy, Default, PartialEq)]
enum Place {
    #[default]
    Request,
    Message,
}

#[derive(Default)]
struct Xml {
    answer: Answer,
    place: Place,
    /// `CODE` or `DESC`, and its text so far.
    field: Option<(Field, String)>,
}

#[derive(Clone, Copy)]
enum Field {
    Code,
    Description,
}

impl Xml {
    fn read(mut self, text: &str) -> Option<Answer> {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        let (mut rooted, mut closed) = (false, false);
        // A syntax error ends it like a cut: what stands before it is kept.
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(tag) | Event::Empty(tag) if !rooted => {
                    if !is(tag.name().as_ref(), "RESULT") {
                        return None;
                    }
                    rooted = true;
                    self.answer.request_id = attribute(&tag, "REQID");
                }
                Event::Start(tag) => self.open(&tag),
                Event::Empty(tag) => {
                    self.open(&tag);
                    self.close(tag.name().as_ref());
                }
                Event::End(tag) => {
                    closed |= is(tag.name().as_ref(), "RESULT");
                    self.close(tag.name().as_ref());
                }
                Event::Text(text) => self.text(&text.decode().unwrap_or_default()),
                Event::CData(text) => self.text(&text.decode().unwrap_or_default()),
                Event::GeneralRef(name) => {
                    if let Ok(Some(c)) = name.resolve_char_ref() {
                        self.text(c.encode_utf8(&mut [0; 4]));
                    } else {
                        let name = name.decode().unwrap_or_default();
                        self.text(resolve_predefined_entity(&name).unwrap_or_default());
                    }
                }
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
        // A message that was still open when the answer broke off may have had an error to come.
        if !closed
            && self.place == Place::Message
            && self.answer.messages.last().is_some_and(|last| last.refusal.is_none())
        {
            self.answer.messages.pop();
        }
        rooted.then_some(self.answer)
    }

    fn open(&mut self, tag: &BytesStart<'_>) {
        self.settle();
        let name = tag.name();
        let name = name.as_ref();
        if is(name, "MID") {
            self.place = Place::Message;
            let (id, transaction) = (attribute(tag, "ID"), attribute(tag, "TID"));
            self.answer.messages.push(Mid { id, transaction, refusal: None });
        } else if is(name, "REQUEST-ERROR") {
            self.place = Place::Request;
            self.refusal();
        } else if is(name, "ERROR") {
            self.refusal();
        } else if is(name, "CODE") {
            self.field = Some((Field::Code, String::new()));
        } else if is(name, "DESC") || is(name, "DESCRIPTION") {
            self.field = Some((Field::Description, String::new()));
        }
    }

    fn close(&mut self, name: &[u8]) {
        self.settle();
        if is(name, "MID") {
            self.place = Place::Request;
        }
    }

    fn text(&mut self, text: &str) {
        if let Some((_, field)) = &mut self.field {
            field.push_str(text);
        }
    }

    /// Takes the field that a tag, its own end or another, has ended.
    fn settle(&mut self) {
        let Some((field, text)) = self.field.take() else { return };
        let text = text.trim();
        let Some(refusal) = self.refusal() else { return };
        match field {
            Field::Code if refusal.code.is_none() => refusal.code = some(text),
            Field::Description if refusal.description.is_empty() => {
                refusal.description = text.into();
            }
            Field::Code | Field::Description => {}
        }
    }

    /// The refusal at the place where the reader is, made when there is none yet.
    fn refusal(&mut self) -> Option<&mut Refusal> {
        let slot = match self.place {
            Place::Message => &mut self.answer.messages.last_mut()?.refusal,
            Place::Request => &mut self.answer.refusal,
        };
        Some(slot.get_or_insert_with(Refusal::default))
    }
}

fn is(name: &[u8], wanted: &str) -> bool {
    name.eq_ignore_ascii_case(wanted.as_bytes())
}

fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && !text.eq_ignore_ascii_case("null")).then(|| text.to_owned())
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().with_checks(false).flatten().find(|a| is(a.key.as_ref(), name))?;
    some(&found.unescape_value().ok()?)
}

/// The JSON answer is not documented: the same names are looked for, in any case, at the top or
/// under `RESULT`.
fn json(value: &Value) -> Answer {
    let top = member(value, &["result"]).filter(|inner| !inner.is_string()).unwrap_or(value);
    let mut answer = Answer {
        request_id: scalar(value, &["reqid"]).or_else(|| scalar(top, &["reqid"])),
        ..Answer::default()
    };
    let messages = member(top, &["mid", "messages"]).unwrap_or(top);
    if let Value::Array(items) = messages {
        answer.messages.extend(items.iter().map(mid));
    } else if messages.is_object()
        && (scalar(messages, &["tid"]).is_some() || !std::ptr::eq(messages, top))
    {
        answer.messages.push(mid(messages));
    }
    if answer.messages.is_empty() {
        answer.refusal = json_refusal(value, 0).or_else(|| json_refusal(top, 0));
    }
    answer
}

fn mid(value: &Value) -> Mid {
    Mid {
        id: scalar(value, &["id", "index"]),
        transaction: scalar(value, &["tid"]),
        refusal: json_refusal(value, 0),
    }
}

fn json_refusal(value: &Value, depth: u8) -> Option<Refusal> {
    if depth < 4 {
        let inner = member(value, &["request-error", "error"]).filter(|inner| !inner.is_null());
        let inner = match inner {
            Some(Value::Array(items)) => items.first(),
            other => other,
        };
        match inner {
            Some(Value::String(text)) if !text.is_empty() => {
                let code = scalar(value, &["code"]);
                return Some(Refusal { code, description: text.clone() });
            }
            Some(inner @ Value::Object(_)) => {
                return Some(json_refusal(inner, depth + 1).unwrap_or_default());
            }
            _ => {}
        }
    }
    // A code beside a transaction id may be the code of success, and so may one of these.
    let code = scalar(value, &["code"])?;
    if matches!(&*code, "0" | "000" | "200") {
        return None;
    }
    let description = scalar(value, &["desc", "description", "message"]).unwrap_or_default();
    (scalar(value, &["tid"]).is_none()).then_some(Refusal { code: Some(code), description })
}

fn member<'a>(value: &'a Value, names: &[&str]) -> Option<&'a Value> {
    let object = value.as_object()?;
    names.iter().find_map(|name| {
        object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    })
}

fn scalar(value: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| some(&text(member(value, &[name])?)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn entities_of_xml_alone_are_known() {
        let body = "<RESULT REQID='1'><REQUEST-ERROR><CODE>1</CODE>\
                    <DESC>a &lt; b &amp; &#99; &own; &dangling</DESC></REQUEST-ERROR></RESULT>";
        let refusal = Answer::read(body.as_bytes()).unwrap().refusal.unwrap();
        assert_eq!(refusal.description, "a < b & c  &dangling");
    }

    #[test]
    fn a_json_answer_with_no_messages_keeps_its_refusal() {
        for body in [
            r#"{"REQID": 1, "MID": null, "ERROR": {"CODE": 104, "DESC": "x"}}"#,
            r#"{"result": {"reqid": "1", "error": [{"error": {"code": "104"}}]}}"#,
            r#"{"reqid": "1", "code": "104", "message": "x"}"#,
        ] {
            let answer = Answer::read(body.as_bytes()).unwrap();
            assert_eq!(answer.refusal.unwrap().code.as_deref(), Some("104"), "{body}");
            assert_eq!(answer.messages, []);
        }
    }

    #[test]
    fn an_answer_that_breaks_off_keeps_what_is_complete() {
        let body = b"<RESULT REQID='1'><MID ID='1' TID='2'></MID><MID ID='2' TID='3'>";
        let ids: Vec<_> = Answer::read(body).unwrap().messages.into_iter().map(|m| m.id).collect();
        assert_eq!(ids, [Some("1".to_owned())]);
    }

    proptest! {
        #[test]
        fn reading_never_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(Answer::read(&body));
        }

        #[test]
        fn reading_pieces_of_answers_never_panics(
            pieces in proptest::collection::vec(prop::sample::select(vec![
                "<RESULT REQID ='1'>", "</RESULT>", "<MID ID='1' TID = '2'>", "<MID/>", "</MID>",
                "<ERROR>", "</ERROR>", "<CODE>", "120", "</CODE>", "<DESC>", "&x;", "&#0;", "&", "<",
                "<REQUEST-ERROR>", "<!DOCTYPE a [<!ENTITY x 'y'>]>", "<![CDATA[", "]]>", "'", "{",
                "[", "\"MID\":", "\"ERROR\":", "{\"CODE\":1}", "}", "]", ",",
            ]), 0..24),
        ) {
            drop(Answer::read(pieces.concat().as_bytes()));
        }
    }
}
