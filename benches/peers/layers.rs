//! A policy and a route beside the channel inside them.

use std::time::Duration;

use dakiya::{
    Channel as _, Email, Shared,
    netcore::email::Account,
    policy::{Policy, Retry, Timeout},
    route::Failover,
    testing::MockTransport,
};

use super::mail;
use crate::measure::{Load, Table, pair};

pub(crate) async fn policy_and_failover(table: &mut Table, load: Load) {
    let answer = r#"{"status":"success","data":{"message_id":"1"}}"#;
    let transport = MockTransport::answering(202, answer).forgetful();
    let account = Account::builder("key").transport(transport.shared()).build().unwrap();
    let policy =
        Policy::default().retry(Retry::new()).timeout(Timeout::after(Duration::from_secs(20)));
    let around = || -> Shared<Email> { policy.around(account.clone()) };
    let route = Failover::new(vec![around(), around()]).unwrap();
    let envelope = mail();
    let ours = async || drop(route.send(&envelope).await.unwrap());
    let peer = async || drop(account.send(&envelope).await.unwrap());
    let costs = pair(load, ours, peer).await;
    table.costs("policy and failover, no network", "the channel alone", costs);
}
