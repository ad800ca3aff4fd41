//! The fast path: a template of text and `{{path}}` alone is a list of pieces.

use handlebars::{
    JsonRender as _, Path, PathSeg, Template, html_escape,
    template::{Parameter, TemplateElement},
};
use serde_json::Value;

use super::helpers;

/// A template that calls nothing. Renders to the same bytes as the engine in strict mode.
#[derive(Debug)]
pub(super) struct Plain(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Variable(Vec<String>),
}

impl Plain {
    /// `None` when the template has more than text and variables.
    ///
    /// Reads the engine's own parse, so escapes and whitespace control are already done.
    #[allow(clippy::wildcard_enum_match_arm, reason = "the engine's enums grow")]
    pub(super) fn of(template: &Template) -> Option<Self> {
        let mut pieces = Vec::new();
        for element in &template.elements {
            match element {
                TemplateElement::RawString(text) => pieces.push(Piece::Text(text.clone())),
                TemplateElement::Comment(_) => {}
                TemplateElement::Expression(call)
                    if call.params.is_empty() && call.hash.is_empty() =>
                {
                    pieces.push(Piece::Variable(variable(&call.name)?));
                }
                _ => return None,
            }
        }
        Some(Self(pieces))
    }

    /// `None` when a variable is missing.
    #[allow(clippy::wildcard_enum_match_arm, reason = "strings apart, all values render alike")]
    pub(super) fn render(&self, variables: &Value, escape: bool) -> Option<String> {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Variable(path) => {
                    match lookup(variables, path.iter().map(String::as_str))? {
                        Value::String(text) if escape => out.push_str(&html_escape(text)),
                        Value::String(text) => out.push_str(text),
                        // Lists hold strings, so these need escapes too.
                        other if escape => out.push_str(&html_escape(&other.render())),
                        other => out.push_str(&other.render()),
                    }
                }
            }
        }
        Some(out)
    }
}

#[allow(clippy::wildcard_enum_match_arm, reason = "the engine's enums grow")]
fn variable(name: &Parameter) -> Option<Vec<String>> {
    let Parameter::Path(Path::Relative((segments, raw))) = name else { return None };
    if segments.is_empty() || helpers::NAMES.contains(&raw.as_str()) {
        return None;
    }
    let names = segments.iter().map(|segment| match segment {
        PathSeg::Named(name) => Some(name.clone()),
        _ => None,
    });
    names.collect()
}

/// The value at a path of object keys and array indices.
pub(super) fn lookup<'v, 'p>(
    variables: &'v Value,
    path: impl IntoIterator<Item = &'p str>,
) -> Option<&'v Value> {
    path.into_iter().try_fold(variables, |value, name| match value {
        Value::Object(object) => object.get(name),
        Value::Array(array) => array.get(name.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use handlebars::Handlebars;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[<>&\"'`={}a-z\\\\\nक₹ ]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[ab0]", inner, 0..3)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn piece() -> impl Strategy<Value = String> {
        prop_oneof![
            "[<>&\"'`=a-z\\\\\n\r\t {}क₹]{0,10}",
            prop::sample::select(vec![
                "{{a}}",
                "{{ a }}",
                "{{~a~}}",
                "{{a.b}}",
                "{{a/b}}",
                "{{a.0}}",
                "{{a.[0]}}",
                "{{this.a}}",
                "{{./b}}",
                "{{b.a.b}}",
                "{{!-- note --}}",
                "\\{{a}}",
                "{{{a}}}",
                "{{this}}",
                "{{@root.a}}",
                "{{&b}}",
                "{{a.this}}",
            ])
            .prop_map(str::to_owned),
        ]
    }

    proptest! {
        #[test]
        fn the_fast_path_and_the_engine_write_the_same_bytes(
            pieces in prop::collection::vec(piece(), 0..6),
            a in value(),
            b in value(),
            with_b in any::<bool>(),
            escape in any::<bool>(),
        ) {
            let source = pieces.concat();
            let Ok(template) = Template::compile(&source) else { return Ok(()) };
            let Some(plain) = Plain::of(&template) else { return Ok(()) };
            let variables = if with_b { json!({ "a": a, "b": b }) } else { json!({ "a": a }) };
            let mut engine = Handlebars::new();
            engine.set_strict_mode(true);
            if !escape {
                engine.register_escape_fn(handlebars::no_escape);
            }
            engine.register_template("t", template);
            prop_assert_eq!(plain.render(&variables, escape), engine.render("t", &variables).ok());
        }
    }

    #[test]
    fn text_and_paths_take_the_fast_path_and_calls_do_not() {
        let plain = |source: &str| Plain::of(&Template::compile(source).unwrap()).is_some();
        assert!(plain("Dear {{name}}, {{order.items.0.name}}."));
        for source in
            ["{{upper name}}", "{{#if a}}b{{/if}}", "{{> footer}}", "{{{raw}}}", "{{@root.a}}"]
        {
            assert!(!plain(source), "{source}");
        }
    }
}
