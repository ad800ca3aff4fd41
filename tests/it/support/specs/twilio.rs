//! Twilio: forms against its `OpenAPI` document.

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::{Seen, broken, validator};

pub(super) struct Twilio(Vec<Operation>);

struct Operation {
    method: String,
    path: String,
    parameters: Vec<(String, Validator)>,
    form: Option<Form>,
}

struct Form {
    /// The members and their types.
    types: Vec<(String, Type)>,
    validator: Validator,
    /// Groups of members of which one must be there.
    one_of: Vec<Vec<String>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Type {
    Array,
    Boolean,
    Integer,
    Number,
    Text,
}

impl Twilio {
    pub(super) fn new(document: &Value) -> Self {
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                if operation.get("operationId").is_none() {
                    continue;
                }
                let parameters = operation["parameters"].as_array().unwrap().iter();
                let parameters = parameters.map(|parameter| {
                    let name = parameter["name"].as_str().unwrap();
                    (name.to_owned(), validator(&parameter["schema"]))
                });
                operations.push(Operation {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    parameters: parameters.collect(),
                    form: operation.get("requestBody").map(|_| Form::new(document, operation)),
                });
            }
        }
        assert_eq!(operations.len(), 4, "the document is another");
        Self(operations)
    }

    pub(super) fn faults(&self, request: &Seen<'_>) -> Option<Vec<String>> {
        let (operation, path) = self.0.iter().find_map(|operation| {
            let path = request.parameters(&operation.path)?;
            (operation.method == request.method).then_some((operation, path))
        })?;
        let mut faults = Vec::new();
        for (name, value) in path {
            let (_, validator) = operation.parameters.iter().find(|(own, _)| *own == name).unwrap();
            for fault in broken(validator, &Value::from(value)) {
                faults.push(format!("path {{{name}}}{fault}"));
            }
        }
        let media_type = operation.form.as_ref().map(|_| "application/x-www-form-urlencoded");
        request.heads("Basic", media_type, &mut faults);
        if !request.query.is_empty() {
            faults.push("query: the operation has none".into());
        }
        match &operation.form {
            Some(form) => form.check(request.body, &mut faults),
            None if !request.body.is_empty() => faults.push("body: must be empty".into()),
            None => {}
        }
        Some(faults)
    }
}

impl Form {
    fn new(document: &Value, operation: &Value) -> Self {
        let content = &operation["requestBody"]["content"]["application/x-www-form-urlencoded"];
        let mut schema = content["schema"].clone();
        let types = schema["properties"].as_object().unwrap().iter();
        let types = types.map(|(name, schema)| (name.clone(), Type::of(schema))).collect();
        // A form has no members beside those that the document names; references go to the rest of it.
        schema["additionalProperties"] = false.into();
        schema["components"] = document["components"].clone();
        // An alphanumeric sender, a short code and `whatsapp:+1…` are no phone numbers; the format is
        // one of Twilio's own, which no validator knows.
        let groups = operation["x-twilio"]["conditional"].as_array().cloned().unwrap_or_default();
        let group = |group: &Value| group.as_array().unwrap().iter().map(pascal).collect();
        let one_of = groups.iter().map(group).collect();
        Self { types, validator: validator(&schema), one_of }
    }

    fn check(&self, body: &[u8], faults: &mut Vec<String>) {
        let mut object = Map::new();
        for (name, text) in url::form_urlencoded::parse(body) {
            let own = self.types.iter().find(|(own, _)| **own == *name).map(|(_, own)| *own);
            let value = own.unwrap_or(Type::Text).read(&text);
            if own == Some(Type::Array) {
                let list = object.entry(name).or_insert_with(|| json!([]));
                list.as_array_mut().unwrap().push(value);
            } else if object.insert(name.clone().into_owned(), value).is_some() {
                faults.push(format!("/{name}: is there twice"));
            }
        }
        for group in &self.one_of {
            if !group.iter().any(|name| object.contains_key(name)) {
                faults.push(format!("body: has none of {}", group.join(", ")));
            }
        }
        if object.contains_key("SendAt") && !object.contains_key("MessagingServiceSid") {
            faults.push("/SendAt: only a messaging service schedules".into());
        }
        faults.extend(broken(&self.validator, &Value::Object(object)));
    }
}

impl Type {
    fn of(schema: &Value) -> Self {
        match schema["type"].as_str() {
            Some("array") => Self::Array,
            Some("boolean") => Self::Boolean,
            Some("integer") => Self::Integer,
            Some("number") => Self::Number,
            // References go to enumerations of strings.
            _ => Self::Text,
        }
    }

    /// What a form's text stands for; the text itself where it stands for nothing of the type, which
    /// the schema then refuses.
    fn read(self, text: &str) -> Value {
        let read = match self {
            Self::Boolean => text.parse::<bool>().ok().map(Value::from),
            Self::Integer => text.parse::<i64>().ok().map(Value::from),
            Self::Number => text.parse::<f64>().ok().map(Value::from),
            Self::Array | Self::Text => None,
        };
        read.unwrap_or_else(|| text.into())
    }
}

/// `media_url` as the form has it: `MediaUrl`.
fn pascal(name: &Value) -> String {
    let words = name.as_str().unwrap().split('_');
    words.map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}
