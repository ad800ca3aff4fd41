//! Mail that people send: SendGrid, Mailgun, SES.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use dakiya::{
    Event, Timestamp,
    event::{Inbound, InboundSource},
    sendgrid::InboundParse,
    webhook::{Enforcement, Guard, Proof, Receiver, Request, WebhookErrorKind},
};
use http::HeaderValue;

use super::{URL, mailgun, now, walk};

const FORM: &str = "multipart/form-data; boundary=b0undary";

pub(crate) fn sendgrid() -> InboundParse {
    InboundParse::new(Guard::secret_path("8e0f9c1d2b7a4465").unwrap())
}

fn form(fields: &[(&str, &[u8])]) -> Request {
    form_with("b0undary", fields)
}

fn form_with(boundary: &str, fields: &[(&str, &[u8])]) -> Request {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head =
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(value);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    let mut request = Request::post(URL, body);
    let content_type = format!("multipart/form-data; boundary=\"{boundary}\"");
    request.headers.insert("content-type", HeaderValue::from_str(&content_type).unwrap());
    request
}

fn one(receiver: &dyn Receiver, request: &Request) -> Event {
    let parsed = receiver.receive(request, now()).unwrap();
    assert_eq!((parsed.events.len(), parsed.faults.len()), (1, 0));
    parsed.events.into_iter().next().unwrap()
}

fn email(event: &Event) -> &dakiya::event::InboundEmail {
    match event.inbound.as_deref() {
        Some(Inbound::Email(email)) => email,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_mail_that_mailgun_forwards_comes_out_as_the_reference_says() {
    let count = walk("mailgun/inbound", &mailgun::receiver(), Proof::Signature, mailgun::sign);
    assert_eq!(count, 16);
}

#[test]
fn every_mail_that_sendgrid_posts_comes_out_as_the_reference_says() {
    let count = walk("sendgrid/inbound", &sendgrid(), Proof::Shared, |request| request);
    assert_eq!(count, 15);
}

#[test]
fn each_field_is_read_in_the_charset_that_sendgrid_names_for_it() {
    let charsets =
        br#"{"subject":"iso-8859-1","text":"windows-1252","html":"Shift_JIS","from":"unknown"}"#;
    let event = one(
        &sendgrid(),
        &form(&[
            ("headers", b"Message-ID: <c@example.com>"),
            ("charsets", charsets),
            ("subject", b"caf\xe9"),
            ("text", b"\x80 5"),
            ("html", b"\x83n\x83\x8d"),
            ("from", "आशा <asha@example.com>".as_bytes()),
        ]),
    );
    assert_eq!(event.text.as_deref(), Some("€ 5"));
    assert_eq!(email(&event).subject.as_deref(), Some("café"));
    assert_eq!(email(&event).html.as_deref(), Some("ハロ"));
    assert_eq!(email(&event).from.as_deref(), Some("आशा <asha@example.com>"));
    assert_eq!(event.sender.as_deref(), Some("asha@example.com"));
}

#[test]
fn bytes_of_a_file_come_out_as_they_went_in() {
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let fields: [(&str, &[u8]); 3] =
        [("recipient", b"o@example.net"), ("body-plain", b"x"), ("attachment-1", &bytes)];
    let shadow = mailgun::receiver().enforcement(Enforcement::Shadow);
    let event = one(&shadow, &form(&fields));
    assert_eq!(event.media[0].source, InboundSource::Content(bytes.clone().into()));
    let event = one(&sendgrid(), &form(&[("text", b"x"), ("attachment1", &bytes)]));
    assert_eq!(event.media[0].source, InboundSource::Content(bytes.into()));
}

#[test]
fn a_retry_with_another_boundary_is_the_same_mail() {
    let fields: [(&str, &[u8]); 2] = [("headers", b"Message-ID: <r@example.com>"), ("text", b"x")];
    let first = one(&sendgrid(), &form_with("one", &fields));
    let again = one(&sendgrid(), &form_with("two", &fields));
    assert_eq!(first.dedup_key, again.dedup_key);
    let other: [(&str, &[u8]); 2] = [("headers", b"Message-ID: <s@example.com>"), ("text", b"x")];
    assert_ne!(first.dedup_key, one(&sendgrid(), &form_with("one", &other)).dedup_key);
}

#[test]
fn who_does_not_know_the_path_posts_no_mail() {
    let mut request = form(&[("text", b"x")]);
    request.url = "https://erp.example.net/hooks/other".into();
    let error = sendgrid().receive(&request, now()).unwrap_err();
    assert_eq!(error.kind(), WebhookErrorKind::Signature);
    // SendGrid drops what is answered with 4xx, and the path may be wrong at this end.
    assert_eq!(error.reply().status, 503);
}

/// What stands before the point of a P-256 key in its DER `SubjectPublicKeyInfo`.
const FRAME: &str = "3059301306072a8648ce3d020106082a8648ce3d030107034200";

fn public_key(key: &EcdsaKeyPair) -> String {
    let frame = hex::decode(FRAME).unwrap();
    STANDARD.encode([&frame, key.public_key().as_ref()].concat())
}

fn signed(key: &EcdsaKeyPair, at: Timestamp, mut request: Request) -> Request {
    let at = at.as_second().to_string();
    let content = [at.as_bytes(), &request.body].concat();
    let signature = STANDARD.encode(key.sign(&SystemRandom::new(), &content).unwrap());
    let headers = &mut request.headers;
    headers.insert("x-twilio-email-event-webhook-signature", signature.parse().unwrap());
    headers.insert("x-twilio-email-event-webhook-timestamp", at.parse().unwrap());
    request
}

#[test]
fn where_a_key_is_given_a_mail_is_signed_and_the_guard_holds_too() {
    let new = || EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    let (key, other) = (new(), new());
    let inbound = sendgrid().public_key(public_key(&key)).unwrap();
    let mail = form(&[("text", b"caf\xe9")]);
    let good = signed(&key, now(), mail.clone());
    assert_eq!(one(&inbound, &good).proof, Proof::Signature);
    let both = inbound.clone().public_key(public_key(&other)).unwrap();
    assert_eq!(one(&both, &signed(&other, now(), mail.clone())).proof, Proof::Signature);

    let refused = |request: &Request| inbound.receive(request, now()).unwrap_err().kind();
    let mut moved = good.clone();
    moved.url = "https://erp.example.net/hooks/other".into();
    let mut changed = good.clone();
    changed.body = good.body.iter().rev().copied().collect::<Vec<_>>().into();
    let others = signed(&other, now(), mail.clone());
    // What a person wrote is no form of its own, whatever the unsigned header says.
    let told = "--b0undary\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n\r\n--evil\r\n\
                Content-Disposition: form-data; name=\"from\"\r\n\r\nceo@example.net\r\n--evil--\r\n\
                \r\n--b0undary--\r\n";
    let mut reframed = signed(&key, now(), Request::post(URL, told));
    reframed.headers.insert("content-type", FORM.parse().unwrap());
    assert_eq!(email(&one(&inbound, &reframed)).from, None);
    let evil = HeaderValue::from_static("multipart/form-data; boundary=evil");
    reframed.headers.insert("content-type", evil);
    for request in [&mail, &moved, &changed, &others, &reframed] {
        assert_eq!(refused(request), WebhookErrorKind::Signature);
    }
    let at = |second: i64| Timestamp::from_second(now().as_second() + second).unwrap();
    for (second, ok) in [(-73 * 3600, true), (-73 * 3600 - 1, false), (300, true), (301, false)] {
        let result = inbound.receive(&signed(&key, at(second), mail.clone()), now());
        let kind = result.err().map(|error| error.kind());
        assert_eq!(kind, (!ok).then_some(WebhookErrorKind::Stale), "{second}");
    }
    for key in ["", " ", "no key"] {
        assert_eq!(sendgrid().public_key(key).unwrap_err().kind(), WebhookErrorKind::Config);
    }
}

#[test]
fn a_forwarded_mail_is_signed_and_its_token_holds_the_whole_mail() {
    let webhook = mailgun::receiver();
    let request = form(&[("recipient", b"o@example.net"), ("body-plain", b"x")]);
    let error = webhook.receive(&request, now()).unwrap_err();
    assert_eq!(error.kind(), WebhookErrorKind::Signature);
    let mut with_type = request;
    with_type.headers.insert("content-type", FORM.parse().unwrap());
    let signed = mailgun::sign(with_type);
    let once = webhook.receive(&signed, now()).unwrap().once.unwrap();
    let text = String::from_utf8(signed.body.to_vec()).unwrap();
    let mut forged = signed;
    forged.body = text.replace("o@example.net", "p@example.net").into();
    let other = webhook.receive(&forged, now()).unwrap().once.unwrap();
    assert_eq!(once.token, other.token);
    assert_ne!(once.digest, other.digest);
    // A file by another name is another mail too.
    let part = "name=\"recipient\"";
    forged.body = text.replacen(part, &format!("{part}; filename=\"x.exe\""), 1).into();
    let renamed = webhook.receive(&forged, now()).unwrap().once.unwrap();
    assert_ne!(once.digest, renamed.digest);
}

#[test]
fn a_long_mail_with_many_files_is_read() {
    let file = vec![b'x'; 10_000];
    let names: Vec<String> = (1..=1000).map(|number| format!("attachment{number}")).collect();
    let mut fields: Vec<(&str, &[u8])> = vec![("text", b"x")];
    fields.extend(names.iter().map(|name| (name.as_str(), &file[..])));
    assert_eq!(one(&sendgrid(), &form(&fields)).media.len(), 1000);
}
