//! What a refusal says of its cause.

use super::*;

#[test]
fn a_url_that_is_not_the_public_one_is_said_to_be_so() {
    let of = |url: &str| signature(TOKEN, url, &[]);
    let scheme = signed(form("http://erp.example.net/x", ""), &of("https://erp.example.net/x"));
    assert!(refusal(&scheme).1.contains("public URL"));
    let slash =
        signed(form("https://erp.example.net/x/?a", ""), &of("https://erp.example.net/x?a"));
    assert!(refusal(&slash).1.contains("slash"));
    let path = signed(form("/x", ""), &of("/x"));
    assert!(refusal(&path).1.contains("public"));
    for url in ["", "://", "https://", "https://@", "https://[", "https://[::1", "https://:", "#"] {
        let request = signed(form(url, ""), &of("x"));
        assert_eq!(refusal(&request).0, WebhookErrorKind::Signature, "{url}");
    }
}

#[test]
fn json_that_was_written_anew_is_told_from_json_that_was_changed() {
    let sent = "{\"a\": [1, 2], \"b\": \"x: y, z \\\" {\"}";
    let good = sign(typed(Request::post(URL, sent), "application/json"));
    for rewritten in [
        "{\"a\":[1,2],\"b\":\"x: y, z \\\" {\"}",
        "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": \"x: y, z \\\" {\"\n}",
    ] {
        let mut request = good.clone();
        request.body = rewritten.into();
        assert!(refusal(&request).1.contains("raw bytes"), "{rewritten}");
    }
    let mut changed = good;
    changed.body = sent.replace('1', "3").into();
    assert!(!refusal(&changed).1.contains("raw bytes"));
}

#[test]
fn a_form_that_a_framework_cleaned_is_told_from_one_that_was_changed() {
    let sid = "MessageSid=SM1&From=%2B1&To=%2B2";
    let places =
        "FromCity=&FromState=&FromZip=&FromCountry=US&ToCity=&ToState=&ToZip=&ToCountry=US";
    for (sent, cleaned) in [
        (format!("{sid}&Body="), sid.to_owned()),
        (format!("{sid}&Body=hi+"), format!("{sid}&Body=hi")),
        (format!("{sid}&Body=+hi"), format!("{sid}&Body=hi")),
        (format!("{sid}&Body=x&{places}"), format!("{sid}&Body=x&FromCountry=US&ToCountry=US")),
        (format!("{sid}&Body=&{places}"), format!("{sid}&FromCountry=US&ToCountry=US")),
        ("CallSid=CA1&Digits=&msg=Gather+End".into(), "CallSid=CA1&msg=Gather+End".into()),
    ] {
        let mut request = sign(form(URL, &sent));
        assert!(receiver().verify(&request, now()).is_ok());
        request.body = cleaned.clone().into();
        let (kind, message) = refusal(&request);
        assert_eq!(kind, WebhookErrorKind::Signature);
        assert!(message.contains("re-serialised"), "{cleaned}: {message}");
    }
    let mut changed = sign(form(URL, &format!("{sid}&Body=hi")));
    changed.body = format!("{sid}&Body=ho").into();
    assert!(!refusal(&changed).1.contains("re-serialised"));
}

#[test]
fn no_refusal_quotes_the_request() {
    let request = signed(form("https://erp.example.net/canary", "Body=canary"), "canary");
    let error = receiver().receive(&request, now()).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"));
}
