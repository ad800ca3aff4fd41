//! Templates: made, looked at, changed, deleted.
//!
//! Source: [Template management](https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-management).

use http::Method;
use serde::{Deserialize, Serialize};

use super::{Component, Listed, Meta, check, checked_id, labelled, words};
use crate::{
    error::{Error, Fault, Result},
    http::Page,
    providers::meta::whatsapp::{is_language, is_template_name},
};

const FIELDS: &str = "id,name,status,category,language,components,quality_score,rejected_reason,\
                      parameter_format";

words! {
    /// What a template is for; it sets the price.
    Category {
        /// One-time passwords.
        Authentication = "AUTHENTICATION",
        /// Advertising.
        Marketing = "MARKETING",
        /// Follows from something the person did.
        Utility = "UTILITY",
    }
}

words! {
    /// Where a template stands. Only an approved one is sent.
    TemplateStatus {
        /// It may be sent.
        Approved = "APPROVED",
        /// Put away.
        Archived = "ARCHIVED",
        /// Deleted.
        Deleted = "DELETED",
        /// Disabled for good, for its quality.
        Disabled = "DISABLED",
        /// Its refusal is looked at again.
        InAppeal = "IN_APPEAL",
        /// The account has too many.
        LimitExceeded = "LIMIT_EXCEEDED",
        /// Stopped for some hours, for its quality.
        Paused = "PAUSED",
        /// Being looked at.
        Pending = "PENDING",
        /// Being deleted.
        PendingDeletion = "PENDING_DELETION",
        /// Refused.
        Rejected = "REJECTED",
    }
}

words! {
    /// How a template's variables are called.
    ParameterFormat {
        /// `{{name}}`.
        Named = "NAMED",
        /// `{{1}}`, `{{2}}`, …
        Positional = "POSITIONAL",
    }
}

/// Templates: [`Meta::templates`].
#[derive(Clone, Copy, Debug)]
pub struct Templates<'a> {
    pub(super) account: &'a Meta,
}

/// A template to make.
///
/// ```
/// use dakiya::meta::manage::{Category, Component, NewTemplate, TemplateButton};
///
/// let template = NewTemplate::new("order_ready", "en_GB", Category::Utility)
///     .component(Component::body("Order {{1}} is ready.", ["2041"]))
///     .component(Component::buttons([TemplateButton::quick_reply("On my way")]));
/// # let _ = template;
/// ```
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NewTemplate {
    /// Its name: up to 512 lower-case letters, digits and underscores.
    pub name: String,
    /// Its language, such as `en_GB`.
    pub language: String,
    /// What it is for.
    pub category: Category,
    /// How its variables are called. Meta's default: by position.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter_format: Option<ParameterFormat>,
    /// Its parts.
    pub components: Vec<Component>,
    /// Whether Meta may change the category in place of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_category_change: Option<bool>,
    /// For how many seconds Meta tries to deliver its messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_send_ttl_seconds: Option<i64>,
}

impl NewTemplate {
    /// A template without parts.
    #[must_use]
    pub fn new(name: impl Into<String>, language: impl Into<String>, category: Category) -> Self {
        Self {
            name: name.into(),
            language: language.into(),
            category,
            parameter_format: None,
            components: Vec::new(),
            allow_category_change: None,
            message_send_ttl_seconds: None,
        }
    }

    /// Adds a part.
    #[must_use]
    pub fn component(mut self, component: Component) -> Self {
        self.components.push(component);
        self
    }

    /// Calls the variables by name: `{{name}}`.
    #[must_use]
    pub fn named(mut self) -> Self {
        self.parameter_format = Some(ParameterFormat::Named);
        self
    }

    /// Sets whether Meta may change the category in place of a refusal.
    #[must_use]
    pub fn allow_category_change(mut self, on: bool) -> Self {
        self.allow_category_change = Some(on);
        self
    }

    /// Sets for how many seconds Meta tries to deliver its messages.
    #[must_use]
    pub fn message_send_ttl_seconds(mut self, seconds: i64) -> Self {
        self.message_send_ttl_seconds = Some(seconds);
        self
    }
}

/// A template that was made.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CreatedTemplate {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub status: Option<TemplateStatus>,
    /// Its category, which Meta may have changed.
    pub category: Option<Category>,
}

/// A template as Meta keeps it.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct TemplateInfo {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Its language.
    pub language: Option<String>,
    /// Where it stands.
    pub status: Option<TemplateStatus>,
    /// What it is for.
    pub category: Option<Category>,
    /// How its variables are called.
    pub parameter_format: Option<ParameterFormat>,
    /// Why it was refused; `NONE` where it was not.
    pub rejected_reason: Option<String>,
    /// What people think of it.
    pub quality_score: Option<QualityScore>,
    /// Its parts.
    #[serde(default)]
    pub components: Vec<Component>,
}

/// What people think of a template.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct QualityScore {
    /// `GREEN`, `YELLOW`, `RED`, `UNKNOWN`.
    pub score: String,
}

/// Which templates are listed, and from where.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplateQuery {
    /// Of this name.
    pub name: Option<String>,
    /// Of this status.
    pub status: Option<TemplateStatus>,
    /// In this language.
    pub language: Option<String>,
    /// Of this category.
    pub category: Option<Category>,
    /// How many a page has; Meta's default when absent.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub page: Option<String>,
}

impl TemplateQuery {
    /// All of them, from the first.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Of this name alone.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Of this status alone.
    #[must_use]
    pub fn status(mut self, status: TemplateStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// In this language alone.
    #[must_use]
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// Of this category alone.
    #[must_use]
    pub fn category(mut self, category: Category) -> Self {
        self.category = Some(category);
        self
    }

    /// So many a page.
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// From the `next` of the page before.
    #[must_use]
    pub fn page(mut self, next: impl Into<String>) -> Self {
        self.page = Some(next.into());
        self
    }
}

/// What of a template is to change. An approved one is changed once in 24 hours and 10 times in 30
/// days, and keeps its category.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TemplateUpdate {
    /// The category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// All parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component>,
}

impl TemplateUpdate {
    /// Nothing to change.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the category.
    #[must_use]
    pub fn category(mut self, category: Category) -> Self {
        self.category = Some(category);
        self
    }

    /// Sets all parts.
    #[must_use]
    pub fn components(mut self, components: impl IntoIterator<Item = Component>) -> Self {
        self.components = components.into_iter().collect();
        self
    }
}

/// A template for one-time passwords in several languages, made or changed at once.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NewOtpTemplates {
    /// The name.
    pub name: String,
    /// The languages, such as `en_GB`.
    pub languages: Vec<String>,
    category: Category,
    /// The parts, which have no texts: Meta's wording is fixed.
    pub components: Vec<Component>,
}

impl NewOtpTemplates {
    /// A template `name` in `languages`, of `components`.
    #[must_use]
    pub fn new<S: Into<String>>(
        name: impl Into<String>,
        languages: impl IntoIterator<Item = S>,
        components: impl IntoIterator<Item = Component>,
    ) -> Self {
        Self {
            name: name.into(),
            languages: languages.into_iter().map(Into::into).collect(),
            category: Category::Authentication,
            components: components.into_iter().collect(),
        }
    }
}

/// What became of a template for one-time passwords in one language.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct UpsertedTemplate {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub status: Option<TemplateStatus>,
    /// Its language.
    pub language: Option<String>,
}

#[derive(Deserialize)]
struct Unpaused {
    success: bool,
}

impl Templates<'_> {
    /// Makes a template, which Meta then looks at.
    ///
    /// # Errors
    ///
    /// [`InvalidMessage`](crate::ErrorKind::InvalidMessage), unsent, for what is over a limit;
    /// [`Template`](crate::ErrorKind::Template) for what Meta refuses;
    /// [`Quota`](crate::ErrorKind::Quota) where the account has as many as it may;
    /// [`Config`](crate::ErrorKind::Config) without
    /// [`business_account`](crate::meta::MetaBuilder::business_account).
    pub async fn create(&self, template: &NewTemplate) -> Result<CreatedTemplate> {
        let path = self.account.account_path("message_templates")?;
        let mut faults = named(&template.name);
        faults.extend(spoken(&template.language));
        check::components(&template.components, &mut faults);
        super::invalid(faults)?;
        self.account.post(&path, template).await
    }

    /// Makes or changes a template for one-time passwords in several languages.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create).
    pub async fn upsert_otp(&self, templates: &NewOtpTemplates) -> Result<Vec<UpsertedTemplate>> {
        let path = self.account.account_path("upsert_message_templates")?;
        let mut faults = named(&templates.name);
        faults.extend(templates.languages.iter().filter_map(|language| spoken(language)));
        if templates.languages.is_empty() {
            faults.push(Fault::new("languages", "is empty", "name a language"));
        }
        check::components(&templates.components, &mut faults);
        super::invalid(faults)?;
        Ok(self.account.post::<Listed<_>>(&path, templates).await?.data)
    }

    /// One page of the business account's templates.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create).
    pub async fn list(&self, query: &TemplateQuery) -> Result<Page<TemplateInfo>> {
        let path = self.account.account_path("message_templates")?;
        let limit = query.limit.map(|limit| limit.to_string());
        let pairs = [
            ("fields", Some(FIELDS)),
            ("name", query.name.as_deref()),
            ("status", query.status.as_ref().map(TemplateStatus::as_str)),
            ("language", query.language.as_deref()),
            ("category", query.category.as_ref().map(Category::as_str)),
            ("limit", limit.as_deref()),
            ("after", query.page.as_deref()),
        ];
        Ok(self.account.get::<Listed<_>>(&path, &pairs).await?.into())
    }

    /// One template.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) for an id that is unknown.
    pub async fn get(&self, template_id: &str) -> Result<TemplateInfo> {
        let id = checked_id("template_id", template_id)?;
        self.account.get(&id, &[("fields", Some(FIELDS))]).await
    }

    /// Changes a template that is approved, refused or paused.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create).
    pub async fn update(&self, template_id: &str, update: &TemplateUpdate) -> Result<()> {
        let id = checked_id("template_id", template_id)?;
        let mut faults = Vec::new();
        if update.category.is_none() && update.components.is_empty() {
            faults.push(Fault::new("components", "is empty", "write what is to change"));
        }
        check::components(&update.components, &mut faults);
        super::invalid(faults)?;
        self.account.act(&id, update).await
    }

    /// Deletes a template in all of its languages. The name of an approved one is taken for 30
    /// days.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create).
    pub async fn delete(&self, name: &str) -> Result<()> {
        self.remove(name, None).await
    }

    /// Deletes a template in the one language that has this id.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create).
    pub async fn delete_language(&self, name: &str, template_id: &str) -> Result<()> {
        let id = checked_id("template_id", template_id)?;
        self.remove(name, Some(&id)).await
    }

    async fn remove(&self, name: &str, id: Option<&str>) -> Result<()> {
        let path = self.account.account_path("message_templates")?;
        super::invalid(named(name))?;
        self.account.delete(&path, &[("hsm_id", id), ("name", Some(name))]).await
    }

    /// Sends a paused template again.
    ///
    /// # Errors
    ///
    /// [`Template`](crate::ErrorKind::Template) where Meta does not let it.
    pub async fn unpause(&self, template_id: &str) -> Result<()> {
        let id = checked_id("template_id", template_id)?;
        let request = self.account.request(Method::POST, &format!("{id}/unpause"))?;
        if self.account.answer::<Unpaused>(request).await?.success {
            return Ok(());
        }
        let message = "the template cannot be sent again yet";
        Err(labelled(Error::new(crate::error::ErrorKind::Template, message)))
    }
}

fn named(name: &str) -> Vec<Fault> {
    let remedy = "write up to 512 lower-case letters, digits and underscores";
    let fault = || Fault::new("name", "is no name of a template", remedy);
    if is_template_name(name) { Vec::new() } else { vec![fault()] }
}

fn spoken(language: &str) -> Option<Fault> {
    let fault = || Fault::new("language", "is no language", "write one such as en_GB");
    (!is_language(language)).then(fault)
}
