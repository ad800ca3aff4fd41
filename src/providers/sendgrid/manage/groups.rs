//! Groups of mail that a person can unsubscribe from.

use http::Method;
use serde::{Deserialize, Serialize};

use super::{
    super::SendGrid,
    length,
    suppressions::{Recipients, of},
    with_query,
};
use crate::{debug::show, error::Result, message::EmailAddress};

/// Groups of mail that a person can unsubscribe from: [`SendGrid::unsubscribe_groups`].
///
/// Source: [Unsubscribe groups](https://www.twilio.com/docs/sendgrid/api-reference/suppressions-unsubscribe-groups).
#[derive(Clone, Copy, Debug)]
pub struct UnsubscribeGroups<'a> {
    pub(super) account: &'a SendGrid,
}

/// A group.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct UnsubscribeGroupDetails {
    /// Its id, for [`UnsubscribeGroup`](super::super::email::UnsubscribeGroup).
    pub id: i64,
    /// Its name, shown to people.
    pub name: String,
    /// What it is about, shown to people.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether it is the one of mails that name none.
    #[serde(default)]
    pub is_default: bool,
    /// How many unsubscribed from it, where SendGrid says.
    #[serde(default)]
    pub unsubscribes: Option<u64>,
}

/// A group as one address sees it.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct GroupMembership {
    /// The group.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What it is about.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether it is the one of mails that name none.
    #[serde(default)]
    pub is_default: bool,
    /// Whether the address unsubscribed from it.
    #[serde(default)]
    pub suppressed: bool,
}

/// An address that unsubscribed from a group.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct GroupSuppression {
    /// The address.
    pub email: String,
    /// The group.
    #[serde(default)]
    pub group_id: i64,
    /// The group's name.
    #[serde(default)]
    pub group_name: Option<String>,
    /// When, in UNIX seconds.
    #[serde(default)]
    pub created_at: i64,
}

show!(GroupSuppression { group_id, created_at });

#[derive(Serialize)]
struct Write<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_default: Option<bool>,
}

impl Write<'_> {
    fn check(&self) -> Result<()> {
        self.name.map_or(Ok(()), |name| length("name", name, 30))?;
        self.description.map_or(Ok(()), |text| length("description", text, 100))
    }
}

const GROUPS: &str = "v3/asm/groups";

impl UnsubscribeGroups<'_> {
    /// Lists those of `ids`, or all where that is empty.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn list(&self, ids: &[i64]) -> Result<Vec<UnsubscribeGroupDetails>> {
        let ids = ids.iter().map(|id| ("id", Some(id.to_string())));
        self.account.fetch(&with_query(GROUPS, ids)).await
    }

    /// One group.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn get(&self, id: i64) -> Result<UnsubscribeGroupDetails> {
        self.account.fetch(&format!("{GROUPS}/{id}")).await
    }

    /// Makes a group: a name of 30 characters at most, a description of 100.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn create(
        &self,
        name: &str,
        description: &str,
        is_default: bool,
    ) -> Result<UnsubscribeGroupDetails> {
        let body = Write {
            name: Some(name),
            description: Some(description),
            is_default: Some(is_default),
        };
        body.check()?;
        self.account.submit(Method::POST, GROUPS, &body).await
    }

    /// Changes a group's name or description; what is `None` stays.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn update(
        &self,
        id: i64,
        name: Option<&str>,
        description: Option<&str>,
        is_default: Option<bool>,
    ) -> Result<UnsubscribeGroupDetails> {
        let body = Write { name, description, is_default };
        body.check()?;
        self.account.submit(Method::PATCH, &format!("{GROUPS}/{id}"), &body).await
    }

    /// Deletes a group and who unsubscribed from it.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn delete(&self, id: i64) -> Result<()> {
        self.account.delete(&format!("{GROUPS}/{id}")).await
    }

    /// Lists the addresses that unsubscribed from a group.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn members(&self, id: i64) -> Result<Vec<String>> {
        self.account.fetch(&format!("{GROUPS}/{id}/suppressions")).await
    }

    /// Unsubscribes addresses from a group.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn add(&self, id: i64, emails: &[EmailAddress]) -> Result<()> {
        let path = format!("{GROUPS}/{id}/suppressions");
        self.account.tell(Method::POST, &path, &Recipients::of(emails)).await
    }

    /// Those of `emails` that unsubscribed from a group.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn search(&self, id: i64, emails: &[EmailAddress]) -> Result<Vec<String>> {
        let path = format!("{GROUPS}/{id}/suppressions/search");
        self.account.submit(Method::POST, &path, &Recipients::of(emails)).await
    }

    /// Subscribes an address to a group again.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn remove(&self, id: i64, email: &EmailAddress) -> Result<()> {
        self.account.delete(&of(&format!("{GROUPS}/{id}/suppressions"), email)).await
    }

    /// Every group, and whether `email` unsubscribed from it.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn of(&self, email: &EmailAddress) -> Result<Vec<GroupMembership>> {
        #[derive(Deserialize)]
        struct Answer {
            suppressions: Vec<GroupMembership>,
        }
        let answer: Answer = self.account.fetch(&of("v3/asm/suppressions", email)).await?;
        Ok(answer.suppressions)
    }

    /// Lists everyone who unsubscribed from any group.
    ///
    /// # Errors
    ///
    /// As in the [module](super).
    pub async fn all_members(&self) -> Result<Vec<GroupSuppression>> {
        self.account.fetch("v3/asm/suppressions").await
    }
}
