//! Calls beside sending.

pub use self::{
    card::{Card, CardHeight, CardWidth},
    suggestion::{Suggestion, SuggestionAction},
    templates::{CreatedTemplate, NewTemplate, Templates},
};

mod card;
mod suggestion;
mod templates;
