//! What the receivers of all products share: a body's elements, their fields, times.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use http::Method;
use jiff::{civil::DateTime, tz::Offset};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use crate::{
    event::Metadata,
    time::Timestamp,
    webhook::{
        Request, WebhookError,
        text::{readable, unquoted},
    },
};

/// A product's `Webhook`: a guard, and the zone of times that name none. `read` makes the events of
/// what the guard let through.
macro_rules! webhook {
    ($(#[$doc:meta])* pub struct Webhook; $(#[$zone:meta])* pub fn utc_offset_minutes; $read:path) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct Webhook {
            guard: $crate::webhook::Guard,
            offset: i32,
        }

        impl Webhook {
            /// Accepts what `guard` lets through.
            #[must_use]
            pub fn new(guard: $crate::webhook::Guard) -> Self {
                Self { guard, offset: $crate::providers::netcore::hook::IST }
            }

            $(#[$zone])*
            #[must_use]
            pub fn utc_offset_minutes(mut self, minutes: i32) -> Self {
                self.offset = minutes;
                self
            }
        }

        impl $crate::webhook::Receiver for Webhook {
            fn verify<'a>(
                &self,
                request: &'a $crate::webhook::Request,
                _: $crate::time::Timestamp,
            ) -> Result<$crate::webhook::Verified<'a>, $crate::webhook::WebhookError> {
                self.guard.verify(request)
            }

            fn parse(
                &self,
                verified: $crate::webhook::Verified<'_>,
            ) -> Result<$crate::webhook::Parsed, $crate::webhook::WebhookError> {
                $read(&verified, self.offset)
            }
        }
    };
}
pub(super) use webhook;

/// Minutes that Indian standard time is ahead of UTC.
pub(super) const IST: i32 = 330;

/// The body to read; `None` where the call only tests the URL: HEAD, or nothing in it.
pub(super) fn body(request: &Request) -> Option<Bytes> {
    if request.method == Method::HEAD || request.body.trim_ascii().is_empty() {
        return None;
    }
    Some(readable(&request.body))
}

/// The elements of an array, or the single one without it.
pub(super) fn elements(body: &[u8]) -> Result<Vec<&RawValue>, WebhookError> {
    let unreadable = || WebhookError::payload("the body is no JSON array of events");
    if body.trim_ascii_start().starts_with(b"{") {
        return serde_json::from_slice(body).map(|one| vec![one]).map_err(|_| unreadable());
    }
    serde_json::from_slice(body).map_err(|_| unreadable())
}

/// An object's fields as they were written: a number of seventeen digits keeps them all. Of a name
/// that stands twice the last is read.
pub(super) struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// `None` when `raw` is no object.
    pub(super) fn read(raw: &'a RawValue) -> Option<Self> {
        serde_json::from_str(raw.get()).ok()
    }

    /// The text or number called `name`, as written here or in lower case, and removes it. What is
    /// empty is absent.
    pub(super) fn take(&mut self, name: &str) -> Option<Cow<'a, str>> {
        let index = self.index(name)?;
        let text = text(self.0.get(index)?.1)?;
        self.0.swap_remove(index);
        Some(text).filter(|text| !text.is_empty())
    }

    /// The same, owned.
    pub(super) fn take_owned(&mut self, name: &str) -> Option<String> {
        self.take(name).map(Cow::into_owned)
    }

    /// The same, and leaves it there.
    pub(super) fn peek(&self, name: &str) -> Option<Cow<'a, str>> {
        text(self.raw(name)?).filter(|text| !text.is_empty())
    }

    /// What is called `name`, whatever it is.
    pub(super) fn raw(&self, name: &str) -> Option<&'a RawValue> {
        self.0.get(self.index(name)?).map(|(_, raw)| *raw)
    }

    /// The object called `name`, or the first of an array; removed where it can be read.
    pub(super) fn take_object(&mut self, name: &str) -> Option<Self> {
        let index = self.index(name)?;
        let raw = self.0.get(index)?.1;
        let fields = if raw.get().starts_with('[') {
            Self::read(serde_json::from_str::<Vec<&RawValue>>(raw.get()).ok()?.first()?)
        } else {
            Self::read(raw)
        }?;
        self.0.swap_remove(index);
        Some(fields)
    }

    /// The names with what they hold, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, raw)| (&**name, *raw))
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What nobody took, by the provider's names, without what is empty.
    pub(super) fn rest(self) -> Metadata {
        let values = self.0.into_iter().map(|(name, raw)| (name, value(raw)));
        let values = values.filter(|(_, value)| !is_nothing(value));
        values.map(|(name, value)| (name.into_owned().into(), value)).collect()
    }

    fn index(&self, name: &str) -> Option<usize> {
        let lower = |key: &str| {
            key.len() == name.len()
                && key.bytes().zip(name.bytes()).all(|(a, b)| a == b.to_ascii_lowercase())
        };
        let exact = self.0.iter().rposition(|(key, _)| key == name);
        exact.or_else(|| self.0.iter().rposition(|(key, _)| lower(key)))
    }
}

impl<'a> IntoIterator for Fields<'a> {
    type Item = (Cow<'a, str>, &'a RawValue);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> Deserialize<'a> for Fields<'a> {
    fn deserialize<D: Deserializer<'a>>(from: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'a> Visitor<'a> for Object {
            type Value = Fields<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut fields = Vec::with_capacity(12); // an event's
                while let Some((Name(name), raw)) = map.next_entry::<Name<'a>, &'a RawValue>()? {
                    fields.push((name, raw));
                }
                Ok(Fields(fields))
            }
        }

        from.deserialize_map(Object)
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// The text or number, as it was written.
pub(super) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let json = raw.get();
    match json.bytes().next()? {
        b'"' => unquoted(json),
        b'-' | b'0'..=b'9' => Some(Cow::Borrowed(json)),
        _ => None,
    }
}

/// What `raw` holds; a whole number that only fits a float stays as it was written.
pub(super) fn value(raw: &RawValue) -> Value {
    match serde_json::from_str(raw.get()) {
        Ok(Value::Number(number)) if number.is_f64() && !raw.get().contains(['.', 'e', 'E']) => {
            raw.get().into()
        }
        Ok(value) => value,
        Err(_) => raw.get().into(),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Reads `YYYY-MM-DD HH:MM:SS` at `offset` minutes ahead of UTC, a time with its own offset, or
/// Unix seconds or milliseconds. `None` where it is none of these, such as zeros.
pub(super) fn time(text: &str, offset: i32) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        return match text.len() {
            10 => Timestamp::from_second(number).ok(),
            13 => Timestamp::from_millisecond(number).ok(),
            _ => None,
        };
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let offset = Offset::from_seconds(offset.checked_mul(60)?).ok()?;
    text.parse::<DateTime>().ok().and_then(|local| offset.to_timestamp(local).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_as_written_or_in_lower_case() {
        let raw = RawValue::from_string(r#"{"event":1,"A-B":"x","a-b":"y","C":null}"#.into());
        let raw = raw.unwrap();
        let mut fields = Fields::read(&raw).unwrap();
        assert_eq!(fields.take("EVENT").as_deref(), Some("1"));
        assert_eq!(fields.take("EVENT"), None);
        assert_eq!(fields.take("A-B").as_deref(), Some("x"));
        assert_eq!(fields.take("A-B").as_deref(), Some("y"));
        assert_eq!(fields.take("C"), None);
        assert!(fields.rest().is_empty());
    }

    #[test]
    fn text_is_borrowed_where_nothing_is_escaped() {
        for (json, wanted, borrowed) in [
            (r#""plain""#, "plain", true),
            (r#""नमस्ते""#, "नमस्ते", true),
            (r#""""#, "", true),
            (r#""a\u0041\n""#, "aA\n", false),
            ("17260011223344556677889", "17260011223344556677889", true),
        ] {
            let raw = RawValue::from_string(json.into()).unwrap();
            let text = text(&raw).unwrap();
            assert_eq!(text, wanted);
            assert_eq!(matches!(text, Cow::Borrowed(_)), borrowed, "{json}");
        }
    }

    #[test]
    fn times_have_the_zone_that_was_set() {
        let at = "2025-02-10T05:34:36Z".parse().ok();
        assert_eq!(time("2025-02-10 11:04:36", IST), at);
        assert_eq!(time("2025-02-10 05:34:36", 0), at);
        assert_eq!(time("2025-02-10 11:04:36", i32::MAX), None);
        for text in ["", "0", "null", "0000-00-00 00:00:00"] {
            assert_eq!(time(text, IST), None, "{text}");
        }
    }
}
