//! What Twilio calls back with: signed forms, and now and then JSON.

use bytes::Bytes;
use http::Method;
use secrecy::SecretString;
use serde_json::value::RawValue;

use self::fields::{Fields, Pairs};
use super::NAME;
use crate::{
    event::{Event, EventKind},
    http::form::decode_bytes,
    message::Kind,
    time::Timestamp,
    webhook::{
        EventFault, Parsed, Proof, Receiver, Reply, Request, Verified, WebhookError, dedup_key,
        secrets::Secrets, text::readable,
    },
};

mod call;
mod fields;
mod inbound;
mod message;
mod signature;

#[cfg(test)]
mod tests;

/// Reads Twilio's calls: what became of messages and calls, and what people sent, by SMS, MMS,
/// WhatsApp, RCS and telephone. One route takes them all.
///
/// ```
/// use dakiya::{twilio, webhook::{Receiver, Request}};
///
/// let webhook = twilio::Webhook::new("auth token")?.or_token("the token before")?;
/// let request = Request::post("https://erp.example.net/hooks/twilio", "MessageSid=SM1");
/// assert!(webhook.receive(&request, dakiya::Timestamp::UNIX_EPOCH).is_err());
/// assert!(twilio::Webhook::new("").is_err());
/// # Ok::<(), dakiya::webhook::WebhookError>(())
/// ```
///
/// # What the host hands over
///
/// [`Request::url`] is signed: it must be the public URL, as it is written in the console or in
/// `status_callback`, with its query as received. Its port may be left out or written; a user name
/// and a fragment are ignored. The body must be the bytes received: a framework that drops or trims
/// blank fields breaks the signature.
///
/// No time is signed, so there is no window: what was recorded once can be sent again. Handle each
/// [`dedup_key`](Event::dedup_key) once: it is made from what is signed alone. A second answer to a
/// question of a call is told from a second delivery of the first by the question's URL, so put a
/// count into it (`action`: `/voice/menu?try=2`) where the same question is asked again.
///
/// # What comes out
///
/// - The key to match a status by is [`provider_message_id`](Event::provider_message_id), the SID
///   of the receipt. Callbacks are reordered: `delivered` may come before `sent`. Calls have a
///   [`sequence`](crate::event::CallOutcome::sequence), messages have none. The first status has no
///   callback: it is in the answer to sending.
/// - Addresses are without `whatsapp:`, numbers without `rcs:` too; agents keep it. They stay where
///   Twilio writes them: `From` is the sender, `To` the recipient, whoever of them is the person.
///   The one exception is the second event of a STOP or START: its recipient is the person.
/// - A code means what it means for sending: an opt-out or a block by the person
///   [suppresses](Event::suppress) the sender, an inactive or impossible number the address. Who is
///   only not reached, or not on a channel, is not suppressed.
/// - With Advanced Opt-Out, STOP and START are followed by an event of the kind
///   [`Suppression`](EventKind::Suppression): Twilio has blocked or freed the number already.
/// - What a person keyed or said is in [`call`](Event::call), beside the call's status. A recording
///   or transcription is [`Other`](EventKind::Other): it says nothing of the call's end.
/// - What has no field of its own is in [`metadata`](Event::metadata) under Twilio's name, as text,
///   and so is the header `I-Twilio-Idempotency-Token`, the one thing there that nobody signed.
///
/// # What is answered
///
/// 204 to a report; an empty TwiML response to a message, and to a call that asks what to do, which
/// ends it: a host that takes calls or asks questions answers by
/// [`voice::answer`](super::voice::answer), and messages by [`sms::reply`](super::sms::reply).
///
/// Source: [Message webhooks](https://www.twilio.com/docs/messaging/guides/webhook-request),
/// [status of messages](https://www.twilio.com/docs/messaging/guides/track-outbound-message-status),
/// [requests of calls](https://www.twilio.com/docs/voice/twiml#request-parameters),
/// [status of calls](https://www.twilio.com/docs/voice/api/call-resource#statuscallback),
/// [security](https://www.twilio.com/docs/usage/security).
#[derive(Clone, Debug)]
pub struct Webhook {
    tokens: Secrets,
    reference: Option<String>,
}

const TOKEN: &str = "auth token";

impl Webhook {
    /// Accepts what is signed by the account's primary auth token; an API key's secret signs
    /// nothing. A subaccount's webhooks are signed by the subaccount's token.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::webhook::WebhookErrorKind::Config) when the token is blank.
    pub fn new(auth_token: impl Into<SecretString>) -> Result<Self, WebhookError> {
        Ok(Self { tokens: Secrets::new(auth_token, TOKEN)?, reference: None })
    }

    /// Accepts another token too: the secondary one, which signs from the moment it is promoted,
    /// or that of another subaccount.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::webhook::WebhookErrorKind::Config) when the token is blank.
    pub fn or_token(self, token: impl Into<SecretString>) -> Result<Self, WebhookError> {
        Ok(Self { tokens: self.tokens.and(token, TOKEN)?, ..self })
    }

    /// Reads [`callback_data`](Event::callback_data) from this parameter of the URL, the one that
    /// [`TwilioBuilder::callback_parameter`](super::TwilioBuilder::callback_parameter) adds.
    /// Default: as in sending, there is none.
    #[must_use]
    pub fn callback_parameter(mut self, name: impl Into<String>) -> Self {
        self.reference = Some(name.into());
        self
    }

    fn reference(&self, request: &Request) -> Option<String> {
        let wanted = self.reference.as_ref()?.as_bytes();
        let mut pairs = decode_bytes(request.query().as_bytes());
        let (_, value) = pairs.find(|(name, _)| **name == *wanted)?;
        Some(fields::text(value).into_owned()).filter(|text| !text.is_empty())
    }

    /// Reads a request, the form of which may be decoded already.
    fn read(
        &self,
        request: &Request,
        proof: Proof,
        pairs: Option<Pairs<'_>>,
    ) -> Result<Parsed, WebhookError> {
        let call = Context {
            reference: self.reference(request),
            path: request.path(),
            query: request.query(),
            token: request.header("i-twilio-idempotency-token"),
            proof,
        };
        if request.method == Method::GET || request.method == Method::HEAD {
            let source = Bytes::copy_from_slice(request.query().as_bytes());
            let mut fields = Fields::form(decode_bytes(&source));
            // The host's own parameter stands among Twilio's there, and so may a digest.
            for name in self.reference.as_deref().into_iter().chain([signature::DIGEST]) {
                fields.take(name);
            }
            return Ok(form(fields, &source, &call));
        }
        if let Some(pairs) = pairs {
            return Ok(form(Fields::form(pairs), &request.body, &call));
        }
        if signature::is_form(request) {
            return Ok(form(Fields::form(decode_bytes(&request.body)), &request.body, &call));
        }
        json(&request.body, &call)
    }
}

impl Receiver for Webhook {
    fn verify<'a>(&self, request: &'a Request, _: Timestamp) -> Result<Verified<'a>, WebhookError> {
        signature::check(&self.tokens, request)?;
        Ok(Verified::new(request, Proof::Signature))
    }

    fn parse(&self, verified: Verified<'_>) -> Result<Parsed, WebhookError> {
        self.read(verified.request(), verified.proof(), None)
    }

    /// As the other two, one after the other, but decodes the form once.
    fn receive(&self, request: &Request, _: Timestamp) -> Result<Parsed, WebhookError> {
        let pairs = signature::check(&self.tokens, request)?;
        self.read(request, Proof::Signature, pairs)
    }
}

/// What stands beside the fields.
struct Context<'a> {
    /// The host's reference.
    reference: Option<String>,
    /// The URL's path and query, which are signed: two questions of one call differ in them.
    path: &'a str,
    query: &'a str,
    /// The same for every try of one request, where the product has it. It is not signed.
    token: Option<&'a str>,
    proof: Proof,
}

impl Context<'_> {
    /// An event of `kind`, by what channel it came.
    fn event(&self, kind: EventKind, channel: Option<Kind>) -> Event {
        let mut event = Event::new(kind, NAME, self.proof);
        event.channel = channel;
        event.callback_data.clone_from(&self.reference);
        event
    }
}

fn form(fields: Fields<'_>, source: &Bytes, call: &Context<'_>) -> Parsed {
    if fields.is_empty() {
        return Parsed::empty();
    }
    let (events, reply) = read(fields, source, call);
    let mut parsed = Parsed::empty().replying(reply);
    parsed.events = events;
    parsed
}

/// One object, or an array of them.
fn json(body: &Bytes, call: &Context<'_>) -> Result<Parsed, WebhookError> {
    let unreadable = || WebhookError::payload("the body is neither a form nor JSON");
    if body.trim_ascii().is_empty() {
        return Ok(Parsed::empty());
    }
    let body = readable(body);
    let raws: Vec<&RawValue> = if body.trim_ascii_start().starts_with(b"[") {
        serde_json::from_slice(&body).map_err(|_| unreadable())?
    } else {
        vec![serde_json::from_slice(&body).map_err(|_| unreadable())?]
    };
    let one = raws.len() == 1;
    let mut parsed = Parsed::empty().replying(Reply::of(204));
    for (index, raw) in raws.into_iter().enumerate() {
        let Some(fields) = Fields::json(raw) else {
            parsed.faults.push(EventFault::new(index, "is no object"));
            continue;
        };
        let source = body.slice_ref(raw.get().as_bytes());
        let (events, reply) = read(fields, &source, call);
        parsed.events.extend(events);
        if one {
            parsed.reply = reply;
        }
    }
    Ok(parsed)
}

/// The events of one set of fields, and what to answer.
fn read(mut fields: Fields<'_>, source: &Bytes, call: &Context<'_>) -> (Vec<Event>, Reply) {
    let (mut events, reply) = if fields.has("CallSid") {
        call::read(&mut fields, call)
    } else if ["MessageSid", "SmsSid", "SmsMessageSid"].iter().any(|name| fields.has(name)) {
        message::read(&mut fields, call)
    } else {
        (vec![other(&fields, source, call)], Reply::of(204))
    };
    if let Some(first) = events.first_mut() {
        first.metadata.append(&mut fields.rest());
        if let Some(token) = call.token {
            // A field of that name is signed, and goes before.
            let name = "I-Twilio-Idempotency-Token".into();
            first.metadata.entry(name).or_insert_with(|| token.into());
        }
    }
    for event in &mut events {
        event.source = source.clone();
    }
    (events, reply)
}

/// Something that is of no message and no call.
fn other(fields: &Fields<'_>, whole: &[u8], call: &Context<'_>) -> Event {
    let mut event = call.event(EventKind::Other, None);
    event.word = ["EventType", "type", "Level"].iter().find_map(|name| fields.peek(name));
    event.dedup_key = dedup_key(&[NAME, "other", &String::from_utf8_lossy(whole)]);
    event
}

/// An address without what only names the channel.
fn address(text: String) -> String {
    let rest = text.strip_prefix("whatsapp:").or_else(|| {
        let number = |rest: &&str| rest.starts_with(|c: char| c == '+' || c.is_ascii_digit());
        text.strip_prefix("rcs:").filter(number)
    });
    rest.map(str::to_owned).unwrap_or(text)
}

/// An empty TwiML response: nothing is said, and a call ends.
fn silence() -> Reply {
    Reply::ok().with_body("text/xml", "<Response></Response>")
}
