//! Texts that differ, in one request.
//!
//! Texts of one template, or the lines of them, begin and end alike. What they have in common is the
//! request's content, with a tag where they differ, and the differences are each mail's
//! substitutions for the tags.
//!
//! SendGrid replaces tags wherever they stand: in subject, reply address and custom arguments too.
//! So a mail that holds a tag's stem anywhere goes out in a request of its own, and no tag can be
//! found but where it was put: neither twice nor across an edge, since the whole text lacks the
//! stem.
//!
//! Source: [Substitution tags](https://www.twilio.com/docs/sendgrid/for-developers/sending-email/substitution-tags).

use std::collections::BTreeMap;

use super::{
    body::{Content, Personalization, Shared, size},
    check::MOST_BYTES,
};
use crate::channel::bulk;

/// What every tag holds, and no mail that is packed.
const STEM: &str = "dakiya-body-";

/// What tells the tags of one type of content from those of another.
const WORDS: [(&str, &str); 2] = [("text/plain", "text"), ("text/html", "html")];

/// Mails of one content, with their places in the batch.
type Texts<'a> = (Vec<Content<'a>>, Vec<(usize, Personalization<'a>)>);

/// Whether a mail may be packed.
pub(super) fn may(shared: &Shared<'_>, content: &[Content<'_>], own: &Personalization<'_>) -> bool {
    // A dynamic template excludes substitutions, and what other tags and ours do to each other is
    // not documented.
    let plain = shared.template_id.is_none()
        && shared.sections.is_empty()
        && own.substitutions.is_empty()
        && !shared.tracking_settings.replaces_tags();
    let reply = shared.reply_to.iter().chain(&shared.reply_to_list);
    let tagged = content.iter().all(|part| word(part.kind).is_some());
    let held = |text: &str| text.contains(STEM);
    plain
        && tagged
        && !content.is_empty()
        && !content.iter().any(|part| held(&part.value))
        && !held(own.subject)
        && !reply.into_iter().any(|address| address.any(held))
        && !shared.from.iter().chain(&own.to).chain(&own.cc).any(|address| address.any(held))
        && !shared.categories.iter().any(|category| held(category))
        && !own.headers.values().chain(own.custom_args.values()).any(|value| held(value))
}

/// Puts mails of one template together: those of the same content, and those whose difference is
/// within the limit.
pub(super) fn pack<'a>(
    mails: Vec<(usize, (Personalization<'a>, Vec<Content<'a>>))>,
) -> Vec<Texts<'a>> {
    let mails = mails.into_iter().map(|(index, (personal, content))| (index, content, personal));
    let (packed, left) = together(bulk::group(mails));
    let mut done = Vec::from_iter(packed);
    // One text of another shape takes from all what they have in common line by line.
    let shape = |content: &[Content<'_>]| -> Vec<usize> {
        content.iter().map(|part| part.value.split_inclusive('\n').count()).collect()
    };
    let left = left.into_iter().map(|texts| (0, shape(&texts.0), texts));
    for (_, texts) in bulk::group(left) {
        let (packed, single) = together(texts.into_iter().map(|(_, texts)| texts).collect());
        done.extend(packed.into_iter().chain(single));
    }
    done
}

/// The texts whose difference is within the limit, as one, and the others.
fn together(texts: Vec<Texts<'_>>) -> (Option<Texts<'_>>, Vec<Texts<'_>>) {
    if texts.len() < 2 {
        return (None, texts);
    }
    let frame = Frame::of(texts.iter().map(|(content, _)| content.as_slice()));
    let (mut packed, mut single) = (Vec::new(), Vec::new());
    for (content, mails) in texts {
        match frame.difference(&content).filter(fits) {
            Some(own) => packed.push((own, content, mails)),
            None => single.push((content, mails)),
        }
    }
    if packed.len() < 2 {
        single.extend(packed.into_iter().map(|(_, content, mails)| (content, mails)));
        return (None, single);
    }
    let mut together = Vec::new();
    for (own, _, mails) in packed {
        together.extend(mails.into_iter().map(|(index, mut personal)| {
            personal.substitutions.clone_from(&own);
            (index, personal)
        }));
    }
    together.sort_unstable_by_key(|(index, _)| *index);
    (Some((frame.content(), together)), single)
}

/// Whether SendGrid takes the substitutions. Whether it replaces a link of its own, such as
/// `<%asm_group_unsubscribe_url%>`, in one is not documented.
fn fits(own: &BTreeMap<String, String>) -> bool {
    size(own) <= MOST_BYTES && !own.values().any(|value| value.contains("<%"))
}

/// What texts have in common.
struct Frame {
    parts: Vec<Part>,
}

/// What a part of each text has in common: line by line where all have as many lines, so that
/// what differs at the top and at the bottom leaves alone what lies between.
///
/// Whole parts would be less work, and 8 KB of HTML with its text are just within SendGrid's 10,000
/// bytes: 8.7 to 8.9 KB as JSON, at the density of `examples/templates/order_confirmed`. But a
/// designed mail has 20 KB and more, from a preheader at its top to a link to unsubscribe at its
/// bottom, of which the lines alone fit. That example's whole parts are 2.8 to 3.4 KB, its lines
/// 0.4 KB, so a request for a thousand is a seventh as long too.
struct Part {
    kind: &'static str,
    by_line: bool,
    pieces: Vec<Piece>,
}

/// How a line begins and ends, and whether there is anything between that differs.
struct Piece {
    begin: String,
    end: String,
    differs: bool,
}

impl Frame {
    fn of<'c>(mut texts: impl Iterator<Item = &'c [Content<'c>]>) -> Self {
        let first = texts.next().unwrap_or_default();
        let rest: Vec<_> = texts.collect();
        let parts = first.iter().enumerate().map(|(place, part)| {
            let others = rest.iter().filter_map(|text| text.get(place));
            let others: Vec<&str> = others.map(|other| &*other.value).collect();
            Part::of(part.kind, &part.value, &others)
        });
        Self { parts: parts.collect() }
    }

    /// The request's content.
    fn content<'a>(&self) -> Vec<Content<'a>> {
        self.parts.iter().map(Part::content).collect()
    }

    /// What stands for the tags in a mail of `content`.
    fn difference(&self, content: &[Content<'_>]) -> Option<BTreeMap<String, String>> {
        let mut own = BTreeMap::new();
        for (part, text) in self.parts.iter().zip(content) {
            let lines = lines(&text.value, part.by_line);
            for (place, (piece, line)) in part.pieces.iter().zip(lines).enumerate() {
                if piece.differs {
                    let middle = line.strip_prefix(&*piece.begin)?.strip_suffix(&*piece.end)?;
                    own.insert(tag(part.kind, place), middle.to_owned());
                }
            }
        }
        Some(own)
    }
}

impl Part {
    fn of(kind: &'static str, text: &str, others: &[&str]) -> Self {
        let count = text.split_inclusive('\n').count();
        let by_line = others.iter().all(|other| other.split_inclusive('\n').count() == count);
        let others: Vec<_> = others.iter().map(|other| lines(other, by_line)).collect();
        let pieces = lines(text, by_line).into_iter().enumerate().map(|(place, line)| {
            let others: Vec<_> =
                others.iter().filter_map(|other| other.get(place)).copied().collect();
            Piece::of(line, &others)
        });
        Self { kind, by_line, pieces: pieces.collect() }
    }

    fn content<'a>(&self) -> Content<'a> {
        let mut value = String::new();
        for (place, piece) in self.pieces.iter().enumerate() {
            value.push_str(&piece.begin);
            if piece.differs {
                value.push_str(&tag(self.kind, place));
            }
            value.push_str(&piece.end);
        }
        Content { kind: self.kind, value: value.into() }
    }
}

impl Piece {
    fn of(text: &str, others: &[&str]) -> Self {
        if others.iter().all(|other| *other == text) {
            return Self { begin: text.to_owned(), end: String::new(), differs: false };
        }
        let mut begin = text;
        for other in others {
            let chars = begin.chars().zip(other.chars()).take_while(|(a, b)| a == b);
            let length = chars.map(|(c, _)| c.len_utf8()).sum();
            begin = begin.get(..length).unwrap_or_default();
        }
        // What a text begins with cannot be its end too.
        let mut end = text.get(begin.len()..).unwrap_or_default();
        for other in others {
            let other = other.get(begin.len()..).unwrap_or_default();
            let chars = end.chars().rev().zip(other.chars().rev()).take_while(|(a, b)| a == b);
            let length: usize = chars.map(|(c, _)| c.len_utf8()).sum();
            end = end.get(end.len().saturating_sub(length)..).unwrap_or_default();
        }
        Self { begin: begin.to_owned(), end: end.to_owned(), differs: true }
    }
}

fn lines(text: &str, by_line: bool) -> Vec<&str> {
    if by_line { text.split_inclusive('\n').collect() } else { vec![text] }
}

fn word(kind: &str) -> Option<&'static str> {
    WORDS.iter().find(|(own, _)| *own == kind).map(|(_, word)| *word)
}

/// The tag of a line. None holds another, and none begins as another ends but for a dash.
fn tag(kind: &str, place: usize) -> String {
    format!("-{STEM}{}-{place}-", word(kind).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(values: &[String]) -> Vec<Vec<Content<'_>>> {
        let text = |value| vec![Content { kind: "text/html", value }];
        values.iter().map(|value| text(value.as_str().into())).collect()
    }

    fn joined(frame: &Frame, text: &[Content<'_>]) -> String {
        let own = frame.difference(text).unwrap();
        let mut value = frame.content()[0].value.clone().into_owned();
        for (tag, middle) in own {
            assert_eq!(value.matches(&*tag).count(), 1);
            value = value.replace(&tag, &middle);
        }
        value
    }

    proptest! {
        #[test]
        fn what_is_taken_apart_comes_together_again(
            values in prop::collection::vec("[ab\u{e9}\n-]{0,9}", 2..5),
        ) {
            let texts = texts(&values);
            let frame = Frame::of(texts.iter().map(Vec::as_slice));
            for (text, value) in texts.iter().zip(&values) {
                prop_assert_eq!(&joined(&frame, text), value);
            }
        }
    }

    #[test]
    fn the_difference_is_as_small_as_it_can_be() {
        let values = ["Dear Asha, pay 5.", "Dear Asoka, pay 15."].map(str::to_owned);
        let texts = texts(&values);
        let frame = Frame::of(texts.iter().map(Vec::as_slice));
        let tag = "-dakiya-body-html-0-";
        assert_eq!(frame.content()[0].value, format!("Dear As{tag}5."));
        assert_eq!(frame.difference(&texts[0]).unwrap()[tag], "ha, pay ");
    }
}
