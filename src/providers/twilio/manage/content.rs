//! Content templates: what WhatsApp approves, and what RCS shows.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Method, Request};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::check_sid;
use crate::{
    debug::show,
    error::{Error, Result},
    http::{Page, connection::segment},
    providers::twilio::{NAME, Twilio},
    time::Timestamp,
};

/// The content templates of an account: [`Twilio::content`].
///
/// Source: [Content API](https://www.twilio.com/docs/content).
#[derive(Clone, Copy, Debug)]
pub struct Content<'a>(&'a Twilio);

impl Twilio {
    /// The content templates.
    #[must_use]
    pub fn content(&self) -> Content<'_> {
        Content(self)
    }
}

impl Content<'_> {
    /// Makes a template. Its `sid` is what messages name.
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn create(&self, content: &NewContent) -> Result<ContentTemplate> {
        self.json(Method::POST, "v1/Content", content).await
    }

    /// Lists the templates, 50 a page; `page` is [`Page::next`] of the page before.
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn list(&self, page: Option<&str>) -> Result<Page<ContentTemplate>> {
        self.pages("v1/Content", page).await
    }

    /// The same with the state of each template's approval.
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn list_with_approvals(&self, page: Option<&str>) -> Result<Page<ContentTemplate>> {
        self.pages("v1/ContentAndApprovals", page).await
    }

    /// Fetches a template.
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn get(&self, sid: &str) -> Result<ContentTemplate> {
        self.0.call(self.request(Method::GET, &path(sid, "")?)).await
    }

    /// Changes a template, which Meta has not approved yet.
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn update(&self, sid: &str, content: &NewContent) -> Result<ContentTemplate> {
        self.json(Method::PUT, &path(sid, "")?, content).await
    }

    /// Deletes a template.
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn delete(&self, sid: &str) -> Result<()> {
        self.0.call_silent(self.request(Method::DELETE, &path(sid, "")?)).await
    }

    /// Hands a template to Meta for approval, under a name of lower-case letters, digits and
    /// underscores.
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn submit(&self, sid: &str, name: &str, category: Category) -> Result<Approval> {
        let body = json!({ "name": name, "category": category });
        self.json(Method::POST, &path(sid, "/ApprovalRequests/whatsapp")?, &body).await
    }

    /// The state of a template's approval; absent where none was asked for.
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn approval(&self, sid: &str) -> Result<Option<Approval>> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            whatsapp: Option<Approval>,
        }
        let request = self.request(Method::GET, &path(sid, "/ApprovalRequests")?);
        let answer: Answer = self.0.call(request).await?;
        Ok(answer.whatsapp)
    }

    fn request(self, method: Method, path: &str) -> Result<Request<Bytes>> {
        self.0.content_host().request(method, path, Bytes::new())
    }

    async fn json<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &(impl Serialize + ?Sized + Sync),
    ) -> Result<T> {
        let request = self.0.content_host().json(method, path, body);
        self.0.call(request).await
    }

    async fn pages(&self, list: &str, page: Option<&str>) -> Result<Page<ContentTemplate>> {
        #[derive(Deserialize)]
        struct Answer {
            contents: Vec<ContentTemplate>,
            meta: Meta,
        }
        #[derive(Deserialize)]
        struct Meta {
            #[serde(default)]
            next_page_url: Option<String>,
        }
        let first = format!("{list}?PageSize=50");
        let path = page.unwrap_or(&first);
        // The credentials go along, so it leads nowhere else.
        if !path.starts_with(&format!("{list}?")) {
            return Err(Error::config("the page is none of this list").with_provider(NAME));
        }
        let answer: Answer = self.0.call(self.request(Method::GET, path)).await?;
        // Of the URL what is below the host: that one is the account's setting.
        let query = answer.meta.next_page_url.as_deref().and_then(|url| url.split_once('?'));
        Ok(Page::new(answer.contents, query.map(|(_, query)| format!("{list}?{query}"))))
    }
}

fn path(sid: &str, rest: &str) -> Result<String> {
    check_sid(sid, &["HX"])?;
    Ok(format!("v1/Content/{}{rest}", segment(sid)))
}

/// What Meta is told that a template is for.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Category {
    /// One-time passwords.
    Authentication,
    /// Advertising.
    Marketing,
    /// Orders, accounts and their like.
    Utility,
}

/// A template to be made.
///
/// ```
/// use dakiya::twilio::manage::NewContent;
/// use serde_json::json;
///
/// let ready = NewContent::new("order_ready", "en")
///     .variable("1", "Asha")
///     .text("Hello {{1}}, your order is ready")
///     .content("twilio/quick-reply", json!({
///         "body": "Hello {{1}}, your order is ready",
///         "actions": [{ "title": "Thanks", "id": "thanks" }],
///     }));
/// # let _ = ready;
/// ```
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize)]
pub struct NewContent {
    /// Its name in the console.
    pub friendly_name: String,
    /// Its language, such as `en`.
    pub language: String,
    /// A sample of each variable, which also stands in where a message leaves one out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    /// What it shows, by type: `twilio/text`, `twilio/media`, `twilio/location`,
    /// `twilio/list-picker`, `twilio/call-to-action`, `twilio/quick-reply`, `twilio/card`,
    /// `twilio/catalog`, `twilio/carousel`, `twilio/flows`, `twilio/schedule`, `whatsapp/card`,
    /// `whatsapp/authentication`, `whatsapp/flows`. The channel takes the richest that it can.
    pub types: Map<String, Value>,
}

impl NewContent {
    /// A template that shows nothing yet.
    #[must_use]
    pub fn new(friendly_name: impl Into<String>, language: impl Into<String>) -> Self {
        Self {
            friendly_name: friendly_name.into(),
            language: language.into(),
            variables: BTreeMap::new(),
            types: Map::new(),
        }
    }

    /// Adds a sample of a variable, which the text names `{{name}}`.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, sample: impl Into<String>) -> Self {
        self.variables.insert(name.into(), sample.into());
        self
    }

    /// Shows a text.
    #[must_use]
    pub fn text(self, body: impl Into<String>) -> Self {
        self.content("twilio/text", json!({ "body": body.into() }))
    }

    /// Shows `content` where the channel can show its type.
    #[must_use]
    pub fn content(mut self, kind: impl Into<String>, content: Value) -> Self {
        self.types.insert(kind.into(), content);
        self
    }
}

show!(NewContent { friendly_name, language });

/// A template, as Twilio has it.
#[non_exhaustive]
#[derive(Clone, PartialEq, Deserialize)]
pub struct ContentTemplate {
    /// Its `ContentSid`, `HX…`.
    pub sid: String,
    /// Its name in the console.
    #[serde(default)]
    pub friendly_name: Option<String>,
    /// Its language.
    #[serde(default)]
    pub language: Option<String>,
    /// A sample of each variable.
    #[serde(default)]
    pub variables: Option<Map<String, Value>>,
    /// What it shows, by type.
    #[serde(default)]
    pub types: Option<Map<String, Value>>,
    /// The state of its approval, where the list has it.
    #[serde(default, rename = "approval_requests")]
    pub approval: Option<Approval>,
    /// When it was made.
    #[serde(default)]
    pub date_created: Option<Timestamp>,
    /// When it changed last.
    #[serde(default)]
    pub date_updated: Option<Timestamp>,
}

show!(ContentTemplate { sid, friendly_name, language });

/// The state of a template's approval by Meta.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Approval {
    /// `unsubmitted`, `received`, `pending`, `approved`, `rejected`, `paused` or `disabled`.
    #[serde(default = "unsubmitted")]
    pub status: String,
    /// The name that Meta has it by.
    #[serde(default)]
    pub name: Option<String>,
    /// Its category, such as `UTILITY`, which Meta may have changed.
    #[serde(default)]
    pub category: Option<String>,
    /// Why it was rejected.
    #[serde(default)]
    pub rejection_reason: Option<String>,
}

/// A template that nobody handed to Meta may have an approval without any field.
fn unsubmitted() -> String {
    "unsubmitted".into()
}
