//! Approved templates, which the deflector sends too.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use super::{
    Account, LABEL, Options,
    body::{Button, Known, MediaTemplate},
};
use crate::{
    error::{Error, Fault, Result},
    message::{
        ApprovedTemplate, Media, MediaKind, ProviderTemplate, TemplateButton, TemplateHeader,
    },
};

/// The longest name of a template:
/// [Create a template](https://emaildocs.netcorecloud.com/docs/create-whatsapp-template).
const NAME: usize = 255;

/// `type_template`: a template and what fills its text.
#[derive(Serialize)]
pub(in super::super) struct TypeTemplate<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<Cow<'a, str>>,
    language: Language<'a>,
}

#[derive(Serialize)]
struct Language<'a> {
    locale: &'a str,
    policy: &'static str,
}

impl<'a> TypeTemplate<'a> {
    fn new(name: &'a str, locale: &'a str, attributes: Vec<Cow<'a, str>>) -> Self {
        Self { name, attributes, language: Language { locale, policy: "deterministic" } }
    }

    /// A template and its text's values. `label` is who refuses what it cannot carry.
    pub(in super::super) fn of(
        label: &'static str,
        template: &'a ApprovedTemplate,
        faults: &mut Vec<Fault>,
    ) -> Result<Self> {
        if !template.cards.is_empty() {
            return Err(undocumented(label, "a template's carousel"));
        }
        if template.offer_ends_at.is_some() {
            return Err(undocumented(label, "a template for a limited-time offer"));
        }
        check_name(&template.name, "content.name", faults);
        let attributes = match &template.parameters {
            Value::Array(values) => attributes(label, values, faults)?,
            Value::Object(names) if !names.is_empty() => {
                return Err(Error::unsupported(label, "a template's parameters by name"));
            }
            _ => Vec::new(),
        };
        Ok(Self::new(&template.name, &template.language, attributes))
    }

    /// One that stands in `provider_templates`, its values by number: `1`, `2` …
    pub(in super::super) fn kept(
        label: &'static str,
        template: &'a ProviderTemplate,
        language: &'a str,
        faults: &mut Vec<Fault>,
    ) -> Result<Self> {
        let field = format!("provider_templates.{label}");
        check_name(&template.id, &format!("{field}.id"), faults);
        let mut values: Vec<_> = Vec::with_capacity(template.variables.len());
        for place in 1..=template.variables.len() {
            values.extend(template.variables.get(&place.to_string()).cloned());
        }
        if values.len() < template.variables.len() {
            let remedy = "name them 1, 2 … as the template's places are";
            let field = format!("{field}.variables");
            faults.push(Fault::new(field, "are not numbered from 1", remedy));
        }
        let attributes = attributes(label, &values, faults)?;
        let attributes = attributes.into_iter().map(|value| Cow::Owned(value.into_owned()));
        Ok(Self::new(&template.id, language, attributes.collect()))
    }
}

/// Letters, digits and underscores, as the dashboard takes them.
fn check_name(name: &str, field: &str, faults: &mut Vec<Fault>) {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    // An empty one is reported with the message.
    if name.len() > NAME || !name.bytes().all(allowed) {
        let remedy = format!("write letters, digits and underscores, {NAME} at most");
        faults.push(Fault::new(field, "is no template's name", remedy));
    }
}

fn attributes<'a>(
    label: &'static str,
    values: &'a [Value],
    faults: &mut Vec<Fault>,
) -> Result<Vec<Cow<'a, str>>> {
    let mut attributes = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        attributes.push(match value {
            Value::String(text) if text.trim().is_empty() => {
                let field = format!("content.parameters[{index}]");
                faults.push(Fault::new(field, "is empty", "WhatsApp takes no empty value"));
                Cow::Borrowed("")
            }
            Value::String(text) => Cow::Borrowed(&**text),
            Value::Number(number) => Cow::Owned(number.to_string()),
            Value::Bool(on) => Cow::Borrowed(if *on { "true" } else { "false" }),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                return Err(Error::unsupported(
                    label,
                    format!("the template's parameter {index}, which is neither text nor number"),
                ));
            }
        });
    }
    Ok(attributes)
}

/// A template with what stands above and below its text.
pub(super) fn encode<'a>(
    account: &Account,
    options: &Options,
    template: &'a ApprovedTemplate,
    faults: &mut Vec<Fault>,
) -> Result<Known<'a>> {
    let type_template = [TypeTemplate::of(LABEL, template, faults)?];
    let media = match &template.header {
        None => None,
        Some(TemplateHeader::Media(media)) => Some(media),
        Some(TemplateHeader::Text(_)) => {
            return Err(undocumented(LABEL, "a variable in a template's header"));
        }
        Some(TemplateHeader::Location(_)) => {
            return Err(undocumented(LABEL, "a place in a template's header"));
        }
    };
    let button = buttons(account.settings.first_button, &template.buttons)?;
    if media.is_none() && button.is_empty() {
        return Ok(if options.fixed_buttons {
            Known::MediaTemplate { type_media_template: None, type_template }
        } else {
            Known::Template { type_template }
        });
    }
    let media_template = MediaTemplate {
        kind: media.map_or(Ok("text"), |media| kind(media, faults))?,
        url: media.and_then(Media::link),
        media_id: media.and_then(Media::id),
        filename: media.and_then(|media| media.filename.as_deref()),
        button,
    };
    Ok(Known::MediaTemplate { type_media_template: Some(media_template), type_template })
}

fn kind(media: &Media, faults: &mut Vec<Fault>) -> Result<&'static str> {
    if media.caption.is_some() {
        let remedy = "leave it out: the template's text stands below the file";
        faults.push(Fault::new("content.header.caption", "has no place in a template", remedy));
    }
    if media.filename.is_some() && media.kind != MediaKind::Document {
        let remedy = "leave it out";
        faults.push(Fault::new("content.header.filename", "is for documents alone", remedy));
    }
    match media.kind {
        MediaKind::Document => Ok("document"),
        MediaKind::Image => Ok("image"),
        MediaKind::Video => Ok("video"),
        MediaKind::Audio | MediaKind::Sticker | MediaKind::Voice => {
            Err(Error::unsupported(LABEL, "a sound or sticker in a template's header"))
        }
    }
}

fn buttons(first: u8, buttons: &[TemplateButton]) -> Result<Vec<Button<'_>>> {
    let buttons = buttons.iter().map(|button| {
        let index = u16::from(button.index()) + u16::from(first);
        Ok(Button { index: index.to_string(), payload: payload(button)? })
    });
    buttons.collect()
}

fn payload(button: &TemplateButton) -> Result<&str> {
    match button {
        TemplateButton::QuickReply { payload, .. } => Ok(payload),
        TemplateButton::Url { suffix, .. } => Ok(suffix),
        TemplateButton::Catalog { .. } => Err(undocumented(LABEL, "a template's catalogue")),
        TemplateButton::CopyCode { .. } => Err(undocumented(LABEL, "a template's code to copy")),
        TemplateButton::Flow { .. } => Err(undocumented(LABEL, "a template's flow")),
    }
}

/// What exists at Netcore in a form that is not public.
pub(super) fn undocumented(label: &'static str, feature: &str) -> Error {
    Error::unsupported(
        label,
        format!("{feature}: its form is not public, so write it in the options' `raw`"),
    )
}
