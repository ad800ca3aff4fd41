//! The account itself.

use serde::Deserialize;

use crate::{error::Result, providers::twilio::Twilio};

/// An account, as Twilio has it.
///
/// Source: [Accounts](https://www.twilio.com/docs/iam/api/account).
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AccountDetails {
    /// Its SID, `AC…`.
    pub sid: String,
    /// `active`, `suspended` or `closed`.
    pub status: String,
    /// Its name in the console.
    #[serde(default)]
    pub friendly_name: Option<String>,
    /// `Full` or `Trial`: a trial reaches verified numbers alone.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// The parent's SID, which is its own where it is no subaccount.
    #[serde(default)]
    pub owner_account_sid: Option<String>,
}

impl Twilio {
    /// Fetches the account.
    ///
    /// # Errors
    ///
    /// As [`check`](crate::Provider::check).
    pub async fn details(&self) -> Result<AccountDetails> {
        self.call(self.get(&[], [])).await
    }
}
