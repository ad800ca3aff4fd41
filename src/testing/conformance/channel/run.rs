//! One run of the suite: what each rule builds on.

use std::{
    error::Error as StdError,
    fmt::Debug,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future::{Either, select};

use super::{Build, Make, Respond, Subject};
use crate::{
    channel::{Capabilities, Receipt, Shared, label},
    error::{Error, ErrorKind, Fate, Result},
    message::{Envelope, Message},
    testing::{
        ManualClock,
        conformance::{Report, Violation, Violations},
        server::{Answer, Behaviour, Received, ScriptedServer},
    },
    time::{Clock as _, Timestamp, TokioClock, after},
};

/// Whether a rule was kept.
pub(super) type Verdict<T = ()> = std::result::Result<T, Miss>;

/// Why a rule was not kept.
pub(super) enum Miss {
    Broken(String),
    Skipped(&'static str),
}

/// Breaks the rule unless `condition`.
pub(super) fn ensure(condition: bool, seen: impl FnOnce() -> String) -> Verdict {
    if condition { Ok(()) } else { Err(Miss::Broken(seen())) }
}

pub(super) struct Run<'a, M: Message> {
    subject: &'a Subject<M>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    report: Report,
    broken: Vec<Violation>,
    known: Vec<&'static str>,
    seen: Seen,
}

/// What the channel let out in any rule.
#[derive(Clone, Default)]
pub(super) struct Seen {
    /// Errors and receipts, printed in every way there is.
    pub(super) printed: Vec<String>,
    /// The request targets.
    pub(super) targets: Vec<String>,
    /// Each error's kind, and the provider that it names.
    pub(super) blamed: Vec<(ErrorKind, Option<String>)>,
}

impl<'a, M: Message> Run<'a, M> {
    pub(super) fn new(subject: &'a Subject<M>) -> Self {
        Self { subject, state: Mutex::default() }
    }

    pub(super) fn finish(self) -> std::result::Result<Report, Violations> {
        let State { report, mut broken, known, .. } =
            self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        for rule in self.subject.exceptions.keys().filter(|rule| !known.contains(rule)) {
            broken.push(Violation { rule, seen: "there is no such rule to except".into() });
        }
        if broken.is_empty() { Ok(report) } else { Err(Violations { broken, report }) }
    }

    /// Settles one rule. One that never ends is broken.
    pub(super) async fn rule(
        &self,
        name: &'static str,
        check: impl Future<Output = Verdict> + Send,
    ) {
        self.state().known.push(name);
        if let Some(reason) = self.subject.exceptions.get(name) {
            self.state().report.skipped.push((name, reason.clone()));
            return;
        }
        let patience = TokioClock.sleep(self.subject.patience);
        let verdict = match select(Box::pin(check), patience).await {
            Either::Left((verdict, _)) => verdict,
            Either::Right(_) => Err(Miss::Broken("did not end".into())),
        };
        let mut state = self.state();
        match verdict {
            Ok(()) => state.report.kept.push(name),
            Err(Miss::Skipped(reason)) => state.report.skipped.push((name, reason.into())),
            Err(Miss::Broken(seen)) => state.broken.push(Violation { rule: name, seen }),
        }
    }

    pub(super) fn envelope(&self, n: usize) -> Envelope<M> {
        (self.subject.envelope)(n)
    }

    pub(super) fn variants(&self) -> &[Envelope<M>] {
        &self.subject.variants
    }

    /// Who may take or refuse the messages of `stage`.
    pub(super) fn labels(&self, stage: &Stage<M>) -> Vec<String> {
        match &*self.subject.labels {
            [] => vec![label(stage.channel.name(), M::KIND)],
            labels => labels.to_vec(),
        }
    }

    pub(super) fn secrets(&self) -> &[String] {
        &self.subject.secrets
    }

    pub(super) fn personal(&self) -> &[String] {
        &self.subject.personal
    }

    pub(super) fn accepted(&self) -> Respond {
        Arc::clone(&self.subject.accepted)
    }

    /// A channel whose provider takes what it gets.
    pub(super) async fn taking(&self) -> Verdict<Stage<M>> {
        let accepted = self.accepted();
        self.stage(move |request, _| accepted(request).into()).await
    }

    /// A channel whose provider takes what it gets, one or many at a time.
    pub(super) async fn taking_batches(&self) -> Verdict<Stage<M>> {
        let accepted = Arc::clone(&self.subject.batch_accepted);
        self.stage(move |request, _| accepted(request).into()).await
    }

    /// A channel whose server behaves as `script` says; without HTTP nobody reads the script.
    pub(super) async fn stage(
        &self,
        script: impl Fn(&Received, &ManualClock) -> Behaviour + Send + Sync + 'static,
    ) -> Verdict<Stage<M>> {
        let clock = clock();
        match &self.subject.make {
            Make::Other(make) => Ok(Stage { channel: make(), server: None, clock }),
            Make::Http(make) => {
                let own = clock.clone();
                let server = ScriptedServer::start(move |request| script(request, &own)).await;
                let server = server.map_err(no_port)?;
                let channel = make(&server.endpoint(), clock.shared());
                Ok(Stage { channel, server: Some(server), clock })
            }
        }
    }

    /// As [`stage`](Self::stage), for rules that are about HTTP.
    pub(super) async fn http(
        &self,
        script: impl Fn(&Received, &ManualClock) -> Behaviour + Send + Sync + 'static,
    ) -> Verdict<Stage<M>> {
        self.must_be_http()?;
        self.stage(script).await
    }

    /// A channel over a server that cuts every connection.
    pub(super) async fn cut(&self) -> Verdict<Stage<M>> {
        let make = self.must_be_http()?;
        let server = ScriptedServer::cutting().await.map_err(no_port)?;
        let clock = clock();
        let channel = make(&server.endpoint(), clock.shared());
        Ok(Stage { channel, server: Some(server), clock })
    }

    /// A channel whose endpoint nobody listens at.
    pub(super) async fn alone(&self) -> Verdict<Stage<M>> {
        let make = self.must_be_http()?;
        let endpoint = ScriptedServer::cutting().await.map_err(no_port)?.endpoint();
        let clock = clock();
        Ok(Stage { channel: make(&endpoint, clock.shared()), server: None, clock })
    }

    fn must_be_http(&self) -> Verdict<&Build<M>> {
        match &self.subject.make {
            Make::Http(make) => Ok(&**make),
            Make::Other(_) => Err(Miss::Skipped("the protocol is not HTTP")),
        }
    }

    /// Sends one message and keeps what came back for the rules about leaks.
    pub(super) async fn send(&self, stage: &Stage<M>, envelope: &Envelope<M>) -> Result<Receipt> {
        let outcome = stage.drive(stage.channel.send(envelope)).await;
        self.keep(stage, std::slice::from_ref(&outcome));
        outcome
    }

    /// Checks the account and keeps what came back for the rules about leaks.
    pub(super) async fn check(&self, stage: &Stage<M>) -> Result<()> {
        let outcome = stage.drive(stage.channel.check()).await;
        let seen = &mut self.state().seen;
        seen.targets.extend(stage.requests().into_iter().map(|request| request.target));
        if let Err(error) = &outcome {
            seen.keep_error(error);
        }
        outcome
    }

    /// Sends messages one after the other, while their connection stands.
    pub(super) async fn send_each(
        &self,
        stage: &Stage<M>,
        envelopes: &[Envelope<M>],
    ) -> Vec<Result<Receipt>> {
        let mut outcomes = Vec::new();
        let sends = async {
            for envelope in envelopes {
                outcomes.push(stage.channel.send(envelope).await);
            }
        };
        stage.drive(sends).await;
        self.keep(stage, &outcomes);
        outcomes
    }

    /// Sends the first message, which must fail.
    pub(super) async fn failure(&self, stage: &Stage<M>) -> Verdict<Error> {
        match self.send(stage, &self.envelope(0)).await {
            Ok(_) => Err(Miss::Broken("the send succeeded".into())),
            Err(error) => Ok(error),
        }
    }

    /// Sends many at once and keeps what came back.
    pub(super) async fn send_batch(
        &self,
        stage: &Stage<M>,
        envelopes: &[Envelope<M>],
    ) -> Vec<Result<Receipt>> {
        let envelopes: Vec<_> = envelopes.iter().collect();
        let outcomes = stage.drive(stage.channel.send_batch(&envelopes)).await;
        self.keep(stage, &outcomes);
        outcomes
    }

    pub(super) fn seen(&self) -> Seen {
        self.state().seen.clone()
    }

    pub(super) fn keep(&self, stage: &Stage<M>, outcomes: &[Result<Receipt>]) {
        let seen = &mut self.state().seen;
        seen.targets.extend(stage.requests().into_iter().map(|request| request.target));
        for outcome in outcomes {
            match outcome {
                Ok(receipt) => seen.keep_debug(receipt),
                Err(error) => {
                    seen.keep_error(error);
                    seen.blamed.push((error.kind(), error.provider().map(Into::into)));
                }
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn keep_error(&mut self, error: &Error) {
        self.keep_debug(error);
        let mut cause: Option<&dyn StdError> = Some(error);
        while let Some(error) = cause {
            self.printed.push(error.to_string());
            cause = error.source();
        }
    }

    fn keep_debug(&mut self, value: &impl Debug) {
        self.printed.push(format!("{value:?} {value:#?}"));
    }
}

/// A channel with its server, where its protocol is HTTP.
pub(super) struct Stage<M: Message> {
    pub(super) channel: Shared<M>,
    pub(super) server: Option<ScriptedServer>,
    pub(super) clock: ManualClock,
}

impl<M: Message> Stage<M> {
    pub(super) async fn drive<F: Future>(&self, work: F) -> F::Output {
        match &self.server {
            Some(server) => server.serve(work).await,
            None => work.await,
        }
    }

    pub(super) fn requests(&self) -> Vec<Received> {
        self.server.as_ref().map(ScriptedServer::requests).unwrap_or_default()
    }

    /// Breaks the rule unless `count` requests were read; without HTTP nobody counts.
    pub(super) fn asked(&self, count: usize) -> Verdict {
        let seen = self.requests().len();
        ensure(self.server.is_none() || seen == count, || format!("{seen} requests, not {count}"))
    }

    pub(super) fn capabilities(&self) -> &Capabilities {
        self.channel.capabilities()
    }
}

/// Breaks the rule unless `error` is of one of `kinds` and of `fate`.
pub(super) fn expect(error: &Error, kinds: &[ErrorKind], fate: Fate) -> Verdict {
    ensure(kinds.contains(&error.kind()) && error.fate() == fate, || {
        let kinds: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
        format!(
            "{} with the fate {:?}, not {} with {fate:?}",
            error.kind(),
            error.fate(),
            kinds.join(" or ")
        )
    })
}

/// An answer without a body.
pub(super) fn bare(status: u16) -> Behaviour {
    Answer::empty(status).into()
}

/// A deadline for `envelope` and a way past it.
pub(super) fn with_deadline<M: Message>(
    mut envelope: Envelope<M>,
    clock: &ManualClock,
) -> Envelope<M> {
    envelope.delivery.deadline = Some(after(clock.now(), DEADLINE));
    envelope
}

/// How long a send has in the rules about deadlines.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);

fn clock() -> ManualClock {
    // A whole second: what a provider writes back loses nothing.
    ManualClock::at(Timestamp::from_second(1_773_500_400).unwrap_or_default())
}

#[expect(clippy::needless_pass_by_value, reason = "it goes into `map_err`")]
fn no_port(error: std::io::Error) -> Miss {
    Miss::Broken(format!("the test server did not start: {error}"))
}
