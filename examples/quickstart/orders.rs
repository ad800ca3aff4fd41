//! Reads what the shop's ERP exported: rows of text, as untidy as such exports are.

use std::{collections::HashSet, fs::File, path::Path};

use dakiya::{AddressError, EmailAddress, Error, ErrorKind, PhoneNumber, Region, TemplateRef};
use serde::{Deserialize, Serialize};

/// One order, its cells tidied and its addresses parsed.
#[derive(Debug)]
pub(crate) struct Order {
    /// The order's number: trimmed, in capitals, since people type it both ways.
    pub(crate) id: String,
    /// Whether an earlier row holds the same order.
    pub(crate) repeated: bool,
    /// Where its mail goes, or why it cannot.
    pub(crate) email: Result<EmailAddress, Error>,
    /// Where its SMS goes, or why it cannot.
    pub(crate) phone: Result<PhoneNumber, Error>,
    /// Whether the customer asked for silence.
    pub(crate) opted_out: bool,
    /// Whether it was placed on the web shop, not in a store.
    pub(crate) online: bool,
    locale: String,
    template: &'static str,
    variables: Variables,
}

/// What the templates are filled from.
#[derive(Clone, Debug, Serialize)]
struct Variables {
    // Absent rather than empty: the template then refuses, instead of greeting nobody.
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    order_id: String,
    product: String,
    amount: String,
}

/// A row as it is written.
#[derive(Debug, Deserialize)]
struct Row {
    order_id: String,
    customer: String,
    phone: String,
    country: String,
    email: String,
    locale: String,
    product: String,
    amount: String,
    store: String,
    opted_out: String,
}

impl Order {
    /// What its mail is made of, in the customer's language.
    pub(crate) fn mail(&self) -> TemplateRef {
        self.filled_from(&self.variables)
    }

    /// What its SMS is made of. The variables that are registered for India hold letters, digits
    /// and a little punctuation, so the signs that opticians love are spelt out.
    pub(crate) fn sms(&self) -> TemplateRef {
        let product = self.variables.product.replace('+', "plus ").replace('"', "'");
        self.filled_from(&Variables { product: tidy(&product), ..self.variables.clone() })
    }

    fn filled_from(&self, variables: &Variables) -> TemplateRef {
        TemplateRef::new(self.template).locale(&self.locale).vars(variables)
    }

    fn new(row: &Row, seen: &mut HashSet<String>) -> Self {
        let id = row.order_id.trim().to_uppercase();
        let repeated = !seen.insert(id.clone());
        let locale = row.locale.trim();
        let rupees = rupees(&row.amount);
        Self {
            repeated,
            email: email(row.email.trim()),
            phone: phone(row.phone.trim(), row.country.trim()),
            opted_out: is_yes(&row.opted_out),
            online: row.store.trim().eq_ignore_ascii_case("online"),
            locale: if locale.is_empty() { "en" } else { locale }.to_owned(),
            // What is registered for India writes rupees.
            template: if rupees.is_some() { "order_confirmed" } else { "order_confirmed_abroad" },
            variables: Variables {
                name: tidy(&row.customer),
                order_id: id.clone(),
                product: tidy(&row.product),
                amount: rupees.unwrap_or_else(|| tidy(&row.amount)),
            },
            id,
        }
    }
}

/// Reads every order of the export at `path`.
pub(crate) fn read(path: &Path) -> Result<Vec<Order>, csv::Error> {
    let mut seen = HashSet::new();
    let mut reader = csv::Reader::from_reader(File::open(path)?);
    reader.deserialize().map(|row| Ok(Order::new(&row?, &mut seen))).collect()
}

fn email(cell: &str) -> Result<EmailAddress, Error> {
    if cell.is_empty() {
        return Err(Error::new(ErrorKind::InvalidRecipient, "the order has no email address"));
    }
    EmailAddress::parse(cell).map_err(|error| invalid("email address", &error))
}

fn phone(cell: &str, country: &str) -> Result<PhoneNumber, Error> {
    if cell.is_empty() {
        return Err(Error::new(ErrorKind::InvalidRecipient, "the order has no phone number"));
    }
    // The shop is Indian, and leaves out what is obvious to it.
    let region = match country {
        "" | "India" => Region::INDIA,
        code => Region::parse(code).map_err(|error| invalid("country", &error))?,
    };
    PhoneNumber::parse_in(cell, region).map_err(|error| invalid("phone number", &error))
}

fn is_yes(cell: &str) -> bool {
    ["yes", "y", "true", "1"].contains(&cell.trim().to_lowercase().as_str())
}

/// The text with every run of white space as one space.
fn tidy(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn invalid(what: &str, error: &AddressError) -> Error {
    Error::new(ErrorKind::InvalidRecipient, format!("the {what} {error}"))
}

/// The amount as `1899.00`, `None` where it is in another currency than the shop's own.
fn rupees(cell: &str) -> Option<String> {
    let cell = cell.trim().trim_end_matches("/-");
    let markers = ["₹", "Rs.", "INR"];
    let digits = markers.iter().find_map(|marker| cell.strip_prefix(marker)).unwrap_or(cell).trim();
    let is_amount = digits.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.'));
    (is_amount && !digits.is_empty()).then(|| digits.replace(',', ""))
}
