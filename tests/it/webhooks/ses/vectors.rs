//! Envelopes with what they must come out as.

use super::*;

#[test]
fn every_vector_comes_out_as_it_should() {
    let mut count = 0;
    for entry in fs::read_dir(fixture("ses/vectors")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if let Some(id) = name.strip_suffix(".expect.json") {
            vector(id);
            count += 1;
        }
    }
    assert_eq!(count, 14);
}

fn vector(id: &str) {
    let read = |name: &str| fs::read(fixture("ses/vectors").join(name)).unwrap();
    let expect: Value = serde_json::from_slice(&read(&format!("{id}.expect.json"))).unwrap();
    let setup: Value = serde_json::from_slice(&read(&format!("{id}.request.json"))).unwrap();
    let at = Timestamp::from_second(setup["now_unix"].as_i64().unwrap()).unwrap();
    let certificates = Certificates::new();
    let mut inserted = 0;
    for (url, file) in setup["certs"].as_object().unwrap() {
        let pem = read(file.as_str().unwrap());
        inserted += usize::from(certificates.insert(url, &pem, at).is_ok());
    }
    assert_eq!(inserted == 0, expect["must_not_fetch"] == true, "{id}");
    let topics = setup["allowed_topic_arns"].as_array().unwrap();
    let webhook = Webhook::new(topics.iter().map(|topic| topic.as_str().unwrap())).unwrap();
    let webhook = webhook.certificates(certificates);
    let mut headers = HeaderMap::new();
    for (name, value) in setup["headers"].as_object().unwrap() {
        let name: http::HeaderName = name.parse().unwrap();
        headers.insert(name, value.as_str().unwrap().parse().unwrap());
    }
    let request = post(read(&format!("{id}.body"))).with_headers(headers);
    let got = webhook.receive(&request, at);
    if expect["verify"]["expect"] != "valid" || expect["topic_allowed"] == false {
        assert_eq!(got.unwrap_err().kind(), WebhookErrorKind::Signature, "{id}");
        return;
    }
    let got = got.unwrap_or_else(|error| panic!("{id}: {error}"));
    assert_eq!(got.reply.status, 200);
    let wanted = expect["events"].as_array().unwrap();
    assert_eq!(got.events.len(), wanted.len(), "{id}");
    for (event, wanted) in got.events.iter().zip(wanted) {
        vector_event(id, event, wanted, &expect);
    }
}

fn vector_event(id: &str, event: &Event, wanted: &Value, expect: &Value) {
    let json = serde_json::to_value(event).unwrap();
    for name in ["provider_message_id", "recipient", "url", "timestamp"] {
        holds(&wanted[name], &json[name], &format!("{id}.{name}")).unwrap();
    }
    assert_eq!(json["metadata"]["message_id"], wanted["event_id"], "{id}");
    if let Some(reason) = wanted["reason"].as_str() {
        assert_eq!(event.reason.as_deref(), Some(reason), "{id}");
    }
    let status = wanted["status"].as_str().unwrap();
    if wanted["kind"] == "control" {
        assert_eq!(event.kind, EventKind::Subscription, "{id}");
        let word = event.word.as_deref().unwrap();
        assert_eq!(word == "SubscriptionConfirmation", status == "subscription_confirmation");
    } else {
        assert_eq!(json["status"], status, "{id}");
    }
    for name in ["topic_arn", "token", "subscribe_url"] {
        assert_eq!(
            json["metadata"].get(name),
            wanted.get(name).or_else(|| json["metadata"].get(name))
        );
    }
    if expect["subscribe_url_safe"] == true {
        assert!(event.metadata.contains_key("subscribe_url"), "{id}");
    }
    if let Some(code) = wanted["enhanced_code"].as_str() {
        assert_eq!(event.code.as_deref(), Some(code), "{id}");
    }
    for (own, theirs) in [("bounce_type", "bounceType"), ("bounce_subtype", "bounceSubType")] {
        if let Some(wanted) = wanted["detail"].get(own) {
            assert_eq!(json["metadata"][theirs], *wanted, "{id}");
        }
    }
    if wanted["recipient_certain"] == true {
        assert!(!event.metadata.contains_key("recipient_certain"), "{id}");
    }
}
