//! One message as a form, and what the answer says of it.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Request, Response};
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use super::Parameters;
use crate::{
    channel::{Currency, Money},
    error::{Error, ErrorKind, Fault, Result},
    http::connection::read,
    message::{Delivery, Envelope, Media, Message, MessageId, ProviderOptions, ProviderTemplate},
    providers::twilio::{
        Twilio,
        builder::{CALLBACK, is_callback, is_sid},
        config::Pairs,
        error,
    },
    time::Timestamp,
};

/// How long a text may be, in characters, whatever its encoding.
///
/// Source: [Error 21617](https://www.twilio.com/docs/api/errors/21617).
const TEXT: usize = 1600;

/// How many files one message has.
///
/// Source: [Error 21623](https://www.twilio.com/docs/api/errors/21623).
const FILES: usize = 10;

/// What is more of one message than Twilio takes.
pub(super) fn too_much(text: &str, files: usize) -> impl Iterator<Item = Fault> {
    let length = text.chars().count();
    let long = (length > TEXT).then(|| {
        let problem = format!("has {length} characters, Twilio takes {TEXT}");
        Fault::new("text", problem, "shorten it, or send it in parts")
    });
    let many = (files > FILES).then(|| {
        let problem = format!("has {files} files, Twilio takes {FILES}");
        Fault::new("media", problem, "send it in parts")
    });
    long.into_iter().chain(many)
}

/// How far ahead `send_at` may be, in seconds.
///
/// Source: [Error 35114](https://www.twilio.com/docs/api/errors/35114).
const AHEAD: std::ops::RangeInclusive<i64> = 301..=35 * 24 * 60 * 60;

/// How long a message may wait in the queue, in seconds.
///
/// Source: [Messages](https://www.twilio.com/docs/messaging/api/message-resource).
const VALIDITY: std::ops::RangeInclusive<i64> = 1..=36_000;

/// What a message says, of which a template leaves out the rest.
#[derive(Default)]
pub(in crate::providers::twilio) struct Content<'a> {
    pub(in crate::providers::twilio) body: Cow<'a, str>,
    pub(in crate::providers::twilio) media: Vec<&'a str>,
    pub(in crate::providers::twilio) action: Option<String>,
    pub(in crate::providers::twilio) template: Option<Template>,
}

/// A content template and what fills it.
pub(in crate::providers::twilio) struct Template {
    sid: String,
    /// A JSON object of texts; absent where nothing fills it.
    variables: Option<String>,
}

/// A message on its way to a request, and all that is wrong with it so far.
pub(in crate::providers::twilio) struct Draft<'a> {
    account: &'a Twilio,
    label: &'static str,
    id: MessageId,
    delivery: &'a Delivery,
    pub(in crate::providers::twilio) parameters: Parameters,
    pub(in crate::providers::twilio) faults: Vec<Fault>,
    send_at: Option<Timestamp>,
    validity: Option<i64>,
}

impl<'a> Draft<'a> {
    /// A message with its options, which are those of the leaf.
    pub(in crate::providers::twilio) fn new<M: Message, O>(
        account: &'a Twilio,
        envelope: &'a Envelope<M>,
    ) -> Result<Self>
    where
        O: ProviderOptions + Default + Into<Parameters>,
    {
        let delivery = &envelope.delivery;
        let parameters: Parameters = delivery.options.read::<O>()?.unwrap_or_default().into();
        let mut draft = Self {
            account,
            label: O::PROVIDER,
            id: envelope.id,
            delivery,
            parameters,
            faults: Vec::new(),
            send_at: None,
            validity: None,
        };
        draft.time()?;
        draft.check();
        Ok(draft)
    }

    /// Adds a fault.
    pub(in crate::providers::twilio) fn wrong(
        &mut self,
        field: &str,
        problem: impl Into<String>,
        remedy: &str,
    ) {
        self.faults.push(Fault::new(field, problem, remedy));
    }

    /// The Messaging Service, the message's or the account's.
    pub(in crate::providers::twilio) fn service(&self) -> Option<String> {
        let own = self.parameters.messaging_service.as_ref();
        own.or_else(|| self.account.defaults().messaging_service.as_ref()).cloned()
    }

    /// Whether the message asks for a service, or for something that only a service has.
    pub(in crate::providers::twilio) fn needs_service(&self) -> bool {
        let asked = &self.parameters;
        asked.messaging_service.is_some()
            || self.send_at.is_some()
            || asked.shorten_urls == Some(true)
            || asked.fallback_from.is_some()
    }

    /// The template that the host named for this leaf.
    pub(in crate::providers::twilio) fn template(&mut self) -> Option<Template> {
        let ProviderTemplate { id, variables } =
            self.delivery.provider_templates.get(self.label)?;
        let variables = variables.iter().map(|(name, value)| (name.clone(), value));
        Some(self.fill("provider_templates", id, variables))
    }

    /// A template filled with `variables`; a value is text, a number or a boolean.
    pub(in crate::providers::twilio) fn fill<'v>(
        &mut self,
        field: &str,
        sid: &str,
        variables: impl Iterator<Item = (String, &'v Value)>,
    ) -> Template {
        if !is_sid(sid, "HX") {
            let remedy = "write HX and 32 hexadecimal digits";
            self.wrong(&format!("{field}.id"), "is no ContentSid", remedy);
        }
        let mut filled = Map::new();
        for (name, value) in variables {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => {
                    let remedy = "write text, since Twilio takes nothing else";
                    self.wrong(&format!("{field}.variables"), "hold a value that is none", remedy);
                    continue;
                }
            };
            filled.insert(name, text.into());
        }
        let variables = (!filled.is_empty()).then(|| Value::Object(filled).to_string());
        Template { sid: sid.to_owned(), variables }
    }

    /// The link of a file, which Twilio fetches.
    pub(in crate::providers::twilio) fn link(&self, media: &'a Media) -> Result<&'a str> {
        let Some(link) = media.link() else {
            return Err(self.unsupported("files by an id; give a link"));
        };
        let path = link.split(['?', '#']).next().unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default();
        let named = |wanted: &String| {
            percent_encoding::percent_decode_str(name).decode_utf8().is_ok_and(|is| is == *wanted)
        };
        if media.filename.as_ref().is_some_and(|wanted| !named(wanted)) {
            return Err(self.unsupported("a file name other than the link ends in"));
        }
        Ok(link)
    }

    /// The error of what the API cannot carry.
    pub(in crate::providers::twilio) fn unsupported(&self, feature: &str) -> Error {
        Error::unsupported(self.label, feature)
    }

    /// The request.
    pub(in crate::providers::twilio) fn request(
        mut self,
        to: &str,
        from: Option<&str>,
        service: Option<&str>,
        content: Content<'_>,
    ) -> Result<Request<Bytes>> {
        if service.is_none() && self.needs_service() {
            return Err(self.unsupported(
                "`send_at`, short links or a fallback sender without a Messaging Service; set \
                 `messaging_service`",
            ));
        }
        if from.is_none() && service.is_none() {
            let remedy = "name one, or set the account's default or a Messaging Service";
            self.wrong("from", "is missing", remedy);
        }
        let callback = self.callback();
        let mut pairs: Pairs<'_> = Vec::with_capacity(8);
        pairs.push(("To", to.into()));
        let mut put = |name: &'static str, value: Option<_>| {
            if let Some(value) = value {
                pairs.push((name, value));
            }
        };
        put("From", from.map(Into::into));
        put("MessagingServiceSid", service.map(Into::into));
        let mut problems = Vec::new();
        if let Some(template) = content.template {
            put("ContentSid", Some(template.sid.into()));
            put("ContentVariables", template.variables.map(Into::into));
        } else {
            problems.extend(too_much(&content.body, content.media.len()));
            put("Body", (!content.body.is_empty()).then_some(content.body));
            for link in content.media {
                put("MediaUrl", Some(link.into()));
            }
        }
        let asked = &self.parameters;
        put("StatusCallback", callback.map(Into::into));
        put("ApplicationSid", asked.application.as_deref().map(Into::into));
        if let Some(time) = self.send_at {
            put("ScheduleType", Some("fixed".into()));
            put("SendAt", Some(time.to_string().into()));
        }
        put("ValidityPeriod", self.validity.map(|seconds| seconds.to_string().into()));
        let flags = [
            ("SmartEncoded", asked.smart_encoded),
            ("ShortenUrls", asked.shorten_urls),
            ("ProvideFeedback", asked.provide_feedback),
            ("SendAsMms", asked.send_as_mms),
            ("ForceDelivery", asked.force_delivery),
        ];
        for (name, flag) in flags {
            put(name, flag.map(|flag| flag.to_string().into()));
        }
        put("FallbackFrom", asked.fallback_from.as_deref().map(Into::into));
        let actions = asked.persistent_action.iter().flatten().cloned();
        for action in content.action.into_iter().chain(actions) {
            put("PersistentAction", Some(action.into()));
        }
        let either = |flag: Option<bool>, yes: &'static str, no: &'static str| {
            flag.map(|flag| Cow::from(if flag { yes } else { no }))
        };
        put("ContentRetention", either(asked.discard_content, "discard", "retain"));
        put("AddressRetention", either(asked.obfuscate_addresses, "obfuscate", "retain"));
        put("RiskCheck", either(asked.risk_check, "enable", "disable"));
        put("TrafficType", asked.free_traffic.filter(|free| *free).map(|_| "free".into()));
        put("Attempt", asked.attempt.map(|attempt| attempt.to_string().into()));
        self.faults.append(&mut problems);
        if !self.faults.is_empty() {
            return Err(Error::invalid(self.faults));
        }
        self.account.post(&["Messages"], pairs)
    }

    /// When it is sent, and how long it may wait.
    fn time(&mut self) -> Result<()> {
        let now = self.account.now();
        // In the past is now.
        let send_at = self.delivery.send_at.filter(|at| *at > now);
        if let Some(at) = send_at {
            let ahead = at.as_second().saturating_sub(now.as_second());
            if !AHEAD.contains(&ahead) {
                let remedy = "set a time within them, or send it when it is due";
                let problem = "is not more than 300 s and at most 35 days ahead";
                self.wrong("send_at", problem, remedy);
            }
            // Whole seconds, as documented.
            self.send_at = Timestamp::from_second(at.as_second()).ok();
        }
        if let Some(seconds) = self.parameters.validity_period {
            self.validity = Some(seconds.into());
            if !VALIDITY.contains(&i64::from(seconds)) {
                let remedy = "write 1 to 36000 seconds";
                self.wrong("options.validity_period", "is outside of 1 to 36000", remedy);
            }
        } else if let Some(end) = self.delivery.expires_at {
            let start = send_at.unwrap_or(now);
            let seconds = end.as_second().saturating_sub(start.as_second());
            if seconds < *VALIDITY.start() {
                let message = "the message expires before it can be sent";
                return Err(Error::new(ErrorKind::Expired, message));
            }
            self.validity = Some(seconds.min(*VALIDITY.end()));
        }
        Ok(())
    }

    /// Checks the options that hold ids and URLs.
    fn check(&mut self) {
        let asked = self.parameters.clone();
        for (field, sid, prefix) in [
            ("options.application", &asked.application, "AP"),
            ("options.messaging_service", &asked.messaging_service, "MG"),
        ] {
            if sid.as_ref().is_some_and(|sid| !is_sid(sid, prefix)) {
                let remedy = format!("write {prefix} and 32 hexadecimal digits");
                self.wrong(field, "is no SID", &remedy);
            }
        }
        if asked.status_callback.as_ref().is_some_and(|url| !is_callback(url)) {
            self.wrong("options.status_callback", CALLBACK.0, CALLBACK.1);
        }
        if asked.status_callback.is_some() && asked.application.is_some() {
            let problem = "is ignored beside a status callback";
            self.wrong("options.application", problem, "set one of them");
        }
    }

    /// Where Twilio reports, with the host's reference where it asked for that.
    fn callback(&self) -> Option<String> {
        let defaults = self.account.defaults();
        // An application would be ignored beside the account's.
        let standing = defaults.status_callback.as_ref();
        let standing = standing.filter(|_| self.parameters.application.is_none());
        let url = self.parameters.status_callback.as_ref().or(standing)?;
        let Some(name) = &defaults.callback_parameter else { return Some(url.clone()) };
        let mut url = Url::parse(url).ok()?;
        let id = self.id.to_string();
        let reference = self.delivery.callback_data.as_deref().unwrap_or(&id);
        url.query_pairs_mut().append_pair(name, reference);
        Some(url.into())
    }
}

/// What is read of an accepted message.
pub(super) struct Accepted {
    pub(super) sid: String,
    pub(super) segments: Option<u32>,
    pub(super) cost: Option<Money>,
}

/// Reads a success. A message that failed at once is an error: nothing went out.
pub(super) fn decode(response: &Response<Bytes>) -> Result<Accepted> {
    #[derive(Deserialize)]
    struct Answer {
        sid: String,
        #[serde(default)]
        status: Value,
        #[serde(default)]
        error_code: Value,
        #[serde(default)]
        num_segments: Value,
        #[serde(default)]
        price: Value,
        #[serde(default)]
        price_unit: Value,
    }
    let answer: Answer = read(response)?;
    let status = response.status().as_u16();
    if answer.sid.is_empty() {
        let message = "accepted, but the answer names no message";
        return Err(Error::new(ErrorKind::Response, message).with_status(status));
    }
    if matches!(answer.status.as_str(), Some("failed" | "undelivered" | "canceled")) {
        let error = error::code_of(&answer.error_code).map_or_else(
            || Error::new(ErrorKind::Rejected, "Twilio took the message and failed it at once"),
            |code| error::from_code(&code),
        );
        return Err(error.with_status(status));
    }
    // "0" until a service has chosen the sender.
    let segments = answer.num_segments.as_str().and_then(|count| count.parse().ok());
    let cost = answer.price.as_str().zip(answer.price_unit.as_str());
    Ok(Accepted {
        sid: answer.sid,
        segments: segments.filter(|count| *count > 0),
        cost: cost.and_then(|(price, unit)| money(price, unit)),
    })
}

/// What a price of Twilio's, a negative decimal, is in `unit`.
pub(in crate::providers::twilio) fn money(price: &str, unit: &str) -> Option<Money> {
    let (sign, digits) = price.strip_prefix('-').map_or((-1, price), |rest| (1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let micros: String = fraction.chars().chain(std::iter::repeat('0')).take(6).collect();
    let whole = whole.parse::<i64>().ok()?.checked_mul(1_000_000)?;
    let micros = whole.checked_add(micros.parse().ok()?)?;
    let currency = Currency::try_from(unit.to_ascii_uppercase()).ok()?;
    Some(Money::new(sign * micros, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact() {
        let micros = |price| money(price, "usd").map(|money| money.micros);
        assert_eq!(micros("-0.00750"), Some(7_500));
        assert_eq!(micros("-12"), Some(12_000_000));
        assert_eq!(micros("0.5"), Some(-500_000));
        for wrong in ["", "-", ".5", "-0,5", "1e3", "99999999999999999999"] {
            assert_eq!(micros(wrong), None, "{wrong}");
        }
        assert_eq!(money("-1", "dollars"), None);
    }
}
