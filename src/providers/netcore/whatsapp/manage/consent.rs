//! Who agreed to be written to.

use std::net::IpAddr;

use http::Method;
use serde::Serialize;

use super::super::{
    Account, LABEL,
    error::words,
    wire::{accepted, digits},
};
use crate::{
    debug::show,
    error::{Error, Fault, Result},
    message::PhoneNumber,
};

/// The longest name of where a person agreed:
/// [Manage opt-in and opt-out](https://wadocs.pepipost.com/sending-message/consent-api/manage-opt-in-opt-out).
const SOURCE: usize = 25;

/// Records who agreed to be written to and who no longer does. By
/// [`Account::consent`](super::super::Account::consent).
///
/// Every send is checked against this record. Whether a chat that the person began counts as an
/// opt-in is not documented, so record one before the first message.
///
/// ```no_run
/// # use dakiya::{PhoneNumber, netcore::whatsapp::{Account, manage::ConsentEntry}};
/// # async fn run(account: Account) -> Result<(), Box<dyn std::error::Error>> {
/// let asha = PhoneNumber::parse("+919845000012")?;
/// account.consent().opt_in(&[ConsentEntry::new(asha, "WEB")]).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Consent<'a> {
    account: &'a Account,
}

/// One person's yes or no.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq)]
pub struct ConsentEntry {
    /// Who.
    pub recipient: PhoneNumber,
    /// Where they said so, such as `WEB`: 1 to 25 characters.
    pub source: String,
    /// By which browser or app.
    pub user_agent: Option<String>,
    /// From which address.
    pub ip: Option<IpAddr>,
}

/// What a call about consent changed.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConsentOutcome {
    /// It was on record already.
    AlreadyRecorded,
    /// It is on record now.
    Recorded,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    recipients: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    recipient: String,
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<IpAddr>,
}

impl<'a> Consent<'a> {
    pub(in super::super) fn new(account: &'a Account) -> Self {
        Self { account }
    }

    /// Records that these people agreed.
    ///
    /// How many one call takes, and what becomes of the others where one is refused, is not
    /// documented: one person a call is the safe way.
    ///
    /// # Errors
    ///
    /// [`InvalidMessage`](crate::ErrorKind::InvalidMessage) with every fault, before anything is
    /// sent; else as for a send.
    pub async fn opt_in(&self, entries: &[ConsentEntry]) -> Result<ConsentOutcome> {
        self.record("optin", entries).await
    }

    /// Records that these people want nothing more.
    ///
    /// # Errors
    ///
    /// As [`opt_in`](Self::opt_in).
    pub async fn opt_out(&self, entries: &[ConsentEntry]) -> Result<ConsentOutcome> {
        self.record("optout", entries).await
    }

    async fn record(&self, kind: &'static str, entries: &[ConsentEntry]) -> Result<ConsentOutcome> {
        let named = |error: Error| error.with_provider(LABEL);
        let body = Body { kind, recipients: write(entries).map_err(named)? };
        let legacy = &self.account.legacy;
        let request = legacy.json(Method::POST, "consent/manage/", &body).map_err(named)?;
        let response = self.account.call_legacy(request).await?;
        match accepted(self.account, &response) {
            Ok(_) => Ok(ConsentOutcome::Recorded),
            // One code for two things: the other is a failure.
            Err(error) if error.code() == Some("8005") && says_already(response.body()) => {
                Ok(ConsentOutcome::AlreadyRecorded)
            }
            Err(error) => Err(named(error)),
        }
    }
}

fn says_already(body: &[u8]) -> bool {
    serde_json::from_slice(body).is_ok_and(|body| words(&body).contains("already"))
}

fn write(entries: &[ConsentEntry]) -> Result<Vec<Entry<'_>>> {
    let mut faults = Vec::new();
    if entries.is_empty() {
        faults.push(Fault::new("recipients", "is empty", "name a person"));
    }
    let mut written = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let count = entry.source.chars().count();
        if entry.source.trim().is_empty() || count > SOURCE {
            let problem = format!("has {count} characters, Netcore takes 1 to {SOURCE}");
            let field = format!("recipients[{index}].source");
            faults.push(Fault::new(field, problem, "write where it was, such as WEB"));
        }
        let field = format!("recipients[{index}].recipient");
        written.push(Entry {
            recipient: digits(entry.recipient.as_str(), &field, &mut faults),
            source: &entry.source,
            user_agent: entry.user_agent.as_deref(),
            ip: entry.ip,
        });
    }
    if faults.is_empty() { Ok(written) } else { Err(Error::invalid(faults)) }
}

impl ConsentEntry {
    /// What `recipient` said at `source`, such as `WEB`.
    #[must_use]
    pub fn new(recipient: PhoneNumber, source: impl Into<String>) -> Self {
        Self { recipient, source: source.into(), user_agent: None, ip: None }
    }

    /// Sets the browser or app.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Sets the address that it came from.
    #[must_use]
    pub fn ip(mut self, ip: IpAddr) -> Self {
        self.ip = Some(ip);
        self
    }
}

show!(ConsentEntry { recipient, source });
