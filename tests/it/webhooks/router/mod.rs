//! The router: which receiver gets what, byte for byte, and what happens around it.

mod hosts;
mod keys;

use std::{
    io,
    net::IpAddr,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use dakiya::{
    Error, ErrorKind, Event, EventKind, Messenger, Result, Timestamp,
    testing::ManualClock,
    webhook::{
        Answer, Enforcement, Guard, Parsed, Proof, Receiver, Replay, ReplayGuard, ReplayToken,
        Request, Router, RouterBuilder, Verified, WebhookError, WebhookErrorKind,
    },
};
use futures_util::{FutureExt as _, future::join_all};
use http::Method;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;

use super::{NOW, now};

const SECRET: &str = "8e0f9c1d2b7a4465";

fn clock() -> ManualClock {
    ManualClock::at(now())
}

fn builder() -> RouterBuilder {
    Router::builder(clock().shared()).public_url("https://erp.example.net")
}

/// Answers with what it saw: its own name, the URL, and the size of the body.
#[derive(Clone)]
struct Echo(&'static str, Guard);

impl Receiver for Echo {
    fn verify<'a>(&self, request: &'a Request, _: Timestamp) -> Verification<'a> {
        self.1.verify(request)
    }

    fn parse(&self, verified: Verified<'_>) -> std::result::Result<Parsed, WebhookError> {
        let request = verified.request();
        let mut event = Event::new(EventKind::Other, self.0, verified.proof());
        event.url = Some(request.url.clone());
        event.word = Some(request.method.to_string());
        event.sender = request.peer.map(|peer| peer.to_string());
        event.text = Some(request.body.len().to_string());
        event.dedup_key = dakiya::webhook::dedup_key(&[&request.url]);
        Ok(Parsed::one(event))
    }
}

type Verification<'a> = std::result::Result<Verified<'a>, WebhookError>;

fn echo(name: &'static str) -> Echo {
    Echo(name, Guard::unverified())
}

fn text(field: Option<&str>) -> &str {
    field.unwrap_or_default()
}

fn post(target: &str, body: impl Into<Bytes>) -> http::Request<Full<Bytes>> {
    http::Request::post(target).body(Full::new(body.into())).unwrap()
}

fn refusal(answer: &Answer) -> Option<WebhookErrorKind> {
    assert!(answer.refused.is_none() || answer.events.is_empty());
    answer.refused.as_ref().map(WebhookError::kind)
}

#[tokio::test]
async fn the_longest_path_wins_segment_by_segment() {
    let router = builder()
        .route("/hooks", echo("hooks"))
        .route("/hooks/netcore/sms", echo("sms"))
        .route("/hooks/netcore", echo("netcore"))
        .route("/twilio", echo("twilio"))
        .build()
        .unwrap();
    for (target, wanted) in [
        ("/hooks", Some("hooks")),
        ("/hooks/", Some("hooks")),
        ("/hooks?x=/hooks/netcore", Some("hooks")),
        ("/hooks/other", Some("hooks")),
        ("/hooks/netcore2", Some("hooks")),
        ("/hooks/netcore", Some("netcore")),
        ("/hooks/netcore/8e0f9c1d2b7a4465", Some("netcore")),
        ("/hooks/netcore/smsx", Some("netcore")),
        ("/hooks/netcore/sms", Some("sms")),
        ("/hooks/netcore/sms/8e0f9c1d2b7a4465?a=b", Some("sms")),
        // Nothing is decoded, folded or made shorter.
        ("/hooks/netcore%2Fsms", Some("hooks")),
        ("/hooks//netcore", Some("hooks")),
        ("/hooks/./netcore", Some("hooks")),
        ("/hooks/x/../netcore", Some("hooks")),
        ("/hooks/Netcore", Some("hooks")),
        ("/%68ooks", None),
        ("//hooks", None),
        ("/hook", None),
        ("/hookss", None),
        ("/HOOKS", None),
        ("/", None),
        ("/?x=/hooks", None),
        ("/twilio/", Some("twilio")),
        ("/x/twilio", None),
    ] {
        let read = router.receive_http(post(target, "")).await;
        let given = router.receive(Request::post(target, "")).await;
        for answer in [read, given] {
            let name = answer.events.first().map(|event| &*event.provider);
            assert_eq!(name, wanted, "{target}");
            if wanted.is_some() {
                assert!(answer.route.is_some_and(|path| target.starts_with(&*path)));
            } else {
                assert_eq!(refusal(&answer), Some(WebhookErrorKind::Route), "{target}");
                assert_eq!((answer.reply.status, answer.route), (404, None), "{target}");
            }
        }
    }
}

#[tokio::test]
async fn the_url_is_the_public_one_and_the_target_byte_for_byte() {
    let targets = [
        "/hooks/a",
        "/hooks/a/",
        "/hooks/a?",
        "/hooks/a?b=c&b=d&a=",
        "/hooks/a?q=%20+%2B%2b%C3%A9%2F",
        "/hooks/a?next=https://x.example/y?z",
        "/hooks/a?bodySHA256=AbC=&x[]=1;2'()*!~",
        "/hooks/a%2Fb%252Fc%7e~",
        "/hooks/a//b/../c/./d;v=1",
        "/hooks/a?x=\"{}|^`",
        "/hooks/a?हिन्दी",
    ];
    for (public, prefix) in [
        ("https://erp.example.net", "https://erp.example.net"),
        ("https://erp.example.net/", "https://erp.example.net"),
        ("https://ERP.example.net:443/api%20x", "https://ERP.example.net:443/api%20x"),
        ("http://127.0.0.1:8080/api/", "http://127.0.0.1:8080/api"),
    ] {
        let router = builder().public_url(public).route("/hooks", echo("a")).build().unwrap();
        for target in targets {
            let wanted = format!("{prefix}{target}");
            let mut given = vec![
                router.receive(Request::post(target, "")).await,
                router.receive(Request::post(&wanted, "")).await,
            ];
            // What no client sends, the `http` crate does not take either.
            if let Ok(uri) = target.parse::<http::Uri>() {
                let mut request = post("/", "");
                *request.uri_mut() = uri;
                for name in ["host", "x-forwarded-host", "x-forwarded-proto", "forwarded"] {
                    request.headers_mut().insert(name, "host=evil.example".parse().unwrap());
                }
                given.push(router.receive_http(request).await);
            }
            for answer in given {
                assert_eq!(text(answer.events[0].url.as_deref()), wanted);
            }
        }
    }
}

#[tokio::test]
async fn a_url_elsewhere_has_no_route() {
    let router = builder().public_url("https://erp.example.net/api").route("/hooks", echo("a"));
    let router = router.build().unwrap();
    for url in [
        "",
        "hooks",
        "*",
        "https://erp.example.net/hooks",
        "https://erp.example.net/apix/hooks",
        "https://erp.example.net.evil.example/api/hooks",
        "https://erp.example.net/api",
        "https://erp.example.net/api?/hooks",
        "http://erp.example.net/api/hooks",
        "HTTPS://erp.example.net/api/hooks",
    ] {
        let answer = router.receive(Request::post(url, "")).await;
        assert_eq!(refusal(&answer), Some(WebhookErrorKind::Route), "{url}");
    }
    // A proxy's form of the target: the host in it is not asked for.
    let answer = router.receive_http(post("http://evil.example/hooks/1", "")).await;
    assert_eq!(text(answer.events[0].url.as_deref()), "https://erp.example.net/api/hooks/1");
    for uri in ["*", "erp.example.net:443"] {
        let mut request = post("/", "");
        *request.uri_mut() = uri.parse().unwrap();
        let answer = router.receive_http(request).await;
        assert_eq!(refusal(&answer), Some(WebhookErrorKind::Route), "{uri}");
    }
}

#[tokio::test]
async fn get_head_and_post_come_as_they_are_and_nothing_else_does() {
    let router = builder().route("/hooks", echo("a")).build().unwrap();
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "post"] {
        let known = ["GET", "HEAD", "POST"].contains(&method);
        let request = http::Request::builder().method(method).uri("/hooks");
        let answer = router.receive_http(request.body(Full::<Bytes>::default()).unwrap()).await;
        if known {
            assert_eq!(text(answer.events[0].word.as_deref()), method);
            assert_eq!(answer.into_http().status(), 200);
        } else {
            assert_eq!(refusal(&answer), Some(WebhookErrorKind::Method), "{method}");
            let response = answer.into_http();
            assert_eq!(response.status(), 405);
            assert_eq!(response.headers()["allow"], "GET, HEAD, POST");
        }
    }
}

/// A body of frames that counts how many of them were read.
struct Frames {
    left: Vec<io::Result<Bytes>>,
    read: Arc<AtomicUsize>,
    endless: bool,
    announced: u64,
}

impl Frames {
    fn new(
        frames: impl IntoIterator<Item = io::Result<&'static [u8]>>,
    ) -> (Self, Arc<AtomicUsize>) {
        let mut frames: Vec<_> =
            frames.into_iter().map(|frame| frame.map(Bytes::from_static)).collect();
        frames.reverse();
        let read = Arc::new(AtomicUsize::new(0));
        (Self { left: frames, read: Arc::clone(&read), endless: false, announced: 0 }, read)
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.left.pop() {
            Some(frame) => {
                self.read.fetch_add(1, Ordering::Relaxed);
                Poll::Ready(Some(frame.map(Frame::data)))
            }
            None if self.endless => Poll::Pending,
            None => Poll::Ready(None),
        }
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.announced);
        hint
    }
}

fn with(body: Frames) -> http::Request<Frames> {
    http::Request::post("/hooks").body(body).unwrap()
}

#[tokio::test]
async fn a_body_is_read_to_the_limit_and_not_one_byte_beyond() {
    let router = builder().route("/hooks", echo("a")).body_limit(1000).build().unwrap();
    assert_eq!(router.body_limit(), 1000);
    for (length, status) in [(0, 200), (999, 200), (1000, 200), (1001, 413), (100_000, 413)] {
        let body = vec![b'x'; length];
        let given = router.receive(Request::post("/hooks", body.clone())).await;
        for answer in [router.receive_http(post("/hooks", body)).await, given] {
            assert_eq!(answer.reply.status, status, "{length}");
            assert_eq!(answer.route.as_deref(), Some("/hooks"));
            match status {
                200 => assert_eq!(text(answer.events[0].text.as_deref()), length.to_string()),
                _ => assert_eq!(refusal(&answer), Some(WebhookErrorKind::TooLarge)),
            }
        }
    }
    // In pieces of which nobody said how many there are.
    let piece: &'static [u8] = &[b'x'; 100];
    let (body, read) = Frames::new((0..10).map(|_| Ok(piece)));
    let answer = router.receive_http(with(body)).await;
    assert_eq!(
        (text(answer.events[0].text.as_deref()), read.load(Ordering::Relaxed)),
        ("1000", 10)
    );
    let (body, read) = Frames::new((0..5000).map(|_| Ok(piece)));
    let answer = router.receive_http(with(body)).await;
    assert_eq!(refusal(&answer), Some(WebhookErrorKind::TooLarge));
    assert_eq!(read.load(Ordering::Relaxed), 11, "one piece shows that it is too long");
}

#[tokio::test]
async fn a_body_that_is_announced_too_long_or_that_nobody_wants_is_not_read() {
    let router = builder().route("/hooks", echo("a")).body_limit(1000).build().unwrap();
    let (mut body, read) = Frames::new([Ok(&b"x"[..])]);
    body.announced = 1001;
    let answer = router.receive_http(with(body)).await;
    assert_eq!(refusal(&answer), Some(WebhookErrorKind::TooLarge));
    assert_eq!(read.load(Ordering::Relaxed), 0);
    let (body, read) = Frames::new([Ok(&b"x"[..])]);
    let answer = router.receive_http(http::Request::post("/x").body(body).unwrap()).await;
    assert_eq!(refusal(&answer), Some(WebhookErrorKind::Route));
    assert_eq!(read.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_body_that_breaks_off_or_never_ends_is_refused() {
    let clock = clock();
    let router = Router::builder(clock.shared())
        .public_url("https://erp.example.net")
        .route("/hooks", echo("a"))
        .read_timeout(Duration::from_secs(5))
        .build()
        .unwrap();
    let broken = io::Error::new(io::ErrorKind::ConnectionReset, "secret words of the caller");
    let (body, _) = Frames::new([Ok(&b"[{}"[..]), Err(broken)]);
    let answer = router.receive_http(with(body)).await;
    assert_eq!(refusal(&answer), Some(WebhookErrorKind::Payload));
    assert_eq!(answer.reply.status, 400);
    assert!(!format!("{answer:?}").contains("secret words"));

    let (mut body, _) = Frames::new([Ok(&b"[{}"[..])]);
    body.endless = true;
    let answer = clock.drive(router.receive_http(with(body))).await;
    assert_eq!(refusal(&answer), Some(WebhookErrorKind::Payload));
    assert_eq!(dakiya::time::Clock::now(&clock).duration_since(now()).as_secs(), 5);
}

#[tokio::test]
async fn who_connected_reaches_the_address_list() {
    let guard = Guard::addresses(["202.162.224.0/19"]).unwrap();
    let router = builder().route("/hooks", Echo("a", guard)).build().unwrap();
    let peer: IpAddr = "202.162.230.9".parse().unwrap();
    let answer = router.receive_http_from(post("/hooks", ""), peer).await;
    assert_eq!(text(answer.events[0].sender.as_deref()), "202.162.230.9");
    assert_eq!(answer.events[0].proof, Proof::Shared);
    let elsewhere: IpAddr = "10.0.0.1".parse().unwrap();
    for answer in [
        router.receive_http_from(post("/hooks", ""), elsewhere).await,
        router.receive_http(post("/hooks", "")).await,
    ] {
        assert_eq!(refusal(&answer), Some(WebhookErrorKind::Signature));
        assert_eq!(answer.reply.status, 401);
    }
}

/// Its body is `token:digest`; a signature over the token is the secret path.
#[derive(Clone)]
struct OneTime(Guard);

impl Receiver for OneTime {
    fn verify<'a>(&self, request: &'a Request, _: Timestamp) -> Verification<'a> {
        self.0.verify(request)
    }

    fn parse(&self, verified: Verified<'_>) -> std::result::Result<Parsed, WebhookError> {
        let body = String::from_utf8_lossy(&verified.request().body).into_owned();
        let (token, digest) = body.split_once(':').unwrap();
        let mut event = Event::new(EventKind::Other, "test", verified.proof());
        event.dedup_key = dakiya::webhook::dedup_key(&[&body]);
        let mut parsed = Parsed::one(event);
        parsed.once = Some(ReplayToken::new(token, digest, now() + Duration::from_hours(1)));
        Ok(parsed)
    }
}

fn one_time() -> OneTime {
    OneTime(Guard::secret_path(SECRET).unwrap())
}

async fn bring(router: &Router, secret: &str, body: &'static str) -> Answer {
    router.receive_http(post(&format!("/hooks/{secret}"), body)).await
}

#[tokio::test]
async fn a_token_that_comes_again_brings_the_same_events_and_another_body_is_refused() {
    let router = builder().route("/hooks", one_time()).build().unwrap();
    let first = bring(&router, SECRET, "t:a").await;
    assert_eq!((first.reply.status, first.repeated, first.events.len()), (200, false, 1));
    let again = bring(&router, SECRET, "t:a").await;
    assert_eq!((again.reply.status, again.repeated), (200, true));
    assert_eq!(again.events[0].dedup_key, first.events[0].dedup_key);
    let forged = bring(&router, SECRET, "t:b").await;
    assert_eq!(refusal(&forged), Some(WebhookErrorKind::Replay));
    assert_eq!((forged.reply.status, forged.repeated), (401, false));
    assert!(!bring(&router, SECRET, "u:b").await.repeated);
}

#[tokio::test]
async fn what_is_not_proven_uses_up_no_token_and_a_shadow_only_says_so() {
    let router = builder().route("/hooks", one_time().enforcement(Enforcement::Shadow));
    let router = router.build().unwrap();
    let unproven = bring(&router, "wrong-wrong-wrong", "t:forged").await;
    assert_eq!(unproven.events[0].proof, Proof::Shadow);
    assert_eq!(unproven.would_refuse.unwrap().kind(), WebhookErrorKind::Signature);

    let genuine = bring(&router, SECRET, "t:a").await;
    assert_eq!((genuine.refused, genuine.would_refuse, genuine.repeated), (None, None, false));
    assert_eq!(genuine.events[0].proof, Proof::Shared);

    let forged = bring(&router, SECRET, "t:b").await;
    assert_eq!(forged.events[0].proof, Proof::Shadow);
    assert_eq!(forged.would_refuse.as_ref().unwrap().kind(), WebhookErrorKind::Replay);
    assert_eq!((forged.reply.status, refusal(&forged)), (200, None));

    // The same receiver, enforced.
    let router = builder().route("/hooks", one_time().enforcement(Enforcement::Enforce));
    let router = router.build().unwrap();
    let refused = bring(&router, "wrong-wrong-wrong", "t:a").await;
    assert_eq!(refusal(&refused), Some(WebhookErrorKind::Signature));
}

#[tokio::test]
async fn of_copies_that_arrive_together_one_is_first() {
    let router = builder().route("/hooks", one_time()).build().unwrap();
    let bodies = ["t:a", "t:b"].into_iter().cycle().take(64);
    let calls = bodies.map(|body| {
        let router = router.clone();
        tokio::spawn(async move { bring(&router, SECRET, body).await })
    });
    let answers: Vec<_> = join_all(calls).await.into_iter().map(|call| call.unwrap()).collect();
    let first: Vec<_> = answers.iter().filter(|a| a.refused.is_none() && !a.repeated).collect();
    assert_eq!(first.len(), 1);
    let key = &first[0].events[0].dedup_key;
    assert_eq!(answers.iter().filter(|answer| answer.repeated).count(), 31);
    assert_eq!(answers.iter().filter(|answer| answer.refused.is_some()).count(), 32);
    let told: Vec<_> = answers.iter().flat_map(|answer| &answer.events).collect();
    assert!(told.iter().all(|event| event.dedup_key == *key), "both bodies were taken");
}

struct Closed;

#[async_trait]
impl ReplayGuard for Closed {
    async fn check(&self, _: &ReplayToken, _: Timestamp) -> Result<Replay> {
        Err(Error::new(ErrorKind::Unavailable, "postgres://user:password@db is down"))
    }
}

#[tokio::test]
async fn where_tokens_cannot_be_looked_up_the_provider_tries_again() {
    let router = builder().route("/hooks", one_time()).replay_guard(Closed).build().unwrap();
    let answer = bring(&router, SECRET, "t:a").await;
    assert_eq!(refusal(&answer), Some(WebhookErrorKind::Unavailable));
    assert_eq!(answer.reply.status, 503);
    assert!(!format!("{answer:?}").contains("password"));
}

/// Notes at which time it was asked.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<Timestamp>>>);

#[async_trait]
impl ReplayGuard for Asked {
    async fn check(&self, _: &ReplayToken, now: Timestamp) -> Result<Replay> {
        self.0.lock().unwrap().push(now);
        Ok(Replay::First)
    }
}

#[tokio::test]
async fn a_messengers_router_goes_by_the_messengers_clock() {
    let messenger = Messenger::builder().clock(clock().shared()).build().unwrap();
    let asked = Asked::default();
    let router = messenger
        .webhooks()
        .public_url("https://erp.example.net")
        .route("/hooks", one_time())
        .replay_guard(asked.clone())
        .build()
        .unwrap();
    bring(&router, SECRET, "t:a").await;
    assert_eq!(*asked.0.lock().unwrap(), [NOW.parse().unwrap()]);
}

#[test]
fn a_failed_store_is_answered_500_and_a_refusal_stays_one() {
    let router = builder().route("/hooks", one_time()).build().unwrap();
    let answer = |secret| bring(&router, secret, "t:a").now_or_never().unwrap();
    assert_eq!(answer(SECRET).failed().into_http().status(), 500);
    assert_eq!(answer("wrong-wrong-wrong").failed().into_http().status(), 401);
    // And then it comes again.
    let again = answer(SECRET);
    assert_eq!((again.repeated, again.events.len()), (true, 1));
}

#[test]
fn everything_that_is_wrong_with_a_router_is_said_at_once() {
    let error = Router::builder(clock().shared())
        .public_url("http://erp.example.net")
        .route("/hooks", echo("a"))
        .route("hooks/twilio", echo("b"))
        .route("/hooks/{secret}", echo("c"))
        .route("/hooks", echo("d"))
        .route("/hooks/", echo("e"))
        .body_limit(0)
        .read_timeout(Duration::ZERO)
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let fields: Vec<_> = error.faults().iter().map(|fault| fault.field.as_str()).collect();
    let routes = ["routes[1]", "routes[2]", "routes[3]", "routes[4]"];
    assert_eq!(fields[0], "public_url");
    assert_eq!(fields[1..5], routes);
    assert_eq!(fields[5..], ["body_limit", "read_timeout"]);

    let error = Router::builder(clock().shared()).build().unwrap_err();
    let fields: Vec<_> = error.faults().iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["public_url", "routes"]);
}

#[tokio::test]
async fn nothing_shows_a_secret_or_what_people_wrote() {
    let builder = builder().route("/hooks", one_time());
    let shown = format!("{builder:?}");
    let router = builder.build().unwrap();
    let answer = bring(&router, SECRET, "t:a").await;
    let refused = bring(&router, "wrong-wrong-wrong", "t:a").await;
    let shown = format!("{shown} {router:?} {answer:?} {refused:?}");
    for hidden in [SECRET, "t:a", "wrong-wrong"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    assert!(shown.contains("/hooks"));
    assert_eq!(answer.route.as_deref(), Some("/hooks"));
}

#[test]
fn a_router_may_go_to_any_thread() {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    fn send<T: Send>(_: T) {}
    let router = builder().route("/hooks", echo("a")).build().unwrap();
    shared(&router);
    send(router.receive_http(post("/hooks", "")));
    send(router.receive(Request::new(Method::GET, "/hooks", "")));
}
