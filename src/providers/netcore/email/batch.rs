//! Many mails in few requests.

use std::collections::{HashMap, hash_map::Entry};

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use http::Request;

use super::{
    Account, LABEL,
    body::{File, Personalization, Shared},
    error,
    wire::{self, Prepared},
};
use crate::{
    channel::Receipt,
    error::{Error, ErrorKind, Fate, Result},
    message::{Email, Envelope},
    time::Timestamp,
};

type Outcome = Result<Receipt>;

/// Mails that can share a request, each with its place in the batch.
struct Group<'a> {
    deadline: Option<Timestamp>,
    shared: Shared<'a>,
    mails: Vec<(usize, Personalization<'a>, Vec<File<'a>>)>,
}

/// One result for each of `envelopes`, in their order.
///
/// Mails that were refused for a neighbour's fault go out once more without it.
pub(super) async fn send(account: &Account, envelopes: &[&Envelope<Email>]) -> Vec<Outcome> {
    let (mut outcomes, innocent) = send_once(account, envelopes).await;
    let again: Vec<_> =
        innocent.iter().filter_map(|&index| envelopes.get(index).copied()).collect();
    if !again.is_empty() {
        let (second, _) = send_once(account, &again).await;
        for (index, outcome) in innocent.into_iter().zip(second) {
            if let Some(slot) = outcomes.get_mut(index) {
                *slot = outcome;
            }
        }
    }
    outcomes
}

/// The results, and the places of the mails that were refused for what another one holds.
async fn send_once(
    account: &Account,
    envelopes: &[&Envelope<Email>],
) -> (Vec<Outcome>, Vec<usize>) {
    let mut innocent = Vec::new();
    let mut outcomes: Vec<Option<Outcome>> = Vec::new();
    outcomes.resize_with(envelopes.len(), || None);
    let (groups, refused) = group(account, envelopes);
    let mut settle = |index: usize, outcome: Outcome| {
        if let Some(slot) = outcomes.get_mut(index) {
            *slot = Some(outcome);
        }
    };
    for (index, error) in refused {
        settle(index, Err(error));
    }
    // Collected first: mapping inside the stream is not general enough for the compiler.
    let requests: Vec<_> = groups
        .into_iter()
        .flat_map(|group| split(account, group))
        .map(|part| exchange(account, part))
        .collect();
    let mut answers = stream::iter(requests).buffer_unordered(account.limits().in_flight.max(1));
    while let Some((places, answer)) = answers.next().await {
        let guilty = answer.as_ref().err().map(error::personalizations).unwrap_or_default();
        // A bad address that is not said to be whose must not be taken for everybody's.
        let nobody = |error: &Error| {
            guilty.is_empty() && places.len() > 1 && error.kind() == ErrorKind::InvalidRecipient
        };
        for (position, index) in places.iter().copied().enumerate() {
            let Some(envelope) = envelopes.get(index) else { continue };
            settle(
                index,
                match &answer {
                    Ok(id) => Ok(wire::receipt(account, envelope, id.clone())),
                    Err(error) if nobody(error) => Err(beside(error)),
                    Err(error) if guilty.is_empty() || guilty.contains(&position) => {
                        Err(error.clone())
                    }
                    Err(error) => {
                        // Only where the whole request was refused, and a place of it to blame.
                        let blamed = guilty.iter().any(|&place| place < places.len());
                        if error.fate() == Fate::NotSent && blamed {
                            innocent.push(index);
                        }
                        Err(beside(error))
                    }
                },
            );
        }
    }
    drop(answers);
    let missing = || Err(Error::new(ErrorKind::Response, "no result").with_provider(LABEL));
    (outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(missing)).collect(), innocent)
}

/// The error of a mail that was refused because of another one in its request.
fn beside(error: &Error) -> Error {
    let message = "refused with another message of the same request";
    let beside = Error::new(ErrorKind::Rejected, message).with_provider(LABEL);
    let beside = beside.with_fate(error.fate());
    error.status().into_iter().fold(beside, Error::with_status)
}

fn group<'a>(
    account: &'a Account,
    envelopes: &[&'a Envelope<Email>],
) -> (Vec<Group<'a>>, Vec<(usize, Error)>) {
    let mut keys: HashMap<(Option<Timestamp>, Shared<'a>), usize> = HashMap::new();
    let mut members = Vec::new();
    let mut refused = Vec::new();
    for (index, envelope) in envelopes.iter().copied().enumerate() {
        match wire::prepare(account, envelope) {
            Ok(Prepared { shared, personal, files }) => {
                let place = match keys.entry((envelope.delivery.deadline, shared)) {
                    Entry::Occupied(entry) => *entry.get(),
                    Entry::Vacant(entry) => {
                        members.push(Vec::new());
                        *entry.insert(members.len() - 1)
                    }
                };
                if let Some(mails) = members.get_mut(place) {
                    mails.push((index, personal, files));
                }
            }
            Err(error) => refused.push((index, error)),
        }
    }
    let mut keys: Vec<_> = keys.into_iter().collect();
    keys.sort_unstable_by_key(|(_, place)| *place);
    let groups = keys.into_iter().zip(members);
    let groups = groups.map(|(((deadline, shared), _), mails)| Group { deadline, shared, mails });
    (groups.collect(), refused)
}

/// A request that is ready, or why it is not, and the places of its mails in the batch.
struct Part {
    places: Vec<usize>,
    deadline: Option<Timestamp>,
    request: Result<Request<Bytes>>,
}

/// The requests of a group, none over the account's limits unless a single mail is.
fn split(account: &Account, group: Group<'_>) -> Vec<Part> {
    let Group { deadline, shared, mut mails } = group;
    // The same files for everyone are sent once.
    let mut lists = mails.iter().map(|(_, _, files)| files);
    let first = lists.next().cloned().unwrap_or_default();
    let common = if lists.all(|files| *files == first) { first } else { Vec::new() };
    for (_, personal, files) in &mut mails {
        if common.is_empty() {
            personal.attachments = std::mem::take(files);
        }
    }
    let limit = account.limits().bytes.unwrap_or(usize::MAX);
    let frame = wire::size(&shared) + wire::size(&common) + 64;
    let mut parts = Vec::new();
    let mut places = Vec::new();
    let mut chunk: Vec<&Personalization<'_>> = Vec::new();
    let mut bytes = frame;
    for (index, personal, _) in &mails {
        let size = wire::size(personal) + 1;
        let full = chunk.len() >= account.limits().batch.max(1);
        if !chunk.is_empty() && (full || bytes + size > limit) {
            let request = wire::write(account, &shared, &common, &chunk);
            parts.push(Part { places: std::mem::take(&mut places), deadline, request });
            chunk.clear();
            bytes = frame;
        }
        places.push(*index);
        chunk.push(personal);
        bytes += size;
    }
    let request = wire::write(account, &shared, &common, &chunk);
    parts.push(Part { places, deadline, request });
    parts
}

async fn exchange(account: &Account, part: Part) -> (Vec<usize>, Result<Option<String>>) {
    let answer = match part.request {
        Ok(request) => account.execute(request, part.deadline).await,
        Err(error) => Err(error),
    };
    (part.places, answer.and_then(|response| wire::decode(account, &response)))
}
