//! The grammar of provider URLs: `scheme://user:secret@host:port?key=value`, and `route(a b …)`.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use percent_encoding::percent_decode_str;
use secrecy::SecretString;

use crate::error::{Error, Fault, Result};

/// A provider URL, taken apart and decoded. `Debug` shows its scheme alone.
#[derive(Clone)]
pub(super) enum ProviderUrl {
    Provider(Leaf),
    Route { name: String, children: Vec<Self> },
}

/// One provider.
#[derive(Clone)]
pub(super) struct Leaf {
    pub(super) scheme: String,
    pub(super) user: Option<SecretString>,
    pub(super) password: Option<SecretString>,
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) query: BTreeMap<String, String>,
}

/// How deep routes nest: more is a mistake, or an attack on the stack.
const DEPTH: usize = 8;

impl ProviderUrl {
    /// Parses one URL or route.
    pub(super) fn parse(text: &str) -> Result<Self> {
        Self::nested(text.trim(), DEPTH)
    }

    fn nested(text: &str, depth: usize) -> Result<Self> {
        let depth = depth.checked_sub(1).ok_or_else(|| wrong("nests too deep"))?;
        let name: String = text.chars().take_while(char::is_ascii_alphanumeric).collect();
        let Some(inner) = text.strip_prefix(&*name).and_then(|rest| rest.strip_prefix('(')) else {
            return Leaf::parse(text).map(Self::Provider);
        };
        let inner = inner.strip_suffix(')').ok_or_else(|| wrong("has an unclosed parenthesis"))?;
        let children = split(inner)?.into_iter().map(|child| Self::nested(child, depth));
        Ok(Self::Route { name, children: children.collect::<Result<_>>()? })
    }
}

impl fmt::Debug for ProviderUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider(leaf) => write!(f, "{}://***", leaf.scheme),
            Self::Route { name, children } => write!(f, "{name}{children:?}"),
        }
    }
}

impl Leaf {
    fn parse(text: &str) -> Result<Self> {
        let (scheme, rest) =
            text.split_once("://").ok_or_else(|| wrong("has no scheme, such as smtp://"))?;
        let scheme_ok = |c: char| c.is_ascii_alphanumeric() || c == '+';
        if scheme.is_empty() || !scheme.chars().all(scheme_ok) {
            return Err(wrong("has a scheme that is none"));
        }
        // The part that the `url` crate knows best; the query has rules of its own.
        let (authority, query) = rest.split_once('?').unwrap_or((rest, ""));
        let parsed = if authority.is_empty() { None } else { Some(parse(authority)?) };
        let host = parsed.as_ref().and_then(|url| url.host_str()).map(decode).transpose()?;
        let secret = |text: &str| decode(text).map(|text| SecretString::from(text.into_owned()));
        let user = parsed.as_ref().map(url::Url::username).filter(|user| !user.is_empty());
        let password = parsed.as_ref().and_then(url::Url::password);
        Ok(Self {
            scheme: scheme.to_ascii_lowercase(),
            user: user.map(secret).transpose()?,
            password: password.map(secret).transpose()?,
            host: host.map(Cow::into_owned),
            port: parsed.as_ref().and_then(url::Url::port),
            query: pairs(query)?,
        })
    }

    /// Takes a key of the query; what is left at the end is unknown.
    pub(super) fn take(&mut self, key: &str) -> Option<String> {
        self.query.remove(key)
    }

    /// Reports the keys that nobody took.
    pub(super) fn finish(&self, known: &str, faults: &mut Vec<Fault>) {
        for key in self.query.keys() {
            faults.push(Fault::new(key, "is no setting of this provider", format!("use {known}")));
        }
    }
}

fn parse(authority: &str) -> Result<url::Url> {
    let url = url::Url::parse(&format!("provider://{authority}"))
        .map_err(|error| wrong("is no URL").with_source(error))?;
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(wrong("has a path or fragment; percent-encode / as %2F and # as %23"));
    }
    Ok(url)
}

/// `key=value` pairs, percent-decoded without form rules: numbers begin with `+`.
fn pairs(query: &str) -> Result<BTreeMap<String, String>> {
    let mut pairs = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or_else(|| wrong("has a query without ="))?;
        let (key, value) = (decode(key)?.into_owned(), decode(value)?.into_owned());
        if pairs.insert(key, value).is_some() {
            return Err(wrong("has a setting twice"));
        }
    }
    Ok(pairs)
}

/// The children of a route: parted by spaces outside inner parentheses.
fn split(inner: &str) -> Result<Vec<&str>> {
    let (mut children, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, c) in inner.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => {
                depth =
                    depth.checked_sub(1).ok_or_else(|| wrong("closes a parenthesis too many"))?;
            }
            ' ' if depth == 0 => {
                children.extend(inner.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    if depth > 0 {
        return Err(wrong("has an unclosed parenthesis"));
    }
    children.extend(inner.get(start..));
    children.retain(|child| !child.is_empty());
    if children.is_empty() { Err(wrong("has a route over nothing")) } else { Ok(children) }
}

fn decode(text: &str) -> Result<Cow<'_, str>> {
    percent_decode_str(text).decode_utf8().map_err(|_| wrong("is not UTF-8 when decoded"))
}

/// The URL is never quoted: it holds a secret.
fn wrong(problem: &'static str) -> Error {
    Error::config(format!("the provider URL {problem}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret as _;

    use super::*;

    fn leaf(text: &str) -> Leaf {
        match ProviderUrl::parse(text).unwrap() {
            ProviderUrl::Provider(leaf) => leaf,
            ProviderUrl::Route { .. } => panic!("a route"),
        }
    }

    #[test]
    fn takes_a_url_apart_and_decodes_it() {
        let url = leaf("smtp://a%40b:p%3Aq%2F+%25@mail.example.com:2525?tls=none&from=x%20y");
        assert_eq!(url.scheme, "smtp");
        assert_eq!(url.user.unwrap().expose_secret(), "a@b");
        assert_eq!(url.password.unwrap().expose_secret(), "p:q/+%");
        assert_eq!(url.host.as_deref(), Some("mail.example.com"));
        assert_eq!(url.port, Some(2525));
        assert_eq!(url.query["from"], "x y");
    }

    #[test]
    fn a_plus_stays_a_plus() {
        assert_eq!(leaf("x://h?from=+919845000012").query["from"], "+919845000012");
    }

    #[test]
    fn routes_nest() {
        let url = ProviderUrl::parse("failover(a://1 failover(b://2  c://3))").unwrap();
        assert_eq!(format!("{url:?}"), "failover[a://***, failover[b://***, c://***]]");
    }

    #[test]
    fn refuses_what_is_none_without_quoting_it() {
        let wrong = [
            "",
            "smtp",
            "://x",
            "failover()",
            "failover(",
            "failover(a://1",
            "failover(a://1))",
            "smtp://u:hunter2@host/path",
            "smtp://u:hunter2@host:99999",
            "x://h?hunter2",
            "x://h?a=1&a=2",
            "x://%ff@h",
            "x://h?a=%ff",
        ];
        for text in wrong {
            let error = ProviderUrl::parse(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{text}");
        }
        let deep = format!("{}a://1{}", "f(".repeat(5000), ")".repeat(5000));
        assert!(ProviderUrl::parse(&deep).is_err());
    }

    proptest! {
        #[test]
        fn any_secret_survives_encoding(secret in "[\\s\\S]{1,40}") {
            let encoded = percent_encoding::utf8_percent_encode(&secret, percent_encoding::NON_ALPHANUMERIC);
            let url = leaf(&format!("failing://u:{encoded}@h"));
            let password = url.password.unwrap();
            prop_assert_eq!(password.expose_secret(), &secret);
        }

        #[test]
        fn parsing_never_panics(text in "[\\s\\S]{0,80}") {
            drop(ProviderUrl::parse(&text));
        }
    }
}
