//! Failover: who is asked, in which order, and when the asking stops.

use std::{sync::Arc, time::Duration};

use dakiya::{
    Capabilities, Channel, Delivery, Envelope, Error, ErrorKind, Fate, Features, MessageId,
    OnUnknown, PhoneNumber, Provider, Reroute, Shared, Sms,
    route::Failover,
    testing::{FakeChannel, ManualClock, Reply},
};

fn fakes() -> [FakeChannel<Sms>; 3] {
    ["a", "b", "c"].map(FakeChannel::new)
}

fn failover(fakes: &[FakeChannel<Sms>]) -> Failover<Sms> {
    let shared = |fake: &FakeChannel<Sms>| Arc::new(fake.clone()) as Shared<Sms>;
    Failover::new(fakes.iter().map(shared).collect()).unwrap()
}

fn envelope(number: u128) -> Envelope<Sms> {
    let to = PhoneNumber::parse(format!("+9198450{number:05}")).unwrap();
    Envelope::new(MessageId::from(uuid::Uuid::from_u128(number)), Sms::to(to).text("hello"))
}

fn fail(kind: ErrorKind) -> Reply {
    Reply::Fail(Error::new(kind, "x").with_fate(Fate::NotSent))
}

fn calls(fakes: &[FakeChannel<Sms>]) -> Vec<usize> {
    fakes.iter().map(FakeChannel::calls).collect()
}

#[tokio::test]
async fn channels_are_asked_in_the_order_given() {
    let fakes = fakes();
    let route = failover(&fakes);
    let receipt = route.send(&envelope(1)).await.unwrap();
    assert_eq!((receipt.provider.as_str(), calls(&fakes)), ("a.sms", vec![1, 0, 0]));
    fakes[0].push(fail(ErrorKind::Unavailable));
    fakes[1].push(fail(ErrorKind::Rejected));
    let receipt = route.send(&envelope(2)).await.unwrap();
    assert_eq!((receipt.provider.as_str(), calls(&fakes)), ("c.sms", vec![2, 1, 1]));
    let tried: Vec<_> = receipt.attempts.iter().map(|a| (a.provider.as_str(), a.kind)).collect();
    assert_eq!(tried, [("a.sms", ErrorKind::Unavailable), ("b.sms", ErrorKind::Rejected)]);
}

#[tokio::test]
async fn the_next_is_asked_exactly_where_the_error_leaves_it_and_two_are_not_sent() {
    for kind in ErrorKind::ALL {
        for fate in [Fate::NotSent, Fate::Unknown] {
            for on_unknown in [OnUnknown::Hold, OnUnknown::Resend] {
                for idempotent in [false, true] {
                    let mut capabilities = Capabilities::new(Features::ALL);
                    if idempotent {
                        capabilities = capabilities.idempotent();
                    }
                    let fakes = fakes().map(|fake| fake.capabilities(capabilities.clone()));
                    let error = Error::new(kind, "x").with_fate(fate);
                    fakes[0].push(Reply::Fail(error.clone()));
                    let mut delivery = Delivery::default();
                    delivery.on_unknown = Some(on_unknown);
                    // Another provider does not know the key that the first was given.
                    delivery.idempotency_key = Some("order-7".into());
                    let envelope = envelope(1).with_delivery(delivery);
                    let result = failover(&fakes).send(&envelope).await;
                    let safe = fate == Fate::NotSent || on_unknown == OnUnknown::Resend;
                    let goes_on = error.reroute() == Reroute::Any && safe;
                    let case = (kind, fate, on_unknown, idempotent);
                    assert_eq!(result.is_ok(), goes_on, "{case:?}");
                    assert_eq!(calls(&fakes), [1, usize::from(goes_on), 0], "{case:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn an_error_that_says_no_stops_the_asking() {
    use ErrorKind as K;
    for kind in [K::Suppressed, K::InvalidRecipient, K::InvalidMessage, K::Config, K::Compliance] {
        let fakes = fakes();
        fakes[0].push(fail(kind));
        let error = failover(&fakes).send(&envelope(1)).await.unwrap_err();
        assert_eq!((error.kind(), calls(&fakes)), (kind, vec![1, 0, 0]));
    }
}

#[tokio::test]
async fn a_message_that_only_the_second_can_carry_is_carried() {
    let fakes = fakes();
    fakes[0].push(fail(ErrorKind::Unsupported));
    let receipt = failover(&fakes).send(&envelope(1)).await.unwrap();
    assert_eq!(receipt.provider, "b.sms");
}

#[tokio::test]
async fn when_all_fail_the_error_is_the_one_that_time_may_cure() {
    let fakes = fakes();
    fakes[0].push(fail(ErrorKind::Unauthorized));
    fakes[1].push(fail(ErrorKind::RateLimited));
    fakes[2].push(fail(ErrorKind::Unsupported));
    let error = failover(&fakes).send(&envelope(1)).await.unwrap_err();
    assert_eq!((error.kind(), error.provider()), (ErrorKind::RateLimited, Some("b.sms")));
    assert!(error.is_retryable());
    let others: Vec<_> = error.attempts().iter().map(|a| a.provider.as_str()).collect();
    assert_eq!(others, ["a.sms", "c.sms"]);
}

#[tokio::test]
async fn a_try_that_may_be_out_leaves_the_whole_send_unknown() {
    let fakes = fakes();
    fakes[0].push(Reply::Fail(Error::new(ErrorKind::Timeout, "lost")));
    fakes[1].push(fail(ErrorKind::Unavailable));
    fakes[2].push(fail(ErrorKind::Unavailable));
    let mut delivery = Delivery::default();
    delivery.on_unknown = Some(OnUnknown::Resend);
    let error = failover(&fakes).send(&envelope(1).with_delivery(delivery)).await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Unavailable, Fate::Unknown));
}

#[tokio::test]
async fn a_batch_goes_whole_to_the_first_and_what_is_left_whole_to_the_next() {
    let fakes = fakes();
    for index in 0..1000 {
        match index {
            7 => fakes[0].push(fail(ErrorKind::InvalidRecipient)),
            index if index % 10 == 0 => fakes[0].push(fail(ErrorKind::Quota)),
            _ => fakes[0].push(Reply::Accept),
        }
    }
    fakes[1].push(fail(ErrorKind::Unavailable));
    let envelopes: Vec<_> = (0..1000).map(envelope).collect();
    let results = failover(&fakes).send_batch(&envelopes.iter().collect::<Vec<_>>()).await;
    assert_eq!(calls(&fakes), [1, 1, 1]);
    assert_eq!(fakes[1].batches(), [100]);
    assert_eq!(fakes[2].batches(), [1]);
    for (index, (result, envelope)) in results.iter().zip(&envelopes).enumerate() {
        let provider = match (index, result) {
            (7, Err(error)) => {
                assert_eq!(error.kind(), ErrorKind::InvalidRecipient);
                continue;
            }
            (_, result) => result.as_ref().unwrap(),
        };
        assert_eq!(provider.id, envelope.id);
        let expected = if index == 0 {
            "c.sms"
        } else if index % 10 == 0 {
            "b.sms"
        } else {
            "a.sms"
        };
        assert_eq!(provider.provider, expected);
    }
}

#[tokio::test]
async fn a_failed_channel_is_tried_last_for_a_while_and_a_bad_message_is_not_held_against_it() {
    let clock = ManualClock::at("2026-03-14T15:00:00Z".parse().unwrap());
    let fakes = fakes();
    let route = failover(&fakes).skip_for(Duration::from_mins(1), clock.shared());
    fakes[0].push(fail(ErrorKind::InvalidRecipient));
    route.send(&envelope(1)).await.unwrap_err();
    fakes[0].push(fail(ErrorKind::Unavailable));
    route.send(&envelope(2)).await.unwrap();
    assert_eq!(calls(&fakes), [2, 1, 0]);
    route.send(&envelope(3)).await.unwrap();
    assert_eq!(calls(&fakes), [2, 2, 0], "the first is skipped");
    clock.advance(Duration::from_mins(1));
    route.send(&envelope(4)).await.unwrap();
    assert_eq!(calls(&fakes), [3, 2, 0], "and has its way back");
}

#[tokio::test]
async fn when_all_were_dead_and_one_recovers_it_is_found_at_once() {
    let clock = ManualClock::at("2026-03-14T15:00:00Z".parse().unwrap());
    let fakes = fakes();
    for fake in &fakes {
        fake.set_otherwise(fail(ErrorKind::Unavailable));
    }
    let route = failover(&fakes).skip_for(Duration::from_hours(1), clock.shared());
    route.send(&envelope(1)).await.unwrap_err();
    route.send(&envelope(2)).await.unwrap_err();
    assert_eq!(calls(&fakes), [2, 2, 2]);
    fakes[1].set_otherwise(Reply::Accept);
    assert_eq!(route.send(&envelope(3)).await.unwrap().provider, "b.sms");
    assert_eq!(calls(&fakes), [3, 3, 2]);
    route.send(&envelope(4)).await.unwrap();
    assert_eq!(calls(&fakes), [3, 4, 2], "the one that works is trusted before the period ends");
}

#[tokio::test]
async fn it_reports_what_all_can_carry_and_checks_all() {
    let fakes = fakes();
    let narrow = Capabilities::new(Features::TEXT).batch(50).recipients(1);
    let failing = fakes[1]
        .clone()
        .capabilities(narrow)
        .unhealthy(Error::new(ErrorKind::Unauthorized, "no such key").with_provider("b.sms"));
    let route = failover(&[fakes[0].clone(), failing]);
    assert_eq!(route.name(), "failover");
    assert_eq!(route.capabilities().features, Features::TEXT);
    assert_eq!(route.capabilities().batch, 50);
    let error = route.check().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(error.faults().len(), 1);
    assert_eq!(error.faults()[0].field, "channels[1]");
    failover(&fakes[..1]).check().await.unwrap();
}

#[test]
fn a_route_without_channels_is_refused_when_it_is_built() {
    let error = Failover::<Sms>::new(Vec::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}
