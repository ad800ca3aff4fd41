//! What is sent: plain data, parsed on construction, without I/O.
//!
//! A host writes a [`Draft`]; the [`Messenger`](crate::Messenger) renders and checks it into an
//! [`Envelope`], which a [`Channel`](crate::Channel) sends. [`AnyEnvelope`] holds an envelope of
//! any kind, for storage and JSON.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

pub use self::{
    address::{
        AddressError, DeviceToken, EmailAddress, PhoneNumber, Region, SenderId, WhatsAppAddress,
    },
    apple_push::ApplePush,
    delivery::{Delivery, OnUnknown, Options, ProviderOptions, ProviderTemplate, Purpose},
    dlt::Dlt,
    draft::{Draft, Rendered, TemplateRef, TemplateStamp},
    email::{Attachment, Email, Header, Mailbox, Unsubscribe},
    envelope::{AnyEnvelope, Envelope},
    media::{Media, MediaKind, MediaSource},
    rcs::{Rcs, RcsContent},
    segments::{Encoding, Segments},
    sms::Sms,
    voice::{Call, Gather, Input, Recording, Retries, Step},
    web_push::{Subscription, Urgency, WebPush},
    whatsapp::{
        ApprovedTemplate, Contact, ContactField, FlowAction, Interactive, InteractiveAction,
        InteractiveHeader, ListRow, ListSection, Location, PostalAddress, ProductSection,
        ReplyButton, TemplateButton, TemplateCard, TemplateHeader, WhatsApp, WhatsAppContent,
    },
};
use crate::{
    channel::Features,
    error::{Error, ErrorKind, Fault, Result},
    time::{Entropy, Timestamp},
};

mod address;
mod apple_push;
pub(crate) mod base64_bytes;
mod delivery;
mod dlt;
mod draft;
mod email;
mod envelope;
mod media;
#[cfg(feature = "phone")]
mod phone;
mod rcs;
mod segments;
mod sms;
mod voice;
mod web_push;
mod whatsapp;

/// A kind of message: [`Email`], [`Sms`], [`WhatsApp`], [`Call`], [`ApplePush`], [`WebPush`] or
/// [`Rcs`]. Sealed: a channel is written for one of these.
pub trait Message:
    sealed::Sealed
    + Clone
    + fmt::Debug
    + Serialize
    + DeserializeOwned
    + Into<Content>
    + Send
    + Sync
    + 'static
{
    /// Which kind it is.
    const KIND: Kind;

    /// Everyone it goes to, in the order written.
    fn recipients(&self) -> Vec<Recipient>;

    /// Who it comes from, where the message says so: a number, a header, an agent, an address.
    fn sender(&self) -> Option<&str> {
        None
    }

    /// What a channel must be able to carry for it.
    fn features(&self) -> Features;

    /// Adds all that is wrong with it, whoever carries it.
    fn validate(&self, faults: &mut Vec<Fault>);

    /// Adds what is missing of its text, which a template kept at the provider would bring.
    fn validate_text(&self, faults: &mut Vec<Fault>) {
        let _ = faults; // a push has none that must be there
    }

    /// Takes the parts that a template produced.
    ///
    /// # Errors
    ///
    /// [`Template`](ErrorKind::Template) for a part that the kind has no place for.
    fn fill(&mut self, rendered: Rendered) -> Result<()>;

    /// A draft that `template` will fill.
    #[must_use]
    fn template(self, template: impl Into<TemplateRef>) -> Draft<Self> {
        Draft::new(self).with_template(template)
    }

    /// A draft that a template kept at `provider` (`sendgrid.email`) makes the content of:
    /// [`Draft::with_provider_template`].
    #[must_use]
    fn provider_template(
        self,
        provider: impl Into<String>,
        template: ProviderTemplate,
    ) -> Draft<Self> {
        Draft::new(self).with_provider_template(provider, template)
    }

    /// A draft with options of one provider: [`Draft::with_options`].
    ///
    /// ```
    /// # #[cfg(feature = "sendgrid")] {
    /// use dakiya::{Email, EmailAddress, Message as _, sendgrid::email::Options};
    ///
    /// let mail = Email::to(EmailAddress::parse("asha@example.com")?).text("It is ready.");
    /// let draft = mail.options(&Options::new().ip_pool("invoices"))?.tag("orders");
    /// # let _ = draft;
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) when they do not serialise.
    fn options<T: ProviderOptions>(self, options: &T) -> Result<Draft<Self>> {
        Draft::new(self).with_options(options)
    }

    /// A draft of the finished message, to set its delivery: its time, its tags, its purpose.
    #[must_use]
    fn draft(self) -> Draft<Self> {
        Draft::new(self)
    }
}

/// A message with a phone number to go to, which can be routed by country.
pub trait ToPhone: Message {
    /// The number, where the address is one.
    fn phone(&self) -> Option<PhoneNumber>;
}

mod sealed {
    #[expect(unnameable_types, reason = "that is how it seals")]
    pub trait Sealed {}
    impl Sealed for super::ApplePush {}
    impl Sealed for super::Call {}
    impl Sealed for super::Email {}
    impl Sealed for super::Rcs {}
    impl Sealed for super::Sms {}
    impl Sealed for super::WebPush {}
    impl Sealed for super::WhatsApp {}
}

/// A kind of message, as data.
#[expect(clippy::exhaustive_enums, reason = "it names the sealed implementors of `Message`")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// [`ApplePush`].
    ApplePush,
    /// [`Email`].
    Email,
    /// [`Rcs`].
    Rcs,
    /// [`Sms`].
    Sms,
    /// [`Call`].
    Voice,
    /// [`WebPush`].
    WebPush,
    /// [`WhatsApp`].
    #[serde(rename = "whatsapp")]
    WhatsApp,
}

impl Kind {
    /// Every kind, in the order of the README.
    pub const ALL: [Self; 7] = [
        Self::Email,
        Self::Sms,
        Self::WhatsApp,
        Self::Voice,
        Self::ApplePush,
        Self::WebPush,
        Self::Rcs,
    ];

    /// The word used in JSON, templates and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApplePush => "apple_push",
            Self::Email => "email",
            Self::Rcs => "rcs",
            Self::Sms => "sms",
            Self::Voice => "voice",
            Self::WebPush => "web_push",
            Self::WhatsApp => "whatsapp",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
            Error::config("no such kind of message; one of email, sms, whatsapp, voice, apple_push, web_push, rcs")
        })
    }
}

/// One person or device that a message goes to.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// A device that an app runs on.
    Device(DeviceToken),
    /// A mailbox.
    Email(EmailAddress),
    /// A phone.
    Phone(PhoneNumber),
    /// A browser, by the endpoint of its push subscription.
    Subscription(String),
    /// A WhatsApp user.
    #[serde(rename = "whatsapp")]
    WhatsApp(WhatsAppAddress),
}

impl Recipient {
    /// The address as it goes on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Device(token) => token.as_str(),
            Self::Email(address) => address.as_str(),
            Self::Phone(number) => number.as_str(),
            Self::Subscription(endpoint) => endpoint,
            Self::WhatsApp(address) => address.as_str(),
        }
    }

    /// The address with its telling part hidden, for people.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Device(token) => token.masked(),
            Self::Email(address) => address.masked(),
            Self::Phone(number) => number.masked(),
            Self::Subscription(_) => "***".into(),
            Self::WhatsApp(address) => address.masked(),
        }
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({})", self.masked())
    }
}

/// Our id of a message: a UUID of version 7, so that ids sort by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(Uuid);

impl MessageId {
    /// A new id.
    #[must_use]
    pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
        let mut random = [0; 10];
        entropy.fill(&mut random);
        let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// The id as a UUID.
    #[must_use]
    pub fn as_uuid(&self) -> &Uuid {
        &self.0
    }
}

impl From<Uuid> for MessageId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl FromStr for MessageId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Uuid::parse_str(text).map(Self).map_err(|_| Error::config("a message id is a UUID"))
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A message of any kind.
#[expect(clippy::exhaustive_enums, reason = "it holds the sealed implementors of `Message`")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// An Apple push notification.
    ApplePush(ApplePush),
    /// An email.
    Email(Email),
    /// An RCS message.
    Rcs(Rcs),
    /// An SMS.
    Sms(Sms),
    /// A call.
    Voice(Call),
    /// A web push notification.
    WebPush(WebPush),
    /// A WhatsApp message.
    #[serde(rename = "whatsapp")]
    WhatsApp(WhatsApp),
}

impl Content {
    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::ApplePush(_) => Kind::ApplePush,
            Self::Email(_) => Kind::Email,
            Self::Rcs(_) => Kind::Rcs,
            Self::Sms(_) => Kind::Sms,
            Self::Voice(_) => Kind::Voice,
            Self::WebPush(_) => Kind::WebPush,
            Self::WhatsApp(_) => Kind::WhatsApp,
        }
    }

    /// Everyone it goes to.
    #[must_use]
    pub fn recipients(&self) -> Vec<Recipient> {
        match self {
            Self::ApplePush(message) => message.recipients(),
            Self::Email(message) => message.recipients(),
            Self::Rcs(message) => message.recipients(),
            Self::Sms(message) => message.recipients(),
            Self::Voice(message) => message.recipients(),
            Self::WebPush(message) => message.recipients(),
            Self::WhatsApp(message) => message.recipients(),
        }
    }
}

macro_rules! into_content {
    ($($message:ident => $variant:ident),* $(,)?) => {
        $(impl From<$message> for Content {
            fn from(message: $message) -> Self {
                Self::$variant(message)
            }
        })*
    };
}

into_content! {
    ApplePush => ApplePush, Call => Voice, Email => Email, Rcs => Rcs, Sms => Sms,
    WebPush => WebPush, WhatsApp => WhatsApp,
}

/// Refuses line breaks and NUL in what becomes one line of a header, parameter or label.
pub(crate) fn check_line(faults: &mut Vec<Fault>, field: impl FnOnce() -> String, value: &str) {
    if value.contains(['\r', '\n', '\0']) {
        faults.push(Fault::new(field(), "holds a line break or NUL", "remove it"));
    }
}

/// Refuses an absent or blank value.
pub(crate) fn check_present(faults: &mut Vec<Fault>, field: &str, value: &str) {
    if value.trim().is_empty() {
        faults.push(Fault::new(field, "is empty", "write one"));
    }
}

/// Refuses what is no `https` URL.
pub(crate) fn check_https(faults: &mut Vec<Fault>, field: &str, link: &str) {
    if !url::Url::parse(link).is_ok_and(|url| url.scheme() == "https") {
        faults.push(Fault::new(field, "is no https URL", "write one, percent-encoded"));
    }
}

/// The error of a kind that a template part has no place in.
fn no_place(kind: Kind, part: &str) -> Error {
    Error::new(ErrorKind::Template, format!("a template of kind {kind} cannot have a {part} part"))
}

/// A text of which `Debug` shows the length alone.
pub(crate) struct Hidden<'a>(pub(crate) &'a str);

impl fmt::Debug for Hidden<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} characters>", self.0.chars().count())
    }
}
