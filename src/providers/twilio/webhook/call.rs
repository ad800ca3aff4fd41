//! What becomes of a call, and what a call asks.

use jiff::fmt::rfc2822::DateTimeParser;

use super::{Context, address, fields::Fields, message::meaning, silence};
use crate::{
    event::{AnsweredBy, CallOutcome, Event, EventKind, Recording, Status},
    message::Kind,
    providers::twilio::NAME,
    webhook::{Reply, dedup_key},
};

/// Which of Twilio's requests it is. They tell it by their fields alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Request {
    /// Who picked up, found out beside the call.
    Detection,
    /// What was keyed or said.
    Gathered,
    /// What was said so far.
    Hearing,
    /// What to do in the call.
    Instructions,
    /// What was recorded by a step of the call.
    Recorded,
    /// What became of a recording.
    Recording,
    /// What became of the call.
    Report,
    /// What was said in a recording.
    Transcription,
}

impl Request {
    fn of(fields: &Fields<'_>) -> Self {
        let any = |names: &[&str]| names.iter().any(|name| fields.has(name));
        if any(&["TranscriptionSid", "TranscriptionStatus", "TranscriptionText"]) {
            Self::Transcription
        } else if any(&["RecordingStatus"]) {
            Self::Recording
        } else if any(&["UnstableSpeechResult", "StableSpeechResult", "Stability"]) {
            Self::Hearing
        } else if any(&["CallbackSource", "CallDuration"]) {
            Self::Report
        } else if any(&["RecordingSid", "RecordingUrl"]) {
            Self::Recorded
        } else if any(&["Digits", "SpeechResult", "FinishedOnKey", "msg"]) {
            Self::Gathered
        } else if any(&["AnsweredBy"]) && !any(&["CallStatus"]) {
            Self::Detection
        } else if any(&["SequenceNumber", "Timestamp"]) {
            Self::Report
        } else {
            Self::Instructions
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Detection => "detection",
            Self::Gathered => "gathered",
            Self::Hearing => "hearing",
            Self::Instructions => "instructions",
            Self::Recorded => "recorded",
            Self::Recording => "recording",
            Self::Report => "call",
            Self::Transcription => "transcription",
        }
    }

    /// Whether Twilio waits for TwiML. What it does not get, it takes for the end of the call.
    fn asks(self) -> bool {
        matches!(self, Self::Gathered | Self::Instructions | Self::Recorded)
    }
}

pub(super) fn read(fields: &mut Fields<'_>, context: &Context<'_>) -> (Vec<Event>, Reply) {
    let request = Request::of(fields);
    let mut event = context.event(EventKind::Other, Some(Kind::Voice));
    event.provider_message_id = fields.take("CallSid");
    event.sender = person(fields, "From", "Caller");
    event.recipient = person(fields, "To", "Called");
    event.code = fields.take("ErrorCode");
    event.reason = fields.take("ErrorMessage");
    event.timestamp = fields.find("Timestamp").and_then(|text| {
        DateTimeParser::new().parse_timestamp(text.trim()).ok().or_else(|| text.parse().ok())
    });
    if event.timestamp.is_some() {
        fields.take("Timestamp");
    }
    let outcome = outcome(request, fields);
    meant(&mut event, request, &outcome, fields);
    event.dedup_key = key(&event, request, &outcome, fields, context);
    event.call = (outcome != CallOutcome::default()).then(|| Box::new(outcome));
    let reply = if request.asks() { silence() } else { Reply::of(204) };
    (vec![event], reply)
}

fn person(fields: &mut Fields<'_>, name: &str, repeated: &str) -> Option<String> {
    let text = fields.take(name);
    fields.drop_same(repeated, text.as_deref());
    text.or_else(|| fields.take(repeated)).map(address)
}

/// What the fields tell of the call. `Duration` is in minutes, begun ones counted as whole, and
/// stays what it is.
fn outcome(request: Request, fields: &mut Fields<'_>) -> CallOutcome {
    let recording = Recording {
        id: fields.take("RecordingSid"),
        url: fields.take("RecordingUrl"),
        duration_seconds: fields.parse("RecordingDuration"),
    };
    // Of what was heard so far, the rest may still change.
    let heard = ["SpeechResult", "StableSpeechResult"].iter().find_map(|name| fields.take(name));
    let heard = heard.or_else(|| fields.take("UnstableSpeechResult"));
    CallOutcome {
        duration_seconds: fields.parse("CallDuration"),
        answered_by: fields.find("AnsweredBy").map(answered_by),
        digits: fields.take("Digits"),
        speech: heard,
        confidence: fields.find("Confidence").and_then(|text| {
            text.trim().parse().ok().filter(|confidence: &f64| confidence.is_finite())
        }),
        recording: (recording != Recording::default()).then_some(recording),
        sip_code: fields.parse("SipResponseCode"),
        sequence: match request {
            Request::Hearing | Request::Report => fields.parse("SequenceNumber"),
            _ => None,
        },
        ..CallOutcome::default()
    }
}

/// Detection that waited for the end of a greeting says how it ended, which stays in the metadata.
fn answered_by(word: &str) -> AnsweredBy {
    match word {
        "human" => AnsweredBy::Human,
        "fax" => AnsweredBy::Fax,
        word if word.starts_with("machine") => AnsweredBy::Machine,
        _ => AnsweredBy::Unknown,
    }
}

/// What the request says.
fn meant(event: &mut Event, request: Request, outcome: &CallOutcome, fields: &mut Fields<'_>) {
    let status = match request {
        Request::Transcription => {
            event.word = fields.take("TranscriptionStatus");
            event.text = fields.take("TranscriptionText");
            return;
        }
        Request::Recording => {
            event.word = fields.take("RecordingStatus");
            return;
        }
        // Only who was answered can be listened to.
        Request::Detection => {
            event.word = fields.peek("AnsweredBy");
            Some(Status::Answered)
        }
        Request::Hearing if !fields.has("CallStatus") => Some(Status::Answered),
        Request::Gathered
        | Request::Hearing
        | Request::Instructions
        | Request::Recorded
        | Request::Report => {
            event.word = fields.take("CallStatus");
            status(event.word.as_deref().unwrap_or_default(), outcome.sip_code)
        }
    };
    // Somebody calls, and waits for what comes.
    let waits = matches!(event.word.as_deref(), None | Some("initiated" | "queued" | "ringing"));
    if request == Request::Instructions && waits && fields.find("Direction") == Some("inbound") {
        event.kind = EventKind::Inbound;
        return;
    }
    event.status = status;
    event.kind = status.map_or(EventKind::Other, Status::kind);
    // Of a call from outside the recipient is ours.
    if status == Some(Status::Failed) && fields.find("Direction") != Some("inbound") {
        (event.bounce, event.suppress) = event.code.as_deref().map_or((None, None), meaning);
    }
}

/// What a call's word says.
///
/// Source: [Call status](https://www.twilio.com/docs/voice/api/call-resource#call-status-values).
fn status(word: &str, sip: Option<u16>) -> Option<Status> {
    Some(match word {
        // Twilio is about to dial: nothing has left it yet.
        "initiated" | "queued" => Status::Queued,
        "ringing" => Status::Ringing,
        "in-progress" => Status::Answered,
        "completed" => Status::Completed,
        "busy" => Status::Busy,
        "no-answer" => Status::NoAnswer,
        // Some carriers fail a call that nobody took.
        "failed" if sip == Some(480) => Status::NoAnswer,
        "canceled" | "failed" => Status::Failed,
        _ => return None,
    })
}

fn key(
    event: &Event,
    request: Request,
    outcome: &CallOutcome,
    fields: &Fields<'_>,
    context: &Context<'_>,
) -> String {
    let recording = outcome.recording.as_ref().and_then(|recording| recording.id.as_deref());
    let sequence = outcome.sequence.map(|number| number.to_string()).unwrap_or_default();
    let mut parts = vec![
        NAME,
        request.name(),
        event.provider_message_id.as_deref().unwrap_or_default(),
        event.word.as_deref().unwrap_or_default(),
        recording.unwrap_or_default(),
        &sequence,
    ];
    match request {
        // The same keys may be pressed at two questions; the URL tells which one it was.
        Request::Gathered | Request::Hearing | Request::Instructions | Request::Recorded => {
            parts.extend([context.path, context.query]);
            parts.push(outcome.digits.as_deref().unwrap_or_default());
            parts.push(outcome.speech.as_deref().unwrap_or_default());
            parts.extend(
                ["UnstableSpeechResult", "Confidence", "FinishedOnKey", "DialCallSid"]
                    .map(|name| fields.find(name).unwrap_or_default()),
            );
        }
        Request::Transcription => {
            parts.push(fields.find("TranscriptionSid").unwrap_or_default());
        }
        Request::Detection | Request::Recording | Request::Report => {}
    }
    dedup_key(&parts)
}
