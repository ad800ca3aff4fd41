//! What comes out of an envelope that holds.

use super::*;

#[test]
fn a_retry_has_the_same_keys_and_another_event_has_others() {
    let first = receive(envelope(&delivery()).signed()).unwrap().events.remove(0);
    // SNS signs its retry anew; what is not signed may differ.
    let again = envelope(&delivery()).with("UnsubscribeURL", "https://x/").signed();
    assert_eq!(receive(again).unwrap().events[0].dedup_key, first.dedup_key);
    let other = envelope(&delivery()).with("MessageId", "another").signed();
    assert_ne!(receive(other).unwrap().events[0].dedup_key, first.dedup_key);
}

fn bounce(recipients: &Value) -> Vec<u8> {
    let message = json!({
        "eventType": "Bounce",
        "mail": {"messageId": "0100-9", "destination": ["x@example.com"]},
        "bounce": {"bounceType": "Permanent", "bounceSubType": "NoEmail", "bouncedRecipients": recipients},
    });
    envelope(&message.to_string()).with("MessageId", "m-bounce").signed()
}

#[test]
fn a_bad_recipient_of_a_thousand_costs_no_other() {
    let list: Vec<_> = (0..1000)
        .map(|n| {
            if n % 7 == 6 {
                json!([n])
            } else {
                json!({"emailAddress": format!("p{n}@example.com")})
            }
        })
        .collect();
    let parsed = receive(bounce(&list.clone().into())).unwrap();
    let faults: Vec<_> = parsed.faults.iter().map(|fault| fault.index).collect();
    assert_eq!(faults, (0..1000).filter(|n| n % 7 == 6).collect::<Vec<_>>());
    assert_eq!(parsed.events.len(), 1000 - faults.len());
    assert_eq!(parsed.events[6].recipient.as_deref(), Some("p7@example.com"));
    assert!(parsed.events.iter().all(|event| event.suppress == Some(Scope::Address)
        && event.bounce == Some(Bounce::Hard)
        && event.status == Some(Status::BouncedHard)));
    let keys = |parsed: &Parsed| -> BTreeSet<String> {
        parsed.events.iter().map(|event| event.dedup_key.clone()).collect()
    };
    let reversed: Vec<_> = list.into_iter().rev().collect();
    assert_eq!(keys(&parsed), keys(&receive(bounce(&reversed.into())).unwrap()));
    assert_eq!(keys(&parsed).len(), parsed.events.len());
}

#[test]
fn a_long_reason_for_many_recipients_does_not_grow_beyond_the_body() {
    let message = json!({
        "eventType": "Delivery",
        "mail": {"messageId": "0100-9", "tags": {"reference": ["r-1"]}},
        "delivery": {"recipients": vec!["a@example.com"; 10_000], "smtpResponse": "x".repeat(500_000)},
    });
    let parsed = receive(envelope(&message.to_string()).signed()).unwrap();
    assert_eq!(parsed.events.len(), 10_000);
    assert_eq!(parsed.events[0].reason.as_ref().unwrap().len(), 500_000);
    let last = &parsed.events[9999];
    assert_eq!(last.reason, None);
    assert_eq!(last.status, Some(Status::Delivered));
    assert_eq!(last.callback_data.as_deref(), Some("r-1"));
    assert_eq!(last.provider_message_id.as_deref(), Some("0100-9"));
}
