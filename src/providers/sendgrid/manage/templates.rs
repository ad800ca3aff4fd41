//! Templates kept at SendGrid.

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{super::SendGrid, length, limit, with_query};
use crate::{
    debug::show,
    error::Result,
    http::{Page, connection::segment},
};

/// Templates kept at SendGrid: [`SendGrid::templates`].
///
/// A mail is made from one by
/// [`provider_templates`](crate::Delivery::provider_templates)`["sendgrid.email"]`. In a dynamic one
/// a missing variable is empty text, and no error.
///
/// Source: [Transactional templates](https://www.twilio.com/docs/sendgrid/api-reference/transactional-templates).
#[derive(Clone, Copy, Debug)]
pub struct Templates<'a> {
    pub(super) account: &'a SendGrid,
}

/// How a template is written.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Generation {
    /// With handlebars; its id begins with `d-`.
    Dynamic,
    /// With substitution tags.
    Legacy,
}

/// A template.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Template {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it is written.
    pub generation: Generation,
    /// When it was changed, as SendGrid writes it.
    #[serde(default)]
    pub updated_at: Option<String>,
    /// Its versions; one of them is active.
    #[serde(default, deserialize_with = "super::or_default")]
    pub versions: Vec<TemplateVersion>,
}

/// A version of a template.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct TemplateVersion {
    /// Its id.
    pub id: String,
    /// The template's id.
    #[serde(default)]
    pub template_id: Option<String>,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// The subject.
    #[serde(default)]
    pub subject: Option<String>,
    /// 1 where it is the one in use.
    #[serde(default)]
    pub active: u8,
    /// The HTML; absent in lists.
    #[serde(default)]
    pub html_content: Option<String>,
    /// The plain text; absent in lists.
    #[serde(default)]
    pub plain_content: Option<String>,
    /// Whether the plain text is made from the HTML.
    #[serde(default)]
    pub generate_plain_content: Option<bool>,
    /// What it is edited with: `code` or `design`.
    #[serde(default)]
    pub editor: Option<String>,
    /// When it was changed, as SendGrid writes it.
    #[serde(default)]
    pub updated_at: Option<String>,
}

impl TemplateVersion {
    /// Whether it is the one in use.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.active == 1
    }
}

show!(TemplateVersion { id, name, active });

/// What a version is edited with.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Editor {
    /// Text.
    Code,
    /// Drag and drop.
    Design,
}

/// A version to make, or what to change of one: what is absent stays.
///
/// ```
/// use dakiya::sendgrid::manage::TemplateVersionDraft;
///
/// let version = TemplateVersionDraft::new("v2", "Invoice {{number}}").html("<p>{{total}}</p>");
/// # let _ = version;
/// ```
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct TemplateVersionDraft {
    /// Its name: 100 characters at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The subject: 255 characters at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// 1 to put it in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<u8>,
    /// The HTML: 1 MiB at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html_content: Option<String>,
    /// The plain text: 1 MiB at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plain_content: Option<String>,
    /// Whether the plain text is made from the HTML. Default: true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generate_plain_content: Option<bool>,
    /// What it is edited with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub editor: Option<Editor>,
    /// Values to preview it with, as JSON text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_data: Option<String>,
}

impl TemplateVersionDraft {
    /// A version with a name and a subject.
    #[must_use]
    pub fn new(name: impl Into<String>, subject: impl Into<String>) -> Self {
        Self { name: Some(name.into()), subject: Some(subject.into()), ..Self::default() }
    }

    /// Sets the HTML.
    #[must_use]
    pub fn html(mut self, html: impl Into<String>) -> Self {
        self.html_content = Some(html.into());
        self
    }

    /// Sets the plain text, so that it is not made from the HTML.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.plain_content = Some(text.into());
        self.generate_plain_content = Some(false);
        self
    }

    /// Sets whether it is put in use.
    #[must_use]
    pub fn active(mut self, on: bool) -> Self {
        self.active = Some(on.into());
        self
    }

    /// Sets what it is edited with.
    #[must_use]
    pub fn editor(mut self, editor: Editor) -> Self {
        self.editor = Some(editor);
        self
    }

    /// Sets values to preview it with, as JSON text.
    #[must_use]
    pub fn test_data(mut self, json: impl Into<String>) -> Self {
        self.test_data = Some(json.into());
        self
    }

    fn check(&self) -> Result<()> {
        self.name.as_deref().map_or(Ok(()), |name| length("name", name, 100))?;
        self.subject.as_deref().map_or(Ok(()), |subject| length("subject", subject, 255))?;
        let contents =
            [("html_content", &self.html_content), ("plain_content", &self.plain_content)];
        for (field, content) in contents {
            let bytes = content.as_ref().map_or(0, String::len);
            if bytes > CONTENT {
                let problem = format!("has {bytes} bytes, SendGrid takes {CONTENT}");
                return Err(super::refused(crate::Fault::new(field, problem, "write less")));
            }
        }
        Ok(())
    }
}

show!(TemplateVersionDraft { name, active });

/// How many bytes each content of a version may have.
const CONTENT: usize = 1 << 20;

const TEMPLATES: &str = "v3/templates";

fn one(id: &str) -> String {
    format!("{TEMPLATES}/{}", segment(id))
}

fn version(template: &str, id: &str) -> String {
    format!("{}/versions/{}", one(template), segment(id))
}

impl Templates<'_> {
    /// Lists a page of `most` templates, 1 to 200, `next` being the last page's; of both
    /// generations where none is named.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn list(
        &self,
        generation: Option<Generation>,
        most: usize,
        next: Option<&str>,
    ) -> Result<Page<Template>> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(alias = "templates")]
            result: Vec<Template>,
            #[serde(default, rename = "_metadata")]
            metadata: Metadata,
        }
        #[derive(Default, Deserialize)]
        struct Metadata {
            #[serde(default)]
            next: Option<String>,
        }
        limit(most, 200)?;
        let generations = match generation {
            Some(Generation::Dynamic) => "dynamic",
            Some(Generation::Legacy) => "legacy",
            None => "legacy,dynamic",
        };
        let query = [
            ("generations", Some(generations.to_owned())),
            ("page_size", Some(most.to_string())),
            ("page_token", next.map(str::to_owned)),
        ];
        let answer: Answer = self.account.fetch(&with_query(TEMPLATES, query)).await?;
        Ok(Page::new(answer.result, answer.metadata.next.as_deref().and_then(token)))
    }

    /// One template, with its versions and their contents.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn get(&self, id: &str) -> Result<Template> {
        self.account.fetch(&one(id)).await
    }

    /// Makes a template without a version: a name of 100 characters at most.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn create(&self, name: &str, generation: Generation) -> Result<Template> {
        length("name", name, 100)?;
        let body = json!({ "name": name, "generation": generation });
        self.account.submit(Method::POST, TEMPLATES, &body).await
    }

    /// Renames a template.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn rename(&self, id: &str, name: &str) -> Result<Template> {
        length("name", name, 100)?;
        self.account.submit(Method::PATCH, &one(id), &json!({ "name": name })).await
    }

    /// Makes a copy of a template, with its versions, under another name.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn duplicate(&self, id: &str, name: &str) -> Result<Template> {
        length("name", name, 100)?;
        self.account.submit(Method::POST, &one(id), &json!({ "name": name })).await
    }

    /// Deletes a template and its versions.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn delete(&self, id: &str) -> Result<()> {
        self.account.delete(&one(id)).await
    }

    /// Makes a version, which needs a name and a subject.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn create_version(
        &self,
        template: &str,
        draft: &TemplateVersionDraft,
    ) -> Result<TemplateVersion> {
        length("name", draft.name.as_deref().unwrap_or_default(), 100)?;
        length("subject", draft.subject.as_deref().unwrap_or_default(), 255)?;
        draft.check()?;
        self.account.submit(Method::POST, &format!("{}/versions", one(template)), draft).await
    }

    /// One version, with its contents.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn version(&self, template: &str, id: &str) -> Result<TemplateVersion> {
        self.account.fetch(&version(template, id)).await
    }

    /// Changes a version.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn update_version(
        &self,
        template: &str,
        id: &str,
        changes: &TemplateVersionDraft,
    ) -> Result<TemplateVersion> {
        changes.check()?;
        self.account.submit(Method::PATCH, &version(template, id), changes).await
    }

    /// Puts a version in use, instead of the one that was.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn activate_version(&self, template: &str, id: &str) -> Result<TemplateVersion> {
        let path = format!("{}/activate", version(template, id));
        self.account.submit(Method::POST, &path, &json!({})).await
    }

    /// Deletes a version.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn delete_version(&self, template: &str, id: &str) -> Result<()> {
        self.account.delete(&version(template, id)).await
    }
}

/// The page's token in the URL of the next page.
fn token(next: &str) -> Option<String> {
    let url = url::Url::parse(next).ok()?;
    let token = url.query_pairs().find(|(name, _)| name == "page_token")?.1.into_owned();
    (!token.is_empty()).then_some(token)
}
