//! The fields of one call, taken by name.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::{Value, value::RawValue};

use crate::{event::Metadata, webhook::text::known};

/// What most calls have beside what is read from them.
const NAMES: [&str; 29] = [
    "AccountSid",
    "ApiVersion",
    "ButtonText",
    "CallStatus",
    "Called",
    "Caller",
    "CallerName",
    "ChannelInstallSid",
    "ChannelPrefix",
    "ChannelToAddress",
    "Direction",
    "EventType",
    "FromCity",
    "FromCountry",
    "FromState",
    "FromZip",
    "ListTitle",
    "MessageType",
    "MessagingServiceSid",
    "NumMedia",
    "NumSegments",
    "OptOutType",
    "RawDlrDoneDate",
    "SmsStatus",
    "ToCity",
    "ToCountry",
    "ToState",
    "ToZip",
    "WaId",
];

/// Names and values of a form.
pub(super) type Pairs<'a> = Vec<(Cow<'a, [u8]>, Cow<'a, [u8]>)>;

/// Bytes as text; what is no UTF-8 becomes U+FFFD.
pub(super) fn text(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(bytes),
        },
        Cow::Owned(bytes) => Cow::Owned(match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }),
    }
}

/// The fields that nobody took yet. Of a repeated name the first with a value counts.
pub(super) struct Fields<'a> {
    texts: Vec<Option<(Cow<'a, str>, Cow<'a, str>)>>,
    /// Lists and objects, which only JSON has.
    rich: Vec<(String, &'a RawValue)>,
}

impl<'a> Fields<'a> {
    pub(super) fn form(pairs: impl IntoIterator<Item = (Cow<'a, [u8]>, Cow<'a, [u8]>)>) -> Self {
        let texts = pairs.into_iter().map(|(name, value)| Some((text(name), text(value))));
        Self { texts: texts.collect(), rich: Vec::new() }
    }

    /// `None` when `raw` is no object.
    pub(super) fn json(raw: &'a RawValue) -> Option<Self> {
        let members: BTreeMap<String, &'a RawValue> = serde_json::from_str(raw.get()).ok()?;
        let mut fields = Self { texts: Vec::with_capacity(members.len()), rich: Vec::new() };
        for (name, raw) in members {
            match raw.get().bytes().next() {
                Some(b'"') => {
                    // Half a character is no text: as it was written.
                    let text = serde_json::from_str(raw.get()).unwrap_or_else(|_| raw.get().into());
                    fields.texts.push(Some((name.into(), Cow::Owned(text))));
                }
                Some(b'{' | b'[') => fields.rich.push((name, raw)),
                Some(b'n') | None => {}
                Some(_) => fields.texts.push(Some((name.into(), raw.get().into()))),
            }
        }
        Some(fields)
    }

    /// Whether nothing is left that has a value.
    pub(super) fn is_empty(&self) -> bool {
        self.rich.is_empty() && self.texts.iter().flatten().all(|(_, value)| value.is_empty())
    }

    /// Whether there is a field `name` with a value.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The value of the field `name`, unless it is empty, and leaves it there.
    pub(super) fn peek(&self, name: &str) -> Option<String> {
        self.find(name).map(str::to_owned)
    }

    /// The same, and removes the field.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let found = self.texts.iter_mut().find(|field| is(field, name))?;
        found.take().map(|(_, value)| value.into_owned())
    }

    /// The same; what is there and empty is an empty text.
    pub(super) fn take_blank(&mut self, name: &str) -> Option<String> {
        self.take(name).or_else(|| {
            let named = |field: &&Option<_>| named(field, name);
            self.texts.iter().any(|field| named(&field)).then(String::new)
        })
    }

    /// The field `name` as `T`, and removes it where it can be read as one.
    pub(super) fn parse<T: std::str::FromStr>(&mut self, name: &str) -> Option<T> {
        let value = self.find(name)?.trim().parse().ok()?;
        self.take(name);
        Some(value)
    }

    /// The field `name` as JSON, and removes it where it is any.
    pub(super) fn take_json(&mut self, name: &str) -> Option<Value> {
        if let Some(place) = self.rich.iter().position(|(own, _)| own == name) {
            let value = serde_json::from_str(self.rich.get(place)?.1.get()).ok()?;
            self.rich.remove(place);
            return Some(value);
        }
        let value = serde_json::from_str(self.find(name)?).ok()?;
        self.take(name);
        Some(value)
    }

    /// Removes the field `name` where it only repeats `value`.
    pub(super) fn drop_same(&mut self, name: &str, value: Option<&str>) {
        if self.find(name) == value {
            self.take(name);
        }
    }

    /// Removes the fields `prefix` with a number behind it, by that number.
    pub(super) fn numbered(&mut self, prefix: &str) -> BTreeMap<u32, String> {
        let mut found = BTreeMap::new();
        for field in &mut self.texts {
            let number = field.as_ref().and_then(|(name, value)| {
                let number: u32 = name.strip_prefix(prefix)?.parse().ok()?;
                (!value.is_empty() && !found.contains_key(&number)).then_some(number)
            });
            if let Some((number, (_, value))) =
                number.and_then(|number| Some((number, field.take()?)))
            {
                found.insert(number, value.into_owned());
            }
        }
        found
    }

    /// What nobody took, by Twilio's names, without what is empty.
    pub(super) fn rest(self) -> Metadata {
        let mut rest = Metadata::new();
        for (name, value) in self.texts.into_iter().flatten() {
            if !value.is_empty() && !rest.contains_key(&*name) {
                rest.insert(known(name, &NAMES), Value::String(value.into_owned()));
            }
        }
        for (name, raw) in self.rich {
            // Too deep for a tree: as it was written.
            let value = serde_json::from_str(raw.get()).unwrap_or_else(|_| raw.get().into());
            rest.insert(name.into(), value);
        }
        rest
    }

    pub(super) fn find(&self, name: &str) -> Option<&str> {
        let field = self.texts.iter().find(|field| is(field, name))?;
        field.as_ref().map(|(_, value)| &**value)
    }
}

type Field<'a> = Option<(Cow<'a, str>, Cow<'a, str>)>;

fn is(field: &Field<'_>, name: &str) -> bool {
    field.as_ref().is_some_and(|(own, value)| own == name && !value.is_empty())
}

fn named(field: &Field<'_>, name: &str) -> bool {
    field.as_ref().is_some_and(|(own, _)| own == name)
}
