//! Numbers as people write them, read with libphonenumber's rules.

use rlibphonenumber::{PhoneNumber, PhoneNumberFormat};

use super::address::{AddressError, Region};

/// The number in E.164.
pub(super) fn parse(text: &str, region: Region) -> Result<String, AddressError> {
    const REMEDY: &str = "write the country code and the number, such as +91 98450 00012";
    // A cell can hold a whole text; no number of any plan is longer.
    if text.len() > 250 {
        return Err(AddressError::new("is too long", REMEDY));
    }
    let plan = region
        .as_str()
        .parse()
        .map_err(|_| AddressError::new("is in a region without a number plan", REMEDY))?;
    let number = PhoneNumber::parse(text, Some(plan))
        .map_err(|_| AddressError::new("is no phone number", REMEDY))?;
    if !number.is_valid() {
        return Err(AddressError::new("is no number of its country", REMEDY));
    }
    Ok(number.format_as(PhoneNumberFormat::E164).into_owned())
}

#[cfg(test)]
mod tests {
    use super::super::PhoneNumber;
    use super::*;

    #[test]
    fn agrees_with_the_reference_cases() {
        let cases = include_str!("../../tests/fixtures/e164/cases.json");
        let cases: Vec<serde_json::Value> = serde_json::from_str(cases).unwrap();
        assert_eq!(cases.len(), 26);
        for case in cases {
            let raw = case["raw"].as_str().unwrap();
            let region = case["default_region"].as_str().unwrap_or("ZZ");
            let parsed = PhoneNumber::parse_in(raw, Region::parse(region).unwrap());
            let e164 = parsed.as_ref().ok().map(PhoneNumber::as_str);
            assert_eq!(e164, case["e164"].as_str(), "{}: {parsed:?}", case["id"]);
        }
    }
}
