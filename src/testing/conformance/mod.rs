//! The rules that every implementation keeps, for ours and for those of third parties.
//!
//! [`channel`] holds the rules of a [`Channel`](crate::Channel). A suite ends in a [`Report`] of
//! the rules that were kept, or in [`Violations`] that names every broken one, not the first.

use std::fmt;

pub mod channel;

/// Which rules were run, and which were not.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The rules that were kept.
    pub kept: Vec<&'static str>,
    /// The rules that do not apply, with the reason.
    pub skipped: Vec<(&'static str, String)>,
}

/// Every rule that was broken. `Debug` prints them as `Display` does, one a line, so that
/// `check().await.unwrap()` reads well.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq)]
pub struct Violations {
    /// What was broken.
    pub broken: Vec<Violation>,
    /// The other rules.
    pub report: Report,
}

impl Violations {
    /// Whether `rule` was broken.
    #[must_use]
    pub fn contains(&self, rule: &str) -> bool {
        self.broken.iter().any(|violation| violation.rule == rule)
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rules are broken", self.broken.len())?;
        for violation in &self.broken {
            write!(f, "\n  {violation}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Violations {}

/// A rule that was broken.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule, as a sentence.
    pub rule: &'static str,
    /// What was seen instead.
    pub seen: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.seen)
    }
}
