//! Careless channels: each breaks the rules that its flaw is about.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use dakiya::{
    Capabilities, Channel, Envelope, Error, ErrorKind, Fate, Provider, Receipt, Result, Shared,
    Sms, Timestamp,
};

use super::{CAPABILITIES, Example, KEY, NAME, encode, envelope, subject};

#[tokio::test]
async fn each_flaw_is_found_by_the_name_of_its_rule() {
    for (flaw, rules) in FLAWS {
        let make = move |inner| -> Shared<Sms> {
            Arc::new(Flawed { inner, flaw: *flaw, busy: AtomicBool::new(false) })
        };
        let mut later = envelope(0);
        later.delivery.send_at = Some(Timestamp::MAX);
        // What hangs is seen by real time alone.
        let hangs = matches!(flaw, Flaw::ForgetsTheDeadline);
        let patience = Duration::from_millis(if hangs { 200 } else { 5_000 });
        let checked = subject(make).variants([later]).patience(patience).check().await;
        let broken = checked.expect_err(&format!("{flaw:?}"));
        for rule in *rules {
            assert!(broken.contains(rule), "{flaw:?} does not break `{rule}`: {broken}");
        }
    }
}

/// What a careless provider does.
#[derive(Clone, Copy, Debug)]
enum Flaw {
    AlwaysNotSent,
    AlwaysRejected,
    Anonymous,
    AsksForNothing,
    ChecksNothing,
    DropsTheKey,
    DropsTheTime,
    FillsTheText,
    ForgetsTheDeadline,
    QuotesTheAnswer,
    QuotesTheText,
    ReversesBatches,
    SendsTwice,
    ShowsTheKey,
    StaysBusy,
    TrustsAnySuccess,
    WritesLabelsRaw,
    WrongLabel,
}

const FLAWS: &[(Flaw, &[&str])] = &[
    (
        Flaw::AlwaysNotSent,
        &[
            "a 500, 502 or 504 is unavailable, and may be out",
            "a cut before the request was read may be out",
            "a cut after the request was read may be out",
            "a cut in the answer may be out",
            "a hang ends at the deadline, and may be out",
            "a slow answer ends at the deadline, and may be out",
            "an oversized answer may be out",
            "half an answer may be out",
        ],
    ),
    (
        Flaw::AlwaysRejected,
        &[
            "a 401 is unauthorized",
            "a 429 is rate limited, for as long as it says",
            "a 503 is unavailable, and nothing is out",
            "scheduling that is not declared is unsupported",
            "one bad message of a batch fails alone",
            "without a connection nothing is out",
        ],
    ),
    (Flaw::Anonymous, &["every error names the provider and kind"]),
    (Flaw::AsksForNothing, &["an empty batch is no request"]),
    (
        Flaw::ChecksNothing,
        &["a check with refused credentials is unauthorized", "a check without a connection fails"],
    ),
    (Flaw::DropsTheKey, &["a declared idempotency key is on the wire"]),
    (
        Flaw::DropsTheTime,
        &[
            "scheduling that is not declared is unsupported",
            "what the capabilities exclude is refused unsent",
        ],
    ),
    (
        Flaw::FillsTheText,
        &["an invalid message is refused unsent", "one bad message of a batch fails alone"],
    ),
    (
        Flaw::ForgetsTheDeadline,
        &[
            "a hang ends at the deadline, and may be out",
            "a slow answer ends at the deadline, and may be out",
        ],
    ),
    (Flaw::QuotesTheAnswer, &["a refusal that quotes the request shows none of it"]),
    (Flaw::QuotesTheText, &["no error or receipt shows personal data"]),
    (Flaw::ReversesBatches, &["a batch has one result each, in order"]),
    (Flaw::SendsTwice, &["one send is one request", "a batch takes no more requests than it must"]),
    (Flaw::ShowsTheKey, &["no error or receipt shows a secret"]),
    (Flaw::StaysBusy, &["dropping a send leaves the channel usable"]),
    (Flaw::TrustsAnySuccess, &["a success that cannot be read may be out"]),
    (Flaw::WritesLabelsRaw, &["a line break in a label injects no header"]),
    (Flaw::WrongLabel, &["a receipt says what was taken, by whom and when"]),
];

struct Flawed {
    inner: Example,
    flaw: Flaw,
    busy: AtomicBool,
}

impl Flawed {
    /// One request with the answer as the error, or with the tag at the head of the body.
    async fn send_raw(&self, envelope: &Envelope<Sms>) -> Result<Receipt> {
        let mut request = encode(&self.inner.endpoint, envelope)?;
        self.inner.authorize(&mut request)?;
        if let Some(tag) = envelope.delivery.tags.first() {
            *request.body_mut() = format!("tag={tag}").into();
        }
        let answer = self.inner.transport.execute(request, envelope.delivery.deadline).await?;
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        Err(Error::new(ErrorKind::Rejected, text).with_provider("example.sms"))
    }
}

#[async_trait]
impl Provider for Flawed {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn check(&self) -> Result<()> {
        match self.flaw {
            Flaw::ChecksNothing => Ok(()),
            _ => self.inner.check().await,
        }
    }
}

#[async_trait]
impl Channel<Sms> for Flawed {
    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn send(&self, envelope: &Envelope<Sms>) -> Result<Receipt> {
        let mut envelope = envelope.clone();
        match self.flaw {
            Flaw::DropsTheKey => envelope.delivery.idempotency_key = None,
            Flaw::DropsTheTime => envelope.delivery.send_at = None,
            Flaw::FillsTheText if envelope.message.text.is_empty() => {
                envelope.message.text = "hello".into();
            }
            // Without any, the transport sets one.
            Flaw::ForgetsTheDeadline => envelope.delivery.deadline = Some(Timestamp::MAX),
            Flaw::SendsTwice => drop(self.inner.send(&envelope).await),
            Flaw::QuotesTheAnswer => return self.send_raw(&envelope).await,
            Flaw::StaysBusy if self.busy.swap(true, Ordering::Relaxed) => {
                let error = Error::new(ErrorKind::RateLimited, "one at a time");
                return Err(error.with_provider("example.sms"));
            }
            Flaw::WritesLabelsRaw if !envelope.delivery.tags.is_empty() => {
                return self.send_raw(&envelope).await;
            }
            _ => {}
        }
        let outcome = self.inner.send(&envelope).await;
        self.busy.store(false, Ordering::Relaxed);
        match (self.flaw, outcome) {
            (Flaw::AlwaysNotSent, Err(error)) => Err(error.with_fate(Fate::NotSent)),
            (Flaw::AlwaysRejected, Err(error)) => {
                Err(Error::new(ErrorKind::Rejected, "refused").with_fate(error.fate()))
            }
            (Flaw::Anonymous, Err(error)) => {
                Err(Error::new(error.kind(), "failed").with_fate(error.fate()))
            }
            (Flaw::QuotesTheText, Err(error)) => {
                let text = format!("cannot send {}", envelope.message.text);
                Err(Error::new(error.kind(), text).with_provider("example.sms"))
            }
            (Flaw::ShowsTheKey, Err(error)) => {
                Err(Error::new(error.kind(), KEY).with_provider("example.sms"))
            }
            (Flaw::TrustsAnySuccess, Err(error)) if error.kind() == ErrorKind::Response => {
                Ok(Receipt::new("example.sms", &envelope, self.inner.clock.now()))
            }
            (Flaw::WrongLabel, Ok(mut receipt)) => {
                receipt.provider = NAME.into();
                Ok(receipt)
            }
            (_, outcome) => outcome,
        }
    }

    async fn send_batch(&self, envelopes: &[&Envelope<Sms>]) -> Vec<Result<Receipt>> {
        let mut outcomes = Vec::new();
        if envelopes.is_empty() && matches!(self.flaw, Flaw::AsksForNothing) {
            drop(self.inner.check().await);
        }
        for envelope in envelopes {
            outcomes.push(self.send(envelope).await);
        }
        if matches!(self.flaw, Flaw::ReversesBatches) {
            outcomes.reverse();
        }
        outcomes
    }
}
