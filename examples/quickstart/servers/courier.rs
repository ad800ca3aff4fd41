//! Carries events to webhooks, as roughly as it happens: in batches, late, out of order, twice.

use std::{io, mem};

use dakiya::{Kind, Timestamp};
use serde_json::{Value, json};
use tokio::{
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    task::JoinHandle,
};

use super::{account, chance};
use crate::inbox::Hooks;

/// How many events go in one call. Netcore's limit is 100.
const BATCH: usize = 40;

/// Takes events from the servers. Clones feed the same courier.
#[derive(Clone, Debug)]
pub(crate) struct Courier(UnboundedSender<Option<(Kind, Value)>>);

impl Courier {
    /// Checks that the webhooks answer, as Netcore does when they are set up, and starts.
    ///
    /// The task ends after [`finish`](Self::finish), when every event was taken.
    pub(crate) async fn start(hooks: Hooks) -> io::Result<(Self, JoinHandle<io::Result<()>>)> {
        // A proxy that the environment names knows nothing of our loopback interface.
        let client = reqwest::Client::builder().no_proxy().build().map_err(io::Error::other)?;
        for kind in [Kind::Email, Kind::Sms] {
            let answer = client.head(hooks.url(kind)).send().await.map_err(io::Error::other)?;
            answer.error_for_status().map_err(io::Error::other)?;
        }
        let (sender, receiver) = mpsc::unbounded_channel();
        Ok((Self(sender), tokio::spawn(carry(client, hooks, receiver))))
    }

    /// Has the events that still wait delivered.
    pub(crate) fn finish(&self) {
        self.0.send(None).ok();
    }

    /// Reports on a mail in Netcore's form.
    pub(super) fn mail(&self, mail: &Mail, event: &str, details: Value) {
        let mut report = json!({
            "TRANSID": mail.transaction,
            "EVENT": event,
            "EMAIL": mail.to,
            "TIMESTAMP": Timestamp::now().as_second(),
            "FROMADDRESS": mail.from,
            "MSIZE": mail.size,
            "X-APIHEADER": mail.reference,
            "TAGS": "",
        });
        if let (Some(report), Value::Object(details)) = (report.as_object_mut(), details) {
            report.extend(details);
        }
        self.report(Kind::Email, report);
    }

    /// Reports on an SMS.
    pub(super) fn sms(&self, report: Value) {
        self.report(Kind::Sms, report);
    }

    fn report(&self, kind: Kind, report: Value) {
        // The courier is gone only when the program is ending.
        self.0.send(Some((kind, report))).ok();
    }
}

/// A mail that a server took.
#[derive(Debug)]
pub(super) struct Mail {
    pub(super) transaction: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) size: usize,
    pub(super) reference: String,
}

impl Mail {
    /// Delivers it, or not, and reports.
    pub(super) fn deliver(&self, courier: &Courier) {
        if chance("mailbox", &self.to.to_lowercase(), 2) {
            let details = json!({
                "RESPONSE": "550 5.1.1 user unknown",
                "BOUNCE_TYPE": "HARDBOUNCE",
                "BOUNCE_REASON": "bad-mailbox",
                "BOUNCE_REASONID": 12,
            });
            return courier.mail(self, "bounced", details);
        }
        courier.mail(self, "sent", json!({ "RESPONSE": "250 2.0.0 OK" }));
        if chance("opened", &self.reference, 25) {
            let details = json!({ "USERAGENT": "Mozilla/5.0", "IPADDRESS": "203.0.113.9" });
            courier.mail(self, "opened", details);
        }
    }

    /// Whether the sender's domain was verified.
    pub(super) fn is_from_us(from: &str) -> bool {
        from.rsplit_once('@').is_some_and(|(_, domain)| domain == account::DOMAIN)
    }
}

async fn carry(
    client: reqwest::Client,
    hooks: Hooks,
    mut receiver: UnboundedReceiver<Option<(Kind, Value)>>,
) -> io::Result<()> {
    let mut waiting = [(Kind::Email, Vec::new()), (Kind::Sms, Vec::new())];
    while let Some(Some((kind, report))) = receiver.recv().await {
        for (of, reports) in &mut waiting {
            if *of == kind {
                reports.push(report.clone());
            }
            if reports.len() >= BATCH {
                // Half goes out, newest first and the newest twice; the rest is late.
                let mut batch = reports.split_off(BATCH / 2);
                batch.reverse();
                batch.extend(batch.first().cloned());
                post(&client, hooks, *of, batch).await?;
            }
        }
    }
    for (kind, reports) in &mut waiting {
        post(&client, hooks, *kind, mem::take(reports)).await?;
    }
    Ok(())
}

async fn post(
    client: &reqwest::Client,
    hooks: Hooks,
    kind: Kind,
    batch: Vec<Value>,
) -> io::Result<()> {
    let call = client.post(hooks.url(kind)).header("content-type", "application/json");
    let answer = call.body(Value::Array(batch).to_string()).send().await;
    answer.and_then(reqwest::Response::error_for_status).map_err(io::Error::other)?;
    Ok(())
}
