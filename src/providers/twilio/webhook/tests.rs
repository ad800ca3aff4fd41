use proptest::prelude::*;

use super::{fields::Fields, *};
use crate::webhook::{Enforcement, WebhookErrorKind};

const URL: &str = "https://erp.example.net/hooks/twilio?ref=1";

fn request(kind: &'static str, body: Vec<u8>) -> Request {
    let mut request = Request::post(URL, body);
    request.headers.insert("content-type", http::HeaderValue::from_static(kind));
    request
}

fn shadow(request: &Request) -> Result<Parsed, WebhookError> {
    let webhook = Webhook::new("token").unwrap().callback_parameter("ref");
    webhook.enforcement(Enforcement::Shadow).receive(request, Timestamp::UNIX_EPOCH)
}

#[test]
fn of_a_repeated_field_the_first_with_a_value_counts() {
    let mut fields = Fields::form(decode_bytes(b"Body=&Body=a&Body=b&Blank="));
    assert_eq!(fields.take_blank("Body").as_deref(), Some("a"));
    assert_eq!(fields.take_blank("Blank").as_deref(), Some(""));
    assert_eq!(fields.take_blank("None"), None);
}

#[test]
fn what_is_not_signed_hides_nothing_and_half_a_character_loses_nothing() {
    let mut form = request(
        "application/x-www-form-urlencoded",
        b"MessageSid=SM1&I-Twilio-Idempotency-Token=signed".to_vec(),
    );
    form.headers.insert("i-twilio-idempotency-token", http::HeaderValue::from_static("forged"));
    let parsed = shadow(&form).unwrap();
    assert_eq!(parsed.events[0].metadata["I-Twilio-Idempotency-Token"], "signed");
    let json = br#"{"MessageSid":"SM1","SmsStatus":"received","Body":"a\ud83d"}"#.to_vec();
    let parsed = shadow(&request("application/json", json)).unwrap();
    assert_eq!(parsed.events[0].text.as_deref(), Some("\"a\\ud83d\""));
}

#[test]
fn json_that_is_deep_or_huge_is_read_as_far_as_it_can_be() {
    let deep =
        format!("{{\"MessageSid\":\"SM1\",\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let parsed = shadow(&request("application/json", deep.into_bytes()));
    // Either is true; neither is a panic.
    assert!(
        parsed.is_ok_and(|parsed| parsed.events.len() + parsed.faults.len() == 1)
            || shadow(&request("application/json", b"{".to_vec())).is_err()
    );
    let many = "MediaUrl1=x&".repeat(100_000) + "MessageSid=SM1&SmsStatus=received";
    let parsed = shadow(&request("application/x-www-form-urlencoded", many.into_bytes())).unwrap();
    assert_eq!(parsed.events[0].media.len(), 1);
}

#[test]
fn a_body_of_another_type_is_no_event() {
    let error = shadow(&request("text/plain", b"hello".to_vec())).unwrap_err();
    assert_eq!(error.kind(), WebhookErrorKind::Payload);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(body: Vec<u8>, json: bool) {
        let kind = if json { "application/json" } else { "application/x-www-form-urlencoded" };
        if let Ok(parsed) = shadow(&request(kind, body)) {
            prop_assert!(parsed.events.iter().all(|event| event.dedup_key.len() == 32));
        }
    }

    #[test]
    fn any_values_of_known_fields_are_read(
        fields in prop::collection::vec((prop::sample::select(NAMES), ".{0,12}"), 0..12),
    ) {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(&fields);
        let body = form.finish().into_bytes();
        let parsed = shadow(&request("application/x-www-form-urlencoded", body)).unwrap();
        prop_assert!(parsed.events.len() <= 2);
        for event in &parsed.events {
            let json = serde_json::to_value(event).unwrap();
            prop_assert!(serde_json::from_value::<Event>(json).is_ok());
        }
    }

    #[test]
    fn any_url_is_signed_or_refused(url in ".{0,40}") {
        let mut request = request("application/x-www-form-urlencoded", b"a=1".to_vec());
        request.url = url;
        let header = http::HeaderValue::from_static("AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        request.headers.insert("x-twilio-signature", header);
        prop_assert!(Webhook::new("t").unwrap().verify(&request, Timestamp::UNIX_EPOCH).is_err());
    }
}

const NAMES: &[&str] = &[
    "AnsweredBy",
    "Body",
    "ButtonPayload",
    "CallDuration",
    "CallSid",
    "CallStatus",
    "Confidence",
    "Digits",
    "ErrorCode",
    "ExternalUserId",
    "FlowData",
    "From",
    "Latitude",
    "ListId",
    "Longitude",
    "MediaContentType0",
    "MediaUrl0",
    "MessageSid",
    "MessageStatus",
    "NumMedia",
    "OptOutType",
    "RecordingSid",
    "RecordingStatus",
    "SequenceNumber",
    "SmsStatus",
    "SpeechResult",
    "Timestamp",
    "To",
    "TranscriptionText",
    "UnstableSpeechResult",
];
