//! Templates kept at Netcore.

use super::{
    super::{Account, Version},
    Record, checked, record, with_query,
};
use crate::error::{Fault, Result};

/// Templates kept at Netcore: [`Account::templates`]. Of version 5.1, which reads them; to list
/// and to write them has no published call.
#[derive(Clone, Copy, Debug)]
pub struct Templates<'a> {
    pub(super) account: &'a Account,
}

impl Templates<'_> {
    /// The template with a number as its id. What it holds is not documented.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn get(&self, id: &str) -> Result<Record> {
        self.account.only(Version::V51, "templates")?;
        if id.parse::<u64>().is_err() {
            checked(vec![Fault::new("id", "is no number", "write Netcore's id of it")])?;
        }
        let path = with_query("template", [("template_id", Some(id.to_owned()))]);
        record(self.account.fetch(&path).await?)
    }
}
