//! What a signature covers.

use super::*;

#[test]
fn the_published_answers_hold() {
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    let webhook = Webhook::new("12345").unwrap();
    for (body, known) in [
        (
            "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212\
             &Caller=%2B14158675309",
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        (
            "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234",
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
    ] {
        let request = signed(form(url, body), known);
        assert!(webhook.verify(&request, now()).is_ok(), "{body}");
    }
}

#[test]
fn the_url_is_signed_without_user_and_fragment_and_with_or_without_its_port() {
    let pairs = [("A".to_owned(), "1".to_owned())];
    for (presented, signs, good) in [
        ("https://u:p@erp.example.net/x", "https://erp.example.net/x", true),
        ("https://u:p@w@erp.example.net:8443/x", "https://erp.example.net:8443/x", true),
        ("https://erp.example.net/x#rc=2&rp=ct", "https://erp.example.net/x", true),
        ("https://erp.example.net:8443/x", "https://erp.example.net/x", true),
        ("https://erp.example.net/x", "https://erp.example.net:443/x", true),
        ("http://erp.example.net/x", "http://erp.example.net:80/x", true),
        ("http://erp.example.net/x", "http://erp.example.net:443/x", false),
        ("https://erp.example.net/x", "https://erp.example.net:8443/x", false),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x", true),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]:443/x", true),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]/x", true),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x", true),
        ("https://erp.example.net?a=b@c:1", "https://erp.example.net?a=b@c:1", true),
        ("https://erp.example.net", "https://erp.example.net:443", true),
        ("https://erp.example.net/x?b=1&a=2", "https://erp.example.net/x?a=2&b=1", false),
        ("wss://erp.example.net/stream", "wss://erp.example.net/stream/", true),
    ] {
        let request = signed(form(presented, "A=1"), &signature(TOKEN, signs, &pairs));
        assert_eq!(receiver().verify(&request, now()).is_ok(), good, "{presented} {signs}");
    }
}

#[test]
fn names_and_values_are_signed_as_they_were_sent() {
    for body in [
        "Body=&From=%2B1",
        "Body=+hi+%0D%0A&From=%2B1",
        "b=1&B=2&a=3&A=4&Media10=x&Media2=y",
        "Digits=5&Digits=3&Digits=5",
        "Body=%F0%9F%8E%89+%E0%A4%A8%E0%A4%AE%E0%A4%B8%E0%A5%8D%E0%A4%A4%E0%A5%87",
        "Future=%26%3D%2B%25&=empty&lonely",
    ] {
        let good = sign(form(URL, body));
        assert!(receiver().verify(&good, now()).is_ok(), "{body}");
        let mut other = good.clone();
        other.body = format!("{body}&More=").into();
        assert_eq!(refusal(&other).0, WebhookErrorKind::Signature, "{body}");
        let mut other = good.clone();
        other.url.push_str("?more=1");
        assert_eq!(refusal(&other).0, WebhookErrorKind::Signature, "{body}");
    }
}

#[test]
fn a_header_that_is_no_signature_is_refused() {
    let good = sign(form(URL, "A=1"));
    let mut bare = good.clone();
    bare.headers.remove("x-twilio-signature");
    assert!(refusal(&bare).1.contains("missing"));
    let known = good.header("x-twilio-signature").unwrap().to_owned();
    let cut = &known[..27];
    let long = STANDARD.encode([7; 32]);
    let hexed = hex::encode(STANDARD.decode(&known).unwrap());
    for bad in ["", "=", " ", "!!!", cut, &long, &hexed, "AAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
        assert_eq!(refusal(&signed(good.clone(), bad)).0, WebhookErrorKind::Signature, "{bad}");
    }
    let mut bytes = good;
    bytes.headers.insert("x-twilio-signature", HeaderValue::from_bytes(b"\xff\xfe").unwrap());
    assert_eq!(refusal(&bytes).0, WebhookErrorKind::Signature);
}

#[test]
fn either_token_signs_while_one_replaces_the_other() {
    let old = sign_with("old", form(URL, "A=1"));
    let new = sign_with("new", form(URL, "A=1"));
    let webhook = Webhook::new("old").unwrap().or_token("new").unwrap();
    assert!(webhook.verify(&old, now()).is_ok());
    assert!(webhook.verify(&new, now()).is_ok());
    assert!(Webhook::new("old").unwrap().verify(&new, now()).is_err());
    for blank in ["", "  ", "\n"] {
        assert_eq!(Webhook::new(blank).unwrap_err().kind(), WebhookErrorKind::Config);
        let error = Webhook::new("a").unwrap().or_token(blank).unwrap_err();
        assert_eq!(error.kind(), WebhookErrorKind::Config);
    }
    assert!(!format!("{:?}", Webhook::new("s3cr3t-token").unwrap()).contains("s3cr3t"));
}

#[test]
fn a_body_that_is_no_form_is_covered_by_its_digest() {
    let good = sign(typed(Request::post(URL, "{\"a\":1}"), "application/json"));
    assert!(receiver().verify(&good, now()).is_ok());
    let mut changed = good.clone();
    changed.body = "{\"a\":2}".into();
    assert!(refusal(&changed).1.contains("not the one"));

    let digest = hex::encode_upper(Sha256::digest(b"{\"a\":1}"));
    let url = format!("{URL}?bodySHA256={digest}");
    let upper = typed(Request::post(&*url, "{\"a\":1}"), "application/json");
    let upper = signed(upper, &signature(TOKEN, &url, &[]));
    assert_eq!(refusal(&upper).0, WebhookErrorKind::Signature);

    for url in [URL.to_owned(), format!("{URL}?bodySHA256="), format!("{URL}?bodySHA256=00")] {
        let bare = typed(Request::post(&*url, "{\"a\":1}"), "application/json");
        let bare = signed(bare, &signature(TOKEN, &url, &[]));
        assert_eq!(refusal(&bare).0, WebhookErrorKind::Signature, "{url}");
    }
    // As a form the same bytes are names and values, which nobody signed.
    assert_eq!(refusal(&typed(good, FORM)).0, WebhookErrorKind::Signature);
}

#[test]
fn what_is_not_signed_makes_no_event_of_another_sort() {
    // JSON in which a person wrote what would be fields of a form.
    let text = "{\"a\":\"&CallSid=CA1&CallStatus=completed&\"}";
    let good = sign(typed(Request::post(URL, text), "application/json"));
    for kind in ["text/plain", "application/json; charset=utf-8", "multipart/form-data"] {
        let parsed = receiver().receive(&typed(good.clone(), kind), now()).unwrap();
        assert_eq!(parsed.events[0].provider_message_id, None, "{kind}");
    }
    let mut bare = good.clone();
    bare.headers.remove("content-type");
    assert_eq!(receiver().receive(&bare, now()).unwrap().events[0].channel, None);
    for kind in [FORM, "Application/X-WWW-Form-URLEncoded;x"] {
        let form = typed(good.clone(), kind);
        assert_eq!(refusal(&form).0, WebhookErrorKind::Signature, "{kind}");
    }
    // The method is not signed: as a GET the URL alone counts, and it holds no event.
    let mut asked = good;
    asked.method = Method::GET;
    assert!(receiver().receive(&asked, now()).unwrap().events.is_empty());
    // A form's signature is none of the URL alone.
    let mut asked = sign(form(URL, "CallSid=CA1&CallStatus=completed"));
    asked.method = Method::GET;
    assert_eq!(refusal(&asked).0, WebhookErrorKind::Signature);
}

#[test]
fn a_form_of_endless_fields_is_refused_before_they_are_sorted() {
    let many = |count: usize| sign(form(URL, &format!("MessageSid=SM1{}", "&a".repeat(count))));
    assert!(receiver().verify(&many(900), now()).is_ok());
    let (kind, message) = refusal(&many(2_000_000));
    assert_eq!(kind, WebhookErrorKind::Signature);
    assert!(message.contains("fields"), "{message}");
}

#[test]
fn of_two_signatures_the_first_counts() {
    let good = sign(form(URL, "A=1"));
    let bad = HeaderValue::from_static("AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let mut second = good;
    second.headers.append("X-Twilio-Signature", bad.clone());
    assert!(receiver().verify(&second, now()).is_ok());
    let known = second.headers["x-twilio-signature"].clone();
    second.headers.insert("x-twilio-signature", bad);
    second.headers.append("x-twilio-signature", known);
    assert_eq!(refusal(&second).0, WebhookErrorKind::Signature);
}
