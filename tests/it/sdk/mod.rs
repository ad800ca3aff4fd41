//! Our requests beside those of the providers' own SDKs, for the same messages.
//!
//! Runs where `DAKIYA_TEST_SDKS` names a Python that has them. Every difference stands in
//! `tests/fixtures/sdk/differences.toml` with its reason; another fails, and so does one that is no
//! more.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use bytes::Bytes;
use dakiya::{
    http::Request,
    testing::server::{Answer, ScriptedServer},
};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

use crate::support::specs;

mod sendgrid;
mod ses;
mod twilio;

/// A Python with the SDKs, and the program that sends by them.
struct Official {
    python: PathBuf,
    program: PathBuf,
}

impl Official {
    /// `None`, and a line on standard error, where there is none.
    fn find() -> Option<Self> {
        let python = std::env::var_os("DAKIYA_TEST_SDKS").filter(|python| !python.is_empty());
        if python.is_none() {
            specs::left_out("DAKIYA_TEST_SDKS", "our requests are not compared with the SDKs'");
        }
        Some(Self { python: python?.into(), program: fixture("official.py") })
    }

    /// The requests of a provider's SDK, by case, each of them held against the schema too.
    async fn requests(&self, provider: &str, status: u16) -> Vec<(String, Pieces)> {
        let server = ScriptedServer::start(move |_| Answer::json(status, "{}").into());
        let server = server.await.unwrap();
        let mut command = tokio::process::Command::new(&self.python);
        command.arg(&self.program).arg(server.endpoint()).arg(provider);
        let output = server.serve(command.output()).await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let cases = String::from_utf8(output.stdout).unwrap();
        let requests = server.requests();
        assert_eq!(cases.lines().count(), requests.len(), "one request for each case");
        let pieces = requests.iter().zip(cases.lines()).map(|(request, case)| {
            let method = request.method.as_str();
            specs::check(method, &request.target, &request.headers, &request.body)
                .unwrap_or_else(|wrong| panic!("the SDK's own request: {case}: {wrong}"));
            let pieces = self.pieces(method, &request.target, &request.headers, &request.body);
            (case.to_owned(), pieces)
        });
        pieces.collect()
    }

    /// What another mode of the program makes of a text.
    fn ask(&self, mode: &str, input: &str) -> String {
        let mut child = Command::new(&self.python)
            .arg(&self.program)
            .arg(mode)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{mode} failed");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The pieces of a request that matter, by their path in it.
    fn pieces(&self, method: &str, target: &str, headers: &HeaderMap, body: &[u8]) -> Pieces {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
        let media_type = text("content-type").split(';').next().unwrap_or("").trim();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut pieces = Pieces::new();
        pieces.insert("method".into(), method.into());
        pieces.insert("path".into(), path.into());
        pieces.insert("content-type".into(), media_type.into());
        pieces.insert("authorization".into(), credentials(text("authorization")).into());
        pairs("query", query.as_bytes(), &mut pieces);
        match media_type {
            "application/json" => {
                self.flatten("body", serde_json::from_slice(body).unwrap(), &mut pieces);
            }
            _ => pairs("body", body, &mut pieces),
        }
        pieces
    }

    /// The leaves of a value, by path. JSON in a text is a value too, and so is MIME.
    fn flatten(&self, at: &str, value: Value, pieces: &mut Pieces) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (name, value) in members {
                    self.flatten(&format!("{at}/{name}"), value, pieces);
                }
            }
            Value::Array(entries) if !entries.is_empty() => {
                for (number, value) in entries.into_iter().enumerate() {
                    self.flatten(&format!("{at}/{number}"), value, pieces);
                }
            }
            Value::String(text) if at.ends_with("/Raw/Data") => {
                let mime = serde_json::from_str(&self.ask("--mime", &text)).unwrap();
                self.flatten(at, mime, pieces);
            }
            Value::String(text) => match inner(&text) {
                Some(value) => self.flatten(at, value, pieces),
                None => drop(pieces.insert(at.to_owned(), text.into())),
            },
            other => drop(pieces.insert(at.to_owned(), other)),
        }
    }

    /// Compares case by case, and with the list.
    async fn compare(&self, provider: &str, status: u16, ours: Vec<(&str, Request<Bytes>)>) {
        let theirs = self.requests(provider, status).await;
        let names = |case: &(String, Pieces)| case.0.clone();
        let cases: Vec<_> = ours.iter().map(|(case, _)| (*case).to_owned()).collect();
        assert_eq!(cases, theirs.iter().map(names).collect::<Vec<_>>());

        let list = fs::read_to_string(fixture("differences.toml")).unwrap();
        let list: List = toml::from_str(&list).unwrap();
        let listed: Vec<_> =
            list.difference.into_iter().filter(|listed| listed.provider == provider).collect();
        let unreasoned: Vec<_> = listed.iter().filter(|one| one.reason.len() < 20).collect();
        assert!(unreasoned.is_empty(), "without a reason: {unreasoned:#?}");

        let mut found = Vec::new();
        for ((case, ours), (_, theirs)) in ours.iter().zip(&theirs) {
            let target = ours.uri().path_and_query().unwrap().as_str();
            let ours = self.pieces(ours.method().as_str(), target, ours.headers(), ours.body());
            let paths: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
            for path in paths.into_iter().filter(|path| ours.get(*path) != theirs.get(*path)) {
                found.push(Difference {
                    provider: provider.to_owned(),
                    case: (*case).to_owned(),
                    path: path.clone(),
                    ours: ours.get(path).cloned(),
                    theirs: theirs.get(path).cloned(),
                    reason: String::new(),
                });
            }
        }
        let unlisted: Vec<_> =
            found.iter().filter(|one| !listed.iter().any(|listed| listed.is(one))).collect();
        let stale: Vec<_> =
            listed.iter().filter(|listed| !found.iter().any(|one| listed.is(one))).collect();
        let toml: String = unlisted.iter().map(|one| one.toml()).collect();
        assert!(unlisted.is_empty(), "not in differences.toml:\n{toml}");
        assert!(stale.is_empty(), "in differences.toml, and no more: {stale:#?}");
    }
}

/// The leaves of a request, by path.
type Pieces = BTreeMap<String, Value>;

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    difference: Vec<Difference>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    provider: String,
    case: String,
    path: String,
    /// Absent where only they have it.
    ours: Option<Value>,
    /// Absent where only we have it.
    theirs: Option<Value>,
    reason: String,
}

impl Difference {
    fn is(&self, other: &Self) -> bool {
        let key = |one: &Self| (one.case.clone(), one.path.clone());
        key(self) == key(other) && self.ours == other.ours && self.theirs == other.theirs
    }

    /// As the list has it, for whoever gives the reason.
    fn toml(&self) -> String {
        let value = |name: &str, value: &Option<Value>| {
            value.as_ref().map(|value| format!("{name} = {value}\n")).unwrap_or_default()
        };
        format!(
            "\n[[difference]]\nprovider = {:?}\ncase = {:?}\npath = {:?}\n{}{}reason = \"\"\n",
            self.provider,
            self.case,
            self.path,
            value("ours", &self.ours),
            value("theirs", &self.theirs),
        )
    }
}

/// A form's pairs, by name; a name that is there more than once is numbered.
fn pairs(at: &str, form: &[u8], pieces: &mut Pieces) {
    for (name, value) in url::form_urlencoded::parse(form) {
        let mut path = format!("{at}/{name}");
        let mut number = 1;
        while pieces.contains_key(&path) {
            path = format!("{at}/{name}/{number}");
            number += 1;
        }
        pieces.insert(path, inner(&value).unwrap_or_else(|| value.into_owned().into()));
    }
}

/// The object that a text is the JSON of.
fn inner(text: &str) -> Option<Value> {
    text.starts_with('{').then(|| serde_json::from_str(text).ok()).flatten()
}

/// Basic and bearer as they are; of a signature its scope, without the date.
fn credentials(authorization: &str) -> String {
    let Some(signed) = authorization.strip_prefix("AWS4-HMAC-SHA256 ") else {
        return authorization.to_owned();
    };
    let part = |name: &str| {
        let part = signed.split(',').find_map(|part| part.trim().strip_prefix(name));
        part.unwrap_or_default().to_owned()
    };
    let scope = part("Credential=");
    let scope: Vec<_> = scope.split('/').enumerate().filter(|(at, _)| *at != 1).collect();
    let scope: Vec<_> = scope.into_iter().map(|(_, step)| step).collect();
    format!("AWS4-HMAC-SHA256 {} {}", scope.join("/"), part("SignedHeaders="))
}

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sdk").join(name)
}

#[test]
fn a_list_of_differences_names_each_once() {
    let list = fs::read_to_string(fixture("differences.toml")).unwrap();
    let list: List = toml::from_str(&list).unwrap();
    let mut seen = BTreeSet::new();
    for one in &list.difference {
        let key = (one.provider.clone(), one.case.clone(), one.path.clone());
        assert!(seen.insert(key), "twice: {one:?}");
        assert_ne!(one.ours, one.theirs, "no difference: {one:?}");
    }
}

#[tokio::test]
async fn the_schemas_take_what_the_sdks_send() {
    let Some(official) = Official::find() else { return };
    for (provider, status, cases) in [("twilio", 201, 6), ("sendgrid", 202, 3), ("ses", 200, 5)] {
        assert_eq!(official.requests(provider, status).await.len(), cases);
    }
    assert_eq!(specs::count(), if specs::present() { 14 } else { 0 });
}
