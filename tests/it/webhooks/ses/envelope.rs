//! What an envelope proves.

use super::*;

#[test]
fn a_topic_that_is_not_listed_is_refused_before_a_key_is_fetched() {
    let foreign = "arn:aws:sns:eu-west-1:000000000009:not-ours";
    let body = envelope(&delivery()).with("TopicArn", foreign).signed();
    assert!(refused(body.clone()).contains("`Webhook::new`"));
    let error = receiver().receive(&post(body.clone()), now()).unwrap_err();
    assert_eq!(error.reply().status, 503);
    let empty = Webhook::new([TOPIC]).unwrap();
    let kind = empty.receive(&post(body.clone()), now()).unwrap_err().kind();
    assert_eq!(kind, WebhookErrorKind::Signature);
    let any = Webhook::any_topic().certificates(certificates());
    assert_eq!(any.receive(&post(body), now()).unwrap().events.len(), 1);
}

#[test]
fn every_part_that_is_signed_is_proven_and_only_that() {
    let signed: Value =
        serde_json::from_slice(&envelope(&delivery()).with("Subject", "Amazon SES").signed())
            .unwrap();
    assert!(receive(signed.to_string()).is_ok());
    for name in [
        "Type",
        "MessageId",
        "TopicArn",
        "Message",
        "Timestamp",
        "Subject",
        "Signature",
        "SignatureVersion",
    ] {
        let mut changed = signed.clone();
        let text = changed[name].as_str().unwrap().replacen(['1', '2', 'A', 'N', 'e'], "f", 1);
        changed[name] = text.into();
        let (kind, _) = receive(changed.to_string()).unwrap_err();
        assert!(matches!(kind, WebhookErrorKind::Signature | WebhookErrorKind::Stale), "{name}");
    }
    let mut other = signed.clone();
    other["UnsubscribeURL"] = "https://attacker.example/".into();
    other["MessageAttributes"] = json!({"a": [1, {"b": null}]});
    let events = receive(other.to_string()).unwrap().events;
    assert!(!serde_json::to_string(&events).unwrap().contains("attacker"));
    // Without the line of a subject, or with one more, another text is signed.
    let mut without = signed;
    without["Subject"] = Value::Null;
    refused(without.to_string());
    let plain: Value = serde_json::from_slice(&envelope(&delivery()).signed()).unwrap();
    for (subject, holds) in [(json!(null), true), (json!(""), false), (json!(1), false)] {
        let mut with = plain.clone();
        with["Subject"] = subject;
        assert_eq!(receive(with.to_string()).is_ok(), holds);
    }
}

#[test]
fn a_member_that_is_missing_or_no_text_is_refused() {
    for name in [
        "Type",
        "MessageId",
        "TopicArn",
        "Message",
        "Timestamp",
        "Signature",
        "SignatureVersion",
        "SigningCertURL",
    ] {
        let signed: Value = serde_json::from_slice(&envelope(&delivery()).signed()).unwrap();
        for value in [
            None,
            Some(json!(null)),
            Some(json!(7)),
            Some(json!("")),
            Some(json!([])),
            Some(json!("é")),
        ] {
            let mut changed = signed.clone();
            match value {
                None => drop(changed.as_object_mut().unwrap().remove(name)),
                Some(value) => changed[name] = value,
            }
            refused(changed.to_string());
        }
    }
    for name in ["Token", "SubscribeURL"] {
        refused(subscription().without(name).signed());
    }
    for body in ["", "{", "null", "[]", "\"x\"", "7", "{}", "\u{feff}{}"] {
        refused(body);
    }
    refused([0xff, 0xfe, 0x00]);
    let twice = String::from_utf8(envelope(&delivery()).signed()).unwrap();
    refused(twice.replacen('{', "{\"Message\":\"x\",", 1));
}

#[test]
fn a_signature_holds_for_its_own_version_alone() {
    for version in ["1", "3", "", "02", " 2"] {
        refused(envelope(&delivery()).signed().replace_version(version));
    }
    for signature in ["", "=", "!!!!", "AAAA", &"A".repeat(344), &"A".repeat(100_000)] {
        let mut body: Value = serde_json::from_slice(&envelope(&delivery()).signed()).unwrap();
        body["Signature"] = signature.into();
        refused(body.to_string());
    }
    refused(envelope(&delivery()).with("Type", "Something").signed());
}

#[test]
fn an_old_envelope_and_one_from_the_future_are_stale() {
    let at = |time: &str| envelope(&delivery()).with("Timestamp", time).signed();
    assert!(receive(at("2026-11-10T06:20:00.000Z")).is_ok());
    assert!(receive(at("2026-11-10T08:25:00.000Z")).is_ok());
    for time in ["2026-11-10T06:19:59.999Z", "2026-11-10T08:25:00.001Z"] {
        let error = receiver().receive(&post(at(time)), now()).unwrap_err();
        // SNS gives up for good on 4xx, and the clock may be wrong at this end.
        assert_eq!((error.kind(), error.reply().status), (WebhookErrorKind::Stale, 503), "{time}");
    }
    refused(at("yesterday"));
    let narrow = receiver().window(Window::of(std::time::Duration::from_secs(30)));
    let error = narrow.receive(&post(at("2026-11-10T08:19:00Z")), now()).unwrap_err();
    assert_eq!(error.kind(), WebhookErrorKind::Stale);
}

#[test]
fn what_a_framework_or_a_setting_made_of_the_body_is_told() {
    let mut body: Value = serde_json::from_slice(&envelope(&delivery()).signed()).unwrap();
    body["Message"] = serde_json::from_str(&delivery()).unwrap();
    assert!(refused(body.to_string()).contains("re-serialised"));
    assert!(refused(delivery()).contains("raw delivery"));
    // Values are signed, not bytes: another spelling of the same envelope holds.
    let body: Value = serde_json::from_slice(&envelope(&delivery()).signed()).unwrap();
    assert!(receive(serde_json::to_string_pretty(&body).unwrap()).is_ok());
}
