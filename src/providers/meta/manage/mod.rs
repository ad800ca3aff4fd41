//! What an account does beside sending: files, templates, profile, numbers, blocks, webhooks.
//!
//! Each call ends after 30 seconds. Ids are text, whatever their digits. Words that Meta may add to
//! are open enums: what this version does not know is kept in `Other`.

use bytes::Bytes;
use http::{Method, Request};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub use self::{
    blocked::{BlockOutcome, Blocked, BlockedUser},
    button::{TemplateButton, TemplateSupportedApp},
    component::{
        BodyExample, CarouselCard, Component, HeaderExample, LimitedTimeOffer, NamedExample,
    },
    media::{DownloadedMedia, MediaFile, MediaFiles, MediaInfo},
    messages::Messages,
    numbers::{CodeMethod, NumberInfo, Numbers, Throughput},
    profile::{Profile, ProfileInfo, ProfileUpdate, Vertical},
    subscriptions::{SubscribedApp, Subscriptions},
    templates::{
        Category, CreatedTemplate, NewOtpTemplates, NewTemplate, ParameterFormat, QualityScore,
        TemplateInfo, TemplateQuery, TemplateStatus, TemplateUpdate, Templates, UpsertedTemplate,
    },
    uploads::Uploads,
};
use super::{
    Meta,
    builder::is_id,
    config::{Scheme, labelled},
};
use crate::{
    error::{Error, ErrorKind, Fault, Result},
    http::{
        Page,
        connection::{read, segment},
        form::with_query,
    },
};

mod blocked;
mod button;
mod check;
mod component;
mod media;
mod messages;
mod numbers;
mod profile;
mod subscriptions;
mod templates;
mod uploads;

/// An enum of words that Meta may add to.
macro_rules! words {
    ($(#[$outer:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$outer])*
        #[non_exhaustive]
        #[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $($(#[$inner])* $variant,)*
            /// Another word.
            Other(String),
        }

        impl $name {
            /// The word as Meta writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Other(word) => word,
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                match &*word.to_ascii_uppercase() {
                    $($word => Self::$variant,)*
                    _ => Self::Other(word),
                }
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> Self {
                word.as_str().to_owned()
            }
        }
    };
}
use words;

impl Meta {
    /// Messages that came in: marking them as read, and typing.
    #[must_use]
    pub fn messages(&self) -> Messages<'_> {
        Messages { account: self }
    }

    /// Files for messages, and those that came in.
    #[must_use]
    pub fn media(&self) -> MediaFiles<'_> {
        MediaFiles { account: self }
    }

    /// Templates; they need [`business_account`](super::MetaBuilder::business_account).
    #[must_use]
    pub fn templates(&self) -> Templates<'_> {
        Templates { account: self }
    }

    /// The profile that people see.
    #[must_use]
    pub fn profile(&self) -> Profile<'_> {
        Profile { account: self }
    }

    /// This phone number and the others of the business account.
    #[must_use]
    pub fn numbers(&self) -> Numbers<'_> {
        Numbers { account: self }
    }

    /// Users who may not write to the number.
    #[must_use]
    pub fn blocked(&self) -> Blocked<'_> {
        Blocked { account: self }
    }

    /// Apps that get the business account's webhooks.
    #[must_use]
    pub fn subscriptions(&self) -> Subscriptions<'_> {
        Subscriptions { account: self }
    }

    /// Files for examples in templates and for the profile's picture; they need
    /// [`app`](super::MetaBuilder::app).
    #[must_use]
    pub fn uploads(&self) -> Uploads<'_> {
        Uploads { account: self }
    }

    /// The path of `call` below the phone number.
    fn number_path(&self, call: &str) -> String {
        format!("{}/{call}", segment(&self.phone_number_id))
    }

    /// The path of `call` below the business account.
    fn account_path(&self, call: &str) -> Result<String> {
        let id = self.business_account.as_ref();
        let id = id.ok_or_else(|| lacks("business_account", "the WhatsApp Business Account"))?;
        Ok(format!("{}/{call}", segment(id)))
    }

    async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, Option<&str>)],
    ) -> Result<T> {
        self.answer(self.request(Method::GET, &with_query(path, query.iter().copied()))?).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + Sync + ?Sized),
    ) -> Result<T> {
        self.answer(self.json(path, body)?).await
    }

    async fn delete(&self, path: &str, query: &[(&str, Option<&str>)]) -> Result<()> {
        let request = self.request(Method::DELETE, &with_query(path, query.iter().copied()))?;
        self.answer::<Done>(request).await?.check()
    }

    /// A call that answers whether it worked.
    async fn act(&self, path: &str, body: &(impl Serialize + Sync + ?Sized)) -> Result<()> {
        self.post::<Done>(path, body).await?.check()
    }

    async fn answer<T: DeserializeOwned>(&self, request: Request<Bytes>) -> Result<T> {
        read(&self.call(request, Scheme::Bearer).await?).map_err(labelled)
    }
}

/// The error of a setting that a call needs.
fn lacks(setting: &str, what: &str) -> Error {
    let fault = Fault::new(setting, "is missing", format!("set the id of {what} at the builder"));
    labelled(Error::config("the account lacks a setting of this call").with_faults(vec![fault]))
}

fn invalid(faults: Vec<Fault>) -> Result<()> {
    if faults.is_empty() { Ok(()) } else { Err(labelled(Error::invalid(faults))) }
}

/// A digit-only id from outside, as a step of a path.
fn checked_id(field: &str, id: &str) -> Result<String> {
    if is_id(id) {
        return Ok(id.to_owned());
    }
    let fault = Fault::new(field, "is no id", "write its digits");
    Err(labelled(Error::invalid(vec![fault])))
}

#[derive(Deserialize)]
struct Done {
    success: bool,
}

impl Done {
    fn check(self) -> Result<()> {
        if self.success {
            return Ok(());
        }
        Err(labelled(Error::new(ErrorKind::Rejected, "the provider did not do it, and not why")))
    }
}

/// A list as the Graph API answers it.
#[derive(Deserialize)]
struct Listed<T> {
    data: Vec<T>,
    paging: Option<Paging>,
}

#[derive(Deserialize)]
struct Paging {
    cursors: Option<Cursors>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Cursors {
    after: Option<String>,
}

impl<T> From<Listed<T>> for Page<T> {
    fn from(listed: Listed<T>) -> Self {
        // The cursor is there on the last page too.
        let more = listed.paging.filter(|paging| paging.next.is_some());
        let after = more.and_then(|paging| paging.cursors).and_then(|cursors| cursors.after);
        Self::new(listed.data, after)
    }
}
