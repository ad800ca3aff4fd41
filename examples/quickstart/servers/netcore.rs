//! Netcore's SMS and email APIs, with the answers of its documentation.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::post,
};
use dakiya::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    account, chance,
    courier::{Courier, Mail},
    dlt::Registrations,
    hash, serve as bind,
};

/// Calls that meet an overloaded server: what a policy retries.
const OVERLOADED: [usize; 2] = [0, 3];

#[derive(Clone)]
struct Server {
    courier: Courier,
    registrations: Arc<Registrations>,
    calls: Arc<AtomicUsize>,
}

/// Serves both APIs on a free port of the loopback interface, for a sender who registered
/// `registrations` (TOML).
pub(crate) async fn serve(courier: Courier, registrations: &str) -> io::Result<SocketAddr> {
    let registrations = Registrations::read(registrations).map_err(io::Error::other)?;
    let server = Server { courier, registrations: Arc::new(registrations), calls: Arc::default() };
    let router = Router::new()
        .route("/BulkSms/SingleMsgApi", post(single))
        .route("/BulkSms/UploadCsvFile", post(upload))
        .route("/v6/mail/send", post(mail))
        .layer(middleware::from_fn_with_state(server.clone(), overload))
        .with_state(server);
    bind(router).await
}

async fn overload(State(server): State<Server>, request: Request, next: Next) -> Response {
    if OVERLOADED.contains(&server.calls.fetch_add(1, Ordering::Relaxed)) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    next.run(request).await
}

/// One text to one or many numbers.
async fn single(State(server): State<Server>, body: String) -> Response {
    let form = form(&body);
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    if let Some(refusal) = refuse_login(&form) {
        return refusal;
    }
    let fields = ["entityid", "templateid", "senderid"].map(|name| (name, field(name)));
    let fields = BTreeMap::from(fields);
    let results = field("To")
        .split(',')
        .enumerate()
        .map(|(index, to)| server.take(&(index + 1).to_string(), to, field("Text"), &fields));
    answer(&body, results)
}

/// A text for each number, as CSV: number, text, sender, time, caller's id, template.
async fn upload(State(server): State<Server>, body: String) -> Response {
    let form = form(&body);
    if let Some(refusal) = refuse_login(&form) {
        return refusal;
    }
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(field("filestring").as_bytes());
    let results: Vec<_> = reader
        .records()
        .flatten()
        .map(|row| {
            let cell = |index: usize, name| match row.get(index).unwrap_or_default() {
                "" => field(name),
                cell => cell,
            };
            let template = ("templateid", cell(5, "templateid"));
            let sender = ("senderid", cell(2, "senderid"));
            let fields = BTreeMap::from([("entityid", field("entityid")), template, sender]);
            server.take(cell(4, ""), cell(0, ""), cell(1, ""), &fields)
        })
        .collect();
    answer(&body, results.into_iter())
}

impl Server {
    /// Takes one SMS or refuses it: its part of the answer.
    fn take(&self, id: &str, to: &str, text: &str, fields: &BTreeMap<&str, &str>) -> String {
        let transaction = 20_000_000_000 + hash(&format!("{to}:{text}")) % 1_000_000_000;
        let result = if text.trim().is_empty() {
            Err((106, "Message empty".to_owned()))
        } else if !is_mobile(to) {
            Err((120, format!("Invalid mobile number - {to}")))
        } else if to.starts_with("91") {
            let result = self.registrations.scrub(fields, text);
            result.map_err(|(code, words)| (code, words.to_owned()))
        } else {
            Ok(())
        };
        if result.is_ok() {
            self.deliver(transaction, to);
        }
        let error = result.err().map(|(code, words)| {
            format!(
                "<ERROR INDEX = '1'><ERROR><CODE>{code}</CODE><DESC>{words}</DESC></ERROR></ERROR>"
            )
        });
        format!(
            "<MID SUBMITDATE='{}' ID='{id}' TAG = 'null' TID = '{transaction}'>{}</MID>\n",
            india_time(),
            error.unwrap_or_default()
        )
    }

    /// Hands an SMS to the network, and reports.
    fn deliver(&self, transaction: u64, to: &str) {
        let report = |status: &str, code: &str| {
            self.courier.sms(json!({
                "tid": transaction,
                "mobile": to,
                "status": status,
                "reasoncode": code,
                "deliveredtime": india_time(),
            }));
        };
        report("Submitted to network", "006");
        // The landlines of Bengaluru, which look like mobiles to whoever does not know them.
        if to.starts_with("9180") {
            report("Invalid subscriber", "004");
        } else if chance("phone", to, 3) {
            report("Undelivered", "002");
        } else {
            report("Delivered", "000");
        }
    }
}

/// A mail to each personalisation.
async fn mail(State(server): State<Server>, headers: HeaderMap, body: String) -> Response {
    let key = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if key.and_then(|value| value.strip_prefix("Bearer ")) != Some(account::API_KEY) {
        return json_answer(StatusCode::UNAUTHORIZED, &json!({ "error": "Invalid api key" }));
    }
    let Ok(request) = serde_json::from_str::<MailRequest>(&body) else {
        return json_answer(StatusCode::BAD_REQUEST, &json!({ "message": "Invalid request" }));
    };
    let faults = request.faults();
    if !faults.is_empty() {
        return json_answer(StatusCode::BAD_REQUEST, &Value::Array(faults));
    }
    let id = format!("{:032x}", hash(&body));
    for personal in request.personalizations {
        for to in personal.to {
            let mail = Mail {
                transaction: id.clone(),
                from: request.from.email.clone(),
                to: to.email,
                size: body.len(),
                reference: personal.token_to.clone(),
            };
            mail.deliver(&server.courier);
        }
    }
    let data = json!({ "message_id": id });
    let body = json!({ "status": "success", "message": "OK", "data": data });
    json_answer(StatusCode::ACCEPTED, &body)
}

/// A mail to some people, as far as it is looked at.
#[derive(Deserialize)]
struct MailRequest {
    from: Address,
    #[serde(default)]
    subject: String,
    template_id: Option<u64>,
    #[serde(default)]
    content: Vec<Value>,
    #[serde(default)]
    personalizations: Vec<Personalization>,
}

#[derive(Deserialize)]
struct Personalization {
    to: Vec<Address>,
    #[serde(default)]
    token_to: String,
}

#[derive(Deserialize)]
struct Address {
    email: String,
}

impl MailRequest {
    /// What the API would refuse of it.
    fn faults(&self) -> Vec<Value> {
        let mut faults = Vec::new();
        let mut fault = |field: &str, message: &str| {
            faults.push(json!({ "field": field, "message": message, "description": message }));
        };
        if !Mail::is_from_us(&self.from.email) {
            fault("from.email", "Domain not verified");
        }
        if self.subject.is_empty() {
            fault("subject", "Missing value");
        }
        if self.template_id.is_none() && self.content.is_empty() {
            fault("content", "Missing value");
        }
        if self.personalizations.is_empty() {
            fault("personalizations", "Missing value");
        }
        for (index, personal) in self.personalizations.iter().enumerate() {
            if personal.to.is_empty() || personal.to.iter().any(|to| !to.email.contains('@')) {
                fault(&format!("personalizations.{index}.to"), "Invalid value");
            }
        }
        faults
    }
}

fn json_answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

fn form(body: &str) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

/// The refusal of the whole request: HTTP 200, as ever.
fn refuse_login(form: &BTreeMap<String, String>) -> Option<Response> {
    let field = |name: &str| form.get(name).map(String::as_str);
    let login = [field("feedid"), field("username"), field("password")];
    if login == [Some(account::FEED), Some(account::USER), Some(account::PASSWORD)] {
        return None;
    }
    let error = "<ERROR><CODE>101</CODE><DESC>Invalid username or password</DESC></ERROR>";
    Some(xml(&format!("<RESULT><REQUEST-ERROR>{error}</REQUEST-ERROR></RESULT>")))
}

fn answer(request: &str, results: impl Iterator<Item = String>) -> Response {
    let id = 70_000_000_000 + hash(request) % 1_000_000_000;
    let mut body = format!("<RESULT REQID ='{id}'>\n");
    for result in results {
        // Writing to a string cannot fail.
        write!(body, "  {result}").ok();
    }
    xml(&(body + "</RESULT>"))
}

fn xml(body: &str) -> Response {
    let doctype =
        "<!DOCTYPE RESULT SYSTEM 'http://bulkpush.mytoday.com/BulkSms/BulkSmsRespV1.01.dtd'>\n";
    ([(header::CONTENT_TYPE, "text/xml")], format!("{doctype}{body}")).into_response()
}

/// Whether digits could be a mobile's, as far as the country's plan tells.
fn is_mobile(digits: &str) -> bool {
    let prefixes =
        ["1", "447", "4915", "4916", "4917", "658", "659", "916", "917", "918", "919", "9715"];
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits && digits.len() >= 10 && prefixes.iter().any(|prefix| digits.starts_with(prefix))
}

/// Now, as Netcore writes it.
fn india_time() -> String {
    let zone = Offset::from_seconds(19_800).map_or(TimeZone::UTC, TimeZone::fixed);
    Timestamp::now().to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
