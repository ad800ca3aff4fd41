//! `application/x-www-form-urlencoded`, out and in.

use std::borrow::Cow;

/// Encodes pairs, in order, a space as `%20`, which every server reads alike.
#[cfg(feature = "__form")]
pub(crate) fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, Cow<'a, str>)>) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    let mut body = String::with_capacity(512); // a text message's
    for (name, value) in pairs {
        if !body.is_empty() {
            body.push('&');
        }
        body.extend(utf8_percent_encode(name, KEPT));
        body.push('=');
        body.extend(utf8_percent_encode(&value, KEPT));
    }
    body
}

/// `path` with the pairs that have a value as its query.
#[cfg(feature = "__form")]
pub(crate) fn with_query<'a, V: Into<Cow<'a, str>>>(
    path: &str,
    pairs: impl IntoIterator<Item = (&'a str, Option<V>)>,
) -> String {
    let query = encode(pairs.into_iter().filter_map(|(name, value)| Some((name, value?.into()))));
    if query.is_empty() { path.to_owned() } else { [path, "?", &query].concat() }
}

/// Decodes pairs, in order, duplicates kept.
pub(crate) fn decode(body: &[u8]) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    url::form_urlencoded::parse(body).collect()
}
