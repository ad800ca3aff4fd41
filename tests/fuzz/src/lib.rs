//! What the targets share: those of the providers' answers here, those of webhooks in
//! [`webhooks`].

pub mod webhooks;

use std::fmt::{Debug, Display};

use bytes::Bytes;
use dakiya::{
    Call, Email, EmailAddress, Envelope, Error, Message, MessageId, PhoneNumber, Rcs, Sms,
    Timestamp, WhatsApp,
    http::SharedTransport,
    testing::{ManualClock, MockTransport, SeededEntropy},
    time::SharedClock,
};

/// The secret of every account. No error may show it.
pub const SECRET: &str = "canary-secret-71f3";
/// The local part of every address, quoted by answers of the corpus.
pub const WHO: &str = "canary@";
/// Every number without its country, quoted by answers of the corpus. Seven digits and fewer may be
/// a code of the provider's own.
pub const DIGITS: &str = "9845033312";
/// The text of every message, quoted by answers of the corpus.
pub const TEXT: &str = "canary words";

/// One input: the byte that chooses the call, the three digits of the status, then the body.
pub struct Input {
    /// Which call is made.
    pub call: u8,
    answer: http::Response<Bytes>,
}

impl Input {
    /// Reads an input; none where it has no status.
    #[must_use]
    pub fn read(input: &[u8]) -> Option<Self> {
        let (call, rest) = input.split_first()?;
        let (status, body) = rest.split_first_chunk::<3>()?;
        let mut answer = http::Response::new(Bytes::copy_from_slice(body));
        *answer.status_mut() = http::StatusCode::from_bytes(status).ok()?;
        Some(Self { call: *call, answer })
    }

    /// A transport that gives the answer to the first three requests.
    #[must_use]
    pub fn transport(&self) -> SharedTransport {
        let transport = MockTransport::new().forgetful();
        let answers = (0..3).map(|_| self.answer.clone());
        answers.fold(transport, MockTransport::then_response).shared()
    }
}

/// A clock that stands.
#[must_use]
pub fn clock() -> SharedClock {
    ManualClock::at(at(1_773_500_966)).shared()
}

/// A time, in seconds since 1970.
#[must_use]
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("a time")
}

/// Waits for the call, prints what it gives, and looks at its error.
pub fn run<T: Debug>(call: impl Future<Output = Result<T, Error>>) {
    let outcome = futures_executor::block_on(call);
    drop(format!("{outcome:?}"));
    hidden(outcome.err());
}

/// Fails if an error shows whom, what or by which secret.
pub fn hidden(errors: impl IntoIterator<Item = Error>) {
    for error in errors {
        let json = serde_json::to_string(&error).expect("JSON");
        for shown in [&error as &dyn Display, &json] {
            silent(&shown.to_string());
        }
        silent(&format!("{error:?} {error:#?}"));
    }
}

/// Fails if a text shows whom, what or by which secret.
pub fn silent(shown: &str) {
    for canary in [SECRET, WHO, DIGITS, TEXT] {
        assert!(!shown.contains(canary), "`{canary}` in {shown}");
    }
}

/// An address that begins with [`WHO`].
#[must_use]
pub fn address() -> EmailAddress {
    EmailAddress::parse("canary@example.com").expect("an address")
}

/// A number that holds [`DIGITS`].
#[must_use]
pub fn phone() -> PhoneNumber {
    PhoneNumber::parse("+919845033312").expect("a number")
}

/// A message in its envelope.
#[must_use]
pub fn envelope<M: Message>(message: M) -> Envelope<M> {
    Envelope::new(MessageId::new(Timestamp::UNIX_EPOCH, &SeededEntropy::new(1)), message)
}

/// A mail.
#[must_use]
pub fn mail() -> Envelope<Email> {
    envelope(Email::to(address()).subject(TEXT).html(TEXT))
}

/// An SMS.
#[must_use]
pub fn sms() -> Envelope<Sms> {
    envelope(Sms::to(phone()).text(TEXT))
}

/// A text over WhatsApp.
#[must_use]
pub fn whatsapp() -> Envelope<WhatsApp> {
    envelope(WhatsApp::to(phone()).text(TEXT))
}

/// A text over RCS.
#[must_use]
pub fn rcs() -> Envelope<Rcs> {
    envelope(Rcs::to(phone()).text(TEXT))
}

/// A call that says a text.
#[must_use]
pub fn call() -> Envelope<Call> {
    envelope(Call::to(phone()).say(TEXT))
}

/// Sends twice the same message in one batch.
pub fn batch<M: Message>(channel: &impl dakiya::Channel<M>, envelope: &Envelope<M>) {
    let outcomes = futures_executor::block_on(channel.send_batch(&[envelope, envelope]));
    assert_eq!(outcomes.len(), 2);
    hidden(outcomes.into_iter().filter_map(Result::err));
}
