//! Many messages in few requests: what the providers' bulk forms share.

use std::{
    borrow::Cow,
    collections::{HashMap, hash_map::Entry},
    hash::Hash,
};

use futures_util::stream::{self, StreamExt as _};

use super::Receipt;
use crate::{
    error::{Error, ErrorKind, Fate, Result},
    time::Timestamp,
};

/// A message's place in the batch, and what became of it.
pub(crate) type Outcome = (usize, Result<Receipt>);

/// Groups messages by what a request says once for all of them, both in the order first seen. Each
/// comes with its place in the batch.
pub(crate) fn group<K: Eq + Hash, V>(
    messages: impl IntoIterator<Item = (usize, K, V)>,
) -> Vec<(K, Vec<(usize, V)>)> {
    let mut places: HashMap<K, usize> = HashMap::new();
    let mut members: Vec<Vec<(usize, V)>> = Vec::new();
    for (index, key, value) in messages {
        let place = match places.entry(key) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                members.push(Vec::new());
                *entry.insert(members.len() - 1)
            }
        };
        if let Some(group) = members.get_mut(place) {
            group.push((index, value));
        }
    }
    let mut keys: Vec<_> = places.into_iter().collect();
    keys.sort_unstable_by_key(|(_, place)| *place);
    keys.into_iter().map(|(key, _)| key).zip(members).collect()
}

/// Cuts a group into requests of at most `most` messages and `budget` by `size`; one that is over
/// the budget alone has a request of its own.
pub(crate) fn split<V>(
    members: Vec<(usize, V)>,
    most: usize,
    budget: usize,
    size: impl Fn(&V) -> usize,
) -> Vec<Vec<(usize, V)>> {
    let mut parts = Vec::new();
    let mut part: Vec<(usize, V)> = Vec::new();
    let mut used = 0_usize;
    for (index, value) in members {
        let own = size(&value);
        if !part.is_empty() && (part.len() >= most.max(1) || used.saturating_add(own) > budget) {
            parts.push(std::mem::take(&mut part));
            used = 0;
        }
        used = used.saturating_add(own);
        part.push((index, value));
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

/// Of the texts that stand at the same places in each message, which are not the same in all.
pub(crate) fn differing<'t>(mut messages: impl Iterator<Item = &'t [Cow<'t, str>]>) -> Vec<bool> {
    let first = messages.next().unwrap_or_default();
    let mut differ = vec![false; first.len()];
    for other in messages {
        for ((place, text), differs) in first.iter().enumerate().zip(&mut differ) {
            *differs = *differs || other.get(place) != Some(text);
        }
    }
    differ
}

/// How long the answer to a request for all of them is waited for: until the last deadline, since
/// nobody's answer may be cut off for another's.
pub(crate) fn deadline(
    deadlines: impl IntoIterator<Item = Option<Timestamp>>,
) -> Option<Timestamp> {
    let all: Option<Vec<_>> = deadlines.into_iter().collect();
    all?.into_iter().max()
}

/// Refuses a message whose caller waits no more: with others it would go out all the same, and its
/// caller may have sent it elsewhere.
pub(crate) fn in_time(deadline: Option<Timestamp>, now: Timestamp) -> Result<()> {
    if deadline.is_none_or(|deadline| deadline > now) {
        return Ok(());
    }
    let error = Error::new(ErrorKind::Timeout, "no answer within the deadline");
    Err(error.with_fate(Fate::NotSent))
}

/// Runs the requests, at most `in_flight` at a time, and gives one result each, in the order of the
/// batch: `settled` are those that never became a request.
pub(crate) async fn run<F: Future<Output = Vec<Outcome>> + Send>(
    provider: &'static str,
    count: usize,
    settled: Vec<Outcome>,
    requests: Vec<F>,
    in_flight: usize,
) -> Vec<Result<Receipt>> {
    let mut results: Vec<Option<Result<Receipt>>> = Vec::new();
    results.resize_with(count, || None);
    let mut settle = |outcomes: Vec<Outcome>| {
        for (index, result) in outcomes {
            if let Some(slot) = results.get_mut(index) {
                *slot = Some(result);
            }
        }
    };
    settle(settled);
    let mut answers = stream::iter(requests).buffer_unordered(in_flight.max(1));
    while let Some(outcomes) = answers.next().await {
        settle(outcomes);
    }
    drop(answers);
    // A request without an answer for a message leaves it open whether that is out.
    let missing = || {
        let error = Error::new(ErrorKind::Response, "the answer says nothing of this message");
        Err(error.with_provider(provider))
    };
    results.into_iter().map(|result| result.unwrap_or_else(missing)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_their_members_keep_their_order() {
        let groups = group([(0, "a", 1), (1, "b", 2), (2, "a", 3), (4, "b", 4)]);
        assert_eq!(groups, [("a", vec![(0, 1), (2, 3)]), ("b", vec![(1, 2), (4, 4)])]);
    }

    #[test]
    fn parts_keep_to_count_and_budget() {
        let members = || (0..5).map(|n| (n, n)).collect::<Vec<_>>();
        let sizes = |parts: Vec<Vec<(usize, usize)>>| -> Vec<usize> {
            parts.iter().map(Vec::len).collect()
        };
        assert_eq!(sizes(split(members(), 2, 100, |_| 1)), [2, 2, 1]);
        assert_eq!(sizes(split(members(), 9, 4, |n| *n)), [3, 1, 1]);
        assert_eq!(sizes(split(members(), 9, 0, |_| 1)), [1; 5]);
        assert!(split(Vec::<(usize, ())>::new(), 9, 0, |()| 1).is_empty());
    }

    #[test]
    fn texts_differ_where_one_message_says_something_else_or_nothing() {
        let messages = |rows: [&[&'static str]; 3]| -> Vec<Vec<Cow<'static, str>>> {
            rows.iter().map(|row| row.iter().map(|text| (*text).into()).collect()).collect()
        };
        let which = |rows: Vec<Vec<Cow<'_, str>>>| differing(rows.iter().map(Vec::as_slice));
        assert_eq!(which(messages([&["a", "b"], &["a", "b"], &["a", "c"]])), [false, true]);
        assert_eq!(which(messages([&["a", "b"], &["a"], &["a", "b"]])), [false, true]);
        assert!(which(Vec::new()).is_empty());
    }

    #[test]
    fn the_last_deadline_holds_for_all_and_none_for_whom_it_has_passed() {
        let at = |second| Timestamp::from_second(second).ok();
        assert_eq!(deadline([at(1), at(3), at(2)]), at(3));
        assert_eq!(deadline([at(1), None]), None);
        assert_eq!(deadline([]), None);
        let now = at(2).unwrap();
        assert!(in_time(None, now).is_ok() && in_time(at(3), now).is_ok());
        for passed in [at(1), at(2)] {
            let error = in_time(passed, now).unwrap_err();
            assert_eq!((error.kind(), error.fate()), (ErrorKind::Timeout, Fate::NotSent));
        }
    }

    #[tokio::test]
    async fn a_message_without_an_answer_may_be_out() {
        let refused = Error::new(ErrorKind::Unsupported, "no");
        let silent = async { Vec::new() };
        let results = run("example.sms", 2, vec![(1, Err(refused))], vec![silent], 4).await;
        let kinds: Vec<_> =
            results.iter().map(|result| result.as_ref().unwrap_err().kind()).collect();
        assert_eq!(kinds, [ErrorKind::Response, ErrorKind::Unsupported]);
    }
}
