//! Netcore's reports on calls: a query, a form or JSON of any bytes.
#![no_main]

use dakiya::{netcore::voice::Webhook, webhook::Guard};
use dakiya_fuzz::{
    SECRET,
    webhooks::{receive, rows},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let webhook = Webhook::new(Guard::secret_path(SECRET).expect("a guard"));
    for mut request in rows(body) {
        drop(receive(&webhook, &request));
        request.url = request.url.replacen(SECRET, "", 1);
        if !request.path().contains(SECRET) {
            assert!(receive(&webhook, &request).is_err(), "believed");
        }
    }
});
