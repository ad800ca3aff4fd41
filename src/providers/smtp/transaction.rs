//! One message: `MAIL`, `RCPT`, `DATA`, content, pipelined where the server allows.

use std::{collections::VecDeque, iter, time::Duration};

use super::{
    connection::Connection,
    content::Content,
    error::{Stage, error, from_io, from_read, from_reply, protocol, timeout, unsupported},
    limits::Timeouts,
    reply::Reply,
    wire::ReadError,
};
use crate::{Error, ErrorKind, Fate, Result};

/// What became of each recipient, in the order given, and the server's word on the message.
///
/// A recipient who was refused has an error of their own; the others stand.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// One per recipient: the reply that accepted them, or why they will get nothing.
    pub recipients: Vec<Result<Reply>>,
    /// The last reply to a message that was taken: `250 2.0.0 Ok: queued as 4X1`. None when no
    /// recipient was accepted.
    pub reply: Option<Reply>,
}

impl Outcome {
    /// Itself if anybody was accepted, else the error that leaves most hope.
    ///
    /// # Errors
    ///
    /// `Unknown` before `NotSent`, since it may be out; then one that may be retried.
    pub fn accepted(self) -> Result<Self> {
        let rank = |error: &Error| (error.fate() == Fate::Unknown, error.is_retryable());
        if self.recipients.iter().any(Result::is_ok) {
            return Ok(self);
        }
        let errors = self.recipients.iter().filter_map(|recipient| recipient.as_ref().err());
        let worst = errors.rev().max_by_key(|error| rank(error)).cloned();
        Err(worst.unwrap_or_else(|| error(ErrorKind::InvalidMessage, "there is no recipient")))
    }
}

/// A transaction that ended with its connection.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) error: Error,
    /// Whether the server had answered `MAIL`. If not, a connection that was used before may
    /// simply have been closed, and the same on a new one is safe.
    pub(super) answered: bool,
}

impl Connection {
    /// Sends one message to `to`, which is not empty.
    pub(super) async fn transact(
        &mut self,
        from: &str,
        to: &[&str],
        content: &Content,
    ) -> Result<Outcome, Broken> {
        let parameters = match self.parameters(from, to, content) {
            Ok(parameters) => parameters,
            // Nothing was said to the server: the connection is as good as before.
            Err(error) => return Ok(Outcome::refused(to.len(), error)),
        };
        self.is_sound = false;
        self.transactions += 1;
        let mut dialogue = Dialogue::default();
        let data = match self.envelope(from, &parameters, to, &mut dialogue).await {
            Ok(data) => data,
            Err(error) => return Err(Broken { error, answered: dialogue.mail.is_some() }),
        };
        self.finish(dialogue, data, to.len(), content)
            .await
            .map_err(|error| Broken { error, answered: true })
    }

    /// What follows `MAIL FROM:<…>`.
    fn parameters(&self, from: &str, to: &[&str], content: &Content) -> Result<String> {
        let server = &self.extensions;
        let mut parameters = String::new();
        let limit = server.size_limit.into_iter().chain(self.settings.limits.size).min();
        if limit.is_some_and(|limit| content.size() > limit) {
            return Err(unsupported("a message of this size"));
        }
        if server.size {
            parameters += " SIZE=";
            parameters += &content.size().to_string();
        }
        if content.is_eight_bit() {
            if !server.eight_bit_mime {
                return Err(unsupported("8-bit content (8BITMIME)"));
            }
            parameters += " BODY=8BITMIME";
        }
        let foreign = iter::once(&from).chain(to).any(|address| !address.is_ascii());
        if foreign || content.has_utf8_headers() {
            if !server.smtp_utf8 {
                return Err(unsupported("non-ASCII addresses or headers (SMTPUTF8)"));
            }
            parameters += " SMTPUTF8";
        }
        Ok(parameters)
    }

    /// Everything before the content; yields the answer to `DATA`, if it was asked.
    async fn envelope(
        &mut self,
        from: &str,
        parameters: &str,
        to: &[&str],
        dialogue: &mut Dialogue,
    ) -> Result<Option<Reply>> {
        let reset = self.needs_reset.then_some(Command::Reset);
        let recipients = to.iter().map(|address| Command::Rcpt(address));
        let mut commands: VecDeque<_> = reset
            .into_iter()
            .chain([Command::Mail { from, parameters }])
            .chain(recipients)
            .chain([Command::Data])
            .collect();
        let group = if self.extensions.pipelining { GROUP } else { 1 };
        let mut lines = Vec::new();
        let mut data = None;
        while let Some(first) = commands.front() {
            if dialogue.is_refused() || (matches!(first, Command::Data) && dialogue.is_alone()) {
                break;
            }
            let batch: Vec<_> = commands.drain(..group.min(commands.len())).collect();
            lines.clear();
            for command in &batch {
                command.encode(&mut lines);
            }
            let stage = batch.first().map_or(Stage::Mail, Command::stage);
            self.expect_silence(stage)?;
            self.timer.phase(self.settings.timeouts.mail);
            let written = self.write(stage, &lines).await;
            if written.as_ref().is_err_and(|cause| cause.kind() == ErrorKind::Timeout) {
                written.clone()?;
            }
            // A server that hung up may have said why: a 421, found by the read.
            for command in batch {
                let reply = match (self.answer(&command).await, &written) {
                    (Err(_), Err(cause)) => return Err(cause.clone()),
                    (reply, _) => reply?,
                };
                match command {
                    Command::Reset if reply.is_positive() => self.needs_reset = false,
                    Command::Reset => return Err(from_reply(Stage::Reuse, reply)),
                    Command::Mail { .. } => dialogue.mail = Some(reply),
                    Command::Rcpt(_) => dialogue.recipients.push(reply),
                    Command::Data => data = Some(reply),
                }
            }
        }
        Ok(data)
    }

    /// The content, if anybody is to get it, and what that means for each recipient.
    async fn finish(
        &mut self,
        dialogue: Dialogue,
        data: Option<Reply>,
        count: usize,
        content: &Content,
    ) -> Result<Outcome> {
        // Until a transaction is through, the server still has half of it.
        self.needs_reset = true;
        let go = data.as_ref().is_some_and(|reply| reply.code() == GO);
        if dialogue.is_refused() {
            let error = dialogue.refusal();
            // Data without a sender: do not find out what the server would do with a dot.
            self.is_sound = !go && self.wire.is_drained();
            return Ok(Outcome::refused(count, error));
        }
        let alone = dialogue.is_alone();
        let mut outcome = Outcome { recipients: dialogue.recipients(), reply: None };
        if alone {
            if go {
                // RFC 2920, section 3.1: nobody to send to, and the server waits for content.
                self.timer.phase(self.settings.timeouts.end);
                self.write(Stage::Data, b".\r\n").await?;
                self.read(Stage::Data).await?;
                self.needs_reset = false;
            }
            self.is_sound = self.wire.is_drained();
            return Ok(outcome);
        }
        let refusal = match data {
            Some(_) if go => {
                let reply = self.deliver(content).await?;
                self.needs_reset = !reply.is_positive();
                if reply.is_positive() {
                    outcome.reply = Some(reply);
                    None
                } else {
                    Some((Stage::Content, reply))
                }
            }
            Some(reply) if reply.code() >= 400 => Some((Stage::Data, reply)),
            _ => return Err(protocol(Stage::Data)),
        };
        self.is_sound = self.wire.is_drained();
        if let Some((stage, reply)) = refusal {
            self.is_sound &= reply.code() != CLOSING;
            outcome.refuse(&from_reply(stage, reply));
        }
        Ok(outcome)
    }

    /// Writes the content and reads the answer to its dot.
    async fn deliver(&mut self, content: &Content) -> Result<Reply> {
        // An answer that came before the content is not an answer to it.
        self.expect_silence(Stage::Data)?;
        for block in content.as_bytes().chunks(BLOCK) {
            self.timer.phase(self.settings.timeouts.block);
            // Unless all of it is written, the final dot did not go out, and the server cannot
            // have taken the message.
            let cause = match self.timer.race(self.wire.write(block)).await {
                Ok(Ok(())) => continue,
                Ok(Err(cause)) => from_io(Stage::Content, cause),
                Err(_) => return Err(timeout(Stage::Content).with_fate(Fate::NotSent)),
            };
            // A server that hung up may have said why.
            self.timer.phase(self.settings.timeouts.reuse);
            return match self.read(Stage::Content).await {
                Ok(reply) if reply.code() >= 400 => Err(from_reply(Stage::Content, reply)),
                _ => Err(cause.with_fate(Fate::NotSent)),
            };
        }
        self.timer.phase(self.settings.timeouts.end);
        let wire = &mut self.wire;
        let reply = self.timer.race(async {
            // A server that refuses mid-way closes, and the flush fails; its words still count.
            let flushed = wire.flush().await;
            match (wire.read_reply().await, flushed) {
                (Err(_), Err(cause)) => Err(ReadError::Io(cause)),
                (reply, _) => reply,
            }
        });
        let reply = reply.await.map_err(|_| timeout(Stage::Content))?;
        let reply = reply.map_err(|cause| from_read(Stage::Content, cause))?;
        if (300..400).contains(&reply.code()) {
            return Err(from_read(Stage::Content, ReadError::Malformed));
        }
        Ok(reply)
    }

    /// The reply to a command; an error if it ends the session.
    async fn answer(&mut self, command: &Command<'_>) -> Result<Reply> {
        let stage = command.stage();
        self.timer.phase(command.timeout(&self.settings.timeouts));
        let reply = self.read(stage).await?;
        if reply.code() == CLOSING { Err(from_reply(stage, reply)) } else { Ok(reply) }
    }

    /// An error if the server spoke out of turn: its words would pass for answers.
    fn expect_silence(&self, stage: Stage) -> Result<()> {
        if self.wire.is_drained() { Ok(()) } else { Err(protocol(stage)) }
    }
}

/// The server's answers so far.
#[derive(Default)]
struct Dialogue {
    mail: Option<Reply>,
    recipients: Vec<Reply>,
}

impl Dialogue {
    /// Whether the sender was refused.
    fn is_refused(&self) -> bool {
        self.mail.as_ref().is_some_and(|reply| !reply.is_positive())
    }

    fn refusal(self) -> Error {
        self.mail.map_or_else(|| protocol(Stage::Mail), |reply| from_reply(Stage::Mail, reply))
    }

    /// Whether every recipient was refused.
    fn is_alone(&self) -> bool {
        !self.recipients.iter().any(Reply::is_positive)
    }

    fn recipients(self) -> Vec<Result<Reply>> {
        let replies = self.recipients.into_iter();
        replies
            .map(
                |reply| {
                    if reply.is_positive() {
                        Ok(reply)
                    } else {
                        Err(from_reply(Stage::Rcpt, reply))
                    }
                },
            )
            .collect()
    }
}

impl Outcome {
    pub(super) fn refused(count: usize, error: Error) -> Self {
        Self { recipients: iter::repeat_n(Err(error), count).collect(), reply: None }
    }

    /// Takes back every yes.
    fn refuse(&mut self, error: &Error) {
        for recipient in self.recipients.iter_mut().filter(|recipient| recipient.is_ok()) {
            *recipient = Err(error.clone());
        }
    }
}

enum Command<'a> {
    Reset,
    Mail { from: &'a str, parameters: &'a str },
    Rcpt(&'a str),
    Data,
}

impl Command<'_> {
    fn encode(&self, lines: &mut Vec<u8>) {
        let parts = match *self {
            Self::Reset => ["RSET", "", ""],
            Self::Mail { from, parameters } => ["MAIL FROM:<", from, parameters],
            Self::Rcpt(to) => ["RCPT TO:<", to, ""],
            Self::Data => ["DATA", "", ""],
        };
        let [verb, address, parameters] = parts;
        lines.extend_from_slice(verb.as_bytes());
        lines.extend_from_slice(address.as_bytes());
        if verb.ends_with('<') {
            lines.push(b'>');
        }
        lines.extend_from_slice(parameters.as_bytes());
        lines.extend_from_slice(b"\r\n");
    }

    fn timeout(&self, timeouts: &Timeouts) -> Duration {
        match self {
            Self::Reset => timeouts.reuse,
            Self::Mail { .. } => timeouts.mail,
            Self::Rcpt(_) => timeouts.rcpt,
            Self::Data => timeouts.data,
        }
    }

    fn stage(&self) -> Stage {
        match self {
            Self::Reset => Stage::Reuse,
            Self::Mail { .. } => Stage::Mail,
            Self::Rcpt(_) => Stage::Rcpt,
            Self::Data => Stage::Data,
        }
    }
}

/// Commands of one write. Their replies must fit the buffers in between, since we read none of
/// them before all commands are written (RFC 2920, section 3.1).
const GROUP: usize = 103;

/// Bytes of content that one time-out covers.
const BLOCK: usize = 64 * 1024;

const CLOSING: u16 = 421;
const GO: u16 = 354;
