//! What answers write in more ways than one; most for `deserialize_with`.

use std::str::FromStr;

use jiff::fmt::rfc2822::DateTimeParser;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::time::Timestamp;

/// A member that is null for one that is absent.
pub(crate) fn or_default<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// A whole number, or one as text. What cannot be read is absent.
pub(crate) fn number<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr + TryFrom<u64>,
{
    let value = Value::deserialize(from)?;
    let number = value.as_u64().and_then(|number| number.try_into().ok());
    Ok(number.or_else(|| value.as_str()?.parse().ok()))
}

/// A time as RFC 2822 or RFC 3339 writes it. What cannot be read is absent.
pub(crate) fn date<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let value = Value::deserialize(from)?;
    Ok(value.as_str().and_then(|text| {
        // Mailgun writes the zone as the RFC does not.
        let zoned = text.replace(" UTC", " GMT");
        DateTimeParser::new().parse_timestamp(&zoned).ok().or_else(|| text.parse().ok())
    }))
}

/// Text, or a number as text.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_read_as_text_too_and_else_absent() {
        let read = |value: Value| number::<_, u8>(value).unwrap();
        assert_eq!(read(json!(7)), Some(7));
        assert_eq!(read(json!("7")), Some(7));
        for other in [json!(null), json!(true), json!(-1), json!(1.5), json!(256), json!("256")] {
            assert_eq!(read(other.clone()), None, "{other}");
        }
    }

    #[test]
    fn dates_are_read_in_every_form_and_else_absent() {
        let at: Timestamp = "2026-03-14T15:09:26Z".parse().unwrap();
        let mut forms = vec!["2026-03-14T15:09:26Z".to_owned()];
        forms.extend(
            ["UTC", "GMT", "+0000"].map(|zone| format!("Sat, 14 Mar 2026 15:09:26 {zone}")),
        );
        for form in forms {
            assert_eq!(date(json!(form)).unwrap(), Some(at), "{form}");
        }
        for other in [json!(null), json!(1), json!("soon")] {
            assert_eq!(date(other.clone()).unwrap(), None, "{other}");
        }
    }
}
