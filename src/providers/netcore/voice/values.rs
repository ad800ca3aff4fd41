//! From a call to the values of a template.
//!
//! A template has one place for each thing, so a call has one step. Whatever of it has no place is
//! refused by name.

use std::{collections::BTreeSet, time::Duration};

use jiff::tz::Offset;

use super::{Account, LABEL, NumberFormat, Options, Schedule, template::Values};
use crate::{
    error::{Error, Fault, Result},
    message::{Call, Envelope, Gather, Input, PhoneNumber, Step, check_https, check_line},
    time::Timestamp,
};

/// Collects the values of a call, and those that have no place.
struct Plan<'a> {
    /// The template's placeholders.
    places: &'a BTreeSet<&'static str>,
    values: Values,
    /// What of the message has no place: the field and the placeholder.
    homeless: Vec<String>,
}

impl Plan<'_> {
    /// A value of the message, which must not be lost.
    fn must(&mut self, field: &str, place: &'static str, value: impl Into<String>) {
        if self.places.contains(place) {
            self.values.insert(place, value.into());
        } else {
            self.homeless.push(format!("{field} (no {{{place}}} in the template)"));
        }
    }

    /// The same for a time, which is whole seconds.
    fn seconds(&mut self, field: &str, place: &'static str, length: Duration) {
        if length.subsec_nanos() > 0 {
            self.homeless.push(format!("{field} (parts of a second)"));
        } else {
            self.must(field, place, length.as_secs().to_string());
        }
    }

    fn may(&mut self, place: &'static str, value: Option<String>) {
        self.values.extend(value.map(|value| (place, value)));
    }

    /// What is said: the step's own language and voice must be carried.
    fn say(&mut self, field: &str, text: &str, language: Option<&str>, voice: Option<&str>) {
        self.must(field, "text", text);
        if let Some(language) = language {
            self.must(&format!("{field}.language"), "language", language);
        }
        if let Some(voice) = voice {
            self.must(&format!("{field}.voice"), "voice", voice);
        }
    }

    /// What is heard: one text or one recording.
    fn heard(&mut self, field: &str, step: &Step) {
        match step {
            Step::Say { text, language, voice } => {
                self.say(field, text, language.as_deref(), voice.as_deref());
            }
            Step::Play { link, times } => {
                self.must(field, "audio_url", link);
                if let Some(times) = times.filter(|times| *times != 1) {
                    self.must(&format!("{field}.times"), "times", times.to_string());
                }
            }
            Step::Gather(_) => self.homeless.push(format!("{field} (a question in a question)")),
            Step::Dial { .. }
            | Step::HangUp
            | Step::Pause { .. }
            | Step::Record(_)
            | Step::Redirect { .. } => {
                self.homeless.push(format!("{field} ({})", name(step)));
            }
        }
    }

    fn gather(&mut self, field: &str, gather: &Gather) {
        for (index, step) in gather.prompt.iter().enumerate() {
            let field = format!("{field}.prompt[{index}]");
            if index == 0 {
                self.heard(&field, step);
            } else {
                self.homeless.push(format!("{field} (a second step)"));
            }
        }
        if gather.input != Input::Keys {
            self.homeless.push(format!("{field}.input (speech)"));
        }
        if gather.language.is_some() {
            self.homeless.push(format!("{field}.language"));
        }
        if !gather.hints.is_empty() {
            self.homeless.push(format!("{field}.hints"));
        }
        if gather.digits.is_none() && gather.action.is_none() {
            self.homeless.push(format!("{field} (neither `digits` nor `action`)"));
        }
        if let Some(digits) = gather.digits {
            self.must(&format!("{field}.digits"), "digits", digits.to_string());
        }
        if let Some(timeout) = gather.timeout {
            self.seconds(&format!("{field}.timeout"), "input_timeout_s", timeout);
        }
        if let Some(key) = gather.finish_on {
            self.must(&format!("{field}.finish_on"), "finish_on", key);
        }
        if let Some(action) = &gather.action {
            self.must(&format!("{field}.action"), "input_url", action);
        }
    }

    fn step(&mut self, index: usize, step: &Step) {
        let field = format!("steps[{index}]");
        match step {
            // One place for what is heard: which of two comes first could not be said.
            _ if index > 0 => {
                self.homeless.push(format!("{field} (a second step, {})", name(step)));
            }
            Step::Gather(gather) => self.gather(&field, gather),
            Step::Dial { .. }
            | Step::HangUp
            | Step::Pause { .. }
            | Step::Play { .. }
            | Step::Record(_)
            | Step::Redirect { .. }
            | Step::Say { .. } => self.heard(&field, step),
        }
    }
}

fn name(step: &Step) -> &'static str {
    match step {
        Step::Dial { .. } => "connecting to another number",
        Step::Gather(_) => "a question",
        Step::HangUp => "hanging up",
        Step::Pause { .. } => "a pause",
        Step::Play { .. } => "a recording played",
        Step::Record(_) => "a recording of what the person says",
        Step::Redirect { .. } => "a redirect",
        Step::Say { .. } => "a text",
    }
}

/// The values of `envelope`, or what of it has no place.
pub(super) fn of(account: &Account, envelope: &Envelope<Call>) -> Result<Values> {
    let call = &envelope.message;
    let delivery = &envelope.delivery;
    let own = delivery.options.read::<Options>()?.unwrap_or_default();
    check(&own)?;
    let api = &account.api;
    let mut plan = Plan { places: &account.places, values: Values::new(), homeless: Vec::new() };
    for place in own.placeholders().filter(|place| !account.places.contains(place)) {
        plan.homeless.push(format!("options.{place} (no {{{place}}} in the template)"));
    }
    // First what holds for all, then what the message says over it.
    let options = own.over(&account.defaults);
    plan.may("caller_id", options.caller_id);
    plan.may("callback_url", options.callback_url);
    plan.may("campaign_id", options.campaign_id);
    if call.steps.iter().any(says) {
        plan.may("language", options.language);
        plan.may("voice", options.voice);
    }
    let reference = delivery.callback_data.clone();
    plan.may("client_ref", Some(reference.unwrap_or_else(|| envelope.id.to_string())));
    plan.must("to", "to", number(&call.to, api.number_format)?);
    if let Some(from) = &call.from {
        plan.must("from", "caller_id", number(from, api.number_format)?);
    }
    if call.record {
        plan.must("record", "record", "true");
    }
    if let Some(retries) = call.retries {
        plan.must("retries.count", "retries", retries.count.to_string());
        plan.seconds("retries.gap", "retry_gap_s", retries.gap);
    }
    // What is past is now.
    if let Some(at) = delivery.send_at.filter(|at| *at > account.now()) {
        plan.must("send_at", "schedule", time(at, &api.schedule)?);
    }
    if let Some(template) = delivery.provider_templates.get(LABEL) {
        plan.must("the provider template", "audio_id", &template.id);
        if !template.variables.is_empty() {
            plan.homeless.push("the provider template's variables".into());
        }
        if !call.steps.is_empty() {
            plan.homeless.push("steps beside a provider template".into());
        }
    } else {
        call.steps.iter().enumerate().for_each(|(index, step)| plan.step(index, step));
    }
    if plan.homeless.is_empty() {
        Ok(plan.values)
    } else {
        Err(Error::unsupported(LABEL, plan.homeless.join(", ")))
    }
}

fn check(options: &Options) -> Result<()> {
    let mut faults = Vec::new();
    if let Some(url) = &options.callback_url {
        check_https(&mut faults, "options.callback_url", url);
    }
    if let Some(number) = &options.caller_id {
        check_line(&mut faults, || "options.caller_id".into(), number);
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
}

fn says(step: &Step) -> bool {
    match step {
        Step::Say { .. } => true,
        Step::Gather(gather) => gather.prompt.iter().any(says),
        Step::Dial { .. }
        | Step::HangUp
        | Step::Pause { .. }
        | Step::Play { .. }
        | Step::Record(_)
        | Step::Redirect { .. } => false,
    }
}

fn number(number: &PhoneNumber, format: NumberFormat) -> Result<String> {
    let national = || {
        let digits = number.as_str().strip_prefix("+91").filter(|digits| digits.len() == 10);
        digits.ok_or_else(|| Error::unsupported(LABEL, "numbers outside India (`number_format`)"))
    };
    Ok(match format {
        NumberFormat::DigitsCc => number.digits().to_owned(),
        NumberFormat::E164 => number.as_str().to_owned(),
        NumberFormat::National0 => format!("0{}", national()?),
        NumberFormat::National10 => national()?.to_owned(),
    })
}

/// A time as the vendor writes it.
pub(super) fn time(at: Timestamp, schedule: &Schedule) -> Result<String> {
    let unwritable = || {
        let fault = Fault::new("send_at", "cannot be written", "correct `schedule` of the API");
        Error::config("the schedule cannot be written").with_faults(vec![fault])
    };
    let seconds = schedule.utc_offset_minutes.checked_mul(60).ok_or_else(unwritable)?;
    let offset = Offset::from_seconds(seconds).map_err(|_| unwritable())?;
    Ok(match &*schedule.format {
        "unix" => at.as_second().to_string(),
        "unix_ms" => at.as_millisecond().to_string(),
        "rfc3339" => at.display_with_offset(offset).to_string(),
        pattern => {
            let local = at.to_zoned(offset.to_time_zone());
            jiff::fmt::strtime::format(pattern, &local).map_err(|_| unwritable())?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_the_vendor_writes_it() {
        let at = "2026-03-14T15:00:00Z".parse().unwrap();
        let written = |format: &str| {
            time(at, &Schedule { format: format.into(), ..Schedule::default() }).unwrap()
        };
        assert_eq!(written("rfc3339"), "2026-03-14T20:30:00+05:30");
        assert_eq!(written("%d-%m-%Y %H:%M"), "14-03-2026 20:30");
        assert_eq!(written("unix"), "1773500400");
        assert_eq!(written("unix_ms"), "1773500400000");
        let wrong = Schedule { format: "%?".into(), ..Schedule::default() };
        assert!(time(at, &wrong).is_err());
    }

    #[test]
    fn a_number_is_written_as_the_vendor_writes_it() {
        let indian = PhoneNumber::parse("+919812345678").unwrap();
        for (format, text) in [
            (NumberFormat::DigitsCc, "919812345678"),
            (NumberFormat::E164, "+919812345678"),
            (NumberFormat::National0, "09812345678"),
            (NumberFormat::National10, "9812345678"),
        ] {
            assert_eq!(number(&indian, format).unwrap(), text);
        }
        let abroad = PhoneNumber::parse("+14155550123").unwrap();
        assert!(number(&abroad, NumberFormat::National10).is_err());
        assert!(number(&abroad, NumberFormat::E164).is_ok());
    }
}
