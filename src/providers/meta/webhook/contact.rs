//! Contact cards.

use super::json::{Raw, members};
use crate::message::{Contact, ContactField, PostalAddress};

members!(Card { name, org, birthday, phones, emails, urls, addresses });
members!(Name { formatted_name, first_name, middle_name, last_name, prefix, suffix });
members!(Org { company, department, title });
members!(Line { phone, email, url, kind = "type", wa_id });
members!(Address { street, city, state, zip, country, country_code, kind = "type" });

/// The cards of a list; what is no card is left out.
pub(super) fn cards(list: Raw<'_>) -> Vec<Contact> {
    let cards = list.list().into_iter().map(Raw::members::<Card<'_>>);
    cards.filter(|card| card.is_object).map(|card| contact(&card)).collect()
}

fn contact(card: &Card<'_>) -> Contact {
    let (name, org): (Name<'_>, Org<'_>) = (card.name.members(), card.org.members());
    let parts = || [name.first_name, name.last_name].into_iter().filter_map(Raw::text);
    let whole = name.formatted_name.owned();
    Contact {
        name: whole.unwrap_or_else(|| parts().collect::<Vec<_>>().join(" ")),
        first_name: name.first_name.owned(),
        middle_name: name.middle_name.owned(),
        last_name: name.last_name.owned(),
        prefix: name.prefix.owned(),
        suffix: name.suffix.owned(),
        company: org.company.owned(),
        department: org.department.owned(),
        title: org.title.owned(),
        birthday: card.birthday.owned(),
        // A number without its text has at least the id.
        phones: lines(card.phones, |line| line.phone.owned().or_else(|| line.wa_id.owned())),
        emails: lines(card.emails, |line| line.email.owned()),
        urls: lines(card.urls, |line| line.url.owned()),
        addresses: card.addresses.list().into_iter().filter_map(address).collect(),
    }
}

fn lines(list: Raw<'_>, value: impl Fn(&Line<'_>) -> Option<String>) -> Vec<ContactField> {
    let lines = list.list().into_iter().map(Raw::members::<Line<'_>>);
    lines.filter_map(|line| Some(field(value(&line)?, line.kind, line.wa_id))).collect()
}

fn field(value: String, label: Raw<'_>, wa_id: Raw<'_>) -> ContactField {
    ContactField { value, label: label.owned(), wa_id: wa_id.owned(), parts: None }
}

fn address(raw: Raw<'_>) -> Option<ContactField> {
    let fields: Address<'_> = raw.members();
    let parts = [fields.street, fields.city, fields.state, fields.zip, fields.country];
    let line: Vec<_> = parts.into_iter().filter_map(Raw::text).collect();
    if line.is_empty() {
        return None;
    }
    let mut field = field(line.join(", "), fields.kind, Raw::default());
    field.parts = Some(PostalAddress {
        street: fields.street.owned(),
        city: fields.city.owned(),
        state: fields.state.owned(),
        zip: fields.zip.owned(),
        country: fields.country.owned(),
        country_code: fields.country_code.owned(),
    });
    Some(field)
}
