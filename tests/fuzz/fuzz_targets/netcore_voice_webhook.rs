//! Netcore's reports on calls: a query, a form or JSON of any bytes.
#![no_main]

use dakiya::{
    Timestamp,
    netcore::voice::Webhook,
    webhook::{Guard, Receiver, Request},
};
use http::{HeaderValue, Method, header::CONTENT_TYPE};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let webhook = Webhook::new(Guard::unverified());
    let query = String::from_utf8_lossy(body);
    let url = format!("https://erp.example.net/?{query}");
    let mut requests = vec![Request::new(Method::GET, url, "")];
    for content_type in ["application/json", "application/x-www-form-urlencoded"] {
        let mut request = Request::post("https://erp.example.net/", body.to_vec());
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        requests.push(request);
    }
    for request in &requests {
        if let Ok(parsed) = webhook.receive(request, Timestamp::UNIX_EPOCH) {
            assert!(parsed.events.iter().all(|event| !event.dedup_key.is_empty()));
        }
    }
});
