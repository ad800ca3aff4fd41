//! Whether Twilio signed a request.
//!
//! The signature is an HMAC-SHA1 over the URL and, for a form, each name and value in the order of
//! their bytes. Nothing stands between a name and its value.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::Hmac;
use http::Method;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::fields::Pairs;
use crate::{
    http::form::decode_bytes,
    webhook::{
        Request, WebhookError,
        secrets::{Secrets, same, signs, unhex},
    },
};

/// The parameter of the URL that has the digest of a body that is no form.
pub(super) const DIGEST: &str = "bodySHA256";

/// The most fields of a form: Twilio sends less than a hundred, and what a stranger sends is sorted
/// before it is known to be one's.
const MOST: usize = 1_000;

/// The longest body of which is found out why its signature fails.
const EXPLAINED: usize = 64 * 1024;

/// Refuses what none of `tokens` signed. Of a form it returns the pairs, which are decoded for it.
pub(super) fn check<'a>(
    tokens: &Secrets,
    request: &'a Request,
) -> Result<Option<Pairs<'a>>, WebhookError> {
    let Some(header) = request.headers.get("x-twilio-signature") else {
        return Err(WebhookError::signature("the header X-Twilio-Signature is missing"));
    };
    let signature = STANDARD.decode(header.as_bytes()).unwrap_or_default();
    if signature.len() != 20 {
        let problem = "the header X-Twilio-Signature is no HMAC-SHA1 in base64";
        return Err(WebhookError::signature(problem));
    }
    let Some(url) = Parts::of(&request.url) else {
        let problem = "the URL is not the public one, with scheme and host, which is signed";
        return Err(WebhookError::signature(problem));
    };
    let signed = Signed { tokens, signature: &signature };
    if has_no_body(request) {
        return signed.holds(&url, &[]).then_some(None).ok_or_else(|| refused(&signed, &url, &[]));
    }
    if is_form(request) {
        let count = request.body.split(|byte| *byte == b'&').take(MOST + 1).count();
        if count > MOST {
            return Err(WebhookError::signature("the form has more fields than Twilio sends"));
        }
        let mut pairs: Pairs<'_> = Vec::with_capacity(count);
        pairs.extend(decode_bytes(&request.body));
        let text = join(&pairs);
        if signed.holds(&url, &text) {
            return Ok(Some(pairs));
        }
        let told = request.body.len() <= EXPLAINED && was_cleaned(&signed, &url, &pairs);
        return Err(if told {
            WebhookError::signature(CLEANED)
        } else {
            refused(&signed, &url, &text)
        });
    }
    if !signed.holds(&url, &[]) {
        return Err(refused(&signed, &url, &[]));
    }
    match digest(request) {
        None if request.body.is_empty() => Ok(None),
        Some(wanted) if same(&wanted, &sha256(&request.body)) => Ok(None),
        Some(wanted) if was_rewritten(&request.body, &wanted) => {
            Err(WebhookError::signature(REWRITTEN))
        }
        Some(_) => Err(WebhookError::signature("the body is not the one that was signed")),
        None => {
            let problem = "the body is no form, and the URL has no bodySHA256 that covers it";
            Err(WebhookError::signature(problem))
        }
    }
}

/// Whether everything is in the URL.
fn has_no_body(request: &Request) -> bool {
    request.method == Method::GET || request.method == Method::HEAD
}

/// Whether the body is a form, by its type, or for want of one.
pub(super) fn is_form(request: &Request) -> bool {
    match request.header("content-type") {
        Some(value) => {
            let kind = value.split(';').next().unwrap_or_default().trim();
            kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        }
        None => digest(request).is_none() && !request.headers.contains_key("content-type"),
    }
}

const CLEANED: &str = "the body was re-serialised: blank fields or spaces were removed from it; \
                       hand over the raw bytes";
const REWRITTEN: &str =
    "the body was re-serialised: its JSON was written anew; hand over the raw bytes";

/// Says what is known of why nothing holds.
fn refused(signed: &Signed<'_>, url: &Parts<'_>, text: &[u8]) -> WebhookError {
    let scheme = if url.scheme == "https" { "http" } else { "https" };
    let path = match url.tail.split_once('?') {
        Some((path, query)) => (path, ["?", query].concat()),
        None => (url.tail, String::new()),
    };
    let slashed = match path.0.strip_suffix('/') {
        Some(bare) => [bare, &path.1].concat(),
        None => [path.0, "/", &path.1].concat(),
    };
    let problem = if text.len() > EXPLAINED {
        "the signature is not of this URL and body: check the public URL and the auth token"
    } else if signed.holds(&Parts { scheme, ..*url }, text) {
        "the signature is of another scheme: hand over the public URL, with its http or https"
    } else if signed.holds(&Parts { tail: &slashed, ..*url }, text) {
        "the signature is of a URL that differs by a slash at the end of its path: hand over the \
         public URL as Twilio called it"
    } else {
        "the signature is not of this URL and body: check the public URL and the auth token"
    };
    WebhookError::signature(problem)
}

struct Signed<'a> {
    tokens: &'a Secrets,
    signature: &'a [u8],
}

impl Signed<'_> {
    /// Whether a token signed `text` at the URL with a port or without one: Twilio does either.
    fn holds(&self, url: &Parts<'_>, text: &[u8]) -> bool {
        let port = url.port.unwrap_or(match url.scheme {
            "https" | "wss" => ":443",
            _ => ":80",
        });
        self.tokens.any(|key| {
            let with = |port: &str, slash: &str| {
                let parts = [url.scheme, "://", url.host, port, url.tail, slash];
                let [scheme, separator, host, port, tail, slash] = parts.map(str::as_bytes);
                let parts = [scheme, separator, host, port, tail, slash, text];
                signs::<Hmac<Sha1>>(key, &parts, self.signature)
            };
            // The handshake of a media stream may be signed with a slash behind.
            let socket = matches!(url.scheme, "ws" | "wss");
            with("", "") || with(port, "") || socket && (with("", "/") || with(port, "/"))
        })
    }
}

/// A URL without its user and fragment.
#[derive(Clone, Copy)]
struct Parts<'a> {
    scheme: &'a str,
    host: &'a str,
    /// With its colon.
    port: Option<&'a str>,
    /// Path and query, as written.
    tail: &'a str,
}

impl<'a> Parts<'a> {
    /// `None` when there is no scheme or host.
    fn of(url: &'a str) -> Option<Self> {
        let url = url.split('#').next()?;
        let (scheme, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at_checked(end)?;
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        // An address of IPv6 has colons of its own, within brackets.
        let colon = host.rfind(':').filter(|colon| *colon > host.rfind(']').unwrap_or(0));
        let (host, port) = host.split_at_checked(colon.unwrap_or(host.len()))?;
        let port = (port.len() > 1).then_some(port);
        (!scheme.is_empty() && !host.is_empty()).then_some(Self { scheme, host, port, tail })
    }
}

/// Names and values as they are signed: each pair once, in order.
fn join(pairs: &Pairs<'_>) -> Vec<u8> {
    let mut pairs: Vec<_> = pairs.iter().collect();
    pairs.sort_unstable();
    pairs.dedup();
    let mut text = Vec::with_capacity(pairs.iter().map(|pair| pair.0.len() + pair.1.len()).sum());
    for (name, value) in pairs {
        text.extend_from_slice(name);
        text.extend_from_slice(value);
    }
    text
}

/// The digest that the URL has; it is of lower-case digits.
fn digest(request: &Request) -> Option<[u8; 32]> {
    let mut pairs = decode_bytes(request.query().as_bytes());
    let (_, value) = pairs.find(|(name, _)| **name == *DIGEST.as_bytes())?;
    Some(std::str::from_utf8(&value).ok().and_then(unhex).unwrap_or_default())
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Whether the signature holds once blank fields, or spaces around the text, are put back.
fn was_cleaned(signed: &Signed<'_>, url: &Parts<'_>, pairs: &Pairs<'_>) -> bool {
    const PLACES: [&str; 4] = ["City", "State", "Zip", "Country"];
    let missing = |name: &str| !pairs.iter().any(|(own, _)| **own == *name.as_bytes());
    let places = |who: &[&str]| {
        let names = who.iter().flat_map(|who| PLACES.map(|place| [who, place].concat()));
        names.filter(|name| missing(name)).collect::<Vec<_>>()
    };
    let body = || missing("Body").then(|| "Body".to_owned());
    let digits = || missing("Digits").then(|| "Digits".to_owned());
    let blank = [
        body().into_iter().collect(),
        digits().into_iter().collect(),
        places(&["From", "To"]),
        places(&["From", "To"]).into_iter().chain(body()).collect(),
        places(&["Called", "Caller", "From", "To"]),
        places(&["Called", "Caller", "From", "To"]).into_iter().chain(digits()).collect(),
    ];
    let dropped = blank.iter().filter(|names| !names.is_empty()).any(|names| {
        let mut all = pairs.clone();
        all.extend(names.iter().map(|name| (name.as_bytes().into(), Cow::Borrowed(&b""[..]))));
        signed.holds(url, &join(&all))
    });
    dropped
        || ["Body", "SpeechResult"].iter().any(|name| {
            let ends = [("", " "), (" ", ""), (" ", " "), ("", "\n"), ("", "\r\n")];
            ends.iter().any(|(before, after)| {
                let mut all = pairs.clone();
                let own = all.iter_mut().find(|(own, _)| **own == *name.as_bytes());
                let Some((_, value)) = own else { return false };
                *value = [before.as_bytes(), value, after.as_bytes()].concat().into();
                signed.holds(url, &join(&all))
            })
        })
}

/// Whether the body is the one that was signed but for the blanks between its JSON's parts.
fn was_rewritten(body: &[u8], wanted: &[u8; 32]) -> bool {
    body.len() <= EXPLAINED
        && [["", ""], [": ", ", "], [":", ", "], [": ", ","]].iter().any(|[colon, comma]| {
            let written = spaced(body, colon.as_bytes(), comma.as_bytes());
            [&b""[..], b"\n", b"\r\n"]
                .iter()
                .any(|end| same(wanted, &sha256(&[written.as_slice(), end].concat())))
        })
}

/// JSON without blanks between its parts, but for those of `colon` and `comma`, where they have
/// any.
fn spaced(json: &[u8], colon: &[u8], comma: &[u8]) -> Vec<u8> {
    let mut written = Vec::with_capacity(json.len());
    let (mut quoted, mut escaped) = (false, false);
    for byte in json {
        if quoted {
            quoted = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
            written.push(*byte);
            continue;
        }
        quoted = *byte == b'"';
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {}
            b':' if !colon.is_empty() => written.extend_from_slice(colon),
            b',' if !comma.is_empty() => written.extend_from_slice(comma),
            byte => written.push(*byte),
        }
    }
    written
}
