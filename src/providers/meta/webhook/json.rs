//! JSON as it was written, member by member: what is of another type than expected is absent, and
//! costs nothing beside it.

use std::{borrow::Cow, collections::BTreeMap, fmt, marker::PhantomData, str::Chars};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use crate::{event::Metadata, time::Timestamp};

/// A member that may be missing, null or anything else.
#[derive(Clone, Copy, Default)]
pub(super) struct Raw<'a>(Option<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Option::<&'a RawValue>::deserialize(from).map(Self)
    }
}

impl<'a> Raw<'a> {
    /// As it was written; empty where it is not there.
    pub(super) fn get(self) -> &'a str {
        self.0.map_or("", RawValue::get)
    }

    /// Whether it is there.
    pub(super) fn is_some(self) -> bool {
        self.0.is_some()
    }

    /// A text that is not empty, or a number as it was written.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        let raw = self.0?.get();
        let text = match raw.bytes().next()? {
            b'"' => string(raw),
            b'-' | b'0'..=b'9' => raw.into(),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// The same, owned.
    pub(super) fn owned(self) -> Option<String> {
        self.text().map(Cow::into_owned)
    }

    pub(super) fn is_true(self) -> bool {
        matches!(self.get(), "true" | "\"true\"")
    }

    /// A number, or one as text.
    pub(super) fn float(self) -> Option<f64> {
        self.text()?.trim().parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// Seconds since 1970, as a number or as text.
    pub(super) fn time(self) -> Option<Timestamp> {
        Timestamp::from_second(self.text()?.trim().parse().ok()?).ok()
    }

    /// An object's members; none where it is no object.
    pub(super) fn members<T: Deserialize<'a> + Default>(self) -> T {
        self.0.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    }

    /// A list's elements; none where it is no list.
    pub(super) fn list(self) -> Vec<Self> {
        self.0.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    }

    /// The whole, where it holds anything.
    pub(super) fn value(self) -> Option<Value> {
        let raw = self.0?.get();
        let value = match serde_json::from_str(raw) {
            // A whole number that only fits a float would come out changed.
            Ok(Value::Number(number)) if number.is_f64() && !raw.contains(['.', 'e', 'E']) => {
                raw.into()
            }
            Ok(value) => value,
            // A broken escape in it, or too deep.
            Err(_) => serde_json::from_str(&mended(raw)).unwrap_or_else(|_| raw.into()),
        };
        let empty = match &value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(list) => list.is_empty(),
            Value::Object(members) => members.is_empty(),
            Value::Bool(_) | Value::Number(_) => false,
        };
        (!empty).then_some(value)
    }
}

fn string(raw: &str) -> Cow<'_, str> {
    match raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => plain.into(),
        _ => serde_json::from_str::<String>(raw)
            .or_else(|_| serde_json::from_str(&mended(raw)))
            .unwrap_or_default()
            .into(),
    }
}

/// The same with `\ufffd` for each half of a character that lacks its other half: a text cut in
/// the middle of an emoji is still a text.
fn mended(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw.chars();
    while let Some(first) = rest.next() {
        out.push(first);
        if first != '\\' {
            continue;
        }
        let mut ahead = rest.clone();
        match unit(&mut ahead) {
            Some(0xd800..=0xdbff) => {
                let high: String = rest.by_ref().take(5).collect();
                let mut next = rest.clone();
                let whole =
                    next.next() == Some('\\') && matches!(unit(&mut next), Some(0xdc00..=0xdfff));
                if whole {
                    out.push_str(&high);
                    out.extend(rest.by_ref().take(6));
                } else {
                    out.push_str("ufffd");
                }
            }
            Some(0xdc00..=0xdfff) => {
                out.push_str("ufffd");
                rest = ahead;
            }
            // What is escaped is no escape's beginning.
            _ => out.extend(rest.next()),
        }
    }
    out
}

/// The code unit of `uXXXX`.
pub(super) fn unit(chars: &mut Chars<'_>) -> Option<u32> {
    if chars.next() != Some('u') {
        return None;
    }
    (0..4).try_fold(0, |unit, _| Some(unit * 16 + chars.next()?.to_digit(16)?))
}

/// A list whose elements are read with it.
#[derive(Default)]
pub(super) enum List<T> {
    #[default]
    Absent,
    Items(Vec<T>),
    /// Something else is in its place.
    Wrong,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Elements(PhantomData))
    }
}

struct Elements<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Elements<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<List<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(List::Items(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<List<T>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(List::Wrong)
    }

    fn visit_unit<E>(self) -> Result<List<T>, E> {
        Ok(List::Absent)
    }

    fn visit_bool<E>(self, _: bool) -> Result<List<T>, E> {
        Ok(List::Wrong)
    }

    fn visit_i64<E>(self, _: i64) -> Result<List<T>, E> {
        Ok(List::Wrong)
    }

    fn visit_u64<E>(self, _: u64) -> Result<List<T>, E> {
        Ok(List::Wrong)
    }

    fn visit_f64<E>(self, _: f64) -> Result<List<T>, E> {
        Ok(List::Wrong)
    }

    fn visit_str<E>(self, _: &str) -> Result<List<T>, E> {
        Ok(List::Wrong)
    }
}

/// What [`members`] makes.
pub(super) trait Members<'de>: Default {
    fn found(&mut self);

    /// Takes the value of `key`; whether it was taken.
    fn set<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error>;
}

/// A name in an object.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Reads [`Members`]; of members of the same name the last one counts.
pub(super) struct Object<T>(pub(super) PhantomData<T>);

impl<'de, T: Members<'de>> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut members = T::default();
        members.found();
        while let Some(Key(key)) = map.next_key()? {
            if !members.set(&key, &mut map)? {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(members)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<T, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(T::default())
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<T, E> {
        Ok(T::default())
    }
}

/// A struct of [`Raw`] members, and after a semicolon those of other types. `kind = "type"` reads
/// the member `type`.
macro_rules! members {
    ($(#[$doc:meta])* $name:ident {
        $($field:ident $(= $json:literal)?),* $(,)? $(; $($other:ident: $type:ty),*)?
    }) => {
        $(#[$doc])*
        #[derive(Default)]
        #[allow(clippy::struct_field_names, reason = "the names are the API's")]
        pub(in crate::providers::meta::webhook) struct $name<'a> {
            /// Whether it was an object at all.
            pub(in crate::providers::meta::webhook) is_object: bool,
            $(pub(in crate::providers::meta::webhook) $field: $crate::providers::meta::webhook::json::Raw<'a>,)*
            $($(pub(in crate::providers::meta::webhook) $other: $type,)*)?
        }

        impl<'de: 'a, 'a> $crate::providers::meta::webhook::json::Members<'de> for $name<'a> {
            fn found(&mut self) {
                self.is_object = true;
            }

            fn set<A: serde::de::MapAccess<'de>>(
                &mut self,
                key: &str,
                map: &mut A,
            ) -> Result<bool, A::Error> {
                $(if key == $crate::providers::meta::webhook::json::key!($field $($json)?) {
                    self.$field = map.next_value()?;
                    return Ok(true);
                })*
                $($(if key == stringify!($other) {
                    self.$other = map.next_value()?;
                    return Ok(true);
                })*)?
                Ok(false)
            }
        }

        impl<'de: 'a, 'a> serde::Deserialize<'de> for $name<'a> {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let visitor = $crate::providers::meta::webhook::json::Object;
                from.deserialize_any(visitor(std::marker::PhantomData))
            }
        }
    };
}

macro_rules! key {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $json:literal) => {
        $json
    };
}

pub(super) use {key, members};

/// The members of a change that is read by name, so that what nobody takes is kept.
#[derive(Default)]
pub(super) struct Rest<'a>(BTreeMap<String, Raw<'a>>);

impl<'a> Rest<'a> {
    pub(super) fn read(raw: Raw<'a>) -> Self {
        Self(serde_json::from_str(raw.get()).unwrap_or_default())
    }

    pub(super) fn peek(&self, name: &str) -> Raw<'a> {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// The text or number called `name`, and removes it; what is something else stays.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let text = self.peek(name).owned();
        if text.is_some() {
            self.0.remove(name);
        }
        text
    }

    /// Puts what nobody took into `metadata`.
    pub(super) fn keep(self, metadata: &mut Metadata) {
        for (name, raw) in self.0 {
            keep(metadata, name, raw);
        }
    }
}

/// Puts `raw` into `metadata` where it holds anything.
pub(super) fn keep(metadata: &mut Metadata, name: impl Into<Cow<'static, str>>, raw: Raw<'_>) {
    if let Some(value) = raw.value() {
        metadata.insert(name.into(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    members!(Pair { kind = "type", id; list: List<Raw<'a>> });

    fn read(text: &str) -> Pair<'_> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn members_of_another_type_are_absent() {
        let pair = read(r#"{"type":{"a":1},"id":12345678901234567890123,"list":{"b":[]},"x":[1]}"#);
        assert!(pair.is_object);
        assert_eq!(pair.kind.text(), None);
        assert_eq!(pair.id.text().unwrap(), "12345678901234567890123");
        assert!(matches!(pair.list, List::Wrong));
        for other in ["1", "-1", "1.5", "[1,{}]", "null", "true", r#""x""#] {
            assert!(!read(other).is_object, "{other}");
        }
        assert_eq!(read(r#"{"id":"a","id":"b"}"#).id.text().unwrap(), "b");
    }

    #[test]
    fn a_text_that_was_cut_in_an_emoji_is_still_a_text() {
        for (raw, text) in [
            (r#""a\ud83d""#, "a\u{fffd}"),
            (r#""\ude00b""#, "\u{fffd}b"),
            (r#""\ud83d\ude00""#, "\u{1f600}"),
            (r#""\ud83d\u0041\ud83d\ude00\\ud83d""#, "\u{fffd}A\u{1f600}\\ud83d"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
        ] {
            let json = format!(r#"{{"id":{raw}}}"#);
            assert_eq!(read(&json).id.text().unwrap(), text, "{raw}");
        }
    }

    #[test]
    fn numbers_keep_their_digits_and_depth_its_text() {
        let deep = "[".repeat(500) + &"]".repeat(500);
        let json = format!(r#"{{"type":12345678901234567890123,"id":{deep}}}"#);
        let pair = read(&json);
        assert_eq!(pair.kind.value().unwrap(), "12345678901234567890123");
        assert_eq!(pair.id.value().unwrap(), *deep);
    }
}
