//! The cards of a carousel.

use serde::Serialize;

use super::{
    Suggestion,
    suggestion::{self, Written as WrittenSuggestion},
    templates::check_length,
};
use crate::{
    debug::hide,
    error::Fault,
    message::{check_https, check_present},
};

/// Characters of a card's title.
///
/// Source: [RBM, rich cards](https://developers.google.com/business-communications/rcs-business-messaging/guides/build/messages/send).
const TITLE: usize = 200;
/// Characters of a card's text.
const DESCRIPTION: usize = 2000;
/// Suggestions of a card.
const SUGGESTIONS: usize = 4;

/// One card of a carousel.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq)]
pub struct Card {
    /// Its kind, as Netcore numbers them. Default: 1, the one that the samples have.
    pub kind: u32,
    /// What stands above: up to 200 characters.
    pub title: String,
    /// Its text: up to 2000 characters.
    pub description: String,
    /// Its picture: `https://…`.
    pub url: Option<String>,
    /// Its picture as a data URI, `data:image/png;base64,…`.
    pub image_file: Option<String>,
    /// The small picture shown before: `https://…`.
    pub thumbnail_url: Option<String>,
    /// The same as a data URI.
    pub thumbnail_file: Option<String>,
    /// What can be tapped on it: up to four.
    pub suggestions: Vec<Suggestion>,
}

/// How wide the cards of a carousel are.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum CardWidth {
    /// `MEDIUM_WIDTH`.
    #[serde(rename = "MEDIUM_WIDTH")]
    Medium,
    /// `SMALL_WIDTH`.
    #[serde(rename = "SMALL_WIDTH")]
    Small,
}

/// How high the pictures of a carousel are.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum CardHeight {
    /// `MEDIUM_HEIGHT`.
    #[serde(rename = "MEDIUM_HEIGHT")]
    Medium,
    /// `SHORT_HEIGHT`.
    #[serde(rename = "SHORT_HEIGHT")]
    Short,
    /// `TALL_HEIGHT`.
    #[serde(rename = "TALL_HEIGHT")]
    Tall,
}

impl Card {
    /// A card with a title and a text.
    #[must_use]
    pub fn new(title: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            kind: 1,
            title: title.into(),
            description: description.into(),
            url: None,
            image_file: None,
            thumbnail_url: None,
            thumbnail_file: None,
            suggestions: Vec::new(),
        }
    }

    /// Sets its kind, as Netcore numbers them.
    #[must_use]
    pub fn kind(mut self, kind: u32) -> Self {
        self.kind = kind;
        self
    }

    /// Sets its picture by link.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// Sets its picture as a data URI.
    #[must_use]
    pub fn image_file(mut self, data: impl Into<String>) -> Self {
        self.image_file = Some(data.into());
        self
    }

    /// Sets the small picture by link.
    #[must_use]
    pub fn thumbnail_url(mut self, url: impl Into<String>) -> Self {
        self.thumbnail_url = Some(url.into());
        self
    }

    /// Sets the small picture as a data URI.
    #[must_use]
    pub fn thumbnail_file(mut self, data: impl Into<String>) -> Self {
        self.thumbnail_file = Some(data.into());
        self
    }

    /// Adds what can be tapped on it.
    #[must_use]
    pub fn suggestion(mut self, suggestion: Suggestion) -> Self {
        self.suggestions.push(suggestion);
        self
    }

    pub(super) fn check(&self, faults: &mut Vec<Fault>, index: usize) {
        let field = |name: &str| format!("cards[{index}].{name}");
        check_present(faults, &field("title"), &self.title);
        check_length(faults, &field("title"), &self.title, TITLE);
        check_length(faults, &field("description"), &self.description, DESCRIPTION);
        for (name, link) in [("url", &self.url), ("thumbnail_url", &self.thumbnail_url)] {
            if let Some(link) = link {
                check_https(faults, &field(name), link);
            }
        }
        for (name, data) in
            [("image_file", &self.image_file), ("thumbnail_file", &self.thumbnail_file)]
        {
            if data.as_ref().is_some_and(|data| !data.starts_with("data:")) {
                let remedy = "write one, such as data:image/png;base64,…";
                faults.push(Fault::new(field(name), "is no data URI", remedy));
            }
        }
        suggestion::check(faults, &field("suggestions"), &self.suggestions, SUGGESTIONS);
    }

    pub(super) fn written(&self) -> Written<'_> {
        Written {
            kind: self.kind,
            url: self.url.as_deref(),
            image_file: self.image_file.as_deref(),
            thumbnail_url: self.thumbnail_url.as_deref(),
            thumbnail_file: self.thumbnail_file.as_deref(),
            title: &self.title,
            description: &self.description,
            is_button: !self.suggestions.is_empty(),
            suggestions: self.suggestions.iter().map(Suggestion::written).collect(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Written<'a> {
    #[serde(rename = "type")]
    kind: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail_file: Option<&'a str>,
    title: &'a str,
    description: &'a str,
    is_button: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<WrittenSuggestion<'a>>,
}

hide!(Card);
