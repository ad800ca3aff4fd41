//! The request template: what one message looks like, by the account's own documents.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::{Map, Value};

use crate::error::Fault;

/// A JSON object with placeholders in its texts, parsed and checked.
pub(super) struct RequestTemplate(Node);

/// What fills a request template.
pub(super) struct Filling<'a> {
    pub(super) to: &'a str,
    pub(super) template: &'a str,
    pub(super) client_ref: &'a str,
    pub(super) variables: &'a BTreeMap<String, Value>,
    pub(super) tags: &'a [String],
}

enum Node {
    Array(Vec<Node>),
    Fixed(Value),
    Object(Vec<(String, Node)>),
    /// One that fills the text alone keeps its type.
    Text(Vec<Piece>),
}

enum Piece {
    Literal(String),
    Place(Place),
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    ClientRef,
    Tags,
    Template,
    To,
    Values,
    Variable(String),
    Variables,
}

impl RequestTemplate {
    /// Parses the JSON, or says what is wrong with it.
    pub(super) fn parse(json: &str) -> Result<Self, Fault> {
        let wrong = |problem: String, remedy: &str| Fault::new("request", problem, remedy);
        // What the parser says may quote the text.
        let value: Value = serde_json::from_str(json)
            .map_err(|_| wrong("is no JSON".into(), "write what one message looks like"))?;
        if !value.is_object() {
            let remedy = "write one message; the list around it is added";
            return Err(wrong("is no object".into(), remedy));
        }
        let remedy = "use {to}, {template}, {variables}, {values}, {variables.NAME}, {client_ref} \
                      or {tags}, and {{ }} for braces";
        let node = Node::parse(value).map_err(|problem| wrong(problem, remedy))?;
        let mut places = BTreeSet::new();
        node.places(&mut places);
        for (place, name) in [(Place::To, "{to}"), (Place::Template, "{template}")] {
            if !places.contains(&place) {
                let problem = format!("has no place for {name}");
                return Err(wrong(problem, "write it where the message has it"));
            }
        }
        Ok(Self(node))
    }

    /// One message, or the faults of what fills it.
    pub(super) fn fill(&self, filling: &Filling<'_>) -> Result<Value, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut places = BTreeSet::new();
        self.0.places(&mut places);
        let all = places.contains(&Place::Variables) || places.contains(&Place::Values);
        for name in filling.variables.keys() {
            if !all && !places.contains(&Place::Variable(name.clone())) {
                let field = format!("provider_templates.variables.{name}");
                let problem = "has no place in the account's request template";
                faults.push(Fault::new(field, problem, "add it there, or leave it out"));
            }
        }
        let value = self.0.fill(filling, &mut faults);
        if faults.is_empty() { Ok(value) } else { Err(faults) }
    }
}

impl Node {
    fn parse(value: Value) -> Result<Self, String> {
        Ok(match value {
            Value::Array(items) => {
                Self::Array(items.into_iter().map(Self::parse).collect::<Result<_, _>>()?)
            }
            Value::Object(fields) => {
                let fields =
                    fields.into_iter().map(|(name, value)| Ok((name, Self::parse(value)?)));
                Self::Object(fields.collect::<Result<_, String>>()?)
            }
            Value::String(text) => Self::Text(pieces(&text)?),
            other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => Self::Fixed(other),
        })
    }

    fn places(&self, found: &mut BTreeSet<Place>) {
        match self {
            Self::Array(items) => items.iter().for_each(|item| item.places(found)),
            Self::Fixed(_) => {}
            Self::Object(fields) => fields.iter().for_each(|(_, field)| field.places(found)),
            Self::Text(pieces) => found.extend(pieces.iter().filter_map(|piece| match piece {
                Piece::Literal(_) => None,
                Piece::Place(place) => Some(place.clone()),
            })),
        }
    }

    fn fill(&self, filling: &Filling<'_>, faults: &mut Vec<Fault>) -> Value {
        match self {
            Self::Array(items) => items.iter().map(|item| item.fill(filling, faults)).collect(),
            Self::Fixed(value) => value.clone(),
            Self::Object(fields) => {
                let fields =
                    fields.iter().map(|(name, node)| (name.clone(), node.fill(filling, faults)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            Self::Text(pieces) => match &**pieces {
                [Piece::Place(place)] => place.fill(filling, faults),
                pieces => {
                    let texts = pieces.iter().map(|piece| match piece {
                        Piece::Literal(text) => text.clone(),
                        Piece::Place(place) => place.inline(filling, faults),
                    });
                    Value::String(texts.collect())
                }
            },
        }
    }
}

impl Place {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "client_ref" => Self::ClientRef,
            "tags" => Self::Tags,
            "template" => Self::Template,
            "to" => Self::To,
            "values" => Self::Values,
            "variables" => Self::Variables,
            other => {
                let name = other.strip_prefix("variables.").filter(|name| !name.is_empty())?;
                Self::Variable(name.to_owned())
            }
        })
    }

    fn fill(&self, filling: &Filling<'_>, faults: &mut Vec<Fault>) -> Value {
        match self {
            Self::ClientRef => filling.client_ref.into(),
            Self::Tags => filling.tags.to_vec().into(),
            Self::Template => filling.template.into(),
            Self::To => filling.to.into(),
            Self::Values => {
                // 10 after 9, as people number them.
                let mut all: Vec<_> = filling.variables.iter().collect();
                all.sort_by_key(|(name, _)| (name.parse().unwrap_or(u64::MAX), *name));
                all.into_iter().map(|(_, value)| value.clone()).collect()
            }
            Self::Variable(name) => filling.variables.get(name).cloned().unwrap_or_else(|| {
                let field = format!("provider_templates.variables.{name}");
                faults.push(Fault::new(field, "is missing", "the account's request asks for it"));
                Value::Null
            }),
            Self::Variables => filling
                .variables
                .iter()
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        }
    }

    /// Within a longer text, where a list or an object has no form.
    fn inline(&self, filling: &Filling<'_>, faults: &mut Vec<Fault>) -> String {
        match self.fill(filling, faults) {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Bool(on) => on.to_string(),
            Value::Null => String::new(),
            Value::Array(_) | Value::Object(_) => {
                let field = match self {
                    Self::Variable(name) => format!("provider_templates.variables.{name}"),
                    _ => "request".to_owned(),
                };
                let problem = "is a list or an object within a longer text";
                faults.push(Fault::new(field, problem, "write text or a number"));
                String::new()
            }
        }
    }
}

/// A text taken apart at its placeholders.
fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let (mut pieces, mut literal) = (Vec::new(), String::new());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' | '}' if chars.peek() == Some(&c) => {
                chars.next();
                literal.push(c);
            }
            '{' => {
                let mut name = String::new();
                let mut closed = false;
                for c in chars.by_ref() {
                    if c == '}' {
                        closed = true;
                        break;
                    }
                    name.push(c);
                }
                let place = Place::parse(&name).filter(|_| closed);
                let place =
                    place.ok_or_else(|| format!("has the unknown placeholder {{{name}}}"))?;
                if !literal.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                }
                pieces.push(Piece::Place(place));
            }
            '}' => return Err("has a } that closes nothing".into()),
            c => literal.push(c),
        }
    }
    if !literal.is_empty() || pieces.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
}

impl fmt::Debug for RequestTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestTemplate")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled(json: &str, variables: Value) -> Result<Value, Vec<Fault>> {
        let Value::Object(variables) = variables else { panic!() };
        RequestTemplate::parse(json).unwrap().fill(&Filling {
            to: "919845000012",
            template: "t7",
            client_ref: "inv-1",
            variables: &variables.into_iter().collect(),
            tags: &["bill".into()],
        })
    }

    #[test]
    fn a_placeholder_alone_keeps_its_type_and_within_a_text_it_is_text() {
        let json = r#"{"to":["+{to}"],"id":"{template}","n":"{variables.n}","v":"{values}",
            "all":"{variables}","ref":"a-{client_ref}-{variables.n}","tags":"{tags}",
            "fixed":[1,true,null,"{{x}}",""]}"#;
        let expected = json!({
            "to": ["+919845000012"], "id": "t7", "n": 7, "v": ["x", 7],
            "all": {"a": "x", "n": 7}, "ref": "a-inv-1-7", "tags": ["bill"],
            "fixed": [1, true, null, "{x}", ""],
        });
        assert_eq!(filled(json, json!({"n": 7, "a": "x"})).unwrap(), expected);
    }

    #[test]
    fn a_template_that_leaves_something_out_is_refused() {
        for (json, problem) in [
            ("x", "no JSON"),
            ("[]", "no object"),
            (r#"{"a":"{to}"}"#, "{template}"),
            (r#"{"a":"{template}"}"#, "{to}"),
            (r#"{"a":"{to}{template}{name}"}"#, "{name}"),
            (r#"{"a":"{to}{template}{variables.}"}"#, "{variables.}"),
            (r#"{"a":"{to}{template"}"#, "unknown"),
            (r#"{"a":"{to}{template}}"}"#, "closes nothing"),
        ] {
            let fault = RequestTemplate::parse(json).err().unwrap();
            assert!(fault.problem.contains(problem), "{json}: {}", fault.problem);
        }
    }

    #[test]
    fn a_value_is_neither_missing_nor_dropped_nor_squeezed_into_a_text() {
        let json = r#"{"a":"{to}","b":"{template}","c":"{variables.c}","d":"x{variables.d}"}"#;
        let faults = filled(json, json!({"d": [1], "e": 1})).unwrap_err();
        let fields: Vec<_> = faults.iter().map(|fault| &*fault.field).collect();
        assert_eq!(
            fields,
            ["e", "c", "d"].map(|name| format!("provider_templates.variables.{name}"))
        );
    }
}
