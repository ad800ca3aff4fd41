//! Signing keys that are fetched when a request names them.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use dakiya::{
    Error, ErrorKind, Event, EventKind, Result, Timestamp,
    testing::ManualClock,
    webhook::{
        Answer, Guard, KeySource, Parsed, Receiver, Request, Router, Verified, WebhookError,
        WebhookErrorKind,
    },
};
use futures_util::{FutureExt as _, future::join_all};

use super::{Verification, clock, post, refusal};

/// The keys that are here, what was asked for, and what it takes to get one.
#[derive(Clone, Default)]
struct Ring {
    keys: Arc<Mutex<BTreeSet<String>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Ring {
    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// The body names the URL of the key.
impl Receiver for Ring {
    fn verify<'a>(&self, request: &'a Request, _: Timestamp) -> Verification<'a> {
        static OPEN: std::sync::OnceLock<Guard> = std::sync::OnceLock::new();
        let url = String::from_utf8_lossy(&request.body).into_owned();
        if !self.keys.lock().unwrap().contains(&url) {
            return Err(WebhookError::key(&url));
        }
        OPEN.get_or_init(Guard::unverified).verify(request)
    }

    fn parse(&self, verified: Verified<'_>) -> std::result::Result<Parsed, WebhookError> {
        Ok(Parsed::one(Event::new(EventKind::Other, "test", verified.proof())))
    }
}

#[async_trait]
impl KeySource for Ring {
    async fn fetch(&self, url: &str, _: Timestamp) -> Result<()> {
        self.asked.lock().unwrap().push(url.to_owned());
        tokio::task::yield_now().await;
        match url {
            "hangs" => std::future::pending().await,
            "fails" => Err(Error::new(ErrorKind::Network, "no route to host")),
            "useless" => Ok(()),
            url => {
                self.keys.lock().unwrap().insert(url.to_owned());
                Ok(())
            }
        }
    }
}

fn router(ring: &Ring, clock: &ManualClock) -> Router {
    Router::builder(clock.shared())
        .public_url("https://erp.example.net")
        .route("/hooks", ring.clone())
        .keys(ring.clone())
        .build()
        .unwrap()
}

async fn bring(router: &Router, url: &str) -> Answer {
    router.receive_http(post("/hooks", url.to_owned())).await
}

#[tokio::test]
async fn a_missing_key_is_fetched_once_and_then_known() {
    let (ring, clock) = (Ring::default(), clock());
    let router = router(&ring, &clock);
    let answers = join_all((0..20).map(|_| bring(&router, "good"))).await;
    assert!(answers.iter().all(|answer| answer.reply.status == 200 && answer.events.len() == 1));
    assert_eq!(ring.asked(), 1);
    assert_eq!(bring(&router, "good").await.reply.status, 200);
    assert_eq!(ring.asked(), 1);
    assert_eq!(bring(&router, "next").await.reply.status, 200);
    assert_eq!(*ring.asked.lock().unwrap(), ["good", "next"]);
}

#[tokio::test]
async fn a_url_that_fails_is_asked_once_a_minute() {
    for url in ["fails", "useless"] {
        let (ring, clock) = (Ring::default(), clock());
        let router = router(&ring, &clock);
        for minute in 1..=3 {
            let answers = join_all((0..20).map(|_| bring(&router, url))).await;
            for answer in answers.iter().chain([&bring(&router, url).await]) {
                assert_eq!(refusal(answer), Some(WebhookErrorKind::Key), "{url}");
                assert_eq!(answer.reply.status, 503);
                let refused = answer.refused.as_ref().unwrap();
                assert_eq!(refused.key_url(), Some(url));
                // What the host's source says may quote anything.
                assert!(!refused.to_string().contains("no route to host"));
            }
            assert_eq!(ring.asked(), minute, "{url}");
            clock.advance(Duration::from_secs(59));
            bring(&router, url).await;
            assert_eq!(ring.asked(), minute, "{url}");
            clock.advance(Duration::from_secs(1));
        }
        // The others are no worse off.
        assert_eq!(bring(&router, "good").await.reply.status, 200);
    }
}

#[tokio::test]
async fn a_fetch_that_hangs_is_given_up_before_the_provider_gives_up() {
    let (ring, clock) = (Ring::default(), clock());
    let router = router(&ring, &clock);
    let start = dakiya::time::Clock::now(&clock);
    let answer = clock.drive(bring(&router, "hangs")).await;
    assert_eq!(refusal(&answer), Some(WebhookErrorKind::Key));
    assert_eq!(dakiya::time::Clock::now(&clock).duration_since(start).as_secs(), 10);
}

#[tokio::test]
async fn strangers_who_name_urls_keep_few_fetches_busy() {
    let (ring, clock) = (Ring::default(), clock());
    let router = router(&ring, &clock);
    let urls: Vec<_> = (0..100).map(|n| format!("url-{n}")).collect();
    let answers = join_all(urls.iter().map(|url| bring(&router, url))).await;
    let fetched = answers.iter().filter(|answer| answer.reply.status == 200).count();
    assert_eq!((fetched, ring.asked()), (8, 8));
    let refused = answers.iter().filter(|answer| answer.refused.is_some());
    assert!(refused.clone().all(|answer| answer.reply.status == 503));
    // They were too many at once, not bad.
    assert_eq!(bring(&router, "url-99").await.reply.status, 200);
}

#[tokio::test]
async fn requests_that_were_dropped_do_not_keep_others_waiting() {
    let (ring, clock) = (Ring::default(), clock());
    let router = router(&ring, &clock);
    for n in 0..20 {
        let url = format!("dropped-{n}");
        let mut call = Box::pin(bring(&router, &url));
        assert!(call.as_mut().now_or_never().is_none());
    }
    assert_eq!(bring(&router, "good").await.reply.status, 200);
    assert_eq!(bring(&router, "dropped-19").await.reply.status, 200);
}

#[tokio::test]
async fn a_fetch_that_nobody_waits_for_is_begun_anew() {
    let (ring, clock) = (Ring::default(), clock());
    let router = router(&ring, &clock);
    for asked in 1..=3 {
        let mut call = Box::pin(bring(&router, "hangs"));
        assert!(call.as_mut().now_or_never().is_none(), "the time of an older one ran out");
        assert_eq!(ring.asked(), asked);
        drop(call);
        clock.advance(Duration::from_secs(20));
    }
}

#[tokio::test]
async fn without_a_source_the_missing_key_is_named() {
    let ring = Ring::default();
    let router = Router::builder(clock().shared())
        .public_url("https://erp.example.net")
        .route("/hooks", ring.clone())
        .build()
        .unwrap();
    let answer = bring(&router, "https://sns.ap-south-1.amazonaws.com/x.pem").await;
    assert_eq!(refusal(&answer), Some(WebhookErrorKind::Key));
    assert_eq!(answer.reply.status, 503);
    let url = answer.refused.as_ref().unwrap().key_url();
    assert_eq!(url, Some("https://sns.ap-south-1.amazonaws.com/x.pem"));
}
