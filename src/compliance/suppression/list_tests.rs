use super::*;
use crate::{
    event::{Event, Status},
    message::{EmailAddress, PhoneNumber},
    webhook::Proof,
};

const PURPOSES: [Purpose; 4] =
    [Purpose::Marketing, Purpose::Otp, Purpose::Transactional, Purpose::Utility];

fn asha() -> Recipient {
    Recipient::Email(EmailAddress::parse("Asha@Example.com").unwrap())
}

fn event(status: Status, suppress: Option<Scope>) -> Event {
    let mut event = Event::of_status(status, "netcore", Proof::Signature);
    event.channel = Some(Kind::Email);
    event.recipient = Some("asha@example.COM".into());
    event.suppress = suppress;
    event
}

#[test]
fn each_scope_blocks_its_purposes() {
    let blocked = |scope| {
        let one = Suppression::new(scope, Reason::Manual);
        PURPOSES.map(|purpose| one.blocks(purpose))
    };
    assert_eq!(blocked(Scope::Address), [true, true, true, true]);
    assert_eq!(blocked(Scope::Marketing), [true, false, false, false]);
    assert_eq!(blocked(Scope::Sender), [true, false, true, true]);
}

#[test]
fn an_event_suppresses_whatever_the_case_of_the_address() {
    let list = SuppressionList::new();
    assert!(!list.apply(&event(Status::Opened, None)));
    assert!(list.apply(&event(Status::Complained, Some(Scope::Sender))));
    let found = list.get(&Query::new(&asha(), Kind::Email, Purpose::Transactional)).unwrap();
    assert_eq!((found.scope, found.reason), (Scope::Sender, Reason::Complaint));
    assert!(list.get(&Query::new(&asha(), Kind::Email, Purpose::Otp)).is_none());
    assert!(list.remove(&asha()));
    assert!(!list.remove(&asha()));
}

#[test]
fn coming_back_takes_back_opt_outs_alone() {
    let list = SuppressionList::new();
    list.apply(&event(Status::Unsubscribed, Some(Scope::Marketing)));
    list.apply(&event(Status::BouncedHard, Some(Scope::Address)));
    assert!(list.apply(&event(Status::Resubscribed, None)));
    let found = list.get(&Query::new(&asha(), Kind::Email, Purpose::Marketing)).unwrap();
    assert_eq!(found.reason, Reason::HardBounce);
}

#[test]
fn a_number_without_its_plus_is_the_same_number_and_another_kind_is_not() {
    let list = SuppressionList::new();
    let phone = Recipient::Phone(PhoneNumber::parse("+919845000012").unwrap());
    let mut opt_out = event(Status::Unsubscribed, Some(Scope::Marketing));
    opt_out.channel = Some(Kind::Sms);
    opt_out.recipient = Some("919845000012".into());
    assert!(list.apply(&opt_out));
    assert!(list.get(&Query::new(&phone, Kind::Sms, Purpose::Marketing)).is_some());
    assert!(list.get(&Query::new(&phone, Kind::Voice, Purpose::Marketing)).is_none());
}

#[test]
fn the_list_shows_no_address() {
    let list = SuppressionList::new();
    list.add(&asha(), Suppression::new(Scope::Address, Reason::Manual));
    assert_eq!(format!("{list:?}"), "SuppressionList(1 addresses)");
}

fn said_stop(sender: &str, key: &str) -> Event {
    let mut event = event(Status::Unsubscribed, Some(Scope::Sender));
    event.channel = Some(Kind::Sms);
    event.recipient = Some("+919845000012".into());
    event.sender = Some(sender.into());
    event.dedup_key = key.into();
    event
}

fn phone() -> Recipient {
    Recipient::Phone(PhoneNumber::parse("+919845000012").unwrap())
}

#[test]
fn a_stop_to_one_number_holds_for_that_number_alone() {
    let list = SuppressionList::new();
    assert!(list.apply(&said_stop("+12025550100", "a")));
    let person = phone();
    let query = Query::new(&person, Kind::Sms, Purpose::Transactional);
    let from = |sender| list.get(&query.sender(sender)).is_some();
    assert!(from(Some("12025550100")));
    assert!(!from(Some("+12025550111")));
    assert!(from(None), "the account's default may be that number");
    assert!(from(Some("MG0123456789")), "a pool may hold that number");
    // In mail it is the address.
    let mut mail = event(Status::Complained, Some(Scope::Sender));
    mail.sender = Some("orders@example.com".into());
    assert!(list.apply(&mail));
    let asha = asha();
    let query = Query::new(&asha, Kind::Email, Purpose::Transactional);
    assert_eq!(list.get(&query.sender(Some("news@example.com"))).unwrap().sender, None);
}

#[test]
fn coming_back_to_one_number_leaves_the_others_alone() {
    let list = SuppressionList::new();
    list.apply(&said_stop("+12025550100", "a"));
    list.apply(&said_stop("+12025550111", "b"));
    let mut start = said_stop("+12025550100", "c");
    (start.status, start.suppress) = (Some(Status::Resubscribed), None);
    assert!(list.apply(&start));
    let person = phone();
    let query = Query::new(&person, Kind::Sms, Purpose::Transactional);
    assert!(list.get(&query.sender(Some("+12025550100"))).is_none());
    assert!(list.get(&query.sender(Some("+12025550111"))).is_some());
}

#[test]
fn an_opt_out_is_confirmed_once_and_a_new_one_again() {
    let list = SuppressionList::new();
    let person = phone();
    let query = Query::new(&person, Kind::Sms, Purpose::Transactional);
    assert!(!list.confirm(&query), "there is no opt-out");
    list.apply(&said_stop("+12025550100", "a"));
    assert!(list.confirm(&query));
    assert!(!list.confirm(&query));
    list.apply(&said_stop("+12025550100", "a"));
    assert!(!list.confirm(&query), "the same event again");
    let mut refused = said_stop("+12025550100", "refused");
    refused.status = Some(Status::Failed);
    list.apply(&refused);
    assert!(!list.confirm(&query), "a refusal is no opt-out");
    list.apply(&said_stop("+12025550100", "b"));
    assert!(list.confirm(&query));
}

#[test]
fn nothing_but_an_opt_out_may_be_confirmed() {
    let list = SuppressionList::new();
    let person = phone();
    let query = Query::new(&person, Kind::Sms, Purpose::Transactional);
    list.apply(&said_stop("+12025550100", "a"));
    list.add(&person, Suppression::new(Scope::Address, Reason::Manual));
    assert!(!list.confirm(&query));
    assert_eq!(list.get(&query).unwrap().reason, Reason::Manual);
}

#[test]
fn coming_back_to_a_topic_takes_back_that_topic_alone() {
    let list = SuppressionList::new();
    let about = |status, suppress, topic: Option<&str>| {
        let mut event = event(status, suppress);
        event.topic = topic.map(str::to_owned);
        event
    };
    list.apply(&about(Status::Unsubscribed, Some(Scope::Marketing), None));
    list.apply(&about(Status::Unsubscribed, Some(Scope::Topic), Some("12")));
    list.apply(&about(Status::Unsubscribed, Some(Scope::Topic), Some("27")));
    assert!(list.apply(&about(Status::Resubscribed, None, Some("12"))));
    assert!(!list.apply(&about(Status::Resubscribed, None, Some("12"))));
    let found = list.get(&Query::new(&asha(), Kind::Email, Purpose::Marketing)).unwrap();
    assert_eq!(found.scope, Scope::Marketing);
    assert!(list.apply(&about(Status::Resubscribed, None, Some("27"))));
    assert!(list.apply(&about(Status::Resubscribed, None, None)));
    assert!(list.get(&Query::new(&asha(), Kind::Email, Purpose::Marketing)).is_none());
}
