//! Phone numbers: what they are, and their registration.
//!
//! Sources: [Phone numbers](https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/phone-numbers),
//! [Registration](https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/registration).

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::{Listed, Meta, words};
use crate::{
    debug::show,
    error::{Fault, Result},
    http::Page,
};

const FIELDS: &str = "id,display_phone_number,verified_name,quality_rating,\
                      code_verification_status,status,name_status,platform_type,throughput,\
                      whatsapp_business_manager_messaging_limit";

/// Where data of a number may be kept.
const REGIONS: [&str; 14] =
    ["AE", "AU", "BH", "BR", "CA", "CH", "DE", "GB", "ID", "IN", "JP", "KR", "SG", "ZA"];

words! {
    /// How a code for verification comes.
    CodeMethod {
        /// By text message.
        Sms = "SMS",
        /// By a call.
        Voice = "VOICE",
    }
}

/// Phone numbers: [`Meta::numbers`].
#[derive(Clone, Copy, Debug)]
pub struct Numbers<'a> {
    pub(super) account: &'a Meta,
}

/// A phone number of the business.
#[non_exhaustive]
#[derive(Clone, Deserialize)]
pub struct NumberInfo {
    /// Its id.
    pub id: String,
    /// The number, as people write it.
    pub display_phone_number: Option<String>,
    /// The name that people see.
    pub verified_name: Option<String>,
    /// `GREEN`, `YELLOW`, `RED`, `UNKNOWN`.
    pub quality_rating: Option<String>,
    /// `VERIFIED`, `NOT_VERIFIED`, `EXPIRED`.
    pub code_verification_status: Option<String>,
    /// `CONNECTED`, `PENDING`, `DISCONNECTED`, `FLAGGED`, `RESTRICTED`, `BANNED` and others.
    pub status: Option<String>,
    /// Whether the name is approved.
    pub name_status: Option<String>,
    /// `CLOUD_API` and others.
    pub platform_type: Option<String>,
    /// How fast it sends.
    pub throughput: Option<Throughput>,
    /// How many people it may begin to write to in 24 hours, such as `TIER_2K`; `null` for old
    /// versions.
    pub whatsapp_business_manager_messaging_limit: Option<String>,
}

/// How fast a number sends.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Throughput {
    /// `STANDARD` (80 messages a second), `HIGH` (1000), `NOT_APPLICABLE`.
    pub level: String,
}

show!(NumberInfo { id, quality_rating, status, throughput });

impl Numbers<'_> {
    /// One page of the business account's numbers, from the `next` of the page before.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) without
    /// [`business_account`](crate::meta::MetaBuilder::business_account).
    pub async fn list(&self, next: Option<&str>) -> Result<Page<NumberInfo>> {
        let path = self.account.account_path("phone_numbers")?;
        let query = [("fields", Some(FIELDS)), ("after", next)];
        Ok(self.account.get::<Listed<_>>(&path, &query).await?.into())
    }

    /// The account's own number.
    ///
    /// # Errors
    ///
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized) for the token,
    /// [`Config`](crate::ErrorKind::Config) for a number's id that is not the token's.
    pub async fn get(&self) -> Result<NumberInfo> {
        self.account.get(&self.account.phone_number_id, &[("fields", Some(FIELDS))]).await
    }

    /// Asks for a code to verify the number, in a language such as `en_US`.
    ///
    /// # Errors
    ///
    /// [`Rejected`](crate::ErrorKind::Rejected) (136024) where the number is verified already.
    pub async fn request_code(&self, method: CodeMethod, language: &str) -> Result<()> {
        let body = json!({ "code_method": method, "language": language });
        self.account.act(&self.account.number_path("request_code"), &body).await
    }

    /// Verifies the number by the code that came: 6 digits, without a hyphen.
    ///
    /// # Errors
    ///
    /// [`InvalidMessage`](crate::ErrorKind::InvalidMessage), unsent, for what is no code.
    pub async fn verify_code(&self, code: &SecretString) -> Result<()> {
        let body = json!({ "code": digits("code", code)? });
        self.account.act(&self.account.number_path("verify_code"), &body).await
    }

    /// Registers the number, with the PIN of its two-step verification, which is set by this where
    /// it has none. At most 10 times in 72 hours. `region` is where its data is kept: two letters
    /// of AE, AU, BH, BR, CA, CH, DE, GB, ID, IN, JP, KR, SG, ZA; Meta's default when absent.
    ///
    /// # Errors
    ///
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized) (133005) for a wrong PIN,
    /// [`Quota`](crate::ErrorKind::Quota) (133016) over 10 times.
    pub async fn register(&self, pin: &SecretString, region: Option<&str>) -> Result<()> {
        let mut body = json!({ "messaging_product": "whatsapp", "pin": digits("pin", pin)? });
        if let Some(region) = region {
            if !REGIONS.contains(&region) {
                let remedy = format!("write one of {}", REGIONS.join(", "));
                super::invalid(vec![Fault::new("region", "keeps no data", remedy)])?;
            }
            if let Some(body) = body.as_object_mut() {
                body.insert("data_localization_region".into(), region.into());
            }
        }
        self.account.act(&self.account.number_path("register"), &body).await
    }

    /// Takes the number out of the Cloud API.
    ///
    /// # Errors
    ///
    /// As [`register`](Self::register).
    pub async fn deregister(&self) -> Result<()> {
        self.account.act(&self.account.number_path("deregister"), &json!({})).await
    }

    /// Sets the PIN of two-step verification: 6 digits.
    ///
    /// # Errors
    ///
    /// [`InvalidMessage`](crate::ErrorKind::InvalidMessage), unsent, for what is no PIN.
    pub async fn set_pin(&self, pin: &SecretString) -> Result<()> {
        let body = json!({ "pin": digits("pin", pin)? });
        self.account.act(&self.account.phone_number_id, &body).await
    }
}

/// The six digits of a code or PIN.
fn digits<'a>(field: &str, secret: &'a SecretString) -> Result<&'a str> {
    let text = secret.expose_secret();
    if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        super::invalid(vec![Fault::new(field, "is not 6 digits", "write digits alone")])?;
    }
    Ok(text)
}
