//! The account: where it calls, what it sends by default. The only file that exposes its secret.

use std::{borrow::Cow, fmt, sync::Arc};

use bytes::Bytes;
use http::{Method, Request, Response, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;

use super::{NAME, TwilioBuilder, error};
use crate::{
    error::{Error, Result},
    http::{
        connection::{Connection, basic, read, segment},
        form,
    },
    message::{PhoneNumber, SenderId},
    time::Timestamp,
};

/// An account at Twilio. Cheap to clone; `Debug` shows no secret.
#[derive(Clone)]
pub struct Twilio(Arc<Account>);

pub(super) struct Account {
    /// The host of messages and calls.
    pub(super) api: Connection,
    /// The host of content templates.
    pub(super) content: Connection,
    /// The SID in the path: the subaccount's, where there is one.
    pub(super) sid: String,
    /// Who authenticates: the account's SID, or the API key's.
    pub(super) user: String,
    pub(super) secret: SecretString,
    pub(super) defaults: Defaults,
}

/// What messages and calls get that name none of their own.
#[derive(Clone, Default)]
pub(in crate::providers::twilio) struct Defaults {
    pub(in crate::providers::twilio) from: Option<SenderId>,
    /// The same where it is a number in E.164: the builder sets it.
    pub(in crate::providers::twilio) number: Option<PhoneNumber>,
    /// Without its prefix.
    pub(in crate::providers::twilio) whatsapp_from: Option<String>,
    /// Without its prefix.
    pub(in crate::providers::twilio) rcs_from: Option<String>,
    pub(in crate::providers::twilio) voice_from: Option<PhoneNumber>,
    pub(in crate::providers::twilio) messaging_service: Option<String>,
    pub(in crate::providers::twilio) status_callback: Option<String>,
    /// The parameter of the status callback that carries the host's reference.
    pub(in crate::providers::twilio) callback_parameter: Option<String>,
}

/// The fields of a form or query, in order; a list repeats its name.
pub(in crate::providers::twilio) type Pairs<'a> = Vec<(&'a str, Cow<'a, str>)>;

impl Twilio {
    /// An account by its SID (`AC…`) and auth token. With
    /// [`api_key`](TwilioBuilder::api_key) the token stays unused for sending; webhooks are signed
    /// by it all the same.
    pub fn builder(
        account_sid: impl Into<String>,
        auth_token: impl Into<SecretString>,
    ) -> TwilioBuilder {
        TwilioBuilder::new(account_sid.into(), auth_token.into())
    }

    pub(super) fn new(account: Account) -> Self {
        Self(Arc::new(account))
    }

    /// What messages and calls get that name none of their own.
    pub(in crate::providers::twilio) fn defaults(&self) -> &Defaults {
        &self.0.defaults
    }

    /// Whether an API key authenticates.
    pub(super) fn is_keyed(&self) -> bool {
        self.0.user.starts_with("SK")
    }

    /// Whether calls have a caller.
    pub(crate) fn has_caller(&self) -> bool {
        self.caller().is_some()
    }

    /// Whether SMS have a sender.
    pub(crate) fn has_sms_sender(&self) -> bool {
        self.defaults().from.is_some() || self.defaults().messaging_service.is_some()
    }

    /// Whether WhatsApp messages have a sender.
    pub(crate) fn has_whatsapp_sender(&self) -> bool {
        let Defaults { whatsapp_from, number, messaging_service, .. } = self.defaults();
        whatsapp_from.is_some() || number.is_some() || messaging_service.is_some()
    }

    /// Whether RCS messages have a sender.
    pub(crate) fn has_rcs_sender(&self) -> bool {
        self.defaults().rcs_from.is_some() || self.defaults().messaging_service.is_some()
    }

    /// Who calls come from that name no number.
    pub(in crate::providers::twilio) fn caller(&self) -> Option<&PhoneNumber> {
        self.defaults().voice_from.as_ref().or_else(|| self.defaults().number.as_ref())
    }

    /// Now, by the account's clock.
    pub(in crate::providers::twilio) fn now(&self) -> Timestamp {
        self.0.api.now()
    }

    /// The host of content templates.
    pub(in crate::providers::twilio) fn content_host(&self) -> &Connection {
        &self.0.content
    }

    /// The path of a resource below the account, such as `Messages` or `Calls/CA…`: the steps are
    /// encoded.
    pub(in crate::providers::twilio) fn path(&self, steps: &[&str]) -> String {
        let mut path = format!("2010-04-01/Accounts/{}", segment(&self.0.sid));
        for step in steps {
            path.push('/');
            path.push_str(&segment(step));
        }
        path.push_str(".json");
        path
    }

    /// A POST of a form to a resource below the account.
    pub(in crate::providers::twilio) fn post<'a>(
        &self,
        steps: &[&str],
        pairs: impl IntoIterator<Item = (&'a str, Cow<'a, str>)>,
    ) -> Result<Request<Bytes>> {
        self.0.api.form(&self.path(steps), pairs)
    }

    /// A GET of a resource below the account.
    pub(in crate::providers::twilio) fn get<'a>(
        &self,
        steps: &[&str],
        query: impl IntoIterator<Item = (&'a str, Cow<'a, str>)>,
    ) -> Result<Request<Bytes>> {
        let (mut path, query) = (self.path(steps), form::encode(query));
        if !query.is_empty() {
            path.push('?');
            path.push_str(&query);
        }
        self.0.api.request(Method::GET, &path, Bytes::new())
    }

    /// A GET of the next page of a list of the resource at `steps`: `next` is the `next_page_uri`
    /// of the page before.
    pub(in crate::providers::twilio) fn get_page(
        &self,
        steps: &[&str],
        next: &str,
    ) -> Result<Request<Bytes>> {
        let path = next.trim_start_matches('/');
        // The credentials go along, so it leads nowhere else.
        if !path.starts_with(&format!("{}?", self.path(steps))) {
            return Err(Error::config("the page is none of this list").with_provider(NAME));
        }
        self.0.api.request(Method::GET, path, Bytes::new())
    }

    /// A DELETE of a resource below the account.
    pub(in crate::providers::twilio) fn delete(&self, steps: &[&str]) -> Result<Request<Bytes>> {
        self.0.api.request(Method::DELETE, &self.path(steps), Bytes::new())
    }

    /// Authorizes and sends a request. The error names no provider: the leaf does.
    pub(in crate::providers::twilio) async fn execute(
        &self,
        request: Request<Bytes>,
        deadline: Option<Timestamp>,
    ) -> Result<Response<Bytes>> {
        self.0.api.send(self.authorize(request)?, deadline).await
    }

    /// The answer to a call that is no send, which ends after 30 s. Its errors name `twilio`.
    pub(in crate::providers::twilio) async fn call<T: DeserializeOwned>(
        &self,
        request: Result<Request<Bytes>>,
    ) -> Result<T> {
        let response = self.answer(request).await?;
        read(&response).map_err(|error| error.with_provider(NAME))
    }

    /// The same for a call whose answer says nothing, such as a DELETE.
    pub(in crate::providers::twilio) async fn call_silent(
        &self,
        request: Result<Request<Bytes>>,
    ) -> Result<()> {
        self.answer(request).await.map(drop)
    }

    async fn answer(&self, request: Result<Request<Bytes>>) -> Result<Response<Bytes>> {
        let answer = async {
            let response = self.0.api.call(self.authorize(request?)?).await?;
            if response.status().is_success() {
                return Ok(response);
            }
            Err(error::from_response(&response, self.now()))
        };
        answer.await.map_err(|error: Error| error.with_provider(NAME))
    }

    /// The one place that exposes the secret, in a header that no one prints.
    fn authorize(&self, mut request: Request<Bytes>) -> Result<Request<Bytes>> {
        let value = basic(&self.0.user, self.0.secret.expose_secret())
            .ok_or_else(|| Error::config("the credentials are no header value"))?;
        request.headers_mut().insert(header::AUTHORIZATION, value);
        Ok(request)
    }
}

/// Whether the secret can authenticate at all.
pub(super) fn is_present(secret: &SecretString) -> bool {
    !secret.expose_secret().trim().is_empty()
}

impl fmt::Debug for Twilio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Twilio")
            .field("account", &self.0.sid)
            .field("api", &self.0.api)
            .finish_non_exhaustive()
    }
}
