//! Calls beside sending.

pub use self::{
    consent::{Consent, ConsentEntry, ConsentOutcome},
    media::{DownloadedMedia, MediaFiles},
    templates::{TemplateInfo, Templates},
};

mod consent;
mod media;
mod templates;
