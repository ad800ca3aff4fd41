//! A text message.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    Dlt, Hidden, Kind, Media, Message, PhoneNumber, Recipient, Rendered, Segments, SenderId,
    ToPhone, check_present, no_place,
};
use crate::{
    channel::Features,
    error::{Fault, Result},
};

/// A text message to one phone.
///
/// ```
/// use dakiya::{Encoding, PhoneNumber, Sms};
///
/// let sms = Sms::to(PhoneNumber::parse("+919845000012")?).text("आपका ऑर्डर तैयार है");
/// assert_eq!(sms.segments().encoding, Encoding::Ucs2);
/// # Ok::<(), dakiya::AddressError>(())
/// ```
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Sms {
    /// Who it goes to.
    pub to: PhoneNumber,
    /// Who it comes from; the account's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<SenderId>,
    /// The text.
    #[serde(default)]
    pub text: String,
    /// Files: with any, it is an MMS.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// Its DLT registration, for India.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dlt: Option<Dlt>,
}

impl Sms {
    /// An empty message to `to`.
    #[must_use]
    pub fn to(to: PhoneNumber) -> Self {
        Self { to, from: None, text: String::new(), media: Vec::new(), dlt: None }
    }

    /// Sets the text.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// Adds a file, which makes it an MMS.
    #[must_use]
    pub fn media(mut self, media: Media) -> Self {
        self.media.push(media);
        self
    }

    /// Sets who it comes from.
    #[must_use]
    pub fn from(mut self, sender: impl Into<SenderId>) -> Self {
        self.from = Some(sender.into());
        self
    }

    /// Sets its DLT registration.
    #[must_use]
    pub fn dlt(mut self, dlt: Dlt) -> Self {
        self.dlt = Some(dlt);
        self
    }

    /// How many segments it is billed as.
    #[must_use]
    pub fn segments(&self) -> Segments {
        Segments::of(&self.text)
    }
}

impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sms")
            .field("to", &self.to)
            .field("from", &self.from)
            .field("text", &Hidden(&self.text))
            .field("media", &self.media)
            .field("dlt", &self.dlt)
            .finish()
    }
}

impl Message for Sms {
    const KIND: Kind = Kind::Sms;

    fn recipients(&self) -> Vec<Recipient> {
        vec![Recipient::Phone(self.to.clone())]
    }

    fn sender(&self) -> Option<&str> {
        self.from.as_ref().map(SenderId::as_str)
    }

    fn features(&self) -> Features {
        // An empty text is filled by a template kept at the provider.
        Features::NONE
            .and_if(!self.text.is_empty(), Features::TEXT)
            .and_if(!self.media.is_empty(), Features::MEDIA)
    }

    fn validate(&self, faults: &mut Vec<Fault>) {
        for (index, media) in self.media.iter().enumerate() {
            media.validate(faults, &format!("media[{index}]"));
        }
        if self.text.contains('\0') {
            faults.push(Fault::new("text", "holds NUL", "remove it"));
        }
    }

    fn validate_text(&self, faults: &mut Vec<Fault>) {
        if self.media.is_empty() {
            check_present(faults, "text", &self.text);
        }
    }

    fn fill(&mut self, rendered: Rendered) -> Result<()> {
        if rendered.html.is_some() {
            return Err(no_place(Self::KIND, "html"));
        }
        self.text = rendered.text.unwrap_or_default();
        self.dlt = match (self.dlt.take(), rendered.dlt) {
            (Some(own), Some(template)) => Some(own.or(template)),
            (own, template) => own.or(template),
        };
        Ok(())
    }
}

impl ToPhone for Sms {
    fn phone(&self) -> Option<PhoneNumber> {
        Some(self.to.clone())
    }
}
