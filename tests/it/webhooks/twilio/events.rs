//! What comes out of a request that is signed.

use super::*;

#[test]
fn the_same_request_again_has_the_same_keys_and_another_has_others() {
    let keys = |body: &str, path: &str, token: &'static str| -> Vec<String> {
        let mut request = form(&format!("{URL}{path}"), body);
        request.headers.insert("i-twilio-idempotency-token", HeaderValue::from_static(token));
        let parsed = receiver().receive(&sign(request), now()).unwrap();
        parsed.events.into_iter().map(|event| event.dedup_key).collect()
    };
    let status = "MessageSid=SM1&MessageStatus=delivered&From=%2B1&To=%2B2";
    let moved =
        "To=%2B2&From=%2B1&MessageStatus=delivered&RawDlrDoneDate=2611100815&MessageSid=SM1";
    assert_eq!(keys(status, "", "a"), keys(moved, "/other", "b"));
    assert_ne!(keys(status, "", "a"), keys(&status.replace("delivered", "read"), "", "a"));
    assert_ne!(keys(status, "", "a"), keys(&status.replace("SM1", "SM2"), "", "a"));
    // The fallback URL gets the same message again.
    let stop = "MessageSid=SM1&SmsStatus=received&From=%2B1&To=%2B2&Body=stop&OptOutType=STOP";
    assert_eq!(keys(stop, "", "a"), keys(&format!("{stop}&ErrorCode=11200"), "/b", "b"));
    assert_eq!(keys(stop, "", "a").len(), 2);
    // Two questions of one call may be answered alike.
    let keyed = "CallSid=CA1&CallStatus=in-progress&Digits=1&From=%2B1&To=%2B2";
    assert_eq!(keys(keyed, "/menu", "a"), keys(keyed, "/menu", "a"));
    assert_ne!(keys(keyed, "/menu", "a"), keys(keyed, "/language", "a"));
    assert_ne!(keys(keyed, "/menu?try=1", "a"), keys(keyed, "/menu?try=2", "a"));
    // Nobody signs the header: who has seen a request must not make two of it.
    assert_eq!(keys(keyed, "/menu", "a"), keys(keyed, "/menu", "b"));
    let said = "CallSid=CA1&CallStatus=in-progress&SpeechResult=yes&Confidence=0.91";
    assert_ne!(keys(said, "/menu", "a"), keys(&said.replace("91", "87"), "/menu", "a"));
    let dialled = "CallSid=CA1&CallStatus=in-progress&DialCallStatus=busy&DialCallSid=CA2";
    assert_ne!(keys(dialled, "/menu", "a"), keys(&dialled.replace("CA2", "CA3"), "/menu", "a"));
    assert_ne!(keys(keyed, "/menu", "a"), keys(&keyed.replace("=1", "=2"), "/menu", "a"));
}

#[test]
fn a_stop_keeps_the_next_message_back_and_a_start_lets_it_go() {
    let list = SuppressionList::new();
    let person = Recipient::Phone(PhoneNumber::parse("+15005550010").unwrap());
    let blocked = || list.get(&Query::new(&person, Kind::Sms, Purpose::Marketing)).is_some();
    for (word, after) in [("STOP", true), ("HELP", true), ("START", false)] {
        let body = format!(
            "MessageSid=SM{word}&SmsStatus=received&From=%2B15005550010&To=%2B15005550006\
             &Body=x&OptOutType={word}"
        );
        let parsed = receiver().receive(&sign(form(URL, &body)), now()).unwrap();
        for event in &parsed.events {
            let _: bool = list.apply(event);
        }
        assert_eq!(blocked(), after, "{word}");
    }
    let refused = "MessageSid=SM9&MessageStatus=failed&ErrorCode=21610&From=%2B15005550006\
                   &To=%2B15005550010";
    let parsed = receiver().receive(&sign(form(URL, refused)), now()).unwrap();
    assert!(list.apply(&parsed.events[0]));
    assert!(blocked());
}

#[test]
fn a_bad_event_loses_none_of_its_neighbours() {
    let batch: Vec<Value> = (0..1000)
        .map(|index| match index % 7 {
            6 => json!([index]),
            _ => json!({"MessageSid": format!("SM{index}"), "MessageStatus": "sent"}),
        })
        .collect();
    let body = serde_json::to_vec(&batch).unwrap();
    let request = sign(typed(Request::post(URL, body), "application/json"));
    let parsed = receiver().receive(&request, now()).unwrap();
    assert_eq!((parsed.events.len(), parsed.faults.len()), (858, 142));
    assert!(parsed.faults.iter().all(|fault| fault.index % 7 == 6));
    let ids = parsed.events.iter().filter_map(|event| event.provider_message_id.as_deref());
    let wanted = (0..1000).filter(|index| index % 7 != 6).map(|index| format!("SM{index}"));
    assert!(ids.eq(wanted));
}

#[test]
fn a_shadow_reads_what_is_not_signed_and_says_so() {
    let request = form(URL, "CallSid=CA1&AnsweredBy=machine_start");
    let parsed = receiver().enforcement(Enforcement::Shadow).receive(&request, now()).unwrap();
    assert_eq!(parsed.events[0].proof, Proof::Shadow);
    let outcome = parsed.events[0].call.as_ref().unwrap();
    assert_eq!(outcome.answered_by, Some(AnsweredBy::Machine));
    assert!(parsed.would_refuse.is_some());
}
