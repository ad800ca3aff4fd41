//! Many mails in few requests.

use std::{
    borrow::Cow,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use http::Request;

use super::{
    Account, LABEL,
    body::{File, Personalization, Shared},
    error, whole,
    wire::{self, Prepared},
};
use crate::{
    channel::{Receipt, bulk},
    error::{Error, ErrorKind, Fate, Result},
    message::{Email, Envelope},
};

/// What a mail has to itself.
struct Own<'a> {
    personal: Personalization<'a>,
    files: Vec<File<'a>>,
    /// What was taken out of what it shares.
    texts: Vec<Cow<'a, str>>,
}

/// Mails of one group, each with its place in the batch.
type Mails<'a> = Vec<(usize, Own<'a>)>;

/// One result for each of `envelopes`, in their order.
///
/// Mails that were refused for a neighbour's fault go out once more without it.
pub(super) async fn send(
    account: &Account,
    envelopes: &[&Envelope<Email>],
) -> Vec<Result<Receipt>> {
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
) -> (Vec<Result<Receipt>>, Vec<usize>) {
    let (mut mails, mut refused) = (Vec::new(), Vec::new());
    for (index, envelope) in envelopes.iter().copied().enumerate() {
        let in_time = bulk::in_time(envelope.delivery.deadline, account.connection.now());
        let in_time = in_time.map_err(|error| error.with_provider(LABEL));
        match wire::prepare(account, envelope).and_then(|mail| in_time.map(|()| mail)) {
            Ok(mut mail) => {
                let (stamp, texts) = whole::take(account, envelope, &mut mail).unzip();
                let Prepared { shared, personal, files } = mail;
                let own = Own { personal, files, texts: texts.unwrap_or_default() };
                mails.push((index, (stamp, shared), own));
            }
            Err(error) => refused.push((index, Err(error))),
        }
    }
    let innocent = Mutex::new(Vec::new());
    let groups = bulk::group(mails).into_iter();
    let parts = groups.flat_map(|((_, shared), mails)| split(account, &shared, mails));
    let requests = parts.map(|part| exchange(account, envelopes, part, &innocent)).collect();
    let in_flight = account.limits().in_flight;
    let results = bulk::run(LABEL, envelopes.len(), refused, requests, in_flight).await;
    (results, innocent.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// The error of a mail that was refused because of another one in its request.
fn beside(error: &Error) -> Error {
    let message = "refused with another message of the same request";
    let beside = Error::new(ErrorKind::Rejected, message).with_provider(LABEL);
    let beside = beside.with_fate(error.fate());
    error.status().into_iter().fold(beside, Error::with_status)
}

/// A request that is ready, or why it is not, and the places of its mails in the batch.
struct Part {
    places: Vec<usize>,
    request: Result<Request<Bytes>>,
}

/// The requests of a group, none over the account's limits unless a single mail is.
fn split<'a>(account: &Account, shared: &Shared<'a>, mut mails: Mails<'a>) -> Vec<Part> {
    // The same files for everyone are sent once.
    let mut lists = mails.iter().map(|(_, own)| &own.files);
    let first = lists.next().cloned().unwrap_or_default();
    let common = if lists.all(|files| *files == first) { first } else { Vec::new() };
    for (_, own) in &mut mails {
        if common.is_empty() {
            own.personal.attachments = std::mem::take(&mut own.files);
        }
    }
    let (once, differ) = whole::plan(mails.iter().map(|(_, own)| own.texts.as_slice()));
    let limits = account.limits();
    let frame = wire::size(shared) + wire::size(&common) + once + 64;
    let budget = limits.bytes.unwrap_or(usize::MAX).saturating_sub(frame);
    let size = |own: &Own<'_>| wire::size(&own.personal) + whole::size(&own.texts, &differ) + 1;
    let parts = bulk::split(mails, limits.batch, budget, size);
    let write = |part: Mails<'a>| {
        let places = part.iter().map(|(index, _)| *index).collect();
        let mut mails: Vec<_> =
            part.into_iter().map(|(_, own)| (own.personal, own.texts)).collect();
        let shared = whole::fill(account, shared, &mut mails);
        let personal: Vec<_> = mails.iter().map(|(personal, _)| personal).collect();
        let request = wire::write(account, &shared, &common, &personal);
        Part { places, request }
    };
    parts.into_iter().map(write).collect()
}

async fn exchange(
    account: &Account,
    envelopes: &[&Envelope<Email>],
    part: Part,
    innocent: &Mutex<Vec<usize>>,
) -> Vec<bulk::Outcome> {
    let Part { places, request } = part;
    let mails = places.iter().filter_map(|&index| Some((index, *envelopes.get(index)?)));
    let mails: Vec<_> = mails.collect();
    let deadline = bulk::deadline(mails.iter().map(|(_, mail)| mail.delivery.deadline));
    let answer = match request {
        Ok(request) => account.execute(request, deadline).await,
        Err(error) => Err(error),
    };
    let answer = answer.and_then(|response| wire::decode(account, &response));
    let guilty = answer.as_ref().err().map(error::personalizations).unwrap_or_default();
    // A bad address that is not said to be whose must not be taken for everybody's.
    let nobody = |error: &Error| {
        guilty.is_empty() && mails.len() > 1 && error.kind() == ErrorKind::InvalidRecipient
    };
    let settle = |(position, (index, mail)): (usize, &(usize, &Envelope<Email>))| {
        let result = match &answer {
            Ok(id) => Ok(wire::receipt(account, mail, id.clone())),
            Err(error) if nobody(error) => Err(beside(error)),
            Err(error) if guilty.is_empty() || guilty.contains(&position) => Err(error.clone()),
            Err(error) => {
                // Only where the whole request was refused, and a place of it to blame.
                let blamed = guilty.iter().any(|&place| place < mails.len());
                if error.fate() == Fate::NotSent && blamed {
                    innocent.lock().unwrap_or_else(PoisonError::into_inner).push(*index);
                }
                Err(beside(error))
            }
        };
        (*index, result)
    };
    mails.iter().enumerate().map(settle).collect()
}
