//! What the ids of a registration look like.
//!
//! Each check answers with the [`Fault`] that a person reads, under the field it belongs to.

use super::Category;
use crate::error::Fault;

/// What a header may look like besides the six digits of a promotional one.
///
/// Default: six letters. Portals differ: one documents 3 to 8 letters, a few take digits too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeaderShape {
    /// The fewest characters.
    pub min: usize,
    /// The most characters.
    pub max: usize,
    /// Whether digits may stand among the letters.
    pub digits: bool,
}

impl HeaderShape {
    /// `min` to `max` letters.
    #[must_use]
    pub const fn letters(min: usize, max: usize) -> Self {
        Self { min, max, digits: false }
    }

    /// Letters and digits.
    #[must_use]
    pub const fn with_digits(mut self) -> Self {
        self.digits = true;
        self
    }
}

impl Default for HeaderShape {
    fn default() -> Self {
        Self::letters(6, 6)
    }
}

/// The id of a principal entity: 19 digits.
///
/// # Errors
///
/// A fault of `dlt.entity`.
pub fn entity_id(id: &str) -> Result<(), Fault> {
    nineteen_digits("dlt.entity", id, "copy the entity id from the DLT portal")
}

/// The id of a content template: 19 digits.
///
/// # Errors
///
/// A fault of `dlt.template`.
pub fn template_id(id: &str) -> Result<(), Fault> {
    nineteen_digits("dlt.template", id, "copy the template id from the DLT portal")
}

/// A header (sender id) of a template of `category`, as registered: no operator's prefix (`AD-`),
/// no suffix (`-S`).
///
/// # Errors
///
/// A fault of `dlt.header`.
pub fn header(header: &str, category: Category, shape: HeaderShape) -> Result<(), Fault> {
    let fault = |problem: String, remedy: &str| Err(Fault::new("dlt.header", problem, remedy));
    if let Some((front, _)) = header.split_once('-')
        && front.len() == 2
        && front.bytes().all(|byte| byte.is_ascii_alphabetic())
    {
        return fault("holds the operator's prefix".into(), "leave it out: the network adds it");
    }
    if let Some((_, back)) = header.rsplit_once('-')
        && matches!(back, "P" | "S" | "T" | "G")
    {
        return fault("holds the category's suffix".into(), "leave it out: the network adds it");
    }
    let promotional = category.has_hours()
        && header.len() == 6
        && header.bytes().all(|byte| byte.is_ascii_digit());
    let fits = (shape.min..=shape.max).contains(&header.len())
        && header
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || shape.digits && byte.is_ascii_digit());
    if promotional || fits {
        return Ok(());
    }
    let HeaderShape { min, max, digits } = shape;
    let letters = if digits { "letters and digits" } else { "letters" };
    let range = if min == max { min.to_string() } else { format!("{min} to {max}") };
    let six = if category.has_hours() { ", nor 6 digits" } else { "" };
    fault(format!("is not {range} {letters}{six}"), "write the header as registered, case and all")
}

/// A doubt about an id whose third and fourth digits name another kind of object.
///
/// That the digits do is seen in practice and promised by nobody, so it is never an error.
pub(super) fn kind_digits(field: &str, id: &str, expected: &str) -> Option<Fault> {
    let kind = id.get(2..4)?;
    let name = match kind {
        "01" => "a principal entity",
        "02" => "a telemarketer",
        "07" => "a content template",
        _ => return None,
    };
    (kind != expected).then(|| {
        Fault::new(field, format!("looks like the id of {name}"), "check that it is the right id")
    })
}

fn nineteen_digits(field: &str, id: &str, remedy: &str) -> Result<(), Fault> {
    if id.len() == 19 && id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(Fault::new(field, "is not 19 digits", remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_nineteen_ascii_digits() {
        assert!(template_id("1107161234567890123").is_ok());
        for wrong in ["", "110716123456789012", "11071612345678901234", "110716123456789012x"] {
            assert_eq!(template_id(wrong).unwrap_err().field, "dlt.template", "{wrong:?}");
        }
        assert!(entity_id("११०७१६१२३४५६७८९०१२३").is_err());
    }

    #[test]
    fn a_header_has_the_shape_of_its_category() {
        let six = HeaderShape::default();
        let service = Category::ServiceImplicit;
        assert!(header("DRISHT", service, six).is_ok());
        assert!(header("DrishT", service, six).is_ok());
        assert!(header("512345", Category::Promotional, six).is_ok());
        assert!(header("DRISHT", Category::Promotional, six).is_ok());
        for wrong in ["512345", "DRISH", "DRISHTI", "DRI HT", "DRISH1", "", "दृष्टिऑ"]
        {
            assert!(header(wrong, service, six).is_err(), "{wrong:?}");
        }
        assert!(header("DRISHTI", service, HeaderShape::letters(3, 8)).is_ok());
        assert!(header("DRISH1", service, six.with_digits()).is_ok());
    }

    #[test]
    fn what_the_network_adds_to_a_header_is_refused_by_name() {
        for (wrong, part) in
            [("AD-DRISHT", "prefix"), ("DRISHT-S", "suffix"), ("AD-DRISHT-S", "prefix")]
        {
            let fault = header(wrong, Category::ServiceImplicit, HeaderShape::default());
            assert!(fault.unwrap_err().problem.contains(part), "{wrong}");
        }
    }

    #[test]
    fn an_id_in_the_wrong_slot_is_doubted() {
        assert!(kind_digits("entity", "1107161234567890123", "01").is_some());
        assert!(kind_digits("entity", "1101161234567890123", "01").is_none());
        assert!(kind_digits("entity", "1155161234567890123", "01").is_none());
    }
}
