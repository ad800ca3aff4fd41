//! Templates: where a call's values go.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::{Map, Value};

use super::Body;

/// What a template may ask for.
pub(super) const PLACEHOLDERS: [&str; 19] = [
    "audio_id",
    "audio_url",
    "callback_url",
    "caller_id",
    "campaign_id",
    "client_ref",
    "digits",
    "finish_on",
    "input_timeout_s",
    "input_url",
    "language",
    "record",
    "retries",
    "retry_gap_s",
    "schedule",
    "text",
    "times",
    "to",
    "voice",
];

/// The values of one call, by placeholder.
pub(super) type Values = BTreeMap<&'static str, String>;

/// A part of a text.
enum Part<'a> {
    Text(Cow<'a, str>),
    Value { name: &'a str, number: bool },
}

/// Every placeholder of `body`, and what is wrong with it.
pub(super) fn survey(body: &Body) -> (BTreeSet<&'static str>, Vec<String>) {
    let (mut found, mut wrong) = (BTreeSet::new(), Vec::new());
    let mut text = |text: &str, json: bool| match parse(text) {
        Err(problem) => wrong.push(problem.to_owned()),
        Ok(parts) => {
            let alone = parts.len() == 1;
            for part in &parts {
                let Part::Value { name, number } = part else { continue };
                match PLACEHOLDERS.iter().find(|known| *known == name) {
                    Some(known) => drop(found.insert(*known)),
                    None => wrong.push(format!("asks for `{name}`, which there is not")),
                }
                if *number && !(alone && json) {
                    wrong.push(format!("has `{name}:number` inside a text"));
                }
            }
        }
    };
    match body {
        Body::Form(fields) | Body::Query(fields) => {
            for field in fields.values() {
                text(field, false);
            }
        }
        Body::Json(value) => texts(value, &mut |one| text(one, true)),
    }
    (found, wrong)
}

fn texts(value: &Value, each: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => each(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, each)),
        Value::Object(object) => object.values().for_each(|item| texts(item, each)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The fields of a form or query that have their values.
pub(super) fn fields<'a>(
    template: &'a BTreeMap<String, String>,
    values: &Values,
) -> Vec<(&'a str, String)> {
    let filled = template.iter().map(|(name, text)| (&**name, fill(text, values)));
    filled.filter_map(|(name, text)| Some((name, text?))).collect()
}

/// The JSON that has its values, `None` where nothing is left of it.
pub(super) fn json(template: &Value, values: &Values) -> Option<Value> {
    match template {
        Value::String(text) => match parse(text).ok()?.as_slice() {
            [Part::Value { name, number: true }] => {
                let value = values.get(name)?;
                // What is no number stays a text, for the vendor to refuse.
                Some(value.parse::<u64>().map_or_else(|_| Value::from(&**value), Value::from))
            }
            _ => fill(text, values).map(Value::String),
        },
        Value::Array(items) => {
            let left: Vec<_> = items.iter().filter_map(|item| json(item, values)).collect();
            (items.is_empty() || !left.is_empty()).then_some(Value::Array(left))
        }
        Value::Object(object) => {
            let left = object.iter().map(|(name, item)| (name.clone(), json(item, values)));
            let left: Map<_, _> = left.filter_map(|(name, item)| Some((name, item?))).collect();
            (object.is_empty() || !left.is_empty()).then_some(Value::Object(left))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Some(template.clone()),
    }
}

/// The text that has its values, `None` where one is absent.
fn fill(text: &str, values: &Values) -> Option<String> {
    let mut filled = String::with_capacity(text.len());
    for part in parse(text).ok()? {
        match part {
            Part::Text(text) => filled.push_str(&text),
            Part::Value { name, .. } => filled.push_str(values.get(name)?),
        }
    }
    Some(filled)
}

/// Takes a text apart at its placeholders.
fn parse(text: &str) -> Result<Vec<Part<'_>>, &'static str> {
    const OPEN: &str = "has a brace that is not closed; write {{ for a brace";
    const CLOSED: &str = "has a closing brace without an opening one; write }} for a brace";
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        if !before.is_empty() {
            parts.push(Part::Text(before.into()));
        }
        if let Some(after) = from.strip_prefix("{{") {
            parts.push(Part::Text("{".into()));
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            parts.push(Part::Text("}".into()));
            rest = after;
        } else if let Some(after) = from.strip_prefix('{') {
            let (name, after) = after.split_once('}').ok_or(OPEN)?;
            let (name, number) = match name.strip_suffix(":number") {
                Some(name) => (name, true),
                None => (name, false),
            };
            parts.push(Part::Value { name, number });
            rest = after;
        } else {
            return Err(CLOSED);
        }
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.into()));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn values() -> Values {
        [("to", "919812345678".into()), ("retries", "3".into())].into()
    }

    #[test]
    fn absent_values_take_their_fields_along() {
        let template = json!({
            "to": ["tel:{to}"], "n": "{to:number}", "text": "{text}", "deep": {"a": {"b": "{voice}"}},
            "list": ["{text}"], "kept": {}, "retry": {"count": "{retries:number}", "gap": "{retry_gap_s}"},
            "brace": "{{{retries}}}", "fixed": [1, null, true],
        });
        assert_eq!(
            json(&template, &values()).unwrap(),
            json!({
                "to": ["tel:919812345678"], "n": 919_812_345_678_u64, "kept": {},
                "retry": {"count": 3}, "brace": "{3}", "fixed": [1, null, true],
            })
        );
    }

    #[test]
    fn what_is_wrong_with_a_template_is_named() {
        let body = Body::Json(json!({"a": "{to}", "b": ["{tO}"], "c": "{text", "d": "}"}));
        let (found, wrong) = survey(&body);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["to"]);
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        let (_, wrong) = survey(&Body::Json(json!("+{to:number}")));
        assert_eq!(wrong.len(), 1);
    }

    proptest! {
        #[test]
        fn a_value_is_never_read_as_a_template(value in "[\\s\\S]{0,60}") {
            let values: Values = [("text", value.clone())].into();
            let filled = json(&json!({"t": "{text}"}), &values).unwrap();
            prop_assert_eq!(filled["t"].as_str(), Some(&*value));
        }

        #[test]
        fn no_template_panics(text in "[{}a-z:]{0,40}") {
            drop(survey(&Body::Json(json!(text))));
            drop(fill(&text, &values()));
        }
    }
}
