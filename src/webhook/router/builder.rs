//! The settings of a router.

use std::{collections::BTreeSet, fmt, sync::Arc, time::Duration};

use super::{Inner, KeySource, Route, Router, keys::Keys};
use crate::{
    error::{Error, Fault, Result},
    http::is_loopback,
    time::SharedClock,
    webhook::{MemoryReplayGuard, Receiver, ReplayGuard},
};

/// Builds a [`Router`].
#[must_use]
pub struct RouterBuilder {
    clock: SharedClock,
    public_url: Option<String>,
    routes: Vec<(String, Box<dyn Receiver>)>,
    body_limit: usize,
    read_timeout: Duration,
    replay: Arc<dyn ReplayGuard>,
    keys: Option<Arc<dyn KeySource>>,
}

impl RouterBuilder {
    pub(super) fn new(clock: SharedClock) -> Self {
        Self {
            clock,
            public_url: None,
            routes: Vec::new(),
            body_limit: 4 << 20,
            read_timeout: Duration::from_secs(30),
            replay: Arc::new(MemoryReplayGuard::new()),
            keys: None,
        }
    }

    /// Sets what the providers put before the path that the server sees: `https://erp.example.net`.
    /// Required.
    ///
    /// Where a proxy, or a framework's nested router, strips a prefix, it ends with that prefix:
    /// `https://erp.example.net/api` for a provider that calls `/api/hooks/…` and a server that
    /// sees `/hooks/…`. It is compared byte for byte, so write it as in the provider's settings.
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.public_url = Some(url.into());
        self
    }

    /// Adds a receiver for `path` and all below it: `/hooks/netcore` takes
    /// `/hooks/netcore/8e0f9c1d2b7a4465` too, and not `/hooks/netcore2`. The longest path wins.
    ///
    /// Logs may show the path, so a secret segment follows it and is no part of it.
    pub fn route(mut self, path: impl Into<String>, receiver: impl Receiver + 'static) -> Self {
        self.routes.push((path.into(), Box::new(receiver)));
        self
    }

    /// Sets how many bytes of a body are read. Default: 4 MiB, since
    /// [Meta's](https://developers.facebook.com/docs/graph-api/webhooks/getting-started) have up to
    /// 3 MB; mails that people send need more.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Sets how long [`receive_http`](Router::receive_http) waits for a body. Default: 30 s, which
    /// is longer than any provider waits for the answer.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// Sets where one-time tokens are remembered. Default: in memory, which is right for one
    /// process; several need a store that they share.
    pub fn replay_guard(mut self, guard: impl ReplayGuard + 'static) -> Self {
        self.replay = Arc::new(guard);
        self
    }

    /// Sets who fetches signing keys that are not here yet. Default: nobody, and a request that
    /// needs one is answered 503.
    pub fn keys(mut self, source: impl KeySource + 'static) -> Self {
        self.keys = Some(Arc::new(source));
        self
    }

    /// The router.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config), with every fault: a public URL that is missing, is
    /// not HTTPS (on loopback it may be HTTP) or holds more than host and path; no route; a path
    /// that is malformed, or there twice; a limit of zero.
    pub fn build(self) -> Result<Router> {
        let mut faults: Vec<_> = check_url(self.public_url.as_deref()).err().into_iter().collect();
        faults.extend(check_routes(&self.routes));
        if self.body_limit == 0 {
            faults.push(Fault::new("body_limit", "is zero", "allow some bytes"));
        }
        if self.read_timeout.is_zero() {
            faults.push(Fault::new("read_timeout", "is zero", "allow some seconds"));
        }
        if !faults.is_empty() {
            return Err(Error::config("the webhook router cannot be built").with_faults(faults));
        }
        let mut routes: Vec<_> = (self.routes.into_iter())
            .map(|(path, receiver)| Route { path: path.into(), receiver })
            .collect();
        routes.sort_by_key(|route| std::cmp::Reverse(route.path.len()));
        Ok(Router(Arc::new(Inner {
            clock: self.clock,
            public_url: self.public_url.unwrap_or_default().trim_end_matches('/').to_owned(),
            routes,
            body_limit: self.body_limit,
            read_timeout: self.read_timeout,
            replay: self.replay,
            keys: self.keys.map(Keys::new),
        })))
    }
}

impl fmt::Debug for RouterBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths: Vec<_> = self.routes.iter().map(|(path, _)| path).collect();
        f.debug_struct("RouterBuilder").field("routes", &paths).finish_non_exhaustive()
    }
}

fn check_url(text: Option<&str>) -> Result<(), Fault> {
    let wrong = |problem: &str, remedy: &str| Err(Fault::new("public_url", problem, remedy));
    let Some(text) = text else {
        return wrong("is missing", "set what providers call, such as https://erp.example.net");
    };
    // The parser mends what a signature would not forgive.
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '\\' || !c.is_ascii();
    let url = match url::Url::parse(text) {
        Ok(url) if !text.contains(odd) && url.has_host() => url,
        _ => return wrong("is no URL", "write one, such as https://erp.example.net"),
    };
    let local = text.starts_with("http://") && is_loopback(&url);
    if !local && !text.starts_with("https://") {
        return wrong("is not HTTPS", "use https, since nothing else keeps what people write");
    }
    if text.contains(['?', '#', '@']) {
        return wrong("holds more than host and path", "leave the rest out");
    }
    Ok(())
}

fn check_routes(routes: &[(String, Box<dyn Receiver>)]) -> Vec<Fault> {
    let mut faults = Vec::new();
    if routes.is_empty() {
        faults.push(Fault::new("routes", "are missing", "add one with `route`"));
    }
    let mut known = BTreeSet::new();
    for (index, (path, _)) in routes.iter().enumerate() {
        let wrong =
            |problem: &str, remedy: &str| Fault::new(format!("routes[{index}]"), problem, remedy);
        if !is_plain(path) {
            faults.push(wrong(
                "is no plain path",
                "write /hooks/twilio: letters, digits, `-`, `.`, `_`, `~`; no slash at its end",
            ));
        } else if !known.insert(path) {
            faults.push(wrong("has a path that is there already", "give it one of its own"));
        }
    }
    faults
}

/// Whether a path can be written in one way only, so that comparing its bytes is enough.
fn is_plain(path: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    path.strip_prefix('/').is_some_and(|rest| {
        rest.split('/').all(|part| !["", ".", ".."].contains(&part) && part.chars().all(plain))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_that_can_be_written_in_one_way_is_plain() {
        for path in ["/hooks", "/hooks/twilio", "/a-b_c.d~e/1"] {
            assert!(is_plain(path), "{path}");
        }
        for path in [
            "",
            "/",
            "hooks",
            "/hooks/",
            "//hooks",
            "/a//b",
            "/a/../b",
            "/./a",
            "/a%20b",
            "/{x}",
            "/*",
            "/a?b",
            "/a#b",
            "/हुक",
            "/a b",
            "https://x/a",
        ] {
            assert!(!is_plain(path), "{path}");
        }
    }

    #[test]
    fn a_public_url_is_https_with_host_and_path_as_written() {
        for url in [
            "https://erp.example.net",
            "https://erp.example.net/",
            "https://erp.example.net:8443/api/v1",
            "http://127.0.0.1:8080",
            "http://localhost",
            "http://[::1]:80",
        ] {
            assert_eq!(check_url(Some(url)), Ok(()), "{url}");
        }
        for url in [
            "",
            "erp.example.net",
            "http://erp.example.net",
            "http://10.0.0.1",
            "https:erp.example.net",
            "https://",
            "ftp://erp.example.net",
            "https://u:p@erp.example.net",
            "https://erp.example.net?x",
            "https://erp.example.net/#x",
            " https://erp.example.net",
            "https://erp.example.net\\api",
            "https://erp.exa\tmple.net",
            "https://डाक.example",
        ] {
            assert!(check_url(Some(url)).is_err(), "{url}");
        }
        assert!(check_url(None).is_err());
    }
}
