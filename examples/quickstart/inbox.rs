//! Our webhook endpoint: proves where a call comes from, reads it, and keeps each message's last
//! word.

use std::{
    collections::{HashMap, HashSet},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, Uri},
    response::Response,
    routing::any,
};
use dakiya::{
    Event, Kind, Status, Timestamp, netcore,
    time::SharedClock,
    webhook::{Guard, Receiver, Request, WebhookError},
};

use crate::{report::Line, servers};

/// Whoever calls must know this segment of the path: Netcore signs nothing.
const SECRET: &str = "b1946ac92492d234";

/// The last words so far. Clones share them.
#[derive(Clone)]
pub(crate) struct Inbox {
    email: Arc<netcore::email::Webhook>,
    sms: Arc<netcore::sms::Webhook>,
    clock: SharedClock,
    received: Arc<Mutex<Received>>,
}

#[derive(Default)]
struct Received {
    /// Events known already: providers send some twice.
    seen: HashSet<String>,
    /// The last word on each message.
    last: HashMap<Key, Event>,
    repeated: usize,
    refused: usize,
}

/// What ties an event to its message: our id where the provider echoes it, else the provider's.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Ours(String),
    Theirs(Kind, String),
}

impl Inbox {
    /// An empty inbox.
    pub(crate) fn new(clock: SharedClock) -> Result<Self, WebhookError> {
        let guard = Guard::secret_path(SECRET)?;
        Ok(Self {
            email: Arc::new(netcore::email::Webhook::new(guard.clone())),
            sms: Arc::new(netcore::sms::Webhook::new(guard)),
            clock,
            received: Arc::default(),
        })
    }

    /// Serves it on a free port of the loopback interface.
    pub(crate) async fn serve(&self) -> io::Result<Hooks> {
        let router = Router::new()
            .route("/hooks/{secret}/email", any(email))
            .route("/hooks/{secret}/sms", any(sms))
            .with_state(self.clone());
        Ok(Hooks { address: servers::serve(router).await? })
    }

    /// Tells each accepted message what became of it.
    pub(crate) fn settle(&self, lines: &mut [Line]) {
        let received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        for line in lines.iter_mut().filter(|line| line.is_pending()) {
            let ours = Key::Ours(line.id.to_string());
            let theirs = line.provider_message_id.clone().map(|id| Key::Theirs(line.channel, id));
            let mut keys = [Some(ours), theirs].into_iter().flatten();
            let event = keys.find_map(|key| received.last.get(&key));
            if let Some((event, status)) = event.and_then(|event| Some((event, event.status?))) {
                line.settle(status, event.reason.as_deref());
            }
        }
    }

    /// How many events were taken, came again, and were refused.
    pub(crate) fn counts(&self) -> (usize, usize, usize) {
        let received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        (received.seen.len(), received.repeated, received.refused)
    }

    /// Takes a call as it came: what was proven must be what is read.
    fn take(&self, webhook: &dyn Receiver, request: &Request) -> Response {
        let parsed = webhook.receive(request, self.clock.now());
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = match parsed {
            Ok(parsed) => {
                received.refused += parsed.faults.len();
                parsed.events.into_iter().for_each(|event| received.take(event));
                parsed.reply
            }
            Err(error) => {
                received.refused += 1;
                error.reply()
            }
        };
        reply.into_http().map(Into::into)
    }
}

impl Received {
    fn take(&mut self, event: Event) {
        if !self.seen.insert(event.dedup_key.clone()) {
            self.repeated += 1;
            return;
        }
        let key = match (&event.callback_data, event.channel, &event.provider_message_id) {
            (Some(ours), ..) => Key::Ours(ours.clone()),
            (None, Some(channel), Some(theirs)) => Key::Theirs(channel, theirs.clone()),
            _ => return,
        };
        // Events overtake each other, so the last to arrive need not be the last word.
        let known = self.last.get(&key);
        if known.is_none_or(|known| weight(known) < weight(&event)) {
            self.last.insert(key, event);
        }
    }
}

/// What outranks what: a person's act what the provider did, an end what comes before it, and a
/// later event an earlier one.
fn weight(event: &Event) -> (u8, Option<Timestamp>) {
    let rank = match event.status {
        Some(Status::Opened | Status::Clicked | Status::Read) => 2,
        Some(status) if status.is_final() => 1,
        _ => 0,
    };
    (rank, event.timestamp)
}

async fn email(
    State(inbox): State<Inbox>,
    method: Method,
    url: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = Request::new(method, url.to_string(), body).with_headers(headers);
    inbox.take(&*inbox.email, &request)
}

async fn sms(
    State(inbox): State<Inbox>,
    method: Method,
    url: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = Request::new(method, url.to_string(), body).with_headers(headers);
    inbox.take(&*inbox.sms, &request)
}

/// The addresses that the providers are told to call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hooks {
    address: SocketAddr,
}

impl Hooks {
    /// Where events of `kind` go.
    pub(crate) fn url(self, kind: Kind) -> String {
        format!("http://{}/hooks/{SECRET}/{kind}", self.address)
    }
}
