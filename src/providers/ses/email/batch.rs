//! Many mails in few requests: `SendBulkEmail`.
//!
//! Source: [`SendBulkEmail`](https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendBulkEmail.html).

use http::Method;
use serde::{Deserialize, Serialize};

use super::{
    BYTES, LABEL, RECIPIENTS,
    body::{
        Bulk, DefaultContent, Entry, File, Inline, Replacement, ReplacementTemplate, Shared,
        Source, Template,
    },
    wire::{self, DATA, Prepare, Prepared},
};
use crate::{
    channel::{
        Channel as _, Receipt,
        bulk::{self, Outcome},
    },
    error::{Error, ErrorKind, Fate, Result},
    http::connection::read,
    message::{Email, Envelope},
    providers::ses::{Ses, error},
    time::Timestamp,
};

/// What one request says once. Mails in which it is equal share it.
#[derive(PartialEq, Eq, Hash)]
struct Key<'a> {
    deadline: Option<Timestamp>,
    shared: Shared,
    source: Source<'a>,
    files: Vec<File<'a>>,
}

/// One result for each of `envelopes`, in their order.
pub(super) async fn send(account: &Ses, envelopes: &[&Envelope<Email>]) -> Vec<Result<Receipt>> {
    let (mut settled, mut single, mut shared) = (Vec::new(), Vec::new(), Vec::new());
    for (index, envelope) in envelopes.iter().copied().enumerate() {
        match wire::prepare(account, envelope) {
            Err(error) => settled.push((index, Err(error))),
            Ok(prepared) => match bulk_entry(account, envelope, prepared) {
                Some((key, entry)) => shared.push((index, key, entry)),
                None => single.push(index),
            },
        }
    }
    let mut parts = Vec::new();
    for (key, members) in bulk::group(shared) {
        let frame: usize = key.files.iter().map(File::size).sum();
        // Whether the limit counts mails or their recipients is not said: neither is over it.
        let by_count =
            bulk::split(members, RECIPIENTS, RECIPIENTS, |entry| entry.destination.count());
        let budget = BYTES.saturating_sub(frame);
        let sized = by_count
            .into_iter()
            .flat_map(|part| bulk::split(part, RECIPIENTS, budget, Entry::size));
        for part in sized {
            match part.as_slice() {
                // Alone, it needs no template.
                [(index, _)] => single.push(*index),
                _ => parts.push((encode(account, &key, &part), key.deadline, places(&part))),
            }
        }
    }
    let mut requests: Vec<Request<'_>> = Vec::new();
    for (request, deadline, places) in parts {
        requests.push(Request { account, envelopes, deadline, places, encoded: Some(request) });
    }
    for index in single {
        let deadline = None;
        requests.push(Request { account, envelopes, deadline, places: vec![index], encoded: None });
    }
    let requests: Vec<_> = requests.into_iter().map(Request::run).collect();
    bulk::run(LABEL, envelopes.len(), settled, requests, account.limits.in_flight).await
}

fn places(part: &[(usize, Entry)]) -> Vec<usize> {
    part.iter().map(|(index, _)| *index).collect()
}

/// What a request says of one mail, and what it says of all; `None` for one that goes singly.
fn bulk_entry<'a>(
    account: &Ses,
    envelope: &'a Envelope<Email>,
    prepared: Prepared<'a>,
) -> Option<(Key<'a>, Entry)> {
    let Prepared { shared, destination, tags, list, form } = prepared;
    if !account.bulk || list.is_some() {
        return None;
    }
    let (source, data, headers, files) = match form {
        Prepare::Raw => return None,
        Prepare::Template { source, data, headers, files } => (source, data, headers, files),
        Prepare::Simple { mail, .. } if has_braces(mail) => return None,
        Prepare::Simple { mail, headers, files } => (
            verbatim(mail),
            texts(mail).filter(|data| data.chars().count() <= DATA)?,
            headers,
            files,
        ),
    };
    let entry = Entry {
        destination,
        replacement_tags: tags,
        replacement_email_content: Replacement {
            replacement_template: ReplacementTemplate { replacement_template_data: data },
        },
        replacement_headers: headers,
    };
    Some((Key { deadline: envelope.delivery.deadline, shared, source, files }, entry))
}

/// Whether a text holds what a template would: that SES reads none in a value is not documented.
fn has_braces(mail: &Email) -> bool {
    let texts = [Some(&*mail.subject), mail.text.as_deref(), mail.html.as_deref()];
    texts.into_iter().flatten().any(|text| text.contains("{{"))
}

/// A template of variables alone, so that what was rendered stands as it is: SES escapes no value.
fn verbatim(mail: &Email) -> Source<'static> {
    Source::Inline(Inline {
        subject: "{{subject}}",
        text: mail.text.is_some().then_some("{{text}}"),
        html: mail.html.is_some().then_some("{{html}}"),
    })
}

fn texts(mail: &Email) -> Option<String> {
    #[derive(Serialize)]
    struct Texts<'a> {
        subject: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        html: Option<&'a str>,
    }
    let (text, html) = (mail.text.as_deref(), mail.html.as_deref());
    serde_json::to_string(&Texts { subject: &mail.subject, text, html }).ok()
}

fn encode(
    account: &Ses,
    key: &Key<'_>,
    part: &[(usize, Entry)],
) -> Result<http::Request<bytes::Bytes>> {
    let template = Template {
        source: &key.source,
        // Whether it may be absent is not documented.
        template_data: "{}",
        headers: &[],
        attachments: &key.files,
    };
    let body = Bulk {
        shared: &key.shared,
        default_content: DefaultContent { template },
        bulk_email_entries: part.iter().map(|(_, entry)| entry).collect(),
    };
    let request = account.connection.json(Method::POST, "v2/email/outbound-bulk-emails", &body);
    request.map_err(|error| error.with_provider(LABEL))
}

/// One request, and the places in the batch of the mails that it is for.
struct Request<'a> {
    account: &'a Ses,
    envelopes: &'a [&'a Envelope<Email>],
    deadline: Option<Timestamp>,
    places: Vec<usize>,
    /// Without it, the mail goes out singly.
    encoded: Option<Result<http::Request<bytes::Bytes>>>,
}

impl Request<'_> {
    async fn run(mut self) -> Vec<Outcome> {
        let Some(request) = self.encoded.take() else { return self.singly().await };
        let answer = match request {
            Ok(request) => self.exchange(request).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(results) => self.settle(results),
            Err(error) if may_be_one(&error) => self.singly().await,
            Err(error) => self.places.iter().map(|index| (*index, Err(error.clone()))).collect(),
        }
    }

    async fn exchange(&self, request: http::Request<bytes::Bytes>) -> Result<Vec<EntryResult>> {
        let response = self.account.execute(request, self.deadline).await?;
        if !response.status().is_success() {
            return Err(error::from_response(&response, self.account.connection.now()));
        }
        let answer: Results = read(&response).map_err(|error| error.with_provider(LABEL))?;
        Ok(answer.results)
    }

    fn settle(&self, results: Vec<EntryResult>) -> Vec<Outcome> {
        // Whose results they are would be a guess.
        if results.len() > self.places.len() {
            return Vec::new();
        }
        let pairs = self.places.iter().copied().zip(results);
        let outcome = |(index, result): (usize, EntryResult)| {
            let envelope = self.envelopes.get(index).copied()?;
            let status = result.status.unwrap_or_default();
            let sent = status == "SUCCESS";
            let text = result.error.unwrap_or_default();
            let outcome = if sent {
                Ok(wire::receipt(self.account, envelope, result.message_id))
            } else {
                Err(error::of_entry(&status, &text))
            };
            Some((index, outcome))
        };
        pairs.filter_map(outcome).collect()
    }

    /// Each alone, one after the other.
    async fn singly(&self) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for index in self.places.iter().copied() {
            if let Some(envelope) = self.envelopes.get(index).copied() {
                outcomes.push((index, self.account.send(envelope).await));
            }
        }
        outcomes
    }
}

/// Whether a request may have been refused for what one of its mails holds, its variables among
/// that.
fn may_be_one(error: &Error) -> bool {
    use ErrorKind::{InvalidMessage, InvalidRecipient, Template};
    let of_variables = error.kind() == Template && error.code() == Some("BadRequestException");
    let kind = of_variables || matches!(error.kind(), InvalidMessage | InvalidRecipient);
    kind && error.fate() == Fate::NotSent && error.status().is_some()
}

#[derive(Deserialize)]
struct Results {
    #[serde(rename = "BulkEmailEntryResults")]
    results: Vec<EntryResult>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EntryResult {
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    message_id: Option<String>,
}
