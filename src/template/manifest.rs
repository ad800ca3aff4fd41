//! `<locale>.toml` and `templates.toml`: what they may hold, with the place of every fault.

use std::{collections::BTreeMap, ops::Range};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::locale::canonical;
use crate::{
    error::Fault,
    message::{Dlt, Kind},
};

/// A part of a message that a template makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Subject,
    Text,
    Html,
}

impl Part {
    pub(super) const ALL: [Self; 3] = [Self::Subject, Self::Text, Self::Html];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Text => "text",
            Self::Html => "html",
        }
    }

    /// Whether messages of `kind` have it.
    pub(super) fn is_of(self, kind: Kind) -> bool {
        match self {
            Self::Subject => matches!(kind, Kind::Email | Kind::ApplePush),
            Self::Text => true,
            Self::Html => kind == Kind::Email,
        }
    }
}

/// The source of a part, and where it was written.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) text: String,
    pub(super) path: String,
    /// Where its first character is in the file.
    pub(super) start: (usize, usize),
    /// Whether the file holds it as it is, so that places in it can be counted on.
    pub(super) verbatim: bool,
}

impl Source {
    /// A file of its own. One line break at its end is the editor's and no part of the template.
    pub(super) fn file(path: &str, content: &str) -> Self {
        let text = content.strip_prefix('\u{feff}').unwrap_or(content);
        let text = without_last_break(text).to_owned();
        Self { text, path: path.to_owned(), start: (1, 1), verbatim: true }
    }

    /// The place in the file of a place in the source.
    pub(super) fn place(&self, line: usize, column: usize) -> String {
        let (line, column) = match (self.verbatim, line) {
            (false, _) => self.start,
            (true, 0 | 1) => (self.start.0, self.start.1 + column.saturating_sub(1)),
            (true, _) => (self.start.0 + line - 1, column),
        };
        format!("{}:{line}:{column}", self.path)
    }
}

/// A template kept at a provider: its variables by path into ours.
#[derive(Debug)]
pub(super) struct Mapped {
    pub(super) id: String,
    pub(super) variables: BTreeMap<String, Vec<String>>,
}

/// What `<locale>.toml` says of one kind.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) place: String,
    pub(super) parts: BTreeMap<Part, Source>,
    pub(super) dlt: Option<Dlt>,
    pub(super) providers: BTreeMap<String, Mapped>,
}

/// What `templates.toml` says.
#[derive(Debug, Default)]
pub(super) struct Settings {
    pub(super) default_locale: Option<String>,
    pub(super) fallback: BTreeMap<String, Vec<String>>,
    /// The version and the place by id.
    pub(super) pins: BTreeMap<String, (String, String)>,
}

/// Reads `<locale>.toml`; also whether it is TOML, without which an absent key says nothing.
pub(super) fn sections(
    path: &str,
    content: &str,
    faults: &mut Vec<Fault>,
) -> (BTreeMap<Kind, Section>, bool) {
    let mut document = Document { path, content, faults };
    let mut sections = BTreeMap::new();
    let before = document.faults.len();
    let table = document.parse();
    let intact = document.faults.len() == before;
    for (key, value) in &table {
        let Ok(kind) = key.get_ref().parse::<Kind>() else {
            document.unknown(key, "one of email, sms, whatsapp, voice, apple_push, web_push, rcs");
            continue;
        };
        if let Some(table) = document.table(value) {
            let place = document.place(&key.span());
            sections.insert(kind, document.section(kind, place, table));
        }
    }
    (sections, intact)
}

/// Reads `templates.toml`.
pub(super) fn settings(path: &str, content: &str, faults: &mut Vec<Fault>) -> Settings {
    let mut document = Document { path, content, faults };
    let mut settings = Settings::default();
    for (key, value) in &document.parse() {
        match key.get_ref().as_ref() {
            "default_locale" => settings.default_locale = document.locale(value),
            "fallback" => {
                for (from, to) in document.table(value).into_iter().flatten() {
                    let Some(tag) = canonical(from.get_ref()) else {
                        document.bad_locale(&from.span());
                        continue;
                    };
                    let Some(list) = to.get_ref().as_array() else {
                        document.fault(&to.span(), "is no list", "write [\"en-IN\", \"en\"]");
                        continue;
                    };
                    let list = list.iter().filter_map(|item| document.locale(item)).collect();
                    settings.fallback.insert(tag, list);
                }
            }
            "pin" => {
                for (id, version) in document.table(value).into_iter().flatten() {
                    if let Some(text) = document.string(version) {
                        let place = document.place(&version.span());
                        settings.pins.insert(id.get_ref().to_string(), (text.to_owned(), place));
                    }
                }
            }
            _ => document.unknown(key, "one of default_locale, fallback, pin"),
        }
    }
    settings
}

struct Document<'a> {
    path: &'a str,
    content: &'a str,
    faults: &'a mut Vec<Fault>,
}

impl<'a> Document<'a> {
    fn parse(&mut self) -> DeTable<'a> {
        let (table, errors) = DeTable::parse_recoverable(self.content);
        for error in &errors {
            let problem = error.message().replace('\n', ", ");
            self.fault(&error.span().unwrap_or(0..0), problem, "correct the TOML");
        }
        table.into_inner()
    }

    fn section(&mut self, kind: Kind, place: String, table: &DeTable<'_>) -> Section {
        let mut section =
            Section { place, parts: BTreeMap::new(), dlt: None, providers: BTreeMap::new() };
        let mut dlt = Dlt::default();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let part = Part::ALL.into_iter().find(|p| p.as_str() == name && p.is_of(kind));
            match (name, part) {
                (_, Some(part)) => {
                    if let Some(text) = self.string(value) {
                        section.parts.insert(part, self.source(text, &value.span()));
                    }
                }
                ("provider", _) => section.providers = self.providers(kind, value),
                ("dlt_entity", _) if kind == Kind::Sms => dlt.entity = self.dlt_id(value),
                ("dlt_template", _) if kind == Kind::Sms => dlt.template = self.dlt_id(value),
                ("dlt_header", _) if kind == Kind::Sms => {
                    dlt.header = self.filled(value).map(str::to_owned);
                }
                _ => self.unknown(key, "see the folder layout of `TemplateSet`"),
            }
        }
        section.dlt = (dlt != Dlt::default()).then_some(dlt);
        section
    }

    fn providers(&mut self, kind: Kind, value: &Spanned<DeValue<'_>>) -> BTreeMap<String, Mapped> {
        let mut providers = BTreeMap::new();
        for (label, value) in self.table(value).into_iter().flatten() {
            if label.get_ref().rsplit_once('.').is_none_or(|(_, last)| last != kind.as_str()) {
                let remedy = format!("write \"<provider>.{kind}\", in quotes");
                self.fault(&label.span(), "is no provider with this kind", remedy);
                continue;
            }
            let Some(table) = self.table(value) else { continue };
            let mut id = None;
            let mut variables = BTreeMap::new();
            for (key, value) in table {
                match key.get_ref().as_ref() {
                    "id" => id = self.filled(value),
                    "variables" => {
                        for (name, path) in self.table(value).into_iter().flatten() {
                            let Some(text) = self.string(path) else { continue };
                            let names: Vec<_> = text.split('.').map(str::to_owned).collect();
                            if names.iter().any(String::is_empty) {
                                self.fault(&path.span(), "is no path", "write `customer.name`");
                            }
                            variables.insert(name.get_ref().to_string(), names);
                        }
                    }
                    _ => self.unknown(key, "one of id, variables"),
                }
            }
            match id {
                Some(id) => {
                    let mapped = Mapped { id: id.to_owned(), variables };
                    providers.insert(label.get_ref().to_string(), mapped);
                }
                None if table.keys().all(|key| key.get_ref() != "id") => {
                    self.fault(&label.span(), "has no `id`", "write the provider's template id");
                }
                None => {}
            }
        }
        providers
    }

    fn table<'v, 'i>(&mut self, value: &'v Spanned<DeValue<'i>>) -> Option<&'v DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.fault(&value.span(), "is no table", "write a [section]");
        }
        table
    }

    fn string<'v>(&mut self, value: &'v Spanned<DeValue<'_>>) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.fault(&value.span(), "is no string", "put it in quotes");
        }
        text
    }

    fn filled<'v>(&mut self, value: &'v Spanned<DeValue<'_>>) -> Option<&'v str> {
        let text = self.string(value)?;
        if text.trim().is_empty() {
            self.fault(&value.span(), "is empty", "write it, or remove the key");
            return None;
        }
        Some(text)
    }

    fn dlt_id(&mut self, value: &Spanned<DeValue<'_>>) -> Option<String> {
        let text = self.string(value)?;
        if text.len() != 19 || !text.bytes().all(|b| b.is_ascii_digit()) {
            self.fault(&value.span(), "is no DLT id", "write its 19 digits");
            return None;
        }
        Some(text.to_owned())
    }

    fn locale(&mut self, value: &Spanned<DeValue<'_>>) -> Option<String> {
        let tag = canonical(self.string(value)?);
        if tag.is_none() {
            self.bad_locale(&value.span());
        }
        tag
    }

    fn bad_locale(&mut self, span: &Range<usize>) {
        self.fault(span, "is no language tag", "write one like `en` or `hi-IN`");
    }

    /// The source within a string literal: exact where the literal has no escapes.
    fn source(&self, text: &str, span: &Range<usize>) -> Source {
        let literal = self.content.get(span.clone()).unwrap_or_default();
        let quotes = match literal.get(..3) {
            Some("\"\"\"" | "'''") => 3,
            _ => 1,
        };
        let inner = literal.get(quotes..literal.len().saturating_sub(quotes)).unwrap_or_default();
        let trimmed = match quotes {
            3 => inner.strip_prefix("\r\n").or_else(|| inner.strip_prefix('\n')).unwrap_or(inner),
            _ => inner,
        };
        let offset = span.start + quotes + (inner.len() - trimmed.len());
        let verbatim = trimmed == text;
        let start = position(self.content, if verbatim { offset } else { span.start });
        let text = if quotes == 3 { without_last_break(text) } else { text };
        Source { text: text.to_owned(), path: self.path.to_owned(), start, verbatim }
    }

    fn unknown(&mut self, key: &Spanned<toml::de::DeString<'_>>, remedy: &str) {
        let problem = format!("`{}` is no key here", key.get_ref());
        self.fault(&key.span(), problem, remedy);
    }

    fn fault(
        &mut self,
        span: &Range<usize>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let place = self.place(span);
        self.faults.push(Fault::new(place, problem, remedy));
    }

    fn place(&self, span: &Range<usize>) -> String {
        let (line, column) = position(self.content, span.start);
        format!("{}:{line}:{column}", self.path)
    }
}

fn without_last_break(text: &str) -> &str {
    text.strip_suffix('\n').map_or(text, |rest| rest.strip_suffix('\r').unwrap_or(rest))
}

/// Line and column of a byte offset, both from 1, in characters.
fn position(content: &str, offset: usize) -> (usize, usize) {
    let before = content.get(..offset).unwrap_or(content);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    (line, column)
}
