use proptest::prelude::*;
use serde_json::json;

use super::*;

fn raw(body: impl Into<bytes::Bytes>) -> Result<Parsed, WebhookError> {
    let request = Request::post("https://erp.example.net/", body);
    Webhook::raw(Guard::unverified()).receive(&request, Timestamp::UNIX_EPOCH)
}

/// Any JSON, not too deep.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|it| json!(it)),
        any::<f64>().prop_map(|it| json!(it)),
        "[ -~é]{0,8}".prop_map(|it| json!(it)),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|it| json!(it)),
            prop::collection::vec((name(), inner), 0..4)
                .prop_map(|it| it.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "emailAddress",
        "status",
        "diagnosticCode",
        "bounceType",
        "bounceSubType",
        "timestamp",
        "bouncedRecipients",
        "recipients",
        "tags",
        "reference",
        "reference_b64",
        "headers",
        "name",
        "value",
        "commonHeaders",
        "from",
        "destination",
        "action",
        "encoding",
        "topicName",
        "newTopicPreferences",
        "oldTopicPreferences",
        "topicSubscriptionStatus",
        "unsubscribeAll",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let request = Request::post("https://erp.example.net/", body.clone());
        prop_assert!(Webhook::any_topic().receive(&request, Timestamp::UNIX_EPOCH).is_err());
        drop(raw(body));
    }

    #[test]
    fn any_members_are_absent_at_worst(
        word in prop::sample::select(vec![
            ("Bounce", "bounce"), ("Click", "click"), ("Complaint", "complaint"),
            ("Delivery", "delivery"), ("DeliveryDelay", "deliveryDelay"), ("Open", "open"),
            ("Received", "receipt"), ("Reject", "reject"), ("Rendering Failure", "failure"),
            ("Send", "send"), ("Subscription", "subscription"),
        ]),
        mail in any_json(),
        members in prop::collection::vec((name(), any_json()), 0..6),
        content in any_json(),
    ) {
        let object: serde_json::Map<_, _> = members.into_iter().collect();
        let body = json!({"eventType": word.0, "mail": mail, word.1: object, "content": content});
        let parsed = raw(body.to_string()).unwrap();
        prop_assert!(parsed.events.len() + parsed.faults.len() > 0);
    }
}
