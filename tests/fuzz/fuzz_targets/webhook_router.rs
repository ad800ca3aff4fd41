//! One function for all providers: any target over any body reaches its own route, or none.
#![no_main]

use std::sync::LazyLock;

use dakiya::{
    meta,
    netcore::{email, sms},
    webhook::{Answer, Guard, Request, Router, WebhookErrorKind},
};
use dakiya_fuzz::{SECRET, clock, silent, webhooks::without_ids};
use futures_executor::block_on;
use libfuzzer_sys::fuzz_target;

static ROUTER: LazyLock<Router> = LazyLock::new(|| {
    let guard = || Guard::secret_path(SECRET).expect("a guard");
    let builder = Router::builder(clock())
        .public_url("https://erp.example.net/api")
        .route("/hooks/netcore", email::Webhook::new(guard()))
        .route("/hooks/netcore/sms", sms::Webhook::new(guard()))
        .route("/hooks/meta", meta::Webhook::new(SECRET, SECRET).expect("a webhook"))
        .body_limit(2_048);
    builder.build().expect("a router")
});

// An input: the method, a space, the target, a line end, the body.
fuzz_target!(|input: &str| {
    let Some((head, body)) = input.split_once('\n') else { return };
    let Some((method, target)) = head.split_once(' ') else { return };
    let none: [(&str, &[u8]); 0] = [];
    let Ok(request) = Request::from_parts(method, target, none, body.to_owned()) else { return };
    let answer = kept(target, block_on(ROUTER.receive(request)));

    // By way of the `http` crate it is the same, where that takes the target as it stands.
    let Ok(request) = http::Request::builder().method(method).uri(target).body(body.to_owned())
    else {
        return;
    };
    let stands = request.uri().path_and_query().is_some_and(|whole| whole.as_str() == target);
    let other = kept(target, block_on(ROUTER.receive_http(request)));
    if stands && target.starts_with('/') {
        let kind = |answer: &Answer| answer.refused.as_ref().map(|error| error.kind());
        assert_eq!((kind(&answer), &answer.route), (kind(&other), &other.route));
        assert!(answer.events == other.events && answer.reply == other.reply);
    }
});

fn kept(target: &str, answer: Answer) -> Answer {
    let mut shown = answer.clone();
    without_ids(&mut shown.events);
    silent(&format!("{shown:?} {:?}", *ROUTER).replace("canary@", "@"));
    match (&answer.refused, &answer.route) {
        (Some(error), route) => {
            silent(&error.to_string());
            assert!(answer.events.is_empty() && answer.reply.status >= 400);
            assert_eq!(route.is_none(), error.kind() == WebhookErrorKind::Route);
        }
        (None, Some(route)) => {
            assert!(target.contains(&**route) && target.contains(SECRET), "believed");
        }
        (None, None) => panic!("received by nobody"),
    }
    answer
}
