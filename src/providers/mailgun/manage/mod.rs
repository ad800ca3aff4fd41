//! What there is to manage at Mailgun beside sending. All of it needs the account's private key: a
//! domain's sending key may not do it.
//!
//! | what | where |
//! | --- | --- |
//! | bounces, complaints, unsubscribes, the allow list | [`Mailgun::bounces`] and its like |
//! | domains, their DNS records and tracking | [`Mailgun::domains`] |
//! | templates and their versions | [`Mailgun::templates`] |
//! | events of the last days | [`Mailgun::events`] |
//!
//! Every call ends after 30 s. Its errors are those of a send;
//! [`Rejected`](crate::ErrorKind::Rejected) with status 404 says that there is no such entry.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Method, Request, Response};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

pub use self::{
    domains::{
        DnsRecord, Domain, DomainDetails, DomainSettings, DomainState, Domains, SpamAction,
        Tracking, TrackingSetting,
    },
    events::{Event, EventQuery, Events},
    suppressions::{Allowed, AllowedKind, Bounce, Complaint, Entry, Suppressions, Unsubscribed},
    templates::{NewVersion, Template, TemplateDetails, TemplateEngine, Templates, Version},
};
use super::{Mailgun, email::LABEL, error};
use crate::{
    error::{Error, Fault, Result},
    http::{Page, answer::date, connection::read, form, from_status},
};

mod domains;
mod events;
mod suppressions;
mod templates;

/// Fields of a form or a query.
type Pairs<'a> = Vec<(&'a str, Cow<'a, str>)>;

/// A page as Mailgun writes it.
#[derive(Deserialize)]
struct Listed<T> {
    #[serde(default = "Vec::new")]
    items: Vec<T>,
    #[serde(default)]
    paging: Paging,
}

#[derive(Default, Deserialize)]
struct Paging {
    next: Option<String>,
}

/// The request of `pairs` as a form.
fn with_form(
    account: &Mailgun,
    method: Method,
    path: &str,
    pairs: Pairs<'_>,
) -> Result<Request<Bytes>> {
    let mut request = account.connection.form(path, pairs)?;
    *request.method_mut() = method;
    Ok(request)
}

/// A request without a body, with its query.
fn bare(account: &Mailgun, method: Method, path: &str, query: Pairs<'_>) -> Result<Request<Bytes>> {
    let query = query.into_iter().map(|(name, value)| (name, Some(value)));
    account.connection.request(method, &form::with_query(path, query), Bytes::new())
}

/// Sends a request whose answer says no more than that it is done.
async fn tell(account: &Mailgun, request: Result<Request<Bytes>>) -> Result<Response<Bytes>> {
    let request = request.map_err(|error| error.with_provider(LABEL))?;
    let response = account.call(request).await?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    if status.is_redirection() {
        return Err(from_status(status).with_provider(LABEL));
    }
    Err(error::from_call(&response, account.connection.now()))
}

/// Sends a request and reads its answer.
async fn ask<T: DeserializeOwned>(account: &Mailgun, request: Result<Request<Bytes>>) -> Result<T> {
    let response = tell(account, request).await?;
    read(&response).map_err(|error| error.with_provider(LABEL))
}

/// One page: the first of `path` with `query`, or the one that `cursor` names.
async fn page<T: DeserializeOwned>(
    account: &Mailgun,
    path: &str,
    query: Pairs<'_>,
    cursor: Option<&str>,
) -> Result<Page<T>> {
    let request = match cursor {
        Some(cursor) => {
            let target = target(path, cursor)?;
            account.connection.request(Method::GET, &target, Bytes::new())
        }
        None => bare(account, Method::GET, path, query),
    };
    let listed: Listed<T> = ask(account, request).await?;
    // The last page is empty, and names a next one all the same.
    let next = listed.paging.next.filter(|_| !listed.items.is_empty());
    Ok(Page::new(listed.items, next.as_deref().and_then(cursor_of)))
}

/// The path and query of a URL of Mailgun's, written so that it shows no address.
fn cursor_of(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(URL_SAFE_NO_PAD.encode(format!("{}{query}", url.path().trim_start_matches('/'))))
}

/// What a cursor stands for; only ever more of `path`, on our endpoint.
fn target(path: &str, cursor: &str) -> Result<String> {
    let wrong = || {
        let fault = Fault::new("cursor", "is none of this list", "use `next` of its last page");
        Error::invalid(vec![fault]).with_provider(LABEL)
    };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| wrong())?;
    let target = String::from_utf8(bytes).map_err(|_| wrong())?;
    let rest = target.strip_prefix(path).ok_or_else(wrong)?;
    let clean = rest.bytes().all(|byte| byte.is_ascii_graphic()) && !rest.contains("..");
    if clean && (rest.is_empty() || rest.starts_with(['?', '/'])) {
        Ok(target)
    } else {
        Err(wrong())
    }
}

/// `limit`, refused over what Mailgun takes.
fn limit(limit: usize, most: usize) -> Result<Cow<'static, str>> {
    if (1..=most).contains(&limit) {
        return Ok(limit.to_string().into());
    }
    let problem = format!("is {limit}, Mailgun takes 1 to {most}");
    let fault = Fault::new("limit", problem, "write one between them");
    Err(Error::invalid(vec![fault]).with_provider(LABEL))
}

/// How many entries the page that `next` names leaves out.
fn offset(next: Option<&str>) -> Result<usize> {
    let wrong = |_| {
        let fault = Fault::new("next", "is none of this list", "use `next` of its last page");
        Error::invalid(vec![fault]).with_provider(LABEL)
    };
    next.map_or(Ok(0), |next| next.parse().map_err(wrong))
}

/// Refuses an empty text, which would make the path another one.
fn present(field: &str, text: &str) -> Result<()> {
    if !text.is_empty() {
        return Ok(());
    }
    let fault = Fault::new(field, "is empty", "name one");
    Err(Error::invalid(vec![fault]).with_provider(LABEL))
}

fn yes(on: bool) -> Cow<'static, str> {
    if on { "yes" } else { "no" }.into()
}

/// Text, or a number as text.
fn text<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<String, D::Error> {
    Ok(match Option::<Value>::deserialize(from)? {
        Some(Value::String(text)) => text,
        None | Some(Value::Null) => String::new(),
        Some(value) => value.to_string(),
    })
}
