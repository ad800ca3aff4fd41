//! Files that a message carries.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{check_https, check_present};
use crate::error::Fault;

/// A file that a message carries: by link, or by the id that it was uploaded under.
///
/// ```
/// use dakiya::{Media, MediaKind};
///
/// let invoice = Media::new(MediaKind::Document, "https://erp.example.net/f/2041.pdf")
///     .filename("INV-2041.pdf")
///     .caption("Your invoice");
/// # let _ = invoice;
/// ```
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// What sort of file it is.
    pub kind: MediaKind,
    /// Where it is: `link` or `id` in JSON.
    #[serde(flatten)]
    pub source: MediaSource,
    /// The text below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// The file name shown for a document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
}

/// Where a file is.
#[expect(clippy::exhaustive_enums, reason = "a file is at the provider, or elsewhere")]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaSource {
    /// At the provider, under the id that its upload gave. Another provider does not know it.
    Id(String),
    /// Where the provider fetches it: `https://…`.
    Link(String),
}

/// What sort of file a message carries.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A sound.
    Audio,
    /// A document.
    Document,
    /// A picture.
    Image,
    /// A sticker.
    Sticker,
    /// A video.
    Video,
    /// A sound that is shown as a voice message.
    Voice,
}

impl Media {
    /// A file of `kind` at `link`.
    #[must_use]
    pub fn new(kind: MediaKind, link: impl Into<String>) -> Self {
        Self { kind, source: MediaSource::Link(link.into()), caption: None, filename: None }
    }

    /// A file of `kind` that was uploaded under `id`.
    #[must_use]
    pub fn uploaded(kind: MediaKind, id: impl Into<String>) -> Self {
        Self { kind, source: MediaSource::Id(id.into()), caption: None, filename: None }
    }

    /// Sets the text below it.
    #[must_use]
    pub fn caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = Some(caption.into());
        self
    }

    /// Sets the file name shown for a document.
    #[must_use]
    pub fn filename(mut self, filename: impl Into<String>) -> Self {
        self.filename = Some(filename.into());
        self
    }

    /// Where it is fetched, unless it is at the provider.
    #[must_use]
    pub fn link(&self) -> Option<&str> {
        match &self.source {
            MediaSource::Link(link) => Some(link),
            MediaSource::Id(_) => None,
        }
    }

    /// The provider's id of it, where it was uploaded.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match &self.source {
            MediaSource::Id(id) => Some(id),
            MediaSource::Link(_) => None,
        }
    }

    /// Adds what is wrong with it, whoever carries it; `field` is where it stands.
    pub(super) fn validate(&self, faults: &mut Vec<Fault>, field: &str) {
        match &self.source {
            MediaSource::Id(id) => check_present(faults, &format!("{field}.id"), id),
            MediaSource::Link(link) => check_https(faults, &format!("{field}.link"), link),
        }
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Media({:?})", self.kind)
    }
}

impl fmt::Debug for MediaSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Id(_) => "Id(***)",
            Self::Link(_) => "Link(***)",
        })
    }
}
