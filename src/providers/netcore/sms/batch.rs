//! How a batch is cut into requests.

use std::{collections::HashMap, hash::Hash};

use super::wire::Fields;
use crate::channel::bulk;

/// From how many numbers on a text that a mixed batch repeats is worth a request of its own.
const WORTH: usize = 10;

/// What goes out in one request: each message with its place in the batch.
pub(super) enum Part<'a> {
    /// Texts that differ.
    Csv(Vec<(usize, Fields<'a>)>),
    /// One text to many numbers, each number once.
    SameText(Vec<(usize, Fields<'a>)>),
    /// One message.
    Single(usize, Fields<'a>),
}

impl Part<'_> {
    /// The places of its messages in the batch, in the order of the request.
    pub(super) fn indices(&self) -> impl Iterator<Item = usize> {
        let (one, many) = match self {
            Self::Single(index, _) => (Some(*index), &[][..]),
            Self::Csv(members) | Self::SameText(members) => (None, &members[..]),
        };
        one.into_iter().chain(many.iter().map(|(index, _)| *index))
    }
}

/// Cuts `messages` into parts of at most `same_text` numbers and `csv` rows.
pub(super) fn plan(
    messages: Vec<(usize, Fields<'_>)>,
    same_text: usize,
    csv: usize,
) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = Vec::new();
    let groups = group(messages, Fields::shared);
    let alone = groups.len() == 1;
    for members in groups {
        if alone || members.len() >= WORTH {
            for round in rounds(members) {
                cut(&mut parts, round, same_text, Part::SameText);
            }
        } else {
            rest.extend(members);
        }
    }
    // The order written is kept, as far as the requests allow.
    rest.sort_by_key(|(index, _)| *index);
    for members in group(rest, |fields| (fields.entity, fields.template.is_some())) {
        cut(&mut parts, members, csv, Part::Csv);
    }
    parts
}

/// The messages by `key`, groups in the order of their first.
fn group<'a, K: Hash + Eq>(
    messages: Vec<(usize, Fields<'a>)>,
    key: impl Fn(&Fields<'a>) -> K,
) -> Vec<Vec<(usize, Fields<'a>)>> {
    let keyed = messages.into_iter().map(|(index, fields)| (index, key(&fields), fields));
    bulk::group(keyed).into_iter().map(|(_, members)| members).collect()
}

/// The messages so that no number comes twice in one round: the platform drops what looks like a
/// duplicate.
fn rounds<'a>(members: Vec<(usize, Fields<'a>)>) -> Vec<Vec<(usize, Fields<'a>)>> {
    let mut seen: HashMap<&'a str, usize> = HashMap::new();
    let mut rounds: Vec<Vec<_>> = Vec::new();
    for member in members {
        let count = seen.entry(member.1.to).or_default();
        match rounds.get_mut(*count) {
            Some(round) => round.push(member),
            None => rounds.push(vec![member]),
        }
        *count += 1;
    }
    rounds
}

fn cut<'a>(
    parts: &mut Vec<Part<'a>>,
    members: Vec<(usize, Fields<'a>)>,
    limit: usize,
    part: impl Fn(Vec<(usize, Fields<'a>)>) -> Part<'a>,
) {
    for mut chunk in bulk::split(members, limit, usize::MAX, |_| 0) {
        match chunk.pop() {
            Some((index, fields)) if chunk.is_empty() => parts.push(Part::Single(index, fields)),
            Some(last) => {
                chunk.push(last);
                parts.push(part(chunk));
            }
            None => {}
        }
    }
}
