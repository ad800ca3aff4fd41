//! One page of a list.

/// One page of what a provider lists, and where the next one begins.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// What to ask for the next page with; absent on the last.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page of `items`, and where the next begins.
    #[must_use]
    pub fn new(items: Vec<T>, next: Option<String>) -> Self {
        Self { items, next }
    }

    /// A page of a list that is asked for by offset: a full one has a next.
    pub(crate) fn at(offset: usize, items: Vec<T>, limit: usize) -> Self {
        let next = (items.len() >= limit).then(|| offset.saturating_add(items.len()).to_string());
        Self { items, next }
    }
}
