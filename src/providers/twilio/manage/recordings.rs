//! Recordings of calls.

use std::fmt;

use serde::Deserialize;

use super::calls::page_size;
use crate::{
    error::Result,
    http::Page,
    providers::twilio::{Twilio, config::Pairs},
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
    /// Lists recordings, `page_size` (1 to 1000) a page; 50 when absent.
    ///
    /// # Errors
    ///
    /// As a send.
    pub async fn list(&self, size: Option<u16>) -> Result<Page<Recording>> {
        let pairs = page_size(size).map(|size| size.into_iter().collect::<Pairs<'_>>());
        let request = pairs.and_then(|pairs| self.0.get(&[RECORDINGS], pairs));
        self.0.call(request).await.map(RecordingList::page)
    }

    /// The page after one whose [`next`](Page::next) is given.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list).
    pub async fn next_page(&self, next: &str) -> Result<Page<Recording>> {
        self.0.call(self.0.get_page(&[RECORDINGS], next)).await.map(RecordingList::page)
    }

    /// Fetches a recording by its SID, `RE…`.
    ///
    /// # Errors
    ///
    /// As a send; code 20404 where there is none.
    pub async fn fetch(&self, sid: &str) -> Result<Recording> {
        self.0.call(self.0.get(&[RECORDINGS, sid], [])).await
    }

    /// Deletes a recording.
    ///
    /// # Errors
    ///
    /// As a send.
    pub async fn delete(&self, sid: &str) -> Result<()> {
        self.0.call_silent(self.0.delete(&[RECORDINGS, sid])).await
    }
}

/// A recording, as Twilio has it.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Recording {
    /// Its SID, `RE…`.
    pub sid: String,
    /// The call it is of, `CA…`.
    #[serde(default)]
    pub call_sid: Option<String>,
    /// `in-progress`, `completed`, `absent` or one of the states between.
    #[serde(default)]
    pub status: Option<String>,
    /// How long it is, in seconds.
    #[serde(default)]
    pub duration: Option<String>,
    /// 1 or 2.
    #[serde(default)]
    pub channels: Option<u8>,
    /// What made it: `OutboundAPI`, `RecordVerb` and others.
    #[serde(default)]
    pub source: Option<String>,
    /// When it began, RFC 2822.
    #[serde(default)]
    pub start_time: Option<String>,
    /// When this was made, RFC 2822.
    #[serde(default)]
    pub date_created: Option<String>,
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

impl Recording {
    /// The path of the sound below the API's host, for a download with the account's credentials:
    /// `mp3` or `wav`.
    #[must_use]
    pub fn media_path(&self, format: &str) -> Option<String> {
        let bare = self.uri.as_deref()?.strip_suffix(".json")?;
        Some(format!("{bare}.{format}"))
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording")
            .field("sid", &self.sid)
            .field("status", &self.status)
            .field("duration", &self.duration)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
pub(super) struct RecordingList {
    recordings: Vec<Recording>,
    #[serde(default)]
    next_page_uri: Option<String>,
}

impl RecordingList {
    pub(super) fn page(self) -> Page<Recording> {
        Page::new(self.recordings, self.next_page_uri)
    }
}
