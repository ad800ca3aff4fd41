use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::webhook::Enforcement;

fn shadow() -> impl Receiver {
    Webhook::new("key").unwrap().enforcement(Enforcement::Shadow)
}

#[test]
fn a_time_is_read_to_the_microsecond() {
    for (text, at) in [
        ("1773500969", "2026-03-14T15:09:29Z"),
        ("1773500969.5", "2026-03-14T15:09:29.5Z"),
        ("1773500969.123456", "2026-03-14T15:09:29.123456Z"),
        ("1773500969.1234567891", "2026-03-14T15:09:29.123456789Z"),
        ("1.7735009695e9", "2026-03-14T15:09:29.5Z"),
        (" 1773500969 ", "2026-03-14T15:09:29Z"),
    ] {
        assert_eq!(event::time(text), Some(at.parse().unwrap()), "{text}");
    }
    for text in ["", ".", "1.x", "NaN", "inf", "1e400", "99999999999999999999", "१"] {
        assert_eq!(event::time(text), None, "{text}");
    }
}

#[test]
fn a_member_that_comes_twice_is_the_later_one() {
    let object = Object::read(r#"{"a":1,"b":null,"a":"x"}"#).unwrap();
    assert_eq!(object.text("a").as_deref(), Some("x"));
    assert_eq!(object.text("b"), None);
    assert!(Object::read("[]").is_none());
}

proptest! {
    #[test]
    fn no_bytes_panic(body in proptest::collection::vec(any::<u8>(), 0..300), kind in 0..3_usize) {
        let types = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"];
        let mut request = Request::post("https://erp.example.net/", body);
        request.headers.insert("content-type", types[kind].parse().unwrap());
        drop(shadow().receive(&request, Timestamp::UNIX_EPOCH));
    }

    #[test]
    fn no_change_of_an_event_panics(at in 0..400_usize, with in proptest::collection::vec(any::<u8>(), 0..9)) {
        let event = json!({"signature": {"timestamp": "1773500969", "token": "t", "signature": "s"},
            "event-data": {"event": "failed", "id": "x", "timestamp": 1_773_500_969.5, "severity": "permanent",
            "reason": "bounce", "delivery-status": {"code": 550, "message": "no"}, "recipient": "a@example.com",
            "message": {"headers": {"message-id": "<a@b>", "to": "A <a@b>"}}, "user-variables": {"callback-data": "x"}}});
        let mut body = event.to_string().into_bytes();
        let at = at.min(body.len());
        let end = (at + with.len()).min(body.len());
        body.splice(at..end, with);
        let request = Request::post("https://erp.example.net/", body);
        if let Ok(parsed) = shadow().receive(&request, Timestamp::UNIX_EPOCH) {
            prop_assert!(parsed.events.len() + parsed.faults.len() == 1);
        }
    }
}
