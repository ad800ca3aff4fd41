//! Calls that were placed: looked up, ended, led elsewhere.

use std::{borrow::Cow, fmt};

use serde::Deserialize;

use super::recordings::{Recording, RECORDINGS, RecordingList};
use crate::{
    error::{Error, Fault, Result},
    http::Page,
    message::{PhoneNumber, Step},
    providers::twilio::{
        NAME, Twilio,
        builder::{CALLBACK, is_callback},
        config::Pairs,
        voice::twiml::twiml,
    },
    time::Timestamp,
};

/// The calls of an account: [`Twilio::calls`].
///
/// Source: [Calls](https://www.twilio.com/docs/voice/api/call-resource).
#[derive(Clone, Copy, Debug)]
pub struct Calls<'a>(&'a Twilio);

impl Twilio {
    /// The calls of the account.
    #[must_use]
    pub fn calls(&self) -> Calls<'_> {
        Calls(self)
    }
}

impl Calls<'_> {
    /// Fetches a call by its SID, `CA…`. Right after the send Twilio may not know it yet.
    ///
    /// # Errors
    ///
    /// As a send; code 20404 where there is none.
    pub async fn fetch(&self, sid: &str) -> Result<CallDetails> {
        self.0.call(self.0.get(&["Calls", sid], [])).await
    }

    /// Lists calls, the newest first.
    ///
    /// # Errors
    ///
    /// As a send; [`InvalidMessage`](crate::ErrorKind::InvalidMessage) for a page size out of its
    /// range.
    pub async fn list(&self, filter: &CallFilter) -> Result<Page<CallDetails>> {
        let request = filter.pairs().and_then(|pairs| self.0.get(&["Calls"], pairs));
        self.0.call(request).await.map(CallList::page)
    }

    /// The page after one whose [`next`](Page::next) is given.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list); [`Config`](crate::ErrorKind::Config) where `next` is of another
    /// list.
    pub async fn next_page(&self, next: &str) -> Result<Page<CallDetails>> {
        self.0.call(self.0.get_page(&["Calls"], next)).await.map(CallList::page)
    }

    /// Ends a call that is in progress.
    ///
    /// # Errors
    ///
    /// As a send.
    pub async fn hang_up(&self, sid: &str) -> Result<CallDetails> {
        self.update(sid, vec![("Status", "completed".into())]).await
    }

    /// Takes back a call that nobody took yet.
    ///
    /// # Errors
    ///
    /// As a send.
    pub async fn cancel(&self, sid: &str) -> Result<CallDetails> {
        self.update(sid, vec![("Status", "canceled".into())]).await
    }

    /// Lets a call that is in progress go on with the steps that `url` gives.
    ///
    /// # Errors
    ///
    /// As a send; [`InvalidMessage`](crate::ErrorKind::InvalidMessage) where Twilio cannot call
    /// the URL.
    pub async fn redirect(&self, sid: &str, url: &str) -> Result<CallDetails> {
        if !is_callback(url) {
            let fault = Fault::new("url", CALLBACK.0, CALLBACK.1);
            return Err(Error::invalid(vec![fault]).with_provider(NAME));
        }
        self.update(sid, vec![("Url", url.into())]).await
    }

    /// Lets a call that is in progress go on with `steps`.
    ///
    /// # Errors
    ///
    /// As a send, and as [`twiml`](crate::twilio::voice::twiml);
    /// [`InvalidMessage`](crate::ErrorKind::InvalidMessage) over 4000 characters of TwiML.
    pub async fn go_on(&self, sid: &str, steps: &[Step]) -> Result<CallDetails> {
        let xml = twiml(steps).map_err(|error| error.with_provider(NAME))?;
        let count = xml.chars().count();
        if count > 4000 {
            let problem = format!("are {count} characters of TwiML, Twilio takes 4000");
            let fault = Fault::new("steps", problem, "say less, or redirect to a URL");
            return Err(Error::invalid(vec![fault]).with_provider(NAME));
        }
        self.update(sid, vec![("Twiml", xml.into())]).await
    }

    /// Deletes the record of a call that has ended.
    ///
    /// # Errors
    ///
    /// As a send.
    pub async fn delete(&self, sid: &str) -> Result<()> {
        self.0.call_silent(self.0.delete(&["Calls", sid])).await
    }

    /// The first page of the recordings of a call. Further ones are
    /// [`recordings_page`](Self::recordings_page).
    ///
    /// # Errors
    ///
    /// As a send.
    pub async fn recordings(&self, sid: &str) -> Result<Page<Recording>> {
        self.0.call(self.0.get(&["Calls", sid, RECORDINGS], [])).await.map(RecordingList::page)
    }

    /// The page of a call's recordings after one whose [`next`](Page::next) is given.
    ///
    /// # Errors
    ///
    /// As [`recordings`](Self::recordings).
    pub async fn recordings_page(&self, sid: &str, next: &str) -> Result<Page<Recording>> {
        let request = self.0.get_page(&["Calls", sid, RECORDINGS], next);
        self.0.call(request).await.map(RecordingList::page)
    }

    async fn update(&self, sid: &str, pairs: Pairs<'_>) -> Result<CallDetails> {
        self.0.call(self.0.post(&["Calls", sid], pairs)).await
    }
}

/// Which calls are listed. Default: all, 50 a page.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CallFilter {
    /// Whom they went to.
    pub to: Option<PhoneNumber>,
    /// Whom they came from.
    pub from: Option<PhoneNumber>,
    /// Their status, such as `in-progress`.
    pub status: Option<String>,
    /// They began then, or later.
    pub started_from: Option<Timestamp>,
    /// They began then, or earlier.
    pub started_until: Option<Timestamp>,
    /// How many a page, 1 to 1000.
    pub page_size: Option<u16>,
}

impl CallFilter {
    /// All calls.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Those to a number.
    #[must_use]
    pub fn to(mut self, number: PhoneNumber) -> Self {
        self.to = Some(number);
        self
    }

    fn pairs(&self) -> Result<Pairs<'_>> {
        let time = |at: &Timestamp| Cow::from(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        let mut pairs: Pairs<'_> = Vec::new();
        pairs.extend(self.to.as_ref().map(|to| ("To", to.as_str().into())));
        pairs.extend(self.from.as_ref().map(|from| ("From", from.as_str().into())));
        pairs.extend(self.status.as_ref().map(|status| ("Status", status.as_str().into())));
        pairs.extend(self.started_from.as_ref().map(|at| ("StartTime>", time(at))));
        pairs.extend(self.started_until.as_ref().map(|at| ("StartTime<", time(at))));
        pairs.extend(page_size(self.page_size)?);
        Ok(pairs)
    }
}

/// The size of a page, in Twilio's range.
pub(super) fn page_size(size: Option<u16>) -> Result<Option<(&'static str, Cow<'static, str>)>> {
    match size {
        Some(size) if !(1..=1000).contains(&size) => {
            let fault = Fault::new("page_size", format!("is {size}"), "write 1 to 1000");
            Err(Error::invalid(vec![fault]))
        }
        size => Ok(size.map(|size| ("PageSize", size.to_string().into()))),
    }
}

impl fmt::Debug for CallFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFilter")
            .field("to", &self.to)
            .field("from", &self.from)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// A call, as Twilio has it. Times are RFC 2822, numbers are texts.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct CallDetails {
    /// Its SID, `CA…`.
    pub sid: String,
    /// `queued`, `initiated`, `ringing`, `in-progress`; at the end `completed` (a person or a
    /// machine took it), `busy`, `failed`, `no-answer` or `canceled`.
    pub status: String,
    /// Whom it went to.
    #[serde(default)]
    pub to: Option<String>,
    /// Whom it came from.
    #[serde(default)]
    pub from: Option<String>,
    /// `outbound-api`, `inbound`, `outbound-dial`, or one of trunks.
    #[serde(default)]
    pub direction: Option<String>,
    /// How long it lasted, in seconds; absent until it ends.
    #[serde(default)]
    pub duration: Option<String>,
    /// When it was taken.
    #[serde(default)]
    pub start_time: Option<String>,
    /// When it ended.
    #[serde(default)]
    pub end_time: Option<String>,
    /// When it was asked for.
    #[serde(default)]
    pub date_created: Option<String>,
    /// When this last changed.
    #[serde(default)]
    pub date_updated: Option<String>,
    /// What it cost, negative; absent until Twilio knows.
    #[serde(default)]
    pub price: Option<String>,
    /// The currency of that.
    #[serde(default)]
    pub price_unit: Option<String>,
    /// Who took it, where detection was on: `human`, `machine_start`, `machine_end_beep`,
    /// `machine_end_silence`, `machine_end_other`, `fax` or `unknown`.
    #[serde(default)]
    pub answered_by: Option<String>,
    /// The call that dialled this one.
    #[serde(default)]
    pub parent_call_sid: Option<String>,
    /// How long it waited, in milliseconds.
    #[serde(default)]
    pub queue_time: Option<String>,
    /// The name of the caller, where it was looked up.
    #[serde(default)]
    pub caller_name: Option<String>,
    /// Who forwarded it.
    #[serde(default)]
    pub forwarded_from: Option<String>,
    /// The account's number, `PN…`.
    #[serde(default)]
    pub phone_number_sid: Option<String>,
    /// The trunk, `TK…`.
    #[serde(default)]
    pub trunk_sid: Option<String>,
    /// The account it is of.
    #[serde(default)]
    pub account_sid: Option<String>,
}

impl fmt::Debug for CallDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallDetails")
            .field("sid", &self.sid)
            .field("status", &self.status)
            .field("duration", &self.duration)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct CallList {
    calls: Vec<CallDetails>,
    #[serde(default)]
    next_page_uri: Option<String>,
}

impl CallList {
    fn page(self) -> Page<CallDetails> {
        Page::new(self.calls, self.next_page_uri)
    }
}
