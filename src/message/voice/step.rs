//! The steps of a call.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    channel::Features,
    debug::show,
    error::Fault,
    message::{Hidden, PhoneNumber, check_https, check_present},
};

/// One step of a call. Durations are whole seconds in JSON.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Step {
    /// Connects the person to another number.
    Dial {
        /// The number.
        number: PhoneNumber,
        /// How long it rings; the provider's default when absent.
        #[serde(default, with = "optional_seconds", skip_serializing_if = "Option::is_none")]
        timeout: Option<Duration>,
    },
    /// Asks for keys or speech.
    Gather(Gather),
    /// Ends the call.
    HangUp,
    /// Waits.
    Pause {
        /// How long.
        #[serde(with = "seconds")]
        length: Duration,
    },
    /// Plays a recording.
    Play {
        /// Where the provider fetches it: `https://…`.
        link: String,
        /// How often; once when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        times: Option<u16>,
    },
    /// Records what the person says.
    Record(Recording),
    /// Fetches the further steps, in the provider's own form.
    Redirect {
        /// Where: `https://…`.
        link: String,
    },
    /// Reads a text.
    Say {
        /// The text.
        text: String,
        /// Its language, as a BCP 47 tag; the provider's default when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        /// The voice, by the provider's name; its default when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        voice: Option<String>,
    },
}

/// A question that the person answers by keys or speech.
///
/// The answer goes to `action`, whose reply says what happens next. Without an answer the call goes
/// on with the next step.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Gather {
    /// What is heard while it waits: [`Step::Say`], [`Step::Play`] and [`Step::Pause`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompt: Vec<Step>,
    /// What counts as an answer.
    #[serde(default)]
    pub input: Input,
    /// How many keys; any number when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digits: Option<u8>,
    /// How long it waits for the next key; the provider's default when absent.
    #[serde(default, with = "optional_seconds", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// The key that ends the answer; the provider's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_on: Option<char>,
    /// Where the answer goes: `https://…`. Where it is absent the provider's events carry it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The language that is spoken, as a BCP 47 tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Words that are likely to be said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

/// What counts as an answer.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Keys.
    #[default]
    Keys,
    /// Keys or speech.
    KeysOrSpeech,
    /// Speech.
    Speech,
}

/// A recording of what the person says.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recording {
    /// Where the call goes on once it is recorded: `https://…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// How long it is at most; the provider's default when absent.
    #[serde(with = "optional_seconds", skip_serializing_if = "Option::is_none")]
    pub max_length: Option<Duration>,
    /// How long a silence ends it; the provider's default when absent.
    #[serde(with = "optional_seconds", skip_serializing_if = "Option::is_none")]
    pub silence: Option<Duration>,
    /// Whether a beep comes first; the provider's default when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beep: Option<bool>,
    /// Whether it is written down, too.
    pub transcribe: bool,
}

impl Step {
    /// Reads a text in the provider's default language and voice.
    #[must_use]
    pub fn say(text: impl Into<String>) -> Self {
        Self::Say { text: text.into(), language: None, voice: None }
    }

    /// Reads a text in a language, as a BCP 47 tag.
    #[must_use]
    pub fn say_in(language: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Say { text: text.into(), language: Some(language.into()), voice: None }
    }

    /// Plays a recording once.
    #[must_use]
    pub fn play(link: impl Into<String>) -> Self {
        Self::Play { link: link.into(), times: None }
    }

    pub(super) fn features(&self) -> Features {
        match self {
            Self::Dial { .. } => Features::DIALING,
            Self::Gather(gather) => {
                let prompt = gather.prompt.iter();
                prompt.fold(Features::INPUT, |all, step| all.union(step.features()))
            }
            Self::Play { .. } => Features::MEDIA,
            Self::Record(_) => Features::RECORDING,
            Self::Say { text, .. } => Features::NONE.and_if(!text.is_empty(), Features::TEXT),
            Self::HangUp | Self::Pause { .. } | Self::Redirect { .. } => Features::CALL_CONTROL,
        }
    }

    pub(super) fn validate(&self, faults: &mut Vec<Fault>, field: &str) {
        let at = |name: &str| format!("{field}.{name}");
        match self {
            Self::Gather(gather) => gather.validate(faults, field),
            Self::Play { link, .. } | Self::Redirect { link } => {
                check_https(faults, &at("link"), link);
            }
            Self::Record(recording) => {
                if let Some(action) = &recording.action {
                    check_https(faults, &at("action"), action);
                }
            }
            Self::Dial { .. } | Self::HangUp | Self::Pause { .. } | Self::Say { .. } => {}
        }
    }
}

impl Gather {
    /// Asks for `count` keys, which go to `action`.
    #[must_use]
    pub fn digits(count: u8, action: impl Into<String>) -> Self {
        Self { digits: Some(count), ..Self::any(action) }
    }

    /// Asks for keys, however many, which go to `action`.
    #[must_use]
    pub fn any(action: impl Into<String>) -> Self {
        Self { action: Some(action.into()), ..Self::reported() }
    }

    /// Asks for keys, which come back in the provider's events.
    #[must_use]
    pub fn reported() -> Self {
        Self {
            prompt: Vec::new(),
            input: Input::Keys,
            digits: None,
            timeout: None,
            finish_on: None,
            action: None,
            language: None,
            hints: Vec::new(),
        }
    }

    /// Adds what is heard while it waits.
    #[must_use]
    pub fn prompt(mut self, step: Step) -> Self {
        self.prompt.push(step);
        self
    }

    /// Sets how long it waits for the next key.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets what counts as an answer.
    #[must_use]
    pub fn input(mut self, input: Input) -> Self {
        self.input = input;
        self
    }

    fn validate(&self, faults: &mut Vec<Fault>, field: &str) {
        for (index, step) in self.prompt.iter().enumerate() {
            let field = format!("{field}.prompt[{index}]");
            match step {
                Step::Pause { .. } | Step::Play { .. } => step.validate(faults, &field),
                Step::Say { text, .. } => check_present(faults, &format!("{field}.text"), text),
                Step::Dial { .. }
                | Step::Gather(_)
                | Step::HangUp
                | Step::Record(_)
                | Step::Redirect { .. } => {
                    faults.push(Fault::new(field, "is no prompt", "say, play or pause"));
                }
            }
        }
        if let Some(action) = &self.action {
            check_https(faults, &format!("{field}.action"), action);
        }
        let keys = |key: char| key.is_ascii_digit() || matches!(key, '#' | '*');
        if self.finish_on.is_some_and(|key| !keys(key)) {
            faults.push(Fault::new(format!("{field}.finish_on"), "is no key", "use 0-9, # or *"));
        }
        if self.digits == Some(0) {
            faults.push(Fault::new(format!("{field}.digits"), "is 0", "ask for 1 or more"));
        }
    }
}

impl From<Gather> for Step {
    fn from(gather: Gather) -> Self {
        Self::Gather(gather)
    }
}

impl From<Recording> for Step {
    fn from(recording: Recording) -> Self {
        Self::Record(recording)
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dial { number, .. } => write!(f, "Dial({number:?})"),
            Self::Gather(gather) => gather.fmt(f),
            Self::HangUp => f.write_str("HangUp"),
            Self::Pause { length } => write!(f, "Pause({length:?})"),
            Self::Play { .. } => f.write_str("Play(***)"),
            Self::Record(recording) => recording.fmt(f),
            Self::Redirect { .. } => f.write_str("Redirect(***)"),
            Self::Say { text, .. } => write!(f, "Say({:?})", Hidden(text)),
        }
    }
}

show!(Gather { prompt });

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recording")
    }
}

/// A duration as whole seconds.
pub(super) mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(length: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(length.as_secs())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_secs)
    }
}

/// The same, where there may be none.
mod optional_seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(
        length: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match length {
            Some(length) => to.serialize_some(&length.as_secs()),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(from)?.map(Duration::from_secs))
    }
}
