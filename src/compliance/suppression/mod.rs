//! Who must not be written to.
//!
//! A host hands its own store to the messenger as [`Suppressions`], or keeps a
//! [`SuppressionList`] in memory. Either is asked before every send.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

pub use self::list::SuppressionList;
use crate::{
    debug::show,
    error::Result,
    event::{Scope, party::may_be_same_sender},
    message::{Kind, Purpose, Recipient},
    time::Timestamp,
};

mod list;
#[cfg(test)]
mod list_tests;
mod returns;

/// Where the messenger asks whether someone must not be written to.
#[async_trait]
pub trait Suppressions: Send + Sync {
    /// What forbids the message, if anything does.
    ///
    /// # Errors
    ///
    /// When the store does not answer. Nothing is sent then.
    async fn find(&self, query: &Query<'_>) -> Result<Option<Suppression>>;

    /// Takes the permission for the one message that answers an opt-out, and returns whether there
    /// was one. An opt-out gives one permission, a new opt-out a new one; and so does a HELP of
    /// somebody who opted out, which the rules of the operators want answered all the same.
    ///
    /// The messenger asks for a message that [confirms an
    /// opt-out](crate::Delivery::confirms_opt_out) right before it is handed over. A store that
    /// keeps no permissions has none to give: the default is `false`.
    ///
    /// In one statement: update where it is unused, then look at the number of rows. Of two that
    /// ask at the same moment one gets it. It is gone even if the message then fails.
    ///
    /// # Errors
    ///
    /// When the store does not answer. Nothing is sent then.
    async fn take_confirmation(&self, query: &Query<'_>) -> Result<bool> {
        let _ = query;
        Ok(false)
    }
}

/// A message that is to be sent, as far as suppressions hang on it.
#[non_exhaustive]
#[derive(Clone, Copy)]
pub struct Query<'a> {
    /// Who it goes to.
    pub recipient: &'a Recipient,
    /// Which kind it is.
    pub kind: Kind,
    /// What it is for.
    pub purpose: Purpose,
    /// Who it comes from, where the message says so; absent where the account's default is used.
    pub sender: Option<&'a str>,
}

impl fmt::Debug for Query<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query")
            .field("kind", &self.kind)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

impl<'a> Query<'a> {
    /// A message of `kind` and `purpose` to `recipient`, from the account's default sender.
    #[must_use]
    pub fn new(recipient: &'a Recipient, kind: Kind, purpose: Purpose) -> Self {
        Self { recipient, kind, purpose, sender: None }
    }

    /// Sets who it comes from.
    #[must_use]
    pub fn sender(mut self, sender: Option<&'a str>) -> Self {
        self.sender = sender;
        self
    }
}

/// That an address must not be written to, how far it goes, and why.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// How far it goes: [`blocks`](Self::blocks).
    pub scope: Scope,
    /// Why.
    pub reason: Reason,
    /// The one kind of message it holds for; all kinds when absent. Who no longer takes SMS may
    /// still take calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// The one sender of ours it holds for, as the provider writes it; all senders when absent. Who
    /// said STOP to one number may still want what another sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// The list or topic that [`Scope::Topic`] means, as the provider names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Since when, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

show!(Suppression { scope, reason, kind, since });

impl Suppression {
    /// A suppression of every kind of message.
    #[must_use]
    pub fn new(scope: Scope, reason: Reason) -> Self {
        Self { scope, reason, kind: None, sender: None, topic: None, since: None }
    }

    /// Limits it to one kind of message.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Limits it to one sender of ours.
    #[must_use]
    pub fn sender(mut self, sender: impl Into<String>) -> Self {
        self.sender = Some(sender.into());
        self
    }

    /// Sets since when.
    #[must_use]
    pub fn since(mut self, time: Timestamp) -> Self {
        self.since = Some(time);
        self
    }

    /// Whether it forbids a message for `purpose`.
    ///
    /// [`Scope::Address`] forbids all: nothing arrives there. [`Scope::Marketing`] forbids
    /// marketing. [`Scope::Sender`] forbids all but [`Purpose::Otp`]: a code is sent because the
    /// person asks for it at that moment, and without it they are locked out of the account in
    /// which they could change their mind. [`Scope::Topic`] forbids nothing here: the provider
    /// that keeps the lists leaves the person out of that one.
    #[must_use]
    pub fn blocks(&self, purpose: Purpose) -> bool {
        match self.scope {
            Scope::Address => true,
            Scope::Marketing => purpose == Purpose::Marketing,
            Scope::Sender => purpose != Purpose::Otp,
            Scope::Topic => false,
        }
    }

    /// Whether it forbids the message of `query`, whoever that goes to.
    ///
    /// One that holds for one sender does not forbid what is known to come from another. Where
    /// the message names no sender, or it cannot be told whether the two are the same (a number and
    /// the id of a pool of numbers), it forbids.
    #[must_use]
    pub fn forbids(&self, query: &Query<'_>) -> bool {
        let kind = self.kind.is_none_or(|own| own == query.kind);
        let other = self.sender.as_deref().zip(query.sender);
        let other = other.is_some_and(|(own, sent)| !may_be_same_sender(query.kind, own, sent));
        kind && !other && self.blocks(query.purpose)
    }
}

/// Why an address must not be written to.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The person marked a message as spam.
    Complaint,
    /// Nothing can be delivered there.
    HardBounce,
    /// The host decided so.
    Manual,
    /// The person unsubscribed.
    OptOut,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Complaint => "complained",
            Self::HardBounce => "bounced for good",
            Self::Manual => "listed by hand",
            Self::OptOut => "opted out",
        })
    }
}
