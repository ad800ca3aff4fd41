//! Mails that people send: any bytes as a raw mail, as the headers of one, and as a form.
#![no_main]

use dakiya::{
    Timestamp,
    sendgrid::InboundParse,
    webhook::{Guard, Receiver, Request},
};
use http::HeaderValue;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let inbound = InboundParse::new(Guard::unverified());
    let receive = |body: Vec<u8>| {
        let mut request = Request::post("https://erp.example.net/", body);
        let form = HeaderValue::from_static("multipart/form-data; boundary=b0undary");
        request.headers.insert("content-type", form);
        if let Ok(parsed) = inbound.receive(&request, Timestamp::UNIX_EPOCH) {
            assert!(parsed.events.iter().all(|event| event.dedup_key.len() == 32));
        }
    };
    receive(data.to_vec());
    for field in ["email", "headers", "attachment-info", "envelope", "charsets", "to"] {
        let head =
            format!("--b0undary\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n");
        let tail = b"\r\n--b0undary\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nx\
                     \r\n--b0undary--\r\n";
        receive([head.as_bytes(), data, tail].concat());
    }
});
