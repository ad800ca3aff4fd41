//! What is missing of an API's description, and what is wrong with it: all at once.

use std::collections::{BTreeMap, BTreeSet};

use http::{HeaderName, HeaderValue, Uri};
use secrecy::{ExposeSecret as _, SecretString};

use super::{Api, Auth, Body, Method, Options, template, values};
use crate::{
    channel::{Capabilities, Features},
    error::Fault,
    http::connection::{basic, bearer},
    time::Timestamp,
};

const DOCUMENT: &str = "copy it from the vendor's document";

/// Adds everything that is wrong with `api` and the account's `defaults` to `faults`.
pub(super) fn review(api: &Api, defaults: &Options, faults: &mut Vec<Fault>) {
    let mut fault = |field: &str, problem: &str, remedy: &str| {
        faults.push(Fault::new(field, problem, remedy));
    };
    let missing = [
        ("base_url", api.base_url.is_none()),
        ("path", api.path.is_none()),
        ("method", api.method.is_none()),
        ("auth", api.auth.is_none()),
        ("body", api.body.is_none()),
    ];
    for (field, _) in missing.into_iter().filter(|(_, missing)| *missing) {
        fault(field, "is missing", DOCUMENT);
    }
    let check = api.check.as_ref().map(|check| &*check.path);
    for (field, path) in [("path", api.path.as_deref()), ("check.path", check)] {
        if path.is_some_and(|path| !is_path(path)) {
            fault(field, "is no path below `base_url`", "write such as v1/calls, percent-encoded");
        }
    }
    if let Some(problem) = api.auth.as_ref().and_then(|auth| unsendable(auth, api.body.as_ref())) {
        fault("auth", problem, DOCUMENT);
    }
    let form = matches!(api.auth, Some(Auth::Form(_)));
    if form && api.check.as_ref().is_some_and(|check| check.method == Method::Get) {
        fault("check.method", "has no place for credentials in a form", "use post");
    }
    for (name, value) in &api.headers {
        if HeaderName::try_from(name).is_err() || HeaderValue::try_from(value).is_err() {
            fault(&format!("headers.{name}"), "is no header", "correct its name and value");
        }
    }
    if let Some(body) = &api.body {
        let fits = match body {
            Body::Query(_) => true,
            Body::Form(_) => api.method != Some(Method::Get),
            Body::Json(template) => {
                api.method != Some(Method::Get) && (template.is_object() || template.is_array())
            }
        };
        if !fits {
            fault(
                "body",
                "does not fit the method",
                "a GET has a query; JSON is an object or list",
            );
        }
        let (places, wrong) = template::survey(body);
        for problem in wrong {
            let known = template::PLACEHOLDERS.join(", ");
            fault("body", &problem, &format!("the placeholders are {known}"));
        }
        if !places.contains("to") {
            fault("body", "has no {to}", "say where the number goes");
        }
        let content = ["text", "audio_url", "audio_id", "campaign_id"];
        if !content.iter().any(|place| places.contains(place)) {
            fault(
                "body",
                "has nothing to say",
                "use {text}, {audio_url}, {audio_id} or {campaign_id}",
            );
        }
        for place in defaults.placeholders().filter(|place| !places.contains(place)) {
            let remedy = format!("put {{{place}}} into the template, or unset it");
            fault(&format!("defaults.{place}"), "has no place in the template", &remedy);
        }
    }
    let range = 100..=599;
    let success = &api.success;
    if !range.contains(&success.from) || !range.contains(&success.to) || success.from > success.to {
        fault("success", "is no range of statuses", "write such as from 200 to 299");
    }
    let pointers = [
        ("success.equals", success.equals.keys().collect::<Vec<_>>()),
        ("id", api.id.iter().collect()),
        ("error.code", api.error.code.iter().collect()),
        ("error.text", api.error.text.iter().collect()),
    ];
    for (field, pointers) in pointers {
        let attributes = field != "success.equals";
        let fits = |pointer: &&String| {
            pointer.starts_with('/') || attributes && pointer.len() > 1 && pointer.starts_with('@')
        };
        if !pointers.iter().all(fits) {
            fault(field, "holds what is no pointer", "write such as /data/id, or @REQID for XML");
        }
    }
    if api.retryable.iter().any(|status| !(400..=599).contains(status)) {
        fault("retryable", "holds what is no status of an error", "write 400 to 599");
    }
    if values::time(Timestamp::UNIX_EPOCH, &api.schedule).is_err() {
        fault("schedule", "cannot be written", "use rfc3339, unix, unix_ms or a strftime pattern");
    }
    if api.timeout_ms == 0 {
        fault("timeout_ms", "is 0", "write 1 or more");
    }
    if api.max_concurrency == 0 {
        fault("max_concurrency", "is 0", "write 1 or more");
    }
}

fn is_path(path: &str) -> bool {
    let steps = path.split('?').next().unwrap_or_default();
    let uri = format!("https://h.example/{}", path.trim_start_matches('/'));
    !steps.split('/').any(|step| matches!(step, "." | ".."))
        && !path.contains(['#', '{', '}'])
        && uri.parse::<Uri>().is_ok()
}

/// Why the credentials cannot be sent.
fn unsendable(auth: &Auth, body: Option<&Body>) -> Option<&'static str> {
    let empty = |parameters: &BTreeMap<String, SecretString>| {
        parameters.is_empty()
            || parameters
                .iter()
                .any(|(name, value)| name.is_empty() || value.expose_secret().is_empty())
    };
    match auth {
        Auth::Basic { user, password } if basic(user, password.expose_secret()).is_none() => {
            Some("is no user and password")
        }
        Auth::Bearer { token } if bearer(token.expose_secret()).is_none() => {
            Some("is no bearer token")
        }
        Auth::Header { name, value }
            if HeaderName::try_from(name).is_err()
                || value.expose_secret().is_empty()
                || HeaderValue::try_from(value.expose_secret()).is_err() =>
        {
            Some("is no header")
        }
        Auth::Form(parameters) | Auth::Query(parameters) if empty(parameters) => {
            Some("has a parameter without name or value")
        }
        Auth::Form(_) if !matches!(body, None | Some(Body::Form(_))) => {
            Some("is in a form, and the body is none")
        }
        Auth::Basic { .. }
        | Auth::Bearer { .. }
        | Auth::Form(_)
        | Auth::Header { .. }
        | Auth::Query(_) => None,
    }
}

/// What a call may have, by the template's placeholders.
pub(super) fn capabilities(places: &BTreeSet<&'static str>, in_flight: usize) -> Capabilities {
    let has = |place: &str| places.contains(place);
    let features = Features::NONE
        .and_if(has("text"), Features::TEXT)
        .and_if(has("audio_url"), Features::MEDIA)
        .and_if(has("audio_id"), Features::PROVIDER_TEMPLATES)
        .and_if(has("digits") || has("input_url"), Features::INPUT)
        .and_if(has("record"), Features::RECORDING)
        .and_if(has("retries"), Features::RETRIES)
        .and_if(has("schedule"), Features::SCHEDULING);
    Capabilities::new(features).in_flight(in_flight).recipients(1)
}
