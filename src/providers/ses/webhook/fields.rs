//! The members of a JSON object, taken by name. What is null, missing or of another type than
//! promised is absent, and what stands beside it is read all the same.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use super::envelope::Text;
use crate::webhook::text::unquoted;

/// Members in the order written, as they were written.
#[derive(Default)]
pub(super) struct Fields<'a>(Vec<(Text<'a>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// `None` when `json` is no object.
    pub(super) fn read(json: &'a str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// The value called `name`, and removes it.
    pub(super) fn take(&mut self, name: &str) -> Option<&'a RawValue> {
        let place = self.0.iter().position(|(own, _)| own.get() == name)?;
        let (_, value) = self.0.swap_remove(place);
        (value.get() != "null").then_some(value)
    }

    /// The text or number called `name`, and removes it.
    pub(super) fn text(&mut self, name: &str) -> Option<Cow<'a, str>> {
        self.take(name).and_then(text)
    }

    /// The same, and leaves it there.
    pub(super) fn peek(&self, name: &str) -> Option<Cow<'a, str>> {
        self.0.iter().find(|(own, _)| own.get() == name).and_then(|(_, value)| text(value))
    }

    /// The object called `name`, and removes it.
    pub(super) fn object(&mut self, name: &str) -> Option<Self> {
        self.take(name).and_then(|value| Self::read(value.get()))
    }

    /// The same, and leaves it there.
    pub(super) fn peek_object(&self, name: &str) -> Option<Self> {
        let (_, value) = self.0.iter().find(|(own, _)| own.get() == name)?;
        Self::read(value.get())
    }

    /// The elements of the array called `name`, and removes it.
    pub(super) fn list(&mut self, name: &str) -> Vec<&'a RawValue> {
        let list = self.take(name).and_then(|value| serde_json::from_str(value.get()).ok());
        list.unwrap_or_default()
    }

    /// The texts of the array called `name`, and removes it.
    pub(super) fn texts(&mut self, name: &str) -> Vec<String> {
        self.list(name).into_iter().filter_map(text).map(Cow::into_owned).collect()
    }

    /// What nobody took, by the provider's names.
    pub(super) fn values(&self) -> impl Iterator<Item = (Cow<'static, str>, Value)> {
        self.0.iter().filter_map(|(name, raw)| {
            let value: Value = serde_json::from_str(raw.get()).ok()?;
            let told = !value.is_null() && value.as_str() != Some("");
            told.then(|| (name.get().to_owned().into(), value))
        })
    }
}

/// A text or a number, unless it is blank.
pub(super) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let text: Cow<'_, str> = match raw.get().bytes().next()? {
        b'"' => unquoted(raw.get())?,
        b'-' | b'0'..=b'9' => raw.get().into(),
        _ => return None,
    };
    (!text.trim().is_empty()).then_some(text)
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(8);
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Fields(members))
            }
        }

        from.deserialize_map(Reader)
    }
}
