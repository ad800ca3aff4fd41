//! What a single call may ask of Twilio.

use serde::{Deserialize, Serialize};

use crate::{debug::show, message::ProviderOptions};

/// Options of one call. What is absent is left to Twilio.
///
/// ```
/// use dakiya::{
///     Delivery,
///     twilio::voice::{CallEvent, Detection, MachineDetection, Options},
/// };
///
/// let mut options = Options::new();
/// options.ring_s = Some(25);
/// options.machine_detection = Some(MachineDetection::new(Detection::DetectMessageEnd));
/// options.status_callback_events = vec![CallEvent::Answered, CallEvent::Completed];
/// let mut delivery = Delivery::default();
/// delivery.options.set(&options)?;
/// # Ok::<(), dakiya::Error>(())
/// ```
///
/// Source: [Create a call](https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource).
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// How the URL of the provider template is asked: `Method`. Default: POST.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// What is asked where that URL fails: `FallbackUrl`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_url: Option<String>,
    /// How: `FallbackMethod`. Default: POST.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_method: Option<Method>,
    /// Where Twilio reports what becomes of the call: `StatusCallback`. Default: the account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_callback: Option<String>,
    /// How: `StatusCallbackMethod`. Default: POST.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_callback_method: Option<Method>,
    /// What is reported: `StatusCallbackEvent`. Default: the end alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub status_callback_events: Vec<CallEvent>,
    /// How long it rings, in seconds, at most 600; Twilio may add 5: `Timeout`. Default: 60.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ring_s: Option<u32>,
    /// How long the call may last, in seconds: `TimeLimit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_limit_s: Option<u32>,
    /// Keys pressed once the call is taken, at most 32 of `0-9 # * A-D`, `w` for half a second and
    /// `W` for one: `SendDigits`. Not with machine detection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_digits: Option<String>,
    /// How a call that [records](crate::Call::record) does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording: Option<RecordingSettings>,
    /// Whether a machine took the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine_detection: Option<MachineDetection>,
    /// A SIP or client address (`sip:…`, `client:…`) that is called in place of the number: `To`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// A SIP or client address (`sip:…`, `client:…`) that calls in place of a number: `From`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The number or name shown in place of the caller's: `CallerId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_id: Option<String>,
    /// Why it calls, shown on phones that can: `CallReason`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_reason: Option<String>,
    /// The token of a call that is forwarded: `CallToken`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_token: Option<String>,
    /// The trunk of one's own carrier, `BY…`: `Byoc`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byoc: Option<String>,
    /// The user at a SIP address: `SipAuthUsername`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip_user: Option<String>,
    /// The password there: `SipAuthPassword`. It is stored with the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip_password: Option<String>,
    /// What a client is told: `ClientNotificationUrl`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_notification_url: Option<String>,
}

impl ProviderOptions for Options {
    const PROVIDER: &'static str = super::LABEL;
}

impl Options {
    /// No options.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how long it rings, in seconds.
    #[must_use]
    pub fn ring_s(mut self, seconds: u32) -> Self {
        self.ring_s = Some(seconds);
        self
    }

    /// Sets how a machine is told from a person.
    #[must_use]
    pub fn machine_detection(mut self, detection: MachineDetection) -> Self {
        self.machine_detection = Some(detection);
        self
    }

    /// Sets where Twilio reports, and what; nothing named is the end alone.
    #[must_use]
    pub fn status_callback(
        mut self,
        url: impl Into<String>,
        events: impl IntoIterator<Item = CallEvent>,
    ) -> Self {
        self.status_callback = Some(url.into());
        self.status_callback_events = events.into_iter().collect();
        self
    }

    /// Sets how a call that records does it.
    #[must_use]
    pub fn recording(mut self, recording: RecordingSettings) -> Self {
        self.recording = Some(recording);
        self
    }

    /// Sets the keys that are pressed once the call is taken.
    #[must_use]
    pub fn send_digits(mut self, digits: impl Into<String>) -> Self {
        self.send_digits = Some(digits.into());
        self
    }
}

// URLs hold references, addresses are people's, and there is a password.
show!(Options { ring_s, time_limit_s, status_callback_events, machine_detection });

/// How Twilio asks a URL.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// GET, everything in the query.
    Get,
    /// POST of a form.
    Post,
}

impl Method {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// What the status callback reports.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallEvent {
    /// The call is taken; its status is then `in-progress`.
    Answered,
    /// It ended, however.
    Completed,
    /// It left the queue.
    Initiated,
    /// It rings.
    Ringing,
}

impl CallEvent {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Completed => "completed",
            Self::Initiated => "initiated",
            Self::Ringing => "ringing",
        }
    }
}

/// How a whole call is recorded.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecordingSettings {
    /// Both sides in one channel, or one each: `RecordingChannels`. Default: mono.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<Channels>,
    /// Whose side: `RecordingTrack`. Default: both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track: Option<Track>,
    /// Whether silence is cut from its ends: `Trim`. Default: it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trim: Option<Trim>,
    /// Where Twilio reports on it: `RecordingStatusCallback`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_callback: Option<String>,
    /// How: `RecordingStatusCallbackMethod`. Default: POST.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_callback_method: Option<Method>,
    /// What is reported: `RecordingStatusCallbackEvent`. Default: its end alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<RecordingEvent>,
}

show!(RecordingSettings { channels, track, events });

/// How many channels a recording has.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channels {
    /// One a side.
    Dual,
    /// One for both sides.
    Mono,
}

/// Whose side is recorded.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Track {
    /// Both.
    Both,
    /// What Twilio hears.
    Inbound,
    /// What Twilio says.
    Outbound,
}

/// Whether silence is cut from the ends of a recording.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trim {
    /// It stays.
    DoNotTrim,
    /// It is cut.
    TrimSilence,
}

/// What is reported of a recording.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordingEvent {
    /// There is none.
    Absent,
    /// It can be fetched.
    Completed,
    /// It began.
    InProgress,
}

/// How a machine is told from a person. Outside its ranges a value is refused.
///
/// Source: [Answering machine
/// detection](https://www.twilio.com/docs/voice/answering-machine-detection).
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineDetection {
    /// When it answers: `MachineDetection`.
    pub mode: Detection,
    /// How long it listens, 3 to 59 s: `MachineDetectionTimeout`. Default: 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_s: Option<u32>,
    /// A greeting this long is a machine's, 1000 to 6000 ms: `MachineDetectionSpeechThreshold`.
    /// Default: 2400.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speech_threshold_ms: Option<u32>,
    /// A silence this long ends the greeting, 500 to 5000 ms: `MachineDetectionSpeechEndThreshold`.
    /// Default: 1200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speech_end_threshold_ms: Option<u32>,
    /// A silence this long at the start is `unknown`, 2000 to 10000 ms:
    /// `MachineDetectionSilenceTimeout`. Default: 5000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence_timeout_ms: Option<u32>,
    /// Lets the steps begin at once, and reports later: `AsyncAmd`. Default: the steps wait for it.
    #[serde(default, rename = "async", skip_serializing_if = "Option::is_none")]
    pub asynchronous: Option<AsyncDetection>,
}

impl MachineDetection {
    /// Detection by Twilio's defaults, for which the steps wait.
    #[must_use]
    pub fn new(mode: Detection) -> Self {
        Self {
            mode,
            timeout_s: None,
            speech_threshold_ms: None,
            speech_end_threshold_ms: None,
            silence_timeout_ms: None,
            asynchronous: None,
        }
    }

    /// Lets the steps begin at once, and reports to `url`.
    #[must_use]
    pub fn asynchronous(mut self, url: impl Into<String>) -> Self {
        self.asynchronous =
            Some(AsyncDetection { status_callback: Some(url.into()), method: None });
        self
    }
}

/// When detection answers.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detection {
    /// Once the machine's greeting ended, so that a message can be left.
    DetectMessageEnd,
    /// As soon as it knows.
    Enable,
}

/// Detection beside the steps.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AsyncDetection {
    /// Where it reports: `AsyncAmdStatusCallback`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_callback: Option<String>,
    /// How: `AsyncAmdStatusCallbackMethod`. Default: POST.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
}

show!(AsyncDetection { method });
