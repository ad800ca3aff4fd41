use serde::{Deserialize, Serialize};

use crate::message::Purpose;

/// What a content template was registered as.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Of an exempted public body.
    Government,
    /// Marketing: in the permitted hours only.
    Promotional,
    /// Offers to customers who consented. No longer registered since 6 May 2025: kept to the
    /// hours of [`Promotional`](Self::Promotional).
    ServiceExplicit,
    /// What follows from an order, a booking or an account, and one-time passwords.
    ServiceImplicit,
    /// One-time passwords of banks.
    Transactional,
}

impl Category {
    /// Whether it keeps to the permitted hours.
    #[must_use]
    pub fn has_hours(self) -> bool {
        matches!(self, Self::Promotional | Self::ServiceExplicit)
    }

    /// Whether a message for `purpose` may be sent under it.
    ///
    /// Marketing needs [`Promotional`](Self::Promotional) or
    /// [`ServiceExplicit`](Self::ServiceExplicit), and nothing else may go as `Promotional`: it
    /// would be held back at night and from whoever asked not to be disturbed.
    #[must_use]
    pub fn carries(self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::Marketing => self.has_hours(),
            Purpose::Otp | Purpose::Transactional | Purpose::Utility => self != Self::Promotional,
        }
    }

    /// The word used in files and messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Government => "government",
            Self::Promotional => "promotional",
            Self::ServiceExplicit => "service_explicit",
            Self::ServiceImplicit => "service_implicit",
            Self::Transactional => "transactional",
        }
    }
}
