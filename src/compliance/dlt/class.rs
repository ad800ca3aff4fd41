use std::fmt;

use super::matcher::Variable;
use crate::message::EmailAddress;

/// What a variable was tagged as.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    /// `{#alphanumeric#}`: letters of any script, digits and a little punctuation; up to 40.
    Alphanumeric,
    /// `{#cbn#}`: a call-back number, of the whitelist where there is one; up to 20.
    CallbackNumber,
    /// `{#email#}`: a mail address; up to 40.
    Email,
    /// `{#numeric#}` or `{#number#}`: digits; up to 40.
    Numeric,
    /// `{#url#}`: a link, of the whitelist where there is one; up to 256.
    Url,
    /// `{#urlott#}`: a link to an app or its store; like [`Url`](Self::Url).
    UrlOtt,
    /// `{#var#}`, untagged: anything but control characters; up to 30.
    Var,
}

impl Tag {
    /// The tag `name`, as it stands between `{#` and `#}`; `None` where it is none of the
    /// Direction's.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "alphanumeric" => Self::Alphanumeric,
            "cbn" => Self::CallbackNumber,
            "email" => Self::Email,
            "numeric" | "number" => Self::Numeric,
            "url" => Self::Url,
            "urlott" => Self::UrlOtt,
            "var" => Self::Var,
            _ => return None,
        })
    }

    /// The longest value, in characters.
    #[must_use]
    pub fn max(self) -> usize {
        match self {
            Self::Alphanumeric | Self::Email | Self::Numeric => 40,
            Self::CallbackNumber => 20,
            Self::Url | Self::UrlOtt => 256,
            Self::Var => 30,
        }
    }
}

/// How strictly texts are compared. Default: as most operators do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Matching {
    /// Reads a CRLF as a LF, in the text and in the registration.
    pub normalise_line_breaks: bool,
    /// `{#alphanumeric#}` takes ASCII letters, digits and spaces only.
    pub strict_alphanumeric: bool,
    /// `{#numeric#}` takes `.` and `,` too.
    pub decimals: bool,
}

impl Matching {
    /// Sets whether a CRLF is read as a LF.
    #[must_use]
    pub fn normalise_line_breaks(mut self, on: bool) -> Self {
        self.normalise_line_breaks = on;
        self
    }

    /// Sets whether `{#alphanumeric#}` takes ASCII letters, digits and spaces only.
    #[must_use]
    pub fn strict_alphanumeric(mut self, on: bool) -> Self {
        self.strict_alphanumeric = on;
        self
    }

    /// Sets whether `{#numeric#}` takes `.` and `,` too.
    #[must_use]
    pub fn decimals(mut self, on: bool) -> Self {
        self.decimals = on;
        self
    }
}

/// What a value is checked against: the registry's settings.
#[derive(Debug, Default)]
pub(super) struct Checks {
    pub(super) matching: Matching,
    pub(super) urls: Vec<String>,
    pub(super) callback_numbers: Vec<String>,
}

/// Why a value is refused, once each of its characters is allowed.
#[derive(Debug)]
pub(super) enum Refusal {
    Class,
    Contact(Contact),
    NotWhitelisted,
    Placeholder,
}

impl Checks {
    /// Whether a value of `variable` may hold `c`.
    pub(super) fn allows(&self, variable: &Variable, c: char) -> bool {
        match variable.tag() {
            Tag::Alphanumeric if self.matching.strict_alphanumeric => {
                c.is_ascii_alphanumeric() || c == ' '
            }
            // The Indian blocks whole: vowel signs and viramas are no letters to Unicode, and the
            // joiners without width belong to the spelling.
            Tag::Alphanumeric => {
                c.is_alphanumeric()
                    || matches!(c, '\u{900}'..='\u{d7f}' | '\u{200c}' | '\u{200d}')
                    || " .,-/:&()#@'".contains(c)
            }
            Tag::CallbackNumber => c.is_ascii_digit() || c == '+',
            Tag::Email => !c.is_whitespace() && !c.is_control(),
            Tag::Numeric => c.is_ascii_digit() || self.matching.decimals && matches!(c, '.' | ','),
            Tag::Url | Tag::UrlOtt => c.is_ascii_graphic() && !"<>\"\\^`{|}".contains(c),
            Tag::Var => !c.is_control() || matches!(c, '\n' | '\r' | '\t'),
        }
    }

    /// Checks what hangs on the whole of a value.
    pub(super) fn whole(&self, variable: &Variable, value: &str) -> Result<(), Refusal> {
        if value.contains("{#") || value.contains("#}") {
            return Err(Refusal::Placeholder);
        }
        match variable.tag() {
            Tag::Alphanumeric | Tag::Var => {
                Contact::within(value).map_or(Ok(()), |contact| Err(Refusal::Contact(contact)))
            }
            Tag::Numeric if value.bytes().any(|byte| byte.is_ascii_digit()) => Ok(()),
            Tag::CallbackNumber => {
                let number = value.strip_prefix('+').unwrap_or(value);
                if number.is_empty() || number.contains('+') {
                    Err(Refusal::Class)
                } else if self.callback_numbers.is_empty()
                    || self.callback_numbers.iter().any(|listed| listed == value)
                {
                    Ok(())
                } else {
                    Err(Refusal::NotWhitelisted)
                }
            }
            Tag::Email if EmailAddress::parse(value).is_ok() => Ok(()),
            Tag::Email | Tag::Numeric => Err(Refusal::Class),
            Tag::Url | Tag::UrlOtt if !is_url(value) => Err(Refusal::Class),
            Tag::Url | Tag::UrlOtt if self.lists(value) => Ok(()),
            Tag::Url | Tag::UrlOtt => Err(Refusal::NotWhitelisted),
        }
    }

    /// Whether `url` is on the whitelist, or there is none.
    ///
    /// An entry without a path allows its host and the hosts below it; one with a path allows what
    /// begins with it on that very host. Hosts are compared whole, so that
    /// `drishti.in.example.com` does not pass for `drishti.in`.
    pub(super) fn lists(&self, url: &str) -> bool {
        let (host, rest) = host_and_rest(url);
        self.urls.is_empty()
            || self.urls.iter().any(|entry| {
                let (listed, path) = host_and_rest(entry);
                let same = host.eq_ignore_ascii_case(listed);
                if path.is_empty() || path == "/" {
                    let suffix = host.len().checked_sub(listed.len() + 1);
                    let below = suffix.and_then(|at| host.get(at..)).is_some_and(|tail| {
                        tail.strip_prefix('.').is_some_and(|tail| tail.eq_ignore_ascii_case(listed))
                    });
                    same || below
                } else {
                    same && rest.starts_with(path)
                }
            })
    }
}

/// What a variable may hold only where it is tagged for it.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contact {
    /// A mail address.
    Email,
    /// A phone number: Indian with or without its country code, toll-free, or with a `+`.
    Number,
    /// A link, or a host name of a common domain.
    Url,
}

impl Contact {
    /// The first contact within `value`.
    pub(super) fn within(value: &str) -> Option<Self> {
        for token in value.split(char::is_whitespace) {
            let token = token.trim_matches(|c: char| !c.is_alphanumeric() && c != '+');
            if token.split_once('@').is_some_and(|(name, host)| !name.is_empty() && is_host(host)) {
                return Some(Self::Email);
            }
            if is_url(token) {
                return Some(Self::Url);
            }
        }
        holds_number(value).then_some(Self::Number)
    }
}

impl fmt::Display for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Email => "a mail address",
            Self::Number => "a phone number",
            Self::Url => "a link",
        })
    }
}

fn strip_scheme(url: &str) -> Option<&str> {
    ["https://", "http://"].iter().find_map(|scheme| {
        let (front, rest) = url.split_at_checked(scheme.len())?;
        front.eq_ignore_ascii_case(scheme).then_some(rest)
    })
}

/// The host, with its port, and what follows it.
fn host_and_rest(url: &str) -> (&str, &str) {
    let url = strip_scheme(url).unwrap_or(url);
    url.find(['/', '?', '#']).and_then(|at| url.split_at_checked(at)).unwrap_or((url, ""))
}

/// Whether `text` is a link: a scheme and a host, or a host of a common domain. A user name in
/// front of the host hides where the link goes, so such a text is none.
pub(super) fn is_url(text: &str) -> bool {
    let (host, _) = host_and_rest(text);
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    if strip_scheme(text).is_some() {
        return name.contains('.') && is_labels(name);
    }
    is_host(name) || name.get(..4).is_some_and(|front| front.eq_ignore_ascii_case("www."))
}

fn is_labels(name: &str) -> bool {
    name.split('.').all(|label| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

/// Whether `name` ends in a domain that people and spammers use. `Rs.500` and `St.Mary` do not.
fn is_host(name: &str) -> bool {
    const DOMAINS: [&str; 26] = [
        "ai", "app", "biz", "cc", "club", "co", "com", "dev", "gl", "gov", "gy", "in", "info",
        "io", "link", "ly", "me", "net", "online", "org", "page", "shop", "site", "store", "to",
        "xyz",
    ];
    name.rsplit_once('.').is_some_and(|(_, last)| {
        DOMAINS.iter().any(|domain| last.eq_ignore_ascii_case(domain)) && is_labels(name)
    })
}

/// Whether `value` holds digits that a phone would make a link to call.
///
/// A number stands apart: in `ORD-9845000012` it is part of a reference.
fn holds_number(value: &str) -> bool {
    let parts = value.split(|c: char| c.is_whitespace() || ",;()".contains(c));
    let mut groups = String::new();
    for part in parts {
        let part = part.trim_matches(|c: char| ".:'\"".contains(c));
        let digits: String = part.chars().filter(|c| *c != '-').collect();
        if is_number(&digits) {
            return true;
        }
        // `98450 00012`: groups of three digits and more make one number.
        if digits.len() >= 3 && digits.trim_start_matches('+').bytes().all(|b| b.is_ascii_digit()) {
            groups.push_str(&digits);
            if is_number(&groups) {
                return true;
            }
        } else if !part.is_empty() {
            groups.clear();
        }
    }
    false
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let mobile = |text: &str| text.len() == 10 && text.starts_with(['6', '7', '8', '9']);
    let prefixed = |prefix| digits.strip_prefix(prefix).is_some_and(mobile);
    let toll_free = (digits.starts_with("1800") || digits.starts_with("1860"))
        && (10..=11).contains(&digits.len());
    let international = text.starts_with('+') && (7..=15).contains(&digits.len());
    mobile(digits) || prefixed("91") || prefixed("0") || toll_free || international
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_told_from_what_looks_a_little_like_them() {
        for (value, contact) in [
            ("see https://evil.example/x", Contact::Url),
            ("HTTP://EVIL.EXAMPLE", Contact::Url),
            ("(bit.ly/abc)", Contact::Url),
            ("www.example", Contact::Url),
            ("drishti.in.", Contact::Url),
            ("asha@example.com", Contact::Email),
            ("call 9845000012", Contact::Number),
            ("98450 00012", Contact::Number),
            ("+91-98450-00012", Contact::Number),
            ("(1800 123 4567)", Contact::Number),
            ("+14155550100", Contact::Number),
        ] {
            assert_eq!(Contact::within(value), Some(contact), "{value}");
        }
        for value in [
            "Rs.500",
            "St.Mary/Church",
            "asha@upi",
            "ORD-9845000012",
            "2026-03-14 10:30",
            "1,499.00",
            "K.L.",
            "7500 - 9500",
            "आशा",
        ] {
            assert_eq!(Contact::within(value), None, "{value}");
        }
    }

    #[test]
    fn a_whitelisted_host_is_compared_whole() {
        let urls = vec!["drishti.in".to_owned(), "https://short.example/DRISHT/".to_owned()];
        let checks = Checks { urls, ..Checks::default() };
        for url in [
            "https://drishti.in",
            "HTTPS://Drishti.IN/x",
            "http://pay.drishti.in/?a",
            "short.example/DRISHT/1",
        ] {
            assert!(checks.lists(url), "{url}");
        }
        for url in [
            "https://drishti.in.example.com/",
            "https://notdrishti.in/",
            "https://short.example/OTHER/1",
            "https://x.short.example/DRISHT/1",
            "https://example.com/drishti.in",
        ] {
            assert!(!checks.lists(url), "{url}");
        }
        assert!(!is_url("https://drishti.in@example.com/"));
    }
}
