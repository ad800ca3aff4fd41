//! Mails of one local template in one request although their texts differ: what differs is an
//! attribute as a whole, `[%DAKIYA_1%]`, and each recipient has its own.
//!
//! How Netcore treats what it puts in is not documented: see
//! [`whole_texts`](super::AccountBuilder::whole_texts). So nothing that it could replace goes this
//! way, and no placeholder stands beside other text.

use std::{borrow::Cow, iter};

use super::{
    Account,
    body::{Personalization, Shared},
    wire::{self, Prepared},
};
use crate::{
    channel::bulk,
    message::{Email, Envelope, TemplateStamp},
};

/// Begins the names of our attributes.
const OWN: &str = "DAKIYA_";

/// Begins a placeholder.
const MARK: &str = "[%";

/// More than an attribute adds to a request beside its value, and its placeholder once.
pub(super) const ATTRIBUTE: usize = 48;

/// Takes out of what the mail shares the texts that may differ, if it may go this way; the template
/// of which others can join it.
pub(super) fn take<'a>(
    account: &Account,
    envelope: &'a Envelope<Email>,
    mail: &mut Prepared<'a>,
) -> Option<(&'a TemplateStamp, Vec<Cow<'a, str>>)> {
    let stamp = envelope.template.as_ref().filter(|_| account.settings.whole_texts)?;
    let amp = &account.settings.content_types.amp;
    // What a template of theirs, or an empty value, does to a placeholder is not documented.
    let plain = mail.shared.template_id.is_none()
        && is_single(&mail.personal)
        && !mail.personal.attributes.keys().any(|name| is_ours(name))
        && !texts(&mut mail.shared, amp).any(|text| text.is_empty())
        && !holds_a_mark(envelope, mail);
    plain.then(|| (stamp, texts(&mut mail.shared, amp).map(std::mem::take).collect()))
}

/// What all mails of a request say, `taken` put back: each text that is the same for all, and a
/// placeholder for each other, which becomes an attribute.
pub(super) fn fill<'a>(
    account: &Account,
    shared: &Shared<'a>,
    taken: &mut [(Personalization<'a>, Vec<Cow<'a, str>>)],
) -> Shared<'a> {
    let mut filled = shared.clone();
    let differ = bulk::differing(taken.iter().map(|(_, texts)| texts.as_slice()));
    let amp = &account.settings.content_types.amp;
    for (place, (slot, differs)) in texts(&mut filled, amp).zip(differ).enumerate() {
        let name = format!("{OWN}{place}");
        let mut values = taken.iter_mut().filter_map(|(personal, texts)| {
            texts.get_mut(place).map(|text| (personal, std::mem::take(text)))
        });
        if differs {
            *slot = format!("{MARK}{name}%]").into();
            for (personal, text) in values {
                personal.attributes.insert(name.clone(), text.into_owned());
            }
        } else if let Some((_, text)) = values.next() {
            *slot = text;
        }
    }
    filled
}

/// The texts that may differ by mail. AMP documents are checked where they arrive, so theirs stay.
fn texts<'s, 'a>(
    shared: &'s mut Shared<'a>,
    amp: &'s str,
) -> impl Iterator<Item = &'s mut Cow<'a, str>> {
    let parts = shared.content.iter_mut().filter(move |part| part.kind != amp);
    iter::once(&mut shared.subject).chain(parts.map(|part| &mut part.value))
}

/// Attributes are of a recipient, and whether copies have them is not documented.
fn is_single(mail: &Personalization<'_>) -> bool {
    mail.to.len() == 1 && mail.cc.is_empty() && mail.bcc.is_empty()
}

fn is_ours(name: &str) -> bool {
    name.get(..OWN.len()).is_some_and(|start| start.eq_ignore_ascii_case(OWN))
}

/// Whether anything of the mail holds the begin of a placeholder. JSON writes it as it is, and never
/// by itself.
fn holds_a_mark(envelope: &Envelope<Email>, mail: &Prepared<'_>) -> bool {
    let holds = |json: serde_json::Result<String>| json.map_or(true, |text| text.contains(MARK));
    envelope.message.attachments.iter().any(|file| file.filename.contains(MARK))
        || holds(serde_json::to_string(&mail.shared))
        || holds(serde_json::to_string(&mail.personal))
}

/// How many bytes the texts add once, and which of them are of each mail instead.
pub(super) fn plan<'t>(
    mut texts: impl Iterator<Item = &'t [Cow<'t, str>]> + Clone,
) -> (usize, Vec<bool>) {
    let differ = bulk::differing(texts.clone());
    let first = texts.next().unwrap_or_default();
    let size = |(text, differs): (&Cow<'_, str>, &bool)| {
        if *differs { ATTRIBUTE } else { wire::size(text) }
    };
    (first.iter().zip(&differ).map(size).sum(), differ)
}

/// How many bytes those of `texts` that `differ` add for one mail.
pub(super) fn size(texts: &[Cow<'_, str>], differ: &[bool]) -> usize {
    let own = texts.iter().zip(differ).filter(|(_, differs)| **differs);
    own.map(|(text, _)| wire::size(text) + ATTRIBUTE).sum()
}
