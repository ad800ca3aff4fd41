//! Recordings of calls.

use serde::Deserialize;

use super::{
    check_sid,
    list::{self, page_size, query},
};
use crate::{
    debug::show,
    error::Result,
    http::{
        Page,
        answer::{date, number},
    },
    providers::twilio::Twilio,
    time::Timestamp,
};

/// The resource's name in paths.
pub(super) const RECORDINGS: &str = "Recordings";

/// The recordings of an account: [`Twilio::recordings`].
///
/// Source: [Recordings](https://www.twilio.com/docs/voice/api/recording).
#[derive(Clone, Copy, Debug)]
pub struct Recordings<'a>(&'a Twilio);

impl Twilio {
    /// The recordings of the account.
    #[must_use]
    pub fn recordings(&self) -> Recordings<'_> {
        Recordings(self)
    }
}

impl Recordings<'_> {
    /// Lists recordings, the newest first.
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn list(&self, query: &RecordingQuery) -> Result<Page<RecordingRecord>> {
        list(self.0, &[RECORDINGS], query).await
    }

    /// Fetches a recording by its SID, `RE…`.
    ///
    /// # Errors
    ///
    /// [`Rejected`](crate::ErrorKind::Rejected) with code 20404 where there is none.
    pub async fn get(&self, sid: &str) -> Result<RecordingRecord> {
        check_sid(sid, &["RE"])?;
        self.0.call(self.0.get(&[RECORDINGS, sid], [])).await
    }

    /// Deletes a recording.
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn delete(&self, sid: &str) -> Result<()> {
        check_sid(sid, &["RE"])?;
        self.0.call_silent(self.0.delete(&[RECORDINGS, sid])).await
    }
}

/// The recordings of an account or a call.
pub(super) async fn list(
    account: &Twilio,
    steps: &[&str],
    query: &RecordingQuery,
) -> Result<Page<RecordingRecord>> {
    #[derive(Deserialize)]
    struct Answer {
        recordings: Vec<RecordingRecord>,
        next_page_uri: Option<String>,
    }
    let size = [page_size(query.limit)];
    let answer: Answer = list::list(account, steps, query.page.as_deref(), size).await?;
    Ok(Page::new(answer.recordings, answer.next_page_uri))
}

/// Which recordings to list. Default: all of them, 50 a page.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordingQuery {
    /// How many a page, 1 to 1000.
    pub limit: Option<u16>,
    /// The next page, by [`Page::next`]. It keeps what the first one asked for.
    pub page: Option<String>,
}

query!(RecordingQuery {});

/// A recording, as Twilio has it.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct RecordingRecord {
    /// Its SID, `RE…`.
    pub sid: String,
    /// The call it is of, `CA…`.
    #[serde(default)]
    pub call_sid: Option<String>,
    /// `in-progress`, `completed`, `absent` or one of the states between.
    #[serde(default)]
    pub status: Option<String>,
    /// How long it is, in seconds.
    #[serde(default, deserialize_with = "number")]
    pub duration: Option<u32>,
    /// 1 or 2.
    #[serde(default)]
    pub channels: Option<u8>,
    /// What made it: `OutboundAPI`, `RecordVerb` and others.
    #[serde(default)]
    pub source: Option<String>,
    /// When it began.
    #[serde(default, deserialize_with = "date")]
    pub start_time: Option<Timestamp>,
    /// When this was made.
    #[serde(default, deserialize_with = "date")]
    pub date_created: Option<Timestamp>,
    /// What it cost, negative; absent until Twilio knows.
    #[serde(default)]
    pub price: Option<String>,
    /// The currency of that.
    #[serde(default)]
    pub price_unit: Option<String>,
    /// Its path below the host, with `.json`.
    #[serde(default)]
    pub uri: Option<String>,
}

impl RecordingRecord {
    /// The path of the sound below the API's host, for a download with the account's credentials:
    /// `mp3` or `wav`.
    #[must_use]
    pub fn media_path(&self, format: &str) -> Option<String> {
        let bare = self.uri.as_deref()?.strip_suffix(".json")?;
        Some(format!("{bare}.{format}"))
    }
}

show!(RecordingRecord { sid, status, duration });
