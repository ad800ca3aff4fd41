//! What the host does with a request that a router received.

use std::sync::Arc;

use bytes::Bytes;

use super::Route;
use crate::{
    event::Event,
    webhook::{EventFault, Parsed, Reply, WebhookError},
};

/// What came of a request: store the events, then answer.
///
/// ```
/// use dakiya::{Event, webhook::Answer};
///
/// type Store = fn(&[Event]) -> std::io::Result<()>;
///
/// fn finish(answer: Answer, store: Store) -> http::Response<bytes::Bytes> {
///     match store(&answer.events) {
///         Ok(()) => answer.into_http(),
///         Err(_) => answer.failed().into_http(), // the provider tries again: nothing is lost
///     }
/// }
/// # let _ = finish;
/// ```
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Answer {
    /// The path of the route, as the host wrote it; none where no route has the request's.
    pub route: Option<Arc<str>>,
    /// The events, in the order received.
    pub events: Vec<Event>,
    /// The events that could not be read, beside their good neighbours.
    pub faults: Vec<EventFault>,
    /// What to answer.
    pub reply: Reply,
    /// Whether the provider tries again, perhaps because the first answer was lost: the events
    /// are there again, with the same `dedup_key`s.
    pub repeated: bool,
    /// Why the request was refused: there are no events then.
    pub refused: Option<WebhookError>,
    /// Why it would have been refused, under [`Enforcement::Shadow`](crate::webhook::Enforcement::Shadow).
    pub would_refuse: Option<WebhookError>,
}

impl Answer {
    pub(super) fn taken(route: &Route, parsed: Parsed, repeated: bool) -> Self {
        let Parsed { events, faults, reply, would_refuse, .. } = parsed;
        let route = Some(Arc::clone(&route.path));
        Self { route, events, faults, reply, repeated, refused: None, would_refuse }
    }

    pub(super) fn refused(route: Option<&Route>, error: WebhookError) -> Self {
        Self {
            route: route.map(|route| Arc::clone(&route.path)),
            events: Vec::new(),
            faults: Vec::new(),
            reply: error.reply(),
            repeated: false,
            refused: Some(error),
            would_refuse: None,
        }
    }

    /// The same with 500 as its reply: the events could not be stored, and the provider shall
    /// bring them again. A refusal keeps its own.
    #[must_use]
    pub fn failed(mut self) -> Self {
        if self.refused.is_none() {
            self.reply = Reply::of(500);
        }
        self
    }

    /// The reply as a response of the `http` crate.
    #[must_use]
    pub fn into_http(self) -> http::Response<Bytes> {
        self.reply.into_http()
    }
}
