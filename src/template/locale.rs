//! Language tags, and where to look when a language is absent.

use std::collections::BTreeMap;

/// Which languages stand in for an absent one.
#[derive(Debug)]
pub(super) struct Locales {
    /// Where every search ends.
    pub(super) default: String,
    /// Named stand-ins by language, first choice first.
    pub(super) fallback: BTreeMap<String, Vec<String>>,
}

impl Locales {
    /// Where to look for `locale`: itself, its named stand-ins, its parents with theirs, and then
    /// the default in the same way.
    pub(super) fn chain(&self, locale: &str) -> Vec<String> {
        let mut chain = Vec::new();
        for start in [locale, &self.default] {
            let mut at = Some(start);
            while let Some(locale) = at {
                let stand_ins = self.fallback.get(locale).map_or(&[][..], Vec::as_slice);
                for found in std::iter::once(locale).chain(stand_ins.iter().map(String::as_str)) {
                    if !chain.iter().any(|known| known == found) {
                        chain.push(found.to_owned());
                    }
                }
                at = locale.rsplit_once('-').map(|(parent, _)| parent);
            }
        }
        chain
    }
}

/// A BCP 47 tag in its usual case (`en-in` → `en-IN`); `None` for what is none.
///
/// Takes the underscore of POSIX for a hyphen.
pub(super) fn canonical(tag: &str) -> Option<String> {
    let mut canonical = String::new();
    for (index, part) in tag.split(['-', '_']).enumerate() {
        let alphabetic = part.chars().all(|c| c.is_ascii_alphabetic());
        let fits = match index {
            0 => (2..=8).contains(&part.len()) && alphabetic,
            _ => (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()),
        };
        if !fits {
            return None;
        }
        if index > 0 {
            canonical.push('-');
        }
        match (index, part.len(), alphabetic) {
            (1.., 2, true) => canonical.push_str(&part.to_ascii_uppercase()),
            (1.., 4, true) => {
                for (place, c) in part.chars().enumerate() {
                    let upper = place == 0;
                    canonical.push(if upper {
                        c.to_ascii_uppercase()
                    } else {
                        c.to_ascii_lowercase()
                    });
                }
            }
            _ => canonical.push_str(&part.to_ascii_lowercase()),
        }
    }
    Some(canonical)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_takes_its_usual_case() {
        for (written, tag) in [
            ("en", Some("en")),
            ("EN-in", Some("en-IN")),
            ("hi_IN", Some("hi-IN")),
            ("sr-latn-rs", Some("sr-Latn-RS")),
            ("es-419", Some("es-419")),
            ("", None),
            ("e", None),
            ("en-", None),
            ("en-IN.UTF-8", None),
            ("हिन्दी", None),
        ] {
            assert_eq!(canonical(written).as_deref(), tag, "{written}");
        }
    }

    #[test]
    fn the_search_goes_from_the_exact_language_to_the_default() {
        let fallback =
            BTreeMap::from([("ta".to_owned(), vec!["en-IN".to_owned(), "en".to_owned()])]);
        let locales = Locales { default: "mr-IN".to_owned(), fallback };
        assert_eq!(locales.chain("hi-IN"), ["hi-IN", "hi", "mr-IN", "mr"]);
        assert_eq!(locales.chain("ta"), ["ta", "en-IN", "en", "mr-IN", "mr"]);
        assert_eq!(locales.chain("ta-LK"), ["ta-LK", "ta", "en-IN", "en", "mr-IN", "mr"]);
        assert_eq!(locales.chain("mr-IN"), ["mr-IN", "mr"]);
    }
}
