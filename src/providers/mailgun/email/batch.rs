//! Many mails in few requests.

use std::collections::HashMap;

use super::{
    CAPABILITIES, LABEL,
    form::{self, Own, Shared},
    limits,
    wire::{self, Prepared},
};
use crate::{
    channel::{
        Receipt,
        bulk::{self, Outcome},
    },
    error::{Error, ErrorKind, Result},
    message::{Email, Envelope},
    providers::mailgun::{Mailgun, error},
    time::Timestamp,
};

/// How many requests look for the mails that one was refused for.
const TRIES: usize = 100;

/// Mails of one request, each with its place in the batch.
type Part<'a> = Vec<(usize, Own<'a>)>;

pub(super) async fn send(
    account: &Mailgun,
    envelopes: &[&Envelope<Email>],
) -> Vec<Result<Receipt>> {
    let (mut ready, mut settled) = (Vec::new(), Vec::new());
    for (index, envelope) in envelopes.iter().copied().enumerate() {
        let in_time = bulk::in_time(envelope.delivery.deadline, account.connection.now());
        let in_time = in_time.map_err(|error| error.with_provider(LABEL));
        match wire::prepare(account, envelope).and_then(|mail| in_time.map(|()| mail)) {
            Ok(Prepared { shared, own }) => {
                let alone = (!own.shareable).then_some(index);
                ready.push((index, (alone, shared), own));
            }
            Err(error) => settled.push((index, Err(error))),
        }
    }
    let groups: Vec<(Shared<'_>, Vec<Part<'_>>)> = bulk::group(ready)
        .into_iter()
        .map(|((_, shared), members)| {
            let (differ, same) = compare(&members);
            let budget = limits::REQUEST.saturating_sub(shared.size() + same);
            let size = |own: &Own<'_>| own.size(&differ);
            let parts = rounds(members)
                .into_iter()
                .flat_map(|round| bulk::split(round, limits::RECIPIENTS, budget, size));
            (shared, parts.collect())
        })
        .collect();
    let mut requests = Vec::new();
    for (shared, parts) in &groups {
        for part in parts {
            requests.push(exchange(account, envelopes, shared, part));
        }
    }
    bulk::run(LABEL, envelopes.len(), settled, requests, CAPABILITIES.in_flight).await
}

/// Which values differ by mail, and how many bytes the others have, which are said once.
fn compare(members: &Part<'_>) -> (Vec<bool>, usize) {
    let Some((_, first)) = members.first() else { return (Vec::new(), 0) };
    let differ = bulk::differing(members.iter().map(|(_, own)| own.values.as_slice()));
    let same = first.values.iter().zip(&differ).filter(|(_, differs)| !**differs);
    let same = same.map(|(value, _)| value.len()).sum();
    (differ, same)
}

/// Parts the second mail to an address from the first: one request takes an address once, and drops
/// what it says of it again.
fn rounds(members: Part<'_>) -> Vec<Part<'_>> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut rounds: Vec<Part<'_>> = Vec::new();
    for (index, own) in members {
        let alone = !own.shareable;
        let count = seen.entry(own.address().to_lowercase()).or_default();
        let round = if alone { 0 } else { *count };
        *count += 1;
        if rounds.len() <= round {
            rounds.resize_with(round + 1, Vec::new);
        }
        if let Some(round) = rounds.get_mut(round) {
            round.push((index, own));
        }
    }
    rounds
}

/// Sends a part; where it is refused for what may be of one mail, its halves, until each bad one is
/// alone.
async fn exchange(
    account: &Mailgun,
    envelopes: &[&Envelope<Email>],
    shared: &Shared<'_>,
    part: &[(usize, Own<'_>)],
) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let mut open = vec![part];
    let mut tries = 0;
    let deadlines = part.iter().filter_map(|(index, _)| envelopes.get(*index));
    let deadline = bulk::deadline(deadlines.map(|envelope| envelope.delivery.deadline));
    while let Some(part) = open.pop() {
        if tries == TRIES {
            outcomes.extend(part.iter().map(|(index, _)| (*index, Err(beside()))));
            continue;
        }
        tries += 1;
        let answer = post(account, shared, part, deadline).await;
        if part.len() > 1 && answer.as_ref().is_err_and(error::may_be_of_one) {
            let (first, second) = part.split_at(part.len() / 2);
            open.extend([second, first]);
            continue;
        }
        for (index, _) in part {
            let Some(envelope) = envelopes.get(*index) else { continue };
            let outcome = answer.clone().map(|id| wire::receipt(account, envelope, id));
            outcomes.push((*index, outcome));
        }
    }
    outcomes
}

async fn post(
    account: &Mailgun,
    shared: &Shared<'_>,
    part: &[(usize, Own<'_>)],
    deadline: Option<Timestamp>,
) -> Result<String> {
    let mails: Vec<_> = part.iter().map(|(_, own)| own).collect();
    let request = form::write(&account.connection, &account.domain, shared, &mails)?;
    let response = account.execute(request, deadline).await?;
    wire::decode(account, &response)
}

/// The error of a mail that was refused with another one of its request.
fn beside() -> Error {
    let message = "refused with other messages of the same request";
    Error::new(ErrorKind::Rejected, message).with_provider(LABEL)
}
