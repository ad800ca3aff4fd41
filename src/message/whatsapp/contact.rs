//! Contact cards.

use serde::{Deserialize, Serialize};

use crate::{debug::hide, error::Fault, message::check_present};

/// A contact card.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// The whole name, as it is shown.
    pub name: String,
    /// The first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// The name between those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// The last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// What stands before the name, such as `Dr`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// What stands behind the name, such as `Jr`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
    /// The company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// The department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// The job title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The day of birth, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birthday: Option<String>,
    /// Phone numbers, as they are shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<ContactField>,
    /// Mail addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<ContactField>,
    /// Web pages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<ContactField>,
    /// Postal addresses, each in one line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<ContactField>,
}

/// One phone number, mail address, web page or postal address of a contact.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactField {
    /// The value.
    pub value: String,
    /// What sort it is, such as `WORK`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Of a phone number, the WhatsApp id: with it the card has a button to write to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wa_id: Option<String>,
    /// Of a postal address, its parts; without them the value is the whole of it in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<PostalAddress>,
}

/// The parts of a postal address.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PostalAddress {
    /// The street with its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street: Option<String>,
    /// The town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The state, as it is abbreviated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zip: Option<String>,
    /// The country's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The country's two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
}

impl Contact {
    /// A card with a name alone.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Adds a phone number.
    #[must_use]
    pub fn phone(mut self, number: impl Into<String>, label: impl Into<String>) -> Self {
        self.phones.push(ContactField::new(number, label));
        self
    }

    /// Adds a mail address.
    #[must_use]
    pub fn email(mut self, address: impl Into<String>, label: impl Into<String>) -> Self {
        self.emails.push(ContactField::new(address, label));
        self
    }
}

impl ContactField {
    /// A value with its sort, such as `WORK`.
    #[must_use]
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: Some(label.into()), wa_id: None, parts: None }
    }

    /// Sets the WhatsApp id of a phone number.
    #[must_use]
    pub fn wa_id(mut self, id: impl Into<String>) -> Self {
        self.wa_id = Some(id.into());
        self
    }

    /// Sets the parts of a postal address.
    #[must_use]
    pub fn parts(mut self, parts: PostalAddress) -> Self {
        self.parts = Some(parts);
        self
    }
}

hide!(Contact, PostalAddress, ContactField);

pub(super) fn validate(contacts: &[Contact], faults: &mut Vec<Fault>) {
    if contacts.is_empty() {
        faults.push(Fault::new("content.contacts", "is empty", "add a contact"));
    }
    for (index, contact) in contacts.iter().enumerate() {
        check_present(faults, &format!("content.contacts[{index}].name"), &contact.name);
        for address in contact.addresses.iter().filter_map(|address| address.parts.as_ref()) {
            let code = address.country_code.as_deref();
            let letters =
                |code: &str| code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic());
            if code.is_some_and(|code| !letters(code)) {
                let field = format!("content.contacts[{index}].addresses.country_code");
                faults.push(Fault::new(field, "is no country", "write two letters, such as IN"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_two_letters() {
        let faults = |code: &str| {
            let parts = PostalAddress { country_code: Some(code.into()), ..Default::default() };
            let mut contact = Contact::new("Asha");
            contact.addresses.push(ContactField::new("1 MG Road", "WORK").parts(parts));
            let mut faults = Vec::new();
            validate(&[contact], &mut faults);
            faults.len()
        };
        assert_eq!((faults("IN"), faults("us"), faults("IND"), faults("1N")), (0, 0, 1, 1));
    }
}
