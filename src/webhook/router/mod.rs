//! One function for the webhooks of all providers.

use std::{error::Error as StdError, fmt, net::IpAddr, sync::Arc, time::Duration};

use http::{Method, uri::PathAndQuery};
use http_body::Body;

pub use self::{answer::Answer, builder::RouterBuilder, keys::KeySource};
use super::{
    Parsed, Proof, Receiver, Replay, ReplayGuard, Request, WebhookError, WebhookErrorKind,
};
use crate::time::{SharedClock, Timestamp};

mod answer;
mod body;
mod builder;
mod keys;

/// Takes a request by its path to its [`Receiver`], and does what a receiver cannot: bounds the
/// body, fetches a signing key, remembers one-time tokens.
///
/// A host mounts it once, for every provider. Cheap to clone.
///
/// ```
/// # #[cfg(all(feature = "netcore", feature = "reqwest"))] {
/// use bytes::Bytes;
/// use dakiya::{
///     netcore::email,
///     time::TokioClock,
///     webhook::{Guard, Router},
/// };
/// use http_body_util::Full;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let guard = Guard::secret_path("8e0f9c1d2b7a4465")?;
/// let router = Router::builder(TokioClock::shared())
///     .public_url("https://erp.example.net")
///     .route("/hooks/netcore", email::Webhook::new(guard))
///     .build()?;
///
/// // What a server hands over:
/// let body = r#"[{"EVENT":"sent","TRANSID":"1","EMAIL":"asha@example.com","TIMESTAMP":1726000201}]"#;
/// let request = http::Request::post("/hooks/netcore/8e0f9c1d2b7a4465").body(Full::<Bytes>::from(body))?;
///
/// let answer = router.receive_http(request).await;
/// let stored = |event: &dakiya::Event| !event.dedup_key.is_empty(); // insert, unless the key is there
/// let answer = if answer.events.iter().all(stored) { answer } else { answer.failed() };
/// let response: http::Response<Bytes> = answer.into_http();
/// assert_eq!(response.status(), 200);
/// # Ok(()) }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run()).unwrap();
/// # }
/// ```
///
/// # The URL
///
/// A signature may cover the URL that the provider called. It is the
/// [`public_url`](RouterBuilder::public_url) and the request's target, byte for byte: nothing is
/// decoded, sorted, or guessed from `Host` and `X-Forwarded-*`, which anybody can send.
///
/// # Store, then answer
///
/// A provider that got its 200 does not send again. So store [`Answer::events`] first, where an
/// event with a known `dedup_key` is none; when that fails, answer [`Answer::failed`], and the
/// provider brings them again.
#[derive(Clone)]
pub struct Router(Arc<Inner>);

struct Inner {
    clock: SharedClock,
    /// Without a slash at its end.
    public_url: String,
    /// The longest path first.
    routes: Vec<Route>,
    body_limit: usize,
    read_timeout: Duration,
    replay: Arc<dyn ReplayGuard>,
    keys: Option<keys::Keys>,
}

struct Route {
    path: Arc<str>,
    receiver: Box<dyn Receiver>,
}

impl Router {
    /// A router without routes, to be filled; `clock` is what signed times are measured by.
    pub fn builder(clock: SharedClock) -> RouterBuilder {
        RouterBuilder::new(clock)
    }

    /// How many bytes of a body are read: what a server that reads bodies by itself is set to.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.0.body_limit
    }

    /// Receives a request of any server, its body read already.
    ///
    /// Its `url` is the target as the server received it, such as `/hooks/twilio?x=%20`, or the
    /// whole public URL. Its body should be bounded while it is read, by
    /// [`body_limit`](Self::body_limit): one that is longer is refused here too.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future may leave a one-time token remembered; the provider's next try is then
    /// [`repeated`](Answer::repeated), and brings the events.
    pub async fn receive(&self, mut request: Request) -> Answer {
        let target = self.target(&request.url);
        let Some((target, route)) = target.and_then(|target| Some((target, self.find(target)?)))
        else {
            return Answer::refused(None, no_route());
        };
        if request.body.len() > self.0.body_limit {
            return Answer::refused(Some(route), body::too_large(self.0.body_limit));
        }
        if target.len() == request.url.len() {
            request.url.insert_str(0, &self.0.public_url);
        }
        self.answer(route, request).await
    }

    /// Receives a request of a server built on the `http` crate, and reads its body: at most
    /// [`body_limit`](Self::body_limit), within the [`read_timeout`](RouterBuilder::read_timeout),
    /// and not at all where no route has the path.
    ///
    /// # Cancel safety
    ///
    /// As [`receive`](Self::receive).
    pub async fn receive_http<B>(&self, request: http::Request<B>) -> Answer
    where
        B: Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        self.receive_http_from(request, None).await
    }

    /// As [`receive_http`](Self::receive_http), from `peer`, which a
    /// [`Guard::addresses`](super::Guard::addresses) looks at. Behind a proxy it is the address
    /// that *your* proxy saw, not one that the caller wrote into a header.
    ///
    /// # Cancel safety
    ///
    /// As [`receive`](Self::receive).
    pub async fn receive_http_from<B>(
        &self,
        request: http::Request<B>,
        peer: impl Into<Option<IpAddr>> + Send,
    ) -> Answer
    where
        B: Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        let peer = peer.into();
        let (parts, body) = request.into_parts();
        let target = parts.uri.path_and_query().map_or("", PathAndQuery::as_str);
        let Some(route) = self.find(target) else {
            return Answer::refused(None, no_route());
        };
        let inner = &*self.0;
        let body = match body::read(body, inner.body_limit, inner.read_timeout, &*inner.clock).await
        {
            Ok(body) => body,
            Err(error) => return Answer::refused(Some(route), error),
        };
        let url = format!("{}{target}", inner.public_url);
        let mut request = Request::new(parts.method, url, body).with_headers(parts.headers);
        request.peer = peer;
        self.answer(route, request).await
    }

    /// What follows the public URL, where there is more than that.
    fn target<'a>(&self, url: &'a str) -> Option<&'a str> {
        let target = if url.starts_with('/') { url } else { url.strip_prefix(&self.0.public_url)? };
        target.starts_with('/').then_some(target)
    }

    /// The route with the longest path that `target` begins with, segment by segment.
    fn find(&self, target: &str) -> Option<&Route> {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        self.0.routes.iter().find(|route| {
            let rest = path.strip_prefix(&*route.path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    async fn answer(&self, route: &Route, request: Request) -> Answer {
        match self.parse(route, &request).await {
            Ok((parsed, repeated)) => Answer::taken(route, parsed, repeated),
            Err(error) => Answer::refused(Some(route), error),
        }
    }

    async fn parse(
        &self,
        route: &Route,
        request: &Request,
    ) -> Result<(Parsed, bool), WebhookError> {
        if ![Method::GET, Method::HEAD, Method::POST].contains(&request.method) {
            return Err(WebhookError::new(
                WebhookErrorKind::Method,
                "webhooks come by GET, HEAD or POST",
            ));
        }
        let now = self.0.clock.now();
        let parsed = match route.receiver.receive(request, now) {
            Err(error) => {
                let keys = self.fetch_key(error).await?;
                let again = route.receiver.receive(request, self.0.clock.now());
                again.inspect_err(|error| keys.still_missing(error, self.0.clock.now()))?
            }
            Ok(parsed) => parsed,
        };
        self.once(route, parsed, now).await
    }

    /// Fetches the key that `error` misses; any other error stays what it is.
    async fn fetch_key(&self, error: WebhookError) -> Result<&keys::Keys, WebhookError> {
        match (&self.0.keys, error.key_url()) {
            (Some(keys), Some(url)) => keys.fetch(url, &self.0.clock).await.map(|()| keys),
            _ => Err(error),
        }
    }

    /// Looks whether a one-time token came before, and with what.
    async fn once(
        &self,
        route: &Route,
        mut parsed: Parsed,
        now: Timestamp,
    ) -> Result<(Parsed, bool), WebhookError> {
        let Some(token) = &parsed.once else { return Ok((parsed, false)) };
        // What is not proven must not use up a token that a genuine request will bring.
        if parsed.would_refuse.is_some() {
            return Ok((parsed, false));
        }
        let known = self.0.replay.check(token, now).await.map_err(|_| {
            let problem = "the store of one-time tokens did not answer";
            WebhookError::new(WebhookErrorKind::Unavailable, problem)
        })?;
        match known {
            Replay::First => Ok((parsed, false)),
            Replay::Repeated => Ok((parsed, true)),
            Replay::Forged => {
                let problem = "the one-time token came before, with something else";
                let error = WebhookError::new(WebhookErrorKind::Replay, problem);
                if !route.receiver.is_shadow() {
                    return Err(error);
                }
                for event in &mut parsed.events {
                    event.proof = Proof::Shadow;
                }
                parsed.would_refuse = Some(error);
                Ok((parsed, false))
            }
        }
    }
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths: Vec<_> = self.0.routes.iter().map(|route| &route.path).collect();
        f.debug_struct("Router")
            .field("public_url", &self.0.public_url)
            .field("routes", &paths)
            .field("body_limit", &self.0.body_limit)
            .finish_non_exhaustive()
    }
}

fn no_route() -> WebhookError {
    WebhookError::new(WebhookErrorKind::Route, "no route has this path")
}
