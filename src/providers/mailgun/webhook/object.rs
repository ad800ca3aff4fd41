//! Objects whose members may be of any type.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
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

    /// The members `names` of the object that a member is.
    pub(super) fn pick<const N: usize>(
        &self,
        name: &str,
        names: [&'static str; N],
    ) -> Picked<'a, N> {
        Picked::read(self.get(name), names)
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

/// Some members of an object, as they were written; none where it is no object.
pub(super) struct Picked<'a, const N: usize> {
    names: [&'static str; N],
    raws: [Option<&'a RawValue>; N],
}

impl<'a, const N: usize> Picked<'a, N> {
    pub(super) fn read(raw: Option<&'a RawValue>, names: [&'static str; N]) -> Self {
        let raws = raw.and_then(|raw| {
            let mut from = serde_json::Deserializer::from_str(raw.get());
            from.deserialize_map(Pick(names)).ok()
        });
        Self { names, raws: raws.unwrap_or([None; N]) }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.names.iter().zip(self.raws).find(|(own, _)| **own == name)?.1
    }

    /// A text that is not empty, or a number as it was written.
    pub(super) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name).and_then(text)
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|raw| raw.get() == "true")
    }
}

struct Pick<const N: usize>([&'static str; N]);

impl<'de, const N: usize> Visitor<'de> for Pick<N> {
    type Value = [Option<&'de RawValue>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut raws = [None; N];
        while let Some(Name(name)) = map.next_key()? {
            let place = self.0.iter().position(|own| *own == name);
            match place.and_then(|place| raws.get_mut(place)) {
                Some(raw) => *raw = Some(map.next_value()?),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(raws)
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
