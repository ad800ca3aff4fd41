//! A call.

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::step::{Gather, Input, Recording, Step};
use super::{Kind, Message, PhoneNumber, Recipient, Rendered, ToPhone, check_present, no_place};
use crate::{
    channel::Features,
    debug::show,
    error::{Fault, Result},
};

mod step;

/// A call to one phone, and what happens when it is answered: step after step, then it ends.
///
/// ```
/// use dakiya::{Call, Gather, PhoneNumber, Step};
///
/// let call = Call::to(PhoneNumber::parse("+919845000012")?)
///     .gather(
///         Gather::digits(1, "https://erp.example.net/voice/menu?order=2041")
///             .prompt(Step::say("Your glasses are ready. Press 1 for home delivery.")),
///     )
///     .say("We shall keep them for you. Goodbye.");
/// # let _ = call;
/// # Ok::<(), dakiya::AddressError>(())
/// ```
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Who is called.
    pub to: PhoneNumber,
    /// The number shown; the account's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PhoneNumber>,
    /// What happens, in order.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// Whether the whole call is recorded.
    #[serde(default)]
    pub record: bool,
    /// How often, and after which pause, a call that nobody took is tried again by the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<Retries>,
}

/// How a provider tries again a call that nobody took.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retries {
    /// How often, after the first call.
    pub count: u8,
    /// The pause before each, in whole seconds.
    #[serde(with = "step::seconds")]
    pub gap: Duration,
}

impl Retries {
    /// `count` more calls, `gap` apart.
    #[must_use]
    pub fn new(count: u8, gap: Duration) -> Self {
        Self { count, gap }
    }
}

impl Call {
    /// A call that says nothing yet.
    #[must_use]
    pub fn to(to: PhoneNumber) -> Self {
        Self { to, from: None, steps: Vec::new(), record: false, retries: None }
    }

    /// Adds a step.
    #[must_use]
    pub fn step(mut self, step: impl Into<Step>) -> Self {
        self.steps.push(step.into());
        self
    }

    /// Reads a text.
    #[must_use]
    pub fn say(self, text: impl Into<String>) -> Self {
        self.step(Step::say(text))
    }

    /// Plays a recording.
    #[must_use]
    pub fn play(self, link: impl Into<String>) -> Self {
        self.step(Step::play(link))
    }

    /// Asks for keys or speech.
    #[must_use]
    pub fn gather(self, gather: Gather) -> Self {
        self.step(gather)
    }

    /// Waits.
    #[must_use]
    pub fn pause(self, length: Duration) -> Self {
        self.step(Step::Pause { length })
    }

    /// Records what the person says.
    #[must_use]
    pub fn recording(self, recording: Recording) -> Self {
        self.step(recording)
    }

    /// Connects the person to another number.
    #[must_use]
    pub fn dial(self, number: PhoneNumber) -> Self {
        self.step(Step::Dial { number, timeout: None })
    }

    /// Ends the call.
    #[must_use]
    pub fn hang_up(self) -> Self {
        self.step(Step::HangUp)
    }

    /// Sets the number shown.
    #[must_use]
    pub fn from(mut self, from: PhoneNumber) -> Self {
        self.from = Some(from);
        self
    }

    /// Records the whole call.
    #[must_use]
    pub fn record(mut self) -> Self {
        self.record = true;
        self
    }

    /// Has the provider try again a call that nobody took.
    #[must_use]
    pub fn retries(mut self, retries: Retries) -> Self {
        self.retries = Some(retries);
        self
    }
}

show!(Call { to, steps });

impl Message for Call {
    const KIND: Kind = Kind::Voice;

    fn recipients(&self) -> Vec<Recipient> {
        vec![Recipient::Phone(self.to.clone())]
    }

    fn sender(&self) -> Option<&str> {
        self.from.as_ref().map(PhoneNumber::as_str)
    }

    fn features(&self) -> Features {
        let own = Features::NONE
            .and_if(self.record, Features::RECORDING)
            .and_if(self.retries.is_some(), Features::RETRIES);
        self.steps.iter().fold(own, |all, step| all.union(step.features()))
    }

    fn validate(&self, faults: &mut Vec<Fault>) {
        for (index, step) in self.steps.iter().enumerate() {
            step.validate(faults, &format!("steps[{index}]"));
        }
    }

    fn validate_text(&self, faults: &mut Vec<Fault>) {
        if self.steps.is_empty() {
            faults.push(Fault::new("steps", "is empty", "say or play something"));
        }
        for (index, step) in self.steps.iter().enumerate() {
            if let Step::Say { text, .. } = step {
                check_present(faults, &format!("steps[{index}].text"), text);
            }
        }
    }

    /// The text is said before all else.
    fn fill(&mut self, rendered: Rendered) -> Result<()> {
        if rendered.html.is_some() {
            return Err(no_place(Self::KIND, "html"));
        }
        let language = rendered.stamp.map(|stamp| stamp.locale);
        let text = rendered.text.unwrap_or_default();
        // A call that was written with an empty text to fill has its place.
        let empty = |step: &Step| matches!(step, Step::Say { text, .. } if text.is_empty());
        self.steps.retain(|step| !empty(step));
        self.steps.insert(0, Step::Say { text, language, voice: None });
        Ok(())
    }
}

impl ToPhone for Call {
    fn phone(&self) -> Option<PhoneNumber> {
        Some(self.to.clone())
    }
}
