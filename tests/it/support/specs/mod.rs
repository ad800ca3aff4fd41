//! Requests against the providers' own schemas, in the folder that `DAKIYA_SPECS` names.

use std::{
    cell::Cell,
    fs,
    io::Write as _,
    path::Path,
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;
use bytes::Bytes;
use dakiya::{
    Timestamp,
    http::{Request, Response, SharedTransport, Transport},
};
use http::HeaderMap;
use jsonschema::Validator;
use serde_json::Value;

mod sendgrid;
mod ses;
mod twilio;

/// The transport, behind a check of every request to Twilio, SendGrid or SES: one that breaks the
/// provider's schema panics with what is wrong.
///
/// Without `DAKIYA_SPECS` nothing is checked, and a line on standard error says so.
pub(crate) fn checked(transport: SharedTransport) -> SharedTransport {
    Arc::new(Checked(transport))
}

/// What is wrong with a request, by the schema of the provider whose path it is: where in it, as a
/// JSON pointer, and what. A path that no schema has is passed.
pub(crate) fn check(
    method: &str,
    target: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), String> {
    let Some(schemas) = schemas() else { return Ok(()) };
    let request = Seen::new(method, target, headers, body);
    let Some(faults) = schemas.faults(&request) else { return Ok(()) };
    CHECKED.set(CHECKED.get() + 1);
    if faults.is_empty() {
        return Ok(());
    }
    Err(format!("{method} {} breaks the schema:\n  {}", request.path, faults.join("\n  ")))
}

/// How many requests this thread, which is to say this test, has held against a schema.
pub(crate) fn count() -> usize {
    CHECKED.get()
}

/// Whether there are schemas to check against.
pub(crate) fn present() -> bool {
    schemas().is_some()
}

thread_local!(static CHECKED: Cell<usize> = const { Cell::new(0) });

#[derive(Debug)]
struct Checked(SharedTransport);

#[async_trait]
impl Transport for Checked {
    async fn execute(
        &self,
        request: Request<Bytes>,
        deadline: Option<Timestamp>,
    ) -> dakiya::Result<Response<Bytes>> {
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let method = request.method().as_str();
        if let Err(wrong) = check(method, target, request.headers(), request.body()) {
            panic!("{wrong}");
        }
        self.0.execute(request, deadline).await
    }
}

/// A request, in the pieces that the checks look at.
struct Seen<'a> {
    method: &'a str,
    path: &'a str,
    query: Vec<(String, String)>,
    headers: &'a HeaderMap,
    body: &'a [u8],
}

impl<'a> Seen<'a> {
    fn new(method: &'a str, target: &'a str, headers: &'a HeaderMap, body: &'a [u8]) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { method, path, query, headers, body }
    }

    /// The parts of the path that stand in braces in `template`, decoded; `None` when it is another
    /// path.
    fn parameters(&self, template: &str) -> Option<Vec<(String, String)>> {
        let (ours, theirs) = (self.path.split('/'), template.split('/'));
        if ours.clone().count() != theirs.clone().count() {
            return None;
        }
        let mut found = Vec::new();
        for (our, their) in ours.zip(theirs) {
            // `{Sid}.json`: a suffix may follow the brace.
            let name = their.strip_prefix('{').and_then(|rest| rest.split_once('}'));
            match name {
                Some((name, suffix)) => {
                    let value = our.strip_suffix(suffix)?;
                    let value = percent_encoding::percent_decode_str(value).decode_utf8().ok()?;
                    found.push((name.to_owned(), value.into_owned()));
                }
                None if our == their => {}
                None => return None,
            }
        }
        Some(found)
    }

    /// What is wrong with the credentials and the media type.
    fn heads(&self, scheme: &str, media_type: Option<&str>, faults: &mut Vec<String>) {
        let text = |name| self.headers.get(name).and_then(|value| value.to_str().ok());
        let authorization = text("authorization").unwrap_or("");
        if authorization.split(' ').next() != Some(scheme) || !authorization.contains(' ') {
            faults.push(format!("authorization: is not `{scheme} …`"));
        }
        let given = text("content-type").unwrap_or("").split(';').next().unwrap_or("").trim();
        if let Some(wanted) = media_type.filter(|wanted| *wanted != given) {
            faults.push(format!("content-type: is `{given}`, not `{wanted}`"));
        }
    }

    fn json(&self, faults: &mut Vec<String>) -> Option<Value> {
        let read = serde_json::from_slice(self.body);
        read.map_err(|error| faults.push(format!("body: is no JSON: {error}"))).ok()
    }
}

struct Schemas {
    twilio: twilio::Twilio,
    sendgrid: sendgrid::SendGrid,
    ses: ses::Ses,
}

impl Schemas {
    fn load(folder: &Path) -> Self {
        let read = |name: &str| -> Value {
            let text = fs::read_to_string(folder.join(name))
                .unwrap_or_else(|error| panic!("DAKIYA_SPECS: {name}: {error}"));
            serde_json::from_str(&text).unwrap()
        };
        Self {
            twilio: twilio::Twilio::new(&read("twilio-messages-calls.openapi.json")),
            sendgrid: sendgrid::SendGrid::new(&read("sendgrid-mail-send.openapi.json")),
            ses: ses::Ses::new(read("ses-v2.model.json")),
        }
    }

    /// `None` where no schema has the path.
    fn faults(&self, request: &Seen<'_>) -> Option<Vec<String>> {
        let checks =
            [self.twilio.faults(request), self.sendgrid.faults(request), self.ses.faults(request)];
        checks.into_iter().flatten().next()
    }
}

fn schemas() -> Option<&'static Schemas> {
    static SCHEMAS: OnceLock<Option<Schemas>> = OnceLock::new();
    let load = || {
        let folder = std::env::var_os("DAKIYA_SPECS").filter(|folder| !folder.is_empty());
        if folder.is_none() {
            left_out("DAKIYA_SPECS", "requests are not checked against the providers' schemas");
        }
        folder.map(|folder| Schemas::load(Path::new(&folder)))
    };
    SCHEMAS.get_or_init(load).as_ref()
}

/// Says on standard error that a check did not run, past the test harness that would hold it back.
pub(crate) fn left_out(variable: &str, what: &str) {
    drop(writeln!(std::io::stderr(), "{variable} is not set: {what}"));
}

/// A validator that holds formats too.
fn validator(schema: &Value) -> Validator {
    let options = jsonschema::draft202012::options().should_validate_formats(true);
    options.build(schema).unwrap()
}

/// Every way in which `value` breaks the schema, by JSON pointer.
fn broken(validator: &Validator, value: &Value) -> Vec<String> {
    let errors = validator.iter_errors(value);
    errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[cfg(test)]
mod tests;
