//! Topics that ask to be confirmed.

use super::*;

#[test]
fn a_subscription_asks_to_be_confirmed() {
    let event = receive(subscription().signed()).unwrap().events.remove(0);
    assert_eq!(event.kind, EventKind::Subscription);
    assert_eq!(event.word.as_deref(), Some("SubscriptionConfirmation"));
    assert_eq!(event.metadata["topic_arn"], TOPIC);
    assert_eq!(event.metadata["token"], "t0k3n");
    assert!(event.metadata["subscribe_url"].as_str().unwrap().contains("ConfirmSubscription"));
    let gone = subscription().with("Type", "UnsubscribeConfirmation").signed();
    let event = receive(gone).unwrap().events.remove(0);
    assert_eq!(event.word.as_deref(), Some("UnsubscribeConfirmation"));
    assert_eq!(event.metadata["token"], "t0k3n");
}

#[test]
fn a_url_that_is_not_safe_to_request_is_left_out() {
    for url in [
        "https://attacker.example/?Action=ConfirmSubscription",
        "https://169.254.169.254/latest/meta-data",
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-west-1:1:other&Token=t0k3n",
    ] {
        let event =
            receive(subscription().with("SubscribeURL", url).signed()).unwrap().events.remove(0);
        assert!(!event.metadata.contains_key("subscribe_url"), "{url}");
        assert_eq!(event.metadata["token"], "t0k3n");
    }
}

#[tokio::test]
async fn confirming_requests_the_checked_url_once() {
    let event = receive(subscription().signed()).unwrap().events.remove(0);
    let transport = MockTransport::new().then(200, "<ConfirmSubscriptionResponse/>");
    confirm(&transport, &event, now()).await.unwrap();
    let requests = transport.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method(), "GET");
    assert_eq!(requests[0].uri().to_string(), event.metadata["subscribe_url"].as_str().unwrap());
    for status in [302, 403, 404, 500] {
        assert!(confirm(&MockTransport::answering(status, ""), &event, now()).await.is_err());
    }
}

#[tokio::test]
async fn nothing_else_is_confirmed() {
    let good = receive(subscription().signed()).unwrap().events.remove(0);
    let change = |change: &dyn Fn(&mut Event)| {
        let mut event = good.clone();
        change(&mut event);
        event
    };
    let transport = MockTransport::answering(200, "");
    let url = |url: &'static str| {
        move |event: &mut Event| drop(event.metadata.insert("subscribe_url".into(), url.into()))
    };
    for event in [
        change(&|event| event.proof = Proof::Shadow),
        change(&|event| event.proof = Proof::Unverified),
        change(&|event| event.word = Some("UnsubscribeConfirmation".into())),
        change(&|event| event.provider = "sendgrid".into()),
        change(&|event| event.kind = EventKind::Other),
        change(&|event| drop(event.metadata.remove("subscribe_url"))),
        change(&|event| drop(event.metadata.remove("token"))),
        change(&|event| {
            drop(event.metadata.insert("topic_arn".into(), "arn:aws:sns:eu-west-1:1:x".into()));
        }),
        change(&url("https://attacker.example/?Action=ConfirmSubscription")),
        change(&url("http://169.254.169.254/")),
    ] {
        let error = confirm(&transport, &event, now()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }
    assert!(transport.requests().is_empty());
}
