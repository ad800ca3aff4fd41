//! Messages that went out or came in.

use serde::Deserialize;

use super::{
    check_sid,
    list::{Pair, list, page_size, query, time},
};
use crate::{
    channel::Money,
    debug::show,
    error::Result,
    http::{
        Page,
        answer::{date, number},
    },
    providers::twilio::{Twilio, messages::money},
    time::Timestamp,
};

const SIDS: [&str; 2] = ["SM", "MM"];

/// The messages of an account: [`Twilio::messages`].
///
/// Source: [Messages](https://www.twilio.com/docs/messaging/api/message-resource).
#[derive(Clone, Copy, Debug)]
pub struct Messages<'a>(&'a Twilio);

impl Twilio {
    /// The messages that went out or came in.
    #[must_use]
    pub fn messages(&self) -> Messages<'_> {
        Messages(self)
    }
}

impl Messages<'_> {
    /// Fetches a message by its SID (`SM…` or `MM…`), which a receipt has as
    /// `provider_message_id`.
    ///
    /// # Errors
    ///
    /// [`Rejected`](crate::ErrorKind::Rejected) with code 20404 where there is none.
    pub async fn get(&self, sid: &str) -> Result<MessageRecord> {
        check_sid(sid, &SIDS)?;
        self.0.call(self.0.get(&["Messages", sid], [])).await
    }

    /// Lists messages, the newest first. This is also how to find out after a time-out whether a
    /// message went out.
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn list(&self, query: &MessageQuery) -> Result<Page<MessageRecord>> {
        #[derive(Deserialize)]
        struct Answer {
            messages: Vec<MessageRecord>,
            next_page_uri: Option<String>,
        }
        let next = query.page.as_deref();
        let answer: Answer = list(self.0, &["Messages"], next, query.pairs()).await?;
        Ok(Page::new(answer.messages, answer.next_page_uri))
    }

    /// Withdraws a message that waits for its `send_at`.
    ///
    /// # Errors
    ///
    /// As every call; refused where it is on its way already.
    pub async fn cancel(&self, sid: &str) -> Result<MessageRecord> {
        self.update(sid, ("Status", "canceled")).await
    }

    /// Deletes the text of a message, and keeps the rest.
    ///
    /// # Errors
    ///
    /// As every call; refused while it is on its way.
    pub async fn redact(&self, sid: &str) -> Result<MessageRecord> {
        self.update(sid, ("Body", "")).await
    }

    async fn update(&self, sid: &str, (name, value): (&str, &str)) -> Result<MessageRecord> {
        check_sid(sid, &SIDS)?;
        self.0.call(self.0.post(&["Messages", sid], [(name, value.into())])).await
    }

    /// Deletes a message with all that is known of it.
    ///
    /// # Errors
    ///
    /// As every call; refused while it is on its way.
    pub async fn delete(&self, sid: &str) -> Result<()> {
        check_sid(sid, &SIDS)?;
        self.0.call_silent(self.0.delete(&["Messages", sid])).await
    }

    /// Lists the files of a message, all of them: there are 10 at most.
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn media(&self, sid: &str) -> Result<Vec<MediaFile>> {
        #[derive(Deserialize)]
        struct Answer {
            media_list: Vec<MediaFile>,
        }
        check_sid(sid, &SIDS)?;
        let answer: Answer = self.0.call(self.0.get(&["Messages", sid, "Media"], [])).await?;
        Ok(answer.media_list)
    }

    /// Fetches what is known of a file, by its SID (`ME…`).
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn media_file(&self, sid: &str, media: &str) -> Result<MediaFile> {
        check_sid(sid, &SIDS)?;
        check_sid(media, &["ME"])?;
        self.0.call(self.0.get(&["Messages", sid, "Media", media], [])).await
    }

    /// Says whether a message did what it was for, such as a code that was typed in. It must have
    /// been sent with [`provide_feedback`](crate::twilio::sms::Options::provide_feedback).
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn feedback(&self, sid: &str, outcome: Feedback) -> Result<()> {
        check_sid(sid, &SIDS)?;
        let outcome = match outcome {
            Feedback::Confirmed => "confirmed",
            Feedback::Unconfirmed => "unconfirmed",
        };
        let pairs = [("Outcome", outcome.into())];
        self.0.call_silent(self.0.post(&["Messages", sid, "Feedback"], pairs)).await
    }
}

/// Whether a message did what it was for.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Feedback {
    /// The person did what it asked for.
    Confirmed,
    /// Not known, which is the default.
    Unconfirmed,
}

/// Which messages to list. Default: all of them, 50 a page.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq)]
pub struct MessageQuery {
    /// Only those to this address: E.164, or a channel address such as `whatsapp:+…`.
    pub to: Option<String>,
    /// Only those from this address.
    pub from: Option<String>,
    /// Only those sent then or later.
    pub sent_after: Option<Timestamp>,
    /// Only those sent then or before.
    pub sent_before: Option<Timestamp>,
    /// How many a page, 1 to 1000.
    pub limit: Option<u16>,
    /// The next page, by [`Page::next`]. It keeps what the first one asked for.
    pub page: Option<String>,
}

query!(MessageQuery {
    /// Only those to this address.
    to,
    /// Only those from this address.
    from,
});

impl MessageQuery {
    /// Only those sent from `after` to `before`.
    #[must_use]
    pub fn sent(mut self, after: Timestamp, before: Timestamp) -> Self {
        self.sent_after = Some(after);
        self.sent_before = Some(before);
        self
    }

    fn pairs(&self) -> [Pair<'_>; 5] {
        [
            ("To", self.to.as_deref().map(Into::into)),
            ("From", self.from.as_deref().map(Into::into)),
            // The sign is part of the name: `DateSent>=…`.
            ("DateSent>", self.sent_after.map(time)),
            ("DateSent<", self.sent_before.map(time)),
            page_size(self.limit),
        ]
    }
}

show!(MessageQuery { sent_after, sent_before, limit });

/// A message, as Twilio has it. `Debug` hides addresses and text.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct MessageRecord {
    /// Its SID, `SM…` or `MM…`.
    pub sid: String,
    /// `accepted`, `scheduled`, `queued`, `sending`, `sent`, `delivered`, `read`, `undelivered`,
    /// `failed`, `canceled`, `receiving`, `received`, `partially_delivered`.
    pub status: String,
    /// Who it goes to.
    #[serde(default)]
    pub to: Option<String>,
    /// Who it comes from; absent until a service has chosen the sender. `rcs:…` tells that it went
    /// by RCS.
    #[serde(default)]
    pub from: Option<String>,
    /// The Messaging Service it went through.
    #[serde(default)]
    pub messaging_service_sid: Option<String>,
    /// Its text.
    #[serde(default)]
    pub body: Option<String>,
    /// How many segments it is; 0 until a service has chosen the sender.
    #[serde(default, deserialize_with = "number")]
    pub num_segments: Option<u32>,
    /// How many files it has.
    #[serde(default, deserialize_with = "number")]
    pub num_media: Option<u32>,
    /// `inbound`, `outbound-api`, `outbound-call` or `outbound-reply`.
    #[serde(default)]
    pub direction: Option<String>,
    /// Why it failed.
    #[serde(default, deserialize_with = "number")]
    pub error_code: Option<u32>,
    /// The same in Twilio's words, which may quote an address.
    #[serde(default)]
    pub error_message: Option<String>,
    /// What it cost, a negative decimal; filled in later.
    #[serde(default)]
    pub price: Option<String>,
    /// The price's currency.
    #[serde(default)]
    pub price_unit: Option<String>,
    /// When it was taken.
    #[serde(default, deserialize_with = "date")]
    pub date_created: Option<Timestamp>,
    /// When it changed last.
    #[serde(default, deserialize_with = "date")]
    pub date_updated: Option<Timestamp>,
    /// When it was sent.
    #[serde(default, deserialize_with = "date")]
    pub date_sent: Option<Timestamp>,
}

impl MessageRecord {
    /// What it cost, once that is known.
    #[must_use]
    pub fn cost(&self) -> Option<Money> {
        money(self.price.as_deref()?, self.price_unit.as_deref()?)
    }
}

show!(MessageRecord { sid, status, error_code });

/// A file of a message. `Debug` hides where it is, which may open without credentials.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct MediaFile {
    /// Its SID, `ME…`.
    pub sid: String,
    /// The message's SID.
    #[serde(default)]
    pub parent_sid: Option<String>,
    /// Its media type, such as `image/jpeg`.
    #[serde(default)]
    pub content_type: Option<String>,
    /// Where it is told of, below the host; without `.json` it is the file itself.
    #[serde(default)]
    pub uri: Option<String>,
    /// When it was stored.
    #[serde(default, deserialize_with = "date")]
    pub date_created: Option<Timestamp>,
}

show!(MediaFile { sid, content_type });
