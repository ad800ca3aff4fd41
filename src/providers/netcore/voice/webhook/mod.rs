//! Reports on calls.

use std::collections::BTreeMap;

pub use self::fields::FieldMap;
use self::status::Meaning;
use crate::{
    event::{CallOutcome, Event, EventKind, Recording, Status},
    message::Kind,
    providers::netcore::{
        NAME, hook,
        rows::{Payload, Row},
    },
    time::Timestamp,
    webhook::{Guard, Parsed, Proof, Receiver, Request, Verified, WebhookError, dedup_key},
};

mod fields;
mod status;

/// Reads Netcore's reports on calls: GET with a query, POST with a form, or POST with JSON, one
/// report or an array. A HEAD request is answered with 200.
///
/// Netcore publishes neither the fields nor the words of its reports, nor that it signs them. What
/// is read by default are likely names and the words of telephony: set the [`FieldMap`], the words
/// ([`word`](Self::word)) and the [`Guard`] by the document that you were given.
///
/// | Words | Status |
/// |---|---|
/// | queued, initiated, accepted, scheduled | [`Queued`](Status::Queued) |
/// | dialing, in-progress | [`Sent`](Status::Sent) |
/// | ringing | [`Ringing`](Status::Ringing) |
/// | answered, connected | [`Answered`](Status::Answered); [`Completed`](Status::Completed) with a duration or an end |
/// | completed, success | [`Completed`](Status::Completed) |
/// | machine, voicemail | [`Delivered`](Status::Delivered), or what [`machine`](Self::machine) sets |
/// | busy | [`Busy`](Status::Busy) |
/// | no-answer | [`NoAnswer`](Status::NoAnswer) |
/// | cancel, congestion, switched off, not reachable, invalid number, rejected, failed | [`Failed`](Status::Failed) |
/// | blocked, dnd | [`Rejected`](Status::Rejected) |
///
/// Spaces, dashes and capitals make no difference. Another word is an event of the kind
/// [`Other`](EventKind::Other), with its `word`. `metadata` holds `start_time`, `answer_time` and
/// `end_time` where they are known, and every parameter that no name is set for.
#[derive(Clone, Debug)]
pub struct Webhook {
    guard: Guard,
    fields: FieldMap,
    words: BTreeMap<String, Status>,
    machine: Status,
    offset: i32,
}

impl Webhook {
    /// Accepts what `guard` lets through.
    #[must_use]
    pub fn new(guard: Guard) -> Self {
        Self {
            guard,
            fields: FieldMap::default(),
            words: BTreeMap::new(),
            machine: Status::Delivered,
            offset: hook::IST,
        }
    }

    /// Sets the field names.
    #[must_use]
    pub fn fields(mut self, fields: FieldMap) -> Self {
        self.fields = fields;
        self
    }

    /// Sets what a status says that is written `word`; it stands above the words that are known.
    #[must_use]
    pub fn word(mut self, word: &str, status: Status) -> Self {
        self.words.insert(status::plain(word), status);
        self
    }

    /// Sets what a call is that a machine took, such as [`Failed`](Status::Failed) where a person
    /// has to hear it. Default: [`Delivered`](Status::Delivered).
    #[must_use]
    pub fn machine(mut self, status: Status) -> Self {
        self.machine = status;
        self
    }

    /// Sets how many minutes times are ahead of UTC that name no zone. Default: 330, Indian
    /// standard time, which is inferred.
    #[must_use]
    pub fn utc_offset_minutes(mut self, minutes: i32) -> Self {
        self.offset = minutes;
        self
    }

    fn event(&self, row: &Row<'_>, proof: Proof) -> Result<Event, &'static str> {
        let names = &self.fields;
        let (id, reference) = (row.find(&names.call_id), row.find(&names.client_ref));
        let to = row.find(&names.to);
        if id.is_none() && reference.is_none() && to.is_none() {
            return Err("names no call; set the agreed names in `FieldMap`");
        }
        let word = row.find(&names.status);
        let outcome = self.outcome(row);
        let end = row.find(&names.end_time);
        let connected = outcome.duration_seconds.is_some_and(|seconds| seconds > 0);
        let meaning = self.meaning(word, connected || end.is_some());
        let mut event = match meaning.status {
            Some(status) => Event::of_status(status, NAME, proof),
            None => Event::new(EventKind::Other, NAME, proof),
        };
        let told = row.find(&names.time);
        let (start, answer) = (row.find(&names.start_time), row.find(&names.answer_time));
        let when = told.or(end).or(answer).or(start);
        let sip = row.find(&names.sip_code);
        let cause = row.find(&names.cause).or(sip);
        event.dedup_key = dedup_key(&[
            "netcore.voice",
            id.unwrap_or_default(),
            reference.unwrap_or_default(),
            to.unwrap_or_default(),
            word.unwrap_or_default(),
            row.find(&names.attempt).unwrap_or_default(),
            when.unwrap_or_default(),
            cause.unwrap_or_default(),
            row.find(&names.duration).unwrap_or_default(),
            row.find(&names.digits).unwrap_or_default(),
            row.find(&names.recording).unwrap_or_default(),
        ]);
        event.channel = Some(Kind::Voice);
        event.word = word.map(str::to_owned);
        event.bounce = meaning.bounce;
        event.suppress = meaning.suppress;
        event.provider_message_id = id.map(str::to_owned);
        event.callback_data = reference.map(str::to_owned);
        event.recipient = to.map(str::to_owned);
        event.sender = row.owned(&names.caller_id);
        event.code = cause.map(str::to_owned);
        event.reason = cause.filter(|cause| cause.parse::<u64>().is_err()).map(str::to_owned);
        event.timestamp = when.and_then(|text| hook::time(text, self.offset));
        event.metadata = row.rest(names.all());
        for (name, text) in [("start_time", start), ("answer_time", answer), ("end_time", end)] {
            if let Some(text) = text {
                let at = hook::time(text, self.offset);
                let text = at.map_or_else(|| text.to_owned(), |at| at.to_string());
                event.metadata.insert(name.into(), text.into());
            }
        }
        let outcome = CallOutcome { answered_by: meaning.answered_by, ..outcome };
        event.call = (outcome != CallOutcome::default()).then(|| Box::new(outcome));
        Ok(event)
    }

    fn meaning(&self, word: Option<&str>, over: bool) -> Meaning {
        let word = word.map(status::plain).unwrap_or_default();
        let known = status::of(&word, over, self.machine);
        match self.words.get(&word) {
            Some(status) => Meaning { answered_by: known.answered_by, ..Meaning::of(*status) },
            None => known,
        }
    }

    fn outcome(&self, row: &Row<'_>) -> CallOutcome {
        let names = &self.fields;
        let number = |names: &[String]| row.find(names)?.parse().ok();
        let recording = row.find(&names.recording).map(|text| {
            let link = text.contains("://");
            let text = Some(text.to_owned());
            let (id, url) = if link { (None, text) } else { (text, None) };
            Recording { id, url, duration_seconds: None }
        });
        CallOutcome {
            duration_seconds: row.find(&names.duration).and_then(seconds),
            digits: row.owned(&names.digits),
            recording,
            sip_code: row.find(&names.sip_code).and_then(|code| code.parse().ok()),
            attempt: number(&names.attempt),
            ..CallOutcome::default()
        }
    }
}

/// Seconds, as `23`, `23.4`, `00:23` or `00:00:23`.
fn seconds(text: &str) -> Option<u64> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let parts = whole.split(':').map(|part| part.trim().parse::<u64>().ok());
    parts.take(4).try_fold(0_u64, |sum, part| sum.checked_mul(60)?.checked_add(part?))
}

impl Receiver for Webhook {
    fn verify<'a>(&self, request: &'a Request, _: Timestamp) -> Result<Verified<'a>, WebhookError> {
        self.guard.verify(request)
    }

    fn parse(&self, verified: Verified<'_>) -> Result<Parsed, WebhookError> {
        let Some(payload) = Payload::of(verified.request()) else { return Ok(Parsed::empty()) };
        payload.parse(|row| self.event(row, verified.proof()))
    }
}
