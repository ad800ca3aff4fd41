//! Templates kept at SES.

use std::fmt;

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    super::{Ses, email::LABEL},
    Done, NOTHING, ResourceTag, page, with_query,
};
use crate::{
    error::{Error, ErrorKind, Fault, Result},
    http::{Page, connection::segment},
    time::Timestamp,
};

const PATH: &str = "v2/email/templates";

/// How many bytes a template may have.
///
/// Source: [quotas](https://docs.aws.amazon.com/ses/latest/dg/quotas.html).
const BYTES: usize = 500_000;

/// The templates kept at SES: [`Ses::templates`].
///
/// Their language is a part of Handlebars; no value is escaped in HTML. Where a variable is missing
/// SES takes the mail, and reports an event later.
///
/// Source: [templates](https://docs.aws.amazon.com/ses/latest/dg/send-personalized-email-api.html).
#[derive(Clone, Copy, Debug)]
pub struct Templates<'a>(&'a Ses);

impl<'a> Templates<'a> {
    pub(super) fn new(account: &'a Ses) -> Self {
        Self(account)
    }

    /// Keeps a new template.
    ///
    /// # Errors
    ///
    /// As for a send; `AlreadyExistsException` where there is one of the name.
    pub async fn create(&self, name: &str, content: &TemplateContent) -> Result<()> {
        self.create_tagged(name, content, &[]).await
    }

    /// The same with tags, by which policies and bills tell it.
    ///
    /// # Errors
    ///
    /// As for [`create`](Self::create).
    pub async fn create_tagged(
        &self,
        name: &str,
        content: &TemplateContent,
        tags: &[ResourceTag],
    ) -> Result<()> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Body<'a> {
            template_name: &'a str,
            template_content: &'a TemplateContent,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            tags: &'a [ResourceTag],
        }
        check(name, Some(content))?;
        let body = Body { template_name: name, template_content: content, tags };
        self.0.call::<Done>(Method::POST, PATH, Some(&body)).await.map(drop)
    }

    /// Changes what a template says.
    ///
    /// # Errors
    ///
    /// As for a send; [`Template`](ErrorKind::Template) where there is none of the name.
    pub async fn update(&self, name: &str, content: &TemplateContent) -> Result<()> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Body<'a> {
            template_content: &'a TemplateContent,
        }
        check(name, Some(content))?;
        let body = Body { template_content: content };
        let done = self.0.call::<Done>(Method::PUT, &path(name), Some(&body)).await;
        done.map(drop).map_err(missing)
    }

    /// Reads a template.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update).
    pub async fn get(&self, name: &str) -> Result<Template> {
        check(name, None)?;
        self.0.call(Method::GET, &path(name), NOTHING).await.map_err(missing)
    }

    /// Removes a template.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update).
    pub async fn delete(&self, name: &str) -> Result<()> {
        check(name, None)?;
        let done = self.0.call::<Done>(Method::DELETE, &path(name), NOTHING).await;
        done.map(drop).map_err(missing)
    }

    /// One page of what there is. `next` is that of the page before.
    ///
    /// # Errors
    ///
    /// As for a send.
    pub async fn list(
        &self,
        limit: Option<u32>,
        next: Option<&str>,
    ) -> Result<Page<TemplateSummary>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            #[serde(default, deserialize_with = "super::or_default")]
            templates_metadata: Vec<TemplateSummary>,
            #[serde(default)]
            next_token: Option<String>,
        }
        let path = with_query(PATH, page(limit, next));
        let answer: Answer = self.0.call(Method::GET, &path, NOTHING).await?;
        Ok(Page::new(answer.templates_metadata, answer.next_token))
    }

    /// Fills a template without sending it: the MIME that would go out.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update); [`Template`](ErrorKind::Template) also where a variable is
    /// missing from `data`, an object.
    pub async fn render(&self, name: &str, data: &Value) -> Result<String> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Body {
            template_data: String,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            rendered_template: String,
        }
        check(name, None)?;
        let body = Body { template_data: data.to_string() };
        let path = format!("{}/render", path(name));
        let answer: Answer =
            self.0.call(Method::POST, &path, Some(&body)).await.map_err(missing)?;
        Ok(answer.rendered_template)
    }
}

fn path(name: &str) -> String {
    format!("{PATH}/{}", segment(name))
}

/// What is not found, or not valid, is the template, whatever the text says.
fn missing(error: Error) -> Error {
    let message = match error.code() {
        Some("NotFoundException") => "SES knows no such template in this region",
        Some("BadRequestException") => "SES refused the template or its variables",
        _ => return error,
    };
    let found = Error::new(ErrorKind::Template, message).with_provider(LABEL);
    error.status().into_iter().fold(found, Error::with_status).with_code(error.code())
}

fn check(name: &str, content: Option<&TemplateContent>) -> Result<()> {
    let mut faults = Vec::new();
    if name.trim().is_empty() {
        faults.push(Fault::new("name", "is empty", "write the template's name"));
    }
    faults.extend(super::dots(name));
    let texts = content.map(|content| [&content.subject, &content.text, &content.html]);
    let size: usize = texts.into_iter().flatten().flatten().map(String::len).sum();
    if size > BYTES {
        let problem = format!("is {size} bytes, and SES keeps {BYTES}");
        faults.push(Fault::new("content", problem, "shorten it"));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults).with_provider(LABEL)) }
}

/// What a template says. `Debug` shows which parts there are.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TemplateContent {
    /// The subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
}

impl TemplateContent {
    /// A template with this subject.
    #[must_use]
    pub fn new(subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()), ..Self::default() }
    }

    /// Sets the plain text.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Sets the HTML.
    #[must_use]
    pub fn html(mut self, html: impl Into<String>) -> Self {
        self.html = Some(html.into());
        self
    }
}

impl fmt::Debug for TemplateContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TemplateContent")
            .field("subject", &self.subject.is_some())
            .field("text", &self.text.is_some())
            .field("html", &self.html.is_some())
            .finish()
    }
}

/// A template as SES keeps it.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Template {
    /// Its name.
    pub template_name: String,
    /// What it says.
    pub template_content: TemplateContent,
    /// By what policies and bills tell it.
    #[serde(default, deserialize_with = "super::or_default")]
    pub tags: Vec<ResourceTag>,
}

/// A template in a list.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TemplateSummary {
    /// Its name.
    pub template_name: String,
    /// Since when there is one.
    #[serde(default, deserialize_with = "super::time")]
    pub created_timestamp: Option<Timestamp>,
}
