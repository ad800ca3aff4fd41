//! Objects whose members may be of any type.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use crate::webhook::text::unquoted;

/// The members of an object, as they were written.
#[derive(Default)]
pub(super) struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Object<'a> {
    /// `None` when `json` is no object.
    pub(super) fn read(json: &'a str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().rfind(|(known, _)| known == name).map(|(_, raw)| *raw)
    }

    /// A text that is not empty, or a number as it was written.
    pub(super) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name).and_then(text)
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|raw| raw.get() == "true")
    }

    /// The object that a member is; an empty one where it is none.
    pub(super) fn object(&self, name: &str) -> Self {
        self.get(name).and_then(|raw| Self::read(raw.get())).unwrap_or_default()
    }

    pub(super) fn into_members(self) -> impl Iterator<Item = (Cow<'a, str>, &'a RawValue)> {
        self.0.into_iter()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(12);
        while let Some((Name(name), raw)) = map.next_entry()? {
            members.push((name, raw));
        }
        Ok(Object(members))
    }
}

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// A text that is not empty, or a number as it was written.
pub(super) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let text = match raw.get().bytes().next()? {
        b'"' => unquoted(raw.get())?,
        b'-' | b'0'..=b'9' => Cow::Borrowed(raw.get()),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Any value but an empty one. What is nested too deep to be read stays text.
pub(super) fn value(raw: &RawValue) -> Option<Value> {
    if matches!(raw.get(), "null" | "\"\"" | "[]" | "{}") {
        return None;
    }
    Some(serde_json::from_str(raw.get()).unwrap_or_else(|_| raw.get().into()))
}
