//! Who called: the signature of a delivery, the token of a handshake.

use std::{borrow::Cow, str::Chars};

use bytes::Bytes;
use hmac::Hmac;
use percent_encoding::percent_decode_str;
use sha2::Sha256;

use super::json::unit;
use crate::webhook::{
    Request, WebhookError, WebhookErrorKind,
    secrets::{Secrets, same, signs, unhex},
};

const HEADER: &str = "x-hub-signature-256";

/// Up to this length a refused body is looked at for what became of it: Meta's deliveries are
/// shorter as a rule, and a stranger costs no more than this.
const EXAMINED: usize = 64 * 1024;

/// The longest that such a body is written anew.
const GROWN: usize = 4 * EXAMINED;

/// Checks `X-Hub-Signature-256` over the body.
pub(super) fn delivery(secrets: &Secrets, request: &Request) -> Result<(), WebhookError> {
    let Some(header) = request.header(HEADER) else {
        return Err(WebhookError::signature("the header X-Hub-Signature-256 is missing"));
    };
    let signature = header.strip_prefix("sha256=").and_then(unhex::<32>).ok_or_else(|| {
        let problem = "X-Hub-Signature-256 is not sha256= and 64 lower-case hexadecimal digits";
        WebhookError::signature(problem)
    })?;
    let holds =
        |body: &[u8]| secrets.any(|secret| signs::<Hmac<Sha256>>(secret, &[body], &signature));
    if holds(&request.body) {
        return Ok(());
    }
    Err(WebhookError::signature(if was_rewritten(&request.body, holds) {
        "the signature is that of the same JSON written otherwise: the body was re-serialised on \
         the way; hand over the raw bytes"
    } else {
        "the signature is not that of this body: check the app secret, and that the body is raw"
    }))
}

/// Checks the token of a subscription and returns the challenge to answer.
pub(super) fn handshake(tokens: &Secrets, request: &Request) -> Result<Bytes, WebhookError> {
    let refused = |problem| Err(WebhookError::new(WebhookErrorKind::Handshake, problem));
    let member = |name: &str| {
        let pairs =
            request.query().split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.into_iter().find(|(key, _)| *key == name || decoded(key) == name.as_bytes())
    };
    let token = member("hub.verify_token").map_or("", |(_, value)| value);
    // A space may come as a plus too.
    let (exact, spaced) = (decoded(token), token.replace('+', " "));
    let spaced = decoded(&spaced);
    let known = tokens.any(|own| same(own, &exact) | same(own, &spaced));
    if !known {
        return refused("the handshake's verify token is missing or another one");
    }
    if member("hub.mode").is_none_or(|(_, mode)| mode != "subscribe") {
        return refused("the handshake's mode is not subscribe");
    }
    match member("hub.challenge") {
        Some((_, challenge)) if !challenge.is_empty() => {
            Ok(Bytes::from(decoded(challenge).into_owned()))
        }
        _ => refused("the handshake brings no challenge"),
    }
}

fn decoded(text: &str) -> Cow<'_, [u8]> {
    percent_decode_str(text).into()
}

/// Whether the signature `holds` over the same JSON as Meta writes it: in one line, or indented,
/// with or without escapes for what is not ASCII and for slashes.
fn was_rewritten(body: &[u8], holds: impl Fn(&[u8]) -> bool) -> bool {
    let Some(text) = std::str::from_utf8(body).ok().filter(|text| text.len() <= EXAMINED) else {
        return false;
    };
    let flags = [true, false];
    let styles = [None, Some(2), Some(4)].into_iter().flat_map(|indent| {
        flags.into_iter().flat_map(move |ascii| {
            flags.into_iter().map(move |slashes| Style { indent, ascii, slashes })
        })
    });
    let end = text.trim_end();
    [end.to_owned(), format!("{end}\n"), format!("{end}\r\n")]
        .into_iter()
        .chain(styles.map(|style| style.write(text)))
        .any(|candidate| holds(candidate.as_bytes()))
}

/// How JSON is written.
#[derive(Clone, Copy)]
struct Style {
    /// Spaces a level; in one line without.
    indent: Option<usize>,
    /// Whether what is not ASCII is escaped.
    ascii: bool,
    /// Whether slashes are escaped.
    slashes: bool,
}

impl Style {
    /// The tokens of `text` in this style. What is no JSON comes out as something.
    fn write(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let (mut depth, mut rest) = (0_usize, text);
        // Indented, a stranger's commas would grow without end; what Meta indents does not.
        while let Some(c) = rest.chars().next().filter(|_| out.len() <= GROWN) {
            rest = rest.strip_prefix(c).unwrap_or_default();
            match c {
                '"' => rest = self.string(rest, &mut out),
                '{' | '[' => {
                    out.push(c);
                    if !rest.trim_start().starts_with(['}', ']']) {
                        depth += 1;
                        self.line(depth, &mut out);
                    }
                }
                '}' | ']' => {
                    if !out.ends_with(['{', '[']) {
                        depth = depth.saturating_sub(1);
                        self.line(depth, &mut out);
                    }
                    out.push(c);
                }
                ',' => {
                    out.push(c);
                    self.line(depth, &mut out);
                }
                ':' => out.push_str(if self.indent.is_some() { ": " } else { ":" }),
                ' ' | '\t' | '\r' | '\n' => {}
                c => out.push(c),
            }
        }
        out
    }

    fn line(self, depth: usize, out: &mut String) {
        if let Some(indent) = self.indent {
            out.push('\n');
            // Nobody's JSON is deeper, and a stranger's must not grow.
            out.extend(std::iter::repeat_n(' ', indent * depth.min(64)));
        }
    }

    /// The string that `text` begins with, without its first quote; returns what follows.
    fn string<'t>(self, text: &'t str, out: &mut String) -> &'t str {
        let mut chars = text.chars();
        out.push('"');
        while let Some(c) = chars.next() {
            match c {
                '"' => break,
                '\\' => {
                    let mut ahead = chars.clone();
                    if let Some(unit) = unit(&mut ahead) {
                        chars = ahead;
                        self.unit(unit, &mut chars, out);
                    } else {
                        match chars.next() {
                            Some('/') => self.char('/', out),
                            Some(c) => out.extend(['\\', c]),
                            None => {}
                        }
                    }
                }
                c => self.char(c, out),
            }
        }
        out.push('"');
        chars.as_str()
    }

    /// A code unit, with its other half where that follows.
    fn unit(self, first: u32, chars: &mut Chars<'_>, out: &mut String) {
        let mut ahead = chars.clone();
        let second = (ahead.next() == Some('\\')).then(|| unit(&mut ahead)).flatten();
        let pair = match second {
            Some(low @ 0xdc00..=0xdfff) if (0xd800..=0xdbff).contains(&first) => {
                char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00))
            }
            _ => None,
        };
        match (pair, char::from_u32(first)) {
            (Some(pair), _) => {
                *chars = ahead;
                self.char(pair, out);
            }
            (None, Some(c)) if !c.is_control() && !matches!(c, '"' | '\\') => self.char(c, out),
            _ => escape(first, out),
        }
    }

    fn char(self, c: char, out: &mut String) {
        if c == '/' && self.slashes {
            out.push_str("\\/");
        } else if self.ascii && !c.is_ascii() {
            for unit in c.encode_utf16(&mut [0; 2]) {
                escape(u32::from(*unit), out);
            }
        } else {
            out.push(c);
        }
    }
}

fn escape(unit: u32, out: &mut String) {
    out.push_str("\\u");
    out.extend(
        [12, 8, 4, 0].into_iter().filter_map(|shift| char::from_digit((unit >> shift) & 0xf, 16)),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written_in_every_style() {
        let text = "{ \"a/b\": [1, -2.50e3,{}, [ ]],\n\"n\":\"\\u00E4 \\ud83d\\ude00\\n\\/\" }\n";
        let write = |indent, ascii, slashes| Style { indent, ascii, slashes }.write(text);
        assert_eq!(
            write(None, true, true),
            r#"{"a\/b":[1,-2.50e3,{},[]],"n":"\u00e4 \ud83d\ude00\n\/"}"#
        );
        assert_eq!(
            write(None, false, false),
            "{\"a/b\":[1,-2.50e3,{},[]],\"n\":\"ä \u{1f600}\\n/\"}"
        );
        let indented = "{\n  \"a/b\": [\n    1,\n    -2.50e3,\n    {},\n    []\n  ],\n  \"n\": \
                        \"ä \u{1f600}\\n/\"\n}";
        assert_eq!(write(Some(2), false, false), indented);
    }

    #[test]
    fn what_would_grow_without_end_is_cut() {
        let style = Style { indent: Some(4), ascii: true, slashes: true };
        let text = "[".repeat(64) + &",".repeat(EXAMINED - 64);
        assert!(style.write(&text).len() <= GROWN + 300);
        let long = ["\"", &"\u{1f600}".repeat(EXAMINED / 4)].concat();
        assert!(style.write(&long).len() <= GROWN);
    }

    #[test]
    fn what_is_no_json_is_written_too() {
        for text in ["", "\"", "\"\\", "\"\\u12", "\"\\ud83d\\u", "]}]", "[[[[", "\u{1f600}"] {
            let style = Style { indent: Some(4), ascii: true, slashes: true };
            assert!(style.write(text).len() <= 100, "{text}");
        }
    }
}
