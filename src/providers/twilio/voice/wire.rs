//! A call as a form, and the answer as an id.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Request, Response};
use serde::Deserialize;
use url::Url;

use super::{
    CAPABILITIES, Channels, Detection, LABEL, MachineDetection, Method, Options, RecordingEvent,
    RecordingSettings, Track, Trim,
    limits::{TWIML, check, check_actions},
    twiml::twiml,
};
use crate::{
    error::{Error, ErrorKind, Fault, Result},
    http::connection::read,
    message::{Call, Envelope, ProviderTemplate},
    providers::twilio::{
        Twilio,
        builder::{CALLBACK, is_callback, is_sid},
        config::Pairs,
    },
};

pub(super) fn encode(account: &Twilio, envelope: &Envelope<Call>) -> Result<Request<Bytes>> {
    CAPABILITIES.admit(LABEL, envelope)?;
    envelope.validate_for(LABEL)?;
    let (call, delivery) = (&envelope.message, &envelope.delivery);
    let options = delivery.options.read::<Options>()?.unwrap_or_default();
    let mut faults = Vec::new();
    check(call, &options, &mut faults);
    let from = options.from.as_deref().or_else(|| {
        let number = call.from.as_ref().or_else(|| account.caller());
        number.map(crate::message::PhoneNumber::as_str)
    });
    if from.is_none() {
        let remedy = "name one in the call, or set the account's `voice_from` or `from`";
        faults.push(Fault::new("from", "is missing", remedy));
    }
    let instructions = match delivery.provider_templates.get(LABEL) {
        Some(template) => kept(call, template, &options, &mut faults)?,
        None => written(call, &options, &mut faults)?,
    };
    let mut pairs: Pairs<'_> = Vec::with_capacity(16);
    pairs.push(("To", options.to.as_deref().unwrap_or(call.to.as_str()).into()));
    pairs.extend(from.map(|from| ("From", from.into())));
    let applied = instructions.0 == "ApplicationSid";
    pairs.push(instructions);
    // An application has its own.
    if !applied {
        callbacks(&mut pairs, account, envelope, &options);
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    rest(&mut pairs, call, &options);
    account.post(&["Calls"], pairs)
}

/// The steps of the call.
fn written(
    call: &Call,
    options: &Options,
    faults: &mut Vec<Fault>,
) -> Result<(&'static str, Cow<'static, str>)> {
    check_actions(&call.steps, faults);
    let asked = options.method.is_some()
        || options.fallback_url.is_some()
        || options.fallback_method.is_some();
    if asked {
        let remedy = "name a URL as provider template, or leave them out";
        faults.push(Fault::new("options", "have a method or fallback of no URL", remedy));
    }
    let xml = twiml(&call.steps)?;
    let count = xml.chars().count();
    if count > TWIML {
        let problem = format!("are {count} characters of TwiML, Twilio takes {TWIML}");
        let remedy = "say less, or name the URL of the steps as provider template";
        faults.push(Fault::new("steps", problem, remedy));
    }
    Ok(("Twiml", xml.into()))
}

/// The place where the steps are kept.
fn kept(
    call: &Call,
    template: &ProviderTemplate,
    options: &Options,
    faults: &mut Vec<Fault>,
) -> Result<(&'static str, Cow<'static, str>)> {
    if !call.steps.is_empty() {
        return Err(Error::unsupported(LABEL, "steps beside a provider template"));
    }
    if is_sid(&template.id, "AP") {
        if !template.variables.is_empty() {
            return Err(Error::unsupported(LABEL, "variables of an application"));
        }
        let ignored = options.method.is_some()
            || options.fallback_url.is_some()
            || options.fallback_method.is_some()
            || options.status_callback.is_some()
            || options.status_callback_method.is_some()
            || !options.status_callback_events.is_empty();
        if ignored {
            let problem = "have a method, fallback or status callback, which an application has";
            faults.push(Fault::new("options", problem, "set them in the application"));
        }
        return Ok(("ApplicationSid", template.id.clone().into()));
    }
    if !is_callback(&template.id) {
        let field = format!("provider_templates.{LABEL}");
        let remedy = "write the URL of the steps, or an application, AP and 32 digits";
        faults.push(Fault::new(field, CALLBACK.0, remedy));
    }
    let mut parameters = Vec::with_capacity(template.variables.len());
    for (name, value) in &template.variables {
        use serde_json::Value;
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                let message = "a variable is neither text nor number";
                return Err(Error::new(ErrorKind::Template, message));
            }
        };
        parameters.push((&**name, text));
    }
    Ok(("Url", with_query(&template.id, &parameters).into()))
}

/// A URL with further parameters; as it was where there are none.
fn with_query(url: &str, parameters: &[(&str, String)]) -> String {
    match Url::parse(url) {
        Ok(mut url) if !parameters.is_empty() => {
            url.query_pairs_mut().extend_pairs(parameters);
            url.into()
        }
        _ => url.to_owned(),
    }
}

fn callbacks<'a>(
    pairs: &mut Pairs<'a>,
    account: &Twilio,
    envelope: &Envelope<Call>,
    options: &'a Options,
) {
    let mut set = |name: &'a str, value: Option<Cow<'a, str>>| {
        pairs.extend(value.map(|value| (name, value)));
    };
    set("Method", options.method.map(text));
    set("FallbackUrl", options.fallback_url.as_deref().map(Cow::from));
    set("FallbackMethod", options.fallback_method.map(text));
    let defaults = account.defaults();
    let callback = options.status_callback.as_ref().or(defaults.status_callback.as_ref());
    let reference =
        || envelope.delivery.callback_data.clone().unwrap_or_else(|| envelope.id.to_string());
    set(
        "StatusCallback",
        callback.map(|url| match &defaults.callback_parameter {
            Some(name) => with_query(url, &[(name.as_str(), reference())]).into(),
            None => url.clone().into(),
        }),
    );
    set("StatusCallbackMethod", options.status_callback_method.map(text));
    for event in &options.status_callback_events {
        set("StatusCallbackEvent", Some(event.as_str().into()));
    }
}

fn text(method: Method) -> Cow<'static, str> {
    method.as_str().into()
}

fn rest<'a>(pairs: &mut Pairs<'a>, call: &Call, options: &'a Options) {
    let number = |number: Option<u32>| number.map(|number| Cow::from(number.to_string()));
    pairs.extend(number(options.ring_s).map(|value| ("Timeout", value)));
    pairs.extend(number(options.time_limit_s).map(|value| ("TimeLimit", value)));
    if call.record {
        pairs.push(("Record", "true".into()));
    }
    if let Some(recording) = &options.recording {
        recorded(pairs, recording);
    }
    if let Some(detection) = &options.machine_detection {
        detected(pairs, detection);
    }
    for (name, value) in [
        ("SendDigits", &options.send_digits),
        ("CallerId", &options.caller_id),
        ("CallReason", &options.call_reason),
        ("CallToken", &options.call_token),
        ("Byoc", &options.byoc),
        ("SipAuthUsername", &options.sip_user),
        ("SipAuthPassword", &options.sip_password),
        ("ClientNotificationUrl", &options.client_notification_url),
    ] {
        pairs.extend(value.as_deref().map(|value| (name, value.into())));
    }
}

fn recorded<'a>(pairs: &mut Pairs<'a>, recording: &'a RecordingSettings) {
    let mut set = |name: &'a str, value: Option<&'a str>| {
        pairs.extend(value.map(|value| (name, value.into())));
    };
    set(
        "RecordingChannels",
        recording.channels.map(|channels| match channels {
            Channels::Dual => "dual",
            Channels::Mono => "mono",
        }),
    );
    set(
        "RecordingTrack",
        recording.track.map(|track| match track {
            Track::Both => "both",
            Track::Inbound => "inbound",
            Track::Outbound => "outbound",
        }),
    );
    set(
        "Trim",
        recording.trim.map(|trim| match trim {
            Trim::DoNotTrim => "do-not-trim",
            Trim::TrimSilence => "trim-silence",
        }),
    );
    set("RecordingStatusCallback", recording.status_callback.as_deref());
    set("RecordingStatusCallbackMethod", recording.status_callback_method.map(Method::as_str));
    // Unlike those of the status, in one parameter.
    let events = recording.events.iter().map(|event| match event {
        RecordingEvent::Absent => "absent",
        RecordingEvent::Completed => "completed",
        RecordingEvent::InProgress => "in-progress",
    });
    let events = events.collect::<Vec<_>>().join(" ");
    if !events.is_empty() {
        pairs.push(("RecordingStatusCallbackEvent", events.into()));
    }
}

fn detected<'a>(pairs: &mut Pairs<'a>, detection: &'a MachineDetection) {
    let mode = match detection.mode {
        Detection::DetectMessageEnd => "DetectMessageEnd",
        Detection::Enable => "Enable",
    };
    pairs.push(("MachineDetection", mode.into()));
    for (name, value) in [
        ("MachineDetectionTimeout", detection.timeout_s),
        ("MachineDetectionSpeechThreshold", detection.speech_threshold_ms),
        ("MachineDetectionSpeechEndThreshold", detection.speech_end_threshold_ms),
        ("MachineDetectionSilenceTimeout", detection.silence_timeout_ms),
    ] {
        pairs.extend(value.map(|value| (name, value.to_string().into())));
    }
    if let Some(asynchronous) = &detection.asynchronous {
        pairs.push(("AsyncAmd", "true".into()));
        let url = asynchronous.status_callback.as_deref();
        pairs.extend(url.map(|url| ("AsyncAmdStatusCallback", url.into())));
        let method = asynchronous.method.map(text);
        pairs.extend(method.map(|method| ("AsyncAmdStatusCallbackMethod", method)));
    }
}

/// The SID of the call.
pub(super) fn decode(response: &Response<Bytes>) -> Result<String> {
    #[derive(Deserialize)]
    struct Accepted {
        sid: String,
    }
    let Accepted { sid } = read(response)?;
    if sid.is_empty() {
        let message = "accepted, but the answer has no SID";
        return Err(Error::new(ErrorKind::Response, message));
    }
    Ok(sid)
}
