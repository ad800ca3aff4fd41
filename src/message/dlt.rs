//! The ids that an SMS to India carries.

use serde::{Deserialize, Serialize};

/// Which DLT registration an SMS to India is sent under.
///
/// Absent parts are filled from the template, then from the provider account. Formats are checked
/// by [`compliance::dlt`](crate::compliance::dlt).
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Dlt {
    /// The principal entity: 19 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// The content template: 19 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// The header (sender id), as registered, case and all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
}

impl Dlt {
    /// The registered content template `id`.
    #[must_use]
    pub fn template(id: impl Into<String>) -> Self {
        Self { template: Some(id.into()), ..Self::default() }
    }

    /// Sets the principal entity.
    #[must_use]
    pub fn entity(mut self, id: impl Into<String>) -> Self {
        self.entity = Some(id.into());
        self
    }

    /// Sets the header.
    #[must_use]
    pub fn header(mut self, header: impl Into<String>) -> Self {
        self.header = Some(header.into());
        self
    }

    /// Itself, with absent parts taken from `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            entity: self.entity.or(other.entity),
            template: self.template.or(other.template),
            header: self.header.or(other.header),
        }
    }
}
