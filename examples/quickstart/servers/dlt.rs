//! What the operators do with an SMS to India: compare it with the text that was registered.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Everything the sender registered.
#[derive(Debug, Deserialize)]
pub(super) struct Registrations {
    entity: String,
    template: Vec<Registration>,
}

#[derive(Debug, Deserialize)]
struct Registration {
    id: String,
    headers: Vec<String>,
    text: String,
}

impl Registrations {
    /// Reads what the operator's portal exported.
    pub(super) fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// Looks at one message; the fault is the operators' code and words.
    pub(super) fn scrub(
        &self,
        fields: &BTreeMap<&str, &str>,
        text: &str,
    ) -> Result<(), (u16, &'static str)> {
        let field = |name: &str| fields.get(name).copied().unwrap_or_default();
        if !is_id(field("entityid")) || field("entityid") != self.entity {
            return Err((604, "INVALID_ENTITY_ID"));
        }
        if !is_id(field("templateid")) {
            return Err((637, "INVALID_TEMPLATE_ID"));
        }
        let found = self.template.iter().find(|template| template.id == field("templateid"));
        let template = found.ok_or((630, "TEMPLATE_NOT_FOUND"))?;
        if !template.headers.iter().any(|header| header == field("senderid")) {
            return Err((634, "HEADER_NOT_REGISTERED_FOR_TEMPLATE"));
        }
        if !fits(&template.text, text) {
            return Err((633, "TEMPLATE_NOT_MATCHED"));
        }
        Ok(())
    }
}

fn is_id(id: &str) -> bool {
    id.len() == 19 && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether `text` is `template` with a value in each variable's place.
fn fits(template: &str, text: &str) -> bool {
    let Some((literal, rest)) = template.split_once("{#") else { return template == text };
    let Some((tag, rest)) = rest.split_once("#}") else { return template == text };
    let Some(text) = text.strip_prefix(literal) else { return false };
    let limit = if tag == "var" { 30 } else { 40 };
    let ends = text.char_indices().map(|(start, c)| start + c.len_utf8()).take(limit);
    ends.filter_map(|end| text.get(end..)).any(|text| fits(rest, text))
}
