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

/// Decodes pairs byte for byte: what is signed, and a mail, need not be UTF-8.
#[cfg(any(
    feature = "twilio",
    all(feature = "inbound-mail", any(feature = "mailgun", feature = "sendgrid"))
))]
pub(crate) fn decode_bytes(form: &[u8]) -> impl Iterator<Item = (Cow<'_, [u8]>, Cow<'_, [u8]>)> {
    form.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
            Some(end) => pair.split_at(end),
            None => (pair, &b""[..]),
        };
        (plain(name), plain(value.strip_prefix(b"=").unwrap_or(value)))
    })
}

/// `+` is a space, `%2B` a plus; a percent sign before anything else is one.
#[cfg(any(
    feature = "twilio",
    all(feature = "inbound-mail", any(feature = "mailgun", feature = "sendgrid"))
))]
fn plain(text: &[u8]) -> Cow<'_, [u8]> {
    use percent_encoding::percent_decode;

    if !text.contains(&b'+') {
        return percent_decode(text).into();
    }
    let spaced: Vec<u8> =
        text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    Cow::Owned(percent_decode(&spaced).collect())
}

#[cfg(all(test, feature = "twilio"))]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_decoded_as_browsers_do() {
        for form in ["a=1&b=2", "a=%2B+%2b", "%zz=%&%4=%f", "a==b&&c&=d&", "a=%C3%BC%ff+", ""] {
            let text = |bytes: Cow<'_, [u8]>| String::from_utf8_lossy(&bytes).into_owned();
            let own: Vec<_> = decode_bytes(form.as_bytes())
                .map(|(name, value)| (text(name), text(value)))
                .collect();
            let known: Vec<_> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
            assert_eq!(own, known, "{form}");
        }
    }
}
