use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::{Duration, SystemTime},
};

use dakiya::{
    Channel as _, EmailAddress, ErrorKind, Fate, Provider as _, Timestamp,
    ses::{
        self, Credentials, ProvideCredentials, Ses,
        manage::{SuppressionQuery, SuppressionReason},
    },
    testing::MockTransport,
};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::{ACCEPTED, KEY, SECRET, account, clock, envelope, mail};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../fixtures/ses/sigv4.json")).unwrap()
}

fn vector(id: &str) -> Value {
    let all = vectors();
    all["vectors"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap().clone()
}

fn at(region: &str, credentials: Credentials, mock: &MockTransport) -> Ses {
    let account =
        Ses::builder(region, credentials).transport(crate::support::specs::checked(mock.shared()));
    account.clock(clock().shared()).build().unwrap()
}

fn authorization(mock: &MockTransport) -> String {
    mock.requests().last().unwrap().headers()["authorization"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_path_with_plus_and_at_is_signed_as_it_is_sent() {
    let mock = MockTransport::answering(404, "{}");
    let account = at("us-east-1", ses::keys(KEY, SECRET), &mock);
    drop(account.suppressions().get(&EmailAddress::parse("a+b@example.com").unwrap()).await);
    let vector = vector("get-suppressed-destination-plus-at");
    assert_eq!(mock.requests()[0].uri().to_string(), vector["url"]);
    assert_eq!(authorization(&mock), vector["authorization"]);
    assert_eq!(mock.requests()[0].headers()["x-amz-date"], "20260314T150926Z");
}

#[tokio::test]
async fn a_repeated_query_is_signed_in_order() {
    let mock = MockTransport::answering(200, "{}");
    let account = at("eu-west-1", ses::keys(KEY, SECRET), &mock);
    let query = SuppressionQuery::new()
        .reason(SuppressionReason::Complaint)
        .reason(SuppressionReason::Bounce)
        .limit(10);
    account.suppressions().list(&query).await.unwrap();
    let vector = vector("list-suppressed-repeated-query");
    assert_eq!(mock.requests()[0].uri().to_string(), vector["url"]);
    assert_eq!(authorization(&mock), vector["authorization"]);
}

#[tokio::test]
async fn a_session_token_is_sent_and_signed() {
    let vector = vector("get-account-session-token");
    let token = vector["session_token"].as_str().unwrap();
    let mock = MockTransport::answering(200, "{}");
    let account = at("ap-south-1", ses::session_keys(KEY, SECRET, token), &mock);
    account.check().await.unwrap();
    let requests = mock.requests();
    assert_eq!(requests[0].headers()["x-amz-security-token"], token);
    assert!(requests[0].headers()["x-amz-security-token"].is_sensitive());
    assert!(requests[0].headers()["authorization"].is_sensitive());
    assert_eq!(authorization(&mock), vector["authorization"]);
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// The signature by the words of the documentation, without the signer.
fn signature(canonical: &str, date: &str, region: &str) -> String {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    use sha2::{Digest as _, Sha256};

    let mac = |key: &[u8], text: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().to_vec()
    };
    let day = &date[..8];
    let hash = hex(&Sha256::digest(canonical));
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{day}/{region}/ses/aws4_request\n{hash}");
    let key = format!("AWS4{SECRET}").into_bytes();
    let key = [day, region, "ses", "aws4_request"].iter().fold(key, |key, part| mac(&key, part));
    hex(&mac(&key, &to_sign))
}

#[tokio::test]
async fn the_body_that_is_signed_is_the_one_that_is_sent() {
    use sha2::{Digest as _, Sha256};

    let vector = vector("send-email");
    let expected = vector["authorization"].as_str().unwrap();
    let canonical = vector["canonical_request"].as_str().unwrap();
    assert!(expected.ends_with(&signature(canonical, "20260314T150926Z", "us-east-1")));

    let mock = MockTransport::answering(200, ACCEPTED);
    account(&mock).build().unwrap().send(&envelope(mail("rana@example.net"))).await.unwrap();
    let (head, _) = canonical.rsplit_once('\n').unwrap();
    let hash = Sha256::digest(mock.requests()[0].body());
    let hash = hex(&hash);
    let ours = signature(&format!("{head}\n{hash}"), "20260314T150926Z", "us-east-1");
    assert!(authorization(&mock).ends_with(&ours));
}

#[tokio::test]
async fn a_send_signs_type_host_and_date() {
    let mock = MockTransport::answering(200, ACCEPTED);
    account(&mock).build().unwrap().send(&envelope(mail("rana@example.net"))).await.unwrap();
    let authorization = authorization(&mock);
    let start = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260314/us-east-1/ses/aws4_request, \
                 SignedHeaders=content-type;host;x-amz-date, Signature=";
    assert!(authorization.starts_with(start), "{authorization}");
    assert!(!format!("{:?}", mock.requests()[0].headers()).contains("Signature="));
}

#[test]
fn the_smtp_password_is_the_one_of_the_vectors() {
    let all = vectors();
    for one in all["smtp_password"].as_array().unwrap() {
        let text = |name: &str| one[name].as_str().unwrap();
        let password = ses::smtp_password(text("secret"), text("region"));
        assert_eq!(password.expose_secret(), text("smtp_password"));
    }
}

/// Gives out `key 0`, `key 1` …, each for an hour.
#[derive(Clone, Debug, Default)]
struct Rotating(Arc<AtomicUsize>);

impl ProvideCredentials for Rotating {
    fn provide_credentials<'a>(
        &'a self,
    ) -> aws_credential_types::provider::future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let n = self.0.fetch_add(1, Ordering::SeqCst);
        let start: Timestamp = "2026-03-14T15:09:26Z".parse().unwrap();
        let end = SystemTime::from(start) + Duration::from_hours(1) * u32::try_from(n + 1).unwrap();
        let token = Some(format!("token{n}"));
        let one = Credentials::new(format!("KEY{n}"), SECRET, token, Some(end), "test");
        aws_credential_types::provider::future::ProvideCredentials::ready(Ok(one))
    }
}

#[tokio::test]
async fn credentials_are_kept_until_shortly_before_they_expire() {
    let (mock, clock, source) = (MockTransport::answering(200, "{}"), clock(), Rotating::default());
    let account = Ses::builder("us-east-1", source.clone())
        .transport(crate::support::specs::checked(mock.shared()));
    let account = account.clock(clock.shared()).build().unwrap();
    let asked = || source.0.load(Ordering::SeqCst);
    for _ in 0..3 {
        account.check().await.unwrap();
    }
    assert_eq!(asked(), 1);
    clock.advance(Duration::from_mins(58));
    account.check().await.unwrap();
    assert_eq!(asked(), 1);
    clock.advance(Duration::from_secs(61));
    account.check().await.unwrap();
    assert_eq!(asked(), 2);
    assert!(authorization(&mock).contains("Credential=KEY1/"));
}

#[tokio::test]
async fn expired_credentials_are_replaced_and_the_mail_goes_out_once_more() {
    let expired = r#"{"__type":"ExpiredTokenException","message":"The security token expired"}"#;
    let mock = MockTransport::answering(200, ACCEPTED).then(403, expired);
    let account = Ses::builder("us-east-1", Rotating::default())
        .transport(crate::support::specs::checked(mock.shared()));
    let account = account.clock(clock().shared()).build().unwrap();
    let mail = mail("a@example.net").from(super::address("b@example.org"));
    account.send(&envelope(mail)).await.unwrap();
    assert_eq!(mock.requests().len(), 2);
    assert!(authorization(&mock).contains("Credential=KEY1/"));
}

#[tokio::test]
async fn expired_credentials_that_stay_the_same_are_an_error_of_one_request() {
    let expired = r#"{"__type":"ExpiredTokenException","message":"The security token expired"}"#;
    let mock = MockTransport::answering(403, expired);
    let error = account(&mock).build().unwrap().check().await.unwrap_err();
    assert_eq!((error.kind(), mock.requests().len()), (ErrorKind::Unauthorized, 1));
    assert!(error.to_string().contains("expired"), "{error}");
}

#[derive(Debug)]
struct Silent;

impl ProvideCredentials for Silent {
    fn provide_credentials<'a>(
        &'a self,
    ) -> aws_credential_types::provider::future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        aws_credential_types::provider::future::ProvideCredentials::new(std::future::pending())
    }
}

#[tokio::test]
async fn credentials_that_never_come_end_at_the_deadline_unsent() {
    let (mock, clock) = (MockTransport::answering(200, ACCEPTED), clock());
    let account =
        Ses::builder("us-east-1", Silent).transport(crate::support::specs::checked(mock.shared()));
    let account = account.clock(clock.shared()).build().unwrap();
    let mut envelope = envelope(mail("a@example.net").from(super::address("b@example.org")));
    envelope.delivery.deadline = Some("2026-03-14T15:09:36Z".parse().unwrap());
    let error = clock.drive(account.send(&envelope)).await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Timeout, Fate::NotSent));
    assert_eq!(mock.requests().len(), 0);
}

#[derive(Debug)]
struct Missing;

impl ProvideCredentials for Missing {
    fn provide_credentials<'a>(
        &'a self,
    ) -> aws_credential_types::provider::future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        use aws_credential_types::provider::error::CredentialsError;
        let error = CredentialsError::not_loaded("canary-path /home/x/.aws");
        aws_credential_types::provider::future::ProvideCredentials::ready(Err(error))
    }
}

#[tokio::test]
async fn missing_credentials_are_named_without_what_the_provider_says() {
    let mock = MockTransport::answering(200, "{}");
    let account =
        Ses::builder("us-east-1", Missing).transport(crate::support::specs::checked(mock.shared()));
    let error = account.clock(clock().shared()).build().unwrap().check().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    assert_eq!(mock.requests().len(), 0);
}

#[tokio::test]
async fn keys_that_are_no_header_or_empty_are_refused_unsent() {
    for keys in [
        ses::keys("", SECRET),
        ses::keys(KEY, ""),
        ses::keys("AK\nID", SECRET),
        ses::session_keys(KEY, SECRET, "to\nken"),
    ] {
        let mock = MockTransport::answering(200, "{}");
        let error = at("us-east-1", keys, &mock).check().await.unwrap_err();
        assert_eq!((error.kind(), mock.requests().len()), (ErrorKind::Config, 0));
    }
}

#[test]
fn the_settings_are_checked_at_once_and_hide_the_secret() {
    let mock = MockTransport::new();
    let error = Ses::builder("Mumbai", ses::keys(KEY, SECRET))
        .identity_arn("erp.example.org")
        .configuration_set(" ")
        .in_flight(0)
        .endpoint("http://mail.example.com")
        .transport(crate::support::specs::checked(mock.shared()))
        .build()
        .unwrap_err();
    let fields: Vec<_> = error.faults().iter().map(|fault| &*fault.field).collect();
    assert_eq!(fields, ["region", "configuration_set", "identity_arn", "in_flight", "endpoint"]);
    let china = Ses::builder("cn-north-1", ses::keys(KEY, SECRET)).build().unwrap_err();
    assert!(china.to_string().contains("China"), "{china}");
    let account = account(&mock).build().unwrap();
    let shown = format!("{account:?} {:?}", super::account(&mock));
    assert!(!shown.contains("wJalr") && !shown.contains("billing@"), "{shown}");
}

/// Gives out keys of an hour once, and fails from then on.
#[derive(Debug, Default)]
struct Once(AtomicUsize);

impl ProvideCredentials for Once {
    fn provide_credentials<'a>(
        &'a self,
    ) -> aws_credential_types::provider::future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        use aws_credential_types::provider::{error::CredentialsError, future};
        if self.0.fetch_add(1, Ordering::SeqCst) > 0 {
            let error = CredentialsError::provider_error("canary");
            return future::ProvideCredentials::ready(Err(error));
        }
        let start: Timestamp = "2026-03-14T15:09:26Z".parse().unwrap();
        let end = SystemTime::from(start) + Duration::from_hours(1);
        let one = Credentials::new("KEY", SECRET, Some("token".into()), Some(end), "test");
        future::ProvideCredentials::ready(Ok(one))
    }
}

#[tokio::test]
async fn credentials_that_cannot_be_renewed_serve_until_they_expire() {
    let (mock, clock) = (MockTransport::answering(200, "{}"), clock());
    let account = Ses::builder("us-east-1", Once::default())
        .transport(crate::support::specs::checked(mock.shared()));
    let account = account.clock(clock.shared()).build().unwrap();
    account.check().await.unwrap();
    clock.advance(Duration::from_secs(3_570));
    account.check().await.unwrap();
    clock.advance(Duration::from_secs(30));
    let error = account.check().await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Unavailable, Fate::NotSent));
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    assert_eq!(mock.requests().len(), 2);
}

/// Gives out `KEY` after a second, and counts how often it is asked.
#[derive(Clone, Debug)]
struct Slow(dakiya::testing::ManualClock, Arc<AtomicUsize>);

impl ProvideCredentials for Slow {
    fn provide_credentials<'a>(
        &'a self,
    ) -> aws_credential_types::provider::future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let clock = self.0.shared();
        self.1.fetch_add(1, Ordering::SeqCst);
        aws_credential_types::provider::future::ProvideCredentials::new(async move {
            clock.sleep(Duration::from_secs(1)).await;
            Ok(Credentials::new("KEY", SECRET, None, None, "test"))
        })
    }
}

#[tokio::test]
async fn calls_at_the_same_time_load_the_credentials_once() {
    let (mock, clock) = (MockTransport::answering(200, "{}"), clock());
    let source = Slow(clock.clone(), Arc::default());
    let account = Ses::builder("us-east-1", source.clone())
        .transport(crate::support::specs::checked(mock.shared()));
    let account = account.clock(clock.shared()).build().unwrap();
    let copy = account.clone();
    let all = async {
        // The first goes away while it loads; the others are not left waiting for it.
        let mut gone = account.check();
        let polled = std::future::poll_fn(|cx| Poll::Ready(gone.as_mut().poll(cx)));
        assert!(polled.await.is_pending());
        drop(gone);
        tokio::join!(account.check(), copy.check(), account.details())
    };
    let (a, b, c) = clock.drive(all).await;
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!((source.1.load(Ordering::SeqCst), mock.requests().len()), (2, 3));
}

/// A path, a query and what AWS makes of them: steps encoded once more, pairs sorted.
#[tokio::test]
async fn whatever_a_name_holds_is_signed_as_it_is_sent() {
    let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let head = "host:email.us-east-1.amazonaws.com\nx-amz-date:20260314T150926Z\n\nhost;x-amz-date";
    let twice = |uri: &http::Uri| uri.path().replace('%', "%25");
    let query = |uri: &http::Uri| {
        let mut pairs: Vec<_> = uri.query().unwrap_or_default().split('&').collect();
        pairs.sort_unstable();
        pairs.join("&")
    };
    let mock = MockTransport::answering(404, "{}");
    let account = at("us-east-1", ses::keys(KEY, SECRET), &mock);
    for name in ["a+b c", "ü/नमस्ते", "%2F", "a//b", "a'(b)*!~", "...", "?#&=", "a\\b", "x:1;y,$@"]
    {
        drop(account.templates().get(name).await);
    }
    for local in ["a+b", "a/b", "o'neil", "a%b", "a&b=c", "~a!#$*?^`{|}"] {
        let address = EmailAddress::parse(format!("{local}@bücher.example")).unwrap();
        drop(account.suppressions().tenant("t +/ü&=").get(&address).await);
    }
    let next = "a+/b==&c d~ü%";
    drop(account.suppressions().list(&SuppressionQuery::new().limit(1).page(next)).await);
    let requests = mock.requests();
    assert_eq!(requests.len(), 16);
    for request in &requests {
        let uri = request.uri();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~%/&=".contains(c);
        let shown = uri.path_and_query().unwrap().as_str().replacen('?', "", 1);
        assert!(shown.chars().all(plain), "{uri}");
        // What reqwest sends is what was signed.
        assert_eq!(url::Url::parse(&uri.to_string()).unwrap().as_str(), uri.to_string());
        let canonical = format!("GET\n{}\n{}\n{head}\n{hash}", twice(uri), query(uri));
        let ours = signature(&canonical, "20260314T150926Z", "us-east-1");
        let theirs = request.headers()["authorization"].to_str().unwrap();
        assert!(theirs.ends_with(&ours), "{uri}");
    }
}
