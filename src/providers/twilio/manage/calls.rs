//! Calls that were placed: looked up, ended, led elsewhere.

use serde::Deserialize;

use super::{
    check_sid,
    list::{Pair, list, page_size, query, time},
    recordings::{self, RECORDINGS, RecordingQuery, RecordingRecord},
};
use crate::{
    channel::Money,
    debug::show,
    error::{Error, Fault, Result},
    http::{
        Page,
        answer::{date, number},
    },
    message::Step,
    providers::twilio::{
        NAME, Twilio,
        builder::{CALLBACK, is_callback},
        config::Pairs,
        messages::money,
        voice::{TWIML, twiml},
    },
    time::Timestamp,
};

const SIDS: [&str; 1] = ["CA"];

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
    /// [`Rejected`](crate::ErrorKind::Rejected) with code 20404 where there is none.
    pub async fn get(&self, sid: &str) -> Result<CallRecord> {
        check_sid(sid, &SIDS)?;
        self.0.call(self.0.get(&["Calls", sid], [])).await
    }

    /// Lists calls, the newest first. This is also how to find out after a time-out whether a call
    /// was placed.
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn list(&self, query: &CallQuery) -> Result<Page<CallRecord>> {
        #[derive(Deserialize)]
        struct Answer {
            calls: Vec<CallRecord>,
            next_page_uri: Option<String>,
        }
        let next = query.page.as_deref();
        let answer: Answer = list(self.0, &["Calls"], next, query.pairs()).await?;
        Ok(Page::new(answer.calls, answer.next_page_uri))
    }

    /// Ends a call that is in progress.
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn hang_up(&self, sid: &str) -> Result<CallRecord> {
        self.update(sid, vec![("Status", "completed".into())]).await
    }

    /// Takes back a call that nobody took yet.
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn cancel(&self, sid: &str) -> Result<CallRecord> {
        self.update(sid, vec![("Status", "canceled".into())]).await
    }

    /// Lets a call that is in progress go on with the steps that `url` gives.
    ///
    /// # Errors
    ///
    /// As every call; [`InvalidMessage`](crate::ErrorKind::InvalidMessage) where Twilio cannot call
    /// the URL.
    pub async fn redirect(&self, sid: &str, url: &str) -> Result<CallRecord> {
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
    /// As every call, and as [`twiml`](fn@crate::twilio::voice::twiml);
    /// [`InvalidMessage`](crate::ErrorKind::InvalidMessage) over 4000 characters of TwiML.
    pub async fn go_on(&self, sid: &str, steps: &[Step]) -> Result<CallRecord> {
        let xml = twiml(steps).map_err(|error| error.with_provider(NAME))?;
        let count = xml.chars().count();
        if count > TWIML {
            let problem = format!("are {count} characters of TwiML, Twilio takes {TWIML}");
            let fault = Fault::new("steps", problem, "say less, or redirect to a URL");
            return Err(Error::invalid(vec![fault]).with_provider(NAME));
        }
        self.update(sid, vec![("Twiml", xml.into())]).await
    }

    /// Deletes the record of a call that has ended.
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn delete(&self, sid: &str) -> Result<()> {
        check_sid(sid, &SIDS)?;
        self.0.call_silent(self.0.delete(&["Calls", sid])).await
    }

    /// Lists the recordings of a call.
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn recordings(
        &self,
        sid: &str,
        query: &RecordingQuery,
    ) -> Result<Page<RecordingRecord>> {
        check_sid(sid, &SIDS)?;
        recordings::list(self.0, &["Calls", sid, RECORDINGS], query).await
    }

    async fn update(&self, sid: &str, pairs: Pairs<'_>) -> Result<CallRecord> {
        check_sid(sid, &SIDS)?;
        self.0.call(self.0.post(&["Calls", sid], pairs)).await
    }
}

/// Which calls to list. Default: all of them, 50 a page.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CallQuery {
    /// Only those to this address: E.164, `sip:…` or `client:…`.
    pub to: Option<String>,
    /// Only those from this address.
    pub from: Option<String>,
    /// Only those with this status, such as `in-progress`.
    pub status: Option<String>,
    /// Only those that began then or later.
    pub started_after: Option<Timestamp>,
    /// Only those that began then or before.
    pub started_before: Option<Timestamp>,
    /// How many a page, 1 to 1000.
    pub limit: Option<u16>,
    /// The next page, by [`Page::next`]. It keeps what the first one asked for.
    pub page: Option<String>,
}

query!(CallQuery {
    /// Only those to this address.
    to,
    /// Only those from this address.
    from,
    /// Only those with this status.
    status,
});

impl CallQuery {
    /// Only those that began from `after` to `before`.
    #[must_use]
    pub fn started(mut self, after: Timestamp, before: Timestamp) -> Self {
        self.started_after = Some(after);
        self.started_before = Some(before);
        self
    }

    fn pairs(&self) -> [Pair<'_>; 6] {
        [
            ("To", self.to.as_deref().map(Into::into)),
            ("From", self.from.as_deref().map(Into::into)),
            ("Status", self.status.as_deref().map(Into::into)),
            // The sign is part of the name: `StartTime>=…`.
            ("StartTime>", self.started_after.map(time)),
            ("StartTime<", self.started_before.map(time)),
            page_size(self.limit),
        ]
    }
}

show!(CallQuery { status, started_after, started_before, limit });

/// A call, as Twilio has it. `Debug` hides addresses.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct CallRecord {
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
    #[serde(default, deserialize_with = "number")]
    pub duration: Option<u32>,
    /// When it was taken.
    #[serde(default, deserialize_with = "date")]
    pub start_time: Option<Timestamp>,
    /// When it ended.
    #[serde(default, deserialize_with = "date")]
    pub end_time: Option<Timestamp>,
    /// When it was asked for.
    #[serde(default, deserialize_with = "date")]
    pub date_created: Option<Timestamp>,
    /// When this last changed.
    #[serde(default, deserialize_with = "date")]
    pub date_updated: Option<Timestamp>,
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
    #[serde(default, deserialize_with = "number")]
    pub queue_time: Option<u32>,
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

impl CallRecord {
    /// What it cost, once that is known.
    #[must_use]
    pub fn cost(&self) -> Option<Money> {
        money(self.price.as_deref()?, self.price_unit.as_deref()?)
    }
}

show!(CallRecord { sid, status, duration });
