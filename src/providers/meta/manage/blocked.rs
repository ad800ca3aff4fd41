//! Users who may not write to the number.

use http::Method;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{Listed, Meta, Scheme, labelled};
use crate::{
    debug::hide,
    error::{Fault, Result},
    http::{Page, answer::text, connection::read},
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
    /// Meta's code of why it did not work, such as `131047`; among the failed alone.
    #[serde(default, rename = "errors", deserialize_with = "first_code")]
    pub error_code: Option<String>,
}

/// The code of the first of some errors, a number or text.
fn first_code<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let errors = Value::deserialize(from)?;
    Ok(errors.pointer("/0/code").and_then(text))
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

hide!(BlockedUser);

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    block_users: Lists,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Lists {
    #[serde(rename = "added_users")]
    added: Vec<BlockedUser>,
    #[serde(rename = "removed_users")]
    removed: Vec<BlockedUser>,
    #[serde(rename = "failed_users")]
    failed: Vec<BlockedUser>,
}

impl Blocked<'_> {
    /// One page of the blocked users, from the `next` of the page before.
    ///
    /// # Errors
    ///
    /// As every call: see [`Error`](crate::Error).
    pub async fn list(&self, next: Option<&str>) -> Result<Page<BlockedUser>> {
        let path = self.account.number_path("block_users");
        Ok(self.account.get::<Listed<_>>(&path, &[("after", next)]).await?.into())
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
        let response = self.account.ask(request, Scheme::Bearer).await?;
        // Where it worked for some alone, they are named beside an error.
        let partial = serde_json::from_slice::<Answer>(response.body()).ok();
        let partial = partial.filter(|Answer { block_users: lists }| {
            !lists.added.is_empty() || !lists.removed.is_empty()
        });
        let Answer { block_users: lists } = match partial {
            Some(answer) => answer,
            None => read(&self.account.accepted(response)?).map_err(labelled)?,
        };
        let mut done = lists.added;
        done.extend(lists.removed);
        Ok(BlockOutcome { done, failed: lists.failed })
    }
}
