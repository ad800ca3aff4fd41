//! Addresses, parsed on construction. None of them shows itself in `Debug`, and none has a
//! `Display`: what leaves through [`as_str`](PhoneNumber::as_str) is asked for by name.

use std::{borrow::Cow, fmt, str::FromStr};

use email_address::Options;
use serde::{Deserialize, Serialize};

/// Why a text is not an address. Holds no part of the text.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}; {remedy}")]
pub struct AddressError {
    /// What is wrong, such as `has no @`.
    pub problem: Cow<'static, str>,
    /// What to do, such as `write name@domain`.
    pub remedy: Cow<'static, str>,
}

impl AddressError {
    pub(crate) fn new(
        problem: impl Into<Cow<'static, str>>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { problem: problem.into(), remedy: remedy.into() }
    }
}

/// The parts that every address newtype has: text in and out, serde that parses again, and a
/// `Debug` that shows the mask alone.
macro_rules! address {
    ($name:ident) => {
        impl $name {
            /// The address as it goes on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = AddressError;

            fn try_from(text: String) -> Result<Self, AddressError> {
                Self::parse(text)
            }
        }

        impl FromStr for $name {
            type Err = AddressError;

            fn from_str(text: &str) -> Result<Self, AddressError> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(address: $name) -> Self {
                address.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.masked())
            }
        }
    };
}

/// A phone number in E.164: `+`, then 7 to 15 digits, the first not zero.
///
/// Numbers as people write them go through `PhoneNumber::parse_in` (feature `phone`).
///
/// ```
/// use dakiya::PhoneNumber;
///
/// let number = PhoneNumber::parse("+919845000012")?;
/// assert_eq!(number.as_str(), "+919845000012");
/// assert_eq!(format!("{number:?}"), "PhoneNumber(+91********12)");
/// assert!(PhoneNumber::parse("98450 00012").is_err());
/// # Ok::<(), dakiya::AddressError>(())
/// ```
///
/// Source: [ITU-T E.164](https://www.itu.int/rec/T-REC-E.164).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

address!(PhoneNumber);

impl PhoneNumber {
    /// Parses strict E.164.
    ///
    /// # Errors
    ///
    /// When the text is anything but `+` and 7 to 15 digits, the first not zero.
    pub fn parse(text: impl Into<String>) -> Result<Self, AddressError> {
        const REMEDY: &str = "write E.164, such as +919845000012";
        let text = text.into();
        let Some(digits) = text.strip_prefix('+') else {
            return Err(AddressError::new("does not begin with +", REMEDY));
        };
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(AddressError::new("holds something other than digits", REMEDY));
        }
        if digits.starts_with('0') {
            return Err(AddressError::new("has a country code that begins with 0", REMEDY));
        }
        match digits.len() {
            0..7 => Err(AddressError::new("is too short", REMEDY)),
            7..=15 => Ok(Self(text)),
            _ => Err(AddressError::new("is too long", REMEDY)),
        }
    }

    /// Parses a number as people write it: spaces, brackets, a trunk zero, digits of any script.
    /// `region` is where a number without a country code is dialled. An extension is dropped.
    ///
    /// ```
    /// use dakiya::{PhoneNumber, Region};
    ///
    /// let number = PhoneNumber::parse_in("09845 000-012", Region::INDIA)?;
    /// assert_eq!(number.as_str(), "+919845000012");
    /// # Ok::<(), dakiya::AddressError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the number plan of its country has no such number.
    #[cfg(feature = "phone")]
    pub fn parse_in(text: &str, region: Region) -> Result<Self, AddressError> {
        super::phone::parse(text, region).and_then(Self::parse)
    }

    /// The digits without the `+`, as many providers want them.
    #[must_use]
    pub fn digits(&self) -> &str {
        self.0.strip_prefix('+').unwrap_or(&self.0)
    }

    /// Whether it is an Indian mobile number, to which the DLT rules apply.
    #[must_use]
    pub fn is_indian_mobile(&self) -> bool {
        self.0.len() == 13
            && self.0.strip_prefix("+91").is_some_and(|rest| rest.starts_with(['6', '7', '8', '9']))
    }

    /// The number with its middle hidden, for people: `+91********12`.
    #[must_use]
    pub fn masked(&self) -> String {
        masked(&self.0, 3, 2)
    }
}

/// A country whose number plan is assumed where a number names none: ISO 3166, two letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Region([u8; 2]);

impl Region {
    /// `IN`.
    pub const INDIA: Self = Self(*b"IN");

    /// Parses two letters, in any case.
    ///
    /// # Errors
    ///
    /// When the text is not two ASCII letters.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => Err(AddressError::new("is no region", "write two letters, such as IN")),
        }
    }

    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("ZZ")
    }
}

/// A mail address: `local@domain`, at most 254 bytes, no display name.
///
/// The local part keeps its case; the domain may be international.
///
/// ```
/// use dakiya::EmailAddress;
///
/// let address = EmailAddress::parse("asha@example.com")?;
/// assert_eq!(address.domain(), "example.com");
/// assert_eq!(format!("{address:?}"), "EmailAddress(a***@example.com)");
/// assert!(EmailAddress::parse("asha@example").is_err());
/// assert!(EmailAddress::parse("asha@example.com\r\nBcc: x@example.org").is_err());
/// # Ok::<(), dakiya::AddressError>(())
/// ```
///
/// Source: [RFC 5321](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2),
/// [RFC 6531](https://www.rfc-editor.org/rfc/rfc6531).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

address!(EmailAddress);

impl EmailAddress {
    /// Parses an address without a display name.
    ///
    /// # Errors
    ///
    /// When the text is not `local@domain` with a domain of two labels or more.
    pub fn parse(text: impl Into<String>) -> Result<Self, AddressError> {
        const REMEDY: &str = "write one address, such as asha@example.com";
        let text = text.into();
        if text.len() > 254 {
            return Err(AddressError::new("is longer than 254 bytes", REMEDY));
        }
        // Angle brackets, spaces and control characters could become SMTP parameters or headers.
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>')) {
            return Err(AddressError::new("holds a space, bracket or control character", REMEDY));
        }
        let options =
            Options::default().without_display_text().without_domain_literal().with_required_tld();
        if let Err(error) = email_address::EmailAddress::parse_with_options(&text, options) {
            return Err(AddressError::new(problem(&error), REMEDY));
        }
        let address = Self(text);
        if !address.domain().is_ascii() && idna::domain_to_ascii(address.domain()).is_err() {
            return Err(AddressError::new("has a domain that is no domain name", REMEDY));
        }
        Ok(address)
    }

    /// The part before the last `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or(self.as_str(), |(local, _)| local)
    }

    /// The part after the last `@`, as it was written.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The address with its domain as A-labels (`xn--…`), as it goes to servers.
    #[must_use]
    pub fn to_ascii_domain(&self) -> Cow<'_, str> {
        if self.domain().is_ascii() {
            return Cow::Borrowed(&self.0);
        }
        idna::domain_to_ascii(self.domain()).map_or(Cow::Borrowed(&self.0), |domain| {
            Cow::Owned(format!("{}@{domain}", self.local_part()))
        })
    }

    /// The address with its local part hidden, for people: `a***@example.com`.
    #[must_use]
    pub fn masked(&self) -> String {
        let local = self.local_part();
        let first = if local.chars().nth(1).is_some() { local.chars().next() } else { None };
        format!("{}***@{}", first.map(String::from).unwrap_or_default(), self.domain())
    }
}

/// The problem in our words: the library's own text may quote the address.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other kinds are all of this one kind")]
fn problem(error: &email_address::Error) -> &'static str {
    use email_address::Error as E;
    match error {
        E::MissingSeparator => "has no @",
        E::LocalPartEmpty => "has nothing before the @",
        E::LocalPartTooLong => "has more than 64 bytes before the @",
        E::DomainEmpty => "has nothing after the @",
        E::DomainTooLong => "has a domain longer than 253 bytes",
        E::DomainTooFew => "has a domain without a dot",
        E::SubDomainEmpty => "has a domain with an empty label",
        E::SubDomainTooLong => "has a domain label longer than 63 bytes",
        _ => "holds a character that an address cannot have",
    }
}

/// Who a WhatsApp message goes to: a phone number, or the id that WhatsApp gives a user whose
/// number the business does not know.
///
/// ```
/// use dakiya::WhatsAppAddress;
///
/// assert!(WhatsAppAddress::parse("+919845000012")?.phone().is_some());
/// assert!(WhatsAppAddress::parse("IN.5501122334455667")?.phone().is_none());
/// # Ok::<(), dakiya::AddressError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WhatsAppAddress(String);

address!(WhatsAppAddress);

impl WhatsAppAddress {
    /// Parses E.164 where the text begins with `+`, else a user id of 1 to 135 letters, digits,
    /// dots, underscores and hyphens: as long as Meta's, with their country, can be.
    ///
    /// # Errors
    ///
    /// When the text is neither.
    pub fn parse(text: impl Into<String>) -> Result<Self, AddressError> {
        let text = text.into();
        if text.starts_with('+') {
            return PhoneNumber::parse(text).map(Into::into);
        }
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        if text.is_empty() || text.len() > 135 || !text.bytes().all(allowed) {
            return Err(AddressError::new(
                "is neither a phone number nor a user id",
                "write E.164 with its +, or the id that WhatsApp gave",
            ));
        }
        Ok(Self(text))
    }

    /// The phone number, where the address is one.
    #[must_use]
    pub fn phone(&self) -> Option<PhoneNumber> {
        self.0.starts_with('+').then(|| PhoneNumber(self.0.clone()))
    }

    /// The address with its middle hidden, for people.
    #[must_use]
    pub fn masked(&self) -> String {
        masked(&self.0, 3, 2)
    }
}

impl From<PhoneNumber> for WhatsAppAddress {
    fn from(number: PhoneNumber) -> Self {
        Self(number.0)
    }
}

/// The token that Apple gives an app on a device: hexadecimal, of no fixed length.
///
/// Source: [Registering your app with
/// APNs](https://developer.apple.com/documentation/usernotifications/registering-your-app-with-apns).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeviceToken(String);

address!(DeviceToken);

impl DeviceToken {
    /// Parses 16 to 200 hexadecimal digits, an even number of them.
    ///
    /// # Errors
    ///
    /// When the text is anything else.
    pub fn parse(text: impl Into<String>) -> Result<Self, AddressError> {
        let text = text.into();
        let hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !hexadecimal || !(16..=200).contains(&text.len()) || text.len() % 2 == 1 {
            return Err(AddressError::new("is no device token", "write its bytes in hexadecimal"));
        }
        Ok(Self(text))
    }

    /// The token with its middle hidden, for people.
    #[must_use]
    pub fn masked(&self) -> String {
        masked(&self.0, 4, 0)
    }
}

/// Who an SMS comes from: a number, a short code, or a header of letters and digits.
///
/// In India it is the DLT header, as registered, without the operator's prefix and suffix.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SenderId(String);

impl SenderId {
    /// Parses 1 to 16 letters, digits, spaces, hyphens or dots, with a `+` in front of a number.
    ///
    /// # Errors
    ///
    /// When the text is anything else.
    pub fn parse(text: impl Into<String>) -> Result<Self, AddressError> {
        let text = text.into();
        let body = text.strip_prefix('+').unwrap_or(&text);
        let allowed =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '.' | '_' | '&');
        if body.is_empty() || text.len() > 16 || !body.chars().all(allowed) {
            return Err(AddressError::new(
                "is no sender id",
                "write a number, a short code, or up to 16 letters and digits",
            ));
        }
        Ok(Self(text))
    }

    /// The sender as it goes on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SenderId {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

impl FromStr for SenderId {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

impl From<SenderId> for String {
    fn from(sender: SenderId) -> Self {
        sender.0
    }
}

impl From<PhoneNumber> for SenderId {
    fn from(number: PhoneNumber) -> Self {
        Self(number.0)
    }
}

impl fmt::Debug for SenderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SenderId({})", self.0)
    }
}

/// `text` with all but its ends replaced by stars. All of it, where the ends would be most of it.
fn masked(text: &str, front: usize, back: usize) -> String {
    let length = text.chars().count();
    if length < 2 * (front + back) {
        return "*".repeat(length);
    }
    text.chars()
        .enumerate()
        .map(|(index, c)| if index < front || index >= length - back { c } else { '*' })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refuses_what_is_no_mail_address() {
        let wrong = [
            "",
            "asha",
            "asha@",
            "@example.com",
            "asha@@example.com",
            "asha@example",
            "a b@example.com",
            "asha@example..com",
            "asha@example.com.",
            "asha@[127.0.0.1]",
            "Asha <asha@example.com>",
            "asha@example.com\n",
            "asha@example.com NOTIFY=NEVER",
            "asha,@example.com\0",
        ];
        for text in wrong {
            assert!(EmailAddress::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn international_domains_become_a_labels() {
        let address = EmailAddress::parse("asha@उदाहरण.भारत").unwrap();
        assert_eq!(address.to_ascii_domain(), "asha@xn--p1b6ci4b4b3a.xn--h2brj9c");
    }

    #[test]
    fn a_mask_of_a_short_text_hides_all_of_it() {
        assert_eq!(EmailAddress::parse("a@example.com").unwrap().masked(), "***@example.com");
        assert_eq!(WhatsAppAddress::parse("abc").unwrap().masked(), "***");
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_what_it_takes_holds_no_break(text in "\\PC*|[\\s\\S]{0,40}") {
            for parsed in [
                EmailAddress::parse(&*text).map(String::from),
                PhoneNumber::parse(&*text).map(String::from),
                WhatsAppAddress::parse(&*text).map(String::from),
                SenderId::parse(&*text).map(String::from),
            ].into_iter().flatten() {
                prop_assert!(!parsed.contains(['\r', '\n', '\0']));
                prop_assert_eq!(&parsed, &text);
            }
        }

        #[test]
        fn stored_addresses_are_parsed_again(digits in "[1-9][0-9]{6,14}") {
            let number = PhoneNumber::parse(format!("+{digits}")).unwrap();
            let json = serde_json::to_string(&number).unwrap();
            prop_assert_eq!(serde_json::from_str::<PhoneNumber>(&json).unwrap(), number);
            prop_assert!(serde_json::from_str::<PhoneNumber>(&json.replace('+', "")).is_err());
        }
    }
}
