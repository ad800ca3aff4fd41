//! Templates: what fills a message, by version and language.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::Path,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use handlebars::Context;

use self::{
    engine::Engine,
    load::{Bodies, Body, Compiled, Loaded, Versions},
    locale::Locales,
    manifest::Part,
    version::Version,
};
use crate::{
    error::{Error, ErrorKind, Fault, Result},
    message::{Kind, ProviderTemplate, Rendered, TemplateRef, TemplateStamp},
};

mod engine;
mod files;
mod helpers;
mod load;
mod locale;
mod manifest;
mod plain;
mod version;

/// Templates by id, version, language and kind; compiled and checked once. Clones share them.
///
/// # Folder
///
/// ```text
/// templates.toml                     default_locale, [fallback], [pin]; optional
/// partials/footer.hbs                {{> footer}}
/// order_confirmed/1/en.toml          one language; `order_confirmed/en.toml` is version 1
/// order_confirmed/1/en.email.html.hbs
/// ```
///
/// `<locale>.toml` has a table for each kind: `[email]` with `subject`, `text` and `html`,
/// `[apple_push]` with `subject` and `text`, and `[sms]`, `[whatsapp]`, `[voice]`, `[web_push]` and
/// `[rcs]` with `text`. A part may be a file beside it instead: `en.email.subject.hbs`,
/// `en.email.txt.hbs`, `en.email.html.hbs`, `en.sms.hbs`. One line break at the end of a file or of a
/// `"""` string does not count.
/// `[sms]` also takes `dlt_template` and `dlt_entity` (19 digits each) and `dlt_header`. A template
/// kept at a provider is named with its variables, each a path into ours:
///
/// ```toml
/// [email.provider."netcore.email"]
/// id = "123"
/// variables = { NAME = "customer.name" }
/// ```
///
/// # Language
///
/// [Handlebars](https://handlebarsjs.com/guide/) in strict mode: a missing variable is an error
/// except in `if`, `unless` and `default`. HTML is escaped, text and subjects are not. A template
/// reads its variables and its partials, nothing else. Beside the built-in `if`, `unless`, `each`,
/// `with`, `lookup`, `len`, `raw`, comparisons (`eq`, `gt`, …) and `and`, `or`, `not` there are
///
/// | call | makes |
/// |---|---|
/// | `{{upper name}}`, `{{lower name}}` | its case |
/// | `{{default name "friend"}}` | the second when the first is absent, null or empty |
/// | `{{money amount}}` | `₹1,24,999.00`; `symbol="Rs. "`, `decimals=0` |
/// | `{{number amount decimals=2 grouping=false}}` | `124999.00`; grouped the Indian way by default |
///
/// # Choice
///
/// The version is the one asked for, else the pinned one, else the newest in natural order (`10`
/// after `2`). The language is the one asked for, its `[fallback]`, its parents (`hi-IN`, `hi`), and
/// last the default, `en` unless set; for each kind on its own.
///
/// Loading is also the moment at which a template can be proven against its DLT registration: its
/// text and `dlt_template` are known here, before any message.
///
/// ```
/// use dakiya::{Kind, TemplateRef, template::TemplateSet};
///
/// let templates = TemplateSet::builder()
///     .file("otp/en.toml", "[sms]\ntext = '{{code}} is your code.'")
///     .build()?;
/// let rendered = templates.render(&TemplateRef::new("otp").var("code", "482913"), Kind::Sms)?;
/// assert_eq!(rendered.text.as_deref(), Some("482913 is your code."));
/// # Ok::<(), dakiya::Error>(())
/// ```
#[derive(Clone)]
pub struct TemplateSet(Arc<Inner>);

struct Inner {
    engine: Engine,
    templates: BTreeMap<String, Versions>,
    locales: Locales,
    pins: RwLock<BTreeMap<String, Version>>,
}

/// Files for a [`TemplateSet`] that are already in memory.
#[derive(Clone, Debug, Default)]
pub struct TemplateSetBuilder {
    files: BTreeMap<String, String>,
}

impl TemplateSetBuilder {
    /// Adds a file by its path in the folder, such as `otp/1/en.toml`; a second one of that path
    /// takes its place.
    #[must_use]
    pub fn file(mut self, path: impl Into<String>, content: impl Into<String>) -> Self {
        self.files.insert(path.into(), content.into());
        self
    }

    /// Compiles and checks all files.
    ///
    /// # Errors
    ///
    /// [`Template`](ErrorKind::Template) with every fault; its field is `path:line:column`.
    pub fn build(self) -> Result<TemplateSet> {
        load::load(&self.files, Vec::new()).map(TemplateSet::new)
    }
}

impl TemplateSet {
    /// A set of files in memory.
    #[must_use]
    pub fn builder() -> TemplateSetBuilder {
        TemplateSetBuilder::default()
    }

    /// Reads, compiles and checks a folder: its `.toml` and `.hbs` files, each up to 1 MiB. Links
    /// that lead out of it are faults.
    ///
    /// # Errors
    ///
    /// [`Template`](ErrorKind::Template) with every fault; its field is `path:line:column`.
    pub fn from_dir(path: impl AsRef<Path>) -> Result<Self> {
        let mut faults = Vec::new();
        let files = files::read(path.as_ref(), &mut faults);
        load::load(&files, faults).map(Self::new)
    }

    fn new(loaded: Loaded) -> Self {
        let Loaded { engine, templates, locales, pins } = loaded;
        Self(Arc::new(Inner { engine, templates, locales, pins: RwLock::new(pins) }))
    }

    /// Fills the parts of one kind.
    ///
    /// # Errors
    ///
    /// [`Template`](ErrorKind::Template) when there is no such template, version or kind, or with
    /// every part that does not render; it names variables and never holds a value.
    pub fn render(&self, reference: &TemplateRef, kind: Kind) -> Result<Rendered> {
        let (version, locale, body) = self.find(reference, kind)?;
        if !reference.variables.is_object() {
            let fault = Fault::new("template.variables", "is no object", "set variables by name");
            return Err(failed(vec![fault]));
        }
        let mut faults = Vec::new();
        let mut rendered = Rendered::default();
        let context = OnceCell::new();
        for (part, compiled) in &body.parts {
            match self.part(compiled, reference, &context) {
                Ok(text) if *part == Part::Subject && text.contains(['\r', '\n']) => {
                    let problem = "a variable puts a line break into the subject";
                    faults.push(Fault::new(&compiled.name, problem, "use one without"));
                }
                Ok(text) => match part {
                    Part::Subject => rendered.subject = Some(text),
                    Part::Text => rendered.text = Some(text),
                    Part::Html => rendered.html = Some(text),
                },
                Err(fault) => faults.push(fault),
            }
        }
        for (provider, mapped) in &body.providers {
            let mut template = ProviderTemplate::new(&mapped.id);
            for (name, path) in &mapped.variables {
                match plain::lookup(&reference.variables, path.iter().map(String::as_str)) {
                    Some(value) => drop(template.variables.insert(name.clone(), value.clone())),
                    None => faults.push(Fault::new(
                        format!(
                            "{}/{}/{locale}.{kind}.provider.{provider}",
                            reference.id,
                            version.as_str()
                        ),
                        format!("the variable `{}` is missing", path.join(".")),
                        "set it",
                    )),
                }
            }
            rendered.provider_templates.insert(provider.clone(), template);
        }
        if !faults.is_empty() {
            return Err(failed(faults));
        }
        rendered.dlt.clone_from(&body.dlt);
        rendered.stamp = Some(TemplateStamp::new(&reference.id, version.as_str(), locale));
        Ok(rendered)
    }

    fn part(
        &self,
        part: &Compiled,
        reference: &TemplateRef,
        context: &OnceCell<Context>,
    ) -> Result<String, Fault> {
        let variables = &reference.variables;
        if let Some(text) = part.plain.as_ref().and_then(|p| p.render(variables, part.escape)) {
            return Ok(text);
        }
        // Also the way of a plain template with a missing variable: the engine knows its place.
        let context = context.get_or_init(|| Context::from(variables.clone()));
        self.0.engine.render(&part.name, part.escape, context).map_err(|failure| {
            let place = format!("{}:{}:{}", failure.template, failure.line, failure.column);
            if failure.template == part.name {
                Fault::new(place, failure.what, failure.remedy)
            } else {
                let problem = format!("{}, in {}", failure.what, part.name);
                Fault::new(format!("partials/{place}"), problem, failure.remedy)
            }
        })
    }

    /// The version, language and body that a reference leads to.
    fn find(&self, reference: &TemplateRef, kind: Kind) -> Result<(&Version, &str, &Body)> {
        let versions = self.versions_of(&reference.id)?;
        let version = match &reference.version {
            Some(version) => Version::new(version),
            None => self.current(&self.pins(), &reference.id, versions)?,
        };
        let Some((version, bodies)) = versions.get_key_value(&version) else {
            return Err(no_version(&reference.id, version.as_str(), versions));
        };
        let wanted = reference.locale.as_deref().unwrap_or(&self.0.locales.default);
        let Some(wanted) = locale::canonical(wanted) else {
            let fault =
                Fault::new("template.locale", "is no language tag", "write one like `hi-IN`");
            return Err(
                Error::new(ErrorKind::Template, "no such language").with_faults(vec![fault])
            );
        };
        let chain = self.0.locales.chain(&wanted);
        chain
            .iter()
            .find_map(|tag| {
                let (locale, kinds) = bodies.get_key_value(tag)?;
                Some((version, locale.as_str(), kinds.get(&kind)?))
            })
            .ok_or_else(|| no_kind(&reference.id, version, kind, &chain, bodies))
    }

    /// All ids, in order.
    #[must_use]
    pub fn ids(&self) -> Vec<&str> {
        self.0.templates.keys().map(String::as_str).collect()
    }

    /// The versions of a template, oldest first; none when there is no such template.
    #[must_use]
    pub fn versions(&self, id: &str) -> Vec<&str> {
        self.0.templates.get(id).into_iter().flatten().map(|(v, _)| v.as_str()).collect()
    }

    /// The kinds that a template's current version fills in any language; none when there is no
    /// such template.
    #[must_use]
    pub fn kinds(&self, id: &str) -> Vec<Kind> {
        let Some(versions) = self.0.templates.get(id) else { return Vec::new() };
        let current = self.current(&self.pins(), id, versions);
        let bodies = current.ok().and_then(|version| versions.get(&version));
        let kinds: BTreeSet<Kind> = bodies
            .into_iter()
            .flat_map(BTreeMap::values)
            .flat_map(BTreeMap::keys)
            .copied()
            .collect();
        kinds.into_iter().collect()
    }

    /// Makes a version the default of its template, at once and for every clone. A reference that
    /// names a version still gets that one.
    ///
    /// # Errors
    ///
    /// [`Template`](ErrorKind::Template) when there is no such template or version.
    pub fn pin(&self, id: &str, version: &str) -> Result<()> {
        let versions = self.versions_of(id)?;
        let key = Version::new(version);
        if !versions.contains_key(&key) {
            return Err(no_version(id, version, versions));
        }
        self.pins_mut().insert(id.to_owned(), key);
        Ok(())
    }

    /// Makes the newest version the default again.
    pub fn unpin(&self, id: &str) {
        self.pins_mut().remove(id);
    }

    /// Pins the version before the current default, and names it.
    ///
    /// # Errors
    ///
    /// [`Template`](ErrorKind::Template) when there is no such template, or none older.
    pub fn rollback(&self, id: &str) -> Result<String> {
        let versions = self.versions_of(id)?;
        // One lock over reading and writing: two rollbacks at once go back two versions.
        let mut pins = self.pins_mut();
        let current = self.current(&pins, id, versions)?;
        let Some((previous, _)) = versions.range(..&current).next_back() else {
            let problem = format!("`{id}` has no version before `{}`", current.as_str());
            let fault = Fault::new("template.version", problem, "pin one of its versions");
            return Err(
                Error::new(ErrorKind::Template, "nothing to roll back to").with_faults(vec![fault])
            );
        };
        pins.insert(id.to_owned(), previous.clone());
        Ok(previous.as_str().to_owned())
    }

    fn current(
        &self,
        pins: &BTreeMap<String, Version>,
        id: &str,
        versions: &Versions,
    ) -> Result<Version> {
        let newest = || versions.last_key_value().map(|(version, _)| version);
        pins.get(id).or_else(newest).cloned().ok_or_else(|| self.no_id(id))
    }

    fn versions_of(&self, id: &str) -> Result<&Versions> {
        self.0.templates.get(id).ok_or_else(|| self.no_id(id))
    }

    fn no_id(&self, id: &str) -> Error {
        let fault = Fault::new(
            "template.id",
            format!("`{id}` does not exist"),
            format!("one of {}", list(self.0.templates.keys().map(String::as_str))),
        );
        Error::new(ErrorKind::Template, "no such template").with_faults(vec![fault])
    }

    // A panic cannot leave the pins half written, so a poisoned lock is as good as any.
    fn pins(&self) -> RwLockReadGuard<'_, BTreeMap<String, Version>> {
        self.0.pins.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn pins_mut(&self) -> RwLockWriteGuard<'_, BTreeMap<String, Version>> {
        self.0.pins.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for TemplateSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TemplateSet").field("ids", &self.ids()).finish_non_exhaustive()
    }
}

fn failed(faults: Vec<Fault>) -> Error {
    Error::new(ErrorKind::Template, "the template does not render").with_faults(faults)
}

fn no_version(id: &str, version: &str, versions: &Versions) -> Error {
    let fault = Fault::new(
        "template.version",
        format!("`{id}` has no version `{version}`"),
        format!("one of {}", list(versions.keys().map(Version::as_str))),
    );
    Error::new(ErrorKind::Template, "no such version").with_faults(vec![fault])
}

fn no_kind(id: &str, version: &Version, kind: Kind, chain: &[String], bodies: &Bodies) -> Error {
    let there = bodies
        .iter()
        .flat_map(|(locale, kinds)| kinds.keys().map(move |kind| format!("{kind} in {locale}")));
    let there: Vec<String> = there.collect();
    let fault = Fault::new(
        "template.id",
        format!("`{id}` version `{}` has no {kind} in {}", version.as_str(), chain.join(", ")),
        format!("add it; there is {}", list(there.iter().map(String::as_str))),
    );
    Error::new(ErrorKind::Template, "no such kind").with_faults(vec![fault])
}

/// The first twenty.
fn list<'a>(mut names: impl Iterator<Item = &'a str>) -> String {
    let shown: Vec<_> = names.by_ref().take(20).collect();
    match (shown.is_empty(), names.count()) {
        (true, _) => "none".to_owned(),
        (false, 0) => shown.join(", "),
        (false, more) => format!("{} and {more} more", shown.join(", ")),
    }
}
