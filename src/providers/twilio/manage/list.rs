//! What the lists of an account share.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use crate::{error::Result, providers::twilio::Twilio, time::Timestamp};

/// What each query of a list can be told: the size of a page, the next page, and `texts`.
macro_rules! query {
    ($query:ident { $($(#[$doc:meta])* $text:ident),* $(,)? }) => {
        impl $query {
            /// All of them.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            $($(#[$doc])*
            #[must_use]
            pub fn $text(mut self, $text: impl Into<String>) -> Self {
                self.$text = Some($text.into());
                self
            })*

            /// Sets how many a page has; what is outside of 1 to 1000 is taken as the nearest.
            #[must_use]
            pub fn limit(mut self, size: u16) -> Self {
                self.limit = Some(size);
                self
            }

            /// Asks for the next page.
            #[must_use]
            pub fn page(mut self, next: impl Into<String>) -> Self {
                self.page = Some(next.into());
                self
            }
        }
    };
}
pub(super) use query;

/// A field of a query, where it is set.
pub(super) type Pair<'a> = (&'a str, Option<Cow<'a, str>>);

/// What a list at `steps` answers: the page that `next` names, else the first of `query`.
pub(super) async fn list<'a, T: DeserializeOwned>(
    account: &Twilio,
    steps: &[&str],
    next: Option<&str>,
    query: impl IntoIterator<Item = Pair<'a>>,
) -> Result<T> {
    let set = query.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let request = match next {
        Some(next) => account.get_page(steps, next),
        None => account.get(steps, set),
    };
    account.call(request).await
}

/// A time of a query, in whole seconds.
pub(super) fn time(time: Timestamp) -> Cow<'static, str> {
    let seconds = Timestamp::from_second(time.as_second()).unwrap_or(time);
    seconds.to_string().into()
}

/// The size of a page, in Twilio's range.
pub(super) fn page_size(size: Option<u16>) -> Pair<'static> {
    ("PageSize", size.map(|size| size.clamp(1, 1000).to_string().into()))
}
