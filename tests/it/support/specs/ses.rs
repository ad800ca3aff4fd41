//! SES: requests against the service model that AWS's own SDKs are made from.

use serde_json::{Map, Value, json};

use super::{Seen, broken, validator};

pub(super) struct Ses(Value);

impl Ses {
    pub(super) fn new(model: Value) -> Self {
        assert!(model["operations"]["SendEmail"].is_object(), "the model is another");
        Self(model)
    }

    pub(super) fn faults(&self, request: &Seen<'_>) -> Option<Vec<String>> {
        let operations = self.0["operations"].as_object().unwrap();
        let (name, operation, path) = operations.iter().find_map(|(name, operation)| {
            let http = &operation["http"];
            let path = request.parameters(http["requestUri"].as_str().unwrap())?;
            (http["method"] == request.method).then_some((name, operation, path))
        })?;

        let mut faults = Vec::new();
        let takes_body = matches!(request.method, "POST" | "PUT");
        request.heads("AWS4-HMAC-SHA256", takes_body.then_some("application/json"), &mut faults);
        let body = match takes_body {
            true => request.json(&mut faults).unwrap_or_else(|| json!({})),
            false if !request.body.is_empty() => {
                faults.push("body: must be empty".into());
                json!({})
            }
            false => json!({}),
        };
        let Value::Object(mut input) = body else {
            faults.push("body: is no object".into());
            return Some(faults);
        };

        // What goes into the path and the query are members of the input as well.
        let shape = operation["input"]["shape"].as_str().unwrap();
        let members = self.shape(shape)["members"].as_object().unwrap();
        for (member, own) in members.iter().filter(|(_, own)| own.get("location").is_some()) {
            if input.contains_key(member) {
                faults.push(format!("/{member}: belongs into the {}", own["location"]));
            }
        }
        input.extend(path.into_iter().map(|(name, value)| (name, value.into())));
        for (name, value) in &request.query {
            let own = members.iter().find(|(_, own)| {
                own["location"] == "querystring" && own["locationName"] == name.as_str()
            });
            match own {
                Some((member, own)) => {
                    drop(input.insert(member.clone(), self.typed(own, value)));
                }
                None => faults.push(format!("query: {name} is unknown")),
            }
        }

        let input = Value::Object(input);
        self.walk(shape, &input, "", &mut faults);
        if name == "SendEmail" {
            exactly_one(&input["Content"], "/Content", &["Simple", "Raw", "Template"], &mut faults);
            template(&input["Content"]["Template"], "/Content/Template", &mut faults);
            recipients(&input["Destination"], "/Destination", &mut faults);
        }
        if name == "SendBulkEmail" {
            let content = &input["DefaultContent"];
            exactly_one(content, "/DefaultContent", &["Template"], &mut faults);
            template(&content["Template"], "/DefaultContent/Template", &mut faults);
            for (at, entry) in
                input["BulkEmailEntries"].as_array().into_iter().flatten().enumerate()
            {
                let at = format!("/BulkEmailEntries/{at}/Destination");
                recipients(&entry["Destination"], &at, &mut faults);
            }
        }
        Some(faults)
    }

    fn shape(&self, name: &str) -> &Value {
        let shape = &self.0["shapes"][name];
        assert!(shape.is_object(), "the model lacks {name}");
        shape
    }

    fn typed(&self, member: &Value, text: &str) -> Value {
        let shape = self.shape(member["shape"].as_str().unwrap());
        let number = text.parse::<i64>().ok().filter(|_| shape["type"] == "integer");
        number.map_or_else(|| text.into(), Value::from)
    }

    /// Walks `value` along a shape.
    fn walk(&self, name: &str, value: &Value, at: &str, faults: &mut Vec<String>) {
        let shape = self.shape(name);
        let of = |member: &Value| member["shape"].as_str().unwrap().to_owned();
        let fits = match shape["type"].as_str().unwrap() {
            "structure" => value.as_object().map(|object| {
                self.structure(shape, object, at, faults);
            }),
            "list" => value.as_array().map(|list| {
                length(shape, list.len(), at, faults);
                for (number, entry) in list.iter().enumerate() {
                    self.walk(&of(&shape["member"]), entry, &format!("{at}/{number}"), faults);
                }
            }),
            "map" => value.as_object().map(|map| {
                length(shape, map.len(), at, faults);
                for (key, entry) in map {
                    self.walk(&of(&shape["key"]), &json!(key), &format!("{at}/{key}"), faults);
                    self.walk(&of(&shape["value"]), entry, &format!("{at}/{key}"), faults);
                }
            }),
            "string" => value.as_str().map(|text| string(shape, text, at, faults)),
            "boolean" => value.as_bool().map(drop),
            "integer" | "long" => value.as_i64().map(|number| {
                length(shape, usize::try_from(number).unwrap_or_default(), at, faults);
            }),
            "double" | "timestamp" => value.as_f64().map(drop),
            "blob" => value.as_str().map(|text| {
                let pattern = json!({
                    "pattern": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
                });
                if !broken(&validator(&pattern), &json!(text)).is_empty() {
                    faults.push(format!("{at}: is no Base64"));
                }
            }),
            other => panic!("the model has a type {other}"),
        };
        if fits.is_none() {
            faults.push(format!("{at}: is no {}", shape["type"]));
        }
    }

    fn structure(
        &self,
        shape: &Value,
        object: &Map<String, Value>,
        at: &str,
        faults: &mut Vec<String>,
    ) {
        for required in shape["required"].as_array().into_iter().flatten() {
            if !object.contains_key(required.as_str().unwrap()) {
                faults.push(format!("{at}: lacks {required}"));
            }
        }
        for (member, value) in object {
            let at = format!("{at}/{member}");
            match shape["members"].get(member) {
                Some(own) => self.walk(own["shape"].as_str().unwrap(), value, &at, faults),
                None => faults.push(format!("{at}: is unknown")),
            }
        }
    }
}

fn string(shape: &Value, text: &str, at: &str, faults: &mut Vec<String>) {
    length(shape, text.chars().count(), at, faults);
    if let Some(values) = shape["enum"].as_array()
        && !values.iter().any(|value| value == text)
    {
        faults.push(format!("{at}: is none of {}", shape["enum"]));
    }
    if let Some(pattern) = shape["pattern"].as_str() {
        // Of the whole text, whether the model writes the anchors or not.
        let inner = pattern.trim_start_matches('^').trim_end_matches('$');
        let schema = json!({"pattern": format!("^(?:{inner})$")});
        if !broken(&validator(&schema), &json!(text)).is_empty() {
            faults.push(format!("{at}: does not match {pattern}"));
        }
    }
}

fn length(shape: &Value, length: usize, at: &str, faults: &mut Vec<String>) {
    let bound = |name: &str| shape[name].as_u64().and_then(|bound| usize::try_from(bound).ok());
    if bound("min").is_some_and(|min| length < min) || bound("max").is_some_and(|max| length > max)
    {
        faults.push(format!("{at}: {length} is not within {}..{}", shape["min"], shape["max"]));
    }
}

/// Of `names`, one and no more: the model does not say so.
fn exactly_one(value: &Value, at: &str, names: &[&str], faults: &mut Vec<String>) {
    let given = names.iter().filter(|name| value.get(**name).is_some()).count();
    if given != 1 {
        faults.push(format!("{at}: has {given} of {}", names.join(", ")));
    }
}

fn template(template: &Value, at: &str, faults: &mut Vec<String>) {
    let sources = ["TemplateName", "TemplateArn", "TemplateContent"];
    let given = sources.iter().filter(|name| template.get(**name).is_some()).count();
    if template.is_object() && given != 1 {
        faults.push(format!("{at}: has {given} of {}", sources.join(", ")));
    }
    if let Some(data) = template["TemplateData"].as_str()
        && !serde_json::from_str::<Value>(data).is_ok_and(|data| data.is_object())
    {
        faults.push(format!("{at}/TemplateData: is no JSON object"));
    }
}

/// At most fifty, all kinds together.
/// <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html>
fn recipients(destination: &Value, at: &str, faults: &mut Vec<String>) {
    let lists = destination.as_object().into_iter().flat_map(|lists| lists.values());
    let count: usize = lists.filter_map(Value::as_array).map(Vec::len).sum();
    if count > 50 {
        faults.push(format!("{at}: {count} recipients"));
    }
}
