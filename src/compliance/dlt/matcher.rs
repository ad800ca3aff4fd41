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
#[path = "matcher_tests.rs"]
mod tests;
