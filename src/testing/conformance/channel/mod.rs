//! The rules of a channel.
//!
//! The suite starts a [`ScriptedServer`](crate::testing::server::ScriptedServer) for each rule,
//! has the subject build its channel over it, and looks at what goes over the wire and what comes
//! back. Time is a [`ManualClock`](crate::testing::ManualClock): hand it to the transport, so that
//! a deadline passes at once.
//!
//! ```no_run
//! # use dakiya::{Envelope, MessageId, PhoneNumber, Shared, Sms, time::SharedClock};
//! # fn account(endpoint: &str, clock: SharedClock) -> Shared<Sms> { unimplemented!() }
//! use dakiya::testing::{conformance::channel::Subject, server::Answer};
//!
//! # async fn example() {
//! let subject = Subject::new(
//!     |endpoint, clock| account(endpoint, clock),
//!     |n| {
//!         let to = PhoneNumber::parse(format!("+9198450000{n:02}")).unwrap();
//!         let id: MessageId = format!("01890000-0000-7000-8000-{n:012}").parse().unwrap();
//!         Envelope::new(id, Sms::to(to).text("canary-body"))
//!     },
//!     |_request| Answer::json(200, r#"{"id":"7"}"#),
//! );
//! let subject = subject.secrets(["canary-key"]).personal(["canary-body", "9845000000"]);
//! subject.check().await.unwrap();
//! # }
//! ```

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use self::run::Run;
use super::{Report, Violations};
use crate::{
    channel::Shared,
    message::{Envelope, Message},
    testing::server::{Answer, Received},
    time::SharedClock,
};

mod answers;
mod batches;
mod credentials;
mod faults;
mod refusals;
mod run;

/// A channel under test: how to build it, what it sends and what its provider answers.
pub struct Subject<M: Message> {
    make: Make<M>,
    envelope: Box<dyn Fn(usize) -> Envelope<M> + Send + Sync>,
    accepted: Respond,
    batch_accepted: Respond,
    variants: Vec<Envelope<M>>,
    labels: Vec<String>,
    secrets: Vec<String>,
    personal: Vec<String>,
    exceptions: BTreeMap<&'static str, String>,
    patience: Duration,
}

type Respond = Arc<dyn Fn(&Received) -> Answer + Send + Sync>;

/// Builds a channel against an endpoint, with a clock.
type Build<M> = dyn Fn(&str, SharedClock) -> Shared<M> + Send + Sync;

enum Make<M: Message> {
    Http(Box<Build<M>>),
    Other(Box<dyn Fn() -> Shared<M> + Send + Sync>),
}

impl<M: Message> Subject<M> {
    /// A channel whose protocol is HTTP.
    ///
    /// - `make` builds it, with the clock, against an endpoint such as `http://127.0.0.1:4242`;
    /// - `envelope` is the nth message: of one recipient, valid, with an id of its own;
    /// - `accepted` is what the provider answers to a request for one message that it takes.
    #[must_use]
    pub fn new(
        make: impl Fn(&str, SharedClock) -> Shared<M> + Send + Sync + 'static,
        envelope: impl Fn(usize) -> Envelope<M> + Send + Sync + 'static,
        accepted: impl Fn(&Received) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::of(Make::Http(Box::new(make)), Box::new(envelope), Arc::new(accepted))
    }

    /// A channel whose protocol is another: the rules about requests and HTTP answers are skipped.
    /// What it connects to must take the messages for as long as the suite runs.
    #[must_use]
    pub fn without_http(
        make: impl Fn() -> Shared<M> + Send + Sync + 'static,
        envelope: impl Fn(usize) -> Envelope<M> + Send + Sync + 'static,
    ) -> Self {
        let nothing = Arc::new(|_: &Received| Answer::empty(500));
        Self::of(Make::Other(Box::new(make)), Box::new(envelope), nothing)
    }

    fn of(
        make: Make<M>,
        envelope: Box<dyn Fn(usize) -> Envelope<M> + Send + Sync>,
        accepted: Respond,
    ) -> Self {
        Self {
            make,
            envelope,
            batch_accepted: Arc::clone(&accepted),
            accepted,
            variants: Vec::new(),
            labels: Vec::new(),
            secrets: Vec::new(),
            personal: Vec::new(),
            exceptions: BTreeMap::new(),
            patience: Duration::from_secs(10),
        }
    }

    /// Sets what the provider answers in the rules about batches, to requests for one message and
    /// for many. Default: the same as for one.
    #[must_use]
    pub fn batch_answer(
        mut self,
        accepted: impl Fn(&Received) -> Answer + Send + Sync + 'static,
    ) -> Self {
        self.batch_accepted = Arc::new(accepted);
        self
    }

    /// Adds messages with more features or recipients, to see that those beyond the capabilities
    /// are refused.
    #[must_use]
    pub fn variants(mut self, variants: impl IntoIterator<Item = Envelope<M>>) -> Self {
        self.variants.extend(variants);
        self
    }

    /// Names who may take or refuse a message where that is not the channel itself: the channels of
    /// a route, such as `twilio.sms`. Default: the channel's name and kind.
    #[must_use]
    pub fn labels<S: Into<String>>(mut self, labels: impl IntoIterator<Item = S>) -> Self {
        self.labels.extend(labels.into_iter().map(Into::into));
        self
    }

    /// Names the texts that the channel was built with and that may show nowhere but in headers
    /// and bodies: keys, passwords.
    #[must_use]
    pub fn secrets<S: Into<String>>(mut self, secrets: impl IntoIterator<Item = S>) -> Self {
        self.secrets.extend(secrets.into_iter().map(Into::into));
        self
    }

    /// Names the texts of the messages that may show in no error and no `Debug`: addresses, parts
    /// of bodies.
    #[must_use]
    pub fn personal<S: Into<String>>(mut self, personal: impl IntoIterator<Item = S>) -> Self {
        self.personal.extend(personal.into_iter().map(Into::into));
        self
    }

    /// Leaves `rule` out, because the provider's documentation overrules it. The reason is in the
    /// report.
    #[must_use]
    pub fn except(mut self, rule: &'static str, reason: impl Into<String>) -> Self {
        self.exceptions.insert(rule, reason.into());
        self
    }

    /// Sets how long, in real time, a rule may take before it counts as broken. Default: 10 s.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Runs every rule that applies.
    ///
    /// Needs a tokio runtime with its I/O and time on.
    ///
    /// # Errors
    ///
    /// All rules that were broken.
    pub async fn check(&self) -> Result<Report, Violations> {
        let run = Run::new(self);
        answers::check(&run).await;
        refusals::check(&run).await;
        faults::check(&run).await;
        credentials::check(&run).await;
        batches::check(&run).await;
        // Last: they look at all that was seen before.
        refusals::check_leaks(&run).await;
        run.finish()
    }
}

impl<M: Message> fmt::Debug for Subject<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subject({})", M::KIND)
    }
}
