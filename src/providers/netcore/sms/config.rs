//! The account and its settings: the only file that exposes the credentials.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, header::CONTENT_TYPE};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use super::{CAPABILITIES, LABEL};
use crate::{
    channel::Capabilities,
    error::{Error, Fault, Result},
    http::{
        connection::{Connection, ConnectionSettings, sensitive},
        form,
    },
    message::SenderId,
};

/// Names that the API uses itself, which no extra parameter may take.
const RESERVED: [&str; 15] = [
    "async",
    "entityid",
    "feedid",
    "filestring",
    "jobname",
    "messages",
    "mobile",
    "password",
    "senderid",
    "short",
    "templateid",
    "text",
    "time",
    "to",
    "username",
];

/// How one message is put.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// `JsonSingleApi`, a JSON body. Its answer is not documented; JSON and XML are both read.
    Json,
    /// `SingleMsgApi`, a form body: the documented one.
    #[default]
    Single,
}

/// An SMS account at Netcore: one feed. `Debug` shows no credentials.
#[derive(Clone)]
pub struct Account {
    pub(super) sender: Option<SenderId>,
    pub(super) entity: Option<String>,
    pub(super) bound: bool,
    pub(super) form: Form,
    pub(super) shorten: bool,
    pub(super) async_accept: bool,
    pub(super) job_name: Option<String>,
    pub(super) same_text_limit: usize,
    pub(super) csv_limit: usize,
    pub(super) capabilities: Capabilities,
    pub(super) connection: Connection,
    feed_id: String,
    user: SecretString,
    password: SecretString,
    api_key: Option<SecretString>,
    parameters: Vec<(String, String)>,
}

/// A request's body before the credentials are in it.
pub(super) enum Payload<'a> {
    Form(Vec<(&'a str, Cow<'a, str>)>),
    Json(Map<String, Value>),
}

impl Account {
    /// Where messages go unless the builder says otherwise.
    pub const ENDPOINT: &'static str = "https://bulkpush.mytoday.com/BulkSms/";

    /// An account of the feed `feed_id` (the numeric account id), with its API user (usually a
    /// registered mobile number) and password.
    pub fn builder(
        feed_id: impl Into<String>,
        user: impl Into<SecretString>,
        password: impl Into<SecretString>,
    ) -> AccountBuilder {
        AccountBuilder {
            feed_id: feed_id.into(),
            user: user.into(),
            password: password.into(),
            api_key: None,
            sender: None,
            entity: None,
            bound: false,
            connection: ConnectionSettings::default(),
            form: Form::default(),
            shorten: false,
            async_accept: false,
            job_name: None,
            same_text_limit: 5_000,
            csv_limit: 1_000,
            parameters: Vec::new(),
        }
    }

    /// A POST of `payload` with the credentials, to `path` under the endpoint.
    pub(super) fn post(&self, path: &str, payload: Payload<'_>) -> Result<Request<Bytes>> {
        let (user, password) = (self.user.expose_secret(), self.password.expose_secret());
        let (media_type, body) = match payload {
            Payload::Form(own) => {
                let account = [
                    ("feedid", Cow::from(&*self.feed_id)),
                    ("username", user.into()),
                    ("password", password.into()),
                ];
                let further = self.parameters.iter().map(|(name, value)| (&**name, value.into()));
                let pairs = account.into_iter().chain(own).chain(further);
                ("application/x-www-form-urlencoded", form::encode(pairs))
            }
            Payload::Json(mut object) => {
                let feed_id = self
                    .feed_id
                    .parse::<u64>()
                    .map_or_else(|_| Value::from(&*self.feed_id), Value::from);
                object.insert("feedid".into(), feed_id);
                object.insert("username".into(), user.into());
                object.insert("password".into(), password.into());
                for (name, value) in &self.parameters {
                    object.insert(name.clone(), value.as_str().into());
                }
                ("application/json", Value::Object(object).to_string())
            }
        };
        let mut request = self.connection.request(Method::POST, path, body)?;
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        if let Some(key) = &self.api_key {
            let value = sensitive(key.expose_secret())
                .ok_or_else(|| Error::config("the API key is no header value"))?;
            request.headers_mut().insert("api-key", value);
        }
        Ok(request)
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("feed_id", &self.feed_id)
            .field("sender", &self.sender)
            .field("entity", &self.entity)
            .field("connection", &self.connection)
            .field("form", &self.form)
            .finish_non_exhaustive()
    }
}

/// Settings of an [`Account`].
#[must_use]
#[derive(Clone)]
pub struct AccountBuilder {
    feed_id: String,
    user: SecretString,
    password: SecretString,
    api_key: Option<SecretString>,
    sender: Option<SenderId>,
    entity: Option<String>,
    bound: bool,
    connection: ConnectionSettings,
    form: Form,
    shorten: bool,
    async_accept: bool,
    job_name: Option<String>,
    same_text_limit: usize,
    csv_limit: usize,
    parameters: Vec<(String, String)>,
}

impl AccountBuilder {
    /// Sets the sender of messages that name none: the DLT header without the operator's prefix
    /// and suffix. Default: the feed's own.
    pub fn from(mut self, sender: impl Into<SenderId>) -> Self {
        self.sender = Some(sender.into());
        self
    }

    /// Sets the DLT principal entity of messages that name none: 19 digits.
    pub fn entity(mut self, id: impl Into<String>) -> Self {
        self.entity = Some(id.into());
        self
    }

    /// Lets messages to India go without entity and template, for a feed to which the vendor has
    /// bound them. Default: both are demanded.
    pub fn bound_to_feed(mut self) -> Self {
        self.bound = true;
        self
    }

    crate::http::connection::connection_settings! {
        /// Sets where messages go, such as `https://smsapi.netcorecloud.net/BulkSms/v2/`. HTTPS, but
        /// for a loopback address. Default: [`Account::ENDPOINT`].
    }

    /// Sets how one message is put. Default: [`Form::Single`].
    pub fn form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    /// Whether links in the text are shortened, so that clicks are counted. Default: no.
    pub fn shorten(mut self, shorten: bool) -> Self {
        self.shorten = shorten;
        self
    }

    /// Whether a request is answered before its messages are looked at: faster, but a refusal is
    /// then only seen in the delivery report. Default: no.
    pub fn async_accept(mut self, async_accept: bool) -> Self {
        self.async_accept = async_accept;
        self
    }

    /// Sets the campaign name of messages without a tag of their own. Default: none.
    pub fn job_name(mut self, name: impl Into<String>) -> Self {
        self.job_name = Some(name.into());
        self
    }

    /// Sets how many numbers one request with one text holds, 1 to 10 000. Default: 5 000, whose
    /// answer still fits into the 1 MiB that the default transport reads.
    pub fn same_text_limit(mut self, numbers: usize) -> Self {
        self.same_text_limit = numbers;
        self
    }

    /// Sets how many rows one CSV request holds. Default: 1 000; the API documents no limit.
    pub fn csv_limit(mut self, rows: usize) -> Self {
        self.csv_limit = rows;
        self
    }

    /// Adds a parameter to every send, such as the message type that the account manager names.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Sets the optional `api-key` header. Default: none.
    pub fn api_key(mut self, key: impl Into<SecretString>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// The account.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) with everything that is wrong.
    pub fn build(self) -> Result<Account> {
        let mut faults = Vec::new();
        self.check(&mut faults);
        let connection = self.connection.connect(LABEL, Account::ENDPOINT, faults)?;
        Ok(Account {
            sender: self.sender,
            entity: self.entity,
            bound: self.bound,
            form: self.form,
            shorten: self.shorten,
            async_accept: self.async_accept,
            job_name: self.job_name,
            same_text_limit: self.same_text_limit,
            csv_limit: self.csv_limit,
            capabilities: CAPABILITIES.batch(self.same_text_limit.max(self.csv_limit)),
            connection,
            feed_id: self.feed_id,
            user: self.user,
            password: self.password,
            api_key: self.api_key,
            parameters: self.parameters,
        })
    }

    fn check(&self, faults: &mut Vec<Fault>) {
        let mut fault = |field: &str, problem: &str, remedy: &str| {
            faults.push(Fault::new(field, problem, remedy));
        };
        if self.feed_id.is_empty() || !self.feed_id.bytes().all(|byte| byte.is_ascii_digit()) {
            fault("feed_id", "is not a number", "copy the feed id from the dashboard");
        }
        if is_blank(&self.user) {
            fault("user", "is empty", "set the API user");
        }
        if is_blank(&self.password) {
            fault("password", "is empty", "set the API password");
        }
        if self.api_key.as_ref().is_some_and(|key| !is_header_value(key)) {
            fault("api_key", "is no header value", "set visible ASCII, or leave it out");
        }
        if self.entity.as_ref().is_some_and(|id| !is_dlt_id(id)) {
            fault("entity", "is not 19 digits", "copy the principal entity id from the DLT portal");
        }
        if self.sender.as_ref().is_some_and(|id| has_affix(id.as_str())) {
            fault("sender", "holds an operator's prefix or suffix", "set the header as registered");
        }
        if !(1..=10_000).contains(&self.same_text_limit) {
            fault("same_text_limit", "is not 1 to 10000", "set a number in that range");
        }
        if self.csv_limit == 0 {
            fault("csv_limit", "is zero", "set at least 1");
        }
        for (index, (name, _)) in self.parameters.iter().enumerate() {
            let lower = name.to_ascii_lowercase();
            if name.is_empty() || RESERVED.contains(&&*lower) {
                let field = format!("parameters[{index}]");
                fault(&field, "is empty or set by the account itself", "use another name");
            }
        }
    }
}

impl fmt::Debug for AccountBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountBuilder").field("feed_id", &self.feed_id).finish_non_exhaustive()
    }
}

/// 19 digits, as the DLT portals write ids of entities and templates.
pub(super) fn is_dlt_id(id: &str) -> bool {
    id.len() == 19 && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a header is written as phones show it: `VM-ACMEIN-S`.
pub(super) fn has_affix(header: &str) -> bool {
    header.contains('-')
}

fn is_blank(secret: &SecretString) -> bool {
    secret.expose_secret().trim().is_empty()
}

fn is_header_value(secret: &SecretString) -> bool {
    !is_blank(secret) && HeaderValue::from_str(secret.expose_secret()).is_ok()
}
