//! Apps that get a business account's webhooks.
//!
//! Source: [Subscribed apps](https://developers.facebook.com/documentation/business-messaging/whatsapp/reference/whatsapp-business-account/subscribed-apps-api).

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::{Listed, Meta};
use crate::{
    debug::show,
    error::{Fault, Result},
};

/// The webhook's subscriptions: [`Meta::subscriptions`].
#[derive(Clone, Copy, Debug)]
pub struct Subscriptions<'a> {
    pub(super) account: &'a Meta,
}

/// An app that gets the business account's webhooks.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq)]
pub struct SubscribedApp {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Where its webhooks go in place of the app's own URL.
    pub override_callback_uri: Option<String>,
}

// A webhook's path may be a secret.
show!(SubscribedApp { id, name });

#[derive(Deserialize)]
struct Entry {
    whatsapp_business_api_data: App,
    override_callback_uri: Option<String>,
}

#[derive(Deserialize)]
struct App {
    id: String,
    name: Option<String>,
}

impl Subscriptions<'_> {
    /// Subscribes the token's app, whose webhook URL is the app's own.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) without
    /// [`business_account`](crate::meta::MetaBuilder::business_account).
    pub async fn add(&self) -> Result<()> {
        self.account.act(&self.account.account_path("subscribed_apps")?, &json!({})).await
    }

    /// Subscribes the token's app with another URL for this business account, and the token that
    /// the URL is to know Meta's first call by.
    ///
    /// # Errors
    ///
    /// [`InvalidMessage`](crate::ErrorKind::InvalidMessage), unsent, for what is no `https` URL.
    pub async fn add_with_url(&self, url: &str, verify_token: &SecretString) -> Result<()> {
        if !url.starts_with("https://") {
            super::invalid(vec![Fault::new("url", "is no https URL", "write one")])?;
        }
        let body =
            json!({ "override_callback_uri": url, "verify_token": verify_token.expose_secret() });
        self.account.act(&self.account.account_path("subscribed_apps")?, &body).await
    }

    /// The apps that are subscribed.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    pub async fn list(&self) -> Result<Vec<SubscribedApp>> {
        let path = self.account.account_path("subscribed_apps")?;
        let listed: Listed<Entry> = self.account.get(&path, &[]).await?;
        let app = |Entry {
                       whatsapp_business_api_data: App { id, name },
                       override_callback_uri,
                   }| { SubscribedApp { id, name, override_callback_uri } };
        Ok(listed.data.into_iter().map(app).collect())
    }

    /// Ends the subscription of the token's app.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    pub async fn remove(&self) -> Result<()> {
        self.account.delete(&self.account.account_path("subscribed_apps")?, &[]).await
    }
}
