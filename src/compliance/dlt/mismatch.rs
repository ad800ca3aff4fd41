use std::{fmt, sync::Arc};

use super::class::Contact;

/// Where a text and its registration first part, and why.
///
/// `Display` and `Debug` hold nothing of the text, which is personal data; a host that wants to
/// show both asks for [`rendered`](Self::rendered) and [`registered`](Self::registered). It is the
/// source of the error of [`Registry::comply`](super::Registry::comply).
#[derive(Clone, PartialEq, Eq)]
pub struct Mismatch(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Inner {
    pub(super) text_index: usize,
    pub(super) registered_index: usize,
    pub(super) reason: Reason,
    pub(super) hint: Option<Hint>,
    pub(super) rendered: String,
    pub(super) registered: Arc<str>,
}

impl Mismatch {
    pub(super) fn new(inner: Inner) -> Self {
        Self(Box::new(inner))
    }

    /// The place in the text, in characters from 0. With line breaks normalised, a CRLF is one.
    #[must_use]
    pub fn text_index(&self) -> usize {
        self.0.text_index
    }

    /// The place in the registered text, in characters from 0; of a variable, where it begins.
    #[must_use]
    pub fn registered_index(&self) -> usize {
        self.0.registered_index
    }

    /// What the registration has there: up to 24 characters of it. Empty at its end.
    #[must_use]
    pub fn expected(&self) -> String {
        self.0.registered.chars().skip(self.0.registered_index).take(24).collect()
    }

    /// Why they part.
    #[must_use]
    pub fn reason(&self) -> &Reason {
        &self.0.reason
    }

    /// What an editor may have done to the text, where it looks so.
    #[must_use]
    pub fn hint(&self) -> Option<Hint> {
        self.0.hint
    }

    /// The text that was to be sent. Personal data: not for logs.
    #[must_use]
    pub fn rendered(&self) -> &str {
        &self.0.rendered
    }

    /// The registered text.
    #[must_use]
    pub fn registered(&self) -> &str {
        &self.0.registered
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.text_index();
        let expected = self.expected();
        let expected =
            expected.replace('\r', "\\r").replace('\n', "\\n").replace('\u{a0}', "\\u{a0}");
        match self.reason() {
            Reason::Literal => {
                write!(
                    f,
                    "differs at character {place}, where the registration has \"{expected}\""
                )?;
            }
            Reason::TextEnds => {
                write!(f, "ends at character {place}, where the registration has \"{expected}\"")?;
            }
            Reason::TextGoesOn => {
                write!(f, "goes on at character {place}, where the registration ends")?;
            }
            Reason::Empty { variable } => write!(f, "{variable} is empty at character {place}")?,
            Reason::TooLong { variable, length, max } => {
                write!(f, "{variable} is {length} characters, {max} are registered")?;
            }
            Reason::WrongClass { variable } => {
                write!(f, "{variable} holds what it may not hold at character {place}")?;
            }
            Reason::Contact { variable, contact } => {
                write!(f, "{variable} holds {contact} and is not tagged for it")?;
            }
            Reason::NotWhitelisted { variable } => {
                write!(f, "{variable} is not on the whitelist")?;
            }
            Reason::Placeholder { variable } => {
                write!(f, "{variable} holds a placeholder's braces at character {place}")?;
            }
        }
        match self.hint() {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mismatch")
            .field("text_index", &self.0.text_index)
            .field("registered_index", &self.0.registered_index)
            .field("reason", &self.0.reason)
            .field("hint", &self.0.hint)
            .field("registered", &self.0.registered)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Mismatch {}

/// Why a text and its registration part: [`Mismatch::reason`].
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A character of the fixed text is another one.
    Literal,
    /// The text ends before the registration does.
    TextEnds,
    /// The text goes on after the registration ended.
    TextGoesOn,
    /// A variable has no value.
    Empty {
        /// Which.
        variable: VariableRef,
    },
    /// A variable's value is too long.
    TooLong {
        /// Which.
        variable: VariableRef,
        /// How long it is, in characters.
        length: usize,
        /// How long it may be, in characters.
        max: usize,
    },
    /// A variable's value is not of its kind.
    WrongClass {
        /// Which.
        variable: VariableRef,
    },
    /// A variable holds a link, a number or an address and is not tagged for it.
    Contact {
        /// Which.
        variable: VariableRef,
        /// What it holds.
        contact: Contact,
    },
    /// A variable's link or number is not on the configured whitelist.
    NotWhitelisted {
        /// Which.
        variable: VariableRef,
    },
    /// A variable holds `{#` or `#}`: a placeholder that was not filled.
    Placeholder {
        /// Which.
        variable: VariableRef,
    },
}

/// Which variable: `variable 3 ({#alphanumeric#})`.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableRef {
    /// Its number in the registered text, from 1.
    pub number: usize,
    /// Its tag, without braces.
    pub tag: String,
}

impl fmt::Display for VariableRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "variable {} ({{#{}#}})", self.number, self.tag)
    }
}

/// What an editor or a keyboard may have done: [`Mismatch::hint`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// A letter in the other case.
    Case,
    /// A typographic dash or an ellipsis.
    Dash,
    /// A line break of another form.
    LineBreak,
    /// A letter of another script.
    Script,
    /// A typographic quote.
    SmartQuote,
    /// A space that is not the plain one.
    Space,
    /// A character without width.
    ZeroWidth,
}

impl Hint {
    /// What `found` looks like in place of `expected`; by itself where nothing was expected.
    pub(super) fn of(expected: Option<char>, found: Option<char>) -> Option<Self> {
        Self::peculiar(found)
            .filter(|_| found != expected)
            .or_else(|| Self::peculiar(expected).filter(|_| found != expected))
            .or_else(|| {
                let (expected, found) = (expected?, found?);
                if matches!((expected, found), ('\r' | '\n', '\r' | '\n')) && expected != found {
                    return Some(Self::LineBreak);
                }
                if expected.is_alphabetic() && found.is_alphabetic() {
                    if script(expected) != script(found) {
                        return Some(Self::Script);
                    }
                    return (expected != found && expected.to_lowercase().eq(found.to_lowercase()))
                        .then_some(Self::Case);
                }
                None
            })
    }

    fn peculiar(found: Option<char>) -> Option<Self> {
        Some(match found? {
            '\u{2018}'..='\u{201F}' | '\u{2032}' | '\u{2033}' | '\u{ab}' | '\u{bb}' | '\u{b4}' => {
                Self::SmartQuote
            }
            '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
                Self::Space
            }
            '\u{200b}'..='\u{200f}'
            | '\u{2060}'
            | '\u{feff}'
            | '\u{ad}'
            | '\u{202a}'..='\u{202e}' => Self::ZeroWidth,
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2026}' => Self::Dash,
            '\r' => Self::LineBreak,
            _ => return None,
        })
    }
}

/// The block of a letter, coarse: enough to tell Latin from what looks like it.
fn script(c: char) -> u32 {
    match u32::from(c) {
        0..=0x24F | 0x1E00..=0x1EFF => 0,
        0x370..=0x3FF | 0x1F00..=0x1FFF => 1,
        0x400..=0x52F => 2,
        code @ 0x900..=0xD7F => 0x100 + code / 0x80,
        0xFF00..=0xFFEF => 3,
        _ => 4,
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Case => "upper and lower case differ",
            Self::Dash => "a typographic dash or ellipsis against a plain one",
            Self::LineBreak => "the line breaks are of different forms",
            Self::Script => "a letter of another script",
            Self::SmartQuote => "a typographic quote against a plain one",
            Self::Space => "a space that is not the plain one",
            Self::ZeroWidth => "a character without width",
        })
    }
}
