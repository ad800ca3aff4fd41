//! What Twilio takes, checked before it is asked.
//!
//! Source: [Create a call](https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource).

use std::ops::RangeInclusive;

use super::Options;
use crate::{
    error::Fault,
    message::{Call, Step, check_line},
    providers::twilio::builder::{CALLBACK, is_callback, is_sid},
};

/// The most characters that TwiML may have beside a call.
pub(in crate::providers::twilio) const TWIML: usize = 4000;
/// The most keys of `SendDigits`.
const DIGITS: usize = 32;
/// How long it may ring, in seconds.
const RING: RangeInclusive<u32> = 1..=600;
/// How long detection may listen, in seconds.
const DETECTION: RangeInclusive<u32> = 3..=59;
/// The thresholds of detection, in milliseconds.
const SPEECH: RangeInclusive<u32> = 1000..=6000;
const SPEECH_END: RangeInclusive<u32> = 500..=5000;
const SILENCE: RangeInclusive<u32> = 2000..=10_000;

/// Adds what is wrong with the options of `call`.
pub(super) fn check(call: &Call, options: &Options, faults: &mut Vec<Fault>) {
    let mut wrong = |field: &str, problem: &str, remedy: &str| {
        faults.push(Fault::new(format!("options.{field}"), problem, remedy));
    };
    let recording = options.recording.as_ref();
    let detection = options.machine_detection.as_ref();
    let asynchronous = detection.and_then(|detection| detection.asynchronous.as_ref());
    let urls = [
        ("fallback_url", &options.fallback_url),
        ("status_callback", &options.status_callback),
        ("client_notification_url", &options.client_notification_url),
    ];
    let nested = [
        ("recording.status_callback", recording.and_then(|one| one.status_callback.as_ref())),
        (
            "machine_detection.async.status_callback",
            asynchronous.and_then(|one| one.status_callback.as_ref()),
        ),
    ];
    let urls = urls.into_iter().map(|(field, url)| (field, url.as_ref())).chain(nested);
    for (field, url) in urls {
        if url.is_some_and(|url| !is_callback(url)) {
            wrong(field, CALLBACK.0, CALLBACK.1);
        }
    }
    let of = |value: fn(&super::MachineDetection) -> Option<u32>| detection.and_then(value);
    let ranges = [
        ("ring_s", options.ring_s, RING),
        ("time_limit_s", options.time_limit_s, 1..=u32::MAX),
        ("machine_detection.timeout_s", of(|one| one.timeout_s), DETECTION),
        ("machine_detection.speech_threshold_ms", of(|one| one.speech_threshold_ms), SPEECH),
        (
            "machine_detection.speech_end_threshold_ms",
            of(|one| one.speech_end_threshold_ms),
            SPEECH_END,
        ),
        ("machine_detection.silence_timeout_ms", of(|one| one.silence_timeout_ms), SILENCE),
    ];
    for (field, value, range) in ranges {
        if let Some(value) = value.filter(|value| !range.contains(value)) {
            let remedy = match range.end() {
                &u32::MAX => format!("write {} or more", range.start()),
                end => format!("write {} to {end}", range.start()),
            };
            wrong(field, &format!("is {value}"), &remedy);
        }
    }
    if let Some(digits) = &options.send_digits {
        let key = |key: char| matches!(key, '0'..='9' | '#' | '*' | 'A'..='D' | 'w' | 'W');
        let count = digits.chars().count();
        if count == 0 || count > DIGITS || !digits.chars().all(key) {
            let remedy = format!("write 1 to {DIGITS} of 0-9 # * A-D w W");
            wrong("send_digits", "holds what is no key, or too many", &remedy);
        }
        if detection.is_some() {
            wrong("send_digits", "turns machine detection off", "leave one of them out");
        }
    }
    if recording.is_some() && !call.record {
        wrong("recording", "is of a call that is not recorded", "set `record` of the call");
    }
    let fits = |text: &str| ["sip:", "client:"].iter().any(|scheme| is_address(text, scheme));
    for (field, address) in [("to", &options.to), ("from", &options.from)] {
        if address.as_deref().is_some_and(|address| !fits(address)) {
            let remedy = "write sip:… or client:…; a number is the call's";
            wrong(field, "is no SIP or client address", remedy);
        }
    }
    if options.byoc.as_ref().is_some_and(|sid| !is_sid(sid, "BY")) {
        wrong("byoc", "is no SID", "write BY and 32 hexadecimal digits");
    }
    for (field, text) in [
        ("caller_id", &options.caller_id),
        ("call_reason", &options.call_reason),
        ("call_token", &options.call_token),
    ] {
        if let Some(text) = text {
            check_line(faults, || format!("options.{field}"), text);
        }
    }
}

fn is_address(text: &str, scheme: &str) -> bool {
    text.strip_prefix(scheme).is_some_and(|rest| {
        !rest.is_empty() && !rest.chars().any(|c| c.is_whitespace() || c.is_control())
    })
}

/// Adds the steps whose answer would go nowhere: TwiML beside a call has no URL of its own that it
/// could go to.
pub(super) fn check_actions(steps: &[Step], faults: &mut Vec<Fault>) {
    for (index, step) in steps.iter().enumerate() {
        let lost = match step {
            Step::Gather(gather) => gather.action.is_none(),
            Step::Record(recording) => recording.action.is_none(),
            Step::Dial { .. }
            | Step::HangUp
            | Step::Pause { .. }
            | Step::Play { .. }
            | Step::Redirect { .. }
            | Step::Say { .. } => false,
        };
        if lost {
            let field = format!("steps[{index}].action");
            let remedy = "write the https URL that takes the answer: Twilio's events do not";
            faults.push(Fault::new(field, "is absent", remedy));
        }
    }
}
