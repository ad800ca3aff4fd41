//! Call to request, response to id.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, header};

use super::{
    Account, Body, LABEL, Method,
    error::{self, unreadable},
    pointer::Answer,
    template, values,
};
use crate::{
    error::{Error, Result},
    http::{Truncated, form},
    message::{Call, Envelope},
};

pub(super) fn encode(account: &Account, envelope: &Envelope<Call>) -> Result<Request<Bytes>> {
    let named = |error: Error| error.with_provider(LABEL);
    account.limits().admit(LABEL, envelope)?;
    envelope.validate_for(LABEL).map_err(named)?;
    let values = values::of(account, envelope).map_err(named)?;
    let api = &account.api;
    let incomplete = || Error::config("the API is not described in full").with_provider(LABEL);
    let (path, method) = api.path.as_deref().zip(api.method).ok_or_else(incomplete)?;
    let body = api.body.as_ref().ok_or_else(incomplete)?;
    let pairs = |fields: &_| {
        let fields = template::fields(fields, &values);
        form::encode(fields.iter().map(|(name, value)| (*name, Cow::Borrowed(&**value))))
    };
    let (path, content_type, body) = match body {
        Body::Form(fields) => {
            (path.to_owned(), Some("application/x-www-form-urlencoded"), pairs(fields))
        }
        Body::Json(template) => {
            let body = template::json(template, &values).unwrap_or_default();
            (path.to_owned(), Some("application/json"), body.to_string())
        }
        Body::Query(fields) => {
            let mark = if path.contains('?') { "&" } else { "?" };
            ([path, mark, &pairs(fields)].concat(), None, String::new())
        }
    };
    let mut request = request(account, method, &path, body.into())?;
    if let Some(content_type) = content_type {
        let content_type = HeaderValue::from_static(content_type);
        request.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    Ok(request)
}

fn request(account: &Account, method: Method, path: &str, body: Bytes) -> Result<Request<Bytes>> {
    let method = match method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
    };
    let path = path.trim_start_matches('/');
    let request = account.connection.request(method, path, body);
    let mut request = request.map_err(|error| error.with_provider(LABEL))?;
    for (name, value) in &account.api.headers {
        let header = HeaderName::try_from(name).ok().zip(HeaderValue::try_from(value).ok());
        if let Some((name, value)) = header {
            request.headers_mut().insert(name, value);
        }
    }
    Ok(request)
}

/// The call that proves the credentials.
pub(super) fn check(account: &Account) -> Result<Request<Bytes>> {
    let check = account.api.check.as_ref().ok_or_else(|| {
        let message = "there is nothing to check with: set `check` to a path that places no call";
        Error::config(message).with_provider(LABEL)
    })?;
    request(account, check.method, &check.path, Bytes::new())
}

pub(super) fn decode_check(account: &Account, response: &Response<Bytes>) -> Result<()> {
    if response.status().is_success() {
        Ok(())
    } else {
        Err(error::from_response(&account.api, response, account.now()))
    }
}

/// The vendor's id of the call, where there is one.
pub(super) fn decode(account: &Account, response: &Response<Bytes>) -> Result<Option<String>> {
    let api = &account.api;
    let status = response.status().as_u16();
    if !(api.success.from..=api.success.to).contains(&status) {
        return Err(error::from_response(api, response, account.now()));
    }
    if Truncated::of(response) {
        return Err(unreadable(status));
    }
    let answer = Answer::read(response.body()).ok_or_else(|| unreadable(status))?;
    let mut absent = false;
    for (pointer, wanted) in &api.success.equals {
        match answer.value(pointer) {
            Some(value) if value == wanted => {}
            Some(_) => return Err(error::from_response(api, response, account.now())),
            None => absent = true,
        }
    }
    // A code that the deployer knows is a refusal, whatever else is there.
    if let Some(refusal) = error::known(api, &answer) {
        return Err(error::placed(refusal, response, account.now()));
    }
    let id = answer.first(&api.id);
    if absent || api.success.equals.is_empty() && id.is_none() {
        return Err(unreadable(status));
    }
    Ok(id)
}
