//! Templates that Meta approved, filled.
//!
//! Source: [Template components](https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components).

use serde_json::{Value, json};

use super::{
    Options,
    body::{location, media, media_type, put},
    limits::{BODY, CARDS, COUPON, Faults, HEADER, is_template_name},
};
use crate::{
    message::{
        ApprovedTemplate, Envelope, Media, MediaKind, ProviderTemplate, TemplateButton,
        TemplateCard, TemplateHeader, WhatsApp,
    },
    providers::meta::Meta,
};

/// The language of a template that is named beside the message, see the module's text.
pub(super) fn language(
    account: &Meta,
    envelope: &Envelope<WhatsApp>,
    options: &Options,
    faults: &mut Faults,
) -> String {
    let locale = envelope.template.as_ref().map(|stamp| code_of(&stamp.locale));
    let language = options.language.clone().or(locale).or_else(|| account.language.clone());
    language.unwrap_or_else(|| {
        let remedy = "set `language` in the options or at the account";
        faults.add("provider_templates.language", "is missing", remedy);
        "en".into()
    })
}

/// Meta's code of a locale: an underscore for the hyphen, and no script where a country says it.
fn code_of(locale: &str) -> String {
    let parts: Vec<_> = locale.split(['-', '_']).collect();
    let kept = parts.iter().filter(|part| parts.len() < 3 || part.len() != 4);
    kept.copied().collect::<Vec<_>>().join("_")
}

/// `en`, `en_GB`.
pub(in crate::providers::meta) fn is_language(code: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (2..=15).contains(&code.len())
        && code.starts_with(|c: char| c.is_ascii_lowercase())
        && code.chars().all(fits)
}

/// One that is named beside the message, with variables.
pub(super) fn kept(
    template: &ProviderTemplate,
    language: &str,
    options: &Options,
    faults: &mut Faults,
) -> Value {
    const FIELD: &str = "provider_templates.variables";
    let variables = &template.variables;
    let mut places: Vec<_> = variables
        .iter()
        .filter_map(|(name, value)| Some((name.parse::<u32>().ok()?, value)))
        .collect();
    places.sort_unstable_by_key(|(place, _)| *place);
    let parameters = if places.is_empty() {
        let named = variables.iter().map(|(name, value)| (name.clone(), value.clone()));
        Value::Object(named.collect())
    } else {
        if !places.iter().map(|(place, _)| *place).eq(1..=count(variables.len())) {
            let remedy = "name them 1, 2, … without a gap, or all by words";
            faults.add(FIELD, "are neither all in order nor all by name", remedy);
        }
        places.into_iter().map(|(_, value)| value.clone()).collect()
    };
    let components = Vec::from_iter(body(&parameters, FIELD, faults));
    object("provider_templates", &template.id, language, components, options, faults)
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// One that is the message's content.
pub(super) fn approved(
    template: &ApprovedTemplate,
    options: &Options,
    faults: &mut Faults,
) -> Value {
    const FIELD: &str = "content.parameters";
    let mut components = Vec::new();
    if let Some(header) = &template.header {
        let name = template.header_name.as_deref();
        components.push(above(header, name, faults));
    }
    components.extend(body(&template.parameters, FIELD, faults));
    if matches!(template.header, Some(TemplateHeader::Media(_))) {
        let filled = values(&template.parameters).filter_map(Value::as_str);
        let total = filled.map(|text| text.chars().count()).sum::<usize>();
        if total > BODY {
            let problem = format!("have {total} characters, the whole body's limit is {BODY}");
            faults.add(FIELD, problem, "shorten them");
        }
    }
    if let Some(end) = template.offer_ends_at {
        let offer = json!({ "expiration_time_ms": end.as_millisecond() });
        let parameter = json!({ "type": "limited_time_offer", "limited_time_offer": offer });
        components.push(json!({ "type": "limited_time_offer", "parameters": [parameter] }));
    }
    components.extend(buttons(&template.buttons, "content.buttons", faults));
    if !template.cards.is_empty() {
        faults.count("content.cards", template.cards.len(), CARDS);
        let cards = template.cards.iter().enumerate();
        let cards: Vec<_> = cards.map(|(index, one)| card(one, index, faults)).collect();
        components.push(json!({ "type": "carousel", "cards": cards }));
    }
    object("content", &template.name, &template.language, components, options, faults)
}

/// The code, where a template is filled as those for one-time passwords are: body and first button.
pub(super) fn one_time_password(template: &ApprovedTemplate) -> Option<&str> {
    let ([TemplateButton::Url { index: 0, suffix }], Some([Value::String(code)])) =
        (&*template.buttons, template.parameters.as_array().map(Vec::as_slice))
    else {
        return None;
    };
    (template.header.is_none() && suffix == code).then_some(code)
}

fn object(
    field: &str,
    name: &str,
    language: &str,
    mut components: Vec<Value>,
    options: &Options,
    faults: &mut Faults,
) -> Value {
    if !is_template_name(name) {
        let remedy = "write up to 512 lower-case letters, digits and underscores";
        faults.add(&format!("{field}.name"), "is no name of a template", remedy);
    }
    if !is_language(language) {
        let remedy = "write it as Meta lists it, such as en_GB";
        faults.add(&format!("{field}.language"), "is no language of a template", remedy);
    }
    components.extend(options.template_components.iter().cloned());
    let mut template = json!({ "name": name, "language": { "code": language } });
    put(&mut template, "components", (!components.is_empty()).then_some(components));
    template
}

fn above(header: &TemplateHeader, name: Option<&str>, faults: &mut Faults) -> Value {
    const FIELD: &str = "content.header";
    let parameter = match header {
        TemplateHeader::Location(place) => {
            json!({ "type": "location", "location": location(place, FIELD, faults) })
        }
        TemplateHeader::Media(file) => file_above(file, FIELD, faults),
        TemplateHeader::Text(text) => {
            faults.value(FIELD, text);
            faults.length(FIELD, text, HEADER);
            let mut parameter = json!({ "type": "text", "text": text });
            put(&mut parameter, "parameter_name", name);
            parameter
        }
    };
    json!({ "type": "header", "parameters": [parameter] })
}

fn file_above(file: &Media, field: &str, faults: &mut Faults) -> Value {
    if !matches!(file.kind, MediaKind::Document | MediaKind::Image | MediaKind::Video) {
        faults.add(field, "is no document, image or video", "take one of those");
    }
    if file.caption.is_some() {
        faults.add(field, "has a caption", "write it into a variable of the body");
    }
    let kind = media_type(file.kind);
    let mut parameter = json!({ "type": kind });
    put(&mut parameter, kind, Some(media(file, field, faults)));
    parameter
}

fn values(parameters: &Value) -> impl Iterator<Item = &Value> {
    let listed = parameters.as_array().into_iter().flatten();
    listed.chain(parameters.as_object().into_iter().flat_map(serde_json::Map::values))
}

/// What fills the text, in order or by name; nothing where there is nothing to fill.
fn body(parameters: &Value, field: &str, faults: &mut Faults) -> Option<Value> {
    let filled: Vec<_> = match parameters {
        Value::Array(values) => {
            let values = values.iter().enumerate();
            values.map(|(at, value)| parameter(value, &format!("{field}[{at}]"), faults)).collect()
        }
        Value::Object(values) => {
            let named = values.iter().map(|(name, value)| {
                let mut parameter = parameter(value, &format!("{field}.{name}"), faults);
                put(&mut parameter, "parameter_name", Some(name.as_str()));
                parameter
            });
            named.collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    (!filled.is_empty()).then(|| json!({ "type": "body", "parameters": filled }))
}

/// Text, a number as text, or an object in WhatsApp's own form.
fn parameter(value: &Value, field: &str, faults: &mut Faults) -> Value {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Object(_) => {
            check_typed(value, field, faults);
            return value.clone();
        }
        Value::Null | Value::Bool(_) | Value::Array(_) => {
            faults.add(field, "is no text, number or object", "write one of those");
            return Value::Null;
        }
    };
    faults.value(field, &text);
    json!({ "type": "text", "text": text })
}

/// `currency`, `date_time` and `text` in WhatsApp's own form.
fn check_typed(value: &Value, field: &str, faults: &mut Faults) {
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    let inner = value.get(kind);
    let text = |name: &str| inner.and_then(|inner| inner.get(name)).and_then(Value::as_str);
    let fits = match kind {
        "text" => inner.is_some_and(Value::is_string),
        "currency" => {
            let amount = inner.and_then(|inner| inner.get("amount_1000"));
            let code = text("code").unwrap_or_default();
            let letters = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
            letters && amount.is_some_and(Value::is_i64) && text("fallback_value").is_some()
        }
        "date_time" => text("fallback_value").is_some(),
        _ => false,
    };
    if !fits {
        let remedy = "write text, or a currency with fallback_value, code and amount_1000, or a \
                      date_time with fallback_value";
        faults.add(field, "is not of WhatsApp's form", remedy);
    }
    if let Some(text) = text("fallback_value").or_else(|| inner.and_then(Value::as_str)) {
        faults.value(field, text);
    }
}

fn buttons(buttons: &[TemplateButton], field: &str, faults: &mut Faults) -> Vec<Value> {
    buttons.iter().map(|one| button(one, field, faults)).collect()
}

fn button(button: &TemplateButton, field: &str, faults: &mut Faults) -> Value {
    let index = button.index();
    if index > 9 {
        faults.add(field, "has a place over 9", "count the template's buttons from 0");
    }
    let (kind, parameter) = match button {
        TemplateButton::Catalog { thumbnail, .. } => {
            let action = json!({ "thumbnail_product_retailer_id": thumbnail });
            ("catalog", json!({ "type": "action", "action": action }))
        }
        TemplateButton::CopyCode { code, .. } => {
            faults.length(field, code, COUPON);
            faults.value(field, code);
            ("copy_code", json!({ "type": "coupon_code", "coupon_code": code }))
        }
        TemplateButton::Flow { token, data, .. } => {
            let mut action = json!({ "flow_token": token });
            if !data.is_null() && !data.is_object() {
                faults.add(field, "has flow data that is no object", "write an object");
            }
            put(&mut action, "flow_action_data", (!data.is_null()).then(|| data.clone()));
            ("flow", json!({ "type": "action", "action": action }))
        }
        TemplateButton::QuickReply { payload, .. } => {
            ("quick_reply", json!({ "type": "payload", "payload": payload }))
        }
        TemplateButton::Url { suffix, .. } => {
            faults.value(field, suffix);
            ("url", json!({ "type": "text", "text": suffix }))
        }
    };
    let index = index.to_string();
    json!({ "type": "button", "sub_type": kind, "index": index, "parameters": [parameter] })
}

fn card(card: &TemplateCard, index: usize, faults: &mut Faults) -> Value {
    let field = |name: &str| format!("content.cards[{index}].{name}");
    let file = file_above(&card.header, &field("header"), faults);
    let mut components = vec![json!({ "type": "header", "parameters": [file] })];
    components.extend(body(&card.parameters, &field("parameters"), faults));
    components.extend(buttons(&card.buttons, &field("buttons"), faults));
    json!({ "card_index": index, "components": components })
}
