//! Versions in natural order: `10` comes after `2`, `v10` after `v9`, `1.10` after `1.9`.

/// A version's name, ordered as people count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    key: Vec<Run>,
    text: String,
}

/// A stretch of digits or of anything else. A longer number without leading zeros is a greater one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Run {
    Number(usize, String),
    Text(String),
}

impl Version {
    pub(super) fn new(text: &str) -> Self {
        let mut key = Vec::new();
        let mut rest = text.chars().peekable();
        while let Some(first) = rest.peek().copied() {
            let digits = first.is_ascii_digit();
            let mut run = String::new();
            while let Some(c) = rest.next_if(|c| c.is_ascii_digit() == digits) {
                run.push(c);
            }
            key.push(if digits {
                let number = run.trim_start_matches('0').to_owned();
                Run::Number(number.len(), number)
            } else {
                Run::Text(run)
            });
        }
        Self { key, text: text.to_owned() }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_people_count() {
        for (less, greater) in [
            ("2", "10"),
            ("v9", "v10"),
            ("1.9", "1.10"),
            ("1", "1.1"),
            ("9", "99999999999999999999999"),
        ] {
            assert!(Version::new(less) < Version::new(greater), "{less} < {greater}");
        }
        assert_ne!(Version::new("01"), Version::new("1"), "two folders are two versions");
    }
}
