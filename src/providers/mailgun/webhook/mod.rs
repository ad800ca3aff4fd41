//! What Mailgun posts: events, and mails that people send.

use std::time::Duration;

use bytes::Bytes;
use secrecy::SecretString;

use self::{object::Object, signature::Signature};
use super::{CALLBACK_DATA, NAME};
use crate::{
    time::Timestamp,
    webhook::{
        EventFault, Parsed, Proof, Receiver, Request, Verified, WebhookError, Window,
        secrets::Secrets, text::readable,
    },
};

#[cfg(feature = "inbound-mail")]
use crate::webhook::form_data;

mod event;
#[cfg(feature = "inbound-mail")]
mod inbound;
mod object;
mod signature;
#[cfg(test)]
mod tests;

/// What the keys are called.
const KEY: &str = "HTTP webhook signing key";

/// Mailgun tries again for 8 hours, and may send the time of its first try.
const WINDOW: Window = Window::new(Duration::from_hours(9), Duration::from_mins(5));

/// Reads what Mailgun posts: the events of mails, and with the feature `inbound-mail` the mails that
/// its routes forward.
///
/// # Proof
///
/// Mailgun signs a time and a token, **not the event**: who saw one request can put another event
/// into it. Serve HTTPS alone, and let a [`ReplayGuard`](crate::webhook::ReplayGuard) check
/// [`Parsed::once`]: the same token with the same event is Mailgun's next try, with another event
/// it is forged.
///
/// # Answers
///
/// 200 ends it. Whatever else is answered, Mailgun tries again for about 8 hours: also the 401 and
/// 400 of [`WebhookError::reply`], so that events are not lost while a key is wrong. 406 would make
/// it stop; answer that by yourself where a refusal is for ever.
///
/// # Mails
///
/// A route's `forward()` posts the mail, its files with it. To a URL whose path ends in `mime` it
/// posts the raw mail. `store()` posts the mail's texts with links to it and its files
/// (`message-url` in the metadata), which hold for about three days.
///
/// A mail of HTML alone has the text that Mailgun makes of it (`stripped-text`), where it posts one.
/// Mails are long: a router's [`body_limit`](crate::webhook::RouterBuilder::body_limit) of 4 MiB
/// refuses what Mailgun takes, which is up to 25 MB.
///
/// ```
/// use dakiya::mailgun::Webhook;
///
/// let webhook = Webhook::new("8e0f9c1d2b7a44658e0f9c1d2b7a4465")?.or_key("the one before")?;
/// # let _ = webhook;
/// assert!(Webhook::new("").is_err());
/// # Ok::<(), dakiya::webhook::WebhookError>(())
/// ```
///
/// Sources: [Webhooks](https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhooks),
/// [Securing webhooks](https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks),
/// [Receive, forward, store](https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/).
#[derive(Clone, Debug)]
pub struct Webhook {
    keys: Secrets,
    window: Window,
}

impl Webhook {
    /// Accepts what is signed with `signing_key`: the account's HTTP webhook signing key, which is
    /// not the API key. The events of a subaccount are signed with the primary account's too.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::webhook::WebhookErrorKind::Config) when it is empty.
    pub fn new(signing_key: impl Into<SecretString>) -> Result<Self, WebhookError> {
        Ok(Self { keys: Secrets::new(signing_key, KEY)?, window: WINDOW })
    }

    /// Accepts another key too: the one before, or another account's.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::webhook::WebhookErrorKind::Config) when it is empty.
    pub fn or_key(mut self, another: impl Into<SecretString>) -> Result<Self, WebhookError> {
        self.keys = self.keys.and(another, KEY)?;
        Ok(self)
    }

    /// Sets how old a signature may be. Default: 9 hours, and 5 minutes ahead: Mailgun tries again
    /// for about 8 hours, and a next try may carry the first one's signature.
    #[must_use]
    pub fn window(mut self, window: Window) -> Self {
        self.window = window;
        self
    }

    /// The event of an envelope, and the signature where that can be read.
    fn event(
        &self,
        body: &Bytes,
        envelope: &Object<'_>,
        signature: Option<&Signature<'_>>,
        proof: Proof,
    ) -> Result<Parsed, WebhookError> {
        let Some(data) = envelope.get("event-data") else {
            return Err(WebhookError::payload(
                "the body holds no event-data: events in Mailgun's format of before 2018 are not read",
            ));
        };
        let mut parsed = Parsed::empty();
        match event::read(data, proof) {
            Ok(mut event) => {
                event.source = body.slice_ref(data.get().as_bytes());
                parsed.events.push(event);
            }
            Err(problem) => parsed.faults.push(EventFault::new(0, problem)),
        }
        parsed.once = signature.and_then(|sign| sign.once([data.get().as_bytes()], self.window));
        Ok(parsed)
    }

    /// The signature of an envelope, once it holds.
    fn signed<'b>(
        &self,
        envelope: &Object<'b>,
        now: Timestamp,
    ) -> Result<Signature<'b>, WebhookError> {
        let signature = Signature::of(envelope)?;
        signature.verify(&self.keys, self.window, now)?;
        Ok(signature)
    }

    #[cfg(feature = "inbound-mail")]
    fn verify_form(&self, request: &Request, now: Timestamp) -> Result<(), WebhookError> {
        let parts = form_data::read(request)?;
        inbound::signature(&parts)?.verify(&self.keys, self.window, now)
    }

    #[cfg(feature = "inbound-mail")]
    fn form(&self, request: &Request, proof: Proof) -> Result<Parsed, WebhookError> {
        let parts = form_data::read(request)?;
        let signature = inbound::signature(&parts).ok();
        let once = signature
            .and_then(|sign| sign.once(parts.iter().flat_map(form_data::Part::facts), self.window));
        let event = inbound::read(&parts, request, proof)?;
        Ok(Parsed { once, ..Parsed::one(event) })
    }
}

#[cfg(not(feature = "inbound-mail"))]
fn no_forms() -> WebhookError {
    WebhookError::payload(
        "the body is a form: mails are read with the feature inbound-mail, and events in Mailgun's \
         format of before 2018 are not read",
    )
}

impl Receiver for Webhook {
    fn verify<'a>(
        &self,
        request: &'a Request,
        now: Timestamp,
    ) -> Result<Verified<'a>, WebhookError> {
        if is_form(request) {
            #[cfg(not(feature = "inbound-mail"))]
            return Err(no_forms());
            #[cfg(feature = "inbound-mail")]
            self.verify_form(request, now)?;
        } else {
            let body = readable(&request.body);
            self.signed(&envelope(&body)?, now)?;
        }
        Ok(Verified::new(request, Proof::Signature))
    }

    fn parse(&self, verified: Verified<'_>) -> Result<Parsed, WebhookError> {
        let (request, proof) = (verified.request(), verified.proof());
        if is_form(request) {
            #[cfg(not(feature = "inbound-mail"))]
            return Err(no_forms());
            #[cfg(feature = "inbound-mail")]
            return self.form(request, proof);
        }
        let body = readable(&request.body);
        let envelope = envelope(&body)?;
        let signature = Signature::of(&envelope).ok();
        self.event(&body, &envelope, signature.as_ref(), proof)
    }

    /// As the other two, one after the other, but reads an event's envelope once.
    fn receive(&self, request: &Request, now: Timestamp) -> Result<Parsed, WebhookError> {
        if is_form(request) {
            return self.parse(self.verify(request, now)?);
        }
        let body = readable(&request.body);
        let envelope = envelope(&body)?;
        let signature = self.signed(&envelope, now)?;
        self.event(&body, &envelope, Some(&signature), Proof::Signature)
    }
}

fn is_form(request: &Request) -> bool {
    let content_type = request.header("content-type").unwrap_or_default();
    let main = content_type.split(';').next().unwrap_or_default().trim();
    ["application/x-www-form-urlencoded", "multipart/form-data"]
        .iter()
        .any(|form| main.eq_ignore_ascii_case(form))
}

fn envelope(body: &[u8]) -> Result<Object<'_>, WebhookError> {
    let object = std::str::from_utf8(body).ok().and_then(Object::read);
    object.ok_or_else(|| WebhookError::payload("the body is no JSON object"))
}
