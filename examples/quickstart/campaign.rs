//! The sending: which channels there are, and what each order is sent.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use dakiya::{
    AddressError, Draft, Email, EmailAddress, Error, ErrorKind, Mailbox, Message, MessageId,
    Messenger, PhoneNumber, Purpose, Recipient, Result, Routed, Scope, SenderId, Shared, Sms,
    Timestamp,
    compliance::{
        dlt::Registry,
        suppression::{Reason, Suppression, SuppressionList},
    },
    http::{ReqwestTransport, SharedTransport},
    netcore,
    policy::{Policy, Retry},
    route::Failover,
    sandbox::Sandbox,
    smtp::{Preset, Smtp, Tls},
    template::TemplateSet,
    testing::SeededEntropy,
    time::{SharedClock, SystemEntropy},
};
use indicatif::ProgressBar;

use crate::{orders::Order, preview::Preview, report::Line, servers::account};

/// How many orders are handed over at a time: enough for the providers' bulk forms, few enough
/// for a bar that moves.
const CHUNK: usize = 24;

/// Where the providers listen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Providers {
    pub(crate) netcore: SocketAddr,
    pub(crate) relay: SocketAddr,
}

/// The messages that go out for a list of orders.
pub(crate) struct Campaign {
    /// For orders from the stores: mail goes through the relay first.
    stores: Messenger,
    /// For orders from the web shop: mail goes to the API first.
    online: Messenger,
}

impl Campaign {
    /// A campaign over `providers`; what they accept is shown in `sandbox`, and who opted out in
    /// one of `orders` gets nothing.
    pub(crate) fn new(
        templates: TemplateSet,
        registry: Registry,
        providers: Providers,
        sandbox: &Sandbox,
        clock: &SharedClock,
        orders: &[Order],
    ) -> Result<Self> {
        let retry = Retry::new().base(Duration::from_millis(5)).budget_percent(100);
        let policy = Policy::new(Arc::clone(clock), SystemEntropy::shared()).retry(retry);
        let relay: Shared<Email> = policy.around(relay(providers.relay)?);
        let api: Shared<Email> = policy.around(api(providers.netcore)?);
        let sms: Shared<Sms> = policy.around(sms(providers.netcore)?);

        let common = Messenger::builder()
            .templates(templates)
            .dlt(registry)
            .suppressions(opted_out(orders))
            .clock(Arc::clone(clock))
            .sms(Preview::new(sms, sandbox));
        let mail = |first: &Shared<Email>, second: &Shared<Email>| {
            let route = Failover::new(vec![Arc::clone(first), Arc::clone(second)])?;
            let shown = Preview::new(Arc::new(route), sandbox);
            common.clone().email(shown).build()
        };
        Ok(Self { stores: mail(&relay, &api)?, online: mail(&api, &relay)? })
    }

    /// Sends every confirmation: a line for each order and channel, in the order of the orders.
    pub(crate) async fn send(&self, orders: &[Order], progress: &ProgressBar) -> Vec<Line> {
        // An ERP has ids of its own; these are made up, alike in every run.
        let entropy = SeededEntropy::new(2610);
        let new_id = || MessageId::new(Timestamp::UNIX_EPOCH, &entropy);
        let mut lines = Vec::new();
        for (index, chunk) in orders.chunks(CHUNK).enumerate() {
            let (mut stores, mut online, mut texts) = (Vec::new(), Vec::new(), Vec::new());
            for (row, order) in (index * CHUNK..).zip(chunk) {
                let mails = if order.online { &mut online } else { &mut stores };
                mails.push(Job::mail(row, new_id(), order));
                texts.push(Job::sms(row, new_id(), order));
            }
            lines.extend(hand_over(&self.stores, stores).await);
            lines.extend(hand_over(&self.online, online).await);
            lines.extend(hand_over(&self.stores, texts).await);
            progress.inc(chunk.len() as u64);
        }
        lines.sort_by_key(|(row, line)| (*row, line.channel));
        lines.into_iter().map(|(_, line)| line).collect()
    }
}

/// One confirmation of one order.
struct Job<M: Message> {
    row: usize,
    id: MessageId,
    to: Option<String>,
    draft: Result<Draft<M>>,
}

impl Job<Email> {
    fn mail(row: usize, id: MessageId, order: &Order) -> Self {
        let to = order.email.as_ref();
        let masked = to.ok().map(EmailAddress::masked);
        let draft = to.map(|to| Email::to(to.clone()).template(order.mail()));
        Self::new(row, id, masked, order, draft)
    }
}

impl Job<Sms> {
    fn sms(row: usize, id: MessageId, order: &Order) -> Self {
        let to = order.phone.as_ref();
        let masked = to.ok().map(PhoneNumber::masked);
        let draft = to.map(|to| Sms::to(to.clone()).template(order.sms()));
        Self::new(row, id, masked, order, draft)
    }
}

impl<M: Message> Job<M> {
    fn new(
        row: usize,
        id: MessageId,
        to: Option<String>,
        order: &Order,
        draft: Result<Draft<M>, &Error>,
    ) -> Self {
        let draft = match draft {
            // An order is confirmed once, however often it was exported.
            _ if order.repeated => Err(Error::new(
                ErrorKind::Rejected,
                "an earlier row has the same idempotency key: this order was exported twice",
            )),
            Err(error) => Err(error.clone()),
            Ok(draft) => Ok(draft.id(id).purpose(Purpose::Transactional).idempotency_key(format!(
                "{}/{}",
                order.id,
                M::KIND
            ))),
        };
        Self { row, id, to, draft }
    }
}

/// Sends what can be sent, by the providers' bulk forms: the line of each job, by row.
async fn hand_over<M: Routed>(messenger: &Messenger, jobs: Vec<Job<M>>) -> Vec<(usize, Line)> {
    let (mut lines, mut waiting, mut drafts) = (Vec::new(), Vec::new(), Vec::new());
    for Job { row, id, to, draft } in jobs {
        match draft {
            Ok(draft) => {
                waiting.push((row, id, to));
                drafts.push(draft);
            }
            Err(error) => lines.push((row, Line::new(id, M::KIND, to, Err(error)))),
        }
    }
    let results = messenger.send_batch(drafts).await;
    lines.extend(
        waiting
            .into_iter()
            .zip(results)
            .map(|((row, id, to), result)| (row, Line::new(id, M::KIND, to, result))),
    );
    lines
}

/// Everybody who asked for silence, by every address that they gave.
fn opted_out(orders: &[Order]) -> SuppressionList {
    let list = SuppressionList::new();
    for order in orders.iter().filter(|order| order.opted_out) {
        let email = order.email.iter().cloned().map(Recipient::Email);
        let phone = order.phone.iter().cloned().map(Recipient::Phone);
        for recipient in email.chain(phone) {
            list.add(&recipient, Suppression::new(Scope::Sender, Reason::OptOut));
        }
    }
    list
}

fn sender() -> Result<Mailbox> {
    let address = format!("orders@{}", account::DOMAIN);
    Ok(Mailbox::new("Drishti Opticals", parsed(EmailAddress::parse(address))?))
}

/// Netcore's relay. The preset names the header that its events echo.
fn relay(address: SocketAddr) -> Result<Smtp> {
    let preset = Preset::named("netcore").ok_or_else(|| Error::config("no such preset"))?;
    Smtp::preset(preset)
        .host(address.ip().to_string())
        .port(address.port())
        .tls(Tls::None)
        .password(account::USER, account::PASSWORD)
        .from(sender()?)
        .build()
}

fn api(address: SocketAddr) -> Result<netcore::email::Account> {
    netcore::email::Account::builder(account::API_KEY)
        .from(sender()?)
        .endpoint(format!("http://{address}"))
        .transport(transport()?)
        .build()
}

fn sms(address: SocketAddr) -> Result<netcore::sms::Account> {
    netcore::sms::Account::builder(account::FEED, account::USER, account::PASSWORD)
        .from(parsed(SenderId::parse(account::SENDER))?)
        .endpoint(format!("http://{address}/BulkSms/"))
        .transport(transport()?)
        .build()
}

/// HTTP that asks no proxy: one that the environment names knows nothing of our loopback
/// interface.
fn transport() -> Result<SharedTransport> {
    let client = reqwest::Client::builder().no_proxy().build();
    let client = client.map_err(|error| Error::config("no HTTP client").with_source(error))?;
    Ok(Arc::new(ReqwestTransport::over(client)))
}

fn parsed<T>(address: Result<T, AddressError>) -> Result<T> {
    address.map_err(|error| Error::config("a sender is no address").with_source(error))
}
