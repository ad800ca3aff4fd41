//! What the vendor's document says, as data.

use std::{collections::BTreeMap, fmt};

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use crate::{debug::show, error::ErrorKind};

/// The vendor's API, as its private document describes it.
///
/// It is read strictly: a setting that there is not is an error of the reader, and what is
/// mandatory (`base_url`, `path`, `method`, `auth`, `body`) and missing is named by
/// [`build`](super::AccountBuilder::build), all at once. `Debug` shows neither credentials nor
/// template.
///
/// ```
/// use dakiya::netcore::voice::Api;
///
/// let api: Api = serde_json::from_str(r#"{
///     "base_url": "https://voice.example.net",
///     "path": "v1/calls",
///     "method": "post",
///     "auth": {"header": {"name": "x-api-key", "value": "3f1c9c0e5b7a"}},
///     "body": {"json": {"to": "{to}", "text": "{text}"}},
///     "id": ["/data/call_id"]
/// }"#)?;
/// # let _ = api;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[non_exhaustive]
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Api {
    /// Where it is: `https://host`, with a path that all calls share, or none. Mandatory.
    pub base_url: Option<String>,
    /// The path that places a call, below `base_url`, percent-encoded. Mandatory.
    pub path: Option<String>,
    /// The method that places a call. Mandatory.
    pub method: Option<Method>,
    /// How the credentials are sent. Mandatory.
    pub auth: Option<Auth>,
    /// What is sent: the template. Mandatory.
    pub body: Option<Body>,
    /// Headers of every request that are no secret, by name. Default: none.
    pub headers: BTreeMap<String, String>,
    /// How `{to}` and `{caller_id}` are written. Default: [`NumberFormat::DigitsCc`], the style of
    /// the vendor's other products; its voice product may differ.
    pub number_format: NumberFormat,
    /// How `{schedule}` is written. Default: RFC 3339 in Indian time.
    pub schedule: Schedule,
    /// What a success looks like. Default: any 2xx.
    pub success: Success,
    /// Where the provider's id of the call may be, the first that is there: JSON pointers
    /// (`/data/id`), or XML attributes (`@REQID`). Default: `/data/id`, `/id`, `/call_id`,
    /// `/callid`, `/uniqueid`, `/request_id`, `/reqid`, `@REQID`.
    pub id: Vec<String>,
    /// Where a refusal says why.
    pub error: ErrorPointers,
    /// What kind of error a code is, or a text where the vendor has no codes: case is ignored.
    /// Default: none, so that the HTTP status decides.
    pub codes: BTreeMap<String, ErrorKind>,
    /// The HTTP statuses after which the same call may succeed later. Default: 408, 429, 500, 502,
    /// 503, 504.
    pub retryable: Vec<u16>,
    /// The call that proves the credentials and places no call. Default: none.
    pub check: Option<Check>,
    /// How long the vendor has for its answer, in milliseconds; a message's deadline that is
    /// earlier comes first. Default: 15 000.
    pub timeout_ms: u64,
    /// How many requests are open at a time. Default: 5.
    pub max_concurrency: usize,
}

impl Default for Api {
    fn default() -> Self {
        const ID: [&str; 8] = [
            "/data/id",
            "/id",
            "/call_id",
            "/callid",
            "/uniqueid",
            "/request_id",
            "/reqid",
            "@REQID",
        ];
        Self {
            base_url: None,
            path: None,
            method: None,
            auth: None,
            body: None,
            headers: BTreeMap::new(),
            number_format: NumberFormat::default(),
            schedule: Schedule::default(),
            success: Success::default(),
            id: ID.map(Into::into).into(),
            error: ErrorPointers::default(),
            codes: BTreeMap::new(),
            retryable: vec![408, 429, 500, 502, 503, 504],
            check: None,
            timeout_ms: 15_000,
            max_concurrency: 5,
        }
    }
}

impl Api {
    /// An API of which nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

show!(Api { base_url, method, auth, number_format });

/// The method of a request.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// GET, with a query.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
}

/// How the credentials are sent.
#[expect(clippy::exhaustive_enums, reason = "a host writes its fields, and another way is a break")]
#[derive(Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Auth {
    /// `Authorization: Basic`.
    Basic {
        /// The user's name, without a colon.
        user: String,
        /// The password.
        password: SecretString,
    },
    /// `Authorization: Bearer`.
    Bearer {
        /// The token.
        token: SecretString,
    },
    /// Fields of the form. The body must be one.
    Form(BTreeMap<String, SecretString>),
    /// A header.
    Header {
        /// Its name, such as `x-api-key`.
        name: String,
        /// Its whole value.
        value: SecretString,
    },
    /// Parameters of the URL. Servers and proxies log them: ask the vendor for another way.
    Query(BTreeMap<String, SecretString>),
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Basic { .. } => "Basic(***)",
            Self::Bearer { .. } => "Bearer(***)",
            Self::Form(_) => "Form(***)",
            Self::Header { .. } => "Header(***)",
            Self::Query(_) => "Query(***)",
        })
    }
}

/// What is sent, with placeholders where a call differs from the next.
///
/// | Placeholder | Value |
/// | --- | --- |
/// | `{to}` | who is called; mandatory |
/// | `{caller_id}` | the number shown |
/// | `{text}` | what is said |
/// | `{language}`, `{voice}` | its language, and the vendor's name of a voice |
/// | `{audio_url}`, `{times}` | the recording that is played, and how often |
/// | `{audio_id}` | the vendor's id of a recording: the provider template `netcore.voice` |
/// | `{digits}`, `{input_timeout_s}`, `{finish_on}`, `{input_url}` | of a question: how many keys, how long it waits, the key that ends it, where the answer goes |
/// | `{record}` | `true`, where the call is recorded |
/// | `{retries}`, `{retry_gap_s}` | how often it is tried again, and after how many seconds |
/// | `{schedule}` | when it is placed; see [`Schedule`] |
/// | `{client_ref}` | the host's reference, else our id of the message; always there |
/// | `{callback_url}`, `{campaign_id}` | of [`Options`](super::Options) |
///
/// - `{to:number}` writes a JSON number, where the value is one; else values are texts.
/// - A field whose placeholder has no value is left out, and so is an object or a list of which
///   nothing is left.
/// - `{{` and `}}` are braces. Names of fields hold no placeholders.
/// - One of `{text}`, `{audio_url}`, `{audio_id}` and `{campaign_id}` must be there.
#[expect(clippy::exhaustive_enums, reason = "a host writes its fields, and another way is a break")]
#[derive(Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// A form, by its fields' names.
    Form(BTreeMap<String, String>),
    /// A JSON object or list.
    Json(Value),
    /// Parameters of the URL, by name.
    Query(BTreeMap<String, String>),
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A deployer may have written a secret into it.
        f.write_str(match self {
            Self::Form(_) => "Form(***)",
            Self::Json(_) => "Json(***)",
            Self::Query(_) => "Query(***)",
        })
    }
}

/// How a number is written.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberFormat {
    /// `919812345678`.
    #[default]
    DigitsCc,
    /// `+919812345678`.
    E164,
    /// `09812345678`: Indian numbers alone.
    National0,
    /// `9812345678`: Indian numbers alone.
    National10,
}

/// How a time is written.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Schedule {
    /// `rfc3339`, `unix` (seconds), `unix_ms`, or a pattern of `strftime` such as
    /// `%Y-%m-%d %H:%M:%S`. Default: `rfc3339`.
    pub format: String,
    /// How far local time is ahead of UTC, in minutes. Default: 330, India.
    pub utc_offset_minutes: i32,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { format: "rfc3339".into(), utc_offset_minutes: 330 }
    }
}

/// What a success looks like.
///
/// A 2xx whose body holds another value at a pointer is a refusal. One that holds nothing there,
/// or neither that nor an id, cannot be read: the call is probably placed.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Success {
    /// The lowest status. Default: 200.
    pub from: u16,
    /// The highest status. Default: 299.
    pub to: u16,
    /// What the body holds, by JSON pointer: `"/status" = "success"`. Default: nothing.
    pub equals: BTreeMap<String, Value>,
}

impl Default for Success {
    fn default() -> Self {
        Self { from: 200, to: 299, equals: BTreeMap::new() }
    }
}

/// Where a refusal says why: JSON pointers or XML attributes, the first that is there.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ErrorPointers {
    /// The code. Default: `/error/code`, `/code`.
    pub code: Vec<String>,
    /// The text. It is looked up in [`Api::codes`] and not kept: it may quote a number. Default:
    /// `/error/message`, `/message`, `/desc`.
    pub text: Vec<String>,
}

impl Default for ErrorPointers {
    fn default() -> Self {
        Self {
            code: ["/error/code", "/code"].map(Into::into).into(),
            text: ["/error/message", "/message", "/desc"].map(Into::into).into(),
        }
    }
}

/// A call that proves the credentials and places no call: a balance, a list of numbers.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Its path, below `base_url`, percent-encoded.
    pub path: String,
    /// Its method. Default: GET.
    #[serde(default = "get")]
    pub method: Method,
}

impl Check {
    /// A GET of `path`.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self { path: path.into(), method: Method::Get }
    }
}

fn get() -> Method {
    Method::Get
}
