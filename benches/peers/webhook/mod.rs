//! Webhooks beside the floor: the same cryptography over the same bytes, and `serde` into plain
//! structs of what an event keeps, which know no provider's words and join nothing.

#![allow(clippy::struct_field_names, reason = "fields are called as the providers call them")]

use std::hint::black_box;

use dakiya::{
    Timestamp,
    webhook::{Receiver, Request},
};
use hmac::Mac;
use http::{HeaderName, HeaderValue};

use crate::measure::{Load, Table, pair};

mod mailgun;
mod meta;
mod netcore;
mod sendgrid;
mod ses;
mod twilio;

const PEER: &str = "the same crypto, serde_json into structs";
const URL: &str = "https://erp.example.net/hooks/8e0f9c1d2b7a4465";
const NOW: i64 = 1_770_019_210;
const SECRET: &str = "5d1f0c8be23a49779c64aa01e7d2b3f4";

/// `sizes` are the events of a shorter and of a longer batch.
pub(crate) async fn all(table: &mut Table, load: Load, sizes: [usize; 2]) {
    if table.wants("webhook twilio") {
        twilio::status(table, load).await;
    }
    if table.wants("webhook meta") {
        meta::statuses(table, load).await;
    }
    if table.wants("webhook sendgrid") {
        sendgrid::batches(table, load, sizes).await;
    }
    if table.wants("webhook mailgun") {
        mailgun::event(table, load).await;
    }
    if table.wants("webhook netcore") {
        netcore::batch(table, load).await;
    }
    if table.wants("webhook ses") {
        ses::delivery(table, load).await;
    }
}

/// Events a second, and allocations an event.
async fn compare<T>(
    table: &mut Table,
    load: Load,
    name: &str,
    webhook: &impl Receiver,
    request: &Request,
    events: usize,
    peer: impl Fn() -> T,
) {
    let parsed = webhook.receive(request, now()).unwrap();
    assert_eq!((parsed.events.len(), parsed.faults.len()), (events, 0));
    let ours = async || drop(black_box(webhook.receive(request, now()).unwrap()));
    let peer = async || drop(black_box(peer()));
    let costs = pair(load, ours, peer).await.map(|cost| cost.share(events));
    table.rate(&format!("webhook {name}: events"), PEER, costs);
    table.costs(&format!("webhook {name}: an event"), PEER, costs);
}

fn request(body: String, content_type: &'static str, headers: &[(&str, &str)]) -> Request {
    let mut request = Request::post(URL, body);
    request.headers.insert("content-type", HeaderValue::from_static(content_type));
    for (name, value) in headers {
        request.headers.insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    }
    request
}

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn mac<M: Mac + hmac::KeyInit>(message: &[u8]) -> M {
    let mut mac = <M as hmac::KeyInit>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(message);
    mac
}
