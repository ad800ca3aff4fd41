//! Events that Netcore posts, in its own format and in the one for accounts that moved there.

use std::borrow::Cow;

use bytes::Bytes;

use super::NAME;
use crate::{
    event::{Bounce, Event, EventKind, Scope, Status},
    message::Kind,
    providers::netcore::hook::{self, Fields},
    time::Timestamp,
    webhook::{
        EventFault, Guard, Parsed, Proof, Receiver, Request, Verified, WebhookError, dedup_key,
        text::{elements, lower},
    },
};

/// Reads Netcore's calls. Netcore signs nothing, so a [`Guard`] proves where they come from.
///
/// `sent` is the receiving server's acceptance, so it is
/// [`Delivered`](crate::Status::Delivered): there is no later one. A URL is tested by HEAD and by
/// an empty array; both are answered like a call without events.
///
/// `word` is the event's name as Netcore writes it. `metadata` holds every field that has no place
/// of its own, such as `MSIZE`, `TAGS`, `USERAGENT`, `IPADDRESS`, `BOUNCE_TYPE`, and in the format
/// of accounts that moved the custom arguments.
///
/// Source: [Webhooks](https://emaildocs.netcorecloud.com/docs/repository-outline).
#[derive(Clone, Debug)]
pub struct Webhook {
    guard: Guard,
    reference: String,
}

impl Webhook {
    /// Accepts what `guard` lets through.
    #[must_use]
    pub fn new(guard: Guard) -> Self {
        Self { guard, reference: "X-APIHEADER".into() }
    }

    /// Sets which field holds the host's reference, for accounts whose events carry it as an
    /// argument of their own. Default: `X-APIHEADER`.
    #[must_use]
    pub fn reference_field(mut self, name: impl Into<String>) -> Self {
        self.reference = name.into();
        self
    }

    fn event(
        &self,
        mut fields: Fields<'_>,
        source: Bytes,
        proof: Proof,
    ) -> Result<Event, &'static str> {
        let name = fields.take("EVENT").ok_or("names no event")?;
        let word = lower(&name);
        let id = fields.take("TRANSID").or_else(|| fields.take("sg_message_id"));
        let reply = fields.take("RESPONSE").or_else(|| fields.take("reason"));
        let kind = fields.peek("BOUNCE_TYPE").unwrap_or_default().to_ascii_lowercase();
        let timestamp = fields.take("TIMESTAMP");
        let (email, url) = (fields.take("EMAIL"), fields.take("URL"));

        let meaning = meaning(&word, &kind, reply.as_deref().unwrap_or_default());
        let mut event = match meaning.status {
            Some(status) => Event::of_status(status, NAME, proof),
            None => Event::new(EventKind::Other, NAME, proof),
        };
        event.channel = Some(Kind::Email);
        event.suppress = meaning.suppress;
        event.bounce = meaning.bounce;
        event.dedup_key = dedup_key(&[
            id.as_deref().unwrap_or_default(),
            &word,
            email.as_deref().unwrap_or_default(),
            timestamp.as_deref().unwrap_or_default(),
            url.as_deref().unwrap_or_default(),
        ]);
        event.word = Some(name.into_owned());
        event.provider_message_id = id.map(Cow::into_owned);
        event.recipient = email.map(Cow::into_owned);
        event.sender = fields.take_owned("FROMADDRESS");
        event.url = url.map(Cow::into_owned);
        event.reason = reply.or_else(|| fields.peek("BOUNCE_REASON")).map(Cow::into_owned);
        event.code = fields.take_owned("BOUNCE_REASONID");
        event.callback_data = fields.take_owned(&self.reference);
        let seconds = timestamp.and_then(|text| text.trim().parse().ok());
        event.timestamp = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
        event.metadata = fields.rest();
        event.source = source;
        Ok(event)
    }
}

impl Receiver for Webhook {
    fn verify<'a>(&self, request: &'a Request, _: Timestamp) -> Result<Verified<'a>, WebhookError> {
        self.guard.verify(request)
    }

    fn parse(&self, verified: Verified<'_>) -> Result<Parsed, WebhookError> {
        let Some(body) = hook::body(verified.request()) else { return Ok(Parsed::empty()) };
        let text = std::str::from_utf8(&body).unwrap_or_default();
        let mut parsed = Parsed::empty();
        elements(text, |fields: Option<Fields<'_>>, written| {
            let source = body.slice_ref(written.as_bytes());
            let fields = fields.ok_or("is no object");
            match fields.and_then(|fields| self.event(fields, source, verified.proof())) {
                Ok(event) => parsed.events.push(event),
                Err(problem) => {
                    let index = parsed.events.len() + parsed.faults.len();
                    parsed.faults.push(EventFault::new(index, problem));
                }
            }
        })?;
        Ok(parsed)
    }
}

/// What an event says of the mail and of the address.
#[derive(Clone, Copy, Default)]
struct Meaning {
    status: Option<Status>,
    bounce: Option<Bounce>,
    suppress: Option<Scope>,
}

impl Meaning {
    fn of(status: Status) -> Self {
        Self { status: Some(status), ..Self::default() }
    }

    fn suppress(self, scope: Scope) -> Self {
        Self { suppress: Some(scope), ..self }
    }

    fn bounce(self, bounce: Bounce) -> Self {
        Self { bounce: Some(bounce), ..self }
    }
}

/// What an event says, whichever way its name is spelled.
fn meaning(word: &str, kind: &str, reply: &str) -> Meaning {
    let hard = || Meaning::of(Status::BouncedHard).bounce(Bounce::Hard).suppress(Scope::Address);
    match word {
        "sent" | "send" | "delivered" => Meaning::of(Status::Delivered),
        "processed" => Meaning::of(Status::Queued),
        "opened" | "open" => Meaning::of(Status::Opened),
        "clicked" | "click" => Meaning::of(Status::Clicked),
        "dropped" | "drop" => drop_meaning(reply),
        "unsubscribed" | "unsubscribe" | "unsub" => {
            Meaning::of(Status::Unsubscribed).suppress(Scope::Marketing)
        }
        "spam" | "abuse" => Meaning::of(Status::Complained).suppress(Scope::Sender),
        "hardbounce" | "invalid" => hard(),
        "bounced" | "bounce" if is_hard(kind, reply) => hard(),
        "bounced" | "bounce" | "softbounce" => {
            let refused = kind.is_empty() && has_code(reply, "5.7.");
            let bounce = if refused { Bounce::Block } else { Bounce::Soft };
            Meaning::of(Status::BouncedSoft).bounce(bounce)
        }
        _ => Meaning::default(),
    }
}

/// Where the bounce names no type, only a server that calls the address itself bad makes it hard.
fn is_hard(kind: &str, reply: &str) -> bool {
    if kind.is_empty() { has_code(reply, "5.1.") } else { kind.contains("hard") }
}

fn has_code(reply: &str, code: &str) -> bool {
    reply.split_whitespace().any(|word| word.starts_with(code))
}

/// How far a drop goes, by its words. A block says nothing of the person or the address.
fn drop_meaning(reply: &str) -> Meaning {
    let reply = reply.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| reply.contains(word));
    let dropped = Meaning::of(Status::Rejected);
    let listed = dropped.bounce(Bounce::Suppressed);
    if has(&["unsubscri"]) {
        listed.suppress(Scope::Marketing)
    } else if has(&["abuse", "spam", "complain", "manually"]) {
        listed.suppress(Scope::Sender)
    } else if has(&["hard bounce", "hardbounce", "global"]) {
        listed.suppress(Scope::Address)
    } else if has(&["invalid"]) {
        dropped.bounce(Bounce::Hard).suppress(Scope::Address)
    } else if has(&["block"]) {
        dropped.bounce(Bounce::Block)
    } else {
        dropped
    }
}
