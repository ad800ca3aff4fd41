//! Users who may not write to the number.

use std::fmt;

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Listed, Meta};
use crate::{
    error::{Fault, Result},
    http::Page,
    message::WhatsAppAddress,
};

/// Blocked users: [`Meta::blocked`].
#[derive(Clone, Copy, Debug)]
pub struct Blocked<'a> {
    pub(super) account: &'a Meta,
}

/// A user who is blocked.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct BlockedUser {
    /// As it was written when the user was blocked.
    pub input: Option<String>,
    /// WhatsApp's id: the number without plus.
    pub wa_id: Option<String>,
    /// The id of a user who hides the number.
    pub user_id: Option<String>,
}

/// What became of a block, or of its end.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockOutcome {
    /// Those it worked for.
    pub done: Vec<BlockedUser>,
    /// Those it did not work for.
    pub failed: Vec<BlockedUser>,
}

impl fmt::Debug for BlockedUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BlockedUser(***)")
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    block_users: Lists,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Lists {
    added_users: Vec<BlockedUser>,
    removed_users: Vec<BlockedUser>,
    failed_users: Vec<BlockedUser>,
}

impl Blocked<'_> {
    /// One page of the blocked users, from the `next` of the page before.
    ///
    /// # Errors
    ///
    /// As every call: see [`Error`](crate::Error).
    pub async fn list(&self, after: Option<&str>) -> Result<Page<BlockedUser>> {
        let path = self.account.number_path("block_users");
        Ok(self.account.get::<Listed<_>>(&path, &[("after", after)]).await?.into())
    }

    /// Blocks users, who must have written in the last 24 hours.
    ///
    /// # Errors
    ///
    /// [`Rejected`](crate::ErrorKind::Rejected) (139xxx) where none could be.
    pub async fn add(&self, users: &[WhatsAppAddress]) -> Result<BlockOutcome> {
        self.change(Method::POST, users).await
    }

    /// Ends the block of users.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    pub async fn remove(&self, users: &[WhatsAppAddress]) -> Result<BlockOutcome> {
        self.change(Method::DELETE, users).await
    }

    async fn change(&self, method: Method, users: &[WhatsAppAddress]) -> Result<BlockOutcome> {
        if users.is_empty() {
            super::invalid(vec![Fault::new("users", "is empty", "name a user")])?;
        }
        let users: Vec<Value> = users.iter().map(|user| json!({ "user": user.as_str() })).collect();
        let body = json!({ "messaging_product": "whatsapp", "block_users": users });
        let mut request = self.account.json(&self.account.number_path("block_users"), &body)?;
        *request.method_mut() = method;
        let Answer { block_users: lists } = self.account.answer(request).await?;
        let mut done = lists.added_users;
        done.extend(lists.removed_users);
        Ok(BlockOutcome { done, failed: lists.failed_users })
    }
}
