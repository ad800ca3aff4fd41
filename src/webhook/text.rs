//! What receivers read bodies with.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Deserializer, value::RawValue};

use super::WebhookError;

/// The body with U+FFFD for what is no UTF-8: a broken character in one text must not cost the
/// other events.
pub(crate) fn readable(body: &Bytes) -> Bytes {
    match std::str::from_utf8(body) {
        Ok(_) => body.clone(),
        Err(_) => String::from_utf8_lossy(body).into_owned().into(),
    }
}

/// The text that a JSON string stands for, borrowed where nothing in it is escaped.
pub(crate) fn unquoted(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        return serde_json::from_str(json).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(inner))
}

/// `text` in lower case, without blanks around it.
pub(crate) fn lower(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// `name`, which costs nothing where it is `known`.
pub(crate) fn known(name: Cow<'_, str>, known: &[&'static str]) -> Cow<'static, str> {
    match known.iter().find(|known| **known == name) {
        Some(known) => Cow::Borrowed(known),
        None => Cow::Owned(name.into_owned()),
    }
}

/// Hands on the elements of a JSON array, or the single object without one, read once: each with
/// what was written, and without a value where it is no `T`.
pub(crate) fn elements<'a, T: Deserialize<'a>>(
    body: &'a str,
    mut each: impl FnMut(Option<T>, &'a str),
) -> Result<(), WebhookError> {
    walk(body.trim_matches(BLANK), &mut each)
        .ok_or_else(|| WebhookError::payload("the body is no JSON array of events"))
}

const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

fn walk<'a, T: Deserialize<'a>>(
    body: &'a str,
    each: &mut impl FnMut(Option<T>, &'a str),
) -> Option<()> {
    let Some(mut rest) = body.strip_prefix('[') else {
        let alone = body.starts_with('{') && element(body, each)?.is_empty();
        return alone.then_some(());
    };
    if rest.trim_start_matches(BLANK) == "]" {
        return Some(());
    }
    loop {
        rest = element(rest.trim_start_matches(BLANK), each)?.trim_start_matches(BLANK);
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None => return (rest == "]").then_some(()),
        }
    }
}

/// Hands on the element that `text` begins with, and returns what follows.
fn element<'a, T: Deserialize<'a>>(
    text: &'a str,
    each: &mut impl FnMut(Option<T>, &'a str),
) -> Option<&'a str> {
    let mut read = Deserializer::from_str(text).into_iter::<T>();
    let (value, end) = if let Some(Ok(value)) = read.next() {
        (Some(value), read.byte_offset())
    } else {
        let mut skipped = Deserializer::from_str(text).into_iter::<&RawValue>();
        skipped.next()?.ok()?;
        (None, skipped.byte_offset())
    };
    let (written, rest) = text.split_at_checked(end)?;
    each(value, written);
    Some(rest)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn read(body: &str) -> Option<Vec<(bool, &str)>> {
        let mut all = Vec::new();
        let each = |value: Option<BTreeMap<String, u8>>, written| {
            all.push((value.is_some(), written));
        };
        elements(body, each).ok().map(|()| all)
    }

    #[test]
    fn a_bad_element_does_not_cost_its_neighbours() {
        let body = "\r\n[{\"a\":1} ,1, {\"a\":\"x\"},\n\"]\",[{}],null,-1.5e3 , {\"b\":2}\t]\r\n";
        let wanted = [
            (true, "{\"a\":1}"),
            (false, "1"),
            (false, "{\"a\":\"x\"}"),
            (false, "\"]\""),
            (false, "[{}]"),
            (false, "null"),
            (false, "-1.5e3"),
            (true, "{\"b\":2}"),
        ];
        assert_eq!(read(body).unwrap(), wanted);
        assert_eq!(read(" {\"a\":1}\n").unwrap(), [(true, "{\"a\":1}")]);
        assert_eq!(read("{\"a\":[]}").unwrap(), [(false, "{\"a\":[]}")]);
        assert!(read("[ ]").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_array_as_a_whole_is_refused() {
        for body in [
            "",
            "[",
            "]",
            "[]]",
            "[{}",
            "[{},]",
            "[,{}]",
            "[{} {}]",
            "[{}]x",
            "{}{}",
            "1",
            "null",
            "\"a\"",
            "{\"a\":",
            "[{\"a\":1]",
            "[1x]",
            "x[]",
        ] {
            assert_eq!(read(body), None, "{body}");
        }
    }
}
