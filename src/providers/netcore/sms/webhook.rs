//! Delivery reports and inbound messages.

use serde_json::Value;

use super::{
    fields::{FieldMap, InboundFields},
    status, time,
};
use crate::{
    event::{Event, EventKind, Inbound},
    message::Kind,
    providers::netcore::{
        NAME,
        rows::{Payload, Row},
    },
    time::Timestamp,
    webhook::{Guard, Parsed, Proof, Receiver, Request, Verified, WebhookError, dedup_key},
};

/// Reads what Netcore SMS calls back with: GET with a query, POST with a form, or POST with JSON,
/// one report or an array. The HEAD request that validates the URL is answered with 200.
///
/// The platform signs nothing: agree on a secret path or a header. It publishes one field name
/// only, so set the names that were agreed in [`FieldMap`]. The webhook itself is set up by mail to
/// the vendor's support.
///
/// An event's `provider_message_id` is the transaction id, or `REQID:index` where the report holds
/// those instead, as in receipts. `word` is the status as it is written, or the code where there is
/// no other. `metadata` holds `request_id`, `index`, `tag` (the job name, the first of the tags that
/// were sent), `segments` and `sent_at` where they are known, and every parameter that no name is
/// set for, under its name in lower case. Reports of a message may come out of order; an
/// intermediate one must not undo a final one.
///
/// Source: [SMS webhooks](https://emaildocs.netcorecloud.com/docs/sms-webhooks).
#[derive(Clone, Debug)]
pub struct Webhook {
    guard: Guard,
    fields: FieldMap,
    inbound_fields: InboundFields,
    inbound: bool,
}

impl Webhook {
    /// A webhook for delivery reports. What holds a text and no status is an inbound message.
    #[must_use]
    pub fn new(guard: Guard) -> Self {
        let (fields, inbound_fields) = (FieldMap::default(), InboundFields::default());
        Self { guard, fields, inbound_fields, inbound: false }
    }

    /// A webhook for inbound messages alone.
    #[must_use]
    pub fn inbound(guard: Guard) -> Self {
        Self { inbound: true, ..Self::new(guard) }
    }

    /// Sets the field names of delivery reports.
    #[must_use]
    pub fn fields(mut self, fields: FieldMap) -> Self {
        self.fields = fields;
        self
    }

    /// Sets the field names of inbound messages.
    #[must_use]
    pub fn inbound_fields(mut self, fields: InboundFields) -> Self {
        self.inbound_fields = fields;
        self
    }

    fn event(&self, row: &Row<'_>, proof: Proof) -> Result<Event, &'static str> {
        let reported = row.find(&self.fields.status).or_else(|| row.find(&self.fields.code));
        let wrote = row.find(&self.inbound_fields.text).is_some();
        if self.inbound || (wrote && reported.is_none()) {
            return self.written(row, proof);
        }
        self.report(row, proof)
    }

    fn report(&self, row: &Row<'_>, proof: Proof) -> Result<Event, &'static str> {
        let names = &self.fields;
        let (request_id, index) = (row.find(&names.request_id), row.find(&names.index));
        let placed = || Some(format!("{}:{}", request_id?, index?));
        let message_id = row.owned(&names.message_id).or_else(placed);
        let (status, code) = (row.find(&names.status), row.find(&names.code));
        let recipient = row.find(&names.recipient);
        if message_id.is_none() && request_id.is_none() && recipient.is_none() {
            return Err("names no message; set the agreed names in `FieldMap`");
        }
        let meaning = status::of(status, code);
        let mut event = match meaning.status {
            Some(status) => Event::of_status(status, NAME, proof),
            None => Event::new(EventKind::Other, NAME, proof),
        };
        let when = row.find(&names.time);
        event.dedup_key = dedup_key(&[
            "netcore.sms.report",
            message_id.as_deref().unwrap_or_default(),
            request_id.unwrap_or_default(),
            index.unwrap_or_default(),
            recipient.unwrap_or_default(),
            status.unwrap_or_default(),
            code.unwrap_or_default(),
            when.unwrap_or_default(),
        ]);
        let sent_at = row.find(&names.sent_time).and_then(time::read);
        event.channel = Some(Kind::Sms);
        event.suppress = meaning.suppress;
        event.bounce = meaning.bounce;
        event.provider_message_id = message_id;
        event.recipient = recipient.map(str::to_owned);
        event.sender = row.owned(&names.sender);
        event.word = status.or(code).map(str::to_owned);
        event.reason = row.find(&names.reason).or(status).map(str::to_owned);
        event.code = code.map(str::to_owned);
        event.timestamp = when.and_then(time::read).or(sent_at);
        let sent_at = sent_at.map(|at| at.to_string());
        let extras = [
            ("request_id", request_id),
            ("index", index),
            ("tag", row.find(&names.tag).filter(|tag| *tag != "null")),
            ("segments", row.find(&names.segments)),
            ("sent_at", sent_at.as_deref()),
        ];
        event.metadata = row.rest(names.all());
        let extras = extras.into_iter().filter_map(|(name, value)| Some((name, value?)));
        event.metadata.extend(extras.map(|(name, value)| (name.into(), Value::from(value))));
        Ok(event)
    }

    fn written(&self, row: &Row<'_>, proof: Proof) -> Result<Event, &'static str> {
        let names = &self.inbound_fields;
        let (Some(from), text) = (row.find(&names.from), row.find(&names.text)) else {
            return Err("names nobody who wrote; set the agreed names in `InboundFields`");
        };
        let (to, id, when) = (row.find(&names.to), row.find(&names.id), row.find(&names.time));
        let mut event = Event::new(EventKind::Inbound, NAME, proof);
        event.dedup_key = dedup_key(&[
            "netcore.sms.inbound",
            id.unwrap_or_default(),
            from,
            to.unwrap_or_default(),
            when.unwrap_or_default(),
            text.unwrap_or_default(),
        ]);
        event.channel = Some(Kind::Sms);
        event.provider_message_id = id.map(str::to_owned);
        event.sender = Some(from.to_owned());
        event.recipient = to.map(str::to_owned);
        event.text = Some(text.unwrap_or_default().to_owned());
        event.inbound = Some(Box::new(Inbound::Text));
        event.timestamp = when.and_then(time::read);
        event.metadata = row.rest(names.all());
        Ok(event)
    }
}

impl Receiver for Webhook {
    fn verify<'a>(&self, request: &'a Request, _: Timestamp) -> Result<Verified<'a>, WebhookError> {
        self.guard.verify(request)
    }

    fn parse(&self, verified: Verified<'_>) -> Result<Parsed, WebhookError> {
        let Some(payload) = Payload::of(verified.request()) else { return Ok(Parsed::empty()) };
        payload.parse(|row| self.event(row, verified.proof()))
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use proptest::prelude::*;

    use super::*;
    use crate::event::{Scope, Status};

    const URL: &str = "https://erp.example.net/hooks/0123456789abcdef";

    macro_rules! fixture {
        ($name:literal) => {
            include_str!(concat!("../../../../tests/fixtures/netcore/sms/", $name))
        };
    }

    fn webhook() -> Webhook {
        Webhook::new(Guard::secret_path("0123456789abcdef").unwrap())
    }

    fn receive(request: &Request) -> Parsed {
        webhook().receive(request, Timestamp::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn a_json_report_becomes_an_event() {
        let parsed = receive(&Request::post(URL, fixture!("delivered.json")));
        let event = &parsed.events[0];
        assert_eq!(event.status, Some(Status::Delivered));
        assert_eq!(event.provider_message_id.as_deref(), Some("20448813370"));
        assert_eq!(event.recipient.as_deref(), Some("919812345678"));
        assert_eq!(event.sender.as_deref(), Some("ACMEIN"));
        assert_eq!(event.code.as_deref(), Some("000"));
        assert_eq!(event.timestamp, "2025-02-10T05:34:36Z".parse().ok());
        assert_eq!(event.metadata["request_id"], "70211345566");
        assert_eq!(event.metadata["tag"], "otp");
        assert_eq!(event.proof, Proof::Shared);
        assert!(!event.dedup_key.contains("9812345678"));
    }

    #[test]
    fn a_bad_report_stands_beside_its_good_neighbours() {
        let parsed = receive(&Request::post(URL, fixture!("batch.json")));
        assert_eq!(parsed.faults.iter().map(|fault| fault.index).collect::<Vec<_>>(), [1]);
        let read = |event: &Event| (event.kind, event.status, event.suppress);
        let status = EventKind::Status;
        let wanted = [
            (status, Some(Status::Failed), Some(Scope::Address)),
            (status, Some(Status::Rejected), Some(Scope::Marketing)),
            (EventKind::Other, None, None),
        ];
        assert_eq!(parsed.events.iter().map(read).collect::<Vec<_>>(), wanted);
        assert_eq!(parsed.events[2].provider_message_id.as_deref(), Some("1:3"));
        assert_eq!(parsed.events[2].reason.as_deref(), Some("Something new"));
    }

    #[test]
    fn a_query_and_a_form_are_read_like_json() {
        let query = fixture!("delivered.query").trim();
        let got = receive(&Request::new(Method::GET, format!("{URL}?{query}"), ""));
        let posted = receive(&Request::post(URL, query));
        assert_eq!(got.events, posted.events);
        assert_eq!(got.events[0].status, Some(Status::Failed));
        assert_eq!(got.events[0].provider_message_id.as_deref(), Some("20448813370"));
    }

    #[test]
    fn an_inbound_message_is_told_by_its_text() {
        let request = Request::post(URL, fixture!("inbound.form").trim());
        let guard = Guard::secret_path("0123456789abcdef").unwrap();
        let own = Webhook::inbound(guard).receive(&request, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(own.events, receive(&request).events);
        let event = &own.events[0];
        assert_eq!(event.kind, EventKind::Inbound);
        assert_eq!(event.text.as_deref(), Some("STOP please"));
        assert_eq!(event.sender.as_deref(), Some("919812345678"));
        assert_eq!(event.recipient.as_deref(), Some("56161"));
    }

    #[test]
    fn the_handshake_is_answered_and_a_wrong_path_is_not() {
        let head = Request::new(Method::HEAD, URL, "");
        let parsed = receive(&head);
        assert!(parsed.events.is_empty() && parsed.reply.status == 200);
        let wrong = Request::new(Method::HEAD, "https://erp.example.net/hooks/x", "");
        assert!(webhook().receive(&wrong, Timestamp::UNIX_EPOCH).is_err());
    }

    #[test]
    fn agreed_names_replace_the_default_ones() {
        let webhook = webhook().fields(FieldMap::new().message_id(["Ref"]).status(["State"]));
        let request = Request::post(URL, "REF=5&state=DLT+URL+failure&code=633");
        let parsed = webhook.receive(&request, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(parsed.events[0].provider_message_id.as_deref(), Some("5"));
        assert_eq!(parsed.events[0].status, Some(Status::Failed));
        assert_eq!(parsed.events[0].code.as_deref(), Some("633"));
    }

    #[test]
    fn a_repeated_report_has_the_same_key_and_a_later_one_another() {
        let of =
            |body: &'static str| receive(&Request::post(URL, body)).events[0].dedup_key.clone();
        assert_eq!(of("tid=1&status=pending"), of("status=pending&TID=1"));
        assert_ne!(of("tid=1&status=pending"), of("tid=1&status=delivered"));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(body in "\\PC*|[\\[\\]{}\":,a-z0-9&=% ]{0,80}") {
            drop(webhook().receive(&Request::post(URL, body), Timestamp::UNIX_EPOCH));
        }
    }
}
