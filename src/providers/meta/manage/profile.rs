//! The profile that people see.
//!
//! Source: [Business profile](https://developers.facebook.com/documentation/business-messaging/whatsapp/reference/whatsapp-business-phone-number/whatsapp-business-profile-api).

use serde::{Deserialize, Serialize};

use super::{Meta, labelled, words};
use crate::{
    debug::show,
    error::{Error, ErrorKind, Fault, Result},
};

/// Characters of the line below the name.
const ABOUT: usize = 139;
/// Characters of the address, and of each web page.
const ADDRESS: usize = 256;
/// Characters of the description: the page says 512, the specification 256.
const DESCRIPTION: usize = 512;
/// Characters of the mail address.
const EMAIL: usize = 128;
/// Web pages.
const WEBSITES: usize = 2;

words! {
    /// What a business does.
    Vertical {
        /// Alcohol.
        Alcohol = "ALCOHOL",
        /// Clothing.
        Apparel = "APPAREL",
        /// Cars.
        Auto = "AUTO",
        /// Beauty.
        Beauty = "BEAUTY",
        /// Education.
        Education = "EDU",
        /// Entertainment.
        Entertainment = "ENTERTAIN",
        /// Events.
        Events = "EVENT_PLAN",
        /// Finance.
        Finance = "FINANCE",
        /// Government.
        Government = "GOVT",
        /// Groceries.
        Grocery = "GROCERY",
        /// Health.
        Health = "HEALTH",
        /// Hotels.
        Hotel = "HOTEL",
        /// No business.
        NotABusiness = "NOT_A_BIZ",
        /// Not for profit.
        Nonprofit = "NONPROFIT",
        /// Gambling online.
        OnlineGambling = "ONLINE_GAMBLING",
        /// None of the others: `OTHER`.
        Others = "OTHER",
        /// Drugs without prescription.
        OverTheCounterDrugs = "OTC_DRUGS",
        /// Gambling in places.
        PhysicalGambling = "PHYSICAL_GAMBLING",
        /// Professional services.
        ProfessionalServices = "PROF_SERVICES",
        /// Restaurants.
        Restaurant = "RESTAURANT",
        /// Retail.
        Retail = "RETAIL",
        /// Travel.
        Travel = "TRAVEL",
        /// Not said.
        Undefined = "UNDEFINED",
    }
}

/// The profile: [`Meta::profile`].
#[derive(Clone, Copy, Debug)]
pub struct Profile<'a> {
    pub(super) account: &'a Meta,
}

/// What people see.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ProfileInfo {
    /// The line below the name.
    pub about: Option<String>,
    /// The address.
    pub address: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The mail address.
    pub email: Option<String>,
    /// Where the picture is.
    pub profile_picture_url: Option<String>,
    /// Web pages.
    pub websites: Vec<String>,
    /// What the business does; an empty word where it does not say.
    pub vertical: Option<Vertical>,
}

show!(ProfileInfo { vertical });

/// What of the profile is to change; what is absent stays.
///
/// ```
/// use dakiya::meta::manage::{ProfileUpdate, Vertical};
///
/// let update = ProfileUpdate::new().about("Open 9 to 6").vertical(Vertical::Retail);
/// # let _ = update;
/// ```
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct ProfileUpdate {
    /// The line below the name: 1 to 139 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The address: up to 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The description: up to 512 characters, of which 256 are sure to be taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The mail address: up to 128 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The picture, by the handle that [`Uploads::upload`](super::Uploads::upload) gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile_picture_handle: Option<String>,
    /// Up to 2 web pages, `http` or `https`, of up to 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub websites: Option<Vec<String>>,
    /// What the business does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vertical: Option<Vertical>,
}

impl ProfileUpdate {
    /// Nothing to change.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the line below the name.
    #[must_use]
    pub fn about(mut self, text: impl Into<String>) -> Self {
        self.about = Some(text.into());
        self
    }

    /// Sets the address.
    #[must_use]
    pub fn address(mut self, text: impl Into<String>) -> Self {
        self.address = Some(text.into());
        self
    }

    /// Sets the description.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Sets the mail address.
    #[must_use]
    pub fn email(mut self, address: impl Into<String>) -> Self {
        self.email = Some(address.into());
        self
    }

    /// Sets the picture by its handle.
    #[must_use]
    pub fn picture(mut self, handle: impl Into<String>) -> Self {
        self.profile_picture_handle = Some(handle.into());
        self
    }

    /// Sets the web pages.
    #[must_use]
    pub fn websites<S: Into<String>>(mut self, pages: impl IntoIterator<Item = S>) -> Self {
        self.websites = Some(pages.into_iter().map(Into::into).collect());
        self
    }

    /// Sets what the business does.
    #[must_use]
    pub fn vertical(mut self, vertical: Vertical) -> Self {
        self.vertical = Some(vertical);
        self
    }

    fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        let texts = [
            ("about", &self.about, ABOUT),
            ("address", &self.address, ADDRESS),
            ("description", &self.description, DESCRIPTION),
            ("email", &self.email, EMAIL),
        ];
        let mut length = |field: &str, text: &str, most: usize| {
            let count = text.chars().count();
            if count > most {
                let problem = format!("has {count} characters, the limit is {most}");
                faults.push(Fault::new(field, problem, "shorten it"));
            }
        };
        for (field, text, most) in texts {
            length(field, text.as_deref().unwrap_or_default(), most);
        }
        let pages = self.websites.as_deref().unwrap_or_default();
        for page in pages {
            length("websites", page, ADDRESS);
        }
        if self.about.as_ref().is_some_and(|text| text.trim().is_empty()) {
            faults.push(Fault::new("about", "is empty, which it cannot be made", "write a line"));
        }
        if pages.len() > WEBSITES {
            let problem = format!("has {} entries, the limit is {WEBSITES}", pages.len());
            faults.push(Fault::new("websites", problem, "take some away"));
        }
        if !pages.iter().all(|page| page.starts_with("http://") || page.starts_with("https://")) {
            faults.push(Fault::new("websites", "is no URL", "begin it with https://"));
        }
        super::invalid(faults)
    }
}

show!(ProfileUpdate { vertical });

/// Clients read the fields in the entry itself; one sample nests them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Nested { business_profile: ProfileInfo },
    Plain(ProfileInfo),
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Entry>,
}

#[derive(Serialize)]
struct Update<'a> {
    messaging_product: &'static str,
    #[serde(flatten)]
    fields: &'a ProfileUpdate,
}

impl Profile<'_> {
    /// What people see.
    ///
    /// # Errors
    ///
    /// As every call: see [`Error`].
    pub async fn get(&self) -> Result<ProfileInfo> {
        const FIELDS: &str = "about,address,description,email,profile_picture_url,websites,\
                              vertical,messaging_product";
        let path = self.account.number_path("whatsapp_business_profile");
        let answer: Answer = self.account.get(&path, &[("fields", Some(FIELDS))]).await?;
        match answer.data.into_iter().next() {
            Some(Entry::Nested { business_profile } | Entry::Plain(business_profile)) => {
                Ok(business_profile)
            }
            None => Err(labelled(Error::new(ErrorKind::Response, "the answer holds no profile"))),
        }
    }

    /// Changes what `update` names.
    ///
    /// # Errors
    ///
    /// [`InvalidMessage`](ErrorKind::InvalidMessage), unsent, for what is over a limit.
    pub async fn update(&self, update: &ProfileUpdate) -> Result<()> {
        update.validate()?;
        let body = Update { messaging_product: "whatsapp", fields: update };
        self.account.act(&self.account.number_path("whatsapp_business_profile"), &body).await
    }
}
