//! Every channel keeps the rules of `testing::conformance`, one test a provider; and the rules can
//! be broken, each found by its name.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use bytes::Bytes;
use dakiya::{
    Capabilities, Channel, EmailAddress, Envelope, Error, ErrorKind, Features, MessageId,
    PhoneNumber, Provider, Receipt, Result, Shared, Sms,
    channel::label,
    http::{self, Request, ReqwestTransport, Response, SharedTransport},
    testing::{
        conformance::channel::Subject,
        server::{Answer, Received},
    },
    time::SharedClock,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;

mod flaws;
mod layers;
mod providers;

/// One for all: reading the system's roots for each would be most of the time.
static TRANSPORT: LazyLock<ReqwestTransport> = LazyLock::new(|| ReqwestTransport::new().unwrap());

/// The transport by `clock`.
fn transport(clock: &SharedClock) -> SharedTransport {
    Arc::new(TRANSPORT.clone().with_clock(Arc::clone(clock)))
}

#[tokio::test]
async fn the_example_keeps_the_rules_of_every_channel() {
    let report = subject(|example| Arc::new(example)).check().await.unwrap();
    assert!(report.kept.len() >= 25, "{report:#?}");
    assert!(report.kept.contains(&"a hang ends at the deadline, and may be out"));
}

#[tokio::test]
async fn a_channel_without_http_keeps_the_other_rules() {
    #[derive(Debug)]
    struct Local;
    #[async_trait]
    impl Provider for Local {
        fn name(&self) -> &'static str {
            "local"
        }
        async fn check(&self) -> Result<()> {
            Ok(())
        }
    }
    #[async_trait]
    impl Channel<Sms> for Local {
        fn capabilities(&self) -> &Capabilities {
            &CAPABILITIES
        }
        async fn send(&self, envelope: &Envelope<Sms>) -> Result<Receipt> {
            CAPABILITIES.admit("local.sms", envelope)?;
            Ok(Receipt::new("local.sms", envelope, dakiya::Timestamp::UNIX_EPOCH))
        }
    }
    let report = Subject::without_http(|| Arc::new(Local), envelope).check().await.unwrap();
    assert!(report.kept.contains(&"a batch has one result each, in order"));
    assert!(report.skipped.iter().any(|(rule, _)| *rule == "a 401 is unauthorized"));
}

#[tokio::test]
async fn an_exception_is_reported_with_its_reason_and_must_name_a_rule() {
    let rule = "a 503 is unavailable, and nothing is out";
    let except = subject(|example| Arc::new(example)).except(rule, "its sheet says so");
    assert!(
        except.check().await.unwrap().skipped.contains(&(rule, "its sheet says so".to_owned()))
    );
    let broken = subject(|example| Arc::new(example)).except("no rule", "").check().await;
    assert!(broken.unwrap_err().contains("no rule"));
}

#[tokio::test]
async fn a_redirect_that_is_followed_and_a_key_in_the_url_are_found() {
    let client = reqwest::Client::new();
    let follows = Subject::new(
        move |endpoint: &str, clock| -> Shared<Sms> {
            let transport = ReqwestTransport::over(client.clone()).with_clock(Arc::clone(&clock));
            Arc::new(Example::new(endpoint, KEY, Arc::new(transport), clock))
        },
        envelope,
        accepted,
    );
    assert!(follows.check().await.unwrap_err().contains("a redirect is not followed"));

    let shows = Subject::new(
        |endpoint: &str, clock: SharedClock| -> Shared<Sms> {
            Arc::new(Example::new(&format!("{endpoint}/{KEY}"), KEY, transport(&clock), clock))
        },
        envelope,
        accepted,
    );
    let broken = shows.secrets([KEY]).check().await.unwrap_err();
    assert_eq!(broken.broken.len(), 1, "{broken}");
    assert!(broken.contains("no URL holds a secret"));
}

/// How to write a provider: an account, what it can carry, one pure function out, one pure
/// function back.
struct Example {
    endpoint: String,
    key: SecretString,
    transport: SharedTransport,
    clock: SharedClock,
}

const NAME: &str = "example";
static CAPABILITIES: Capabilities = Capabilities::new(Features::TEXT).idempotent();

impl Example {
    fn new(endpoint: &str, key: &str, transport: SharedTransport, clock: SharedClock) -> Self {
        Self { endpoint: endpoint.into(), key: key.into(), transport, clock }
    }

    /// The one place that exposes the key, in a header that no one prints.
    fn authorize(&self, request: &mut Request<Bytes>) -> Result<()> {
        let value = format!("Bearer {}", self.key.expose_secret());
        let mut value = value.parse::<::http::HeaderValue>().map_err(|_| Error::config("key"))?;
        value.set_sensitive(true);
        request.headers_mut().insert(::http::header::AUTHORIZATION, value);
        Ok(())
    }
}

#[async_trait]
impl Provider for Example {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn check(&self) -> Result<()> {
        let mut request = Request::get(format!("{}/v1/balance", self.endpoint))
            .body(Bytes::new())
            .map_err(|_| Error::config("the endpoint is no URL"))?;
        self.authorize(&mut request)?;
        let response = self.transport.execute(request, None).await?;
        if response.status().is_success() {
            Ok(())
        } else {
            Err(http::from_status(response.status()))
        }
    }
}

#[async_trait]
impl Channel<Sms> for Example {
    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn send(&self, envelope: &Envelope<Sms>) -> Result<Receipt> {
        let provider = label(NAME, dakiya::Kind::Sms);
        CAPABILITIES.admit(&provider, envelope)?;
        let sent = async {
            let mut request = encode(&self.endpoint, envelope)?;
            self.authorize(&mut request)?;
            let response = self.transport.execute(request, envelope.delivery.deadline).await?;
            let id = decode(&response, self.clock.now())?;
            let receipt = Receipt::new(&*provider, envelope, self.clock.now());
            Ok(receipt.with_provider_message_id(Some(id)))
        };
        sent.await.map_err(|error: Error| error.with_provider(provider.clone()))
    }
}

/// The request, without its credentials.
fn encode(endpoint: &str, envelope: &Envelope<Sms>) -> Result<Request<Bytes>> {
    let sms = &envelope.message;
    let mut body = json!({ "to": sms.to.as_str(), "text": sms.text });
    if let Some(key) = &envelope.delivery.idempotency_key {
        body["key"] = json!(key);
    }
    Request::post(format!("{endpoint}/v1/messages"))
        .header("content-type", "application/json")
        .body(body.to_string().into())
        .map_err(|_| Error::config("the endpoint is no URL"))
}

/// The provider's id, or why there is none.
fn decode(response: &Response<Bytes>, now: dakiya::Timestamp) -> Result<String> {
    #[derive(Deserialize)]
    struct Accepted {
        id: String,
    }
    if !response.status().is_success() {
        let wait = http::retry_after(response, now);
        return Err(http::from_status(response.status()).with_retry_after(wait));
    }
    // What the parser says may quote the body: it is no source of the error.
    serde_json::from_slice(response.body()).map(|Accepted { id }| id).map_err(|_| {
        Error::new(ErrorKind::Response, "the answer cannot be read")
            .with_status(response.status().as_u16())
    })
}

const KEY: &str = "canary-key-5d21";
const TEXT: &str = "canary-text-77aa";

fn subject(make: impl Fn(Example) -> Shared<Sms> + Send + Sync + 'static) -> Subject<Sms> {
    let make = move |endpoint: &str, clock: SharedClock| {
        make(Example::new(endpoint, KEY, transport(&clock), clock))
    };
    Subject::new(make, envelope, accepted).secrets([KEY]).personal([TEXT, "9845000"])
}

/// The nth text message, for the subjects of SMS providers.
pub(crate) fn envelope(n: usize) -> Envelope<Sms> {
    let to = PhoneNumber::parse(format!("+9198450000{n:02}")).unwrap();
    Envelope::new(id(n), Sms::to(to).text(TEXT))
}

/// The nth mail, for the subjects of email providers.
pub(crate) fn mail(n: usize) -> Envelope<dakiya::Email> {
    let to = EmailAddress::parse(format!("canary-{n}@example.com")).unwrap();
    Envelope::new(id(n), dakiya::Email::to(to).subject(TEXT).text(TEXT))
}

fn id(n: usize) -> MessageId {
    format!("01890000-0000-7000-8000-{n:012}").parse().unwrap()
}

fn accepted(request: &Received) -> Answer {
    let Ok(body) = serde_json::from_slice::<serde_json::Value>(&request.body) else {
        return Answer::empty(400);
    };
    Answer::json(
        202,
        json!({ "id": format!("M{}", &body["to"].as_str().unwrap()[11..]) }).to_string(),
    )
}
