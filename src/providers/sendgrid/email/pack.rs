//! Texts that differ, in one request.
//!
//! Texts of one template begin and end alike. What they have in common is the request's content,
//! with a tag where they differ, and the difference is each mail's substitution for the tag.
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

/// The tag of each type of content that can have one.
const TAGS: [(&str, &str); 2] =
    [("text/plain", "-dakiya-body-text-"), ("text/html", "-dakiya-body-html-")];

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
    let tagged = content.iter().all(|part| tag(part.kind).is_some());
    let held = |text: &str| text.contains(STEM);
    plain
        && tagged
        && !content.is_empty()
        && !content.iter().any(|part| held(&part.value))
        && !held(own.subject)
        && !reply.into_iter().any(|address| address.any(held))
        && !own.headers.values().chain(own.custom_args.values()).any(|value| held(value))
}

/// Puts mails of one template together: those of the same content, and those whose difference is
/// within the limit.
pub(super) fn pack<'a>(
    mails: Vec<(usize, (Personalization<'a>, Vec<Content<'a>>))>,
) -> Vec<Texts<'a>> {
    let mails = mails.into_iter().map(|(index, (personal, content))| (index, content, personal));
    let texts = bulk::group(mails);
    if texts.len() < 2 {
        return texts;
    }
    let frame = Frame::of(texts.iter().map(|(content, _)| content.as_slice()));
    let (mut packed, mut single) = (Vec::new(), Vec::new());
    for (content, mails) in texts {
        match frame.difference(&content).filter(|own| size(own) <= MOST_BYTES) {
            Some(own) => packed.push((own, content, mails)),
            None => single.push((content, mails)),
        }
    }
    if packed.len() < 2 {
        single.extend(packed.into_iter().map(|(_, content, mails)| (content, mails)));
        return single;
    }
    let mut together = Vec::new();
    for (own, _, mails) in packed {
        together.extend(mails.into_iter().map(|(index, mut personal)| {
            personal.substitutions.clone_from(&own);
            (index, personal)
        }));
    }
    together.sort_unstable_by_key(|(index, _)| *index);
    single.push((frame.content(), together));
    single
}

/// What texts have in common: for each part its type, how it begins and how it ends; and whether
/// there is anything between.
struct Frame {
    parts: Vec<Part>,
}

struct Part {
    kind: &'static str,
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
        let part = |part: &Part| {
            let tag = tag(part.kind).filter(|_| part.differs).unwrap_or_default();
            Content { kind: part.kind, value: [&part.begin, tag, &part.end].concat().into() }
        };
        self.parts.iter().map(part).collect()
    }

    /// What stands for the tags in a mail of `content`.
    fn difference(&self, content: &[Content<'_>]) -> Option<BTreeMap<String, String>> {
        let mut own = BTreeMap::new();
        for (part, text) in self.parts.iter().zip(content).filter(|(part, _)| part.differs) {
            let middle = text.value.strip_prefix(&*part.begin)?.strip_suffix(&*part.end)?;
            own.insert(tag(part.kind)?.to_owned(), middle.to_owned());
        }
        Some(own)
    }
}

impl Part {
    fn of(kind: &'static str, text: &str, others: &[&str]) -> Self {
        let mut begin = text;
        for other in others {
            let chars = begin.chars().zip(other.chars()).take_while(|(a, b)| a == b);
            let length = chars.map(|(c, _)| c.len_utf8()).sum();
            begin = begin.get(..length).unwrap_or_default();
        }
        // What a text begins with cannot be its end too.
        let after = |text: &'_ str| text.len().saturating_sub(begin.len());
        let mut end = text.get(begin.len()..).unwrap_or_default();
        for other in others {
            let chars = end.chars().rev().zip(other.chars().rev()).take_while(|(a, b)| a == b);
            let length: usize = chars.map(|(c, _)| c.len_utf8()).sum();
            let cut = end.len().saturating_sub(length.min(after(other)));
            // Where `begin` cuts a match short, the next whole character begins the end.
            end = (cut..=end.len()).find_map(|cut| end.get(cut..)).unwrap_or_default();
        }
        let differs = others.iter().any(|other| *other != text);
        let (begin, end) = if differs { (begin, end) } else { (text, "") };
        Self { kind, begin: begin.to_owned(), end: end.to_owned(), differs }
    }
}

fn tag(kind: &str) -> Option<&'static str> {
    TAGS.iter().find(|(own, _)| *own == kind).map(|(_, tag)| *tag)
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
            values in prop::collection::vec("[ab\u{e9}-]{0,9}", 2..5),
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
        let tag = "-dakiya-body-html-";
        assert_eq!(frame.content()[0].value, format!("Dear As{tag}5."));
        assert_eq!(frame.difference(&texts[0]).unwrap()[tag], "ha, pay ");
    }
}
