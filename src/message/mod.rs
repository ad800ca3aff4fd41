//! What is sent: plain data, parsed on construction, without I/O.
//!
//! A host writes a [`Draft`]; the [`Messenger`](crate::Messenger) renders and checks it into an
//! [`Envelope`], which a [`Channel`](crate::Channel) sends. [`AnyEnvelope`] holds an envelope of
//! any kind, for storage and JSON.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

pub use self::{
    address::{
        AddressError, DeviceToken, EmailAddress, PhoneNumber, Region, SenderId, WhatsAppAddress,
    },
    apple_push::ApplePush,
    dlt::Dlt,
    email::{Attachment, Email, Header, Mailbox, Unsubscribe},
    rcs::{Rcs, RcsContent},
    segments::{Encoding, Segments},
    sms::Sms,
    voice::{Call, Script},
    web_push::{Subscription, Urgency, WebPush},
    whatsapp::{Media, MediaKind, WhatsApp, WhatsAppContent},
};
use crate::{
    channel::Features,
    error::{Error, ErrorKind, Fault, Result},
    time::{Entropy, Timestamp},
};

mod address;
mod apple_push;
mod dlt;
mod email;
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

    /// What a channel must be able to carry for it.
    fn features(&self) -> Features;

    /// Adds all that is wrong with it, whoever carries it.
    fn validate(&self, faults: &mut Vec<Fault>);

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

    /// A draft of the finished message, to set its delivery.
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

/// What a message is for. Law, consent and quiet hours hang on it.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Advertising: needs consent, keeps to permitted hours.
    Marketing,
    /// A one-time password: worthless late, so sent again rather than held.
    Otp,
    /// Follows from something the person did: an order, an invoice.
    #[default]
    Transactional,
    /// Useful to a customer, but not asked for: a reminder, an account notice.
    Utility,
}

/// What to do when it is not known whether a message went out.
#[expect(clippy::exhaustive_enums, reason = "one either risks two or risks none")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnUnknown {
    /// Do not send again: two would be worse than none.
    Hold,
    /// Send again: none would be worse than two.
    Resend,
}

/// How a message is to be delivered: what every kind shares.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Delivery {
    /// What it is for.
    pub purpose: Purpose,
    /// Labels for reports, passed to providers that have them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The host's key for this effect: providers that honour one send the same key once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// When the provider is to send it. `Unsupported` where it cannot wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_at: Option<Timestamp>,
    /// After this it is worthless, and refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When the caller stops waiting for the provider's answer.
    #[serde(skip)]
    pub deadline: Option<Timestamp>,
    /// The host's reference, echoed in events by providers that can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_data: Option<String>,
    /// What to do when it is not known whether it went out. Default: `Resend` for
    /// [`Purpose::Otp`], else `Hold`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_unknown: Option<OnUnknown>,
    /// Templates kept at providers, by provider and kind (`netcore.email`), with their variables.
    /// A provider that finds its own key lets its template make the content.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub provider_templates: BTreeMap<String, ProviderTemplate>,
    /// Provider-typed options.
    #[serde(skip_serializing_if = "Options::is_empty")]
    pub options: Options,
}

impl Delivery {
    /// What to do when it is not known whether the message went out.
    #[must_use]
    pub fn on_unknown(&self) -> OnUnknown {
        self.on_unknown.unwrap_or(match self.purpose {
            Purpose::Otp => OnUnknown::Resend,
            Purpose::Marketing | Purpose::Transactional | Purpose::Utility => OnUnknown::Hold,
        })
    }

    /// What a channel must be able to do for it.
    #[must_use]
    pub fn features(&self) -> Features {
        // An idempotency key and tags are hints: a provider without them loses no content.
        Features::NONE.and_if(self.send_at.is_some(), Features::SCHEDULING)
    }

    fn validate(&self, faults: &mut Vec<Fault>) {
        for (index, tag) in self.tags.iter().enumerate() {
            check_line(faults, || format!("tags[{index}]"), tag);
        }
        if let Some(key) = &self.idempotency_key {
            check_line(faults, || "idempotency_key".into(), key);
        }
        if let Some(data) = &self.callback_data {
            check_line(faults, || "callback_data".into(), data);
        }
    }
}

/// Options of one provider, which it reads strictly; other providers ignore them.
pub trait ProviderOptions: Serialize + DeserializeOwned {
    /// The provider and kind they are for, such as `netcore.email`.
    const PROVIDER: &'static str;
}

/// Provider-typed options, by provider and kind.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Options(BTreeMap<String, Value>);

impl Options {
    /// Keeps `options` under their provider's name.
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) when they do not serialise.
    pub fn set<T: ProviderOptions>(&mut self, options: &T) -> Result<()> {
        let value = serde_json::to_value(options)
            .map_err(|error| Error::config("options do not serialise").with_source(error))?;
        self.0.insert(T::PROVIDER.into(), value);
        Ok(())
    }

    /// Reads the options of one provider, `None` where there are none.
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) when they are not of its shape.
    pub fn read<T: ProviderOptions>(&self) -> Result<Option<T>> {
        let Some(value) = self.0.get(T::PROVIDER) else { return Ok(None) };
        // The cause may quote a value, so its place alone is kept.
        T::deserialize(value).map(Some).map_err(|_| {
            Error::config("options are not of the provider's shape").with_provider(T::PROVIDER)
        })
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A template kept at a provider, and the values of its variables.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ProviderTemplate {
    /// The provider's id of it.
    pub id: String,
    /// Its variables, by the provider's names.
    #[serde(default)]
    pub variables: BTreeMap<String, Value>,
}

impl ProviderTemplate {
    /// The template `id` without variables.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), variables: BTreeMap::new() }
    }
}

impl fmt::Debug for ProviderTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.variables.keys().collect();
        f.debug_struct("ProviderTemplate").field("id", &self.id).field("variables", &names).finish()
    }
}

/// A template to fill a message with, and the variables to fill it from.
///
/// ```
/// use dakiya::TemplateRef;
///
/// let template = TemplateRef::new("order_confirmed").locale("hi-IN").var("name", "आशा");
/// # let _ = template;
/// ```
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct TemplateRef {
    /// Which template.
    pub id: String,
    /// Which version; the pinned or newest one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Which language, as a BCP 47 tag; the set's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// What it renders from: an object.
    #[serde(default)]
    pub variables: Value,
}

impl TemplateRef {
    /// The template `id`, its default version and locale, without variables.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        let variables = Value::Object(serde_json::Map::new());
        Self { id: id.into(), version: None, locale: None, variables }
    }

    /// Asks for one version.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Asks for a language.
    #[must_use]
    pub fn locale(mut self, locale: impl Into<String>) -> Self {
        self.locale = Some(locale.into());
        self
    }

    /// Sets one variable.
    #[must_use]
    pub fn var(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        if !self.variables.is_object() {
            self.variables = Value::Object(serde_json::Map::new());
        }
        if let Some(variables) = self.variables.as_object_mut() {
            variables.insert(name.into(), value.into());
        }
        self
    }

    /// Sets all variables from anything that serialises to an object. What does not is reported
    /// when the template renders.
    #[must_use]
    pub fn vars(mut self, variables: &impl Serialize) -> Self {
        self.variables = serde_json::to_value(variables).unwrap_or_default();
        self
    }
}

impl From<&str> for TemplateRef {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

impl fmt::Debug for TemplateRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> =
            self.variables.as_object().map(|map| map.keys().collect()).unwrap_or_default();
        f.debug_struct("TemplateRef")
            .field("id", &self.id)
            .field("version", &self.version)
            .field("locale", &self.locale)
            .field("variables", &names)
            .finish()
    }
}

/// What a template produced for one kind of message.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq)]
pub struct Rendered {
    /// The subject or title.
    pub subject: Option<String>,
    /// The plain text.
    pub text: Option<String>,
    /// The HTML.
    pub html: Option<String>,
    /// The DLT registration of an SMS.
    pub dlt: Option<Dlt>,
    /// Templates kept at providers, by provider and kind.
    pub provider_templates: BTreeMap<String, ProviderTemplate>,
    /// Which template it was.
    pub stamp: Option<TemplateStamp>,
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendered").field("stamp", &self.stamp).finish_non_exhaustive()
    }
}

/// Which template, version and locale a message was made with.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TemplateStamp {
    /// The template.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The locale found for it.
    pub locale: String,
}

impl TemplateStamp {
    /// The stamp of a template that was found.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        version: impl Into<String>,
        locale: impl Into<String>,
    ) -> Self {
        Self { id: id.into(), version: version.into(), locale: locale.into() }
    }
}

/// What a host writes: a message, a template to fill it where it is not finished, and how it is to
/// be delivered.
///
/// ```
/// use dakiya::{Draft, Message, PhoneNumber, Purpose, Sms, TemplateRef};
///
/// let to = PhoneNumber::parse("+919845000012")?;
/// let draft: Draft<Sms> = Sms::to(to)
///     .template(TemplateRef::new("otp").var("code", "482913"))
///     .purpose(Purpose::Otp)
///     .idempotency_key("login-77");
/// # let _ = draft;
/// # Ok::<(), dakiya::AddressError>(())
/// ```
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Draft<M: Message> {
    /// The host's own id for it; a new one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<MessageId>,
    /// The message, finished or to be filled.
    pub message: M,
    /// What fills it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateRef>,
    /// How it is to be delivered.
    #[serde(default)]
    pub delivery: Delivery,
}

impl<M: Message> Draft<M> {
    /// A draft of `message`.
    #[must_use]
    pub fn new(message: M) -> Self {
        Self { id: None, message, template: None, delivery: Delivery::default() }
    }

    /// Sets our id instead of a new one.
    #[must_use]
    pub fn id(mut self, id: MessageId) -> Self {
        self.id = Some(id);
        self
    }

    /// Fills the message from a template.
    #[must_use]
    pub fn with_template(mut self, template: impl Into<TemplateRef>) -> Self {
        self.template = Some(template.into());
        self
    }

    /// Sets what the message is for.
    #[must_use]
    pub fn purpose(mut self, purpose: Purpose) -> Self {
        self.delivery.purpose = purpose;
        self
    }

    /// Adds a label for reports.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.delivery.tags.push(tag.into());
        self
    }

    /// Sets the host's key for this effect.
    #[must_use]
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.delivery.idempotency_key = Some(key.into());
        self
    }

    /// Asks the provider to send it at a time.
    #[must_use]
    pub fn send_at(mut self, at: Timestamp) -> Self {
        self.delivery.send_at = Some(at);
        self
    }

    /// Refuses it after a time.
    #[must_use]
    pub fn expires_at(mut self, at: Timestamp) -> Self {
        self.delivery.expires_at = Some(at);
        self
    }

    /// Stops waiting for the provider's answer at a time.
    #[must_use]
    pub fn deadline(mut self, at: Timestamp) -> Self {
        self.delivery.deadline = Some(at);
        self
    }

    /// Sets the host's reference, echoed in events by providers that can.
    #[must_use]
    pub fn callback_data(mut self, data: impl Into<String>) -> Self {
        self.delivery.callback_data = Some(data.into());
        self
    }

    /// Says what to do when it is not known whether it went out.
    #[must_use]
    pub fn on_unknown(mut self, on_unknown: OnUnknown) -> Self {
        self.delivery.on_unknown = Some(on_unknown);
        self
    }

    /// Adds options of one provider.
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) when they do not serialise.
    pub fn with_options<T: ProviderOptions>(mut self, options: &T) -> Result<Self> {
        self.delivery.options.set(options)?;
        Ok(self)
    }
}

impl<M: Message> From<M> for Draft<M> {
    fn from(message: M) -> Self {
        Self::new(message)
    }
}

/// A finished message under our id, ready for a channel.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Envelope<M: Message> {
    /// Our id of it.
    pub id: MessageId,
    /// What is sent.
    pub message: M,
    /// How it is to be delivered.
    #[serde(default)]
    pub delivery: Delivery,
    /// The template it was made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateStamp>,
}

impl<M: Message> Envelope<M> {
    /// An envelope around a finished message.
    #[must_use]
    pub fn new(id: MessageId, message: M) -> Self {
        Self { id, message, delivery: Delivery::default(), template: None }
    }

    /// Sets how it is to be delivered.
    #[must_use]
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// All that is wrong with the message and its delivery, whoever carries it.
    ///
    /// # Errors
    ///
    /// [`InvalidMessage`](ErrorKind::InvalidMessage) with every fault.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        self.message.validate(&mut faults);
        self.delivery.validate(&mut faults);
        if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
    }
}

/// A finished message of any kind, for storage and JSON.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnyEnvelope {
    /// The shape it was written in: [`AnyEnvelope::SCHEMA`].
    pub schema: u32,
    /// Our id of it.
    pub id: MessageId,
    /// What is sent.
    pub content: Content,
    /// How it is to be delivered.
    #[serde(default)]
    pub delivery: Delivery,
    /// The template it was made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateStamp>,
}

impl AnyEnvelope {
    /// The shape that this version writes. It reads this one and older.
    pub const SCHEMA: u32 = 1;
}

impl<M: Message> From<Envelope<M>> for AnyEnvelope {
    fn from(envelope: Envelope<M>) -> Self {
        Self {
            schema: Self::SCHEMA,
            id: envelope.id,
            content: envelope.message.into(),
            delivery: envelope.delivery,
            template: envelope.template,
        }
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
