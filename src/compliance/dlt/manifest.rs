//! A registry as a TOML file.

use serde::Deserialize;

use super::{Category, Registration, Registry, RegistryBuilder, Window};
use crate::error::{Error, Fault, Result};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    entity: String,
    #[serde(default)]
    urls: Vec<String>,
    #[serde(default)]
    callback_numbers: Vec<String>,
    window: Option<Hours>,
    #[serde(default)]
    template: Vec<Template>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hours {
    open: String,
    close: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    id: String,
    text: String,
    category: Category,
    #[serde(default)]
    headers: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
}

impl RegistryBuilder {
    /// Adds what a TOML text registers; settings it does not have stay as they are.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) when the text is not TOML of the registry's shape.
    pub fn toml(mut self, text: &str) -> Result<Self> {
        let manifest: Manifest = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let field = format!("line {}", before.matches('\n').count() + 1);
            let fault = Fault::new(field, error.message(), "see `Registry::from_toml`");
            Error::config("the DLT registry is not readable").with_faults(vec![fault])
        })?;
        if let Some(hours) = manifest.window {
            self = match Window::parse(&hours.open, &hours.close) {
                Ok(window) => self.window(window),
                Err(fault) => self.fault(fault),
            };
        }
        self = self.entity(manifest.entity);
        self = manifest.urls.into_iter().fold(self, Self::url);
        self = manifest.callback_numbers.into_iter().fold(self, Self::callback_number);
        Ok(manifest.template.into_iter().fold(self, |builder, template| {
            let mut registration = Registration::new(template.id, template.text, template.category);
            registration = template.headers.into_iter().fold(registration, Registration::header);
            registration = template.tags.into_iter().fold(registration, Registration::tag);
            builder.template(registration)
        }))
    }
}

impl Registry {
    /// Reads a registry with the default settings. Others: [`RegistryBuilder::toml`].
    ///
    /// ```
    /// use dakiya::compliance::dlt::Registry;
    ///
    /// let registry = Registry::from_toml(
    ///     r#"
    ///     entity = "1101234567890123456"
    ///     urls = ["drishti.in"]                 # optional: the whitelist
    ///     callback_numbers = ["18001234567"]    # optional
    ///
    ///     [window]                              # optional
    ///     open = "10:00"
    ///     close = "20:50"
    ///
    ///     [[template]]
    ///     id = "1107161234567890123"
    ///     category = "service_implicit"
    ///     headers = ["DRISHT"]
    ///     text = "Dear {#var#}, {#var#} is your code for Drishti Optics."
    ///     tags = ["alphanumeric", "numeric"]    # optional: where the portal keeps them apart
    ///     "#,
    /// )?;
    /// assert!(registry.get("1107161234567890123").is_some());
    /// # Ok::<(), dakiya::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) when the text is not TOML of this shape, or with every
    /// fault of what it registers.
    #[cfg_attr(docsrs, doc(cfg(feature = "templates")))]
    pub fn from_toml(text: &str) -> Result<Self> {
        Self::builder().toml(text)?.build()
    }
}
