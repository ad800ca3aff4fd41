//! Events that Netcore posts, in its own format and in the one for accounts that moved there.

use bytes::Bytes;
use http::Method;
use serde_json::value::RawValue;

use super::{NAME, fields::Fields};
use crate::{
    event::{Event, EventKind, Scope, Status},
    message::Kind,
    time::Timestamp,
    webhook::{
        EventFault, Guard, Parsed, Proof, Receiver, Request, Verified, WebhookError, dedup_key,
    },
};

/// Reads Netcore's calls. Netcore signs nothing, so a [`Guard`] proves where they come from.
///
/// `sent` is the receiving server's acceptance, so it is
/// [`Delivered`](crate::Status::Delivered): there is no later one. A URL is tested by HEAD and by
/// an empty array; both are answered like a call without events.
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

    fn event(&self, raw: &RawValue, body: &Bytes, proof: Proof) -> Result<Event, &'static str> {
        let mut fields: Fields<'_> = Fields::read(raw).ok_or("is no object")?;
        let name = fields.take("EVENT").ok_or("names no event")?;
        let word = name.trim().to_ascii_lowercase();
        let id = fields.take("TRANSID").or_else(|| fields.take("sg_message_id"));
        let reply = fields.take("RESPONSE").or_else(|| fields.take("reason"));
        let bounce = fields.peek("BOUNCE_TYPE").unwrap_or_default().to_ascii_lowercase();
        let timestamp = fields.take("TIMESTAMP");

        let (status, suppress) = meaning(&word, &bounce, reply.as_deref().unwrap_or_default());
        let mut event = match status {
            Some(status) => Event::of_status(status, NAME, proof),
            None => Event::new(EventKind::Other, NAME, proof),
        };
        event.channel = Some(Kind::Email);
        event.suppress = suppress;
        event.recipient = fields.take("EMAIL");
        event.sender = fields.take("FROMADDRESS");
        event.url = fields.take("URL");
        event.reason = reply.or_else(|| fields.peek("BOUNCE_REASON"));
        event.code = fields.take("BOUNCE_REASONID");
        event.callback_data = fields.take(&self.reference);
        event.dedup_key = dedup_key(&[
            id.as_deref().unwrap_or_default(),
            &word,
            event.recipient.as_deref().unwrap_or_default(),
            timestamp.as_deref().unwrap_or_default(),
            event.url.as_deref().unwrap_or_default(),
        ]);
        event.provider_message_id = id;
        let seconds = timestamp.and_then(|text| text.trim().parse().ok());
        event.timestamp = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
        event.metadata = fields.rest();
        if event.kind == EventKind::Other {
            event.metadata.insert("EVENT".into(), name.into());
        }
        event.source = body.slice_ref(raw.get().as_bytes());
        Ok(event)
    }
}

impl Receiver for Webhook {
    fn verify<'a>(&self, request: &'a Request, _: Timestamp) -> Result<Verified<'a>, WebhookError> {
        self.guard.verify(request)
    }

    fn parse(&self, verified: Verified<'_>) -> Result<Parsed, WebhookError> {
        let request = verified.request();
        if request.method == Method::HEAD || request.body.trim_ascii().is_empty() {
            return Ok(Parsed::empty());
        }
        // A broken character in one user agent must not cost the other events.
        let body = match std::str::from_utf8(&request.body) {
            Ok(_) => request.body.clone(),
            Err(_) => String::from_utf8_lossy(&request.body).into_owned().into(),
        };
        let elements = elements(&body)?;
        let mut parsed = Parsed::empty();
        for (index, raw) in elements.into_iter().enumerate() {
            match self.event(raw, &body, verified.proof()) {
                Ok(event) => parsed.events.push(event),
                Err(problem) => parsed.faults.push(EventFault::new(index, problem)),
            }
        }
        Ok(parsed)
    }
}

/// The events of an array, or a single one without it.
fn elements(body: &[u8]) -> Result<Vec<&RawValue>, WebhookError> {
    let unreadable = || WebhookError::payload("the body is no JSON array of events");
    if body.trim_ascii_start().starts_with(b"{") {
        return serde_json::from_slice(body).map(|one| vec![one]).map_err(|_| unreadable());
    }
    serde_json::from_slice(body).map_err(|_| unreadable())
}

/// What an event says, whichever way its name is spelled.
fn meaning(word: &str, bounce: &str, reply: &str) -> (Option<Status>, Option<Scope>) {
    let status = match word {
        "sent" | "send" | "delivered" => Status::Delivered,
        "processed" => Status::Queued,
        "opened" | "open" => Status::Opened,
        "clicked" | "click" => Status::Clicked,
        "dropped" | "drop" => return (Some(Status::Rejected), drop_scope(reply)),
        "unsubscribed" | "unsubscribe" | "unsub" => {
            return (Some(Status::Unsubscribed), Some(Scope::Marketing));
        }
        "spam" | "abuse" => return (Some(Status::Complained), Some(Scope::Sender)),
        "hardbounce" | "invalid" => return (Some(Status::BouncedHard), Some(Scope::Address)),
        "bounced" | "bounce" if is_hard(bounce, reply) => {
            return (Some(Status::BouncedHard), Some(Scope::Address));
        }
        "bounced" | "bounce" | "softbounce" => Status::BouncedSoft,
        _ => return (None, None),
    };
    (Some(status), None)
}

/// Where the bounce names no type, only a server that calls the address itself bad makes it hard.
fn is_hard(bounce: &str, reply: &str) -> bool {
    if bounce.is_empty() {
        return reply.split_whitespace().any(|word| word.starts_with("5.1."));
    }
    bounce.contains("hard")
}

/// How far a drop goes, by its words. A block says nothing of the person or the address.
fn drop_scope(reply: &str) -> Option<Scope> {
    let reply = reply.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| reply.contains(word));
    if has(&["unsubscri"]) {
        Some(Scope::Marketing)
    } else if has(&["abuse", "spam", "complain", "manually"]) {
        Some(Scope::Sender)
    } else if has(&["hard bounce", "hardbounce", "global", "invalid"]) {
        Some(Scope::Address)
    } else {
        None
    }
}
