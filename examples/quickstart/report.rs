//! What became of each message, for people and for programs.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use dakiya::{Error, ErrorKind, Kind, MessageId, Receipt, Status};
use serde::Serialize;

/// The last word on one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// A provider took it and has said nothing final: the run failed.
    Accepted,
    Delivered,
    Read,
    Opened,
    Bounced,
    Failed,
    Refused,
    Suppressed,
}

impl Outcome {
    /// What `status` means as the last word, `None` while more is to come.
    fn of(status: Status) -> Option<Self> {
        if !status.is_final() {
            return None;
        }
        let is = |statuses: &[Status]| statuses.contains(&status);
        // Nobody complains of a mail that did not arrive.
        Some(if is(&[Status::Delivered, Status::Complained, Status::Unsubscribed]) {
            Self::Delivered
        } else if is(&[Status::Opened, Status::Clicked]) {
            Self::Opened
        } else if is(&[Status::Read]) {
            Self::Read
        } else if is(&[Status::BouncedHard, Status::BouncedSoft]) {
            Self::Bounced
        } else {
            Self::Failed
        })
    }

    fn was_accepted(self) -> bool {
        !matches!(self, Self::Refused | Self::Suppressed)
    }

    fn was_delivered(self) -> bool {
        matches!(self, Self::Delivered | Self::Read | Self::Opened)
    }
}

/// One order on one channel.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) id: MessageId,
    pub(crate) channel: Kind,
    /// Who took it, or who refused it; absent where it never got that far.
    provider: Option<String>,
    /// The address, masked; absent where it cannot be read as one.
    to: Option<String>,
    pub(crate) provider_message_id: Option<String>,
    #[serde(rename = "status")]
    outcome: Outcome,
    /// Why it was refused, or did not arrive.
    error: Option<String>,
}

impl Line {
    /// The line of a message to `to` (masked) that was handed over.
    pub(crate) fn new(
        id: MessageId,
        channel: Kind,
        to: Option<String>,
        result: Result<Receipt, Error>,
    ) -> Self {
        match result {
            Ok(receipt) => Self {
                id,
                channel,
                provider: Some(receipt.provider),
                to,
                provider_message_id: receipt.provider_message_id,
                outcome: Outcome::Accepted,
                error: None,
            },
            Err(error) => Self {
                id,
                channel,
                provider: error.provider().map(Into::into),
                to,
                provider_message_id: None,
                outcome: if error.kind() == ErrorKind::Suppressed {
                    Outcome::Suppressed
                } else {
                    Outcome::Refused
                },
                error: Some(error.to_string()),
            },
        }
    }

    /// Whether its provider owes us word of it.
    pub(crate) fn is_pending(&self) -> bool {
        self.outcome == Outcome::Accepted
    }

    /// Takes the provider's last word.
    pub(crate) fn settle(&mut self, status: Status, reason: Option<&str>) {
        let Some(outcome) = Outcome::of(status) else { return };
        self.outcome = outcome;
        if !outcome.was_delivered() {
            self.error = Some(reason.unwrap_or("the provider gave no reason").into());
        }
    }

    /// Whether all that there is to know of it is known.
    fn is_accounted_for(&self) -> bool {
        let unexplained = !self.outcome.was_accepted() && self.error.is_none();
        !self.is_pending() && !unexplained
    }
}

/// How many messages came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
struct Summary {
    accepted: usize,
    delivered: usize,
    refused: usize,
    failed: usize,
}

/// Every line of a run, in the order of the orders.
#[derive(Debug)]
pub(crate) struct Report(pub(crate) Vec<Line>);

impl Report {
    /// Whether every accepted message reached a final status and every refused one has a reason.
    pub(crate) fn is_complete(&self) -> bool {
        self.0.iter().all(Line::is_accounted_for)
    }

    /// One JSON object a line, the summary last.
    pub(crate) fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        for line in &self.0 {
            serde_json::to_writer(&mut *out, line)?;
            writeln!(out)?;
        }
        serde_json::to_writer(&mut *out, &serde_json::json!({ "summary": self.summary() }))?;
        writeln!(out)
    }

    /// A table, and the reasons behind its right half.
    pub(crate) fn write_table(&self, out: &mut impl Write) -> io::Result<()> {
        const HEADINGS: [&str; 8] = [
            "channel",
            "accepted",
            "delivered",
            "opened",
            "bounced",
            "failed",
            "refused",
            "suppressed",
        ];
        let mut row = |cells: [String; 8]| {
            let [channel, counts @ ..] = cells;
            write!(out, "  {channel:<8}")?;
            counts.iter().try_for_each(|count| write!(out, "{count:>11}"))?;
            writeln!(out)
        };
        row(HEADINGS.map(Into::into))?;
        for channel in [Kind::Email, Kind::Sms] {
            let count = |is: fn(Outcome) -> bool| {
                let of_channel = self.0.iter().filter(|line| line.channel == channel);
                of_channel.filter(|line| is(line.outcome)).count().to_string()
            };
            row([
                channel.to_string(),
                count(Outcome::was_accepted),
                count(Outcome::was_delivered),
                count(|outcome| matches!(outcome, Outcome::Opened | Outcome::Read)),
                count(|outcome| outcome == Outcome::Bounced),
                count(|outcome| outcome == Outcome::Failed),
                count(|outcome| outcome == Outcome::Refused),
                count(|outcome| outcome == Outcome::Suppressed),
            ])?;
        }
        writeln!(out, "  (opened ones are among the delivered)")?;
        self.write_reasons(out)
    }

    fn write_reasons(&self, out: &mut impl Write) -> io::Result<()> {
        let mut groups: BTreeMap<_, BTreeMap<_, Vec<_>>> = BTreeMap::new();
        for line in &self.0 {
            if let Some(error) = &line.error {
                let group = groups.entry((line.outcome, line.channel)).or_default();
                group.entry(error).or_default().push(line.to.as_deref());
            }
        }
        for ((outcome, channel), reasons) in groups {
            writeln!(out, "\n{channel}, {}:", format!("{outcome:?}").to_lowercase())?;
            for (reason, people) in reasons {
                writeln!(out, "  {:>4} × {reason}", people.len())?;
                let mut examples: Vec<_> = people.into_iter().flatten().collect();
                examples.dedup();
                examples.truncate(3);
                if !examples.is_empty() {
                    writeln!(out, "         {}", examples.join(", "))?;
                }
            }
        }
        Ok(())
    }

    fn summary(&self) -> Summary {
        let count = |is: fn(Outcome) -> bool| self.0.iter().filter(|line| is(line.outcome)).count();
        Summary {
            accepted: count(Outcome::was_accepted),
            delivered: count(Outcome::was_delivered),
            refused: count(|outcome| !outcome.was_accepted()),
            failed: count(|outcome| matches!(outcome, Outcome::Bounced | Outcome::Failed)),
        }
    }
}
