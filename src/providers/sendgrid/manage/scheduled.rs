//! Mails that wait for their time.

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::SendGrid;
use crate::{
    error::{ErrorKind, Result},
    http::connection::segment,
};

/// Mails that wait for their time, by their batch: [`SendGrid::scheduled_sends`].
///
/// [Create](Self::create) a batch, send mails with a time and
/// [its id](super::super::email::Options::batch_id), and cancel or pause them until 10 minutes
/// before the time. At most 100 batches are cancelled or paused at once; mails paused for more than
/// 72 h are discarded. What can be cancelled is a batch: give a mail one of its own where it must be
/// cancelled alone.
///
/// Source: [Cancel scheduled sends](https://www.twilio.com/docs/sendgrid/api-reference/cancel-scheduled-sends).
#[derive(Clone, Copy, Debug)]
pub struct ScheduledSends<'a> {
    pub(super) account: &'a SendGrid,
}

/// What was done to a batch.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScheduledSendStatus {
    /// Its mails are discarded at their time.
    Cancel,
    /// Its mails are held.
    Pause,
}

/// A batch that was cancelled or paused.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ScheduledSend {
    /// The batch.
    pub batch_id: String,
    /// What was done to it.
    pub status: ScheduledSendStatus,
}

const SENDS: &str = "v3/user/scheduled_sends";

fn one(batch: &str) -> String {
    format!("{SENDS}/{}", segment(batch))
}

impl ScheduledSends<'_> {
    /// Makes a batch id, good for 10 days.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn create(&self) -> Result<String> {
        #[derive(Deserialize)]
        struct Batch {
            batch_id: String,
        }
        let batch: Batch = self.account.submit(Method::POST, "v3/mail/batch", &json!({})).await?;
        Ok(batch.batch_id)
    }

    /// Whether a batch id is known.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn exists(&self, batch: &str) -> Result<bool> {
        let path = format!("v3/mail/batch/{}", segment(batch));
        match self.account.fetch::<Value>(&path).await {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.status(), Some(400 | 404)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Cancels the mails of a batch. After their time it cannot be undone.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn cancel(&self, batch: &str) -> Result<()> {
        self.set(batch, ScheduledSendStatus::Cancel).await
    }

    /// Holds the mails of a batch.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn pause(&self, batch: &str) -> Result<()> {
        self.set(batch, ScheduledSendStatus::Pause).await
    }

    /// Cancels a batch that is paused, or pauses one that is cancelled.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn update(&self, batch: &str, status: ScheduledSendStatus) -> Result<()> {
        self.account.tell(Method::PATCH, &one(batch), &json!({ "status": status })).await
    }

    /// Lets the mails of a batch that was cancelled or paused go out at their time.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn resume(&self, batch: &str) -> Result<()> {
        self.account.delete(&one(batch)).await
    }

    /// Lists the batches that are cancelled or paused.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn list(&self) -> Result<Vec<ScheduledSend>> {
        self.account.fetch(SENDS).await
    }

    /// What was done to a batch; `None` where nothing was.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn get(&self, batch: &str) -> Result<Option<ScheduledSend>> {
        match self.account.fetch::<Vec<ScheduledSend>>(&one(batch)).await {
            Ok(found) => Ok(found.into_iter().next()),
            Err(error) if error.kind() == ErrorKind::Rejected && error.status() == Some(404) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn set(&self, batch: &str, status: ScheduledSendStatus) -> Result<()> {
        let body = json!({ "batch_id": batch, "status": status });
        self.account.tell(Method::POST, SENDS, &body).await
    }
}
