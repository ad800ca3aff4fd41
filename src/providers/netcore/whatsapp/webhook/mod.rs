//! Delivery events and what people write.

use bytes::Bytes;
use serde_json::value::RawValue;

use crate::{
    event::{Event, EventKind},
    message::Kind,
    providers::netcore::{
        NAME,
        hook::{self, Fields},
    },
    webhook::{EventFault, Parsed, Proof, Verified, WebhookError, dedup_key},
};

mod message;
mod status;

hook::webhook! {
    /// Reads Netcore's WhatsApp calls: delivery events, what people write, or both in one body.
    /// Netcore signs nothing, so a [`Guard`](crate::webhook::Guard) proves where they come from: a
    /// secret path, or the header that can be set for the webhook in the dashboard. HEAD and bodies
    /// without an event are answered like any other call.
    ///
    /// - Of a delivery event `provider_message_id` is Netcore's own id, as in receipts, and
    ///   `callback_data` the `x-apiheader` that was sent. `source` and `pricing` are in `metadata`.
    /// - Of what a person wrote `provider_message_id` is WhatsApp's id, and `word` the message's
    ///   type. `reply_to` is the id of the quoted message as in its receipt, or WhatsApp's where
    ///   there is no other; `callback_data` is its `x-apiheader`, and all of it is `context` in
    ///   `metadata`.
    /// - Files come as ids: [`media`](super::manage) fetches them. Do it soon.
    /// - What has no documented form (contacts, orders, types to come) is kept: its type is `word`,
    ///   its content is in `metadata`. A message without a type, which some emojis come as, is an
    ///   event too.
    /// - Words that ask to stop arrive as text. Record them by
    ///   [`consent`](super::Account::consent).
    /// - Events may come out of order: a read before its delivery.
    ///
    /// Source: [Webhooks](https://emaildocs.netcorecloud.com/reference/webhooks-v2), [Delivery
    /// notifications](https://wadocs.pepipost.com/webhooks/delivery-notification), [Incoming
    /// messages](https://wadocs.pepipost.com/webhooks/overview/incoming-message).
    pub struct Webhook;

    /// Sets how many minutes times are ahead of UTC that name no zone, as older accounts get them.
    /// Default: 330, Indian standard time, which is inferred.
    pub fn utc_offset_minutes;

    read
}

fn read(verified: &Verified<'_>, offset: i32) -> Result<Parsed, WebhookError> {
    let Some(body) = hook::body(verified.request()) else { return Ok(Parsed::empty()) };
    let mut reader =
        Reader { body: &body, offset, proof: verified.proof(), found: Parsed::empty() };
    for raw in hook::elements(&body)? {
        reader.envelope(raw);
    }
    Ok(reader.found)
}

/// A body that is being read, and what was found so far.
struct Reader<'b> {
    body: &'b Bytes,
    offset: i32,
    proof: Proof,
    found: Parsed,
}

impl Reader<'_> {
    /// Everything in an object with lists of events by their sort.
    fn envelope(&mut self, raw: &RawValue) {
        let Some(envelope) = Fields::read(raw) else { return self.push(raw, Err("is no object")) };
        // An event may stand without its list.
        let has = |name: &str| envelope.raw(name).is_some();
        let alone = if has("ncmessage_id") && has("status") {
            Some(self.read(raw, status::event))
        } else if has("message_id") && has("from") {
            Some(self.read(raw, message::event))
        } else {
            None
        };
        if let Some(event) = alone {
            return self.push(raw, event);
        }
        let lists = || envelope.iter().filter(|(_, list)| list.get().starts_with(['[', '{']));
        for (name, list) in lists() {
            let elements: Vec<&RawValue> = if list.get().starts_with('[') {
                serde_json::from_str(list.get()).unwrap_or_default()
            } else {
                vec![list]
            };
            for element in elements {
                let event = match name {
                    "delivery_status" => self.read(element, status::event),
                    "incoming_message" => self.read(element, message::event),
                    _ => self
                        .read(element, |fields, _, proof| Ok(other(name, element, fields, proof))),
                };
                self.push(element, event);
            }
        }
        if lists().next().is_none() && !envelope.is_empty() {
            let event = other("", raw, envelope, self.proof);
            self.push(raw, Ok(event));
        }
    }

    fn read(
        &self,
        raw: &RawValue,
        event: impl FnOnce(Fields<'_>, i32, Proof) -> Result<Event, &'static str>,
    ) -> Result<Event, &'static str> {
        event(Fields::read(raw).ok_or("is no object")?, self.offset, self.proof)
    }

    fn push(&mut self, raw: &RawValue, event: Result<Event, &'static str>) {
        let index = self.found.events.len() + self.found.faults.len();
        match event {
            Ok(mut event) => {
                event.channel = Some(Kind::WhatsApp);
                event.source = self.body.slice_ref(raw.get().as_bytes());
                self.found.events.push(event);
            }
            Err(problem) => self.found.faults.push(EventFault::new(index, problem)),
        }
    }
}

/// An event of a sort that is not known: `word` is the list it stood in.
fn other(word: &str, raw: &RawValue, fields: Fields<'_>, proof: Proof) -> Event {
    let mut event = Event::new(EventKind::Other, NAME, proof);
    event.dedup_key = dedup_key(&["netcore.whatsapp.other", word, raw.get()]);
    event.word = Some(word.to_owned()).filter(|word| !word.is_empty());
    event.metadata = fields.rest();
    event
}
