//! Many mails in few requests.

use std::sync::Arc;

use super::{
    super::{SendGrid, error},
    LABEL,
    body::{Content, Personalization, Shared, size},
    pack,
    wire::{self, Prepared},
};
use crate::{
    channel::{Receipt, bulk},
    error::{Error, ErrorKind, Fate, Result},
    message::{Email, Envelope, TemplateStamp},
};

/// How many requests look for the mails that one was refused for.
const TRIES: usize = 100;

/// What a request says once. Mails in which it is equal share requests.
#[derive(PartialEq, Eq, Hash)]
struct Key<'a> {
    shared: Shared<'a>,
    text: Text<'a>,
}

/// The text of a group.
#[derive(PartialEq, Eq, Hash)]
enum Text<'a> {
    /// The same for all.
    Same(Vec<Content<'a>>),
    /// Of one template, in parts of these types, and not yet known to be the same.
    Template(&'a TemplateStamp, Vec<&'static str>),
}

/// One request: what it says once, and its mails with their places in the batch.
struct Job<'g, 'a> {
    key: &'g Key<'a>,
    content: Arc<[Content<'a>]>,
    mails: Vec<(usize, Personalization<'a>)>,
}

/// One result for each of `envelopes`, in their order.
pub(super) async fn send(
    account: &SendGrid,
    envelopes: &[&Envelope<Email>],
) -> Vec<Result<Receipt>> {
    let mut settled = Vec::new();
    let mut mails = Vec::with_capacity(envelopes.len());
    for (index, envelope) in envelopes.iter().copied().enumerate() {
        let in_time = bulk::in_time(envelope.delivery.deadline, account.connection().now());
        let in_time = in_time.map_err(|error| error.with_provider(LABEL));
        match wire::prepare(account, envelope).and_then(|mail| in_time.map(|()| mail)) {
            Ok(mail) => {
                let (key, member) = place(account, envelope, mail);
                mails.push((index, key, member));
            }
            Err(error) => settled.push((index, Err(error))),
        }
    }
    let (keys, groups): (Vec<_>, Vec<_>) = bulk::group(mails).into_iter().unzip();
    let jobs = keys.iter().zip(groups).flat_map(|(key, mails)| jobs(account, key, mails));
    // Collected first: mapping inside the stream is not general enough for the compiler.
    let requests: Vec<_> = jobs.map(|job| exchange(account, envelopes, job)).collect();
    let in_flight = account.limits.in_flight;
    bulk::run(LABEL, envelopes.len(), settled, requests, in_flight).await
}

/// What a mail brings to its group, its text where that may differ.
type Member<'a> = (Personalization<'a>, Vec<Content<'a>>);

/// The group of a mail, and what it brings to it.
fn place<'a>(
    account: &SendGrid,
    envelope: &'a Envelope<Email>,
    mail: Prepared<'a>,
) -> (Key<'a>, Member<'a>) {
    let Prepared { shared, content, personal } = mail;
    let packs = account.settings.pack_bodies && pack::may(&shared, &content, &personal);
    match envelope.template.as_ref().filter(|_| packs) {
        Some(stamp) => {
            let shape = content.iter().map(|part| part.kind).collect();
            (Key { shared, text: Text::Template(stamp, shape) }, (personal, content))
        }
        None => (Key { shared, text: Text::Same(content) }, (personal, Vec::new())),
    }
}

/// The requests of a group, none over the limits unless a single mail is.
fn jobs<'g, 'a>(
    account: &SendGrid,
    key: &'g Key<'a>,
    mails: Vec<(usize, Member<'a>)>,
) -> Vec<Job<'g, 'a>> {
    let texts = match &key.text {
        Text::Same(content) => {
            let mails = mails.into_iter().map(|(index, (personal, _))| (index, personal));
            vec![(content.clone(), mails.collect())]
        }
        Text::Template(..) => pack::pack(mails),
    };
    let mut jobs = Vec::new();
    for (content, mails) in texts {
        let content: Arc<[_]> = content.into();
        let most = account.limits.batch;
        let recipients = account.limits.recipients.unwrap_or(most);
        let frame = size(&key.shared) + size(&*content) + 64;
        let budget = account.limits.bytes.unwrap_or(usize::MAX).saturating_sub(frame);
        for part in bulk::split(mails, most, recipients, Personalization::recipients) {
            for mails in bulk::split(part, most, budget, |personal| size(personal) + 1) {
                jobs.push(Job { key, content: Arc::clone(&content), mails });
            }
        }
    }
    jobs
}

/// Sends a request. Where mails of it are refused, the others go out again without them; where it is
/// not said which, its halves do, until each bad one is alone.
async fn exchange(
    account: &SendGrid,
    envelopes: &[&Envelope<Email>],
    job: Job<'_, '_>,
) -> Vec<bulk::Outcome> {
    let Job { key, content, mails } = job;
    let mut outcomes = Vec::with_capacity(mails.len());
    let deadlines = mails.iter().filter_map(|(index, _)| envelopes.get(*index));
    let deadline = bulk::deadline(deadlines.map(|envelope| envelope.delivery.deadline));
    let mut open = vec![mails];
    let mut tries = 0;
    while let Some(mut mails) = open.pop() {
        if tries == TRIES {
            outcomes.extend(mails.iter().map(|(index, _)| (*index, Err(beside()))));
            continue;
        }
        tries += 1;
        let request = {
            let personal: Vec<_> = mails.iter().map(|(_, personal)| personal).collect();
            wire::write(account, &key.shared, &content, &personal)
        };
        let answer = match request {
            Ok(request) => account.execute(request, deadline).await,
            Err(error) => Err(error),
        };
        let error = match answer.and_then(|response| wire::decode(account, &response)) {
            Ok(id) => {
                outcomes.extend(mails.iter().filter_map(|(index, _)| {
                    let envelope = envelopes.get(*index)?;
                    Some((*index, Ok(wire::receipt(account, envelope, id.clone()))))
                }));
                continue;
            }
            Err(error) => error,
        };
        let mut guilty = error::personalizations(&error);
        guilty.retain(|place| *place < mails.len());
        // Again only where nothing of the request went out.
        if !guilty.is_empty() && error.fate() == Fate::NotSent {
            let mut innocent = Vec::new();
            for (position, (index, personal)) in mails.into_iter().enumerate() {
                if guilty.contains(&position) {
                    outcomes.push((index, Err(error.clone())));
                } else {
                    innocent.push((index, personal));
                }
            }
            open.extend((!innocent.is_empty()).then_some(innocent));
        } else if mails.len() > 1 && error::may_be_of_one(&error) {
            let second = mails.split_off(mails.len() / 2);
            open.extend([second, mails]);
        } else {
            outcomes.extend(mails.iter().map(|(index, _)| (*index, Err(error.clone()))));
        }
    }
    outcomes
}

/// The error of a mail that was refused because of another one in its request.
fn beside() -> Error {
    let message = "refused with another message of the same request";
    Error::new(ErrorKind::Rejected, message).with_provider(LABEL)
}
