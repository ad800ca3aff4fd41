//! The keys that SNS signs with.

use super::*;

#[test]
fn an_unknown_certificate_is_asked_for_and_then_the_same_request_holds() {
    let known = Certificates::new();
    let webhook = Webhook::new([TOPIC]).unwrap().certificates(known.clone());
    let request = post(envelope(&delivery()).signed());
    let error = webhook.receive(&request, now()).unwrap_err();
    assert_eq!(error.kind(), WebhookErrorKind::Key);
    assert_eq!(error.key_url(), Some(KEY_URL));
    assert_eq!(error.reply().status, 503);
    assert!(!error.to_string().contains("amazonaws"));
    known.insert(KEY_URL, &pem("sns"), now()).unwrap();
    assert_eq!(webhook.receive(&request, now()).unwrap().events.len(), 1);
    // A key that has run out is asked for anew.
    let later = "2046-01-01T00:00:00Z".parse().unwrap();
    let late = envelope(&delivery()).with("Timestamp", "2046-01-01T00:00:00Z").signed();
    assert_eq!(webhook.receive(&post(late), later).unwrap_err().kind(), WebhookErrorKind::Key);
}

#[test]
fn another_key_at_the_same_place_does_not_hold() {
    let others = Certificates::new();
    others.insert(KEY_URL, &pem("another-key"), now()).unwrap();
    let webhook = Webhook::new([TOPIC]).unwrap().certificates(others);
    let error = webhook.receive(&post(envelope(&delivery()).signed()), now()).unwrap_err();
    assert_eq!(error.kind(), WebhookErrorKind::Signature);
}

#[test]
fn a_certificate_from_elsewhere_is_refused_and_not_asked_for() {
    for url in [
        "",
        "https://attacker.example/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem",
        "https://sns.s3-us-west-2.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem",
        &KEY_URL.replace("https", "http"),
        &KEY_URL.replace(".com/", ".com:443/"),
        &format!("{KEY_URL}?x"),
    ] {
        let text = refused(envelope(&delivery()).with("SigningCertURL", url).signed());
        assert!(text.contains("URL"), "{text}");
    }
    let lambda = envelope(&delivery()).without("SigningCertURL").with("SigningCertUrl", KEY_URL);
    assert!(receive(lambda.signed()).is_ok());
    refused(envelope(&delivery()).with("SigningCertUrl", KEY_URL).signed());
}

#[tokio::test]
async fn a_certificate_is_fetched_once_and_shared_by_clones() {
    let certificates = Certificates::new();
    let webhook = Webhook::new([TOPIC]).unwrap().certificates(certificates.clone());
    let transport = MockTransport::new().then(200, pem("sns"));
    certificates.fetch(&transport, KEY_URL, now()).await.unwrap();
    assert_eq!(transport.requests()[0].uri(), KEY_URL);
    assert_eq!(transport.requests()[0].method(), "GET");
    assert!(webhook.receive(&post(envelope(&delivery()).signed()), now()).is_ok());
}

#[tokio::test]
async fn what_is_no_certificate_of_sns_is_not_kept() {
    let certificates = Certificates::new();
    let transport = MockTransport::answering(200, pem("sns"));
    for url in [
        "",
        "http://x",
        "https://attacker.example/x.pem",
        &format!("{KEY_URL}#"),
        &KEY_URL.replace("sns.", ""),
    ] {
        let error = certificates.fetch(&transport, url, now()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }
    assert!(transport.requests().is_empty());
    for status in [204, 301, 302, 403, 404, 500, 503] {
        let transport = MockTransport::answering(status, pem("sns"));
        assert!(certificates.fetch(&transport, KEY_URL, now()).await.is_err(), "{status}");
    }
    let mut long = pem("sns");
    long.extend(vec![b'\n'; 16 * 1024]);
    let mut cut = http::Response::new(pem("sns").into());
    cut.extensions_mut().insert(Truncated::mark());
    let transport = MockTransport::new().then(200, long).then_response(cut);
    for _ in 0..2 {
        let error = certificates.fetch(&transport, KEY_URL, now()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Response);
    }
    let kind =
        receiver().certificates(certificates).receive(&post(envelope(&delivery()).signed()), now());
    assert_eq!(kind.unwrap_err().kind(), WebhookErrorKind::Key);
}

#[test]
fn a_certificate_says_for_whom_and_until_when_and_is_strong() {
    let insert = |pem: &[u8]| {
        Certificates::new().insert(KEY_URL, pem, now()).map_err(|error| {
            assert_eq!(error.kind(), ErrorKind::Response);
            error.to_string()
        })
    };
    for name in ["sns", "common-name-alone", "region"] {
        insert(&pem(name)).unwrap();
    }
    for (name, word) in [
        ("another-name", "name"),
        ("expired", "valid"),
        ("not-yet", "valid"),
        ("rsa-1024", "RSA"),
        ("ec", "RSA"),
    ] {
        let error = insert(&pem(name)).unwrap_err();
        assert!(error.contains(word) && !error.contains("eu-west"), "{error}");
    }
    let good = pem("sns");
    for end in 0..good.len() - 30 {
        assert!(insert(&good[..end]).is_err());
    }
    insert(&[&good[..], &pem("ec")].concat()).unwrap();
    for bad in [
        &b""[..],
        b"-----END CERTIFICATE-----",
        b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
        &[0; 100],
    ] {
        assert!(insert(bad).is_err());
    }
    let key = fs::read(fixture("ses/keys/test-only.key")).unwrap();
    assert!(insert(&key).is_err());
}

#[test]
fn the_sovereign_cloud_is_taken_when_asked_for() {
    let url = KEY_URL.replace("eu-west-1.amazonaws.com", "eusc-de-east-1.amazonaws.eu");
    assert!(Certificates::new().insert(&url, &pem("sns"), now()).is_err());
    let wide = Certificates::new().host_suffix("amazonaws.eu").unwrap();
    wide.insert(&url, &pem("sns"), now()).unwrap();
    assert_eq!(Certificates::new().host_suffix("eu").unwrap_err().kind(), WebhookErrorKind::Config);
    let other = "https://sns.eu-west-1.amazonaws.com/another.pem";
    assert!(Certificates::new().insert(other, &pem("sns"), now()).is_err());
    Certificates::new().any_path().insert(other, &pem("sns"), now()).unwrap();
}
