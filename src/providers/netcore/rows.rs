//! Calls whose fields are agreed with the vendor's support: a query, a form, or JSON, one row or
//! more, each a list of names with text. The names to look for can be set.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use bytes::Bytes;
use http::Method;
use serde_json::{Number, Value, value::RawValue};

use super::hook::{self, Fields};
use crate::{
    event::{Event, Metadata},
    http::form,
    webhook::{EventFault, Parsed, Request, WebhookError},
};

/// What may stand in the query to prove the caller; it is no fact of an event.
const SECRETS: [&str; 9] =
    ["api-key", "api_key", "apikey", "auth", "authkey", "password", "secret", "token", "x-api-key"];

/// A type that holds, for each fact, the names it is looked for under.
macro_rules! names {
    ($(#[$meta:meta])* $map:ident { $($(#[$doc:meta])* $field:ident: [$($default:literal),+];)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $map { $(pub(super) $field: Vec<String>,)+ }

        impl Default for $map {
            fn default() -> Self {
                Self { $($field: vec![$($default.into()),+],)+ }
            }
        }

        impl $map {
            /// The default names.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            /// Every list of names.
            pub(super) fn all(&self) -> impl Iterator<Item = &String> {
                std::iter::empty()$(.chain(&self.$field))+
            }

            $(
                $(#[$doc])*
                #[must_use]
                pub fn $field<S: AsRef<str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
                    self.$field = $crate::providers::netcore::rows::lower(names);
                    self
                }
            )+
        }
    };
}
pub(super) use names;

pub(super) fn lower<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Vec<String> {
    names.into_iter().map(|name| name.as_ref().to_lowercase()).collect()
}

/// A row's text by lower-cased name, without what is empty; the first of a name stays.
#[derive(Default)]
pub(super) struct Row<'a>(BTreeMap<String, Cow<'a, str>>);

impl<'a> Row<'a> {
    fn collect(pairs: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> Self {
        let mut row = BTreeMap::new();
        for (name, value) in pairs {
            if !value.trim().is_empty() {
                row.entry(name.trim().to_lowercase()).or_insert_with(|| trimmed(value));
            }
        }
        Self(row)
    }

    /// The first of `names` that has a value.
    pub(super) fn find(&self, names: &[String]) -> Option<&str> {
        names.iter().find_map(|name| self.0.get(name)).map(|value| &**value)
    }

    /// The same, owned.
    pub(super) fn owned(&self, names: &[String]) -> Option<String> {
        self.find(names).map(str::to_owned)
    }

    /// What has none of the names that are `read`.
    pub(super) fn rest<'n>(&self, read: impl Iterator<Item = &'n String>) -> Metadata {
        let read: BTreeSet<&str> = read.map(|name| &**name).collect();
        let known = |name: &str| read.contains(name) || SECRETS.contains(&name);
        let others = self.0.iter().filter(|(name, _)| !known(name));
        others.map(|(name, value)| (name.clone().into(), Value::from(&**value))).collect()
    }
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// The rows of a call, each with the bytes it was read from, or what is wrong with it.
type Rows<'a> = Vec<(Result<Row<'a>, &'static str>, Bytes)>;

/// A body, or the query of a call without one.
pub(super) struct Payload {
    source: Bytes,
    json: bool,
}

impl Payload {
    /// What `request` holds; `None` for the HEAD that validates the URL.
    pub(super) fn of(request: &Request) -> Option<Self> {
        if request.method == Method::HEAD {
            return None;
        }
        // The query of a POST is the URL's own, perhaps with a secret in it.
        if request.method != Method::POST {
            let source = Bytes::copy_from_slice(request.query().as_bytes());
            return Some(Self { source, json: false });
        }
        let start = request.body.trim_ascii_start().first();
        let json = matches!(start, Some(b'{' | b'['));
        let source = if json { hook::body(request) } else { None };
        Some(Self { source: source.unwrap_or_else(|| request.body.clone()), json })
    }

    /// The events that `read` makes of the rows.
    pub(super) fn parse(
        &self,
        read: impl Fn(&Row<'_>) -> Result<Event, &'static str>,
    ) -> Result<Parsed, WebhookError> {
        let mut parsed = Parsed::empty();
        for (index, (row, source)) in self.rows()?.into_iter().enumerate() {
            match row.and_then(|row| read(&row)) {
                Ok(event) => parsed.events.push(Event { source, ..event }),
                Err(problem) => parsed.faults.push(EventFault::new(index, problem)),
            }
        }
        Ok(parsed)
    }

    /// The rows, each with the bytes it was read from, or what is wrong with it.
    fn rows(&self) -> Result<Rows<'_>, WebhookError> {
        if !self.json {
            let row = Row::collect(form::decode(&self.source).into_iter());
            if row.0.is_empty() {
                return Err(WebhookError::payload("the request holds no fields"));
            }
            return Ok(vec![(Ok(row), self.source.clone())]);
        }
        let elements = hook::elements(&self.source)?.into_iter();
        let rows = elements.map(|raw| {
            let fields = Fields::read(raw).ok_or("is no object");
            let row = fields.map(|fields| {
                let pairs = fields.into_iter().filter_map(|(name, raw)| Some((name, plain(raw)?)));
                Row::collect(pairs)
            });
            (row, self.source.slice_ref(raw.get().as_bytes()))
        });
        Ok(rows.collect())
    }
}

/// Text, or a number; one with a fraction as any other JSON writes it.
fn plain(raw: &RawValue) -> Option<Cow<'_, str>> {
    let text = hook::text(raw)?;
    if !raw.get().starts_with('"') && text.contains(['.', 'e', 'E']) {
        return serde_json::from_str::<Number>(&text).ok().map(|number| number.to_string().into());
    }
    Some(text)
}
