//! Templates kept at Mailgun, and their versions.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use http::Method;
use serde::{Deserialize, Serialize};

use super::{Pairs, ask, bare, date, limit, page, present, tell, text, with_form, yes};
use crate::{
    debug::show,
    error::{Error, Fault, Result},
    http::{Page, connection::segment},
    providers::mailgun::{Mailgun, email::LABEL},
    time::Timestamp,
};

/// How many bytes one version has: 100 KB.
const CONTENT: usize = 100_000;

impl Mailgun {
    /// The templates of the domain.
    #[must_use]
    pub fn templates(&self) -> Templates<'_> {
        Templates(self)
    }
}

/// The templates of a domain: at most 100, of 10 versions each, of 100 KB each. Mailgun lower-cases
/// their names.
///
/// Source: [Templates](https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/templates).
pub struct Templates<'a>(&'a Mailgun);

impl Templates<'_> {
    /// Adds a template, with its first version where there is one.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn create(
        &self,
        name: &str,
        description: &str,
        version: Option<&NewVersion>,
    ) -> Result<Template> {
        present("name", name)?;
        let mut pairs = vec![("name", name.into()), ("description", description.into())];
        if let Some(version) = version {
            // The first version is active without saying so.
            pairs.extend(version.pairs()?.into_iter().filter(|(name, _)| *name != "active"));
        }
        let answer: One = ask(self.0, with_form(self.0, Method::POST, &self.path(), pairs)).await?;
        Ok(answer.template.template)
    }

    /// A page of at most `most` templates, 1 to 100, without their content. With the `next` of the
    /// page before it is the one after that, as long as the first.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn list(&self, most: usize, next: Option<&str>) -> Result<Page<Template>> {
        page(self.0, &self.path(), vec![("limit", limit(most, 100)?)], next).await
    }

    /// A template with its active version, where it has one.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn get(&self, name: &str) -> Result<TemplateDetails> {
        let query = vec![("active", yes(true))];
        let answer: One = ask(self.0, bare(self.0, Method::GET, &self.one(name)?, query)).await?;
        Ok(answer.template)
    }

    /// Changes a template's description.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn update(&self, name: &str, description: &str) -> Result<()> {
        let pairs = vec![("description", description.into())];
        tell(self.0, with_form(self.0, Method::PUT, &self.one(name)?, pairs)).await.map(drop)
    }

    /// Deletes a template and all of its versions.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn delete(&self, name: &str) -> Result<()> {
        tell(self.0, bare(self.0, Method::DELETE, &self.one(name)?, Vec::new())).await.map(drop)
    }

    /// Adds a version.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn create_version(&self, name: &str, version: &NewVersion) -> Result<()> {
        let path = format!("{}/versions", self.one(name)?);
        let pairs = version.pairs()?;
        tell(self.0, with_form(self.0, Method::POST, &path, pairs)).await.map(drop)
    }

    /// The first versions of a template, 1 to 100 of them, without their content.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn versions(&self, name: &str, most: usize) -> Result<Vec<Version>> {
        #[derive(Deserialize)]
        struct Answer {
            template: Versions,
        }
        #[derive(Deserialize)]
        struct Versions {
            #[serde(default)]
            versions: Vec<Version>,
        }
        let path = format!("{}/versions", self.one(name)?);
        let query = vec![("limit", limit(most, 100)?)];
        let answer: Answer = ask(self.0, bare(self.0, Method::GET, &path, query)).await?;
        Ok(answer.template.versions)
    }

    /// One version, with its content.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn version(&self, name: &str, tag: &str) -> Result<TemplateDetails> {
        let path = self.tagged(name, tag)?;
        let answer: One = ask(self.0, bare(self.0, Method::GET, &path, Vec::new())).await?;
        Ok(answer.template)
    }

    /// Changes a version; its tag names it, and stays.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn update_version(&self, name: &str, version: &NewVersion) -> Result<()> {
        let path = self.tagged(name, &version.tag)?;
        let pairs = version.pairs()?;
        let pairs = pairs.into_iter().filter(|(name, _)| !["tag", "engine"].contains(name));
        tell(self.0, with_form(self.0, Method::PUT, &path, pairs.collect())).await.map(drop)
    }

    /// Deletes a version.
    ///
    /// # Errors
    ///
    /// See the [module](super).
    pub async fn delete_version(&self, name: &str, tag: &str) -> Result<()> {
        let path = self.tagged(name, tag)?;
        tell(self.0, bare(self.0, Method::DELETE, &path, Vec::new())).await.map(drop)
    }

    fn path(&self) -> String {
        format!("v3/{}/templates", segment(&self.0.domain))
    }

    fn one(&self, name: &str) -> Result<String> {
        present("name", name)?;
        Ok(format!("{}/{}", self.path(), segment(name)))
    }

    fn tagged(&self, name: &str, tag: &str) -> Result<String> {
        present("tag", tag)?;
        Ok(format!("{}/versions/{}", self.one(name)?, segment(tag)))
    }
}

impl fmt::Debug for Templates<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Templates")
    }
}

/// What fills a template.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateEngine {
    /// Go's.
    Go,
    /// Handlebars.
    #[default]
    #[serde(other)]
    Handlebars,
}

/// A version to add, or to change.
#[non_exhaustive]
#[derive(Clone, Default)]
pub struct NewVersion {
    /// Its tag, by which it is named.
    pub tag: String,
    /// The HTML, at most 100 KB.
    pub content: String,
    /// What fills it. Default: Handlebars.
    pub engine: TemplateEngine,
    /// A note.
    pub comment: Option<String>,
    /// `From`, `Subject` and `Reply-To` of mails that name none.
    pub headers: BTreeMap<String, String>,
    /// Whether it becomes the version that is used.
    pub active: bool,
}

impl NewVersion {
    /// A version of this content, used at once.
    #[must_use]
    pub fn new(tag: impl Into<String>, content: impl Into<String>) -> Self {
        Self { tag: tag.into(), content: content.into(), active: true, ..Self::default() }
    }

    /// Sets what fills it.
    #[must_use]
    pub fn engine(mut self, engine: TemplateEngine) -> Self {
        self.engine = engine;
        self
    }

    /// Sets the note.
    #[must_use]
    pub fn comment(mut self, comment: impl Into<String>) -> Self {
        self.comment = Some(comment.into());
        self
    }

    /// Sets one of `From`, `Subject` and `Reply-To`.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// Sets whether it becomes the version that is used.
    #[must_use]
    pub fn active(mut self, on: bool) -> Self {
        self.active = on;
        self
    }

    fn pairs(&self) -> Result<Pairs<'_>> {
        present("tag", &self.tag)?;
        if self.content.len() > CONTENT {
            let problem = format!("has {} bytes, Mailgun takes {CONTENT}", self.content.len());
            let fault = Fault::new("content", problem, "shorten it");
            return Err(Error::invalid(vec![fault]).with_provider(LABEL));
        }
        let engine = match self.engine {
            TemplateEngine::Go => "go",
            TemplateEngine::Handlebars => "handlebars",
        };
        let mut pairs: Pairs<'_> = vec![
            ("template", self.content.as_str().into()),
            ("tag", self.tag.as_str().into()),
            ("engine", engine.into()),
        ];
        pairs.extend(self.comment.as_deref().map(|comment| ("comment", comment.into())));
        if !self.headers.is_empty() {
            let headers: serde_json::Map<_, _> =
                self.headers.iter().map(|(k, v)| (k.clone(), v.as_str().into())).collect();
            let headers = serde_json::Value::from(headers).to_string();
            pairs.push(("headers", Cow::Owned(headers)));
        }
        if self.active {
            pairs.push(("active", yes(true)));
        }
        Ok(pairs)
    }
}

impl fmt::Debug for NewVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewVersion({}, {} bytes)", self.tag, self.content.len())
    }
}

#[derive(Deserialize)]
struct One {
    template: TemplateDetails,
}

/// A template.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Template {
    /// Its name, in lower case.
    pub name: String,
    /// What it is for.
    #[serde(deserialize_with = "text")]
    pub description: String,
    /// Mailgun's id of it.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// When it was added.
    #[serde(rename = "createdAt", deserialize_with = "date")]
    pub created_at: Option<Timestamp>,
}

/// A template and one version of it.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TemplateDetails {
    /// The template.
    #[serde(flatten)]
    pub template: Template,
    /// The version; absent where it has none.
    #[serde(default)]
    pub version: Option<Version>,
}

/// A version of a template.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Version {
    /// Its tag.
    #[serde(deserialize_with = "text")]
    pub tag: String,
    /// The HTML; empty in lists.
    #[serde(rename = "template", deserialize_with = "text")]
    pub content: String,
    /// What fills it.
    pub engine: TemplateEngine,
    /// The note.
    #[serde(deserialize_with = "text")]
    pub comment: String,
    /// Whether it is the one that is used.
    pub active: bool,
    /// When it was added.
    #[serde(rename = "createdAt", deserialize_with = "date")]
    pub created_at: Option<Timestamp>,
}

show!(Version { tag, engine, active, created_at });
