//! SendGrid: mail send against its schema, and what a schema cannot say.

use std::collections::HashSet;

use jsonschema::Validator;
use serde_json::Value;

use super::{Seen, broken, validator};

/// Names of headers that SendGrid writes itself and refuses.
/// <https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors>
const RESERVED: [&str; 12] = [
    "x-sg-id",
    "x-sg-eid",
    "received",
    "dkim-signature",
    "content-type",
    "content-transfer-encoding",
    "to",
    "from",
    "subject",
    "reply-to",
    "cc",
    "bcc",
];

/// Of all recipients of a request.
const MAX_RECIPIENTS: usize = 1_000;

/// Of the custom arguments that reach one recipient, in bytes.
const MAX_CUSTOM_ARGS: usize = 10_000;

/// Of the whole message, in bytes.
const MAX_MESSAGE: usize = 30 * 1024 * 1024;

pub(super) struct SendGrid(Validator);

impl SendGrid {
    pub(super) fn new(document: &Value) -> Self {
        Self(validator(&document["components"]["schemas"]["MailSendRequest"]))
    }

    pub(super) fn faults(&self, request: &Seen<'_>) -> Option<Vec<String>> {
        if (request.method, request.path) != ("POST", "/v3/mail/send") {
            return None;
        }
        let mut faults = Vec::new();
        request.heads("Bearer", Some("application/json"), &mut faults);
        if request.body.len() > MAX_MESSAGE {
            faults.push("body: over 30 MB".into());
        }
        if let Some(body) = request.json(&mut faults) {
            faults.extend(broken(&self.0, &body));
            // Whoever reads on may take the shape for granted.
            if faults.is_empty() {
                unsaid(&body, &mut faults);
            }
        }
        Some(faults)
    }
}

/// The rules beside the schema.
fn unsaid(body: &Value, faults: &mut Vec<String>) {
    let personalizations = body["personalizations"].as_array().unwrap();
    let mut recipients = 0;
    for (at, personalization) in personalizations.iter().enumerate() {
        let mut seen = HashSet::new();
        for kind in ["to", "cc", "bcc"] {
            for (number, mailbox) in list(&personalization[kind]).iter().enumerate() {
                recipients += 1;
                if !seen.insert(mailbox["email"].as_str().unwrap().to_lowercase()) {
                    let path = format!("/personalizations/{at}/{kind}/{number}");
                    faults.push(format!("{path}: the address is there twice"));
                }
            }
        }
        let size = [&body["custom_args"], &personalization["custom_args"]]
            .into_iter()
            .filter(|args| args.is_object())
            .map(|args| args.to_string().len())
            .sum::<usize>();
        if size > MAX_CUSTOM_ARGS {
            faults.push(format!("/personalizations/{at}/custom_args: {size} bytes"));
        }
        reserved(&personalization["headers"], &format!("/personalizations/{at}"), faults);
    }
    if recipients > MAX_RECIPIENTS {
        faults.push(format!("/personalizations: {recipients} recipients"));
    }
    let everywhere = personalizations.iter().all(|one| one.get("subject").is_some());
    if body.get("subject").is_none() && body.get("template_id").is_none() && !everywhere {
        faults.push("/subject: is missing".into());
    }
    reserved(&body["headers"], "", faults);
    let order = |content: &Value| match content["type"].as_str().unwrap() {
        "text/plain" => 0,
        "text/html" => 1,
        _ => 2,
    };
    let order: Vec<_> = list(&body["content"]).iter().map(order).collect();
    if !order.is_sorted() {
        faults.push("/content: not in the order plain text, HTML, others".into());
    }
}

fn reserved(headers: &Value, at: &str, faults: &mut Vec<String>) {
    for name in headers.as_object().into_iter().flat_map(|headers| headers.keys()) {
        if RESERVED.contains(&&*name.to_lowercase()) {
            faults.push(format!("{at}/headers/{name}: is SendGrid's own"));
        }
        if !name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':') {
            faults.push(format!("{at}/headers/{name}: is no name of a header"));
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
