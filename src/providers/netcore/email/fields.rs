//! The fields of one event, taken by name in either case.

use std::collections::BTreeMap;

use serde_json::{Value, value::RawValue};

/// Fields as they were written: a number of seventeen digits keeps them all.
pub(super) struct Fields<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Fields<'a> {
    /// `None` when `raw` is no object.
    pub(super) fn read(raw: &'a RawValue) -> Option<Self> {
        serde_json::from_str(raw.get()).ok().map(Self)
    }

    /// The text or number called `name`, in capitals or in lower case, and removes it. What is
    /// empty is absent.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let key = self.key(name)?;
        let text = text(self.0.get(&key)?);
        if text.is_some() {
            self.0.remove(&key);
        }
        text.filter(|text| !text.is_empty())
    }

    /// The same, and leaves it there.
    pub(super) fn peek(&self, name: &str) -> Option<String> {
        let text = text(self.0.get(&self.key(name)?)?)?;
        Some(text).filter(|text| !text.is_empty())
    }

    /// What nobody took, by the provider's names, without what is empty.
    pub(super) fn rest(self) -> BTreeMap<String, Value> {
        let values = self.0.into_iter().map(|(name, raw)| (name, value(raw)));
        values.filter(|(_, value)| !value.is_null() && value.as_str() != Some("")).collect()
    }

    fn key(&self, name: &str) -> Option<String> {
        let mut spellings = [name.to_owned(), name.to_ascii_lowercase()].into_iter();
        spellings.find(|key| self.0.contains_key(key))
    }
}

fn text(raw: &RawValue) -> Option<String> {
    match raw.get().bytes().next()? {
        b'"' => serde_json::from_str(raw.get()).ok(),
        b'-' | b'0'..=b'9' => Some(raw.get().to_owned()),
        _ => None,
    }
}

fn value(raw: &RawValue) -> Value {
    match serde_json::from_str(raw.get()) {
        // A whole number that only fits a float would come out changed.
        Ok(Value::Number(number)) if number.is_f64() && !raw.get().contains(['.', 'e', 'E']) => {
            raw.get().into()
        }
        Ok(value) => value,
        Err(_) => raw.get().into(),
    }
}
