//! A registered text as fixed parts and variables, and whether a text is one of its own.

use std::{fmt, ops::Range, sync::Arc};

use super::{
    class::{Checks, Refusal, Tag},
    mismatch::{Hint, Inner, Mismatch, Reason, VariableRef},
};
use crate::error::Fault;

/// The longest text that is compared, in characters. Operators register about 2,000.
const LONGEST: usize = 8_000;

/// A registered text, ready to be compared with.
///
/// Fixed text is compared exactly, character by character; a variable takes 1 to
/// [`max`](Variable::max) characters of its kind. Every way to divide a text among the variables
/// is considered, in time that grows with text × registration and no faster.
#[derive(Clone)]
pub struct Pattern {
    registered: Arc<str>,
    segments: Vec<Segment>,
    checks: Arc<Checks>,
}

/// A part of a registered text.
#[expect(clippy::exhaustive_enums, reason = "a text is fixed or it varies")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Fixed text.
    Literal(Literal),
    /// A variable.
    Variable(Variable),
}

/// Fixed text of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    text: String,
    chars: Vec<char>,
    start: usize,
}

impl Literal {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// A variable of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    number: usize,
    name: String,
    tag: Tag,
    start: usize,
}

impl Variable {
    /// Its number in the registered text, from 1.
    #[must_use]
    pub fn number(&self) -> usize {
        self.number
    }

    /// Its tag.
    #[must_use]
    pub fn tag(&self) -> Tag {
        self.tag
    }

    /// The longest value, in characters.
    #[must_use]
    pub fn max(&self) -> usize {
        self.tag.max()
    }

    fn reference(&self) -> VariableRef {
        VariableRef { number: self.number, tag: self.name.clone() }
    }
}

impl Pattern {
    /// Parses a registered text. `tags` overrides the tags of its variables, one by one; empty
    /// leaves them. Faults end it, warnings do not.
    pub(super) fn parse(
        text: &str,
        tags: &[String],
        checks: Arc<Checks>,
        faults: &mut Vec<Fault>,
        warnings: &mut Vec<Fault>,
    ) -> Self {
        let registered = if checks.matching.normalise_line_breaks {
            text.replace("\r\n", "\n")
        } else {
            text.to_owned()
        };
        let mut pattern =
            Self { registered: registered.as_str().into(), segments: Vec::new(), checks };
        let (mut rest, mut at, mut number) = (registered.as_str(), 0, 0);
        if rest.is_empty() {
            faults.push(Fault::new("text", "is empty", "copy the text from the DLT portal"));
        }
        while let Some((literal, after)) = rest.split_once("{#") {
            pattern.literal(literal, &mut at, faults);
            let Some((name, after)) = after.split_once("#}").filter(|(name, _)| is_name(name))
            else {
                faults.push(placeholder(at));
                rest = "";
                break;
            };
            number += 1;
            let own = tags.get(number - 1).map_or(name, String::as_str);
            let tag = Tag::parse(own).unwrap_or_else(|| {
                let problem = format!("has an unknown tag at variable {number}");
                warnings.push(Fault::new("text", problem, "it is read as `alphanumeric`"));
                Tag::Alphanumeric
            });
            let variable = Variable { number, name: own.to_owned(), tag, start: at };
            pattern.segments.push(Segment::Variable(variable));
            at += name.chars().count() + 4;
            rest = after;
        }
        pattern.literal(rest, &mut at, faults);
        if !tags.is_empty() && tags.len() != number {
            let problem = format!("are {}, and the text has {number} variables", tags.len());
            faults.push(Fault::new("tags", problem, "give one tag for each variable, in order"));
        }
        pattern
    }

    fn literal(&mut self, text: &str, at: &mut usize, faults: &mut Vec<Fault>) {
        if text.is_empty() {
            return;
        }
        if text.contains("#}") {
            faults.push(placeholder(*at));
        }
        let chars: Vec<char> = text.chars().collect();
        let start = *at;
        *at += chars.len();
        self.segments.push(Segment::Literal(Literal { text: text.to_owned(), chars, start }));
    }

    /// The registered text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.registered
    }

    /// Its parts, in order.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Its variables, in order.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Variable(variable) => Some(variable),
        })
    }

    /// The values that make the registration into `text`. Where several divisions do, later
    /// variables take as much as they can.
    ///
    /// # Errors
    ///
    /// Where and why the two part.
    pub fn matches<'t>(&self, text: &'t str) -> Result<Vec<&'t str>, Mismatch> {
        let text = Text::new(text, self.checks.matching.normalise_line_breaks);
        let mut search = Search { pattern: self, text: &text, memo: Vec::new(), furthest: None };
        // No registration is near this long, so a text that is can only be wrong: the memory that
        // a comparison takes stays bounded.
        if text.len() > LONGEST {
            search.note(self.registered.chars().count(), 0, LONGEST);
            return Err(search.part());
        }
        match search.divide() {
            Some(values) => Ok(values.into_iter().map(|range| text.slice(range)).collect()),
            None => Err(search.explain()),
        }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.registered)
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn placeholder(at: usize) -> Fault {
    let problem = format!("has a malformed placeholder at or after character {at}");
    Fault::new("text", problem, "write `{#` and `#}` around a lower-case tag, as registered")
}

/// A text in characters, with the bytes that each stands for.
struct Text<'t> {
    whole: &'t str,
    chars: Vec<char>,
    bytes: Vec<usize>,
}

impl<'t> Text<'t> {
    fn new(whole: &'t str, normalise: bool) -> Self {
        let (mut chars, mut bytes) = (Vec::new(), Vec::new());
        for (at, c) in whole.char_indices() {
            if normalise && c == '\n' && chars.last() == Some(&'\r') {
                chars.pop();
                chars.push('\n');
            } else {
                chars.push(c);
                bytes.push(at);
            }
        }
        bytes.push(whole.len());
        Self { whole, chars, bytes }
    }

    fn len(&self) -> usize {
        self.chars.len()
    }

    fn slice(&self, range: Range<usize>) -> &'t str {
        let byte = |at: usize| self.bytes.get(at).copied().unwrap_or(self.whole.len());
        self.whole.get(byte(range.start)..byte(range.end)).unwrap_or_default()
    }

    /// How many characters of `literal` stand at `at`, up to the first that differs.
    fn common(&self, at: usize, literal: &[char]) -> usize {
        let here = self.chars.get(at..).unwrap_or_default();
        here.iter().zip(literal).take_while(|(a, b)| a == b).count()
    }
}

/// One comparison. `memo` remembers, by tag, which stretches are values of it.
struct Search<'p, 't> {
    pattern: &'p Pattern,
    text: &'p Text<'t>,
    memo: Vec<(Tag, Vec<Verdict>)>,
    furthest: Option<Furthest>,
}

#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    Unknown,
    Value,
    No,
}

/// The place where most of the registration was found, and how well the text goes on behind it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Furthest {
    registered: usize,
    likeness: usize,
    text: std::cmp::Reverse<usize>,
}

/// The places that a segment can end at, each with where it then began.
type Layer = Vec<(usize, usize)>;

impl Search<'_, '_> {
    /// Goes through the segments with the set of all places that the text so far can end at.
    fn divide(&mut self) -> Option<Vec<Range<usize>>> {
        let mut layers: Vec<Layer> = Vec::with_capacity(self.pattern.segments.len());
        let mut places = vec![0];
        let segments = &self.pattern.segments;
        for (index, segment) in segments.iter().enumerate() {
            let layer = match segment {
                Segment::Literal(literal) => self.through_literal(&places, literal),
                Segment::Variable(variable) => {
                    self.through_variable(&places, variable, segments.get(index + 1))
                }
            };
            places.clear();
            places.extend(layer.iter().map(|(end, _)| *end));
            layers.push(layer);
        }
        let end = self.text.len();
        if !places.contains(&end) {
            for place in places {
                self.note(self.pattern.registered.chars().count(), 0, place);
            }
            return None;
        }
        let mut values = Vec::new();
        let mut place = end;
        for (layer, segment) in layers.iter().zip(segments).rev() {
            let at = layer.binary_search_by_key(&place, |(end, _)| *end).ok()?;
            let (_, begin) = *layer.get(at)?;
            if matches!(segment, Segment::Variable(_)) {
                values.push(begin..place);
            }
            place = begin;
        }
        values.reverse();
        Some(values)
    }

    fn through_literal(&mut self, places: &[usize], literal: &Literal) -> Layer {
        let mut layer = Layer::new();
        for &place in places {
            let common = self.text.common(place, &literal.chars);
            if common == literal.chars.len() {
                layer.push((place + common, place));
            } else {
                let likeness = self.likeness(place + common, literal.chars.get(common..));
                self.note(literal.start + common, likeness, place + common);
            }
        }
        layer
    }

    fn through_variable(
        &mut self,
        places: &[usize],
        variable: &Variable,
        next: Option<&Segment>,
    ) -> Layer {
        let mut begins: Vec<Option<usize>> = vec![None; self.text.len() + 1];
        let last = next.is_none();
        for &begin in places {
            for length in 1..=variable.max() {
                let end = begin + length;
                let Some(&c) = self.text.chars.get(end - 1) else { break };
                if !self.pattern.checks.allows(variable, c) {
                    break;
                }
                let Some(slot) = begins.get(end) else { break };
                // What ends the text need only be checked at its end; explaining sees to the rest.
                if slot.is_none()
                    && !(last && end < self.text.len())
                    && self.is_value(variable, begin..end)
                    && let Some(slot) = begins.get_mut(end)
                {
                    *slot = Some(begin);
                }
            }
        }
        begins.iter().enumerate().filter_map(|(end, begin)| Some((end, (*begin)?))).collect()
    }

    fn is_value(&mut self, variable: &Variable, range: Range<usize>) -> bool {
        let (tag, max) = (variable.tag(), variable.max());
        let index = self.memo.iter().position(|(known, _)| *known == tag).unwrap_or_else(|| {
            self.memo.push((tag, vec![Verdict::Unknown; self.text.len() * max]));
            self.memo.len() - 1
        });
        let cell = range.start * max + range.len() - 1;
        let Some(verdict) = self.memo.get_mut(index).and_then(|(_, cells)| cells.get_mut(cell))
        else {
            return false;
        };
        if *verdict == Verdict::Unknown {
            let whole = self.pattern.checks.whole(variable, self.text.slice(range));
            *verdict = if whole.is_ok() { Verdict::Value } else { Verdict::No };
        }
        *verdict == Verdict::Value
    }

    fn note(&mut self, registered: usize, likeness: usize, text: usize) {
        let place = Furthest { registered, likeness, text: std::cmp::Reverse(text) };
        self.furthest = self.furthest.max(Some(place));
    }

    /// How much of the rest of a literal is found where a character was replaced, added or lost.
    fn likeness(&self, at: usize, rest: Option<&[char]>) -> usize {
        let Some(rest) = rest else { return 0 };
        let tail = rest.get(1..).unwrap_or_default();
        let replaced = self.text.common(at + 1, tail);
        let added = self.text.common(at + 1, rest);
        let lost = self.text.common(at, tail);
        replaced.max(added).max(lost)
    }

    fn explain(&mut self) -> Mismatch {
        match self.offender() {
            Some((variable, range)) => self.blame(&variable, range),
            None => self.part(),
        }
    }

    /// The fixed text is all there: the first variable that holds what it may not.
    ///
    /// Goes through the segments once more, letting a variable take anything at a price. Cheapest
    /// is the fewest offending variables, then the fewest characters in them.
    fn offender(&mut self) -> Option<(Variable, Range<usize>)> {
        type Price = (usize, usize);
        let size = self.text.len() + 1;
        let mut prices: Vec<Option<Price>> = vec![None; size];
        *prices.first_mut()? = Some((0, 0));
        let mut layers: Vec<Vec<(usize, bool)>> = Vec::new();
        for segment in &self.pattern.segments {
            let mut next: Vec<Option<Price>> = vec![None; size];
            let mut begins = vec![(0, false); size];
            let mut set = |end: usize, price: Price, begin: usize, offends: bool| {
                if let (Some(slot), Some(from)) = (next.get_mut(end), begins.get_mut(end))
                    && slot.is_none_or(|known| price < known)
                {
                    *slot = Some(price);
                    *from = (begin, offends);
                }
            };
            match segment {
                Segment::Literal(literal) => {
                    for (begin, price) in prices.iter().enumerate() {
                        let length = literal.chars.len();
                        if let Some(price) = *price
                            && self.text.common(begin, &literal.chars) == length
                        {
                            set(begin + length, price, begin, false);
                        }
                    }
                }
                Segment::Variable(variable) => {
                    // The best place to begin an offending value is the same for all later ends,
                    // up to the length, which they share: one running minimum finds it.
                    let mut best: Option<(usize, i64, usize)> = None;
                    for (at, price) in prices.iter().enumerate() {
                        if let Some((offenders, length)) = *price {
                            let relative = i64::try_from(length).ok()? - i64::try_from(at).ok()?;
                            let candidate = (offenders, relative, at);
                            best = Some(best.map_or(candidate, |best| best.min(candidate)));
                            for end in at + 1..=at + variable.max() {
                                let Some(&c) = self.text.chars.get(end - 1) else { break };
                                if !self.pattern.checks.allows(variable, c) {
                                    break;
                                }
                                if self.is_value(variable, at..end) {
                                    set(end, (offenders, length), at, false);
                                }
                            }
                        }
                        if let Some((offenders, relative, begin)) = best {
                            let length = relative + i64::try_from(at).ok()?;
                            let price = (offenders + 1, usize::try_from(length).ok()?);
                            set(at, price, begin, true);
                        }
                    }
                }
            }
            prices = next;
            layers.push(begins);
        }
        (*prices.last()?)?;
        let mut place = self.text.len();
        let mut first = None;
        for (begins, segment) in layers.iter().zip(&self.pattern.segments).rev() {
            let (begin, offends) = *begins.get(place)?;
            if let Segment::Variable(variable) = segment
                && offends
            {
                first = Some((variable.clone(), begin..place));
            }
            place = begin;
        }
        first
    }

    fn blame(&self, variable: &Variable, range: Range<usize>) -> Mismatch {
        let (begin, length, max) = (range.start, range.len(), variable.max());
        let reference = variable.reference();
        let value = self.text.slice(range.clone());
        let chars = self.text.chars.get(range).unwrap_or_default();
        let checks = &self.pattern.checks;
        let braces = chars.windows(2).position(|pair| matches!(pair, ['{', '#'] | ['#', '}']));
        let wrong = chars.iter().take(max).position(|c| !checks.allows(variable, *c));
        let (at, reason) = if length == 0 {
            (begin, Reason::Empty { variable: reference })
        } else if let Some(at) = braces {
            (begin + at, Reason::Placeholder { variable: reference })
        } else if let Some(at) = wrong {
            (begin + at, Reason::WrongClass { variable: reference })
        } else if length > max {
            (begin + max, Reason::TooLong { variable: reference, length, max })
        } else {
            let reason = match checks.whole(variable, value) {
                Err(Refusal::Contact(contact)) => Reason::Contact { variable: reference, contact },
                Err(Refusal::NotWhitelisted) => Reason::NotWhitelisted { variable: reference },
                Err(Refusal::Placeholder) => Reason::Placeholder { variable: reference },
                Err(Refusal::Class) | Ok(()) => Reason::WrongClass { variable: reference },
            };
            (begin, reason)
        };
        let found = wrong.and_then(|at| chars.get(at).copied());
        self.mismatch(at, variable.start, reason, Hint::of(None, found))
    }

    /// The fixed text is not all there: where most of it was found.
    fn part(&self) -> Mismatch {
        let (at, registered) =
            self.furthest.map_or((0, 0), |place| (place.text.0, place.registered));
        let expected = self.pattern.registered.chars().nth(registered);
        let found = self.text.chars.get(at).copied();
        let reason = match (expected, found) {
            (None, _) => Reason::TextGoesOn,
            (Some(_), None) => Reason::TextEnds,
            (Some(_), Some(_)) => Reason::Literal,
        };
        self.mismatch(at, registered, reason, Hint::of(expected, found))
    }

    fn mismatch(
        &self,
        at: usize,
        registered: usize,
        reason: Reason,
        hint: Option<Hint>,
    ) -> Mismatch {
        Mismatch::new(Inner {
            text_index: at,
            registered_index: registered,
            reason,
            hint,
            rendered: self.text.whole.to_owned(),
            registered: Arc::clone(&self.pattern.registered),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::compliance::dlt::{Contact, Matching};

    fn pattern_with(text: &str, checks: Checks) -> Pattern {
        let (mut faults, mut warnings) = (Vec::new(), Vec::new());
        let pattern = Pattern::parse(text, &[], Arc::new(checks), &mut faults, &mut warnings);
        assert!(faults.is_empty(), "{faults:?}");
        pattern
    }

    fn pattern(text: &str) -> Pattern {
        pattern_with(text, Checks::default())
    }

    fn part(registered: &str, text: &str) -> Mismatch {
        pattern(registered).matches(text).unwrap_err()
    }

    fn said(registered: &str, text: &str) -> String {
        part(registered, text).to_string()
    }

    #[test]
    fn values_are_found_where_a_greedy_or_a_lazy_reading_would_miss_them() {
        for (registered, text, values) in [
            ("Dear {#var#}, hi", "Dear A, hi, hi", vec!["A, hi"]),
            ("{#var#}a{#var#}a", "aaaa", vec!["a", "a"]),
            ("{#numeric#}{#var#}7", "1277", vec!["1", "27"]),
            ("{#var#}", "आशा", vec!["आशा"]),
            ("{#alphanumeric#} जी", "श्रीमती आशा जी", vec!["श्रीमती आशा"]),
            ("no variables", "no variables", vec![]),
            ("{#unknown_tag#}!", "x!", vec!["x"]),
        ] {
            assert_eq!(pattern(registered).matches(text).unwrap(), values, "{registered}");
        }
    }

    #[test]
    fn each_tag_takes_its_kind_alone() {
        for (tag, good, bad) in [
            ("numeric", vec!["1", "0012"], vec!["1.5", "१२", "a", "-1"]),
            (
                "alphanumeric",
                vec!["A-1, B/2 (c) & d's #1", "ज्योति"],
                vec!["a_b", "₹5", "a\nb", "😀"],
            ),
            (
                "url",
                vec!["https://drishti.in/a?b=1", "drishti.in"],
                vec!["drishti", "https://a@b.in"],
            ),
            ("cbn", vec!["+911204567890", "18001234567"], vec!["1800-123", "1+2", "+"]),
            ("email", vec!["asha@example.com"], vec!["asha@", "asha"]),
            ("var", vec!["a_b ₹5 😀"], vec!["a\u{7}b"]),
        ] {
            let pattern = pattern(&format!("<{{#{tag}#}}>"));
            for value in good {
                assert_eq!(pattern.matches(&format!("<{value}>")).unwrap(), [value], "{tag}");
            }
            for value in bad {
                let mismatch = pattern.matches(&format!("<{value}>")).unwrap_err();
                assert!(
                    matches!(mismatch.reason(), Reason::WrongClass { .. }),
                    "{tag} {value:?}: {mismatch}"
                );
            }
        }
        let strict = Matching::default().strict_alphanumeric(true).decimals(true);
        let strict = pattern_with(
            "{#alphanumeric#}; {#numeric#}",
            Checks { matching: strict, ..Checks::default() },
        );
        assert!(strict.matches("A 1; 1,499.00").is_ok());
        assert!(strict.matches("A-1; 1").is_err());
    }

    #[test]
    fn a_value_one_character_too_long_is_named_by_its_variable() {
        let registered = "Dear {#alphanumeric#}, order {#numeric#}: {#alphanumeric#} is ready.";
        let product = "Frame is ready-made in acetate, matt, 140";
        assert_eq!(product.chars().count(), 41);
        let mismatch = part(registered, &format!("Dear Asha, order 7: {product} is ready."));
        assert_eq!(
            mismatch.to_string(),
            "variable 3 ({#alphanumeric#}) is 41 characters, 40 are registered"
        );
        assert_eq!((mismatch.text_index(), mismatch.registered_index()), (60, 42));
        let fits: String = product.chars().take(40).collect();
        assert!(
            pattern(registered).matches(&format!("Dear Asha, order 7: {fits} is ready.")).is_ok()
        );
        // Characters, not bytes.
        assert!(pattern("{#var#}!").matches(&format!("{}!", "आ".repeat(30))).is_ok());
        assert!(said("{#var#}!", &format!("{}!", "आ".repeat(31))).contains("31 characters, 30"));
    }

    #[test]
    fn the_first_place_where_they_part_is_named() {
        let registered = "Dear {#var#}, your order {#numeric#} is confirmed.";
        for (text, expected) in [
            (
                "Hear Asha, your order 7 is confirmed.",
                "differs at character 0, where the registration has \"Dear {#var#}, your order\"",
            ),
            (
                "Dear Asha; your order 7 is confirmed.",
                "differs at character 9, where the registration has \", your order {#numeric#}\"",
            ),
            (
                "Dear Asha, your order 7 is confirmd.",
                "differs at character 34, where the registration has \"ed.\"",
            ),
            (
                "Dear Asha, your order 7 is confir",
                "ends at character 33, where the registration has \"med.\"",
            ),
            (
                "Dear Asha, your order 7 is confirmed. Bye",
                "goes on at character 37, where the registration ends",
            ),
            ("Dear , your order 7 is confirmed.", "variable 1 ({#var#}) is empty at character 5"),
            (
                "Dear Asha, your order 7b is confirmed.",
                "variable 2 ({#numeric#}) holds what it may not hold at character 23",
            ),
            (
                "Dear {#var#}, your order 7 is confirmed.",
                "variable 1 ({#var#}) holds a placeholder's braces at character 5",
            ),
            (
                "Dear 98450 00012, your order 7 is confirmed.",
                "variable 1 ({#var#}) holds a phone number and is not tagged for it",
            ),
            (
                "Dear asha@example.com, your order 7 is confirmed.",
                "variable 1 ({#var#}) holds a mail address and is not tagged for it",
            ),
            (
                "Dear bit.ly/x, your order 7 is confirmed.",
                "variable 1 ({#var#}) holds a link and is not tagged for it",
            ),
            ("", "ends at character 0, where the registration has \"Dear {#var#}, your order\""),
        ] {
            let said = said(registered, text);
            assert!(said.starts_with(expected), "{text}\n{said}\n{expected}");
        }
        let contact = part(registered, "Dear bit.ly/x, your order 7 is confirmed.");
        assert!(matches!(contact.reason(), Reason::Contact { contact: Contact::Url, .. }));
    }

    #[test]
    fn what_an_editor_did_is_hinted_at() {
        for (registered, text, hint) in [
            ("It's here", "It\u{2019}s here", Hint::SmartQuote),
            ("It's here", "It's\u{a0}here", Hint::Space),
            ("It's here", "It's \u{200b}here", Hint::ZeroWidth),
            ("It's here", "It's h\u{435}re", Hint::Script),
            ("It's here", "it's here", Hint::Case),
            ("10-12", "10\u{2013}12", Hint::Dash),
            ("a\nb", "a\r\nb", Hint::LineBreak),
            ("Hi {#alphanumeric#}!", "Hi A\u{a0}B!", Hint::Space),
        ] {
            assert_eq!(part(registered, text).hint(), Some(hint), "{text:?}");
        }
    }

    #[test]
    fn a_mismatch_shows_the_text_to_whoever_asks_and_to_no_log() {
        let mismatch = part("Dear {#numeric#}.", "Dear Asha.");
        assert_eq!(mismatch.rendered(), "Dear Asha.");
        assert_eq!(mismatch.registered(), "Dear {#numeric#}.");
        assert!(!format!("{mismatch} {mismatch:?}").contains("Asha"));
    }

    #[test]
    fn line_breaks_are_normalised_where_the_host_says_so() {
        let matching = Matching::default().normalise_line_breaks(true);
        let pattern = pattern_with("a\r\n{#var#}\nc", Checks { matching, ..Checks::default() });
        assert_eq!(pattern.matches("a\nb\r\nc").unwrap(), ["b"]);
        assert_eq!(pattern.matches("a\r\nb\r\nb\nc").unwrap(), ["b\r\nb"]);
    }

    #[test]
    fn a_whitelist_is_held_against_links_and_numbers() {
        let checks = || Checks {
            urls: vec!["drishti.in".into()],
            callback_numbers: vec!["18001234567".into()],
            ..Checks::default()
        };
        let pattern = pattern_with("{#url#} {#cbn#}", checks());
        assert!(pattern.matches("https://drishti.in/a 18001234567").is_ok());
        for text in ["https://drishti.in.evil.example/ 18001234567", "drishti.in 18001234568"] {
            let mismatch = pattern.matches(text).unwrap_err();
            assert!(matches!(mismatch.reason(), Reason::NotWhitelisted { .. }), "{mismatch}");
        }
    }

    #[test]
    fn hostile_text_costs_no_more_than_its_length_times_the_registration() {
        // That it ends at all is the test: tried one by one, the divisions outlast the sun.
        let adjacent = "{#var#}{#alphanumeric#}".repeat(20);
        let spaced = "{#var#} a{#alphanumeric#} a{#url#}".repeat(10);
        for registered in [format!("{adjacent}b"), format!("{spaced}b")] {
            let pattern = pattern(&registered);
            for text in ["a".repeat(2_000), " a".repeat(1_000), "http://a.in".repeat(180)] {
                assert!(pattern.matches(&text).is_err());
            }
        }
        assert!(pattern("{#var#}").matches(&"a".repeat(5_000_000)).is_err());
    }

    fn tag_and_value() -> impl Strategy<Value = (&'static str, String)> {
        prop_oneof![
            "[a-zA-Z0-9₹ ]{1,6}[x-z]".prop_map(|value| ("var", value)),
            "[a-z आ-ह]{1,39}z".prop_map(|value| ("alphanumeric", value)),
            "[0-9]{1,40}".prop_map(|value| ("numeric", value)),
            "https://drishti\\.in/[a-z0-9]{0,30}".prop_map(|value| ("url", value)),
            "\\+91[0-9]{10}".prop_map(|value| ("cbn", value)),
            "[a-z]{1,10}@example\\.com".prop_map(|value| ("email", value)),
        ]
    }

    /// Fixed parts, in characters that no value has, so that none can take one in.
    fn parts() -> impl Strategy<Value = Vec<(String, (&'static str, String))>> {
        prop::collection::vec(("[A-Z]?[;!?\\[\\]]{1,8}", tag_and_value()), 1..5)
    }

    fn written(parts: &[(String, (&'static str, String))]) -> (String, String, Vec<String>) {
        let (mut registered, mut text, mut values) = (String::new(), String::new(), Vec::new());
        for (literal, (tag, value)) in parts {
            registered.extend([literal.as_str(), "{#", tag, "#}"]);
            text.extend([literal.as_str(), value]);
            values.push(value.clone());
        }
        (registered + "];", text + "];", values)
    }

    proptest! {
        #[test]
        fn what_is_rendered_from_values_of_their_kind_matches(
            parts in prop::collection::vec(("[a-z ,:.]{0,6}", tag_and_value()), 1..6),
        ) {
            let mut registered = String::new();
            let mut text = String::new();
            for (literal, (tag, value)) in &parts {
                registered.extend([literal.as_str(), "{#", tag, "#}"]);
                text.extend([literal.as_str(), value]);
            }
            // A text may divide in several ways; each gives back the text.
            let pattern = pattern(&registered);
            let mut values = pattern.matches(&text).unwrap().into_iter();
            let mut again = String::new();
            for segment in pattern.segments() {
                match segment {
                    Segment::Literal(literal) => again += literal.as_str(),
                    Segment::Variable(_) => again += values.next().unwrap(),
                }
            }
            prop_assert_eq!(again, text);
        }

        #[test]
        fn no_character_of_the_fixed_text_can_be_lost_added_or_replaced(
            parts in parts(), at in any::<prop::sample::Index>(), change in 0..3,
        ) {
            let (registered, text, values) = written(&parts);
            let pattern = pattern(&registered);
            prop_assert_eq!(pattern.matches(&text).unwrap(), values);
            let fixed: Vec<usize> = text
                .char_indices()
                .filter(|(_, c)| ";!?[]".contains(*c))
                .map(|(at, _)| at)
                .collect();
            let place = fixed[at.index(fixed.len())];
            let mut broken = text;
            match change {
                0 => drop(broken.remove(place)),
                1 => broken.insert(place, '€'),
                _ => broken.replace_range(place..=place, "€"),
            }
            // `€` is of no kind but `var`, which takes it in when it stands beside it.
            let absorbed = change != 0 && registered.contains("{#var#}");
            if !absorbed {
                prop_assert!(pattern.matches(&broken).is_err(), "{}", broken);
            }
        }

        #[test]
        fn no_text_makes_it_panic(
            registered in "([a-c ]{0,3}(\\{#(var|numeric|url|x)#\\})?){0,6}", text in "[a-c0-9 .:/@{#}\r\n]{0,80}|\\PC{0,60}",
        ) {
            let (mut faults, mut warnings) = (Vec::new(), Vec::new());
            let pattern =
                Pattern::parse(&registered, &[], Arc::default(), &mut faults, &mut warnings);
            if let Err(mismatch) = pattern.matches(&text) {
                prop_assert!(mismatch.text_index() <= text.chars().count());
                prop_assert!(mismatch.registered_index() <= registered.chars().count());
                prop_assert!(!mismatch.to_string().is_empty());
            }
        }
    }
}
