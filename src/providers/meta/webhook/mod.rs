//! What Meta posts: the webhooks of a WhatsApp Business account.

use std::borrow::Cow;

use bytes::Bytes;
use http::Method;
use secrecy::SecretString;

use self::{
    json::{List, Raw, members},
    message::People,
};
use super::NAME;
use crate::{
    event::{Event, EventKind, Status},
    message::Kind,
    time::Timestamp,
    webhook::{
        EventFault, Parsed, Proof, Receiver, Reply, Request, Verified, WebhookError, dedup_key,
        secrets::Secrets, text::readable,
    },
};

mod account;
mod contact;
mod content;
mod json;
mod message;
mod signature;
mod status;
mod template;

/// Reads what Meta posts for WhatsApp Business accounts.
///
/// A `GET` is the handshake by which a URL is subscribed: where the verify token is the agreed one,
/// the challenge is answered. All else must be signed with the app secret
/// (`X-Hub-Signature-256`). Meta signs no time and tries again for up to seven days, so that the
/// same event may come more than once: its `dedup_key` is the same then.
///
/// The sender and the recipient stand as in the payload: digits without a plus, or the user's id
/// (`IN.5501…`) where the number is hidden. The id stands in the event's `profile` in any case.
///
/// - A status `played` is [`Read`](Status::Read). A status that is none of ours (`deleted`,
///   `warning`) is [`Other`](EventKind::Other).
/// - Only who stopped marketing (131050) is [suppressed](Event::suppress) by a failure. 131026 (not
///   on WhatsApp, an old version, terms not agreed to, and more) says nothing that stays true.
/// - What the business writes in the phone app (`smb_message_echoes`) is
///   [`Other`](EventKind::Other) with the word `echo`, and read like a message.
/// - Fields that do not concern messages are [`Other`](EventKind::Other), their word is the
///   field's name. Their members are in `metadata`, but for `history` and `smb_app_state_sync`,
///   which are large: those are in `source` alone.
/// - A file is told by its id: [`Meta::media`](super::Meta::media) fetches it, for seven days.
///
/// ```
/// use dakiya::{
///     meta::Webhook,
///     webhook::{Receiver, Request},
/// };
///
/// let webhook = Webhook::new("the app secret", "a token of your own")?;
/// let query = "hub.mode=subscribe&hub.challenge=1158&hub.verify_token=a%20token%20of%20your%20own";
/// let request = Request::new(http::Method::GET, format!("https://erp.example.net/meta?{query}"), "");
/// let parsed = webhook.receive(&request, dakiya::Timestamp::UNIX_EPOCH)?;
/// assert_eq!(parsed.reply.body, "1158");
/// # Ok::<(), dakiya::webhook::WebhookError>(())
/// ```
///
/// Source: [Webhooks](https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview).
#[derive(Clone, Debug)]
pub struct Webhook {
    app_secrets: Secrets,
    verify_tokens: Secrets,
}

impl Webhook {
    /// Accepts what is signed with `app_secret`, the secret of the app that is subscribed, and
    /// handshakes with `verify_token`, which you agree with Meta where you subscribe.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::webhook::WebhookErrorKind::Config) when either is empty.
    pub fn new(
        app_secret: impl Into<SecretString>,
        verify_token: impl Into<SecretString>,
    ) -> Result<Self, WebhookError> {
        Ok(Self {
            app_secrets: Secrets::new(app_secret, SECRET)?,
            verify_tokens: Secrets::new(verify_token, TOKEN)?,
        })
    }

    /// Accepts another app's secret too, or the one before.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::webhook::WebhookErrorKind::Config) when it is empty.
    pub fn or_secret(mut self, another: impl Into<SecretString>) -> Result<Self, WebhookError> {
        self.app_secrets = self.app_secrets.and(another, SECRET)?;
        Ok(self)
    }

    /// Accepts handshakes with another token too.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::webhook::WebhookErrorKind::Config) when it is empty.
    pub fn or_verify_token(
        mut self,
        another: impl Into<SecretString>,
    ) -> Result<Self, WebhookError> {
        self.verify_tokens = self.verify_tokens.and(another, TOKEN)?;
        Ok(self)
    }
}

const SECRET: &str = "app secret";
const TOKEN: &str = "verify token";

impl Receiver for Webhook {
    fn verify<'a>(&self, request: &'a Request, _: Timestamp) -> Result<Verified<'a>, WebhookError> {
        if request.method == Method::GET {
            signature::handshake(&self.verify_tokens, request)?;
            return Ok(Verified::new(request, Proof::Shared));
        }
        signature::delivery(&self.app_secrets, request)?;
        Ok(Verified::new(request, Proof::Signature))
    }

    fn parse(&self, verified: Verified<'_>) -> Result<Parsed, WebhookError> {
        let request = verified.request();
        if request.method == Method::GET {
            let challenge = signature::handshake(&self.verify_tokens, request)?;
            return Ok(Parsed::empty().replying(Reply::ok().with_body("text/plain", challenge)));
        }
        let body = readable(&request.body);
        let unreadable = || WebhookError::payload("the body is no JSON object");
        let text = std::str::from_utf8(&body).unwrap_or_default();
        let envelope: Envelope<'_> = serde_json::from_str(text).map_err(|_| unreadable())?;
        if !envelope.is_object {
            return Err(unreadable());
        }
        let mut batch = Batch { body: &body, proof: verified.proof(), parsed: Parsed::empty() };
        // Other objects belong to other products.
        if envelope.object.text().as_deref() == Some("whatsapp_business_account") {
            batch.entries(envelope.entry);
        }
        Ok(batch.parsed)
    }
}

members!(Envelope { object; entry: List<Entry<'a>> });
members!(Entry { id, time; changes: List<Change<'a>> });
members!(Change { field, value });
members!(Messages {
    metadata, contacts;
    messages: List<Raw<'a>>,
    statuses: List<Raw<'a>>,
    errors: List<Raw<'a>>,
    message_echoes: List<Raw<'a>>,
    user_preferences: List<Raw<'a>>
});
members!(Number { display_phone_number, phone_number_id });

/// Where events come from: what they share.
struct Origin<'a> {
    proof: Proof,
    field: &'a str,
    /// The id of the WhatsApp Business account.
    account: Option<Cow<'a, str>>,
    /// When the change was, for those that tell no time of their own.
    time: Raw<'a>,
    /// The business's phone number, as it is shown.
    number: Option<Cow<'a, str>>,
    /// Its id, by which it sends.
    number_id: Option<Cow<'a, str>>,
}

impl Origin<'_> {
    fn event(&self, kind: EventKind) -> Event {
        self.filled(Event::new(kind, NAME, self.proof))
    }

    fn of_status(&self, status: Status) -> Event {
        self.filled(Event::of_status(status, NAME, self.proof))
    }

    fn filled(&self, mut event: Event) -> Event {
        event.channel = Some(Kind::WhatsApp);
        for (name, id) in [("waba_id", &self.account), ("phone_number_id", &self.number_id)] {
            if let Some(id) = id {
                event.metadata.insert(name.into(), id.as_ref().into());
            }
        }
        event
    }

    /// The key of an event that has no id of its own: all it says, of whom, and when.
    fn key(&self, raw: Raw<'_>) -> String {
        let account = self.account.as_deref().unwrap_or_default();
        let number = self.number_id.as_deref().unwrap_or_default();
        dedup_key(&[NAME, self.field, account, number, self.time.get(), raw.get()])
    }
}

/// The events so far.
struct Batch<'b> {
    body: &'b Bytes,
    proof: Proof,
    parsed: Parsed,
}

impl<'b> Batch<'b> {
    fn entries(&mut self, entries: List<Entry<'b>>) {
        let List::Items(entries) = entries else {
            return self.fault("the body has no list of entries");
        };
        for entry in entries {
            let List::Items(changes) = entry.changes else {
                self.fault("the entry has no list of changes");
                continue;
            };
            let account = entry.id.text();
            for change in changes {
                self.change(&change, account.clone(), entry.time);
            }
        }
    }

    fn change(&mut self, change: &Change<'b>, account: Option<Cow<'b, str>>, time: Raw<'b>) {
        let Some(field) = change.field.text() else {
            return self.fault("the change names no field");
        };
        let mut origin = Origin {
            proof: self.proof,
            field: &field,
            account,
            time,
            number: None,
            number_id: None,
        };
        let value = change.value;
        match &*field {
            "messages" | "smb_message_echoes" | "user_preferences" => {
                self.messages(&mut origin, value);
            }
            field => {
                let event = match field {
                    "message_template_components_update"
                    | "message_template_quality_update"
                    | "message_template_status_update"
                    | "template_category_update" => template::event(&origin, value),
                    _ => account::event(&origin, value),
                };
                self.put(value, Ok(event));
            }
        }
    }

    /// The lists of what concerns people.
    fn messages<'o>(&mut self, origin: &mut Origin<'o>, value: Raw<'b>)
    where
        'b: 'o,
    {
        let lists: Messages<'b> = value.members();
        if !lists.is_object {
            return self.fault("the change's value is no object");
        }
        let number: Number<'_> = lists.metadata.members();
        origin.number = number.display_phone_number.text();
        origin.number_id = number.phone_number_id.text();
        let mut people = People::new(lists.contacts);
        let before = self.count();
        let mut any = false;
        let mut each = |batch: &mut Self, list, read: &mut dyn FnMut(Raw<'b>) -> Read| match list {
            List::Absent => {}
            List::Wrong => batch.fault("a list of the change is none"),
            List::Items(items) => {
                any = true;
                batch.parsed.events.reserve(items.len());
                for raw in items {
                    batch.put(raw, read(raw));
                }
            }
        };
        each(self, lists.messages, &mut |raw| message::inbound(origin, &mut people, raw));
        each(self, lists.message_echoes, &mut |raw| message::echo(origin, &mut people, raw));
        each(self, lists.statuses, &mut |raw| status::event(origin, &mut people, raw));
        each(self, lists.user_preferences, &mut |raw| {
            account::preference(origin, &mut people, raw)
        });
        each(self, lists.errors, &mut |raw| account::error(origin, raw));
        if !any && self.count() == before {
            // Something that was invented since.
            self.put(value, Ok(account::event(origin, value)));
        }
    }

    fn put(&mut self, raw: Raw<'b>, read: Read) {
        match read {
            Ok(mut event) => {
                event.source = self.source(raw);
                self.parsed.events.push(event);
            }
            Err(problem) => self.fault(problem),
        }
    }

    fn source(&self, raw: Raw<'b>) -> Bytes {
        // A change without a value has none of its own.
        if raw.is_some() { self.body.slice_ref(raw.get().as_bytes()) } else { self.body.clone() }
    }

    fn fault(&mut self, problem: &'static str) {
        let index = self.count();
        self.parsed.faults.push(EventFault::new(index, problem));
    }

    fn count(&self) -> usize {
        self.parsed.events.len() + self.parsed.faults.len()
    }
}

/// An event, or what is wrong with it.
type Read = Result<Event, &'static str>;

members!(Failure { code, title, message, error_data });
members!(FailureData { details });

/// Puts Meta's errors into `event`: the first one's code and words, and all of them as they are.
/// Returns the code.
fn failure(event: &mut Event, errors: Raw<'_>) -> Option<u32> {
    let failure: Failure<'_> = errors.list().into_iter().next()?.members();
    fail(event, &failure);
    json::keep(&mut event.metadata, "errors", errors);
    event.code.as_deref()?.parse().ok()
}

fn fail(event: &mut Event, failure: &Failure<'_>) {
    let data: FailureData<'_> = failure.error_data.members();
    event.code = failure.code.owned();
    let words = [data.details, failure.message, failure.title];
    event.reason = words.into_iter().find_map(Raw::owned);
}

#[cfg(test)]
mod tests;
