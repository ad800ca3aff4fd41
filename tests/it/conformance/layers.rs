//! Layers and routes keep the rules of what they stand around, and multiply no requests.

use std::{sync::Arc, time::Duration};

use dakiya::{
    Channel, Email, Error, ErrorKind, Message, Shared, Sms,
    policy::{Policy, Retry, Timeout},
    route::Failover,
    testing::{FakeChannel, Reply, SeededEntropy},
    time::SharedClock,
};

use super::{
    providers::netcore::{email_subject, netcore_email},
    subject,
};

/// Every step there is, with no waits between the tries.
fn around<M: Message>(channel: impl Channel<M> + 'static, clock: SharedClock) -> Shared<M> {
    Policy::new(clock, Arc::new(SeededEntropy::new(1)))
        .retry(Retry::new().base(Duration::ZERO).patience(Duration::ZERO))
        .timeout(Timeout::after(Duration::from_mins(1)))
        .around(channel)
}

/// `channel`, then a spare that can carry nothing, so that the first one's answer stands.
fn with_a_spare<M: Message>(channel: impl Channel<M> + 'static) -> Shared<M> {
    let cannot = Error::new(ErrorKind::Unsupported, "it can carry nothing");
    let spare = FakeChannel::new("spare").otherwise(Reply::Fail(cannot));
    Arc::new(Failover::new(vec![Arc::new(channel), Arc::new(spare)]).unwrap())
}

/// What is surely not out is sent again, which is what a retry is for. Everything that may be out
/// must still be one request.
const REPEATED: (&str, &str) =
    ("a 503 is unavailable, and nothing is out", "the policy tries again");

#[tokio::test]
async fn a_policy_keeps_the_rules() {
    let account = |endpoint: &str, clock: SharedClock| -> Shared<Email> {
        around(netcore_email(endpoint, Arc::clone(&clock)).build().unwrap(), clock)
    };
    let report = email_subject(account).except(REPEATED.0, REPEATED.1).check().await.unwrap();
    assert!(report.kept.contains(&"a batch takes no more requests than it must"));

    let example = |example: super::Example| {
        let clock = Arc::clone(&example.clock);
        around(example, clock)
    };
    let report = subject(example).except(REPEATED.0, REPEATED.1).check().await.unwrap();
    assert!(report.kept.contains(&"one bad message of a batch fails alone"));
}

#[tokio::test]
async fn a_failover_keeps_the_rules() {
    let account = |endpoint: &str, clock| -> Shared<Email> {
        with_a_spare(netcore_email(endpoint, clock).build().unwrap())
    };
    let labels = ["netcore.email", "spare.email"];
    let report = email_subject(account).labels(labels).check().await.unwrap();
    assert!(report.kept.contains(&"a batch takes no more requests than it must"));
    assert!(report.kept.contains(&"a check with refused credentials is unauthorized"));

    let example = |example| -> Shared<Sms> { with_a_spare(example) };
    let report = subject(example).labels(["example.sms", "spare.sms"]).check().await.unwrap();
    assert!(report.kept.contains(&"one bad message of a batch fails alone"));
}

#[tokio::test]
async fn layers_nest() {
    let account = |endpoint: &str, clock: SharedClock| -> Shared<Email> {
        let account = netcore_email(endpoint, Arc::clone(&clock)).build().unwrap();
        with_a_spare(around(account, clock))
    };
    let subject = email_subject(account).labels(["netcore.email", "spare.email"]);
    subject.except(REPEATED.0, REPEATED.1).check().await.unwrap();
}
