//! Mails that people send: any bytes as a form of any type, as a raw mail, and as one field.
#![no_main]

use dakiya::{sendgrid::InboundParse, webhook::Guard};
use dakiya_fuzz::{
    SECRET,
    webhooks::{post, receive, typed, with},
};
use libfuzzer_sys::fuzz_target;

const FORM: &str = "multipart/form-data; boundary=b0undary";

fuzz_target!(|data: &[u8]| {
    let inbound = InboundParse::new(Guard::secret_path(SECRET).expect("a guard"));
    drop(receive(&inbound, &typed(FORM, data)));
    drop(receive(&inbound, &typed("application/x-www-form-urlencoded", data)));
    // The first line as the type.
    let mut lines = data.splitn(2, |byte| *byte == b'\n');
    if let (Some(kind), Some(body)) = (lines.next(), lines.next()) {
        drop(receive(&inbound, &with(post(body), "content-type", kind.trim_ascii())));
    }
    for field in ["email", "headers", "attachment-info", "envelope", "charsets", "to"] {
        let head =
            format!("--b0undary\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n");
        let tail = b"\r\n--b0undary\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nx\
                     \r\n--b0undary--\r\n";
        drop(receive(&inbound, &typed(FORM, &[head.as_bytes(), data, tail].concat())));
    }
});
