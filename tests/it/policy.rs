//! Retries and time-outs, on a clock that the test moves.

use std::{sync::Arc, time::Duration};

use dakiya::{
    Capabilities, Channel, Delivery, Envelope, Error, ErrorKind, Fate, Features, MessageId,
    OnUnknown, PhoneNumber, Purpose, Receipt, RecipientOutcome, Shared, Sms, Timestamp,
    policy::{Policy, Retry, Timeout},
    testing::{FakeChannel, ManualClock, Reply, SeededEntropy},
    time::Clock as _,
};

const SECOND: Duration = Duration::from_secs(1);

fn clock() -> ManualClock {
    ManualClock::at("2026-03-14T15:00:00Z".parse().unwrap())
}

fn policy(clock: &ManualClock) -> Policy {
    Policy::new(clock.shared(), Arc::new(SeededEntropy::new(7)))
}

/// A policy whose budget is never in the way.
fn retrying(clock: &ManualClock, retry: Retry) -> Policy {
    policy(clock).retry(retry.budget_percent(100_000))
}

fn envelope(number: u128) -> Envelope<Sms> {
    let to = PhoneNumber::parse(format!("+9198450{number:05}")).unwrap();
    let id = MessageId::from(uuid(number));
    Envelope::new(id, Sms::to(to).text("hello"))
}

fn uuid(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

fn delivery(set: impl FnOnce(&mut Delivery)) -> Delivery {
    let mut delivery = Delivery::default();
    set(&mut delivery);
    delivery
}

fn down() -> Error {
    Error::new(ErrorKind::Unavailable, "down")
}

fn fake() -> FakeChannel<Sms> {
    FakeChannel::new("fake")
}

fn since(clock: &ManualClock) -> Duration {
    let start: Timestamp = "2026-03-14T15:00:00Z".parse().unwrap();
    Duration::try_from(clock.now().duration_since(start)).unwrap()
}

#[tokio::test]
async fn a_second_try_is_made_exactly_where_it_cannot_send_twice_or_may() {
    for kind in ErrorKind::ALL {
        for fate in [Fate::NotSent, Fate::Unknown] {
            for on_unknown in [OnUnknown::Hold, OnUnknown::Resend] {
                for idempotent in [false, true] {
                    for keyed in [false, true] {
                        let clock = clock();
                        let mut capabilities = Capabilities::new(Features::ALL);
                        if idempotent {
                            capabilities = capabilities.idempotent();
                        }
                        let error = Error::new(kind, "x").with_fate(fate);
                        let fake = fake()
                            .capabilities(capabilities)
                            .clock(clock.shared())
                            .then(Reply::Fail(error));
                        let channel = retrying(&clock, Retry::new()).around(fake.clone());
                        let envelope = envelope(1).with_delivery(delivery(|delivery| {
                            delivery.on_unknown = Some(on_unknown);
                            delivery.idempotency_key = keyed.then(|| "order-7".into());
                        }));
                        let result = clock.drive(channel.send(&envelope)).await;
                        let transient = matches!(
                            kind,
                            ErrorKind::Network
                                | ErrorKind::RateLimited
                                | ErrorKind::Timeout
                                | ErrorKind::Unavailable
                        );
                        let safe = fate == Fate::NotSent
                            || on_unknown == OnUnknown::Resend
                            || (idempotent && keyed);
                        let case = (kind, fate, on_unknown, idempotent, keyed);
                        assert_eq!(result.is_ok(), transient && safe, "{case:?}");
                        assert_eq!(fake.calls(), 1 + usize::from(result.is_ok()), "{case:?}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn the_last_error_is_exhausted_and_lists_the_tries_before() {
    let clock = clock();
    let fake = fake().clock(clock.shared()).otherwise(Reply::Fail(down().with_code(Some("E7"))));
    let channel = retrying(&clock, Retry::new().attempts(4)).around(fake.clone());
    let error = clock.drive(channel.send(&envelope(1))).await.unwrap_err();
    assert_eq!(fake.calls(), 4);
    assert!(!error.is_retryable());
    assert_eq!(error.attempts().len(), 3);
    for attempt in error.attempts() {
        assert_eq!(attempt.provider, "fake.sms");
        assert_eq!(attempt.code.as_deref(), Some("E7"));
    }
    let outer = retrying(&clock, Retry::new()).around(channel);
    clock.drive(outer.send(&envelope(2))).await.unwrap_err();
    assert_eq!(fake.calls(), 8, "no outer layer starts again");
}

#[tokio::test]
async fn a_receipt_lists_what_was_tried_in_vain() {
    let clock = clock();
    let fake = fake().clock(clock.shared()).then(Reply::Fail(down()));
    let channel = retrying(&clock, Retry::new()).around(fake);
    let receipt = clock.drive(channel.send(&envelope(1))).await.unwrap();
    assert_eq!(receipt.attempts.len(), 1);
    assert_eq!(receipt.attempts[0].kind, ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_try_that_may_be_out_leaves_the_whole_send_unknown() {
    let clock = clock();
    let lost = Error::new(ErrorKind::Timeout, "no answer");
    let fake = fake().clock(clock.shared()).then(Reply::Fail(lost)).otherwise(Reply::Fail(down()));
    let channel = retrying(&clock, Retry::new()).around(fake);
    let otp = envelope(1).with_delivery(delivery(|delivery| delivery.purpose = Purpose::Otp));
    let error = clock.drive(channel.send(&otp)).await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Unavailable, Fate::Unknown));
}

#[tokio::test]
async fn waits_grow_under_their_bounds_and_an_hour_of_outage_passes_at_once() {
    let clock = clock();
    let fake = fake().clock(clock.shared()).otherwise(Reply::Fail(down()));
    let retry = Retry::new().attempts(300);
    let channel = retrying(&clock, retry).around(fake.clone());
    clock.drive(channel.send(&envelope(1))).await.unwrap_err();
    assert_eq!(fake.calls(), 300);
    // 0.5 + 1 + 2 + 4 + 8 + 16 + 293 × 30 s at most; full jitter waits half of it on average.
    let waited = since(&clock).as_secs();
    assert!((3600..8822).contains(&waited), "{waited}");
}

#[tokio::test]
async fn a_delay_that_the_provider_names_is_obeyed() {
    let clock = clock();
    let busy = Error::new(ErrorKind::RateLimited, "busy").with_retry_after(Some(17 * SECOND));
    let fake = fake().clock(clock.shared()).then(Reply::Fail(busy));
    let channel = retrying(&clock, Retry::new()).around(fake);
    clock.drive(channel.send(&envelope(1))).await.unwrap();
    assert_eq!(since(&clock), 17 * SECOND);
}

#[tokio::test]
async fn a_wait_that_would_pass_the_deadline_or_the_expiry_or_patience_is_not_begun() {
    let busy = |delay| Error::new(ErrorKind::RateLimited, "busy").with_retry_after(Some(delay));
    let at: Timestamp = "2026-03-14T15:00:10Z".parse().unwrap();
    let deadline = delivery(|delivery| delivery.deadline = Some(at));
    let expiry = delivery(|delivery| delivery.expires_at = Some(at));
    for (delivery, delay) in
        [(deadline, 10 * SECOND), (expiry, 60 * SECOND), (Delivery::default(), 3600 * SECOND)]
    {
        let clock = clock();
        let fake = fake().clock(clock.shared()).then(Reply::Fail(busy(delay)));
        let channel = retrying(&clock, Retry::new()).around(fake.clone());
        let envelope = envelope(1).with_delivery(delivery);
        let error = clock.drive(channel.send(&envelope)).await.unwrap_err();
        assert_eq!((fake.calls(), since(&clock)), (1, Duration::ZERO));
        assert_eq!(error.retry_after(), Some(delay));
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn a_batch_is_one_call_and_only_what_failed_is_called_again_in_one_more() {
    let clock = clock();
    let bad = Error::new(ErrorKind::InvalidRecipient, "no such number");
    let fake = fake()
        .clock(clock.shared())
        .then(Reply::Accept)
        .then(Reply::Fail(down()))
        .then(Reply::Fail(bad))
        .then(Reply::Fail(down()))
        .then(Reply::Accept);
    let channel = retrying(&clock, Retry::new()).around(fake.clone());
    let envelopes: Vec<_> = (0..5).map(envelope).collect();
    let results = clock.drive(channel.send_batch(&envelopes.iter().collect::<Vec<_>>())).await;
    assert_eq!(fake.batches(), [5, 2]);
    assert_eq!(fake.calls(), 2);
    for (index, (result, envelope)) in results.iter().zip(&envelopes).enumerate() {
        match result {
            Ok(receipt) => assert_eq!(receipt.id, envelope.id),
            Err(error) => assert_eq!((index, error.kind()), (2, ErrorKind::InvalidRecipient)),
        }
    }
    let again: Vec<_> = fake.sent()[5..].iter().map(|envelope| envelope.id).collect();
    assert_eq!(again, [envelopes[1].id, envelopes[3].id]);
}

#[tokio::test]
async fn an_accepted_message_is_not_sent_again_for_the_recipients_who_were_refused() {
    let clock = clock();
    let now = "2026-03-14T15:00:00Z".parse().unwrap();
    let fake = fake().clock(clock.shared()).otherwise_with(move |envelope| {
        let mut receipt = Receipt::new("fake.sms", envelope, now);
        let refused = receipt.recipients[0].recipient.clone();
        receipt.recipients.push(RecipientOutcome::refused(refused, down()));
        Ok(receipt)
    });
    let channel = retrying(&clock, Retry::new()).around(fake.clone());
    let receipt = clock.drive(channel.send(&envelope(1))).await.unwrap();
    assert_eq!((fake.calls(), receipt.refused().count()), (1, 1));
}

#[tokio::test]
async fn an_outage_does_not_multiply_the_load() {
    let clock = clock();
    let capabilities = Capabilities::new(Features::ALL);
    let fake = fake().capabilities(capabilities).clock(clock.shared());
    fake.set_otherwise(Reply::Fail(down()));
    let retry = Retry::new().base(Duration::ZERO);
    let channel: Shared<Sms> = policy(&clock).retry(retry).around(fake.clone());
    let envelopes: Vec<_> = (0..100).map(envelope).collect();
    for envelope in &envelopes {
        clock.drive(channel.send(envelope)).await.unwrap_err();
    }
    // A reserve of ten, and a fifth of a hundred.
    assert_eq!(fake.calls(), 130);
    clock.advance(3600 * SECOND);
    fake.push(Reply::Fail(down()));
    fake.push(Reply::Accept);
    clock.drive(channel.send(&envelopes[0])).await.unwrap();
}

#[tokio::test]
async fn channels_of_one_policy_share_its_budget_and_a_batch_counts_as_its_requests() {
    let clock = clock();
    let policy = policy(&clock).retry(Retry::new().base(Duration::ZERO).attempts(2));
    let fake = fake().capabilities(Capabilities::new(Features::ALL).batch(10));
    fake.set_otherwise(Reply::Fail(down()));
    let envelopes: Vec<_> = (0..100).map(envelope).collect();
    let all: Vec<_> = envelopes.iter().collect();
    let results = clock.drive(policy.around(fake.clone()).send_batch(&all)).await;
    assert!(results.iter().all(Result::is_err));
    // Ten requests were earned a fifth each and ten are in reserve: all ten may be repeated.
    assert_eq!(fake.batches(), [100, 100]);
    let results = clock.drive(policy.clone().around(fake.clone()).send_batch(&all)).await;
    assert_eq!(results.len(), 100);
    // Two were left and two earned: forty messages.
    assert_eq!(fake.batches(), [100, 100, 100, 40]);
}

#[tokio::test]
async fn a_timeout_tightens_the_deadline_and_gives_up_what_does_not_answer() {
    let clock = clock();
    let fake = fake().clock(clock.shared()).then(Reply::Hang);
    let channel = policy(&clock).timeout(Timeout::after(5 * SECOND)).around(fake.clone());
    let error = clock.drive(channel.send(&envelope(1))).await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Timeout, Fate::Unknown));
    assert_eq!(error.provider(), Some("fake.sms"));
    assert_eq!(since(&clock), Duration::from_millis(5500));
    let deadline = fake.sent()[0].delivery.deadline.unwrap();
    assert_eq!(deadline, "2026-03-14T15:00:05Z".parse().unwrap());

    let sooner: Timestamp = "2026-03-14T15:00:07Z".parse().unwrap();
    let own = envelope(2).with_delivery(delivery(|delivery| delivery.deadline = Some(sooner)));
    fake.push(Reply::AcceptAfter(SECOND));
    clock.drive(channel.send(&own)).await.unwrap();
    assert_eq!(fake.sent()[1].delivery.deadline, Some(sooner));
}

#[tokio::test]
async fn what_has_no_time_left_is_not_sent() {
    let clock = clock();
    let fake = fake().clock(clock.shared());
    let channel = policy(&clock).timeout(Timeout::after(5 * SECOND)).around(fake.clone());
    let past: Timestamp = "2026-03-14T15:00:00Z".parse().unwrap();
    let late = envelope(1).with_delivery(delivery(|delivery| delivery.deadline = Some(past)));
    let fresh = envelope(2);
    let results = clock.drive(channel.send_batch(&[&late, &fresh])).await;
    let error = results[0].as_ref().unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Timeout, Fate::NotSent));
    assert_eq!(results[1].as_ref().unwrap().id, fresh.id);
    assert_eq!(fake.batches(), [1]);
}

#[tokio::test]
async fn each_try_has_its_own_time() {
    let clock = clock();
    let fake = fake().clock(clock.shared()).then(Reply::Hang);
    let policy = retrying(&clock, Retry::new().base(Duration::ZERO));
    let channel = policy.timeout(Timeout::after(5 * SECOND)).around(fake.clone());
    let otp = envelope(1).with_delivery(delivery(|delivery| delivery.purpose = Purpose::Otp));
    let receipt = clock.drive(channel.send(&otp)).await.unwrap();
    assert_eq!(receipt.attempts[0].kind, ErrorKind::Timeout);
    assert!(fake.sent()[0].delivery.deadline < fake.sent()[1].delivery.deadline);
}
